"""Relays of both kinds, as one who takes part and as the one others take part in."""

from __future__ import annotations

import json
from typing import Any

from pleromad.ids import PUBLIC
from pleromad.model.note import Visibility
from tests.protocols.activitypub.test_inbox import InboxCase


class RelayCase(InboxCase):
    async def set_up(self) -> None:
        await super().set_up()
        self.relay = self.far.person("relay", type="Application")

    async def accepted(self, url: str) -> str:
        (relay,) = [each for each in await self.here.core.relays.list() if each.url == url]
        return relay.state

    async def told(self, type: str, path: str = "") -> list[dict[str, Any]]:
        return [json.loads(one.body) for one in self.far.asked if one.method == "POST" and one.path.startswith(path) and json.loads(one.body)["type"] == type]


class LitePubTests(RelayCase):
    async def subscribe(self) -> None:
        await self.here.core.relays.subscribe(self.relay)
        await self.quiet(self.here)
        (follow,) = self.far.received("Follow")
        self.assertEqual((follow["actor"], follow["object"]), (f"{self.here.url}/relay", self.relay))
        self.assertEqual(await self.accepted(self.relay), "asked")
        accept = {**self.activity("Accept", follow, 1), "actor": self.relay}
        self.assertEqual(await self.send(accept, by=self.relay), 202)
        self.assertEqual(await self.accepted(self.relay), "accepted")
        back = {**self.activity("Follow", f"{self.here.url}/relay", 2), "actor": self.relay}
        self.assertEqual(await self.send(back, by=self.relay), 202)
        self.assertEqual(self.far.received("Accept")[-1]["actor"], f"{self.here.url}/relay")

    async def test_what_is_public_here_is_announced_to_a_relay_that_follows_back(self) -> None:
        await self.subscribe()
        note = await self.here.say(self.alice, "to all")
        for visibility in (Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT):
            await self.here.say(self.alice, "not to all", visibility=visibility)
        await self.quiet(self.here)
        (announce,) = self.far.received("Announce")
        self.assertEqual((announce["actor"], announce["object"], announce["to"]), (f"{self.here.url}/relay", note.uri, [f"{self.here.url}/relay/followers"]))
        self.assertEqual(self.far.received("Create"), [])
        now = await self.here.note(note.uri)
        assert now is not None
        self.assertEqual(now.boosts_count, 0)
        self.assertEqual(await self.here.told(self.alice), [])

    async def test_what_a_relay_announces_is_news_and_no_boost(self) -> None:
        await self.subscribe()
        third = await self.peer()
        carol = third.person("carol")
        uri = third.note(carol, 1)["id"]
        announce = {**self.activity("Announce", uri, 3), "actor": self.relay, "to": [f"{self.relay}/followers"]}
        self.assertEqual(await self.send(announce, by=self.relay), 202)
        note = await self.here.note(uri)
        assert note is not None
        self.assertEqual((note.account.uri, note.boosts_count, await self.notes()), (carol, 0, 1))

    async def test_of_a_relay_that_was_left_nothing_is_taken(self) -> None:
        await self.subscribe()
        await self.here.core.relays.unsubscribe(self.relay)
        await self.quiet(self.here)
        self.assertEqual(self.far.received("Undo")[-1]["object"]["object"], self.relay)
        third = await self.peer()
        uri = third.note(third.person("carol"), 1)["id"]
        await self.send({**self.activity("Announce", uri, 3), "actor": self.relay}, by=self.relay)
        self.assertEqual((await self.notes(), await self.here.core.relays.list()), (0, []))

    async def test_nobody_else_accepts_for_the_relay(self) -> None:
        await self.here.core.relays.subscribe(self.relay)
        await self.quiet(self.here)
        (follow,) = self.far.received("Follow")
        await self.send(self.activity("Accept", follow, 1))
        self.assertEqual(await self.accepted(self.relay), "asked")


