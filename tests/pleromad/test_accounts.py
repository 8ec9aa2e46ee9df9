from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256

from pleromad.errors import Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from pleromad.model.account import Role
from tests.support.core import PASSWORD, CoreCase


class LogInTests(CoreCase):
    async def test_a_person_logs_in_by_name_by_handle_and_by_mail(self) -> None:
        await self.person("Alice")
        for login in ("alice", "@Alice@here.example", "ALICE@mail.example"):
            user = await self.core.accounts.log_in(login, PASSWORD)
            self.assertEqual(user.account.username, "Alice")

    async def test_a_wrong_password_and_an_unknown_name_are_told_alike(self) -> None:
        await self.person("alice")
        said = []
        for login in ("alice", "nobody"):
            with self.assertRaises(Unauthenticated) as caught:
                await self.core.accounts.log_in(login, "wrong password")
            said.append(caught.exception.public)
        self.assertEqual(said[0], said[1])

    async def test_guessing_is_slowed_down(self) -> None:
        await self.person("alice")
        for _ in range(10):
            with self.assertRaises(Unauthenticated):
                await self.core.accounts.log_in("alice", "wrong password")
        with self.assertRaises(RateLimited):
            await self.core.accounts.log_in("alice", PASSWORD)

    async def test_a_new_password_ends_the_sessions(self) -> None:
        alice = await self.person("alice")
        session = await self.core.accounts.open_session(alice.id)
        self.assertEqual(await self.core.accounts.session(session), alice.id)
        await self.core.accounts.set_password(alice.id, "another good one")
        with self.assertRaises(Unauthenticated):
            await self.core.accounts.session(session)
        await self.core.accounts.log_in("alice", "another good one")

    async def test_the_password_is_kept_as_argon2id(self) -> None:
        await self.person("alice")
        stored = await self.database.fetch_value("SELECT password_hash FROM users")
        self.assertTrue(stored.startswith("$argon2id$"))


class RegistrationTests(CoreCase):
    SETTINGS = {"instance": {"registrations": "closed"}}

    async def test_the_mode_of_registrations_decides(self) -> None:
        with self.assertRaises(Forbidden):
            await self.person("alice", role=None)
        code = await self.core.accounts.invite(None)
        await self.person("alice", role=None, invite=code)
        with self.assertRaises(Invalid):
            await self.person("bob", role=None, invite=code)

    async def test_the_first_link_makes_the_owner_and_there_is_one(self) -> None:
        first, second = await self.core.accounts.owner_link(), await self.core.accounts.owner_link()
        assert first is not None and second is not None
        await self.person("alice", role=None, invite=first.partition("=")[2], email="")
        user = await self.core.accounts.log_in("alice", PASSWORD)
        self.assertIs(user.role, Role.OWNER)
        self.assertIsNone(await self.core.accounts.owner_link())
        with self.assertRaises(Forbidden):
            await self.person("bob", role=None, invite=second.partition("=")[2])

    async def test_what_is_wrong_names_the_field(self) -> None:
        await self.person("alice")
        for given, field in (
            ({"username": "a b"}, "username"),
            ({"username": "ALICE"}, "username"),
            ({"username": "admin"}, "username"),
            ({"email": "nonsense"}, "email"),
            ({"email": "ALICE@mail.example"}, "email"),
            ({"password": "short"}, "password"),
        ):
            whole = {"username": "bob", "email": "bob@mail.example", "password": PASSWORD, "role": Role.USER, **given}
            with self.assertRaises(Invalid) as caught:
                await self.core.accounts.register(**whole)
            self.assertEqual(caught.exception.field, field)


