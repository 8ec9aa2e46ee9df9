from __future__ import annotations

from itertools import product

from twisted.trial.unittest import SynchronousTestCase

from pleromad.ids import PUBLIC
from pleromad.model.activity import Block
from pleromad.model.note import Visibility
from pleromad.visibility import Standing, may_boost, may_see, of_audience, tighter
from store import refs as ref_rows
from store.pool import Transaction
from tests.support.core import CoreCase


class VisibilityTests(SynchronousTestCase):
    def test_the_audience_of_another_servers_note(self) -> None:
        followers = "https://far.example/bob/followers"
        for to, cc, meant in (
            ([PUBLIC], [followers], Visibility.PUBLIC),
            ([followers], [PUBLIC], Visibility.UNLISTED),
            ([followers], [], Visibility.FOLLOWERS),
            ([], [followers], Visibility.FOLLOWERS),
            (["https://here.example/alice"], [], Visibility.DIRECT),
            ([], [], Visibility.DIRECT),
            (["https://other.example/followers"], [], Visibility.DIRECT),
        ):
            self.assertIs(of_audience(to, cc, [followers]), meant)

    def test_an_author_without_a_followers_collection_has_no_followers_only_notes(self) -> None:
        self.assertIs(of_audience([""], [], [""]), Visibility.DIRECT)

    def test_nobody_sees_the_notes_of_the_withdrawn_not_even_they(self) -> None:
        for visibility in Visibility:
            self.assertFalse(may_see(visibility, Standing(withdrawn=True, author=True)))

    def test_a_block_hides_even_what_is_addressed(self) -> None:
        for visibility in Visibility:
            self.assertFalse(may_see(visibility, Standing(local=True, addressed=True, follows=True, blocked=True)))

    def test_only_public_notes_are_boosted_by_others(self) -> None:
        self.assertEqual({v for v in Visibility if may_boost(v, author=False)}, {Visibility.PUBLIC, Visibility.UNLISTED})
        self.assertEqual(
            {v for v in Visibility if may_boost(v, author=True)},
            {Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS},
        )

    def test_the_tighter_of_two_has_fewer_readers(self) -> None:
        for one, other in product(Visibility, repeat=2):
            standings = [Standing(*flags) for flags in product([False, True], repeat=6)]
            narrow = tighter(one, other)
            self.assertIn(narrow, (one, other))
            if Visibility.LOCAL in (one, other):
                continue  # local is not on the same line: it is for all here and none elsewhere
            for standing in standings:
                if may_see(narrow, standing):
                    self.assertTrue(may_see(one, standing) and may_see(other, standing))


class SqlTests(CoreCase):
    """`store.refs.visible` says the same as `may_see`, for every combination."""

    async def test_the_sql_condition_agrees_with_the_function(self) -> None:
        for visibility, addressed, follows, blocked, withdrawn in product(Visibility, *[[False, True]] * 4):
            await self._compare(visibility, addressed, follows, blocked, withdrawn)

    async def _compare(self, visibility: Visibility, addressed: bool, follows: bool, blocked: bool, withdrawn: bool) -> None:
        author, viewer, note = await self._made(visibility)
        insert: list[tuple[str, tuple[int, ...]]] = []
        if addressed:
            insert.append(("INSERT INTO mentions (note_id, account_id) VALUES (%s, %s)", (note, viewer)))
        if follows:
            insert.append(("INSERT INTO follows (account_id, target_id, id, uri, accepted) VALUES (%s, %s, 1, '', true)", (viewer, author)))
        if blocked:
            insert.append(("INSERT INTO blocks (account_id, target_id, id, uri) VALUES (%s, %s, 1, '')", (author, viewer)))
        if withdrawn:
            insert.append(("UPDATE accounts SET suspended_at = now() WHERE id = %s", (author,)))
        insert.append(("DELETE FROM users WHERE account_id = %s", (viewer,)))
        for sql, params in insert:
            await self.database.execute(sql, params)
        told = {
            "addressed": addressed,
            "follows": follows,
            "blocked": blocked,
            "withdrawn": withdrawn,
        }
        for who, standing in (
            (viewer, Standing(local=True, **told)),
            (author, Standing(local=True, author=True, **{**told, "blocked": False})),
            (None, Standing(withdrawn=withdrawn)),
        ):
            found = bool(await ref_rows.of(self.database, who, [note]))
            self.assertEqual(found, may_see(visibility, standing), f"{visibility} {standing} {who}")

    async def _made(self, visibility: Visibility) -> tuple[int, int, int]:
        async def work(tx: Transaction) -> tuple[int, int, int]:
            ids = [int(await tx.fetch_value("SELECT nextval('id_blocks')")) for _ in range(3)]
            for id in ids[:2]:
                await tx.execute(
                    "INSERT INTO accounts (id, uri, type, username) VALUES (%s, %s, 'Person', %s)", (id, f"https://here.example/{id}", f"u{id}")
                )
            await tx.execute("INSERT INTO conversations (id) VALUES (%s)", (ids[2],))
            await tx.execute(
                "INSERT INTO notes (id, uri, type, account_id, visibility, local, conversation_id) VALUES (%s, %s, 'Note', %s, %s, true, %s)",
                (ids[2], f"https://here.example/n/{ids[2]}", ids[0], visibility.value, ids[2]),
            )
            return ids[0], ids[1], ids[2]

        return await self.database.transaction(work)

    async def test_a_block_either_way_hides_the_note(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "hello")
        await self.submit(Block(actor_id=bob.id, target_id=alice.id), bob)
        self.assertEqual(await self.core.reading.notes(bob.id, [note.id]), [])
