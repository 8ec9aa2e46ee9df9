"""What trends and who is popular, counted now and then by one of all daemons."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pleromad.clock import Clock
from pleromad.jobs import Jobs
from store import cards as card_rows
from store import suggestions as suggestion_rows
from store import trends as trend_rows
from store.pool import Database

TRENDS_SECONDS = 300
PEOPLE_SECONDS = 3600


class Discovery:
    def __init__(self, database: Database, clock: Clock, jobs: Jobs) -> None:
        self._database = database
        self._clock = clock
        jobs.periodic("count trends", TRENDS_SECONDS, self.count_trends)
        jobs.periodic("count people", PEOPLE_SECONDS, self.count_people)

    async def count_trends(self) -> None:
        today = self._clock.now().date()
        for count in (trend_rows.count_tags, trend_rows.count_notes, trend_rows.count_links):
            await self._database.transaction(partial(count, today=today))

    async def count_people(self) -> None:
        """Whom people here follow most. Also lets go of cards that no note has any more."""
        await self._database.transaction(suggestion_rows.count_popular)
        await card_rows.forget_unused(self._database)

    async def refuse(self, kind: Literal["status", "link", "publisher"], key: str, refused: bool = True) -> None:
        """Staff decides what is no trend: a note's id, an address, a host. Hashtags have rules of their own. Counts anew."""
        await trend_rows.refuse(self._database, kind, key, refused)
        await self.count_trends()
