"""Staff: what each role may do, and what they deal with: reports, strikes, blocks of hosts and addresses, the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag, StrEnum

from pleromad.model.account import Account, Role


class Permission(IntFlag):
    """What somebody may do besides being a person here: the bits of Mastodon 4.6 (its documentation, "Role")."""

    NOTHING = 0
    ADMINISTRATOR = 1 << 0
    VIEW_DEVOPS = 1 << 1
    VIEW_AUDIT_LOG = 1 << 2
    VIEW_DASHBOARD = 1 << 3
    MANAGE_REPORTS = 1 << 4
    MANAGE_FEDERATION = 1 << 5
    MANAGE_SETTINGS = 1 << 6
    MANAGE_BLOCKS = 1 << 7
    MANAGE_TAXONOMIES = 1 << 8
    MANAGE_APPEALS = 1 << 9
    MANAGE_USERS = 1 << 10
    MANAGE_INVITES = 1 << 11
    MANAGE_RULES = 1 << 12
    MANAGE_ANNOUNCEMENTS = 1 << 13
    MANAGE_CUSTOM_EMOJIS = 1 << 14
    MANAGE_WEBHOOKS = 1 << 15
    INVITE_USERS = 1 << 16
    MANAGE_ROLES = 1 << 17
    MANAGE_USER_ACCESS = 1 << 18
    DELETE_USER_DATA = 1 << 19
    VIEW_FEEDS = 1 << 20
    INVITE_BYPASS_APPROVAL = 1 << 21
    MANAGE_EMAIL_SUBSCRIPTIONS = 1 << 22


_ALL = Permission((1 << 23) - 1)
_MODERATOR = (
    Permission.VIEW_DASHBOARD
    | Permission.VIEW_AUDIT_LOG
    | Permission.VIEW_FEEDS
    | Permission.MANAGE_USERS
    | Permission.MANAGE_REPORTS
    | Permission.MANAGE_TAXONOMIES
)
# Mastodon's default roles.
PERMISSIONS: Mapping[Role, Permission] = {
    Role.USER: Permission.NOTHING,
    Role.MODERATOR: _MODERATOR,
    Role.ADMIN: _MODERATOR
    | Permission.MANAGE_USER_ACCESS
    | Permission.DELETE_USER_DATA
    | Permission.MANAGE_FEDERATION
    | Permission.MANAGE_SETTINGS
    | Permission.MANAGE_BLOCKS
    | Permission.MANAGE_APPEALS
    | Permission.MANAGE_RULES
    | Permission.MANAGE_INVITES
    | Permission.MANAGE_ANNOUNCEMENTS
    | Permission.MANAGE_CUSTOM_EMOJIS
    | Permission.MANAGE_WEBHOOKS
    | Permission.MANAGE_ROLES,
    Role.OWNER: _ALL,
}
_RANK = {Role.USER: 0, Role.MODERATOR: 10, Role.ADMIN: 100, Role.OWNER: 1000}


def may(role: Role | None, *any_of: Permission) -> bool:
    """Does the role allow one of these?"""
    return role is not None and any(PERMISSIONS[role] & each for each in any_of)


def stands_above(role: Role | None, other: Role | None) -> bool:
    """Staff act on those below them only; `other` None is nobody of ours."""
    return role is not None and (other is None or _RANK[role] > _RANK[other])


def roles_that_may(permission: Permission) -> list[Role]:
    return [role for role in Role if may(role, permission)]


class Sanction(StrEnum):
    """What staff do to an account (Mastodon: Perform an action against an account)."""

    NONE = "none"  # a warning, nothing else
    DISABLE = "disable"  # they cannot log in
    SENSITIVE = "sensitive"  # their media are shown as sensitive
    SILENCE = "silence"  # only who follows them hears them
    SUSPEND = "suspend"  # they are gone, for as long as it lasts


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which entries of the staff's log. `search`: in what was done, and to whom."""

    by: int | None = None
    search: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """`uses` so far. Its code is not known."""

    id: int
    role: str
    uses_left: int
    uses: int
    expires_at: datetime | None
    over: bool  # its time is


