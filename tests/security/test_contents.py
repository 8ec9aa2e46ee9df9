"""What is inside of what others send: older protocols, markup, names, addresses, and how much of it. S15, S16, S17, S27, S30."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from twisted.internet import reactor

from pleromad.errors import NotFound
from pleromad.ids import PUBLIC
from pleromad.model.note import Visibility
from protocols.activitypub import adapter, finger, signatures
from tests.security.case import HostileCase
from tests.support.federation import Server, another_pair
from tests.support.http import SiteCase
from tests.support.peer import Page
from web.cards.fetching import Fetching
from web.limits import Limit
from web.outbound.client import client_of

EVIL = '<script>run()</script><img src=x onerror=run()><a href="javascript:run()">x</a><p style="position:fixed" onclick=run() class="evil mention">y</p><iframe src="//x"></iframe><a>no address</a><svg onload=run()>'
ACTS = re.compile(r"<script|<img|<iframe|<svg|<[^>]*\son\w+=|<[^>]*javascript:|<[^>]*\sstyle=|class=\"[^\"]*evil", re.I)


class DowngradeTests(HostileCase):
    """S15: who is known by ActivityPub is not changed by anything older."""

    def slap(self, author: str, id: str, *, key: str = "") -> bytes:
        """A rightly signed envelope with an entry of `author` (Magic Signatures draft, section 3.2)."""
        entry = (
            f'<entry xmlns="http://www.w3.org/2005/Atom" xmlns:activity="http://activitystrea.ms/spec/1.0/"><id>{id}</id><title>x</title>'
            f"<activity:verb>http://activitystrea.ms/schema/1.0/post</activity:verb>"
            f"<author><uri>{author}</uri><name>forged</name></author><content type='html'>forged</content></entry>"
        )
        parts = [entry.encode(), b"application/atom+xml", b"base64url", b"RSA-SHA256"]
        words = [urlsafe_b64encode(part).decode() for part in parts]
        made = signatures.private_key(self.far.pairs[key or author].private).sign(".".join(words).encode(), padding.PKCS1v15(), hashes.SHA256())
        return (
            '<me:env xmlns:me="http://salmon-protocol.org/ns/magic-env">'
            f'<me:data type="application/atom+xml">{words[0]}</me:data><me:encoding>base64url</me:encoding><me:alg>RSA-SHA256</me:alg>'
            f"<me:sig>{urlsafe_b64encode(made).decode()}</me:sig></me:env>"
        ).encode()

    async def set_up(self) -> None:
        self.patch(Server, "DOORS", ("activitypub", "ostatus"))
        await super().set_up()

    async def swim(self, path: str, body: bytes, media_type: str = "application/magic-envelope+xml") -> int:
        status, _ = await self.far.send("POST", self.here.url + path, {"Content-Type": media_type}, body)
        await self.quiet(self.here)
        return status

    async def test_s15_salmon_changes_nobody_who_is_known_by_activitypub(self) -> None:
        await self.resolver.account(self.bob)
        await self.send(self.create(1))
        joe = self.far.person("joe")  # nobody has heard of them yet
        before = await self.stored()
        own, new = f"{self.far.url}/notes/1", f"{self.far.url}/notes/2"
        for id in (own, new, "tag:far.example,2018:noticeId=1:objectType=note"):
            self.assertEqual(await self.swim("/users/alice/salmon", self.slap(self.bob, id)), 403, id)
        self.assertEqual(await self.swim("/users/alice/salmon", self.slap(self.alice.uri, f"{self.here.url}/notes/3", key=self.bob)), 403)
        self.assertEqual(await self.swim("/users/alice/salmon", self.slap(joe, f"{self.here.url}/notes/3")), 403)
        self.assertEqual(await self.swim("/users/alice/salmon", self.slap(joe, f"{self.far.url}/notes/4")), 501)
        for path in ("/inbox", "/users/alice/inbox"):
            for media_type in ("application/magic-envelope+xml", "application/atom+xml"):
                self.assertEqual(await self.swim(path, self.slap(self.bob, new), media_type), 415)
        self.assertEqual((await self.stored(), (await self.account(self.bob)).display_name), (before, ""))
        self.assertIn("note 1", await self.content(own))

    async def test_s15_envelopes_that_are_none(self) -> None:
        before = await self.stored()
        bomb = urlsafe_b64encode(b'<!DOCTYPE x [<!ENTITY a "b">]><entry xmlns="http://www.w3.org/2005/Atom"><author><uri>x</uri></author></entry>').decode()
        for body in (b"", b"<x", b"<me:env/>", b'<!DOCTYPE x><x/>', b"<x><data>!</data></x>", b"x" * 300_000, f'<me:env xmlns:me="http://salmon-protocol.org/ns/magic-env"><me:data>{bomb}</me:data></me:env>'.encode()):
            self.assertEqual(await self.swim("/users/alice/salmon", body), 400, body[:60])
        self.assertEqual(await self.swim("/users/nobody/salmon", self.slap(self.bob, f"{self.far.url}/1")), 404)
        self.assertEqual(await self.stored(), before)

    async def test_s15_a_feed_in_webfinger_does_not_take_an_actors_place(self) -> None:
        """bob's server comes to name an Atom feed only, as one would that is made to speak the older protocol."""
        self.patch(finger, "FRESH_SECONDS", -1.0)
        await self.resolver.account(self.bob)
        before = await self.stored()
        acct = f"acct:bob@{self.far.domain}"
        links = [{"rel": "http://schemas.google.com/g/2010#updates-from", "type": "application/atom+xml", "href": f"{self.far.url}/forged.atom"}]
        self.far.pages[f"/.well-known/webfinger?{acct}"] = Page(json.dumps({"subject": acct, "links": links}).encode(), "application/jrd+json")
        self.assertEqual(await self.failure(self.resolver._door.people.by_handle("bob", self.far.domain)), NotFound)
        self.assertEqual((await self.stored(), (await self.account(self.bob)).inbox, self.far.asked_for("/forged.atom")), (before, f"{self.bob}/inbox", 0))


