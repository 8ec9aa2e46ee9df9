"""Whole hosts: blocked, and (where federation is limited) allowed."""

from __future__ import annotations

from typing import Literal

import msgspec

from pleromad.moderation import Moderation
from pleromad.moderation.hosts import Exists
from protocols.mastodon.door import Call
from protocols.mastodon.endpoints.admin.kept import Kept
from protocols.mastodon.entities.admin import AdminDomainAllow, AdminDomainBlock, ExistingDomainBlock
from protocols.mastodon.from_core.admin import domain_allow, domain_block
from web.answers import Answer

Severity = Literal["silence", "suspend", "noop"]

BLOCKS = Kept(Moderation.host_blocks, Moderation.host_block, Moderation.unblock_host, domain_block)
ALLOWS = Kept(Moderation.host_allows, Moderation.host_allow, Moderation.disallow_host, domain_allow)


class DomainForm(msgspec.Struct):
    domain: str


class BlockForm(msgspec.Struct):
    domain: str
    severity: Severity = "silence"
    reject_media: bool = False
    reject_reports: bool = False
    private_comment: str = ""
    public_comment: str = ""
    obfuscate: bool = False


class BlockChangeForm(msgspec.Struct):
    severity: Severity | None = None
    reject_media: bool | None = None
    reject_reports: bool | None = None
    private_comment: str | None = None
    public_comment: str | None = None
    obfuscate: bool | None = None


async def add_block(call: Call[BlockForm]) -> AdminDomainBlock | Answer:
    """Of one that is there already, the refusal shows it."""
    form = msgspec.structs.asdict(call.form)
    try:
        return domain_block(await call.core.moderation.block_host(call.me, form.pop("domain"), **form))
    except Exists as error:
        known = await call.core.moderation.host_block_on(call.me, error.block.domain)
        return Answer.json(ExistingDomainBlock(error=error.public, existing_domain_block=domain_block(known)), status=422)


async def change_block(call: Call[BlockChangeForm]) -> AdminDomainBlock:
    changes = msgspec.structs.asdict(call.form)
    return domain_block(await call.core.moderation.change_host_block(call.me, call.id, **changes))


async def add_allow(call: Call[DomainForm]) -> AdminDomainAllow:
    return domain_allow(await call.core.moderation.allow_host(call.me, call.form.domain))
