"""What we ask of others, and how little of what they answer is taken: S5, S6, S12, S13, S14."""

from __future__ import annotations

import gzip
import json
from typing import Any

from twisted.web.server import NOT_DONE_YET

from pleromad.errors import Invalid, NotFound, Unreachable
from protocols.activitypub import fetching
from tests.protocols.mastodon.case import MastodonCase
from tests.protocols.mastodon.test_accounts import picture
from tests.security.case import HostileCase
from tests.support.peer import Asked, Page
from web import xml
from web.addresses import is_public, is_usual_port

FORGED = {"type": "Person", "preferredUsername": "forged", "inbox": "http://localhost:1/inbox"}


class FileTests(HostileCase):
    """S5: a file that somebody uploaded to a server is not that server's word."""

    async def test_s05_an_uploaded_file_is_no_document(self) -> None:
        before = await self.stored()
        types = ("application/json", "text/html", "text/plain", "application/ld+json", 'application/ld+json; profile="https://evil.example/"', "image/png", "", "application/octet-stream; x=application/activity+json")
        for number, media_type in enumerate(types):
            id = f"{self.far.url}/media/{number}.json"
            self.far.put(f"/media/{number}.json", {**FORGED, "id": id}, media_type=media_type)
            self.assertIn(await self.failure(self.resolver.account(id)), (NotFound, Unreachable), media_type)
            note = f"{self.far.url}/media/n{number}.json"
            self.far.put(f"/media/n{number}.json", {"id": note, "type": "Note", "attributedTo": self.bob, "content": "forged", "to": "as:Public"}, media_type=media_type)
            self.assertIsNone(await self.resolver.note(note, None), media_type)
        bob = await self.count(f"accounts WHERE uri = '{self.bob}'")
        self.assertEqual((await self.count("notes"), await self.count("accounts") - bob), (before[0], before[1]))

    async def test_s05_only_200_is_an_answer(self) -> None:
        before = await self.stored()
        for status in (201, 203, 206, 300, 400, 404, 500):
            id = self.far.url + f"/users/u{status}"
            self.far.put(f"/users/u{status}", {**FORGED, "id": id}, status=status)
            self.fetcher.forget(id)
            self.assertIsNotNone(await self.failure(self.resolver.account(id)), str(status))
        self.assertEqual(await self.stored(), before)


