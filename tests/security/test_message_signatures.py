"""What RFC 9421 and proofs (FEP-8b32) let nobody do: S1, S7, S10, S11."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from protocols.activitypub import message_signatures, proofs, signatures
from protocols.activitypub.signing import ed25519_key
from tests.security.case import HostileCase
from tests.support.peer import ACTIVITY_JSON


class MessageSignatureTests(HostileCase):
    async def posted(self, activity: Any, *, sent: bytes | None = None, by: str = "", key_id: str = "", at: timedelta = timedelta(), **changed: str) -> int:
        """POST signed with RFC 9421; what is `changed` afterwards no longer fits, or covers too little."""
        body = json.dumps(activity).encode()
        parts = urlsplit(self.inbox)
        private = signatures.private_key(self.far.pairs[by or self.bob].private)
        headers = message_signatures.sign(
            private, key_id or f"{by or self.bob}#main-key", method="POST", scheme=parts.scheme, host=parts.netloc, path=parts.path, body=body, now=datetime.now(UTC) + at
        )
        given = {**headers, **{name.replace("_", "-"): value for name, value in changed.items()}, "Content-Type": ACTIVITY_JSON}
        status = (await self.far.send("POST", self.inbox, given, body if sent is None else sent))[0]
        await self.quiet(self.here)
        return status

    def covering(self, activity: Any, *components: str, params: str = "") -> dict[str, str]:
        """A signature that fits, over just these components."""
        body = json.dumps(activity).encode()
        parts = urlsplit(self.inbox)
        digest = message_signatures.digest_of(body)
        values = {"@method": "POST", "@target-uri": self.inbox, "@authority": parts.netloc, "@path": parts.path, "content-digest": digest}
        given = params or f';created={int(datetime.now(UTC).timestamp())};keyid="{self.bob}#main-key"'
        inner = f"({' '.join(f'{chr(34)}{name}{chr(34)}' for name in components)}){given}"
        parsed = message_signatures.parse(f"sig1={inner}", "sig1=:AAAA:")
        message = signatures.Message("POST", parts.path, signatures.lookup({"content-digest": digest}), (parts.netloc,), body, parts.scheme)
        assert all(name in values for name in components)
        made = self._sign(message_signatures.signature_base(parsed, message, parts.netloc))
        return {"Signature_Input": f"sig1={inner}", "Signature": f"sig1=:{made}:", "Content_Digest": digest}

    def _sign(self, text: bytes) -> str:
        private = signatures.private_key(self.far.pairs[self.bob].private)
        return base64.b64encode(private.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()

    async def test_s11_a_message_signature_that_covers_too_little(self) -> None:
        """Each of them fits; each leaves out what an attacker could change."""
        await self.resolver.account(self.bob)
        whole = ("@method", "@target-uri", "content-digest")
        for missing in whole:
            create = self.create()
            status = await self.posted(create, **self.covering(create, *[name for name in whole if name != missing]))
            self.assertEqual((status, await self.notes()), (401, 0), missing)
        create = self.create()
        for params in (f';keyid="{self.bob}#main-key"', f';created=1;keyid="{self.bob}#main-key"'):
            self.assertEqual(await self.posted(create, **self.covering(create, *whole, params=params)), 401, params)
        self.assertEqual(await self.notes(), 0)
        self.assertEqual(await self.posted(create, **self.covering(create, *whole)), 202)
        self.assertEqual(await self.notes(), 1)

    async def test_s11_another_body_or_time_or_place(self) -> None:
        await self.resolver.account(self.bob)
        create = self.create()
        forged = json.dumps({**create, "object": {**create["object"], "content": "forged"}}).encode()
        self.assertEqual(await self.posted(create, sent=forged), 401)
        self.assertEqual(await self.posted(create, sent=forged, Content_Digest=message_signatures.digest_of(forged)), 401)
        both = f"{message_signatures.digest_of(forged)}, {message_signatures.digest_of(json.dumps(create).encode())}"
        self.assertEqual(await self.posted(create, sent=forged, Content_Digest=both), 401)
        for at in (-timedelta(days=1), timedelta(hours=2)):
            self.assertEqual(await self.posted(create, at=at), 401)
        self.assertEqual(await self.notes(), 0)

    async def test_s11_two_signatures_under_one_name(self) -> None:
        await self.resolver.account(self.bob)
        create = self.create()
        headers = self.covering(create, "@method", "@target-uri", "content-digest")
        headers["Signature"] = f"sig1=:AAAA:, {headers['Signature']}"
        self.assertEqual((await self.posted(create, **headers), await self.notes()), (401, 0))

    async def test_s01_what_eve_signs_anew_is_not_what_bob_says(self) -> None:
        eve = self.far.person("eve")
        said = await self.here.say(self.alice, "hello")
        like = self.activity("Like", said.uri)
        self.assertEqual(await self.posted(like, by=eve), 202)  # kept as forwarded: bob's server is asked, and knows of nothing
        now = await self.here.note(said.uri)
        assert now is not None
        self.assertEqual(now.likes_count, 0)
        self.assertEqual(await self.posted(like, by=eve, key_id=f"{self.bob}#main-key"), 401)

    async def test_s10_an_ed25519_key_that_another_server_names_for_bob(self) -> None:
        third = await self.peer()
        eve = third.person("eve")
        key = third.multikey(eve)
        for named in ({**key, "controller": self.bob}, {**key, "id": f"{self.bob}#ed25519-key"}, {**key, "id": f"{self.bob}#ed25519-key", "controller": self.bob}):
            third.person("eve", assertionMethod=[named])
            await self.resolver.fresh(await self.resolver.account(eve))
            third.ed25519[self.bob] = third.ed25519[eve]
            for key_id in (named["id"], f"{self.bob}#ed25519-key"):
                body = json.dumps(self.create()).encode()
                parts = urlsplit(self.inbox)
                signed = message_signatures.sign(
                    ed25519_key(third.ed25519[eve]), key_id, method="POST", scheme=parts.scheme, host=parts.netloc, path=parts.path, body=body, now=datetime.now(UTC)
                )
                status, _ = await third.send("POST", self.inbox, {**signed, "Content-Type": ACTIVITY_JSON}, body)
                self.assertEqual(status, 401, named)
        self.assertEqual((await self.notes(), await self.count("actor_keys")), (0, 0))


class ProofTests(HostileCase):
    """S7: a proof counts for what it covers, and for its maker."""

    async def set_up(self) -> None:
        await super().set_up()
        self.far.person("bob", assertionMethod=[self.far.multikey(self.bob)])
        self.third = await self.peer()
        self.eve = self.third.person("eve")
        self.third.person("eve", assertionMethod=[self.third.multikey(self.eve)])
        self.said = await self.here.say(self.alice, "who answers?")

    async def passed_on(self, activity: Any) -> tuple[int, int, int]:
        """(likes, replies, notes) after eve has passed it on."""
        await self.third.post(self.inbox, activity, by=self.eve)
        await self.quiet(self.here)
        now = await self.here.note(self.said.uri)
        assert now is not None
        return now.likes_count, now.replies_count, await self.notes()

    async def test_s07_a_document_that_was_rearranged_under_its_proof(self) -> None:
        create = self.far.proved(self.create(1, inReplyTo=self.said.uri), by=self.bob)
        del self.far.pages["/notes/1"]
        like = self.far.proved(self.activity("Like", f"{self.far.url}/notes/1", 7), by=self.bob)
        for forged in (
            {**create, "object": {**create["object"], "content": "<p>forged</p>"}},
            {**create, "object": {**create["object"], "attributedTo": self.bob, "inReplyTo": None}, "@graph": [create]},
            {**create, "@context": [{"content": "as:name"}, create["@context"]]},
            {**like, "object": self.said.uri},
            {**like, "object": self.said.uri, "proof": {**like["proof"], "expires": "2099-01-01T00:00:00Z"}},
            {**self.activity("Like", self.said.uri, 8), "proof": like["proof"]},
        ):
            self.assertEqual(await self.passed_on(forged), (0, 0, 1), forged)

    async def test_s07_eves_proof_of_what_bob_says(self) -> None:
        like = self.activity("Like", self.said.uri, 9)
        self.assertEqual(await self.passed_on(self.third.proved(like, by=self.eve)), (0, 0, 1))
        claimed = proofs.prove(like, ed25519_key(self.third.ed25519[self.eve]), f"{self.bob}#ed25519-key", datetime.now(UTC))
        self.assertEqual(await self.passed_on(claimed), (0, 0, 1))
        self.assertEqual(await self.passed_on(self.far.proved(like, by=self.bob)), (1, 0, 1))
