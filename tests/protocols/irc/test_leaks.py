"""Two accounts on one server: whatever one of them types, nothing of the other's private affairs is shown or changed."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pleromad.model.account import ProfileChange
from pleromad.model.activity import Update
from pleromad.model.note import Visibility
from pleromad.model.page import Page
from protocols.irc.fedi.table import STAFF_VERBS, VERBS
from protocols.irc.table import COMMANDS
from tests.protocols.irc.support import IrcCase

SECRET = "xyzzy"
CAPS = ("message-tags", "batch", "server-time", "draft/chathistory", "echo-message", "draft/read-marker", "draft/metadata-3", "znc.in/playback")
TARGETS = ["#vault", "vault", "alice", "carol", "bob", "&home", "&notifications", "&bookmarks", "&dm-1", "&ops", "&list/friends", "*", "fedi", "NOTE"]
SUBCOMMANDS = ["LATEST", "AROUND", "BETWEEN", "TARGETS", "GET", "LIST", "SYNC", "SUB", "SET", "+", "S", "msgid=NOTE", "timestamp=2020-01-01T00:00:00.000Z", "10", "+o", "b"]

COMMAND = st.one_of(
    st.tuples(
        st.sampled_from(sorted(COMMANDS.keys() - {"QUIT", "REGISTER", "VERIFY"})),
        st.lists(st.sampled_from([*TARGETS, *SUBCOMMANDS]), max_size=4),
    ).map(lambda parts: " ".join([parts[0], *parts[1]])),
    st.tuples(
        st.sampled_from([*sorted(VERBS), *(f"ops {name}" for name in sorted(STAFF_VERBS))]),
        st.lists(st.sampled_from(["NOTE", "alice", "#vault", "vault", "@carol", "friends", "^", "1", "text", "delete", "show", "on", "keep", "add"]), max_size=3),
    ).map(lambda parts: f"PRIVMSG fedi :{' '.join([parts[0], *parts[1]])}"),
    st.sampled_from(["PRIVMSG", "NOTICE", "REDACT", "@+draft/react=x;+draft/reply=NOTE TAGMSG", "@+draft/reply=NOTE PRIVMSG"]).flatmap(
        lambda command: st.sampled_from(TARGETS).map(lambda target: f"{command} {target} NOTE")
    ),
    st.just("PRIVMSG *playback :PLAY * 0"),
)


class LeakTests(IrcCase):
    timeout = 100

    async def prepare(self) -> None:
        self.alice, self.bob, self.carol = await self.person("alice"), await self.person("bob"), await self.person("carol")
        await self.submit(Update(actor_id=self.alice.id, profile=ProfileChange(locked=True)), self.alice)

    async def test_nothing_of_one_account_is_shown_to_another_or_changed_by_it(self) -> None:
        examples: list[list[str]] = []

        @settings(max_examples=40, database=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(COMMAND, min_size=4, max_size=12))
        def collect(lines: list[str]) -> None:
            examples.append(lines)

        collect()
        examples += [["PRIVMSG fedi :profile vault"], ["PRIVMSG fedi :room #vault"], ["WHOIS vault", "METADATA vault LIST", "PRIVMSG fedi :search vault"]]
        alice = await self.logged_in(self.alice, caps=CAPS)
        await alice.ask("JOIN #vault", f"MODE #vault +sik {SECRET}", f"TOPIC #vault :{SECRET}", f"PRIVMSG #vault :{SECRET} line")
        await alice.ask(f"PRIVMSG carol :{SECRET} letter", f"PRIVMSG fedi :cw {SECRET}", "PRIVMSG fedi :visibility followers", f"PRIVMSG fedi :post {SECRET}")
        await alice.ask(f"PRIVMSG fedi :list new {SECRET}", f"PRIVMSG fedi :filter add {SECRET}", "JOIN &home", "JOIN &notifications")
        mine = (await self.core.reading.of_account(self.alice.id, self.alice.id, Page())).items
        letters = (await self.core.reading.direct(self.alice.id, Page())).items
        room = await self.core.reading.room_by_name("vault")
        assert room is not None
        lines_ = (await self.core.reading.room(self.alice.id, room.id, Page())).items
        notes = list({seen.note.id: seen.note for seen in (*mine, *letters, *lines_)}.values())
        self.assertEqual(len(notes), 3)
        self.assertLessEqual({note.visibility for note in notes}, {Visibility.FOLLOWERS, Visibility.DIRECT})
        before = await self.picture()
        for number, lines in enumerate(examples):
            bob = await self.logged_in(self.bob, caps=CAPS if number % 2 else ())
            note = str(notes[number % 3].id)
            for line in lines:
                if not bob.closed:
                    bob.send(line.replace("NOTE", note))
            heard = await bob.ask() if not bob.closed else bob.take()
            self.assertTrue(heard or bob.closed or all(line.startswith("NOTICE") for line in lines), lines)
            shown = [line for line in heard if SECRET in line]
            self.assertEqual(shown, [], lines)
            bob.hang_up()
        self.assertEqual(self.flushLoggedErrors(), [])
        self.assertEqual(await self.picture(), before)

    async def picture(self) -> object:
        """What is alice's alone."""
        core, me = self.core, self.alice.id
        (person,) = self.house.network.of_account(me)
        room = await core.reading.room_by_name("vault")
        assert room is not None
        return (
            sorted(person.channels),
            person.preferences,
            person.composing.visibility,
            [seen.note.content for seen in (await core.reading.of_account(me, me, Page())).items],
            [seen.note.content for seen in (await core.reading.room(me, room.id, Page())).items],
            [each.title for each in await core.personal.lists(me)],
            [each.title for each in await core.personal.filters(me)],
            (room.topic, room.key, room.secret, room.invite_only, room.retention_days),
            [member.account.acct for member in await core.reading.members(room.id)],
            [seen.note.id for seen in (await core.reading.bookmarks(me, Page())).items],
        )
