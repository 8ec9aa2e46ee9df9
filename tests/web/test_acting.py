"""What people do on the pages: post, answer, like, boost, delete, follow."""

from __future__ import annotations

from pleromad.model.account import ProfileChange
from pleromad.model.activity import Announce, Follow, Like, Update
from pleromad.model.note import Visibility
from tests.support.pages import PagesCase, words
from tests.web.test_oauth import hidden
from web.pages.acting import local_path


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
