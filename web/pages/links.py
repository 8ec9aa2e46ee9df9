"""Where the links in letters lead: an address is confirmed, a new password is set. And where such letters are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pleromad.errors import Conflict, Invalid, NotFound, RateLimited
from web.auth import check_csrf
from web.bodies import fields
from web.limits import LOG_INS
from web.oauth.clients import text_of
from web.pages.entering import NO_STORE
from web.pages.frame import Frame
from web.site import Answer, Request, Site

if TYPE_CHECKING:
    from pleromad.core import Core


class Links:
    def __init__(self, core: Core, site: Site, frame: Frame) -> None:
        self.core = core
        self.site = site
        self.frame = frame
        site.route("GET", "/forgotten", self.forgotten_form)
        site.route("POST", "/forgotten", self.forgotten, max_body=20_000)
        site.route("GET", "/new-password/<code>", self.new_password_form)
        site.route("POST", "/new-password/<code>", self.new_password, max_body=20_000)
        site.route("GET", "/confirm", self.again_form)
        site.route("POST", "/confirm", self.again, max_body=20_000)
        site.route("GET", "/confirm/<code>", self.confirm_form)
        site.route("POST", "/confirm/<code>", self.confirm, max_body=20_000)

    async def _ask(self, request: Request, kind: str, problem: str = "", status: int = 200) -> Answer:
        """The form that asks for a letter."""
        return await self.frame.page(
            request,
            "ask_letter.html",
            title="A new password" if kind == "forgotten" else "Confirm your address",
            status=status,
            form=True,
            kind=kind,
            mail=self.core.accounts.mail_is_on,
            problem=problem,
            headers=NO_STORE,
        )

    async def _message(self, request: Request, title: str, lines: list[str], link: tuple[str, str]) -> Answer:
        return await self.frame.page(
            request, "message.html", title=title, lines=lines, links=[link], headers=NO_STORE
        )

    # -- a new password --

    async def forgotten_form(self, request: Request) -> Answer:
        return await self._ask(request, "forgotten")

    async def forgotten(self, request: Request) -> Answer:
        """Says the same whether there is such a person or not."""
        self.site.limits.take(request, LOG_INS)
        found = fields(request)
        check_csrf(request, self.core, found)
        await self.core.accounts.ask_new_password(text_of(found, "login") or "")
        lines = ["If there is such an account, a letter is on its way to its address. The link in it works for two hours."]
        return await self._message(request, "Look at your mail", lines, ("/log-in", "Log in"))

    async def new_password_form(self, request: Request) -> Answer:
        return await self._new_password_page(request, "", "", 200)

    async def _new_password_page(self, request: Request, field: str, problem: str, status: int) -> Answer:
        link = await self.core.accounts.link(request.params["code"])
        if link.purpose != "password":
            raise NotFound
        return await self.frame.page(
            request,
            "new_password.html",
            title="A new password",
            status=status,
            form=True,
            username=link.account.username,
            action=f"/new-password/{request.params['code']}",
            field=field,
            problem=problem,
            headers=NO_STORE,
        )

    async def new_password(self, request: Request) -> Answer:
        self.site.limits.take(request, LOG_INS)
        found = fields(request)
        check_csrf(request, self.core, found)
        new = text_of(found, "password") or ""
        if new != (text_of(found, "again") or ""):
            return await self._new_password_page(request, "again", "The two are not the same", 422)
        try:
            await self.core.accounts.reset_password(request.params["code"], new)
        except Invalid as error:
            words = error.public.removeprefix("Validation failed: ")
            return await self._new_password_page(request, "password", words, 422)
        lines = ["Your password is changed, and everybody who was logged in with the old one is not any more."]
        return await self._message(request, "A new password", lines, ("/log-in", "Log in"))

    # -- an address --

    async def again_form(self, request: Request) -> Answer:
        return await self._ask(request, "confirm")

    async def again(self, request: Request) -> Answer:
        self.site.limits.take(request, LOG_INS)
        found = fields(request)
        check_csrf(request, self.core, found)
        try:
            await self.core.accounts.ask_confirmation_of(text_of(found, "login") or "")
        except RateLimited as error:
            return await self._ask(request, "confirm", error.public, 429)
        lines = ["If this account waits for it, another letter is on its way to its address."]
        return await self._message(request, "Look at your mail", lines, ("/log-in", "Log in"))

    async def confirm_form(self, request: Request) -> Answer:
        """A button, since programs that look at mail for viruses open every link."""
        link = await self.core.accounts.link(request.params["code"])
        if link.purpose not in ("confirm", "email"):
            raise NotFound
        return await self.frame.page(
            request,
            "confirm.html",
            title="Confirm your address",
            form=True,
            username=link.account.username,
            email=link.email,
            action=f"/confirm/{request.params['code']}",
            headers=NO_STORE,
        )

    async def confirm(self, request: Request) -> Answer:
        check_csrf(request, self.core, fields(request))
        try:
            user = await self.core.accounts.confirm(request.params["code"])
        except (Invalid, Conflict) as error:
            raise NotFound(error.public.removeprefix("Validation failed: ")) from None
        lines = [f"{user.email} is the address of @{user.account.username} now."]
        if not user.approved:
            lines.append("A person looks at your account. You can log in as soon as it is approved.")
            return await self._message(request, "Thank you", lines, ("/", "To the start"))
        return await self._message(request, "Thank you", lines, ("/home", "Go on"))
