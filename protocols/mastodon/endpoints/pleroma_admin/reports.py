"""Reports, as Pleroma's front-ends for staff show them."""

from __future__ import annotations

from typing import Any

import msgspec

from pleromad.clock import iso
from pleromad.errors import Invalid
from pleromad.moderation.reports import Case, Remark
from protocols.mastodon.door import Call, NoForm, id_of
from protocols.mastodon.endpoints.numbered import MOST, PagedForm
from protocols.mastodon.endpoints.pleroma_admin import merged
from protocols.mastodon.endpoints.pleroma_admin.users import NOTHING
from protocols.mastodon.endpoints.reports import RESOLVED
from protocols.mastodon.entities import pleroma_admin as told
from protocols.mastodon.from_core.admin import rules
from web.answers import Answer


class ReportsForm(PagedForm):
    state: str = ""


class ReportStateForm(msgspec.Struct):
    id: str
    state: str


class ReportStatesForm(msgspec.Struct):
    reports: list[ReportStateForm]


class RemarkForm(msgspec.Struct):
    content: str


async def many(call: Call[ReportsForm]) -> told.UserReports:
    """`total`: as many as are known from this page."""
    form = call.form
    resolved = RESOLVED.get(form.state)
    page = form.part
    found = await call.core.moderation.reports(call.me, page, resolved=resolved)
    total = page.offset + len(found.items) + (1 if found.next_max_id is not None else 0)
    return told.UserReports(reports=[_report(call, one) for one in found.items], total=total)


async def show(call: Call[NoForm]) -> told.UserReport:
    return _report(call, await call.core.moderation.report(call.me, call.id))


def _report(call: Call[Any], case: Case) -> told.UserReport:
    one = case.report
    return told.UserReport(
        id=str(one.id),
        account=merged.account(call, case.target),
        actor=merged.account(call, case.reporter),
        content=one.comment,
        created_at=iso(one.created_at),
        state="resolved" if one.resolved_at is not None else "open",
        statuses=merged.by(call, case.target, case.notes),
        notes=[_remark(call, each) for each in case.remarks],
        rules=[rule for rule in rules(call.core) if int(rule.id) in one.rule_ids],
    )


async def set_states(call: Call[ReportStatesForm]) -> Answer:
    for one in call.form.reports[:MOST]:
        if one.state not in ("open", "closed", "resolved"):
            raise Invalid("A report is open, closed or resolved", field="state")
        change = call.core.moderation.reopen if one.state == "open" else call.core.moderation.resolve
        await change(call.me, id_of(one.id))
    return NOTHING


async def remark(call: Call[RemarkForm]) -> Answer:
    """For the others of the staff."""
    await call.core.moderation.remark(call.me, call.id, call.form.content)
    return NOTHING


async def delete_remark(call: Call[NoForm]) -> Answer:
    await call.core.moderation.take_remark_back(call.me, call.number("report_id"), call.id)
    return NOTHING


def _remark(call: Call[Any], one: Remark) -> told.ReportNote:
    user = merged.account(call, one.by) if one.by is not None else None
    return told.ReportNote(id=str(one.id), user=user, content=one.content, created_at=iso(one.created_at))
