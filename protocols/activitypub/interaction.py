"""`/authorize_interaction?uri=`: somebody on another server wants to follow or answer, and was sent home to do it.

Mastodon's address for it, and the one that the OStatus subscribe template of WebFinger names. Only for those logged in:
it makes this server fetch.
"""

from __future__ import annotations

from urllib.parse import quote

from pleromad.core import Core
from pleromad.errors import NotFound
from web.answers import Answer
from web.auth import session_of
from web.request import Request
from web.site import Site


class Interaction:
    def __init__(self, core: Core, site: Site) -> None:
        self._core = core
        for path in ("/authorize_interaction", "/ostatus_subscribe"):  # Mastodon's, Pleroma's
            site.route("GET", path, self.lead)

    async def lead(self, request: Request) -> Answer:
        """To the page here of a person or a note."""
        wanted = (request.first("uri") or request.first("acct") or "").strip()
        if not wanted or len(wanted) > 2_000 or self._core.resolver is None:
            raise NotFound
        account = await session_of(request, self._core)
        if account is None:
            back = f"/authorize_interaction?uri={quote(wanted, safe='')}"
            return Answer.redirect(f"/log-in?next={quote(back, safe='')}", headers=(("Cache-Control", "no-store"),))
        return Answer.redirect(await self._page_of(wanted, account.id), headers=(("Cache-Control", "no-store"),))

    async def _page_of(self, wanted: str, viewer: int) -> str:
        resolver = self._core.resolver
        assert resolver is not None
        if "://" in wanted and await self._core.reading.account_by_uri(wanted) is None:
            note_id = await resolver.note(wanted, viewer)
            if note_id is not None:
                note = (await self._core.reading.note(viewer, note_id)).note
                return f"/@{note.account.acct}/{note.id}"
        account = await resolver.account(wanted)
        return f"/{'rooms/' if account.group else '@'}{account.acct}"
