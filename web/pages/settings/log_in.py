"""What one logs in with: the password and the e-mail address; and what else could: sessions, apps, app passwords."""

from __future__ import annotations

from typing import Any

from pleromad.errors import Invalid, NotFound, Unauthenticated
from pleromad.model.account import User
from web.auth import SESSION_SCOPE, close_session, session_token
from web.bodies import Fields
from web.oauth import scopes
from web.oauth.clients import text_of
from web.pages.settings.section import NO_STORE, Section, secret_of
from web.site import Answer, Request


class Password(Section):
    path = "/settings/password"
    template = "settings/password.html"
    title = "Log-in"

    def open(self) -> None:
        self.on(self.path, self.save)
        self.on("/settings/email", self.change_email)
        self.site.route("GET", "/.well-known/change-password", self.well_known)

    async def well_known(self, request: Request) -> Answer:
        """W3C: "A Well-Known URL for Changing Passwords"."""
        return Answer.redirect(self.path)

    async def values(self, request: Request, user: User, given: dict[str, str] | None) -> dict[str, Any]:
        return {"email": (given or {}).get("email", ""), "mail": self.core.accounts.mail_is_on}

    async def save(self, request: Request, user: User, found: Fields) -> Answer:
        new = secret_of(found, "new")
        if new != secret_of(found, "again"):
            raise Invalid("The two are not the same", field="again")
        token = await session_token(request, self.core)
        try:
            await self.core.accounts.change_password(
                user.account.id, secret_of(found, "old"), new, but=token.id if token is not None else None
            )
        except Unauthenticated as error:
            raise Invalid(error.public, field="old") from None
        except Invalid as error:
            raise Invalid(error.public, field="new") from None
        return self.done("password")

    async def change_email(self, request: Request, user: User, found: Fields) -> Answer:
        email = (text_of(found, "email") or "").strip()
        try:
            changed = await self.core.accounts.change_email(user.account.id, secret_of(found, "password"), email)
        except Unauthenticated as error:
            raise Invalid(error.public, field="password") from None
        return self.done("email" if changed else "letter")


class AppPasswords(Section):
    path = "/settings/app-passwords"
    template = "settings/app_passwords.html"
    title = "App passwords"

    def open(self) -> None:
        self.on(self.path, self.add)
        self.on("/settings/app-passwords/revoke", self.revoke)

    async def values(self, request: Request, user: User, given: dict[str, str] | None) -> dict[str, Any]:
        tokens = await self.core.accounts.tokens_of(user.account.id)
        return {
            "name": (given or {}).get("name", ""),
            "passwords": [token for token in tokens if token.app is None and SESSION_SCOPE not in token.scopes],
            "made": "",
            "irc": self.core.settings.irc.enabled,
        }

    async def add(self, request: Request, user: User, found: Fields) -> Answer:
        """The password is shown on the answer and never again."""
        made = await self.core.accounts.add_app_password(user.account.id, text_of(found, "name") or "")
        return await self.page(request, user, made=made)

    async def revoke(self, request: Request, user: User, found: Fields) -> Answer:
        await self.core.accounts.delete_token(user.account.id, number_of(found, "id"))
        return self.done("revoked")


class Sessions(Section):
    path = "/settings/sessions"
    template = "settings/sessions.html"
    title = "Sessions and apps"

    def open(self) -> None:
        self.on("/settings/sessions/close", self.close)
        self.on("/settings/apps/revoke", self.revoke)

    async def values(self, request: Request, user: User, given: dict[str, str] | None) -> dict[str, Any]:
        tokens = await self.core.accounts.tokens_of(user.account.id)
        here = await session_token(request, self.core)
        apps: dict[int, dict[str, Any]] = {}
        for token in tokens:
            if token.app is None:
                continue
            known = apps.setdefault(
                token.app.id, {"app": token.app, "since": token.created_at, "used": None, "scopes": set()}
            )
            known["since"] = min(known["since"], token.created_at)
            known["used"] = max(filter(None, (known["used"], token.last_used_on)), default=None)
            known["scopes"] |= token.scopes
        for app in apps.values():
            app["words"] = scopes.in_words(scopes.known(app["scopes"]))
        return {
            "browsers": [token for token in tokens if token.app is None and SESSION_SCOPE in token.scopes],
            "seat": here.id if here is not None else 0,
            "apps": list(apps.values()),
        }

    async def close(self, request: Request, user: User, found: Fields) -> Answer:
        """One session, or all but this one."""
        here = await session_token(request, self.core)
        if text_of(found, "id") == "others":
            for token in await self.core.accounts.tokens_of(user.account.id):
                if SESSION_SCOPE in token.scopes and (here is None or token.id != here.id):
                    await self.core.accounts.delete_token(user.account.id, token.id)
            return self.done("revoked")
        id = number_of(found, "id")
        if here is not None and here.id == id:
            await close_session(request, self.core)
            return Answer.redirect("/", 303, NO_STORE)
        await self.core.accounts.delete_token(user.account.id, id)
        return self.done("revoked")

    async def revoke(self, request: Request, user: User, found: Fields) -> Answer:
        await self.core.accounts.delete_app(user.account.id, number_of(found, "id"))
        return self.done("revoked")


def number_of(found: Fields, name: str) -> int:
    """An id in a form. NotFound when it is none."""
    text = text_of(found, name) or ""
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) >= 1 << 63:
        raise NotFound
    return int(text)
