"""The log of what staff did."""

from __future__ import annotations

from pleromad.model.account import Account
from pleromad.model.moderation import LogEntry, LogFilter, Permission
from pleromad.model.page import Page, Slice
from pleromad.moderation.desk import Officer
from store import staff_log

ALL = LogFilter()


class Log(Officer):
    async def record(self, by: Account | None, action: str, target_type: str, target_id: int, target: str) -> None:
        """Note what was done past `Moderation`."""
        await self.log(self._database, by, action, target_type, target_id, target)

    async def entries(self, by: Account | None, page: Page, wanted: LogFilter = ALL) -> Slice[LogEntry]:
        self.need(by, Permission.VIEW_AUDIT_LOG)
        rows = await staff_log.page_of(self._database, page, wanted)
        if not rows:
            return Slice(())
        people = await self._desk.reading.accounts({row[1] for row in rows if row[1] is not None})
        items = tuple(
            LogEntry(
                id=row[0],
                by=people.get(row[1]),
                action=row[2],
                target_type=row[3],
                target_id=row[4],
                target=row[5],
                details=row[6],
                created_at=row[7],
            )
            for row in rows
        )
        return Slice(items, rows[-1][0] if len(rows) >= page.limit else None, rows[0][0])
