"""The table of quirks is true: its functions are there, its documents are read as it says, its page is current."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from twisted.trial.unittest import TestCase

from pleromad.errors import Invalid
from pleromad.ids import PUBLIC
from protocols.activitypub import quirks, to_core
from protocols.activitypub.receiving.flags import MAX_COMMENT
from protocols.activitypub.to_core.activities import inner_of
from protocols.activitypub.to_core.pieces import text_of
from tests.protocols.activitypub.shapes import BOB, FAR, SHAPES

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


def said(name: str) -> to_core.Said:
    return to_core.said(SHAPES[name], NOW)


class TableTests(TestCase):
    def test_the_page_is_current(self) -> None:
        self.assertEqual((ROOT / "docs" / "quirks.md").read_text(), quirks.printed())

    def test_functions_and_documents_are_there(self) -> None:
        for one in quirks.QUIRKS:
            module, _, name = one.function.partition(":")
            self.assertTrue(hasattr(importlib.import_module(f"protocols.activitypub.{module}"), name), one)
            self.assertIn(one.fixture, SHAPES)
        self.assertEqual({one.fixture for one in quirks.QUIRKS}, set(SHAPES))

    def test_every_note_is_read_as_public(self) -> None:
        for name, document in SHAPES.items():
            if "attributedTo" not in document or name in ("pleroma_chat", "mastodon_vote", "snac_vote", "gnusocial_note"):
                continue
            with self.subTest(name):
                note = said(name).note
                self.assertIn(PUBLIC, note.to)
                self.assertTrue(note.content or note.attachments or note.title, name)


class NoteTests(TestCase):
    def test_conversations_tags_and_summaries(self) -> None:
        self.assertEqual((said("pleroma_note").note.conversation_uri, said("pleroma_note").note.tags), (f"{FAR}/contexts/7", ("tea", "cofe")))
        self.assertEqual(said("kroeg_note").note.tags, ("tea",))
        self.assertEqual(said("takahe_note").note.conversation_uri, "tag:far.example,2026:1")
        self.assertEqual(said("snac_note").note.spoiler_text, "")
        self.assertEqual(said("plume_article").note.spoiler_text, "")
        self.assertEqual(said("content_map").note.content, "<p>Guten Tag</p>")
        self.assertEqual(said("plume_article").note.source, "# First")

    def test_who_said_it(self) -> None:
        for name in ("friendica_note", "peertube_video", "hubzilla_image"):
            self.assertEqual(said(name).author, BOB, name)
        self.assertEqual(said("mobilizon_event").author, f"{FAR}/@club")

    def test_media(self) -> None:
        for name, media_type in (
            ("pleroma_chat", "image/png"), ("owncast_note", "image/jpeg"), ("pixelfed_note", "image/jpeg"), ("funkwhale_audio", "audio/ogg"),
            ("peertube_video", "video/mp4"), ("hubzilla_image", "image/jpeg"), ("mastodon_note", "image/png"),
        ):  # fmt: skip
            self.assertEqual([one.media_type for one in said(name).note.attachments], [media_type], name)
        self.assertEqual(said("mastodon_note").note.attachments[0].focus, (0.0, -0.5))

    def test_polls_and_votes(self) -> None:
        for name, counts in (("misskey_poll", [1, 1]), ("smithereen_poll", [0, 1])):
            poll = said(name).note.poll
            assert poll is not None
            self.assertEqual(([count for _, count in poll.options], poll.expires_at), (counts, None))
        self.assertEqual((said("mastodon_vote").choice, said("snac_vote").choice), ("Tea", "Tea"))

    def test_links_and_pages(self) -> None:
        self.assertIn("https://news.example/story", said("lemmy_page").note.content)
        self.assertEqual(said("lemmy_page").audience, (f"{FAR}/c/main",))
        self.assertEqual(said("friendica_note").note.url, f"{FAR}/display/1")
        self.assertEqual(said("prismo_article").note.url, f"{FAR}/posts/1")
        self.assertEqual(said("threads_note").note.url, "https://www.far-pages.example/@bob/post/1")
        self.assertEqual(said("bookwyrm_review").note.title, "Good")

    def test_strange_ones(self) -> None:
        note = said("strange_note").note
        self.assertEqual((note.content, note.to, note.published), ("<p>hi</p>", (PUBLIC,), datetime(2026, 11, 20, 10, 0, 0, 123000, timezone(timedelta(hours=2)))))
        self.assertEqual([emoji.shortcode for emoji in said("fedify_note").note.emojis], ["blob"])
        with self.assertRaises(Invalid):
            said("gnusocial_note")


class ActorTests(TestCase):
    def test_names_and_fields(self) -> None:
        for name, username in (("bridgy_actor", "bob"), ("wordpress_actor", "bob"), ("relay_actor", "actor"), ("microblogpub_actor", "bob")):
            actor = to_core.actor(SHAPES[name])
            self.assertEqual((actor.username, actor.key_id), (username, f"{actor.uri}#main-key"), name)
        self.assertEqual([row[0] for row in to_core.actor(SHAPES["wordpress_actor"]).fields], ["Blog"])
        self.assertEqual(to_core.actor(SHAPES["bridgy_actor"]).url, "https://bob.example/")


class ActivityTests(TestCase):
    def test_what_they_are(self) -> None:
        heard: dict[str, Any] = {name: to_core.heard(document) for name, document in SHAPES.items() if "actor" in document and "attributedTo" not in document}
        self.assertEqual(to_core.emoji_of(heard["misskey_like"].raw), ("🍮", None))
        self.assertEqual(inner_of(heard["undo_by_id"]).id, f"{FAR}/activities/like-1")
        self.assertEqual(text_of(heard["lemmy_flag"].raw, "summary", MAX_COMMENT), "spam")
        self.assertEqual(heard["lemmy_announce"].inline["type"], "Create")
        undone = inner_of(heard["lemmy_undo_delete"])
        self.assertEqual((undone.type, undone.id, undone.object), ("Delete", f"{FAR}/activities/delete/1", f"{FAR}/post/1"))
        self.assertEqual({heard[name].type for name in ("honk_ping", "peertube_view", "lemmy_dislike", "lemmy_add")}, {"Ping", "View", "Dislike", "Add"})
