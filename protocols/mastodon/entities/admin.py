"""What staff are shown (Mastodon documentation, "Admin" entities)."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from protocols.mastodon.entities.account import AccountJson, Role
from protocols.mastodon.entities.base import DateTime, Entity, Id, Number
from protocols.mastodon.entities.instance import Rule
from protocols.mastodon.entities.status import StatusJson
from protocols.mastodon.entities.tag import Tag, TagDay

Category = Literal["spam", "legal", "violation", "other"]


class AdminIp(Entity, kw_only=True):
    ip: str
    used_at: DateTime


class AdminAccount(Entity, kw_only=True):
    id: Id
    username: str
    domain: str | None
    created_at: DateTime
    email: str
    ip: str | None
    ips: list[AdminIp]
    locale: str
    invite_request: str | None
    role: Role
    confirmed: bool
    approved: bool
    disabled: bool
    sensitized: bool
    silenced: bool
    suspended: bool
    account: AccountJson
    created_by_application_id: Id | UnsetType = UNSET
    invited_by_account_id: Id | UnsetType = UNSET


class AdminReport(Entity, kw_only=True):
    id: Id
    action_taken: bool
    action_taken_at: DateTime | None
    category: Category
    comment: str
    forwarded: bool
    created_at: DateTime
    updated_at: DateTime
    account: AdminAccount
    target_account: AdminAccount
    assigned_account: AdminAccount | None
    action_taken_by_account: AdminAccount | None
    statuses: list[StatusJson]
    rules: list[Rule]


class AdminDomainBlock(Entity, kw_only=True):
    id: Id
    domain: str
    digest: str
    created_at: DateTime
    severity: Literal["silence", "suspend", "noop"]
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool


class ExistingDomainBlock(Entity, kw_only=True):
    """The refusal of a block that is there already."""

    error: str
    existing_domain_block: AdminDomainBlock


class AdminDomainAllow(Entity, kw_only=True):
    id: Id
    domain: str
    created_at: DateTime


class AdminEmailDomainBlock(Entity, kw_only=True):
    id: Id
    domain: str
    created_at: DateTime
    history: list[TagDay]
    allow_with_approval: bool  # Mastodon 4.4 on; not in its documentation


class AdminCanonicalEmailBlock(Entity, kw_only=True):
    id: Id
    canonical_email_hash: str


class AdminIpBlock(Entity, kw_only=True):
    id: Id
    ip: str
    severity: Literal["sign_up_requires_approval", "sign_up_block", "no_access"]
    comment: str
    created_at: DateTime
    expires_at: DateTime | None


class AdminTag(Tag, kw_only=True):
    trendable: bool
    usable: bool
    requires_review: bool
    listable: bool  # Mastodon 4.3 on; not in its documentation


class DimensionData(Entity, kw_only=True):
    key: str
    human_key: str
    value: str
    unit: str | UnsetType = UNSET
    human_value: str | UnsetType = UNSET


class Dimension(Entity, kw_only=True):
    key: str
    data: list[DimensionData]


class MeasureDay(Entity, kw_only=True):
    date: DateTime
    value: Number


class Measure(Entity, kw_only=True):
    key: str
    unit: str | None
    total: Number
    human_value: str | UnsetType = UNSET
    previous_total: Number | UnsetType = UNSET
    data: list[MeasureDay]


class CohortData(Entity, kw_only=True):
    date: DateTime
    rate: float
    value: Number


class Cohort(Entity, kw_only=True):
    period: DateTime
    frequency: Literal["day", "month"]
    data: list[CohortData]
