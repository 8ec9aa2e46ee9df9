"""What staff are shown: Admin::Account, Admin::Report and the rest; Report and what else is told of staff's work."""

from __future__ import annotations

import hashlib

from msgspec import UNSET, Raw

from pleromad.clock import iso
from pleromad.core import Core
from pleromad.model import moderation as model
from pleromad.model.account import Role
from pleromad.moderation.figures import human_size
from pleromad.moderation.reports import Case
from protocols.mastodon.entities import admin as entities
from protocols.mastodon.entities import notification as told
from protocols.mastodon.entities.base import CustomEmoji
from protocols.mastodon.entities.instance import Rule
from protocols.mastodon.entities.status import Reaction
from protocols.mastodon.entities.tag import StatusTag, TagDay
from protocols.mastodon.entities.timeline import Announcement, AnnouncementAccount, AnnouncementStatus
from protocols.mastodon.from_core.accounts import AccountRendering, moment, role
from protocols.mastodon.from_core.statuses import StatusRendering


class AdminRendering:
    def __init__(self, core: Core, accounts: AccountRendering, statuses: StatusRendering) -> None:
        self._core = core
        self._accounts = accounts
        self._statuses = statuses

    def account(self, one: model.Dossier) -> entities.AdminAccount:
        """Of somebody elsewhere what belongs to a log-in is empty, and their role nobody's."""
        account = one.account
        return entities.AdminAccount(
            id=str(account.id),
            username=account.username,
            domain=account.domain,
            created_at=iso(account.created_at),
            email=one.email,
            ip=one.addresses[0].address if one.addresses else None,
            ips=[entities.AdminIp(ip=each.address, used_at=iso(each.used_at)) for each in one.addresses],
            locale=one.locale,
            invite_request=one.reason,
            role=role(account.role or Role.USER),
            confirmed=one.confirmed,
            approved=one.approved,
            disabled=one.disabled,
            sensitized=account.sensitized,
            silenced=account.silenced,
            suspended=account.suspended,
            account=self._accounts.raw(account),
            created_by_application_id=UNSET if one.app_id is None else str(one.app_id),
            invited_by_account_id=UNSET if one.invited_by is None else str(one.invited_by),
        )

    def case(self, one: Case, viewer: int) -> entities.AdminReport:
        report = one.report
        return entities.AdminReport(
            id=str(report.id),
            action_taken=report.resolved_at is not None,
            action_taken_at=moment(report.resolved_at),
            category=report.category,  # type: ignore[arg-type]  # one of the words
            comment=report.comment,
            forwarded=report.forwarded,
            created_at=iso(report.created_at),
            updated_at=iso(report.updated_at),
            account=self.account(one.reporter),
            target_account=self.account(one.target),
            assigned_account=None if one.assigned is None else self.account(one.assigned),
            action_taken_by_account=None if one.resolver is None else self.account(one.resolver),
            statuses=[Raw(each) for each in self._statuses.many(one.notes, viewer)],
            rules=[rule for rule in rules(self._core) if int(rule.id) in report.rule_ids],
        )

    def report(self, one: model.Report) -> told.Report:
        """As whoever made it sees it, and in a notification of staff."""
        assert one.target is not None
        return told.Report(
            id=str(one.id),
            action_taken=one.resolved_at is not None,
            action_taken_at=moment(one.resolved_at),
            category=one.category,  # type: ignore[arg-type]  # one of the words
            comment=one.comment,
            forwarded=one.forwarded,
            created_at=iso(one.created_at),
            status_ids=[str(id) for id in one.note_ids],
            collection_ids=[str(id) for id in one.collection_ids],
            rule_ids=[str(id) for id in one.rule_ids],
            target_account=self._accounts.raw(one.target),
        )

    def strike(self, one: model.Strike) -> told.AccountWarning:
        return told.AccountWarning(
            id=str(one.id),
            action=one.action,  # type: ignore[arg-type]  # one of the words
            text=one.text,
            status_ids=[str(id) for id in one.note_ids],
            target_account=self._accounts.raw(one.target),
            appeal=None,
            created_at=iso(one.created_at),
        )

    def announcement(self, one: model.Announcement, viewer: int | None) -> Announcement:
        """`viewer` None: for everybody, without what one person did."""
        uris = self._core.uris
        return Announcement(
            id=str(one.id),
            content=one.content,
            starts_at=moment(one.starts_at),
            ends_at=moment(one.ends_at),
            all_day=one.all_day,
            published_at=iso(one.published_at),
            updated_at=iso(one.updated_at),
            read=UNSET if viewer is None else one.read,
            mentions=[AnnouncementAccount(id=str(a.id), username=a.username, url=a.url, acct=a.acct) for a in one.mentions],
            statuses=[AnnouncementStatus(id=str(id), url=url) for id, url in one.notes],
            tags=[StatusTag(name=tag, url=uris.tag(tag)) for tag in one.tags],
            emojis=_NO_EMOJIS,
            reactions=[
                Reaction(
                    name=each.name,
                    count=each.count,
                    me=UNSET if viewer is None else each.me,
                    url=UNSET if each.url is None else each.url,
                    static_url=UNSET if each.url is None else each.url,
                )
                for each in one.reactions
            ],
        )

    def tag(self, one: model.TagRule) -> entities.AdminTag:
        """What nobody has decided about may trend here."""
        return entities.AdminTag(
            id=one.tag,
            name=one.display_name or one.tag,
            url=self._core.uris.tag(one.tag),
            history=_history(one.history),
            trendable=one.trendable is not False,
            usable=one.usable,
            listable=one.listable,
            requires_review=False,
        )


