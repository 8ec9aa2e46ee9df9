"""Web Push (RFC 8030): where an app wants to be told of what."""

from __future__ import annotations

from dataclasses import dataclass, field

POLICIES = ("all", "followed", "follower", "none")
PUSH = "push"  # the kind of the jobs: {"notification_id": ..., "subscription_id": ...}, with the endpoint's host as key
TRIES = 8


@dataclass(frozen=True, slots=True)
class PushKeys:
    """Of the app (RFC 8291): its public key as an uncompressed point of P-256, and a secret of 16 bytes."""

    p256dh: bytes
    auth: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """`standard` False: encrypted and signed as the drafts before RFC 8291 and 8292 had it. `alerts`: types of notifications."""

    id: int
    token_id: int
    account_id: int
    endpoint: str
    keys: PushKeys
    standard: bool
    alerts: frozenset[str]
    policy: str
    access_token: str = field(repr=False)
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class VapidKey:
    """This server's own pair (RFC 8292), raw in base64url: 32 bytes, and an uncompressed point of 65."""

    private: str = field(repr=False)
    public: str