class AttributionTests(HostileCase):
    """S27: a page is by whom it names when their own profile lists its host, in plain texts."""

    async def card(self, domains: Any) -> tuple[str, str]:
        """Who is shown as the author of a page on `far`'s host that says it is by eve, whose profile has these `attributionDomains`."""
        third = await self.peer()
        eve = third.person("eve", attributionDomains=domains)
        page = f'<title>A page</title><meta name="author" content="Nobody"><meta name="fediverse:creator" content="@eve@{third.domain}">'
        self.far.pages["/page"] = Page(page.encode(), "text/html")
        card = await Fetching(self.here.core, client_of(self.here.core, reactor), reactor).fetch(f"{self.far.url}/page")
        assert card is not None
        self.assertEqual(third.asked_for("/users/eve"), 1)
        self.assertEqual(await self.count(f"accounts WHERE uri = '{eve}'"), 1)
        self.assertNotIn("{", str(await self.here.database.fetch_value("SELECT attribution_domains::text FROM accounts WHERE uri = %s", (eve,)))[1:])
        return card.author_name, card.author_url.removeprefix(third.url)

    async def test_s27_domains_that_are_no_texts(self) -> None:
        named, not_named = ("eve", "/users/eve"), ("Nobody", "")
        self.assertEqual(await self.card(["localhost"]), named)
        self.assertEqual(await self.card("localhost"), named)
        for domains in (
            [{"id": "localhost"}, {"href": "localhost"}, {"@value": "localhost"}],
            {"id": "localhost", "type": "Link", "href": "localhost", "name": "localhost"},
            [None, 7, True, {"localhost": "localhost"}, [{"id": "localhost"}]],
            ["http://localhost", "localhost/", "*", ".", "", "*.localhost", "local", "x" * 5_000, "evil.localhost"],
            None, 7, [],
        ):  # fmt: skip
            self.assertEqual(await self.card(domains), not_named, domains)


