"""Lists of people one follows, each a timeline of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pleromad.errors import Invalid, NotFound
from pleromad.model.account import Account
from pleromad.model.choice import ALL, Choice
from pleromad.model.note import Seen
from pleromad.model.page import Page, Slice
from pleromad.model.personal import List
from pleromad.personal.desk import Keeper
from store import lists as list_rows
from store.pool import Transaction

POLICIES = ("followed", "list", "none")
MAX_TITLE = 256
MAX_LISTS = 100


class Lists(Keeper):
    async def lists(self, viewer: int) -> list[List]:
        return await list_rows.of_account(self._database, viewer)

    async def list(self, viewer: int, id: int) -> List:
        """Raises NotFound, as do the others here for a list of somebody else."""
        found = await list_rows.one(self._database, viewer, id)
        if found is None:
            raise NotFound
        return found

    async def lists_with(self, viewer: int, account_id: int) -> Sequence[List]:
        return await list_rows.with_member(self._database, viewer, account_id)

    async def add_list(self, viewer: int, title: str, *, replies_policy: str = "list", exclusive: bool = False) -> List:
        _check(title, replies_policy)
        if len(await list_rows.of_account(self._database, viewer)) >= MAX_LISTS:
            raise Invalid(f"Validation failed: at most {MAX_LISTS} lists", field="title")
        made = List(await self._ids.mint(), viewer, title.strip(), replies_policy, exclusive)
        await list_rows.add(self._database, made)
        return made

    async def change_list(
        self, viewer: int, id: int, *, title: str | None = None, replies_policy: str | None = None, exclusive: bool | None = None
    ) -> List:
        old = await self.list(viewer, id)
        _check(old.title if title is None else title, replies_policy or old.replies_policy)
        given = {"title": title.strip() if title is not None else None, "replies_policy": replies_policy, "exclusive": exclusive}
        await list_rows.change(self._database, id, {name: value for name, value in given.items() if value is not None})
        return await self.list(viewer, id)

    async def delete_list(self, viewer: int, id: int) -> None:
        if not await list_rows.delete(self._database, viewer, id):
            raise NotFound

    async def list_members(self, viewer: int, id: int, page: Page) -> Slice[Account]:
        """`page.limit` 0: everybody."""
        await self.list(viewer, id)
        rows = await list_rows.members(self._database, id, page)
        found = await self._reading.accounts([row[1] for row in rows])
        more = bool(page.limit) and len(rows) >= page.limit
        shown = tuple(found[row[1]] for row in rows if row[1] in found)
        return Slice(shown, rows[-1][0] if more else None, rows[0][0] if rows else None)

    async def add_members(self, viewer: int, id: int, account_ids: Collection[int]) -> None:
        """People the viewer follows (or the viewer). Raises NotFound for others, Invalid for those in it already."""
        await self.list(viewer, id)
        relations = {r.id: r for r in await self._reading.relationships(viewer, list(account_ids))}
        if any(i != viewer and not (i in relations and (relations[i].following or relations[i].requested)) for i in account_ids):
            raise NotFound
        rows = [(await self._ids.mint(), account) for account in account_ids]

        async def work(tx: Transaction) -> None:
            if await list_rows.add_members(tx, id, rows) < len(rows):
                raise Invalid("Validation failed: Account has already been taken", field="account_ids")
            await list_rows.fill(tx, id, account_ids)

        await self._database.transaction(work)

    async def remove_members(self, viewer: int, id: int, account_ids: Collection[int]) -> None:
        await self.list(viewer, id)
        await self._database.transaction(lambda tx: list_rows.remove_members(tx, id, account_ids))

    async def list_timeline(self, viewer: int, id: int, page: Page, choice: Choice = ALL) -> Slice[Seen]:
        await self.list(viewer, id)
        return await self._reading.of_list(viewer, id, page, choice)


def _check(title: str, replies_policy: str) -> None:
    if not title.strip() or len(title) > MAX_TITLE:
        raise Invalid("Validation failed: Title can't be blank" if not title.strip() else "Validation failed: Title is too long", field="title")
    if replies_policy not in POLICIES:
        raise Invalid(f"Validation failed: Replies policy is one of {', '.join(POLICIES)}", field="replies_policy")
