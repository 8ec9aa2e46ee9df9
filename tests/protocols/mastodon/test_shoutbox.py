"""Pleroma's shoutbox over a raw WebSocket: the lobby, as a Phoenix channel."""

from __future__ import annotations

import json
from typing import Any

from wsproto.events import AcceptConnection, CloseConnection, RejectConnection, TextMessage

from pleromad.model.account import Account
from pleromad.model.activity import Block, Delete, Follow, Undo, Update
from pleromad.model.note import NoteDraft
from pleromad.model.page import Page
from protocols.mastodon.shoutbox.box import PATH
from tests.protocols.mastodon.case import MastodonCase
from tests.protocols.mastodon.test_streaming import Socket

TOPIC = "chat:public"


class ShoutCase(MastodonCase):
    SETTINGS = {"rooms": {"lobby": "hall"}}

    async def people(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        self.hall = await self.core.accounts.open_room(self.alice.id, "hall")
        await self.submit(Follow(actor_id=self.bob.id, target_id=self.hall.id), self.bob)

    async def word(self, account: Account, *scopes: str) -> str:
        """The chat_token of somebody's app."""
        me = await self.call("GET", "/api/v1/accounts/verify_credentials", await self.token(account, *scopes))
        return str(me["pleroma"].get("chat_token", ""))

    async def open(self, word: str, *, vsn: str = "2.0.0", headers: dict[str, str] | None = None) -> Socket:
        return Socket(self, f"{PATH}?token={word}&vsn={vsn}", headers or {}, [])

    async def joined(self, account: Account) -> tuple[Socket, list[str]]:
        """A connection that is in, and the lines it was shown."""
        socket = await self.open(await self.word(account))
        self.assertIsInstance(await socket.event(), AcceptConnection)
        say(socket, ["3", "3", TOPIC, "phx_join", {}])
        self.assertEqual(await told(socket), ["3", "3", TOPIC, "phx_reply", {"status": "ok", "response": {}}])
        return socket, texts(await told(socket))


def say(socket: Socket, frame: Any) -> None:
    socket.exchange.send(socket.near.send(TextMessage(json.dumps(frame))))


async def told(socket: Socket) -> Any:
    event = await socket.event()
    assert isinstance(event, TextMessage), event
    return json.loads(event.data)


def texts(frame: Any) -> list[str]:
    assert frame[2:4] == [TOPIC, "messages"], frame
    return [message["text"] for message in frame[4]["messages"]]


class ShoutboxTests(ShoutCase):
    async def test_what_is_said_in_either_shows_in_the_other(self) -> None:
        await self.people()
        await self.say(self.bob, "good morning", room_id=self.hall.id)
        socket, earlier = await self.joined(self.alice)
        self.assertEqual(earlier, ["good morning"])
        say(socket, ["3", "4", TOPIC, "new_msg", {"text": " hello there "}])
        frames = [await told(socket), await told(socket)]
        self.assertIn(["3", "4", TOPIC, "phx_reply", {"status": "ok", "response": {}}], frames)
        (new,) = [frame for frame in frames if frame[3] == "new_msg"]
        self.assertEqual((new[:3], new[4]["text"], new[4]["author"]["acct"]), (["3", None, TOPIC], "hello there", "alice"))
        (seen, _) = (await self.core.reading.room(self.bob.id, self.hall.id, Page())).items
        self.assertEqual((seen.note.source, str(seen.note.id)), ("hello there", new[4]["id"]))
        await self.say(self.bob, "<b>&", room_id=self.hall.id)
        self.assertEqual((await told(socket))[4]["text"], "<b>&")

    async def test_edits_and_deletions_are_shown_as_the_lines_anew(self) -> None:
        await self.people()
        one = await self.say(self.bob, "first", room_id=self.hall.id)
        two = await self.say(self.bob, "second", room_id=self.hall.id)
        socket, _ = await self.joined(self.alice)
        await self.submit(Update(actor_id=self.bob.id, note_id=one.id, note=NoteDraft(text="1st", room_id=self.hall.id)), self.bob)
        self.assertEqual(texts(await told(socket)), ["1st", "second"])
        await self.submit(Delete(actor_id=self.bob.id, note_id=two.id), self.bob)
        self.assertEqual(texts(await told(socket)), ["1st"])

    async def test_heartbeats_and_the_older_frames(self) -> None:
        await self.people()
        socket = await self.open(await self.word(self.alice), vsn="1.0.0")
        self.assertIsInstance(await socket.event(), AcceptConnection)
        say(socket, {"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "1"})
        self.assertEqual(
            await told(socket), {"topic": "phoenix", "event": "phx_reply", "payload": {"status": "ok", "response": {}}, "ref": "1", "join_ref": None}
        )
        say(socket, {"topic": TOPIC, "event": "phx_join", "payload": {}, "ref": "2"})
        self.assertEqual([(await told(socket))["event"], (await told(socket))["event"]], ["phx_reply", "messages"])

    async def test_whom_one_blocks_is_not_heard(self) -> None:
        await self.people()
        carol = await self.person("carol")
        await self.submit(Block(actor_id=self.alice.id, target_id=self.bob.id), self.alice)
        await self.submit(Follow(actor_id=carol.id, target_id=self.hall.id), carol)
        socket, _ = await self.joined(self.alice)
        await self.say(self.bob, "unheard", room_id=self.hall.id)
        await self.say(carol, "heard", room_id=self.hall.id)
        self.assertEqual((await told(socket))[4]["text"], "heard")

    async def test_who_writes_there_and_left_comes_in_again_and_who_is_banned_does_not(self) -> None:
        await self.people()
        following = Follow(actor_id=self.bob.id, target_id=self.hall.id)
        await self.submit(Undo(actor_id=self.bob.id, of=following), self.bob)
        socket, _ = await self.joined(self.bob)
        say(socket, ["3", "4", TOPIC, "new_msg", {"text": "back"}])
        self.assertEqual({(await told(socket))[3], (await told(socket))[3]}, {"phx_reply", "new_msg"})
        self.assertTrue(await self.core.reading.is_member(self.bob.id, self.hall.id))
        await self.submit(Block(actor_id=self.alice.id, target_id=self.bob.id, room_id=self.hall.id), self.alice)
        say(socket, ["3", "5", TOPIC, "new_msg", {"text": "still here"}])
        reply = await told(socket)
        self.assertEqual((reply[1], reply[3], reply[4]["status"]), ("5", "phx_reply", "error"))

    async def test_other_topics_and_broken_frames(self) -> None:
        await self.people()
        socket = await self.open(await self.word(self.alice))
        self.assertIsInstance(await socket.event(), AcceptConnection)
        for broken in ({}, [], [None, "1", TOPIC], ["1", "1", "x" * 200, "phx_join", {}], ["1", "1", TOPIC, "new_msg", {"text": 3}], 7):
            say(socket, broken)
        say(socket, ["1", "1", "chat:private", "phx_join", {}])
        self.assertEqual(await told(socket), ["1", "1", "chat:private", "phx_reply", {"status": "error", "response": {"reason": "unmatched topic"}}])
        say(socket, [None, "2", TOPIC, "new_msg", {"text": "not joined"}])
        self.assertEqual((await told(socket))[4]["status"], "error")


class PassTests(ShoutCase):
    async def refused(self, word: str, **headers: str) -> int:
        socket = await self.open(word, headers=headers)
        event = await socket.event()
        assert isinstance(event, RejectConnection), event
        await socket.event()  # the body
        return event.status_code

    async def test_who_may_not_write_is_given_none(self) -> None:
        await self.people()
        self.assertEqual(await self.word(self.alice, "read"), "")
        self.assertNotEqual(await self.word(self.alice, "read", "write:statuses"), "")

    async def test_forged_and_foreign_ones_are_refused(self) -> None:
        await self.people()
        good = await self.word(self.alice)
        token_id, _, rest = good.split(".", 2)
        for word in ("", "...", f"{token_id}.{self.bob.id}.{rest}", good[:-1], good + "0", "%C3%A9.1"):
            self.assertEqual(await self.refused(word), 401, word)
        self.assertEqual(await self.refused(good, Origin="https://elsewhere.example"), 403)
        socket = await self.open(good, headers={"Origin": self.core.settings.http.public_url})
        self.assertIsInstance(await socket.event(), AcceptConnection)
        say(socket, [None, "1", "phoenix", "heartbeat", {}])
        self.assertEqual((await told(socket))[1], "1")

    async def test_a_revoked_token_ends_it(self) -> None:
        await self.people()
        socket, _ = await self.joined(self.alice)
        word = await self.word(self.alice)
        for token in await self.core.accounts.tokens_of(self.alice.id):
            await self.core.accounts.delete_token(self.alice.id, token.id)
        self.assertIsInstance(await socket.event(), CloseConnection)
        self.assertEqual(await self.refused(word), 401)

    async def test_without_a_lobby_there_is_none(self) -> None:
        self.core.settings = await self._without_a_lobby()
        await self.people()
        self.assertEqual(await self.word(self.alice), "")

    async def _without_a_lobby(self) -> Any:
        from tests.support.core import settings_of

        return settings_of({"rooms": {"lobby": ""}}, str(self.core.settings.data_dir))
