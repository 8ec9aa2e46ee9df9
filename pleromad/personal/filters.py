"""Filters (Mastodon, version 2): kept here, remembered while they do not change, matched against the words of a note."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pleromad import text
from pleromad.cache import Cache
from pleromad.errors import Invalid, NotFound
from pleromad.model import event
from pleromad.model.event import Event
from pleromad.model.note import Note
from pleromad.model.personal import CONTEXTS, Filter, FilterKeyword, FilterMatch, FilterNote
from pleromad.personal.desk import Keeper, PersonalDesk
from store import filters as filter_rows
from store.pool import Transaction

ACTIONS = ("warn", "hide", "blur")
MAX_KEYWORDS = 200
MAX_KEYWORD = 512


@dataclass(frozen=True, slots=True)
class KeywordChange:
    """`id` None: a new one; `destroy`: it goes."""

    id: int | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    destroy: bool = False


class Filters(Keeper):
    def __init__(self, desk: PersonalDesk) -> None:
        super().__init__(desk)
        self._filters: Cache[int, tuple[Filter, ...]] = Cache(2_000)
        self._words: Cache[str, str] = Cache(2_000)
        desk.bus.listen(self._forget)

    def _forget(self, happened: Event) -> None:
        if happened.kind == event.FILTERS_CHANGED:
            self._filters.drop(happened.account_id)

    def _changed(self, viewer: int) -> None:
        self._filters.drop(viewer)
        self._bus.publish([Event(event.FILTERS_CHANGED, 0, viewer)])

    async def filters(self, viewer: int) -> tuple[Filter, ...]:
        """All of them, also those that are over."""
        known = self._filters.get(viewer)
        if known is None:
            known = tuple(await filter_rows.of_account(self._database, viewer))
            self._filters.put(viewer, known)
        return known

    async def filter(self, viewer: int, id: int) -> Filter:
        """Raises NotFound, as do the others here for what is somebody else's."""
        for each in await self.filters(viewer):
            if each.id == id:
                return each
        raise NotFound

    async def filter_of_keyword(self, viewer: int, keyword_id: int) -> tuple[Filter, FilterKeyword]:
        for each in await self.filters(viewer):
            for keyword in each.keywords:
                if keyword.id == keyword_id:
                    return each, keyword
        raise NotFound

    async def filter_of_note(self, viewer: int, filter_note_id: int) -> tuple[Filter, FilterNote]:
        for each in await self.filters(viewer):
            for note in each.notes:
                if note.id == filter_note_id:
                    return each, note
        raise NotFound

    async def put_filter(
        self,
        viewer: int,
        id: int | None = None,
        *,
        title: str | None = None,
        contexts: Sequence[str] | None = None,
        action: str | None = None,
        expires_in_seconds: int | None = None,
        never_expires: bool = False,
        keywords: Sequence[KeywordChange] = (),
    ) -> Filter:
        """Make one (id None) or change one; what is None stays. Raises Invalid with Mastodon's name of the field."""
        old = await self.filter(viewer, id) if id is not None else None
        _check(title, contexts, action, new=old is None)
        known = {keyword.id: keyword for keyword in old.keywords} if old else {}
        if any(each.id is not None and each.id not in known for each in keywords):
            raise NotFound
        if len(known) + len([each for each in keywords if each.id is None]) > MAX_KEYWORDS:
            raise Invalid(f"Validation failed: at most {MAX_KEYWORDS} keywords", field="keywords_attributes")
        columns: dict[str, object] = {}
        if title is not None:
            columns["title"] = title.strip()
        if contexts is not None:
            columns["contexts"] = [context for context in CONTEXTS if context in contexts]
        if action is not None:
            columns["action"] = action
        if expires_in_seconds or never_expires:
            columns["expires_at"] = self._clock.now() + timedelta(seconds=expires_in_seconds) if expires_in_seconds else None
        new_id = await self._ids.mint() if id is None else id

        async def work(tx: Transaction) -> None:
            if old is None:
                await filter_rows.add(tx, {"id": new_id, "account_id": viewer, **columns})
            else:
                await filter_rows.change(tx, new_id, columns)
            for each in keywords:
                if each.destroy and each.id is not None:
                    await filter_rows.remove_keyword(tx, viewer, each.id)
                elif not each.destroy:
                    before = known.get(each.id) if each.id is not None else None
                    word = _keyword(each.keyword if each.keyword is not None else before.keyword if before else "")
                    whole = each.whole_word if each.whole_word is not None else before.whole_word if before else False
                    await filter_rows.put_keyword(tx, each.id or await self._ids.mint(), new_id, word, whole)

        await self._database.transaction(work)
        self._changed(viewer)
        return await self.filter(viewer, new_id)

    async def delete_filter(self, viewer: int, id: int) -> None:
        if not await filter_rows.delete(self._database, viewer, id):
            raise NotFound
        self._changed(viewer)

    async def add_keyword(self, viewer: int, id: int, keyword: str, whole_word: bool) -> FilterKeyword:
        before = {each.id for each in (await self.filter(viewer, id)).keywords}
        changed = await self.put_filter(viewer, id, keywords=[KeywordChange(keyword=keyword, whole_word=whole_word)])
        return next(each for each in changed.keywords if each.id not in before)

    async def add_filter_note(self, viewer: int, id: int, note_id: int) -> FilterNote:
        await self.filter(viewer, id)
        await self._reading.note(viewer, note_id)
        if not await filter_rows.add_note(self._database, await self._ids.mint(), id, note_id):
            raise Invalid("Validation failed: Status has already been taken", field="status_id")
        self._changed(viewer)
        return next(each for each in (await self.filter(viewer, id)).notes if each.note_id == note_id)

    async def remove_filter_note(self, viewer: int, id: int) -> None:
        if not await filter_rows.remove_note(self._database, viewer, id):
            raise NotFound
        self._changed(viewer)

    # matching

    async def filtered(self, viewer: int | None, context: str | None, notes: Iterable[Note]) -> dict[int, tuple[FilterMatch, ...]]:
        """Which of the notes (boosts by what they boost) meet a filter of the viewer in this context (None: in any), by the note's id."""
        if viewer is None:
            return {}
        now = self._clock.now()
        active = [each for each in await self.filters(viewer) if (context is None or context in each.contexts) and in_force(each, now)]
        if not active:
            return {}
        found = {}
        for note in notes:
            said = note.boost_of or note
            if said.account.id == viewer:
                continue
            matches = tuple(match for each in active if (match := self._match(each, said)) is not None)
            if matches:
                found[note.id] = matches
        return found

    def _match(self, each: Filter, note: Note) -> FilterMatch | None:
        pattern = _pattern(each)
        words = tuple(dict.fromkeys(found.group(0) for found in pattern.finditer(self._words_of(note)))) if pattern else ()
        ids = tuple(kept.note_id for kept in each.notes if kept.note_id == note.id)
        return FilterMatch(each, words, ids) if words or ids else None

    def _words_of(self, note: Note) -> str:
        """Everything in a note that can be read, remembered by its version."""
        key = f"{note.id} {note.version}"
        known = self._words.get(key)
        if known is None:
            parts = [note.spoiler_text, note.title, text.to_plain(note.content, links="none")]
            parts += [option.title for option in note.poll.options] if note.poll else []
            parts += [media.description for media in note.media]
            known = "\n".join(part for part in parts if part)
            self._words.put(key, known)
        return known


