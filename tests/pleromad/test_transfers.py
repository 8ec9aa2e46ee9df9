"""Tables out and in, and archives of one's own data."""

from __future__ import annotations

import csv
import io
import json
from io import BytesIO
from zipfile import ZipFile

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.trial.unittest import SynchronousTestCase

from pleromad.errors import Invalid, NotFound, TooLarge, Unreachable
from pleromad.model.account import Account, ProfileChange
from pleromad.model.activity import Announce, Block, Delete, Like, Origin, Update
from pleromad.model.note import Visibility
from pleromad.model.transfer import KINDS, Archive, Import
from pleromad.personal.filters import KeywordChange
from pleromad.transfers import archives, tables
from tests.support.core import CoreCase


class TableTests(SynchronousTestCase):
    def test_mastodons_tables_are_read_in_any_order_of_columns(self) -> None:
        text = "Show boosts,Account address,Languages\nfalse,alice@far.example,\"de, en\"\n"
        self.assertEqual(
            tables.read("follows", text.encode()),
            [{"Account address": "alice@far.example", "Show boosts": "false", "Notify on new posts": "", "Languages": "de, en"}],
        )

    def test_a_bare_list_of_handles_is_enough(self) -> None:
        rows = tables.read("blocks", "\ufeff@alice@far.example\r\n\r\nbob@far.example\n".encode())
        self.assertEqual([row["Account address"] for row in rows], ["@alice@far.example", "bob@far.example"])

    def test_what_is_no_table_or_too_long_is_refused(self) -> None:
        for data, error in (
            (b"", Invalid),
            (b"a\0b", Invalid),
            (b"\x89PNG\r\n\x1a\n\0", Invalid),
            (b"x" * (tables.MAX_BYTES + 1), TooLarge),
            (b"a@b\n" * (tables.MAX_ROWS + 1), TooLarge),
            (b'"' + b"x" * 200_000, Invalid),
        ):
            with self.assertRaises(error):
                tables.read("blocks", data)

    @given(st.sampled_from(KINDS), st.binary(max_size=300))
    def test_anything_is_rows_or_refused(self, kind: str, data: bytes) -> None:
        try:
            rows = tables.read(kind, data)
        except Invalid:
            return
        for row in rows:
            self.assertEqual(set(row), set(tables.TABLES[kind].columns))

    @given(st.lists(st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]), min_size=1).map(str.strip).filter(bool), min_size=1, max_size=5))
    def test_what_is_written_is_read_again(self, names: list[str]) -> None:
        written = tables.write("filters", [(name, ["home", "public"], "warn", None, name, True) for name in names])
        read = tables.read("filters", written.encode())
        self.assertEqual([row["Title"] for row in read], [name[: tables.MAX_CELL] for name in names])
        self.assertEqual({row["Context"] for row in read}, {"home, public"})


class World:
    """What the ActivityPub door would find elsewhere."""

    def __init__(self, case: CoreCase) -> None:
        self.case = case
        self.away: set[str] = set()
        self.notes: dict[str, int] = {}

    async def account(self, handle: str) -> Account:
        name, _, host = handle.lstrip("@").partition("@")
        if host in self.away:
            raise Unreachable
        if host == "far.example":
            return await self.case.remote(name)
        return await self.case.core.reading.account_by_handle(handle)

    async def note(self, uri: str, viewer: int | None) -> int | None:
        return self.notes.get(uri)

    async def fresh(self, account: Account) -> Account:
        return account

    async def mentions(self, text: str) -> None: ...


class TransferCase(CoreCase):
    timeout = 30

    async def bring(self, owner: Account, kind: str, text: str) -> Import:
        """Read a table in, to the end."""
        await self.core.jobs.start()
        begun = await self.core.transfers.begin_import(owner.id, kind, text.encode())
        while True:
            found = next(one for one in await self.core.transfers.imports(owner.id) if one.id == begun.id)
            if found.finished:
                return found
            await deferLater(reactor, 0.01, lambda: None)

    async def table(self, owner: Account, kind: str) -> list[list[str]]:
        _, text = await self.core.transfers.export(owner.id, kind)
        return list(csv.reader(io.StringIO(text)))


