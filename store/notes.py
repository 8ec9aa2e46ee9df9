"""Notes: what is said. Boosts are rows here too (`boost_of_id`), so that a timeline is a list of note ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from pleromad.model.account import Account
from pleromad.model.note import (
    Mention,
    Note,
    NoteState,
    Poll,
    PollOption,
    Quote,
    QuotePolicy,
    Reaction,
    Visibility,
)
from pleromad.model.page import Page
from store import cards
from store import media as media_rows
from store.accounts import emojis_of
from store.plans import any_of
from store.pool import Jsonb, Queries

COLUMNS = """n.id, n.xmin::text::bigint, n.uri, n.url, n.type, n.account_id, n.boost_of_id, n.visibility, n.local, n.content,
    n.source, n.content_type, n.spoiler_text, n.title, n.sensitive, n.language, n.in_reply_to_id, n.in_reply_to_uri,
    n.in_reply_to_account_id, n.conversation_id, n.room_id, n.tags, n.emojis, n.has_media, n.replies_count, n.boosts_count,
    n.likes_count, n.reactions_count, n.created_at, n.edited_at, n.expires_at, p.name, p.website,
    EXISTS (SELECT FROM pins WHERE pins.note_id = n.id),
    (SELECT jsonb_agg(jsonb_build_array(m.account_id, m.silent, c.username, c.domain, c.uri, c.url) ORDER BY m.account_id)
       FROM mentions m JOIN accounts c ON c.id = m.account_id WHERE m.note_id = n.id),
    """ + cards.OF_NOTE + """, n.quotes_count, n.quote_automatic, n.quote_manual,
    (SELECT jsonb_build_array(q.state, q.quoted_id, q.quoted_uri) FROM quotes q WHERE q.note_id = n.id)"""
FROM = "notes n LEFT JOIN oauth_apps p ON p.id = n.app_id"

# `pleromad.visibility.may_see` in SQL, {n} for the note and {a} for its author. The test of that module compares both.
_ANYBODY = "({n}.visibility IN ('public', 'unlisted') AND {a}.suspended_at IS NULL AND {a}.deleted_at IS NULL)"
_VIEWER = """({a}.suspended_at IS NULL AND {a}.deleted_at IS NULL AND ({n}.account_id = %(viewer)s OR (
    NOT EXISTS (SELECT FROM blocks x WHERE x.account_id = {n}.account_id AND x.target_id = %(viewer)s)
    AND NOT EXISTS (SELECT FROM blocks x WHERE x.account_id = %(viewer)s AND x.target_id = {n}.account_id)
    AND ({n}.visibility IN ('public', 'unlisted', 'local')
         OR EXISTS (SELECT FROM mentions x WHERE x.note_id = {n}.id AND x.account_id = %(viewer)s)
         OR ({n}.visibility = 'private' AND EXISTS (SELECT FROM follows x WHERE x.account_id = %(viewer)s
             AND x.target_id = coalesce({n}.room_id, {n}.account_id) AND x.accepted))))))"""


def visible(viewer: int | None, note: str = "n", author: str = "a") -> str:
    """The condition for these two aliases; bind `viewer` where one is logged in."""
    return _visible(viewer is None, note, author)


@cache
def _visible(nobody: bool, note: str, author: str) -> str:
    return (_ANYBODY if nobody else _VIEWER).format(n=note, a=author)


@dataclass(frozen=True, slots=True)
class Ref:
    """A note's place in a list with the versions of all that is rendered of it: the key of every cache."""

    id: int
    version: int
    account_id: int
    account_version: int
    boost_of: Ref | None = None


REFS = """n.id, n.xmin::text::bigint, a.id, a.xmin::text::bigint, b.id, b.xmin::text::bigint, c.id, c.xmin::text::bigint"""
REFS_FROM = """notes n JOIN accounts a ON a.id = n.account_id
    LEFT JOIN notes b ON b.id = n.boost_of_id LEFT JOIN accounts c ON c.id = b.account_id"""


