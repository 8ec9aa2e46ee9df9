from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from pleromad.text import Link, columns, excerpt, find_links, to_plain, wrap
from pleromad.text.plain import MAX_PLAIN
from tests.pleromad.text_strategies import HOSTILE, QUIET, markup, texts

WORDS = '<a href="https://e.example/p">words</a>'


class PlainTests(SynchronousTestCase):
    def reads(self, html: str, expected: str, **options: object) -> None:
        self.assertEqual(to_plain(html, **options), expected)  # type: ignore[arg-type]

    def test_paragraphs_stand_apart_and_breaks_end_lines(self) -> None:
        self.reads("<p>a  b<br>c</p>\n<p>d &amp; e</p>", "a b\nc\n\nd & e")

    def test_quotes_are_marked(self) -> None:
        self.reads(
            "<p>a</p><blockquote><p>b</p><p>c</p><blockquote>d</blockquote></blockquote>e",
            "a\n\n> b\n>\n> c\n>\n> > d\n\ne",
        )

    def test_lists_have_bullets_and_numbers(self) -> None:
        self.reads(
            "<ul><li>a</li><li><p>b</p></li></ul><ol start=9><li>c<ul><li>d</ul><li>e</ol>f",
            "* a\n* b\n\n9. c\n   * d\n10. e\n\nf",
        )

    def test_code_keeps_its_lines(self) -> None:
        self.reads("a<pre><code>if x:\n\ty  z\n</code></pre>b", "a\n\nif x:\n    y  z\n\nb")

    def test_tables_stand_in_columns(self) -> None:
        table = "<table><caption>t</caption><tr><th>a<th>bbb</tr><tr><td>漢字<td>2<br>3</tr></table>"
        self.reads(table, "t\na    | bbb\n-----+----\n漢字 | 2 3")
        wide = f"<table><tr><td>a<td>{'b ' * 12}</tr><tr><td>c<td>d</tr></table>"
        self.reads(wide, "a | b b b b b b b b\nb b b b\nc | d", width=20)

    def test_links_are_written_as_asked(self) -> None:
        self.reads(f"x {WORDS} y {WORDS}", "x words (https://e.example/p) y words (https://e.example/p)")
        self.reads(
            f"x {WORDS} y {WORDS}", "x words[1] y words[1]\n\n[1] https://e.example/p", links="footnotes"
        )
        self.reads(f"x {WORDS}", "x words", links="none")

    def test_an_address_is_not_said_twice(self) -> None:
        self.reads(
            '<a href="https://e.example/p"><span class="invisible">https://</span><span>e.example/p</span></a>',
            "https://e.example/p",
        )
        self.reads(
            '<a href="https://www.e.example/path/long">e.example/pa…</a>', "https://www.e.example/path/long"
        )
        self.reads(
            '<a href="https://xn--bcher-kva.example/%C3%BC">https://bücher.example/ü</a>',
            "https://bücher.example/ü",
        )
        self.reads('<a href="mailto:a@e.example">a@e.example</a>', "a@e.example")

    def test_an_address_that_lies_is_shown(self) -> None:
        self.reads(
            '<a href="https://evil.example/">https://bank.example/</a>',
            "https://bank.example/ (https://evil.example/)",
        )

    def test_mentions_and_hashtags_are_only_named(self) -> None:
        self.reads(
            '<a class="u-url mention" href="https://e.example/@b">@<span>b</span></a> <a href="https://e.example/t" rel="tag">#t</a>',
            "@b #t",
        )

    def test_ruby_is_in_parentheses(self) -> None:
        self.reads("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "漢(kan)")

    def test_nothing_can_forge_a_line_or_turn_one_around(self) -> None:
        plain = to_plain("<p>a\r\nb\tc\x1b[0m\x00\u202ed\x85e\u2028f</p>")
        self.assertEqual(plain, "a b c[0mde f")

    def test_lines_are_as_wide_as_asked(self) -> None:
        html = f"<p>{'lorem ipsum ' * 20}</p><blockquote>{'漢字' * 60}</blockquote><pre>{'x' * 200}</pre><ul><li>{'y' * 100}</ul>"
        for line in to_plain(html, width=40).split("\n"):
            self.assertLessEqual(columns(line), 40)

    def test_an_excerpt_is_one_line_cut_between_words(self) -> None:
        self.assertEqual(excerpt("<p>Hello wonderful world</p><p>of things</p>", 20), "Hello wonderful…")
        self.assertEqual(excerpt("<p>short</p><p>text</p>", 20), "short text")
        self.assertEqual(excerpt("x" * 100, 10), "x" * 9 + "…")

    def test_links_are_found_once_and_in_order(self) -> None:
        html = f'{WORDS} <a href="https://e.example/@b" class="mention">@b</a> {WORDS} <a href="javascript:x">y</a>'
        self.assertEqual(
            find_links(html),
            (Link("words", "https://e.example/p"), Link("@b", "https://e.example/@b", "mention")),
        )

    @QUIET
    @given(markup, st.sampled_from(("inline", "footnotes", "none")), st.sampled_from((None, 20, 70)))
    def test_whatever_comes_in_lines_without_controls_come_out(
        self, html: str, links: str, width: int | None
    ) -> None:
        plain = to_plain(html, links=links, width=width)  # type: ignore[arg-type]
        self.assertTrue(
            all(char == "\n" or char.isprintable() or ord(char) > 0xA0 for char in plain), ascii(plain)
        )
        self.assertNotIn("\n\n\n", plain.replace("> ", "").replace(">", ""))

    def test_the_outcome_is_bounded(self) -> None:
        deep = "<blockquote>" * 50 + "<pre>" + "x\n" * 300_000
        self.assertLessEqual(len(to_plain(deep)), MAX_PLAIN)
        for piece in HOSTILE:
            self.assertLessEqual(len(to_plain(piece * (40_000 // len(piece)), width=70)), MAX_PLAIN)


class WrappingTests(SynchronousTestCase):
    def test_words_fill_lines(self) -> None:
        self.assertEqual(wrap("aa bb cc dd", 10, "- ", "  "), ["- aa bb cc", "  dd"])

    def test_addresses_stay_whole(self) -> None:
        url = "https://e.example/" + "a" * 60
        self.assertEqual(wrap(f"see {url} there", 20), ["see", url, "there"])

    def test_wide_characters_count_two_and_may_end_a_line(self) -> None:
        self.assertEqual(columns("漢字a\u0301"), 5)
        self.assertEqual(wrap("漢字漢字漢字", 8), ["漢字漢字", "漢字"])
        self.assertEqual(wrap("漢字漢字。漢字", 8), ["漢字漢", "字。漢字"])

    @QUIET
    @given(texts, st.integers(10, 80))
    def test_no_line_is_too_long_and_no_letter_lost(self, text: str, width: int) -> None:
        lines = wrap(text, width, "> ", "> ")
        self.assertEqual("".join("".join(line[2:] for line in lines).split()), "".join(text.split()))
        for line in lines:
            self.assertTrue(columns(line) <= width or "://" in line, line)
