"""Notes: what is said. Boosts are rows here too (`boost_of_id`), so that a timeline is a list of note ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pleromad.model.account import Account
from pleromad.model.note import (
    Mention,
    Note,
    Poll,
    Quote,
    QuotePolicy,
    Reaction,
    Visibility,
)
from store import cards
from store import media as media_rows
from store import polls as poll_rows
from store import responses as response_rows
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


async def load(db: Queries, ids: Iterable[int], media_url: str) -> dict[int, tuple[int, Note, int, int | None]]:
    """Notes without their authors: id -> (version, note, author id, boosted id). `note.account` is to be replaced.

    One query, and one more each for media, polls and reactions when any of the notes has some.
    """
    wanted = list(set(ids))
    if not wanted:
        return {}
    rows = await db.fetch(f"SELECT {COLUMNS} FROM {FROM} WHERE n.id = ANY(%s)", (any_of(wanted),))
    media = await media_rows.of_notes(db, [row[0] for row in rows if row[23]], media_url)
    polls = await poll_rows.of_notes(db, [row[0] for row in rows if row[4] == "Question"])
    reactions = await response_rows.reactions_of(db, [row[0] for row in rows if row[27]])
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


async def add_edit(db: Queries, id: int, descriptions: Sequence[str]) -> None:
    """Keep what the note is now as a stage of its history, before it is changed. `descriptions`: of its media."""
    await db.write(
        """INSERT INTO note_edits (note_id, content, source, content_type, spoiler_text, sensitive, media_ids, media_descriptions, poll_options, created_at)
           SELECT n.id, n.content, n.source, n.content_type, n.spoiler_text, n.sensitive,
               ARRAY(SELECT m.id FROM media m WHERE m.note_id = n.id ORDER BY m.position), %s::text[], p.options, coalesce(n.edited_at, n.created_at)
           FROM notes n LEFT JOIN polls p ON p.note_id = n.id WHERE n.id = %s""",
        (list(descriptions), id),
    )


async def edits(db: Queries, id: int) -> list[Sequence[Any]]:
    """Oldest first: content, spoiler_text, sensitive, created_at, source, content_type, media ids, poll options, descriptions."""
    return await db.fetch(
        "SELECT content, spoiler_text, sensitive, created_at, source, content_type, media_ids, poll_options, media_descriptions"
        " FROM note_edits WHERE note_id = %s ORDER BY id",
        (id,),
    )
