"""Relays, as Pleroma's admin API has them."""

from __future__ import annotations

import msgspec

from pleromad.model.relay import Relay
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.entities.pleroma_admin import RelayEntity, Relays


class RelayForm(msgspec.Struct):
    relay_url: str
    force: bool = False


async def many(call: Call[NoForm]) -> Relays:
    return Relays(relays=[_entity(relay) for relay in await call.core.relays.list()])


async def follow(call: Call[RelayForm]) -> RelayEntity:
    """The relay is asked afterwards: whether it follows back is seen in the list."""
    return _entity(await call.core.relays.subscribe(call.form.relay_url))


async def unfollow(call: Call[RelayForm]) -> RelayEntity:
    return _entity(await call.core.relays.unsubscribe(call.form.relay_url))


def _entity(relay: Relay) -> RelayEntity:
    return RelayEntity(actor=relay.actor_uri or relay.url, followed_back=relay.followed_back or (relay.kind == "mastodon" and relay.state == "accepted"))
