"""A second factor: codes by RFC 6238, backup codes, challenges, app passwords."""

from __future__ import annotations

import base64

from twisted.internet import reactor
from twisted.internet.task import Clock as FakeClock
from twisted.trial.unittest import SynchronousTestCase

from pleromad.accounts import totp
from pleromad.clock import Clock
from pleromad.errors import Conflict, Forbidden, Invalid, NeedsCode, RateLimited, Unauthenticated
from pleromad.model.account import Account
from tests.support.core import PASSWORD, CoreCase


class TotpTests(SynchronousTestCase):
    SECRET = base64.b32encode(b"12345678901234567890").decode()

    def test_the_vectors_of_rfc_6238(self) -> None:
        for moment, code in (
            (59, "287082"),
            (1111111109, "081804"),
            (1111111111, "050471"),
            (1234567890, "005924"),
            (2000000000, "279037"),
            (20000000000, "353130"),
        ):
            self.assertEqual(totp.code_at(self.SECRET, moment // 30), code)

    def test_a_clock_may_be_half_a_minute_off_and_no_more(self) -> None:
        now = 1_000_000_000.0
        for off, right in ((-60, False), (-30, True), (0, True), (30, True), (60, False)):
            code = totp.code_at(self.SECRET, int((now + off) // 30))
            self.assertEqual(totp.step_of(self.SECRET, code, now) is not None, right, off)

    def test_apps_are_told_who_and_where(self) -> None:
        uri = totp.provisioning_uri("ABC", name="alice@here.example", issuer="Here & there")
        self.assertEqual(uri, "otpauth://totp/Here%20%26%20there:alice@here.example?secret=ABC&issuer=Here%20%26%20there")


class SecondFactorTests(CoreCase):
    async def set_up(self) -> tuple[Account, list[str]]:
        """alice with a second factor, at a moment of our own; and her backup codes."""
        alice = await self.person("alice")
        self.time = FakeClock()
        self.time.advance(1_900_000_000)
        clock = Clock(self.time)
        object.__setattr__(self.core.accounts._desk, "clock", clock)
        self.addCleanup(lambda: object.__setattr__(self.core.accounts._desk, "clock", Clock(reactor)))
        made = await self.core.accounts.begin_two_factor(alice.id)
        self.secret = made.secret
        codes = await self.core.accounts.confirm_two_factor(alice.id, self.code())
        self.time.advance(60)
        return alice, codes

    def code(self) -> str:
        return totp.code_at(self.secret, int(self.time.seconds() // 30))

    async def challenged(self) -> str:
        with self.assertRaises(NeedsCode) as caught:
            await self.core.accounts.log_in("alice", PASSWORD)
        return await self.core.accounts.challenge(caught.exception.account_id)

    async def fails(self, kind: type[Exception], challenge: str, code: str) -> None:
        with self.assertRaises(kind):
            await self.core.accounts.answer(challenge, code)

    async def test_nothing_is_asked_for_before_the_first_code(self) -> None:
        alice = await self.person("alice")
        await self.core.accounts.begin_two_factor(alice.id)
        with self.assertRaises(Invalid):
            await self.core.accounts.confirm_two_factor(alice.id, "000000x")
        self.assertFalse((await self.core.accounts.log_in("alice", PASSWORD)).two_factor)

    async def test_the_password_and_a_code_let_in(self) -> None:
        alice, _ = await self.set_up()
        answered = await self.core.accounts.answer(await self.challenged(), f" {self.code()[:3]} {self.code()[3:]}")
        self.assertEqual(answered.user.account.id, alice.id)

    async def test_a_wrong_password_is_told_before_any_code_is_asked_for(self) -> None:
        await self.set_up()
        with self.assertRaises(Unauthenticated) as caught:
            await self.core.accounts.log_in("alice", "wrong password")
        self.assertNotIsInstance(caught.exception, NeedsCode)

    async def test_a_code_is_good_once(self) -> None:
        await self.set_up()
        code = self.code()
        await self.core.accounts.answer(await self.challenged(), code)
        await self.fails(Invalid, await self.challenged(), code)
        self.time.advance(30)
        await self.core.accounts.answer(await self.challenged(), self.code())

    async def test_a_backup_code_is_good_once_too(self) -> None:
        alice, codes = await self.set_up()
        self.assertEqual(len(set(codes)), 10)
        await self.core.accounts.answer(await self.challenged(), codes[0].upper())
        await self.fails(Invalid, await self.challenged(), codes[0])
        self.assertEqual(await self.core.accounts.backup_codes_left(alice.id), 9)
        new = await self.core.accounts.new_backup_codes(alice.id)
        await self.fails(Invalid, await self.challenged(), codes[1])
        await self.core.accounts.answer(await self.challenged(), new[1])

    async def test_a_challenge_is_over_after_five_tries_ten_minutes_or_its_answer(self) -> None:
        await self.set_up()
        challenge = await self.challenged()
        for _ in range(5):
            await self.fails(Invalid, challenge, "000000")
        await self.fails(Unauthenticated, challenge, self.code())
        challenge = await self.challenged()
        await self.core.accounts.answer(challenge, self.code())
        await self.fails(Unauthenticated, challenge, self.code())
        challenge = await self.challenged()
        await self.database.execute("UPDATE challenges SET expires_at = now()")
        await self.fails(Unauthenticated, challenge, self.code())

    async def test_guessing_codes_is_slowed_down_over_all_challenges(self) -> None:
        await self.set_up()
        for _ in range(2):
            challenge = await self.challenged()
            for _ in range(5):
                await self.fails(Invalid, challenge, "000000")
        await self.fails(RateLimited, await self.challenged(), self.code())

    async def test_a_challenge_belongs_to_its_application(self) -> None:
        alice, _ = await self.set_up()
        app = await self.core.accounts.add_app(name="App", website=None, redirect_uris=["urn:ietf:wg:oauth:2.0:oob"], scopes={"read"})
        challenge = await self.core.accounts.challenge(alice.id, app_id=app.id, scopes={"read"})
        await self.fails(Unauthenticated, challenge, self.code())
        answered = await self.core.accounts.answer(challenge, self.code(), app_id=app.id)
        self.assertEqual((answered.app_id, answered.scopes), (app.id, frozenset({"read"})))

    async def test_somebody_disabled_in_between_stays_out(self) -> None:
        await self.set_up()
        challenge = await self.challenged()
        await self.database.execute("UPDATE users SET disabled_at = now()")
        await self.fails(Forbidden, challenge, self.code())

    async def test_it_is_switched_off_and_set_up_anew(self) -> None:
        alice, _ = await self.set_up()
        with self.assertRaises(Conflict):
            await self.core.accounts.begin_two_factor(alice.id)
        self.assertTrue(await self.core.accounts.end_two_factor(alice.id))
        await self.core.accounts.log_in("alice", PASSWORD)
        self.assertNotEqual((await self.core.accounts.begin_two_factor(alice.id)).secret, self.secret)

    async def test_no_secret_of_a_challenge_or_backup_code_is_stored(self) -> None:
        _, codes = await self.set_up()
        challenge = await self.challenged()
        stored = await self.database.fetch_value("SELECT string_agg(code_hash, ' ') FROM (SELECT code_hash FROM challenges UNION SELECT code_hash FROM backup_codes) AS t")
        for secret in (challenge, *codes):
            self.assertNotIn(secret, stored)


class AppPasswordTests(CoreCase):
    async def test_it_is_a_token_with_a_name(self) -> None:
        alice = await self.person("alice")
        password = await self.core.accounts.add_app_password(alice.id, "  irssi  on the laptop ")
        token = await self.core.accounts.token(password)
        assert token is not None
        self.assertEqual((token.name, token.account_id, token.app), ("irssi on the laptop", alice.id, None))
        self.assertTrue(token.allows("write:statuses"))
        await self.core.accounts.delete_token(alice.id, token.id)
        self.assertIsNone(await self.core.accounts.token(password))

    async def test_a_name_is_needed(self) -> None:
        alice = await self.person("alice")
        for name in ("", "  ", "x" * 61):
            with self.assertRaises(Invalid):
                await self.core.accounts.add_app_password(alice.id, name)

    async def test_when_it_was_used_is_remembered(self) -> None:
        alice = await self.person("alice")
        password = await self.core.accounts.add_app_password(alice.id, "irssi")
        self.assertIsNone((await self.core.accounts.tokens_of(alice.id))[0].last_used_on)
        await self.core.accounts.token(password)
        self.assertEqual((await self.core.accounts.tokens_of(alice.id))[0].last_used_on, self.core.clock.now().date())
