"""Reports, strikes, and follows that ended because of a suspension."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pleromad.model.account import Account
from pleromad.model.moderation import Report, Severance, Strike
from pleromad.model.page import Page
from store import accounts as account_rows
from store.pool import Queries
from store.refs import REFS, REFS_FROM, Ref, ref_of
from store.rows import between, newest_first

COLUMNS = """id, uri, account_id, target_id, note_ids, rule_ids, category, comment, forwarded, assigned_id, resolved_at, resolved_by,
    created_at, updated_at, collection_ids"""


def report_of(row: Sequence[Any], target: Account | None = None) -> Report:
    (id, uri, account_id, target_id, note_ids, rule_ids, category, comment, forwarded, assigned_id, resolved_at, resolved_by, created_at,
     updated_at, collection_ids) = row  # fmt: skip
    return Report(
        id=id,
        uri=uri,
        account_id=account_id,
        target_id=target_id,
        note_ids=tuple(note_ids),
        rule_ids=tuple(rule_ids),
        category=category,
        comment=comment,
        forwarded=forwarded,
        assigned_id=assigned_id,
        resolved_at=resolved_at,
        resolved_by=resolved_by,
        created_at=created_at,
        updated_at=updated_at,
        collection_ids=tuple(collection_ids),
        target=target,
    )


async def add(
    db: Queries,
    *,
    id: int,
    uri: str,
    account_id: int,
    target_id: int,
    note_ids: Collection[int],
    rule_ids: Collection[int],
    category: str,
    comment: str,
    forwarded: bool,
    collection_ids: Collection[int] = (),
) -> None:
    await db.execute(
        "INSERT INTO reports (id, uri, account_id, target_id, note_ids, rule_ids, category, comment, forwarded, collection_ids)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (id, uri, account_id, target_id, list(note_ids), list(rule_ids), category, comment, forwarded, list(collection_ids)),
    )


async def one(db: Queries, id: int, *, lock: bool = False) -> Report | None:
    row = await db.fetch_one(f"SELECT {COLUMNS} FROM reports WHERE id = %s" + (" FOR UPDATE" if lock else ""), (id,))
    return report_of(row) if row else None


async def by_ids(db: Queries, ids: Collection[int]) -> dict[int, Report]:
    """With their targets; two queries, none for no ids."""
    if not ids:
        return {}
    rows = await db.fetch(f"SELECT {COLUMNS} FROM reports WHERE id = ANY(%s)", (list(ids),))
    targets = await account_rows.by_ids(db, [row[3] for row in rows])
    return {row[0]: report_of(row, targets.get(row[3])) for row in rows}


async def page_of(
    db: Queries, page: Page, *, resolved: bool | None, account_id: int | None = None, target_id: int | None = None
) -> list[Report]:
    """`resolved` None: both."""
    conditions = ["true"]
    if resolved is not None:
        conditions.append(f"resolved_at IS {'NOT ' if resolved else ''}NULL")
    if account_id is not None:
        conditions.append("account_id = %(account)s")
    if target_id is not None:
        conditions.append("target_id = %(target)s")
    where, tail, params = between(page)
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM reports WHERE {' AND '.join(conditions)}{where}{tail}",
        {**params, "account": account_id, "target": target_id},
    )
    return [report_of(row) for row in newest_first(rows, page)]


async def open_beside(db: Queries, id: int, target_id: int) -> bool:
    """Is there another open report of the same account?"""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM reports WHERE target_id = %s AND id <> %s AND resolved_at IS NULL)", (target_id, id)
        )
    )


async def names(db: Queries, note_id: int) -> bool:
    """Was this note ever reported?"""
    return bool(await db.fetch_value("SELECT EXISTS (SELECT FROM reports WHERE %s = ANY(note_ids))", (note_id,)))


async def change(db: Queries, id: int, columns: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{name} = %s" for name in columns)
    await db.execute(f"UPDATE reports SET {assignments}, updated_at = now() WHERE id = %s", (*columns.values(), id))


async def resolve_of(db: Queries, target_id: int, by: int | None) -> list[int]:
    """All open ones of an account; their ids."""
    rows = await db.fetch(
        "UPDATE reports SET resolved_at = now(), resolved_by = %s, updated_at = now() WHERE target_id = %s AND resolved_at IS NULL RETURNING id",
        (by, target_id),
    )
    return [row[0] for row in rows]


async def refs(db: Queries, note_ids: Collection[int]) -> dict[int, Ref]:
    """Of notes that were reported, whoever may see them: for staff alone."""
    if not note_ids:
        return {}
    rows = await db.fetch(f"SELECT {REFS} FROM {REFS_FROM} WHERE n.id = ANY(%s)", (list(note_ids),))
    return {row[0]: ref_of(row) for row in rows}


async def notes_of(db: Queries, target_id: int, note_ids: Collection[int], *, host: str | None) -> list[int]:
    """Those of these notes that are the account's and that `host` (a reporter's server, who may be anonymous) may have seen."""
    rows = await db.fetch(
        """SELECT n.id FROM notes n WHERE n.id = ANY(%(ids)s) AND n.account_id = %(target)s AND (
               n.visibility IN ('public', 'unlisted')
               OR EXISTS (SELECT FROM mentions m JOIN accounts a ON a.id = m.account_id WHERE m.note_id = n.id AND a.domain = %(host)s)
               OR (n.visibility = 'private' AND EXISTS (SELECT FROM follows f JOIN accounts a ON a.id = f.account_id
                   WHERE f.target_id = %(target)s AND f.accepted AND a.domain = %(host)s)))
           ORDER BY n.id""",
        {"ids": list(note_ids), "target": target_id, "host": host},
    )
    return [row[0] for row in rows]


# ---- what staff remark on them


async def add_remark(db: Queries, id: int, report_id: int, by: int | None, content: str) -> None:
    await db.write("INSERT INTO report_notes (id, report_id, account_id, content) VALUES (%s, %s, %s, %s)", (id, report_id, by, content))


async def delete_remark(db: Queries, report_id: int, id: int) -> bool:
    return bool(await db.execute("DELETE FROM report_notes WHERE report_id = %s AND id = %s", (report_id, id)))


async def remarks(db: Queries, report_ids: Collection[int]) -> dict[int, list[tuple[int, int | None, str, datetime]]]:
    """Of each report: (id, who, what, when), oldest first."""
    rows = await db.fetch(
        "SELECT report_id, id, account_id, content, created_at FROM report_notes WHERE report_id = ANY(%s) ORDER BY id", (list(report_ids),)
    )
    found: dict[int, list[tuple[int, int | None, str, datetime]]] = {}
    for report_id, *rest in rows:
        found.setdefault(report_id, []).append((rest[0], rest[1], rest[2], rest[3]))
    return found


# ---- strikes


async def add_strike(
    db: Queries, *, id: int, target_id: int, by: int | None, action: str, text: str, report_id: int | None, note_ids: Collection[int]
) -> None:
    await db.execute(
        "INSERT INTO strikes (id, target_id, account_id, action, text, report_id, note_ids) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (id, target_id, by, action, text, report_id, list(note_ids)),
    )


async def last_text(db: Queries, target_id: int, action: str) -> str:
    """Of the newest strike of this kind; '' when there is none."""
    rows = await db.fetch(
        "SELECT text FROM strikes WHERE target_id = %s AND action = %s ORDER BY id DESC LIMIT 1", (target_id, action)
    )
    return rows[0][0] if rows else ""


async def strikes(db: Queries, ids: Collection[int]) -> dict[int, Strike]:
    if not ids:
        return {}
    rows = await db.fetch(
        "SELECT id, target_id, account_id, action, text, report_id, note_ids, created_at FROM strikes WHERE id = ANY(%s)", (list(ids),)
    )
    targets = await account_rows.by_ids(db, [row[1] for row in rows])
    return {
        row[0]: Strike(row[0], targets[row[1]], row[2], row[3], row[4], row[5], tuple(row[6]), row[7]) for row in rows if row[1] in targets
    }


# ---- severances


async def add_severance(
    db: Queries, *, id: int, account_id: int, type: str, target_name: str, followers: int, following: int
) -> None:
    await db.execute(
        "INSERT INTO severances (id, account_id, type, target_name, followers_count, following_count) VALUES (%s, %s, %s, %s, %s, %s)",
        (id, account_id, type, target_name, followers, following),
    )


async def severances(db: Queries, ids: Collection[int]) -> dict[int, Severance]:
    if not ids:
        return {}
    rows = await db.fetch(
        "SELECT id, account_id, type, target_name, followers_count, following_count, created_at FROM severances WHERE id = ANY(%s)",
        (list(ids),),
    )
    return {row[0]: Severance(*row) for row in rows}
