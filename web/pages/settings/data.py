"""Tables out and in, and the archive of all one said."""

from __future__ import annotations

from typing import Any

from pleromad.errors import Invalid, NotFound
from pleromad.model.account import User
from pleromad.model.transfer import KINDS
from web.auth import viewer_of
from web.bodies import Fields
from web.oauth.clients import text_of
from web.pages.settings.section import NO_STORE, Section, file_of
from web.site import Answer, Request

WORDS = {
    "follows": "People you follow",
    "blocks": "People you block",
    "mutes": "People you mute",
    "lists": "Lists",
    "bookmarks": "Bookmarks",
    "domain_blocks": "Servers you block",
    "filters": "Filters",
}
UPLOAD = 5_000_000


class Data(Section):
    path = "/settings/data"
    template = "settings/data.html"
    title = "Import and export"

    def open(self) -> None:
        self.on("/settings/data/import", self.bring, max_body=UPLOAD)
        self.on("/settings/data/archive", self.make_archive)
        self.site.route("GET", "/settings/export/<file>", self.export)
        self.site.route("GET", "/settings/archive/<id>", self.archive)

    async def values(self, request: Request, user: User, given: dict[str, str] | None) -> dict[str, Any]:
        transfers, id = self.core.transfers, user.account.id
        counts = await transfers.export_counts(id)
        return {
            "tables": [(kind, WORDS[kind], counts[kind]) for kind in KINDS],
            "kind": (given or {}).get("kind", ""),
            "imports": [(WORDS[one.kind], one) for one in await transfers.imports(id)],
            "archives": await transfers.archives(id),
        }

    async def export(self, request: Request) -> Answer:
        user = await self.user(request)
        if user is None:
            return self._log_in()
        kind = request.params["file"].removesuffix(".csv")
        name, text = await self.core.transfers.export(user.account.id, kind)
        headers = (("Content-Disposition", f'attachment; filename="{name}"'), *NO_STORE)
        return Answer(200, text.encode(), "text/csv; charset=utf-8", headers)

    async def bring(self, request: Request, user: User, found: Fields) -> Answer:
        file, kind = file_of(found, "list"), text_of(found, "kind") or ""
        if kind not in KINDS:
            raise Invalid("Choose what the file is", field="kind")
        if file is None:
            raise Invalid("Choose a file", field="list")
        await self.core.transfers.begin_import(user.account.id, kind, file.data)
        return self.done("import")

    async def make_archive(self, request: Request, user: User, found: Fields) -> Answer:
        await self.core.transfers.begin_archive(user.account.id)
        return self.done("archive")

    async def archive(self, request: Request) -> Answer:
        """For its owner: by a session, or by a token (Pleroma's `backups`)."""
        user = await self.user(request)
        owner = user.account.id if user is not None else None
        if owner is None:
            viewer = await viewer_of(request, self.core)
            if viewer.token is None:
                return self._log_in()
            owner = viewer.need("read:backups", "read:accounts").id
        text = request.params["id"]
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise NotFound
        path = await self.core.transfers.open_archive(owner, int(text))
        name = f"{self.core.settings.hostname}-archive.zip"
        headers = (("Content-Disposition", f'attachment; filename="{name}"'), ("Cache-Control", "private, no-store"))
        return Answer.file(path, "application/zip", headers)


