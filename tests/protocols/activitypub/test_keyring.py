"""Keys and signatures of every kind between a server of ours and a peer: RFC 9421, double knock, rotation, proofs, authorized fetch."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet import reactor

from pleromad import jobs
from pleromad.core import Core
from pleromad.errors import Unreachable
from pleromad.model.note import Visibility
from protocols.activitypub import message_signatures, multikey, proofs, signatures
from protocols.activitypub.delivery import EXPAND
from protocols.activitypub.signatures import Message
from store import upkeep
from store.pool import Database
from tests.protocols.activitypub.test_inbox import InboxCase
from tests.support.peer import ACTIVITY_JSON, Asked, Page


class KindTests(InboxCase):
    async def test_rfc9421_with_either_key_of_an_actor(self) -> None:
        self.far.person("bob", assertionMethod=[self.far.multikey(self.bob)])
        for number, ed25519 in enumerate((False, True)):
            self.assertEqual(await self.far.post_rfc9421(self.inbox, self.create(number), by=self.bob, ed25519=ed25519), 202)
        await self.quiet(self.here)
        self.assertEqual(await self.notes(), 2)
        self.assertEqual(self.far.asked_for("/users/bob"), 1)

    async def test_an_ed25519_key_that_has_changed_is_fetched_once_more(self) -> None:
        self.far.person("bob", assertionMethod=[self.far.multikey(self.bob)])
        self.assertEqual(await self.far.post_rfc9421(self.inbox, self.create(1), by=self.bob, ed25519=True), 202)
        shown = self.far.multikey(self.bob)
        self.assertEqual(await self.far.post_rfc9421(self.inbox, self.create(2), by=self.bob, ed25519=True), 401)
        self.far.person("bob", assertionMethod=[shown])
        self.assertEqual(await self.far.post_rfc9421(self.inbox, self.create(3), by=self.bob, ed25519=True), 401)
        self.assertEqual(self.far.asked_for("/users/bob"), 2)  # it did not fit a moment ago: not asked again yet

    async def test_a_new_key_that_is_shown_already(self) -> None:
        self.far.person("bob", assertionMethod=[self.far.multikey(self.bob)])
        self.assertEqual(await self.far.post_rfc9421(self.inbox, self.create(1), by=self.bob, ed25519=True), 202)
        self.far.person("bob", assertionMethod=[self.far.multikey(self.bob)])
        self.assertEqual(await self.far.post_rfc9421(self.inbox, self.create(2), by=self.bob, ed25519=True), 202)
        self.assertEqual(self.far.asked_for("/users/bob"), 2)
        self.far.person("bob")
        await self.here.core.resolver.fresh(await self.account(self.bob))  # type: ignore[union-attr]
        self.assertEqual(int(await self.here.database.fetch_value("SELECT count(*) FROM actor_keys")), 0)

    async def test_a_key_that_is_somebody_elses_is_not_taken(self) -> None:
        """eve names a key under bob's id, and one that bob controls."""
        eve = self.far.person("eve")
        key = self.far.multikey(eve)
        self.far.person("eve", assertionMethod=[{**key, "id": f"{self.bob}#ed25519-key"}, {**key, "controller": self.bob}])
        self.far.ed25519[self.bob] = self.far.ed25519[eve]
        await self.here.core.resolver.account(eve)  # type: ignore[union-attr]
        self.assertEqual(await self.far.post_rfc9421(self.inbox, self.create(1), by=self.bob, ed25519=True), 401)
        self.assertEqual(await self.notes(), 0)


