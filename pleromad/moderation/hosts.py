"""Whole hosts: silenced, suspended, without media or reports; and those that a limited server allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime

from pleromad import surface
from pleromad.accounts.admission import domain_name
from pleromad.errors import Invalid, NotFound
from pleromad.jobs import Job
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import Delete, Origin
from pleromad.model.event import Event
from pleromad.model.moderation import SEVERITIES, HostAllow, HostBlock, Permission
from pleromad.model.page import Page, Slice
from pleromad.moderation.desk import ModerationDesk, Officer, slice_of
from store import hostrules, reports
from store import hosts as host_rows
from store.pool import Transaction

MAX_COMMENT = 5_000
MOST_EVENTS = 500
FORGET = "forget-host"  # the job that deletes whom we know from there
FORGET_AT_ONCE = 50
SETTLE = "settle-host"  # the job that puts in force what was decided; it was done already unless the daemon fell

_CHANGES = frozenset({"severity", "reject_media", "reject_reports", "private_comment", "public_comment", "obfuscate"})


class Exists(Invalid):
    """There is a rule already; `block` is it."""

    def __init__(self, block: HostBlock) -> None:
        super().__init__(f"{block.domain} is blocked already, or a wider block is stricter", field="domain")
        self.block = block


class Hosts(Officer):
    def __init__(self, desk: ModerationDesk) -> None:
        super().__init__(desk)
        desk.jobs.work(SETTLE, self._settle_job, concurrency=1)
        desk.jobs.work(FORGET, self._forget, concurrency=1)

    # blocks

    async def host_blocks(self, by: Account | None, page: Page) -> Slice[HostBlock]:
        self.need(by, Permission.MANAGE_FEDERATION)
        return slice_of(await hostrules.blocks(self._database, page), page)

    async def host_block(self, by: Account | None, id: int) -> HostBlock:
        self.need(by, Permission.MANAGE_FEDERATION)
        found = await hostrules.block(self._database, id)
        if found is None:
            raise NotFound
        return found

    async def host_block_on(self, by: Account | None, domain: str) -> HostBlock:
        """By its name. Raises NotFound, Invalid."""
        self.need(by, Permission.MANAGE_FEDERATION)
        found = await hostrules.block_of(self._database, domain_name(domain))
        if found is None:
            raise NotFound(f"There is no block of {domain}")
        return found

    async def block_host(
        self,
        by: Account | None,
        domain: str,
        *,
        severity: str = "silence",
        reject_media: bool = False,
        reject_reports: bool = False,
        private_comment: str = "",
        public_comment: str = "",
        obfuscate: bool = False,
    ) -> HostBlock:
        """In force at once, for all below the domain too. Raises Invalid, Exists."""
        self.need(by, Permission.MANAGE_FEDERATION)
        name = domain_name(domain)
        if name == self._desk.settings().domain:
            raise Invalid("Validation failed: Domain is this server's own", field="domain")
        made = HostBlock(
            await self._ids.mint(), name, severity, reject_media, reject_reports, private_comment, public_comment, obfuscate
        )
        _check(asdict(made))
        known = self._desk.gatekeeper.hosts.of(name)
        if known is not None and (known.domain == name or not made.stricter_than(known)):
            raise Exists(known)

        async def work(tx: Transaction) -> None:
            if not await hostrules.add_block(tx, made):
                raise Exists(made)
            await self.log(tx, by, "create", "host_block", made.id, name, severity=severity, comment=private_comment)
            await self._desk.jobs.add(SETTLE, {"domain": name}, within=tx)

        await self._database.transaction(work)
        await self._in_force(name)
        return await self.host_block(by, made.id)

    async def change_host_block(self, by: Account | None, id: int, **columns: object) -> HostBlock:
        """Of `severity`, `reject_media`, `reject_reports`, `private_comment`, `public_comment`, `obfuscate` those that are not None."""
        known = await self.host_block(by, id)
        given = {name: value for name, value in columns.items() if value is not None and name in _CHANGES}
        _check(given)

        async def work(tx: Transaction) -> None:
            await hostrules.change_block(tx, id, given)
            await self.log(tx, by, "update", "host_block", id, known.domain, **given)
            await self._desk.jobs.add(SETTLE, {"domain": known.domain}, within=tx)

        await self._database.transaction(work)
        await self._in_force(known.domain)
        return await self.host_block(by, id)

    async def unblock_host(self, by: Account | None, id: int) -> None:
        known = await self.host_block(by, id)

        async def work(tx: Transaction) -> None:
            await hostrules.delete_block(tx, id)
            await self.log(tx, by, "destroy", "host_block", id, known.domain)
            await self._desk.jobs.add(SETTLE, {"domain": known.domain}, within=tx)

        await self._database.transaction(work)
        await self._in_force(known.domain)

    async def failing_hosts(self, by: Account | None, limit: int = 50) -> list[tuple[str, datetime]]:
        """Those that do not answer, and since when; the newest first."""
        self.need(by, Permission.MANAGE_FEDERATION)
        return await host_rows.all_failing(self._database, limit)

    def public_blocks(self) -> Sequence[HostBlock]:
        """What anybody may know, the milder ones first. Whether they may at all is a setting: `instance.show_domain_blocks`."""
        blocks = [block for block in self._desk.gatekeeper.hosts.blocks if block.severity != "noop"]
        return sorted(blocks, key=lambda block: (block.severity == "suspend", block.domain))

    async def _in_force(self, domain: str) -> None:
        await self._desk.gatekeeper.changed()
        await self._settle(domain)

    async def _settle_job(self, job: Job) -> None:
        await self._desk.gatekeeper.read()
        await self._settle(str(job.payload["domain"]))

    async def _settle(self, domain: str) -> None:
        """Bring the accounts known from there into the state the rules say. May be done again and again, and stopped anywhere."""
        rules = self._desk.gatekeeper.hosts
        for host in await hostrules.domains_under(self._database, domain):
            rule = rules.of(host)
            severity = rule.severity if rule is not None else "noop"
            changed: list[int] = []
            if severity == "suspend":
                changed += await self._suspend_host(host, rule)
            else:
                changed += await self._all(hostrules.lift, host, "suspended")
            if severity == "silence":
                changed += await self._all(hostrules.silence, host)
            else:
                changed += await self._all(hostrules.lift, host, "silenced")
            if rule is not None and rule.reject_media:
                while await hostrules.drop_media(self._database, host):
                    pass
            self._bus.publish([Event(event.ACCOUNT_UPDATED, 0, id) for id in changed[:MOST_EVENTS]])

    async def _all(self, change: Callable[..., Awaitable[list[int]]], *args: str) -> list[int]:
        """In steps, until there is nothing left to change."""
        changed: list[int] = []
        while done := await change(self._database, *args):
            changed += done
        return changed

    async def _suspend_host(self, host: str, rule: HostBlock | None) -> list[int]:
        """Nobody here follows anybody there any more, or is followed; people here are told once how many that were."""
        changed: list[int] = []
        followers: Counter[int] = Counter()
        following: Counter[int] = Counter()
        while gone := [id for id, _ in await hostrules.suspend(self._database, host)]:
            changed += gone
            ended = await hostrules.end_follows(self._database, gone)
            theirs = set(gone)
            for follower, followed in ended:
                if follower in theirs:
                    followers[followed] += 1
                else:
                    following[follower] += 1
            self._bus.publish([Event(event.FOLLOW_CHANGED, 0, a, b, "removed") for a, b in ended[:MOST_EVENTS]])
        if followers or following:
            await self.severed("domain_block", rule.domain if rule else host, followers, following)
        return changed

    async def severed(self, type: str, target_name: str, followers: Counter[int], following: Counter[int]) -> None:
        """Tell people here which of their follows staff have ended: how many followed them, how many they followed."""
        people = [id for id in {*followers, *following} if followers[id] or following[id]]

        async def work(tx: Transaction) -> list[Event]:
            events: list[Event] = []
            for person in people:
                id = await self._ids.mint()
                await reports.add_severance(
                    tx, id=id, account_id=person, type=type, target_name=target_name,
                    followers=followers[person], following=following[person],
                )  # fmt: skip
                told = await surface.tell(
                    tx, self._ids, [person], type="severed_relationships", from_id=person, now=self._clock.now(), about_id=id
                )
                events += surface.events_of(told)
            return events

        self._bus.publish(await self._database.transaction(work))

    # what is known of a host

    async def forget_host(self, by: Account | None, domain: str) -> None:
        """Everybody known from there, with all they said, bit by bit. Raises Invalid."""
        self.need(by, Permission.MANAGE_FEDERATION)
        self.need(by, Permission.DELETE_USER_DATA)
        name = domain_name(domain)
        await self._desk.jobs.add(FORGET, {"host": name}, dedupe=f"{FORGET} {name}")
        await self.log(self._database, by, "destroy", "host", None, name)

    async def _forget(self, job: Job) -> None:
        host = str(job.payload["host"])
        while ids := await hostrules.known_from(self._database, host, FORGET_AT_ONCE):
            for id in ids:
                await self._desk.activities.submit(Delete(actor_id=id, account=True), Origin.system())

    # allowances

    async def host_allows(self, by: Account | None, page: Page) -> Slice[HostAllow]:
        self.need(by, Permission.MANAGE_FEDERATION)
        return slice_of(await hostrules.allows(self._database, page), page)

    async def host_allow(self, by: Account | None, id: int) -> HostAllow:
        self.need(by, Permission.MANAGE_FEDERATION)
        found = await hostrules.allow(self._database, id=id)
        if found is None:
            raise NotFound
        return found

    async def allow_host(self, by: Account | None, domain: str) -> HostAllow:
        """Counts where federation is limited; one that is allowed already stays so. Raises Invalid."""
        self.need(by, Permission.MANAGE_FEDERATION)
        name = domain_name(domain)
        id = await self._ids.mint()
        if await hostrules.add_allow(self._database, id, name):
            await self.log(self._database, by, "create", "host_allow", id, name)
            await self._desk.gatekeeper.changed()
        found = await hostrules.allow(self._database, domain=name)
        assert found is not None
        return found

    async def disallow_host(self, by: Account | None, id: int) -> None:
        known = await self.host_allow(by, id)
        await hostrules.delete_allow(self._database, id)
        await self.log(self._database, by, "destroy", "host_allow", id, known.domain)
        await self._desk.gatekeeper.changed()


def _check(columns: dict[str, object]) -> None:
    if columns.get("severity", "noop") not in SEVERITIES:
        raise Invalid(f"Validation failed: Severity is one of {', '.join(SEVERITIES)}", field="severity")
    for name in ("private_comment", "public_comment"):
        if len(str(columns.get(name, ""))) > MAX_COMMENT:
            raise Invalid("Validation failed: Comment is too long", field=name)
