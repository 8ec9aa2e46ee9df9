from __future__ import annotations

import json
from typing import Any

import msgspec
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, RejectConnection, RejectData, TextMessage
from wsproto.events import Request as Handshake

from pleromad.model.account import Account
from pleromad.model.activity import Block, Create, Delete, EmojiReact, Like, Update
from pleromad.model.note import NoteDraft, Visibility
from protocols.mastodon.entities.notification import Notification
from protocols.mastodon.entities.status import Conversation, Status
from protocols.mastodon.streaming import hub
from tests.protocols.mastodon.case import MastodonCase


class Socket:
    """A client of the WebSocket over a transport in memory."""

    def __init__(self, case: MastodonCase, path: str, headers: dict[str, str], subprotocols: list[str]) -> None:
        self.exchange = case.client.open()
        case.addCleanup(self.exchange.hang_up)
        self.near = WSConnection(ConnectionType.CLIENT)
        extra = [(name.encode(), value.encode()) for name, value in headers.items()]
        self.exchange.send(self.near.send(Handshake("localhost", path, subprotocols=subprotocols, extra_headers=extra)))
        self.waiting: list[Any] = []
        self.read = 0

    async def event(self) -> Any:
        """The next thing the server says."""
        while not self.waiting:
            data = await self.exchange.until(lambda written: written[self.read :])
            self.read += len(data)
            self.near.receive_data(data)
            self.waiting += self.near.events()
        return self.waiting.pop(0)

    async def message(self) -> dict[str, Any]:
        event = await self.event()
        assert isinstance(event, TextMessage), event
        message: dict[str, Any] = json.loads(event.data)
        return message

    async def told(self) -> str:
        """The next event that Mastodon has, too: a direct note of one person to another is also an update of a chat."""
        while (event := str((await self.message())["event"])) == "pleroma:chat_update":
            pass
        return event

    def say(self, **order: Any) -> None:
        self.exchange.send(self.near.send(TextMessage(json.dumps(order))))


