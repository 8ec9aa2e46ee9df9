"""The made-up data fits the schema, is the same for the same seed, and the numbers made of measurements are right."""

from __future__ import annotations

import math

import psycopg2
from twisted.trial.unittest import TestCase

from bench.crowd import Crowd, Many
from bench.data import Maker, Sizes, _field, finish
from bench.measuring import percentile
from pleromad.model.page import Page
from tests.support.core import CoreCase

SMALL = Sizes(notes=300, accounts=40, local=10, hosts=7, follows=20, sinks=5, followers=12)


class DataTests(CoreCase):
    async def test_what_is_made_can_be_read(self) -> None:
        reader = await self.person("reader")
        connection = psycopg2.connect(self.database.dsn)
        Maker(SMALL, reader.id, ("private", "public"), "public").make().copy_into(connection)
        finish(connection)
        connection.close()
        home = await self.core.reading.home(reader.id, Page(20))
        self.assertEqual(len(home.items), 20)
        public = await self.core.reading.public(None, Page(40))
        self.assertEqual(len(public.items), 40)
        account = await self.core.reading.account(reader.id)
        self.assertEqual((account.following_count, account.followers_count), (20, 12))
        row = await self.core.reading.activity_by_uri(f"{public.items[0].note.uri}/activity")
        self.assertTrue(row is not None or public.items[0].note.local)

    async def test_the_same_seed_makes_the_same_rows(self) -> None:
        one, other = (Maker(SMALL, 1, ("a", "b"), "c").make() for _ in range(2))
        self.assertEqual(one.rows, other.rows)


class CrowdTests(CoreCase):
    async def test_what_is_made_can_be_read_and_found(self) -> None:
        reader = await self.person("reader")
        connection = psycopg2.connect(self.database.dsn)
        Crowd(Many(notes=600, accounts=60, local=10, hosts=7, follows=20), reader.id, ("private", "public"), "public", connection).make()
        finish(connection)
        connection.close()
        member = await self.core.accounts.user_by_name("p3")
        for viewer in (reader.id, member.account.id):
            self.assertEqual(len((await self.core.reading.home(viewer, Page(20))).items), 20)
        self.assertEqual(len((await self.core.reading.notifications(reader.id, Page(20))).items), 20)
        thread = await self.database.fetch_value("SELECT conversation_id FROM notes GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
        _, replies = await self.core.reading.thread(reader.id, thread)
        self.assertEqual(len(replies), 500)


class NumbersTests(TestCase):
    def test_values_are_escaped_as_copy_wants_them(self) -> None:
        self.assertEqual(_field('a\tb\\c\n"'), 'a\\tb\\\\c\\n"')
        self.assertEqual(_field(["a,b", 'c"d']), '{"a,b","c\\\\"d"}')
        self.assertEqual((_field(None), _field(True), _field(7)), ("\\N", "t", "7"))

    def test_percentiles_are_of_the_nearest_rank(self) -> None:
        self.assertEqual(percentile([5, 1, 4, 2, 3], 50), 3)
        self.assertEqual(percentile(list(range(1, 101)), 99), 99)
        self.assertTrue(math.isnan(percentile([], 50)))
