"""People of the staff and others, for tests of what staff do."""

from __future__ import annotations

from pleromad.model.account import Account, Role
from pleromad.model.page import Page
from tests.protocols.mastodon.case import MastodonCase

SCOPES = ("read", "write", "admin:read", "admin:write")
NOT_ALLOWED = "This action is not allowed"


class StaffCase(MastodonCase):
    async def staff(self) -> None:
        self.olga = await self.person("olga", role=Role.OWNER)
        self.adam = await self.person("adam", role=Role.ADMIN)
        self.mona = await self.person("mona", role=Role.MODERATOR)
        self.by_olga, self.by_adam, self.by_mona = [await self.token(each, *SCOPES) for each in (self.olga, self.adam, self.mona)]
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        self.by_alice, self.by_bob = await self.token(self.alice), await self.token(self.bob)

    async def act(self, target: Account, type: str, status: int = 200, *, token: str | None = None, **form: str) -> None:
        path = f"/api/v1/admin/accounts/{target.id}/action"
        await self.call("POST", path, token or self.by_mona, status, data={"type": type, **form})

    async def actions(self) -> list[str]:
        return [f"{entry.action} {entry.target}" for entry in (await self.core.moderation.entries(None, Page(limit=50))).items]
