from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from pleromad.text import CONTENT_TYPES, MentionTarget, Rendered, handles_in, render, render_line, sanitise
from tests.pleromad.text_strategies import HOSTILE, QUIET, markup, texts

BOB = '<span class="h-card"><a href="https://here.example/@bob" class="u-url mention" rel="nofollow noopener">@<span>bob</span></a></span>'
TAG = '<a href="https://here.example/tags/tag" class="mention hashtag" rel="tag nofollow noopener">#<span>Tag</span></a>'


def mention(handle: str) -> MentionTarget | None:
    name, _, host = handle.partition("@")
    if name in ("bob", "some_name_"):
        return MentionTarget(name, f"https://{host or 'here.example'}/@{name}")
    return None


def tag_url(name: str) -> str:
    return f"https://here.example/tags/{name}"


def rendered(text: str, content_type: str = "text/plain") -> Rendered:
    return render(text, content_type, mention=mention, tag_url=tag_url)


class PlainTests(SynchronousTestCase):
    def test_blank_lines_make_paragraphs_and_line_ends_breaks(self) -> None:
        self.assertEqual(rendered("a\nb\n \n\nc\n").html, "<p>a<br>b</p><p>c</p>")
        self.assertEqual(rendered(" \n ").html, "")

    def test_markup_is_shown_as_typed(self) -> None:
        self.assertEqual(rendered("<b>a</b> & &amp;").html, "<p>&lt;b&gt;a&lt;/b&gt; &amp; &amp;amp;</p>")

    def test_mentions_and_hashtags_have_mastodons_markup(self) -> None:
        done = rendered("@bob #Tag @nobody #tag")
        again = TAG.replace(">Tag<", ">tag<")
        self.assertEqual(done, Rendered(f"<p>{BOB} {TAG} @nobody {again}</p>", ("bob",), ("tag",)))

    def test_links_hide_what_nobody_reads(self) -> None:
        done = rendered("https://www.e.example/a https://e.example/0123456789012345678901234567890")
        self.assertEqual(
            done.html,
            '<p><a href="https://www.e.example/a" target="_blank" rel="nofollow noopener"><span class="invisible">https://www.</span>'
            '<span>e.example/a</span></a> <a href="https://e.example/0123456789012345678901234567890" target="_blank" '
            'rel="nofollow noopener"><span class="invisible">https://</span><span class="ellipsis">e.example/01234567890123456789</span>'
            '<span class="invisible">01234567890</span></a></p>',
        )

    def test_who_a_handle_means_is_asked_as_typed(self) -> None:
        asked: list[str] = []
        render("@Al@Far.example `@no` me@mail.example", "text/plain", mention=asked.append, tag_url=tag_url)
        self.assertEqual(asked, ["Al@Far.example"])

    def test_code_over_several_lines_names_nobody(self) -> None:
        self.assertEqual(
            handles_in("@al ```\n\n@bob\n\n``` @cy@far.example", "text/plain"), ["al", "cy@far.example"]
        )

    def test_an_unknown_type_is_plain(self) -> None:
        self.assertEqual(rendered("*a*", "text/x.unknown").html, "<p>*a*</p>")

    def test_a_target_that_is_no_address_is_no_link(self) -> None:
        done = render(
            "@bob #x",
            "text/plain",
            mention=lambda h: MentionTarget("bob", "javascript:x"),
            tag_url=lambda n: "javascript:y",
        )
        self.assertEqual(done.html, "<p>@bob #x</p>")


class LineTests(SynchronousTestCase):
    def test_it_is_a_line_with_links_and_no_paragraph(self) -> None:
        html = render_line(" <b> &\n #Tag @bob ", tag_url=tag_url)
        self.assertEqual(html, f"&lt;b&gt; &amp; {TAG} @bob")
        self.assertEqual(sanitise(html), html)
        self.assertEqual(render_line("", tag_url=tag_url), "")


