from __future__ import annotations

from typing import Any

from pleromad.model.account import Account, ProfileChange
from pleromad.model.activity import Announce, Block, Create, Delete, Like, Update
from pleromad.model.note import Note, NoteDraft, PollDraft, RemoteAttachment, RemoteNote, Visibility
from pleromad.model.page import Page
from tests.support.core import CoreCase

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


class SearchCase(CoreCase):
    async def found(self, viewer: Account | None, query: str, page: Page | None = None, **more: Any) -> list[int]:
        found = await self.core.reading.search(viewer.id if viewer else None, query, page or Page(), **more)
        return [seen.note.id for seen in found.items]

    async def is_found(self, viewer: Account | None, query: str, *notes: Note) -> None:
        self.assertEqual(await self.found(viewer, query), [note.id for note in notes], query)

    async def hear(self, author: Account, content: str, **more: Any) -> int:
        """A note of somebody elsewhere."""
        number = await self.database.fetch_value("SELECT nextval('id_blocks')")
        given = {
            "uri": f"{author.uri}/notes/{number}", "type": "Note", "to": (PUBLIC,), "cc": (), "content": content,
            "published": self.core.clock.now(), **more,
        }  # fmt: skip
        note = RemoteNote(**given)
        raw = {"type": "Create", "id": f"{note.uri}/activity", "actor": author.uri}
        outcome = await self.submit(Create(actor_id=author.id, uri=raw["id"], note=note, raw=raw), author)
        assert outcome.note_id is not None
        return outcome.note_id