class TransferTests(TransferCase):
    async def test_everything_goes_out_and_comes_in_elsewhere(self) -> None:
        self.core.resolver = World(self)  # type: ignore[assignment]
        alice, bob, carol = await self.person("alice"), await self.person("bob"), await self.person("carol")
        far = await self.remote("dan")
        note = await self.say(bob, "worth keeping")
        self.core.resolver.notes[note.uri] = note.id  # type: ignore[union-attr]
        await self.follow(alice, bob)
        await self.follow(alice, far)
        await self.submit(Block(actor_id=alice.id, target_id=carol.id), alice)
        await self.core.personal.mute(alice.id, bob.id, notifications=False)
        made = await self.core.personal.add_list(alice.id, 'Friends, "old"')
        await self.core.personal.add_members(alice.id, made.id, [bob.id, far.id])
        await self.core.personal.bookmark(alice.id, note.id)
        await self.core.personal.block_domain(alice.id, "bad.example")
        await self.core.personal.put_filter(alice.id, title="Sport", contexts=["home"], action="hide", keywords=[KeywordChange(keyword="ball", whole_word=True), KeywordChange(keyword="goal")])

        counts = await self.core.transfers.export_counts(alice.id)
        self.assertEqual(counts, {"follows": 2, "blocks": 1, "mutes": 1, "lists": 2, "bookmarks": 1, "domain_blocks": 1, "filters": 2})
        self.assertEqual(await self.table(alice, "follows"), [
            ["Account address", "Show boosts", "Notify on new posts", "Languages"],
            ["dan@far.example", "true", "false", ""],
            ["bob@here.example", "true", "false", ""],
        ])  # fmt: skip
        self.assertEqual(await self.table(alice, "blocks"), [["carol@here.example"]])
        self.assertEqual(await self.table(alice, "mutes"), [["Account address", "Hide notifications"], ["bob@here.example", "false"]])
        self.assertEqual(await self.table(alice, "domain_blocks"), [["bad.example"]])

        erin = await self.person("erin")
        for kind in KINDS:
            _, text = await self.core.transfers.export(alice.id, kind)
            done = await self.bring(erin, kind, text)
            self.assertEqual((done.done, done.failed, done.failures), (done.total, 0, ()), kind)
        self.assertEqual(await self.table(erin, "bookmarks"), [[note.uri]])
        self.assertEqual(sorted(await self.table(erin, "lists")), sorted(await self.table(alice, "lists")))
        self.assertEqual(await self.table(erin, "filters"), await self.table(alice, "filters"))
        relations = {r.id: r for r in await self.core.reading.relationships(erin.id, [bob.id, carol.id, far.id])}
        self.assertTrue(relations[bob.id].following and relations[bob.id].muting and not relations[bob.id].muting_notifications)
        self.assertTrue(relations[carol.id].blocking)
        self.assertTrue(relations[far.id].requested)

    async def test_what_does_not_work_is_told_and_the_rest_done(self) -> None:
        self.core.resolver = World(self)  # type: ignore[assignment]
        alice, bob = await self.person("alice"), await self.person("bob")
        done = await self.bring(alice, "follows", "Account address\nbob@here.example\nnobody@here.example\nalice@here.example\n")
        self.assertEqual((done.total, done.done, done.failed), (3, 1, 2))
        self.assertEqual(len(done.failures), 2)
        self.assertTrue(any(line.startswith("nobody@here.example: ") for line in done.failures))
        self.assertTrue((await self.core.reading.relationships(alice.id, [bob.id]))[0].following)

    async def test_a_server_that_is_away_is_asked_again_and_then_given_up(self) -> None:
        world = World(self)
        world.away.add("away.example")
        self.core.resolver = world  # type: ignore[assignment]
        alice = await self.person("alice")
        await self.core.jobs.start()
        begun = await self.core.transfers.begin_import(alice.id, "follows", b"bob@away.example")

        async def tries() -> int:
            return int(await self.database.fetch_value("SELECT coalesce(max(attempts), 99) FROM jobs WHERE kind = 'import' AND locked_until IS NULL"))

        for wanted in (1, 2, 3):
            while await tries() != wanted:
                await deferLater(reactor, 0.01, lambda: None)
            await self.database.execute("UPDATE jobs SET run_at = now()")
            self.core.jobs.wake("import")
        while not (await self.core.transfers.imports(alice.id))[0].finished:
            await deferLater(reactor, 0.01, lambda: None)
        [known] = await self.core.transfers.imports(alice.id)
        self.assertEqual((known.id, known.failed), (begun.id, 1))
        self.assertIn("bob@away.example", known.failures[0])

    async def test_reading_in_twice_changes_nothing(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        for _ in range(2):
            done = await self.bring(alice, "lists", "Friends,bob@here.example\n")
            self.assertEqual((done.done, done.failed), (1, 0))
        self.assertEqual(len(await self.core.personal.lists(alice.id)), 1)
        self.assertTrue((await self.core.reading.relationships(alice.id, [bob.id]))[0].following)

    async def test_not_many_tables_at_a_time(self) -> None:
        alice = await self.person("alice")
        for _ in range(3):
            await self.core.transfers.begin_import(alice.id, "domain_blocks", b"a.example\n")
        with self.assertRaises(Invalid):
            await self.core.transfers.begin_import(alice.id, "domain_blocks", b"a.example\n")

    async def test_there_is_no_other_kind(self) -> None:
        alice = await self.person("alice")
        with self.assertRaises(NotFound):
            await self.core.transfers.export(alice.id, "secrets")
        with self.assertRaises(NotFound):
            await self.core.transfers.begin_import(alice.id, "secrets", b"x")


class ArchiveTests(TransferCase):
    async def made(self, owner: Account) -> Archive:
        await self.core.jobs.start()
        begun = await self.core.transfers.begin_archive(owner.id)
        while True:
            [found] = [one for one in await self.core.transfers.archives(owner.id) if one.id == begun.id]
            if found.ready or found.failed:
                return found
            await deferLater(reactor, 0.01, lambda: None)

    async def test_it_has_all_one_said_and_uploaded(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        file = BytesIO()
        Image.new("RGB", (64, 48), "red").save(file, "PNG")
        media = await self.core.media.upload(alice.id, file.getvalue(), description="all red")
        avatar = await self.core.media.upload(alice.id, file.getvalue())
        change = ProfileChange(display_name="Alice", note="I write", fields=(("Web", "https://alice.example"),), avatar_media_id=avatar.id)
        await self.submit(Update(actor_id=alice.id, profile=change), alice)
        first = await self.say(alice, "a picture", media_ids=(media.id,))
        await self.say(alice, "for friends", visibility=Visibility.FOLLOWERS)
        await self.say(alice, "for this server", visibility=Visibility.LOCAL)
        other = await self.say(bob, "not mine")
        await self.submit(Announce(actor_id=alice.id, note_id=other.id), alice)
        await self.submit(Like(actor_id=alice.id, note_id=other.id), alice)
        await self.follow(alice, bob)
        archive = await self.made(alice)
        path = await self.core.transfers.open_archive(alice.id, archive.id)
        self.assertEqual(path.stat().st_size, archive.size_bytes)
        with ZipFile(path) as zip:
            self.assertIsNone(zip.testzip())
            names = set(zip.namelist())
            actor, outbox = json.loads(zip.read("actor.json")), json.loads(zip.read("outbox.json"))
            likes = json.loads(zip.read("likes.json"))
            follows = zip.read("following_accounts.csv").decode()
            picture = outbox["orderedItems"][0]["object"]["attachment"][0]["url"]
            self.assertEqual(zip.read(picture)[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual((actor["name"], actor["source"]["content"], actor["id"]), ("Alice", "I write", alice.uri))
        self.assertIn(actor["icon"]["url"], names)
        self.assertEqual([item["type"] for item in outbox["orderedItems"]], ["Create", "Create", "Create", "Announce"])
        self.assertEqual(outbox["orderedItems"][0]["object"]["id"], first.uri)
        self.assertIn("for this server", outbox["orderedItems"][2]["object"]["content"])
        self.assertEqual(likes["orderedItems"], [other.uri])
        self.assertIn("bob@here.example", follows)

    async def test_it_is_for_its_owner_only_and_for_a_week(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        archive = await self.made(alice)
        with self.assertRaises(NotFound):
            await self.core.transfers.open_archive(bob.id, archive.id)
        with self.assertRaises(Invalid):
            await self.core.transfers.begin_archive(alice.id)
        path = await self.core.transfers.open_archive(alice.id, archive.id)
        await self.core.transfers.forget_archives()
        self.assertTrue(path.exists())
        await self.database.execute("UPDATE archives SET created_at = now() - interval '8 days'")
        await self.core.transfers.forget_archives()
        self.assertFalse(path.exists())

    async def test_it_goes_with_its_owner(self) -> None:
        alice = await self.person("alice")
        path = await self.core.transfers.open_archive(alice.id, (await self.made(alice)).id)
        await self.core.activities.submit(Delete(actor_id=alice.id, account=True), Origin.system())
        await self.core.transfers.forget_archives()
        self.assertFalse(path.exists())

    async def test_a_full_disk_is_told(self) -> None:
        self.patch(archives, "SPARE_BYTES", 1 << 60)
        self.assertTrue((await self.made(await self.person("alice"))).failed)
