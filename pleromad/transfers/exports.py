"""Tables out."""

from __future__ import annotations

from pleromad.errors import NotFound
from pleromad.transfers import tables
from pleromad.transfers.desk import Clerk
from store import transfers


class Exports(Clerk):
    async def export(self, account_id: int, kind: str) -> tuple[str, str]:
        """(name of the file, CSV). Raises NotFound for a kind there is not."""
        if kind not in tables.TABLES:
            raise NotFound
        rows = await transfers.exported(self._database, kind, account_id, self._desk.settings().domain)
        return tables.TABLES[kind].file, await self._desk.in_thread(tables.write, kind, rows)

    async def export_counts(self, account_id: int) -> dict[str, int]:
        """How many rows each table has."""
        return await transfers.counts(self._database, account_id, self._desk.settings().domain)
