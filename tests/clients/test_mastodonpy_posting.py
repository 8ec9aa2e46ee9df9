"""Mastodon.py: writing notes, with pictures, films and polls, and being told of it: by push and by both kinds of stream."""

from __future__ import annotations

import io
import warnings
from typing import Any

from mastodon import MastodonAPIError
from PIL import Image
from twisted.internet import defer, reactor
from twisted.internet.threads import deferToThread

from protocols.mastodon.streaming import hub
from tests.clients.mastodonpy import SECONDS, Ear, MastodonPyCase
from tests.support.push import PushService
from web.outbound.client import client_of


def picture(colour: tuple[int, int, int] = (0, 90, 0), format: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, format)
    return out.getvalue()


class PostingTests(MastodonPyCase):
    async def test_pictures(self) -> None:
        await self.person("alice")
        await deferToThread(self.pictures)

    def pictures(self) -> None:
        alice = self.app("alice")
        first = alice.media_post(picture(), mime_type="image/png", description="green", focus=(0.5, -0.5))
        self.assertEqual((first.type, first.meta.original.size, first.meta.focus.x), ("image", "64x48", 0.5))
        second = alice.media_post(picture(format="JPEG"), mime_type="image/jpeg", synchronous=True)
        self.assertEqual(alice.media_update(second, description="said later").description, "said later")
        self.assertEqual(alice.media(second).description, "said later")
        said = alice.status_post("", media_ids=[second, first], sensitive=True)
        self.assertEqual([one.id for one in said.media_attachments], [second.id, first.id])
        self.assertTrue(said.sensitive)
        change = alice.generate_media_edit_attributes(first.id, description="very green", focus=(0, 0))
        # With media_ids besides, Mastodon.py 2.3 stumbles over its own feet.
        edited = alice.status_update(said, "with words", media_attributes=[change])
        self.assertEqual([one.description for one in edited.media_attachments], ["very green"])
        self.assertEqual(len(alice.status_history(said)), 2)
        [shown] = alice.account_statuses(alice.me(), only_media=True)
        self.assertEqual(shown.id, said.id)
        face = alice.account_update_credentials(avatar=picture((90, 0, 0)), avatar_mime_type="image/png", header=picture(), header_mime_type="image/png")
        self.assertIn("/media/", face.avatar)
        self.assertIn("/media/", face.header)
        alice.account_delete_avatar()
        with self.assertRaises(MastodonAPIError):
            alice.media_post(b"<svg></svg>", mime_type="image/svg+xml")

    async def test_polls(self) -> None:
        await self.person("alice")
        await self.person("bob")
        await deferToThread(self.polls)

    def polls(self) -> None:
        alice, bob = self.app("alice"), self.app("bob")
        one = alice.status_post("Tea?", poll=alice.make_poll(["yes", "no"], 3600, hide_totals=True)).poll
        self.assertEqual((one.multiple, one.expired, one.voted, [option.votes_count for option in one.options]), (False, False, True, [None, None]))
        voted = bob.poll_vote(one, [1])
        self.assertEqual((voted.voted, voted.own_votes, voted.votes_count), (True, [1], 1))
        with self.assertRaisesRegex(MastodonAPIError, "already voted"):
            bob.poll_vote(one, [0])
        many = alice.status_post("What?", poll=alice.make_poll(["a", "b", "c"], 3600, multiple=True)).poll
        self.assertEqual([option.votes_count for option in bob.poll_vote(many, [0, 2]).options], [1, 0, 1])
        self.assertEqual(alice.poll(many).voters_count, 1)

    async def test_ways_of_posting(self) -> None:
        await self.person("alice")
        await self.person("bob")
        await deferToThread(self.ways)

    def ways(self) -> None:
        alice, bob = self.app("alice"), self.app("bob")
        for visibility in ("public", "unlisted", "private", "direct"):
            self.assertEqual(alice.status_post("x", visibility=visibility).visibility, visibility)
        root = bob.status_post("a question", language="de")
        reply = alice.status_reply(root, "an answer", untag=False)
        self.assertEqual((root.language, reply.in_reply_to_id, [one.acct for one in reply.mentions]), ("de", root.id, ["bob"]))
        again = [alice.status_post("once", idempotency_key="one").id for _ in range(2)]
        self.assertEqual(len(set(again)), 1)
        self.assertTrue(alice.status_pin(again[0]).pinned)
        self.assertEqual([one.id for one in alice.account_statuses(alice.me(), pinned=True)], [again[0]])
        alice.status_unpin(again[0])
        self.assertTrue(alice.status_mute(root).muted)
        self.assertFalse(alice.status_unmute(root).muted)
        boost = alice.status_reblog(root, visibility="private")
        self.assertEqual((boost.reblog.id, boost.visibility), (root.id, "private"))
        self.assertEqual([one.acct for one in bob.status_reblogged_by(root)], ["alice"])
        self.assertFalse(alice.status_unreblog(root).reblogged)
        self.assertIsNone(alice.status_card(root))
        gone = alice.status_delete(reply)
        self.assertEqual(gone.text, "@bob an answer")

    async def test_push(self) -> None:
        service = PushService()
        self.addCleanup(service.stop)
        self.addCleanup(lambda: defer.ensureDeferred(client_of(self.core, reactor).close()))
        await self.core.jobs.start()
        alice = await self.person("alice")
        bob = await self.person("bob")
        api, secret = await deferToThread(self.subscribe, service.url)
        said = await self.say(bob, "@alice look")
        message = await service.message()
        told = await deferToThread(
            api.push_subscription_decrypt_push, message.body, secret, message.headers["encryption"], message.headers["crypto-key"]
        )
        self.assertEqual((told.notification_type, told.access_token), ("mention", api.access_token))
        shown = await deferToThread(api.notifications, told.notification_id)
        self.assertEqual((shown.status.id, shown.account.acct), (str(said.id), "bob"))
        self.assertEqual(alice.acct, (await deferToThread(api.me)).acct)
        await deferToThread(self.unsubscribe, api)

    def subscribe(self, url: str) -> Any:
        api = self.app("alice")
        secret, public = api.push_subscription_generate_keys()
        made = api.push_subscription_set(url + "/there", public, mention_events=True, follow_events=False, policy="all")
        self.assertEqual((made.endpoint, made.alerts.mention, made.alerts.follow), (url + "/there", True, False))
        self.assertEqual(api.push_subscription().id, made.id)
        return api, secret

    def unsubscribe(self, api: Any) -> None:
        changed = api.push_subscription_update(favourite_events=True, policy="followed")
        self.assertEqual((changed.alerts.favourite, changed.policy), (True, "followed"))
        api.push_subscription_delete()
        with self.assertRaises(MastodonAPIError):
            api.push_subscription()


