"""Something that is told in a timeline and is no note itself: somebody followed you, a report came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pleromad.model.account import Account
from pleromad.model.moderation import Report
from pleromad.model.note import Note
from pleromad.model.notification import Notification
from pleromad.text import to_plain
from protocols.irc.from_core import edited_lines, note_lines
from protocols.irc.lines import shown
from protocols.irc.message import cut_text

EXCERPT_BYTES = 120
DOES = {
    "favourite": "likes your note: {text}",
    "reblog": "boosts your note: {text}",
    "follow": "follows you",
    "follow_request": "asks to follow you: /msg fedi accept {who}, or reject {who}",
    "poll": "The poll has ended: {text}",
    "quote": "quotes your note: {text}",
    "severed_relationships": "Some of the people you follow, or who follow you, were cut off by a block of their server",
    "moderation_warning": "The staff of this server has acted on your account",
    "added_to_collection": "added you to a collection",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """`id` is its place in time; `note` what it is about, for answers and reactions."""

    id: int
    account: Account
    created_at: datetime
    lines: tuple[str, ...]
    note: Note | None = None


Item = Note | Telling


def item_lines(item: Item) -> tuple[str, ...]:
    return item.lines if isinstance(item, Telling) else note_lines(item)


def note_of(item: Item) -> Note | None:
    """What an answer or a reaction to it is about: the note, of a boost the boosted one."""
    note = item.note if isinstance(item, Telling) else item
    return note.boost_of or note if note is not None else None


def telling_of(notification: Notification) -> Telling:
    note = notification.seen.note if notification.seen is not None else None
    return Telling(notification.id, notification.account, notification.created_at, _lines(notification, note), note)


def _lines(notification: Notification, note: Note | None) -> tuple[str, ...]:
    who, about = notification.account.acct, notification.about
    match notification.type:
        case "mention" | "status" if note is not None:
            return note_lines(note)
        case "update" if note is not None:
            return edited_lines(note)
        case "pleroma:emoji_reaction":
            return (_action(f"reacts with {shown(notification.emoji or '')} to: {_excerpt(note)}"),)
        case "admin.report" if isinstance(about, Report):
            target = about.target.acct if about.target is not None else str(about.target_id)
            said = shown(cut_text(" ".join(about.comment.split()), 300)) or about.category
            return (_action(f"reports {target}: {said} (report {about.id})"),)
        case "admin.sign_up":
            return (_action(f"has signed up (approve {who}, or reject {who}, where they wait)"),)
        case known if known in DOES:
            return (_action(DOES[known].format(text=_excerpt(note), who=who)),)
        case other:
            return (_action(f"{other} {_excerpt(note)}".rstrip()),)


def _action(text: str) -> str:
    return f"\x01ACTION {text}\x01"


def _excerpt(note: Note | None) -> str:
    if note is None:
        return ""
    text = " ".join(to_plain(note.content).split())
    short = cut_text(text, EXCERPT_BYTES)
    return shown(short + ("…" if short != text else ""))
