"""Telling staff of somebody."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pleromad.clock import iso
from pleromad.errors import Invalid
from pleromad.model.activity import Flag
from pleromad.model.moderation import Report as Model
from pleromad.moderation.reports import check_rules
from protocols.mastodon.door import Call, NoForm, id_of, known_ids
from protocols.mastodon.endpoints.numbered import PagedForm
from protocols.mastodon.entities.notification import Report
from protocols.mastodon.entities.pleroma import OwnReport, OwnReports
from protocols.mastodon.from_core.admin import rules
from web.limits import Limit

REPORTS = Limit.of("reports")
MOST_STATUSES = 100
RESOLVED = {"open": False, "resolved": True, "closed": True}  # by Pleroma's states


class ReportForm(msgspec.Struct):
    account_id: str
    status_ids: list[str] = []
    collection_ids: list[str] = []
    comment: str = ""
    forward: bool = False
    forward_to_domains: list[str] = []
    category: str = "other"
    rule_ids: list[str] = []


class OwnForm(PagedForm):
    state: str = ""


async def create(call: Call[ReportForm]) -> Report:
    form = call.form
    target = id_of(form.account_id)
    if len(form.status_ids) > MOST_STATUSES or len(form.collection_ids) > MOST_STATUSES:
        raise Invalid(f"At most {MOST_STATUSES} statuses can be reported at once", field="status_ids")
    rule_ids = tuple(known_ids(form.rule_ids))
    check_rules(rule_ids, len(call.core.settings.instance.rules))
    flag = Flag(
        actor_id=call.me.id,
        target_id=target,
        note_ids=tuple(dict.fromkeys(id_of(id) for id in form.status_ids)),
        collection_ids=tuple(dict.fromkeys(id_of(id) for id in form.collection_ids)),
        rule_ids=rule_ids,
        category=form.category or "other",
        comment=form.comment,
        forward=form.forward,
    )
    outcome = await call.submit(flag)
    return call.render.admin.report(await call.core.reading.report(call.me.id, outcome.report_id or 0))


async def own(call: Call[OwnForm]) -> OwnReports:
    """Pleroma: those one made oneself. `total`: as many as are known from this page."""
    page = call.form.part
    found = await call.core.reading.own_reports(call.me.id, page, resolved=RESOLVED.get(call.form.state))
    more = 1 if found.next_max_id is not None else 0
    return OwnReports(reports=await _own(call, found.items), total=page.offset + len(found.items) + more)


async def one_of_own(call: Call[NoForm]) -> OwnReport:
    return (await _own(call, [await call.core.reading.report(call.me.id, call.id)]))[0]


async def _own(call: Call[OwnForm] | Call[NoForm], found: Sequence[Model]) -> list[OwnReport]:
    """With the notes the person may still see."""
    noted = {id for one in found for id in one.note_ids}
    notes = {seen.note.id: seen for seen in await call.core.reading.notes(call.me.id, list(noted))} if noted else {}
    raw = call.render.accounts.raw
    return [
        OwnReport(
            id=str(one.id),
            account=raw(one.target),
            actor=raw(call.me),
            content=one.comment,
            created_at=iso(one.created_at),
            state="resolved" if one.resolved_at is not None else "open",
            statuses=[call.render.statuses.raw(notes[id], call.me.id) for id in one.note_ids if id in notes],
            rules=[rule for rule in rules(call.core) if int(rule.id) in one.rule_ids],
        )
        for one in found
        if one.target is not None
    ]
