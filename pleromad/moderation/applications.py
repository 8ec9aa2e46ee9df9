"""Applications of OAuth, as staff see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pleromad.errors import NotFound
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.event import Event
from pleromad.model.moderation import Permission
from pleromad.model.page import Page, Slice
from pleromad.model.token import App
from pleromad.moderation.desk import Officer, slice_of
from store import tokens


class Applications(Officer):
    async def applications(
        self, by: Account | None, page: Page, *, name: str = "", client_id: str = "", trusted: bool | None = None
    ) -> tuple[Slice[App], int]:
        """Newest first, whose name begins like that, and how many there are."""
        self.need(by, Permission.MANAGE_SETTINGS)
        found, count = await tokens.apps(self._database, page, name=name, client_id=client_id, trusted=trusted)
        return slice_of(found, page), count

    async def make_application(
        self, by: Account | None, *, name: str, website: str | None, redirect_uris: Sequence[str], scopes: Collection[str], trusted: bool
    ) -> App:
        self.need(by, Permission.MANAGE_SETTINGS)
        made = await self._desk.accounts.add_app(name=name, website=website, redirect_uris=redirect_uris, scopes=scopes)
        if trusted:
            await tokens.change_app(self._database, made.id, {"trusted": True})
        await self.log(self._database, by, "create", "app", made.id, name)
        return await self._application(made.id)

    async def change_application(self, by: Account | None, id: int, **columns: object) -> App:
        """`columns`: name, website, redirect_uris, scopes, trusted. Raises NotFound."""
        self.need(by, Permission.MANAGE_SETTINGS)
        known = await self._application(id)
        if columns:
            await tokens.change_app(self._database, id, columns)
            await self.log(self._database, by, "update", "app", id, known.name)
        return await self._application(id)

    async def delete_application(self, by: Account | None, id: int) -> None:
        """With all its tokens. Raises NotFound."""
        self.need(by, Permission.MANAGE_SETTINGS)
        known = await self._application(id)
        gone = await tokens.delete_app(self._database, id)
        await self.log(self._database, by, "destroy", "app", id, known.name)
        self._bus.publish([Event(event.TOKEN_REVOKED, 0, account_id or 0, token_id) for token_id, account_id in gone])

    async def _application(self, id: int) -> App:
        found = await tokens.app_by_id(self._database, id)
        if found is None:
            raise NotFound
        return found
