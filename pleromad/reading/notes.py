"""Single notes, threads and histories."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from pleromad.errors import NotFound
from pleromad.model.media import Media
from pleromad.model.note import NOTHING, Note, NoteEdit, QuoteRow, Seen
from pleromad.model.page import Page, Slice
from pleromad.reading.shelf import Reader
from store import lists as list_rows
from store import media as media_rows
from store import notes as note_rows
from store import quotes as quote_rows
from store import refs as ref_rows
from store import timelines


class NoteReading(Reader):
    async def note(self, viewer: int | None, id: int) -> Seen:
        """Raises NotFound."""
        found = await self.notes(viewer, [id])
        if not found:
            raise NotFound
        return found[0]

    async def written(self, author: int, id: int) -> Seen:
        """What its author has just written. Raises NotFound."""
        found = await self._shelf.fresh(id)
        if found is None or found.note.account.id != author:
            raise NotFound
        return found if found.note.quote is None else await self._shelf.with_quote(author, found)

    async def with_quote(self, viewer: int, seen: Seen) -> Seen:
        """A note that lies nowhere yet, with what it quotes."""
        return await self._shelf.with_quote(viewer, seen)

    async def notes(self, viewer: int | None, ids: Sequence[int]) -> list[Seen]:
        """Those the viewer may see, in the order of `ids`."""
        return await self._shelf.seen(viewer, await ref_rows.of(self._database, viewer, ids))

    async def note_by_uri(self, viewer: int | None, uri: str) -> Seen | None:
        id = await note_rows.id_of(self._database, uri)
        found = await self.notes(viewer, [id]) if id is not None else []
        return found[0] if found else None

    async def note_id_of(self, uri: str) -> int | None:
        """Whoever may see it: for doors that submit next, which checks."""
        return await note_rows.id_of(self._database, uri)

    async def author_of(self, note_id: int) -> int | None:
        """Whoever may see it: for doors that submit next, which checks."""
        facts = await note_rows.facts(self._database, note_id)
        return facts.account_id if facts is not None else None

    async def author_and_room(self, note_id: int) -> tuple[int, int | None] | None:
        """Ids, whoever may see it: for doors that submit next, which checks."""
        facts = await note_rows.facts(self._database, note_id)
        return (facts.account_id, facts.room_id) if facts is not None else None

    async def quotes(self, viewer: int | None, id: int, page: Page) -> Slice[Seen]:
        """Who may quote it and does, newest first."""
        refs = await quote_rows.of_note(self._database, viewer, id, page)
        if not refs:
            return Slice(())
        return Slice(tuple(await self._shelf.seen(viewer, refs)), refs[-1].id if len(refs) >= page.limit else None, refs[0].id)

    async def quote(self, note_id: int) -> QuoteRow | None:
        """For doors that submit next, which checks."""
        return await quote_rows.one(self._database, note_id)

    async def quote_asked(self, request_uri: str) -> QuoteRow | None:
        return await quote_rows.by_request(self._database, request_uri)

    async def quote_stamped(self, stamp_uri: str) -> QuoteRow | None:
        return await quote_rows.by_stamp(self._database, stamp_uri)

    async def thread(self, viewer: int | None, id: int) -> tuple[list[Seen], list[Seen]]:
        """(ancestors from the first down, replies depth first). Raises NotFound."""
        await self.note(viewer, id)
        up = await timelines.ancestors(self._database, id)
        down = await timelines.descendants(self._database, id)
        seen = {each.note.id: each for each in await self.notes(viewer, [*up, *down])}
        return [seen[i] for i in up if i in seen], [seen[i] for i in down if i in seen]

    async def history(self, viewer: int | None, id: int) -> list[NoteEdit]:
        """All stages, oldest first; the last is the note as it is now. Raises NotFound."""
        note = (await self.note(viewer, id)).note
        rows = await note_rows.edits(self._database, id)
        media_url = self._shelf.settings.uris.media("")
        media = await media_rows.by_ids(self._database, {i for row in rows for i in row[6]}, media_url)
        stages = [
            NoteEdit(
                content=row[0],
                spoiler_text=row[1],
                sensitive=row[2],
                created_at=row[3],
                source=row[4],
                content_type=row[5],
                media=_described([media.get(i) for i in row[6]], row[8]),
                poll_options=tuple(row[7]) if row[7] else None,
            )
            for row in rows
        ]
        now = NoteEdit(
            content=note.content,
            spoiler_text=note.spoiler_text,
            sensitive=note.sensitive,
            created_at=note.edited_at or note.created_at,
            source=note.source,
            content_type=note.content_type,
            media=note.media,
            poll_options=tuple(option.title for option in note.poll.options) if note.poll else None,
        )
        return [*stages, now]

    async def may_see(self, note_id: int, among: Collection[int]) -> set[int]:
        """Which of these accounts of ours may see the note and do not mute its author; one query."""
        return await timelines.may_see(self._database, note_id, among)

    async def quoting(self, note: Note, people: Collection[int | None]) -> dict[int | None, Seen]:
        """The note as each of these people is shown it who did nothing with it (None: somebody who is not logged in).

        At most a fixed number of queries for what it quotes; nothing about the state of anybody.
        """
        quote = (note.boost_of or note).quote
        if quote is None:
            return dict.fromkeys(people, Seen(note))
        anybody = await self._shelf.with_quote(None, Seen(note))
        if quote.state != "accepted" or quote.quoted_id is None:
            return dict.fromkeys(people, anybody)
        found: dict[int | None, Seen] = {None: anybody}
        persons = [one for one in people if one is not None]
        if persons:
            whole = anybody.quoted
            if whole is None:  # not for everybody: as who quoted it sees it
                author = (await self._shelf.with_quote((note.boost_of or note).account.id, Seen(note))).quoted
                whole = replace(author, state=NOTHING) if author is not None else None
            for viewer, state in (await quote_rows.seen_by(self._database, quote.quoted_id, persons)).items():
                shown = whole if state != "unauthorized" else None
                found[viewer] = Seen(note, quote_state=state if whole is not None else "unauthorized", quoted=shown)
        return {one: found.get(one) or Seen(note, quote_state="deleted") for one in people}

    async def lists_holding(self, note_id: int, among: Collection[int]) -> set[int]:
        """Which of these lists the note is in; one query."""
        return await list_rows.holding(self._database, note_id, among)

    async def home_owners(self, note_id: int, among: Collection[int]) -> set[int]:
        """In whose home it is; one query."""
        return await timelines.home_owners(self._database, note_id, among)


def _described(media: Sequence[Media | None], descriptions: Sequence[str] | None) -> tuple[Media, ...]:
    """With the words of that stage, where they were kept."""
    words = descriptions if descriptions is not None and len(descriptions) == len(media) else [None] * len(media)
    return tuple(one if said is None else replace(one, description=said) for one, said in zip(media, words, strict=True) if one is not None)