class MarkupTests(HostileCase):
    """S16: nothing of what others write is run by anybody's browser."""

    async def test_s16_a_note_and_its_author_full_of_scripts(self) -> None:
        field = {"type": "PropertyValue", "name": EVIL, "value": EVIL}
        document = json.loads(self.far.pages["/users/bob"].body)  # type: ignore[union-attr]
        icon = {"type": "Image", "url": "javascript:run()"}
        self.far.put("/users/bob", {**document, "name": EVIL, "summary": EVIL, "attachment": [field], "url": "javascript:run()", "icon": icon})
        emoji = {"type": "Emoji", "name": ":ok:", "icon": {"type": "Image", "url": "javascript:run()"}}
        picture = [{"type": "Image", "url": "javascript:run()"}, {"type": "Document", "url": "data:text/html,x", "mediaType": "text/html"}]
        await self.send(self.create(1, content=EVIL, url="javascript:run()", tag=[emoji, {"type": "Hashtag", "name": EVIL, "href": "javascript:x"}], attachment=picture))
        question = self.far.note(self.bob, 2, type="Question", oneOf=[{"type": "Note", "name": EVIL}, {"type": "Note", "name": "b"}], content=EVIL, summary=EVIL)
        await self.send(self.activity("Create", question, 2000, to=question["to"]))
        self.assertEqual(await self.notes(), 2)
        for number in (1, 2):
            note = await self.here.note(f"{self.far.url}/notes/{number}")
            assert note is not None
            self.assertIn("y", note.content)
            self.assertIsNone(ACTS.search(note.content), note.content)
            self.assertIsNone(ACTS.search(note.spoiler_text))
            self.assertNotIn("javascript:", note.url or "")
            self.assertEqual(([one.url for one in note.emojis], [one.url for one in note.media]), ([], []))
        bob = await self.account(self.bob)
        for text in (bob.note, *(value for _, value in [(one.name, one.value) for one in bob.fields])):
            self.assertIsNone(ACTS.search(text), text)
        self.assertFalse([url for url in (bob.url, bob.avatar_url, bob.header_url) if url and not url.startswith("http")])


class NameTests(HostileCase):
    """S17: no name of others becomes a path."""

    async def test_s17_emoji_and_files_with_names_that_are_paths(self) -> None:
        before = sorted(self.here.settings.data_dir.rglob("*"))
        names = (":../../evil:", ":a/b:", ":/etc/passwd:", ":..:", ":a\\b:", ":a.b:", ":" + "a" * 500 + ":", ": :", "::")
        tags = [{"type": "Emoji", "name": name, "icon": {"type": "Image", "url": f"{self.far.url}/x.png"}} for name in names]
        picture = {"type": "Image", "url": f"{self.far.url}/../../../evil.png", "name": "../../x"}
        await self.send(self.create(1, tag=tags, attachment=[picture]))
        note = await self.here.note(f"{self.far.url}/notes/1")
        assert note is not None
        self.assertEqual(note.emojis, ())
        said = await self.here.say(self.alice, "react")
        for number, name in enumerate(names):
            await self.send(self.activity("EmojiReact", said.uri, number + 10, content=name, tag=[tags[number]]))
        now = await self.here.note(said.uri)
        assert now is not None
        self.assertEqual(now.reactions, ())
        self.assertEqual(sorted(self.here.settings.data_dir.rglob("*")), before)


