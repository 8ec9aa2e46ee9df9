"""What Pleroma tells of the server, and what its front-ends ask at start."""

from __future__ import annotations

from typing import Any, Literal

from protocols.mastodon.entities.base import Entity, Url


class PleromaEmoji(Entity, kw_only=True):
    image_url: Url
    tags: list[str]


class Captcha(Entity, kw_only=True):
    """There is none: `type` says so."""

    type: Literal["none"]


class Health(Entity, kw_only=True):
    """`active` and `idle` are connections of this daemon to the database, `memory_used` MiB."""

    healthy: bool
    active: int
    idle: int
    pool_size: int
    memory_used: float
    job_queue_stats: dict[str, int]


class FederationStatus(Entity, kw_only=True):
    """Hosts that do not answer, and since when."""

    unreachable: dict[str, str]


Stored = dict[str, Any]