class MarkdownTests(SynchronousTestCase):
    def html(self, text: str) -> str:
        return rendered(text, "text/markdown").html

    def test_its_markup_becomes_html(self) -> None:
        self.assertEqual(
            self.html("# H\n\n*a* **b** ~~c~~ `d`\ne\n\n> q\n\n- x\n- y\n\n2. z"),
            "<h1>H</h1><p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code><br>e</p><blockquote><p>q</p></blockquote>"
            '<ul><li>x</li><li>y</li></ul><ol start="2"><li>z</li></ol>',
        )

    def test_tables_and_code_blocks(self) -> None:
        self.assertIn("<td>1</td>", self.html("|a|b|\n|-|-|\n|1|2|"))
        self.assertEqual(self.html("```py\n@bob\n  #x\n```"), "<pre><code>@bob\n  #x\n</code></pre>")

    def test_raw_html_is_shown_as_typed(self) -> None:
        self.assertEqual(self.html("<b>a</b><script>"), "<p>&lt;b&gt;a&lt;/b&gt;&lt;script&gt;</p>")

    def test_names_tags_and_addresses_keep_their_underscores(self) -> None:
        html = self.html("@some_name_ #a_b_c https://e.example/x_y_z*w*v _it_")
        self.assertIn("@<span>some_name_</span>", html)
        self.assertIn("#<span>a_b_c</span>", html)
        self.assertIn('href="https://e.example/x_y_z*w*v"', html)
        self.assertIn("<em>it</em>", html)

    def test_mentions_in_code_and_links_are_none(self) -> None:
        done = rendered("`@bob` [@bob](https://e.example)", "text/markdown")
        self.assertEqual(done.handles, ())
        self.assertEqual(handles_in("`@bob` [@al](https://e.example) @cy", "text/markdown"), ["cy"])

    def test_pictures_become_links_and_wicked_links_text(self) -> None:
        self.assertIn('<a href="https://e.example/x.png"', self.html("![alt](https://e.example/x.png)"))
        self.assertNotIn("<a", self.html("[x](javascript:alert(1))"))


class HtmlTests(SynchronousTestCase):
    def test_it_is_sanitised_and_named_are_linked(self) -> None:
        done = rendered('<p onclick="x">@bob <b>#Tag</b> <script>y</script></p>', "text/html")
        self.assertEqual(done.html, f"<p>{BOB} <b>{TAG}</b> </p>")
        self.assertEqual((done.handles, done.tags), (("bob",), ("tag",)))

    def test_links_that_are_there_stay(self) -> None:
        html = rendered('<a href="https://e.example/@bob">@bob https://x.example</a>', "text/html")
        self.assertEqual(
            html.html,
            '<a href="https://e.example/@bob" target="_blank" rel="nofollow noopener">@bob https://x.example</a>',
        )
        self.assertEqual(html.handles, ())


class BbcodeTests(SynchronousTestCase):
    def html(self, text: str) -> str:
        return rendered(text, "text/bbcode").html

    def test_its_markup_becomes_html(self) -> None:
        self.assertEqual(
            self.html("[b]a[/b] [i]b[/i] [u]c[/u] [s]d[/s]\ne"),
            "<p><strong>a</strong> <em>b</em> <u>c</u> <del>d</del><br>e</p>",
        )
        self.assertEqual(self.html("[quote]a[/quote]\nb"), "<blockquote>a</blockquote><p>b</p>")
        self.assertEqual(self.html("[list][*]a\n[*]b[/list]"), "<ul><li>a</li><li>b</li></ul>")
        self.assertEqual(
            self.html("[url=https://e.example]a[/url]"),
            '<p><a href="https://e.example" target="_blank" rel="nofollow noopener">a</a></p>',
        )

    def test_code_is_left_alone(self) -> None:
        self.assertEqual(self.html("[code][b]@bob[/b][/code]"), "<p><code>[b]@bob[/b]</code></p>")

    def test_what_it_does_not_know_stays_as_typed(self) -> None:
        self.assertEqual(self.html("[foo] [1] <b> [url]"), "<p>[foo] [1] &lt;b&gt; [url]</p>")

    def test_wicked_addresses_are_text(self) -> None:
        self.assertNotIn("<a", self.html("[url=javascript:x]a[/url] [url]javascript:x[/url]"))


class AllTypesTests(SynchronousTestCase):
    @QUIET
    @given(texts | markup, st.sampled_from(CONTENT_TYPES))
    def test_it_never_raises_and_sanitising_changes_nothing(self, text: str, content_type: str) -> None:
        done = rendered(text, content_type)
        self.assertEqual(sanitise(done.html), done.html)

    @QUIET
    @given(texts, st.sampled_from(CONTENT_TYPES))
    def test_those_named_are_linked_and_no_others(self, text: str, content_type: str) -> None:
        done = rendered(text, content_type)
        self.assertEqual("bob" in done.handles, '"https://here.example/@bob"' in done.html)
        self.assertEqual("tag" in done.tags, '"https://here.example/tags/tag"' in done.html)

    def test_long_hostile_texts_come_to_an_end(self) -> None:
        for content_type in CONTENT_TYPES:
            for piece in HOSTILE:
                rendered(piece * (4_000 // len(piece)), content_type)
