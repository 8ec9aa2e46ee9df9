"""What a person does about what concerns them: dismiss it, say whom they want to hear, let somebody pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pleromad.errors import Invalid, NotFound
from pleromad.model import event
from pleromad.model.event import Event
from pleromad.model.notification import POLICY_WORDS, NotificationPolicy
from pleromad.personal.desk import Keeper
from store import conversations
from store import notification_requests as request_rows
from store import notifications as notification_rows
from store.pool import Transaction


class Notices(Keeper):
    async def dismiss(self, viewer: int, notification_id: int) -> None:
        """Raises NotFound."""
        if not await notification_rows.dismiss(self._database, viewer, [notification_id]):
            raise NotFound

    async def dismiss_many(self, viewer: int, ids: Collection[int]) -> None:
        await notification_rows.dismiss(self._database, viewer, ids)

    async def dismiss_all(self, viewer: int) -> None:
        await notification_rows.dismiss_all(self._database, viewer)

    async def dismiss_group(self, viewer: int, key: str) -> None:
        """Raises NotFound."""
        if not await notification_rows.dismiss_group(self._database, viewer, key):
            raise NotFound

    async def set_notification_policy(self, viewer: int, words: Mapping[str, str]) -> NotificationPolicy:
        """`words`: names of NotificationPolicy with accept, filter or drop. It goes for what comes from now on."""
        for name, word in words.items():
            if name not in request_rows.WORDS or word not in POLICY_WORDS:
                raise Invalid(f"Validation failed: {name} is one of {', '.join(POLICY_WORDS)}", field=name[:100])
        if words:
            await request_rows.set_policy(self._database, viewer, words)
        return await self._reading.notification_policy(viewer)

    async def accept_requests(self, viewer: int, ids: Collection[int]) -> int:
        """What was kept back of these people comes to the rest, and they pass from now on. Returns how many they were."""

        async def work(tx: Transaction) -> tuple[int, list[tuple[int, int]]]:
            accepted, notes = await request_rows.accept(tx, viewer, ids)
            return accepted, await conversations.put(tx, notes, [viewer])

        accepted, put = await self._database.transaction(work)
        if accepted:
            moved = [Event(event.CONVERSATION_CHANGED, 0, viewer, id) for id, _ in put]
            self._bus.publish([*moved, Event(event.NOTIFICATIONS_MERGED, 0, viewer)])
        return accepted

    async def dismiss_requests(self, viewer: int, ids: Collection[int]) -> int:
        """Forget what was kept back of these people; the next thing they say makes a new request. Returns how many they were."""
        return await request_rows.dismiss(self._database, viewer, ids)
