"""What Pleroma tells of the server, and what its front-ends ask at start."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from protocols.mastodon.entities.account import AccountJson
from protocols.mastodon.entities.base import DateTime, Entity, Id, Url
from protocols.mastodon.entities.instance import Rule
from protocols.mastodon.entities.status import StatusJson


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


class BookmarkFolder(Entity, kw_only=True):
    id: Id
    name: str
    emoji: str | None
    emoji_url: Url | None


class Scrobble(Entity, kw_only=True):
    id: Id
    account: AccountJson
    created_at: DateTime
    title: str
    album: str
    artist: str
    length: int
    external_link: str = field(name="externalLink")


class OwnReport(Entity, kw_only=True):
    """A report that one made oneself."""

    id: Id
    account: AccountJson
    actor: AccountJson
    content: str
    created_at: DateTime
    state: Literal["open", "resolved"]
    statuses: list[StatusJson]
    rules: list[Rule]


class OwnReports(Entity, kw_only=True):
    reports: list[OwnReport]
    total: int


class EmojiPackInfo(Entity, kw_only=True):
    description: str
    license: str
    homepage: str
    can_download: bool = field(name="can-download")
    share_files: bool = field(name="share-files")


class EmojiPack(Entity, kw_only=True):
    """`files`: by shortcode."""

    files: dict[str, str]
    files_count: int
    pack: EmojiPackInfo


class EmojiPacks(Entity, kw_only=True):
    packs: dict[str, EmojiPack]
    count: int


class Interaction(Entity, kw_only=True):
    """Where somebody of another server goes on, at home."""

    url: Url


class Picture(Entity, kw_only=True):
    url: Url | None


Stored = dict[str, Any]
