"""Who may not sign up: mail domains, mail addresses, networks."""

from __future__ import annotations

from typing import Literal

import msgspec

from protocols.mastodon.door import Call, Listed, NoForm
from protocols.mastodon.entities.admin import AdminCanonicalEmailBlock, AdminEmailDomainBlock, AdminIpBlock
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.from_core.accounts import encode
from protocols.mastodon.from_core.admin import email_block, email_domain_block, ip_block

Severity = Literal["sign_up_requires_approval", "sign_up_block", "no_access"]


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


async def email_domains(call: Call[NoForm]) -> Listed:
    found = await call.core.moderation.email_domain_blocks(call.me, call.page)
    return Listed.of([encode(email_domain_block(one)) for one in found.items], found)


async def show_email_domain(call: Call[NoForm]) -> AdminEmailDomainBlock:
    return email_domain_block(await call.core.moderation.email_domain_block(call.me, call.id))


async def add_email_domain(call: Call[EmailDomainForm]) -> AdminEmailDomainBlock:
    form = call.form
    made = await call.core.moderation.block_email_domain(call.me, form.domain, allow_with_approval=form.allow_with_approval)
    return email_domain_block(made)


async def delete_email_domain(call: Call[NoForm]) -> Empty:
    await call.core.moderation.unblock_email_domain(call.me, call.id)
    return Empty()


async def emails(call: Call[NoForm]) -> Listed:
    found = await call.core.moderation.email_blocks(call.me, call.page)
    return Listed.of([encode(email_block(one)) for one in found.items], found)


async def show_email(call: Call[NoForm]) -> AdminCanonicalEmailBlock:
    return email_block(await call.core.moderation.email_block(call.me, call.id))


async def test_email(call: Call[TestForm]) -> list[AdminCanonicalEmailBlock]:
    return [email_block(one) for one in await call.core.moderation.email_blocks_on(call.me, call.form.email)]


async def add_email(call: Call[EmailForm]) -> AdminCanonicalEmailBlock:
    form = call.form
    return email_block(await call.core.moderation.block_email(call.me, form.email.strip(), form.canonical_email_hash.strip().lower()))


async def delete_email(call: Call[NoForm]) -> Empty:
    await call.core.moderation.unblock_email(call.me, call.id)
    return Empty()


async def ips(call: Call[NoForm]) -> Listed:
    found = await call.core.moderation.ip_blocks(call.me, call.page)
    return Listed.of([encode(ip_block(one)) for one in found.items], found)


async def show_ip(call: Call[NoForm]) -> AdminIpBlock:
    return ip_block(await call.core.moderation.ip_block(call.me, call.id))


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


async def delete_ip(call: Call[NoForm]) -> Empty:
    await call.core.moderation.unblock_ip(call.me, call.id)
    return Empty()
