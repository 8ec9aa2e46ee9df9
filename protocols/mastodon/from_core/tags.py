"""Tag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from msgspec import UNSET

from pleromad.core import Core
from pleromad.model.trend import Day
from protocols.mastodon.entities.tag import Tag, TagDay


def tag(core: Core, name: str, days: Sequence[Day] = (), *, following: bool | None = None, featuring: bool | None = None) -> Tag:
    """A hashtag is its name: it has no other id. None: nobody looks."""
    return Tag(
        id=name,
        name=name,
        url=core.uris.tag(name),
        history=[TagDay(day=moment_of(day.day), uses=str(day.uses), accounts=str(day.people)) for day in days],
        following=UNSET if following is None else following,
        featuring=UNSET if featuring is None else featuring,
    )


async def tags_of(core: Core, viewer: int | None, names: Sequence[str]) -> list[Tag]:
    """With their last week, and whether the viewer follows them. Two queries, whatever their number."""
    if not names:
        return []
    days = await core.reading.tag_days(names)
    if viewer is None:
        return [tag(core, name, days[name]) for name in names]
    followed = await core.personal.tags_followed(viewer, names)
    return [tag(core, name, days[name], following=name in followed) for name in names]


def moment_of(day: date) -> str:
    """Its beginning (UTC) in seconds since 1970."""
    return str(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()))
