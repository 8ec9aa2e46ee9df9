"""Moving house: which accounts elsewhere are the same person, going there, coming from there, and taking the followers along."""

from __future__ import annotations

from datetime import timedelta

from pleromad.accounts.desk import Desk
from pleromad.accounts.logins import Logins
from pleromad.activities.move import CARRY
from pleromad.errors import Invalid, NotFound, PleromadError, StoreUnavailable
from pleromad.jobs import Drop, Job
from pleromad.model import event
from pleromad.model.account import Account, ProfileChange
from pleromad.model.activity import Block, Follow, Move, Origin, Undo, Update
from pleromad.model.event import Event
from store import accounts as account_rows
from store import moving
from store import users as user_rows

MAX_ALIASES = 10
REST_DAYS = 7  # between two moves, so that nobody drags their followers to and fro
AT_A_TIME = 100


class Moving(Logins):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        desk.jobs.work(CARRY, self._carry, concurrency=1)
        desk.bus.listen(self._look)

    def _look(self, happened: Event) -> None:
        if happened.kind == event.ACCOUNT_MOVED:
            self._desk.jobs.wake(CARRY)

    # ---- aliases

    async def aliases(self, account_id: int) -> list[tuple[str, Account | None]]:
        """(uri, the account when it is known here)."""
        account = (await self.user(account_id)).account
        known = await account_rows.by_uris(self._desk.database, account.also_known_as)
        return [(uri, known.get(uri)) for uri in account.also_known_as]

    async def add_alias(self, account_id: int, other: Account) -> None:
        """`other` is the same person, and may move here. Raises Invalid."""
        account = (await self.user(account_id)).account
        if other.id == account.id:
            raise Invalid("This is the account you are logged in with", field="alias")
        if other.uri in account.also_known_as:
            return
        if len(account.also_known_as) >= MAX_ALIASES:
            raise Invalid(f"At most {MAX_ALIASES} other accounts", field="alias")
        await self._set_aliases(account_id, (*account.also_known_as, other.uri))

    async def remove_alias(self, account_id: int, uri: str) -> None:
        """Raises NotFound."""
        account = (await self.user(account_id)).account
        if uri not in account.also_known_as:
            raise NotFound("This is none of your other accounts")
        await self._set_aliases(account_id, tuple(each for each in account.also_known_as if each != uri))

    async def _set_aliases(self, account_id: int, uris: tuple[str, ...]) -> None:
        change = ProfileChange(also_known_as=uris)
        await self._desk.activities.submit(Update(actor_id=account_id, profile=change), Origin.local(account_id))

    # ---- going

    async def check_may_move(self, account_id: int, target: Account) -> None:
        """`target` as its server tells now. Raises Invalid (field target)."""
        account = (await self.user(account_id)).account
        if target.id == account.id:
            raise Invalid("This is the account you are logged in with", field="target")
        if account.moved_to_uri == target.uri:
            raise Invalid("You have moved there already", field="target")
        if account.uri not in target.also_known_as:
            handle = f"@{account.username}@{self._desk.settings().domain}"
            raise Invalid(f"That account does not say yet that {handle} is the same person: add it there first, as an alias", field="target")
        if target.moved_to_uri or target.suspended:
            raise Invalid("That account cannot be moved to", field="target")
        last = await user_rows.moved_at(self._desk.database, account_id)
        if last is not None and self._desk.clock.now() - last < timedelta(days=REST_DAYS):
            raise Invalid(f"You moved a short time ago: this can be done once in {REST_DAYS} days", field="target")

    async def move(self, account_id: int, password: str, target: Account) -> None:
        """Followers are sent on to `target`, here and everywhere. Raises Unauthenticated, RateLimited, Invalid (field target)."""
        await self.check_password(account_id, password)
        await self.check_may_move(account_id, target)
        await self._desk.activities.submit(Move(actor_id=account_id, target_id=target.id), Origin.local(account_id))
        await user_rows.change(self._desk.database, account_id, {"moved_at": self._desk.clock.now()})

    async def stay(self, account_id: int) -> None:
        """Take back that the account has moved; the followers who have gone do not come back by that."""
        await self._desk.activities.submit(Update(actor_id=account_id, profile=ProfileChange(stay=True)), Origin.local(account_id))

    # ---- taking along

    async def _carry(self, job: Job) -> None:
        """People here who followed the old account follow the new one; mutes, blocks, lists and remarks go along, too.

        In steps, each a job of its own: `after` is the id of the last follow that was looked at.
        """
        old_id, new_id, after = int(job.payload["old"]), int(job.payload["new"]), int(job.payload.get("after", 0))
        database = self._desk.database
        found = await account_rows.by_ids(database, [old_id, new_id])
        old, new = found.get(old_id), found.get(new_id)
        if old is None or new is None or new.deleted or old.moved_to_uri != new.uri:
            raise Drop("they have not moved there")
        rows = await moving.followers(database, old_id, after, AT_A_TIME)
        for row in rows:
            follow = Follow(actor_id=row.account_id, target_id=new_id, show_boosts=row.show_boosts, notify=row.notify, languages=row.languages)
            await self._follow_along(follow, old_id)
        if len(rows) == AT_A_TIME:
            await self._desk.jobs.add(CARRY, {"old": old_id, "new": new_id, "after": rows[-1].id})
            return
        await database.transaction(lambda tx: moving.carry(tx, old_id, new_id))
        for blocker_id in await moving.blockers(database, old_id, new_id):
            await self._try(Block(actor_id=blocker_id, target_id=new_id), blocker_id)

    async def _follow_along(self, follow: Follow, old_id: int) -> None:
        if follow.actor_id == follow.target_id or await self._try(follow, follow.actor_id):
            await moving.carry_places(self._desk.database, follow.actor_id, old_id, follow.target_id)
            undo = Undo(actor_id=follow.actor_id, of=Follow(actor_id=follow.actor_id, target_id=old_id))
            await self._try(undo, follow.actor_id)

    async def _try(self, activity: Follow | Undo | Block, by: int) -> bool:
        try:
            await self._desk.activities.submit(activity, Origin.local(by))
        except StoreUnavailable:
            raise
        except PleromadError:
            return False  # blocked, suspended, gone: then they do not follow
        return True
