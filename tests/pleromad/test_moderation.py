"""Staff's decisions in the core: hosts, reports from elsewhere, suspensions both ways, the log."""

from __future__ import annotations

from twisted.internet import defer, reactor

from pleromad.core import Core
from pleromad.errors import Forbidden, NotFound, Rejected
from pleromad.ids import PUBLIC
from pleromad.model.account import Account, Role
from pleromad.model.activity import Create, Delete, Flag, Follow, Update
from pleromad.model.moderation import HostBlock, Sanction, stands_above
from pleromad.model.note import RemoteAttachment, RemoteNote, Visibility
from pleromad.model.page import Page
from pleromad.moderation.figures import human_size
from pleromad.policies.kept import HostRules
from store.pool import Database
from tests.support.core import CoreCase


def remote_note(author: Account, number: int, **more: object) -> RemoteNote:
    given = {"to": (PUBLIC,), "cc": (author.followers_uri,), "content": "<p>hi</p>", "type": "Note", **more}
    uri = f"{author.uri}/notes/{number}"
    return RemoteNote(uri=uri, published=author.created_at, **given)  # type: ignore[arg-type]


class RulesTests(CoreCase):
    def test_the_most_specific_rule_counts(self) -> None:
        rules = HostRules([HostBlock(1, "example.org", "suspend"), HostBlock(2, "good.example.org", "noop")])
        for host, severity in {
            "example.org": "suspend", "a.example.org": "suspend", "EXAMPLE.org:8443": "suspend", "good.example.org": "noop",
            "very.good.example.org": "noop",
        }.items():  # fmt: skip
            rule = rules.of(host)
            self.assertEqual(rule.severity if rule else None, severity, host)
        self.assertIsNone(rules.of("notexample.org"))
        self.assertIsNone(rules.of("org"))

    def test_names_are_starred_out(self) -> None:
        self.assertEqual(HostBlock(1, "spam.example", obfuscate=True).public_domain, "spam.****ple")
        self.assertEqual(HostBlock(1, "spam.example").public_domain, "spam.example")

    def test_who_stands_above_whom(self) -> None:
        self.assertTrue(stands_above(Role.MODERATOR, Role.USER) and stands_above(Role.OWNER, Role.ADMIN) and stands_above(Role.MODERATOR, None))
        self.assertFalse(stands_above(Role.MODERATOR, Role.MODERATOR) or stands_above(Role.USER, Role.USER) or stands_above(None, None))

    def test_sizes_are_told_in_words(self) -> None:
        self.assertEqual([human_size(n) for n in (0, 999, 1024, 5 * 1024**2 + 1, 3 * 1024**4)], ["0 Bytes", "999 Bytes", "1 KB", "5 MB", "3 TB"])


