"""Mutes, private remarks, markers of what was read."""

from __future__ import annotations

from datetime import timedelta

from pleromad.errors import Forbidden, Invalid
from pleromad.model import event
from pleromad.model.event import Event
from pleromad.model.notification import Marker
from pleromad.personal.desk import Keeper
from store import accounts as account_rows
from store import marks as mark_rows
from store import metadata as metadata_rows
from store import notifications as notification_rows
from store import relations, timelines
from store import rooms as room_rows

MAX_COMMENT = 2_000
MAX_MASKS = 100


class Marks(Keeper):
    async def mute(self, viewer: int, account_id: int, *, notifications: bool = True, seconds: float | None = None) -> None:
        """For `seconds`, or until it is taken back."""
        if viewer == account_id:
            raise Forbidden("You cannot mute yourself")
        await self._reading.account(account_id)
        expires = self._clock.now() + timedelta(seconds=seconds) if seconds else None
        await relations.set_mute(self._database, await self._ids.mint(), viewer, account_id, notifications, expires)

    async def unmute(self, viewer: int, account_id: int) -> None:
        await relations.remove_mute(self._database, viewer, account_id)

    async def mute_thread(self, viewer: int, note_id: int, muted: bool, *, seconds: float | None = None) -> None:
        """For `seconds`, or until it is taken back."""
        note = (await self._reading.note(viewer, note_id)).note
        expires = self._clock.now() + timedelta(seconds=seconds) if seconds else None
        await mark_rows.mute_thread(self._database, viewer, note.conversation_id, muted, expires)

    async def comment(self, viewer: int, account_id: int, text: str) -> None:
        """A private remark about somebody."""
        if len(text) > MAX_COMMENT:
            raise Invalid(f"Validation failed: Comment is too long (maximum is {MAX_COMMENT} characters)", field="comment")
        await self._reading.account(account_id)
        await relations.set_comment(self._database, viewer, account_id, text)

    async def block_domain(self, viewer: int, domain: str) -> None:
        name = domain.strip().lower()
        if not name or "/" in name or len(name) > 255:
            raise Invalid("Validation failed: Domain is not a valid domain name", field="domain")
        await relations.set_domain_block(self._database, viewer, name, True)

    async def unblock_domain(self, viewer: int, domain: str) -> None:
        await relations.set_domain_block(self._database, viewer, domain.strip().lower(), False)

    async def set_marker(self, viewer: int, timeline: str, last_read_id: int) -> Marker:
        if timeline not in ("home", "notifications"):
            raise Invalid("Validation failed: there is no such timeline", field="timeline")
        marker = await notification_rows.set_marker(self._database, viewer, timeline, last_read_id)
        self._bus.publish([Event(event.MARKER_MOVED, 0, viewer, last_read_id, timeline)])
        return marker

    async def mark_read(self, viewer: int, place: str, last_read_id: int) -> int:
        """How far `home`, a room (`#name`) or what somebody says (`@name`) was read. It only grows; returns what holds."""
        holds = await room_rows.set_read(self._database, viewer, place, last_read_id)
        if holds == last_read_id:
            self._bus.publish([Event(event.MARKER_MOVED, 0, viewer, holds, place)])
        return holds

    async def set_metadata(self, account_id: int, key: str, value: str | None) -> None:
        """A fact that IRC keeps of an account or a room; None takes it away. Who may was asked before."""
        await metadata_rows.put(self._database, account_id, key, value)

    async def set_mask(self, viewer: int, room_id: int, kind: str, mask: str, given: bool, *, set_by: str = "") -> bool:
        """A line of a room's list (b, e, I) by one of its operators; False when nothing changed. Raises Forbidden, Invalid."""
        ranks = await room_rows.ranks_of(self._database, room_id, viewer)
        if not ranks & {"q", "a", "o", "h"}:
            raise Forbidden("You are not an operator of this room", detail="operator")
        account = await account_rows.one(self._database, room_id)
        if account is None or not account.local:
            raise Forbidden("Such a mask can be set on the room's own server only; ban an account (nick!*@*), or a server (*!*@host)", detail="elsewhere")
        if given and len(await room_rows.masks(self._database, room_id)) >= MAX_MASKS:
            raise Invalid("This list is full", field="mask")
        changed = await room_rows.set_mask(self._database, room_id, kind, mask, set_by, given)
        if changed:
            self._bus.publish([Event(event.ROOM_CHANGED, 0, viewer, room_id, f"{'+' if given else '-'}{kind} {mask}")])
        return changed

    async def trim(self) -> None:
        """Housekeeping of everybody's home: only the newest rows are kept, older pages are searched."""
        await timelines.trim_homes(self._database)
