"""Search: people, notes, hashtags. Only in what the viewer may find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from time import monotonic

from pleromad.model.account import Account
from pleromad.model.note import Seen
from pleromad.model.page import Page, Slice
from pleromad.reading.shelf import Reader, Shelf
from pleromad.searching.query import Query, parse
from pleromad.text import normal_tag
from pleromad.text.words import asked, folded
from store import accounts as account_rows
from store import search as search_rows
from store import tags as tag_rows
from store.search import Wanted

RECENT_SECONDS = 600  # how long it is remembered where the recent notes begin
MAX_NAME = 200


class SearchReading(Reader):
    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf)
        self._recent: tuple[float, int] | None = None

    async def search(
        self, viewer: int | None, query: str, page: Page, *, account_id: int | None = None, ranked: bool = False
    ) -> Slice[Seen]:
        """Notes. `query` may have operators: `pleromad.searching.query`. Public ones and one's own, those one is named in and
        those of whom one follows.

        Newest first; `ranked` (for paging by offset): also by how well they match.
        """
        parsed = parse(query)
        wanted = None if parsed.empty else await self._wanted(viewer, parsed, account_id)
        if wanted is None:
            return Slice(())
        recent = await self._recent_from() if wanted.words else 0
        refs = await search_rows.notes(self._database, viewer, wanted, page, recent=recent, ranked=ranked and parsed.text)
        items = await self._shelf.seen(viewer, refs)
        return Slice(tuple(items), refs[-1].id if len(refs) >= page.limit else None, refs[0].id if refs else None)

    async def finding(self, note_id: int, queries: Mapping[str, Iterable[int]]) -> list[tuple[str, int]]:
        """Who would find this note: `queries` are what people search for, and who. One statement for all; one more for each whose words it has."""
        texts = [query for query in queries if not parse(query).empty]
        places = await search_rows.having(self._database, note_id, [parse(query).words for query in texts]) if texts else []
        just_this = Page(1, min_id=note_id - 1, max_id=note_id + 1)
        return [(texts[at], viewer) for at in places for viewer in queries[texts[at]] if (await self.search(viewer, texts[at], just_this)).items]

    async def search_accounts(
        self, viewer: int | None, query: str, *, limit: int = 40, offset: int = 0, following: bool = False
    ) -> list[Account]:
        """By parts of handles and names: the words of the query in any order, the last of each as far as it was typed."""
        name, _, host = query[:MAX_NAME].strip().lstrip("@").partition("@")
        words = " & ".join(found for found in (asked(part, prefix=True) for part in name.split()) if found)
        if not words:
            return []
        ids = await search_rows.accounts(
            self._database,
            viewer,
            words,
            username=folded(name.strip()),
            host=host.strip().lower(),
            limit=limit,
            offset=offset,
            following=following,
        )
        found = await account_rows.by_ids(self._database, ids)
        return [found[id] for id in ids if id in found]

    async def search_tags(self, query: str, limit: int = 20, offset: int = 0, *, reviewed: bool = False) -> list[str]:
        """Hashtags that begin so, those used most first. `reviewed`: only those staff has looked at."""
        return await tag_rows.beginning(self._database, normal_tag(query.strip().lstrip("#")), limit, offset, reviewed=reviewed)

    async def _wanted(self, viewer: int | None, query: Query, account_id: int | None) -> Wanted | None:
        """None when there can be nothing."""
        handles = [*query.authors, *query.not_authors]
        known = await self._authors(viewer, handles) if handles else {}
        authors = None if not query.authors else [known[handle] for handle in query.authors if handle in known]
        if account_id is not None:
            authors = [account_id] if authors is None or account_id in authors else []
        if authors == [] or (query.library and viewer is None):
            return None
        return Wanted(
            words=query.words,
            authors=authors,
            not_authors=[known[handle] for handle in query.not_authors if handle in known],
            since=query.since,
            until=query.until,
            library=query.library,
            public=query.public,
            boosts=query.boosts,
        )

    async def _authors(self, viewer: int | None, handles: list[str]) -> dict[str, int]:
        domain = self._shelf.settings.domain
        keys = {}
        for handle in handles:
            name, _, host = handle.partition("@")
            keys[handle] = (name, "" if host == domain else host)
        found = await account_rows.by_handles(self._database, list(set(keys.values())))
        ids = {handle: found[key].id for handle, key in keys.items() if key in found}
        return ids | ({"me": viewer} if viewer is not None else {})

    async def _recent_from(self) -> int:
        if self._recent is None or monotonic() - self._recent[0] > RECENT_SECONDS:
            self._recent = (monotonic(), await search_rows.recent_from(self._database))
        return self._recent[1]
