"""Random ActivityStreams trees: documents as they should be, with anything at all in place of any part of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pleromad.ids import PUBLIC

NAMES = (
    "id", "type", "actor", "object", "target", "to", "cc", "bto", "audience", "content", "contentMap", "name", "nameMap", "summary", "tag", "attachment",
    "url", "href", "icon", "image", "inReplyTo", "attributedTo", "published", "updated", "endTime", "closed", "oneOf", "anyOf", "replies", "totalItems",
    "items", "orderedItems", "first", "next", "source", "mediaType", "sensitive", "context", "conversation", "votersCount", "duration", "width",
    "blurhash", "focalPoint", "publicKey", "publicKeyPem", "owner", "assertionMethod", "controller", "endpoints", "sharedInbox", "inbox", "outbox",
    "followers", "featured", "preferredUsername", "alsoKnownAs", "movedTo", "proof", "proofValue", "verificationMethod", "signature", "@context",
    "@graph", "@value", "@language", "_misskey_reaction", "quoteUrl", "quote", "value", "discoverable", "manuallyApprovesFollowers",
)  # fmt: skip
TYPES = (
    "Create", "Update", "Delete", "Follow", "Accept", "Reject", "Undo", "Like", "EmojiReact", "Announce", "Add", "Remove", "Block", "Flag", "Move",
    "Invite", "Dislike", "View", "QuoteRequest", "Note", "Question", "Article", "Video", "Event", "Tombstone", "Person", "Group", "Application", "Image",
    "Document", "Link", "Mention", "Hashtag", "Emoji", "PropertyValue", "Collection", "OrderedCollection", "DataIntegrityProof", "Multikey", "", "\x00",
)  # fmt: skip
ODD = (
    "", " ", "\x00", "a\x00b", "\ufffe\uffff", "\u202e\u0000", "x" * 70_000, "<b>" * 3_000, "&#0;&#xD800;", ":" * 500, "@" * 500, "#" * 500, "1e999",
    "9" * 40, "2026-13-45T99:99:99Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "P" + "9" * 30 + "Y", "data:text/html,x", "javascript:alert(1)",
    "http://", "http://[", "https://user:pass@localhost/", "http://localhost:99999999/", "acct:a@b", "\U0001f4a9" * 400, "as:Public", "text/markdown",
)  # fmt: skip


ODDS = 15  # one part in so many is junk


def junk(ids: tuple[str, ...]) -> st.SearchStrategy[Any]:
    texts = st.sampled_from(ids) | st.sampled_from(ODD) | st.sampled_from(TYPES) | st.text(max_size=30)
    numbers = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
    leaves = st.none() | st.booleans() | numbers | texts
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=10), inner, max_size=6),
        max_leaves=12,
    )


@st.composite
def broken(draw: st.DrawFn, document: Any, ids: tuple[str, ...]) -> Any:
    """The document, with junk now and then in place of a part, at any depth."""
    rubbish = junk(ids)

    def part(value: Any) -> Any:
        if draw(st.integers(0, ODDS)) == ODDS:
            return draw(rubbish)
        if isinstance(value, dict):
            return {**({draw(st.sampled_from(NAMES)): draw(rubbish)} if draw(st.integers(0, ODDS)) == ODDS else {}), **{key: part(each) for key, each in value.items()}}
        return [part(each) for each in value] if isinstance(value, list) else value

    return part(document)


def examples(strategy: st.SearchStrategy[Any], number: int) -> list[Any]:
    """So many of them, the same each time: what is done with them waits for other servers, which hypothesis cannot."""
    found: list[Any] = []

    @settings(max_examples=number, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found


def objects(origin: str, author: str, reader: str, known: str) -> list[dict[str, Any]]:
    """Of what may stand inside: notes of several kinds. `known`: a note that is here."""
    note = {
        "id": f"{origin}/notes/1", "type": "Note", "attributedTo": author, "content": "<p>hello</p>", "summary": "what", "to": [PUBLIC], "cc": [reader],
        "published": "2026-11-23T12:00:00Z", "inReplyTo": known, "sensitive": True, "contentMap": {"en": "<p>hello</p>"},
        "context": f"{origin}/contexts/1", "source": {"content": "hello", "mediaType": "text/plain"},
        "tag": [
            {"type": "Mention", "href": reader, "name": "@alice"},
            {"type": "Hashtag", "href": f"{origin}/tags/x", "name": "#x"},
            {"type": "Emoji", "id": None, "name": ":cat:", "icon": {"type": "Image", "url": f"{origin}/cat.png"}},
        ],
        "attachment": [{"type": "Image", "mediaType": "image/png", "url": f"{origin}/1.png", "name": "one", "blurhash": "LEHV6nWB2yk8", "width": 10, "focalPoint": [0, 0]}],
        "replies": {"id": f"{origin}/notes/1/replies", "type": "Collection", "first": {"type": "CollectionPage", "items": [known]}},
    }  # fmt: skip
    poll = {
        **note, "id": f"{origin}/notes/2", "type": "Question", "endTime": "2026-12-24T12:00:00Z", "votersCount": 3,
        "oneOf": [{"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": 1}} for name in ("yes", "no")],
    }  # fmt: skip
    video = {**note, "id": f"{origin}/notes/3", "type": "Video", "name": "A film", "duration": "PT60S", "url": [{"type": "Link", "mediaType": "video/mp4", "href": f"{origin}/1.mp4"}]}
    return [note, poll, video]


def actor(origin: str, name: str, pem: str) -> dict[str, Any]:
    uri = f"{origin}/users/{name}"
    return {
        "id": uri, "type": "Person", "preferredUsername": name, "name": "Somebody", "summary": "<p>hello</p>", "inbox": f"{uri}/inbox", "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers", "featured": f"{uri}/featured", "url": uri, "endpoints": {"sharedInbox": f"{origin}/inbox"},
        "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": pem}, "alsoKnownAs": [], "movedTo": None, "discoverable": True,
        "icon": {"type": "Image", "url": f"{origin}/1.png"}, "attachment": [{"type": "PropertyValue", "name": "a", "value": "b"}],
        "assertionMethod": [{"id": f"{uri}#e", "type": "Multikey", "controller": uri, "publicKeyMultibase": "z6Mkx"}],
    }  # fmt: skip


def activities(origin: str, author: str, reader: str, known: str, numbered: Callable[[], str]) -> list[dict[str, Any]]:
    def one(type: str, object: Any, **more: Any) -> dict[str, Any]:
        return {"type": type, "actor": author, "object": object, "to": [PUBLIC], "cc": [reader], **more}

    inner = objects(origin, author, reader, known)
    return [
        *(one("Create", each) for each in inner),
        *(one("Update", {**each, "updated": "2026-11-23T13:00:00Z"}) for each in inner),
        one("Update", {"id": author, "type": "Person"}),
        one("Create", {"id": f"{origin}/votes/1", "type": "Note", "name": "yes", "attributedTo": author, "inReplyTo": known, "to": [reader]}),
        one("Delete", {"id": inner[0]["id"], "type": "Tombstone"}),
        one("Like", known, content=":cat:", tag=inner[0]["tag"]),
        one("EmojiReact", known, content="\U0001f431"),
        one("Announce", known),
        one("Announce", one("Create", inner[0], id=f"{origin}/creates/1")),
        one("Follow", reader),
        one("Undo", one("Follow", reader, id=f"{origin}/follows/1")),
        one("Undo", one("Like", known, id=f"{origin}/likes/1")),
        one("Accept", {"type": "Follow", "actor": reader, "object": author}),
        one("Block", reader),
        one("Flag", [reader, known], content="bad"),
        one("Add", inner[0]["id"], target=f"{author}/featured"),
        one("Move", author, target=f"{origin}/users/carol"),
        one("Dislike", known),
        one("QuoteRequest", known, instrument=inner[0]),
    ]
