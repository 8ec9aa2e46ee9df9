from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from twisted.internet import reactor

from pleromad.core import Core
from pleromad.errors import Invalid, NotFound
from pleromad.model.account import Account
from pleromad.model.activity import Like
from pleromad.model.note import PollDraft, Visibility
from pleromad.model.push import PushKeys
from tests.support.core import CoreCase


class PushTests(CoreCase):
    """Which notifications leave a job. What is sent is tested with the door."""

    async def subscribe(self, who: Account, *alerts: str, policy: str = "all") -> int:
        app = await self.core.accounts.add_app(name="x", website=None, redirect_uris=["urn:ietf:wg:oauth:2.0:oob"], scopes=frozenset({"push"}))
        grant = await self.core.accounts.issue(app, who.id, frozenset({"push"}))
        point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        await self.core.personal.subscribe(
            who.id, grant.token.id, grant.access_token, endpoint="https://push.example/x", keys=PushKeys(point, bytes(16)),
            standard=True, alerts=alerts, policy=policy,
        )  # fmt: skip
        return grant.token.id

    async def jobs(self) -> int:
        """How many there are; they are forgotten."""
        return await self.database.execute("DELETE FROM jobs WHERE kind = 'push'")

    async def test_alerts_and_policy_decide_and_what_is_kept_back_is_not_pushed(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        token = await self.subscribe(alice, "mention")
        await self.subscribe(alice, "mention", "favourite")
        note = await self.say(alice, "x")
        await self.submit(Like(actor_id=bob.id, note_id=note.id), bob)
        self.assertEqual(await self.jobs(), 1)
        await self.say(bob, "@alice hi")
        self.assertEqual(await self.jobs(), 2)
        await self.say(bob, "@alice hi", visibility=Visibility.DIRECT)
        self.assertEqual(await self.jobs(), 0)
        await self.core.personal.change_subscription(token, policy="followed")
        await self.say(bob, "@alice hi")
        self.assertEqual(await self.jobs(), 1)
        await self.follow(alice, bob)
        await self.say(bob, "@alice hi")
        self.assertEqual(await self.jobs(), 2)
        await self.core.personal.change_subscription(token, policy="follower")
        await self.say(bob, "@alice hi")
        self.assertEqual(await self.jobs(), 1)
        await self.core.personal.change_subscription(token, policy="none", alerts=["mention", "follow"])
        await self.follow(bob, alice)
        self.assertEqual(await self.jobs(), 0)

    async def test_a_refused_activity_leaves_none(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.subscribe(alice, "mention")
        with self.assertRaises(Invalid):
            await self.say(bob, "@alice hi", poll=PollDraft(("a",), 300))
        self.assertEqual(await self.jobs(), 0)

    async def test_a_subscription_ends_with_its_token(self) -> None:
        alice = await self.person("alice")
        token = await self.subscribe(alice, "mention")
        await self.core.accounts.delete_token(alice.id, token)
        with self.assertRaises(NotFound):
            await self.core.personal.subscription(token)

    async def test_the_servers_key_is_made_once(self) -> None:
        key = await self.core.personal.vapid_key()
        self.assertEqual((await self.core.personal.vapid_key()), key)
        other = Core(self.core.settings, self.database, reactor)
        self.assertEqual(await other.personal.vapid_key(), key)
        self.assertNotIn(key.private, repr(key))
