"""Whatever people write, what comes out is Atom."""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import TestCase

from pleromad.ids import Uris
from pleromad.model.account import Field
from pleromad.model.note import Note
from protocols.ostatus import from_core, keys
from protocols.ostatus.xml import iri, legal
from tests.protocols.made_up import TEXTS, account, note, notes
from tests.protocols.ostatus.atom import NS, check

URIS = Uris("https://here.example", "here.example")
ANYTHING = st.text(st.characters(codec=None), max_size=60)


def absolute(said: Note) -> Note:
    """Addresses of other servers are checked when they come in: they have a scheme here."""
    who = replace(said.account, url="https://far.example/" + said.account.url)
    media = tuple(replace(each, url="https://far.example/" + each.url) for each in said.media)
    mentions = tuple(replace(each, uri="https://far.example/" + each.acct) for each in said.mentions)
    return replace(said, account=who, url="https://far.example/" + said.url, media=media, mentions=mentions)


class AtomTests(TestCase):
    @settings(max_examples=150)
    @given(notes(), TEXTS)
    def test_every_note_and_boost_is_a_valid_entry(self, said: Note, text: str) -> None:
        said = absolute(said)
        boost = note(said.account, type="Announce", uri="https://here.example/activities/1", boost_of=said)
        for each in (said, boost):
            check(from_core.entry(each, URIS))
        check(from_core.tag_feed(text or "x", [said], URIS, here="https://here.example/a", start="https://here.example/b", next_page=None))

    @settings(max_examples=100)
    @given(ANYTHING, ANYTHING, st.booleans())
    def test_every_profile_is_a_valid_feed(self, name: str, text: str, empty: bool) -> None:
        who = account(display_name=name, note=text, url="https://here.example/@alice" + text, avatar_url="https://here.example/media/" + name,
                      fields=(Field(name, text), Field("Home", "https://x.example/" + text)))  # fmt: skip
        said = [] if empty else [note(who, content=text, spoiler_text=name)]
        check(from_core.user_feed(who, said, URIS, here="https://here.example/users/alice/feed.atom", next_page="https://here.example/x?max_id=1"))

    @given(ANYTHING)
    def test_what_is_legal_can_be_written(self, text: str) -> None:
        check(from_core.entry(note(account(), content=text), URIS))
        self.assertEqual(legal(legal(text)), legal(text))
        iri(text).encode()

    def test_a_note_says_what_it_is(self) -> None:
        said = note(account(), content="<p>hello &amp; bye</p>", tags=("tea",), sensitive=True, spoiler_text="care", language="en")
        entry = check(from_core.entry(said, URIS))
        text = {path: entry.findtext(path, namespaces=NS) for path in ("activity:verb", "activity:object-type", "atom:id", "mastodon:scope", "atom:summary")}
        self.assertEqual(
            text,
            {
                "activity:verb": "http://activitystrea.ms/schema/1.0/post",
                "activity:object-type": "http://activitystrea.ms/schema/1.0/note",
                "atom:id": "https://here.example/notes/7",
                "mastodon:scope": "public",
                "atom:summary": "care",
            },
        )
        content = entry.find("atom:content", NS)
        self.assertEqual((content.text, content.get("type"), content.get("{http://www.w3.org/XML/1998/namespace}lang")), ("<p>hello &amp; bye</p>", "html", "en"))
        self.assertEqual([each.get("term") for each in entry.findall("atom:category", NS)], ["tea", "nsfw"])
        conversation = entry.find("ostatus:conversation", NS)
        self.assertEqual(conversation.get("ref"), "https://here.example/conversations/7")

    def test_a_reply_is_a_comment(self) -> None:
        entry = check(from_core.entry(note(account(), in_reply_to_uri="https://far.example/1"), URIS))
        self.assertEqual(entry.findtext("activity:object-type", namespaces=NS), "http://activitystrea.ms/schema/1.0/comment")
        self.assertEqual(entry.find("thr:in-reply-to", NS).get("ref"), "https://far.example/1")

    def test_a_boost_is_a_share_of_a_post(self) -> None:
        said = note(account("bob"), content="<p>said</p>")
        entry = check(from_core.entry(note(account(), uri="https://here.example/activities/9", boost_of=said), URIS))
        self.assertEqual(entry.findtext("activity:verb", namespaces=NS), "http://activitystrea.ms/schema/1.0/share")
        self.assertEqual(entry.findtext("activity:object/atom:id", namespaces=NS), said.uri)
        self.assertEqual(entry.findtext("activity:object/atom:author/atom:uri", namespaces=NS), "https://here.example/users/bob")
        self.assertEqual(entry.findtext("atom:author/poco:preferredUsername", namespaces=NS), "alice")

    def test_control_characters_and_lone_surrogates_go(self) -> None:
        self.assertEqual(legal("a\0b\x1bc\ud800d\ufffee"), "abc?de")

    def test_addresses_stay_readable_and_whole(self) -> None:
        self.assertEqual(iri("https://x.example/日本 <a>?q=1&b=%20"), "https://x.example/日本%20%3Ca%3E?q=1&b=%20")


class KeysTests(TestCase):
    def test_a_key_has_its_numbers(self) -> None:
        key = rsa.generate_private_key(65537, 1024).public_key()  # GNU social's size
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        kind, modulus, exponent = (keys.magic_key(pem) or "").split(".")
        self.assertEqual((kind, exponent), ("RSA", "AQAB"))
        self.assertEqual(len(modulus) % 4, 0)

    def test_other_keys_have_none(self) -> None:
        pem = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        self.assertIsNone(keys.magic_key(pem))
        self.assertIsNone(keys.magic_key("nonsense"))
