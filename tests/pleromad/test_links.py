"""Links that work once: addresses are proved and changed, passwords set."""

from __future__ import annotations

from typing import Any

from pleromad.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from pleromad.model.account import Role
from tests.support.core import PASSWORD, CoreCase


class LinkCase(CoreCase):
    SETTINGS = {"mail": {"host": "mail.example"}}

    async def letters(self) -> list[dict[str, Any]]:
        return [row[0] for row in await self.database.fetch("SELECT payload FROM jobs WHERE kind = 'mail' ORDER BY id")]

    async def code(self, kind: str) -> str:
        """The code of the letter of this kind that is to be sent; it counts as sent."""
        [payload] = [each for each in await self.letters() if each["kind"] == kind]
        letter = await self.core.accounts.letter(payload)
        await self.database.execute("DELETE FROM jobs WHERE payload->>'kind' = %s", (kind,))
        self.to = letter.to
        return next(line for line in letter.text.splitlines() if "  http" in line).rpartition("/")[2]


class ConfirmationTests(LinkCase):
    async def test_an_address_is_proved_before_anybody_logs_in(self) -> None:
        await self.person("alice", role=None)
        with self.assertRaises(Forbidden):
            await self.core.accounts.log_in("alice", PASSWORD)
        code = await self.code("confirm")
        self.assertEqual((await self.core.accounts.link(code)).purpose, "confirm")
        self.assertTrue((await self.core.accounts.confirm(code)).confirmed)
        await self.core.accounts.log_in("alice", PASSWORD)
        with self.assertRaises(NotFound):
            await self.core.accounts.confirm(code)

    async def test_who_staff_made_and_the_owner_prove_nothing(self) -> None:
        await self.person("alice", role=Role.USER)
        link = await self.core.accounts.owner_link()
        assert link is not None
        await self.person("bob", role=None, invite=link.partition("=")[2])
        self.assertEqual(await self.letters(), [])

    async def test_another_letter_and_another_address(self) -> None:
        alice = await self.person("alice", role=None)
        old = await self.code("confirm")
        await self.core.accounts.ask_confirmation(alice.id, "new@mail.example")
        code = await self.code("confirm")
        self.assertEqual(self.to, "new@mail.example")
        with self.assertRaises(NotFound):
            await self.core.accounts.confirm(old)
        self.assertEqual((await self.core.accounts.confirm(code)).email, "new@mail.example")
        with self.assertRaises(Conflict):
            await self.core.accounts.ask_confirmation(alice.id)

    async def test_an_address_of_somebody_else_is_refused(self) -> None:
        await self.person("bob")
        alice = await self.person("alice", role=None)
        with self.assertRaises(Invalid):
            await self.core.accounts.ask_confirmation(alice.id, "BOB@mail.example")

    async def test_there_are_not_many_letters(self) -> None:
        alice = await self.person("alice", role=None)
        await self.core.accounts.ask_confirmation(alice.id)
        self.assertEqual(len(await self.letters()), 1)
        for _ in range(5):
            await self.code("confirm")
            if len(await self.database.fetch("SELECT 1 FROM account_links")) < 5:
                await self.core.accounts.ask_confirmation(alice.id)
        with self.assertRaises(RateLimited):
            await self.core.accounts.ask_confirmation(alice.id)

    async def test_nobody_learns_who_is_here(self) -> None:
        await self.core.accounts.ask_confirmation_of("nobody")
        await self.person("bob")
        await self.core.accounts.ask_confirmation_of("bob")
        self.assertEqual(await self.letters(), [])


class PasswordTests(LinkCase):
    async def test_a_letter_leads_to_a_new_password(self) -> None:
        alice = await self.person("alice")
        session = await self.core.accounts.open_session(alice.id)
        await self.core.accounts.ask_new_password("ALICE@mail.example")
        code = await self.code("password")
        with self.assertRaises(Invalid):
            await self.core.accounts.reset_password(code, "short")
        await self.core.accounts.reset_password(code, "a new good one")
        await self.core.accounts.log_in("alice", "a new good one")
        self.assertIsNone(await self.core.accounts.token(session))
        with self.assertRaises(NotFound):
            await self.core.accounts.reset_password(code, "yet another one")

    async def test_an_administrator_gives_a_link(self) -> None:
        alice = await self.person("alice", email="", role=Role.USER)
        path = await self.core.accounts.reset_link(alice.id)
        self.assertTrue(path.startswith("/new-password/"))
        await self.core.accounts.reset_password(path.rpartition("/")[2], "a new good one")
        await self.core.accounts.log_in("alice", "a new good one")

    async def test_links_are_good_for_one_thing(self) -> None:
        alice = await self.person("alice")
        code = (await self.core.accounts.reset_link(alice.id)).rpartition("/")[2]
        with self.assertRaises(NotFound):
            await self.core.accounts.confirm(code)
        await self.database.execute("UPDATE account_links SET expires_at = now()")
        with self.assertRaises(NotFound):
            await self.core.accounts.reset_password(code, "a new good one")

    async def test_a_new_password_makes_older_links_void(self) -> None:
        alice = await self.person("alice")
        code = (await self.core.accounts.reset_link(alice.id)).rpartition("/")[2]
        await self.core.accounts.change_password(alice.id, PASSWORD, "a new good one")
        with self.assertRaises(NotFound):
            await self.core.accounts.reset_password(code, "another good one")
        self.assertEqual([each["kind"] for each in await self.letters()], ["password_changed"])

    async def test_a_changed_password_keeps_the_session_one_sits_at(self) -> None:
        alice = await self.person("alice")
        here, there = await self.core.accounts.open_session(alice.id), await self.core.accounts.open_session(alice.id)
        token = await self.core.accounts.token(here)
        assert token is not None
        await self.core.accounts.change_password(alice.id, PASSWORD, "a new good one", but=token.id)
        self.assertIsNotNone(await self.core.accounts.token(here))
        self.assertIsNone(await self.core.accounts.token(there))


