"""`/main/ostatus`: somebody without an account here wants to follow somebody, or to answer a note, from their own server.

The address and its fields are Pleroma's, whose front-ends post them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pleromad.errors import Invalid, NotFound
from web.bodies import Fields, fields
from web.limits import LOG_INS
from web.oauth.clients import text_of
from web.pages.frame import Frame
from web.remote import interaction_page
from web.site import Answer, Request, Site

if TYPE_CHECKING:
    from pleromad.core import Core

PATH = "/main/ostatus"
# Each of them as Pleroma's forms have it: flat, or in an object.
NAMES = {"nickname": ("nickname", "user[nickname]"), "status_id": ("status_id", "status[status_id]")}
PROFILES = ("profile", "user[profile]", "status[profile]")


class Remote:
    def __init__(self, core: Core, site: Site, frame: Frame) -> None:
        self.core = core
        self.site = site
        self.frame = frame
        site.route("GET", PATH, self.ask)
        site.route("POST", PATH, self.lead, max_body=10_000)

    async def ask(self, request: Request) -> Answer:
        return await self._form(request, [(name, value) for name, value in request.query], "", "", 200)

    async def lead(self, request: Request) -> Answer:
        """It changes nothing here, so front-ends elsewhere may post it; but it asks another server."""
        found = fields(request)
        profile = next((text for name in PROFILES if (text := text_of(found, name))), "")
        if not profile:
            return await self._form(request, found, "", "", 200)
        self.site.limits.take(request, LOG_INS)
        _, _, _, uri = await self._about(found)
        try:
            page = await interaction_page(self.core, profile, uri)
        except Invalid as error:
            return await self._form(request, found, profile, error.public, 422)
        return Answer.redirect(page, headers=(("Cache-Control", "no-store"),))

    async def _form(self, request: Request, found: Fields, given: str, problem: str, status: int) -> Answer:
        kind, name, title, _ = await self._about(found)
        return await self.frame.page(
            request,
            "remote.html",
            title=title,
            status=status,
            form_action=("https:", "http:") if self.core.settings.federation.allow_http else ("https:",),
            kind=kind,
            name=name,
            given=given[:300],
            problem=problem,
            headers=(("Cache-Control", "no-store"),),
        )

    async def _about(self, found: Fields) -> tuple[str, str, str, str]:
        """(which field, its value, a title, the id of the thing). Raises NotFound."""
        kind, value = next(((kind, text) for kind, names in NAMES.items() for name in names if (text := text_of(found, name))), ("", ""))
        reading = self.core.reading
        if kind == "nickname":
            account = await reading.account_by_handle(value)
            if not account.local or account.suspended:
                raise NotFound
            return kind, value, f"Follow @{account.username}", account.uri
        if kind == "status_id" and value.isascii() and value.isdigit() and len(value) < 19:
            note = (await reading.note(None, int(value))).note
            return kind, value, f"Answer @{note.account.acct}", note.uri
        raise NotFound
