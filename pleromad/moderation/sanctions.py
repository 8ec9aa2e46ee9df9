"""What staff do to accounts: warn, disable, mark, silence, suspend, and take each back; and delete what was suspended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pleromad import surface
from pleromad.accounts.admission import email_hash
from pleromad.errors import Forbidden, Invalid, NotFound
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import Delete, Origin, Suspend
from pleromad.model.event import Event
from pleromad.model.moderation import Dossier, Permission, Report, Sanction
from pleromad.model.push import PUSH
from pleromad.moderation.desk import NOT_ALLOWED
from pleromad.moderation.people import People
from store import accounts as account_rows
from store import reports, signups
from store import users as user_rows
from store.pool import Transaction

MAX_TEXT = 5_000

_COLUMNS = {
    Sanction.SENSITIVE: ("sensitized_at",),
    Sanction.SILENCE: ("silenced_at", "silenced_by"),
}


class Sanctions(People):
    async def sanction(
        self,
        by: Account | None,
        id: int,
        what: Sanction,
        *,
        text: str = "",
        report_id: int | None = None,
        tell: bool = True,
    ) -> None:
        """`text` and (`tell`) a notification and a letter are for whom it concerns. All open reports of them are resolved by it; a warning resolves `report_id`.

        Raises NotFound, Invalid, and Forbidden for those who do not stand below whoever acts.
        """
        target = (await self._dossier(id)).account
        permissions = (Permission.MANAGE_USERS,) if what is Sanction.DISABLE else (Permission.MANAGE_USERS, Permission.MANAGE_REPORTS)
        self.need(by, *permissions)
        self.check_below(by, target)
        if not target.local and what in (Sanction.NONE, Sanction.DISABLE):
            raise Invalid("Validation failed: Type is only for people of this server", field="type")
        if len(text) > MAX_TEXT:
            raise Invalid("Validation failed: Text is too long", field="text")
        report = await self._report_about(report_id, target.id)
        if what is Sanction.SUSPEND:
            await self._suspend(target)
        elif what is Sanction.DISABLE:
            await self._change_user(target, {"disabled_at": self._clock.now()})
        elif what in _COLUMNS:
            await self._change(target, dict(zip(_COLUMNS[what], (self._clock.now(), "staff"), strict=False)))
        strike_id = await self._ids.mint()

        async def work(tx: Transaction) -> list[Event]:
            note_ids = report.note_ids if report is not None else ()
            staff_id = by.id if by is not None else None
            await reports.add_strike(
                tx, id=strike_id, target_id=target.id, by=staff_id, action=what.value, text=text, report_id=report_id, note_ids=note_ids
            )
            resolved: list[int] = []
            if what is not Sanction.NONE:
                resolved = await reports.resolve_of(tx, target.id, staff_id)
            elif report is not None and report.resolved_at is None:
                await reports.change(tx, report.id, {"resolved_at": self._clock.now(), "resolved_by": staff_id})
                resolved = [report.id]
            await self.log(tx, by, "warn" if what is Sanction.NONE else what.value, "account", target.id, target.acct, text=text)
            for one in resolved:
                await self.log(tx, by, "resolve", "report", one, f"#{one} {target.acct}")
            if not (tell and target.local):
                return []
            await self._desk.accounts.write_of_sanction(target.id, what.value, tx)
            told = await surface.tell(
                tx, self._ids, [target.id], type="moderation_warning", from_id=target.id, now=self._clock.now(), about_id=strike_id
            )
            return surface.events_of(told)

        self._bus.publish(await self._database.transaction(work))
        self._desk.jobs.wake(PUSH)

    async def lift(self, by: Account | None, id: int, what: Sanction) -> Dossier:
        """Take one back. Raises NotFound; Forbidden for a suspension that is not ours to lift."""
        self.need(by, Permission.MANAGE_USERS)
        target = (await self._dossier(id)).account
        if what is Sanction.SUSPEND:
            await self._unsuspend(target)
        elif what is Sanction.DISABLE:
            if target.role is None:
                raise Forbidden(NOT_ALLOWED, detail="they have no log-in here")
            await self._change_user(target, {"disabled_at": None})
        elif what in _COLUMNS:
            await self._change(target, dict.fromkeys(_COLUMNS[what]))
        await self.log(self._database, by, f"un{what.value}" if what is not Sanction.DISABLE else "enable", "account", id, target.acct)
        return await self._dossier(id)

    async def delete_account(self, by: Account | None, id: int) -> Dossier:
        """For good, with all they said; of suspended accounts only, as in Mastodon. Others are told. Returns them as they were."""
        self.need(by, Permission.DELETE_USER_DATA)
        known = await self._dossier(id)
        self.check_below(by, known.account)
        if not known.account.suspended:
            raise Forbidden(NOT_ALLOWED, detail="they are not suspended")
        await self._desk.activities.submit(Delete(actor_id=id, account=True), Origin.system())
        await self.log(self._database, by, "destroy", "account", id, known.account.acct)
        return known

    async def _report_about(self, report_id: int | None, target_id: int) -> Report | None:
        if report_id is None:
            return None
        report = await reports.one(self._database, report_id)
        if report is None or report.target_id != target_id:
            raise NotFound
        return report

    async def _suspend(self, target: Account) -> None:
        if target.suspended:
            # Their own server or a block of their host was first: now it is staff's word, too.
            await account_rows.change(self._database, target.id, {"suspended_by": "staff"})
        else:
            await self._desk.activities.submit(Suspend(actor_id=target.id), Origin.system())
        if target.local and target.role is not None:
            email = (await self._desk.accounts.user(target.id)).email
            if email:
                await signups.add_email_block(self._database, await self._ids.mint(), email_hash(email), target.id)

    async def _unsuspend(self, target: Account) -> None:
        if not target.suspended or target.suspended_by != "staff":
            raise Forbidden(NOT_ALLOWED, detail=f"suspended by {target.suspended_by}")
        await self._desk.activities.submit(Suspend(actor_id=target.id, lifted=True), Origin.system())
        await signups.delete_email_block(self._database, account_id=target.id)
        rule = self._desk.gatekeeper.hosts.of(target.domain) if target.domain else None
        if rule is not None and rule.severity == "suspend":
            await account_rows.change(self._database, target.id, {"suspended_at": self._clock.now(), "suspended_by": "host"})

    async def _change(self, target: Account, columns: Mapping[str, Any]) -> None:
        await account_rows.change(self._database, target.id, columns)
        self._bus.publish([Event(event.ACCOUNT_UPDATED, 0, target.id)])

    async def _change_user(self, target: Account, columns: Mapping[str, Any]) -> None:
        await user_rows.change(self._database, target.id, columns)
        # Shown with the account to staff; and who is logged in is out (or may be in again).
        self._bus.publish([Event(event.ACCOUNT_UPDATED, 0, target.id), Event(event.ACCESS_CHANGED, 0, target.id)])
