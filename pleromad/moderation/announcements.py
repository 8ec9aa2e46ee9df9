"""Announcements: what staff tell everybody here, until it is over; people react with emojis, and dismiss them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pleromad import text as texts
from pleromad.errors import Invalid, NotFound
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.event import Event
from pleromad.model.moderation import Announcement, AnnouncementReaction, Permission
from pleromad.moderation.desk import Officer
from store import announcements
from store import emojis as emoji_rows
from store.pool import Transaction

MAX_TEXT = 10_000
MOST_REACTIONS = 8
MAX_EMOJI = 60
_NOTES = re.compile(r"/(?:notes|@[\w.-]{1,100}|users/[\w.-]{1,100}/statuses)/(\d{1,18})(?!\d)")
_SYMBOLS = frozenset({"So", "Sk", "Sm"})


class Announcements(Officer):
    async def announce(
        self,
        by: Account | None,
        text: str,
        *,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
        all_day: bool = False,
    ) -> Announcement:
        """Plain text with links, mentions and hashtags. Raises Invalid."""
        self.need(by, Permission.MANAGE_ANNOUNCEMENTS)
        columns = {**await self._written(text), **_timed(starts_at, ends_at), "all_day": all_day}
        id = await self._ids.mint()

        async def work(tx: Transaction) -> None:
            await announcements.add(tx, id, columns)
            await self.log(tx, by, "create", "announcement", id, text)

        await self._database.transaction(work)
        self._bus.publish([Event(event.ANNOUNCED, 0, 0, id)])
        return await self._one(id)

    async def change_announcement(
        self,
        by: Account | None,
        id: int,
        *,
        text: str | None = None,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
        all_day: bool | None = None,
    ) -> Announcement:
        """None leaves a thing as it is. Raises NotFound, Invalid."""
        self.need(by, Permission.MANAGE_ANNOUNCEMENTS)
        known = await self._one(id)
        columns = _timed(starts_at or known.starts_at, ends_at or known.ends_at)
        columns["all_day"] = known.all_day if all_day is None else all_day
        if text is not None:
            columns |= await self._written(text)

        async def work(tx: Transaction) -> None:
            await announcements.change(tx, id, columns)
            await self.log(tx, by, "update", "announcement", id, text or known.text)

        await self._database.transaction(work)
        self._bus.publish([Event(event.ANNOUNCED, 0, 0, id)])
        return await self._one(id)

    async def any_announcement(self, by: Account | None, id: int) -> Announcement:
        """Also one that is over. Raises NotFound."""
        self.need(by, Permission.MANAGE_ANNOUNCEMENTS)
        return await self._one(id)

    async def _one(self, id: int) -> Announcement:
        found = await self._whole(await announcements.current(self._database, None, id, over=True), None)
        if not found:
            raise NotFound
        return found[0]

    async def _written(self, text: str) -> dict[str, Any]:
        """The columns of a text."""
        text = text.strip()
        if not text or len(text) > MAX_TEXT:
            raise Invalid(f"Validation failed: Text must have 1 to {MAX_TEXT} characters", field="text")
        uris = self._desk.settings().uris
        named = await self._desk.reading.known_handles(texts.handles_in(text, "text/plain"))

        def mention(handle: str) -> texts.MentionTarget | None:
            account = named.get(handle)
            return None if account is None else texts.MentionTarget(account.username, account.url)

        rendered = texts.render(text, "text/plain", mention=mention, tag_url=uris.tag)
        linked = [int(found[1]) for link in texts.find_links(rendered.html) if uris.ours(link.href) and (found := _NOTES.search(link.href))]
        shown = [seen.note.id for seen in await self._desk.reading.notes(None, list(dict.fromkeys(linked)))]
        mentioned = [named[handle].id for handle in rendered.handles if handle in named]
        return {"text": text, "content": rendered.html, "mention_ids": mentioned, "note_ids": shown, "tags": list(rendered.tags)}

    async def withdraw_announcement(self, by: Account | None, id: int) -> None:
        """Raises NotFound."""
        self.need(by, Permission.MANAGE_ANNOUNCEMENTS)

        async def work(tx: Transaction) -> None:
            if not await announcements.delete(tx, id):
                raise NotFound
            await self.log(tx, by, "destroy", "announcement", id)

        await self._database.transaction(work)
        self._bus.publish([Event(event.ANNOUNCEMENT_DELETED, 0, 0, id)])

    async def all_announcements(self, by: Account | None) -> list[Announcement]:
        """Also those that are over."""
        self.need(by, Permission.MANAGE_ANNOUNCEMENTS)
        return await self._whole(await announcements.current(self._database, None, over=True), None)

    # for everybody here

    async def announcements(self, viewer: int | None) -> list[Announcement]:
        """Those that are not over, in order of time; a fixed number of queries."""
        return await self._whole(await announcements.current(self._database, viewer), viewer)

    async def announcement(self, viewer: int | None, id: int) -> Announcement:
        """Raises NotFound."""
        found = await self._whole(await announcements.current(self._database, viewer, id), viewer)
        if not found:
            raise NotFound
        return found[0]

    async def dismiss_announcement(self, viewer: int, id: int) -> None:
        await self.announcement(viewer, id)
        await announcements.dismiss(self._database, id, viewer)

    async def react_to_announcement(self, viewer: int, id: int, emoji: str) -> None:
        """With a Unicode emoji or one of this server's own. Raises NotFound, Invalid."""
        await self.announcement(viewer, id)
        name = emoji.strip().strip(":")
        url = None
        if name.isascii():
            known = (await emoji_rows.named(self._database, [name], None)).get(name) if name else None
            if known is None:
                raise Invalid("Validation failed: Name is not a recognized emoji", field="name")
            url = known.url
        elif not _is_emoji(name):
            raise Invalid("Validation failed: Name is not a recognized emoji", field="name")
        added = await self._database.transaction(
            lambda tx: announcements.add_reaction(tx, id, viewer, name, url, most=MOST_REACTIONS)
        )
        if not added:
            raise Invalid("Validation failed: Limit of different reactions reached", field="name")
        self._bus.publish([Event(event.ANNOUNCEMENT_REACTED, 0, viewer, id, name)])

    async def unreact_to_announcement(self, viewer: int, id: int, emoji: str) -> None:
        """Raises NotFound, also when there was none."""
        await self.announcement(viewer, id)
        name = emoji.strip().strip(":")
        if not await announcements.remove_reaction(self._database, id, viewer, name):
            raise NotFound
        self._bus.publish([Event(event.ANNOUNCEMENT_REACTED, 0, viewer, id, name)])

    async def _whole(self, rows: Sequence[Sequence[Any]], viewer: int | None) -> list[Announcement]:
        if not rows:
            return []
        reactions: dict[int, list[AnnouncementReaction]] = {}
        for id, name, count, me, url in await announcements.reactions(self._database, viewer, [row[0] for row in rows]):
            reactions.setdefault(id, []).append(AnnouncementReaction(name, count, me, url))
        people = await self._desk.reading.accounts({id for row in rows for id in row[3]})
        noted = [id for row in rows for id in row[4]]
        notes = {seen.note.id: seen.note.url for seen in await self._desk.reading.notes(None, noted)} if noted else {}
        return [
            Announcement(
                id=row[0],
                text=row[1],
                content=row[2],
                mentions=tuple(people[id] for id in row[3] if id in people and not people[id].deleted),
                notes=tuple((id, notes[id]) for id in row[4] if id in notes),
                tags=tuple(row[5]),
                starts_at=row[6],
                ends_at=row[7],
                all_day=row[8],
                published_at=row[9],
                updated_at=row[10],
                read=row[11],
                reactions=tuple(reactions.get(row[0], ())),
            )
            for row in rows
        ]


def _timed(starts_at: datetime | None, ends_at: datetime | None) -> dict[str, Any]:
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        raise Invalid("Validation failed: Ends at is before it begins", field="ends_at")
    return {"starts_at": starts_at, "ends_at": ends_at}


def _is_emoji(text: str) -> bool:
    """Symbols with what joins and colours them, no letters: near enough to Unicode's list, which grows each year."""
    if not 0 < len(text) <= MAX_EMOJI or any(c.isspace() or c.isalpha() for c in text):
        return False
    keycap = "\u20e3" in text
    return keycap or any(unicodedata.category(c) in _SYMBOLS for c in text)
