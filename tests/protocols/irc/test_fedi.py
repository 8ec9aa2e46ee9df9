"""The service nick `fedi`: what a client of the fediverse does, in words."""

from __future__ import annotations

import re

from pleromad.model.account import Role
from pleromad.model.moderation import AccountFilter
from pleromad.model.note import Note, Visibility
from pleromad.model.page import Page
from protocols.irc.fedi.table import STAFF_VERBS, VERBS
from tests.protocols.irc.support import Client, IrcCase, said


class FediCase(IrcCase):
    timeout = 10

    async def prepare(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        self.client_ = await self.logged_in(self.alice)

    async def ask(self, *lines: str, client: Client | None = None) -> list[str]:
        """What `fedi` answers to these."""
        got = await (client or self.client_).ask(*(f"PRIVMSG fedi :{line}" for line in lines))
        answers = said(got, "NOTICE")
        for line in answers:
            self.assertRegex(line, "^:fedi!fedi@here.example NOTICE ")
        return [line.split(" ", 3)[3].removeprefix(":") for line in answers]

    async def newest(self) -> Note:
        return (await self.core.reading.of_account(self.alice.id, self.alice.id, Page())).items[0].note

    async def by_bob(self, text: str, **draft: object) -> tuple[Note, str]:
        """A note of bob's and the short id under which alice was shown it."""
        note = await self.say(self.bob, text, **draft)
        (line, *_) = [line for line in await self.ask("timeline bob 1") if line.startswith("[")]
        return note, line[1:3]


class WritingTests(FediCase):
    async def test_a_note_is_posted_edited_and_deleted(self) -> None:
        (answer,) = await self.ask("post hello #world")
        short, url = re.fullmatch(r"\[(..)\] is posted \(public\): (\S+)", answer).groups()  # type: ignore[union-attr]
        note = await self.newest()
        self.assertEqual((note.source, note.tags, note.url or note.uri), ("hello #world", ("world",), url))
        await self.ask(f"edit [{short}] hello there")
        self.assertEqual((await self.newest()).source, "hello there")
        self.assertEqual(await self.ask(f"delete {url}"), ["Deleted: hello there"])
        self.assertEqual((await self.core.reading.of_account(None, self.alice.id, Page())).items, ())

    async def test_warning_and_audience(self) -> None:
        await self.ask("cw spiders", "visibility followers", "post eight legs")
        note = await self.newest()
        self.assertEqual((note.spoiler_text, note.visibility), ("spiders", Visibility.FOLLOWERS))
        await self.ask("post no legs")
        note = await self.newest()
        self.assertEqual((note.spoiler_text, note.visibility), ("", Visibility.FOLLOWERS))
        self.assertIn("Usage: visibility", (await self.ask("visibility nonsense"))[-1])
        self.assertEqual(await self.ask("visibility default"), ["Your notes are public"])

    async def test_an_answer_names_and_reaches_no_more_people_than_the_note(self) -> None:
        carol = await self.person("carol")
        await self.follow(self.alice, self.bob)
        parent, short = await self.by_bob("@carol what do you think?", visibility=Visibility.FOLLOWERS, spoiler_text="tea")
        await self.ask(f"reply {short} I like it")
        note = await self.newest()
        self.assertEqual((note.in_reply_to_id, note.visibility, note.spoiler_text), (parent.id, Visibility.FOLLOWERS, "tea"))
        self.assertEqual({mention.account_id for mention in note.mentions}, {self.bob.id, carol.id})

    async def test_a_poll(self) -> None:
        await self.ask("poll 6h multiple Tea? | green | black")
        note = await self.newest()
        assert note.poll is not None
        self.assertEqual((note.source, note.poll.multiple, [one.title for one in note.poll.options]), ("Tea?", True, ["green", "black"]))
        _, short = await self.by_bob("And you?", poll=note_poll("yes", "no"))
        self.assertEqual(await self.ask(f"vote {short} 2"), ["Voted for no"])
        self.assertTrue(any("2. no (1, 100%)" in line for line in await self.ask(f"show {short}")))
        self.assertIn("Usage: vote", (await self.ask(f"vote {short} 3"))[-1])

    async def test_several_lines_are_one_note(self) -> None:
        client = await self.logged_in(self.alice, caps=["batch", "draft/multiline"])
        await client.ask("BATCH +1 draft/multiline fedi", "@batch=1 PRIVMSG fedi :post one", "@batch=1 PRIVMSG fedi :two", "BATCH -1")
        self.assertEqual((await self.newest()).source, "one\ntwo")


def note_poll(*options: str) -> object:
    from pleromad.model.note import PollDraft

    return PollDraft(options, 3600)


class MarkTests(FediCase):
    async def test_what_is_done_to_a_note_and_taken_back(self) -> None:
        note, short = await self.by_bob("fine words")

        async def state() -> tuple[bool, bool, bool, tuple[str, ...]]:
            now = (await self.core.reading.note(self.alice.id, note.id)).state
            return now.liked, now.boosted, now.bookmarked, now.reactions

        await self.ask(f"fav {short}", f"boost {short}", f"bookmark {short}", f"react {short} 🍵")
        self.assertEqual(await state(), (True, True, True, ("🍵",)))
        self.assertIn("fine words", (await self.ask("bookmarks"))[0])
        await self.ask(f"unfav {short}", f"unboost {short}", f"unbookmark {short}", f"unreact {short} 🍵")
        self.assertEqual(await state(), (False, False, False, ()))

    async def test_a_note_is_named_in_several_ways(self) -> None:
        note, short = await self.by_bob("one")
        for word in (short, f"[{short}]", "^", str(note.id), note.url or note.uri):
            self.assertIn(note.url or note.uri, (await self.ask(f"url {word}"))[0], word)
        self.assertIn("is no note", (await self.ask("url zz"))[0])
        self.assertTrue(await self.ask("url 123456789"))

    async def test_what_one_may_not_see_is_not_there(self) -> None:
        secret = await self.say(self.bob, "secret", visibility=Visibility.FOLLOWERS)
        for line in ("show", "boost", "thread", "bookmark", "fav"):
            answer = " ".join(await self.ask(f"{line} {secret.id}"))
            self.assertNotIn("secret", answer)

    async def test_a_thread(self) -> None:
        parent, short = await self.by_bob("start")
        await self.ask(f"reply {short} middle")
        answers = await self.ask("thread ^")
        self.assertEqual([line.split("> ", 1)[1] for line in answers], ["start", "@bob middle"])
        del parent


class PeopleTests(FediCase):
    async def how(self) -> tuple[bool, bool, bool]:
        (one,) = await self.core.reading.relationships(self.alice.id, [self.bob.id])
        return one.following, one.blocking, one.muting

    async def test_follow_mute_block(self) -> None:
        await self.ask("follow bob", "mute @bob 2h")
        self.assertEqual(await self.how(), (True, False, True))
        self.assertIn("you follow them, you mute them", (await self.ask("profile bob"))[-1])
        await self.ask("unmute bob", "unfollow bob", "block bob")
        self.assertEqual(await self.how(), (False, True, False))
        await self.ask("unblock bob")
        self.assertEqual(await self.how(), (False, False, False))
        self.assertEqual(await self.ask("follow nobody"), ["Nobody is called nobody"])

    async def test_who_asks_to_follow(self) -> None:
        await self.ask("set locked on")
        await self.ask("follow alice", client=await self.logged_in(self.bob))
        self.assertEqual(await self.ask("requests"), ["bob"])
        await self.ask("accept bob")
        self.assertEqual(await self.core.reading.follow_of(self.bob.id, self.alice.id) is not None, True)

    async def test_lists_and_filters(self) -> None:
        await self.ask("follow bob", "list new Close friends", "list add bob close_friends")
        self.assertEqual(await self.ask("list show close friends"), ["Close friends: bob"])
        self.assertEqual(await self.ask("lists"), ["Close friends"])
        await self.ask("filter hide spoiler")
        self.assertEqual(await self.ask("filter"), ["1. spoiler (hide): spoiler"])
        await self.ask("filter delete 1", "list delete close friends")
        self.assertEqual(await self.ask("filter", "list"), ["You have no filters", "You have no lists"])

    async def test_settings_and_certificates(self) -> None:
        await self.ask("name Alice A.", "bio I like tea", "set visibility unlisted", "set publish on")
        account = await self.core.reading.account(self.alice.id)
        self.assertEqual((account.display_name, "tea" in account.note), ("Alice A.", True))
        self.assertEqual(await self.ask("set"), ["publish on, ids auto, visibility unlisted, locked off, bot off"])
        await self.ask("cert add " + "ab" * 32 + " phone")
        self.assertIn("abab", (await self.ask("cert"))[0])
        await self.ask("cert delete " + "ab" * 32)
        self.assertEqual(await self.ask("cert"), ["You have none"])
        await self.client_.ask("JOIN #tea")
        await self.ask("room #tea keep 30", "room #tea back joined")
        self.assertEqual(await self.ask("room #tea"), ["#tea: kept 30 days; read back: joined"])

    async def test_help_tells_of_every_verb(self) -> None:
        for name, table, prefix in [(n, VERBS, "") for n in VERBS] + [(n, STAFF_VERBS, "ops ") for n in STAFF_VERBS]:
            self.assertIn(table[name].usage[:20], (await self.ask(f"{prefix}help {name}"))[0])
        self.assertIn("bookmark", (await self.ask("help"))[0])
        self.assertIn("no nonsense here", (await self.ask("nonsense"))[0])
        self.assertTrue(said(await self.client_.ask("FEDI help post"), "NOTICE"))
        self.assertTrue(said(await self.client_.ask("WHOIS fedi"), "311"))

    async def test_a_verb_without_its_words_says_how_it_is_used(self) -> None:
        for name, entry in VERBS.items():
            answers = await self.ask(name)
            self.assertTrue(answers, name)
            if any("Usage" in line for line in answers):
                self.assertEqual(answers[-1], f"Usage: {entry.usage}"[: len(answers[-1])])


class StaffTests(FediCase):
    async def test_reports_and_sanctions_are_logged(self) -> None:
        erin = await self.person("erin", role=Role.ADMIN)
        note, short = await self.by_bob("something rude")
        await self.ask(f"report {short} rude")
        client = await self.logged_in(erin)
        await client.ask("JOIN &ops")

        async def ops(line: str) -> str:
            return " / ".join(said(await client.ask(f"PRIVMSG &ops :{line}"), "NOTICE"))

        listed = await ops("reports")
        number = re.search(r"NOTICE &ops :(\d+): bob, by alice: rude", listed)
        assert number is not None, listed
        self.assertIn("something rude", await ops(f"case {number[1]}"))
        await ops(f"assign {number[1]}")
        self.assertIn("bob is suspended", await ops("suspend bob spam"))
        self.assertTrue((await self.core.reading.account(self.bob.id)).suspended)
        self.assertIn("No report is open", await ops("reports"))
        await ops("unsuspend bob")
        self.assertIn("All answer", await ops("hosts"))
        self.assertRegex(await ops("log"), "erin: suspend account bob.*erin: unsuspend account bob")
        del note

    async def test_sign_ups_are_let_in(self) -> None:
        erin = await self.person("erin", role=Role.ADMIN)
        dave = await self.person("dave")
        await self.database.execute("UPDATE users SET approved_at = NULL WHERE account_id = %s", (dave.id,))
        client = await self.logged_in(erin)
        await client.ask("JOIN &ops")
        self.assertIn(":dave (", said(await client.ask("PRIVMSG &ops :signups"), "NOTICE")[0])
        await client.ask("PRIVMSG &ops :approve dave")
        waiting = await self.core.moderation.accounts(None, AccountFilter(local=True, status="pending"), Page())
        self.assertEqual(waiting.items, ())

    async def test_others_may_not(self) -> None:
        for line in ("ops suspend bob", "ops reports", "ops signups", "ops hosts", "ops log"):
            (answer,) = await self.ask(line)
            self.assertIn("not allowed", answer)
        self.assertFalse((await self.core.reading.account(self.bob.id)).suspended)
