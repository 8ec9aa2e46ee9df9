"""Notes, and what other servers call Article, Page, Video, Question ..., into the one strict form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from pleromad import text
from pleromad.errors import Forbidden, Invalid
from pleromad.model.note import RemoteAttachment, RemoteNote, RemotePoll
from protocols.activitypub.origins import origin_of, same_origin
from protocols.activitypub.to_core import attachments, quotes, tags
from protocols.activitypub.to_core.pieces import (
    addresses,
    as_bool,
    as_id,
    as_ids,
    as_list,
    as_number,
    as_object,
    as_text,
    as_time,
    is_url,
    language_of,
    link_of,
    prop,
    text_of,
    type_of,
    types_of,
)
from protocols.activitypub.vocabulary import ACTORS, NOTES

MAX_CONTENT = 500_000
MAX_TITLE = 2_000
MAX_SUMMARY = 20_000
MAX_OPTIONS = 500
MAX_OPTION = 500
# Their `summary` is a warning; that of the longer kinds is an abstract of what is there in full anyway (WordPress).
_WARNING_KINDS = frozenset({"Note", "Question", "ChatMessage"})


@dataclass(frozen=True, slots=True)
class Said:
    """A note, with the ids of those it speaks of: whoever submits it finds out who they are here."""

    note: RemoteNote
    author: str
    mentions: tuple[str, ...]
    audience: tuple[str, ...]  # FEP-1b12: the group it is said in
    stamp: str | None = None  # the QuoteAuthorization as it says: to be fetched and looked at
    choice: str | None = None  # it is a vote for this option of what it answers

    @property
    def addressed(self) -> tuple[str, ...]:
        return (*self.note.to, *self.note.cc)


def said(document: Mapping[str, Any], now: datetime) -> Said:
    """Raises Invalid for what is no note, Forbidden when its author is on another server than its id."""
    uri = document.get("id")
    if not isinstance(uri, str) or origin_of(uri) is None:
        raise Invalid("This note has no id")
    type = type_of(document, NOTES)
    if not readable(document):
        raise Invalid("This is no note", detail=f"{uri}: {type[:60]!r}")
    author = author_of(document, uri)
    audience = tuple(addresses(prop(document, "audience")))
    to, cc = addresses(prop(document, "to")), addresses(prop(document, "cc"))
    mentioned = tags.mentions(document)
    title = text.plain_name(text.to_plain(text_of(document, "name", MAX_TITLE)), 500) if type != "Note" else ""
    media = media_of(document, type)
    quoted = quotes.quoted_of(document)
    content = content_of(document, type, title, media)
    note = RemoteNote(
        uri=uri,
        type=type if type in NOTES else "Note",
        to=to,
        cc=tuple(dict.fromkeys((*cc, *audience))),
        content=quotes.without_fallback(content) if quoted is not None else content,
        published=as_time(prop(document, "published")) or now,
        url=url_of(document, uri, type),
        title=title,
        spoiler_text=warning_of(document) if type in _WARNING_KINDS else "",
        sensitive=as_bool(prop(document, "sensitive")),
        language=language_of(document) or language_of(document, "name"),
        updated=as_time(prop(document, "updated")),
        in_reply_to_uri=parent_of(document),
        conversation_uri=conversation_of(document),
        source=source_of(document),
        content_type=as_text(as_object(prop(document, "source")).get("mediaType"), 60) or "text/html",
        mention_hrefs=mentioned,
        tags=tags.hashtags(document),
        emojis=tags.emojis(document),
        attachments=media,
        poll=poll_of(document, now),
        quote_uri=quoted if quoted != uri else None,
        quote_policy=quotes.policy_of(document),
        raw=dict(document),
    )
    return Said(note, author, tuple(href for _, href in mentioned), audience, quotes.stamp_of(document), choice_of(document))


def readable(document: Mapping[str, Any]) -> bool:
    """Is there anything in it to show as a note?"""
    return type_of(document, NOTES) in NOTES or _is_readable(document)


def _is_readable(document: Mapping[str, Any]) -> bool:
    """An unknown type (BookWyrm's, Funkwhale's ...) is shown when there is something to show and somebody who said it."""
    if prop(document, "attributedTo") is None or prop(document, "inbox") is not None:
        return False
    return bool(text_of(document, "content", 100) or text_of(document, "name", 100)) and not set(types_of(document)) & ACTORS


def author_of(document: Mapping[str, Any], uri: str) -> str:
    """Who said it. Of several (PeerTube: a Person and their channel) the person; all must be on the server of the id."""
    authors = as_list(prop(document, "attributedTo")) or as_list(prop(document, "actor"))
    ids = as_ids(authors)
    if not ids:
        raise Invalid("Nobody said this", detail=uri)
    if not all(same_origin(id, uri) for id in ids):
        raise Forbidden("The author is on another server", detail=uri, station="authorise")
    people = [as_id(item) for item in authors if isinstance(item, dict) and "Person" in types_of(item)]
    return next((id for id in people if id), ids[0])


def content_of(document: Mapping[str, Any], type: str, title: str, media: tuple[RemoteAttachment, ...]) -> str:
    """HTML. A video or a link has none of its own: then its name and its address are what there is to read."""
    content = text_of(document, "content", MAX_CONTENT)
    kind = as_text(prop(document, "mediaType"), 60)
    if kind == "text/markdown" or (type == "Video" and content and "<" not in content):  # PeerTube writes Markdown
        content = text.render(content[:100_000], "text/markdown", mention=lambda _: None, tag_url=lambda name: "").html
    elif kind == "text/plain":
        content = f"<p>{escape(content)}</p>"
    shown = [link for link in attachments.links(document) if link not in content]
    if type not in _WARNING_KINDS and not content:
        page = link_of(prop(document, "url"))
        shown = [*shown, *([page] if page and page not in shown and not media else [])]
    for link in shown[:5]:
        content += f'<p><a href="{escape(link)}">{escape(title or link)}</a></p>'
    return content


def media_of(document: Mapping[str, Any], type: str) -> tuple[RemoteAttachment, ...]:
    media = attachments.attachments(document)
    if type in ("Video", "Audio") and not any(one.media_type.startswith(("video/", "audio/")) for one in media):
        film = attachments.film(document)
        media = (film, *media) if film is not None else media
    if not media and type in ("Page", "Article", "Event"):  # Lemmy, WordPress: a picture that stands for the whole
        image = as_object(prop(document, "image"))
        url = link_of(image.get("url")) or link_of(image.get("href"))
        if url:
            made = attachments.attachments({"attachment": [{"type": "Image", **image, "url": url}]})
            media = made
    return media


def url_of(document: Mapping[str, Any], uri: str, type: str) -> str:
    """The page a person reads it on. A Page's `url` may be what it links to (older Lemmy): then the id is the better page."""
    url = link_of(prop(document, "url"))
    if not url or (type == "Page" and not same_origin(url, uri)):
        return uri
    return url


