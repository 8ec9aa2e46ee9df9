"""What every policy (Pleroma: MRF) is: settings of its own, and a say in each activity that comes in or goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import msgspec

from pleromad.model.account import Account, RemoteActor
from pleromad.model.activity import Activity, Origin


@dataclass(frozen=True, slots=True)
class Context:
    """Who acts, and how it came to us. `domain` is ours."""

    actor: Account
    origin: Origin
    domain: str
    usual_visibility: str | None = None  # of what the actor, one of ours, writes
    now: datetime | None = None

    @property
    def incoming(self) -> bool:
        """From another server; else it is one of ours, on its way out."""
        return not self.actor.local

    @property
    def host(self) -> str | None:
        """The actor's domain, None for ours."""
        return self.actor.domain


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The table `[policies.NAME]`, here one without keys."""


class Policy:
    """One policy. Whoever writes one overrides what it has something to say about, and adds it to `POLICIES`."""

    name: ClassVar[str]
    settings_type: ClassVar[type[Settings]] = Settings
    values: ClassVar[str] = ""  # what a key of the table takes, for whoever wrote something else

    def __init__(self, settings: Settings) -> None:
        """Raises ValueError with a sentence that names the key and what is allowed."""

    def apply(self, activity: Activity, context: Context) -> Activity:
        """The activity, perhaps changed. Raises Rejected."""
        return activity

    def actor(self, actor: RemoteActor) -> RemoteActor:
        """An actor of another server, before it is kept. Raises Rejected."""
        return actor

    def refuses(self, host: str) -> bool:
        """Nothing is taken from this host, fetched from it or sent to it."""
        return False

    def removes_media(self, host: str) -> bool:
        """Pictures of this host are not shown, fetched or passed on."""
        return False

    def describe(self) -> dict[str, object]:
        """What anybody may know of the settings (NodeInfo: federation)."""
        return {}