class HostTests(CoreCase):
    async def people(self) -> None:
        self.alice, self.rita = await self.person("alice"), await self.remote("rita", "sub.far.example")
        await self.follow(self.alice, self.rita)
        await self.follow(self.rita, self.alice)
        self.note_id = await self.said(1)

    async def said(self, number: int, **more: object) -> int:
        note = remote_note(self.rita, number, **more)
        outcome = await self.submit(Create(actor_id=self.rita.id, uri=f"{note.uri}/create", note=note, raw={"id": note.uri, "type": "Create"}), self.rita)
        assert outcome.note_id is not None
        return outcome.note_id

    async def known(self) -> Account:
        return await self.core.reading.account(self.rita.id)

    async def test_a_suspended_host_is_gone_and_comes_back(self) -> None:
        await self.people()
        block = await self.core.moderation.block_host(None, "far.example", severity="suspend")
        rita = await self.known()
        self.assertEqual((rita.suspended, rita.suspended_by), (True, "host"))
        self.assertEqual(await self.core.reading.notes(self.alice.id, [self.note_id]), [])
        alice = await self.core.reading.account(self.alice.id)
        self.assertEqual((alice.followers_count, alice.following_count), (0, 0))
        [told] = (await self.core.reading.notifications(self.alice.id, Page())).items[:1]
        self.assertEqual(told.type, "severed_relationships")
        self.assertEqual((told.about.target_name, told.about.followers_count, told.about.following_count), ("far.example", 1, 1))  # type: ignore[union-attr]
        with self.assertRaises(Forbidden):
            await self.said(2)
        with self.assertRaises(Rejected):
            await self.remote("new", "other.far.example")
        with self.assertRaises(Forbidden):
            await self.submit(Follow(actor_id=self.alice.id, target_id=self.rita.id), self.alice)
        await self.core.moderation.unblock_host(None, block.id)
        self.assertFalse((await self.known()).suspended)
        self.assertEqual(len(await self.core.reading.notes(self.alice.id, [self.note_id])), 1)
        await self.said(2)

    async def test_a_silenced_host_is_not_in_the_timelines_of_everybody(self) -> None:
        await self.people()
        block = await self.core.moderation.block_host(None, "far.example", severity="silence")
        self.assertTrue((await self.known()).silenced)
        self.assertTrue((await self.remote("new", "other.far.example")).silenced)
        self.assertEqual((await self.core.reading.public(self.alice.id, Page())).items, ())
        self.assertEqual(len((await self.core.reading.home(self.alice.id, Page())).items), 1)
        await self.core.moderation.change_host_block(None, block.id, severity="noop")
        self.assertFalse((await self.known()).silenced)

    async def test_what_staff_did_to_one_account_outlives_the_block_of_its_host(self) -> None:
        await self.people()
        await self.core.moderation.sanction(None, self.rita.id, Sanction.SUSPEND)
        block = await self.core.moderation.block_host(None, "far.example", severity="suspend")
        await self.core.moderation.unblock_host(None, block.id)
        self.assertEqual((await self.known()).suspended_by, "staff")

    async def test_who_is_let_go_alone_stays_with_the_block_of_their_host(self) -> None:
        await self.people()
        await self.core.moderation.sanction(None, self.rita.id, Sanction.SUSPEND)
        await self.core.moderation.block_host(None, "far.example", severity="suspend")
        await self.core.moderation.lift(None, self.rita.id, Sanction.SUSPEND)
        self.assertEqual((await self.known()).suspended_by, "host")

    async def test_media_are_dropped_and_not_taken_any_more(self) -> None:
        await self.people()
        picture = (RemoteAttachment("https://sub.far.example/a.png", "image/png"),)
        with_media = await self.said(2, attachments=picture)
        await self.core.moderation.block_host(None, "far.example", severity="noop", reject_media=True)
        self.assertEqual((await self.core.reading.note(None, with_media)).note.media, ())
        self.assertEqual((await self.core.reading.note(None, await self.said(3, attachments=picture))).note.media, ())

    async def test_reports_are_not_taken(self) -> None:
        await self.people()
        await self.core.moderation.block_host(None, "far.example", severity="noop", reject_reports=True)
        with self.assertRaises(Rejected):
            await self.submit(Flag(actor_id=self.rita.id, uri=f"{self.rita.uri}/flags/1", raw={}, target_id=self.alice.id), self.rita)

    async def test_the_other_daemons_hear_of_it(self) -> None:
        await self.people()
        database = Database(self.database.dsn, reactor, size=2)
        await database.start()
        other = Core(self.core.settings, database, reactor)
        await other.start()
        heard: defer.Deferred[None] = defer.Deferred()
        other.bus.listen(lambda what: heard.callback(None) if what.kind == "blocks_changed" else None)
        try:
            self.assertFalse(other.activities.policies.host_refused("far.example"))
            await self.core.moderation.block_host(None, "far.example", severity="suspend")
            await heard
            await other.gatekeeper.read()
            self.assertTrue(other.activities.policies.host_refused("far.example"))
        finally:
            await other.stop()
            await database.stop()


class LimitedTests(CoreCase):
    SETTINGS = {"federation": {"limited": True}}

    async def test_only_who_is_allowed_is_spoken_to(self) -> None:
        with self.assertRaises(Rejected):
            await self.remote("rita")
        made = await self.core.moderation.allow_host(None, "far.example")
        await self.remote("rita")
        self.assertTrue(self.core.activities.policies.host_refused("sub.far.example"))
        await self.core.moderation.disallow_host(None, made.id)
        self.assertTrue(self.core.activities.policies.host_refused("far.example"))
        self.assertEqual(self.core.activities.policies.describe()["domain_blocks"], {"limited_federation": True})