class UploadTests(MastodonCase):
    """S5, the other side: what people upload here cannot be taken for a document of this server."""

    DOORS = ("activitypub", "mastodon", "pages")  # type: ignore[assignment]

    async def test_s05_what_is_uploaded_here_is_never_a_document(self) -> None:
        token = await self.token(await self.person("alice"))
        document = json.dumps({"id": "https://here.example/media/x", **FORGED}).encode()
        for name, media_type, body in (("a.json", "application/activity+json", document), ("a.png", "image/png", document), ("a.svg", "image/svg+xml", b"<svg><script>x</script></svg>"), ("a.html", "text/html", b"<script>x</script>")):
            await self.call("POST", "/api/v2/media", token, status=422, files={"file": (name, media_type, body)})
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM media"), 0)
        made = await self.call("POST", "/api/v2/media", token, files={"file": ("a.json", "application/activity+json", picture() + document)})
        path = made["url"].removeprefix("https://here.example")
        for accept in ("application/activity+json", 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"', "*/*"):
            reply = await self.get(path, headers={"Accept": accept})
            self.assertEqual((reply.status, reply.headers["content-type"], reply.headers["x-content-type-options"]), (200, "image/png", "nosniff"))
            self.assertIn("sandbox", reply.headers["content-security-policy"])
            self.assertNotIn(b"forged", reply.body)

    async def test_s05_a_file_of_another_kind_is_only_to_be_saved(self) -> None:
        folder = self.core.settings.data_dir / "media"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("x.json", "x.html", "x.svg", "x.xml", "x"):
            (folder / name).write_bytes(b"<script>x</script>")
            reply = await self.get(f"/media/{name}", headers={"Accept": "application/activity+json"})
            if reply.status != 404:
                self.assertIn("attachment", reply.headers["content-disposition"], name)
                self.assertNotIn("json", reply.headers["content-type"])
                self.assertIn("sandbox", reply.headers["content-security-policy"])


class RedirectTests(HostileCase):
    """S6: where a server sends us, another one speaks."""

    async def test_s06_another_server_does_not_write_under_the_first_ones_id(self) -> None:
        third = await self.peer()
        before = await self.stored()
        uri = f"{self.far.url}/users/joe"
        forged = third.put("/forged", {**FORGED, "id": uri})
        self.far.pages["/users/joe"] = Page(b"", "", 302, {"Location": forged})
        self.assertEqual(await self.failure(self.resolver.account(uri)), Unreachable)
        self.fetcher.forget(uri)
        self.assertEqual(await self.failure(self.resolver._door.people.by_uri(uri)), Unreachable)
        note = f"{self.far.url}/notes/1"
        self.far.pages["/notes/1"] = Page(b"", "", 301, {"Location": third.put("/note", {"id": note, "type": "Note", "attributedTo": self.bob, "content": "forged", "to": "as:Public"})})
        await self.failure(self.resolver.note(note, None))
        self.assertEqual(await self.content(note), "")
        self.assertEqual((await self.count("notes"), await self.count(f"accounts WHERE uri = '{uri}'")), (before[0], 0))

    async def test_s06_a_key_is_not_confirmed_by_where_its_owner_redirects_to(self) -> None:
        """bob's address redirects (an open redirect of that server) to eve's document, which says it is bob."""
        third = await self.peer()
        eve = third.person("eve")
        pem = third.pairs[eve].public
        key_id = f"{self.far.url}/go#main-key"
        forged = third.put("/forged", {**FORGED, "id": f"{self.far.url}/go", "publicKey": {"id": key_id, "owner": f"{self.far.url}/go", "publicKeyPem": pem}})
        self.far.pages["/go"] = Page(b"", "", 302, {"Location": forged})
        create = {**self.create(), "actor": f"{self.far.url}/go"}
        self.assertIn(await third.post(self.inbox, create, by=eve, key_id=key_id), (401, 503))
        await self.quiet(self.here)
        self.assertEqual((await self.notes(), await self.count(f"accounts WHERE uri = '{self.far.url}/go'"), third.asked_for("/forged")), (0, 0, 0))

    async def test_s06_redirects_have_an_end_and_lead_to_the_web_only(self) -> None:
        before = await self.stored()
        self.far.pages["/loop"] = Page(b"", "", 302, {"Location": "/loop"})
        self.assertEqual(await self.failure(self.resolver.account(f"{self.far.url}/loop")), Unreachable)
        self.assertLessEqual(self.far.asked_for("/loop"), 4)
        for number, location in enumerate(("file:///etc/passwd", "ftp://far.example/", "gopher://localhost:70/", "javascript:x", "http://user:x@localhost/", "//", "http://[")):
            self.far.pages[f"/r{number}"] = Page(b"", "", 302, {"Location": location})
            self.fetcher.forget(f"{self.far.url}/r{number}")
            self.assertEqual(await self.failure(self.resolver.account(f"{self.far.url}/r{number}")), Unreachable, location)
        self.assertEqual(await self.stored(), before)


class PrivateTests(HostileCase):
    """S12: others make us call public addresses only. This server may not call loopback, where `far` listens."""

    async def set_up(self) -> None:
        self.here = await self.server(federation={"allow_http": True, "allow_private_addresses": False})
        self.far = await self.peer()
        self.alice = await self.here.person("alice")
        self.bob = self.far.person("bob")
        self.inbox = f"{self.here.url}/inbox"

    async def test_s12_a_key_on_a_private_address_is_not_fetched(self) -> None:
        port = self.far.domain.partition(":")[2]
        for host in ("localhost", "127.0.0.1", "127.1", "2130706433", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]"):
            key_id = f"http://{host}:{port}/users/bob#main-key"
            self.assertIn(await self.send(self.create(), key_id=key_id), (401, 503), host)
        self.assertEqual((self.far.asked, await self.notes(), await self.count("accounts WHERE domain IS NOT NULL")), ([], 0, 0))

    async def test_s12_nor_anything_else_that_somebody_names(self) -> None:
        await self.failure(self.resolver.account(self.bob))
        await self.failure(self.resolver.account(f"@bob@{self.far.domain}"))
        await self.failure(self.resolver.note(f"{self.far.url}/notes/1", None))
        await self.resolver.mentions(f"hi @bob@{self.far.domain}")
        self.assertEqual(self.far.asked, [])

    def test_s12_the_addresses(self) -> None:
        for private in (
            "127.0.0.1", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1",
            "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::a00:1",
            "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:a00:1::1",
            "3fff::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "", "x",
        ):  # fmt: skip
            self.assertFalse(is_public(private), private)
        for public in ("8.8.8.8", "93.184.216.34", "2606:4700::1111"):
            self.assertTrue(is_public(public), public)
        self.assertEqual([port for port in (22, 25, 53, 70, 80, 110, 143, 443, 445, 587) if is_usual_port(port)], [80, 443])


class BoundTests(HostileCase):
    """S13: nobody keeps us busy."""

    async def refused(self, path: str) -> None:
        before = await self.stored()
        self.fetcher.forget(self.far.url + path)
        self.assertIn(await self.failure(self.resolver.account(self.far.url + path)), (Unreachable, NotFound, Invalid))
        self.assertEqual(await self.stored(), before)

    async def test_s13_a_body_that_is_too_long(self) -> None:
        person = {**FORGED, "id": f"{self.far.url}/long", "summary": "x" * 1_100_000}
        self.far.put("/long", person)
        await self.refused("/long")

    async def test_s13_compressed_bodies_were_not_asked_for(self) -> None:
        """A bomb would be a few kilobytes."""
        body = json.dumps({**FORGED, "id": f"{self.far.url}/bomb"}).encode()
        self.far.pages["/bomb"] = Page(gzip.compress(body), headers={"Content-Encoding": "gzip"})
        await self.refused("/bomb")
        self.assertEqual({one.headers.get("accept-encoding", "identity") for one in self.far.asked}, {"identity"})

    async def test_s13_silence_and_drops_have_an_end(self) -> None:
        """The whole request has a deadline: one byte now and then does not prolong it."""
        self.patch(fetching, "DEADLINE_SECONDS", 0.2)
        self.far.pages["/silent"] = lambda asked: None
        await self.refused("/silent")
        everything = self.far._site.resource
        render = everything.render

        def dripping(request: Any) -> Any:
            request.setHeader("content-type", "application/activity+json")
            request.write(b"{" + b" " * 100)
            return NOT_DONE_YET

        everything.render = dripping
        await self.refused("/drip")
        everything.render = render

    async def test_s13_what_is_nested_or_has_too_many_parts(self) -> None:
        id = f"{self.far.url}/deep"
        for extra in (b"[" * 40 + b"]" * 40, b"[" * 200_000 + b"]" * 200_000, b"[" + b"1," * 60_000 + b"1]", b'{"a":' * 50 + b"1" + b"}" * 50):
            self.far.pages["/deep"] = Page(json.dumps({**FORGED, "id": id}).encode()[:-1] + b', "x": ' + extra + b"}")
            await self.refused("/deep")
            self.assertEqual(await self.far.post(self.inbox, json.dumps(self.create()).encode()[:-1] + b', "x": ' + extra + b"}", by=self.bob), 400)
        self.assertEqual(await self.notes(), 0)

    async def test_s13_a_thread_without_end_is_cut(self) -> None:
        def endless(asked: Asked) -> Page:
            number = int(asked.path.rpartition("/")[2])
            note = self.far.note(self.bob, number, inReplyTo=f"{self.far.url}/endless/{number + 1}", id=self.far.url + asked.path)
            self.far.pages[f"/endless/{number + 1}"] = endless
            return Page(json.dumps(note).encode())

        self.far.pages["/endless/1"] = endless
        await self.resolver.note(f"{self.far.url}/endless/1", None)
        self.assertLess(sum(1 for one in self.far.asked if one.path.startswith("/endless/")), 25)
        self.assertLess(await self.notes(), 25)

    async def test_s13_a_collection_without_end_is_read_a_little(self) -> None:
        self.far.person("bob", featured=f"{self.bob}/featured")
        notes = [self.far.note(self.bob, number)["id"] for number in range(40)]
        self.far.put("/users/bob/featured", {"id": f"{self.bob}/featured", "type": "OrderedCollection", "orderedItems": notes * 100, "next": f"{self.bob}/featured"})
        await self.resolver.account(self.bob)
        await self.quiet(self.here)
        self.assertLessEqual(await self.notes(), 10)
        self.assertLessEqual(self.far.asked_for("/users/bob/featured"), 1)

    async def test_s13_what_failed_is_not_asked_for_again_at_once(self) -> None:
        for _ in range(3):
            await self.failure(self.resolver.account(f"{self.far.url}/absent"))
        self.assertEqual(self.far.asked_for("/absent"), 1)


class XmlTests(HostileCase):
    """S14: XML is read without document types, entities and files."""

    HOSTILE = (
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        b'<!DOCTYPE x SYSTEM "http://localhost:1/x.dtd"><x/>',
        b'<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><x>&c;</x>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-<x/>',
        b"<x>" * 100_000,
        b"<x",
        b"",
    )

    def test_s14_the_reader(self) -> None:
        for text in self.HOSTILE:
            self.assertRaises(Invalid, xml.read, text)

    async def test_s14_webfinger_that_answers_so(self) -> None:
        """Right but for the document type: the same without it is believed."""
        acct = f"acct:bob@{self.far.domain}"
        before = await self.stored()
        name = f'<Subject>{acct}</Subject><Link rel="self" type="application/activity+json" href="{self.bob}"/></XRD>'
        root = '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        for doctype in ('<!DOCTYPE XRD [<!ENTITY a "b">]>', f'<!DOCTYPE XRD SYSTEM "{self.far.url}/x.dtd">', "<!DOCTYPE XRD>"):
            self.far.pages[f"/.well-known/webfinger?{acct}"] = Page((doctype + root + name).encode(), "application/xrd+xml")
            self.assertEqual(await self.failure(self.resolver.account(f"@bob@{self.far.domain}")), NotFound)
            self.assertEqual((await self.stored(), self.far.asked_for("/x.dtd")), (before, 0))
        self.far.pages[f"/.well-known/webfinger?{acct}"] = Page((root + name).encode(), "application/xrd+xml")
        self.assertEqual((await self.resolver.account(f"@bob@{self.far.domain}")).uri, self.bob)
