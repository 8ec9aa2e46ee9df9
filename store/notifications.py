"""Notifications: whom something concerns, in pages and in groups; and the markers of what was read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pleromad.model.notification import EVERYTHING, FILTERABLE, FROM_ONESELF, GROUPED, Chosen, Marker
from pleromad.model.page import Page
from pleromad.model.push import PUSH, TRIES
from store.pool import Queries, Row
from store.refs import REFS, REFS_FROM, Ref, ref_of, visible

GROUP_HOURS = 12  # a group spans no more (Mastodon)
SAMPLES = 8


@dataclass(frozen=True, slots=True)
class Told:
    """A notification that was written."""

    id: int
    account_id: int
    filtered: bool


async def tell(
    db: Queries,
    to: Sequence[tuple[int, int]],
    *,
    type: str,
    from_id: int,
    now: datetime,
    note_id: int | None = None,
    conversation_id: int | None = None,
    direct: bool = False,
    emoji: str | None = None,
    emoji_url: str | None = None,
    about_id: int | None = None,
) -> list[Told]:
    """Write it for those of `to` (fresh id, whom) who are here and want to know, with a job for each of their Web Push subscriptions.

    Nobody is told of people they block or mute, or who block them. Their policy may drop it or keep it back; a mention that
    is kept back makes a request (Mastodon's NotifyService). `direct`: the note is for those it names only. One statement.
    """
    if not to:
        return []
    hour = int(now.timestamp()) // 3600
    prefix = type if note_id is None else f"{type}-{note_id}"
    keys = [f"{prefix}-{each}" for each in range(hour - GROUP_HOURS + 1, hour + 1)] if type in GROUPED else []
    rows = await db.fetch(
        """WITH wanted AS (
               SELECT t.id, u.account_id, CASE WHEN NOT %(filterable)s OR r.permitted OR (%(type)s = 'mention' AND r.staff) THEN '{}' ELSE ARRAY[
                   CASE WHEN r.stranger THEN coalesce(p.for_not_following, 'accept') END,
                   CASE WHEN r.newcomer THEN coalesce(p.for_not_followers, 'accept') END,
                   CASE WHEN r.stranger AND a.created_at > now() - interval '30 days' THEN coalesce(p.for_new_accounts, 'accept') END,
                   CASE WHEN r.stranger AND %(direct)s AND NOT EXISTS (
                       SELECT FROM notes o JOIN mentions m ON m.note_id = o.id AND m.account_id = a.id
                       WHERE o.conversation_id = %(thread)s AND o.account_id = u.account_id AND o.visibility = 'direct')
                     THEN coalesce(p.for_private_mentions, 'filter') END,
                   CASE WHEN r.stranger AND a.silenced_at IS NOT NULL THEN coalesce(p.for_limited_accounts, 'filter') END] END AS words
               FROM unnest(%(ids)s::bigint[], %(who)s::bigint[]) AS t(id, who)
               JOIN users u ON u.account_id = t.who JOIN accounts a ON a.id = %(from)s
               LEFT JOIN notification_policies p ON p.account_id = u.account_id
               CROSS JOIN LATERAL (SELECT
                   NOT EXISTS (SELECT FROM follows f WHERE f.account_id = u.account_id AND f.target_id = a.id AND f.accepted) AS stranger,
                   NOT EXISTS (SELECT FROM follows f WHERE f.account_id = a.id AND f.target_id = u.account_id AND f.accepted
                       AND f.created_at < now() - interval '3 days') AS newcomer,
                   EXISTS (SELECT FROM notification_permissions x WHERE x.account_id = u.account_id AND x.from_id = a.id) AS permitted,
                   EXISTS (SELECT FROM users s WHERE s.account_id = a.id AND s.role IN ('moderator', 'admin', 'owner')) AS staff) AS r
               WHERE (u.account_id <> a.id OR %(oneself)s) AND u.disabled_at IS NULL
                 AND NOT EXISTS (SELECT FROM blocks x WHERE x.account_id = u.account_id AND x.target_id = a.id)
                 AND NOT EXISTS (SELECT FROM blocks x WHERE x.account_id = a.id AND x.target_id = u.account_id)
                 AND NOT EXISTS (SELECT FROM mutes x WHERE x.account_id = u.account_id AND x.target_id = a.id AND x.notifications
                     AND (x.expires_at IS NULL OR x.expires_at > now()))
                 AND NOT EXISTS (SELECT FROM domain_blocks x WHERE x.account_id = u.account_id AND x.domain = a.domain)
                 AND NOT EXISTS (SELECT FROM thread_mutes x WHERE x.account_id = u.account_id AND x.conversation_id = %(thread)s
                     AND (x.expires_at IS NULL OR x.expires_at > now()))),
           added AS (
               INSERT INTO notifications (id, account_id, type, from_id, note_id, emoji, emoji_url, about_id, filtered, group_key)
               SELECT w.id, w.account_id, %(type)s, %(from)s, %(note)s, %(emoji)s, %(emoji_url)s, %(about)s, 'filter' = ANY(w.words),
                   CASE WHEN %(grouped)s AND NOT 'filter' = ANY(w.words) THEN coalesce((
                       SELECT g.group_key FROM notifications g WHERE g.account_id = w.account_id AND g.group_key = ANY(%(keys)s::text[])
                       ORDER BY g.id DESC LIMIT 1), %(key)s) END
               FROM (SELECT id, account_id, array_remove(words, NULL) AS words FROM wanted) AS w WHERE NOT 'drop' = ANY(w.words)
               RETURNING id, account_id, filtered),
           asked AS (
               INSERT INTO notification_requests (id, account_id, from_id)
               SELECT d.id, d.account_id, %(from)s FROM added d WHERE d.filtered AND %(type)s = 'mention'
               ON CONFLICT (account_id, from_id) DO UPDATE SET updated_at = now()),
           pushed AS (
               INSERT INTO jobs (kind, key, payload, max_attempts)
               SELECT %(push)s, s.host, jsonb_build_object('notification_id', d.id, 'subscription_id', s.id), %(tries)s
               FROM added d JOIN push_subscriptions s ON s.account_id = d.account_id
               WHERE NOT d.filtered AND (%(type)s = ANY(s.alerts) OR (%(type)s = 'mention' AND 'pleroma:chat_mention' = ANY(s.alerts)
                   AND EXISTS (SELECT FROM notes c WHERE c.id = %(note)s AND c.type = 'ChatMessage'))) AND CASE s.policy WHEN 'all' THEN true
                   WHEN 'followed' THEN EXISTS (SELECT FROM follows f WHERE f.account_id = s.account_id AND f.target_id = %(from)s AND f.accepted)
                   WHEN 'follower' THEN EXISTS (SELECT FROM follows f WHERE f.account_id = %(from)s AND f.target_id = s.account_id AND f.accepted)
                   ELSE false END)
           SELECT id, account_id, filtered FROM added ORDER BY id""",
        {"ids": [row[0] for row in to], "who": [row[1] for row in to], "type": type, "from": from_id, "note": note_id,
         "thread": conversation_id, "direct": direct, "emoji": emoji, "emoji_url": emoji_url, "about": about_id,
         "filterable": type in FILTERABLE, "oneself": type in FROM_ONESELF, "grouped": bool(keys), "keys": keys, "key": keys[-1] if keys else None,
         "push": PUSH, "tries": TRIES},
    )  # fmt: skip
    return [Told(*row) for row in rows]


async def withdraw(
    db: Queries, *, type: str, from_id: int, note_id: int | None = None, account_id: int | None = None, emoji: str | None = None
) -> None:
    await db.write(
        "DELETE FROM notifications WHERE type = %s AND from_id = %s AND (%s::bigint IS NULL OR note_id = %s)"
        " AND (%s::bigint IS NULL OR account_id = %s) AND (%s::text IS NULL OR emoji = %s)",
        (type, from_id, note_id, note_id, account_id, account_id, emoji, emoji),
    )


async def staff(db: Queries) -> list[int]:
    """Those here who look after people: who is told of sign-ups and reports."""
    return [row[0] for row in await db.fetch("SELECT account_id FROM users WHERE role IN ('moderator', 'admin', 'owner')")]


async def boosters_here(db: Queries, note_id: int) -> list[int]:
    """Those here who boosted a note."""
    rows = await db.fetch(
        "SELECT n.account_id FROM notes n JOIN users u ON u.account_id = n.account_id WHERE n.boost_of_id = %s", (note_id,)
    )
    return [row[0] for row in rows]


async def withdraw_between(db: Queries, account_id: int, from_id: int) -> None:
    """After a block: what the one was told of the other, their request and permission, and their conversations."""
    await db.write(
        """WITH requests AS (DELETE FROM notification_requests WHERE account_id = %(who)s AND from_id = %(from)s),
               permissions AS (DELETE FROM notification_permissions WHERE account_id = %(who)s AND from_id = %(from)s),
               conversations AS (DELETE FROM directs WHERE account_id = %(who)s AND %(from)s = ANY(people))
           DELETE FROM notifications WHERE account_id = %(who)s AND from_id = %(from)s""",
        {"who": account_id, "from": from_id},
    )


# ---- reading


@dataclass(frozen=True, slots=True)
class NotificationRow:
    ref: Ref | None
    id: int
    type: str
    created_at: datetime
    from_id: int
    from_version: int
    emoji: str | None
    emoji_url: str | None
    group_key: str | None
    filtered: bool
    about_id: int | None
    muted: bool


@dataclass(frozen=True, slots=True)
class GroupRow:
    """`samples` are (id, version) of accounts."""

    newest: NotificationRow
    count: int
    most_recent_id: int
    page_min_id: int
    page_max_id: int
    latest_at: datetime
    samples: tuple[tuple[int, int], ...]


_MUTED = """(EXISTS (SELECT FROM mutes x WHERE x.account_id = %(viewer)s AND x.target_id = f.id AND x.notifications
        AND (x.expires_at IS NULL OR x.expires_at > now()))
    OR EXISTS (SELECT FROM domain_blocks x WHERE x.account_id = %(viewer)s AND x.domain = f.domain))"""
_COLUMNS = f"""{REFS}, t.id, t.type, t.created_at, f.id, f.xmin::text::bigint, t.emoji, t.emoji_url, t.group_key, t.filtered,
    t.about_id, {_MUTED}"""
_FROM = "notifications t JOIN accounts f ON f.id = t.from_id"
_WIDTH = 19  # of REFS and what follows
# What a client calls a notification's group: only types it groups have one.
_KEY = "CASE WHEN t.group_key IS NOT NULL AND t.type = ANY(%(grouped)s) THEN t.group_key ELSE 'ungrouped-' || t.id END"


def _row(row: Row) -> NotificationRow:
    return NotificationRow(ref_of(row) if row[0] is not None else None, *row[8:_WIDTH])


def _conditions(viewer: int, chosen: Chosen) -> tuple[list[str], dict[str, Any]]:
    """For _FROM. A note that is gone, or not for the viewer any more, takes its notifications with it: apps expect one."""
    seen = f"EXISTS (SELECT FROM notes n JOIN accounts a ON a.id = n.account_id WHERE n.id = t.note_id AND {visible(viewer)}"
    values: dict[str, Any] = {"viewer": viewer}
    if chosen.exclude_visibilities:
        seen += " AND NOT n.visibility = ANY(%(unwanted)s)"
        values["unwanted"] = list(chosen.exclude_visibilities)
    where = ["t.account_id = %(viewer)s", "f.suspended_at IS NULL", "f.deleted_at IS NULL", f"(t.note_id IS NULL OR {seen}))"]
    if chosen.types is not None:
        where.append("t.type = ANY(%(types)s)")
        values["types"] = list(chosen.types)
    if chosen.exclude:
        where.append("NOT t.type = ANY(%(exclude)s)")
        values["exclude"] = list(chosen.exclude)
    if chosen.from_id is not None:
        where.append("t.from_id = %(from)s")
        values["from"] = chosen.from_id
    elif not chosen.filtered:
        where.append("NOT t.filtered")
    if not chosen.muted:
        where.append(f"NOT {_MUTED}")
    return where, values


def _bounded(page: Page, where: list[str], values: dict[str, Any]) -> bool:
    """Put the bounds of a page among the conditions; True when it is read upwards."""
    lower = page.min_id if page.min_id is not None else page.since_id
    if page.max_id is not None:
        where.append("t.id < %(max)s")
        values["max"] = page.max_id
    if lower is not None:
        where.append("t.id > %(lower)s")
        values["lower"] = lower
    values["limit"] = page.limit
    return page.min_id is not None


async def page_of(db: Queries, viewer: int, page: Page, chosen: Chosen = EVERYTHING, *, id: int | None = None) -> list[NotificationRow]:
    where, values = _conditions(viewer, chosen)
    ascending = _bounded(page, where, values)
    if id is not None:
        where.append("t.id = %(id)s")
        values["id"] = id
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM {_FROM} LEFT JOIN ({REFS_FROM}) ON n.id = t.note_id WHERE {' AND '.join(where)}"
        f" ORDER BY t.id {'ASC' if ascending else 'DESC'} LIMIT %(limit)s",
        values,
    )
    found = [_row(row) for row in rows]
    return found[::-1] if ascending else found


async def groups(
    db: Queries, viewer: int, page: Page, chosen: Chosen = EVERYTHING, *, grouped: Collection[str] = GROUPED, key: str | None = None
) -> list[GroupRow]:
    """A page of groups, each at the place of the newest of it in that range; `key`: just that one. One query.

    Walks down (or up) the notifications and leaps over those whose group it has met.
    """
    where, values = _conditions(viewer, chosen)
    ascending = _bounded(page, where, values)
    values["grouped"] = list(grouped)
    if key is not None:
        where.append(f"{_KEY} = %(key)s")
        values["key"] = key
    order = f"ORDER BY t.id {'ASC' if ascending else 'DESC'} LIMIT 1"
    conditions = " AND ".join(where)
    # Of a page that is not full, the range goes on to where it was asked for (Mastodon).
    low = high = "(SELECT {}(id) FROM page)"
    low, high = low.format("min"), high.format("max")
    full = "(SELECT count(*) FROM page) >= %(limit)s"
    if ascending:
        high = f"CASE WHEN {full} THEN {high} ELSE {'%(max)s - 1' if page.max_id is not None else '9223372036854775807'} END"
    else:
        low = f"CASE WHEN {full} THEN {low} ELSE {'%(lower)s + 1' if page.since_id is not None else '0'} END"
    members = f"""notifications x JOIN accounts f ON f.id = x.from_id WHERE x.account_id = %(viewer)s AND x.group_key = page.key
        AND f.suspended_at IS NULL AND f.deleted_at IS NULL{"" if chosen.muted else f" AND NOT {_MUTED}"}"""
    rows = await db.fetch(
        f"""WITH RECURSIVE page(id, key, keys) AS (
                (SELECT t.id, {_KEY}, ARRAY[{_KEY}] FROM {_FROM} WHERE {conditions} {order})
                UNION ALL
                SELECT l.id, l.key, page.keys || l.key FROM page CROSS JOIN LATERAL (
                    SELECT t.id, {_KEY} AS key FROM {_FROM} WHERE {conditions}
                      AND t.id {">" if ascending else "<"} page.id AND NOT {_KEY} = ANY(page.keys) {order}) AS l
                WHERE cardinality(page.keys) < %(limit)s),
            span AS (SELECT {low} AS low, {high} AS high)
            SELECT {_COLUMNS}, g.* FROM page CROSS JOIN span JOIN notifications t ON t.id = page.id JOIN accounts f ON f.id = t.from_id
            LEFT JOIN ({REFS_FROM}) ON n.id = t.note_id
            CROSS JOIN LATERAL (
                SELECT count(*), max(x.id), min(x.id) FILTER (WHERE x.id >= span.low), max(x.id) FILTER (WHERE x.id <= span.high),
                    max(x.created_at) FILTER (WHERE x.id <= span.high), (
                        SELECT jsonb_agg(jsonb_build_array(s.from_id, s.version)) FROM (
                            SELECT x.from_id, f.xmin::text::bigint AS version FROM {members}
                            ORDER BY x.id DESC LIMIT {SAMPLES}) AS s)
                FROM {members}) AS g
            ORDER BY t.id DESC""",
        values,
    )  # fmt: skip
    return [_group(row) for row in rows]


def _group(row: Row) -> GroupRow:
    one = _row(row)
    count, most_recent, low, high, latest, samples = row[_WIDTH:]
    if not count:  # it stands by itself
        return GroupRow(one, 1, one.id, one.id, one.id, one.created_at, ((one.from_id, one.from_version),))
    people = dict.fromkeys((each[0], each[1]) for each in samples or [[one.from_id, one.from_version]])
    return GroupRow(one, count, most_recent, low or one.id, high or one.id, latest or one.created_at, tuple(people))


async def group_people(db: Queries, viewer: int, key: str, page: Page) -> list[tuple[int, int]]:
    """(notification id, account id) of a group, newest first."""
    ascending = page.min_id is not None
    lower = page.min_id if ascending else page.since_id
    rows = await db.fetch(
        f"""SELECT t.id, t.from_id FROM {_FROM} WHERE t.account_id = %(viewer)s AND {_of_key("t")}
              AND f.suspended_at IS NULL AND f.deleted_at IS NULL AND NOT {_MUTED}
              AND (%(max)s::bigint IS NULL OR t.id < %(max)s) AND (%(lower)s::bigint IS NULL OR t.id > %(lower)s)
            ORDER BY t.id {"ASC" if ascending else "DESC"} LIMIT %(limit)s""",
        {"viewer": viewer, **_key_values(key), "max": page.max_id, "lower": lower, "limit": page.limit},
    )
    found = [(row[0], row[1]) for row in rows]
    return found[::-1] if ascending else found


def _of_key(table: str) -> str:
    return f"({table}.group_key = %(key)s OR {table}.id = %(alone)s)"


def _key_values(key: str) -> dict[str, Any]:
    """A group's key, or `ungrouped-ID`: also of one that has a group the client does not show."""
    number = key.removeprefix("ungrouped-")
    alone = int(number) if number != key and number.isascii() and number.isdecimal() and len(number) < 19 else None
    return {"key": key, "alone": alone}


async def unread(db: Queries, viewer: int, chosen: Chosen, limit: int) -> int:
    """How many are newer than the marker, at most `limit`."""
    where, values = _conditions(viewer, chosen)
    where.append(_UNREAD)
    return int(
        await db.fetch_value(
            f"SELECT count(*) FROM (SELECT FROM {_FROM} WHERE {' AND '.join(where)} LIMIT %(limit)s) AS found", {**values, "limit": limit}
        )
    )


async def unread_groups(db: Queries, viewer: int, chosen: Chosen, limit: int, *, grouped: Collection[str] = GROUPED) -> int:
    """How many groups have something newer than the marker, at most `limit`. Only the newest notifications are looked at."""
    where, values = _conditions(viewer, chosen)
    where.append(_UNREAD)
    return int(
        await db.fetch_value(
            f"SELECT least(count(DISTINCT key), %(limit)s) FROM (SELECT {_KEY} AS key FROM {_FROM} WHERE {' AND '.join(where)}"
            " ORDER BY t.id DESC LIMIT %(limit)s * 20) AS found",
            {**values, "limit": limit, "grouped": list(grouped)},
        )
    )


_UNREAD = "t.id > coalesce((SELECT last_read_id FROM markers WHERE account_id = %(viewer)s AND timeline = 'notifications'), 0)"


async def dismiss(db: Queries, viewer: int, ids: Collection[int]) -> int:
    return await db.execute("DELETE FROM notifications WHERE account_id = %s AND id = ANY(%s)", (viewer, list(ids)))


async def dismiss_all(db: Queries, viewer: int) -> None:
    """Also what is kept back, and the requests for it."""
    await db.write(
        "WITH requests AS (DELETE FROM notification_requests WHERE account_id = %(viewer)s)"
        " DELETE FROM notifications WHERE account_id = %(viewer)s",
        {"viewer": viewer},
    )


async def dismiss_group(db: Queries, viewer: int, key: str) -> int:
    return await db.execute(
        f"DELETE FROM notifications t WHERE t.account_id = %(viewer)s AND {_of_key('t')}", {"viewer": viewer, **_key_values(key)}
    )


async def markers(db: Queries, viewer: int, timelines: Collection[str]) -> list[Marker]:
    rows = await db.fetch(
        "SELECT timeline, last_read_id, version, updated_at FROM markers WHERE account_id = %s AND timeline = ANY(%s)",
        (viewer, list(timelines)),
    )
    return [Marker(*row) for row in rows]


async def set_marker(db: Queries, viewer: int, timeline: str, last_read_id: int) -> Marker:
    row = await db.fetch_one(
        "INSERT INTO markers (account_id, timeline, last_read_id) VALUES (%s, %s, %s) ON CONFLICT (account_id, timeline)"
        " DO UPDATE SET last_read_id = excluded.last_read_id, version = markers.version + 1, updated_at = now()"
        " RETURNING timeline, last_read_id, version, updated_at",
        (viewer, timeline, last_read_id),
    )
    assert row is not None
    return Marker(*row)
