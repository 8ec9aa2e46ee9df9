"""Notes as lines."""

from __future__ import annotations

from dataclasses import replace

from pleromad.model.media import Media, MediaKind
from pleromad.model.note import Note, PollDraft
from protocols.irc.from_core import LINES, edited_lines, note_lines
from tests.support.core import CoreCase

PICTURE = Media(
    id=1, account_id=None, note_id=None, kind=MediaKind.IMAGE, media_type="image/png", url="https://here.example/media/a.png",
    preview_url=None, remote_url=None, description="a cat\r\nQUIT :x", blurhash=None, width=None, height=None, preview_width=None,
    preview_height=None, duration_seconds=None, size_bytes=None, focus=None,
)  # fmt: skip


class NoteLineTests(CoreCase):
    async def note(self, text: str, **more: object) -> Note:
        return await self.say(await self.person("alice"), text, **more)

    async def test_html_of_elsewhere_becomes_text(self) -> None:
        note = replace(await self.note("x"), local=False, source="", content="<p>one<br>two</p><p>three &amp; four</p>")
        self.assertEqual(note_lines(note), ("one", "two", "three & four"))

    async def test_many_lines_end_with_the_link(self) -> None:
        note = await self.note("\n".join(f"line {n}" for n in range(20)))
        lines = note_lines(note)
        self.assertEqual(len(lines), LINES + 1)
        self.assertEqual(lines[-1], f"… {note.url}")

    async def test_a_very_long_line_is_cut_and_ends_with_the_link(self) -> None:
        lines = note_lines(await self.note("é" * 3000))
        self.assertEqual(len(lines), 2)
        self.assertLessEqual(len(lines[0].encode()), 1600)

    async def test_pictures_are_their_descriptions(self) -> None:
        note = replace(await self.note("look"), media=(PICTURE,))
        self.assertEqual(note_lines(note), ("look", "[image: a cat QUIT :x] https://here.example/media/a.png"))

    async def test_a_note_of_nothing_but_a_picture_has_a_line(self) -> None:
        note = replace(await self.note("x"), source="", content="", media=(PICTURE,))
        self.assertEqual(len(note_lines(note)), 1)

    async def test_a_poll_shows_its_options(self) -> None:
        note = await self.note("tea?", poll=PollDraft(("yes", "no"), 3600))
        self.assertEqual(note_lines(note), ("tea?", "Poll: yes | no"))

    async def test_an_edit_of_an_action_is_no_action(self) -> None:
        self.assertEqual(edited_lines(await self.note("/me waves")), ("* edited: waves",))
