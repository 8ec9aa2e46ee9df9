"""Activities: what happened, as JSON, and where it has to go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pleromad.model.account import Account
from pleromad.model.delivery import line_of
from pleromad.model.page import Page
from store import accounts as account_rows
from store.pool import Jsonb, Queries

COLUMNS = "id, uri, type, account_id, note_id, visibility, local, data, created_at"


@dataclass(frozen=True, slots=True)
class ActivityRow:
    id: int
    uri: str
    type: str
    account_id: int
    note_id: int | None
    visibility: str
    local: bool
    data: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Before:
    """What is to be known before an activity is taken: who acts, and whether it was taken already.

    `same_uri` is (activity id, account id, note id), `same_key` (activity id, note id). `visibility` and `language` are what the actor
    posts with, when nothing else is said. `bells`: somebody here wants to be told of each of the actor's notes.
    """

    actor: Account
    same_uri: tuple[int, int, int | None] | None
    same_key: tuple[int, int | None] | None
    visibility: str
    language: str | None
    bells: bool
    quote_policy: str = "public"


async def before(db: Queries, account_id: int, uri: str | None, key: str | None) -> Before | None:
    """None: there is no such account. `key`: an Idempotency-Key. One statement."""
    row = await db.fetch_one(
        f"""SELECT {account_rows.COLUMNS}, (SELECT jsonb_build_array(x.id, x.account_id, x.note_id) FROM activities x WHERE x.uri = %(uri)s),
                (SELECT jsonb_build_array(i.activity_id, i.note_id) FROM idempotency i WHERE i.account_id = a.id AND i.key = %(key)s),
                u.default_visibility, u.default_language, EXISTS (SELECT FROM follows f WHERE f.target_id = a.id AND f.notify), u.default_quote_policy
            FROM {account_rows.FROM} WHERE a.id = %(id)s""",
        {"id": account_id, "uri": uri, "key": key},
    )
    if row is None:
        return None
    *columns, same_uri, same_key, visibility, language, bells, quote_policy = row
    actor = (await account_rows.accounts_of(db, [columns]))[0]
    uri_of, key_of = tuple(same_uri) if same_uri else None, tuple(same_key) if same_key else None
    return Before(actor, uri_of, key_of, visibility or "public", language, bells, quote_policy or "public")


async def add(
    db: Queries,
    *,
    id: int,
    uri: str,
    type: str,
    account_id: int,
    note_id: int | None,
    visibility: str,
    local: bool,
    data: dict[str, Any],
    jobs: Sequence[str] = (),
) -> None:
    """With a job of each of these kinds, for {"activity_id": id}; one statement.

    Raises Taken, with this statement or a later one, when the uri is here already: of two daemons that got the same activity, one goes on.
    """
    columns = "INSERT INTO activities (id, uri, type, account_id, note_id, visibility, local, data) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
    values = (id, uri, type, account_id, note_id, visibility, local, Jsonb(data))
    if not jobs:
        await db.write(columns, values)
        return
    await db.write(
        f"""WITH added AS ({columns} RETURNING id)
            INSERT INTO jobs (kind, key, payload) SELECT kind, %s, jsonb_build_object('activity_id', id)
            FROM added, unnest(%s::text[]) AS t(kind)""",
        (*values, line_of(type, data), list(jobs)),
    )


async def one(db: Queries, id: int) -> ActivityRow | None:
    row = await db.fetch_one(f"SELECT {COLUMNS} FROM activities WHERE id = %s", (id,))
    return ActivityRow(*row) if row else None


async def by_uri(db: Queries, uri: str) -> ActivityRow | None:
    row = await db.fetch_one(f"SELECT {COLUMNS} FROM activities WHERE uri = %s", (uri,))
    return ActivityRow(*row) if row else None


async def outbox(db: Queries, account_id: int, page: Page) -> list[ActivityRow]:
    rows = await db.fetch(
        f"""SELECT {COLUMNS} FROM activities WHERE account_id = %s AND local AND visibility IN ('public', 'unlisted')
              AND type IN ('Create', 'Announce') AND (%s::bigint IS NULL OR id < %s) AND (%s::bigint IS NULL OR id > %s)
            ORDER BY id DESC LIMIT %s""",
        (account_id, page.max_id, page.max_id, page.min_id or page.since_id, page.min_id or page.since_id, page.limit),
    )
    return [ActivityRow(*row) for row in rows]


async def outbox_count(db: Queries, account_id: int) -> int:
    return int(
        await db.fetch_value(
            "SELECT count(*) FROM activities WHERE account_id = %s AND local AND visibility IN ('public', 'unlisted')"
            " AND type IN ('Create', 'Announce')",
            (account_id,),
        )
    )


async def inboxes(db: Queries, uris: Sequence[str]) -> list[tuple[str, str]]:
    """(inbox, host) of all remote accounts that these uris mean, one by one or as the followers collection of one of ours.

    Shared inboxes are used where there are some, so every host gets one copy.
    """
    rows = await db.fetch(
        """SELECT DISTINCT coalesce(nullif(a.shared_inbox, ''), a.inbox), a.domain FROM accounts a
           WHERE a.uri = ANY(%(uris)s) AND a.domain IS NOT NULL AND a.deleted_at IS NULL AND a.inbox <> ''
           UNION
           SELECT DISTINCT coalesce(nullif(a.shared_inbox, ''), a.inbox), a.domain
           FROM accounts o JOIN follows f ON f.target_id = o.id AND f.accepted JOIN accounts a ON a.id = f.account_id
           WHERE o.followers_uri = ANY(%(uris)s) AND o.followers_uri <> '' AND o.domain IS NULL
             AND a.domain IS NOT NULL AND a.deleted_at IS NULL AND a.inbox <> ''""",
        {"uris": list(uris)},
    )
    return [(row[0], row[1]) for row in rows]


async def all_inboxes(db: Queries) -> list[tuple[str, str]]:
    """Every inbox of every known host: for the Delete of an account."""
    rows = await db.fetch(
        "SELECT DISTINCT coalesce(nullif(shared_inbox, ''), inbox), domain FROM accounts WHERE domain IS NOT NULL AND inbox <> ''"
    )
    return [(row[0], row[1]) for row in rows]


async def bury(db: Queries, uri: str, type: str, local: bool) -> None:
    await db.write("INSERT INTO tombstones (uri, type, local) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (uri, type, local))


async def exhume(db: Queries, uri: str) -> bool:
    """A note of another server may come in again."""
    return bool(await db.execute("DELETE FROM tombstones WHERE uri = %s AND NOT local", (uri,)))


async def buried(db: Queries, uris: Collection[str]) -> dict[str, datetime]:
    rows = await db.fetch("SELECT uri, deleted_at FROM tombstones WHERE uri = ANY(%s)", (list(uris),))
    return {row[0]: row[1] for row in rows}


# ---- Idempotency-Key


async def remember(db: Queries, account_id: int, key: str, activity_id: int, note_id: int | None) -> None:
    """Raises Taken, with this statement or a later one, when the key was used before."""
    await db.write(
        "INSERT INTO idempotency (account_id, key, activity_id, note_id) VALUES (%s, %s, %s, %s)", (account_id, key, activity_id, note_id)
    )


async def arrived(db: Queries, account_id: int, page: Page) -> list[int]:
    """Ids of notes in a home, and of those that name its owner, newest first."""
    rows = await db.fetch(
        "(SELECT note_id FROM home WHERE owner_id = %s AND note_id < %s ORDER BY note_id DESC LIMIT %s)"
        " UNION (SELECT note_id FROM mentions WHERE account_id = %s AND note_id < %s ORDER BY note_id DESC LIMIT %s)"
        " ORDER BY note_id DESC LIMIT %s",
        (*(account_id, page.max_id or 2**63 - 1, page.limit) * 2, page.limit),
    )
    return [row[0] for row in rows]


async def of_notes(db: Queries, ids: Collection[int]) -> dict[int, ActivityRow]:
    """The first Create or Announce of each note."""
    if not ids:
        return {}
    rows = await db.fetch(
        f"SELECT DISTINCT ON (note_id) {COLUMNS} FROM activities WHERE note_id = ANY(%s) AND type IN ('Create', 'Announce') ORDER BY note_id, id",
        (list(ids),),
    )
    return {row[4]: ActivityRow(*row) for row in rows}
