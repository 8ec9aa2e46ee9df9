"""Notes and people as Atom (RFC 4287) with Activity Streams 1.0, threading (RFC 4685), Portable Contacts and OStatus in it.

Valid by RFC 4287's own schema: a person has no Atom elements but name and uri. The avatar, which OStatus keeps in a link,
therefore stands in activity:subject and activity:actor, where GNU social looks first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from pleromad import __version__
from pleromad.clock import iso
from pleromad.ids import Uris
from pleromad.model.account import Account
from pleromad.model.note import Note, Visibility
from pleromad.text import escape, excerpt, plain_name, to_plain
from protocols.ostatus import namespaces as ns
from protocols.ostatus.xml import Element, add, document, iri, legal, root

TITLE = 100  # characters
BIO = 1_000


def public(note: Note) -> bool:
    """What this door tells: nothing but what is public, boosted or not."""
    return note.visibility is Visibility.PUBLIC and (note.boost_of is None or note.boost_of.visibility is Visibility.PUBLIC)


def feed_of(account: Account, uris: Uris) -> str:
    return f"{uris.person(account.username)}/feed.atom"


# ---- feeds


def user_feed(account: Account, notes: Sequence[Note], uris: Uris, *, here: str, next_page: str | None) -> bytes:
    """`here` is the address of this page of the feed."""
    feed = root("feed")
    add(feed, "id", iri(feed_of(account, uris)))
    title = plain_name(account.display_name, TITLE) or account.username
    add(feed, "title", f"{title} (@{account.username}@{uris.domain})")
    bio, _ = _about(account)
    if bio:
        add(feed, "subtitle", bio, type="text")
    add(feed, "updated", iso(updated_at(notes, account.created_at)))
    if account.avatar_url:
        add(feed, "logo", iri(account.avatar_url))
    add(feed, "generator", "pleromad", uri=uris.base, version=__version__)
    add(feed, "link", rel="alternate", type="text/html", href=account.url)
    add(feed, "link", rel="alternate", type="application/activity+json", href=account.uri)
    _pages(feed, here, feed_of(account, uris), next_page)
    _author(feed, account)
    _actor(feed, "activity:subject", account)
    for note in notes:
        _entry(add(feed, "entry"), note, uris)
    return document(feed)


def tag_feed(tag: str, notes: Sequence[Note], uris: Uris, *, here: str, start: str, next_page: str | None) -> bytes:
    """`start` is the address of the feed itself, without a page."""
    feed = root("feed")
    add(feed, "id", iri(start))
    add(feed, "title", f"#{tag} on {uris.domain}")
    add(feed, "updated", iso(updated_at(notes, datetime.fromtimestamp(0, UTC))))
    add(feed, "generator", "pleromad", uri=uris.base, version=__version__)
    add(feed, "link", rel="alternate", type="text/html", href=uris.tag(tag))
    _pages(feed, here, start, next_page)
    if not notes:  # a feed without an author, and without entries that have one, is not valid
        add(add(feed, "author"), "name", uris.domain)
    for note in notes:
        _entry(add(feed, "entry"), note, uris)
    return document(feed)


def entry(note: Note, uris: Uris) -> bytes:
    """One note, or boost, as a document."""
    element = root("entry")
    _entry(element, note, uris)
    return document(element)


def updated_at(notes: Sequence[Note], otherwise: datetime) -> datetime:
    """When the newest of these was written or edited."""
    return max((max(each.created_at, each.edited_at or each.created_at) for each in notes), default=otherwise)


def salmon_of(account: Account) -> str:
    return f"{account.uri}/salmon"


def _pages(feed: Element, here: str, start: str, next_page: str | None) -> None:
    """RFC 5005, paged feeds."""
    add(feed, "link", rel="self", type=ns.ATOM_TYPE, href=here)
    if here != start:
        add(feed, "link", rel="first", type=ns.ATOM_TYPE, href=start)
    if next_page is not None:
        add(feed, "link", rel="next", type=ns.ATOM_TYPE, href=next_page)


# ---- people


def _author(parent: Element, account: Account) -> None:
    author = add(parent, "author")
    add(author, "name", account.username)
    add(author, "uri", iri(account.uri))
    add(author, "activity:object-type", ns.PERSON)
    _contact(author, account)


def _actor(parent: Element, short: str, account: Account) -> None:
    actor = add(parent, short)
    add(actor, "activity:object-type", ns.PERSON)
    add(actor, "id", iri(account.uri))
    add(actor, "title", plain_name(account.display_name, TITLE) or account.username)
    add(actor, "link", rel="alternate", type="text/html", href=account.url)
    for rel, url, width, height in (("avatar", account.avatar_url, "400", "400"), ("header", account.header_url, "1500", "500")):
        if url:
            add(actor, "link", rel=rel, type=_picture_type(url), media_width=width, media_height=height, href=url)
    _contact(actor, account)


def _contact(parent: Element, account: Account) -> None:
    add(parent, "poco:preferredUsername", account.username)
    add(parent, "poco:displayName", plain_name(account.display_name, TITLE) or account.username)
    bio, addresses = _about(account)
    if bio:
        add(parent, "poco:note", bio)
    for kind, url in addresses:
        urls = add(parent, "poco:urls")
        add(urls, "poco:type", kind)
        add(urls, "poco:value", url)


@lru_cache(maxsize=500)
def _about(account: Account) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The profile's text, and its fields that are addresses: the same in every entry of somebody."""
    fields = [(plain_name(field.name, 60) or "other", to_plain(field.value[:2_000], links="none")) for field in account.fields[:20]]
    addresses = tuple(field for field in fields if field[1].startswith(("https://", "http://")))
    return to_plain(account.note[: BIO * 10], links="none")[:BIO], addresses


