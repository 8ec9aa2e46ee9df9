"""The web pages, as they come over the wire."""

from __future__ import annotations

import html
import itertools
import re
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from lxml import html as lxml_html
from PIL import Image

from pleromad.model.account import ProfileChange, Role
from pleromad.model.activity import Add, Announce, Block, EmojiReact, Follow, Like, Update
from pleromad.model.note import Emoji, PollDraft, Visibility
from pleromad.model.page import Page
from tests.support.core import PASSWORD
from tests.support.http import Browser, Reply, SiteCase
from tests.web.test_oauth import hidden
from web.pages.acting import local_path
from web.pages.shown import with_emoji


class PagesCase(SiteCase):
    DOORS = ("pages",)

    async def read(self, path: str, **kw: Any) -> str:
        reply = await self.get(path, **kw)
        self.assertEqual(reply.status, 200, reply.text)
        return reply.text

    async def logged_in(self, name: str) -> Browser:
        browser = self.browser()
        form = hidden((await browser.get("/log-in")).text)
        reply = await browser.post("/log-in", {**form, "login": name, "password": PASSWORD})
        self.assertEqual(reply.status, 200, reply.text)
        return browser

    async def csrf(self, browser: Browser) -> str:
        return hidden((await browser.get("/home")).text)["csrf"]


def a_picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "PNG")
    return file.getvalue()


def words(page: str) -> str:
    """What a reader sees, blanks folded."""
    tree = lxml_html.fromstring(page)
    return " ".join(tree.find("body").text_content().split())


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


