"""People and how they stand to each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from pleromad.errors import Gone, NotFound
from pleromad.model.account import Account, Relationship
from pleromad.model.moderation import Permission, roles_that_may
from pleromad.model.page import Page, Slice
from pleromad.reading.shelf import Reader
from store import accounts as account_rows
from store import keys as key_rows
from store import refs as ref_rows
from store import relations
from store import responses as response_rows


class AccountReading(Reader):
    async def account(self, id: int) -> Account:
        """Raises NotFound, and Gone for one that was deleted."""
        account = await account_rows.one(self._database, id)
        if account is None:
            raise NotFound
        if account.deleted:
            raise Gone
        return account

    async def accounts(self, ids: Iterable[int]) -> dict[int, Account]:
        return await account_rows.by_ids(self._database, ids)

    async def account_by_handle(self, handle: str) -> Account:
        """`name`, `@name`, `name@host`, `acct:name@host`, of those known here. Raises NotFound, Gone."""
        name, _, host = handle.removeprefix("acct:").lstrip("@").partition("@")
        host = host.lower()
        local = not host or host == self._shelf.settings.domain
        account = await account_rows.by_handle(self._database, name, None if local else host)
        if account is None:
            raise NotFound
        if account.deleted:
            raise Gone
        return account

    async def account_by_uri(self, uri: str) -> Account | None:
        return (await account_rows.by_uris(self._database, [uri])).get(uri)

    async def accounts_by_uris(self, uris: Collection[str]) -> dict[str, Account]:
        return await account_rows.by_uris(self._database, uris)

    async def key(self, key_id: str) -> tuple[Account, str] | None:
        """(owner, public key as PEM) of a key that is known here."""
        return await key_rows.by_id(self._database, key_id)

    async def known_handles(self, handles: Sequence[str]) -> dict[str, Account]:
        """Those of `handles` (name or name@host, as typed) that are known here, by the handle as given."""
        domain = self._shelf.settings.domain
        keys = {}
        for handle in handles:
            name, _, host = handle.lower().lstrip("@").partition("@")
            keys[handle] = (name, "" if host == domain else host)
        found = await account_rows.by_handles(self._database, list(set(keys.values())))
        return {handle: found[key] for handle, key in keys.items() if key in found and not found[key].deleted}

    async def staff(self) -> list[Account]:
        """Who runs this server and says so."""
        return await account_rows.staff(self._database, [role.value for role in roles_that_may(Permission.MANAGE_REPORTS)])

    async def relationships(self, viewer: int, ids: Sequence[int], *, suspended: bool = True) -> list[Relationship]:
        """In the order of `ids`, without those that do not exist; `suspended`: with those who are."""
        return await relations.relationships(self._database, viewer, ids, suspended=suspended)

    async def follows_with(self, viewer: int, domain: str) -> tuple[int, int]:
        """(whom the viewer follows on that host, who of there follows the viewer)."""
        return await relations.follows_with(self._database, viewer, domain.strip().lower())

    async def listed(self, viewer: int | None, which: str, owner_id: int, page: Page) -> Slice[Account]:
        """`which`: followers, following, requests, blocks, mutes. The last three are only for their owner: NotFound.

        Collections that their owner hides are empty for others.
        """
        if which in ("requests", "blocks", "mutes") and viewer != owner_id:
            raise NotFound
        if viewer != owner_id:
            owner = await self.account(owner_id)
            if owner.hide_collections or owner.suspended:
                return Slice(())
        rows = await relations.listed(self._database, which, owner_id, page)
        return await self._slice(rows, page)

    async def follow_of(self, account_id: int, target_id: int) -> tuple[str, bool] | None:
        """(uri of the Follow, whether it was accepted)."""
        row = await relations.follow(self._database, account_id, target_id)
        return (row.uri, row.accepted) if row else None

    async def who(self, viewer: int | None, which: str, note_id: int, page: Page) -> Slice[Account]:
        """Who liked (`likes`) or boosted (`boosts`) a note the viewer may see. Raises NotFound."""
        if not await ref_rows.of(self._database, viewer, [note_id]):
            raise NotFound
        rows = await response_rows.actors_of(self._database, which, note_id, page)
        return await self._slice(rows, page)

    async def _slice(self, rows: list[tuple[int, int]], page: Page) -> Slice[Account]:
        """`rows` are (key to page by, account id)."""
        found = await account_rows.by_ids(self._database, [row[1] for row in rows])
        shown = tuple(found[id] for _, id in rows if id in found and not found[id].deleted and not found[id].suspended)
        if not rows:
            return Slice(())
        return Slice(shown, rows[-1][0] if len(rows) >= page.limit else None, rows[0][0])