class FlagTests(CoreCase):
    async def test_a_report_from_elsewhere_says_what_its_server_may_know(self) -> None:
        olga, alice = await self.person("olga", role=Role.OWNER), await self.person("alice")
        rita = await self.remote("rita")
        public, private = await self.say(alice, "public"), await self.say(alice, "for followers", visibility=Visibility.FOLLOWERS)
        named, other = await self.say(alice, "@rita@far.example psst", visibility=Visibility.DIRECT), await self.say(olga, "not alice's")
        flag = Flag(
            actor_id=rita.id,
            uri="https://far.example/flags/1",
            raw={"type": "Flag"},
            target_id=alice.id,
            note_ids=(public.id, private.id, named.id, other.id, 5),
            comment="x" * 6_000,
        )
        outcome = await self.submit(flag, rita)
        case = await self.core.moderation.report(olga, outcome.report_id or 0)
        self.assertEqual(case.report.note_ids, (public.id, named.id))
        self.assertEqual((len(case.report.comment), case.reporter.account.acct), (5_000, "rita@far.example"))
        self.assertTrue((await self.submit(flag, rita)).duplicate)
        self.assertEqual([one.type for one in (await self.core.reading.notifications(olga.id, Page())).items], ["admin.report"])

    async def test_a_report_that_is_forwarded_does_not_say_who_it_was(self) -> None:
        alice, rita = await self.person("alice"), await self.remote("rita")
        note = remote_note(rita, 1)
        made = await self.submit(Create(actor_id=rita.id, uri=f"{note.uri}/create", note=note, raw={}), rita)
        assert made.note_id is not None
        await self.submit(Flag(actor_id=alice.id, target_id=rita.id, note_ids=(made.note_id,), comment="rude", forward=True), alice)
        [row] = await self.database.fetch("SELECT account_id, data FROM activities WHERE type = 'Flag'")
        instance = await self.core.accounts.instance_actor()
        self.assertEqual((row[0], row[1]["actor"], row[1]["object"]), (instance.id, instance.uri, [rita.uri, note.uri]))
        self.assertEqual((row[1]["to"], row[1]["content"]), ([rita.uri], "rude"))
        self.assertNotIn("alice", str(row[1]))
        # Not forwarded: nothing leaves.
        await self.submit(Flag(actor_id=alice.id, target_id=rita.id), alice)
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM activities WHERE type = 'Flag'"), 1)

    async def test_who_is_reported_must_be_here_or_reported_from_here(self) -> None:
        rita, zoe = await self.remote("rita"), await self.remote("zoe", "third.example")
        with self.assertRaises(NotFound):
            await self.submit(Flag(actor_id=rita.id, uri="https://far.example/flags/1", raw={}, target_id=zoe.id), rita)


class SuspensionTests(CoreCase):
    async def test_other_servers_are_told_by_an_update(self) -> None:
        alice, rita = await self.person("alice"), await self.remote("rita")
        await self.follow(rita, alice)
        await self.core.moderation.sanction(None, alice.id, Sanction.SUSPEND)
        [row] = await self.database.fetch("SELECT id, data FROM activities WHERE type = 'Update'")
        self.assertEqual((row[1]["object"], row[1]["cc"]), (alice.uri, [alice.followers_uri]))
        activity = await self.core.reading.activity(row[0])
        assert activity is not None
        self.assertEqual(await self.core.reading.inboxes(activity), [("https://far.example/inbox", "far.example")])
        await self.core.moderation.sanction(None, alice.id, Sanction.SUSPEND)
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM activities WHERE type = 'Update'"), 1)
        await self.core.moderation.lift(None, alice.id, Sanction.SUSPEND)
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM activities WHERE type = 'Update'"), 2)

    async def test_who_is_suspended_at_home_is_suspended_here(self) -> None:
        rita = await self.remote("rita")
        self.assertEqual((await self.remote("rita", suspended=True)).suspended_by, "origin")
        with self.assertRaises(Forbidden):
            await self.submit(Create(actor_id=rita.id, uri=f"{rita.uri}/c", note=remote_note(rita, 1), raw={}), rita)
        with self.assertRaises(Forbidden):
            await self.core.moderation.lift(None, rita.id, Sanction.SUSPEND)
        self.assertFalse((await self.remote("rita")).suspended)

    async def test_an_update_does_not_bring_back_whom_staff_suspended(self) -> None:
        rita = await self.remote("rita")
        await self.core.moderation.sanction(None, rita.id, Sanction.SUSPEND)
        self.assertEqual((await self.remote("rita", display_name="Rita")).suspended_by, "staff")
        with self.assertRaises(Forbidden):
            await self.submit(Update(actor_id=rita.id, uri=f"{rita.uri}/u", raw={}, note_id=1, note=remote_note(rita, 1)), rita)
        await self.submit(Delete(actor_id=rita.id, uri=f"{rita.uri}#delete", raw={}, account=True), rita)

    async def test_the_log_says_who_did_what(self) -> None:
        olga, alice = await self.person("olga", role=Role.OWNER), await self.person("alice")
        await self.core.moderation.sanction(olga, alice.id, Sanction.SILENCE, text="why")
        await self.core.moderation.set_role(None, alice.id, Role.MODERATOR)
        entries = (await self.core.moderation.entries(olga, Page(limit=10))).items
        self.assertEqual(
            [(one.by.acct if one.by else None, one.action, one.target, one.details) for one in entries],
            [(None, "role", "alice", {"role": "moderator"}), ("olga", "silence", "alice", {"text": "why"})],
        )
        with self.assertRaises(Forbidden):
            await self.core.moderation.entries(await self.person("bob"), Page())
