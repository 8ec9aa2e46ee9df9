"""Reports as staff work on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pleromad.errors import Invalid, NotFound
from pleromad.model.account import Account
from pleromad.model.moderation import CATEGORIES, Dossier, Permission, Report
from pleromad.model.note import Seen
from pleromad.model.page import Page, Slice
from pleromad.moderation.people import People
from store import reports
from store.pool import Transaction

MAX_REMARK = 5_000


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody of the staff noted on a report; `by` None: they are gone."""

    id: int
    by: Dossier | None
    content: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A report with all it speaks of. `notes` are those that are still there, whoever may read them else."""

    report: Report
    reporter: Dossier
    target: Dossier
    assigned: Dossier | None
    resolver: Dossier | None
    notes: tuple[Seen, ...]
    remarks: tuple[Remark, ...] = ()


class Reports(People):
    async def reports(
        self,
        by: Account | None,
        page: Page,
        *,
        resolved: bool | None = False,
        account_id: int | None = None,
        target_id: int | None = None,
    ) -> Slice[Case]:
        """`resolved` None: both. A fixed number of queries."""
        self.need(by, Permission.MANAGE_REPORTS)
        found = await reports.page_of(self._database, page, resolved=resolved, account_id=account_id, target_id=target_id)
        if not found:
            return Slice(())
        cases = await self._cases(by, found)
        return Slice(tuple(cases), found[-1].id if len(found) >= page.limit else None, found[0].id)

    async def report(self, by: Account | None, id: int) -> Case:
        """Raises NotFound, as do the others."""
        self.need(by, Permission.MANAGE_REPORTS)
        return (await self._cases(by, [await self._report(id)]))[0]

    async def change_report(
        self, by: Account | None, id: int, *, category: str | None = None, rule_ids: Sequence[int] | None = None
    ) -> Case:
        """Raises Invalid."""
        self.need(by, Permission.MANAGE_REPORTS)
        known = await self._report(id)
        rules = tuple(known.rule_ids if rule_ids is None else rule_ids)
        chosen = category or ("violation" if rule_ids else known.category)
        if chosen not in CATEGORIES:
            raise Invalid(f"Validation failed: Category is one of {', '.join(CATEGORIES)}", field="category")
        if chosen != "violation":
            if rule_ids:
                raise Invalid("Validation failed: Rule ids must be blank", field="rule_ids")
            rules = ()
        check_rules(rules, len(self._desk.settings().instance.rules))
        return await self._do(by, known, "update", {"category": chosen, "rule_ids": list(rules)})

    async def assign(self, by: Account, id: int) -> Case:
        """To whoever asks."""
        self.need(by, Permission.MANAGE_REPORTS)
        return await self._do(by, await self._report(id), "assigned_to_self", {"assigned_id": by.id})

    async def unassign(self, by: Account | None, id: int) -> Case:
        self.need(by, Permission.MANAGE_REPORTS)
        return await self._do(by, await self._report(id), "unassigned", {"assigned_id": None})

    async def resolve(self, by: Account | None, id: int) -> Case:
        self.need(by, Permission.MANAGE_REPORTS)
        columns = {"resolved_at": self._clock.now(), "resolved_by": by.id if by is not None else None}
        return await self._do(by, await self._report(id), "resolve", columns)

    async def reopen(self, by: Account | None, id: int) -> Case:
        self.need(by, Permission.MANAGE_REPORTS)
        return await self._do(by, await self._report(id), "reopen", {"resolved_at": None, "resolved_by": None})

    async def remark(self, by: Account | None, id: int, content: str) -> None:
        """A note for the others of the staff. Raises NotFound, Invalid."""
        self.need(by, Permission.MANAGE_REPORTS)
        content = content.strip()
        if not content or len(content) > MAX_REMARK:
            raise Invalid(f"Validation failed: Content must have 1 to {MAX_REMARK} characters", field="content")
        await self._report(id)
        await reports.add_remark(self._database, await self._ids.mint(), id, by.id if by is not None else None, content)

    async def take_remark_back(self, by: Account | None, id: int, remark_id: int) -> None:
        """Raises NotFound."""
        self.need(by, Permission.MANAGE_REPORTS)
        if not await reports.delete_remark(self._database, id, remark_id):
            raise NotFound

    async def _report(self, id: int) -> Report:
        found = await reports.one(self._database, id)
        if found is None:
            raise NotFound
        return found

    async def _do(self, by: Account | None, report: Report, action: str, columns: Mapping[str, object]) -> Case:
        async def work(tx: Transaction) -> None:
            await reports.change(tx, report.id, columns)
            await self.log(tx, by, action, "report", report.id, f"#{report.id}")

        await self._database.transaction(work)
        return await self.report(by, report.id)

    async def _cases(self, by: Account | None, found: Sequence[Report]) -> list[Case]:
        ids = {id for one in found for id in (one.account_id, one.target_id, one.assigned_id, one.resolved_by) if id is not None}
        remarks = await reports.remarks(self._database, [one.id for one in found])
        ids |= {who for some in remarks.values() for _, who, _, _ in some if who is not None}
        people = await self.dossiers(ids)
        viewer = by.id if by is not None else None
        notes = await self._desk.reading.reported(viewer, [id for one in found for id in one.note_ids])
        return [
            Case(
                report=replace(one, target=people[one.target_id].account),
                reporter=people[one.account_id],
                target=people[one.target_id],
                assigned=people.get(one.assigned_id or 0),
                resolver=people.get(one.resolved_by or 0),
                notes=tuple(notes[id] for id in one.note_ids if id in notes),
                remarks=tuple(
                    Remark(id, people.get(who or 0), content, at) for id, who, content, at in remarks.get(one.id, ())
                ),
            )
            for one in found
        ]


def check_rules(rule_ids: Sequence[int], count: int) -> None:
    """Rules are counted from 1. Raises Invalid for those there are not."""
    if not all(1 <= id <= count for id in rule_ids):
        raise Invalid("Validation failed: Rule ids does not reference valid rules", field="rule_ids")
