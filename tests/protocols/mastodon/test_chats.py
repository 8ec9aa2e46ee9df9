"""Pleroma's chats: direct notes between two people."""

from __future__ import annotations

from typing import Any

from pleromad.model.activity import Block, Create
from pleromad.model.note import RemoteNote, Visibility
from tests.protocols.mastodon.case import MastodonCase

CHATS = "/api/v1/pleroma/chats"


class ChatTests(MastodonCase):
    async def begin(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        self.by_alice, self.by_bob = await self.token(self.alice), await self.token(self.bob)

    async def send(self, token: str, to: int, content: str, **more: Any) -> Any:
        return await self.call("POST", f"{CHATS}/{to}/messages", token, data={"content": content, **more})

    async def test_two_people_talk(self) -> None:
        await self.begin()
        opened = await self.call("POST", f"{CHATS}/by-account-id/{self.bob.id}", self.by_alice)
        self.assertEqual((opened["id"], opened["account"]["acct"], opened["last_message"], opened["unread"]), (str(self.bob.id), "bob", None, 0))
        said = await self.send(self.by_alice, self.bob.id, "hello @carol and @bob")
        self.assertEqual((said["chat_id"], said["account_id"], said["unread"]), (str(self.bob.id), str(self.alice.id), False))
        (chat,) = await self.call("GET", CHATS, self.by_bob)
        self.assertEqual((chat["account"]["acct"], chat["unread"], chat["last_message"]["id"]), ("alice", 1, said["id"]))
        self.assertTrue(chat["last_message"]["unread"])
        chat = await self.call("POST", f"{CHATS}/{self.alice.id}/read", self.by_bob, data={"last_read_id": said["id"]})
        self.assertEqual((chat["unread"], chat["last_message"]["unread"]), (0, False))
        await self.send(self.by_bob, self.alice.id, "hi")
        for path in (CHATS, "/api/v2/pleroma/chats"):
            (chat,) = await self.call("GET", path, self.by_alice)
            self.assertEqual((chat["unread"], chat["last_message"]["content"]), (1, "<p>hi</p>"))
        self.assertEqual(len(await self.call("GET", f"{CHATS}/{self.bob.id}/messages", self.by_alice)), 2)
        newer = await self.call("GET", f"{CHATS}/{self.bob.id}/messages?min_id={said['id']}", self.by_alice)
        self.assertEqual([one["content"] for one in newer], ["<p>hi</p>"])

    async def test_nobody_else_is_addressed_and_mastodon_s_apps_see_direct_notes(self) -> None:
        await self.begin()
        await self.person("carol")
        await self.follow(self.bob, self.alice)  # else it waits among the requests
        said = await self.send(self.by_alice, self.bob.id, "hello @carol")
        note = (await self.core.reading.note(self.alice.id, int(said["id"]))).note
        self.assertEqual((note.type, note.visibility, note.recipients), ("ChatMessage", Visibility.DIRECT, (self.bob.id,)))
        (one,) = await self.call("GET", "/api/v1/conversations", self.by_bob)
        self.assertEqual(one["last_status"]["id"], said["id"])

    async def test_direct_notes_of_two_are_a_chat_and_those_of_three_are_not(self) -> None:
        await self.begin()
        carol = await self.person("carol")
        await self.say(self.alice, "@bob only you", visibility=Visibility.DIRECT)
        await self.say(self.alice, "@bob @carol you two", visibility=Visibility.DIRECT)
        (chat,) = await self.call("GET", CHATS, self.by_bob)
        self.assertEqual(chat["unread"], 1)
        self.assertIn("only you", chat["last_message"]["content"])
        self.assertEqual(await self.call("GET", CHATS, await self.token(carol)), [])

    async def test_one_s_own_messages_can_be_taken_back(self) -> None:
        await self.begin()
        said = await self.send(self.by_alice, self.bob.id, "oops")
        await self.call("DELETE", f"{CHATS}/{self.alice.id}/messages/{said['id']}", self.by_bob, 404)
        self.assertEqual((await self.call("DELETE", f"{CHATS}/{self.bob.id}/messages/{said['id']}", self.by_alice))["id"], said["id"])
        self.assertEqual(await self.chats_of_bob(), [])

    async def chats_of_bob(self) -> list[Any]:
        found: list[Any] = await self.call("GET", CHATS, self.by_bob)
        return found

    async def test_what_cannot_be(self) -> None:
        await self.begin()
        await self.call("POST", f"{CHATS}/by-account-id/{self.alice.id}", self.by_alice, 422)
        await self.call("POST", f"{CHATS}/by-account-id/12345", self.by_alice, 404)
        await self.call("GET", f"{CHATS}/{self.bob.id}", self.by_alice, 404)
        await self.call("POST", f"{CHATS}/{self.bob.id}/messages", self.by_alice, 422, data={"content": " "})
        await self.call("GET", CHATS, await self.token(self.alice, "write"), 403)
        await self.call("GET", CHATS, status=401)

    async def test_who_is_blocked_is_not_heard(self) -> None:
        await self.begin()
        await self.submit(Block(actor_id=self.bob.id, target_id=self.alice.id), self.bob)
        await self.request("POST", f"{CHATS}/{self.bob.id}/messages", token=self.by_alice, data={"content": "psst"})
        self.assertEqual([chat["last_message"] for chat in await self.chats_of_bob()], [None] * len(await self.chats_of_bob()))

    async def test_notifications_are_named_as_one_asks(self) -> None:
        await self.begin()
        await self.follow(self.bob, self.alice)
        await self.send(self.by_alice, self.bob.id, "hello")
        await self.say(self.alice, "@bob and a mention")
        plain = await self.call("GET", "/api/v1/notifications", self.by_bob)
        self.assertEqual([one["type"] for one in plain], ["mention", "mention"])
        query = "include_types[]=mention&include_types[]=pleroma:chat_mention"
        asked = await self.call("GET", f"/api/v1/notifications?{query}", self.by_bob)
        self.assertEqual([one["type"] for one in asked], ["mention", "pleroma:chat_mention"])
        self.assertEqual(asked[1]["chat_message"]["content"], "<p>hello</p>")
        only = await self.call("GET", "/api/v1/notifications?include_types[]=pleroma:chat_mention", self.by_bob)
        self.assertEqual([one["type"] for one in only], ["pleroma:chat_mention"])

    async def test_a_list_of_chats_costs_the_same_however_long(self) -> None:
        await self.begin()
        await self.send(self.by_bob, self.alice.id, "one")
        few = await self.cost("GET", CHATS, self.by_alice)
        for number in range(4):
            one = await self.person(f"p{number}")
            await self.send(await self.token(one), self.alice.id, "hello")
        self.assertLessEqual(await self.cost("GET", CHATS, self.by_alice), few)


class FederatedChatTests(MastodonCase):
    async def test_who_takes_chat_messages_gets_one_and_others_a_note(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        knows = await self.remote("knows", raw={"capabilities": {"acceptsChatMessages": True}})
        others = await self.remote("others")
        for account, type in ((knows, "ChatMessage"), (others, "Note")):
            said = await self.call("POST", f"{CHATS}/{account.id}/messages", token, data={"content": "hi"})
            sent = await self.database.fetch_value("SELECT data->'object' FROM activities WHERE note_id = %s", (int(said["id"]),))
            self.assertEqual((sent["type"], sent["to"], sent["cc"], sent["content"]), (type, [account.uri], [], "<p>hi</p>"))

    async def test_a_chat_message_from_elsewhere_is_in_the_chat(self) -> None:
        alice, far = await self.person("alice"), await self.remote("far")
        note = RemoteNote(
            uri=f"{far.uri}/chats/1", type="ChatMessage", to=(alice.uri,), cc=(), content="<p>hello</p>",
            published=self.core.clock.now(), mention_ids=(alice.id,),
        )  # fmt: skip
        raw = {"id": f"{far.uri}/chats/1/create", "type": "Create", "actor": far.uri, "object": {"id": note.uri, "type": "ChatMessage"}}
        await self.submit(Create(actor_id=far.id, note=note, uri=str(raw["id"]), raw=raw), far)
        (chat,) = await self.call("GET", CHATS, await self.token(alice))
        self.assertEqual((chat["account"]["acct"], chat["unread"], chat["last_message"]["content"]), (far.acct, 1, "<p>hello</p>"))