class MastodonTests(RelayCase):
    async def subscribe(self) -> str:
        url = f"{self.far.url}/relay/inbox"
        await self.here.core.relays.subscribe(url)
        await self.quiet(self.here)
        (follow,) = await self.told("Follow", "/relay/inbox")
        self.assertEqual((follow["actor"], follow["object"]), (f"{self.here.url}/actor", PUBLIC))
        self.assertEqual(await self.send({**self.activity("Accept", follow["id"], 1), "actor": self.relay}, by=self.relay), 202)
        self.assertEqual(await self.accepted(url), "accepted")
        return url

    async def test_what_is_public_is_sent_to_its_inbox(self) -> None:
        url = await self.subscribe()
        note = await self.here.say(self.alice, "to all")
        await self.here.say(self.alice, "not to all", visibility=Visibility.UNLISTED)
        await self.quiet(self.here)
        (create,) = await self.told("Create", "/relay/inbox")
        self.assertEqual((create["actor"], create["object"]["id"]), (self.alice.uri, note.uri))
        await self.here.core.relays.unsubscribe(url)
        await self.quiet(self.here)
        (undo,) = await self.told("Undo", "/relay/inbox")
        self.assertEqual(undo["object"]["object"], PUBLIC)
        await self.here.say(self.alice, "once more")
        await self.quiet(self.here)
        self.assertEqual(len(await self.told("Create", "/relay/inbox")), 1)

    async def test_what_it_forwards_is_fetched_from_its_author(self) -> None:
        await self.subscribe()
        third = await self.peer()
        carol = third.person("carol")
        note = third.note(carol, 1)
        create = {"id": f"{third.url}/creates/1", "type": "Create", "actor": carol, "object": {**note, "content": "<p>forged</p>"}, "to": [PUBLIC]}
        self.assertEqual(await self.send(create, by=self.relay), 202)
        found = await self.here.note(note["id"])
        assert found is not None
        self.assertEqual(found.content, "<p>note 1</p>")
        await self.send({**create, "id": f"{third.url}/creates/2", "object": third.note(carol, 2)})  # by bob, who is no relay
        self.assertIsNone(await self.here.note(f"{third.url}/notes/2"))

    async def test_another_server_does_not_accept_for_it(self) -> None:
        url = f"{self.far.url}/relay/inbox"
        await self.here.core.relays.subscribe(url)
        await self.quiet(self.here)
        (follow,) = await self.told("Follow", "/relay/inbox")
        third = await self.peer()
        eve = third.person("eve")
        await third.post(self.inbox, {"id": f"{third.url}/accepts/1", "type": "Accept", "actor": eve, "object": follow["id"]}, by=eve)
        await self.quiet(self.here)
        self.assertEqual(await self.accepted(url), "asked")


class ServingTests(RelayCase):
    async def test_who_follows_the_public_gets_what_is_public(self) -> None:
        """As Mastodon asks a relay, at its inbox."""
        follow = {**self.activity("Follow", PUBLIC, 1), "actor": self.bob}
        self.inbox = f"{self.here.url}/relay/inbox"
        self.assertEqual(await self.send(follow), 202)
        self.assertEqual(self.far.received("Accept")[-1]["object"]["id"], follow["id"])
        note = await self.here.say(self.alice, "to all")
        await self.quiet(self.here)
        self.assertEqual(self.far.received("Announce")[-1]["object"], note.uri)
        self.assertEqual(await self.send(self.activity("Undo", follow, 2)), 202)
        await self.here.say(self.alice, "once more")
        await self.quiet(self.here)
        self.assertEqual(len(self.far.received("Announce")), 1)

    async def test_its_actor_is_shown(self) -> None:
        status, body = await self.far.get(f"{self.here.url}/relay")
        actor = json.loads(body)
        self.assertEqual((status, actor["type"], actor["preferredUsername"], actor["followers"]), (200, "Application", "relay", f"{self.here.url}/relay/followers"))
        self.assertEqual(json.loads((await self.far.get(actor["followers"]))[1])["totalItems"], 0)

    async def test_two_servers_of_ours_relay_to_each_other(self) -> None:
        other = await self.server()
        carol = await other.person("carol")
        await self.here.core.relays.subscribe(f"{other.url}/relay")
        await self.quiet(self.here, other)
        note = await other.say(carol, "to all")
        await self.quiet(other, self.here)
        self.assertIsNotNone(await self.here.note(note.uri))
