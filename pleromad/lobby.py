"""The lobby: the one room everybody who gets an account is put into (setting `[rooms] lobby`)."""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger

from pleromad.accounts import Accounts
from pleromad.accounts.desk import LOBBY
from pleromad.config import Settings
from pleromad.errors import Invalid, PleromadError
from pleromad.jobs import Job, Jobs
from pleromad.model.account import Role
from pleromad.model.activity import Follow, Origin
from pleromad.model.room import Room
from pleromad.reading import Reading
from pleromad.service import ActivityService

log = Logger()


class Lobby:
    """Jobs with {"account_id"}, written when an account may be used (`Desk.welcome`)."""

    def __init__(self, settings: Callable[[], Settings], accounts: Accounts, activities: ActivityService, reading: Reading, jobs: Jobs) -> None:
        self._settings = settings
        self._accounts = accounts
        self._activities = activities
        self._reading = reading
        jobs.work(LOBBY, self.enter, concurrency=1)

    async def enter(self, job: Job) -> None:
        """Put the account into the lobby. Who may not come in (banned, the room is closed) stays outside."""
        user = await self._accounts.user(int(job.payload["account_id"]))
        room = await self.room() if user.active else None
        if room is None:
            return
        following = Follow(actor_id=user.account.id, target_id=room.id, key=room.key)
        try:
            await self._activities.submit(following, Origin.local(user.account.id))
        except PleromadError as error:
            log.info("@{name} was not put into the lobby: {error}", name=user.account.username, error=error)

    async def room(self) -> Room | None:
        """The room; made, for whoever owns the server, when there is none yet. None when there cannot be one."""
        name = self._settings().rooms.lobby
        if not name:
            return None
        room = await self._reading.room_by_name(name)
        if room is not None:
            return room
        owner = next((user for user in await self._accounts.users() if user.account.role is Role.OWNER and user.active), None)
        if owner is None:
            return None
        try:
            return await self._accounts.open_room(owner.account.id, name, topic=f"Everybody of {self._settings().name} is here")
        except Invalid as error:
            room = await self._reading.room_by_name(name)  # another daemon may have been quicker
            if room is None:
                log.warn("There is no lobby: {error} (setting [rooms] lobby)", error=error)
            return room
