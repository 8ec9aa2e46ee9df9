"""OAuth applications, codes and tokens. Only hashes of codes and tokens are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pleromad.model.page import Page
from pleromad.model.token import App, Token
from store.pool import Queries
from store.rows import between

APP = "p.id, p.name, p.website, p.redirect_uris, p.scopes, p.client_id, p.client_secret, p.created_at, p.trusted"


def app_of(row: Sequence[Any]) -> App:
    return App(row[0], row[1], row[2], tuple(row[3]), frozenset(row[4]), row[5], row[6], row[7], row[8])


async def add_app(
    db: Queries,
    *,
    id: int,
    name: str,
    website: str | None,
    redirect_uris: Sequence[str],
    scopes: Collection[str],
    client_id: str,
    client_secret: str,
) -> None:
    await db.write(
        "INSERT INTO oauth_apps (id, name, website, redirect_uris, scopes, client_id, client_secret) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (id, name, website, list(redirect_uris), sorted(scopes), client_id, client_secret),
    )


async def app(db: Queries, client_id: str) -> App | None:
    row = await db.fetch_one(f"SELECT {APP} FROM oauth_apps p WHERE p.client_id = %s", (client_id,))
    return app_of(row) if row else None


async def app_by_id(db: Queries, id: int) -> App | None:
    row = await db.fetch_one(f"SELECT {APP} FROM oauth_apps p WHERE p.id = %s", (id,))
    return app_of(row) if row else None


async def apps(db: Queries, page: Page, *, name: str, client_id: str, trusted: bool | None) -> tuple[list[App], int]:
    """A page of those that fit, newest first, and how many fit."""
    conditions = (
        "(%(name)s = '' OR starts_with(lower(p.name), lower(%(name)s))) AND (%(client)s = '' OR p.client_id = %(client)s)"
        " AND (%(trusted)s::boolean IS NULL OR p.trusted = %(trusted)s)"
    )
    given = {"name": name, "client": client_id, "trusted": trusted}
    where, tail, params = between(page, "p.id")
    rows = await db.fetch(f"SELECT {APP} FROM oauth_apps p WHERE {conditions}{where}{tail}", {**params, **given})
    count = int(await db.fetch_value(f"SELECT count(*) FROM oauth_apps p WHERE {conditions}", given))
    return [app_of(row) for row in rows], count


async def change_app(db: Queries, id: int, columns: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{name} = %s" for name in columns)
    await db.write(f"UPDATE oauth_apps SET {assignments} WHERE id = %s", (*columns.values(), id))


async def delete_app(db: Queries, id: int) -> list[tuple[int, int | None]]:
    """(token id, account id) of the tokens that go with it."""
    rows = await db.fetch("DELETE FROM oauth_tokens WHERE app_id = %s RETURNING id, account_id", (id,))
    await db.write("DELETE FROM oauth_apps WHERE id = %s", (id,))
    return [(row[0], row[1]) for row in rows]


async def add_code(
    db: Queries,
    *,
    code_hash: str,
    app_id: int,
    account_id: int,
    redirect_uri: str,
    scopes: Collection[str],
    challenge: str | None,
    method: str | None,
    expires_at: datetime,
) -> None:
    await db.write(
        "INSERT INTO oauth_codes (code_hash, app_id, account_id, redirect_uri, scopes, code_challenge, code_challenge_method, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (code_hash, app_id, account_id, redirect_uri, sorted(scopes), challenge, method, expires_at),
    )


async def use_code(db: Queries, code_hash: str) -> Sequence[Any] | None:
    """(app id, account id, redirect uri, scopes, challenge, method), once."""
    return await db.fetch_one(
        "UPDATE oauth_codes SET used_at = now() WHERE code_hash = %s AND used_at IS NULL AND expires_at > now()"
        " RETURNING app_id, account_id, redirect_uri, scopes, code_challenge, code_challenge_method",
        (code_hash,),
    )


async def add_token(
    db: Queries,
    *,
    id: int,
    token_hash: str,
    refresh_hash: str | None,
    app_id: int | None,
    account_id: int | None,
    scopes: Collection[str],
    expires_at: datetime | None,
    name: str = "",
) -> None:
    await db.write(
        "INSERT INTO oauth_tokens (id, token_hash, refresh_hash, app_id, account_id, scopes, expires_at, name)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (id, token_hash, refresh_hash, app_id, account_id, sorted(scopes), expires_at, name),
    )


WAITS = """(SELECT CASE WHEN w.confirmed_at IS NULL THEN 'confirmation' WHEN w.approved_at IS NULL THEN 'approval' ELSE '' END
    FROM users w WHERE w.account_id = t.account_id)"""
TOKEN = f"t.id, t.account_id, t.scopes, t.created_at, t.expires_at, t.name, t.last_used_on, {WAITS}, {APP}"


def token_of(row: Sequence[Any]) -> Token:
    return Token(
        id=row[0],
        account_id=row[1],
        app=app_of(row[8:]) if row[8] is not None else None,
        scopes=frozenset(row[2]),
        created_at=row[3],
        expires_at=row[4],
        name=row[5],
        last_used_on=row[6],
        waits_for=row[7] or "",
    )


async def token(db: Queries, token_hash: str) -> Token | None:
    """A token in force: not expired, and its person not disabled or suspended. They may wait for something: `waits_for`."""
    row = await db.fetch_one(
        f"""SELECT {TOKEN} FROM oauth_tokens t LEFT JOIN oauth_apps p ON p.id = t.app_id
            LEFT JOIN users u ON u.account_id = t.account_id LEFT JOIN accounts a ON a.id = t.account_id
            WHERE t.token_hash = %s AND (t.expires_at IS NULL OR t.expires_at > now())
              AND (t.account_id IS NULL OR (u.disabled_at IS NULL AND u.account_id IS NOT NULL AND a.suspended_at IS NULL))""",
        (token_hash,),
    )
    return token_of(row) if row else None


async def by_refresh(db: Queries, refresh_hash: str) -> Token | None:
    row = await db.fetch_one(
        f"SELECT {TOKEN} FROM oauth_tokens t LEFT JOIN oauth_apps p ON p.id = t.app_id WHERE t.refresh_hash = %s FOR UPDATE OF t",
        (refresh_hash,),
    )
    return token_of(row) if row else None


async def revoke(db: Queries, *, token_hash: str, app_id: int) -> tuple[int, int | None] | None:
    """By the application, with the access or the refresh token: (token id, account id)."""
    row = await db.fetch_one(
        "DELETE FROM oauth_tokens WHERE (token_hash = %s OR refresh_hash = %s) AND app_id = %s RETURNING id, account_id",
        (token_hash, token_hash, app_id),
    )
    return (row[0], row[1]) if row else None


async def delete(
    db: Queries, *, id: int | None = None, account_id: int | None = None, app_id: int | None = None, but: int | None = None
) -> list[tuple[int, int | None]]:
    """Of an account one token, those of one application, or (neither) all but that one: (token id, account id)."""
    rows = await db.fetch(
        "DELETE FROM oauth_tokens WHERE (%s::bigint IS NULL OR id = %s) AND (%s::bigint IS NULL OR app_id = %s)"
        " AND id IS DISTINCT FROM %s AND account_id = %s RETURNING id, account_id",
        (id, id, app_id, app_id, but, account_id),
    )
    return [(row[0], row[1]) for row in rows]


async def of_account(db: Queries, account_id: int) -> list[Token]:
    rows = await db.fetch(
        f"SELECT {TOKEN} FROM oauth_tokens t LEFT JOIN oauth_apps p ON p.id = t.app_id WHERE t.account_id = %s ORDER BY t.id DESC",
        (account_id,),
    )
    return [token_of(row) for row in rows]


async def used(db: Queries, id: int, today: date) -> None:
    await db.write("UPDATE oauth_tokens SET last_used_on = %s WHERE id = %s", (today, id))
