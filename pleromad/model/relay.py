"""A relay: a server that passes public notes on between those who take part."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Relay:
    url: str  # as staff gave it: an actor (litepub) or an inbox (mastodon)
    kind: str  # "litepub", "mastodon"
    state: str  # "wished", "asked", "accepted", "refused"
    actor_uri: str | None
    inbox: str
    follow_uri: str | None
    followed_back: bool = False  # LitePub: the relay follows our /relay
