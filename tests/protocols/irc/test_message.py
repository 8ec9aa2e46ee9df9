"""The codec: lines in, lines out, cut and split, masks."""

from __future__ import annotations

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from protocols.irc.message import (
    BODY_LIMIT_BYTES,
    LineBuffer,
    LineTooLong,
    Message,
    NotUtf8,
    casefold,
    cut,
    encode,
    format_body,
    match,
    parse,
    parse_text,
    split,
    split_source,
)

text = st.text(max_size=80)
word = st.text(st.characters(exclude_characters=" \r\n\0:", exclude_categories=["Cs"]), min_size=1, max_size=12)
tag_key = st.from_regex(r"\+?[a-z]{1,8}(/[a-z]{1,5})?", fullmatch=True)


def read(line: bytes) -> Message:
    message = parse(line)
    assert message is not None
    return message


class ParsingTests(SynchronousTestCase):
    def test_the_parts_of_a_line_are_found(self) -> None:
        message = parse(b"@id=1;+x=a\\sb\\:c :nick!u@h  privmsg  #a   :hello  there : x")
        self.assertEqual(
            message, Message("PRIVMSG", ("#a", "hello  there : x"), "nick!u@h", {"id": "1", "+x": "a b;c"})
        )

    def test_a_colon_inside_a_word_starts_no_text(self) -> None:
        self.assertEqual(read(b"MODE a:b :c").params, ("a:b", "c"))

    def test_an_empty_text_is_a_parameter(self) -> None:
        self.assertEqual(read(b"TOPIC #a :").params, ("#a", ""))

    def test_nothing_is_no_message(self) -> None:
        for line in (b"", b"   ", b":source", b"@a=b", b"@a=b :source "):
            self.assertIsNone(parse(line), line)

    def test_of_a_tag_given_twice_the_last_counts(self) -> None:
        self.assertEqual(read(b"@a=1;a=2;b;c= X").tags, {"a": "2", "b": "", "c": ""})

    def test_a_lone_backslash_in_a_tag_is_dropped(self) -> None:
        self.assertEqual(read(b"@a=b\\ X").tags, {"a": "b"})

    def test_a_line_may_have_510_bytes_and_not_one_more(self) -> None:
        self.assertIsNotNone(parse(b"X " + b"a" * 508))
        self.assertRaises(LineTooLong, parse, b"X " + b"a" * 509)

    def test_tags_may_have_4096_bytes_with_at_and_space(self) -> None:
        self.assertIsNotNone(parse(b"@" + b"a" * 4094 + b" X"))
        self.assertRaises(LineTooLong, parse, b"@" + b"a" * 4095 + b" X")

    def test_what_is_not_utf8_names_its_command_and_label(self) -> None:
        error = self.assertRaises(NotUtf8, parse, b"@label=7 :me privmsg #a :\xe9")
        self.assertEqual((error.command, error.label), ("PRIVMSG", "7"))

    @given(st.binary(max_size=600))
    def test_no_bytes_break_it(self, data: bytes) -> None:
        try:
            message = parse(data)
        except (LineTooLong, NotUtf8):
            return
        if message is not None:
            self.assertTrue(message.command)
            self.assertNotIn("\0", "".join(message.params))


class WritingTests(SynchronousTestCase):
    @given(st.sampled_from(["PRIVMSG", "MODE", "332"]), st.lists(word, max_size=4), text, st.dictionaries(tag_key, text, max_size=3))
    def test_a_message_is_one_line_whatever_is_in_it(self, command: str, middles: list[str], last: str, tags: dict[str, str]) -> None:
        line = encode(Message(command, (*middles, last), "nick!u@h", tags))
        self.assertEqual(line.count(b"\r\n"), 1)
        self.assertTrue(line.endswith(b"\r\n"))
        self.assertNotIn(b"\0", line)
        self.assertEqual(line[:-2].count(b"\n") + line[:-2].count(b"\r"), 0)

    @given(st.lists(word, max_size=4), word, st.dictionaries(tag_key, st.text(max_size=20), max_size=3))
    def test_what_was_written_is_read_again(self, middles: list[str], last: str, tags: dict[str, str]) -> None:
        tags = {key: value.replace("\0", "") for key, value in tags.items()}
        message = Message("PRIVMSG", (*middles, last), "nick!u@h", tags)
        line = encode(message)
        if len(line.split(b" ", 1)[0]) < 4000 and len(line) < 500:
            self.assertEqual(parse(line[:-2]), message)

    def test_text_gets_its_colon_where_small_clients_need_it(self) -> None:
        self.assertEqual(format_body(Message("PRIVMSG", ("#a", "hi"))), "PRIVMSG #a :hi")
        self.assertEqual(format_body(Message("MODE", ("#a", "+o", "bob"))), "MODE #a +o bob")

    def test_a_line_from_elsewhere_cannot_begin_another(self) -> None:
        self.assertEqual(encode(Message("332", ("me", "#a", "x\r\nQUIT :y"))), b"332 me #a :x  QUIT :y\r\n")
        self.assertEqual(encode(Message("WHO", ("a b", ":c", "d"))), b"WHO a_b 0:c d\r\n")

    def test_the_body_is_cut_at_its_limit_at_the_end_of_a_character(self) -> None:
        line = encode(Message("PRIVMSG", ("#a", "é" * 600)))
        self.assertLessEqual(len(line), BODY_LIMIT_BYTES)
        line.decode()


