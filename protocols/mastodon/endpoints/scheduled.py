"""Statuses that are posted later."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from pleromad.errors import Invalid
from pleromad.media_proxy import HERE
from pleromad.model.note import Visibility
from pleromad.scheduling import Scheduled
from protocols.mastodon.door import Call, Listed, NoForm
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.status import ScheduledParams, ScheduledPoll, ScheduledStatus
from protocols.mastodon.from_core.accounts import encode, moment
from protocols.mastodon.from_core.media import attachment


class TimeForm(msgspec.Struct):
    scheduled_at: str = ""


async def many(call: Call[NoForm]) -> Listed:
    found = await call.core.scheduling.many(call.me.id, call.page)
    return Listed.of([encode(entity(one)) for one in found.items], found)


async def show(call: Call[NoForm]) -> ScheduledStatus:
    return entity(await call.core.scheduling.one(call.me.id, call.id))


async def update(call: Call[TimeForm]) -> ScheduledStatus:
    await call.core.scheduling.one(call.me.id, call.id)
    at = moment_of(call.form.scheduled_at)
    return entity(await call.core.scheduling.move(call.me.id, call.id, at))


async def delete(call: Call[NoForm]) -> Empty:
    await call.core.scheduling.delete(call.me.id, call.id)
    return Empty()


def moment_of(text: str) -> datetime:
    """ISO 8601 in the forms clients write; without a zone it is UTC. Raises Invalid."""
    try:
        at = datetime.fromisoformat(text.strip()[:40])
        return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("Record invalid", field="scheduled_at") from None  # Mastodon's words


def entity(one: Scheduled) -> ScheduledStatus:
    draft = one.draft
    at = moment(one.at)
    assert at is not None
    return ScheduledStatus(
        id=str(one.id),
        scheduled_at=at,
        params=ScheduledParams(
            text=draft.text,
            poll=None
            if draft.poll is None
            else ScheduledPoll(
                options=list(draft.poll.options),
                expires_in=draft.poll.expires_in_seconds,
                multiple=draft.poll.multiple,
                hide_totals=draft.poll.hide_totals,
            ),
            media_ids=[str(id) for id in draft.media_ids] or None,
            sensitive=draft.sensitive,
            spoiler_text=draft.spoiler_text or None,
            visibility=(draft.visibility or Visibility.PUBLIC).value,
            in_reply_to_id=draft.in_reply_to_id,
            language=draft.language,
            application_id=one.app_id or 0,
            scheduled_at=None,
            idempotency=one.idempotency_key,
            with_rate_limit=False,
            expires_in=draft.expires_in_seconds,
        ),
        media_attachments=[attachment(media, HERE) for media in one.media],
    )
