"""Whose signature is it, and what does it cover? S1, S7, S10, S11."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from pleromad.model.activity import Follow
from tests.security.case import USUAL, HostileCase
from tests.support.federation import another_pair


class SignerTests(HostileCase):
    """S1: who signs is who acts."""

    async def test_s01_what_eve_signs_is_not_what_bob_says(self) -> None:
        """eve lives beside bob, mallory elsewhere; bob's server knows nothing of what they put into his mouth."""
        said = await self.here.say(self.alice, "hello")
        third = await self.peer()
        bob = await self.resolver.account(self.bob)
        for number, (peer, eve) in enumerate(((self.far, self.far.person("eve")), (third, third.person("mallory")))):
            await self.resolver.account(eve)
            before = await self.stored()
            create = self.create(number, inReplyTo=said.uri)
            del self.far.pages[f"/notes/{number}"]
            for forged in (create, self.activity("Like", said.uri, number + 10), self.activity("Announce", said.uri, number + 20), self.activity("Follow", self.alice.uri, number + 30)):
                self.assertEqual(await peer.post(self.inbox, forged, by=eve), 202)  # kept as forwarded: bob's server is asked
                await self.quiet(self.here)
                self.assertEqual(await self.stored(), before, forged["type"])
            self.assertIsNone(await self.here.core.reading.follow_of(bob.id, self.alice.id))
            now = await self.here.note(said.uri)
            assert now is not None
            self.assertEqual((now.likes_count, now.boosts_count, now.replies_count), (0, 0, 0))

    async def test_s01_nobody_else_edits_or_deletes_for_bob(self) -> None:
        create = self.create()
        await self.send(create)
        uri = create["object"]["id"]
        third = await self.peer()
        for number, (peer, eve) in enumerate(((self.far, self.far.person("eve")), (third, third.person("mallory")))):
            await self.resolver.account(eve)
            for forged in (
                self.activity("Update", {**create["object"], "content": "<p>forged</p>", "updated": "2026-12-01T00:00:00Z"}, 10 + number),
                self.activity("Delete", uri, 20 + number),
                self.activity("Delete", self.bob, 30 + number),
            ):
                await peer.post(self.inbox, forged, by=eve)
                await self.quiet(self.here)
                self.assertIn("note 1", await self.content(uri), forged)
        self.assertFalse((await self.account(self.bob)).deleted)

    async def test_s01_an_activity_has_one_actor_and_an_id_of_its_server(self) -> None:
        """An id of another server would also keep the real activity of that id out."""
        third = await self.peer()
        joe = third.person("joe")
        real = {"id": f"{third.url}/activities/7", "type": "Create", "actor": joe, "object": third.note(joe, 1)}
        before = await self.stored()
        for status, forged in (
            (403, {**self.create(), "id": real["id"]}),
            (400, {**self.create(), "actor": [self.bob, joe]}),
            (400, {**self.create(), "actor": [self.bob, {"type": "Person"}]}),
            (403, {**self.create(), "actor": joe}),
        ):
            self.assertEqual(await self.send(forged), status)
        self.assertEqual((await self.count("notes"), before[0], await self.count("jobs WHERE kind = 'inbox'")), (0, 0, 0))
        self.assertEqual(await third.post(self.inbox, real, by=joe), 202)
        await self.quiet(self.here)
        self.assertIn("note 1", await self.content(f"{third.url}/notes/1"))


