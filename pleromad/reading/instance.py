"""The server as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from pleromad.model.note import Emoji
from pleromad.reading.shelf import Reader
from store import accounts as account_rows
from store import emojis as emoji_rows
from store import jobs as job_rows
from store import users as user_rows


@dataclass(frozen=True, slots=True)
class Counts:
    """`people` are approved log-ins here, `notes` written here, `hosts` other servers known."""

    people: int
    active_month: int
    active_halfyear: int
    notes: int
    hosts: int


@dataclass(frozen=True, slots=True)
class Health:
    """Of this daemon: `jobs` are those that wait, by kind."""

    healthy: bool
    connections: int
    connections_busy: int
    jobs: dict[str, int]


class InstanceReading(Reader):
    async def counts(self) -> Counts:
        people, month, halfyear, notes = await user_rows.counts(self._database)
        return Counts(people, month, halfyear, notes, await account_rows.known_hosts(self._database))

    async def health(self) -> Health:
        jobs = await job_rows.pending(self._database)
        return Health(True, self._database.size, self._database.busy, jobs)

    async def emoji(self, shortcode: str) -> Emoji | None:
        """One of ours."""
        return (await emoji_rows.named(self._database, [shortcode], None)).get(shortcode)

    async def emojis(self) -> list[Emoji]:
        return await emoji_rows.ours(self._database)
