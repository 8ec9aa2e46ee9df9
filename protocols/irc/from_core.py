"""Notes as lines of IRC: plain text, warnings in front, pictures as their descriptions with a link, never very long."""

from __future__ import annotations

from pleromad import text
from pleromad.model.media import Media
from pleromad.model.note import Note
from protocols.irc.lines import shown
from protocols.irc.message import cut_text
from protocols.irc.names import nick_of

LINES = 5
LINE_BYTES = 1600
MEDIA = 4


def note_lines(note: Note) -> tuple[str, ...]:
    """At least one line, each without CR, LF or control characters; what does not fit is behind the link."""
    if note.boost_of is not None:
        first, *others = note_lines(note.boost_of)
        return f"RT {nick_of(note.boost_of.account.acct)}: {_without_action(first)}", *others
    lines = [line for line in _said(note).splitlines() if line.strip()]
    short = len(lines) > LINES or any(len(line.encode()) > LINE_BYTES for line in lines)
    lines = [shown(cut_text(line, LINE_BYTES)) for line in lines[:LINES]]
    if note.title:
        lines.insert(0, shown(note.title))
    if note.spoiler_text:
        warning = f"[CW: {shown(cut_text(note.spoiler_text, 200))}]"
        lines = [f"{warning} {_without_action(lines[0])}", *lines[1:]] if lines else [warning]
    if note.poll is not None:
        lines.append("Poll: " + " | ".join(shown(option.title) for option in note.poll.options))
    lines += [_medium(medium) for medium in note.media[:MEDIA]]
    if short or len(note.media) > MEDIA or not lines:
        lines.append(f"… {note.url or note.uri}")
    return tuple(lines)


def edited_lines(note: Note) -> tuple[str, ...]:
    """IRC knows no edits: the new text is said again."""
    first, *others = note_lines(note)
    return f"* edited: {_without_action(first)}", *others


def _said(note: Note) -> str:
    said = note.source if note.local and note.source and note.content_type == "text/plain" else text.to_plain(note.content)
    quote = note.quote
    return said if quote is None or quote.state not in ("accepted", "pending") else f"{said}\nRE: {quote.quoted_uri}".strip()


def _without_action(line: str) -> str:
    return line.removeprefix("\x01ACTION ").rstrip("\x01")


def _medium(medium: Media) -> str:
    description = f": {shown(cut_text(' '.join(medium.description.split()), 300))}" if medium.description else ""
    return f"[{medium.kind}{description}] {medium.url or medium.remote_url or ''}".rstrip()
