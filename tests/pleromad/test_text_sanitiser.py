from __future__ import annotations

import re

from hypothesis import given
from lxml import html as parser
from twisted.trial.unittest import SynchronousTestCase

from pleromad.text import sanitise
from pleromad.text.links import SCHEMES
from pleromad.text.rebuilding import ATTRIBUTES, GLOBAL_ATTRIBUTES, KEPT
from pleromad.text.sanitiser import MAX_CONTENT
from tests.pleromad.text_strategies import HOSTILE, QUIET, markup


class SanitiserTests(SynchronousTestCase):
    def becomes(self, given: str, expected: str) -> None:
        self.assertEqual(sanitise(given), expected)
        self.assertEqual(sanitise(expected), expected)

    def test_what_mastodon_sends_is_kept(self) -> None:
        sent = (
            '<p><span class="h-card" translate="no"><a href="https://a.example/@b" class="u-url mention">@<span>b</span></a></span> hi '
            '<a href="https://a.example/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a><br>'
            '<a href="https://www.e.example/a" target="_blank" rel="nofollow noopener"><span class="invisible">https://www.</span>'
            '<span class="ellipsis">e.example</span><span class="invisible">/a</span></a></p>'
        )
        kept = sent.replace('mention">@', 'mention" rel="nofollow noopener">@').replace(
            'rel="tag"', 'rel="tag nofollow noopener"'
        )
        self.becomes(sent, kept)

    def test_scripts_and_their_text_are_gone(self) -> None:
        self.becomes("a<script>b</script><style>c</style><iframe>d</iframe><svg><text>e</text></svg>f", "af")

    def test_handlers_styles_and_unknown_classes_are_gone(self) -> None:
        self.becomes('<p onclick="x" style="y" id="z" class="evil h-card">a</p>', '<p class="h-card">a</p>')

    def test_links_lead_only_where_they_may(self) -> None:
        for href in (
            "javascript:x",
            " jav\tascript:x",
            "data:text/html,x",
            "vbscript:x",
            "//x.example",
            "/x",
            "x",
            "",
            "file:///etc/passwd",
            "https://",
        ):
            self.becomes(f'<a href="{href}">t</a>', "t")
        for href in (
            "https://x.example/",
            "gopher://x.example/1",
            "gemini://x.example/",
            "mailto:a@x.example",
            "xmpp:a@x.example",
            "magnet:?xt=1",
        ):
            self.becomes(
                f'<a href="{href}">t</a>', f'<a href="{href}" target="_blank" rel="nofollow noopener">t</a>'
            )

    def test_tables_headings_lists_code_and_ruby_are_kept(self) -> None:
        for html in (
            "<h1>a</h1><h6>b</h6>",
            '<ol start="3" reversed=""><li value="4">a</li></ol><ul><li>b<ul><li>c</li></ul></li></ul>',
            '<table><caption>c</caption><thead><tr><th>a</th></tr></thead><tbody><tr><td colspan="2">b</td></tr></tbody></table>',
            "<pre><code>a\n  b</code></pre>",
            "<p>漢<ruby>字<rp>(</rp><rt>ji</rt><rp>)</rp></ruby></p>",
            "<blockquote><p>a</p></blockquote>",
        ):
            self.becomes(html, html)

    def test_unknown_blocks_become_paragraphs(self) -> None:
        self.becomes("<div>a</div><section>b</section>", "<p>a</p><p>b</p>")

    def test_unknown_elements_leave_their_text(self) -> None:
        self.becomes("<font>a</font> <blink>b</blink>", "a b")

    def test_pictures_leave_their_description(self) -> None:
        self.becomes('<img src="x" alt=":blobcat:" onerror="y">!', ":blobcat:!")

    def test_markup_is_well_nested_afterwards(self) -> None:
        self.becomes("<p>a<b>b</p>c", "<p>a<b>b</b></p>c")
        self.becomes("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>")
        self.becomes(
            "<table>x<tr><td>a<td>b</table>",
            "<table><tbody><tr><td>x</td></tr><tr><td>a</td><td>b</td></tr></tbody></table>",
        )
        self.becomes(
            '<a href="https://a.example">a<a href="https://b.example">b</a></a>',
            sanitise('<a href="https://a.example">a</a><a href="https://b.example">b</a>'),
        )

    def test_plain_text_stays_plain(self) -> None:
        self.becomes("hello &amp; goodbye", "hello &amp; goodbye")
        self.becomes("a & b < c", "a &amp; b &lt; c")

    def test_controls_and_lone_surrogates_are_gone(self) -> None:
        self.assertEqual(sanitise("a\x01b\ud800c\r\nd"), "ab?c\nd")

    def test_too_long_a_text_is_cut(self) -> None:
        self.assertEqual(len(sanitise("x" * (MAX_CONTENT + 10))), MAX_CONTENT)

    @QUIET
    @given(markup)
    def test_twice_is_once(self, html: str) -> None:
        once = sanitise(html)
        self.assertEqual(sanitise(once), once)

    @QUIET
    @given(markup)
    def test_nothing_that_could_act_is_left(self, html: str) -> None:
        clean = sanitise(html)
        self.assertNotIn("\0", clean)
        tree = parser.fragment_fromstring(clean, create_parent="div")
        for element in tree.iterdescendants():
            self.assertIn(element.tag, KEPT)
            self.assertLessEqual(set(element.attrib), ATTRIBUTES.get(element.tag, set()) | GLOBAL_ATTRIBUTES)
            if element.tag == "a":
                self.assertIn(re.match(r"[a-z]+", element.attrib["href"].lower())[0], SCHEMES)  # type: ignore[index]
                self.assertIn("nofollow noopener", element.attrib["rel"])

    def test_long_hostile_markup_comes_to_an_end(self) -> None:
        for piece in (*HOSTILE, "<b>" * 90 + "</i>" * 500, "<i class=a><b><p>", "<a href=http://x.example>"):
            once = sanitise(piece * (40_000 // len(piece)))
            self.assertLess(len(once), 10 * MAX_CONTENT)
