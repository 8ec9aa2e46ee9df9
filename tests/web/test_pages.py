"""The pages as anybody reads them."""

from __future__ import annotations

import html
import itertools
import re
from xml.etree import ElementTree

from lxml import html as lxml_html

from pleromad.model.account import ProfileChange
from pleromad.model.activity import Add, Block, EmojiReact, Update
from pleromad.model.note import Emoji, PollDraft, Visibility
from pleromad.model.page import Page
from tests.support.http import Reply
from tests.support.pages import PagesCase, a_picture, words
from web.pages.shown import with_emoji


class HtmlTests(PagesCase):
    """Every page: well-formed, safe, and in order."""

    async def every_page(self) -> dict[str, Reply]:
        alice = await self.person("alice")
        note = await self.say(alice, 'Hello <script>alert(1)</script> & "all" #tag', spoiler_text="<b>CW</b>")
        paths = [
            "/",
            "/public",
            "/about",
            "/log-in",
            "/sign-up",
            "/@alice",
            f"/@alice/{note.id}",
            "/tags/tag",
            "/nowhere",
        ]
        replies = {path: await self.get(path, headers={"Accept": "text/html"}) for path in paths}
        browser = await self.logged_in("alice")
        for path in ["/home", "/notifications", "/", "/public", f"/@alice/{note.id}", "/@alice"]:
            replies[f"{path} logged in"] = await browser.get(path)
        return replies

    async def test_the_markup_is_well_formed_and_ids_are_unique(self):
        for path, reply in (await self.every_page()).items():
            body = re.sub(
                r"<(meta|link|input|img|br|hr|meter)\b([^>]*)>",
                r"<\1\2/>",
                reply.text.replace("<!DOCTYPE html>", ""),
            )
            body = re.sub(
                r" (required|selected|checked|readonly|controls|open|autofocus)(?=[ />])", r' \1=""', body
            )
            ElementTree.fromstring(body.replace("&nbsp;", " "))
            ids = re.findall(r' id="([^"]+)"', reply.text)
            self.assertEqual(len(ids), len(set(ids)), path)

    async def test_nothing_of_people_is_run(self):
        for path, reply in (await self.every_page()).items():
            self.assertNotIn("<script", reply.text, path)
            self.assertNotIn("style=", reply.text, path)
            policy = reply.headers["content-security-policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertNotIn("script-src", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(reply.headers["x-frame-options"], "DENY")

    async def test_headings_and_landmarks_are_in_order(self):
        for path, reply in (await self.every_page()).items():
            tree = lxml_html.fromstring(reply.text)
            levels = [int(each.tag[1]) for each in tree.iter("h1", "h2", "h3", "h4")]
            self.assertEqual(levels.count(1), 1, path)
            self.assertEqual(levels[0], 1, path)
            self.assertTrue(all(b - a <= 1 for a, b in itertools.pairwise(levels)), (path, levels))
            self.assertEqual(len(tree.findall(".//main")), 1)
            self.assertEqual(tree.find("body")[0].get("href"), "#content")
            for image in tree.iter("img"):
                self.assertIsNotNone(image.get("alt"), path)
            for control in tree.iter("input", "textarea", "select"):
                if control.get("type") not in ("hidden", "radio", "checkbox"):
                    self.assertTrue(
                        tree.xpath("//label[@for=$id]", id=control.get("id")), (path, control.get("name"))
                    )

    async def test_pages_of_a_person_are_not_kept_by_caches(self):
        pages = await self.every_page()
        self.assertEqual(pages["/home logged in"].headers["cache-control"], "private, no-store")
        self.assertIn("Cookie", pages["/"].headers["vary"])
        self.assertIn("Accept", pages["/"].headers["vary"])


class ProfileTests(PagesCase):
    async def test_a_profile(self):
        alice = await self.person("alice")
        fields = (("Web", "https://alice.example/"), ("Pronouns", "she/her"))
        change = ProfileChange(display_name="Alice <&>", note="I like tea.", fields=fields)
        await self.submit(Update(actor_id=alice.id, profile=change), alice)
        await self.say(alice, "In public")
        await self.say(alice, "Among us", visibility=Visibility.FOLLOWERS)
        page = await self.read("/@alice")
        seen = words(page)
        self.assertIn("Alice <&> @alice@here.example", seen)
        self.assertIn("I like tea.", seen)
        self.assertIn("In public", seen)
        self.assertNotIn("Among us", seen)
        tree = lxml_html.fromstring(page)
        self.assertEqual(tree.xpath("//link[@rel='me']/@href"), ["https://alice.example/"])
        self.assertEqual(
            tree.xpath("//link[@rel='alternate']/@href"),
            ["https://here.example/users/alice", "https://here.example/users/alice/feed.atom"],
        )
        self.assertEqual(tree.xpath("//meta[@property='og:type']/@content"), ["profile"])
        self.assertEqual(
            tree.xpath("//meta[@property='og:title']/@content"), ["Alice <&> (@alice@here.example)"]
        )
        self.assertEqual(tree.xpath("//meta[@property='og:description']/@content"), ["I like tea."])

    async def test_who_does_not_want_to_be_found_is_not(self):
        alice = await self.person("alice")
        for indexable, found in ((True, 0), (False, 1)):
            await self.submit(Update(actor_id=alice.id, profile=ProfileChange(indexable=indexable)), alice)
            self.assertEqual((await self.read("/@alice")).count('content="noindex'), found)

    async def test_ids_lead_people_to_the_page(self):
        alice = await self.person("alice")
        note = await self.say(alice, "hello")
        for path, target in (
            ("/users/alice", "/@alice"),
            (f"/notes/{note.id}", f"/@alice/{note.id}"),
            (f"/@wrong/{note.id}", f"/@alice/{note.id}"),
        ):
            reply = await self.get(path, headers={"Accept": "text/html"})
            self.assertEqual((reply.status, reply.location), (302, target))

    async def test_who_is_not_here_is_not_found(self):
        for path in (
            "/@nobody",
            "/users/nobody",
            "/@nobody/1",
            "/notes/1",
            "/notes/x",
            "/notes/99999999999999999999",
            "/rooms/nothing",
        ):
            self.assertEqual((await self.get(path, headers={"Accept": "text/html"})).status, 404, path)

    async def test_people_of_other_servers_are_shown_there_or_to_people_here(self):
        await self.person("alice")
        bob = await self.remote("bob", url="https://far.example/@bob", note="<p>From afar</p>")
        reply = await self.get("/@bob@far.example")
        self.assertEqual((reply.status, reply.location), (302, "https://far.example/@bob"))
        page = (await (await self.logged_in("alice")).get("/@bob@far.example")).text
        self.assertIn("From afar", page)
        self.assertIn('value="follow"', page)
        self.assertIn(bob.url, page)

    async def test_pinned_posts_stand_first_and_once(self):
        alice = await self.person("alice")
        first = await self.say(alice, "the first of all")
        await self.say(alice, "the second one")
        await self.submit(Add(actor_id=alice.id, collection="featured", note_id=first.id), alice)
        seen = words(await self.read("/@alice"))
        self.assertEqual(seen.count("the first of all"), 1)
        self.assertLess(seen.index("the first of all"), seen.index("the second one"))

    async def test_tabs(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(bob, "a question")
        await self.say(alice, "an answer", in_reply_to_id=note.id)
        self.assertNotIn("an answer", await self.read("/@alice"))
        self.assertIn("an answer", await self.read("/@alice?with=replies"))
        self.assertNotIn("an answer", await self.read("/@alice?with=media"))


class ThreadTests(PagesCase):
    async def test_a_thread_stands_in_order(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        one = await self.say(alice, "number one")
        two = await self.say(bob, "@alice number two", in_reply_to_id=one.id)
        three = await self.say(alice, "@bob number three", in_reply_to_id=two.id)
        seen = words(await self.read(f"/@bob/{two.id}"))
        places = [seen.index(f"number {word}") for word in ("one", "two", "three")]
        self.assertEqual(places, sorted(places))
        self.assertIn("In reply to @alice", seen)
        page = await self.read(f"/@alice/{one.id}")
        self.assertIn("depth2", page)
        self.assertIn(f'id="note-{three.id}"', page)

    async def test_the_head_tells_about_the_post(self):
        alice = await self.person("alice")
        note = await self.say(alice, 'A "quoted" thought & more')
        tree = lxml_html.fromstring(await self.read(f"/@alice/{note.id}"))
        self.assertEqual(
            tree.xpath("//meta[@property='og:description']/@content"), ['A "quoted" thought & more']
        )
        self.assertEqual(tree.xpath("//meta[@property='og:type']/@content"), ["article"])
        self.assertEqual(tree.xpath("//link[@rel='canonical']/@href"), [note.url])
        self.assertEqual(tree.xpath("//link[@rel='alternate']/@href"), [note.uri])

    async def test_a_warning_folds_the_text_and_hides_it_from_previews(self):
        alice = await self.person("alice")
        await self.say(alice, "the butler did it", spoiler_text="the end of a book")
        note = await self.say(alice, "and the cat saw it", spoiler_text="more of that")
        page = await self.read("/@alice")
        self.assertIn('<summary><span class="cw">the end of a book</span></summary>', page)
        tree = lxml_html.fromstring(await self.read(f"/@alice/{note.id}"))
        self.assertEqual(tree.xpath("//meta[@property='og:description']/@content"), ["more of that"])
        self.assertNotIn("cat", tree.findtext(".//title"))

    async def test_what_is_not_for_all_is_not_found(self):
        alice = await self.person("alice")
        note = await self.say(alice, "among us", visibility=Visibility.FOLLOWERS)
        self.assertEqual((await self.get(f"/@alice/{note.id}")).status, 404)
        browser = await self.logged_in("alice")
        self.assertEqual((await browser.get(f"/@alice/{note.id}")).status, 200)

    async def test_a_poll(self):
        alice, _bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "where to?", poll=PollDraft(("left", "right"), 3600))
        browser = await self.logged_in("bob")
        page = await browser.get(f"/@alice/{note.id}")
        self.assertIn('type="radio"', page.text)
        reply = await browser.post(
            f"/act/notes/{note.id}", {"csrf": await self.csrf(browser), "do": "vote", "choice": "1"}
        )
        self.assertEqual(reply.status, 200)
        seen = words(await self.read(f"/@alice/{note.id}"))
        self.assertIn("right 100 %", seen)
        self.assertIn("1 person voted", seen)
        self.assertIn("(your choice)", (await browser.get(f"/@alice/{note.id}")).text)

    async def test_emoji_and_reactions(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "hello")
        await self.submit(EmojiReact(actor_id=bob.id, note_id=note.id, emoji="🎉"), bob)
        self.assertIn("<li>🎉 1</li>", await self.read(f"/@alice/{note.id}"))

    def test_shortcodes_are_pictures_in_text_only(self):
        emojis = (Emoji("cat", 'https://x.example/a"b.png'),)
        made = with_emoji('<a title=":cat:" href="https://x.example/:cat:">:cat: :dog:</a>', emojis)
        self.assertEqual(
            made,
            '<a title=":cat:" href="https://x.example/:cat:"><img class="emoji" src="https://x.example/a&#34;b.png" alt=":cat:"'
            ' title=":cat:" loading="lazy"> :dog:</a>',
        )


class TimelineTests(PagesCase):
    async def test_the_local_timeline_pages_both_ways(self):
        alice = await self.person("alice")
        for number in range(25):
            await self.say(alice, f"post number {number:02}")
        page = await self.read("/")
        self.assertIn("post number 24", page)
        self.assertNotIn("post number 04", page)
        older = html.unescape(re.findall(r'<a rel="next" href="([^"]+)"', page)[0])
        page = await self.read(older)
        self.assertIn("post number 04", page)
        newer = html.unescape(re.findall(r'<a rel="prev" href="([^"]+)"', page)[0])
        self.assertIn("post number 05", await self.read(newer))

    async def test_only_what_is_public_and_of_this_server(self):
        alice = await self.person("alice")
        for visibility in Visibility:
            await self.say(alice, f"seen by {visibility.value}.", visibility=visibility)
        page = await self.read("/")
        self.assertEqual(re.findall(r"seen by (\w+)\.", page), ["public"])

    async def test_a_hashtag(self):
        alice = await self.person("alice")
        await self.say(alice, "about #Gänse")
        page = await self.read("/tags/g%C3%A4nse")
        self.assertIn("about", words(page))
        self.assertIn("#gänse", words(page))

    async def test_a_room(self):
        alice = await self.person("alice")
        room = await self.core.accounts.open_room(alice.id, "lobby", topic="Sit <down>")
        await self.say(alice, "hello room", room_id=room.id)
        page = words(await self.read("/rooms/lobby"))
        self.assertIn("#lobby", page)
        self.assertIn("Sit <down>", page)
        self.assertIn("1 member", page)


class RefusalTests(PagesCase):
    async def test_pages_for_readers_json_for_machines_a_line_for_the_rest(self):
        for accept, kind in (
            ("text/html", "text/html"),
            ("application/activity+json", "application/json"),
            ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', "application/json"),
            ("application/json", "application/json"),
            ("text/plain", "text/plain"),
        ):
            reply = await self.get("/nowhere", headers={"Accept": accept})
            self.assertEqual((reply.status, reply.headers["content-type"].partition(";")[0]), (404, kind))

    async def test_who_is_blocked_sees_nothing(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "hello")
        await self.submit(Block(actor_id=alice.id, target_id=bob.id), alice)
        browser = await self.logged_in("bob")
        self.assertEqual((await browser.get(f"/@alice/{note.id}")).status, 404)


class FileTests(PagesCase):
    async def test_style_and_icons(self):
        page = await self.read("/")
        [style] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
        reply = await self.get(style)
        self.assertEqual((reply.status, reply.headers["content-type"]), (200, "text/css; charset=utf-8"))
        self.assertIn("immutable", reply.headers["cache-control"])
        for path, kind in (
            ("/favicon.ico", "image/x-icon"),
            ("/static/avatar.svg", "image/svg+xml"),
            ("/robots.txt", "text/plain; charset=utf-8"),
            ("/manifest", "application/manifest+json; charset=utf-8"),
            ("/manifest.json", "application/manifest+json; charset=utf-8"),
        ):
            reply = await self.get(path)
            self.assertEqual((reply.status, reply.headers["content-type"]), (200, kind))

    async def test_a_picture_is_shown_with_its_description_and_kept_harmless(self):
        alice = await self.person("alice")
        browser = await self.logged_in("alice")
        form = {"csrf": await self.csrf(browser), "status": "look", "description": 'A "red" square'}
        reply = await browser.post("/write", form, files={"file": ("x.png", "image/png", a_picture())})
        self.assertEqual(reply.status, 200, words(reply.text))
        tree = lxml_html.fromstring(await self.read("/@alice?with=media"))
        [image] = tree.xpath("//div[contains(@class, 'pictures')]//img")
        self.assertEqual(image.get("alt"), 'A "red" square')
        path = image.getparent().get("href").removeprefix("https://here.example")
        reply = await self.get(path)
        self.assertEqual((reply.status, reply.headers["content-type"]), (200, "image/png"))
        self.assertIn("sandbox", reply.headers["content-security-policy"])
        self.assertEqual(reply.headers["x-content-type-options"], "nosniff")
        self.assertIn("immutable", reply.headers["cache-control"])
        part = await self.get(path, headers={"Range": "bytes=0-7"})
        self.assertEqual((part.status, part.body), (206, reply.body[:8]))
        note = next(iter((await self.core.reading.of_account(None, alice.id, Page(1))).items)).note
        tree = lxml_html.fromstring(await self.read(f"/@alice/{note.id}"))
        self.assertEqual(tree.xpath("//meta[@property='og:image']/@content"), [f"https://here.example{path}"])
        self.assertEqual(tree.xpath("//meta[@name='twitter:card']/@content"), ["summary_large_image"])

    async def test_only_what_is_meant_to_be_served(self):
        for path in (
            "/static/..%2fsite.py",
            "/static/nothing.css",
            "/static/.hidden",
            "/media/..%2f..%2fetc%2fpasswd",
            "/media/nothing.png",
        ):
            self.assertEqual((await self.get(path)).status, 404, path)
