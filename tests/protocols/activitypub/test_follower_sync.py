"""FEP-8fcf in both directions, and inbox forwarding."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pleromad.ids import PUBLIC
from pleromad.model.activity import Follow
from pleromad.model.note import Visibility
from protocols.activitypub.follower_sync import parse
from tests.protocols.activitypub.test_delivery import DeliveryCase
from tests.protocols.activitypub.test_inbox import InboxCase


def digest(*uris: str) -> str:
    number = 0
    for uri in uris:
        number ^= int(hashlib.sha256(uri.encode()).hexdigest(), 16)
    return f"{number:064x}"


class SentTests(DeliveryCase):
    async def test_what_is_for_followers_carries_a_digest_of_those_on_that_server(self) -> None:
        third = await self.peer()
        carol = await self.follower(self.far, "carol")
        joe = await self.follower(third, "joe")
        await self.say("for all")
        self.assertNotIn("collection-synchronization", self.far.asked[-1].headers)
        await self.say("for followers", visibility=Visibility.FOLLOWERS)
        for peer, people in ((self.far, (self.bob, carol)), (third, (joe,))):
            told = parse(peer.asked[-1].headers["collection-synchronization"])
            self.assertEqual((told["collectionId"], told["digest"]), (self.alice.followers_uri, digest(*(one.uri for one in people))))
            status, body = await peer.get(told["url"], by=people[0].uri)
            self.assertEqual((status, sorted(json.loads(body)["orderedItems"])), (200, sorted(one.uri for one in people)))
        self.assertEqual((await self.far.get(told["url"]))[0], 401)

    def test_the_header_is_parsed_strictly(self) -> None:
        self.assertEqual(parse('collectionId="a", url="b", digest="c"'), {"collectionId": "a", "url": "b", "digest": "c"})
        for wrong in ("", 'url="a", url="b"', "url=a", 'url="a" digest="b"', 'url="' + "x" * 5_000):
            self.assertEqual(parse(wrong), {})


class HeardTests(InboxCase):
    async def told(self, *people: str, url: str = "", sum: str = "") -> None:
        """bob sends something for followers and says who of here follows him."""
        path = "/users/bob/sync"
        self.far.put(path, {"id": self.far.url + path, "type": "OrderedCollection", "orderedItems": list(people)})
        header = f'collectionId="{self.bob}/followers", url="{url or self.far.url + path}", digest="{sum or digest(*people)}"'
        await self.far.post(self.inbox, self.activity("Like", "x", len(self.far.asked)), by=self.bob, extra={"Collection-Synchronization": header})
        await self.quiet(self.here)

    async def relation(self) -> Any:
        bob = await self.account(self.bob)
        return (await self.here.core.reading.relationships(self.alice.id, [bob.id]))[0]

    async def test_a_follow_they_do_not_have_is_given_up(self) -> None:
        await self.follow_bob()
        await self.told(self.alice.uri)
        self.assertEqual((self.far.asked_for("/users/bob/sync"), (await self.relation()).following), (0, True))
        await self.told()
        self.assertEqual(((await self.relation()).following, len(self.far.received("Undo"))), (False, 1))

    async def test_a_list_on_another_server_is_not_asked_for(self) -> None:
        await self.follow_bob()
        third = await self.peer()
        await self.told(url=f"{third.url}/list", sum=digest())
        self.assertEqual((third.asked, (await self.relation()).following), ([], True))

    async def test_an_accept_that_was_lost_is_made_good(self) -> None:
        bob = await self.here.core.resolver.account(self.bob)  # type: ignore[union-attr]
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=bob.id))
        await self.quiet(self.here)
        await self.told(self.alice.uri)
        self.assertTrue((await self.relation()).following)


class ForwardingTests(DeliveryCase):
    async def test_a_reply_for_our_followers_goes_on_to_them_as_it_came_once(self) -> None:
        third = await self.peer()
        await self.follower(third, "joe")
        said = await self.here.say(self.alice, "who answers?")
        await self.quiet(self.here)
        note = self.far.note(self.bob.uri, 1, inReplyTo=said.uri, cc=[self.alice.followers_uri, self.alice.uri])
        create = {"id": f"{self.far.url}/creates/1", "type": "Create", "actor": self.bob.uri, "object": note, "to": [PUBLIC], "cc": note["cc"]}
        for _ in range(2):
            self.assertEqual(await self.far.post(f"{self.here.url}/inbox", create, by=self.bob.uri), 202)
            await self.quiet(self.here)
        passed_on = [one.body for one in third.asked if b"/creates/1" in one.body]
        self.assertEqual(passed_on, [json.dumps(create).encode()])
        self.assertEqual([one for one in self.far.asked if b"/creates/1" in one.body], [])

    async def test_others_and_what_answers_nothing_of_ours_do_not(self) -> None:
        third = await self.peer()
        await self.follower(third, "joe")
        before = len(third.asked)
        note = self.far.note(self.bob.uri, 1, inReplyTo=f"{self.far.url}/notes/7", cc=[self.alice.followers_uri, self.alice.uri])
        create = {"id": f"{self.far.url}/creates/1", "type": "Create", "actor": self.bob.uri, "object": note, "to": [PUBLIC], "cc": note["cc"]}
        await self.far.post(f"{self.here.url}/inbox", create, by=self.bob.uri)
        await self.quiet(self.here)
        self.assertEqual(len(third.asked), before)
