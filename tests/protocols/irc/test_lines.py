"""Text to lines and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from protocols.irc.flood import Budget
from protocols.irc.lines import pieces, plain, shown
from protocols.irc.message import BODY_LIMIT_BYTES, Message, encode
from protocols.irc.names import acct_of, is_channel, is_guest_nick, is_room_name, is_user, nick_of


class LineTests(SynchronousTestCase):
    @given(st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=900), st.booleans())
    def test_every_piece_goes_out_whole(self, text: str, action: bool) -> None:
        said = f"\x01ACTION {text}\x01" if action else text
        for piece in pieces(said, "nick!user@host.example", "PRIVMSG", "#room"):
            line = encode(Message("PRIVMSG", ("#room", piece), "nick!user@host.example"))
            self.assertLessEqual(len(line), BODY_LIMIT_BYTES)
            self.assertEqual(line, f":nick!user@host.example PRIVMSG #room :{piece}\r\n".encode())

    def test_an_action_stays_one(self) -> None:
        for piece in pieces("\x01ACTION " + "waves " * 200 + "\x01", "n!u@h", "PRIVMSG", "#r"):
            self.assertTrue(piece.startswith("\x01ACTION waves") and piece.endswith("\x01"))

    def test_formatting_is_not_kept(self) -> None:
        self.assertEqual(plain("\x02bold\x02 \x0304,12red\x03 \x1dplain\x0f"), "bold red plain")

    def test_an_action_is_kept_as_me(self) -> None:
        self.assertEqual(plain("\x01ACTION waves\x01"), "/me waves")
        self.assertEqual(shown("/me waves"), "\x01ACTION waves\x01")

    @given(st.text(max_size=100))
    def test_kept_text_can_forge_nothing(self, text: str) -> None:
        for line in text.splitlines():
            said = shown(line)
            inner = said.removeprefix("\x01ACTION ").removesuffix("\x01") if line.startswith("/me ") else said
            self.assertFalse(set(inner) & set(map(chr, range(32))))


class NameTests(SynchronousTestCase):
    def test_people_elsewhere(self) -> None:
        self.assertEqual(nick_of("bob@far.example"), "bob/far.example")
        for typed in ("bob/far.example", "bob@far.example", "@bob@far.example"):
            self.assertEqual(acct_of(typed), "bob@far.example")

    def test_what_names_may_be(self) -> None:
        self.assertTrue(is_guest_nick("[a]b-1"))
        for nick in ("1a", "a b", "a" * 33, "", "a!b", "é"):
            self.assertFalse(is_guest_nick(nick), nick)
        self.assertTrue(is_channel("#a") and is_channel("&a/b"))
        for name in ("a", "#", "#a b", "#a,b", "#a\x07", "#" + "é" * 40):
            self.assertFalse(is_channel(name), name)
        self.assertTrue(is_room_name("tea.time-2") and is_room_name("tea@far.example:4000"))
        for name in ("Tea", ".a", "a.", "", "a@", "a b"):
            self.assertFalse(is_room_name(name), name)
        self.assertTrue(is_user("me"))
        self.assertFalse(is_user("m e") or is_user("m@e") or is_user(""))


class BudgetTests(SynchronousTestCase):
    def test_a_burst_is_free_and_then_it_is_slow(self) -> None:
        budget = Budget(3.0, 2.0, 0.0)
        self.assertEqual([budget.spend(1, 0.0) for _ in range(5)], [0, 0, 0, 0.5, 1.0])

    def test_time_gives_it_back(self) -> None:
        budget = Budget(3.0, 2.0, 0.0)
        for _ in range(3):
            budget.spend(1, 0.0)
        self.assertEqual(budget.spend(1, 10.0), 0)
