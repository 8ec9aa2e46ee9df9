"""What people here listen to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from pleromad.model.note import Visibility
from pleromad.model.page import Page
from pleromad.model.personal import Scrobble
from store.pool import Queries
from store.rows import between, newest_first

COLUMNS = "id, account_id, title, album, artist, length, url, visibility, created_at"


def _scrobble(row: Sequence[Any]) -> Scrobble:
    id, account_id, title, album, artist, length, url, visibility, created_at = row
    return Scrobble(id, account_id, title, album, artist, length, url, Visibility(visibility), created_at)


async def add(db: Queries, one: Scrobble) -> None:
    await db.write(
        f"INSERT INTO scrobbles ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (one.id, one.account_id, one.title, one.album, one.artist, one.length, one.url, one.visibility.value, one.created_at),
    )


async def of_account(db: Queries, account_id: int, visibilities: Collection[str], page: Page) -> list[Scrobble]:
    """Those of these visibilities."""
    where, tail, params = between(page)
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM scrobbles WHERE account_id = %(account)s AND visibility = ANY(%(visibilities)s){where}{tail}",
        {**params, "account": account_id, "visibilities": list(visibilities)},
    )
    return [_scrobble(row) for row in newest_first(rows, page)]