class GrantTests(CoreCase):
    async def test_a_code_is_good_once_and_with_its_verifier(self) -> None:
        alice = await self.person("alice")
        accounts = self.core.accounts
        app = await accounts.add_app(name="App", website=None, redirect_uris=["app:/cb"], scopes={"read", "write"})
        challenge = urlsafe_b64encode(sha256(b"verifier").digest()).rstrip(b"=").decode()

        async def code() -> str:
            return await accounts.add_code(app, alice.id, redirect_uri="app:/cb", scopes={"read"}, challenge=challenge, method="S256")

        for wrong in ({"verifier": "other"}, {"verifier": None}, {"redirect_uri": "app:/else"}):
            given = {"redirect_uri": "app:/cb", "verifier": "verifier", **wrong}
            with self.assertRaises(Invalid):
                await accounts.use_code(await code(), app, **given)
        good = await code()
        grant = await accounts.use_code(good, app, "app:/cb", "verifier")
        self.assertEqual(grant.token.scopes, {"read"})
        with self.assertRaises(Invalid):
            await accounts.use_code(good, app, "app:/cb", "verifier")

    async def test_a_revoked_token_is_over_at_once(self) -> None:
        alice = await self.person("alice")
        accounts = self.core.accounts
        app = await accounts.add_app(name="App", website=None, redirect_uris=["app:/cb"], scopes={"read"})
        grant = await accounts.issue(app, alice.id, {"read"})
        token = await accounts.token(grant.access_token)
        assert token is not None
        self.assertTrue(token.allows("read:statuses"))
        self.assertFalse(token.allows("write"))
        await accounts.revoke(app, grant.access_token)
        self.assertIsNone(await accounts.token(grant.access_token))

    async def test_a_refresh_token_is_exchanged_once(self) -> None:
        alice = await self.person("alice")
        accounts = self.core.accounts
        app = await accounts.add_app(name="App", website=None, redirect_uris=["app:/cb"], scopes={"read"})
        grant = await accounts.issue(app, alice.id, {"read"})
        assert grant.refresh_token is not None
        fresh = await accounts.refresh(app, grant.refresh_token)
        self.assertIsNone(await accounts.token(grant.access_token))
        self.assertIsNotNone(await accounts.token(fresh.access_token))
        with self.assertRaises(Invalid):
            await accounts.refresh(app, grant.refresh_token)

    async def test_no_secret_is_stored_in_clear(self) -> None:
        alice = await self.person("alice")
        session = await self.core.accounts.open_session(alice.id)
        rows = await self.database.fetch("SELECT t::text FROM oauth_tokens t")
        self.assertNotIn(session, str(rows))


class ActorTests(CoreCase):
    async def test_a_remote_actor_is_kept_sanitised_and_refreshed(self) -> None:
        bob = await self.remote("bob", note="<b>hi</b><script>x</script>", display_name="Bob\n\u202eby")
        self.assertNotIn("script", bob.note)
        self.assertNotIn("\n", bob.display_name)
        again = await self.remote("bob", display_name="Robert")
        self.assertEqual((again.id, again.display_name), (bob.id, "Robert"))

    async def test_a_handle_that_moved_to_a_new_actor_frees_the_old(self) -> None:
        old = await self.remote("bob")
        new = await self.remote("bob", uri="https://far.example/new/bob")
        self.assertNotEqual(old.id, new.id)
        found = await self.core.reading.account_by_handle("bob@far.example")
        self.assertEqual(found.id, new.id)

    async def test_nobody_elsewhere_becomes_one_of_ours(self) -> None:
        alice = await self.person("alice")
        for wrong in ({"uri": alice.uri}, {"domain": "here.example"}):
            with self.assertRaises(Invalid):
                await self.remote("alice", **wrong)

    async def test_a_rooms_name_is_taken_by_people_too(self) -> None:
        alice = await self.person("alice")
        with self.assertRaises(Invalid):
            await self.core.accounts.open_room(alice.id, "Alice")

    async def test_only_ours_have_a_key_to_sign_with(self) -> None:
        alice, bob = await self.person("alice"), await self.remote("bob")
        keys = await self.core.accounts.keys_of(alice.id)
        self.assertEqual((keys.rsa_id, keys.ed25519_id), (f"{alice.uri}#main-key", f"{alice.uri}#ed25519-key"))
        self.assertIn("PRIVATE KEY", keys.rsa)
        self.assertEqual((await self.core.accounts.keys_of(alice.id)).ed25519, keys.ed25519)
        with self.assertRaises(NotFound):
            await self.core.accounts.keys_of(bob.id)