_patterns: Cache[tuple[FilterKeyword, ...], re.Pattern[str]] = Cache(1_000)


def _pattern(each: Filter) -> re.Pattern[str] | None:
    """One pattern of all keywords; a whole word ends where no letter, digit or underscore follows (as in Mastodon)."""
    if not each.keywords:
        return None
    known = _patterns.get(each.keywords)
    if known is None:
        parts = []
        for keyword in each.keywords:
            word = re.escape(keyword.keyword)
            if keyword.whole_word:
                word = (r"(?<!\w)" if keyword.keyword[0].isalnum() else "") + word + (r"(?!\w)" if keyword.keyword[-1].isalnum() else "")
            parts.append(word)
        known = re.compile("|".join(parts), re.IGNORECASE)
        _patterns.put(each.keywords, known)
    return known


def in_force(each: Filter, now: datetime) -> bool:
    return each.expires_at is None or each.expires_at > now


def _keyword(typed: str) -> str:
    word = typed.strip()
    if not word:
        raise Invalid("Validation failed: Keyword can't be blank", field="keyword")
    if len(word) > MAX_KEYWORD:
        raise Invalid("Validation failed: Keyword is too long", field="keyword")
    return word


def _check(title: str | None, contexts: Sequence[str] | None, action: str | None, *, new: bool) -> None:
    if (new or title is not None) and not (title or "").strip():
        raise Invalid("Validation failed: Title can't be blank", field="title")
    if (new or contexts is not None) and not contexts:
        raise Invalid("Validation failed: Context can't be blank", field="context")
    if contexts and any(context not in CONTEXTS for context in contexts):
        raise Invalid("Validation failed: Context None or invalid context supplied", field="context")
    if action is not None and action not in ACTIONS:
        raise Invalid(f"Validation failed: Filter action is one of {', '.join(ACTIONS)}", field="filter_action")