class LinkedDataTests(HostileCase):
    """S7: a signature inside the JSON is never believed; what it is about is fetched from its own server."""

    async def test_s07_a_rearranged_document_with_a_signature_inside_counts_for_nothing(self) -> None:
        said = await self.here.say(self.alice, "who answers?")
        eve = self.far.person("eve")
        real = self.create(1, inReplyTo=said.uri, content="<p>what bob said</p>")
        sealed = {"type": "RsaSignature2017", "creator": f"{self.bob}#main-key", "created": "2026-11-23T12:00:00Z", "signatureValue": "AAAA"}
        forged = {**real, "signature": sealed, "object": {**real["object"], "content": "<p>forged</p>"}}
        self.assertEqual(await self.send(forged, by=eve), 202)
        self.assertIn("what bob said", await self.content(f"{self.far.url}/notes/1"))
        hidden = self.create(2, inReplyTo=said.uri)
        del self.far.pages["/notes/2"]
        for number, wrapped in enumerate(
            (
                {**hidden, "signature": sealed},
                {**hidden, "signature": sealed, "@graph": [hidden]},
                {**hidden, "signature": sealed, "@included": [hidden]},
                {**hidden, "signature": sealed, "@reverse": {"object": hidden}},
                {**hidden, "proof": {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofValue": "z1"}},
            )
        ):
            self.assertEqual(await self.send({**wrapped, "id": f"{self.far.url}/activities/{number}"}, by=eve), 202)
            self.assertEqual(await self.content(f"{self.far.url}/notes/2"), "")


class KeyTests(HostileCase):
    """S10: a key is its owner's when key, owner and actor are on one server and name each other."""

    async def test_s10_a_key_of_one_server_owned_by_somebody_on_another(self) -> None:
        third = await self.peer()
        eve = third.person("eve")
        third.person("eve", publicKey={"id": f"{eve}#main-key", "owner": self.bob, "publicKeyPem": third.pairs[eve].public})
        self.assertEqual(await third.post(self.inbox, self.create(), by=eve), 401)
        third.put("/key", {"id": f"{third.url}/key", "type": "Key", "owner": self.bob, "publicKeyPem": third.pairs[eve].public})
        self.assertEqual(await third.post(self.inbox, self.create(), by=eve, key_id=f"{third.url}/key"), 401)
        await self.quiet(self.here)
        self.assertEqual((await self.notes(), await self.count("jobs WHERE kind = 'inbox'")), (0, 0))
        known = await self.here.core.reading.account_by_uri(self.bob)
        self.assertTrue(known is None or known.public_key_pem == self.far.pairs[self.bob].public)

    async def test_s10_a_key_that_its_owner_does_not_name(self) -> None:
        pair = another_pair()
        self.far.put("/key", {"id": f"{self.far.url}/key", "type": "Key", "owner": self.bob, "publicKeyPem": pair.public})
        self.assertEqual(await self.send(self.create(), key_id=f"{self.far.url}/key", pair=pair), 401)
        self.assertEqual(await self.notes(), 0)

    async def test_s10_a_document_under_the_keys_id_that_says_it_is_somebody_else(self) -> None:
        """The key id leads to a file with bob's id and eve's key: bob's own document is what counts."""
        pair = another_pair()
        await self.resolver.account(self.bob)
        upload = f"{self.far.url}/media/1.json"
        self.far.put("/media/1.json", {"id": self.bob, "type": "Person", "preferredUsername": "bob", "inbox": f"{self.bob}/inbox", "publicKey": {"id": upload, "owner": self.bob, "publicKeyPem": pair.public}})
        self.assertEqual(await self.send(self.create(), key_id=upload, pair=pair), 401)
        self.assertEqual((await self.notes(), (await self.account(self.bob)).public_key_pem.strip()), (0, self.far.pairs[self.bob].public.strip()))

    async def test_s10_nobody_takes_the_id_of_bobs_key(self) -> None:
        """eve says that bob's key id is hers, with her own key."""
        await self.resolver.account(self.bob)
        eve = self.far.person("eve")
        pair = self.far.pairs[eve]
        self.far.person("eve", publicKey={"id": f"{self.bob}#main-key", "owner": eve, "publicKeyPem": pair.public})
        await self.resolver.account(eve)
        self.assertNotEqual((await self.account(eve)).key_id, f"{self.bob}#main-key")
        self.assertEqual(await self.send(self.create(1), by=eve, key_id=f"{self.bob}#main-key"), 401)
        self.assertEqual(await self.notes(), 0)
        self.resolver._door.fetcher.forget(self.bob)
        self.assertEqual(await self.send(self.create(2)), 202)
        self.assertEqual(await self.notes(), 1)


class FrameTests(HostileCase):
    """S11: a signature counts for what it covers."""

    async def test_s11_a_signature_that_covers_too_little(self) -> None:
        """Each of them verifies; each leaves something out that an attacker could change."""
        await self.resolver.account(self.bob)
        for missing in USUAL:
            status, _ = await self.post_signed(self.far, self.bob, self.create(), names=[name for name in USUAL if name != missing])
            self.assertEqual((status, await self.notes()), (401, 0), missing)
        status, _ = await self.post_signed(self.far, self.bob, self.create(), names=["(request-target)", "host", "digest", "(created)"], more=',created="1"', values={"(created)": "1"})
        self.assertEqual((status, await self.notes()), (401, 0))
        self.assertEqual((await self.post_signed(self.far, self.bob, self.create()))[0], 202)

    async def test_s11_another_body_under_the_same_signature(self) -> None:
        await self.resolver.account(self.bob)
        create = self.create()
        other = json.dumps({**create, "object": {**create["object"], "content": "forged"}}).encode()
        self.assertEqual((await self.post_signed(self.far, self.bob, create, sent=other))[0], 401)
        # a digest of the new body, which the signature does not fit; two digests, of which one fits each
        from protocols.activitypub.signatures import digest_of

        signed = digest_of(json.dumps(create).encode())
        for digest in (digest_of(other), f"{signed},{digest_of(other)}", f"{digest_of(other)},{signed}", "", "SHA-512=x"):
            status, _ = await self.post_signed(self.far, self.bob, create, sent=other, extra={"Digest": digest})
            self.assertEqual((status, await self.notes()), (401, 0), digest)

    async def test_s11_parameters_that_are_there_twice(self) -> None:
        """Which of two would another reader take?"""
        eve = self.far.person("eve")
        for more in (f',keyId="{self.bob}#main-key"', ',headers="date"', ',signature="AAAA"', ',algorithm="hs2019"'):
            status, _ = await self.post_signed(self.far, eve, self.create(), more=more)
            self.assertEqual((status, await self.notes()), (401, 0), more)

    async def test_s11_what_is_old_or_of_the_future(self) -> None:
        await self.resolver.account(self.bob)
        for shift in (timedelta(hours=-13), timedelta(hours=2), timedelta(days=-400)):
            status, _ = await self.post_signed(self.far, self.bob, self.create(), at=datetime.now(UTC) + shift)
            self.assertEqual((status, await self.notes()), (401, 0), str(shift))

    async def test_s11_a_message_sent_again_happens_once(self) -> None:
        said = await self.here.say(self.alice, "like this")
        like = self.activity("Like", said.uri, 10)
        body = json.dumps(like).encode()
        await self.resolver.account(self.bob)
        headers = self.signed(self.far, self.bob, body)
        undo = self.activity("Undo", like, 11)
        await self.far.send("POST", self.inbox, headers, body)
        await self.quiet(self.here)
        await self.send(undo)
        for _ in range(2):
            await self.far.send("POST", self.inbox, headers, body)  # somebody who overheard it
            await self.quiet(self.here)
        now = await self.here.note(said.uri)
        assert now is not None
        self.assertEqual(now.likes_count, 0)

    async def test_s11_a_message_for_another_inbox_or_server(self) -> None:
        await self.resolver.account(self.bob)
        for url in ("http://other.example/inbox", f"{self.here.url}/users/alice/inbox"):
            status, _ = await self.post_signed(self.far, self.bob, self.create(), url=url)
            self.assertEqual((status, await self.notes()), (401, 0), url)

    async def test_s11_refusals_do_not_tell_what_nearly_fitted(self) -> None:
        await self.resolver.account(self.bob)
        create = self.create()
        answers = {
            (await self.post_signed(self.far, self.bob, create, **how))[1]
            for how in ({"sent": b'{"id": "%b/x", "type": "Like", "actor": "%b", "object": "x"}' % (self.far.url.encode(), self.bob.encode())}, {"names": USUAL[:3]}, {"at": datetime.now(UTC) - timedelta(days=2)}, {"algorithm": "none"})
        }
        self.assertEqual(len(answers), 1, answers)

    async def test_s11_unsigned_and_signed_by_no_one(self) -> None:
        body = json.dumps(self.create()).encode()
        media_type = {"Content-Type": "application/activity+json"}
        for headers in ({}, {"Signature": 'keyId="",signature=""'}, {"Signature": "x"}, {"Authorization": "Bearer x"}, {"Signature-Input": 'sig1=()', "Signature": "sig1=::"}):
            status, _ = await self.far.send("POST", self.inbox, {**media_type, **headers}, body)
            self.assertEqual((status, await self.notes()), (401, 0), str(headers))
        self.assertEqual(await self.send(self.create(), pair=another_pair()), 401)
        self.assertEqual(await self.notes(), 0)


class FollowTests(HostileCase):
    """S19: who was asked is who answers."""

    async def test_s19_somebody_else_accepts_or_refuses(self) -> None:
        bob = await self.resolver.account(self.bob)
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=bob.id))
        await self.quiet(self.here)
        (follow,) = self.far.received("Follow")
        third = await self.peer()
        number = 0
        for peer, eve in ((self.far, self.far.person("eve")), (third, third.person("mallory"))):
            await self.resolver.account(eve)
            for type in ("Accept", "Reject"):
                for object in (follow, follow["id"], {**follow, "object": eve}, {"type": "Follow", "actor": self.alice.uri, "object": self.bob}):
                    number += 1
                    answer = {"id": f"{peer.url}/activities/{number}", "type": type, "actor": eve, "object": object}
                    await peer.post(self.inbox, answer, by=eve)
                    await self.quiet(self.here)
                    found = await self.here.core.reading.follow_of(self.alice.id, bob.id)
                    self.assertEqual(found and found[1], False, answer)

    async def test_s19_an_answer_counts_for_the_follow_it_names(self) -> None:
        """alice asked bob and eve. eve answers for bob: neither follow changes, not even hers."""
        eve = await self.resolver.account(self.far.person("eve"))
        bob = await self.resolver.account(self.bob)
        for one in (bob, eve):
            await self.here.submit(Follow(actor_id=self.alice.id, target_id=one.id))
        await self.quiet(self.here)
        follow = next(each for each in self.far.received("Follow") if each["object"] == self.bob)
        for number, (type, object) in enumerate((type, object) for type in ("Accept", "Reject") for object in (follow, follow["id"])):
            await self.send({**self.activity(type, object, 600 + number), "actor": eve.uri}, by=eve.uri)
            for one in (bob, eve):
                found = await self.here.core.reading.follow_of(self.alice.id, one.id)
                self.assertEqual(found and found[1], False, f"{type} {object}: {one.uri}")

    async def test_s19_nobody_is_made_to_follow(self) -> None:
        bob = await self.resolver.account(self.bob)
        before = await self.stored()
        made_up = {"id": f"{self.here.url}/activities/1", "type": "Follow", "actor": self.alice.uri, "object": self.bob}
        for number, object in enumerate((made_up, made_up["id"], {**made_up, "id": None})):
            await self.send(self.activity("Accept", object, number))
        self.assertIsNone(await self.here.core.reading.follow_of(self.alice.id, bob.id))
        self.assertEqual(await self.stored(), before)

    async def test_s19_a_reject_ends_what_was_accepted(self) -> None:
        bob = await self.follow_bob()
        (follow,) = self.far.received("Follow")
        await self.send(self.activity("Reject", follow, 50))
        self.assertIsNone(await self.here.core.reading.follow_of(self.alice.id, bob.id))

    async def test_s19_an_undo_of_what_somebody_else_did(self) -> None:
        said = await self.here.say(self.alice, "like this")
        carol = self.far.person("carol")
        like = {**self.activity("Like", said.uri, 10), "actor": carol}
        await self.send(like, by=carol)
        for number, object in enumerate((like, like["id"], {**like, "actor": self.bob}, {"type": "Like", "object": said.uri})):
            await self.send(self.activity("Undo", object, number + 20))
        note = await self.here.note(said.uri)
        assert note is not None
        self.assertEqual(note.likes_count, 1)
