"""Filters, version 2."""

from __future__ import annotations

import msgspec
from msgspec import field

from pleromad.personal.filters import KeywordChange
from protocols.mastodon.door import Call, NoForm, id_of
from protocols.mastodon.entities import filter as entities
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.from_core.filters import kept, keyword, whole
from web.bodies import cleared


class KeywordPart(msgspec.Struct):
    id: str | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    destroy: bool = field(default=False, name="_destroy")


class FilterForm(msgspec.Struct):
    """Of a new one `title` and `context` are needed: the core says so."""

    title: str | None = None
    context: list[str] | None = None
    filter_action: str | None = None
    expires_in: int | None = None  # seconds; empty: for good
    keywords_attributes: list[KeywordPart] = []


class KeywordForm(msgspec.Struct):
    keyword: str
    whole_word: bool = True


class KeywordChangeForm(msgspec.Struct):
    """What is not sent stays."""

    keyword: str | None = None
    whole_word: bool | None = None


class StatusIdForm(msgspec.Struct):
    status_id: str


async def many(call: Call[NoForm]) -> list[entities.Filter]:
    return [whole(one) for one in await call.core.personal.filters(call.me.id)]


async def show(call: Call[NoForm]) -> entities.Filter:
    return whole(await call.core.personal.filter(call.me.id, call.id))


async def create(call: Call[FilterForm]) -> entities.Filter:
    return await _put(call, None)


async def update(call: Call[FilterForm]) -> entities.Filter:
    return await _put(call, call.id)


async def _put(call: Call[FilterForm], id: int | None) -> entities.Filter:
    form = call.form
    changed = await call.core.personal.put_filter(
        call.me.id,
        id,
        title=form.title,
        contexts=form.context,
        action=form.filter_action,
        expires_in_seconds=form.expires_in,
        never_expires=cleared(call.request, "expires_in"),
        keywords=[
            KeywordChange(
                id=id_of(part.id) if part.id else None,
                keyword=part.keyword,
                whole_word=True if part.whole_word is None and not part.id else part.whole_word,  # Mastodon's default
                destroy=part.destroy,
            )
            for part in form.keywords_attributes
        ],
    )
    return whole(changed)


async def delete(call: Call[NoForm]) -> Empty:
    await call.core.personal.delete_filter(call.me.id, call.id)
    return Empty()


async def keywords(call: Call[NoForm]) -> list[entities.FilterKeyword]:
    return [keyword(one) for one in (await call.core.personal.filter(call.me.id, call.id)).keywords]


async def add_keyword(call: Call[KeywordForm]) -> entities.FilterKeyword:
    form = call.form
    return keyword(await call.core.personal.add_keyword(call.me.id, call.id, form.keyword, form.whole_word))


async def show_keyword(call: Call[NoForm]) -> entities.FilterKeyword:
    return keyword((await call.core.personal.filter_of_keyword(call.me.id, call.id))[1])


async def update_keyword(call: Call[KeywordChangeForm]) -> entities.FilterKeyword:
    change = KeywordChange(id=call.id, keyword=call.form.keyword, whole_word=call.form.whole_word)
    parent, _ = await call.core.personal.filter_of_keyword(call.me.id, call.id)
    await call.core.personal.put_filter(call.me.id, parent.id, keywords=[change])
    return keyword((await call.core.personal.filter_of_keyword(call.me.id, call.id))[1])


async def delete_keyword(call: Call[NoForm]) -> Empty:
    parent, _ = await call.core.personal.filter_of_keyword(call.me.id, call.id)
    await call.core.personal.put_filter(call.me.id, parent.id, keywords=[KeywordChange(id=call.id, destroy=True)])
    return Empty()


async def statuses(call: Call[NoForm]) -> list[entities.FilterStatus]:
    return [kept(one) for one in (await call.core.personal.filter(call.me.id, call.id)).notes]


async def add_status(call: Call[StatusIdForm]) -> entities.FilterStatus:
    return kept(await call.core.personal.add_filter_note(call.me.id, call.id, id_of(call.form.status_id)))


async def show_status(call: Call[NoForm]) -> entities.FilterStatus:
    return kept((await call.core.personal.filter_of_note(call.me.id, call.id))[1])


async def delete_status(call: Call[NoForm]) -> Empty:
    await call.core.personal.remove_filter_note(call.me.id, call.id)
    return Empty()
