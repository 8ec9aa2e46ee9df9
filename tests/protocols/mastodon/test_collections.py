from __future__ import annotations

from typing import Any

from tests.protocols.mastodon.case import MastodonCase

COLLECTIONS = "/api/v1/collections"


class CollectionTests(MastodonCase):
    async def people(self) -> None:
        self.alice, self.bob, self.carol = [await self.person(name) for name in ("alice", "bob", "carol")]
        self.by_alice, self.by_bob, self.by_carol = [await self.token(one) for one in (self.alice, self.bob, self.carol)]

    async def made(self, **more: Any) -> dict[str, Any]:
        given = {"name": "Gardeners", "description": "See #garden", "tag_name": "#Garden", "language": "en", **more}
        made: dict[str, Any] = (await self.call("POST", COLLECTIONS, self.by_alice, json=given))["collection"]
        return made

    async def test_a_collection_is_made_seen_changed_and_deleted(self) -> None:
        await self.people()
        made = await self.made(account_ids=[str(self.bob.id)], discoverable=False)
        self.assertEqual((made["name"], made["tag"]["name"], made["item_count"], made["local"]), ("Gardeners", "garden", 1, True))
        self.assertIn('href="https://here.example/tags/garden"', made["description"])
        self.assertEqual([one["account_id"] for one in made["items"]], [str(self.bob.id)])
        path = f"{COLLECTIONS}/{made['id']}"
        seen = await self.call("GET", path)
        self.assertEqual([one["acct"] for one in seen["accounts"]], ["alice", "bob"])
        await self.call("PATCH", path, self.by_bob, 403, data={"name": "Mine"})
        changed = await self.call("PATCH", path, self.by_alice, data={"name": "Botanists", "tag_name": "", "sensitive": "true"})
        self.assertEqual((changed["collection"]["name"], changed["collection"]["tag"], changed["collection"]["sensitive"]), ("Botanists", None, True))
        await self.call("DELETE", path, self.by_bob, 403)
        await self.call("DELETE", path, self.by_alice)
        await self.call("GET", path, self.by_alice, 404)

    async def test_only_the_owner_sees_hidden_ones_in_the_list(self) -> None:
        await self.people()
        hidden, shown = await self.made(discoverable=False), await self.made()
        path = f"/api/v1/accounts/{self.alice.id}/collections"

        async def listed(token: str | None, query: str = "") -> list[str]:
            return [one["id"] for one in (await self.call("GET", path + query, token))["collections"]]

        self.assertEqual(await listed(self.by_alice), [shown["id"], hidden["id"]])
        self.assertEqual(await listed(self.by_alice, "?limit=1&offset=1"), [hidden["id"]])
        self.assertEqual(await listed(self.by_bob), [shown["id"]])
        self.assertEqual(await listed(None), [shown["id"]])

    async def test_somebody_put_in_is_told_and_can_leave_for_good(self) -> None:
        await self.people()
        made = await self.made()
        items = f"{COLLECTIONS}/{made['id']}/items"
        item = (await self.call("POST", items, self.by_alice, data={"account_id": str(self.bob.id)}))["collection_item"]
        [told] = await self.call("GET", "/api/v1/notifications", self.by_bob)
        self.assertEqual((told["type"], told["collection"]["id"]), ("added_to_collection", made["id"]))
        [group] = (await self.call("GET", "/api/v2/notifications", self.by_bob))["notification_groups"]
        self.assertEqual(group["collection"]["id"], made["id"])
        within = f"/api/v1/accounts/{self.bob.id}/in_collections"
        self.assertEqual([one["id"] for one in (await self.call("GET", within, self.by_bob))["collections"]], [made["id"]])
        await self.call("GET", within, self.by_alice, 403)
        await self.call("POST", items, self.by_alice, 422, data={"account_id": str(self.bob.id)})
        await self.call("POST", f"{items}/{item['id']}/revoke", self.by_carol, 404)
        await self.call("POST", f"{items}/{item['id']}/revoke", self.by_bob)
        self.assertEqual((await self.call("GET", within, self.by_bob))["collections"], [])
        await self.call("POST", items, self.by_alice, 422, data={"account_id": str(self.bob.id)})
        await self.call("DELETE", f"{items}/{item['id']}", self.by_alice, 404)

    async def test_the_owner_takes_somebody_out(self) -> None:
        await self.people()
        made = await self.made(account_ids=[str(self.bob.id)])
        path = f"{COLLECTIONS}/{made['id']}/items/{made['items'][0]['id']}"
        await self.call("DELETE", path, self.by_bob, 403)
        await self.call("DELETE", path, self.by_alice)
        self.assertEqual((await self.call("GET", f"{COLLECTIONS}/{made['id']}"))["collection"]["items"], [])

    async def test_nobody_is_put_in_who_does_not_want_to_be_found(self) -> None:
        await self.people()
        made = await self.made()
        far = await self.remote("dave")
        await self.call("PATCH", "/api/v1/accounts/update_credentials", self.by_bob, data={"discoverable": "false"})
        await self.call("POST", f"/api/v1/accounts/{self.alice.id}/block", self.by_carol)
        for one in (self.bob, self.carol, far):
            await self.call("POST", f"{COLLECTIONS}/{made['id']}/items", self.by_alice, 403, data={"account_id": str(one.id)})
        await self.call("GET", f"{COLLECTIONS}/{made['id']}", self.by_carol)
        states = [(await self.call("GET", f"/api/v1/accounts/{one.id}"))["feature_approval"]["current_user"] for one in (self.alice, self.bob, far)]
        self.assertEqual(states, ["automatic", "denied", "missing"])

    async def test_a_blocked_person_sees_none(self) -> None:
        await self.people()
        made = await self.made()
        await self.call("POST", f"/api/v1/accounts/{self.bob.id}/block", self.by_alice)
        await self.call("GET", f"{COLLECTIONS}/{made['id']}", self.by_bob, 404)
        await self.call("GET", f"/api/v1/accounts/{self.alice.id}/collections", self.by_bob, 404)

    async def test_there_are_bounds(self) -> None:
        await self.people()
        for wrong in ({"name": ""}, {"name": "x" * 41}, {"description": "x" * 101}, {"tag_name": "a b"}, {"language": "?"}):
            await self.call("POST", COLLECTIONS, self.by_alice, 422, json={"name": "Fine", **wrong})
        for _ in range(10):
            await self.made()
        await self.call("POST", COLLECTIONS, self.by_alice, 422, json={"name": "One more"})

    async def test_a_collection_is_reported(self) -> None:
        await self.people()
        made = await self.made()
        given = {"account_id": str(self.alice.id), "collection_ids[]": made["id"]}
        self.assertEqual((await self.call("POST", "/api/v1/reports", self.by_bob, data=given))["collection_ids"], [made["id"]])
        await self.call("POST", "/api/v1/reports", self.by_bob, 404, data={**given, "account_id": str(self.carol.id)})