class LineBufferTests(SynchronousTestCase):
    @given(st.lists(st.binary(max_size=40).filter(lambda b: b"\n" not in b and not b.endswith(b"\r")), max_size=8), st.data())
    def test_how_the_bytes_are_cut_up_makes_no_difference(self, lines: list[bytes], data: st.DataObject) -> None:
        stream = b"".join(line + data.draw(st.sampled_from([b"\n", b"\r\n"])) for line in lines)
        buffer = LineBuffer()
        got: list[bytes | None] = []
        while stream:
            size = data.draw(st.integers(1, len(stream)))
            got += buffer.feed(stream[:size])
            stream = stream[size:]
        self.assertEqual(got, [line for line in lines if line])

    def test_an_endless_line_is_told_once_and_costs_no_memory(self) -> None:
        buffer = LineBuffer(100)
        got = [each for _ in range(50) for each in buffer.feed(b"x" * 90)]
        self.assertEqual(got, [None])
        self.assertEqual(list(buffer.feed(b"\nPING a\n")), [b"PING a"])


class SplittingTests(SynchronousTestCase):
    @given(st.text(max_size=300), st.integers(4, 60))
    def test_pieces_fit_and_nothing_but_a_space_is_lost(self, whole: str, limit: int) -> None:
        pieces = split(whole, limit)
        self.assertTrue(all(len(piece.encode()) <= limit for piece in pieces))
        self.assertEqual("".join(pieces).replace(" ", ""), whole.replace(" ", ""))

    def test_it_breaks_at_spaces(self) -> None:
        self.assertEqual(split("one two three four", 10), ["one two", "three four"])

    @given(st.text(max_size=100), st.integers(0, 100))
    def test_a_cut_is_a_beginning_in_whole_characters(self, whole: str, limit: int) -> None:
        piece = cut(whole.encode(), limit)
        self.assertLessEqual(len(piece), limit)
        self.assertTrue(whole.startswith(piece.decode()))


class MaskTests(SynchronousTestCase):
    @given(st.text("ab*?!", max_size=12), st.text("ab!", max_size=12))
    def test_it_agrees_with_the_shell(self, mask: str, name: str) -> None:
        self.assertEqual(match(mask, name), fnmatchcase(name, mask))

    def test_case_and_escapes(self) -> None:
        self.assertTrue(match("AL?CE!*@*.EXAMPLE", "alice!x@there.example"))
        self.assertTrue(match(r"a\*b", "a*b"))
        self.assertFalse(match(r"a\*b", "axb"))
        self.assertFalse(match("a", "ab"))

    def test_many_stars_are_quick(self) -> None:
        self.assertFalse(match("*a" * 60 + "b", "a" * 300))


class NamesTests(SynchronousTestCase):
    def test_only_ascii_is_folded(self) -> None:
        self.assertEqual(casefold("ÄBC[]"), "Äbc[]")

    def test_a_source_has_three_parts(self) -> None:
        self.assertEqual(split_source("n!u@h"), ("n", "u", "h"))
        self.assertEqual(split_source("bob/far.example!bob@far.example"), ("bob/far.example", "bob", "far.example"))
        self.assertEqual(split_source("server.example"), ("server.example", "", ""))

    def test_text_frames_are_read_alike(self) -> None:
        self.assertEqual(parse_text("@a=b PING :x"), Message("PING", ("x",), "", {"a": "b"}))
