"""Who is connected over IRC to which of several daemons, and whether they are away. `daemon` is the name of the one that says it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pleromad.model import event
from pleromad.model.event import Event
from pleromad.personal.desk import Keeper
from store import presence


class Presences(Keeper):
    async def set_present(self, account_id: int, daemon: str, *, away: str | None) -> None:
        await presence.put(self._database, account_id, daemon, away)
        self._presence_changed((account_id,), daemon)

    async def set_absent(self, account_id: int, daemon: str) -> None:
        await presence.remove(self._database, account_id, daemon)
        self._presence_changed((account_id,), daemon)

    async def present_elsewhere(self, daemon: str, account_ids: Collection[int]) -> dict[int, str | None]:
        """Those connected to another daemon, with their away message, None when they are not away."""
        return await presence.elsewhere(self._database, daemon, account_ids) if account_ids else {}

    async def beat(self, daemon: str) -> None:
        """To be called every minute: this daemon is there. Who was on one that died is absent now."""
        self._presence_changed(await presence.beat(self._database, daemon), "")

    async def leave_daemon(self, daemon: str) -> None:
        self._presence_changed(await presence.forget(self._database, daemon), daemon)

    def _presence_changed(self, account_ids: Iterable[int], daemon: str) -> None:
        self._bus.publish([Event(event.PRESENCE_CHANGED, 0, id, 0, daemon) for id in account_ids])
