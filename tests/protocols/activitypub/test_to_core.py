"""ActivityStreams in the shapes that other software really sends, and in any shape at all."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import TestCase

from pleromad.errors import Forbidden, Invalid, PleromadError
from pleromad.ids import PUBLIC
from pleromad.model.note import Emoji
from protocols.activitypub import documents, to_core
from protocols.activitypub.origins import origin_of, same_origin
from protocols.activitypub.to_core import pieces, tags
from protocols.activitypub.to_core.activities import inner_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BOB = "https://far.example/users/bob"


def note(**more: Any) -> dict[str, Any]:
    return {
        "id": "https://far.example/notes/1",
        "type": "Note",
        "attributedTo": BOB,
        "content": "<p>hi</p>",
        "to": [PUBLIC],
        "cc": [f"{BOB}/followers"],
        "published": "2026-11-23T11:00:00Z",
        **more,
    }


def person(**more: Any) -> dict[str, Any]:
    return {
        "id": BOB,
        "type": "Person",
        "preferredUsername": "bob",
        "inbox": f"{BOB}/inbox",
        "outbox": f"{BOB}/outbox",
        "followers": f"{BOB}/followers",
        "publicKey": {"id": f"{BOB}#main-key", "owner": BOB, "publicKeyPem": "PEM"},
        **more,
    }


def said(**more: Any) -> to_core.Said:
    return to_core.said(note(**more), NOW)


class PiecesTests(TestCase):
    def test_a_thing_is_an_id_an_object_a_list_of_either_or_null(self) -> None:
        for value, ids in (
            ("https://a.example/1", ["https://a.example/1"]),
            ({"id": "https://a.example/1"}, ["https://a.example/1"]),
            ({"type": "Link", "href": "https://a.example/1"}, ["https://a.example/1"]),
            ([{"id": "x"}, "y", None, 3, ["z"]], ["x", "y", "z"]),
            (None, []),
            (7, []),
            ({"id": None}, []),
        ):
            self.assertEqual(pieces.as_ids(value), ids)

    def test_as_public_has_three_spellings(self) -> None:
        for spelling in (PUBLIC, "as:Public", "Public"):
            self.assertEqual(pieces.addresses(spelling), (PUBLIC,))

    def test_a_type_may_be_a_list_or_a_full_iri(self) -> None:
        for type in ("Note", ["Note"], "https://www.w3.org/ns/activitystreams#Note", ["Odd", "as:Note"]):
            self.assertEqual(pieces.type_of({"type": type}, frozenset({"Note"})), "Note")

    def test_a_prefix_that_was_left_is_no_matter(self) -> None:
        self.assertTrue(to_core.actor(person(**{"toot:discoverable": True})).discoverable)

    def test_times(self) -> None:
        for text, moment in (
            ("2026-11-23T11:00:00Z", datetime(2026, 11, 23, 11, tzinfo=UTC)),
            ("2026-11-23T12:00:00.123456789+01:00", datetime(2026, 11, 23, 11, 0, 0, 123456, tzinfo=UTC)),
            ("2026-11-23T11:00:00", datetime(2026, 11, 23, 11, tzinfo=UTC)),
            ("0001-01-01T00:00:00+14:00", None),
            ("9999-12-31T23:59:59-12:00", None),
            ("soon", None),
            (None, None),
            (12, None),
        ):
            self.assertEqual(pieces.as_time(text), moment, text)

    def test_texts_and_language_maps(self) -> None:
        self.assertEqual(pieces.text_of({"name": None, "nameMap": {"de": "Hallo", "en": "Hello"}}, "name", 99), "Hallo")
        self.assertEqual(pieces.text_of({"name": {"@value": "Hi", "@language": "en"}}, "name", 99), "Hi")
        self.assertEqual(pieces.text_of({"name": "long"}, "name", 2), "lo")
        self.assertEqual(pieces.text_of({"name": {"en": {"en": {"en": {"en": {"en": "deep"}}}}}}, "name", 99), "")

    def test_durations(self) -> None:
        from protocols.activitypub.to_core.attachments import seconds_of

        for text, seconds in (("PT1M2.5S", 62.5), ("P1DT1H", 90000.0), ("PT", None), ("P" + "1" * 100, None), (12, 12.0), (True, None)):
            self.assertEqual(seconds_of(text), seconds)


class OriginTests(TestCase):
    """S25: one comparison, by scheme, host and port."""

    def test_the_same(self) -> None:
        for one, other in (
            ("https://a.example/x", "https://A.EXAMPLE:443/y?z"),
            ("https://bücher.example/", "https://xn--bcher-kva.example/x"),
            ("http://a.example:80/", "http://a.example"),
            ("https://a.example", "https://a.example/#main-key"),
        ):
            self.assertTrue(same_origin(one, other), (one, other))

    def test_not_the_same(self) -> None:
        for one, other in (
            ("https://a.example/", "http://a.example/"),
            ("https://a.example/", "https://a.example:4000/"),
            ("https://a.example/", "https://a.example.evil.example/"),
            ("https://a.example/", "https://b.a.example/"),
            ("https://a.example/", "https://evil.example/a.example/"),
        ):
            self.assertFalse(same_origin(one, other), (one, other))

    def test_no_origin(self) -> None:
        for uri in (
            "",
            "acct:a@a.example",
            "tag:a.example,2020:x",
            "https://user@a.example/",
            "https://a.example@evil.example/",
            "https://evil.example\\@a.example/",
            "https://a.example /",
            "https:///x",
            "https://a.example:port/",
            "javascript:alert(1)",
            "https://a.example/" + "x" * 3000,
        ):
            self.assertIsNone(origin_of(uri), uri)
        self.assertFalse(same_origin("", ""))


class NoteTests(TestCase):
    def test_a_note_as_mastodon_writes_it(self) -> None:
        found = said(
            url="https://far.example/@bob/1",
            summary="a warning",
            sensitive=True,
            inReplyTo="https://third.example/1",
            conversation="tag:far.example,2026:1",
            contentMap={"de": "<p>hi</p>"},
            tag=[
                {"type": "Mention", "href": "https://here.example/users/alice", "name": "@alice@here.example"},
                {"type": "Hashtag", "href": "https://far.example/tags/Foo", "name": "#Foo"},
                {"type": "Emoji", "name": ":blob:", "icon": {"type": "Image", "url": "https://far.example/blob.png"}},
            ],
            attachment=[{"type": "Document", "mediaType": "image/png", "url": "https://far.example/1.png", "name": "a cat", "blurhash": "UFE_.", "focalPoint": [0.5, -1], "width": 3, "height": 4}],
        )
        self.assertEqual(found.author, BOB)
        self.assertEqual(found.mentions, ("https://here.example/users/alice",))
        self.assertEqual((found.note.spoiler_text, found.note.sensitive, found.note.language), ("a warning", True, "de"))
        self.assertEqual((found.note.tags, found.note.emojis), (("foo",), (Emoji("blob", "https://far.example/blob.png"),)))
        (media,) = found.note.attachments
        self.assertEqual((media.description, media.focus, media.width), ("a cat", (0.5, -1.0), 3))
        self.assertEqual(found.note.conversation_uri, "tag:far.example,2026:1")
        self.assertEqual(found.note.in_reply_to_uri, "https://third.example/1")

    def test_texts_in_place_of_lists(self) -> None:
        """Takahe: `to` and `cc` as texts, the short form of Public, an empty summary."""
        found = said(to="as:Public", cc="https://far.example/users/bob/followers", summary="", tag={"type": "Hashtag", "name": "#one"})
        self.assertEqual((found.note.to, found.note.tags), ((PUBLIC,), ("one",)))

    def test_a_summary_of_markup_alone_is_none(self) -> None:
        """snac."""
        self.assertEqual(said(summary="<br>").note.spoiler_text, "")

    def test_one_attachment_that_is_no_list(self) -> None:
        """Owncast."""
        found = said(attachment={"type": "Image", "url": "https://far.example/1.jpg"})
        self.assertEqual([(m.url, m.media_type) for m in found.note.attachments], [("https://far.example/1.jpg", "image/jpeg")])

    def test_nulls(self) -> None:
        """Misskey."""
        found = said(inReplyTo=None, summary=None, tag=None, attachment=None, url=None, cc=None, audience=None)
        self.assertEqual((found.note.in_reply_to_uri, found.note.url), (None, found.note.uri))

    def test_a_video_by_a_person_and_their_channel(self) -> None:
        """PeerTube: several authors, a list of links, Markdown, an ISO duration."""
        found = to_core.said(
            {
                "id": "https://tube.example/videos/1",
                "type": "Video",
                "name": "A film",
                "duration": "PT93S",
                "content": "**look**",
                "mediaType": "text/markdown",
                "attributedTo": [{"type": "Person", "id": "https://tube.example/a/joe"}, {"type": "Group", "id": "https://tube.example/c/films"}],
                "icon": [{"type": "Image", "url": "https://tube.example/small.jpg", "width": 80}, {"type": "Image", "url": "https://tube.example/large.jpg", "width": 800}],
                "url": [
                    {"type": "Link", "mediaType": "text/html", "href": "https://tube.example/w/1"},
                    {
                        "type": "Link",
                        "mediaType": "application/x-mpegURL",
                        "href": "https://tube.example/1.m3u8",
                        "tag": [{"type": "Link", "mediaType": "video/mp4", "href": "https://tube.example/1-720.mp4", "height": 720}],
                    },
                    {"type": "Link", "mediaType": "application/x-bittorrent;x-scheme-handler/magnet", "href": "magnet:?xt=urn:btih:1"},
                ],
                "to": [PUBLIC],
            },
            NOW,
        )
        self.assertEqual((found.author, found.note.title, found.note.url), ("https://tube.example/a/joe", "A film", "https://tube.example/w/1"))
        (film,) = found.note.attachments
        self.assertEqual((film.url, film.duration_seconds, film.preview_url), ("https://tube.example/1-720.mp4", 93.0, "https://tube.example/large.jpg"))
        self.assertIn("<strong>look</strong>", found.note.content)

    def test_a_page_that_is_a_link(self) -> None:
        """Lemmy: no content, a Link attached, the community as audience."""
        found = to_core.said(
            {
                "id": "https://lemmy.example/post/1",
                "type": "Page",
                "attributedTo": "https://lemmy.example/u/joe",
                "name": "News",
                "attachment": [{"type": "Link", "href": "https://news.example/"}],
                "image": {"type": "Image", "url": "https://lemmy.example/1.webp"},
                "to": ["https://lemmy.example/c/world", PUBLIC],
                "audience": "https://lemmy.example/c/world",
            },
            NOW,
        )
        self.assertEqual((found.note.title, found.audience), ("News", ("https://lemmy.example/c/world",)))
        self.assertIn('href="https://news.example/"', found.note.content)
        self.assertEqual([media.url for media in found.note.attachments], ["https://lemmy.example/1.webp"])

    def test_a_summary_of_an_article_is_no_warning(self) -> None:
        """WordPress: ids with queries, an excerpt as summary."""
        found = to_core.said(
            {"id": "https://wp.example/?p=9", "type": "Article", "attributedTo": "https://wp.example/?author=1", "name": "T", "summary": "An excerpt", "content": "<p>all</p>"}, NOW
        )
        self.assertEqual((found.note.uri, found.note.spoiler_text, found.note.sensitive), ("https://wp.example/?p=9", "", False))

    def test_an_unknown_type_is_shown_when_there_is_something_to_show(self) -> None:
        found = said(type="Review", name="A book", content=None, url="https://far.example/r/1")
        self.assertEqual((found.note.type, found.note.title), ("Note", "A book"))
        for document in (note(type="Odd", content=None), note(type="Person", inbox="https://far.example/inbox")):
            self.assertRaises(Invalid, to_core.said, document, NOW)

    def test_polls(self) -> None:
        options = [{"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": n}} for name, n in (("yes", 3), ("no", "4"))]
        poll = said(type="Question", oneOf=options, endTime="2026-11-24T11:00:00Z", votersCount=7).note.poll
        assert poll is not None
        self.assertEqual((poll.options, poll.multiple, poll.voters_count, poll.closed), ((("yes", 3), ("no", 4)), False, 7, False))
        closed = said(type="Question", anyOf=options, closed="2026-11-23T11:00:00Z").note.poll
        assert closed is not None
        self.assertEqual((closed.multiple, closed.closed, closed.expires_at), (True, True, datetime(2026, 11, 23, 11, tzinfo=UTC)))
        endless = said(type="Question", oneOf=options, endTime=None).note.poll
        assert endless is not None
        self.assertIsNone(endless.expires_at)

    def test_a_vote(self) -> None:
        found = said(name="yes", content=None, inReplyTo="https://here.example/notes/1")
        self.assertEqual(found.choice, "yes")
        self.assertIsNone(said(name="yes", inReplyTo="https://here.example/notes/1").choice)

    def test_an_author_on_another_server_is_refused(self) -> None:
        """S3, for each of several authors."""
        for authors in ("https://evil.example/bob", [BOB, "https://evil.example/bob"], {"id": "https://evil.example/bob"}):
            self.assertRaises(Forbidden, said, attributedTo=authors)
        self.assertRaises(Invalid, said, attributedTo=None)

    def test_only_web_addresses_get_in(self) -> None:
        found = said(
            url="javascript:alert(1)",
            attachment=[{"type": "Image", "url": "javascript:alert(1)"}, {"type": "Image", "url": "data:image/png;base64,AAAA"}],
            tag=[
                {"type": "Emoji", "name": ":../../x:", "icon": {"url": "https://far.example/x.png"}},
                {"type": "Emoji", "name": ":x:", "icon": {"url": "file:///etc/passwd"}},
                {"type": "Mention", "href": "javascript:alert(1)", "name": "@x"},
                {"type": "Hashtag", "name": "#<script>"},
            ],
        )
        self.assertEqual((found.note.url, found.note.attachments, found.note.emojis), (found.note.uri, (), ()))
        self.assertEqual((found.mentions, found.note.tags), ((), ()))


class ActorTests(TestCase):
    def test_an_actor(self) -> None:
        actor = to_core.actor(
            person(
                name="Bob",
                summary="<p>builder</p>",
                url=[{"type": "Link", "mediaType": "text/html", "href": "https://far.example/@bob"}],
                icon={"type": "Image", "url": "https://far.example/bob.png", "name": "a hat"},
                endpoints={"sharedInbox": "https://far.example/inbox"},
                attachment=[{"type": "PropertyValue", "name": "Home", "value": "x"}, {"type": "Note", "name": "Home", "content": "x"}],
                manuallyApprovesFollowers=True,
                alsoKnownAs=["https://old.example/bob", "not a url"],
                published="2020-01-01T00:00:00Z",
            )
        )
        self.assertEqual((actor.username, actor.domain, actor.url), ("bob", "far.example", "https://far.example/@bob"))
        self.assertEqual((actor.avatar_url, actor.avatar_description, actor.shared_inbox), ("https://far.example/bob.png", "a hat", "https://far.example/inbox"))
        self.assertEqual((actor.fields, actor.locked, actor.also_known_as), ((("Home", "x"),), True, ("https://old.example/bob",)))
        self.assertEqual((actor.key_id, actor.public_key_pem), (f"{BOB}#main-key", "PEM"))

    def test_endpoints_may_be_an_id_and_a_shared_inbox_missing(self) -> None:
        self.assertEqual(to_core.actor(person(endpoints="https://far.example/e")).shared_inbox, "")

    def test_of_several_keys_the_wanted_one(self) -> None:
        keys = [{"id": f"{BOB}#{n}", "owner": BOB, "publicKeyPem": f"PEM{n}"} for n in (1, 2)]
        self.assertEqual(to_core.actor(person(publicKey=keys)).public_key_pem, "PEM1")
        self.assertEqual(to_core.actor(person(publicKey=keys), key_id=f"{BOB}#2").public_key_pem, "PEM2")

    def test_keys_and_collections_of_others_are_not_its_own(self) -> None:
        """S10, S21."""
        for key in (
            {"id": "https://evil.example/key", "owner": BOB, "publicKeyPem": "PEM"},
            {"id": f"{BOB}#main-key", "owner": "https://far.example/users/carol", "publicKeyPem": "PEM"},
        ):
            self.assertEqual(to_core.actor(person(publicKey=key)).public_key_pem, "")
        self.assertEqual(to_core.actor(person(followers="https://third.example/followers")).followers_uri, "")

    def test_names(self) -> None:
        self.assertEqual(to_core.actor(person(preferredUsername=None)).username, "bob")
        for name in ("a b", "a@b", "a/b", "a\nb", "<b>"):
            document = person(preferredUsername=name, id="https://far.example/")
            self.assertRaises(Invalid, to_core.actor, document)

    def test_what_is_no_actor_is_refused(self) -> None:
        for document in ({}, note(), person(id=None), person(inbox=None), person(type="Note"), person(id="acct:bob@far.example")):
            self.assertRaises(Invalid, to_core.actor, document)


class ActivityTests(TestCase):
    def follow(self, **more: Any) -> dict[str, Any]:
        return {"id": "https://far.example/1", "type": "Follow", "actor": BOB, "object": "https://here.example/users/alice", **more}

    def test_one_actor_on_the_server_of_the_id(self) -> None:
        """S1."""
        self.assertEqual(to_core.heard(self.follow(actor={"id": BOB, "type": "Person"})).actor, BOB)
        self.assertRaises(Forbidden, to_core.heard, self.follow(id="https://third.example/1"))
        for actor in (None, [], [BOB, "https://far.example/users/carol"], "acct:bob@far.example", [BOB, {}]):
            self.assertRaises(Invalid, to_core.heard, self.follow(actor=actor))

    def test_without_an_id_the_same_bytes_have_the_same(self) -> None:
        one, other = to_core.heard(self.follow(id=None)), to_core.heard(self.follow(id=None))
        self.assertEqual(one.id, other.id)
        self.assertTrue(same_origin(one.id, BOB))
        self.assertNotEqual(one.id, to_core.heard(self.follow(id=None, object="https://here.example/users/carol")).id)

    def test_what_an_undo_is_about(self) -> None:
        whole = inner_of(to_core.heard(self.follow(type="Undo", object=self.follow())))
        self.assertEqual((whole.type, whole.actor, whole.object), ("Follow", BOB, "https://here.example/users/alice"))
        bare = inner_of(to_core.heard(self.follow(type="Undo", object="https://far.example/1")))
        self.assertEqual((bare.type, bare.id), ("", "https://far.example/1"))

    def test_reactions(self) -> None:
        custom = {"type": "Emoji", "name": ":blob:", "icon": {"url": "https://far.example/blob.png"}}
        for activity, emoji in (
            ({"type": "EmojiReact", "content": "🎉"}, ("🎉", None)),
            ({"type": "Like", "_misskey_reaction": "🎉"}, ("🎉", None)),
            ({"type": "Like", "_misskey_reaction": ":blob:", "tag": [custom]}, ("blob", "https://far.example/blob.png")),
            ({"type": "Like", "content": ":blob:"}, None),
            ({"type": "Like"}, None),
            ({"type": "Like", "content": "❤"}, None),
            ({"type": "EmojiReact", "content": "❤"}, ("❤", None)),
            ({"type": "EmojiReact", "content": "text"}, None),
        ):
            self.assertEqual(to_core.emoji_of(activity), emoji, activity)

    def test_shortcodes(self) -> None:
        self.assertEqual(tags.shortcode_of(":blob@far.example:"), "blob")
        for name in ("", "::", "../x", "a b", "x" * 65):
            self.assertIsNone(tags.shortcode_of(name))


class DocumentTests(TestCase):
    def test_depth_and_size_have_bounds(self) -> None:
        for body in (
            b"[" * 100_000,
            b'{"a":' * 40 + b"1" + b"}" * 40,
            b'{"a":[' + b"1," * 60_000 + b"1]}",
            b'{"a":"' + b"x" * 1_000_000 + b'"}',
            b"",
            b"[]",
            b'"text"',
            b'{"a": "\xff"}',
            b'{"a": "\\ud800"}',
            b'{"a": NaN}',
            b'{"a": 1e999}',
        ):
            self.assertRaises(Invalid, documents.parse, body)
        self.assertEqual(documents.parse(b'{"a":' * 30 + b"1" + b"}" * 30)["a"].keys(), {"a"})


NAMES = (
    "id", "type", "actor", "object", "target", "attributedTo", "to", "cc", "audience", "content", "contentMap", "name", "summary", "url",
    "href", "tag", "attachment", "icon", "image", "inReplyTo", "published", "updated", "oneOf", "anyOf", "closed", "endTime", "replies",
    "totalItems", "publicKey", "owner", "publicKeyPem", "endpoints", "sharedInbox", "inbox", "outbox", "followers", "preferredUsername",
    "source", "mediaType", "context", "conversation", "duration", "width", "focalPoint", "blurhash", "value", "@value", "@language",
    "_misskey_reaction", "sensitive", "alsoKnownAs", "movedTo",
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            BOB, "https://far.example/1", "https://evil.example/1", PUBLIC, "as:Public", "Note", "Question", "Video", "Page", "Person", "Create",
            "Undo", "Like", "Announce", "Mention", "Hashtag", "Emoji", "Link", "PropertyValue", "#tag", ":emoji:", "2026-11-23T11:00:00Z", "PT5S",
            "https://[", "https://a:99999/", "https://\ud7ff.example/", "text/markdown", "image/png", "\x00", "12",
        ]
    ),
)  # fmt: skip
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)
TREES = st.recursive(LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)), max_leaves=25)


class AnythingTests(TestCase):
    """Whatever JSON comes: the strict form, or a refusal."""

    @settings(max_examples=400)
    @given(st.dictionaries(st.sampled_from(NAMES), TREES, max_size=12))
    def test_nothing_but_refusals_is_raised(self, tree: dict[str, Any]) -> None:
        for document in (tree, note() | tree, person() | tree, {"id": "https://far.example/1", "type": "Like", "actor": BOB} | tree):
            for read in (lambda d: to_core.said(d, NOW), to_core.actor, to_core.heard, lambda d: inner_of(to_core.heard(d)), to_core.emoji_of):
                with contextlib.suppress(PleromadError):
                    read(document)

    @settings(max_examples=200)
    @given(st.binary(max_size=300) | TREES.map(msgspec.json.encode))
    def test_any_bytes_are_a_document_or_refused(self, body: bytes) -> None:
        with contextlib.suppress(Invalid):
            self.assertIsInstance(documents.parse(body), dict)