class StreamTests(MastodonPyCase):
    def setUp(self):
        # Mastodon.py cannot end a stream while nothing comes over it.
        self.patch(hub, "HEARTBEAT_SECONDS", 0.3)
        warnings.simplefilter("ignore")
        return super().setUp()

    async def test_every_stream_over_both_transports(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.follow(alice, bob)
        await deferToThread(self.streams)

    def streams(self) -> None:
        alice, bob = self.app("alice"), self.app("bob")
        friends = alice.list_create("Friends")
        alice.list_accounts_add(friends, [bob.me()])
        ways: dict[str, Any] = {
            "user": alice.plain.stream_user,
            "public": alice.plain.stream_public,
            "local": alice.plain.stream_local,
            "tag": lambda ear, **more: alice.plain.stream_hashtag("sea", ear, **more),
            "list": lambda ear, **more: alice.plain.stream_list(friends.id, ear, **more),
        }
        for transport in ("sse", "websocket"):
            ears = {name: Ear() for name in ways}
            handles: list[Any] = []
            try:
                if transport == "sse":
                    for name, listen in ways.items():
                        handles.append(listen(ears[name], run_async=True))
                        ears[name].hearts.get(timeout=SECONDS)
                else:
                    for name, listen in ways.items():
                        # One socket for each: Mastodon.py hands the answer to an unknown stream to the listener it was opened with.
                        handle = alice.plain.stream_open_websocket(ears[name])
                        handles.append(handle)
                        listen(ears[name], websocket_handle=handle)
                        handle._send({"type": "subscribe", "stream": "nonsense"})
                        self.assertEqual(ears[name].next()[0], "error")
                said = bob.status_post(f"over {transport} #sea")
                for ear in ears.values():
                    name, status = ear.next()
                    self.assertEqual((name, status.id), ("update", said.id))
                bob.status_update(said, f"edited over {transport} #sea")
                for ear in ears.values():
                    name, status = ear.next()
                    self.assertEqual((name, status.id, status.content), ("status_update", said.id, status.content))
                bob.status_delete(said)
                for ear in ears.values():
                    self.assertEqual(ear.next(), ("delete", str(said.id)))
                made = alice.create_filter_v2("x", ["home"], "warn")
                self.assertEqual(ears["user"].next()[0], "filters_changed")
                alice.delete_filter_v2(made)
                self.assertEqual(ears["user"].next()[0], "filters_changed")
            finally:
                for handle in handles:
                    handle.close()