class RotationTests(InboxCase):
    async def test_our_own_new_keys_are_shown_and_followers_are_told(self) -> None:
        self.assertEqual(await self.send(self.activity("Follow", self.alice.uri, 5)), 202)
        before = json.loads((await self.far.get(self.alice.uri))[1])
        await self.here.core.accounts.rotate_keys(self.alice)
        await self.quiet(self.here)
        after = json.loads((await self.far.get(self.alice.uri))[1])
        self.assertEqual(after["publicKey"]["id"], before["publicKey"]["id"])
        self.assertNotEqual(after["publicKey"]["publicKeyPem"], before["publicKey"]["publicKeyPem"])
        self.assertNotEqual(after["assertionMethod"], before["assertionMethod"])
        (update,) = self.far.received("Update")
        self.assertEqual(update["object"]["publicKey"], after["publicKey"])
        posted = next(one for one in reversed(self.far.asked) if one.method == "POST")
        message = Message("POST", posted.path, signatures.lookup(posted.headers), (self.far.domain,), posted.body, "http")
        signature = signatures.parse(posted.headers["signature"])
        self.assertTrue(signatures.verifies(signature, message, signatures.public_key(before["publicKey"]["publicKeyPem"])))

    async def test_who_keeps_keys_and_who_has_the_new_one_both_believe_the_update(self) -> None:
        """snac never fetches again a key that it has; others fetched the new one before they were told."""
        self.assertEqual(await self.send(self.activity("Follow", self.alice.uri, 5)), 202)
        for told_before in (False, True):
            old = json.loads((await self.far.get(self.alice.uri))[1])["publicKey"]["publicKeyPem"]
            await self.here.core.accounts.rotate_keys(self.alice)
            new = json.loads((await self.far.get(self.alice.uri))[1])["publicKey"]["publicKeyPem"]
            known = signatures.public_key(new if told_before else old)
            taken: list[bytes] = []

            def inbox(asked: Asked, known: Any = known, taken: list[bytes] = taken) -> Page:
                if "signature-input" in asked.headers:
                    return Page(b"", "", 401)
                message = Message("POST", asked.path, signatures.lookup(asked.headers), (self.far.domain,), asked.body, "http")
                if not signatures.verifies(signatures.parse(asked.headers["signature"]), message, known):
                    return Page(b"", "", 401)
                taken.append(asked.body)
                return Page(b"", "", 202)

            self.far.pages["/inbox"] = self.far.pages["/users/bob/inbox"] = inbox
            await self.quiet(self.here)
            (update,) = (json.loads(body) for body in taken)
            self.assertEqual(update["object"]["publicKey"]["publicKeyPem"], new)

    async def test_keys_that_were_replaced_are_forgotten(self) -> None:
        await self.here.core.accounts.keys_of(self.alice.id)
        await self.here.core.accounts.rotate_keys(self.alice)
        self.assertIsNotNone(await self.here.core.accounts.replaced_keys_of(self.alice.id))
        await self.here.database.execute("UPDATE keys SET created_at = now() - interval '9 days'")
        await upkeep.trim(self.here.database)
        self.assertIsNone(await self.here.core.accounts.replaced_keys_of(self.alice.id))


class OtherProcessTests(InboxCase):
    async def set_up(self) -> None:
        self.patch(jobs, "POLL_SECONDS", 600.0)
        await super().set_up()

    async def test_keys_replaced_by_another_process_are_told_of_at_once(self) -> None:
        """By pleromactl: before something is signed with them, so the daemon may not wait until it looks for jobs by itself."""
        self.assertEqual(await self.send(self.activity("Follow", self.alice.uri, 5)), 202)
        database = Database(self.here.dsn, reactor, size=2)
        await database.start()
        other = Core(self.here.settings, database, reactor)
        await other.start()
        try:
            other.activities.add_durable(EXPAND)
            await other.accounts.rotate_keys(self.alice)

            async def told() -> bool:
                return bool(self.far.received("Update"))

            await self.until(told, "the peer was not told")
        finally:
            await other.stop()
            await database.stop()


