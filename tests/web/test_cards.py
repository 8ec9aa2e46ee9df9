from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet import defer
from twisted.trial.unittest import SynchronousTestCase

from pleromad import cards
from pleromad.model.account import Account
from pleromad.model.activity import Create, Update
from pleromad.model.card import Card
from pleromad.model.note import Note, NoteDraft, RemoteAttachment, RemoteNote, Visibility
from pleromad.text import Link
from tests.support.clients import until
from tests.support.http import SiteCase
from tests.support.peer import Page as PeerPage
from tests.support.peer import Peer
from web.cards import oembed, page

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
URL = "https://site.example/a"

ARTICLE = """<!DOCTYPE html><html lang="de-AT"><head><title>Plain title</title>
<meta property="og:title" content="Owls &amp; other birds"><meta property="og:description" content="About
 owls."><meta property="og:image" content="/owl.jpg"><meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">
<meta property="og:site_name" content="Bird News"><meta name="author" content="Ann Owl"><meta property="article:published_time" content="2026-05-01T10:00:00+02:00">
</head><body><p>Text</p></body></html>"""


def read(html: str | bytes, content_type: str = "text/html; charset=utf-8", url: str = URL) -> page.Page:
    return page.read(html.encode() if isinstance(html, str) else html, content_type, url, url)


def card(html: str | bytes, content_type: str = "text/html; charset=utf-8") -> Card:
    found = read(html, content_type).card
    assert found is not None
    return found


class PageTests(SynchronousTestCase):
    def test_opengraph_says_what_a_page_is(self) -> None:
        found = card(ARTICLE)
        self.assertEqual((found.title, found.description, found.type), ("Owls & other birds", "About owls.", "link"))
        self.assertEqual((found.image_url, found.width, found.height), ("https://site.example/owl.jpg", 1200, 630))
        self.assertEqual((found.provider_name, found.provider_url, found.author_name), ("Bird News", "https://site.example", "Ann Owl"))
        self.assertEqual((found.language, found.published_at and found.published_at.isoformat()), ("de", "2026-05-01T08:00:00+00:00"))

    def test_a_plain_page_has_its_title_and_a_page_without_one_no_card(self) -> None:
        self.assertEqual(card("<title> A\n page </title><meta name=description content=About>").description, "About")
        for nothing in ("", "<p>text", "\0\0", "<title></title>"):
            self.assertIsNone(read(nothing).card, nothing)

    def test_encodings(self) -> None:
        self.assertEqual(card("<title>Übung</title>".encode("latin-1"), "text/html; charset=iso-8859-1").title, "Übung")
        self.assertEqual(card('<meta charset="shift_jis"><title>東京</title>'.encode("shift_jis"), "text/html").title, "東京")
        self.assertEqual(card('<meta charset="utf-8"><title>Übung</title>', "text/html; charset=nonsense").title, "Übung")

    def test_addresses_that_are_none_are_left_out(self) -> None:
        for bad in ("javascript:alert(1)", "http://site.example/a.png", "data:image/png,x", "https://a:b@c/", "https://[", 'https://a.example/"x'):
            self.assertIsNone(card(f"<title>x</title><meta property='og:image' content='{bad}'>").image_url, bad)

    def test_a_video_becomes_one_frame(self) -> None:
        metas = '<title>x</title><meta property="og:video:url" content="https://v.example/e?a=1&amp;b=2"><meta property="og:video:type" content="text/html">'
        found = card(metas + '<meta property="og:video:width" content="640"><meta property="og:video:height" content="360">')
        self.assertEqual(found.type, "video")
        self.assertIn('<iframe src="https://v.example/e?a=1&amp;b=2" width="640" height="360"', found.html)
        self.assertEqual(card('<title>x</title><meta property="og:video" content="https://v.example/v.mp4">').type, "link")

    def test_oembed_is_found_and_laid_over(self) -> None:
        found = read('<title>x</title><link rel="alternate" type="application/json+oembed" href="/oembed?u=1">')
        self.assertEqual(found.oembed, "https://site.example/oembed?u=1")

        def over(**said: Any) -> Card:
            laid = oembed.laid_over(found.card, json.dumps(said).encode(), URL, "https://site.example/oembed")
            assert laid is not None
            return laid

        video = over(type="video", title="A film", html='<script>x()</script><iframe src="https://v.example/1" onload="x()"></iframe>', width=640, height="360")
        self.assertEqual((video.type, video.title, video.width, video.height), ("video", "A film", 640, 360))
        self.assertTrue(video.html.startswith('<iframe src="https://v.example/1" width="640"'))
        self.assertNotIn("script>", video.html)
        self.assertNotIn("onload", video.html)
        photo = over(type="photo", url="https://site.example/p.jpg", author_name="Ann", author_url="https://site.example/ann")
        self.assertEqual((photo.type, photo.embed_url, photo.image_url, photo.author_name), ("photo", "https://site.example/p.jpg", "https://site.example/p.jpg", "Ann"))
        self.assertEqual(over(type="rich", html="<blockquote>x</blockquote>", title=7).html, "")
        self.assertEqual(oembed.laid_over(found.card, b"[" * 100_000, URL, URL), found.card)

    @given(st.text(st.sampled_from("<>/='\" \nmetatitlelinkhrefcontentog:image\0é&;"), max_size=300), st.binary(max_size=200))
    def test_whatever_comes_is_read(self, text: str, data: bytes) -> None:
        read(f"<title>x</title>{text}")
        read(data, "text/html")
        oembed.laid_over(None, data, URL, URL)

    def test_depth_is_bounded(self) -> None:
        self.assertEqual(card("<title>deep</title>" + "<div>" * 100_000).title, "deep")


