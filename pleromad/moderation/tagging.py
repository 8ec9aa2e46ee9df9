"""Tags that staff give to accounts, and whom they recommend to newcomers."""

from __future__ import annotations

from collections.abc import Collection

from pleromad.errors import Invalid
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.event import Event
from pleromad.model.moderation import Dossier, Permission
from pleromad.moderation.people import People
from pleromad.policies.tags import MEANINGS
from store import accounts as account_rows


class Tagging(People):
    async def tag_account(self, by: Account | None, id: int, tags: Collection[str], given: bool) -> Dossier:
        """Raises NotFound, Invalid, Forbidden for those who do not stand below whoever acts."""
        self.need(by, Permission.MANAGE_USERS)
        known = (await self._dossier(id)).account
        self.check_below(by, known)
        unknown = [tag for tag in tags if tag not in MEANINGS]
        if given and unknown:
            raise Invalid(f"Validation failed: there is no tag {unknown[0][:100]}; there are {', '.join(MEANINGS)}", field="tags")
        now = sorted({*known.tags, *tags} if given else {*known.tags}.difference(tags))
        await account_rows.change(self._database, id, {"tags": now})
        await self.log(self._database, by, "tag" if given else "untag", "account", id, known.acct, tags=sorted(tags))
        self._bus.publish([Event(event.ACCOUNT_UPDATED, 0, id)])
        return await self._dossier(id)

    async def suggest(self, by: Account | None, id: int, suggested: bool) -> Dossier:
        """Raises NotFound."""
        self.need(by, Permission.MANAGE_TAXONOMIES)
        known = (await self._dossier(id)).account
        await account_rows.change(self._database, id, {"suggested": suggested})
        await self.log(self._database, by, "suggest" if suggested else "unsuggest", "account", id, known.acct)
        self._bus.publish([Event(event.ACCOUNT_UPDATED, 0, id)])
        return await self._dossier(id)
