"""Relays over Pleroma's admin API."""

from __future__ import annotations

from pleromad.model.account import Role
from tests.protocols.mastodon.case import EVERYTHING, MastodonCase

RELAY = "/api/v1/pleroma/admin/relay"


class RelayTests(MastodonCase):
    async def test_staff_take_part_and_leave(self) -> None:
        scopes = (*EVERYTHING, "admin:read", "admin:write")
        admin = await self.token(await self.person("adam", role=Role.ADMIN), *scopes)
        url = "https://relay.example/actor"
        self.assertEqual(await self.call("POST", RELAY, admin, data={"relay_url": url}), {"actor": url, "followed_back": False})
        self.assertEqual(await self.call("GET", RELAY, admin), {"relays": [{"actor": url, "followed_back": False}]})
        self.assertEqual(await self.database.fetch_value("SELECT payload->>'what' FROM jobs WHERE kind = 'relay'"), "follow")
        await self.call("DELETE", RELAY, admin, data={"relay_url": url})
        await self.call("DELETE", RELAY, admin, 404, data={"relay_url": url})
        self.assertEqual(await self.call("GET", RELAY, admin), {"relays": []})
        await self.call("POST", RELAY, admin, 422, data={"relay_url": "relay.example"})

    async def test_nobody_else(self) -> None:
        scopes = (*EVERYTHING, "admin:read", "admin:write")
        alice = await self.token(await self.person("alice"), *scopes)
        for method in ("GET", "POST", "DELETE"):
            await self.call(method, RELAY, alice, 403, data={"relay_url": "https://relay.example/actor"})
