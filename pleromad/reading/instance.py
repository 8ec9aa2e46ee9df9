"""The server as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from pleromad.model.note import Emoji
from pleromad.reading.shelf import Reader
from store import accounts as account_rows
from store import emojis as emoji_rows
from store import users as user_rows


@dataclass(frozen=True, slots=True)
class Counts:
    """`people` are approved log-ins here, `notes` written here, `hosts` other servers known."""

    people: int
    active_month: int
    active_halfyear: int
    notes: int
    hosts: int


class InstanceReading(Reader):
    async def counts(self) -> Counts:
        people, month, halfyear, notes = await user_rows.counts(self._database)
        return Counts(people, month, halfyear, notes, await account_rows.known_hosts(self._database))

    async def emojis(self) -> list[Emoji]:
        return await emoji_rows.ours(self._database)
