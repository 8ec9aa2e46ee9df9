"""What all sections share: who is logged in, forms that were made here, and the page once more when something is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pleromad.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PleromadError,
    RateLimited,
    Rejected,
    Unauthenticated,
    Unreachable,
)
from pleromad.model.account import User
from pleromad.model.moderation import Permission, may
from web.auth import check_csrf, session_of
from web.bodies import Fields, Upload, fields
from web.oauth.clients import text_of
from web.pages.frame import Frame
from web.site import Answer, Request, Site, status_of

if TYPE_CHECKING:
    from pleromad.core import Core

NO_STORE = (("Cache-Control", "no-store"),)

SECTIONS = (
    ("/settings/profile", "Profile"),
    ("/settings/preferences", "Preferences"),
    ("/settings/password", "Log-in"),
    ("/settings/two-factor", "Two-factor"),
    ("/settings/app-passwords", "App passwords"),
    ("/settings/sessions", "Sessions and apps"),
    ("/settings/data", "Import and export"),
    ("/settings/moving", "Moving"),
    ("/settings/leave", "Delete account"),
)
STAFF = ("/settings/staff", "People waiting")
SERVER = ("/settings/server", "Server")

# What a page says after it did something: `?done=` and one of these.
DONE = {
    "saved": "Saved.",
    "password": "The password is changed, and all other sessions are closed.",
    "email": "The e-mail address is changed.",
    "letter": "A letter is on its way to the new address: open the link in it.",
    "revoked": "It is revoked.",
    "off": "Two-factor authentication is off.",
    "import": "The file is being read in. This page shows how far it is.",
    "archive": "The archive is being made. It can take a while.",
    "moved": "You have moved. Your followers are being sent on.",
    "stay": "The account is back: it does not point elsewhere any more.",
    "approved": "Approved: they can log in now.",
    "turned-away": "Turned away: nothing of them is kept.",
}

Show = Callable[[Request, User], Awaitable[Answer]]
Do = Callable[[Request, User, Fields], Awaitable[Answer]]
REFUSALS = (Invalid, Unauthenticated, Forbidden, Conflict, NotFound, RateLimited, Rejected, Unreachable)


class Problem:
    """What is wrong with a form: `of(name)` at one of its fields, `rest` when it belongs to none that the page has."""

    def __init__(self, error: PleromadError | None = None) -> None:
        self.words = error.public.removeprefix("Validation failed: ") if error is not None else ""
        self.field = getattr(error, "field", "")

    def of(self, name: str) -> str:
        return self.words if self.words and self.field == name else ""

    def rest(self, *names: str) -> str:
        return "" if self.field in names else self.words


class Section:
    """A section has one page at `path`; what its forms do lies under that path."""

    path = ""
    template = ""
    title = ""

    def __init__(self, core: Core, site: Site, frame: Frame) -> None:
        self.core = core
        self.site = site
        self.frame = frame
        site.route("GET", self.path, self._show)
        self.open()

    def open(self) -> None:
        """For sections to register what their forms do."""

    def on(self, path: str, do: Do, *, max_body: int = 50_000) -> None:
        """A form that is sent to `path`. What it refuses is told on the section's page."""

        async def answer(request: Request) -> Answer:
            user = await self.user(request)
            if user is None:
                return self._log_in()
            found = fields(request)
            check_csrf(request, self.core, found)
            try:
                return await do(request, user, found)
            except REFUSALS as error:
                status = 422 if isinstance(error, Unauthenticated | Conflict | NotFound | Unreachable) else status_of(error)
                return await self.page(request, user, given=texts_of(found), problem=Problem(error), status=status)

        self.site.route("POST", path, answer, max_body=max_body)

    async def user(self, request: Request) -> User | None:
        account = await session_of(request, self.core)
        return await self.core.accounts.user(account.id) if account is not None else None

    def _log_in(self) -> Answer:
        return Answer.redirect(f"/log-in?next={quote(self.path)}", 303, NO_STORE)

    async def _show(self, request: Request) -> Answer:
        user = await self.user(request)
        if user is None:
            return self._log_in()
        return await self.page(request, user)

    async def page(
        self,
        request: Request,
        user: User,
        *,
        given: dict[str, str] | None = None,
        problem: Problem | None = None,
        status: int = 200,
        **values: Any,
    ) -> Answer:
        """The section's page. `given`: what was typed into a form that was refused."""
        shown = {**await self.values(request, user, given), **values}
        return await self.frame.page(
            request,
            self.template,
            title=self.title,
            viewer=user.account,
            status=status,
            headers=NO_STORE,
            sections=[*SECTIONS, *([STAFF] if user.staff else []), *([SERVER] if may(user.role, Permission.MANAGE_SETTINGS) else [])],
            section=self.path,
            done=DONE.get(request.first("done") or "", "") if request.method == "GET" else "",
            problem=problem or Problem(),
            user=user,
            **shown,
        )

    async def values(self, request: Request, user: User, given: dict[str, str] | None) -> dict[str, Any]:
        """What the template prints besides."""
        return {}

    def done(self, word: str, *, path: str = "") -> Answer:
        return Answer.redirect(f"{path or self.path}?done={word}", 303, NO_STORE)


def texts_of(found: Fields) -> dict[str, str]:
    """The last text of each name."""
    return {name: value for name, value in found if isinstance(value, str)}


def file_of(found: Fields, name: str) -> Upload | None:
    """A file that was chosen: browsers send an empty one otherwise."""
    return next((value for key, value in found if key == name and isinstance(value, Upload) and value.data), None)


def is_on(found: Fields, name: str) -> bool:
    """A box that is ticked: browsers leave the others out."""
    return text_of(found, name) is not None


def secret_of(found: Fields, name: str) -> str:
    """A password as it was typed."""
    return text_of(found, name) or ""
