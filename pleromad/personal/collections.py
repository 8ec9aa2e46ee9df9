"""Collections: people one recommends together. They are kept here and do not federate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pleromad import surface
from pleromad.errors import Forbidden, Invalid, NotFound
from pleromad.model.account import Account
from pleromad.model.collection import Collection, CollectionItem
from pleromad.model.event import Event
from pleromad.personal.desk import Keeper
from pleromad.personal.tags import normal_name
from store import collections as collection_rows
from store.pool import Transaction

# Mastodon's numbers.
MAX_COLLECTIONS = 10
MAX_ITEMS = 25
MAX_NAME = 40
MAX_DESCRIPTION = 100

FULL = f"Validation failed: At most {MAX_ITEMS} accounts can be in a collection"


@dataclass(frozen=True, slots=True)
class CollectionChange:
    """What is given of a collection; None leaves a thing as it is. An empty tag or language takes it away."""

    name: str | None = None
    description: str | None = None
    language: str | None = None
    tag: str | None = None
    sensitive: bool | None = None
    discoverable: bool | None = None


def may_be_featured(account: Account) -> bool:
    """Whether somebody may be put into collections: people here who let themselves be found.

    Others would have to be asked first, which no other server but Mastodon understands yet.
    """
    return account.local and account.discoverable and not account.group and not account.suspended and not account.deleted


class Collections(Keeper):
    async def collection(self, viewer: int | None, id: int) -> Collection:
        """Raises NotFound."""
        found = (await collection_rows.by_ids(self._database, [id], viewer)).get(id)
        if found is None:
            raise NotFound
        return found

    async def collections_of(self, viewer: int | None, account_id: int, *, limit: int, offset: int) -> list[Collection]:
        """Those of somebody; others than the owner see those that are discoverable. Raises NotFound."""
        if viewer is not None and viewer != account_id:
            relations = await self._reading.relationships(viewer, [account_id])
            if relations and relations[0].blocked_by:
                raise NotFound
        return await collection_rows.of_account(self._database, account_id, hidden=viewer == account_id, limit=limit, offset=offset)

    async def collections_with(self, viewer: int, *, limit: int, offset: int) -> list[Collection]:
        """Those one is in."""
        return await collection_rows.with_member(self._database, viewer, limit=limit, offset=offset)

    async def add_collection(self, viewer: int, given: CollectionChange, account_ids: Sequence[int] = ()) -> Collection:
        """Raises Invalid, and Forbidden for somebody who may not be put in."""
        columns = _columns(given)
        if not columns.get("name"):
            raise Invalid("Validation failed: Name can't be blank", field="name")
        if len(account_ids) > MAX_ITEMS:
            raise Invalid(FULL, field="account_ids")
        await self._featurable(viewer, account_ids)
        id = await self._ids.mint()
        items = [(await self._ids.mint(), account) for account in dict.fromkeys(account_ids)]

        async def work(tx: Transaction) -> list[Event]:
            if await collection_rows.count(tx, viewer) >= MAX_COLLECTIONS:
                raise Invalid(f"Validation failed: At most {MAX_COLLECTIONS} collections", field="name")
            await collection_rows.add(tx, id, viewer, columns)
            for item, account in items:
                await collection_rows.add_item(tx, item, id, account)
            return await self._tell(tx, viewer, [account for _, account in items], id)

        self._bus.publish(await self._database.transaction(work))
        return await self.collection(viewer, id)

    async def change_collection(self, viewer: int, id: int, given: CollectionChange) -> Collection:
        """Raises NotFound, Forbidden for somebody else's, Invalid."""
        await self._own(viewer, id)
        columns = _columns(given)
        if columns.get("name") == "":
            raise Invalid("Validation failed: Name can't be blank", field="name")
        await collection_rows.change(self._database, id, columns)
        return await self.collection(viewer, id)

    async def delete_collection(self, viewer: int, id: int) -> None:
        await self._own(viewer, id)
        await collection_rows.delete(self._database, id)

    async def collect(self, viewer: int, id: int, account_id: int) -> CollectionItem:
        """Put somebody into one's collection. Raises NotFound, Forbidden, Invalid."""
        known = await self._own(viewer, id)
        if len(known.items) >= MAX_ITEMS:
            raise Invalid(FULL, field="account_id")
        await self._featurable(viewer, [account_id])
        item = await self._ids.mint()

        async def work(tx: Transaction) -> list[Event]:
            if not await collection_rows.add_item(tx, item, id, account_id):
                raise Invalid("Validation failed: Account has already been taken", field="account_id")
            await collection_rows.change(tx, id, {})
            return await self._tell(tx, viewer, [account_id], id)

        self._bus.publish(await self._database.transaction(work))
        return next(each for each in (await self.collection(viewer, id)).items if each.id == item)

    async def uncollect(self, viewer: int, id: int, item_id: int) -> None:
        """Raises NotFound."""
        await self._own(viewer, id)
        if not await collection_rows.remove_item(self._database, id, item_id):
            raise NotFound
        await collection_rows.change(self._database, id, {})

    async def leave_collection(self, viewer: int, id: int, item_id: int) -> None:
        """Take oneself out of somebody's collection: not to be put in again. Raises NotFound."""
        if not await collection_rows.revoke_item(self._database, id, item_id, viewer):
            raise NotFound

    async def _own(self, viewer: int, id: int) -> Collection:
        found = await self.collection(viewer, id)
        if found.account_id != viewer:
            raise Forbidden
        return found

    async def _featurable(self, viewer: int, account_ids: Sequence[int]) -> None:
        found = await self._reading.accounts(account_ids)
        relations = {one.id: one for one in await self._reading.relationships(viewer, list(account_ids))}
        for id in account_ids:
            account = found.get(id)
            if account is None or account.deleted:
                raise NotFound
            if not may_be_featured(account) or relations[id].blocked_by or relations[id].blocking:
                raise Forbidden("This account does not allow to be put into collections")

    async def _tell(self, tx: Transaction, viewer: int, to: Sequence[int], id: int) -> list[Event]:
        others = [account for account in to if account != viewer]
        return surface.events_of(
            await surface.tell(tx, self._ids, others, type="added_to_collection", from_id=viewer, now=self._clock.now(), about_id=id)
        )


def _columns(given: CollectionChange) -> Mapping[str, Any]:
    columns: dict[str, Any] = {}
    for name, most in (("name", MAX_NAME), ("description", MAX_DESCRIPTION)):
        value = getattr(given, name)
        if value is not None:
            columns[name] = value.strip()
            if len(columns[name]) > most:
                raise Invalid(f"Validation failed: {name.capitalize()} is too long (maximum is {most} characters)", field=name)
    if given.language is not None:
        if len(given.language) > 35 or (not given.language.replace("-", "").isalnum() and given.language):
            raise Invalid("Validation failed: Language is invalid", field="language")
        columns["language"] = given.language or None
    if given.tag is not None:
        columns["tag"] = normal_name(given.tag, field="tag_name") if given.tag.strip("# ") else None
    for name in ("sensitive", "discoverable"):
        if getattr(given, name) is not None:
            columns[name] = getattr(given, name)
    return columns
