"""What somebody listens to, told by their player. It is kept here and does not federate."""

from __future__ import annotations

from urllib.parse import urlsplit

from pleromad.errors import Invalid
from pleromad.model.note import Visibility
from pleromad.model.page import Page, Slice
from pleromad.model.personal import Scrobble
from pleromad.personal.desk import Keeper
from pleromad.visibility import Standing, may_see
from store import scrobbles as rows

MAX_TEXT = 500
MAX_URL = 2_000
MAX_LENGTH = 2**31 - 1


class Scrobbles(Keeper):
    async def scrobble(
        self, viewer: int, title: str, *, album: str = "", artist: str = "", length: int = 0, url: str = "", visibility: Visibility = Visibility.PUBLIC
    ) -> Scrobble:
        """Raises Invalid."""
        texts = {name: " ".join(text.split()) for name, text in (("title", title), ("album", album), ("artist", artist))}
        if not texts["title"]:
            raise Invalid("Validation failed: Title can't be blank", field="title")
        for name, text in texts.items():
            if len(text) > MAX_TEXT:
                raise Invalid(f"Validation failed: {name.capitalize()} is too long (maximum is {MAX_TEXT} characters)", field=name)
        if not 0 <= length <= MAX_LENGTH:
            raise Invalid("Validation failed: Length is none", field="length")
        if url and not _is_page(url):
            raise Invalid("Validation failed: the link must be a URL", field="externalLink")
        made = Scrobble(await self._ids.mint(), viewer, **texts, length=length, url=url, visibility=visibility, created_at=self._clock.now())
        await rows.add(self._database, made)
        return made

    async def scrobbles(self, viewer: int | None, account_id: int, page: Page) -> Slice[Scrobble]:
        """Those the viewer may see. Raises NotFound."""
        account = await self._reading.account(account_id)
        between = (await self._reading.relationships(viewer, [account_id]) if viewer is not None else [])[:1]
        standing = Standing(
            local=viewer is not None,
            author=viewer == account_id,
            follows=any(one.following for one in between),
            blocked=any(one.blocking or one.blocked_by for one in between),
            withdrawn=account.suspended or account.deleted,
        )
        seen = [each.value for each in Visibility if may_see(each, standing)]
        found = await rows.of_account(self._database, account_id, seen, page) if seen else []
        if not found:
            return Slice(())
        return Slice(tuple(found), found[-1].id if len(found) >= page.limit else None, found[0].id)


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return len(url) <= MAX_URL and parts.scheme in ("http", "https") and bool(parts.netloc) and url.isprintable()
