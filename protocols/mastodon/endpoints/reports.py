"""Telling staff of somebody."""

from __future__ import annotations

import msgspec

from pleromad.errors import Invalid
from pleromad.model.activity import Flag
from pleromad.moderation.reports import check_rules
from protocols.mastodon.door import Call, id_of, known_ids
from protocols.mastodon.entities.notification import Report
from web.limits import Limit

REPORTS = Limit.of("reports")
MOST_STATUSES = 100


class ReportForm(msgspec.Struct):
    account_id: str
    status_ids: list[str] = []
    collection_ids: list[str] = []
    comment: str = ""
    forward: bool = False
    forward_to_domains: list[str] = []
    category: str = "other"
    rule_ids: list[str] = []


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


