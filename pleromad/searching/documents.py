"""What a note or an account is found by: its words, and facts that operators ask for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pleromad import text
from pleromad.model.media import MediaKind
from pleromad.model.note import Visibility
from pleromad.text import Link, words
from store import search as search_rows
from store.pool import Queries

MAX_HTML = 200_000

# `reader` in the store: whose followers may find a note that is not for everybody. Ids are larger than these.
ANYBODY, PEOPLE_HERE, ADDRESSED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Findable:
    """What search wants to know of a note. `media` are (kind, description), `options` those of its poll."""

    id: int
    account_id: int
    visibility: Visibility
    content: str
    room_id: int | None = None
    spoiler_text: str = ""
    title: str = ""
    language: str | None = None
    sensitive: bool = False
    reply: bool = False
    link: bool = False
    quote: bool = False
    tags: Collection[str] = ()
    media: Collection[tuple[str, str]] = ()
    options: Collection[str] = ()

    @property
    def reader(self) -> int:
        match self.visibility:
            case Visibility.PUBLIC:
                return ANYBODY
            case Visibility.LOCAL:
                return PEOPLE_HERE
            case Visibility.DIRECT:
                return ADDRESSED
            case _:
                # Unlisted is not for discovery by strangers: those who follow the author, or are in the room, find it.
                return self.room_id or self.account_id

    @property
    def document(self) -> str:
        """A tsvector. A title counts most, then hashtags and the warning, what pictures show least."""
        plain = text.to_plain(self.content[:MAX_HTML], links="none")
        return words.document(
            [
                ("A", self.title),
                ("B", " ".join([self.spoiler_text, *self.tags])),
                ("C", plain),
                ("C", "\n".join(self.options)),
                ("D", "\n".join(description for _, description in self.media)),
            ],
            self._facts(),
        )

    def _facts(self) -> list[str]:
        facts = []
        if self.media:
            facts += ["=media", *sorted({f"={_WORDS[kind]}" for kind, _ in self.media if kind in _WORDS})]
        if self.options:
            facts.append("=poll")
        if self.link:
            facts.append("=link")
        if self.quote:
            facts.append("=quote")
        if self.reply:
            facts.append("=reply")
        if self.sensitive:
            facts.append("=sensitive")
        if self.language:
            whole = "".join(c for c in self.language.lower()[:20] if c.isascii() and (c.isalnum() or c == "-"))
            facts += sorted({f"=lang:{whole}", f"=lang:{whole.partition('-')[0]}"} if whole else ())
        return facts


def links_of(content: str) -> tuple[Link, ...]:
    """What a note links to, but for those it names and its hashtags."""
    if "<a " not in content:
        return ()
    return tuple(link for link in text.find_links(content[:MAX_HTML]) if link.kind == "link")


_WORDS = {
    MediaKind.IMAGE.value: "image",
    MediaKind.GIFV.value: "video",
    MediaKind.VIDEO.value: "video",
    MediaKind.AUDIO.value: "audio",
}


async def keep(db: Queries, note: Findable) -> None:
    """Write or replace what the note is found by; one statement."""
    await search_rows.put(db, [(note.id, note.account_id, note.reader, note.document)])


def name_document(username: str, display_name: str) -> str:
    return words.document([("A", username), ("B", display_name)])


async def keep_name(db: Queries, account_id: int, username: str, display_name: str) -> None:
    """Write or replace what the account is found by; one statement."""
    await search_rows.put_names(db, [(account_id, name_document(username, display_name))])
