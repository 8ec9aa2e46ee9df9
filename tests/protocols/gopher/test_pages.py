"""What there is to read, and what is never shown."""

from __future__ import annotations

import io
from pathlib import Path

from hypothesis import given, settings
from PIL import Image

from pleromad.model.account import Field, ProfileChange, Role
from pleromad.model.activity import Add, Announce, Delete, Update, Vote
from pleromad.model.event import NOTE_CREATED, Event
from pleromad.model.note import PollDraft, Visibility
from pleromad.model.room import RoomChange
from protocols.gopher.pages.people import profile
from protocols.gopher.pages.visit import Visit
from tests.protocols.gopher.support import GopherCase, parse_menu
from tests.protocols.gopher.test_items import cards
from tests.protocols.made_up import TEXTS, account


def png() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "PNG")
    return data.getvalue()


class FrontTests(GopherCase):
    async def test_the_main_menu_leads_everywhere(self) -> None:
        items = await self.menu("")
        self.assertEqual(items[0].text, "Here")
        self.assertIn("A place to talk.", [item.text for item in items])
        links = {item.selector: item.kind for item in items if item.selector}
        self.assertEqual(links["/search"], "7")
        self.assertEqual(links["URL:https://here.example/"], "h")
        for selector, kind in links.items():
            if kind == "1":
                self.assertNotIn("3", {item.kind for item in await self.menu(selector)}, selector)

    async def test_rules_and_help_are_texts(self) -> None:
        rules = (await self.ask("/rules")).decode()
        self.assertEqual(rules, "Rules of Here\r\n\r\n1. Be kind\r\n\r\n2. . and no dots\r\n\r\n.\r\n")
        self.assertIn("/search<TAB>WORDS", (await self.ask("/help")).decode())

    async def test_the_server_tells_about_itself(self) -> None:
        await self.person("alice")
        about = await self.read("/about")
        self.assertIn("People:         1", about)
        self.assertIn("open to everybody", about)

    async def test_what_is_not_there_is_an_error_item(self) -> None:
        for selector in ("/nowhere", "/notices/abc", "/notices/-1", "/notices/" + "9" * 30, "/main", "/main/home", "/main/public/before/x",
                         "/users/nobody", "/users", "/rooms/none", "/about/x", "/tags//before", "/media/none.png", "/media/../../etc/passwd",
                         "/media/%2e%2e/x", "URL:javascript:alert(1)", "URL:", "\0", "/users/" + "a" * 400):  # fmt: skip
            items = await self.menu(selector)
            self.assertEqual(items[0].kind, "3", selector)

    async def test_an_address_leads_out(self) -> None:
        page = (await self.ask("URL:https://x.example/?a=1&b=2")).decode()
        self.assertIn("url=https://x.example/?a=1&amp;b=2", page)
        self.assertFalse(page.endswith(".\r\n"))


