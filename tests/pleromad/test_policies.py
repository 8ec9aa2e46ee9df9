from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from twisted.trial.unittest import SynchronousTestCase

from pleromad.errors import Rejected, SettingsError
from pleromad.ids import PUBLIC
from pleromad.model.account import Account, ActorType, RemoteActor
from pleromad.model.activity import Announce, Create, Delete, Follow, Origin, Update
from pleromad.model.note import NoteDraft, RemoteAttachment, RemoteNote, Visibility
from pleromad.policies import Chain, Context
from pleromad.policies.hosts import Hosts

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def account(host: str | None = "far.example", uri_host: str = "") -> Account:
    base = f"https://{uri_host or host or 'here.example'}/users/bob"
    return Account(
        id=7, version=1, uri=base, url=base, type=ActorType.PERSON, username="bob", domain=host, display_name="", note="",
        note_source="", fields=(), emojis=(), avatar_url=None, header_url=None, avatar_description="", header_description="",
        locked=False, discoverable=True, indexable=True, hide_collections=False, followers_count=0, following_count=0,
        statuses_count=0, last_status_at=None, created_at=NOW, inbox=base + "/inbox", shared_inbox="", outbox="",
        followers_uri=base + "/followers", following_uri="", featured_uri="", key_id="", public_key_pem="",
    )  # fmt: skip


def context(actor: Account) -> Context:
    origin = Origin.local(actor.id) if actor.local else Origin.remote(actor.id, actor.domain or "")
    return Context(actor=actor, origin=origin, domain="here.example")


def note(*, public: str = "to") -> RemoteNote:
    followers = account().followers_uri
    return RemoteNote(
        uri="https://far.example/notes/1",
        type="Note",
        to=(PUBLIC,)
        if public == "to"
        else (followers,)
        if public == "cc"
        else ("https://here.example/users/al",),
        cc=(followers, "https://here.example/users/al")
        if public == "to"
        else (PUBLIC,)
        if public == "cc"
        else (),
        content="<p>hi</p>",
        published=NOW,
        attachments=(RemoteAttachment("https://far.example/a.png", "image/png"),),
    )


def person() -> RemoteActor:
    return RemoteActor(
        uri="https://far.example/users/bob", type=ActorType.PERSON, username="bob", domain="far.example", inbox="https://far.example/i",
        avatar_url="https://far.example/a.png", header_url="https://far.example/h.png",
    )  # fmt: skip


def simple(**lists: object) -> Chain:
    return Chain.build({"simple": lists})


def through(chain: Chain, activity: Create, actor: Account | None = None) -> RemoteNote:
    passed = chain.apply(activity, context(actor or account()))
    assert isinstance(passed, Create) and isinstance(passed.note, RemoteNote)
    return passed.note


class HostsTests(SynchronousTestCase):
    def test_a_name_means_that_host_alone(self) -> None:
        hosts = Hosts(["bad.example"])
        self.assertIn("bad.example", hosts)
        self.assertIn("BAD.example.", hosts)
        self.assertIn("bad.example:4000", hosts)
        self.assertNotIn("very.bad.example", hosts)
        self.assertNotIn("notbad.example", hosts)

    def test_a_wildcard_means_the_host_and_all_below(self) -> None:
        hosts = Hosts(["*.bad.example"])
        self.assertIn("bad.example", hosts)
        self.assertIn("a.b.bad.example", hosts)
        self.assertNotIn("notbad.example", hosts)
        self.assertNotIn("example", hosts)

    def test_a_port_narrows(self) -> None:
        hosts = Hosts(["bad.example:4000"])
        self.assertIn("bad.example:4000", hosts)
        self.assertNotIn("bad.example", hosts)

    def test_names_are_compared_in_their_ascii_form(self) -> None:
        self.assertIn("xn--bcher-kva.example", Hosts(["Bücher.example"]))
        self.assertIn("sub.bücher.example", Hosts(["*.xn--bcher-kva.example"]))

    def test_a_star_means_everybody(self) -> None:
        self.assertIn("any.example", Hosts(["*"]))
        self.assertTrue(Hosts(["*"]))
        self.assertFalse(Hosts([]))

    def test_what_is_no_host_is_in_no_list(self) -> None:
        self.assertNotIn("", Hosts(["bad.example"]))
        self.assertNotIn("a b", Hosts(["bad.example"]))