class VisibilityTests(SearchCase):
    async def test_each_finds_what_is_for_them(self) -> None:
        alice, bob, carol, dave = [await self.person(name) for name in ("alice", "bob", "carol", "dave")]
        await self.follow(bob, alice)
        notes = {each: await self.say(alice, f"findme {each} @carol" if each is Visibility.DIRECT else f"findme {each}", visibility=each) for each in Visibility}
        every = [notes[each] for each in reversed(Visibility)]

        def of(*wanted: Visibility) -> list[Note]:
            return [note for note in every if note.visibility in wanted]

        await self.is_found(alice, "findme", *every)
        await self.is_found(bob, "findme", *of(Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.LOCAL))
        await self.is_found(carol, "findme", *of(Visibility.PUBLIC, Visibility.DIRECT, Visibility.LOCAL))
        await self.is_found(dave, "findme", *of(Visibility.PUBLIC, Visibility.LOCAL))
        await self.is_found(None, "findme", *of(Visibility.PUBLIC))
        await self.is_found(bob, "findme in:public", *of(Visibility.PUBLIC))
        # The same for searches that have no words.
        await self.is_found(dave, "from:alice", *of(Visibility.PUBLIC, Visibility.LOCAL))
        await self.is_found(None, "from:alice", *of(Visibility.PUBLIC))
        await self.submit(Block(actor_id=alice.id, target_id=bob.id), alice)
        await self.is_found(bob, "findme")

    async def test_whom_one_mutes_and_who_is_silenced_is_not_found(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(bob, "findme")
        await self.core.personal.mute(alice.id, bob.id)
        await self.is_found(alice, "findme")
        await self.core.personal.unmute(alice.id, bob.id)
        await self.database.execute("UPDATE accounts SET silenced_at = now() WHERE id = %s", (bob.id,))
        await self.is_found(alice, "findme")
        await self.is_found(None, "findme")
        await self.is_found(bob, "findme", note)
        await self.follow(alice, bob)
        await self.is_found(alice, "findme", note)

    async def test_a_room_is_searched_by_those_in_it(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        room = await self.core.accounts.open_room(alice.id, "lobby")
        line = await self.say(alice, "findme in the room", room_id=room.account.id)
        await self.is_found(bob, "findme")
        await self.follow(bob, room.account)
        await self.is_found(bob, "findme", line)


class OperatorTests(SearchCase):
    async def test_words_of_a_text_its_warning_its_options_and_its_pictures(self) -> None:
        alice = await self.person("alice")
        far = await self.remote("far")
        plain = await self.say(alice, "Der Käfer läuft")
        warned = await self.say(alice, "x", spoiler_text="beetles inside")
        poll = await self.say(alice, "Which?", poll=PollDraft(("red", "blue"), 3600))
        picture = await self.hear(far, "<p>Look</p>", attachments=(RemoteAttachment("https://far.example/a.png", "image/png", "an old lighthouse"),))
        article = await self.hear(far, "<p>Text</p>", title="On Beekeeping")
        await self.is_found(None, "kafer lauft", plain)
        await self.is_found(None, "beetles", warned)
        await self.is_found(None, "blue", poll)
        self.assertEqual(await self.found(None, "lighthouse"), [picture])
        self.assertEqual(await self.found(None, "beekeeping"), [article])
        self.assertEqual(await self.found(None, "has:image"), [picture])
        await self.is_found(None, "has:poll", poll)
        await self.is_found(None, "is:sensitive", warned)
        quoting = await self.say(alice, "mine", quote_id=poll.id)
        await self.is_found(None, "has:quote", quoting)
        await self.is_found(None, "mine is:quote", quoting)
        self.assertEqual(await self.found(None, '"old lighthouse" has:media -has:video'), [picture])
        self.assertEqual(await self.found(None, '"lighthouse old"'), [])

    async def test_from_without_either_and_until(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        far = await self.remote("alice")
        one, two = await self.say(alice, "green tea", language="en"), await self.say(bob, "black tea", language="de-AT")
        three = await self.hear(far, "<p>green coffee</p>")
        reply = await self.say(bob, "tea? no", in_reply_to_id=one.id)
        await self.is_found(None, "tea from:alice", one)
        await self.is_found(None, "tea from:alice@here.example", one)
        self.assertEqual(await self.found(None, "green -from:alice"), [three])
        self.assertEqual(await self.found(None, "from:alice@far.example"), [three])
        await self.is_found(bob, "from:me tea -black", reply)
        await self.is_found(None, "from:me tea")
        await self.is_found(None, "from:nobody tea")
        self.assertEqual(await self.found(None, "coffee OR black"), [three, two.id])
        await self.is_found(None, "language:de tea", two)
        await self.is_found(None, "is:reply", reply)
        today = self.core.clock.now().date().isoformat()
        self.assertEqual(len(await self.found(None, f"during:{today}")), 4)
        self.assertEqual(await self.found(None, f"tea before:{today}"), [])
        self.assertEqual(await self.found(None, f"tea after:{today}"), [])
        self.assertEqual(await self.found(None, "tea", account_id=bob.id), [reply.id, two.id])

    async def test_a_library_is_what_one_wrote_kept_or_answered(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        own, liked, marked = await self.say(alice, "tea 1"), await self.say(bob, "tea 2"), await self.say(bob, "tea 3")
        boosted, named, _ = await self.say(bob, "tea 4"), await self.say(bob, "tea 5 @alice"), await self.say(bob, "tea 6")
        await self.submit(Like(actor_id=alice.id, note_id=liked.id), alice)
        await self.core.personal.bookmark(alice.id, marked.id)
        boost = await self.submit(Announce(actor_id=alice.id, note_id=boosted.id), alice)
        await self.is_found(alice, "tea in:library", named, boosted, marked, liked, own)
        await self.is_found(alice, "in:library", named, boosted, marked, liked, own)
        await self.is_found(None, "tea in:library")
        self.assertEqual(await self.found(bob, "tea is:boost"), [boost.note_id])
        self.assertEqual(await self.found(bob, "is:boost from:alice"), [boost.note_id])
        self.assertEqual(await self.found(bob, "coffee is:boost"), [])

    async def test_links(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "see https://example.com/very/nice")
        await self.say(alice, "@alice #nice")
        await self.is_found(None, "has:link", note)
        await self.is_found(None, "example.com", note)


class ChangeTests(SearchCase):
    async def test_an_edit_and_a_deletion_change_what_is_found(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "first words")
        await self.submit(Update(actor_id=alice.id, note_id=note.id, note=NoteDraft(text="second thoughts")), alice)
        await self.is_found(None, "first")
        await self.is_found(None, "thoughts", note)
        await self.submit(Delete(actor_id=alice.id, note_id=note.id), alice)
        await self.is_found(None, "thoughts")
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM note_search"), 0)

    async def test_notes_and_people_of_before_are_made_findable_step_by_step(self) -> None:
        alice = await self.person("alice")
        notes = [await self.say(alice, f"old {number}") for number in range(5)]
        self.patch(filling_module(), "STEP", 2)
        await self.database.execute("DELETE FROM note_search")
        await self.database.execute("DELETE FROM account_search")
        await self.core.jobs.add("index", {"what": "notes"})
        await self.core.jobs.add("index", {"what": "accounts"})
        await self.core.jobs.start()
        await self.until(lambda: self.database.fetch_value("SELECT NOT EXISTS (SELECT FROM jobs)"))
        await self.is_found(None, "old", *reversed(notes))
        self.assertEqual([each.username for each in await self.core.reading.search_accounts(None, "ali")], ["alice"])

    async def until(self, what: Any) -> None:
        from tests.support.clients import until

        await until(what)


class RankTests(SearchCase):
    async def test_a_title_counts_more_than_a_passing_word_and_pages_follow_each_other(self) -> None:
        far = await self.remote("far")
        best = await self.hear(far, "<p>all about owls</p>", title="Owls")
        others = [await self.hear(far, f"<p>number {n} and many other words than these, owls too</p>") for n in range(6)]
        ranked = await self.found(None, "owls", ranked=True)
        self.assertEqual((ranked[0], set(ranked)), (best, {best, *others}))
        self.assertEqual(await self.found(None, "owls"), [*reversed(others), best])
        pages = [await self.found(None, "owls", Page(limit=3, offset=offset), ranked=True) for offset in (0, 3, 6)]
        self.assertEqual([id for page in pages for id in page], ranked)
        below = await self.core.reading.search(None, "owls", Page(limit=3))
        self.assertEqual(below.next_max_id, others[3])
        self.assertEqual(await self.found(None, "owls", Page(max_id=below.next_max_id)), [others[2], others[1], others[0], best])
        self.assertEqual(await self.found(None, "owls", Page(min_id=best, limit=2)), [others[1], others[0]])

    async def test_old_and_recent_notes_are_both_found(self) -> None:
        alice = await self.person("alice")
        notes = [await self.say(alice, f"owls {n}") for n in range(5)]
        self.core.reading._recent = (float("inf"), notes[3].id)
        await self.is_found(None, "owls", *reversed(notes))
        self.assertEqual(await self.found(None, "owls", Page(limit=2, max_id=notes[4].id)), [notes[3].id, notes[2].id])


class PeopleTests(SearchCase):
    async def names(self, query: str, viewer: Account | None = None, **more: Any) -> list[str]:
        return [each.acct for each in await self.core.reading.search_accounts(viewer.id if viewer else None, query, **more)]

    async def test_people_are_found_by_parts_of_their_names(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob_b")
        await self.submit(Update(actor_id=alice.id, profile=ProfileChange(display_name="Älice van Smith")), alice)
        await self.remote("smithy", display_name="山田太郎")
        await self.remote("alina", "other.example")
        self.assertEqual(await self.names("smith"), ["alice", "smithy@far.example"])
        self.assertEqual(await self.names("van ali"), ["alice"])
        self.assertEqual(await self.names("太郎"), ["smithy@far.example"])
        self.assertEqual(await self.names("@ali"), ["alice", "alina@other.example"])
        self.assertEqual(await self.names("ali@other"), ["alina@other.example"])
        self.assertEqual(await self.names("bob_"), ["bob_b"])
        self.assertEqual(await self.names("!!"), [])
        self.assertEqual(await self.names("ali", bob, following=True), [])
        await self.follow(bob, alice)
        self.assertEqual(await self.names("ali", bob, following=True), ["alice"])
        await self.submit(Update(actor_id=alice.id, profile=ProfileChange(display_name="Jones")), alice)
        self.assertEqual(await self.names("smith"), ["smithy@far.example"])

    async def test_the_exact_name_comes_first(self) -> None:
        await self.person("bobby")
        await self.database.execute("UPDATE accounts SET followers_count = 9")
        await self.person("bob")
        self.assertEqual(await self.names("bob"), ["bob", "bobby"])


class TagTests(SearchCase):
    async def test_tags_are_found_by_their_beginning_the_most_used_first(self) -> None:
        alice = await self.person("alice")
        await self.say(alice, "#caturday")
        for _ in range(2):
            await self.say(alice, "#cat #dog")
        await self.say(alice, "#catnip", visibility=Visibility.UNLISTED)
        self.assertEqual(sorted(await self.core.reading.search_tags("#Cat")), ["cat", "caturday"])
        await self.database.execute("INSERT INTO tag_rules (tag, listable) VALUES ('cat', false)")
        self.assertEqual(await self.core.reading.search_tags("cat"), ["caturday"])


def filling_module() -> Any:
    from pleromad.searching import filling

    return filling


