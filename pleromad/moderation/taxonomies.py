"""Hashtags: may they be used, found, become trends? And statuses and links that may not become trends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from pleromad import text
from pleromad.errors import Invalid, NotFound
from pleromad.model.account import Account
from pleromad.model.moderation import DayUse, Permission, TagRule
from pleromad.model.note import Seen
from pleromad.model.page import Page, Slice
from pleromad.model.trend import TrendingLink
from pleromad.moderation.desk import Officer
from store import taxonomies

HISTORY_DAYS = 7


class Taxonomies(Officer):
    async def tags(self, by: Account | None, page: Page) -> Slice[TagRule]:
        """By name; paged by offset, for hashtags have no other id than their name."""
        self.need(by, Permission.MANAGE_TAXONOMIES)
        return Slice(tuple(await self.tag_rules(await taxonomies.page_of(self._database, page))))

    async def tag(self, by: Account | None, name: str) -> TagRule:
        """Raises NotFound for one that nobody ever used."""
        self.need(by, Permission.MANAGE_TAXONOMIES)
        tag = text.normal_tag(name.strip().lstrip("#"))
        if not tag or not await taxonomies.known(self._database, tag):
            raise NotFound
        return (await self.tag_rules([tag]))[0]

    async def change_tag(
        self,
        by: Account | None,
        name: str,
        *,
        display_name: str | None = None,
        trendable: bool | None = None,
        usable: bool | None = None,
        listable: bool | None = None,
    ) -> TagRule:
        """`display_name` may only spell the same name in another way. Raises NotFound, Invalid."""
        tag = (await self.tag(by, name)).tag
        if display_name is not None and text.normal_tag(display_name.strip().lstrip("#")) != tag:
            raise Invalid("Validation failed: Display name must be the same hashtag in another spelling", field="display_name")
        given = {
            "display_name": display_name.strip().lstrip("#") if display_name is not None else None,
            "trendable": trendable,
            "usable": usable,
            "listable": listable,
        }
        columns = {key: value for key, value in given.items() if value is not None}
        await taxonomies.change(self._database, tag, columns)
        if trendable is not None:
            await taxonomies.refuse_trend(self._database, "tag", tag, not trendable)
        await self.log(self._database, by, "update", "tag", None, f"#{tag}", **columns)
        return (await self.tag_rules([tag]))[0]

    async def trending_tags(self, by: Account | None, limit: int, offset: int) -> list[TagRule]:
        """What trends now, with what staff decided of each."""
        self.need(by, Permission.MANAGE_TAXONOMIES)
        return await self.tag_rules(await self._desk.reading.trending_tags(limit, offset))

    async def review_link(self, by: Account | None, card_id: int, *, allowed: bool) -> TrendingLink:
        """May the page behind a link become a trend? Raises NotFound."""
        self.need(by, Permission.MANAGE_TAXONOMIES)
        found = await self._desk.reading.link(card_id)
        await taxonomies.refuse_trend(self._database, "link", found.card.url, not allowed)
        await self.log(self._database, by, "approve" if allowed else "reject", "link_trend", card_id, found.card.url)
        return found

    async def review_status(self, by: Account | None, note_id: int, *, allowed: bool) -> Seen:
        """May a public note become a trend? Raises NotFound."""
        self.need(by, Permission.MANAGE_TAXONOMIES)
        seen = await self._desk.reading.note(by.id if by is not None else None, note_id)
        await taxonomies.refuse_trend(self._database, "status", str(seen.note.id), not allowed)
        await self.log(self._database, by, "approve" if allowed else "reject", "status_trend", seen.note.id, seen.note.url)
        return seen

    async def tag_rules(self, names: Sequence[str]) -> list[TagRule]:
        """In this order, each with how it was used in the last days; two queries."""
        rules = await taxonomies.rules(self._database, names)
        today = self._clock.now().date()
        days = [today - timedelta(days=n) for n in range(HISTORY_DAYS)]
        used = {(tag, day): (uses, people) for tag, day, uses, people in await taxonomies.uses(self._database, names, days[-1])}
        return [
            replace(
                rules.get(name) or TagRule(name),
                history=tuple(DayUse(datetime.combine(day, time(), UTC), *used.get((name, day), (0, 0))) for day in days),
            )
            for name in names
        ]