class ChainTests(SynchronousTestCase):
    def test_an_empty_chain_changes_nothing(self) -> None:
        activity = Create(actor_id=7, note=note())
        self.assertIs(Chain().apply(activity, context(account())), activity)
        self.assertFalse(Chain().host_refused("far.example"))

    def test_noop_lets_through(self) -> None:
        activity = Create(actor_id=7, note=note())
        self.assertIs(Chain.build({"noop": {}}).apply(activity, context(account())), activity)

    def test_drop_refuses_both_ways_but_not_housekeeping(self) -> None:
        chain = Chain.build({"drop": {}})
        for actor in (account(), account(None)):
            with self.assertRaises(Rejected) as caught:
                chain.apply(Follow(actor_id=7, target_id=8), context(actor))
            self.assertEqual((caught.exception.policy, caught.exception.station), ("drop", "policy"))
        self.assertTrue(chain.host_refused("any.example"))
        self.assertRaises(Rejected, chain.actor, person())
        housekeeping = Delete(actor_id=7, note_id=1)
        self.assertIs(
            chain.apply(housekeeping, Context(account(None), Origin.system(), "here.example")), housekeeping
        )

    def test_policies_act_in_the_order_of_their_tables(self) -> None:
        self.assertEqual(Chain.build({"simple": {}, "noop": {}}).names, ("simple", "noop"))

    def test_wrong_settings_are_told_in_one_line_with_what_is_allowed(self) -> None:
        for tables, words in (
            ({"simpel": {}}, ("policies.simpel", "did you mean simple", "noop, drop, simple")),
            ({"simple": {"rejct": []}}, ("policies.simple.rejct", "did you mean reject", "media_removal")),
            ({"simple": {"reject": 3}}, ("policies.simple.reject", "a list of hosts")),
            ({"simple": {"reject": [3]}}, ("policies.simple.reject", "a list of hosts")),
            ({"simple": {"reject": ["https://x/"]}}, ("policies.simple.reject", "*.example.org")),
            ({"drop": {"all": True}}, ("policies.drop.all", "no keys")),
        ):
            with self.assertRaises(SettingsError) as caught:
                Chain.build(tables, "/etc/p.toml")
            said = str(caught.exception)
            self.assertNotIn("\n", said)
            for word in ("/etc/p.toml", *words):
                self.assertIn(word, said)

    def test_it_tells_anybody_what_is_in_force(self) -> None:
        said = simple(reject={"bad.example": "spam"}, accept=[]).describe()
        self.assertEqual(said["mrf_policies"], ["simple"])
        self.assertEqual(said["mrf_simple"], {"reject": ["bad.example"]})


