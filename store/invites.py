"""Invitations to become somebody here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pleromad.model.moderation import Invitation
from store.pool import Queries

COLUMNS = "id, role, uses_left, uses, expires_at, expires_at IS NOT NULL AND expires_at <= now()"


def _invitation(row: Sequence[Any]) -> Invitation:
    id, role, left, uses, expires_at, over = row
    return Invitation(id, role, left, uses, expires_at, over)


async def add(db: Queries, code_hash: str, role: str, created_by: int | None, uses: int, expires_at: datetime | None) -> None:
    await db.write(
        "INSERT INTO invites (code_hash, role, created_by, uses_left, expires_at) VALUES (%s, %s, %s, %s, %s)",
        (code_hash, role, created_by, uses, expires_at),
    )


async def set_inviter(db: Queries, account_id: int, code_hash: str) -> None:
    await db.write(
        "UPDATE users SET invited_by = (SELECT created_by FROM invites WHERE code_hash = %s) WHERE account_id = %s", (code_hash, account_id)
    )


async def drop_owner(db: Queries) -> None:
    await db.write("DELETE FROM invites WHERE role = 'owner'")


async def has_owner(db: Queries) -> bool:
    return bool(await db.fetch_value("SELECT EXISTS (SELECT FROM users WHERE role IN ('owner', 'admin'))"))


async def role(db: Queries, code_hash: str, *, use: bool) -> str | None:
    if use:
        sql = (
            "UPDATE invites SET uses_left = uses_left - 1, uses = uses + 1 WHERE code_hash = %s AND uses_left > 0"
            " AND (expires_at IS NULL OR expires_at > now()) RETURNING role"
        )
    else:
        sql = "SELECT role FROM invites WHERE code_hash = %s AND uses_left > 0 AND (expires_at IS NULL OR expires_at > now())"
    value = await db.fetch_value(sql, (code_hash,))
    return None if value is None else str(value)


async def newest(db: Queries, limit: int) -> list[Invitation]:
    return [_invitation(row) for row in await db.fetch(f"SELECT {COLUMNS} FROM invites ORDER BY id DESC LIMIT %s", (limit,))]


async def one(db: Queries, code_hash: str) -> Invitation | None:
    row = await db.fetch_one(f"SELECT {COLUMNS} FROM invites WHERE code_hash = %s", (code_hash,))
    return _invitation(row) if row else None


async def end(db: Queries, code_hash: str, id: int | None) -> Invitation | None:
    """Nobody comes in with it any more."""
    row = await db.fetch_one(f"UPDATE invites SET uses_left = 0 WHERE code_hash = %s OR id = %s RETURNING {COLUMNS}", (code_hash, id))
    return _invitation(row) if row else None
