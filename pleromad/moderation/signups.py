"""Who may sign up: mail domains, mail addresses and networks that staff do not want."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from pleromad.accounts.admission import domain_name, email_hash
from pleromad.errors import Invalid, NotFound
from pleromad.model.account import Account
from pleromad.model.moderation import IP_SEVERITIES, DayUse, EmailBlock, EmailDomainBlock, IpBlock, Permission
from pleromad.model.page import Page, Slice
from pleromad.moderation.desk import Officer, slice_of
from store import signups

HISTORY_DAYS = 7
MAX_COMMENT = 2_000
MAX_SECONDS = 100 * 365 * 86_400
_HASH = re.compile(r"[0-9a-f]{64}")


class SignUps(Officer):
    # mail domains

    async def email_domain_blocks(self, by: Account | None, page: Page) -> Slice[EmailDomainBlock]:
        self.need(by, Permission.MANAGE_BLOCKS)
        found = await signups.email_domains(self._database, page)
        return slice_of(await self._with_history(found), page)

    async def email_domain_block(self, by: Account | None, id: int) -> EmailDomainBlock:
        self.need(by, Permission.MANAGE_BLOCKS)
        found = await signups.email_domain(self._database, id)
        if found is None:
            raise NotFound
        return (await self._with_history([found]))[0]

    async def block_email_domain(self, by: Account | None, domain: str, *, allow_with_approval: bool = False) -> EmailDomainBlock:
        """Nobody signs up with an address there or below, or (`allow_with_approval`) only past the staff. Raises Invalid."""
        self.need(by, Permission.MANAGE_BLOCKS)
        name = domain_name(domain)
        id = await self._ids.mint()
        if not await signups.add_email_domain(self._database, id, name, allow_with_approval):
            raise Invalid("Validation failed: Domain has already been taken", field="domain")
        await self.log(self._database, by, "create", "email_domain_block", id, name)
        return await self.email_domain_block(by, id)

    async def unblock_email_domain(self, by: Account | None, id: int) -> None:
        known = await self.email_domain_block(by, id)
        await signups.delete_email_domain(self._database, id)
        await self.log(self._database, by, "destroy", "email_domain_block", id, known.domain)

    async def _with_history(self, blocks: Sequence[EmailDomainBlock]) -> list[EmailDomainBlock]:
        today = self._clock.now().date()
        days = [today - timedelta(days=n) for n in range(HISTORY_DAYS)]
        tries = await signups.email_domain_tries(self._database, [block.id for block in blocks], days[-1])
        found = {(id, day): (uses, people) for id, day, uses, people in tries}
        return [
            replace(
                block,
                history=tuple(
                    DayUse(datetime.combine(day, time(), UTC), *found.get((block.id, day), (0, 0))) for day in days
                ),
            )
            for block in blocks
        ]

    # mail addresses

    async def email_blocks(self, by: Account | None, page: Page) -> Slice[EmailBlock]:
        self.need(by, Permission.MANAGE_BLOCKS)
        return slice_of(await signups.email_blocks(self._database, page), page)

    async def email_block(self, by: Account | None, id: int) -> EmailBlock:
        self.need(by, Permission.MANAGE_BLOCKS)
        found = await signups.email_block(self._database, id=id)
        if found is None:
            raise NotFound
        return found

    async def email_blocks_on(self, by: Account | None, email: str) -> list[EmailBlock]:
        """Those that keep this address out."""
        self.need(by, Permission.MANAGE_BLOCKS)
        found = await signups.email_block(self._database, hash=email_hash(email))
        return [found] if found is not None else []

    async def block_email(self, by: Account | None, email: str = "", hash: str = "") -> EmailBlock:
        """An address, or (Mastodon: `canonical_email_hash`) what it is known by. Raises Invalid."""
        self.need(by, Permission.MANAGE_BLOCKS)
        if email:
            hash = email_hash(email)
        if not _HASH.fullmatch(hash):
            raise Invalid("Validation failed: Canonical email hash can't be blank", field="email")
        id = await self._ids.mint()
        if not await signups.add_email_block(self._database, id, hash):
            raise Invalid("Validation failed: Canonical email hash has already been taken", field="email")
        await self.log(self._database, by, "create", "canonical_email_block", id, hash)
        return EmailBlock(id, hash)

    async def unblock_email(self, by: Account | None, id: int) -> None:
        known = await self.email_block(by, id)
        await signups.delete_email_block(self._database, id=id)
        await self.log(self._database, by, "destroy", "canonical_email_block", id, known.hash)

    # networks

    async def ip_blocks(self, by: Account | None, page: Page) -> Slice[IpBlock]:
        self.need(by, Permission.MANAGE_BLOCKS)
        return slice_of(await signups.ip_blocks(self._database, page), page)

    async def ip_block(self, by: Account | None, id: int) -> IpBlock:
        self.need(by, Permission.MANAGE_BLOCKS)
        found = await signups.ip_block(self._database, id)
        if found is None:
            raise NotFound
        return found

    async def block_ip(
        self, by: Account | None, ip: str, severity: str, *, comment: str = "", expires_in_seconds: int | None = None
    ) -> IpBlock:
        """An address or a network. Raises Invalid."""
        self.need(by, Permission.MANAGE_BLOCKS)
        network = _network(ip)
        _check_ip(severity, comment)
        id = await self._ids.mint()
        expires = self._expiry(expires_in_seconds)
        if not await signups.add_ip_block(self._database, id, network, severity, comment, expires):
            raise Invalid("Validation failed: Ip has already been taken", field="ip")
        await self.log(self._database, by, "create", "ip_block", id, network, severity=severity)
        await self._desk.gatekeeper.changed()
        return await self.ip_block(by, id)

    async def change_ip_block(
        self,
        by: Account | None,
        id: int,
        *,
        ip: str | None = None,
        severity: str | None = None,
        comment: str | None = None,
        expires_in_seconds: int | None = None,
    ) -> IpBlock:
        """`expires_in_seconds` 0: from now on without end."""
        known = await self.ip_block(by, id)
        _check_ip(severity or known.severity, comment or "")
        columns: dict[str, object] = {"severity": severity, "comment": comment, "ip": _network(ip) if ip else None}
        columns = {name: value for name, value in columns.items() if value is not None}
        if expires_in_seconds is not None:
            columns["expires_at"] = self._expiry(expires_in_seconds)
        if not await signups.change_ip_block(self._database, id, columns):
            raise Invalid("Validation failed: Ip has already been taken", field="ip")
        changed = await self.ip_block(by, id)
        await self.log(self._database, by, "update", "ip_block", id, changed.ip, severity=changed.severity)
        await self._desk.gatekeeper.changed()
        return changed

    async def unblock_ip(self, by: Account | None, id: int) -> None:
        known = await self.ip_block(by, id)
        await signups.delete_ip_block(self._database, id)
        await self.log(self._database, by, "destroy", "ip_block", id, known.ip)
        await self._desk.gatekeeper.changed()

    def _expiry(self, seconds: int | None) -> datetime | None:
        if seconds is not None and not 0 <= seconds <= MAX_SECONDS:
            raise Invalid("Validation failed: Expires in is out of its range", field="expires_in")
        return self._clock.now() + timedelta(seconds=seconds) if seconds else None


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        raise Invalid("Validation failed: Ip is not an address or a network", field="ip") from None


def _check_ip(severity: str, comment: str) -> None:
    if severity not in IP_SEVERITIES:
        raise Invalid(f"Validation failed: Severity is one of {', '.join(IP_SEVERITIES)}", field="severity")
    if len(comment) > MAX_COMMENT:
        raise Invalid("Validation failed: Comment is too long", field="comment")