class TimelineTests(GopherCase):
    async def test_a_timeline_shows_what_is_public_and_only_that(self) -> None:
        alice, bob, far = await self.person("alice"), await self.person("bob"), await self.remote("carol")
        await self.follow(bob, alice)
        await self.say(alice, "for everybody")
        for visibility in (Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.LOCAL, Visibility.DIRECT):
            await self.say(alice, f"not in lists: {visibility.value} @bob", visibility=visibility)
        self.assertFalse(far.local)
        for selector in ("/main/public", "/main/all", "/users/alice", "/search\tlists", "/tags"):
            text = await self.read(selector)
            self.assertNotIn("not in lists", text, selector)
            self.assertEqual("for everybody" in text, selector.startswith(("/main", "/users")), selector)

    async def test_a_note_is_shown_by_its_address_only_when_anybody_may_see_it(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        for visibility in Visibility:
            note = await self.say(alice, f"said {visibility.value} @bob", visibility=visibility)
            reply = await self.say(bob, "heard @alice", in_reply_to_id=note.id, visibility=visibility)
            open_to_all = visibility in (Visibility.PUBLIC, Visibility.UNLISTED)
            for selector in (f"/notices/{note.id}", f"/notices/{note.id}/open", f"/notices/{reply.id}"):
                self.assertEqual("said" in await self.read(selector), open_to_all, selector)
            self.assertEqual((await self.ask(f"/notices/{note.id}/text")).startswith(b"@alice"), open_to_all)

    async def test_an_unlisted_note_that_was_boosted_stays_out_of_lists(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "quietly", visibility=Visibility.UNLISTED)
        await self.submit(Announce(actor_id=bob.id, note_id=note.id), bob)
        self.assertNotIn("quietly", await self.read("/users/bob"))

    async def test_pages_follow_each_other(self) -> None:
        alice = await self.person("alice")
        for number in range(45):
            await self.say(alice, f"note number {number}")
        selector, seen = "/main/public", []
        for _ in range(4):
            items = await self.menu(selector)
            seen += [item.text for item in items if item.text.startswith("note number")]
            older = [item.selector for item in items if item.text == "Older"]
            if not older:
                break
            selector = older[0]
        self.assertEqual(seen, [f"note number {number}" for number in reversed(range(45))])
        newer = next(item.selector for item in items if item.text == "Newer")
        self.assertIn("note number 24", await self.read(newer))

    async def test_a_boost_names_who_boosted(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "worth it")
        await self.submit(Announce(actor_id=bob.id, note_id=note.id), bob)
        lines = (await self.read("/users/bob")).split("\n")
        start = lines.index("@bob boosted:")
        self.assertEqual(lines[start : start + 3], ["@bob boosted:", "@alice", "worth it"])

    async def test_a_hashtag_has_a_page(self) -> None:
        alice = await self.person("alice")
        await self.say(alice, "I like #Café")
        self.assertIn("#café", await self.read("/tags"))
        for name in ("café", "Café", "#CAFÉ"):
            self.assertIn("I like", await self.read(f"/tags/{name}"))

    async def test_the_database_is_asked_twice_for_a_page_and_not_again_for_the_same(self) -> None:
        alice = await self.person("alice")
        for number in range(30):
            await self.say(alice, f"note {number}")
        await self.ask("/main/public")
        before = self.core.statements
        await self.ask("/main/public")
        self.assertEqual(self.core.statements, before)
        self.door.burrow.happened(Event(NOTE_CREATED))
        await self.ask("/main/public")
        self.assertEqual(self.core.statements, before + 1)

    async def test_what_happens_is_seen_at_once(self) -> None:
        alice = await self.person("alice")
        first = await self.say(alice, "first")
        self.assertIn("first", await self.read("/main/public"))
        await self.say(alice, "second")
        self.assertIn("second", await self.read("/main/public"))
        await self.submit(Delete(actor_id=alice.id, note_id=first.id), alice)
        self.assertNotIn("first", await self.read("/main/public"))

    async def test_a_crowd_on_one_page_is_one_look_at_the_database(self) -> None:
        alice = await self.person("alice")
        await self.say(alice, "look")
        before = self.core.statements
        visitors = [self.visitor() for _ in range(10)]
        for visitor in visitors:
            visitor.send(b"/main/all\r\n")
        answers = [await visitor.end() for visitor in visitors]
        self.assertEqual(len(set(answers)), 1)
        self.assertLess(self.core.statements - before, 5)


class NoticeTests(GopherCase):
    async def test_a_note_comes_with_its_thread(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        root = await self.say(alice, "the root")
        middle = await self.say(bob, "the middle @alice", in_reply_to_id=root.id)
        leaf = await self.say(alice, "the leaf @bob", in_reply_to_id=middle.id)
        other = await self.say(bob, "another branch", in_reply_to_id=root.id)
        lines = (await self.read(f"/notices/{root.id}")).split("\n")
        order = [line for line in lines if line.strip().startswith(("the ", "another "))]
        self.assertEqual(order, ["the root", "the middle @alice", "   the leaf @bob", "another branch"])
        lines = (await self.read(f"/notices/{leaf.id}")).split("\n")
        self.assertLess(lines.index("the root"), lines.index("the middle @alice"))
        self.assertIn("answers @bob:", lines)
        self.assertIn(f"/notices/{other.id}", [item.selector for item in await self.menu(f"/notices/{root.id}")])

    async def test_many_replies_come_in_pages(self) -> None:
        alice = await self.person("alice")
        root = await self.say(alice, "root")
        for number in range(53):
            await self.say(alice, f"reply {number}.", in_reply_to_id=root.id)
        first, second = await self.read(f"/notices/{root.id}"), await self.read(f"/notices/{root.id}/replies/2")
        self.assertIn("More replies", first)
        self.assertIn("reply 49.", first)
        self.assertNotIn("reply 50.", first)
        self.assertIn("reply 52.", second)
        self.assertEqual((await self.menu(f"/notices/{root.id}/replies/3"))[0].kind, "3")

    async def test_a_warning_is_folded_behind_a_link(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "the butler", spoiler_text="who did it")
        items = await self.menu(f"/notices/{note.id}")
        self.assertNotIn("the butler", [item.text for item in items])
        self.assertIn("Warning: who did it", [item.text for item in items])
        link = next(item.selector for item in items if item.text == "[Show it]")
        self.assertIn("the butler", await self.read(link))

    async def test_a_poll_shows_its_results_as_bars(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "Tea?", poll=PollDraft(("yes", "no"), 3600))
        await self.submit(Vote(actor_id=bob.id, note_id=note.id, choices=(0,)), bob)
        text = await self.read(f"/notices/{note.id}")
        self.assertIn("[####################] 100% yes", text)
        self.assertIn("1 person voted", text)

    async def test_pictures_are_ours_and_described(self) -> None:
        alice = await self.person("alice")
        media = await self.core.media.upload(alice.id, png(), description="A red square")
        note = await self.say(alice, "look", media_ids=(media.id,))
        picture = next(item for item in await self.menu(f"/notices/{note.id}") if item.kind == "I")
        self.assertEqual(picture.text, "[Picture] A red square")
        path, _ = self.core.media.open(picture.selector.removeprefix("/media/"))
        self.assertEqual(await self.ask(picture.selector), Path(path).read_bytes())

    async def test_links_are_items_of_their_own(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "see [this text](https://x.example/page) and https://y.example/", content_type="text/markdown")
        links = {item.selector: item.text for item in await self.menu(f"/notices/{note.id}") if item.kind == "h"}
        self.assertEqual(links["URL:https://x.example/page"], "-> this text <https://x.example/page>")
        self.assertEqual(links["URL:https://y.example/"], "-> https://y.example/")

    async def test_tables_quotes_and_code_stay_readable(self) -> None:
        alice = await self.person("alice")
        text = "> said\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n  code\n```\n\n:blobcat:"
        note = await self.say(alice, text, content_type="text/markdown")
        shown = await self.read(f"/notices/{note.id}")
        for line in ("> said", "a | b", "1 | 2", "  code", ":blobcat:"):
            self.assertIn(f"\n{line}\n", shown)

    async def test_a_note_is_a_text_too(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, ".hidden\n\n.\n\nend")
        text = (await self.ask(f"/notices/{note.id}/text")).decode()
        self.assertIn("\r\n..hidden\r\n", text)
        self.assertIn("\r\n..\r\n", text)
        self.assertTrue(text.endswith("\r\n.\r\n"))


class PeopleTests(GopherCase):
    async def test_a_person_has_a_page(self) -> None:
        alice = await self.person("alice", role=Role.ADMIN)
        change = ProfileChange(display_name="Alice Liddell", note="Curiouser, see https://w.example/", fields=(("Home", "https://a.example/"),))
        await self.submit(Update(actor_id=alice.id, profile=change), alice)
        note = await self.say(alice, "my best one")
        await self.submit(Add(actor_id=alice.id, collection="featured", note_id=note.id), alice)
        items = await self.menu("/users/alice")
        text = "\n".join(item.text for item in items)
        for part in ("Alice Liddell @alice", "admin", "Curiouser, see https://w.example/", "Home: https://a.example/", "Pinned:", "1 note"):
            self.assertIn(part, text)
        self.assertIn("URL:https://w.example/", [item.selector for item in items])
        self.assertEqual(text.count("my best one"), 2)

    async def test_what_is_known_of_people_elsewhere_is_shown(self) -> None:
        await self.remote("bob", display_name="Bob", note="<p>Builder</p>", url="https://far.example/@bob")
        items = await self.menu("/users/bob@far.example")
        self.assertIn("Builder", [item.text for item in items])
        self.assertIn("URL:https://far.example/@bob", [item.selector for item in items])

    async def test_search_finds_people_tags_and_notes(self) -> None:
        alice = await self.person("alice")
        await self.say(alice, "tea with #biscuits and a/slash")
        self.assertIn("@alice", await self.read("/search\t@ali"))
        self.assertIn("#biscuits", await self.read("/search\t#bisc"))
        self.assertIn("tea with", await self.read("/search\ttea"))
        self.assertIn("tea with", await self.read("/search/a/slash"))
        self.assertIn("Nothing", await self.read("/search\t@zzz"))
        self.assertEqual([item.kind for item in await self.menu("/search") if item.selector == "/search"], ["7"])

    async def test_search_pages_carry_their_words(self) -> None:
        alice = await self.person("alice")
        for number in range(25):
            await self.say(alice, f"word a/b {number}!")
        older = next(item.selector for item in await self.menu("/search\tword a/b") if item.text == "Older")
        self.assertTrue(older.endswith("/word a/b"), older)
        self.assertIn("word a/b 0!", await self.read(older))


class RoomTests(GopherCase):
    async def test_an_open_room_can_be_read(self) -> None:
        alice = await self.person("alice")
        room = await self.core.accounts.open_room(alice.id, "tea", topic="all about tea")
        await self.say(alice, "first", room_id=room.id)
        line = await self.say(alice, "second", room_id=room.id)
        self.assertIn("#tea (1 member): all about tea", await self.read("/rooms"))
        text = await self.read("/rooms/tea")
        self.assertLess(text.index("<alice> first"), text.index("<alice> second"))
        self.assertIn("second", await self.read(f"/notices/{line.id}"))

    async def test_a_room_that_is_not_for_everybody_does_not_exist(self) -> None:
        alice = await self.person("alice")
        for name, change in (("secret", RoomChange(secret=True)), ("invited", RoomChange(invite_only=True)), ("keyed", RoomChange(key="k"))):
            room = await self.core.accounts.open_room(alice.id, name)
            line = await self.say(alice, f"in the {name}", room_id=room.id)
            await self.submit(Update(actor_id=alice.id, room_id=room.id, room=change), alice)
            for selector in (f"/rooms/{name}", f"/notices/{line.id}", f"/notices/{line.id}/text"):
                self.assertEqual((await self.menu(selector))[0].kind, "3", selector)
        self.assertIn("no open room", await self.read("/rooms"))


class ForgeryTests(GopherCase):
    async def test_names_topics_and_queries_cannot_forge_items(self) -> None:
        alice = await self.person("alice")
        evil = "x\r\n1Forged\t/evil\tevil.example\t70\r\n.\r\n"
        change = ProfileChange(display_name=evil, note=evil, fields=((evil, evil),))
        await self.submit(Update(actor_id=alice.id, profile=change), alice)
        room = await self.core.accounts.open_room(alice.id, "tea", topic=evil)
        note = await self.say(alice, f"{evil} #tag", spoiler_text=evil, room_id=room.id)
        await self.say(alice, f"{evil} #tag", poll=PollDraft((evil, "b"), 3600))
        for selector in ("/main/public", "/users/alice", "/rooms", "/rooms/tea", f"/notices/{note.id}/open", "/tags/tag", "/search\tx1Forged", "/search\tForged"):
            for item in await self.menu(selector):
                self.assertNotEqual(item.host, "evil.example", selector)

    async def test_a_profile_never_forges_an_item(self) -> None:
        @settings(max_examples=60)
        @given(TEXTS, TEXTS, TEXTS)
        def check(name: str, text: str, url: str) -> None:
            who = account(display_name=name, note=text, url=url, fields=(Field(name, text),), moved_to_uri=url, avatar_url="https://here.example/media/" + url)
            parse_menu(("\r\n".join([*profile(Visit(self.core, cards(), ()), who), ".", ""])).encode())

        check()

