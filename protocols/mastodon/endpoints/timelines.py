"""Lists of statuses, newest first; markers of how far one has read."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from pleromad.clock import iso
from pleromad.hosts import MAX_HOST
from pleromad.model.choice import Choice
from pleromad.model.notification import Marker as Mark
from pleromad.text import normal_tag
from protocols.mastodon.door import Call, Listed, NoForm, id_of
from protocols.mastodon.endpoints.notifications import ASKED_BY_NOBODY
from protocols.mastodon.entities.timeline import Marker, PleromaMarker

MAX_TAGS = 10  # of any, all and none, each
MAX_VISIBILITIES = 10


class ChoiceForm(msgspec.Struct):
    """Pleroma takes these on every timeline, Mastodon some on some."""

    local: bool = False
    remote: bool = False
    only_media: bool = False
    with_muted: bool = False
    exclude_visibilities: list[str] = []
    reply_visibility: str = ""
    instance: str = ""

    @property
    def choice(self) -> Choice:
        """Without `local` and `remote`: these decide who may see it, too, where it is a timeline of everybody."""
        return self._choice(local=False, remote=False)

    @property
    def own_choice(self) -> Choice:
        """Of one's own timelines."""
        return self._choice(local=self.local, remote=self.remote)

    def _choice(self, *, local: bool, remote: bool) -> Choice:
        return Choice(
            local=local,
            remote=remote,
            only_media=self.only_media,
            host=self.instance.strip().lower()[:MAX_HOST],
            exclude_visibilities=frozenset(self.exclude_visibilities[:MAX_VISIBILITIES]),
            replies="following" if self.reply_visibility == "following" else "self" if self.reply_visibility == "self" else "",
            muted=self.with_muted,
        )


class TagForm(ChoiceForm):
    any: list[str] = []
    all: list[str] = []
    none: list[str] = []


class MarkerForm(msgspec.Struct):
    last_read_id: str


class MarkersForm(msgspec.Struct):
    home: MarkerForm | None = None
    notifications: MarkerForm | None = None


class WhichMarkers(msgspec.Struct):
    timeline: list[str] = []


async def home(call: Call[ChoiceForm]) -> Listed:
    return await call.statuses(await call.core.reading.home(call.me.id, call.page, call.form.own_choice))


async def public(call: Call[ChoiceForm]) -> Listed:
    form = call.form
    found = await call.core.reading.public(
        call.viewer_id, call.page, local=form.local, remote=form.remote, only_media=form.only_media, choice=form.choice
    )
    return await call.statuses(found)


async def tag(call: Call[TagForm]) -> Listed:
    form = call.form
    found = await call.core.reading.tag(
        call.viewer_id,
        normal_tag(call.request.params["hashtag"].lstrip("#")),
        call.page,
        local=form.local,
        remote=form.remote,
        choice=form.choice,
        only_media=form.only_media,
        any=_tags(form.any),
        all=_tags(form.all),
        none=_tags(form.none),
    )
    return await call.statuses(found)


def _tags(names: list[str]) -> list[str]:
    return [normal_tag(name.strip().lstrip("#")) for name in names[:MAX_TAGS]]


async def direct(call: Call[ChoiceForm]) -> Listed:
    return await call.statuses(await call.core.reading.direct(call.me.id, call.page, call.form.own_choice))


async def favourites(call: Call[NoForm]) -> Listed:
    return await call.statuses(await call.core.reading.likes(call.me.id, call.page))


async def markers(call: Call[WhichMarkers]) -> dict[str, Marker]:
    rows = await call.core.reading.markers(call.me.id, call.form.timeline[:10])
    return {row.timeline: await _marker(call, row) for row in rows}


async def set_markers(call: Call[MarkersForm]) -> dict[str, Marker]:
    moved = {}
    for name, form in (("home", call.form.home), ("notifications", call.form.notifications)):
        if form is not None:
            row = await call.core.personal.set_marker(call.me.id, name, id_of(form.last_read_id))
            moved[name] = await _marker(call, row)
    return moved


async def _marker(call: Call[WhichMarkers] | Call[MarkersForm], row: Mark) -> Marker:
    """Pleroma tells with the one of notifications how many are left."""
    told = row.timeline == "notifications"
    unread = await call.core.reading.unread_notifications(call.me.id, ASKED_BY_NOBODY) if told else 0
    return Marker(
        last_read_id=str(row.last_read_id),
        version=row.version,
        updated_at=iso(row.updated_at),
        pleroma=PleromaMarker(unread_count=unread) if told else UNSET,
    )
