"""Relays of both kinds, as one who takes part and as the one others take part in."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from pleromad.ids import PUBLIC
from pleromad.model.activity import Delete
from pleromad.model.note import Visibility
from tests.protocols.activitypub.test_inbox import InboxCase
from tests.support.peer import Peer


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

    async def test_what_it_announces_is_fetched_from_its_author(self) -> None:
        """As most do today, whole activities or ids; nothing of what stands inside counts, and nothing is a boost."""
        await self.subscribe()
        third = await self.peer()
        carol = third.person("carol")
        real = [third.note(carol, number) for number in (1, 2, 3)]
        create = {"id": f"{third.url}/creates/2", "type": "Create", "actor": carol, "object": {**real[1], "content": "<p>forged</p>"}}
        for number, object in enumerate((real[0]["id"], create, {**real[2], "content": "<p>forged</p>"}, f"{self.here.url}/notes/1")):
            await self.send({**self.activity("Announce", object, 20 + number, to=[PUBLIC]), "actor": self.relay}, by=self.relay)
        for number in (1, 2, 3):
            found = await self.here.note(f"{third.url}/notes/{number}")
            assert found is not None
            self.assertEqual((found.content, found.boosts_count), (f"<p>note {number}</p>", 0))
        self.assertEqual(await self.notes(), 3)

    async def test_an_accept_that_does_not_name_the_follow(self) -> None:
        url = f"{self.far.url}/relay/inbox"
        await self.here.core.relays.subscribe(url)
        await self.quiet(self.here)
        for number, (object, state) in enumerate(((f"{self.far.url}/x", "asked"), ({"type": "Follow", "actor": self.bob, "object": PUBLIC}, "asked"), ({"type": "Follow", "actor": f"{self.here.url}/actor", "object": PUBLIC}, "accepted"))):
            await self.send({**self.activity("Accept", object, 1 + number), "actor": self.relay}, by=self.relay)
            self.assertEqual(await self.accepted(url), state)

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


class PassingOnTests(RelayCase):
    """`far` takes part as LitePub does, a third server as Mastodon does, a fourth as either."""

    async def set_up(self) -> None:
        await super().set_up()
        self.turn(True)
        self.third, self.fourth = await self.peer(), await self.peer()
        self.carol = self.third.person("carol")

    def turn(self, on: bool) -> None:
        settings = self.here.core.settings
        federation = msgspec.structs.replace(settings.federation, relay=on)
        self.here.core.settings = msgspec.structs.replace(settings, federation=federation)

    async def post(self, peer: Peer, activity: dict[str, Any], by: str) -> int:
        status = await peer.post(f"{self.here.url}/relay/inbox", activity, by=by)
        await self.quiet(self.here)
        return status

    async def mastodon(self, peer: Peer, type: str = "Application") -> str:
        """Takes part: its own actor follows the public."""
        own = peer.person(f"own{type}", type=type)
        self.assertEqual(await self.post(peer, {"id": f"{own}#follow", "type": "Follow", "actor": own, "object": PUBLIC}, own), 202)
        self.assertEqual(peer.received("Accept")[-1]["actor"], f"{self.here.url}/relay")
        return own

    async def litepub(self) -> None:
        follow = {**self.activity("Follow", f"{self.here.url}/relay", 1), "actor": self.relay}
        self.assertEqual(await self.post(self.far, follow, self.relay), 202)
        (back,) = self.far.received("Follow")
        self.assertEqual((back["actor"], back["object"]), (f"{self.here.url}/relay", self.relay))
        await self.send({**self.activity("Accept", back, 2), "actor": self.relay}, by=self.relay)

    def said(self, number: int = 1, **more: Any) -> dict[str, Any]:
        note = self.third.note(self.carol, number, **more)
        return {"id": f"{self.third.url}/creates/{number}", "type": "Create", "actor": self.carol, "object": note, "to": note["to"], "cc": note["cc"]}

    def announced(self, peer: Peer) -> list[str]:
        for each in peer.received("Announce"):
            self.assertEqual(each["actor"], f"{self.here.url}/relay")
        return [each["object"] for each in peer.received("Announce")]

    async def test_what_one_server_says_goes_to_the_others_and_not_back(self) -> None:
        await self.litepub()
        await self.mastodon(self.third)
        await self.mastodon(self.fourth)
        create = self.said()
        self.assertEqual(await self.post(self.third, create, self.carol), 202)
        uri = create["object"]["id"]
        self.assertEqual([self.announced(peer) for peer in (self.far, self.third, self.fourth)], [[uri], [], [uri]])
        note = await self.here.note(uri)
        assert note is not None
        self.assertEqual(note.boosts_count, 0)
        await self.post(self.third, {**create, "id": f"{self.third.url}/creates/again"}, self.carol)
        self.assertEqual([self.announced(peer) for peer in (self.far, self.fourth)], [[uri], [uri]])

    async def test_what_a_relay_actor_announces_is_fetched_and_goes_on(self) -> None:
        await self.litepub()
        await self.mastodon(self.fourth)
        real = self.third.note(self.carol, 1)
        forged = {**real, "content": "<p>forged</p>"}
        for number, object in enumerate((forged, real["id"], {"id": f"{self.third.url}/notes/404", **{key: real[key] for key in ("type", "attributedTo", "to")}})):
            await self.send({**self.activity("Announce", object, 10 + number, to=[f"{self.relay}/followers"]), "actor": self.relay}, by=self.relay)
        note = await self.here.note(real["id"])
        assert note is not None
        self.assertEqual((note.content, note.boosts_count, await self.notes()), ("<p>note 1</p>", 0, 1))
        self.assertEqual([self.announced(peer) for peer in (self.far, self.third, self.fourth)], [[], [], [real["id"]]])

    async def test_edits_and_deletions_go_on_as_they_came(self) -> None:
        await self.litepub()
        await self.mastodon(self.third)
        await self.mastodon(self.fourth)
        create = self.said()
        await self.post(self.third, create, self.carol)
        note = self.third.note(self.carol, 1, content="<p>edited</p>", updated="2026-11-24T12:00:00Z")
        update = {"id": f"{self.third.url}/updates/1", "type": "Update", "actor": self.carol, "object": note, "to": [PUBLIC]}
        await self.post(self.third, update, self.carol)
        delete = {"id": f"{self.third.url}/deletes/1", "type": "Delete", "actor": self.carol, "object": note["id"], "to": [PUBLIC]}
        await self.post(self.third, delete, self.carol)
        self.assertIsNone(await self.here.note(note["id"]))
        for peer in (self.far, self.fourth):
            self.assertEqual((peer.received("Update"), peer.received("Delete")), ([update], [delete]))
        self.assertEqual((self.third.received("Update"), self.third.received("Delete")), ([], []))

    async def test_only_what_all_may_read_of_servers_that_take_part(self) -> None:
        await self.mastodon(self.fourth)
        await self.here.core.resolver.account(self.carol)  # type: ignore[union-attr]
        await self.post(self.third, self.said(1), self.carol)  # does not take part
        eve = self.far.person("eve")
        await self.mastodon(self.third, "Person")  # only a person of it
        await self.post(self.third, self.said(2), self.carol)
        await self.mastodon(self.third)
        for number, more in enumerate(({"to": [f"{self.carol}/followers"], "cc": []}, {"to": [f"{self.carol}/followers"], "cc": [PUBLIC]}, {"published": "2026-01-01T00:00:00Z"})):
            await self.post(self.third, self.said(10 + number, **more), self.carol)
        await self.send({**self.activity("Announce", self.said(20)["object"]["id"], 30, to=[PUBLIC]), "actor": eve}, by=eve)
        self.assertEqual(self.announced(self.fourth), [])
        self.turn(False)
        await self.post(self.third, self.said(3), self.carol)
        self.assertEqual(self.announced(self.fourth), [])
        self.turn(True)
        await self.post(self.third, self.said(4), self.carol)
        self.assertEqual(self.announced(self.fourth), [f"{self.third.url}/notes/4"])

    async def test_who_leaves_is_followed_back_no_more(self) -> None:
        await self.litepub()
        undo = self.activity("Undo", {"id": f"{self.far.url}/activities/1", "type": "Follow", "actor": self.relay, "object": f"{self.here.url}/relay"}, 5)
        await self.post(self.far, {**undo, "actor": self.relay}, self.relay)
        self.assertEqual(self.far.received("Undo")[-1]["object"]["object"], self.relay)
        await self.here.say(self.alice, "to all")
        await self.quiet(self.here)
        self.assertEqual(self.announced(self.far), [])

    async def test_three_servers_of_ours(self) -> None:
        """Both others take part in this one: what is said on one is read on the other, and is gone there when it is deleted."""
        one, other = await self.server(), await self.server()
        for server in (one, other):
            await server.core.relays.subscribe(f"{self.here.url}/relay")
            await self.quiet(self.here, server, self.here, server)
        carol = await one.person("carol")
        note = await one.say(carol, "to all")
        await self.quiet(one, self.here, other)
        found = await other.note(note.uri)
        assert found is not None
        self.assertEqual((found.boosts_count, await other.told(await other.person("dan"))), (0, []))
        await one.submit(Delete(actor_id=carol.id, note_id=note.id))
        await self.quiet(one, self.here, other)
        self.assertEqual((await self.here.note(note.uri), await other.note(note.uri)), (None, None))