def ref_of(row: Sequence[Any]) -> Ref:
    boosted = Ref(row[4], row[5], row[6], row[7]) if row[4] is not None else None
    return Ref(row[0], row[1], row[2], row[3], boosted)


async def refs(db: Queries, viewer: int | None, ids: Sequence[int]) -> list[Ref]:
    """Of those of `ids` the viewer may see (a boost only with what it boosts), in the order given."""
    if not ids:
        return []
    rows = await db.fetch(
        f"SELECT {REFS} FROM {REFS_FROM} WHERE n.id = ANY(%(ids)s) AND {visible(viewer)} AND (b.id IS NULL OR {visible(viewer, 'b', 'c')})",
        {"viewer": viewer, "ids": any_of(ids)},
    )
    found = {row[0]: ref_of(row) for row in rows}
    return [found[id] for id in ids if id in found]


async def load(db: Queries, ids: Iterable[int], media_url: str) -> dict[int, tuple[int, Note, int, int | None]]:
    """Notes without their authors: id -> (version, note, author id, boosted id). `note.account` is to be replaced.

    One query, and one more each for media, polls and reactions when any of the notes has some.
    """
    wanted = list(set(ids))
    if not wanted:
        return {}
    rows = await db.fetch(f"SELECT {COLUMNS} FROM {FROM} WHERE n.id = ANY(%s)", (any_of(wanted),))
    media = await media_rows.of_notes(db, [row[0] for row in rows if row[23]], media_url)
    polls = await _polls(db, [row[0] for row in rows if row[4] == "Question"])
    reactions = await _reactions(db, [row[0] for row in rows if row[27]])
    return {
        row[0]: (row[1], _note(row, media.get(row[0], ()), polls.get(row[0]), reactions.get(row[0], ())), row[5], row[6])
        for row in rows
    }


_NOBODY: Account = None  # type: ignore[assignment]  # filled in by the reader, which has the accounts at hand


def _note(row: Sequence[Any], media: tuple[Any, ...], poll: Poll | None, reactions: tuple[Reaction, ...]) -> Note:
    mentions = row[34] or []
    return Note(
        id=row[0],
        version=str(row[1]),
        uri=row[2],
        url=row[3] or row[2],
        type=row[4],
        account=_NOBODY,
        visibility=Visibility(row[7]),
        local=row[8],
        content=row[9],
        source=row[10],
        content_type=row[11],
        spoiler_text=row[12],
        title=row[13],
        sensitive=row[14],
        language=row[15],
        in_reply_to_id=row[16],
        in_reply_to_uri=row[17],
        in_reply_to_account_id=row[18],
        conversation_id=row[19],
        room_id=row[20],
        tags=tuple(row[21]),
        emojis=emojis_of(row[22]),
        replies_count=row[24],
        boosts_count=row[25],
        likes_count=row[26],
        created_at=row[28],
        edited_at=row[29],
        expires_at=row[30],
        application_name=row[31],
        application_website=row[32],
        pinned=row[33],
        media=media,
        mentions=tuple(
            Mention(id, username, username if domain is None else f"{username}@{domain}", uri, url or uri)
            for id, silent, username, domain, uri, url in mentions
            if not silent
        ),
        recipients=tuple(mention[0] for mention in mentions),
        poll=poll,
        card=cards.card_of(row[35]),
        quotes_count=row[36],
        quote_policy=None if row[37] is None else QuotePolicy(tuple(row[37]), tuple(row[38] or ())),
        quote=None if row[39] is None else Quote(*row[39]),
        reactions=reactions,
    )


async def _polls(db: Queries, ids: list[int]) -> dict[int, Poll]:
    if not ids:
        return {}
    rows = await db.fetch(
        "SELECT note_id, multiple, hide_totals, options, votes, voters_count, coalesce(closed_at, expires_at)"
        " FROM polls WHERE note_id = ANY(%s)",
        (any_of(ids),),
    )
    return {
        id: Poll(
            note_id=id,
            multiple=multiple,
            options=tuple(PollOption(title, count) for title, count in zip(options, votes, strict=True)),
            voters_count=voters,
            votes_count=sum(votes),
            expires_at=expires_at,
            hide_totals=hide,
        )
        for id, multiple, hide, options, votes, voters, expires_at in rows
    }


