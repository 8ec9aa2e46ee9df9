"""Notes and profiles as apps write them -> drafts of the core."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pleromad import text, visibility
from pleromad.core import Core
from pleromad.errors import Forbidden, Invalid, PleromadError
from pleromad.ids import PUBLIC
from pleromad.model.account import Account, ProfileChange
from pleromad.model.note import NoteDraft, PollDraft, Visibility
from protocols.activitypub.to_core import Heard
from protocols.activitypub.to_core.pieces import (
    addresses,
    as_bool,
    as_id,
    as_ids,
    as_list,
    as_object,
    as_text,
    as_time,
    language_of,
    link_of,
    prop,
    text_of,
    types_of,
)

MAX_TEXT = 200_000
MAX_PEOPLE = 20
MAX_OPTIONS = 50
POLL_SECONDS = 86_400
FORMATS = frozenset({"text/plain", "text/markdown", "text/html", "text/bbcode"})


def visibility_of(me: Account, to: Sequence[str], cc: Sequence[str]) -> Visibility:
    return visibility.of_audience(to, cc, (me.followers_uri,))


async def draft_of(
    core: Core,
    me: Account,
    note: Mapping[str, Any],
    heard: Heard,
    find: Callable[[str | None], Awaitable[int]],
    *,
    note_id: int | None = None,
) -> NoteDraft:
    """`note_id`: of the note that is written anew; its pictures are known. Raises Invalid, Forbidden, NotFound."""
    if any(uri != me.uri for uri in as_ids(prop(note, "attributedTo"))):
        raise Forbidden("This is somebody else's to say", station="authorise")
    source = as_object(prop(note, "source"))
    written, media_type = as_text(source.get("content"), MAX_TEXT), as_text(source.get("mediaType"), 60)
    if not written:
        written, media_type = text_of(note, "content", MAX_TEXT), "text/html"
    to = addresses(prop(note, "to")) or heard.to
    cc = addresses(prop(note, "cc")) or heard.cc
    parent = as_id(prop(note, "inReplyTo"))
    if core.resolver is not None and "@" in written:
        await core.resolver.mentions(text.to_plain(written) if media_type == "text/html" else written)
    return NoteDraft(
        text=written,
        content_type=media_type if media_type in FORMATS else "text/plain",
        visibility=visibility_of(me, to, cc),
        spoiler_text=text.to_plain(text_of(note, "summary", 2_000)),
        sensitive=as_bool(prop(note, "sensitive")),
        language=language_of(note),
        in_reply_to_id=await find(parent) if parent is not None and note_id is None else None,
        media_ids=await _media(core, me, note, note_id),
        poll=_poll(core, note),
        to=await _people(core, me, (*to, *cc)) if note_id is None else (),
    )


async def _people(core: Core, me: Account, uris: Sequence[str]) -> tuple[int, ...]:
    """Those who are addressed one by one. Who cannot be found is left out, as with names in a text."""
    ids: dict[int, None] = {}
    for uri in list(dict.fromkeys(uris))[:MAX_PEOPLE]:
        if uri in (PUBLIC, me.uri, me.followers_uri) or core.resolver is None:
            continue
        try:
            ids[(await core.resolver.account(uri)).id] = None
        except PleromadError:
            continue
    return tuple(ids)


async def _media(core: Core, me: Account, note: Mapping[str, Any], note_id: int | None) -> tuple[int, ...]:
    """One's own uploads, by the addresses `uploadMedia` gave them; in an edit also those of the note."""
    urls = [link_of(prop(item, "url")) for item in as_list(prop(note, "attachment")) if isinstance(item, dict)]
    start = core.uris.media("")
    waiting = await core.media.waiting(me.id, [url.removeprefix(start) for url in urls if url.startswith(start)]) if urls else {}
    known = {start + path: id for path, id in waiting.items()}
    if note_id is not None and urls:
        known |= {media.url: media.id for media in (await core.reading.note(me.id, note_id)).note.media}
    if any(url not in known for url in urls):
        raise Invalid("Not an upload of yours", field="attachment")
    return tuple(known[url] for url in dict.fromkeys(urls))


def _poll(core: Core, note: Mapping[str, Any]) -> PollDraft | None:
    one, several = as_list(prop(note, "oneOf")), as_list(prop(note, "anyOf"))
    options = [text.to_plain(text_of(item, "name", 500)) for item in (several or one)[:MAX_OPTIONS] if isinstance(item, dict)]
    if not options:
        return None
    closes = as_time(prop(note, "endTime")) or as_time(prop(note, "closed"))
    seconds = int((closes - core.clock.now()).total_seconds()) if closes is not None else POLL_SECONDS
    return PollDraft(tuple(options), seconds, multiple=bool(several))


def profile_of(actor: Mapping[str, Any]) -> ProfileChange:
    """What an app may say of its user; keys, boxes and addresses are the server's."""
    rows = [item for item in as_list(prop(actor, "attachment")) if isinstance(item, dict) and "PropertyValue" in types_of(item)]
    return ProfileChange(
        display_name=text_of(actor, "name", 2_000) if "name" in actor else None,
        note=text.to_plain(text_of(actor, "summary", 20_000)) if "summary" in actor else None,
        fields=tuple((text_of(row, "name", 500), text.to_plain(text_of(row, "value", 2_000))) for row in rows) if "attachment" in actor else None,
        locked=as_bool(actor["manuallyApprovesFollowers"]) if "manuallyApprovesFollowers" in actor else None,
        discoverable=as_bool(actor["discoverable"]) if "discoverable" in actor else None,
        indexable=as_bool(actor["indexable"]) if "indexable" in actor else None,
    )
