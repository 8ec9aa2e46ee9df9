"""Tag."""

from __future__ import annotations

from msgspec import UNSET

from pleromad.core import Core
from protocols.mastodon.entities.tag import Tag


def tag(core: Core, name: str, *, following: bool | None = None, featuring: bool | None = None) -> Tag:
    """A hashtag is its name: it has no other id. How it was used is not counted by day. None: nobody looks."""
    return Tag(
        id=name,
        name=name,
        url=core.uris.tag(name),
        history=[],
        following=UNSET if following is None else following,
        featuring=UNSET if featuring is None else featuring,
    )