async def _reactions(db: Queries, ids: list[int]) -> dict[int, tuple[Reaction, ...]]:
    if not ids:
        return {}
    rows = await db.fetch(
        "SELECT note_id, emoji, max(url), count(*), array_agg(account_id ORDER BY id) FROM reactions WHERE note_id = ANY(%s)"
        " GROUP BY note_id, emoji ORDER BY note_id, min(id)",
        (any_of(ids),),
    )
    found: dict[int, list[Reaction]] = {}
    for id, emoji, url, count, accounts in rows:
        found.setdefault(id, []).append(Reaction(emoji, url, count, tuple(accounts)))
    return {id: tuple(reactions) for id, reactions in found.items()}


_STATES = """SELECT note_id, 'l', '' FROM likes WHERE account_id = %(viewer)s AND note_id = ANY(%(ids)s)
    UNION ALL SELECT boost_of_id, 'b', '' FROM notes WHERE account_id = %(viewer)s AND boost_of_id = ANY(%(ids)s)
    UNION ALL SELECT note_id, 'k', folder_id::text FROM bookmarks WHERE account_id = %(viewer)s AND note_id = ANY(%(ids)s)
    UNION ALL SELECT n.id, 'm', '' FROM thread_mutes t JOIN notes n ON n.conversation_id = t.conversation_id
        WHERE t.account_id = %(viewer)s AND n.id = ANY(%(ids)s) AND (t.expires_at IS NULL OR t.expires_at > now())
    UNION ALL SELECT note_id, 'r', emoji FROM reactions WHERE account_id = %(viewer)s AND note_id = ANY(%(ids)s)"""
# Asked only where such notes are among them.
_VOTED = "SELECT note_id, 'v', choice::text FROM votes WHERE account_id = %(viewer)s AND note_id = ANY(%(questions)s)"
_SPOKE = "SELECT note_id, 'd', direct_id::text FROM direct_notes WHERE account_id = %(viewer)s AND note_id = ANY(%(directs)s)"
_FOLLOWS = """SELECT n.id, 'f', '' FROM notes n JOIN follows f ON f.target_id = n.account_id AND f.account_id = %(viewer)s AND f.accepted
        WHERE n.id = ANY(%(chosen)s)
    UNION ALL SELECT n.id, 'g', '' FROM notes n JOIN follows f ON f.account_id = n.account_id AND f.target_id = %(viewer)s AND f.accepted
        WHERE n.id = ANY(%(chosen)s)"""


async def states(
    db: Queries,
    viewer: int,
    ids: Sequence[int],
    questions: Collection[int] = (),
    directs: Collection[int] = (),
    chosen: Collection[int] = (),
) -> dict[int, NoteState]:
    """What the viewer did to these notes; one query that finds nothing in the common case.

    `questions`, `directs` and `chosen`: those of them that are polls, direct, and that only some may quote.
    """
    if not ids:
        return {}
    params: dict[str, Any] = {"viewer": viewer, "ids": any_of(ids)}
    arms = [_STATES]
    for name, arm, those in (("questions", _VOTED, questions), ("directs", _SPOKE, directs), ("chosen", _FOLLOWS, chosen)):
        if those:
            arms.append(arm)
            params[name] = any_of(those)
    rows = await db.fetch(" UNION ALL ".join(arms), params)
    found: dict[int, NoteState] = {}
    for id, what, value in rows:
        state = found.get(id, NoteState())
        match what:
            case "l":
                state = replace(state, liked=True)
            case "b":
                state = replace(state, boosted=True)
            case "k":
                state = replace(state, bookmarked=True, bookmark_folder=int(value) if value else None)
            case "m":
                state = replace(state, muted=True)
            case "r":
                state = replace(state, reactions=(*state.reactions, value))
            case "v":
                state = replace(state, voted=True, own_votes=(*state.own_votes, int(value)))
            case "f":
                state = replace(state, follows_author=True)
            case "g":
                state = replace(state, followed_by_author=True)
            case "d":
                state = replace(state, conversation_id=int(value))
        found[id] = state
    return found


