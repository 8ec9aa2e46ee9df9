"""Accounts as staff see them; letting in and turning away; roles."""

from __future__ import annotations

from collections.abc import Iterable

from pleromad.errors import Forbidden, NotFound
from pleromad.model import event
from pleromad.model.account import Account, ActorType, Role
from pleromad.model.event import Event
from pleromad.model.moderation import AccountFilter, Dossier, Permission, stands_above
from pleromad.model.page import Page, Slice
from pleromad.moderation.desk import NOT_ALLOWED, Officer
from store import people


class People(Officer):
    async def accounts(self, by: Account | None, wanted: AccountFilter, page: Page) -> Slice[Dossier]:
        self.need(by, Permission.MANAGE_USERS)
        ids = await people.page_of(self._database, wanted, page)
        if not ids:
            return Slice(())
        found = await self.dossiers(ids)
        shown = tuple(found[id] for id in ids if id in found)
        return Slice(shown, ids[-1] if len(ids) >= page.limit else None, ids[0])

    async def count_accounts(self, by: Account | None, wanted: AccountFilter) -> int:
        self.need(by, Permission.MANAGE_USERS)
        return await people.count(self._database, wanted)

    async def account(self, by: Account | None, id: int) -> Dossier:
        """Raises NotFound."""
        self.need(by, Permission.MANAGE_USERS)
        return await self._dossier(id)

    async def dossiers(self, ids: Iterable[int]) -> dict[int, Dossier]:
        """Three queries, however many there are. Whoever asks has been asked who they are."""
        found = await self._desk.reading.accounts(ids)
        return await people.dossiers(self._database, list(found.values()))

    async def _dossier(self, id: int) -> Dossier:
        found = (await self.dossiers([id])).get(id)
        if found is None or found.account.deleted:
            raise NotFound
        return found

    async def _waiting(self, id: int) -> Dossier:
        """Somebody here who was not let in yet. Raises Forbidden for others."""
        found = await self._dossier(id)
        if found.account.role is None or found.approved:
            raise Forbidden(NOT_ALLOWED, detail="they do not wait for approval")
        return found

    async def approve(self, by: Account | None, id: int) -> Dossier:
        """Let somebody in who waits. Raises NotFound, Forbidden."""
        self.need(by, Permission.MANAGE_USERS)
        waiting = await self._waiting(id)
        await self._desk.accounts.approve(id)
        await self.log(self._database, by, "approve", "account", id, waiting.account.acct)
        return await self._dossier(id)

    async def reject(self, by: Account | None, id: int) -> Dossier:
        """Turn somebody away who waits: nothing of them stays, the name is free. Returns them as they were."""
        self.need(by, Permission.MANAGE_USERS)
        waiting = await self._waiting(id)
        await self._desk.accounts.turn_away(id)
        await self.log(self._database, by, "reject", "account", id, waiting.account.acct)
        return waiting

    async def set_role(self, by: Account | None, id: int, role: Role) -> Dossier:
        """Raises Forbidden for those who do not stand below whoever acts, and for a role that does not."""
        self.need(by, Permission.MANAGE_ROLES)
        known = await self._dossier(id)
        if known.account.role is None:
            raise Forbidden("Only people of this server have roles")
        if by is not None and not (stands_above(by.role, known.account.role) and stands_above(by.role, role)):
            raise Forbidden(NOT_ALLOWED)
        await self._desk.accounts.set_role(id, role)
        await self.log(self._database, by, "role", "account", id, known.account.acct, role=role.value)
        self._bus.publish([Event(event.ACCOUNT_UPDATED, 0, id), Event(event.ACCESS_CHANGED, 0, id)])
        return await self._dossier(id)

    def check_below(self, by: Account | None, target: Account) -> None:
        """Raises Forbidden for those who do not stand below whoever acts."""
        if target.local and target.type is ActorType.APPLICATION:
            raise Forbidden(NOT_ALLOWED, detail="the server itself")
        if by is not None and (by.id == target.id or not stands_above(by.role, target.role)):
            raise Forbidden(NOT_ALLOWED, detail="they do not stand below")
