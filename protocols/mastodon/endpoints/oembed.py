"""oEmbed (oembed.com): a public status for the page of somebody else."""

from __future__ import annotations

from typing import Literal

import msgspec

from pleromad.errors import NotFound
from pleromad.model.note import Visibility
from pleromad.text import escape
from protocols.mastodon.door import Call
from protocols.mastodon.entities.instance import OEmbed
from protocols.mastodon.resolving import find_note

WIDTH = 400
CACHE_SECONDS = 86_400


class OEmbedForm(msgspec.Struct):
    url: str
    maxwidth: int | None = None
    maxheight: int | None = None
    format: Literal["json"] = "json"


async def show(call: Call[OEmbedForm]) -> OEmbed:
    """Of what was said here in public. NotFound, which oEmbed wants for everything else."""
    seen = await find_note(call.core, None, call.form.url, fetch=False)
    note = seen.note if seen is not None else None
    if note is None or not note.account.local or note.visibility not in (Visibility.PUBLIC, Visibility.UNLISTED):
        raise NotFound
    name = note.account.display_name or note.account.username
    width = max(1, min(call.form.maxwidth or WIDTH, WIDTH))
    said = escape(note.spoiler_text) if note.spoiler_text else note.content
    return OEmbed(
        type="rich",
        version="1.0",
        author_name=name,
        author_url=note.account.url,
        provider_name=call.core.settings.instance.name,
        provider_url=call.core.uris.base + "/",
        cache_age=CACHE_SECONDS,
        html=f'<blockquote cite="{escape(note.url)}" style="max-width: {width}px">{said}'
        f'<footer>{escape(name)}: <a href="{escape(note.url)}">{escape(note.url)}</a></footer></blockquote>',
        width=width,
        height=None,
    )
