"""For those who look after the server: who waits to be let in, and a way back for who has lost their password."""

from __future__ import annotations

from typing import Any

from pleromad.errors import Forbidden, Invalid, NotFound
from pleromad.model.account import Role, User
from web.bodies import Fields
from web.oauth.clients import text_of
from web.pages.settings.log_in import number_of
from web.pages.settings.section import STAFF, Section
from web.site import Answer, Request


class Staff(Section):
    path = STAFF[0]
    template = "settings/staff.html"
    title = "People waiting"

    def open(self) -> None:
        self.on("/settings/staff/approve", self.approve)
        self.on("/settings/staff/turn-away", self.turn_away)
        self.on("/settings/staff/link", self.link)

    async def user(self, request: Request) -> User | None:
        """Only staff gets here."""
        user = await super().user(request)
        if user is not None and not user.staff:
            raise Forbidden("This page is for those who look after the server")
        return user

    async def values(self, request: Request, user: User, given: dict[str, str] | None) -> dict[str, Any]:
        return {
            "waiting": await self.core.accounts.waiting(),
            "admin": user.role in (Role.ADMIN, Role.OWNER),
            "name": (given or {}).get("name", ""),
            "link_for": "",
            "link": "",
        }

    async def approve(self, request: Request, user: User, found: Fields) -> Answer:
        await self.core.moderation.approve(user.account, number_of(found, "id"))
        return self.done("approved")

    async def turn_away(self, request: Request, user: User, found: Fields) -> Answer:
        await self.core.moderation.reject(user.account, number_of(found, "id"))
        return self.done("turned-away")

    async def link(self, request: Request, user: User, found: Fields) -> Answer:
        """A page where somebody sets a new password, once; shown here to be passed on. Not for people of a higher rank."""
        if user.role not in (Role.ADMIN, Role.OWNER):
            raise Forbidden("This takes an administrator")
        try:
            other = await self.core.accounts.user_by_name((text_of(found, "name") or "").strip())
        except NotFound as error:
            raise Invalid(error.public, field="name") from None
        if other.role is Role.OWNER and other.account.id != user.account.id:
            raise Forbidden("This is the owner of the server")
        path = await self.core.accounts.reset_link(other.account.id)
        return await self.page(request, user, link=f"{self.core.uris.base}{path}", link_for=other.account.username)
