"""The second factor: set up with an authenticator app, backup codes, and the way back."""

from __future__ import annotations

from typing import Any

import segno

from pleromad.errors import Invalid, Unauthenticated
from pleromad.model.account import User
from web.bodies import Fields
from web.oauth.clients import text_of
from web.pages.settings.section import Section, secret_of
from web.site import Answer, Request


class TwoFactor(Section):
    path = "/settings/two-factor"
    template = "settings/two_factor.html"
    title = "Two-factor authentication"

    def open(self) -> None:
        self.on(self.path, self.begin)
        self.on("/settings/two-factor/confirm", self.confirm)
        self.on("/settings/two-factor/codes", self.new_codes)
        self.on("/settings/two-factor/off", self.off)

    async def values(self, request: Request, user: User, given: dict[str, str] | None) -> dict[str, Any]:
        accounts = self.core.accounts
        set_up = None if user.two_factor else await accounts.two_factor_set_up(user.account.id)
        return {
            "is_on": user.two_factor,
            "left": await accounts.backup_codes_left(user.account.id) if user.two_factor else 0,
            "secret": _in_fours(set_up.secret) if set_up is not None else "",
            "picture": _picture(set_up.uri) if set_up is not None else "",
            "codes": [],
        }

    async def begin(self, request: Request, user: User, found: Fields) -> Answer:
        await self._check(user, found)
        await self.core.accounts.begin_two_factor(user.account.id)
        return Answer.redirect(self.path, 303)

    async def confirm(self, request: Request, user: User, found: Fields) -> Answer:
        codes = await self.core.accounts.confirm_two_factor(user.account.id, text_of(found, "code") or "")
        return await self.page(request, await self.core.accounts.user(user.account.id), codes=codes)

    async def new_codes(self, request: Request, user: User, found: Fields) -> Answer:
        await self._check(user, found)
        return await self.page(request, user, codes=await self.core.accounts.new_backup_codes(user.account.id))

    async def off(self, request: Request, user: User, found: Fields) -> Answer:
        await self._check(user, found)
        await self.core.accounts.end_two_factor(user.account.id)
        return self.done("off")

    async def _check(self, user: User, found: Fields) -> None:
        try:
            await self.core.accounts.check_password(user.account.id, secret_of(found, "password"))
        except Unauthenticated as error:
            raise Invalid(error.public, field="password") from None


def _picture(uri: str) -> str:
    """A QR code as a data: URI; always dark on light, which cameras read best."""
    return str(segno.make(uri, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))


def _in_fours(secret: str) -> str:
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