def _picture_type(url: str) -> str:
    ending = url.rpartition(".")[2].lower()
    return {"png": "image/png", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif"}.get(ending, "image/jpeg")


# ---- entries


def _entry(element: Element, note: Note, uris: Uris) -> None:
    if note.boost_of is not None:
        _share(element, note, note.boost_of, uris)
    else:
        _post(element, note, uris)


def _post(element: Element, note: Note, uris: Uris) -> None:
    add(element, "activity:verb", ns.POST)
    _object(element, note, uris)


def _share(element: Element, boost: Note, note: Note, uris: Uris) -> None:
    add(element, "activity:verb", ns.SHARE)
    add(element, "activity:object-type", ns.SHARED)
    add(element, "id", iri(boost.uri))
    add(element, "title", f"{boost.account.username} shared a note by {note.account.acct}")
    add(element, "content", _html(note), type="html")
    add(element, "published", iso(boost.created_at))
    add(element, "updated", iso(boost.created_at))
    add(element, "link", rel="alternate", type="text/html", href=note.url or note.uri)
    add(element, "link", rel="mentioned", ostatus_object_type=ns.PERSON, href=note.account.uri)
    _to_everybody(element)
    _author(element, boost.account)
    _actor(element, "activity:actor", boost.account)
    shared = add(element, "activity:object")
    add(shared, "activity:verb", ns.POST)
    _object(shared, note, uris)


def _object(element: Element, note: Note, uris: Uris) -> None:
    """What was said: the entry itself, or the object of a share."""
    answered = note.in_reply_to_uri
    add(element, "activity:object-type", ns.COMMENT if answered else ns.NOTE)
    add(element, "id", iri(note.uri))
    add(element, "title", _title(note))
    if note.spoiler_text:
        add(element, "summary", plain_name(note.spoiler_text, 500))
    content = add(element, "content", _html(note), type="html")
    if note.language:
        content.set(f"{{{ns.XML}}}lang", legal(note.language))
    add(element, "published", iso(note.created_at))
    add(element, "updated", iso(note.edited_at or note.created_at))
    add(element, "link", rel="alternate", type="text/html", href=note.url or note.uri)
    add(element, "link", rel="alternate", type="application/activity+json", href=note.uri)
    if note.local:
        add(element, "link", rel="self", type=ns.ATOM_TYPE, href=note.uri)
    for person in note.mentions:
        add(element, "link", rel="mentioned", ostatus_object_type=ns.PERSON, href=person.uri)
    _to_everybody(element)
    for tag in note.tags:
        add(element, "category", term=tag)
    if note.sensitive:
        add(element, "category", term="nsfw")  # GNU social and Pleroma
    for media in note.media:
        size = str(media.size_bytes) if media.size_bytes else None
        if media.url:
            add(element, "link", rel="enclosure", type=media.media_type, length=size, title=media.description or None, href=media.url)
    if answered:
        add(element, "thr:in-reply-to", ref=answered, href=answered)
    _author(element, note.account)
    _actor(element, "activity:actor", note.account)
    conversation = uris.conversation(note.conversation_id)
    add(element, "ostatus:conversation", conversation, href=conversation, ref=conversation, local_id=str(note.conversation_id))
    add(element, "link", rel="ostatus:conversation", href=conversation)


def _to_everybody(element: Element) -> None:
    add(element, "link", rel="mentioned", ostatus_object_type=ns.COLLECTION, href=ns.EVERYBODY)
    add(element, "mastodon:scope", "public")


def _title(note: Note) -> str:
    """Atom wants one; a note mostly has none."""
    text = note.title or note.spoiler_text or excerpt(note.content, TITLE)
    return plain_name(text, TITLE) or f"A note by {note.account.acct}"


def _html(note: Note) -> str:
    if note.poll is None:
        return note.content
    options = "".join(f"<li>{escape(option.title)}</li>" for option in note.poll.options)
    return f"{note.content}<ul>{options}</ul>"
