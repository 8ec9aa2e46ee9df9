"""Log-ins of people here: e-mail, password hash, role, preferences; and invitations to become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from store.pool import Jsonb, Queries

COLUMNS = """account_id, email, role, confirmed_at IS NOT NULL, approved_at IS NOT NULL, disabled_at IS NOT NULL, locale,
    default_visibility, default_sensitive, default_language, default_content_type, created_at, settings, password_hash,
    reason, EXISTS (SELECT FROM totp t WHERE t.account_id = users.account_id AND t.confirmed_at IS NOT NULL), app_id,
    default_quote_policy"""


async def add(
    db: Queries,
    *,
    account_id: int,
    email: str,
    password_hash: str | None,
    role: str,
    reason: str,
    locale: str,
    confirmed_at: datetime | None,
    approved_at: datetime | None,
    app_id: int | None,
) -> bool:
    """False when the e-mail address is taken."""
    return bool(
        await db.execute(
            "INSERT INTO users (account_id, email, password_hash, role, reason, locale, confirmed_at, approved_at, app_id)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (account_id, email, password_hash, role, reason, locale, confirmed_at, approved_at, app_id),
        )
    )


async def one(db: Queries, account_id: int) -> Sequence[Any] | None:
    return await db.fetch_one(f"SELECT {COLUMNS} FROM users WHERE account_id = %s", (account_id,))


async def role(db: Queries, account_id: int) -> str | None:
    found: str | None = await db.fetch_value("SELECT role FROM users WHERE account_id = %s", (account_id,))
    return found


async def by_login(db: Queries, login: str) -> Sequence[Any] | None:
    """By e-mail address or by name (without our domain), however it is spelt."""
    return await db.fetch_one(
        f"SELECT {COLUMNS} FROM users WHERE account_id = (SELECT u.account_id FROM users u JOIN accounts a ON a.id = u.account_id"
        " WHERE (lower(a.username) = lower(%s) AND a.domain IS NULL) OR (u.email <> '' AND lower(u.email) = lower(%s)) LIMIT 1)",
        (login, login),
    )


async def all_rows(db: Queries) -> list[Sequence[Any]]:
    return await db.fetch(f"SELECT {COLUMNS} FROM users ORDER BY account_id")


async def waiting(db: Queries, limit: int) -> list[Sequence[Any]]:
    """Who has confirmed their address and waits for approval, longest first."""
    return await db.fetch(
        f"SELECT {COLUMNS} FROM users WHERE approved_at IS NULL AND confirmed_at IS NOT NULL AND disabled_at IS NULL ORDER BY created_at LIMIT %s", (limit,)
    )


async def take_email(db: Queries, account_id: int, email: str) -> bool:
    """False when somebody else has the address."""
    return bool(
        await db.execute(
            "UPDATE users SET email = %s WHERE account_id = %s"
            " AND NOT EXISTS (SELECT FROM users o WHERE lower(o.email) = lower(%s) AND o.email <> '' AND o.account_id <> %s)",
            (email, account_id, email, account_id),
        )
    )


async def moved_at(db: Queries, account_id: int) -> datetime | None:
    value: datetime | None = await db.fetch_value("SELECT moved_at FROM users WHERE account_id = %s", (account_id,))
    return value


async def forget(db: Queries, account_id: int) -> None:
    """Somebody who was never let in: nothing of them stays, the name is free again."""
    await db.write("DELETE FROM accounts WHERE id = %s AND domain IS NULL", (account_id,))


async def change(db: Queries, account_id: int, columns: Mapping[str, Any]) -> None:
    values = {name: Jsonb(value) if name == "settings" else value for name, value in columns.items()}
    assignments = ", ".join(f"{name} = %s" for name in values)
    await db.write(f"UPDATE users SET {assignments} WHERE account_id = %s", (*values.values(), account_id))


async def merge_settings(db: Queries, account_id: int, settings: dict[str, object]) -> None:
    await db.write("UPDATE users SET settings = settings || %s WHERE account_id = %s", (Jsonb(settings), account_id))


async def delete(db: Queries, account_id: int) -> None:
    await db.write("DELETE FROM users WHERE account_id = %s", (account_id,))


async def seen_today(db: Queries, account_id: int, today: date) -> None:
    await db.write(
        "UPDATE users SET last_active_on = %s WHERE account_id = %s AND last_active_on IS DISTINCT FROM %s", (today, account_id, today)
    )


async def was_here(db: Queries, account_id: int, today: date) -> None:
    """For the figures of each day."""
    await db.write("INSERT INTO active_days (day, account_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", (today, account_id))


async def counts(db: Queries) -> tuple[int, int, int, int]:
    """(people, active in 30 days, active in 180 days, notes written here)."""
    row = await db.fetch_one(
        """SELECT count(*) FILTER (WHERE approved_at IS NOT NULL), count(*) FILTER (WHERE last_active_on > current_date - 30),
               count(*) FILTER (WHERE last_active_on > current_date - 180),
               (SELECT coalesce(sum(statuses_count), 0) FROM accounts WHERE domain IS NULL) FROM users"""
    )
    assert row is not None
    return row[0], row[1], row[2], int(row[3])
