from __future__ import annotations

from twisted.internet import defer, reactor
from twisted.trial.unittest import TestCase

from store import migrate as migrating
from store.migrate import Step, steps
from store.pool import Database
from tests.support.postgres import drop_database, new_database

# A little of what a server had before notifications had groups and direct notes conversations.
OLD = """
INSERT INTO accounts (id, uri, type, username, domain) VALUES
    (1, 'https://here.example/users/alice', 'Person', 'alice', NULL), (2, 'https://here.example/users/bob', 'Person', 'bob', NULL),
    (3, 'https://far.example/users/carol', 'Person', 'carol', 'far.example');
INSERT INTO users (account_id, email) VALUES (1, 'a@mail.example'), (2, 'b@mail.example');
INSERT INTO conversations (id) VALUES (10), (20);
INSERT INTO notes (id, uri, type, account_id, visibility, local, conversation_id) VALUES
    (100, 'u:100', 'Note', 1, 'direct', true, 10), (101, 'u:101', 'Note', 3, 'direct', false, 10), (102, 'u:102', 'Note', 2, 'direct', true, 10),
    (103, 'u:103', 'Note', 1, 'public', true, 20), (104, 'u:104', 'Note', 1, 'direct', true, 20);
INSERT INTO mentions (note_id, account_id) VALUES (100, 3), (101, 1), (102, 1), (102, 3);
INSERT INTO notifications (id, account_id, type, from_id, note_id, created_at) VALUES
    (1, 1, 'favourite', 2, 103, '2026-01-01 01:00+00'), (2, 1, 'favourite', 3, 103, '2026-01-01 03:00+00'),
    (3, 1, 'favourite', 3, 103, '2026-01-01 13:00+00'), (4, 1, 'follow', 3, NULL, '2026-01-01 13:00+00'), (5, 1, 'mention', 3, 101, now());
"""


class MigrateTests(TestCase):
    @defer.inlineCallbacks
    def setUp(self):
        dsn = new_database()
        self.addCleanup(drop_database, dsn)
        self.database = Database(dsn, reactor, size=2)
        yield defer.ensureDeferred(self.database.start())
        self.addCleanup(lambda: defer.ensureDeferred(self.database.stop()))

    async def up_to(self, number: int) -> list[Step]:
        """The schema as it was before step `number`; returns what is still to come."""
        await self.database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        known = steps()
        before = [step for step in known if step.number < number]
        self.patch(migrating, "steps", lambda: before)
        await migrating.migrate(self.database)
        self.patch(migrating, "steps", lambda: known)
        return await migrating.pending(self.database)

    async def test_what_was_there_before_finds_its_groups_and_conversations(self) -> None:
        self.assertEqual((await self.up_to(4))[0].name, "notifications")
        await self.database.execute(OLD)
        await migrating.migrate(self.database)
        self.assertEqual(await migrating.pending(self.database), [])
        keys = [row[0] for row in await self.database.fetch("SELECT group_key FROM notifications ORDER BY id")]
        self.assertEqual((keys[0] == keys[1], keys[1] == keys[2]), (True, False))
        self.assertRegex(keys[0], r"^favourite-103-\d+$")
        self.assertRegex(keys[3], r"^follow-\d+$")
        self.assertIsNone(keys[4])
        found = await self.database.fetch("SELECT account_id, conversation_id, people, last_note_id, unread FROM directs ORDER BY account_id, last_note_id")
        self.assertEqual(
            [tuple(row) for row in found],
            [(1, 10, [1, 3], 101, False), (1, 10, [1, 2, 3], 102, False), (1, 20, [1], 104, False), (2, 10, [1, 2, 3], 102, False)],
        )
        kept = await self.database.fetch("SELECT account_id, note_id FROM direct_notes ORDER BY 1, 2")
        self.assertEqual([tuple(row) for row in kept], [(1, 100), (1, 101), (1, 102), (1, 104), (2, 102)])
