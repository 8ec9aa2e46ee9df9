"""Reports, as staff work on them."""

from __future__ import annotations

from typing import Literal

import msgspec

from pleromad.moderation.reports import Case
from protocols.mastodon.door import Call, Listed, NoForm, id_of, known_ids
from protocols.mastodon.entities.admin import AdminReport
from protocols.mastodon.from_core.accounts import encode


class ReportsForm(msgspec.Struct):
    resolved: bool = False
    unresolved: bool = False
    account_id: str = ""
    target_account_id: str = ""


class ReportForm(msgspec.Struct):
    category: Literal["spam", "legal", "violation", "other"] | None = None
    rule_ids: list[str] | None = None


async def many(call: Call[ReportsForm]) -> Listed:
    """Open ones, unless resolved ones are asked for."""
    form = call.form
    found = await call.core.moderation.reports(
        call.me,
        call.page,
        resolved=None if form.resolved and form.unresolved else form.resolved,
        account_id=id_of(form.account_id) if form.account_id else None,
        target_id=id_of(form.target_account_id) if form.target_account_id else None,
    )
    return Listed.of([encode(call.render.admin.case(one, call.me.id)) for one in found.items], found)


async def show(call: Call[NoForm]) -> AdminReport:
    return _entity(call, await call.core.moderation.report(call.me, call.id))


async def update(call: Call[ReportForm]) -> AdminReport:
    form = call.form
    rule_ids = known_ids(form.rule_ids) if form.rule_ids is not None else None
    return _entity(call, await call.core.moderation.change_report(call.me, call.id, category=form.category, rule_ids=rule_ids))


async def assign_to_self(call: Call[NoForm]) -> AdminReport:
    return _entity(call, await call.core.moderation.assign(call.me, call.id))


async def unassign(call: Call[NoForm]) -> AdminReport:
    return _entity(call, await call.core.moderation.unassign(call.me, call.id))


async def resolve(call: Call[NoForm]) -> AdminReport:
    return _entity(call, await call.core.moderation.resolve(call.me, call.id))


async def reopen(call: Call[NoForm]) -> AdminReport:
    return _entity(call, await call.core.moderation.reopen(call.me, call.id))


def _entity(call: Call[msgspec.Struct], one: Case) -> AdminReport:
    return call.render.admin.case(one, call.me.id)
