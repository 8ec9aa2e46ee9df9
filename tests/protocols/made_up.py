"""Made-up people and notes for properties: plain objects of the model, with the worst texts people could write."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from pleromad.model.account import Account, ActorType
from pleromad.model.media import Media, MediaKind
from pleromad.model.note import Mention, Note, Poll, PollOption, Reaction, Visibility
from pleromad.text import sanitise

NOW = datetime(2026, 11, 23, 9, 8, tzinfo=UTC)

# What would make a line, a field or an end of its own, and what is hard to measure.
NASTY = st.sampled_from(
    ["\r\n", "\n", "\r", "\t", "\0", ".", "\r\n.\r\n", "1x\ty\tz\t70", "\x0b", "\x0c", "\x1b[2J", "\x85", "\u2028", "\u2029", "\u202e",
     "\ud800", "日本", "😀", "👩‍👩‍👧", "e\u0301", "<p>", "<br>", "</p>", "<pre>", "<a href='https://x.example/a\tb'>", "</a>", "&#13;&#10;", "&#9;"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(NASTY, st.text(max_size=30)), max_size=12).map("".join)


def account(name: str = "alice", **more: object) -> Account:
    base = f"https://here.example/users/{name}"
    known = {
        "id": 1, "version": 1, "uri": base, "url": base, "type": ActorType.PERSON, "username": name, "domain": None, "display_name": "",
        "note": "", "note_source": "", "fields": (), "emojis": (), "avatar_url": None, "header_url": None, "avatar_description": "",
        "header_description": "", "locked": False, "discoverable": True, "indexable": True, "hide_collections": False,
        "followers_count": 0, "following_count": 0, "statuses_count": 0, "last_status_at": None, "created_at": NOW, "inbox": "",
        "shared_inbox": "", "outbox": "", "followers_uri": "", "following_uri": "", "featured_uri": "", "key_id": "", "public_key_pem": "",
    }  # fmt: skip
    return Account(**{**known, **more})  # type: ignore[arg-type]


def note(author: Account, **more: object) -> Note:
    known = {
        "id": 7, "version": "1", "uri": "https://here.example/notes/7", "url": "", "type": "Note", "account": author, "created_at": NOW,
        "edited_at": None, "visibility": Visibility.PUBLIC, "content": "", "source": "", "content_type": "text/plain", "spoiler_text": "",
        "title": "", "sensitive": False, "language": None, "in_reply_to_id": None, "in_reply_to_account_id": None,
        "in_reply_to_uri": None, "conversation_id": 7, "room_id": None, "replies_count": 1, "boosts_count": 2, "likes_count": 0,
    }  # fmt: skip
    return Note(**{**known, **more})  # type: ignore[arg-type]


def media(**more: object) -> Media:
    known = {
        "id": 3, "account_id": 1, "note_id": 7, "kind": MediaKind.IMAGE, "media_type": "image/png", "url": "https://here.example/media/a.png",
        "preview_url": None, "remote_url": None, "description": "", "blurhash": None, "width": 1, "height": 1, "preview_width": None,
        "preview_height": None, "duration_seconds": None, "size_bytes": 1, "focus": None, "path": "a.png",
    }  # fmt: skip
    return Media(**{**known, **more})  # type: ignore[arg-type]


@st.composite
def notes(draw: st.DrawFn) -> Note:
    text = draw(TEXTS)
    author = account(display_name=draw(TEXTS), domain=draw(st.sampled_from([None, "far.example"])), url="https://far.example/" + draw(TEXTS))
    return note(
        author,
        content=draw(st.sampled_from([text, sanitise(text)])),
        spoiler_text=draw(st.one_of(st.just(""), TEXTS)),
        title=draw(st.one_of(st.just(""), TEXTS)),
        sensitive=draw(st.booleans()),
        url=draw(TEXTS),
        tags=tuple(draw(st.lists(TEXTS, max_size=2))),
        media=tuple(media(description=text, path=path, url=text) for path in draw(st.sampled_from([(), ("a.png",), (None, "b.gif")]))),
        reactions=tuple(Reaction(name, None, 1) for name in draw(st.lists(TEXTS, max_size=2))),
        in_reply_to_uri=draw(st.sampled_from([None, "https://far.example/1"])),
        in_reply_to_account_id=2,
        mentions=(Mention(2, "x", draw(TEXTS), "", ""),),
        poll=Poll(7, False, tuple(PollOption(draw(TEXTS), n) for n in range(2)), 1, 1, NOW, draw(st.booleans())) if draw(st.booleans()) else None,
    )
