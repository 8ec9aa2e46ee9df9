"""Coming in and going: sign-up, log-in, log-out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from pleromad.errors import Conflict, Forbidden, Invalid, NeedsCode, RateLimited, Unauthenticated
from pleromad.model.account import Role, User
from web.auth import check_csrf, close_session, open_session, session_of
from web.bodies import fields
from web.limits import LOG_INS, SIGN_UPS
from web.oauth.clients import text_of
from web.pages.acting import local_path
from web.pages.frame import Frame
from web.site import Answer, Request, Site

if TYPE_CHECKING:
    from pleromad.core import Core

NO_STORE = (("Cache-Control", "no-store"),)

JOINING = {
    "open": "Everybody can join.",
    "approval": "You can ask to join; a person decides.",
    "invite": "Joining takes an invitation.",
    "closed": "This server takes no new people at the moment.",
}


class Entering:
    def __init__(self, core: Core, site: Site, frame: Frame) -> None:
        self.core = core
        self.site = site
        self.frame = frame
        site.route("GET", "/log-in", self.log_in_form)
        site.route("POST", "/log-in", self.log_in, max_body=20_000)
        site.route("POST", "/log-in/code", self.code, max_body=20_000)
        site.route("GET", "/log-out", self.log_out_form)
        site.route("POST", "/log-out", self.log_out, max_body=20_000)
        site.route("GET", "/sign-up", self.sign_up_form)
        site.route("POST", "/sign-up", self.sign_up, max_body=50_000)

    # -- log-in --

    async def log_in_form(self, request: Request) -> Answer:
        target = local_path(request.first("next") or "")
        if request.first("again") is None and await session_of(request, self.core) is not None:
            return Answer.redirect(target or "/home", headers=NO_STORE)
        return await self._log_in_page(request, target, "", "", 200)

    async def _log_in_page(
        self, request: Request, target: str, login: str, problem: str, status: int
    ) -> Answer:
        return await self.frame.page(
            request,
            "log_in.html",
            title="Log in",
            status=status,
            form=True,
            next=target,
            login=login,
            problem=problem,
            app_name=await self._app_name(target),
            headers=NO_STORE,
        )

    async def _app_name(self, target: str) -> str:
        """Which application sent them here, when one did."""
        if not target.startswith("/oauth/authorize?"):
            return ""
        client_id = dict(parse_qsl(urlsplit(target).query)).get("client_id", "")
        app = await self.core.accounts.app(client_id) if client_id and len(client_id) < 200 else None
        return app.name if app is not None else ""

    async def log_in(self, request: Request) -> Answer:
        self.site.limits.take(request, LOG_INS)
        found = fields(request)
        check_csrf(request, self.core, found)
        target = local_path(text_of(found, "next") or "")
        login, password = text_of(found, "login") or "", text_of(found, "password") or ""
        try:
            user = await self.core.accounts.log_in(login, password, address=request.address)
        except NeedsCode as needs:
            return await self._code_page(request, target, await self.core.accounts.challenge(needs.account_id), "", 200)
        except (Unauthenticated, Forbidden, RateLimited) as error:
            status = 429 if isinstance(error, RateLimited) else 403 if isinstance(error, Forbidden) else 401
            return await self._log_in_page(request, target, login, error.public, status)
        return await self._enter(request, user.account.id, target)

    async def _enter(self, request: Request, account_id: int, target: str) -> Answer:
        await close_session(request, self.core)
        await open_session(request, self.core, account_id)
        return Answer.redirect(target or "/home", 303, NO_STORE)

    # -- the second factor --

    async def _code_page(self, request: Request, target: str, challenge: str, problem: str, status: int) -> Answer:
        return await self.frame.page(
            request,
            "log_in_code.html",
            title="One more step",
            status=status,
            form=True,
            next=target,
            challenge=challenge,
            problem=problem,
            headers=NO_STORE,
        )

    async def code(self, request: Request) -> Answer:
        self.site.limits.take(request, LOG_INS)
        found = fields(request)
        check_csrf(request, self.core, found)
        target = local_path(text_of(found, "next") or "")
        challenge, code = text_of(found, "challenge") or "", text_of(found, "code") or ""
        try:
            answered = await self.core.accounts.answer(challenge, code)
        except Invalid as error:
            return await self._code_page(request, target, challenge, error.public, 401)
        except RateLimited as error:
            return await self._code_page(request, target, challenge, error.public, 429)
        except (Unauthenticated, Forbidden) as error:
            return await self._log_in_page(request, target, "", error.public, 403 if isinstance(error, Forbidden) else 401)
        return await self._enter(request, answered.user.account.id, target)

    async def log_out_form(self, request: Request) -> Answer:
        return Answer.redirect("/", headers=NO_STORE)

    async def log_out(self, request: Request) -> Answer:
        check_csrf(request, self.core, fields(request))
        await close_session(request, self.core)
        return Answer.redirect("/", 303, NO_STORE)

    # -- sign-up --

    async def sign_up_form(self, request: Request) -> Answer:
        given = {"invite": (request.first("invite") or "")[:200]}
        if given["invite"] and await self.core.accounts.invite_role(given["invite"]) is None:
            error = Invalid(
                "This invitation is not valid any more", field="invite" if self._mode == "invite" else ""
            )
            return await self._sign_up_page(request, {"invite": ""}, error, 200)
        return await self._sign_up_page(request, given, None, 200)

    @property
    def _mode(self) -> str:
        return self.core.settings.instance.registrations

    async def _sign_up_page(
        self, request: Request, given: dict[str, str], problem: Any, status: int
    ) -> Answer:
        role = await self.core.accounts.invite_role(given["invite"]) if given.get("invite") else None
        mode = self._mode
        return await self.frame.page(
            request,
            "sign_up.html",
            title="Sign up",
            status=status,
            form=True,
            owner=role is Role.OWNER,
            closed=mode == "closed" and role is None,
            joining="You have an invitation." if role is not None else JOINING[mode],
            ask_invite=mode == "invite" and role is None,
            ask_reason=mode == "approval" and role is None,
            problem=problem.public.removeprefix("Validation failed: ") if problem is not None else "",
            problem_field=getattr(problem, "field", ""),
            given={"username": "", "email": "", "reason": "", "invite": "", "agreement": "", **given},
            headers=NO_STORE,
        )

    async def sign_up(self, request: Request) -> Answer:
        self.site.limits.take(request, SIGN_UPS)
        found = fields(request)
        check_csrf(request, self.core, found)
        given = {
            name: (text_of(found, name) or "").strip()
            for name in ("username", "email", "reason", "invite", "agreement")
        }
        try:
            if self.core.settings.instance.rules and not given["agreement"]:
                raise Invalid("Please agree to the rules")
            user = await self.core.accounts.register(
                username=given["username"],
                email=given["email"],
                password=text_of(found, "password") or "",
                reason=given["reason"],
                invite=given["invite"],
                address=request.address,
            )
        except (Invalid, Conflict, Forbidden) as error:
            return await self._sign_up_page(
                request, given, error, 403 if isinstance(error, Forbidden) else 422
            )
        if not user.active:
            return await self.frame.page(
                request,
                "message.html",
                title="Thank you",
                lines=_next_steps(user),
                links=[("/", "To the start")],
                headers=NO_STORE,
            )
        await open_session(request, self.core, user.account.id)
        return Answer.redirect("/home", 303, NO_STORE)


def _next_steps(user: User) -> list[str]:
    """What somebody new waits for."""
    lines = [f"Your account @{user.account.username} is made."]
    if not user.confirmed:
        lines.append(f"There is a letter to {user.email} on its way: open the link in it to show that the address is yours.")
    if not user.approved:
        lines.append("A person looks at it then." if not user.confirmed else "A person looks at it now.")
        lines.append("You can log in as soon as it is approved.")
    return lines