class StreamingCase(MastodonCase):
    async def people(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        await self.follow(self.alice, self.bob)
        self.by_alice = await self.token(self.alice)

    async def open(
        self, query: str = "", token: str | None = None, *, headers: dict[str, str] | None = None, subprotocols: list[str] | None = None
    ) -> Socket:
        given = dict(headers or {})
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        socket = Socket(self, f"/api/v1/streaming{query}", given, subprotocols or [])
        self.assertIsInstance(await socket.event(), AcceptConnection)
        return socket

    async def refused(self, query: str = "", **headers: str) -> tuple[int, dict[str, Any]]:
        socket = Socket(self, f"/api/v1/streaming{query}", headers, [])
        event = await socket.event()
        assert isinstance(event, RejectConnection), event
        body = await socket.event()
        assert isinstance(body, RejectData), body
        return event.status_code, json.loads(bytes(body.data))

    def payload(self, message: dict[str, Any], kind: Any) -> Any:
        value = json.loads(message["payload"])
        msgspec.convert(value, kind, strict=True)
        return value

    async def post(self, author: Account, text: str, **draft: Any) -> int:  # type: ignore[override]
        outcome = await self.submit(Create(actor_id=author.id, note=NoteDraft(text=text, **draft)), author)
        assert outcome.note_id is not None
        return outcome.note_id


class WebSocketTests(StreamingCase):
    async def test_home_is_told_of_notes_edits_and_deletions(self) -> None:
        await self.people()
        socket = await self.open("?stream=user", self.by_alice)
        id = await self.post(self.bob, "Hello")
        told = await socket.message()
        self.assertEqual((told["stream"], told["event"]), (["user"], "update"))
        status = self.payload(told, Status)
        self.assertEqual((status["id"], status["account"]["acct"]), (str(id), "bob"))
        self.assertNotIn("favourited", status)
        await self.submit(Update(actor_id=self.bob.id, note_id=id, note=NoteDraft(text="Hello again")), self.bob)
        told = await socket.message()
        self.assertEqual(told["event"], "status.update")
        self.assertIn("again", self.payload(told, Status)["content"])
        await self.submit(Delete(actor_id=self.bob.id, note_id=id), self.bob)
        self.assertEqual(await socket.message(), {"stream": ["user"], "event": "delete", "payload": str(id)})

    async def test_many_streams_share_a_connection(self) -> None:
        await self.people()
        socket = await self.open("", self.by_alice)
        for order in ({"stream": "user"}, {"stream": "public"}, {"stream": "public:local"}, {"stream": "hashtag", "tag": "Cats"}):
            socket.say(type="subscribe", **order)
        await self.post(self.bob, "about #cats")
        streams = sorted([(await socket.message())["stream"] for _ in range(4)])
        self.assertEqual(streams, [["hashtag", "cats"], ["public"], ["public:local"], ["user"]])
        socket.say(type="unsubscribe", stream="user")
        socket.say(type="unsubscribe", stream="public")
        socket.say(type="unsubscribe", stream="hashtag", tag="cats")
        await self.post(self.bob, "more #cats")
        self.assertEqual((await socket.message())["stream"], ["public:local"])
        await self.post(self.bob, "for neighbours", visibility=Visibility.LOCAL)
        self.assertEqual((await socket.message())["stream"], ["public:local"])

    async def test_a_notification_is_told_to_whom_it_is_for(self) -> None:
        await self.people()
        note = await self.say(self.alice, "mine")
        mine = await self.open("?stream=user:notification", self.by_alice)
        other = await self.open("?stream=user:notification", await self.token(self.bob))
        await self.submit(EmojiReact(actor_id=self.bob.id, note_id=note.id, emoji="🎉"), self.bob)  # not for those who do not ask
        await self.submit(Like(actor_id=self.bob.id, note_id=note.id), self.bob)
        told = await mine.message()
        self.assertEqual((told["stream"], told["event"]), (["user:notification"], "notification"))
        self.assertEqual(self.payload(told, Notification)["type"], "favourite")
        bobs = await self.say(self.bob, "theirs")
        await self.submit(Like(actor_id=self.alice.id, note_id=bobs.id), self.alice)
        self.assertEqual(self.payload(await other.message(), Notification)["account"]["acct"], "alice")

    async def test_nothing_private_is_told_to_others(self) -> None:
        await self.people()
        eve = await self.open("?stream=user", await self.token(await self.person("eve")))
        for stream in ("public", "public:local"):
            eve.say(type="subscribe", stream=stream)
        eve.say(type="subscribe", stream="hashtag", tag="x")
        anybody = await self.open("?stream=public:local")
        for visibility in (Visibility.FOLLOWERS, Visibility.DIRECT, Visibility.UNLISTED):
            await self.post(self.bob, "@alice #x secret", visibility=visibility)
        await self.post(self.bob, "#x neighbours", visibility=Visibility.LOCAL)
        last = await self.post(self.bob, "public")
        self.assertEqual([(await eve.message())["event"] for _ in range(1)], ["update"])  # the one for neighbours
        for socket in (eve, anybody):
            told = await socket.message()
            self.assertEqual(json.loads(told["payload"])["id"], str(last))

    async def test_who_is_blocked_or_muted_is_not_heard(self) -> None:
        await self.people()
        socket = await self.open("?stream=user", self.by_alice)
        socket.say(type="subscribe", stream="public")
        await self.core.personal.mute(self.alice.id, self.bob.id)
        await self.post(self.bob, "muted")
        mine = await self.post(self.alice, "mine")
        self.assertEqual(json.loads((await socket.message())["payload"])["id"], str(mine))

    async def test_a_direct_note_is_told_as_a_conversation(self) -> None:
        await self.people()
        socket = await self.open("?stream=direct", self.by_alice)
        id = await self.post(self.bob, "@alice psst", visibility=Visibility.DIRECT)
        told = await socket.message()
        self.assertEqual(told["event"], "conversation")
        self.assertEqual(self.payload(told, Conversation)["last_status"]["id"], str(id))

    async def test_a_conversation_is_told_to_each_who_is_in_it_as_theirs(self) -> None:
        await self.people()
        mine = await self.open("?stream=direct", self.by_alice)
        theirs = await self.open("?stream=direct", await self.token(self.bob))
        other = await self.open("?stream=direct", await self.token(await self.person("eve")))
        id = await self.post(self.bob, "@alice psst", visibility=Visibility.DIRECT)
        read, written = [self.payload(await one.message(), Conversation) for one in (mine, theirs)]
        self.assertEqual([(one["unread"], one["accounts"][0]["acct"]) for one in (read, written)], [(True, "bob"), (False, "alice")])
        await self.call("POST", f"/api/v1/conversations/{read['id']}/read", self.by_alice)
        self.assertFalse(self.payload(await mine.message(), Conversation)["unread"])
        await self.submit(Update(actor_id=self.bob.id, note_id=id, note=NoteDraft(text="@alice psst!")), self.bob)
        for one in (mine, theirs):
            self.assertIn("psst!", self.payload(await one.message(), Conversation)["last_status"]["content"])
        await self.say(self.bob, "not for eve either", visibility=Visibility.DIRECT)
        self.assertEqual(self.payload(await theirs.message(), Conversation)["accounts"][0]["acct"], "bob")
        self.assertEqual((mine.waiting, other.waiting), ([], []))

    async def test_what_a_policy_keeps_back_is_not_told_until_it_is_let_in(self) -> None:
        await self.people()
        eve = await self.person("eve")
        socket = await self.open("?stream=user:notification", self.by_alice)
        user = await self.open("?stream=user", self.by_alice)
        direct = await self.open("?stream=direct", self.by_alice)
        await self.post(eve, "@alice psst", visibility=Visibility.DIRECT)
        [request] = await self.call("GET", "/api/v1/notifications/requests", self.by_alice)
        await self.call("POST", f"/api/v1/notifications/requests/{request['id']}/accept", self.by_alice)
        self.assertEqual(await socket.message(), {"stream": ["user:notification"], "event": "notifications_merged", "payload": "1"})
        self.assertEqual(await user.told(), "notifications_merged")
        self.assertEqual(self.payload(await direct.message(), Conversation)["accounts"][0]["acct"], "eve")
        await self.post(eve, "@alice once more", visibility=Visibility.DIRECT)
        told = self.payload(await socket.message(), Notification)
        self.assertEqual((told["type"], told["group_key"]), ("mention", f"ungrouped-{told['id']}"))

    async def test_a_notification_is_told_with_its_group_and_not_when_a_filter_hides_it(self) -> None:
        await self.people()
        note = await self.say(self.alice, "mine")
        socket = await self.open("?stream=user:notification", self.by_alice)
        hide = {"title": "h", "context": ["notifications"], "filter_action": "hide", "keywords_attributes": [{"keyword": "dogs"}]}
        await self.call("POST", "/api/v2/filters", self.by_alice, json=hide)
        await self.post(self.bob, "@alice dogs")
        await self.submit(Like(actor_id=self.bob.id, note_id=note.id), self.bob)
        told = self.payload(await socket.message(), Notification)
        [group] = (await self.call("GET", "/api/v2/notifications?types[]=favourite", self.by_alice))["notification_groups"]
        self.assertEqual((told["type"], told["group_key"]), ("favourite", group["group_key"]))

    async def test_the_deletion_of_a_direct_note_is_told_to_those_in_it(self) -> None:
        await self.people()
        mine = await self.open("?stream=user", self.by_alice)
        other = await self.open("?stream=user", await self.token(await self.person("eve")))
        other.say(type="subscribe", stream="public")
        id = await self.post(self.bob, "@alice psst", visibility=Visibility.DIRECT)
        self.assertEqual(await mine.told(), "notification")
        await self.submit(Delete(actor_id=self.bob.id, note_id=id), self.bob)
        last = await self.post(self.bob, "public")
        self.assertEqual([await mine.told() for _ in range(2)], ["delete", "update"])
        self.assertEqual(json.loads((await other.message())["payload"])["id"], str(last))

    async def test_a_list_is_told_of_its_members(self) -> None:
        await self.people()
        made = await self.core.personal.add_list(self.alice.id, "Friends")
        await self.core.personal.add_members(self.alice.id, made.id, [self.bob.id])
        socket = await self.open(f"?stream=list&list={made.id}", self.by_alice)
        later = await self.open("", self.by_alice)
        later.say(type="subscribe", stream="list", list=str(made.id))
        later.say(type="subscribe", stream="list", list="7")
        self.assertEqual((await later.message())["status"], 404)
        eve = await self.token(await self.person("eve"))
        self.assertEqual((await self.refused(f"?stream=list&list={made.id}", Authorization=f"Bearer {eve}"))[0], 404)
        await self.post(self.alice, "not in it")
        id = await self.post(self.bob, "in it")
        for one in (socket, later):
            told = await one.message()
            self.assertEqual((told["stream"], json.loads(told["payload"])["id"]), (["list", str(made.id)], str(id)))

    async def test_filters_mark_or_hide_what_they_find(self) -> None:
        await self.people()
        plain = await self.open("?stream=public", await self.token(await self.person("eve")))
        socket = await self.open("?stream=user", self.by_alice)
        await self.call("POST", "/api/v2/filters", self.by_alice, json={"title": "w", "context": ["home"], "keywords_attributes": [{"keyword": "cats"}]})
        self.assertEqual(await socket.message(), {"stream": ["user"], "event": "filters_changed"})
        hide = {"title": "h", "context": ["home"], "filter_action": "hide", "keywords_attributes": [{"keyword": "dogs"}]}
        await self.call("POST", "/api/v2/filters", self.by_alice, json=hide)
        self.assertEqual((await socket.message())["event"], "filters_changed")
        await self.post(self.bob, "about dogs")
        await self.post(self.bob, "about cats")
        await self.post(self.bob, "about birds")
        marked = self.payload(await socket.message(), Status)
        self.assertEqual([one["keyword_matches"] for one in marked["filtered"]], [["cats"]])
        self.assertNotIn("filtered", self.payload(await socket.message(), Status))
        self.assertNotIn("filtered", self.payload(await plain.message(), Status))

    async def test_a_quote_comes_with_what_it_quotes_as_far_as_each_may_see_it(self) -> None:
        await self.people()
        carol = await self.person("carol")
        quoted = await self.say(carol, "dogs")
        await self.submit(Block(actor_id=self.alice.id, target_id=carol.id), self.alice)
        mine = await self.open("?stream=public", self.by_alice)
        plain = await self.open("?stream=public")
        await self.post(self.bob, "q", quote_id=quoted.id)
        seen, anybody = [self.payload(await one.message(), Status)["quote"] for one in (mine, plain)]
        self.assertEqual(seen["state"], "blocked_account")
        self.assertEqual((anybody["state"], anybody["quoted_status"]["content"]), ("accepted", "<p>dogs</p>"))
        dave = await self.person("dave")
        await self.submit(Block(actor_id=dave.id, target_id=self.alice.id), dave)
        await self.post(self.bob, "r", quote_id=(await self.say(dave, "birds")).id)
        self.assertEqual(self.payload(await mine.message(), Status)["quote"], {"state": "unauthorized", "quoted_status": None})

    async def test_a_token_is_taken_from_query_header_or_subprotocol(self) -> None:
        await self.people()
        await self.open(f"?stream=user&access_token={self.by_alice}")
        await self.open("/?stream=user", self.by_alice)
        socket = Socket(self, "/api/v1/streaming?stream=user", {}, [self.by_alice])
        accepted = await socket.event()
        self.assertEqual(accepted.subprotocol, self.by_alice)
        await self.post(self.bob, "hello")
        self.assertEqual((await socket.message())["event"], "update")

    async def test_who_may_not_listen_is_told_so(self) -> None:
        await self.people()
        self.assertEqual(await self.refused("?stream=user"), (401, {"error": "The access token is invalid"}))
        self.assertEqual((await self.refused("?stream=user", Authorization="Bearer wrong"))[0], 401)
        self.assertEqual((await self.refused("?stream=nonsense"))[0], 422)
        self.assertEqual((await self.refused("?stream=hashtag"))[0], 422)
        narrow = await self.token(self.alice, "read:notifications")
        self.assertEqual((await self.refused("?stream=user", Authorization=f"Bearer {narrow}"))[0], 403)
        socket = await self.open("?stream=user:notification", narrow)
        socket.say(type="subscribe", stream="user")
        self.assertEqual(await socket.message(), {"error": "This action is outside the authorized scopes", "status": 403})
        socket.say(type="subscribe", stream="nonsense")
        self.assertEqual(await socket.message(), {"error": "Unknown stream type", "status": 400})
        socket.exchange.send(socket.near.send(TextMessage("no json")))
        socket.say(type="subscribe", stream="list", list="x")
        self.assertEqual((await socket.message())["status"], 404)

    async def test_a_revoked_token_ends_its_streams(self) -> None:
        await self.people()
        socket = await self.open("?stream=user", self.by_alice)
        [token] = await self.core.accounts.tokens_of(self.alice.id)
        await self.core.accounts.delete_token(self.alice.id, token.id)
        event = await socket.event()
        self.assertIsInstance(event, CloseConnection)
        self.assertEqual(event.reason, "The access token is invalid")

    async def test_pleromas_clients_authenticate_later(self) -> None:
        await self.people()
        socket = await self.open("?stream=public")
        socket.say(type="pleroma:authenticate", token="wrong")
        told = await socket.message()
        self.assertEqual((told["event"], json.loads(told["payload"])["error"]), ("pleroma:respond", "unauthorized"))
        socket.say(type="pleroma:authenticate", token=self.by_alice)
        self.assertEqual(json.loads((await socket.message())["payload"]), {"type": "pleroma:authenticate", "result": "success"})
        socket.say(type="subscribe", stream="user")
        await self.post(self.bob, "hello")
        self.assertEqual({(await socket.message())["stream"][0] for _ in range(2)}, {"public", "user"})

    async def test_chats_are_told_to_both(self) -> None:
        await self.people()
        by_bob = await self.token(self.bob)
        mine = await self.open("?stream=user:pleroma_chat", self.by_alice)
        theirs = await self.open("?stream=user:pleroma_chat", by_bob)
        await self.call("POST", f"/api/v1/pleroma/chats/{self.alice.id}/messages", by_bob, data={"content": "hello"})
        for socket, other, unread in ((mine, self.bob, 1), (theirs, self.alice, 0)):
            while True:
                told = await socket.message()
                self.assertEqual((told["stream"], told["event"]), (["user:pleroma_chat"], "pleroma:chat_update"))
                chat = json.loads(told["payload"])
                self.assertEqual((chat["id"], chat["last_message"]["content"]), (str(other.id), "<p>hello</p>"))
                if chat["unread"] == unread:
                    break

    async def test_one_event_costs_the_same_for_one_listener_and_for_many(self) -> None:
        await self.people()

        async def cost(listeners: list[Socket]) -> int:
            await self.post(self.bob, "warm")
            for one in listeners:
                await one.message()
            before = self.core.statements
            await self.post(self.bob, "counted")
            for one in listeners:
                await one.message()
            return self.core.statements - before

        few = await cost([await self.open("?stream=user", self.by_alice)])
        many = [await self.open("?stream=user", self.by_alice) for _ in range(15)]
        many += [await self.open("?stream=public", await self.token(await self.person(f"p{n}"))) for n in range(5)]
        self.assertEqual(await cost(many), few)

    async def test_there_is_an_end_to_streams_of_one_person(self) -> None:
        await self.people()
        self.patch(hub, "MAX_PER_PERSON", 3)
        for _ in range(3):
            await self.open("?stream=user", self.by_alice)
        self.assertEqual((await self.refused("?stream=user", Authorization=f"Bearer {self.by_alice}"))[0], 429)


class SseTests(StreamingCase):
    async def listen(self, path: str, token: str | None = None) -> Any:
        exchange = self.client.open()
        self.addCleanup(exchange.hang_up)
        head = f"GET /api/v1/streaming{path} HTTP/1.1\r\nHost: x\r\n"
        if token is not None:
            head += f"Authorization: Bearer {token}\r\n"
        exchange.send(head.encode() + b"\r\n")
        await exchange.until(lambda written: b":)\n" in written)
        self.assertIn(b"text/event-stream", exchange.transport.value())
        return exchange

    async def test_events_are_streamed(self) -> None:
        await self.people()
        user = await self.listen("/user", self.by_alice)
        tagged = await self.listen("/hashtag?tag=cats", self.by_alice)
        chosen = await self.listen(f"?stream=public:local&access_token={self.by_alice}")
        anybody = await self.listen("/public")
        await self.post(self.bob, "simple")
        await self.post(self.bob, "with #cats")
        for exchange, text in ((user, b"simple"), (tagged, b"cats"), (chosen, b"simple"), (anybody, b"simple")):
            written = await exchange.until(lambda written, text=text: written if text in written else b"")
            self.assertIn(b"event: update\ndata: {", written)
        self.assertNotIn(b"simple", tagged.transport.value())

    async def test_wrong_requests_are_refused(self) -> None:
        for path, status in (("/user", 401), ("/hashtag", 422), ("?stream=x", 422), ("/direct", 401), ("/list?list=1", 401)):
            self.assertEqual((await self.get(f"/api/v1/streaming{path}")).status, status, path)
        self.assertEqual((await self.get("/api/v1/streaming/health")).body, b"OK")

    async def test_who_hangs_up_is_forgotten(self) -> None:
        await self.people()
        exchange = await self.listen("/user", self.by_alice)
        exchange.hang_up()
        other = await self.listen("/user", self.by_alice)
        await self.post(self.bob, "still heard")
        await other.until(lambda written: b"still heard" in written)

    async def test_a_revoked_token_ends_it(self) -> None:
        await self.people()
        exchange = await self.listen("/user", self.by_alice)
        [token] = await self.core.accounts.tokens_of(self.alice.id)
        await self.core.accounts.delete_token(self.alice.id, token.id)
        await exchange.until(lambda written: written.endswith(b"0\r\n\r\n"))
