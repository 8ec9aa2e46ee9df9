"""Filter in its two versions, and FilterResult: why a status is filtered for somebody."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from pleromad.clock import iso
from pleromad.model.personal import Filter, FilterKeyword, FilterMatch, FilterNote
from protocols.mastodon.entities import filter as entities
from protocols.mastodon.from_core.accounts import encode


def keyword(one: FilterKeyword) -> entities.FilterKeyword:
    return entities.FilterKeyword(id=str(one.id), keyword=one.keyword, whole_word=one.whole_word)


def kept(one: FilterNote) -> entities.FilterStatus:
    return entities.FilterStatus(id=str(one.id), status_id=str(one.note_id))


def whole(one: Filter, *, with_parts: bool = True) -> entities.Filter:
    return entities.Filter(
        id=str(one.id),
        title=one.title,
        context=list(one.contexts),  # type: ignore[arg-type]  # of the words
        expires_at=iso(one.expires_at) if one.expires_at is not None else None,
        filter_action=one.action,  # type: ignore[arg-type]  # one of the words
        keywords=[keyword(each) for each in one.keywords] if with_parts else UNSET,
        statuses=[kept(each) for each in one.notes] if with_parts else UNSET,
    )


def old(one: Filter, word: FilterKeyword) -> entities.FilterV1:
    """Version 1 knows single keywords: each is a filter by itself."""
    return entities.FilterV1(
        id=str(word.id),
        phrase=word.keyword,
        context=list(one.contexts),  # type: ignore[arg-type]  # of the words
        expires_at=iso(one.expires_at) if one.expires_at is not None else None,
        irreversible=one.action == "hide",
        whole_word=word.whole_word,
    )


def results(matches: Iterable[FilterMatch]) -> bytes:
    """The value of `filtered`, as JSON."""
    made: bytes = encode(
        [
            entities.FilterResult(
                filter=whole(match.filter, with_parts=False),
                keyword_matches=list(match.keywords) or None,
                status_matches=[str(id) for id in match.note_ids] or None,
            )
            for match in matches
        ]
    )
    return made
