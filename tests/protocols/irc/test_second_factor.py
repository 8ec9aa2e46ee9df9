"""Logging in over IRC where there is a second factor: app passwords."""

from __future__ import annotations

import base64

from pleromad.accounts import totp
from pleromad.model.account import Account
from tests.protocols.irc.support import IrcCase
from tests.support.core import PASSWORD


class SecondFactorTests(IrcCase):
    async def prepare(self) -> None:
        self.alice: Account = await self.person("alice")
        made = await self.core.accounts.begin_two_factor(self.alice.id)
        await self.core.accounts.confirm_two_factor(self.alice.id, totp.code_at(made.secret, int(self.core.clock.seconds() // 30)))

    async def test_sasl_says_why_the_password_is_not_enough(self) -> None:
        client = self.client()
        blob = base64.b64encode(f"\0alice\0{PASSWORD}".encode()).decode()
        client.send("CAP LS 302", "CAP REQ :sasl", "NICK alice", "USER u 0 * :x", "AUTHENTICATE PLAIN", f"AUTHENTICATE {blob}")
        self.assertIn("make an app password on the settings page", await client.wait(" 904 "))

    async def test_pass_says_why_the_password_is_not_enough(self) -> None:
        client = self.client()
        client.send(f"PASS {PASSWORD}", "NICK alice", "USER alice 0 * :x")
        self.assertIn("make an app password on the settings page", await client.wait(" 464 "))

    async def test_an_app_password_opens_both_until_it_is_revoked(self) -> None:
        password = await self.core.accounts.add_app_password(self.alice.id, "irssi")
        first = await self.logged_in(self.alice, password=password)
        self.assertFalse(first.closed)
        second = self.client()
        second.send(f"PASS {password}", "NICK alice", "USER alice 0 * :x")
        await second.wait(" 001 ")
        token = await self.core.accounts.token(password)
        assert token is not None
        await self.core.accounts.delete_token(self.alice.id, token.id)
        await first.wait("^ERROR ")
        self.assertTrue(first.closed and second.closed)

    async def test_it_is_no_password_of_somebody_else(self) -> None:
        bob = await self.person("bob")
        password = await self.core.accounts.add_app_password(bob.id, "irssi")
        client = self.client()
        client.send(f"PASS {password}", "NICK alice", "USER alice 0 * :x")
        await client.wait(" 464 ")
