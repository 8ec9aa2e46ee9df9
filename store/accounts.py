"""Accounts: actors, ours and remote, and the keys they sign with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pleromad.model.account import Account, ActorType, Field, RemoteActor, Role
from pleromad.model.note import Emoji
from store.plans import any_of
from store.pool import Jsonb, Queries

COLUMNS = """a.id, a.xmin::text::bigint, a.uri, a.url, a.type, a.username, a.domain, a.display_name, a.note, a.note_source,
    a.fields, a.emojis, a.avatar_url, a.header_url, a.avatar_description, a.header_description, a.locked, a.discoverable,
    a.indexable, a.hide_collections, a.followers_count, a.following_count, a.statuses_count, a.last_status_at, a.created_at,
    a.inbox, a.shared_inbox, a.outbox, a.followers_uri, a.following_uri, a.featured_uri, a.key_id, a.public_key_pem,
    a.also_known_as, a.moved_to_uri, a.suspended_at IS NOT NULL, a.silenced_at IS NOT NULL, a.deleted_at IS NOT NULL, u.role,
    a.sensitized_at IS NOT NULL, a.suspended_by, a.show_media, a.show_media_replies, a.show_featured, a.attribution_domains,
    a.show_role, a.show_likes, a.background_url, a.tags, a.suggested"""
FROM = "accounts a LEFT JOIN users u ON u.account_id = a.id"


def emojis_of(pairs: Iterable[Sequence[str]], domain: str | None = None) -> tuple[Emoji, ...]:
    return tuple(Emoji(pair[0], pair[1], domain) for pair in pairs)


def account_of(row: Sequence[Any]) -> Account:
    """A row of COLUMNS as an Account."""
    (id, version, uri, url, type, username, domain, display_name, note, note_source, fields, emojis, avatar, header, avatar_text,
     header_text, locked, discoverable, indexable, hide, followers, following, statuses, last_status_at, created_at, inbox, shared,
     outbox, followers_uri, following_uri, featured_uri, key_id, key, aliases, moved_to, suspended, silenced, deleted, role, sensitized, suspended_by,
     show_media, show_media_replies, show_featured, attribution, show_role, show_likes, background, tags, suggested) = row  # fmt: skip
    return Account(
        id=id,
        version=version,
        uri=uri,
        url=url or uri,
        type=ActorType(type),
        username=username,
        domain=domain,
        display_name=display_name,
        note=note,
        note_source=note_source,
        fields=tuple(Field(f[0], f[1], datetime.fromisoformat(f[2]) if f[2] else None, f[3] if len(f) > 3 else "") for f in fields),
        emojis=emojis_of(emojis, domain),
        avatar_url=avatar,
        header_url=header,
        avatar_description=avatar_text,
        header_description=header_text,
        locked=locked,
        discoverable=discoverable,
        indexable=indexable,
        hide_collections=hide,
        followers_count=followers,
        following_count=following,
        statuses_count=statuses,
        last_status_at=last_status_at,
        created_at=created_at,
        inbox=inbox,
        shared_inbox=shared,
        outbox=outbox,
        followers_uri=followers_uri,
        following_uri=following_uri,
        featured_uri=featured_uri,
        key_id=key_id,
        public_key_pem=key,
        also_known_as=tuple(aliases),
        moved_to_uri=moved_to,
        suspended=suspended,
        suspended_by=suspended_by,
        silenced=silenced,
        sensitized=sensitized,
        deleted=deleted,
        role=Role(role) if role else None,
        show_media=show_media,
        show_media_replies=show_media_replies,
        show_featured=show_featured,
        attribution_domains=tuple(attribution),
        show_role=show_role,
        show_likes=show_likes,
        background_url=background,
        tags=tuple(tags),
        suggested=suggested,
    )


SLICE = 500


async def accounts_of(db: Queries, rows: Iterable[Sequence[Any]]) -> list[Account]:
    """Rows of COLUMNS as Accounts. Where those who have moved are among them, one query more finds where they are now."""
    found = [account_of(row) for row in rows]
    uris = {account.moved_to_uri for account in found if account.moved_to_uri}
    if not uris:
        return found
    there = {
        row[2]: account_of(row) for row in await db.fetch(f"SELECT {COLUMNS} FROM {FROM} WHERE a.uri = ANY(%s) AND a.deleted_at IS NULL", (list(uris),))
    }
    return [replace(each, moved_to=there.get(each.moved_to_uri)) if each.moved_to_uri else each for each in found]


async def _account(db: Queries, row: Sequence[Any] | None) -> Account | None:
    return (await accounts_of(db, [row]))[0] if row is not None else None


async def by_ids(db: Queries, ids: Iterable[int]) -> dict[int, Account]:
    """Many (a room's members) in slices, so that others are served in between."""
    wanted = list(set(ids))
    found: dict[int, Account] = {}
    for start in range(0, len(wanted), SLICE):
        rows = await db.fetch(f"SELECT {COLUMNS} FROM {FROM} WHERE a.id = ANY(%s)", (any_of(wanted[start : start + SLICE]),))
        found.update((account.id, account) for account in await accounts_of(db, rows))
    return found


async def one(db: Queries, id: int) -> Account | None:
    return await _account(db, await db.fetch_one(f"SELECT {COLUMNS} FROM {FROM} WHERE a.id = %s", (id,)))


async def by_uris(db: Queries, uris: Iterable[str]) -> dict[str, Account]:
    wanted = list(set(uris))
    if not wanted:
        return {}
    rows = await db.fetch(f"SELECT {COLUMNS} FROM {FROM} WHERE a.uri = ANY(%s)", (wanted,))
    return {account.uri: account for account in await accounts_of(db, rows)}


async def by_key_id(db: Queries, key_id: str) -> Account | None:
    return await _account(db, await db.fetch_one(f"SELECT {COLUMNS} FROM {FROM} WHERE a.key_id = %s LIMIT 1", (key_id,)))


async def by_handle(db: Queries, username: str, domain: str | None) -> Account | None:
    row = await db.fetch_one(
        f"SELECT {COLUMNS} FROM {FROM} WHERE lower(a.username) = lower(%s) AND coalesce(a.domain, '') = %s",
        (username, domain or ""),
    )
    return await _account(db, row)


async def by_handles(db: Queries, handles: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Account]:
    """`handles` are (lower-case name, domain or '' for ours); so are the keys of the answer."""
    if not handles:
        return {}
    names, domains = [h[0] for h in handles], [h[1] for h in handles]
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM unnest(%s::text[], %s::text[]) AS h(name, host)"
        f" JOIN accounts a ON lower(a.username) = h.name AND coalesce(a.domain, '') = h.host"
        " LEFT JOIN users u ON u.account_id = a.id",
        (names, domains),
    )
    found = await accounts_of(db, rows)
    return {(a.username.lower(), a.domain or ""): a for a in found}


