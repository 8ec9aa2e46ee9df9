"""pleromactl's commands for staff, over a core; the program itself is in tests/flows."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from pleromad import ctl, ctl_staff
from pleromad.errors import Forbidden, NotFound, PleromadError
from pleromad.model.account import Role
from pleromad.model.activity import Flag
from pleromad.model.page import Page
from tests.support.core import CoreCase


class StaffCommandTests(CoreCase):
    async def run_ctl(self, *words: str) -> str:
        options = ctl.parser().parse_args(words)
        out = io.StringIO()
        with redirect_stdout(out):
            status = await ctl_staff.COMMANDS[options.group, getattr(options, "command", "")](self.core, options)
        self.assertIn(status, (0, None))
        return out.getvalue()

    def test_every_command_can_be_asked_for(self) -> None:
        extra = {"user": ["alice"], "domain": ["far.example"], "report": ["1"], "announcement": ["1"]}
        for group, command in ctl_staff.COMMANDS:
            words = [group, command] if command else [group]
            if command != "list":
                words += extra.get(group, [])
            if command == "role":
                words.append("admin")
            options = ctl.parser().parse_args(words)
            self.assertIn((options.group, getattr(options, "command", "")), ctl.COMMANDS)

    async def test_sanctions_are_put_and_taken_back(self) -> None:
        alice = await self.person("alice")
        said = await self.run_ctl("user", "suspend", "alice", "--reason", "spam")
        self.assertTrue(said.startswith("alice: gone for everybody"), said)
        self.assertTrue((await self.core.reading.account(alice.id)).suspended)
        await self.run_ctl("user", "unsuspend", "@alice")
        self.assertFalse((await self.core.reading.account(alice.id)).suspended)
        with self.assertRaises(Forbidden):
            await self.run_ctl("user", "unsuspend", "alice")
        await self.run_ctl("user", "silence", "alice", "--quiet")
        await self.run_ctl("user", "sensitive", "alice", "--quiet")
        now = await self.core.reading.account(alice.id)
        self.assertTrue(now.silenced and now.sensitized)
        await self.run_ctl("user", "unsilence", "alice")
        await self.run_ctl("user", "unsensitive", "alice")
        await self.run_ctl("user", "disable", "alice", "--quiet")
        self.assertTrue((await self.core.accounts.user(alice.id)).disabled)
        await self.run_ctl("user", "enable", "alice")
        self.assertFalse((await self.core.accounts.user(alice.id)).disabled)
        # Told once: the others were quiet.
        self.assertEqual([one.type for one in (await self.core.reading.notifications(alice.id, Page())).items], ["moderation_warning"])

    async def test_somebody_elsewhere_too(self) -> None:
        rita = await self.remote("rita")
        await self.run_ctl("user", "silence", "rita@far.example")
        self.assertTrue((await self.core.reading.account(rita.id)).silenced)
        with self.assertRaises(NotFound) as caught:
            await self.run_ctl("user", "silence", "nobody@far.example")
        self.assertEqual(caught.exception.public, "Nobody called nobody@far.example is known here")
        with self.assertRaises(PleromadError):
            await self.run_ctl("user", "disable", "rita@far.example")

    async def test_roles(self) -> None:
        alice = await self.person("alice")
        self.assertEqual(await self.run_ctl("user", "role", "alice", "moderator"), "alice is moderator now\n")
        self.assertEqual((await self.core.reading.account(alice.id)).role, Role.MODERATOR)
        with redirect_stderr(io.StringIO()), self.assertRaises(SystemExit):
            await self.run_ctl("user", "role", "alice", "king")

    async def test_domains(self) -> None:
        rita = await self.remote("rita")
        await self.run_ctl("domain", "block", "far.example", "--comment", "spam", "--private-comment", "see #4")
        self.assertTrue((await self.core.reading.account(rita.id)).suspended)
        said = await self.run_ctl("domain", "block", "far.example", "--severity", "silence", "--reject-media")
        self.assertIn("silence", said)
        self.assertFalse((await self.core.reading.account(rita.id)).suspended)
        self.assertTrue((await self.core.reading.account(rita.id)).silenced)
        await self.run_ctl("domain", "allow", "good.example")
        listed = (await self.run_ctl("domain", "list")).splitlines()
        self.assertEqual([line.split()[:2] for line in listed], [["far.example", "silence"], ["good.example", "allowed"]])
        await self.run_ctl("domain", "unblock", "far.example")
        await self.run_ctl("domain", "disallow", "good.example")
        self.assertEqual(await self.run_ctl("domain", "list"), "")
        for words in (("unblock", "far.example"), ("disallow", "good.example"), ("block", "not a domain"), ("block", "here.example")):
            with self.assertRaises(PleromadError):
                await self.run_ctl("domain", *words)

    async def test_reports(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(bob, "buy pills")
        outcome = await self.submit(Flag(actor_id=alice.id, target_id=bob.id, note_ids=(note.id,), comment="an\nadvert"), alice)
        id = str(outcome.report_id)
        listed = await self.run_ctl("report", "list")
        self.assertIn(id, listed)
        self.assertIn("bob by alice, 1 notes: an advert", listed)
        self.assertIn("buy pills", await self.run_ctl("report", "show", id))
        await self.run_ctl("report", "resolve", id)
        self.assertEqual(await self.run_ctl("report", "list"), "")
        self.assertIn("resolved by the shell", await self.run_ctl("report", "list", "--all"))
        await self.run_ctl("report", "reopen", id)
        self.assertIn("open", await self.run_ctl("report", "list"))
        with self.assertRaises(NotFound):
            await self.run_ctl("report", "resolve", "1")

    async def test_announcements(self) -> None:
        said = await self.run_ctl("announcement", "new", "We are\ndown", "--starts", "2027-01-01T10:00", "--ends", "2027-01-01T12:00+01:00")
        id = said.split()[1]
        [made] = await self.core.moderation.all_announcements(None)
        assert made.starts_at is not None and made.ends_at is not None
        self.assertEqual((str(made.id), made.starts_at.hour, (made.ends_at - made.starts_at).seconds), (id, 10, 3600))
        self.assertIn(f"{id}  ", await self.run_ctl("announcement", "list"))
        await self.run_ctl("announcement", "delete", id)
        self.assertEqual(await self.run_ctl("announcement", "list"), "")
        with self.assertRaises(NotFound):
            await self.run_ctl("announcement", "delete", id)

    async def test_the_log(self) -> None:
        await self.person("alice")
        await self.run_ctl("user", "role", "alice", "admin")
        await self.run_ctl("domain", "block", "far.example")
        lines = (await self.run_ctl("log")).splitlines()
        self.assertIn("(shell)              create           host_block far.example  severity=suspend", lines[0])
        self.assertIn("(shell)              role             account alice  role=admin", lines[1])
        self.assertEqual(len((await self.run_ctl("log", "--limit", "1")).splitlines()), 1)
        with self.assertRaises(PleromadError):
            await self.run_ctl("log", "--limit", "0")

    async def test_what_the_shell_does_to_people_is_in_the_log(self) -> None:
        await self.person("alice")

        async def with_this_core(settings: object, reactor: object, work):  # type: ignore[no-untyped-def]
            return await work(self.core)

        options = ctl.parser().parse_args(["user", "delete", "alice", "--yes"])
        with patch.object(ctl, "with_core", with_this_core), redirect_stdout(io.StringIO()):
            await ctl.COMMANDS["user", "delete"](self.core.settings, options, None)
        self.assertIn("destroy          account alice", await self.run_ctl("log"))