_NO_EMOJIS: list[CustomEmoji] = []


def severance(one: model.Severance) -> told.RelationshipSeveranceEvent:
    return told.RelationshipSeveranceEvent(
        id=str(one.id),
        type=one.type,  # type: ignore[arg-type]  # one of the words
        purged=False,
        target_name=one.target_name,
        followers_count=one.followers_count,
        following_count=one.following_count,
        created_at=iso(one.created_at),
    )


def rules(core: Core) -> list[Rule]:
    """Of the server, counted from 1."""
    return [Rule(id=str(number), text=text, hint="", translations={}) for number, text in enumerate(core.settings.instance.rules, 1)]


def domain_block(one: model.HostBlock) -> entities.AdminDomainBlock:
    assert one.created_at is not None
    return entities.AdminDomainBlock(
        id=str(one.id),
        domain=one.domain,
        digest=digest(one.domain),
        created_at=iso(one.created_at),
        severity=one.severity,  # type: ignore[arg-type]  # one of the words
        reject_media=one.reject_media,
        reject_reports=one.reject_reports,
        private_comment=one.private_comment or None,
        public_comment=one.public_comment or None,
        obfuscate=one.obfuscate,
    )


def digest(domain: str) -> str:
    return hashlib.sha256(domain.encode()).hexdigest()


def domain_allow(one: model.HostAllow) -> entities.AdminDomainAllow:
    return entities.AdminDomainAllow(id=str(one.id), domain=one.domain, created_at=iso(one.created_at))


def email_domain_block(one: model.EmailDomainBlock) -> entities.AdminEmailDomainBlock:
    return entities.AdminEmailDomainBlock(
        id=str(one.id),
        domain=one.domain,
        created_at=iso(one.created_at),
        history=_history(one.history),
        allow_with_approval=one.allow_with_approval,
    )


def email_block(one: model.EmailBlock) -> entities.AdminCanonicalEmailBlock:
    return entities.AdminCanonicalEmailBlock(id=str(one.id), canonical_email_hash=one.hash)


def ip_block(one: model.IpBlock) -> entities.AdminIpBlock:
    return entities.AdminIpBlock(
        id=str(one.id),
        ip=one.ip,
        severity=one.severity,  # type: ignore[arg-type]  # one of the words
        comment=one.comment,
        created_at=iso(one.created_at),
        expires_at=moment(one.expires_at),
    )


def measure(one: model.Measure) -> entities.Measure:
    return entities.Measure(
        key=one.key,
        unit="bytes" if one.bytes else None,
        total=str(one.total),
        human_value=human_size(one.total) if one.bytes else UNSET,
        previous_total=UNSET if one.before is None else str(one.before),
        data=[entities.MeasureDay(date=iso(day), value=str(value)) for day, value in one.days],
    )


def dimension(key: str, parts: list[model.Part]) -> entities.Dimension:
    return entities.Dimension(
        key=key,
        data=[
            entities.DimensionData(
                key=each.key, human_key=each.name, value=each.value, unit=each.unit or UNSET, human_value=each.shown or UNSET
            )
            for each in parts
        ],
    )


def cohort(one: model.Cohort, frequency: str) -> entities.Cohort:
    return entities.Cohort(
        period=iso(one.period),
        frequency="month" if frequency == "month" else "day",
        data=[entities.CohortData(date=iso(day), rate=rate, value=str(value)) for day, rate, value in one.data],
    )


def _history(days: tuple[model.DayUse, ...]) -> list[TagDay]:
    return [TagDay(day=str(int(each.day.timestamp())), uses=str(each.uses), accounts=str(each.accounts)) for each in days]