async def add_local(
    db: Queries,
    *,
    id: int,
    uri: str,
    url: str,
    type: ActorType,
    username: str,
    display_name: str,
    shared_inbox: str,
    public_key_pem: str,
    private_key_pem: str,
    note: str = "",
    discoverable: bool = True,
) -> bool:
    """False when the name is taken, also by somebody who was deleted."""
    added = await db.execute(
        """INSERT INTO accounts (id, uri, url, type, username, display_name, note, discoverable, indexable, inbox, shared_inbox,
               outbox, followers_uri, following_uri, featured_uri, key_id, public_key_pem)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s || '/inbox', %s, %s || '/outbox', %s || '/followers', %s || '/following',
               %s || '/collections/featured', %s || '#main-key', %s) ON CONFLICT DO NOTHING""",
        (id, uri, url, type.value, username, display_name, note, discoverable, discoverable, uri, shared_inbox, uri, uri, uri, uri,
         uri, public_key_pem),
    )  # fmt: skip
    if added:
        await db.write("INSERT INTO keys (account_id, private_key_pem) VALUES (%s, %s)", (id, private_key_pem))
    return bool(added)


async def keep_remote(
    db: Queries, id: int, actor: RemoteActor, *, note: str, display_name: str, fields: list[tuple[str, str, None]]
) -> int | None:
    """Insert or refresh; the texts are already sanitised. Returns the row's id, None when the handle belongs to another uri."""
    value = await db.fetch_value(
        """INSERT INTO accounts (id, uri, url, type, username, domain, display_name, note, fields, emojis, avatar_url, header_url,
               avatar_description, header_description, locked, discoverable, indexable, hide_collections, created_at, fetched_at,
               inbox, shared_inbox, outbox, followers_uri, following_uri, featured_uri, key_id, public_key_pem, also_known_as,
               moved_to_uri, attribution_domains, raw)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, coalesce(%s, now()), now(),
               %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
           ON CONFLICT (uri) DO UPDATE SET url = excluded.url, type = excluded.type, username = excluded.username,
               domain = excluded.domain, display_name = excluded.display_name, note = excluded.note, fields = excluded.fields,
               emojis = excluded.emojis, avatar_url = excluded.avatar_url, header_url = excluded.header_url,
               avatar_description = excluded.avatar_description, header_description = excluded.header_description,
               locked = excluded.locked, discoverable = excluded.discoverable, indexable = excluded.indexable,
               hide_collections = excluded.hide_collections, fetched_at = now(), inbox = excluded.inbox,
               shared_inbox = excluded.shared_inbox, outbox = excluded.outbox, followers_uri = excluded.followers_uri,
               following_uri = excluded.following_uri, featured_uri = excluded.featured_uri, key_id = excluded.key_id,
               public_key_pem = excluded.public_key_pem, also_known_as = excluded.also_known_as,
               moved_to_uri = excluded.moved_to_uri, attribution_domains = excluded.attribution_domains, raw = excluded.raw
           WHERE accounts.domain IS NOT NULL AND accounts.deleted_at IS NULL
           RETURNING id""",
        (id, actor.uri, actor.url or actor.uri, actor.type.value, actor.username, actor.domain, display_name, note, Jsonb(fields),
         Jsonb([(e.shortcode, e.url) for e in actor.emojis]), actor.avatar_url, actor.header_url, actor.avatar_description,
         actor.header_description, actor.locked, actor.discoverable, actor.indexable, actor.hide_collections, actor.published,
         actor.inbox, actor.shared_inbox, actor.outbox, actor.followers_uri, actor.following_uri, actor.featured_uri, actor.key_id,
         actor.public_key_pem, list(actor.also_known_as), actor.moved_to_uri, list(actor.attribution_domains), Jsonb(actor.raw)),
    )  # fmt: skip
    return None if value is None else int(value)


