"""Accounts as staff list them, and what only staff see of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pleromad.model.account import Account
from pleromad.model.moderation import AccountFilter, Address, Dossier
from pleromad.model.page import Page
from store.pool import Queries
from store.rows import between, newest_first

_STATUSES = {
    "active": "a.suspended_at IS NULL",
    "pending": "u.account_id IS NOT NULL AND u.approved_at IS NULL",
    "disabled": "u.disabled_at IS NOT NULL AND a.suspended_at IS NULL",
    "silenced": "a.silenced_at IS NOT NULL",
    "suspended": "a.suspended_at IS NOT NULL",
    "sensitized": "a.sensitized_at IS NOT NULL",
}


async def page_of(db: Queries, wanted: AccountFilter, page: Page) -> list[int]:
    """Ids, newest first. The server's own actor and those who were deleted are not among them."""
    where, params = _conditions(wanted)
    bounds, tail, more = between(page, "a.id")
    rows = await db.fetch(
        f"SELECT a.id FROM accounts a LEFT JOIN users u ON u.account_id = a.id WHERE {' AND '.join(where)}{bounds}{tail}", {**params, **more}
    )
    return [row[0] for row in newest_first(rows, page)]


async def count(db: Queries, wanted: AccountFilter) -> int:
    where, params = _conditions(wanted)
    return int(await db.fetch_value(f"SELECT count(*) FROM accounts a LEFT JOIN users u ON u.account_id = a.id WHERE {' AND '.join(where)}", params))


def _conditions(wanted: AccountFilter) -> tuple[list[str], dict[str, Any]]:
    params: dict[str, Any] = {}
    where = ["a.deleted_at IS NULL", "NOT (a.type = 'Application' AND a.domain IS NULL)"]
    if wanted.local is not None:
        where.append(f"a.domain IS {'' if wanted.local else 'NOT '}NULL")
    if wanted.status:
        where.append(_STATUSES[wanted.status])
    for name, text, column in (
        ("username", wanted.username, "a.username"),
        ("display_name", wanted.display_name, "a.display_name"),
        ("email", wanted.email, "u.email"),
    ):
        if text:
            params[name] = _beginning(text)
            where.append(f"lower({column}) LIKE %({name})s")
    if wanted.domain:
        where.append("a.domain = %(domain)s")
        params["domain"] = wanted.domain
    if wanted.roles is not None:
        where.append("u.role = ANY(%(roles)s)")
        params["roles"] = [role.value for role in wanted.roles]
    if wanted.address:
        where.append("EXISTS (SELECT FROM user_addresses i WHERE i.account_id = a.id AND i.address <<= %(address)s::inet)")
        params["address"] = wanted.address
    if wanted.invited_by is not None:
        where.append("u.invited_by = %(inviter)s")
        params["inviter"] = wanted.invited_by
    if wanted.tags:
        where.append("a.tags && %(tags)s")
        params["tags"] = list(wanted.tags)
    if wanted.types:
        where.append("a.type = ANY(%(types)s)")
        params["types"] = list(wanted.types)
    return where, params


def _beginning(text: str) -> str:
    return text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


async def dossiers(db: Queries, accounts: Collection[Account]) -> dict[int, Dossier]:
    """One query for the log-ins, one for their addresses; none when nobody here is among them."""
    local = [account.id for account in accounts if account.local]
    rows: dict[int, Any] = {}
    addresses: dict[int, list[Address]] = {}
    if local:
        found = await db.fetch(
            """SELECT account_id, email, locale, reason, confirmed_at IS NOT NULL, approved_at IS NOT NULL, disabled_at IS NOT NULL, app_id,
                   invited_by FROM users WHERE account_id = ANY(%s)""",
            (local,),
        )
        rows = {row[0]: row for row in found}
        for id, address, used_at in await db.fetch(
            "SELECT account_id, host(address), used_at FROM user_addresses WHERE account_id = ANY(%s) ORDER BY used_at DESC", (local,)
        ):
            addresses.setdefault(id, []).append(Address(address, used_at))
    made = {}
    for account in accounts:
        row = rows.get(account.id)
        if row is None:
            made[account.id] = Dossier(account)
            continue
        made[account.id] = Dossier(
            account,
            email=row[1],
            locale=row[2],
            reason=row[3] or None,
            confirmed=row[4],
            approved=row[5],
            disabled=row[6],
            app_id=row[7],
            invited_by=row[8],
            addresses=tuple(addresses.get(account.id, ())),
        )
    return made
