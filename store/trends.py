"""What trends: counted now and then over the last days, so that showing it is cheap."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from store.pool import Queries
from store.refs import REFS, REFS_FROM, Ref, ref_of, visible
from store.tags import HISTORY_DAYS
from store.timelines import WANTED

NOTE_DAYS = 3
MOST_NOTES = 200
PER_AUTHOR = 3
# Among how few people something is no trend yet; small servers have them, too.
PEOPLE = 2
REACTIONS = 2

_HONEST = "a.silenced_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL"
# Each day counts half of the one after it; what is used all the time has to be used more.
_SCORE = """sum(people * 0.5 ^ (%(today)s::date - day)) / sqrt(1 + coalesce(sum(people) FILTER (WHERE day < %(today)s::date - 1), 0) / 5.0)"""


def first_id(day: date) -> int:
    """The lowest id of that day (see pleromad.ids)."""
    return (day - date(1970, 1, 1)).days * 86_400_000 << 16


async def count_tags(db: Queries, today: date) -> None:
    """Uses of a week and scores; days nobody is shown any more go into the total. In a transaction."""
    values = {"today": today, "days": HISTORY_DAYS, "people": PEOPLE}
    await db.write(
        """WITH gone AS (DELETE FROM tag_uses WHERE day < %(today)s::date - %(days)s RETURNING tag, uses)
           UPDATE tags t SET total = t.total + g.uses FROM (SELECT tag, sum(uses) AS uses FROM gone GROUP BY tag) g WHERE t.name = g.tag""",
        values,
    )
    await db.write(
        f"""WITH days AS (
                SELECT u.tag, u.day, sum(u.uses) AS uses, count(*) AS people FROM tag_uses u JOIN accounts a ON a.id = u.account_id
                WHERE u.day > %(today)s::date - %(days)s AND {_HONEST} GROUP BY u.tag, u.day),
            counted AS (
                SELECT tag, sum(uses) AS uses, CASE WHEN max(people) >= %(people)s AND NOT EXISTS (
                    SELECT FROM tag_rules r WHERE r.tag = days.tag AND (r.trendable IS FALSE OR NOT r.usable OR NOT r.listable))
                    THEN {_SCORE} ELSE 0 END AS score
                FROM days GROUP BY tag),
            gone AS (UPDATE tags SET uses = 0, score = 0 WHERE (uses > 0 OR score > 0) AND NOT EXISTS (SELECT FROM counted c WHERE c.tag = name))
            UPDATE tags t SET uses = c.uses, score = c.score FROM counted c
            WHERE t.name = c.tag AND (t.uses, t.score) IS DISTINCT FROM (c.uses::integer, c.score::float8)""",
        values,
    )


async def count_notes(db: Queries, today: date) -> None:
    """Public notes of people who want to be found, which others liked and boosted. In a transaction."""
    await db.write("DELETE FROM trending_notes")
    await db.write(
        f"""INSERT INTO trending_notes (note_id, score)
            SELECT id, score FROM (
                SELECT id, score, row_number() OVER (PARTITION BY account_id ORDER BY score DESC) AS place FROM (
                    SELECT n.id, n.account_id, (n.likes_count + 2 * n.boosts_count + n.reactions_count)
                        * 0.5 ^ (extract(epoch FROM now() - n.created_at)::float8 / 86400) AS score
                    FROM notes n JOIN accounts a ON a.id = n.account_id
                    WHERE n.id >= %(since)s AND n.visibility = 'public' AND n.boost_of_id IS NULL AND n.room_id IS NULL
                      AND n.in_reply_to_uri IS NULL AND NOT n.sensitive AND n.likes_count + n.boosts_count + n.reactions_count >= %(least)s
                      AND a.discoverable AND {_HONEST}
                      AND NOT EXISTS (SELECT FROM trend_refusals r WHERE r.kind = 'status' AND r.key = n.id::text)) scored) ranked
            WHERE place <= %(each)s ORDER BY score DESC LIMIT %(most)s""",
        {"since": first_id(today - timedelta(days=NOTE_DAYS)), "least": REACTIONS, "each": PER_AUTHOR, "most": MOST_NOTES},
    )


# The uses of links in public, by day.
_LINK_DAYS = f"""SELECT k.card_id, n.created_at::date AS day, count(*) AS uses, count(DISTINCT n.account_id) AS people
    FROM note_cards k JOIN notes n ON n.id = k.note_id JOIN accounts a ON a.id = n.account_id
    WHERE k.note_id >= %(since)s AND n.visibility = 'public' AND {_HONEST}"""


async def count_links(db: Queries, today: date) -> None:
    values = {"today": today, "since": first_id(today - timedelta(days=HISTORY_DAYS - 1)), "people": PEOPLE}
    await db.write(
        f"""WITH days AS ({_LINK_DAYS} GROUP BY 1, 2),
            counted AS (
                SELECT d.card_id, {_SCORE} AS score FROM days d GROUP BY d.card_id HAVING max(d.people) >= %(people)s),
            allowed AS (
                SELECT x.card_id, x.score FROM counted x JOIN cards c ON c.id = x.card_id WHERE c.ready AND NOT EXISTS (
                    SELECT FROM trend_refusals r WHERE (r.kind = 'link' AND r.key = c.url)
                        OR (r.kind = 'publisher' AND r.key = substring(c.url FROM '^https?://([^/]+)')))),
            gone AS (UPDATE cards SET score = 0 WHERE score > 0 AND NOT EXISTS (SELECT FROM allowed x WHERE x.card_id = id))
            UPDATE cards c SET score = x.score FROM allowed x WHERE c.id = x.card_id AND c.score IS DISTINCT FROM x.score::float8""",
        values,
    )


async def tags(db: Queries, limit: int, offset: int) -> list[str]:
    rows = await db.fetch("SELECT name FROM tags WHERE score > 0 ORDER BY score DESC, name LIMIT %s OFFSET %s", (limit, offset))
    return [row[0] for row in rows]


async def notes(db: Queries, viewer: int | None, limit: int, offset: int) -> list[Ref]:
    """What the viewer may see of them, and wants to."""
    wanted = f" AND {WANTED}" if viewer is not None else ""
    rows = await db.fetch(
        f"""SELECT {REFS} FROM {REFS_FROM} JOIN trending_notes t ON t.note_id = n.id WHERE {visible(viewer)} AND n.visibility = 'public'{wanted}
            ORDER BY t.score DESC, n.id DESC LIMIT %(limit)s OFFSET %(offset)s""",
        {"viewer": viewer, "limit": limit, "offset": offset},
    )
    return [ref_of(row) for row in rows]


async def links(db: Queries, limit: int, offset: int) -> list[int]:
    """Ids of cards."""
    rows = await db.fetch("SELECT id FROM cards WHERE score > 0 AND ready ORDER BY score DESC, id LIMIT %s OFFSET %s", (limit, offset))
    return [row[0] for row in rows]


async def link_days(db: Queries, ids: Collection[int], today: date) -> dict[int, dict[date, tuple[int, int]]]:
    """(uses, people) of each of the last HISTORY_DAYS that has some; one query."""
    rows = await db.fetch(
        f"{_LINK_DAYS} AND k.card_id = ANY(%(ids)s) GROUP BY 1, 2",
        {"ids": list(ids), "since": first_id(today - timedelta(days=HISTORY_DAYS - 1))},
    )
    found: dict[int, dict[date, tuple[int, int]]] = {}
    for id, day, uses, people in rows:
        found.setdefault(id, {})[day] = (uses, people)
    return found


async def refuse(db: Queries, kind: str, key: str, refused: bool) -> None:
    if refused:
        await db.write("INSERT INTO trend_refusals (kind, key) VALUES (%s, %s) ON CONFLICT DO NOTHING", (kind, key))
    else:
        await db.write("DELETE FROM trend_refusals WHERE kind = %s AND key = %s", (kind, key))
