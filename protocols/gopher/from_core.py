"""Notes and people as menu items. What is made of a note here depends on nothing but its version, and is remembered by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from pleromad.cache import Cache
from pleromad.clock import Clock
from pleromad.model.account import Account
from pleromad.model.media import Media, MediaKind
from pleromad.model.note import Note, Poll
from pleromad.text import find_links, plain_name, to_plain, wrap
from protocols.gopher import items
from protocols.gopher.items import WIDTH, Here

DEEPEST = 8  # replies are set in so many times, and no further
STEP = 3  # columns of one reply
BAR = 20  # columns of a poll's bar
LIST_LINES = 24  # of a note in a list; the rest is behind its link
PAGE_LINES = 2_000  # of a note on its own page
LIST_HTML = 6_000  # characters of its HTML that are looked at in a list
PAGE_HTML = 60_000
LIST_LINKS = 5
PAGE_LINKS = 40
BLOCKS = 4_000

Renderer = Callable[[Note], str]


def when(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def day(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def name_of(account: Account) -> str:
    """`Alice @alice`."""
    name = plain_name(account.display_name, 60)
    return f"{name} @{account.acct}" if name and name != account.username else f"@{account.acct}"


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def person(account: Account, here: Here, *, indent: str = "", after: str = "") -> str:
    """A link to somebody: ours here, others to their own page on the web."""
    text = items.fit(f"{indent}{name_of(account)}{after}")
    if account.local:
        return items.link(items.MENU, text, f"/{'rooms' if account.group else 'users'}/{account.username}", here)
    return items.outside(text, account.url, here)


class Cards:
    """Blocks of finished items, by note and version. A change of where we are, or of what is shown, makes a new one."""

    def __init__(self, here: Here, clock: Clock) -> None:
        self.here = here
        self._clock = clock
        self._blocks: Cache[tuple[int, str, int], str] = Cache(BLOCKS)

    def in_list(self, note: Note) -> str:
        return self._remembered(note, -1, self._listed)

    def in_thread(self, note: Note, depth: int) -> str:
        depth = min(depth, DEEPEST)
        return self._remembered(note, depth, lambda note: self._indented(note, depth))

    def in_room(self, note: Note) -> str:
        return self._remembered(note, -2, self._said)

    def page(self, note: Note, *, opened: bool) -> str:
        """The note a page is about: whole, and with `opened` in spite of its warning."""
        return items.block(self._lines(note, 0, whole=True, opened=opened))

    def _remembered(self, note: Note, form: int, render: Renderer) -> str:
        key = (note.id, note.version, form)
        known = self._blocks.get(key)
        if known is None:
            known = render(note)
            if note.poll is None or not note.poll.hide_totals:  # else time alone changes what is shown
                self._blocks.put(key, known)
        return known

    def _listed(self, note: Note) -> str:
        lines = []
        if note.boost_of is not None:
            lines.append(person(note.account, self.here, after=" boosted:"))
            note = note.boost_of
        return items.block([*lines, *self._lines(note, 0), items.info()])

    def _indented(self, note: Note, depth: int) -> str:
        return items.block([*self._lines(note, depth), items.info()])

    def _said(self, note: Note) -> str:
        """A line of a room: `09:08 <alice> hello`."""
        first = f"{note.created_at.astimezone(UTC):%H:%M} <{note.account.acct}> "
        if note.spoiler_text or (note.sensitive and note.media):
            warning = note.spoiler_text or "sensitive"
            return items.block([items.link(items.MENU, items.fit(f"{first}[{warning}]"), f"/notices/{note.id}/open", self.here)])
        body = to_plain(note.content[:LIST_HTML], links="none").split("\n")
        if note.quote is not None and note.quote.state in ("accepted", "pending"):
            body.append(f"RE: {note.quote.quoted_uri}")
        shown: list[str] = []
        for paragraph in body[:LIST_LINES]:
            if paragraph.strip():
                shown += wrap(paragraph, WIDTH, first if not shown else "      ", "      ")
        lines = [items.info(line) for line in (shown or [first])]
        return items.block([*lines, *self._links(note, "      ", LIST_LINKS), *self._media(note, "      ", whole=False)])

    # ---- the parts of a note

    def _lines(self, note: Note, depth: int, *, whole: bool = False, opened: bool = False) -> list[str]:
        indent = " " * (depth * STEP)
        lines = [person(note.account, self.here, indent=indent)]
        answered = _answered(note)
        if answered and not depth:
            lines.append(items.info(items.fit(indent + answered)))
        warned = bool(note.spoiler_text)
        if warned:
            lines += items.paragraphs(f"Warning: {plain_name(note.spoiler_text, 500)}", indent)
        if note.title:
            lines += [*items.paragraphs(plain_name(note.title, 300), indent), items.info()]
        if warned and not opened:
            lines.append(items.link(items.MENU, f"{indent}[Show it]", f"/notices/{note.id}/open", self.here))
        else:
            lines += self._body(note, indent, whole=whole)
            if note.poll is not None:
                lines += [items.info(indent + line) for line in poll_lines(note.poll, self._clock.now(), WIDTH - len(indent))]
            lines += self._links(note, indent, PAGE_LINKS if whole else LIST_LINKS)
            if note.sensitive and note.media and not opened:
                text = f"{indent}[Show {count(len(note.media), 'sensitive file', 'sensitive files')}]"
                lines.append(items.link(items.MENU, text, f"/notices/{note.id}/open", self.here))
            else:
                lines += self._media(note, indent, whole=whole)
        lines += self._foot(note, indent, whole=whole)
        return lines

    def _body(self, note: Note, indent: str, *, whole: bool) -> list[str]:
        html = note.content[: PAGE_HTML if whole else LIST_HTML]
        text = to_plain(html, links="none", width=WIDTH - len(indent))
        if not text:
            return []
        lines = text.split("\n")
        most = PAGE_LINES if whole else LIST_LINES
        said = [items.info(indent + line) for line in lines[:most]]
        if len(lines) > most or len(html) < len(note.content):
            if whole:
                said.append(items.link(items.TEXT, f"{indent}[The whole text]", f"/notices/{note.id}/text", self.here))
            else:
                said.append(items.link(items.MENU, f"{indent}[Read on]", f"/notices/{note.id}", self.here))
        return said

    def _links(self, note: Note, indent: str, most: int) -> list[str]:
        if "<a" not in note.content:  # the parser is what a card costs most
            return []
        html = note.content[: LIST_HTML if most == LIST_LINKS else PAGE_HTML]
        found = [link for link in find_links(html) if link.kind == "link"]
        lines = []
        for link in found[:most]:
            label = link.text if " " in link.text or "." not in link.text else ""
            text = f"{label} <{link.href}>" if label else link.href
            lines.append(items.outside(items.fit(f"{indent}-> {text}"), link.href, self.here))
        if len(found) > most:
            lines.append(items.info(f"{indent}({count(len(found) - most, 'more link', 'more links')})"))
        return lines

    def _media(self, note: Note, indent: str, *, whole: bool) -> list[str]:
        lines = []
        for media in note.media:
            lines.append(self._file(media, indent))
            described = f"[{WORDS[media.kind]}] {media.description}"
            if whole and items.fit(described) != described:
                lines += items.paragraphs(media.description, indent + "  ")
        return lines

    def _file(self, media: Media, indent: str) -> str:
        text = items.fit(f"{indent}[{WORDS[media.kind]}] {plain_name(media.description, 200) or 'not described'}")
        if media.path is None:
            return items.outside(text, media.url or media.remote_url or "", self.here)
        return items.link(kind_of(media), text, f"/media/{media.path}", self.here)

    def _foot(self, note: Note, indent: str, *, whole: bool) -> list[str]:
        numbers = [
            count(number, one, many)
            for number, one, many in (
                (note.replies_count, "reply", "replies"),
                (note.boosts_count, "boost", "boosts"),
                (note.likes_count, "like", "likes"),
            )
            if number
        ]
        dates = when(note.created_at) + (f", edited {when(note.edited_at)}" if note.edited_at else "")
        foot = [dates, ", ".join(numbers)] if numbers else [dates]
        reactions = "  ".join(f"{_emoji(each.name)} {each.count}" for each in note.reactions[:20])
        lines = items.paragraphs(reactions, indent) if reactions else []
        if not whole:
            return [*lines, items.link(items.MENU, indent + " - ".join(foot), f"/notices/{note.id}", self.here)]
        lines += [items.info(indent + part) for part in foot]
        for tag in note.tags[:20]:
            lines.append(items.link(items.MENU, items.fit(f"{indent}#{tag}"), f"/tags/{tag}", self.here))
        lines.append(items.link(items.TEXT, f"{indent}As plain text", f"/notices/{note.id}/text", self.here))
        return [*lines, items.outside(f"{indent}On the web", note.url or note.uri, self.here)]


WORDS = {
    MediaKind.IMAGE: "Picture",
    MediaKind.GIFV: "Animation",
    MediaKind.VIDEO: "Film",
    MediaKind.AUDIO: "Sound",
    MediaKind.UNKNOWN: "File",
}


def kind_of(media: Media) -> str:
    """The type of item for a file of ours."""
    if media.media_type == "image/gif":
        return items.GIF
    return items.IMAGE if media.media_type.startswith("image/") else items.BINARY


def poll_lines(poll: Poll, now: datetime, width: int = WIDTH) -> list[str]:
    """Options with bars. Percent of those who voted, as Mastodon counts them."""
    voters = poll.voters_count or poll.votes_count
    hidden = poll.hide_totals and (poll.expires_at is None or poll.expires_at > now)
    lines: list[str] = []
    for option in poll.options:
        title = plain_name(option.title, 300)
        if hidden:
            lines += wrap(title, width, "( ) " if not poll.multiple else "[ ] ", "    ")
            continue
        part = min(1.0, option.votes_count / voters) if voters > 0 else 0.0
        filled = round(part * BAR)
        bar = "#" * filled + "." * (BAR - filled)
        lines += wrap(title, width, f"[{bar}] {part:4.0%} ", " " * (BAR + 8))
    # Never "closed" or "open": that would change without the note changing.
    until = f", until {when(poll.expires_at)}" if poll.expires_at else ""
    said = "Results are shown at the end" if hidden else count(voters, "person voted", "people voted")
    return [*lines, said + until]


def note_text(note: Note, now: datetime) -> list[str]:
    """A whole note as a text file. Slow for long ones: not for the reactor's thread."""
    lines = [name_of(note.account), when(note.created_at)]
    if note.edited_at:
        lines.append(f"edited {when(note.edited_at)}")
    lines.append(note.url or note.uri)
    if note.spoiler_text:
        lines += ["", *wrap(f"Warning: {plain_name(note.spoiler_text, 500)}", WIDTH)]
    if note.title:
        lines += ["", *wrap(plain_name(note.title, 300), WIDTH)]
    lines += ["", *to_plain(note.content, links="footnotes", width=WIDTH).split("\n")]
    if note.quote is not None and note.quote.state in ("accepted", "pending"):
        lines += ["", f"RE: {note.quote.quoted_uri}"]
    if note.poll is not None:
        lines += ["", *poll_lines(note.poll, now)]
    for media in note.media:
        lines += ["", *wrap(f"[{WORDS[media.kind]}] {plain_name(media.description, 2_000)}", WIDTH), media.url]
    return lines


def _answered(note: Note) -> str:
    if not note.in_reply_to_uri:
        return ""
    if note.in_reply_to_account_id == note.account.id:
        return "goes on:"
    whom = next((each.acct for each in note.mentions if each.account_id == note.in_reply_to_account_id), "")
    return f"answers @{whom}:" if whom else "answers:"


def _emoji(name: str) -> str:
    return f":{name}:" if name.isascii() else name
