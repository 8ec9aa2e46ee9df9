"""Whatever people write, each line on the wire is an item of ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock as Reactor
from twisted.trial.unittest import TestCase

from pleromad.clock import Clock
from pleromad.model.note import Note, Poll, PollOption
from pleromad.text import columns
from protocols.gopher import items
from protocols.gopher.from_core import Cards, note_text, person, poll_lines
from protocols.gopher.items import Here
from tests.protocols.gopher.support import parse_menu
from tests.protocols.made_up import NOW, TEXTS, account, media, note, notes

HERE = Here("gopher.example", 70)

def cards() -> Cards:
    return Cards(HERE, Clock(Reactor()))


class ItemsTests(TestCase):
    @settings(max_examples=150)
    @given(notes(), st.integers(0, 200), st.booleans())
    def test_no_note_can_forge_an_item(self, said: Note, depth: int, opened: bool) -> None:
        shelf = cards()
        boost = note(said.account, type="Announce", boost_of=said)
        blocks = (shelf.in_list(said), shelf.in_list(boost), shelf.in_thread(said, depth), shelf.in_room(said), shelf.page(said, opened=opened))
        for block in blocks:
            for item in parse_menu((block + items.END).encode()):
                if item.selector:
                    self.assertEqual((item.host, item.port), ("gopher.example", "70"))
                    self.assertTrue(item.selector.startswith(("/users/", "/notices/", "/tags/", "/media/", "URL:")), item)
                else:
                    self.assertEqual(item.host, "null.host")

    @settings(max_examples=60)
    @given(notes())
    def test_no_text_looks_like_its_end(self, said: Note) -> None:
        data = items.text_file(note_text(said, NOW))
        lines = data.decode().split("\r\n")
        self.assertEqual(lines[-2:], [".", ""])
        self.assertNotIn(".", lines[:-2])
        self.assertFalse([line for line in lines if "\n" in line or "\r" in line or "\t" in line])
        self.assertFalse([line for line in lines[:-2] if line.startswith(".") and not line.startswith("..")])

    @given(TEXTS, TEXTS)
    def test_every_way_to_make_an_item_makes_one(self, text: str, other: str) -> None:
        made = [items.info(text), items.error(text), items.link("1", text, other, HERE), items.outside(text, other, HERE)]
        made += items.paragraphs(text, "  ")
        parse_menu(items.menu(made))

    @given(TEXTS, st.integers(4, 80))
    def test_what_is_fitted_fits(self, text: str, width: int) -> None:
        self.assertLessEqual(columns(items.fit(text, width)), width)

    def test_wide_characters_count_two(self) -> None:
        self.assertEqual(items.fit("日本語", 5), "日本…")
        self.assertEqual(items.fit("日本語", 6), "日本語")

    def test_an_address_that_no_client_could_take_is_only_text(self) -> None:
        self.assertTrue(items.outside("x", "https://x.example/" + "a" * 3_000, HERE).startswith("i"))
        self.assertTrue(items.outside("x", "", HERE).startswith("i"))

    def test_the_page_for_old_clients_escapes_the_address(self) -> None:
        page = items.redirect_page('https://x.example/"><script>').decode()
        self.assertNotIn("<script>", page)
        self.assertIn("&quot;&gt;&lt;script&gt;", page)


class CardsTests(TestCase):
    def shown(self, block: str) -> list[str]:
        return [item.text for item in parse_menu((block + items.END).encode())]

    def test_a_card_is_made_once_for_a_version(self) -> None:
        shelf, said = cards(), note(account(), content="<p>one</p>")
        self.assertIs(shelf.in_list(said), shelf.in_list(said))
        self.assertIn("two", self.shown(shelf.in_list(replace(said, version="2", content="<p>two</p>"))))

    def test_a_poll_with_hidden_results_shows_them_when_it_is_over(self) -> None:
        poll = Poll(7, False, (PollOption("Tea", 3), PollOption("Coffee", 1)), 4, 4, NOW, hide_totals=True)
        before = datetime(2026, 11, 1, tzinfo=UTC)
        self.assertEqual(poll_lines(poll, before), ["( ) Tea", "( ) Coffee", "Results are shown at the end, until 2026-11-23 09:08 UTC"])
        self.assertEqual(poll_lines(poll, NOW)[0], "[###############.....]  75% Tea")

    def test_a_warning_folds_the_text_the_poll_and_the_pictures(self) -> None:
        said = note(account(), content="<p>plot</p>", spoiler_text="spoiler", media=(media(description="the end"),))
        self.assertEqual(self.shown(cards().in_list(said)), ["@alice", "Warning: spoiler", "[Show it]", "2026-11-23 09:08 UTC - 1 reply, 2 boosts", ""])
        self.assertIn("plot", self.shown(cards().page(said, opened=True)))

    def test_sensitive_pictures_are_behind_a_link(self) -> None:
        said = note(account(), content="<p>hm</p>", sensitive=True, media=(media(description="blood"),))
        self.assertIn("[Show 1 sensitive file]", self.shown(cards().in_list(said)))
        self.assertNotIn("[Picture] blood", self.shown(cards().in_list(said)))
        self.assertIn("[Picture] blood", self.shown(cards().page(said, opened=True)))

    def test_a_long_note_is_cut_in_a_list_and_whole_on_its_page(self) -> None:
        said = note(account(), content="".join(f"<p>line {n}</p>" for n in range(60)))
        self.assertIn("[Read on]", self.shown(cards().in_list(said)))
        self.assertNotIn("line 59", self.shown(cards().in_list(said)))
        self.assertIn("line 59", self.shown(cards().page(said, opened=False)))

    def test_lines_are_at_most_seventy_columns(self) -> None:
        for depth in (0, 3, 50):
            block = cards().in_thread(note(account(display_name="名前" * 60), content=f"<p>{'日本語 word ' * 40}</p>"), depth)
            self.assertLessEqual(max(map(columns, self.shown(block))), 70)

    def test_people_elsewhere_are_links_to_their_own_page(self) -> None:
        far = account("bob", domain="far.example", url="https://far.example/@bob")
        self.assertEqual(person(far, HERE), "h@bob@far.example\tURL:https://far.example/@bob\tgopher.example\t70")
        self.assertEqual(person(account(), HERE), "1@alice\t/users/alice\tgopher.example\t70")