class ActingTests(PagesCase):
    async def test_posting(self):
        await self.person("alice")
        browser = await self.logged_in("alice")
        form = {
            "csrf": await self.csrf(browser),
            "back": "/home",
            "status": "Hello\r\nworld",
            "visibility": "unlisted",
        }
        reply = await browser.post("/write", form)
        self.assertEqual(browser.path, "/home")
        self.assertIn("Hello<br>world", reply.text.replace("<br/>", "<br>").replace("<br />", "<br>"))
        self.assertIn("Unlisted", words(reply.text))

    async def test_an_empty_post_comes_back_with_a_reason(self):
        await self.person("alice")
        browser = await self.logged_in("alice")
        reply = await browser.post(
            "/write", {"csrf": await self.csrf(browser), "status": " ", "spoiler_text": "kept"}
        )
        self.assertEqual(reply.status, 422)
        self.assertIn('role="alert"', reply.text)
        self.assertIn('value="kept"', reply.text)

    async def test_answering_names_people_and_is_not_wider(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.follow(bob, alice)
        note = await self.say(alice, "among us", visibility=Visibility.FOLLOWERS)
        browser = await self.logged_in("bob")
        page = (await browser.get(f"/@alice/{note.id}")).text
        self.assertIn(">@alice </textarea>", page)
        self.assertIn('<option value="private" selected>', page)
        form = {**hidden(page[: page.index("</main>")]), "status": "@alice yes", "visibility": "private"}
        self.assertEqual(form["in_reply_to_id"], str(note.id))
        reply = await browser.post("/write", form)
        self.assertIn("@bob", words(reply.text))

    async def test_liking_boosting_and_taking_back(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "hello")
        browser = await self.logged_in("bob")
        csrf = await self.csrf(browser)
        for do in ("like", "boost", "unlike", "unboost"):
            reply = await browser.post(
                f"/act/notes/{note.id}", {"csrf": csrf, "do": do, "back": f"/@alice/{note.id}"}
            )
            self.assertEqual((reply.status, browser.path), (200, f"/@alice/{note.id}"))
            state = (await self.core.reading.note(bob.id, note.id)).state
            self.assertEqual(
                getattr(state, {"ike": "liked", "ost": "boosted"}[do[-3:]]), not do.startswith("un")
            )

    async def test_deleting(self):
        alice = await self.person("alice")
        note = await self.say(alice, "oh no")
        browser = await self.logged_in("alice")
        await browser.post(f"/act/notes/{note.id}", {"csrf": await self.csrf(browser), "do": "delete"})
        self.assertIn((await self.get(f"/@alice/{note.id}")).status, (404, 410))

    async def test_only_the_author_deletes(self):
        alice, _ = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "mine")
        browser = await self.logged_in("bob")
        reply = await browser.post(
            f"/act/notes/{note.id}", {"csrf": await self.csrf(browser), "do": "delete"}
        )
        self.assertIn(reply.status, (403, 404))
        self.assertEqual((await self.get(f"/@alice/{note.id}")).status, 200)

    async def test_following(self):
        alice, _bob = await self.person("alice"), await self.person("bob")
        browser = await self.logged_in("bob")
        csrf = await self.csrf(browser)
        page = await browser.post(
            f"/act/accounts/{alice.id}", {"csrf": csrf, "do": "follow", "back": "/@alice"}
        )
        self.assertIn("Unfollow", page.text)
        page = await browser.post(
            f"/act/accounts/{alice.id}", {"csrf": csrf, "do": "unfollow", "back": "/@alice"}
        )
        self.assertNotIn("Unfollow", page.text)

    async def test_a_request_to_follow_is_answered(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.submit(Update(actor_id=alice.id, profile=ProfileChange(locked=True)), alice)
        await self.submit(Follow(actor_id=bob.id, target_id=alice.id), bob)
        browser = await self.logged_in("alice")
        page = (await browser.get("/notifications")).text
        self.assertIn("would like to follow you", words(page))
        await browser.post(f"/act/accounts/{bob.id}", {"csrf": await self.csrf(browser), "do": "accept"})
        [relation] = await self.core.reading.relationships(bob.id, [alice.id])
        self.assertTrue(relation.following)

    async def test_notifications(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "hello world")
        await self.submit(Like(actor_id=bob.id, note_id=note.id), bob)
        await self.submit(Announce(actor_id=bob.id, note_id=note.id), bob)
        await self.follow(bob, alice)
        await self.say(bob, "@alice ping")
        seen = words((await (await self.logged_in("alice")).get("/notifications")).text)
        for told in ("liked your post", "boosted your post", "follows you", "mentioned you", "@alice ping"):
            self.assertIn(told, seen)

    async def test_nobody_acts_without_being_logged_in_or_without_the_form(self):
        alice = await self.person("alice")
        note = await self.say(alice, "hello")
        browser = await self.logged_in("alice")
        for path in ("/write", f"/act/notes/{note.id}", f"/act/accounts/{alice.id}"):
            self.assertEqual((await self.post(path, {"do": "like", "status": "x"})).status, 401)
            self.assertEqual(
                (await browser.post(path, {"do": "like", "status": "x", "csrf": "wrong"})).status, 403
            )

    def test_forms_lead_back_to_this_site_only(self):
        for good in ("/home", "/@a/1?max_id=3", "/a#b"):
            self.assertEqual(local_path(good), good.partition("#")[0])
        for bad in (
            "",
            "home",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\\b",
            "/a\r\nb",
            "\\/x",
            "/\t/evil.example",
        ):
            self.assertEqual(local_path(bad), "", bad)


class EnteringTests(PagesCase):
    async def sign_up(self, browser: Browser, path: str = "/sign-up", **more: str) -> Reply:
        form = hidden((await browser.get(path)).text)
        given = {"username": "nina", "email": "nina@mail.example", "password": "a long password", **more}
        return await browser.post("/sign-up", {**form, **given})

    async def test_signing_up_logging_out_and_in(self):
        browser = self.browser()
        reply = await self.sign_up(browser)
        self.assertEqual((reply.status, browser.path), (200, "/home"), reply.text)
        self.assertIn("@nina", words(reply.text))
        await browser.post("/log-out", {"csrf": await self.csrf(browser)})
        reply = await browser.get("/home")
        self.assertTrue(browser.path.startswith("/log-in"))
        reply = await browser.post(
            "/log-in", {**hidden(reply.text), "login": "nina", "password": "a long password"}
        )
        self.assertEqual(browser.path, "/home")

    async def test_mistakes_stand_beside_their_field(self):
        await self.person("alice")
        for more, field in (
            ({"username": "alice"}, "username"),
            ({"username": "a b"}, "username"),
            ({"username": "admin"}, "username"),
            ({"email": "nothing"}, "email"),
            ({"email": "alice@mail.example"}, "email"),
            ({"password": "short"}, "password"),
        ):
            reply = await self.sign_up(self.browser(), **more)
            self.assertEqual(reply.status, 422)
            tree = lxml_html.fromstring(reply.text)
            [wrong] = tree.xpath("//input[@aria-invalid='true']")
            self.assertEqual(wrong.get("name"), field)
            self.assertTrue(tree.get_element_by_id(wrong.get("aria-describedby")).text_content())
            self.assertNotIn("a long password", reply.text)

    async def test_a_wrong_password(self):
        await self.person("alice")
        browser = self.browser()
        form = hidden((await browser.get("/log-in?next=/@alice")).text)
        reply = await browser.post("/log-in", {**form, "login": "alice", "password": "wrong"})
        self.assertEqual(reply.status, 401)
        self.assertIn('value="alice"', reply.text)
        self.assertEqual(hidden(reply.text)["next"], "/@alice")

    async def test_nobody_is_led_elsewhere(self):
        await self.person("alice")
        browser = self.browser()
        form = hidden((await browser.get("/log-in?next=//evil.example/")).text)
        self.assertEqual(form["next"], "")
        form["next"] = "https://evil.example/"
        reply = await browser.post("/log-in", {**form, "login": "alice", "password": PASSWORD}, follow=False)
        self.assertEqual(reply.location, "/home")

    async def test_the_owner_link_works_once(self):
        link = await self.core.accounts.owner_link()
        page = (await self.browser().get(link)).text
        self.assertIn("Become the owner", page)
        browser = self.browser()
        reply = await self.sign_up(browser, link, email="")
        self.assertEqual(browser.path, "/home", reply.text)
        account = await self.core.reading.account_by_handle("nina")
        self.assertEqual(account.role, Role.OWNER)
        reply = await self.sign_up(self.browser(), link, username="eve", email="eve@mail.example")
        self.assertIn("This invitation is not valid any more", (await self.browser().get(link)).text)

    async def test_rules_are_agreed_to(self):
        self.core.settings = self.with_settings(rules=("Be kind",))
        browser = self.browser()
        reply = await self.sign_up(browser)
        self.assertEqual(reply.status, 422)
        self.assertIn("agree to the rules", reply.text)
        await self.sign_up(browser, agreement="true")
        self.assertEqual(browser.path, "/home")

    def with_settings(self, **instance: Any) -> Any:
        import msgspec

        settings = self.core.settings
        return msgspec.structs.replace(
            settings, instance=msgspec.structs.replace(settings.instance, **instance)
        )

    async def test_closed_means_closed(self):
        self.core.settings = self.with_settings(registrations="closed")
        page = (await self.browser().get("/sign-up")).text
        self.assertNotIn('name="username"', page)
        browser = self.browser()
        form = hidden((await browser.get("/log-in")).text)
        reply = await browser.post(
            "/sign-up",
            {"csrf": form["csrf"], "username": "nina", "email": "n@m.example", "password": "a long password"},
        )
        self.assertEqual(reply.status, 403)

    async def test_an_invitation_opens(self):
        self.core.settings = self.with_settings(registrations="invite")
        browser = self.browser()
        self.assertEqual((await self.sign_up(browser)).status, 403)
        code = await self.core.accounts.invite(None)
        await self.sign_up(browser, f"/sign-up?invite={code}")
        self.assertEqual(browser.path, "/home")

    async def test_approval_waits_for_a_person(self):
        self.core.settings = self.with_settings(registrations="approval")
        browser = self.browser()
        self.assertEqual((await self.sign_up(browser)).status, 422)
        reply = await self.sign_up(browser, reason="I like boats")
        self.assertIn("A person looks at it now", reply.text)
        form = hidden((await browser.get("/log-in")).text)
        reply = await browser.post("/log-in", {**form, "login": "nina", "password": "a long password"})
        self.assertEqual(reply.status, 403)
        await self.core.accounts.approve((await self.core.reading.account_by_handle("nina")).id)
        form = hidden((await browser.get("/log-in")).text)
        await browser.post("/log-in", {**form, "login": "nina", "password": "a long password"})
        self.assertEqual(browser.path, "/home")


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
