"""Filters, version 1, served from version 2: each keyword is a filter by itself, and has the keyword's id."""

from __future__ import annotations

import msgspec

from pleromad.errors import Invalid
from pleromad.personal.filters import KeywordChange
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.filter import FilterV1
from protocols.mastodon.from_core.filters import old
from web.bodies import cleared


class OldFilterForm(msgspec.Struct):
    phrase: str
    context: list[str]
    irreversible: bool = False
    whole_word: bool = True
    expires_in: int | None = None  # seconds


class OldFilterChange(msgspec.Struct):
    """Mastodon.py sends only what changes."""

    phrase: str | None = None
    context: list[str] | None = None
    irreversible: bool = False
    whole_word: bool | None = None
    expires_in: int | None = None


async def many(call: Call[NoForm]) -> list[FilterV1]:
    return [old(one, word) for one in await call.core.personal.filters(call.me.id) for word in one.keywords]


async def show(call: Call[NoForm]) -> FilterV1:
    return old(*await call.core.personal.filter_of_keyword(call.me.id, call.id))


async def create(call: Call[OldFilterForm]) -> FilterV1:
    form = call.form
    made = await call.core.personal.put_filter(
        call.me.id,
        title=form.phrase[:200],
        contexts=form.context,
        action="hide" if form.irreversible else "warn",
        expires_in_seconds=form.expires_in,
        keywords=[KeywordChange(keyword=form.phrase, whole_word=form.whole_word)],
    )
    return old(made, made.keywords[0])


async def update(call: Call[OldFilterChange]) -> FilterV1:
    form = call.form
    parent, word = await call.core.personal.filter_of_keyword(call.me.id, call.id)
    action = "hide" if form.irreversible else "warn"
    contexts = parent.contexts if form.context is None else form.context
    if len(parent.keywords) > 1 and (set(contexts) != set(parent.contexts) or action != parent.action):
        raise Invalid("Validation failed: this filter has several keywords, which only its version 2 can change")
    await call.core.personal.put_filter(
        call.me.id,
        parent.id,
        contexts=contexts,
        action=action,
        expires_in_seconds=form.expires_in,
        never_expires=cleared(call.request, "expires_in"),
        keywords=[KeywordChange(id=word.id, keyword=form.phrase, whole_word=form.whole_word)],
    )
    return old(*await call.core.personal.filter_of_keyword(call.me.id, call.id))


async def delete(call: Call[NoForm]) -> Empty:
    """With its last keyword the filter goes, too."""
    parent, word = await call.core.personal.filter_of_keyword(call.me.id, call.id)
    if len(parent.keywords) == 1 and not parent.notes:
        await call.core.personal.delete_filter(call.me.id, parent.id)
    else:
        await call.core.personal.put_filter(call.me.id, parent.id, keywords=[KeywordChange(id=word.id, destroy=True)])
    return Empty()
