"""Mode strings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from protocols.irc.channels import normal_mask
from protocols.irc.modes import CHANGES_LIMIT, Change, compose, parse

letters = st.sampled_from("ovhkbeIlimnst")
param = st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    letter, given_ = draw(letters), draw(st.booleans())
    needs = letter in "ovhkbeI" or (letter == "l" and given_)
    return Change(given_, letter, draw(param) if needs else None)


class ModeTests(SynchronousTestCase):
    def test_parameters_go_to_the_letters_that_take_them(self) -> None:
        self.assertEqual(
            parse(["+ov-lk+n", "alice", "bob", "key"]),
            [
                Change(True, "o", "alice"),
                Change(True, "v", "bob"),
                Change(False, "l"),
                Change(False, "k", "key"),
                Change(True, "n"),
            ],
        )

    def test_a_list_letter_without_a_parameter_asks(self) -> None:
        self.assertEqual(parse(["+b"]), [Change(True, "b")])
        self.assertEqual(parse(["b"]), [Change(True, "b")])

    def test_unknown_letters_are_kept_for_the_refusal(self) -> None:
        self.assertEqual(parse(["+Xn"]), [Change(True, "X"), Change(True, "n")])

    def test_there_is_a_limit(self) -> None:
        self.assertEqual(len(parse(["+" + "n" * 400])), CHANGES_LIMIT)

    def test_signs_are_said_once(self) -> None:
        said = compose([Change(True, "n"), Change(True, "o", "a"), Change(False, "t"), Change(False, "v", "b")])
        self.assertEqual(list(said), [("+no-tv", "a", "b")])

    def test_long_parameters_go_on_another_line(self) -> None:
        said = list(compose([Change(True, "b", "x" * 150 + str(n)) for n in range(4)]))
        self.assertEqual([words[0] for words in said], ["+bb", "+bb"])

    @given(st.lists(changes(), max_size=CHANGES_LIMIT))
    def test_what_was_composed_is_parsed_again(self, wanted: list[Change]) -> None:
        self.assertEqual([change for words in compose(wanted) for change in parse(list(words))], wanted)

    @given(st.lists(st.text(max_size=20), max_size=5))
    def test_nothing_breaks_it(self, words: list[str]) -> None:
        parse(words)


class MaskFormTests(SynchronousTestCase):
    def test_parts_that_are_missing_are_stars(self) -> None:
        for typed, meant in (
            ("bob", "bob!*@*"),
            ("*@far.example", "*!*@far.example"),
            ("bob!u", "bob!u@*"),
            ("!@", "*!*@*"),
            ("bob/far.example", "bob/far.example!*@*"),
            ("~a:bob", "~a:bob"),
        ):
            self.assertEqual(normal_mask(typed), meant)