class KnockTests(InboxCase):
    def only(self, wanted: str) -> Any:
        """A peer that takes one kind of signature."""

        def answer(asked: Asked) -> Page:
            described = asked.headers.get("signature-input", "")
            kind = "cavage" if not described else "ed25519" if "#ed25519-key" in described else "rfc9421"
            if kind != wanted:
                return Page(b"", "", 401)
            return Page(b"", "", 202) if asked.method == "POST" else bob

        bob = self.far.pages["/users/bob"]
        assert isinstance(bob, Page)
        return answer

    async def posts(self) -> int:
        return sum(1 for asked in self.far.asked if asked.method == "POST")

    async def test_what_a_host_takes_is_found_and_remembered(self) -> None:
        await self.follow_bob()
        for wanted, knocks in (("rfc9421", 2), ("ed25519", 3), ("cavage", 2)):
            self.far.pages["/inbox"] = self.only(wanted)
            before = await self.posts()
            await self.here.say(self.alice, f"hello @bob@{self.far.domain}")
            await self.quiet(self.here)
            self.assertEqual(await self.posts() - before, knocks, wanted)
            self.assertEqual(await self.here.core.reading.signature_of(self.far.domain), wanted)
            await self.here.say(self.alice, f"again @bob@{self.far.domain}")
            await self.quiet(self.here)
            self.assertEqual(await self.posts() - before, knocks + 1, wanted)

    async def test_what_is_sent_verifies_with_the_keys_that_are_shown(self) -> None:
        await self.follow_bob()
        _, body = await self.far.get(self.alice.uri)
        actor = json.loads(body)
        (shown,) = actor["assertionMethod"]
        self.assertEqual((shown["type"], shown["controller"]), ("Multikey", self.alice.uri))
        keys = {actor["publicKey"]["id"]: signatures.public_key(actor["publicKey"]["publicKeyPem"]), shown["id"]: multikey.key_of(shown["publicKeyMultibase"])}
        for wanted in ("rfc9421", "ed25519"):
            self.far.pages["/inbox"] = self.only(wanted)
            await self.here.say(self.alice, f"hello @bob@{self.far.domain}")
            await self.quiet(self.here)
            posted = self.far.asked[-1]
            message = Message("POST", "/inbox", signatures.lookup(posted.headers), (self.far.domain,), posted.body, "http")
            signature = message_signatures.parse(posted.headers["signature-input"], posted.headers["signature"])
            message_signatures.check_frame(signature, message, self.here.core.clock.now())
            self.assertTrue(message_signatures.verifies(signature, message, keys[signature.key_id]), wanted)

    async def test_fetches_knock_too(self) -> None:
        self.far.pages["/users/bob"] = self.only("rfc9421")
        account = await self.here.core.resolver.account(self.bob)  # type: ignore[union-attr]
        self.assertEqual(account.uri, self.bob)

    async def test_a_host_that_takes_none_is_not_asked_thrice_each_time(self) -> None:
        self.far.pages["/users/bob"] = Page(b"", "", 401)
        for knocks in (3, 4):
            with self.assertRaises(Unreachable):
                await self.here.core.resolver.account(self.bob)  # type: ignore[union-attr]
            self.assertEqual(self.far.asked_for("/users/bob"), knocks)
            self.here.core.resolver._door.fetcher.forget(self.bob)  # type: ignore[union-attr]