# ---- finding single ones


async def arriving(db: Queries, uri: str) -> tuple[int | None, bool, bool]:
    """Of a note's uri: (its id when it is here, whether it was deleted, whether there are replies that wait for it)."""
    row = await db.fetch_one(
        """SELECT (SELECT id FROM notes WHERE uri = %(uri)s), EXISTS (SELECT FROM tombstones WHERE uri = %(uri)s),
               EXISTS (SELECT FROM notes WHERE in_reply_to_uri = %(uri)s AND in_reply_to_id IS NULL)""",
        {"uri": uri},
    )
    assert row is not None
    return row[0], row[1], row[2]


async def id_of(db: Queries, uri: str) -> int | None:
    value = await db.fetch_value("SELECT id FROM notes WHERE uri = %s", (uri,))
    return None if value is None else int(value)


async def room_of(db: Queries, uri: str) -> int | None:
    """The room the note of that uri was said in."""
    value = await db.fetch_value("SELECT room_id FROM notes WHERE uri = %s", (uri,))
    return None if value is None else int(value)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the activities need to know of a note they act on."""

    id: int
    uri: str
    type: str
    account_id: int
    account_uri: str
    account_local: bool
    visibility: Visibility
    conversation_id: int
    room_id: int | None
    in_reply_to_id: int | None
    boost_of_id: int | None
    local: bool
    suspended: bool
    data: dict[str, Any] | None


_FACTS = """SELECT n.id, n.uri, n.type, n.account_id, a.uri, a.domain IS NULL, n.visibility, n.conversation_id, n.room_id,
    n.in_reply_to_id, n.boost_of_id, n.local, a.suspended_at IS NOT NULL OR a.deleted_at IS NOT NULL, n.data
    FROM notes n JOIN accounts a ON a.id = n.account_id WHERE"""


async def facts(db: Queries, id: int, *, lock: bool = False) -> Facts | None:
    return _facts_of(await db.fetch_one(f"{_FACTS} n.id = %s{' FOR UPDATE OF n' if lock else ''}", (id,)))


async def facts_by_uri(db: Queries, uri: str) -> Facts | None:
    return _facts_of(await db.fetch_one(f"{_FACTS} n.uri = %s", (uri,)))


def _facts_of(row: Sequence[Any] | None) -> Facts | None:
    if row is None:
        return None
    values: list[Any] = list(row)
    values[6] = Visibility(row[6])
    return Facts(*values)


async def standing(db: Queries, viewer: int, note: Facts) -> tuple[bool, bool, bool]:
    """(addressed, follows the author or is in the room, blocked either way) of one viewer to one note."""
    row = await db.fetch_one(
        """SELECT EXISTS (SELECT FROM mentions WHERE note_id = %(note)s AND account_id = %(viewer)s),
               EXISTS (SELECT FROM follows WHERE account_id = %(viewer)s AND target_id = %(target)s AND accepted),
               EXISTS (SELECT FROM blocks WHERE (account_id = %(viewer)s AND target_id = %(author)s)
                   OR (account_id = %(author)s AND target_id = %(viewer)s))""",
        {"note": note.id, "viewer": viewer, "target": note.room_id or note.account_id, "author": note.account_id},
    )
    assert row is not None
    return row[0], row[1], row[2]


# ---- writing


async def add(db: Queries, columns: Mapping[str, Any]) -> bool:
    """Insert a note; False when its uri is here already. `columns` has the names of the table."""
    values = {name: Jsonb(value) if name in ("data", "emojis") and value is not None else value for name, value in columns.items()}
    return bool(
        await db.execute(
            f"INSERT INTO notes ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))}) ON CONFLICT (uri) DO NOTHING",
            tuple(values.values()),
        )
    )


async def place(
    db: Queries,
    columns: Mapping[str, Any],
    *,
    conversation_uri: str | None = None,
    joins: bool = False,
    named: Collection[int] = (),
    silent: Collection[int] = (),
    tags: Collection[str] = (),
    reader: int,
    document: str,
) -> int:
    """A new note with what lies beside it: those it is addressed to, its hashtags, its words (`store.search`). One statement.

    Without `conversation_id` among the columns it begins one, or (`joins`) is in the one of that uri if there is one. Returns the
    conversation. Raises Taken, with this statement or a later one, when the note's uri is here already.
    """
    values = {name: Jsonb(value) if name in ("data", "emojis") and value is not None else value for name, value in columns.items()}
    begins = "conversation_id" not in values
    places = ", ".join(f"%({name})s" for name in values)
    people = [*named, *(account for account in silent if account not in named)]
    conversation = ""
    if begins:
        found = "ON CONFLICT (uri) DO UPDATE SET uri = excluded.uri" if joins else ""
        conversation = f"conversation AS (INSERT INTO conversations (id, uri) VALUES (%(id)s, %(thread)s) {found} RETURNING id),"
    sql = f"""WITH {conversation}
        note AS (INSERT INTO notes ({", ".join(values)}{", conversation_id" if begins else ""})
            VALUES ({places}{", (SELECT id FROM conversation)" if begins else ""}) RETURNING id, conversation_id, account_id),
        tagged AS (INSERT INTO note_tags (tag, note_id) SELECT unnest(%(names)s::text[]), id FROM note),
        addressed AS (INSERT INTO mentions (note_id, account_id, silent)
            SELECT note.id, t.who, t.quiet FROM note, unnest(%(people)s::bigint[], %(quiet)s::boolean[]) AS t(who, quiet) ON CONFLICT DO NOTHING),
        words AS (INSERT INTO note_search (note_id, account_id, reader, document)
            SELECT id, account_id, %(reader)s, %(document)s::tsvector FROM note)
        SELECT conversation_id FROM note"""
    params = {
        **values, "thread": conversation_uri, "names": list(dict.fromkeys(tags)), "people": people,
        "quiet": [account not in named for account in people], "reader": reader, "document": document,
    }  # fmt: skip
    if begins and joins:
        return int(await db.fetch_value(sql, params))
    await db.write(sql, params)
    return int(columns["id"] if begins else columns["conversation_id"])


async def change(db: Queries, id: int, columns: Mapping[str, Any]) -> None:
    values = {name: Jsonb(value) if name in ("data", "emojis") and value is not None else value for name, value in columns.items()}
    await db.write(
        f"UPDATE notes SET {', '.join(f'{name} = %s' for name in values)} WHERE id = %s", (*values.values(), id)
    )


async def add_mentions(db: Queries, id: int, named: Collection[int], silent: Collection[int]) -> None:
    accounts = [*named, *(account for account in silent if account not in named)]
    if accounts:
        await db.write(
            "INSERT INTO mentions (note_id, account_id, silent) SELECT %s, who, quiet FROM unnest(%s::bigint[], %s::boolean[])"
            " AS t(who, quiet) ON CONFLICT DO NOTHING",
            (id, accounts, [account not in named for account in accounts]),
        )


async def set_tags(db: Queries, id: int, tags: Collection[str], *, fresh: bool = False) -> None:
    if not fresh:
        await db.write("DELETE FROM note_tags WHERE note_id = %s", (id,))
    if tags:
        await db.write(
            "INSERT INTO note_tags (tag, note_id) SELECT unnest(%s::text[]), %s ON CONFLICT DO NOTHING", (list(tags), id)
        )


async def count(db: Queries, id: int, *, replies: int = 0, boosts: int = 0, likes: int = 0, reactions: int = 0) -> None:
    await db.write(
        "UPDATE notes SET replies_count = greatest(0, replies_count + %s), boosts_count = greatest(0, boosts_count + %s),"
        " likes_count = greatest(0, likes_count + %s), reactions_count = greatest(0, reactions_count + %s) WHERE id = %s",
        (replies, boosts, likes, reactions, id),
    )


async def touch(db: Queries, id: int) -> None:
    """Something rendered with the note changed (a poll's count, a picture's text): its version must too."""
    await db.write("UPDATE notes SET arrived_at = arrived_at WHERE id = %s", (id,))


async def adopt_replies(db: Queries, id: int, uri: str, account_id: int) -> int:
    """A note arrived after its replies: tie them to it. Returns how many there were."""
    return await db.execute(
        "UPDATE notes SET in_reply_to_id = %s, in_reply_to_account_id = %s WHERE in_reply_to_uri = %s AND in_reply_to_id IS NULL",
        (id, account_id, uri),
    )


async def delete(db: Queries, id: int) -> list[tuple[int, int]]:
    """The row, its boosts and all that hangs on it. Returns the boosts that went with it: (id, account id)."""
    rows = await db.fetch("DELETE FROM notes WHERE boost_of_id = %s RETURNING id, account_id", (id,))
    await db.write("DELETE FROM notes WHERE id = %s", (id,))
    return [(row[0], row[1]) for row in rows]


async def add_edit(db: Queries, id: int, at: datetime) -> None:
    """Keep what the note is now as a stage of its history, before it is changed. Of the first stage, `at` is its creation."""
    await db.write(
        """INSERT INTO note_edits (note_id, content, source, content_type, spoiler_text, sensitive, media_ids, poll_options, created_at)
           SELECT n.id, n.content, n.source, n.content_type, n.spoiler_text, n.sensitive,
               ARRAY(SELECT m.id FROM media m WHERE m.note_id = n.id ORDER BY m.position), p.options, coalesce(n.edited_at, n.created_at)
           FROM notes n LEFT JOIN polls p ON p.note_id = n.id WHERE n.id = %s""",
        (id,),
    )


async def edits(db: Queries, id: int) -> list[Sequence[Any]]:
    """Oldest first: content, spoiler_text, sensitive, created_at, source, content_type, media ids, poll options."""
    return await db.fetch(
        "SELECT content, spoiler_text, sensitive, created_at, source, content_type, media_ids, poll_options"
        " FROM note_edits WHERE note_id = %s ORDER BY id",
        (id,),
    )


# ---- likes, reactions, boosts, votes, pins


async def add_like(db: Queries, id: int, account_id: int, note_id: int, uri: str) -> bool:
    return bool(
        await db.execute(
            "INSERT INTO likes (account_id, note_id, id, uri) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (account_id, note_id, id, uri),
        )
    )


async def remove_like(db: Queries, account_id: int, note_id: int) -> str | None:
    value = await db.fetch_value("DELETE FROM likes WHERE account_id = %s AND note_id = %s RETURNING uri", (account_id, note_id))
    return None if value is None else str(value)


async def add_reaction(db: Queries, id: int, account_id: int, note_id: int, emoji: str, url: str | None, uri: str) -> bool:
    return bool(
        await db.execute(
            "INSERT INTO reactions (note_id, account_id, emoji, url, id, uri) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (note_id, account_id, emoji, url, id, uri),
        )
    )


async def remove_reaction(db: Queries, account_id: int, note_id: int, emoji: str) -> str | None:
    value = await db.fetch_value(
        "DELETE FROM reactions WHERE note_id = %s AND account_id = %s AND emoji = %s RETURNING uri", (note_id, account_id, emoji)
    )
    return None if value is None else str(value)


async def boost_by(db: Queries, account_id: int, note_id: int) -> tuple[int, str] | None:
    row = await db.fetch_one("SELECT id, uri FROM notes WHERE boost_of_id = %s AND account_id = %s LIMIT 1", (note_id, account_id))
    return (row[0], row[1]) if row else None


async def add_poll(
    db: Queries,
    id: int,
    *,
    multiple: bool,
    hide_totals: bool,
    options: Sequence[str],
    votes: Sequence[int],
    voters_count: int | None,
    expires_at: datetime | None,
) -> None:
    await db.write(
        """INSERT INTO polls (note_id, multiple, hide_totals, options, votes, voters_count, expires_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (note_id) DO UPDATE SET multiple = excluded.multiple,
           options = excluded.options, votes = excluded.votes, voters_count = excluded.voters_count, expires_at = excluded.expires_at""",
        (id, multiple, hide_totals, list(options), list(votes), voters_count, expires_at),
    )


async def poll_for_vote(db: Queries, id: int) -> tuple[bool, int, datetime | None] | None:
    """(multiple, number of options, when it ends), locked for counting."""
    row = await db.fetch_one(
        "SELECT multiple, cardinality(options), coalesce(closed_at, expires_at) FROM polls WHERE note_id = %s FOR UPDATE", (id,)
    )
    return (row[0], row[1], row[2]) if row else None


async def votes_of(db: Queries, id: int, account_id: int) -> set[int]:
    rows = await db.fetch("SELECT choice FROM votes WHERE note_id = %s AND account_id = %s", (id, account_id))
    return {row[0] for row in rows}


async def add_votes(db: Queries, id: int, account_id: int, choices: Collection[int], *, first: bool) -> None:
    """Also counts them: `choices` were not voted for by this account before."""
    await db.write(
        "INSERT INTO votes (note_id, account_id, choice) SELECT %s, %s, unnest(%s::int[])", (id, account_id, list(choices))
    )
    for choice in choices:
        await db.write("UPDATE polls SET votes[%s] = votes[%s] + 1 WHERE note_id = %s", (choice + 1, choice + 1, id))
    if first:
        await db.write("UPDATE polls SET voters_count = voters_count + 1 WHERE note_id = %s", (id,))


async def reaction_url(db: Queries, note_id: int, emoji: str) -> str | None:
    """The picture of a custom emoji somebody put under the note."""
    found: str | None = await db.fetch_value(
        "SELECT url FROM reactions WHERE note_id = %s AND emoji = %s AND url IS NOT NULL LIMIT 1", (note_id, emoji)
    )
    return found


async def add_pin(db: Queries, id: int, account_id: int, note_id: int) -> bool:
    return bool(
        await db.execute(
            "INSERT INTO pins (account_id, note_id, id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (account_id, note_id, id)
        )
    )


async def remove_pin(db: Queries, account_id: int, note_id: int) -> bool:
    return bool(await db.execute("DELETE FROM pins WHERE account_id = %s AND note_id = %s", (account_id, note_id)))


async def pins_count(db: Queries, account_id: int) -> int:
    return int(await db.fetch_value("SELECT count(*) FROM pins WHERE account_id = %s", (account_id,)))


async def mute_thread(db: Queries, account_id: int, conversation_id: int, muted: bool, expires_at: datetime | None = None) -> None:
    if muted:
        await db.write(
            "INSERT INTO thread_mutes (account_id, conversation_id, expires_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (account_id, conversation_id) DO UPDATE SET expires_at = excluded.expires_at",
            (account_id, conversation_id, expires_at),
        )
    else:
        await db.write("DELETE FROM thread_mutes WHERE account_id = %s AND conversation_id = %s", (account_id, conversation_id))


async def actors_of(db: Queries, which: str, note_id: int, page: Page) -> list[tuple[int, int]]:
    """Who liked (`likes`) or boosted (`boosts`) a note: (row id, account id), newest first."""
    source = (
        "SELECT id, account_id FROM likes WHERE note_id = %(note)s"
        if which == "likes"
        else "SELECT id, account_id FROM notes WHERE boost_of_id = %(note)s"
    )
    rows = await db.fetch(
        f"""SELECT id, account_id FROM ({source}) s WHERE (%(max)s::bigint IS NULL OR id < %(max)s)
              AND (%(min)s::bigint IS NULL OR id > %(min)s) ORDER BY id DESC LIMIT %(limit)s""",
        {"note": note_id, "max": page.max_id, "min": page.min_id or page.since_id, "limit": page.limit},
    )
    return [(row[0], row[1]) for row in rows]