class EmailTests(LinkCase):
    async def test_the_new_address_confirms_and_the_old_one_is_told(self) -> None:
        alice = await self.person("alice")
        with self.assertRaises(Unauthenticated):
            await self.core.accounts.change_email(alice.id, "wrong password", "new@mail.example")
        self.assertFalse(await self.core.accounts.change_email(alice.id, PASSWORD, "new@mail.example"))
        self.assertEqual((await self.core.accounts.user(alice.id)).email, "alice@mail.example")
        code = await self.code("email")
        self.assertEqual(self.to, "new@mail.example")
        self.assertEqual((await self.core.accounts.confirm(code)).email, "new@mail.example")
        [told] = await self.letters()
        self.assertEqual((told["kind"], told["to"]), ("email_changed", "alice@mail.example"))

    async def test_an_address_that_was_taken_meanwhile_is_refused(self) -> None:
        alice = await self.person("alice")
        await self.core.accounts.change_email(alice.id, PASSWORD, "new@mail.example")
        code = await self.code("email")
        await self.person("bob", email="NEW@mail.example")
        with self.assertRaises(Invalid):
            await self.core.accounts.confirm(code)


class WithoutMailTests(CoreCase):
    async def test_an_address_is_changed_at_once(self) -> None:
        alice = await self.person("alice", role=None)
        self.assertTrue((await self.core.accounts.user(alice.id)).confirmed)
        self.assertTrue(await self.core.accounts.change_email(alice.id, PASSWORD, "new@mail.example"))
        await self.core.accounts.ask_new_password("alice")
        self.assertEqual(await self.database.fetch("SELECT 1 FROM jobs"), [])


class WaitingTests(CoreCase):
    SETTINGS = {"instance": {"registrations": "approval"}, "mail": {"host": "mail.example"}}

    async def test_staff_sees_who_has_confirmed_and_lets_them_in_or_not(self) -> None:
        alice = await self.person("alice", role=None, reason="to write")
        bob = await self.person("bob", role=None, reason="to read")
        self.assertEqual(await self.core.accounts.waiting(), [])
        await self.core.accounts.confirm_by_admin(alice.id)
        await self.core.accounts.confirm_by_admin(bob.id)
        self.assertEqual([user.reason for user in await self.core.accounts.waiting()], ["to write", "to read"])
        await self.core.accounts.approve(alice.id)
        await self.core.accounts.turn_away(bob.id)
        self.assertEqual(await self.core.accounts.waiting(), [])
        await self.core.accounts.log_in("alice", PASSWORD)
        with self.assertRaises(Conflict):
            await self.core.accounts.turn_away(alice.id)
        await self.person("bob", role=None, reason="once more")  # the name is free

    async def test_a_token_says_what_its_person_waits_for(self) -> None:
        alice = await self.person("alice", role=None, reason="to write")
        secret = (await self.core.accounts.issue(None, alice.id, {"read"})).access_token
        waits = []
        for step in (self.core.accounts.confirm_by_admin, self.core.accounts.approve, None):
            token = await self.core.accounts.token(secret, waiting=True)
            assert token is not None
            waits.append(token.waits_for)
            self.assertEqual((await self.core.accounts.token(secret)) is None, bool(token.waits_for))
            if step is not None:
                await step(alice.id)
        self.assertEqual(waits, ["confirmation", "approval", ""])


class LeavingTests(CoreCase):
    async def test_one_leaves_with_the_password_and_the_name_stays_taken(self) -> None:
        alice = await self.person("alice")
        with self.assertRaises(Unauthenticated):
            await self.core.accounts.leave(alice.id, "wrong password")
        await self.core.accounts.leave(alice.id, PASSWORD)
        with self.assertRaises(Invalid):
            await self.person("Alice", email="other@mail.example")
        with self.assertRaises(Unauthenticated):
            await self.core.accounts.log_in("alice", PASSWORD)

    async def test_the_only_owner_stays(self) -> None:
        alice = await self.person("alice", role=Role.OWNER)
        with self.assertRaises(Forbidden):
            await self.core.accounts.leave(alice.id, PASSWORD)

    async def test_a_disabled_account_stays_and_nobody_enters(self) -> None:
        alice = await self.person("alice")
        await self.say(alice, "I was here")
        await self.core.accounts.disable(alice.id, PASSWORD)
        with self.assertRaises(Forbidden):
            await self.core.accounts.log_in("alice", PASSWORD)
        self.assertEqual((await self.core.reading.account(alice.id)).statuses_count, 1)
