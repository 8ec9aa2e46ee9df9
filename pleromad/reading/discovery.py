"""Finding what one did not look for: trends, suggestions, the directory, other servers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from pleromad.errors import NotFound
from pleromad.model.account import Account
from pleromad.model.card import Card
from pleromad.model.note import Seen
from pleromad.model.page import Page, Slice
from pleromad.model.trend import Day, Suggestion, TrendingLink, Week
from pleromad.reading.visitors import VisitorReading
from store import accounts as account_rows
from store import cards as card_rows
from store import peers as peer_rows
from store import refs as ref_rows
from store import suggestions as suggestion_rows
from store import tags as tag_rows
from store import timelines
from store import trends as trend_rows

WEEKS = 12
FAMILIAR = 20  # of one account


class DiscoveryReading(VisitorReading):
    async def tag_days(self, names: Collection[str]) -> dict[str, tuple[Day, ...]]:
        """How each of these hashtags was used in the last week, today first; one query."""
        today = _today()
        found = await tag_rows.history(self._database, names, today) if names else {}
        return {name: _days(found.get(name, {}), today) for name in names}

    async def tags_often_used(self, account_id: int, limit: int = 10) -> list[str]:
        """Hashtags somebody uses and does not feature."""
        return await tag_rows.often_used(self._database, account_id, limit)

    async def trending_tags(self, limit: int = 10, offset: int = 0) -> list[str]:
        return await trend_rows.tags(self._database, limit, offset)

    async def trending_notes(self, viewer: int | None, limit: int = 20, offset: int = 0) -> list[Seen]:
        return await self._shelf.seen(viewer, await trend_rows.notes(self._database, viewer, limit, offset))

    async def trending_links(self, limit: int = 10, offset: int = 0) -> list[TrendingLink]:
        return await self._links(await trend_rows.links(self._database, limit, offset))

    async def link(self, id: int) -> TrendingLink:
        """The page behind a link, by the id of its card. Raises NotFound."""
        for found in await self._links([id]):
            return found
        raise NotFound

    async def _links(self, ids: Sequence[int]) -> list[TrendingLink]:
        if not ids:
            return []
        cards, today = await card_rows.by_ids(self._database, ids), _today()
        days = await trend_rows.link_days(self._database, ids, today)
        return [TrendingLink(cards[id], _days(days.get(id, {}), today), id) for id in ids if id in cards]

    async def with_link(self, viewer: int | None, url: str, page: Page) -> Slice[Seen]:
        """Public notes with a link. Raises NotFound for one nobody had, Unauthenticated where visitors do not see them."""
        if not await self.open_trends(viewer):
            return Slice(())
        known = await card_rows.known(self._database, url.partition("#")[0])
        if known is None:
            raise NotFound
        refs, keys = await timelines.with_card(self._database, viewer, known, page)
        if not refs:
            return Slice(())
        items = await self._shelf.seen(viewer, refs)
        return Slice(tuple(items), keys[-1] if len(keys) >= page.limit else None, keys[0])

    async def card(self, viewer: int | None, note_id: int) -> Card | None:
        """Of a note the viewer may see. Raises NotFound."""
        if not await ref_rows.of(self._database, viewer, [note_id]):
            raise NotFound
        return await card_rows.of_note(self._database, note_id)

    async def suggestions(self, viewer: int, limit: int = 40, offset: int = 0) -> list[Suggestion]:
        """Whom staff recommend, then whom friends follow, then who is popular here."""
        rows = await suggestion_rows.suggested(self._database, viewer, limit, offset)
        found = await account_rows.by_ids(self._database, [row[0] for row in rows])
        return [
            Suggestion(found[id], (*(("featured",) if featured else ()), *(("friends_of_friends",) if friends else ()), *(("most_followed",) if popular else ())))
            for id, friends, popular, featured in rows
            if id in found
        ]

    async def directory(
        self, viewer: int | None, *, newest: bool = False, local: bool = False, limit: int = 40, offset: int = 0
    ) -> list[Account]:
        """People who want to be found: those who wrote last, or (`newest`) who came last."""
        return await self._people(
            await suggestion_rows.directory(self._database, viewer, newest=newest, local=local, limit=limit, offset=offset)
        )

    async def familiar_followers(self, viewer: int, ids: Sequence[int]) -> dict[int, list[Account]]:
        """Of those the viewer follows, who follows each of `ids`. Two queries."""
        rows = await suggestion_rows.familiar(self._database, viewer, ids, FAMILIAR)
        found = await account_rows.by_ids(self._database, {id for followers in rows.values() for id in followers})
        return {id: [found[each] for each in rows.get(id, ()) if each in found] for id in ids}

    async def peers(self, prefix: str = "", limit: int | None = None) -> list[str]:
        """Hosts known here, in order."""
        return await peer_rows.domains(self._database, prefix.strip().lower(), limit)

    async def weeks(self) -> list[Week]:
        """This week and the eleven before it, the newest first."""
        today = _today()
        rows = await peer_rows.weeks(self._database, today - timedelta(days=today.weekday()), WEEKS)
        return [Week(*row) for row in rows]

    async def _people(self, ids: Sequence[int]) -> list[Account]:
        found = await account_rows.by_ids(self._database, ids)
        return [found[id] for id in ids if id in found]


def _today() -> date:
    return datetime.now(UTC).date()


def _days(found: Mapping[date, tuple[int, int]], today: date) -> tuple[Day, ...]:
    days = [today - timedelta(days=number) for number in range(tag_rows.HISTORY_DAYS)]
    return tuple(Day(day, *found.get(day, (0, 0))) for day in days)
