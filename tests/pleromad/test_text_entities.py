from __future__ import annotations

from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from pleromad.hosts import ascii_host
from pleromad.text import escape, find_handles, find_hashtags, find_shortcodes, normal_tag, plain_name
from pleromad.text.entities import scan
from tests.pleromad.text_strategies import HOSTILE, QUIET, texts


class HandleTests(SynchronousTestCase):
    def test_they_are_found_as_typed_once_and_in_order(self) -> None:
        self.assertEqual(
            find_handles("@al hi @Bob_1@Far.example, (@al) @c.d! @al"), ["al", "Bob_1@Far.example", "c.d"]
        )

    def test_a_port_and_an_international_host_belong_to_them(self) -> None:
        self.assertEqual(
            find_handles("@a@localhost:4000 @b@bücher.example."), ["a@localhost:4000", "b@bücher.example"]
        )

    def test_the_sentence_after_them_does_not(self) -> None:
        self.assertEqual(
            find_handles("@al. @bo@far.example. @cy: @di's ¿@ed?"), ["al", "bo@far.example", "cy", "di", "ed"]
        )

    def test_mail_addresses_and_urls_name_nobody(self) -> None:
        self.assertEqual(
            find_handles(
                "me@mail.example a.b+c@d.example https://x.example/@al x.example/@al xmpp:al@x.example"
            ),
            [],
        )

    def test_code_names_nobody(self) -> None:
        self.assertEqual(find_handles("`@al` ```\n@bo\n``` @cy"), ["cy"])

    def test_half_a_name_is_none(self) -> None:
        self.assertEqual(find_handles(f"@alé @ @- @{'a' * 70} @al@{'b' * 300}"), [])

    def test_a_handle_needs_a_boundary_before_it(self) -> None:
        self.assertEqual(find_handles("x@al @al@bo@cy .@di 見て@ed"), ["di"])


class HashtagTests(SynchronousTestCase):
    def test_they_are_letters_of_any_script_with_their_marks(self) -> None:
        self.assertEqual(
            find_hashtags("#Tag #täg #नमस्ते #日本・語 ＃全角 #a_b"),
            ["Tag", "täg", "नमस्ते", "日本・語", "全角", "a_b"],
        )

    def test_numbers_anchors_and_entities_are_none(self) -> None:
        self.assertEqual(find_hashtags("#123 #1_2 https://x.example/#frag a#b &#39; /#c ##d #"), [])

    def test_too_long_a_word_is_none(self) -> None:
        self.assertEqual(find_hashtags("#" + "a" * 500), [])

    def test_they_have_one_spelling_in_the_store(self) -> None:
        self.assertEqual(normal_tag("ＰＬＥＲＯＭＡ"), "pleroma")
        self.assertEqual(normal_tag("TäG"), normal_tag("ta\u0308g"))


class ShortcodeTests(SynchronousTestCase):
    def test_they_stand_between_colons(self) -> None:
        self.assertEqual(find_shortcodes(":blobcat: :a+1::b: :blobcat:"), ["blobcat", "a+1", "b"])

    def test_times_code_and_urls_have_none(self) -> None:
        self.assertEqual(find_shortcodes("12:30:45 `:a:` https://x.example/:b:/"), [])


class UrlTests(SynchronousTestCase):
    def urls(self, text: str) -> list[tuple[str, str]]:
        return [(text[f.start : f.end], f.value) for f in scan(text) if f.kind == "url"]

    def test_punctuation_after_them_is_the_sentences(self) -> None:
        for tail in (".", ",", "!", "?", ":", "...", ").", '"', "'", "、", "。", "」", "）", "*"):
            self.assertEqual(self.urls(f"(see https://e.example/a{tail}")[0][0], "https://e.example/a", tail)

    def test_brackets_that_are_opened_in_them_are_theirs(self) -> None:
        self.assertEqual(self.urls("https://e.example/a_(b)")[0][0], "https://e.example/a_(b)")
        self.assertEqual(self.urls("(https://e.example/a_(b))")[0][0], "https://e.example/a_(b)")
        self.assertEqual(self.urls("[https://e.example/a[1]]")[0][0], "https://e.example/a[1]")

    def test_an_international_host_is_linked_in_ascii(self) -> None:
        self.assertEqual(
            self.urls("見てhttps://BÜCHER.example/ü?q=ä")[0][1], "https://xn--bcher-kva.example/ü?q=ä"
        )

    def test_what_is_none_is_left(self) -> None:
        for text in (
            "https://",
            "https://user:pw@evil.example/",
            "https://-bad-/",
            "javascript://e.example/",
            "http://a..b/",
            "xhttps://e.example",
        ):
            self.assertEqual(self.urls(text), [], text)

    def test_other_schemes_are_known(self) -> None:
        for url in (
            "gopher://e.example/1/",
            "gemini://e.example",
            "irc://e.example/room",
            "xmpp:a@e.example",
            "mailto:a@e.example",
            "magnet:?xt=urn:btih:1",
        ):
            self.assertEqual(self.urls(f"at {url} there"), [(url, url)])

    def test_a_port_and_an_address_may_stand_for_the_host(self) -> None:
        for url in ("http://localhost:4000/x", "http://127.0.0.1/", "http://[::1]:80/"):
            self.assertEqual(self.urls(url)[0][0], url)


class CharacterTests(SynchronousTestCase):
    def test_a_name_is_one_line_without_tricks(self) -> None:
        self.assertEqual(plain_name("  a\r\n\tb\x00\x07\u202ec\u2028d\u200b\ufeff ", 100), "a bc d")

    def test_a_name_is_cut(self) -> None:
        self.assertEqual(plain_name("abc def", 4), "abc")

    def test_emoji_sequences_stay_whole(self) -> None:
        self.assertEqual(plain_name("👩‍👩‍👧 🏳️‍🌈", 50), "👩‍👩‍👧 🏳️‍🌈")

    def test_escaped_text_is_safe_in_text_and_attributes(self) -> None:
        self.assertEqual(escape("<a b=\"c\" d='e'>&"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;")

    def test_hosts_have_one_spelling(self) -> None:
        self.assertEqual(ascii_host("BÜCHER.Example."), "xn--bcher-kva.example")
        self.assertEqual(ascii_host("LocalHost:4000"), "localhost:4000")
        for bad in (
            "",
            "a b",
            "https://x",
            "x/y",
            "-a.example",
            "a..b",
            "a:b",
            "a:0",
            "a:99999999",
            "x" * 300,
            "@",
        ):
            self.assertRaises(ValueError, ascii_host, bad)


class BoundTests(SynchronousTestCase):
    @QUIET
    @given(texts)
    def test_whatever_is_found_stands_in_the_text(self, text: str) -> None:
        position = 0
        for found in scan(text):
            self.assertGreaterEqual(found.start, position)
            self.assertGreater(found.end, found.start)
            position = found.end
            if found.kind != "url":
                self.assertIn(found.value, text[found.start : found.end])

    def test_long_hostile_texts_come_to_an_end(self) -> None:
        for piece in HOSTILE:
            for _ in scan(piece * (100_000 // len(piece))):
                pass
