"""A notification in words, for those who cannot show it otherwise: push messages, and apps that do not know its type."""

from __future__ import annotations

from pleromad import text
from pleromad.model.notification import Notification

MAX_TITLE = 200
MAX_BODY = 140  # as Mastodon

_SENTENCES = {
    "mention": "{name} mentioned you",
    "status": "{name} posted",
    "reblog": "{name} boosted your post",
    "favourite": "{name} favourited your post",
    "follow": "{name} follows you now",
    "follow_request": "{name} asks to follow you",
    "added_to_collection": "{name} put you into a collection",
    "poll": "A poll by {name} has ended",
    "update": "{name} edited a post",
    "quote": "{name} quoted your post",
    "quoted_update": "{name} edited a post you quoted",
    "admin.sign_up": "{name} signed up",
    "admin.report": "{name} reported somebody",
    "severed_relationships": "You lost connections",
    "moderation_warning": "You have a message from the moderators",
    "pleroma:emoji_reaction": "{name} reacted to your post with {emoji}",
}


def title(one: Notification) -> str:
    """One line, plain text."""
    name = one.account.display_name.strip() or one.account.username
    sentence = _SENTENCES.get(one.type, "{name} did something that concerns you")
    emoji = "" if one.emoji is None else f":{one.emoji}:" if one.emoji_url else one.emoji
    return _cut(sentence.format(name=name, emoji=emoji), MAX_TITLE)


def body(one: Notification) -> str:
    """The beginning of what was said, or of who somebody is; plain text. A content warning stands for what it covers."""
    if one.seen is None:
        return _cut(text.to_plain(one.account.note), MAX_BODY)
    note = one.seen.note
    return _cut(note.spoiler_text or text.to_plain(note.content) or note.title, MAX_BODY)


def _cut(whole: str, most: int) -> str:
    line = " ".join(whole.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
