"""Mastodon.py over a real port: logging in through the web pages, writing, reading, streaming both ways."""

from __future__ import annotations

import io
import warnings
from importlib.util import find_spec
from typing import Any

from mastodon import Mastodon, MastodonNotFoundError, MastodonUnauthorizedError
from PIL import Image
from twisted.internet.threads import deferToThread

from protocols.mastodon.streaming import hub
from tests.clients.mastodonpy import SECONDS, Ear, MastodonPyCase


class MastodonPyTests(MastodonPyCase):
    def setUp(self):
        # Mastodon.py cannot end a stream while nothing comes over it.
        self.patch(hub, "HEARTBEAT_SECONDS", 0.3)
        return super().setUp()

    async def test_a_conversation_of_two_apps(self) -> None:
        await self.person("alice")
        await self.person("bob")
        await deferToThread(self.talk)

    def talk(self) -> None:
        warnings.simplefilter("ignore")
        alice, bob = self.app("alice", by_password=False), self.app("bob")
        self.assertEqual((alice.me().acct, bob.me().acct), ("alice", "bob"))
        self.assertEqual(alice.instance_v2().domain, self.url.removeprefix("http://"))
        self.assertTrue(alice.verify_minimum_version("4.5.0"))
        self.assertTrue(alice.stream_healthy())
        self.assertTrue(alice.account_follow(bob.me().id).following)
        ear, web_ear = Ear(), Ear()
        stream = alice.stream_user(ear, run_async=True)
        ear.hearts.get(timeout=SECONDS)
        socket = self.websocket(alice, web_ear)
        try:
            self.post_and_read(alice, bob, ear, web_ear if socket is not None else None)
        finally:
            stream.close()
            if socket is not None:
                socket.close()
        self.look_around(alice, bob)
        token = alice.access_token
        alice.revoke_access_token(allow_http=True)
        with self.assertRaises(MastodonUnauthorizedError):
            Mastodon(access_token=token, api_base_url=self.url).me()

    def websocket(self, api: Any, ear: Ear) -> Any:
        """Mastodon.py's other transport, where the library it wants is installed."""
        if find_spec("websocket") is None:
            return None
        handle = api.stream_open_websocket(ear)
        api.stream_user(ear, websocket_handle=handle)
        # The answer to what cannot be says that what came before was heard.
        handle._send({"type": "subscribe", "stream": "nonsense"})
        self.assertEqual(ear.next()[0], "error")
        return handle

    def post_and_read(self, alice: Any, bob: Any, ear: Ear, web_ear: Ear | None) -> None:
        picture = io.BytesIO()
        Image.new("RGB", (32, 32), (0, 90, 0)).save(picture, "PNG")
        media = bob.media_post(picture.getvalue(), mime_type="image/png", description="green", focus=(0.1, 0.2))
        said = bob.status_post("Hello @alice #test", media_ids=[media], spoiler_text="look", language="en", idempotency_key="k")
        self.assertEqual(bob.status_post("Hello @alice #test", idempotency_key="k").id, said.id)
        events = dict(ear.next() for _ in range(2))
        self.assertEqual(events["update"].id, said.id)
        self.assertEqual(events["notification"].type, "mention")
        self.assertEqual(events["update"].media_attachments[0].description, "green")
        if web_ear is not None:
            self.assertEqual({web_ear.next()[0] for _ in range(2)}, {"update", "notification"})
        [at_home] = alice.timeline_home()
        self.assertEqual((at_home.id, at_home.spoiler_text, at_home.visibility), (said.id, "look", "public"))
        answer = alice.status_reply(at_home, "Hello back")
        self.assertEqual(bob.status_context(said.id).descendants[0].id, answer.id)
        alice.status_favourite(said)
        self.assertTrue(alice.status_reblog(said).reblog.reblogged)
        self.assertEqual({one.type for one in bob.notifications()}, {"mention", "favourite", "reblog", "follow"})
        edited = bob.status_update(said, "Hello everybody", spoiler_text="look")
        self.assertIn("everybody", edited.content)
        self.assertEqual(len(bob.status_history(said)), 2)
        self.assertEqual(bob.status_source(said).text, "Hello everybody")
        # Her own answer and boost come to her home first, the edit next.
        # She boosted what was edited, and is told so.
        self.assertEqual([ear.next()[0] for _ in range(2)], ["update", "update"])
        self.assertEqual({ear.next()[0] for _ in range(2)}, {"status_update", "notification"})
        bob.status_delete(said)
        self.assertEqual(ear.next(), ("delete", str(said.id)))
        with self.assertRaises(MastodonNotFoundError):
            alice.status(said.id)

    def look_around(self, alice: Any, bob: Any) -> None:
        posted = [bob.status_post(f"number {n} #count").id for n in range(5)]
        first = alice.timeline_home(limit=2)
        rest: Any = alice.fetch_remaining(first)
        self.assertEqual([one.id for one in rest][:5], posted[::-1])
        newer: Any = alice.fetch_previous(alice.fetch_next(first))
        self.assertEqual([one.id for one in newer], posted[:2:-1])
        self.assertEqual(len(alice.timeline_hashtag("count", limit=40)), 5)
        self.assertEqual(len(alice.timeline_local()), 5)
        poll = alice.status_post("Which?", poll=alice.make_poll(["one", "two"], 600)).poll
        self.assertEqual(bob.poll_vote(poll, [1]).options[1].votes_count, 1)
        self.assertEqual([one.acct for one in alice.search("bob").accounts], ["bob"])
        self.assertEqual(alice.account_relationships([bob.me().id])[0].following, True)
        self.assertEqual(alice.account_update_credentials(display_name="Alice", note="hi", fields=[("a", "b")]).display_name, "Alice")
        alice.markers_set(["home"], [posted[-1]])
        self.assertEqual(str(alice.markers_get(["home"]).home.last_read_id), str(posted[-1]))
        self.assertFalse(alice.account_mute(bob.me().id, duration=60).blocking)
        self.assertEqual([one.acct for one in alice.mutes()], ["bob"])
        alice.account_unmute(bob.me().id)
        for listing in (alice.bookmarks, alice.favourites, alice.blocks, alice.follow_requests, alice.domain_blocks, alice.conversations,
                        alice.custom_emojis, alice.filters_v2, alice.lists, alice.announcements, alice.trending_tags, alice.suggestions):  # fmt: skip
            self.assertIsInstance(listing(), list)
        self.assertEqual(alice.preferences()["posting:default:visibility"], "public")
        self.assertEqual(alice.notifications_unread_count().count, len(alice.notifications()))
        self.assertGreaterEqual(len(bob.grouped_notifications().notification_groups), 1)
        self.assertEqual(alice.app_verify_credentials().name, "Test")
