"""The streams by name (Mastodon documentation, "Streaming"; Pleroma's names are taken, too)."""

from __future__ import annotations

from dataclasses import dataclass

from pleromad.errors import Forbidden, Invalid, Unauthenticated
from pleromad.model.note import Note, Visibility
from pleromad.text import normal_tag
from protocols.mastodon.door import id_of
from protocols.mastodon.errors import INVALID_TOKEN, OUT_OF_SCOPE
from web.auth import Viewer

USER, NOTIFICATIONS, DIRECT, LIST = "user", "user:notification", "direct", "list"
CHAT = "user:pleroma_chat"
HASHTAG, HASHTAG_LOCAL = "hashtag", "hashtag:local"
PUBLIC = frozenset(
    {"public", "public:media", "public:local", "public:local:media", "public:remote", "public:remote:media"}
)
NEEDS_PERSON = frozenset({USER, NOTIFICATIONS, DIRECT, LIST, CHAT})
_ALIASES = {"user:notifications": NOTIFICATIONS}  # Pleroma
MAX_TAG = 150


@dataclass(frozen=True, slots=True)
class Stream:
    """`of`: the hashtag, or the id of the list."""

    name: str
    of: str = ""

    @property
    def label(self) -> tuple[str, ...]:
        """How a frame names it."""
        return (self.name, self.of) if self.of else (self.name,)


def parse(name: str, *, tag: str = "", list: str = "", only_media: bool = False) -> Stream:
    """Invalid, NotFound when there is no such stream."""
    name = _ALIASES.get(name, name)
    if name in PUBLIC:
        return Stream(f"{name}:media" if only_media and not name.endswith(":media") else name)
    if name == LIST:
        return Stream(name, str(id_of(list)))  # whose it is is asked by the hub
    if name in NEEDS_PERSON:
        return Stream(name)
    if name in (HASHTAG, HASHTAG_LOCAL):
        tag = normal_tag(tag.strip().lstrip("#"))
        if not tag or len(tag) > MAX_TAG:
            raise Invalid("Missing tag name parameter", field="tag")
        return Stream(name, tag)
    raise Invalid("Unknown stream type", field="stream")


def check(stream: Stream, viewer: Viewer) -> None:
    """Who may listen: what anybody may read, anybody. Unauthenticated, Forbidden."""
    if stream.name in NEEDS_PERSON and viewer.account is None:
        raise Unauthenticated(INVALID_TOKEN)
    if viewer.token is None:
        return
    scope = "read:notifications" if stream.name == NOTIFICATIONS else "read:statuses"
    if not viewer.allows(scope):
        raise Forbidden(OUT_OF_SCOPE)


def open_streams(note: Note) -> list[Stream]:
    """The streams of everybody that a note is in, as the timelines of the same names have it."""
    if note.boost_of is not None or note.room_id is not None or note.visibility not in (Visibility.PUBLIC, Visibility.LOCAL):
        return []
    found: list[Stream] = []
    answers_others = note.in_reply_to_uri is not None and note.in_reply_to_account_id != note.account.id
    if not answers_others and not note.account.silenced:
        names = ["public:local"] if note.local else ["public:remote"]
        if note.visibility is Visibility.PUBLIC:
            names.append("public")
        found += [Stream(name) for name in names]
        if note.media:
            found += [Stream(f"{name}:media") for name in names]
    if note.visibility is Visibility.PUBLIC and not note.account.silenced:
        for tag in note.tags:
            found.append(Stream(HASHTAG, normal_tag(tag)))
            if note.local:
                found.append(Stream(HASHTAG_LOCAL, normal_tag(tag)))
    return found
