"""Hashtags a person follows or features, people they recommend, and whom they do not want to be told of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pleromad.errors import Forbidden, Invalid, NotFound
from pleromad.model.account import Account
from pleromad.model.page import Page, Slice
from pleromad.personal.desk import Keeper
from pleromad.text import find_hashtags
from store import lists as list_rows
from store import suggestions as suggestion_rows

MAX_FEATURED = 10


@dataclass(frozen=True, slots=True)
class FeaturedTag:
    id: int
    name: str
    statuses_count: int
    last_status_at: datetime | None


class Tags(Keeper):
    async def dismiss_suggestion(self, viewer: int, account_id: int) -> None:
        """This one is not suggested to the viewer any more."""
        await suggestion_rows.dismiss(self._database, viewer, account_id)

    async def follow_tag(self, viewer: int, name: str) -> str:
        """From now on public notes with this tag are in home. Returns the tag's folded name. Raises Invalid."""
        tag = normal_name(name)
        await list_rows.keep(self._database, "followed_tags", await self._ids.mint(), viewer, tag)
        return tag

    async def unfollow_tag(self, viewer: int, name: str) -> str:
        tag = normal_name(name)
        await list_rows.let_go(self._database, "followed_tags", viewer, tag)
        return tag

    async def followed_tags(self, viewer: int, page: Page) -> Slice[str]:
        rows = await list_rows.kept(self._database, "followed_tags", viewer, page)
        more = len(rows) >= page.limit
        return Slice(tuple(row[1] for row in rows), rows[-1][0] if rows and more else None, rows[0][0] if rows else None)

    async def tags_followed(self, viewer: int, names: Collection[str]) -> set[str]:
        """Which of these the viewer follows; one query."""
        return await list_rows.tags_kept(self._database, "followed_tags", viewer, [name.lower() for name in names])

    async def feature_tag(self, viewer: int, name: str) -> FeaturedTag:
        tag = normal_name(name)
        if len(await self.featured_tags(viewer)) >= MAX_FEATURED:
            raise Invalid(f"Validation failed: at most {MAX_FEATURED} featured hashtags", field="name")
        if not await list_rows.keep(self._database, "featured_tags", await self._ids.mint(), viewer, tag):
            raise Invalid("Validation failed: Name has already been taken", field="name")
        return next(each for each in await self.featured_tags(viewer) if each.name == tag)

    async def unfeature_tag(self, viewer: int, id: int) -> None:
        """Raises NotFound."""
        for each in await self.featured_tags(viewer):
            if each.id == id:
                await list_rows.let_go(self._database, "featured_tags", viewer, each.name)
                return
        raise NotFound

    async def featured_tags(self, account_id: int) -> list[FeaturedTag]:
        rows = await list_rows.kept(self._database, "featured_tags", account_id, Page(limit=100))
        use = await list_rows.tag_use(self._database, account_id, [row[1] for row in rows])
        return [FeaturedTag(id, tag, *use.get(tag, (0, None))) for id, tag in reversed(rows)]

    async def endorse(self, viewer: int, account_id: int) -> None:
        """Recommend somebody one follows. Raises Forbidden."""
        relations = await self._reading.relationships(viewer, [account_id])
        if not relations:
            raise NotFound
        if not relations[0].following:
            raise Forbidden("Validation failed: You must be already following the person you want to endorse")
        await list_rows.keep(self._database, "endorsements", await self._ids.mint(), viewer, account_id)

    async def unendorse(self, viewer: int, account_id: int) -> None:
        await list_rows.let_go(self._database, "endorsements", viewer, account_id)

    async def endorsements(self, account_id: int, page: Page) -> Slice[Account]:
        rows = await list_rows.kept(self._database, "endorsements", account_id, page)
        found = await self._reading.accounts([row[1] for row in rows])
        shown = tuple(found[row[1]] for row in rows if row[1] in found)
        return Slice(shown, rows[-1][0] if len(rows) >= page.limit else None, rows[0][0] if rows else None)


def normal_name(name: str, *, field: str = "name") -> str:
    """A hashtag as it is kept. Raises Invalid."""
    found = find_hashtags("#" + name.lstrip("#"))
    if len(found) != 1 or found[0].lower() != name.lstrip("#").lower():
        raise Invalid("Validation failed: Name is not a valid hashtag", field=field)
    return found[0].lower()