class FloodTests(HostileCase):
    """S30: what will be refused costs little, and is refused before it costs more."""

    async def test_s30_deletes_of_people_nobody_knew_fetch_nothing(self) -> None:
        before = await self.stored()
        for number in range(5):
            gone = f"{self.far.url}/users/gone{number}"
            self.far.pairs[gone] = another_pair()
            for object in (gone, {"id": gone, "type": "Tombstone"}):
                self.assertEqual(await self.send({**self.activity("Delete", object, number), "actor": gone}, by=gone), 202)
        self.assertEqual((self.far.asked, await self.stored(), await self.count("jobs")), ([], before, 0))

    async def test_s30_what_cannot_be_right_fetches_no_key(self) -> None:
        big = json.dumps({**self.create(), "x": "x" * 1_100_000}).encode()
        self.assertEqual(await self.far.post(self.inbox, big, by=self.bob), 413)
        for junk in (b"", b"[]", b"{", b'{"type": "Note"}', b"\xff\xfe"):
            self.assertEqual(await self.far.post(self.inbox, junk, by=self.bob), 400)
        self.assertEqual((await self.post_signed(self.far, self.bob, self.create(), names=("(request-target)", "host", "date")))[0], 401)
        self.assertEqual((await self.post_signed(self.far, self.bob, self.create(), sent=json.dumps(self.create(2)).encode()))[0], 401)
        self.assertEqual((self.far.asked_for("/users/bob"), await self.notes()), (0, 0))

    async def test_s30_a_key_that_does_not_fit_is_asked_for_once(self) -> None:
        pair = another_pair()
        for number in range(4):
            self.assertEqual(await self.send(self.create(number), pair=pair), 401)
        self.assertLessEqual(self.far.asked_for("/users/bob"), 2)
        self.assertEqual(await self.notes(), 0)

    async def test_s30_a_note_that_names_thousands(self) -> None:
        tags = [{"type": "Mention", "href": f"{self.far.url}/users/u{number}", "name": "x"} for number in range(3_000)]
        self.assertEqual(await self.send(self.create(1, tag=tags, cc=[tag["href"] for tag in tags])), 202)
        self.assertLess(await self.count("mentions"), 600)
        self.assertLessEqual(len({one.path for one in self.far.asked if "/users/u" in one.path}), 0)


class MentionTests(HostileCase):
    """S30: who is new, or calls upon many at once, is not heard where staff want that."""

    def bound(self, **limits: int) -> None:
        settings = self.here.core.settings
        self.here.core.settings = msgspec.structs.replace(settings, policies={"mentions": limits})

    def naming(self, number: int, people: int) -> dict[str, Any]:
        tags = [{"type": "Mention", "href": self.alice.uri if each == 0 else f"{self.far.url}/users/u{each}", "name": "@x"} for each in range(people)]
        return self.create(number, tag=tags, cc=[tag["href"] for tag in tags])

    async def test_s30_a_note_that_calls_upon_many(self) -> None:
        await self.resolver.account(self.bob)
        before = await self.stored()
        self.bound(reject=3)
        await self.send(self.naming(1, 4))
        self.assertEqual(await self.stored(), before)
        self.bound(reject=3, unlist=1)
        await self.send(self.naming(2, 3))
        note = await self.here.note(f"{self.far.url}/notes/2")
        assert note is not None
        self.assertEqual((note.visibility, await self.here.told(self.alice)), (Visibility.UNLISTED, ["mention"]))

    async def test_s30_somebody_new_who_calls_upon_people(self) -> None:
        self.far.person("bob", published=datetime.now(UTC).isoformat())
        await self.resolver.account(self.bob)
        before = await self.stored()
        self.bound(young_days=2)
        await self.send(self.naming(1, 1))
        self.assertEqual((await self.stored(), await self.here.told(self.alice)), (before, []))
        await self.send(self.create(2, cc=[]))
        self.assertIsNotNone(await self.here.note(f"{self.far.url}/notes/2"))


class KeyStormTests(SiteCase):
    DOORS = ("activitypub",)

    async def test_s30_one_address_makes_us_fetch_so_many_keys_and_no_more(self) -> None:
        self.patch(adapter, "KEY_FETCHES", Limit("a few keys", 3, 300))
        private = signatures.private_key(another_pair().private)
        statuses = []
        for number in range(6):
            actor = f"http://far.example/users/{number}"  # not https: refused before anything is asked
            body = json.dumps({"id": f"{actor}/1", "type": "Like", "actor": actor, "object": PUBLIC}).encode()
            headers = signatures.sign(private, f"{actor}#main-key", method="POST", host="here.example", path="/inbox", body=body, now=datetime.now(UTC))
            reply = await self.request("POST", "/inbox", body=body, headers={**headers, "Host": "here.example", "Content-Type": "application/activity+json"}, address="198.51.100.7")
            statuses.append(reply.status)
        self.assertEqual(statuses[3:], [429, 429, 429], statuses)
        self.assertNotIn(429, statuses[:3])
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM jobs"), 0)