class SimpleTests(SynchronousTestCase):
    create = Create(actor_id=7, note=note())

    def test_what_is_not_named_passes_untouched(self) -> None:
        chain = simple(reject=["bad.example"], media_removal=["bad.example"], followers_only=["bad.example"])
        self.assertIs(chain.apply(self.create, context(account())), self.create)
        self.assertFalse(chain.host_refused("far.example"))

    def test_reject_is_in_force_both_ways(self) -> None:
        chain = simple(reject=["*.far.example"])
        self.assertRaises(Rejected, chain.apply, self.create, context(account()))
        self.assertRaises(Rejected, chain.actor, person())
        self.assertTrue(chain.host_refused("far.example"))
        self.assertTrue(chain.host_refused("sub.far.example:8443"))

    def test_reject_looks_at_the_handle_and_at_the_id(self) -> None:
        actor = account("names.example", uri_host="far.example:8443")
        for host in ("names.example", "far.example"):
            self.assertRaises(Rejected, simple(reject=[host]).apply, self.create, context(actor))

    def test_accept_refuses_all_others(self) -> None:
        chain = simple(accept=["friend.example"])
        self.assertRaises(Rejected, chain.apply, self.create, context(account()))
        self.assertTrue(chain.host_refused("far.example"))
        self.assertFalse(chain.host_refused("friend.example"))
        self.assertIs(chain.apply(self.create, context(account("friend.example"))), self.create)

    def test_reject_goes_before_accept(self) -> None:
        chain = simple(accept=["*.friend.example"], reject=["mad.friend.example"])
        self.assertTrue(chain.host_refused("mad.friend.example"))
        self.assertFalse(chain.host_refused("friend.example"))

    def test_our_own_people_are_never_meant(self) -> None:
        chain = simple(reject=["*"], accept=["friend.example"])
        activity = Create(actor_id=7, note=NoteDraft(text="hi"))
        self.assertIs(chain.apply(activity, context(account(None))), activity)

    def test_media_removal_leaves_the_words(self) -> None:
        chain = simple(media_removal=["far.example"])
        passed = through(chain, self.create)
        self.assertEqual((passed.attachments, passed.content), ((), "<p>hi</p>"))
        self.assertTrue(chain.media_removed("far.example"))
        self.assertFalse(chain.host_refused("far.example"))

    def test_media_are_marked_as_sensitive(self) -> None:
        for name in ("media_nsfw", "sensitive"):
            self.assertTrue(through(simple(**{name: ["far.example"]}), self.create).sensitive)
        bare = Create(actor_id=7, note=replace(note(), attachments=()))
        self.assertFalse(through(simple(sensitive=["far.example"]), bare).sensitive)

    def test_edits_are_treated_like_the_first_version(self) -> None:
        update = Update(actor_id=7, note_id=1, note=note())
        passed = simple(media_removal=["far.example"]).apply(update, context(account()))
        assert isinstance(passed, Update) and isinstance(passed.note, RemoteNote)
        self.assertEqual(passed.note.attachments, ())

    def test_followers_only_takes_the_public_away(self) -> None:
        for public in ("to", "cc"):
            passed = through(
                simple(followers_only=["far.example"]), Create(actor_id=7, note=note(public=public))
            )
            self.assertNotIn(PUBLIC, (*passed.to, *passed.cc))
            self.assertIn(account().followers_uri, passed.to)

    def test_unlist_moves_the_public_out_of_the_timelines(self) -> None:
        for name in ("federated_timeline_removal", "unlist"):
            passed = through(simple(**{name: ["far.example"]}), self.create)
            self.assertNotIn(PUBLIC, passed.to)
            self.assertIn(PUBLIC, passed.cc)
            self.assertIn("https://here.example/users/al", passed.cc)

    def test_what_is_not_public_keeps_its_audience(self) -> None:
        direct = Create(actor_id=7, note=note(public=""))
        chain = simple(followers_only=["*"], unlist=["*"])
        self.assertEqual(through(chain, direct).to, ("https://here.example/users/al",))

    def test_boosts_are_narrowed_too(self) -> None:
        boost = Announce(actor_id=7, note_id=1)
        for lists, expected in (
            ({"unlist": ["*"]}, Visibility.UNLISTED),
            ({"followers_only": ["*"]}, Visibility.FOLLOWERS),
        ):
            passed = simple(**lists).apply(boost, context(account()))
            assert isinstance(passed, Announce)
            self.assertEqual(passed.visibility, expected)

    def test_avatars_and_banners_are_taken_away(self) -> None:
        chain = simple(avatar_removal=["far.example"], banner_removal=["far.example"])
        self.assertEqual((chain.actor(person()).avatar_url, chain.actor(person()).header_url), (None, None))
        passed = chain.apply(Update(actor_id=7, profile=person()), context(account()))
        assert isinstance(passed, Update) and isinstance(passed.profile, RemoteActor)
        self.assertIsNone(passed.profile.avatar_url)


class MentionsTests(SynchronousTestCase):
    def named(self, count: int, limits: dict[str, int], *, age_days: int = 100, addressed: int = 0) -> RemoteNote:
        people = tuple((f"@u{number}", f"https://here.example/users/u{number}") for number in range(count))
        said = replace(note(), cc=(account().followers_uri, *(f"https://here.example/users/a{number}" for number in range(addressed))), mention_hrefs=people)
        author = replace(account(), created_at=NOW - timedelta(days=age_days))
        passed = Chain.build({"mentions": limits}).apply(Create(actor_id=7, note=said), replace(context(author), now=NOW))
        assert isinstance(passed, Create) and isinstance(passed.note, RemoteNote)
        return passed.note

    def test_more_than_so_many_are_unlisted_and_more_are_refused(self) -> None:
        limits = {"unlist": 2, "reject": 4}
        for count, addressed, public in ((2, 0, True), (0, 2, True), (1, 2, False), (4, 0, False)):
            self.assertEqual(PUBLIC in self.named(count, limits, addressed=addressed).to, public)
        for count, addressed in ((5, 0), (0, 5), (2, 3)):
            self.assertRaises(Rejected, self.named, count, limits, addressed=addressed)

    def test_new_accounts_name_fewer(self) -> None:
        for limits, count in (({"young_days": 3}, 1), ({"young_days": 3, "young_reject": 2}, 3)):
            self.assertRaises(Rejected, self.named, count, limits, age_days=2)
            self.named(count, limits, age_days=3)
            self.named(count - 1, limits, age_days=2)

    def test_without_bounds_nothing_is_changed_and_ours_are_left_alone(self) -> None:
        self.assertEqual(len(self.named(400, {}, age_days=0).mention_hrefs), 400)
        draft = Create(actor_id=7, note=NoteDraft(text="@a @b @c"))
        self.assertIs(Chain.build({"mentions": {"reject": 1}}).apply(draft, context(account(None))), draft)

    def test_what_no_bound_is(self) -> None:
        for wrong in (-1, "many", 10_001, True):
            self.assertRaises(SettingsError, Chain.build, {"mentions": {"reject": wrong}})