class LinkTests(SynchronousTestCase):
    def test_the_first_link_that_leads_elsewhere(self) -> None:
        links = [Link("a", "mailto:a@b.example"), Link("b", "https://here.example/x"), Link("c", "https://Far.example:8443/Page?q=1#part"), Link("d", URL)]
        self.assertEqual(cards.first_link(links, "https://here.example"), "https://far.example:8443/Page?q=1")
        for bad in ("https://localhost/", "https://a@b.example/", "gopher://a.example/", f"https://a.example/{'x' * 3000}"):
            self.assertIsNone(cards.first_link([Link("", bad)], "https://here.example"), bad)


class FetchingTests(SiteCase):
    DOORS = ("mastodon", "cards")
    SETTINGS = {"federation": {"allow_http": True, "allow_private_addresses": True}}

    @defer.inlineCallbacks
    def setUp(self):
        yield super().setUp()
        self.peer = Peer()
        self.addCleanup(lambda: defer.ensureDeferred(self.peer.stop()))
        self.patch(cards, "JITTER_SECONDS", 0.0)
        self.base = self.peer.url.replace("localhost", "127.0.0.1")
        self.page("/owls", ARTICLE)

    def page(self, path: str, html: str, **more: Any) -> None:
        self.peer.pages[path] = PeerPage(html.encode(), **{"media_type": "text/html; charset=utf-8", **more})

    async def seen(self, note: Note | int, viewer: Account | None = None) -> Any:
        return (await self.get(f"/api/v1/statuses/{note if isinstance(note, int) else note.id}")).json()

    async def quiet(self) -> None:
        """Begin to fetch, until all pages are."""
        await self.core.jobs.start()
        await until(lambda: self.database.fetch_value("SELECT NOT EXISTS (SELECT FROM jobs WHERE kind = 'card')"))

    async def hear(self, content: str, to: tuple[str, ...] = (PUBLIC,), **more: Any) -> int:
        far = await self.remote("far")
        number = await self.database.fetch_value("SELECT nextval('id_blocks')")
        note = RemoteNote(uri=f"{far.uri}/{number}", type="Note", to=to, cc=(), content=content, published=self.core.clock.now(), **more)
        raw = {"type": "Create", "id": f"{note.uri}/activity", "actor": far.uri}
        outcome = await self.submit(Create(actor_id=far.id, uri=raw["id"], note=note, raw=raw), far)
        assert outcome.note_id is not None
        return outcome.note_id

    async def test_a_page_is_fetched_once_for_all_notes_and_shown_with_them(self) -> None:
        alice = await self.person("alice")
        one = await self.say(alice, f"look {self.base}/owls#now @alice #birds")
        self.assertIsNone((await self.seen(one))["card"])
        await self.quiet()
        shown = (await self.seen(one))["card"]
        self.assertEqual((shown["url"], shown["title"], shown["type"]), (f"{self.base}/owls", "Owls & other birds", "link"))
        self.assertEqual(shown["authors"], [{"name": "Ann Owl", "url": "", "account": None}])
        self.assertEqual((shown["image"], shown["published_at"], shown["language"]), (f"{self.base}/owl.jpg", "2026-05-01T08:00:00.000Z", "de"))
        two = await self.hear(f'<p><a href="{self.base}/owls">owls</a></p>')
        self.assertEqual((await self.seen(two))["card"], shown)
        await self.quiet()
        self.assertEqual(self.peer.asked_for("/owls"), 1)
        await self.database.execute("UPDATE cards SET fetched_at = %s", (self.core.clock.now() - timedelta(days=30),))
        self.page("/owls", "<title>Owls, again</title>")
        await self.say(alice, f"{self.base}/owls")
        await self.quiet()
        self.assertEqual((await self.seen(two))["card"]["title"], "Owls, again")

    async def test_who_has_no_card(self) -> None:
        alice, link = await self.person("alice"), f"{self.base}/owls"
        html = f'<a href="{link}">x</a>'
        direct = await self.hear(html, to=(alice.uri,), mention_ids=(alice.id,))
        picture = await self.hear(html, attachments=(RemoteAttachment("https://far.example/a.png", "image/png"),))
        tagged = await self.hear(f'<a href="{link}" class="mention hashtag" rel="tag">#x</a><a href="{link}" class="u-url mention">@y</a>')
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM note_cards"), 0)
        for note in (picture, tagged):
            self.assertIsNone((await self.seen(note))["card"])
        self.assertEqual((await self.core.reading.note(alice.id, direct)).note.card, None)
        own = await self.say(alice, f"{link}", visibility=Visibility.DIRECT)
        await self.quiet()
        self.assertEqual((await self.core.reading.note(alice.id, own.id)).note.card.title, "Owls & other birds")

    async def test_an_edit_takes_the_card_with_its_link(self) -> None:
        alice = await self.person("alice")
        self.page("/cats", "<title>Cats</title>")
        note = await self.say(alice, f"{self.base}/owls")
        await self.quiet()
        await self.submit(Update(actor_id=alice.id, note_id=note.id, note=NoteDraft(text=f"{self.base}/cats")), alice)
        await self.quiet()
        self.assertEqual((await self.seen(note))["card"]["title"], "Cats")
        await self.submit(Update(actor_id=alice.id, note_id=note.id, note=NoteDraft(text="no link")), alice)
        self.assertIsNone((await self.seen(note))["card"])

    async def test_pages_that_cannot_be_shown(self) -> None:
        alice = await self.person("alice")
        self.page("/picture", "GIF89a", media_type="image/gif")
        self.page("/gone", "<title>Gone</title>", status=404)
        self.page("/empty", "<p>")
        self.page("/large", "<title>Large</title>" + "<p>words</p>" * 200_000)
        self.page("/round", "", status=302, headers={"Location": "/round"})
        notes = {path: await self.say(alice, f"{self.base}/{path}") for path in ("picture", "gone", "empty", "large", "round")}
        await self.core.jobs.start()
        await until(lambda: self.database.fetch_value("SELECT count(*) = 1 FROM jobs WHERE kind = 'card' AND locked_until IS NULL AND attempts = 1"))
        titles = {path: ((await self.seen(note))["card"] or {}).get("title") for path, note in notes.items()}
        self.assertEqual(titles, {"picture": None, "gone": None, "empty": None, "large": "Large", "round": None})

    async def test_oembed_is_asked_where_the_page_says(self) -> None:
        alice = await self.person("alice")
        self.page("/film", '<title>Film</title><link rel="alternate" type="application/json+oembed" href="/oembed?film=1">')
        said = {"type": "video", "html": f'<iframe src="{self.base}/player"></iframe>', "width": 640, "height": 360, "provider_name": "Films"}
        self.page("/oembed?film=1", json.dumps(said), media_type="application/json")
        note = await self.say(alice, f"{self.base}/film")
        await self.quiet()
        shown = (await self.seen(note))["card"]
        self.assertEqual((shown["type"], shown["title"], shown["provider_name"], shown["width"]), ("video", "Film", "Films", 640))
        self.assertIn(f'<iframe src="{self.base}/player" width="640"', shown["html"])


class RefusalTests(SiteCase):
    DOORS = ("mastodon", "cards")
    SETTINGS = {"federation": {"allow_http": True}}

    async def test_no_page_of_our_own_network_is_fetched(self) -> None:
        peer = Peer()
        self.addCleanup(lambda: defer.ensureDeferred(peer.stop()))
        alice = await self.person("alice")
        await self.say(alice, peer.url.replace("localhost", "127.0.0.1") + "/secret")
        await self.core.jobs.start()
        await until(lambda: self.database.fetch_value("SELECT EXISTS (SELECT FROM jobs WHERE kind = 'card' AND last_error <> '')"))
        self.assertEqual(peer.asked, [])


class SwitchTests(SiteCase):
    DOORS = ("mastodon", "cards")
    SETTINGS = {"media": {"preview_cards": False}}

    async def test_cards_can_be_switched_off(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "https://site.example/owls")
        await self.core.jobs.start()
        await until(lambda: self.database.fetch_value("SELECT NOT EXISTS (SELECT FROM jobs WHERE kind = 'card')"))
        self.assertIsNone((await self.get(f"/api/v1/statuses/{note.id}")).json()["card"])
