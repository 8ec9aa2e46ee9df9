"""Relays this server takes part in."""

from __future__ import annotations

from pleromad.model.relay import Relay
from store.pool import Queries


async def all_of_them(db: Queries, own_uri: str) -> list[Relay]:
    rows = await db.fetch(
        """SELECT r.url, r.kind, r.state, r.actor_uri, r.inbox, r.follow_uri, EXISTS (
               SELECT FROM follows f JOIN accounts a ON a.id = f.account_id JOIN accounts o ON o.id = f.target_id
               WHERE a.uri = r.actor_uri AND o.uri = %s AND f.accepted)
           FROM relays r ORDER BY r.created_at, r.url""",
        (own_uri,),
    )
    return [Relay(*row) for row in rows]


async def add(db: Queries, url: str, kind: str) -> None:
    await db.execute("INSERT INTO relays (url, kind) VALUES (%s, %s) ON CONFLICT (url) DO UPDATE SET state = 'wished'", (url, kind))


async def asked(db: Queries, url: str, *, inbox: str, actor_uri: str | None, follow_uri: str | None) -> None:
    await db.execute(
        "UPDATE relays SET state = 'asked', inbox = %s, actor_uri = %s, follow_uri = %s WHERE url = %s", (inbox, actor_uri, follow_uri, url)
    )


async def answered(db: Queries, url: str, state: str, actor_uri: str) -> None:
    await db.execute("UPDATE relays SET state = %s, actor_uri = %s WHERE url = %s", (state, actor_uri, url))


async def remove(db: Queries, url: str) -> None:
    await db.execute("DELETE FROM relays WHERE url = %s", (url,))