CATEGORIES = ("spam", "legal", "violation", "other")


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody told staff of somebody. `note_ids` may be gone by now; `rule_ids` count the rules from 1."""

    id: int
    uri: str
    account_id: int
    target_id: int
    note_ids: tuple[int, ...]
    rule_ids: tuple[int, ...]
    category: str
    comment: str
    forwarded: bool
    assigned_id: int | None
    resolved_at: datetime | None
    resolved_by: int | None
    created_at: datetime
    updated_at: datetime
    collection_ids: tuple[int, ...] = ()
    target: Account | None = None  # where it is asked for


@dataclass(frozen=True, slots=True)
class Strike:
    """What was done to somebody, as they are told of it. `by` None: from the shell."""

    id: int
    target: Account
    by: int | None
    action: str
    text: str
    report_id: int | None
    note_ids: tuple[int, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Severance:
    """Follows of somebody here that ended because staff suspended the other side (`domain_block`, `account_suspension`)."""

    id: int
    account_id: int
    type: str
    target_name: str
    followers_count: int
    following_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Address:
    address: str
    used_at: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """An account with what only staff see. Of others' accounts the log-in's part is empty."""

    account: Account
    email: str = ""
    locale: str = ""
    reason: str | None = None
    confirmed: bool = True
    approved: bool = True
    disabled: bool = False
    addresses: tuple[Address, ...] = ()
    app_id: int | None = None
    invited_by: int | None = None
    tags: tuple[str, ...] = ()  # one of them
    types: tuple[str, ...] = ()  # of actors, one of them


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts staff ask for. None and '' ask nothing."""

    local: bool | None = None
    status: str = ""  # active, pending, disabled, silenced, suspended, sensitized
    roles: tuple[Role, ...] | None = None
    username: str = ""
    display_name: str = ""
    domain: str = ""
    email: str = ""
    address: str = ""
    invited_by: int | None = None
    tags: tuple[str, ...] = ()  # one of them
    types: tuple[str, ...] = ()  # of actors, one of them


SEVERITIES = ("silence", "suspend", "noop")


@dataclass(frozen=True, slots=True)
class HostBlock:
    """What is done with a host and all below it."""

    id: int
    domain: str
    severity: str = "silence"
    reject_media: bool = False
    reject_reports: bool = False
    private_comment: str = ""
    public_comment: str = ""
    obfuscate: bool = False
    created_at: datetime | None = None

    @property
    def public_domain(self) -> str:
        """The name as others may read it: with its middle starred out when it is not to be told."""
        if not self.obfuscate:
            return self.domain
        length = len(self.domain)
        shown = length // 4
        return "".join("*" if shown < i < length - shown and c != "." else c for i, c in enumerate(self.domain))

    def stricter_than(self, other: HostBlock) -> bool:
        order = {"noop": 0, "silence": 1, "suspend": 2}
        if order[self.severity] != order[other.severity]:
            return order[self.severity] > order[other.severity]
        return self.severity == "suspend" or (
            (self.reject_media or not other.reject_media) and (self.reject_reports or not other.reject_reports)
        )


@dataclass(frozen=True, slots=True)
class HostAllow:
    id: int
    domain: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DayUse:
    """How often something happened on a day, and by how many."""

    day: datetime
    uses: int
    accounts: int


@dataclass(frozen=True, slots=True)
class EmailDomainBlock:
    id: int
    domain: str
    allow_with_approval: bool
    created_at: datetime
    history: tuple[DayUse, ...] = ()


@dataclass(frozen=True, slots=True)
class EmailBlock:
    """`hash` is SHA-256 of an address in its plainest form."""

    id: int
    hash: str


IP_SEVERITIES = ("sign_up_requires_approval", "sign_up_block", "no_access")


@dataclass(frozen=True, slots=True)
class IpBlock:
    id: int
    ip: str  # with its prefix
    severity: str
    comment: str
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TagRule:
    """What staff decided about a hashtag; `trendable` None: nothing yet."""

    tag: str
    display_name: str = ""
    trendable: bool | None = None
    usable: bool = True
    listable: bool = True
    reviewed_at: datetime | None = None
    history: tuple[DayUse, ...] = ()


@dataclass(frozen=True, slots=True)
class AnnouncementReaction:
    name: str
    count: int
    me: bool
    url: str | None


@dataclass(frozen=True, slots=True)
class Announcement:
    """What staff tell everybody here. `text` as typed, `content` HTML; `read`: whoever looks has dismissed it."""

    id: int
    text: str
    content: str
    mentions: tuple[Account, ...]
    notes: tuple[tuple[int, str], ...]  # id, url
    tags: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    all_day: bool
    published_at: datetime
    updated_at: datetime
    read: bool = False
    reactions: tuple[AnnouncementReaction, ...] = ()


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What somebody of the staff did. `by` None: from the shell."""

    id: int
    by: Account | None
    action: str
    target_type: str
    target_id: int | None
    target: str
    created_at: datetime
    details: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number over a time, day by day. `before`: the same time before that, None where it makes no sense."""

    key: str
    total: int
    before: int | None
    days: tuple[tuple[datetime, int], ...]
    bytes: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a dimension. `name`: for people."""

    key: str
    name: str
    value: str
    unit: str | None = None
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who came in one period, and how many of them were still seen in each period since: (period, rate, how many)."""

    period: datetime
    data: tuple[tuple[datetime, float, int], ...]
