"""The page about this server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from pleromad.errors import NotFound
from web.pages import shown
from web.pages.entering import JOINING
from web.pages.frame import Frame
from web.pages.head import Head, absolute
from web.site import Answer, Request, Site

if TYPE_CHECKING:
    from pleromad.core import Core


class About:
    def __init__(self, core: Core, site: Site, frame: Frame) -> None:
        self.core = core
        self.frame = frame
        site.route("GET", "/about", self.about)
        site.route("GET", "/instance/panel.html", self.panel)
        site.route("GET", "/static/terms-of-service.html", self.terms)
        site.route("GET", "/privacy-policy", self.privacy_policy)
        site.route("GET", "/terms-of-service", self.terms_of_service)

    async def panel(self, request: Request) -> Answer:
        """Pleroma-FE puts it beside the timelines."""
        return self._fragment(await self.core.reading.document("instance.panel"))

    async def terms(self, request: Request) -> Answer:
        """Pleroma-FE shows it on its page about the server."""
        return self._fragment(await self.core.reading.document("instance.terms_of_service"))

    def _fragment(self, html: str) -> Answer:
        headers = (("Content-Security-Policy", "default-src 'none'; sandbox"), ("Cache-Control", "max-age=0, must-revalidate"))
        return Answer(200, html.encode(), "text/html; charset=utf-8", headers)

    async def about(self, request: Request) -> Answer:
        settings = self.core.settings
        contact = None
        if settings.instance.contact_account:
            try:
                contact = shown.person(
                    await self.core.reading.account_by_handle(settings.instance.contact_account)
                )
            except NotFound:
                contact = None  # the settings name somebody who is not here (any more)
        return await self.frame.page(
            request,
            "about.html",
            title=settings.name,
            viewer=await self.frame.viewer(request),
            counts=await self.core.reading.counts(),
            joining=JOINING[settings.instance.registrations],
            contact=contact,
            doors=self._doors(),
            description=Markup((await self.core.reading.extended_description()).html)
            if settings.instance.extended_description
            else "",
            head=Head(
                url=f"{self.core.uris.base}/about",
                title=settings.name,
                description=settings.instance.description,
                image=absolute("/static/icon.png", self.core.uris),
            ),
        )

    async def privacy_policy(self, request: Request) -> Answer:
        found = await self.core.reading.privacy_policy()
        return await self._text(request, "Privacy policy", found.html, f"Last changed on {found.updated_at:%Y-%m-%d}")

    async def terms_of_service(self, request: Request) -> Answer:
        """NotFound where there are none."""
        found = await self.core.reading.terms_of_service()
        return await self._text(request, "Terms of service", found.html, f"From {found.effective_date.isoformat()} on")

    async def _text(self, request: Request, title: str, html: str, line: str) -> Answer:
        # The HTML comes out of the sanitiser.
        return await self.frame.page(
            request, "text.html", title=title, viewer=await self.frame.viewer(request), text=Markup(html), line=line
        )

    def _doors(self) -> list[tuple[str, str]]:
        settings = self.core.settings
        doors = []
        if settings.gopher.enabled:
            port = settings.gopher.advertise_port
            doors.append(
                ("Gopher", f"gopher://{settings.gopher.advertise_host}{'' if port == 70 else f':{port}'}")
            )
        if settings.irc.enabled:
            doors.append(("IRC", f"irc://{settings.irc.server_name}"))
        return doors
