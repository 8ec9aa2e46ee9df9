"""What nicks and channels may be called, and how people of other servers are called here.

Somebody of another server is `user/host` (never with `@`: clients take what follows it for a host); `user@host` and
`@user@host` are understood wherever a nick is read. A room of another server is `#room@host`.
"""

from __future__ import annotations

import re

NICK_LENGTH = 64
CHANNEL_LENGTH = 64
USER_LENGTH = 18
TOPIC_LENGTH = 390
KICK_LENGTH = 390
AWAY_LENGTH = 200
KEY_LENGTH = 32
REALNAME_LENGTH = 150

_SPECIAL = re.escape("[]\\`_^{|}")
_GUEST_NICK = re.compile(rf"[A-Za-z{_SPECIAL}][A-Za-z0-9{_SPECIAL}-]{{0,31}}")
_CHANNEL = re.compile(r"[#&][^\x00-\x20,\x7f:]{1,63}(?::[0-9]{1,5})?")  # a port at the end of room@host
_ROOM = re.compile(r"[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*(?:@[a-z0-9.-]+(?::[0-9]{1,5})?)?")
_USER = re.compile(r"[^\x00-\x20@!:\x7f-\U0010ffff]+")


def is_guest_nick(nick: str) -> bool:
    """RFC 2812 section 2.3.1, at most 32 letters."""
    return _GUEST_NICK.fullmatch(nick) is not None


def is_channel(name: str) -> bool:
    return _CHANNEL.fullmatch(name) is not None and len(name.encode()) <= CHANNEL_LENGTH


def looks_like_channel(name: str) -> bool:
    return name.startswith(("#", "&"))


def is_room_name(name: str) -> bool:
    """The name of a Group actor, `room` or `room@host`: what Mastodon takes for a user's name, in lower case."""
    return _ROOM.fullmatch(name) is not None


def is_user(user: str) -> bool:
    return _USER.fullmatch(user) is not None


def nick_of(acct: str) -> str:
    """`name` or `name@host` as a nick."""
    return acct.replace("@", "/", 1)


def source_of(acct: str, host: str) -> str:
    """`nick!user@host` of an account here (`host` is ours) or elsewhere; '' stays ''."""
    user, _, theirs = acct.partition("@")
    return f"{nick_of(acct)}!{user}@{theirs or host}" if acct else ""


def acct_of(nick: str) -> str:
    """What somebody typed for a person: `name`, `name/host`, `name@host`, `@name@host`."""
    return nick.removeprefix("@").replace("/", "@", 1)


def as_nick(typed: str) -> str:
    return nick_of(typed.removeprefix("@"))
