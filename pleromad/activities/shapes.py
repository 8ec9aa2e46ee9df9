"""The ActivityStreams JSON of what is made here, as it is stored: without @context, which the door adds.

ActivityStreams 2.0 vocabulary; as:Public in its full form and arrays even for one item, for peers that read naively.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from pleromad.clock import iso
from pleromad.ids import PUBLIC
from pleromad.model.account import Account
from pleromad.model.media import Media
from pleromad.model.note import Emoji, PollDraft, Visibility

AS2_LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@dataclass(frozen=True, slots=True)
class Quoting:
    """What a note quotes. `stamp`: the QuoteAuthorization, when there is one."""

    uri: str
    url: str
    stamp: str | None


def addresses(
    visibility: Visibility, actor: Account, mentioned: Iterable[str], *, room: Account | None = None, private_room: bool = False
) -> tuple[list[str], list[str]]:
    """(to, cc) of a note."""
    people = list(dict.fromkeys(mentioned))
    if room is not None:
        return [room.uri, *people], [] if private_room else [PUBLIC]
    match visibility:
        case Visibility.PUBLIC:
            return [PUBLIC], [actor.followers_uri, *people]
        case Visibility.UNLISTED:
            return [actor.followers_uri], [PUBLIC, *people]
        case Visibility.FOLLOWERS:
            return [actor.followers_uri], people
        case Visibility.DIRECT:
            return people, []
        case Visibility.LOCAL:
            return [], []


def activity(
    type: str,
    *,
    id: str,
    actor: str,
    object: Any,
    to: Sequence[str],
    cc: Sequence[str] = (),
    published: datetime | None = None,
    **more: Any,
) -> dict[str, Any]:
    data: dict[str, Any] = {"id": id, "type": type, "actor": actor, "object": object, "to": list(to), "cc": list(cc)}
    if published is not None:
        data["published"] = iso(published)
    return {**data, **{key: value for key, value in more.items() if value is not None}}


def note(
    *,
    id: str,
    type: str,
    actor: Account,
    to: Sequence[str],
    cc: Sequence[str],
    content: str,
    source: str,
    content_type: str,
    summary: str,
    sensitive: bool,
    language: str | None,
    published: datetime,
    updated: datetime | None,
    url: str,
    in_reply_to: str | None,
    conversation: str,
    mentions: Sequence[tuple[str, str]],
    tags: Sequence[tuple[str, str]],
    emojis: Sequence[Emoji],
    media: Sequence[Media],
    poll: PollDraft | None,
    poll_closes: datetime | None,
    votes: Sequence[int],
    voters_count: int,
    room: str | None,
    quote: Quoting | None = None,
    interaction: dict[str, object] | None = None,
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": id,
        "type": type,
        "attributedTo": actor.uri,
        "to": list(to),
        "cc": list(cc),
        "content": content,
        "source": {"content": source, "mediaType": content_type},
        "summary": summary or None,
        "sensitive": sensitive,
        "published": iso(published),
        "url": url,
        "inReplyTo": in_reply_to,
        "context": conversation,
        "conversation": conversation,
        "tag": [
            *({"type": "Mention", "href": href, "name": f"@{name}"} for name, href in mentions),
            *({"type": "Hashtag", "href": href, "name": f"#{name}"} for name, href in tags),
            *(
                {"type": "Emoji", "id": e.url, "name": f":{e.shortcode}:", "icon": {"type": "Image", "url": e.url}}
                for e in emojis
            ),
        ],
        "attachment": [attachment(m) for m in media],
    }
    if quote is not None:
        _quote(data, quote)
        content = data["content"]
    if interaction is not None:
        data["interactionPolicy"] = interaction
    if language:
        data["contentMap"] = {language: content}
    if updated is not None:
        data["updated"] = iso(updated)
    if room is not None:
        data["audience"] = room
    if poll is not None:
        data["oneOf" if not poll.multiple else "anyOf"] = [
            {"type": "Note", "name": title, "replies": {"type": "Collection", "totalItems": count}}
            for title, count in zip(poll.options, votes, strict=True)
        ]
        data["votersCount"] = voters_count
        if poll_closes is not None:
            data["endTime"] = iso(poll_closes)
    return data


def _quote(data: dict[str, Any], quote: Quoting) -> None:
    """FEP-044f, what others called it before (Fedibird, Misskey, Pleroma), FEP-e232, and a line for those who know none of these."""
    data |= {"quote": quote.uri, "quoteUrl": quote.uri, "quoteUri": quote.uri, "_misskey_quote": quote.uri}
    if quote.stamp:
        data["quoteAuthorization"] = quote.stamp
    data["tag"].append(
        {"type": "Link", "mediaType": AS2_LD, "rel": "https://misskey-hub.net/ns#_misskey_quote", "href": quote.uri, "name": f"RE: {quote.uri}"}
    )
    link = escape(quote.url)
    data["content"] = f'<p class="quote-inline">RE: <a href="{link}">{link}</a></p>{data["content"]}'


def attachment(media: Media) -> dict[str, Any]:
    kinds = {"image": "Image", "video": "Video", "gifv": "Video", "audio": "Audio"}
    data: dict[str, Any] = {
        "type": kinds.get(media.kind.value, "Document"),
        "mediaType": media.media_type,
        "url": media.url,
        "name": media.description or None,
    }
    if media.blurhash:
        data["blurhash"] = media.blurhash
    if media.width and media.height:
        data |= {"width": media.width, "height": media.height}
    if media.focus is not None:
        data["focalPoint"] = list(media.focus)
    return data
