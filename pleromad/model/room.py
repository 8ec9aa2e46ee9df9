"""Rooms: a Group actor that people talk in. Over IRC a channel, over ActivityPub a FEP-1b12 group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pleromad.model.account import Account

FLAGS = {"i": "invite_only", "m": "moderated", "n": "members_only", "s": "secret", "t": "topic_locked"}


def modes_of(flags: Mapping[str, bool]) -> str:
    """Flags by their names as rooms tell each other: `+nt-ims`. Those left out stay as they are."""
    on = "".join(letter for letter, name in FLAGS.items() if flags.get(name) is True)
    off = "".join(letter for letter, name in FLAGS.items() if flags.get(name) is False)
    return (f"+{on}" if on else "") + (f"-{off}" if off else "")


def flags_of(modes: str) -> dict[str, bool]:
    """The other way; letters that are no flags are passed over."""
    found: dict[str, bool] = {}
    given = True
    for letter in modes[:64]:
        if letter in "+-":
            given = letter == "+"
        elif letter in FLAGS:
            found[FLAGS[letter]] = given
    return found


class Rank(StrEnum):
    """What a member may do in a room (IRC prefixes ~ & @ % +)."""

    OWNER = "q"
    ADMIN = "a"
    OPERATOR = "o"
    HALFOP = "h"
    VOICE = "v"


@dataclass(frozen=True, slots=True)
class Room:
    """A room and its settings. `account` is its Group actor; the name is `account.username` (without #)."""

    account: Account
    topic: str = ""
    topic_by: str = ""  # acct of who set it
    topic_at: datetime | None = None
    invite_only: bool = False  # +i
    moderated: bool = False  # +m
    members_only: bool = True  # +n
    secret: bool = False  # +s
    topic_locked: bool = True  # +t
    key: str = ""  # +k
    member_limit: int | None = None  # +l
    created_at: datetime | None = None
    retention_days: int | None = None  # None: what was said is kept for ever
    read_back: str = ""  # who may read what was said before they came: all, joined (since then), none; '': as the door is

    @property
    def id(self) -> int:
        return self.account.id

    @property
    def name(self) -> str:
        return self.account.acct


@dataclass(frozen=True, slots=True)
class Member:
    account: Account
    ranks: frozenset[Rank] = frozenset()
    joined_at: datetime | None = None
    pending: bool = False  # waits for an Accept


@dataclass(frozen=True, slots=True)
class MaskEntry:
    """A line of a room's list: b (ban), e (ban exception) or I (invite exception)."""

    kind: str
    mask: str
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class RoomChange:
    """What an operator changes; None leaves a thing as it is. `member_limit` and `retention_days` 0 take the limit away, `key` '' the key."""

    topic: str | None = None
    invite_only: bool | None = None
    moderated: bool | None = None
    members_only: bool | None = None
    secret: bool | None = None
    topic_locked: bool | None = None
    key: str | None = None
    member_limit: int | None = None
    retention_days: int | None = None
    read_back: str | None = None
