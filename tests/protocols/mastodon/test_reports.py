from __future__ import annotations

from pleromad.model.account import Role
from pleromad.model.note import Visibility
from pleromad.model.page import Page
from tests.protocols.mastodon.case import MastodonCase, links

ADMIN = ("read", "write", "admin:read", "admin:write")


class ReportTests(MastodonCase):
    SETTINGS = {"instance": {"rules": ("Be kind", "No spam")}}

    async def people(self) -> None:
        self.olga = await self.person("olga", role=Role.OWNER)
        self.mod = await self.person("mona", role=Role.MODERATOR)
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        self.by_alice, self.by_mod = await self.token(self.alice), await self.token(self.mod, *ADMIN)

    async def test_somebody_is_reported_and_staff_are_told(self) -> None:
        await self.people()
        note = await self.say(self.bob, "rude")
        form = {"account_id": str(self.bob.id), "status_ids[]": str(note.id), "comment": "look", "rule_ids[]": "1", "category": "spam"}
        made = await self.call("POST", "/api/v1/reports", self.by_alice, data=form)
        self.assertEqual((made["action_taken"], made["category"], made["comment"], made["forwarded"]), (False, "violation", "look", False))
        self.assertEqual((made["status_ids"], made["rule_ids"], made["target_account"]["acct"]), ([str(note.id)], ["1"], "bob"))
        [told] = await self.call("GET", "/api/v1/notifications", self.by_mod)
        self.assertEqual((told["type"], told["account"]["acct"], told["report"]["id"]), ("admin.report", "alice", made["id"]))
        grouped = await self.call("GET", "/api/v2/notifications", self.by_mod)
        self.assertEqual(grouped["notification_groups"][0]["report"]["id"], made["id"])
        self.assertEqual(await self.call("GET", "/api/v1/notifications", self.by_alice), [])
        # A second one about the same person, while the first is open, tells nobody again.
        await self.call("POST", "/api/v1/reports", self.by_alice, data={"account_id": str(self.bob.id)})
        self.assertEqual(len(await self.call("GET", "/api/v1/notifications", self.by_mod)), 1)

    async def test_what_is_reported_must_be_there_and_theirs(self) -> None:
        await self.people()
        theirs = await self.say(self.alice, "mine")
        hidden = await self.say(self.bob, "secret", visibility=Visibility.DIRECT)
        for form, status in (
            ({"account_id": "7"}, 404),
            ({"account_id": str(self.bob.id), "status_ids[]": str(theirs.id)}, 404),
            ({"account_id": str(self.bob.id), "status_ids[]": str(hidden.id)}, 404),
            ({"account_id": str(self.bob.id), "comment": "x" * 1001}, 422),
            ({"account_id": str(self.bob.id), "rule_ids[]": "3"}, 422),
            ({"account_id": str(self.bob.id), "category": "rude"}, 422),
            ({}, 422),
        ):
            await self.call("POST", "/api/v1/reports", self.by_alice, status, data=form)
        await self.call("POST", "/api/v1/reports", None, 401, data={"account_id": str(self.bob.id)})
        await self.call("POST", "/api/v1/reports", await self.token(self.alice, "write:statuses"), 403, data={"account_id": str(self.bob.id)})

    async def test_staff_work_on_reports(self) -> None:
        await self.people()
        note = await self.say(self.bob, "rude", visibility=Visibility.FOLLOWERS)
        await self.follow(self.alice, self.bob)
        form = {"account_id": str(self.bob.id), "status_ids[]": str(note.id), "rule_ids[]": "2"}
        made = await self.call("POST", "/api/v1/reports", self.by_alice, data=form)
        await self.call("POST", "/api/v1/reports", self.by_alice, data={"account_id": str(self.mod.id)})
        path = f"/api/v1/admin/reports/{made['id']}"
        self.assertEqual(len(await self.call("GET", "/api/v1/admin/reports", self.by_mod)), 2)
        first = await self.reply("GET", "/api/v1/admin/reports?limit=1", self.by_mod)
        [second] = await self.call("GET", links(first)["next"], self.by_mod)
        self.assertEqual(second["id"], made["id"])
        [found] = await self.call("GET", f"/api/v1/admin/reports?target_account_id={self.bob.id}", self.by_mod)
        self.assertEqual(await self.call("GET", "/api/v1/admin/reports?account_id=5", self.by_mod), [])
        self.assertEqual((found["account"]["username"], found["target_account"]["username"]), ("alice", "bob"))
        self.assertEqual(([one["id"] for one in found["statuses"]], [one["text"] for one in found["rules"]]), ([str(note.id)], ["No spam"]))
        self.assertEqual(found["target_account"]["email"], "bob@mail.example")
        mine = await self.call("POST", f"{path}/assign_to_self", self.by_mod)
        self.assertEqual(mine["assigned_account"]["username"], "mona")
        self.assertIsNone((await self.call("POST", f"{path}/unassign", self.by_mod))["assigned_account"])
        changed = await self.call("PUT", path, self.by_mod, data={"category": "spam"})
        self.assertEqual((changed["category"], changed["rules"]), ("spam", []))
        await self.call("PUT", path, self.by_mod, 422, data={"category": "spam", "rule_ids[]": "1"})
        done = await self.call("POST", f"{path}/resolve", self.by_mod)
        self.assertEqual((done["action_taken"], done["action_taken_by_account"]["username"]), (True, "mona"))
        self.assertEqual([one["id"] for one in await self.call("GET", "/api/v1/admin/reports?resolved=true", self.by_mod)], [made["id"]])
        again = await self.call("POST", f"{path}/reopen", self.by_mod)
        self.assertEqual((again["action_taken"], again["action_taken_by_account"]), (False, None))
        await self.call("GET", "/api/v1/admin/reports/7", self.by_mod, 404)
        actions = [entry.action for entry in (await self.core.moderation.entries(None, _page())).items]
        self.assertEqual(actions, ["reopen", "resolve", "update", "unassigned", "assigned_to_self"])

    async def test_a_list_costs_the_same_however_long(self) -> None:
        await self.people()
        costs = []
        for _ in range(3):
            note = await self.say(self.bob, "rude")
            await self.call("POST", "/api/v1/reports", self.by_alice, data={"account_id": str(self.bob.id), "status_ids[]": str(note.id)})
            # The least: a statement that is new to its connection takes two.
            costs.append(min([await self.cost("GET", "/api/v1/admin/reports", self.by_mod) for _ in range(6)]))
        self.assertEqual(costs[1], costs[2])


def _page() -> Page:
    return Page(limit=50)
