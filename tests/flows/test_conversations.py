from __future__ import annotations

from pleromad.model.account import Account
from pleromad.model.activity import Create
from pleromad.model.conversation import Conversation
from pleromad.model.note import Note, NoteDraft, Visibility
from pleromad.model.page import Page
from tests.support.federation import FederationCase, Server


async def talks(server: Server, owner: Account) -> list[Conversation]:
    return list((await server.core.reading.conversations(owner.id, Page())).items)


class ConversationFlowTests(FederationCase):
    async def whisper(self, server: Server, author: Account, text: str, to: Note | None = None) -> Note:
        return await server.say(author, text, visibility=Visibility.DIRECT, in_reply_to_id=to.id if to else None)

    async def test_two_servers_keep_the_two_sides_of_one(self) -> None:
        here, there = await self.server(), await self.server()
        alice, bob = await here.person("alice"), await there.person("bob")
        first = await self.whisper(here, alice, f"@bob@{there.domain} hello")

        async def asked() -> bool:
            return (await there.core.reading.notification_policy(bob.id)).requests == 1

        await self.until(asked, "a request of somebody unknown")
        self.assertEqual((await talks(there, bob), await there.told(bob)), ([], []))
        [request] = (await there.core.reading.notification_requests(bob.id, Page())).items
        await there.core.personal.accept_requests(bob.id, [request.id])
        [theirs] = await talks(there, bob)
        self.assertEqual((theirs.last.note.uri, theirs.unread, {one.acct for one in theirs.people}), (first.uri, True, {"bob", f"alice@{here.domain}"}))

        answer = NoteDraft(text=f"@alice@{here.domain} hi", visibility=Visibility.DIRECT, in_reply_to_id=theirs.last.note.id)
        await there.submit(Create(actor_id=bob.id, note=answer))

        async def answered() -> bool:
            [mine] = await talks(here, alice)
            return mine.unread and "hi" in mine.last.note.content

        await self.until(answered, "the answer, in the same conversation")
        self.assertEqual(await here.told(alice), ["mention"])  # an answer to what one asked is no stranger's
        self.assertEqual([one.unread for one in await talks(there, bob)], [False])
