"""Moving house, and leaving for good."""

from __future__ import annotations

from typing import Any

from pleromad.errors import Gone, Invalid, NotFound, Unauthenticated
from pleromad.model.account import Account, User
from web.auth import close_session
from web.bodies import Fields
from web.oauth.clients import text_of
from web.pages import shown
from web.pages.settings.section import NO_STORE, Section, secret_of
from web.site import Answer, Request


class Moving(Section):
    path = "/settings/moving"
    template = "settings/moving.html"
    title = "Moving"

    def open(self) -> None:
        self.on("/settings/moving/alias", self.add_alias)
        self.on("/settings/moving/alias/remove", self.remove_alias)
        self.on("/settings/moving/go", self.go)
        self.on("/settings/moving/stay", self.stay)

    async def values(self, request: Request, user: User, given: dict[str, str] | None) -> dict[str, Any]:
        typed = given or {}
        return {
            "aliases": [
                (uri, shown.person(known) if known is not None else None)
                for uri, known in await self.core.accounts.aliases(user.account.id)
            ],
            "alias": typed.get("alias", ""),
            "target": typed.get("target", ""),
            "moved": shown.web(user.account.moved_to_uri),
            "moved_to": shown.person(user.account.moved_to) if user.account.moved_to is not None else None,
        }

    async def add_alias(self, request: Request, user: User, found: Fields) -> Answer:
        await self.core.accounts.add_alias(user.account.id, await self._account(found, "alias"))
        return self.done("saved")

    async def remove_alias(self, request: Request, user: User, found: Fields) -> Answer:
        await self.core.accounts.remove_alias(user.account.id, text_of(found, "uri") or "")
        return self.done("saved")

    async def go(self, request: Request, user: User, found: Fields) -> Answer:
        target = await self._account(found, "target")
        try:
            await self.core.accounts.move(user.account.id, secret_of(found, "password"), target)
        except Unauthenticated as error:
            raise Invalid(error.public, field="password") from None
        return self.done("moved")

    async def stay(self, request: Request, user: User, found: Fields) -> Answer:
        await self.core.accounts.stay(user.account.id)
        return self.done("stay")

    async def _account(self, found: Fields, name: str) -> Account:
        """As its own server tells now."""
        handle = (text_of(found, name) or "").strip()
        try:
            if not handle:
                raise NotFound
            resolver = self.core.resolver
            if resolver is None:
                return await self.core.reading.account_by_handle(handle)
            return await resolver.fresh(await resolver.account(handle))
        except (NotFound, Gone):
            raise Invalid("There is nobody of that name: write it as name@server", field=name) from None


class Leave(Section):
    path = "/settings/leave"
    template = "settings/leave.html"
    title = "Delete account"

    def open(self) -> None:
        self.on(self.path, self.leave)

    async def values(self, request: Request, user: User, given: dict[str, str] | None) -> dict[str, Any]:
        return {"name": (given or {}).get("name", "")}

    async def leave(self, request: Request, user: User, found: Fields) -> Answer:
        name = (text_of(found, "name") or "").strip().lstrip("@").lower()
        if name != user.account.username.lower():
            raise Invalid("This is not your name here", field="name")
        try:
            await self.core.accounts.leave(user.account.id, secret_of(found, "password"))
        except Unauthenticated as error:
            raise Invalid(error.public, field="password") from None
        await close_session(request, self.core)
        return await self.frame.page(
            request,
            "message.html",
            title="Farewell",
            lines=[
                f"The account @{user.account.username} is deleted, and other servers are told.",
                "Nobody can take the name again.",
            ],
            links=[("/", "To the start")],
            headers=NO_STORE,
        )
