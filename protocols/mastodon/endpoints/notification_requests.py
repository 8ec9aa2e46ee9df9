"""Whom one wants to hear: the policy, and the requests of those it keeps back."""

from __future__ import annotations

from typing import Literal

import msgspec

from pleromad.errors import NotFound
from protocols.mastodon.door import Call, Listed, NoForm, known_ids
from protocols.mastodon.endpoints.notifications import SupportedForm, glasses
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.notification import (
    Merged,
    NotificationPolicy,
    NotificationPolicyV1,
    NotificationRequest,
)
from protocols.mastodon.from_core import notifications as shapes
from protocols.mastodon.from_core.accounts import encode

AT_ONCE = 100

Word = Literal["accept", "filter", "drop"]


class PolicyForm(msgspec.Struct):
    for_not_following: Word | None = None
    for_not_followers: Word | None = None
    for_new_accounts: Word | None = None
    for_private_mentions: Word | None = None
    for_limited_accounts: Word | None = None


class OldPolicyForm(msgspec.Struct):
    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None


class IdsForm(msgspec.Struct):
    id: list[str] = []


async def policy(call: Call[NoForm]) -> NotificationPolicy:
    return shapes.policy(await call.core.reading.notification_policy(call.me.id))


async def set_policy(call: Call[PolicyForm]) -> NotificationPolicy:
    words = {name: word for name, word in msgspec.structs.asdict(call.form).items() if word is not None}
    return shapes.policy(await call.core.personal.set_notification_policy(call.me.id, words))


async def policy_v1(call: Call[NoForm]) -> NotificationPolicyV1:
    return shapes.policy_v1(await call.core.reading.notification_policy(call.me.id))


async def set_policy_v1(call: Call[OldPolicyForm]) -> NotificationPolicyV1:
    """Mastodon 4.3's betas knew only yes and no."""
    words = {
        f"for_{name.removeprefix('filter_')}": "filter" if kept_back else "accept"
        for name, kept_back in msgspec.structs.asdict(call.form).items()
        if kept_back is not None
    }
    return shapes.policy_v1(await call.core.personal.set_notification_policy(call.me.id, words))


async def many(call: Call[SupportedForm]) -> Listed:
    found = await call.core.reading.notification_requests(call.me.id, call.page)
    worn = await glasses(call, [each.last for each in found.items])
    return Listed.of([encode(call.render.notifications.request(each, worn)) for each in found.items], found)


async def show(call: Call[SupportedForm]) -> NotificationRequest:
    one = await call.core.reading.notification_request(call.me.id, call.id)
    return call.render.notifications.request(one, await glasses(call, [one.last]))


async def accept(call: Call[NoForm]) -> Empty:
    if not await call.core.personal.accept_requests(call.me.id, [call.id]):
        raise NotFound
    return Empty()


async def dismiss(call: Call[NoForm]) -> Empty:
    if not await call.core.personal.dismiss_requests(call.me.id, [call.id]):
        raise NotFound
    return Empty()


async def accept_many(call: Call[IdsForm]) -> Empty:
    await call.core.personal.accept_requests(call.me.id, known_ids(call.form.id, most=AT_ONCE))
    return Empty()


async def dismiss_many(call: Call[IdsForm]) -> Empty:
    await call.core.personal.dismiss_requests(call.me.id, known_ids(call.form.id, most=AT_ONCE))
    return Empty()


async def merged(call: Call[NoForm]) -> Merged:
    """Always: whoever is let pass is among the others when the answer comes."""
    return Merged(merged=True)