class ProofTests(InboxCase):
    async def set_up(self) -> None:
        await super().set_up()
        self.far.person("bob", assertionMethod=[self.far.multikey(self.bob)])
        self.third = await self.peer()
        self.carol = self.third.person("carol")

    async def test_what_is_proved_needs_no_asking_back(self) -> None:
        said = await self.here.say(self.alice, "who answers?")
        create, like = self.create(1, inReplyTo=said.uri), self.activity("Like", said.uri, 2)
        del self.far.pages["/notes/1"]
        for activity in (create, like):
            self.assertEqual(await self.third.post(self.inbox, self.far.proved(activity, by=self.bob), by=self.carol), 202)
            await self.quiet(self.here)
        note = await self.here.note(said.uri)
        assert note is not None
        self.assertEqual((note.replies_count, note.likes_count), (1, 1))

    async def test_what_was_changed_on_the_way_is_not_believed(self) -> None:
        said = await self.here.say(self.alice, "who answers?")
        create = self.far.proved(self.create(1, inReplyTo=said.uri), by=self.bob)
        del self.far.pages["/notes/1"]
        forged = {**create, "object": {**create["object"], "content": "<p>forged</p>"}}
        self.assertEqual(await self.third.post(self.inbox, forged, by=self.carol), 202)
        await self.quiet(self.here)
        self.assertEqual(await self.notes(), 1)

    async def test_the_proof_of_somebody_else_counts_for_nothing(self) -> None:
        said = await self.here.say(self.alice, "who answers?")
        self.third.person("carol", assertionMethod=[self.third.multikey(self.carol)])
        like = self.third.proved(self.activity("Like", said.uri, 2), by=self.carol)
        self.assertEqual(await self.third.post(self.inbox, like, by=self.carol), 202)
        await self.quiet(self.here)
        note = await self.here.note(said.uri)
        assert note is not None
        self.assertEqual(note.likes_count, 0)

    async def test_what_is_public_goes_out_with_a_proof_and_what_is_not_without(self) -> None:
        await self.follow_bob()
        keys = await self.here.core.accounts.keys_of(self.alice.id)
        _, body = await self.far.get(self.alice.uri)
        (shown,) = json.loads(body)["assertionMethod"]
        for visibility in Visibility:
            if visibility is Visibility.LOCAL:
                continue
            await self.here.say(self.alice, f"hello @bob@{self.far.domain}", visibility=visibility)
            await self.quiet(self.here)
            create = self.far.received("Create")[-1]
            proof = proofs.proof_of(create, self.here.core.clock.now())
            self.assertEqual(proof is not None, visibility in (Visibility.PUBLIC, Visibility.UNLISTED), visibility)
            if proof is not None:
                self.assertEqual(proof.method, keys.ed25519_id)
                self.assertTrue(proofs.fits(proof, multikey.key_of(shown["publicKeyMultibase"])))


class AuthorizedFetchTests(InboxCase):
    async def set_up(self) -> None:
        self.here = await self.server(federation={"authorized_fetch": True})
        self.far = await self.peer()
        self.alice = await self.here.person("alice")
        self.bob = self.far.person("bob")
        self.inbox = f"{self.here.url}/inbox"

    async def test_only_those_who_sign_are_shown_anything(self) -> None:
        note = await self.here.say(self.alice, "hello")
        for url in (self.alice.uri, note.uri, f"{self.alice.uri}/outbox?page=true", f"{self.alice.uri}/followers"):
            self.assertEqual((await self.far.get(url))[0], 401, url)
            self.assertEqual((await self.far.get(url, by=self.bob))[0], 200, url)

    async def test_the_key_of_the_server_itself_is_open(self) -> None:
        status, body = await self.far.send("GET", f"{self.here.url}/actor", {"Accept": ACTIVITY_JSON})
        self.assertEqual(status, 200)
        self.assertIn("publicKeyPem", json.loads(body)["publicKey"])

    async def test_not_those_who_are_suspended(self) -> None:
        await self.here.core.resolver.account(self.bob)  # type: ignore[union-attr]
        await self.here.database.execute("UPDATE accounts SET suspended_at = now(), suspended_by = 'staff' WHERE uri = %s", (self.bob,))
        self.assertEqual((await self.far.get(self.alice.uri, by=self.bob))[0], 403)

    async def test_two_servers_that_ask_for_signatures_get_to_know_each_other(self) -> None:
        other = await self.server(federation={"authorized_fetch": True})
        carol = await other.person("carol")
        self.assertEqual((await self.here.known(carol)).uri, carol.uri)
        self.assertEqual((await other.known(self.alice)).uri, self.alice.uri)