def warning_of(document: Mapping[str, Any]) -> str:
    """`summary` as one line of plain text (snac sends `<br>` for none)."""
    return text.plain_name(text.to_plain(text_of(document, "summary", MAX_SUMMARY)), 2_000)


def source_of(document: Mapping[str, Any]) -> str:
    source = prop(document, "source")
    return as_text(source.get("content") if isinstance(source, dict) else source, MAX_CONTENT)


def parent_of(document: Mapping[str, Any]) -> str | None:
    """`inReplyTo` may be null, an id, an object or a list; BookWyrm's comments name a book instead."""
    parent = as_id(prop(document, "inReplyTo"))
    return parent if parent is not None and is_url(parent) else None


def conversation_of(document: Mapping[str, Any]) -> str | None:
    """`context` (Pleroma: a URL in a text) or `conversation` (Mastodon: a tag: URI)."""
    for name in ("context", "conversation"):
        found = as_id(prop(document, name))
        if found is not None and len(found) <= 2_000:
            return found.replace("\0", "")
    return None


def choice_of(document: Mapping[str, Any]) -> str | None:
    """Mastodon and Pleroma vote with a note that has a name, answers the question and says nothing; snac's says `<br>`."""
    name = text_of(document, "name", MAX_OPTION)
    if type_of(document, NOTES) in ("Note", "Answer") and name and not text.to_plain(text_of(document, "content", MAX_OPTION)).strip() and parent_of(document):
        return name
    return None


def poll_of(document: Mapping[str, Any], now: datetime) -> RemotePoll | None:
    """`oneOf` or `anyOf`; `closed` is a time or a truth; Misskey's may have no end."""
    if "Question" not in types_of(document):
        return None
    multiple = not as_list(prop(document, "oneOf"))
    options = []
    for item in as_list(prop(document, "anyOf" if multiple else "oneOf"))[:MAX_OPTIONS]:
        if isinstance(item, dict):
            title = text.plain_name(text_of(item, "name", MAX_OPTION), MAX_OPTION)
            count = as_number(as_object(prop(item, "replies")).get("totalItems")) or 0
            if title:
                options.append((title, count))
    if not options:
        return None
    closed = prop(document, "closed")
    closed_at = as_time(closed)
    ends = as_time(prop(document, "endTime")) or closed_at
    voters = as_number(prop(document, "votersCount"))
    over = as_bool(closed) or (closed_at is not None and closed_at <= now)
    return RemotePoll(tuple(options), multiple, ends, voters, over)
