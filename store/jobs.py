"""Durable work: a row per job. Of several daemons each row is taken by one, for as long as its lease.

Jobs of a kind and key whose payload names the same `line` are done in the order they were added: one that is put off puts off
those behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.pool import Jsonb, Queries

Kept = tuple[str | None, dict[str, Any], bytes, str | None]  # key, payload, raw, dedupe


@dataclass(frozen=True, slots=True)
class Job:
    """`attempts` counts this one. `raw` is what came over the wire, kept as it was."""

    id: int
    kind: str
    key: str | None
    payload: dict[str, Any]
    raw: bytes
    attempts: int
    max_attempts: int
    created_at: datetime


async def add(
    db: Queries,
    kind: str,
    payloads: Sequence[tuple[str | None, dict[str, Any]]],
    *,
    raw: bytes | None = None,
    delay_seconds: float = 0,
    dedupe: Sequence[str | None] | None = None,
    max_attempts: int = 20,
) -> int:
    """`payloads` are (key, payload). A job whose `dedupe` is there already is left out. Returns how many were added."""
    if not payloads:
        return 0
    return await db.execute(
        """INSERT INTO jobs (kind, key, payload, raw, run_at, max_attempts, dedupe)
           SELECT %s, k, p, %s, greatest(now() + make_interval(secs => %s), CASE WHEN p ? 'line' THEN (
               SELECT run_at FROM jobs o WHERE o.kind = %s AND o.key = k AND o.payload->>'line' = p->>'line' ORDER BY o.id DESC LIMIT 1) END),
             %s, d FROM unnest(%s::text[], %s::jsonb[], %s::text[]) AS t(k, p, d)
           ON CONFLICT (dedupe) DO NOTHING""",
        (kind, raw, delay_seconds, kind, max_attempts, [key for key, _ in payloads], [Jsonb(payload) for _, payload in payloads],
         list(dedupe) if dedupe is not None else [None] * len(payloads)),
    )  # fmt: skip


async def keep(db: Queries, kind: str, jobs: Sequence[Kept], max_attempts: int) -> None:
    """One statement."""
    await db.write(
        """INSERT INTO jobs (kind, key, payload, raw, max_attempts, dedupe)
           SELECT %s, k, p, r, %s, d FROM unnest(%s::text[], %s::jsonb[], %s::bytea[], %s::text[]) AS t(k, p, r, d)
           ON CONFLICT (dedupe) DO NOTHING""",
        (kind, max_attempts, [job[0] for job in jobs], [Jsonb(job[1]) for job in jobs], [job[2] for job in jobs], [job[3] for job in jobs]),
    )


async def take(
    db: Queries, kind: str, limit: int, lease_seconds: float, busy: Collection[str], per_key: int, finished: Collection[int] = ()
) -> list[Job]:
    """Due jobs, oldest first, at most `per_key` of a key, none of the keys in `busy`; ours for the lease. Those `finished` go first."""
    rows = await db.fetch(
        """WITH gone AS (DELETE FROM jobs WHERE id = ANY(%(finished)s::bigint[])),
           due AS (
               SELECT id FROM jobs j WHERE kind = %(kind)s AND run_at <= now() AND (locked_until IS NULL OR locked_until < now())
                 AND (key IS NULL OR (NOT key = ANY(%(busy)s::text[]) AND NOT EXISTS (
                     SELECT FROM jobs o WHERE o.kind = j.kind AND o.key = j.key AND o.id < j.id AND NOT o.id = ANY(%(finished)s::bigint[])
                       AND (o.locked_until > now() OR o.run_at <= now()) LIMIT 1 OFFSET %(per_key)s - 1)
                   AND (NOT j.payload ? 'line' OR NOT EXISTS (
                     SELECT FROM jobs o WHERE o.kind = j.kind AND o.key = j.key AND o.id < j.id AND NOT o.id = ANY(%(finished)s::bigint[])
                       AND o.payload->>'line' = j.payload->>'line'))))
               ORDER BY run_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
           UPDATE jobs j SET locked_until = now() + make_interval(secs => %(lease)s), attempts = attempts + 1 FROM due
           WHERE j.id = due.id RETURNING j.id, j.kind, j.key, j.payload, j.raw, j.attempts, j.max_attempts, j.created_at""",
        {"kind": kind, "busy": list(busy), "per_key": per_key, "limit": limit, "lease": lease_seconds, "finished": list(finished)},
    )
    return [Job(r[0], r[1], r[2], r[3], bytes(r[4] or b""), r[5], r[6], r[7]) for r in sorted(rows, key=lambda row: int(row[0]))]


async def done(db: Queries, ids: Collection[int]) -> None:
    await db.write("DELETE FROM jobs WHERE id = ANY(%s)", (list(ids),))


async def retry(db: Queries, id: int, delay_seconds: float, error: str, *, counted: bool = True, line: str = "", leaves: bool = False) -> None:
    """`line`: those behind it in its line wait as long. `leaves`: it holds up nobody in its line any more."""
    values = (delay_seconds, error[:500], 0 if counted else 1)
    put_off = "UPDATE jobs SET locked_until = NULL, run_at = now() + make_interval(secs => %s), last_error = %s, attempts = attempts - %s"
    if not line or leaves:
        await db.write(f"{put_off}{', payload = payload - %s' if leaves else ''} WHERE id = %s", (*values, *(["line"] if leaves else []), id))
        return
    await db.write(
        f"""WITH mine AS ({put_off} WHERE id = %s RETURNING id, kind, key, run_at)
            UPDATE jobs j SET run_at = mine.run_at FROM mine
            WHERE j.kind = mine.kind AND j.key = mine.key AND j.id > mine.id AND j.payload->>'line' = %s AND j.run_at < mine.run_at""",
        (*values, id, line),
    )


async def release(db: Queries, ids: Collection[int]) -> None:
    """Give back what was taken and not begun."""
    await db.write("UPDATE jobs SET locked_until = NULL, attempts = attempts - 1 WHERE id = ANY(%s)", (list(ids),))


async def due_kinds(db: Queries, kinds: Collection[str]) -> set[str]:
    """Of which of these kinds something is due and not in work."""
    rows = await db.fetch(
        "SELECT k FROM unnest(%s::text[]) AS t(k) WHERE EXISTS (SELECT FROM jobs WHERE kind = k AND run_at <= now()"
        " AND (locked_until IS NULL OR locked_until < now()))",
        (list(kinds),),
    )
    return {row[0] for row in rows}


async def pending(db: Queries) -> dict[str, int]:
    """How many jobs of each kind there are."""
    return {row[0]: row[1] for row in await db.fetch("SELECT kind, count(*) FROM jobs GROUP BY kind")}


async def claim_turn(db: Queries, name: str, seconds: float) -> bool:
    """Periodic work, once over all daemons: True for the one whose turn it is."""
    return bool(
        await db.execute(
            "INSERT INTO settings (key, value, updated_at) VALUES (%s, '{}', now()) ON CONFLICT (key) DO UPDATE SET updated_at = now()"
            " WHERE settings.updated_at < now() - make_interval(secs => %s)",
            (f"turn:{name}", seconds),
        )
    )