async def mark(db: Queries, id: int, *, suspended: bool, silenced: bool) -> None:
    """`suspended`: what its own server says of it now; `silenced`: a rule of its host does."""
    if suspended:
        await db.write("UPDATE accounts SET suspended_at = now(), suspended_by = 'origin' WHERE id = %s AND suspended_at IS NULL", (id,))
    else:
        await db.write("UPDATE accounts SET suspended_at = NULL, suspended_by = NULL WHERE id = %s AND suspended_by = 'origin'", (id,))
    if silenced:
        await db.write("UPDATE accounts SET silenced_at = now(), silenced_by = 'host' WHERE id = %s AND silenced_at IS NULL", (id,))


async def free_handle(db: Queries, username: str, domain: str, uri: str) -> None:
    """A handle now belongs to another actor (an account was deleted and made again on its server): rename the old row."""
    await db.write(
        "UPDATE accounts SET username = username || '-' || id WHERE lower(username) = lower(%s) AND domain = %s AND uri <> %s",
        (username, domain, uri),
    )


async def change(db: Queries, id: int, columns: Mapping[str, Any]) -> None:
    """Set columns of one account; the names come from code, never from input."""
    if columns:
        assignments = ", ".join(f"{name} = %s" for name in columns)
        await db.write(f"UPDATE accounts SET {assignments} WHERE id = %s", (*columns.values(), id))


async def count_up(db: Queries, id: int, *, followers: int = 0, following: int = 0) -> None:
    await db.write(
        "UPDATE accounts SET followers_count = greatest(0, followers_count + %s), following_count = greatest(0, following_count + %s)"
        " WHERE id = %s",
        (followers, following, id),
    )


async def count_note(db: Queries, id: int, at: datetime | None, delta: int = 1) -> None:
    await db.write(
        "UPDATE accounts SET statuses_count = greatest(0, statuses_count + %s),"
        " last_status_at = greatest(last_status_at, %s) WHERE id = %s",
        (delta, at, id),
    )


async def staff(db: Queries, roles: Sequence[str]) -> list[Account]:
    """Of these roles, those who show it."""
    rows = await db.fetch(f"SELECT {COLUMNS} FROM {FROM} WHERE u.role = ANY(%s) AND a.show_role AND a.suspended_at IS NULL ORDER BY a.id", (list(roles),))
    return await accounts_of(db, rows)


async def known_hosts(db: Queries) -> int:
    return int(await db.fetch_value("SELECT count(DISTINCT domain) FROM accounts WHERE domain IS NOT NULL"))


async def bury(db: Queries, id: int) -> None:
    """Leave the name and the id of a deleted account behind, and nothing else of it."""
    await db.write(
        """UPDATE accounts SET deleted_at = now(), display_name = '', note = '', note_source = '', fields = '[]', emojis = '[]',
               avatar_url = NULL, header_url = NULL, background_url = NULL, tags = '{}',
               suggested = false, avatar_description = '', header_description = '', followers_count = 0,
               following_count = 0, statuses_count = 0, raw = NULL, discoverable = false, indexable = false,
               also_known_as = '{}', moved_to_uri = NULL WHERE id = %s""",
        (id,),
    )
