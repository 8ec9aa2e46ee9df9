"""Pleroma: what people listen to."""

from __future__ import annotations

from typing import Literal

import msgspec

from pleromad.clock import iso
from pleromad.model.account import Account
from pleromad.model.note import Visibility
from pleromad.model.personal import Scrobble as Model
from protocols.mastodon.door import Call, Listed, NoForm
from protocols.mastodon.endpoints.accounts import named
from protocols.mastodon.entities.pleroma import Scrobble
from protocols.mastodon.from_core.accounts import encode


class ScrobbleForm(msgspec.Struct):
    title: str
    album: str = ""
    artist: str = ""
    length: int = 0
    externalLink: str = ""  # as Pleroma spells it
    visibility: Literal["public", "unlisted", "private", "direct", "local"] = "public"


async def create(call: Call[ScrobbleForm]) -> Scrobble:
    form = call.form
    made = await call.core.personal.scrobble(
        call.me.id,
        form.title,
        album=form.album,
        artist=form.artist,
        length=form.length,
        url=form.externalLink.strip(),
        visibility=Visibility(form.visibility),
    )
    return _entity(call, call.me, made)


async def many(call: Call[NoForm]) -> Listed:
    account = await named(call)
    found = await call.core.personal.scrobbles(call.viewer_id, account.id, call.page)
    return Listed.of([encode(_entity(call, account, one)) for one in found.items], found)


def _entity(call: Call[ScrobbleForm] | Call[NoForm], account: Account, one: Model) -> Scrobble:
    return Scrobble(
        id=str(one.id),
        account=call.render.accounts.raw(account),
        created_at=iso(one.created_at),
        title=one.title,
        album=one.album,
        artist=one.artist,
        length=one.length,
        external_link=one.url,
    )
