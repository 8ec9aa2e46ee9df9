"""Who may not sign up: mail domains, mail addresses, networks."""

from __future__ import annotations

from typing import Literal

import msgspec

from pleromad.moderation import Moderation
from protocols.mastodon.door import Call
from protocols.mastodon.endpoints.admin.kept import Kept
from protocols.mastodon.entities.admin import AdminCanonicalEmailBlock, AdminEmailDomainBlock, AdminIpBlock
from protocols.mastodon.from_core.admin import email_block, email_domain_block, ip_block

Severity = Literal["sign_up_requires_approval", "sign_up_block", "no_access"]

EMAIL_DOMAINS = Kept(
    Moderation.email_domain_blocks, Moderation.email_domain_block, Moderation.unblock_email_domain, email_domain_block
)
EMAILS = Kept(Moderation.email_blocks, Moderation.email_block, Moderation.unblock_email, email_block)
IPS = Kept(Moderation.ip_blocks, Moderation.ip_block, Moderation.unblock_ip, ip_block)


class EmailDomainForm(msgspec.Struct):
    domain: str
    allow_with_approval: bool = False


class TestForm(msgspec.Struct):
    email: str


class EmailForm(msgspec.Struct):
    email: str = ""
    canonical_email_hash: str = ""


class IpForm(msgspec.Struct):
    severity: Severity
    ip: str = ""
    comment: str = ""
    expires_in: int | None = None


class IpChangeForm(msgspec.Struct):
    severity: Severity | None = None
    ip: str | None = None
    comment: str | None = None
    expires_in: int | None = None


async def add_email_domain(call: Call[EmailDomainForm]) -> AdminEmailDomainBlock:
    form = call.form
    made = await call.core.moderation.block_email_domain(call.me, form.domain, allow_with_approval=form.allow_with_approval)
    return email_domain_block(made)


async def test_email(call: Call[TestForm]) -> list[AdminCanonicalEmailBlock]:
    return [email_block(one) for one in await call.core.moderation.email_blocks_on(call.me, call.form.email)]


async def add_email(call: Call[EmailForm]) -> AdminCanonicalEmailBlock:
    form = call.form
    return email_block(await call.core.moderation.block_email(call.me, form.email.strip(), form.canonical_email_hash.strip().lower()))


async def add_ip(call: Call[IpForm]) -> AdminIpBlock:
    form = call.form
    made = await call.core.moderation.block_ip(
        call.me, form.ip, form.severity, comment=form.comment, expires_in_seconds=form.expires_in
    )
    return ip_block(made)


async def change_ip(call: Call[IpChangeForm]) -> AdminIpBlock:
    form = call.form
    changed = await call.core.moderation.change_ip_block(
        call.me, call.id, ip=form.ip, severity=form.severity, comment=form.comment, expires_in_seconds=form.expires_in
    )
    return ip_block(changed)
