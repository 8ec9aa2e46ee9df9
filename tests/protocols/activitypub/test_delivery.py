"""Sending out: to whom, how, and what becomes of it when the other side does not take it."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

from pleromad import ctl, ctl_federation
from pleromad.model.account import Account, ProfileChange
from pleromad.model.activity import Create, Delete, Like, Outcome, Update
from pleromad.model.note import NoteDraft, Visibility
from protocols.activitypub import signatures
from protocols.activitypub.circuit import Circuit
from protocols.activitypub.delivery import LINE_TRIES
from protocols.activitypub.signatures import Message
from store import jobs as job_rows
from tests.support.core import CoreCase
from tests.support.federation import FederationCase, Server
from tests.support.peer import Peer


class DeliveryCase(FederationCase):
    here: Server
    far: Peer

    async def set_up(self) -> None:
        self.here = await self.server()
        self.far = await self.peer()
        self.alice = await self.here.person("alice")
        self.bob = await self.follower(self.far, "bob")

    async def follower(self, peer: Peer, name: str, **more: Any) -> Account:
        """Somebody on the peer who follows alice."""
        uri = peer.person(name, **more)
        follow = {"id": f"{peer.url}/follows/{name}", "type": "Follow", "actor": uri, "object": self.alice.uri}
        self.assertEqual(await peer.post(self.alice.inbox, follow, by=uri), 202)
        await self.quiet(self.here)
        account = await self.here.core.reading.account_by_uri(uri)
        assert account is not None
        return account

    async def jobs(self) -> list[Any]:
        return [tuple(row) for row in await self.here.database.fetch("SELECT key, attempts, last_error, run_at > now() + interval '10 seconds' FROM jobs WHERE kind = 'post'")]

    async def say(self, text: str = "hello", **draft: Any) -> None:
        await self.here.say(self.alice, text, **draft)
        await self.quiet(self.here)


class SendingTests(DeliveryCase):
    async def test_a_follow_is_accepted_with_itself_inside(self) -> None:
        (accept,) = self.far.received("Accept")
        self.assertEqual((accept["actor"], accept["object"]["id"], accept["object"]["actor"]), (self.alice.uri, f"{self.far.url}/follows/bob", self.bob.uri))

    async def test_what_is_sent_is_signed_whole_and_in_the_form_all_read(self) -> None:
        await self.say()
        posted = self.far.asked[-1]
        self.assertEqual((posted.method, posted.path, posted.headers["content-type"]), ("POST", "/inbox", "application/activity+json"))
        message = Message("POST", "/inbox", signatures.lookup(posted.headers), (self.far.domain,), posted.body)
        signature = signatures.parse(posted.headers["signature"])
        self.assertEqual(signature.key_id, self.alice.key_id)
        signatures.check_frame(signature, message, self.here.core.clock.now())
        self.assertTrue(signatures.verifies(signature, message, signatures.public_key(self.alice.public_key_pem)))
        create = self.far.received("Create")[-1]
        self.assertEqual(create["@context"][0], "https://www.w3.org/ns/activitystreams")
        self.assertEqual((create["type"], create["actor"], create["object"]["attributedTo"]), ("Create", self.alice.uri, self.alice.uri))
        self.assertEqual((create["to"], create["cc"]), (create["object"]["to"], create["object"]["cc"]))
        self.assertNotIn("@context", create["object"])

    async def test_one_copy_for_all_behind_a_shared_inbox_and_one_each_without(self) -> None:
        await self.follower(self.far, "carol")
        third = await self.peer()
        for name in ("joe", "jane"):
            await self.follower(third, name, endpoints=None)
        await self.say()
        self.assertEqual(len(self.far.received("Create")), 1)
        self.assertEqual(sorted(one.path for one in third.asked if b'"Create"' in one.body), ["/users/jane/inbox", "/users/joe/inbox"])

    async def test_a_direct_note_goes_to_those_it_names_only(self) -> None:
        third = await self.peer()
        third.person("joe")
        await self.say(f"hi @joe@{third.domain}", visibility=Visibility.DIRECT)
        self.assertEqual((len(third.received("Create")), len(self.far.received("Create"))), (1, 0))

    async def test_what_is_for_this_server_goes_nowhere(self) -> None:
        await self.say(visibility=Visibility.LOCAL)
        self.assertEqual(self.far.received("Create"), [])

    async def test_a_like_goes_to_the_author(self) -> None:
        note = self.far.note(self.bob.uri, 1)
        id = await self.here.core.resolver.note(note["id"], None)  # type: ignore[union-attr]
        assert id is not None
        await self.here.submit(Like(actor_id=self.alice.id, note_id=id))
        await self.quiet(self.here)
        (like,) = self.far.received("Like")
        self.assertEqual((like["actor"], like["object"]), (self.alice.uri, note["id"]))

    async def test_a_new_profile_goes_out_whole(self) -> None:
        await self.here.submit(Update(actor_id=self.alice.id, profile=ProfileChange(display_name="Alice!")))
        await self.quiet(self.here)
        (update,) = self.far.received("Update")
        self.assertEqual((update["object"]["id"], update["object"]["name"], update["object"]["type"]), (self.alice.uri, "Alice!", "Person"))
        self.assertIn("publicKey", update["object"])

    async def test_a_deleted_account_tells_everybody_with_its_old_key(self) -> None:
        await self.here.core.accounts.delete_user(self.alice.id)
        await self.quiet(self.here)
        (delete,) = self.far.received("Delete")
        self.assertEqual((delete["actor"], delete["object"]), (self.alice.uri, self.alice.uri))
        self.assertEqual((await self.far.get(self.alice.uri))[0], 410)

    async def test_a_create_comes_before_its_delete(self) -> None:
        outcome = await self.here.submit(Create(actor_id=self.alice.id, note=NoteDraft(text="short")))
        await self.here.submit(Delete(actor_id=self.alice.id, note_id=outcome.note_id))
        await self.quiet(self.here)
        kinds = [one["type"] for one in self.far.received() if one["type"] in ("Create", "Delete")]
        self.assertEqual(kinds, ["Create", "Delete"])

    async def test_a_room_answers_in_its_own_name(self) -> None:
        room = await self.here.core.accounts.open_room(self.alice.id, "garden")
        follow = {"id": f"{self.far.url}/follows/2", "type": "Follow", "actor": self.bob.uri, "object": room.account.uri}
        await self.far.post(room.account.inbox, follow, by=self.bob.uri)
        await self.quiet(self.here)
        accept = self.far.received("Accept")[-1]
        self.assertEqual(accept["actor"], room.account.uri)
        posted = next(one for one in reversed(self.far.asked) if one.method == "POST")
        self.assertIn(f'keyId="{room.account.key_id}"', posted.headers["signature"])
        await self.say("in the garden", room_id=room.id)
        announce = self.far.received("Announce")[-1]
        self.assertEqual(announce["actor"], room.account.uri)
        self.assertTrue(str(announce["object"]).startswith(f"{self.here.url}/notes/"))  # it has no NodeInfo: it may know no groups

    async def test_a_server_that_knows_groups_gets_the_whole_activity(self) -> None:
        room = await self.here.core.accounts.open_room(self.alice.id, "garden")
        self.far.put("/.well-known/nodeinfo", {"links": [{"rel": "x", "href": f"{self.far.url}/nodeinfo/2.0"}]})
        self.far.put("/nodeinfo/2.0", {"software": {"name": "Lemmy", "version": "1.0"}})
        follow = {"id": f"{self.far.url}/follows/2", "type": "Follow", "actor": self.bob.uri, "object": room.account.uri}
        await self.far.post(room.account.inbox, follow, by=self.bob.uri)
        await self.quiet(self.here)
        await self.say("in the garden", room_id=room.id)
        (announce,) = self.far.received("Announce")
        self.assertEqual((announce["object"]["type"], announce["object"]["object"]["audience"]), ("Create", room.account.uri))

    async def test_a_refused_host_gets_nothing(self) -> None:
        from tests.support.core import settings_of

        old = self.here.settings
        tables = {
            "instance": {"domain": old.domain},
            "http": {"public_url": old.http.public_url},
            "federation": {"allow_http": True, "allow_private_addresses": True},
            "policies": {"simple": {"reject": ["localhost"]}},
        }
        self.here.core.settings = settings_of(tables, str(old.data_dir))
        await self.say()
        self.assertEqual((self.far.received("Create"), await self.jobs()), ([], []))


class FailureCase(DeliveryCase):
    async def again(self) -> None:
        """It is later."""
        await self.here.database.execute("UPDATE jobs SET run_at = now()")
        self.here.core.jobs.wake()
        await self.quiet(self.here)

    async def while_away(self, activity: Create) -> Outcome:
        self.far.inbox_status = 500
        outcome = await self.here.submit(activity)
        await self.quiet(self.here)
        self.far.inbox_status = 202
        return outcome


class FailureTests(FailureCase):
    async def test_what_is_refused_for_good_is_not_sent_again(self) -> None:
        for status in (400, 406, 410, 413, 422):
            self.far.inbox_status = status
            await self.say(f"with {status}")
            self.assertEqual(await self.jobs(), [], status)

    async def test_what_may_work_later_is_tried_again(self) -> None:
        for number, status in enumerate((401, 404, 408, 429), 1):
            self.far.inbox_status = status
            await self.say(f"with {status}")
            self.assertEqual(len(await self.jobs()), number)
        self.assertTrue(all(later and attempts == 1 for _, attempts, _, later in await self.jobs()))

    async def test_missing_is_believed_after_a_few_tries(self) -> None:
        self.far.inbox_status = 404
        await self.say()
        for _ in range(5):
            await self.again()
        self.assertEqual(len(self.far.received("Create")), 3)
        self.assertEqual(await self.jobs(), [])

    async def test_a_pause_that_is_asked_for_is_kept_by_all(self) -> None:
        self.far.inbox_status, self.far.inbox_headers = 429, {"Retry-After": "3000"}
        await self.say("one")
        await self.say("two")
        self.assertEqual(len(self.far.received("Create")), 1)
        soon = await self.here.database.fetch_value("SELECT count(*) FROM jobs WHERE run_at < now() + interval '2900 seconds'")
        self.assertEqual((soon, len(await self.jobs())), (0, 2))

    async def test_a_server_that_fails_is_left_alone_and_called_when_it_calls(self) -> None:
        self.far.inbox_status = 500
        for number in range(5):
            await self.say(f"number {number}")
        self.assertEqual(len(self.far.received("Create")), 3)
        self.assertIsNotNone(await self.here.core.reading.failing(self.far.domain))
        self.far.inbox_status = 202
        like = {"id": f"{self.far.url}/likes/1", "type": "Like", "actor": self.bob.uri, "object": self.alice.uri}
        await self.far.post(self.alice.inbox, like, by=self.bob.uri)
        await self.again()
        self.assertEqual(len(self.far.received("Create")), 8)
        self.assertEqual((await self.jobs(), await self.here.core.reading.failing(self.far.domain)), ([], None))

    async def test_a_server_that_is_not_there_holds_up_no_other(self) -> None:
        third = await self.peer()
        await self.follower(third, "joe")
        await third.stop()
        await self.say()
        self.assertEqual(len(self.far.received("Create")), 1)
        ((key, attempts, _, later),) = await self.jobs()
        self.assertEqual((key, attempts, later), (third.domain, 1, True))

    async def test_a_delivery_that_is_a_week_old_is_given_up(self) -> None:
        self.far.inbox_status = 500
        await self.say()
        await self.here.database.execute("UPDATE jobs SET created_at = now() - interval '8 days'")
        await self.again()
        self.assertEqual(await self.jobs(), [])


class OrderTests(FailureCase):
    async def test_a_delete_takes_the_place_of_a_create_that_waits(self) -> None:
        """A peer that was away would else get the Create after the Delete."""
        outcome = await self.while_away(Create(actor_id=self.alice.id, note=NoteDraft(text="short")))
        self.assertEqual([attempts for _, attempts, _, _ in await self.jobs()], [1])
        await self.here.submit(Delete(actor_id=self.alice.id, note_id=outcome.note_id))
        await self.quiet(self.here)
        self.assertEqual(([one["type"] for one in self.far.received()][-2:], await self.jobs()), (["Create", "Delete"], []))

    async def test_an_update_waits_for_the_create(self) -> None:
        outcome = await self.while_away(Create(actor_id=self.alice.id, note=NoteDraft(text="first")))
        await self.here.submit(Update(actor_id=self.alice.id, note_id=outcome.note_id, note=NoteDraft(text="second")))
        await self.quiet(self.here)
        self.assertEqual([one["type"] for one in self.far.received()][-1], "Create")
        for _ in range(2):
            await self.again()
        self.assertEqual([one["type"] for one in self.far.received()][-2:], ["Create", "Update"])


class LineTests(FailureCase):
    async def set_up(self) -> None:
        await super().set_up()
        self.room = await self.here.core.accounts.open_room(self.alice.id, "garden")
        follow = {"id": f"{self.far.url}/follows/2", "type": "Follow", "actor": self.bob.uri, "object": self.room.account.uri}
        await self.far.post(self.room.account.inbox, follow, by=self.bob.uri)
        await self.quiet(self.here)

    async def put_off(self) -> int:
        return int(await self.here.database.fetch_value("SELECT count(*) FROM jobs WHERE kind = 'post' AND run_at > now()"))

    async def lines(self) -> list[str]:
        """As the peer was told: the notes the room boosted to it."""
        uris = [one["object"] for one in self.far.received("Announce")]
        rows = await self.here.database.fetch("SELECT uri, source FROM notes WHERE uri = ANY(%s)", (uris,))
        texts = {row[0]: row[1] for row in rows}
        return [texts[uri] for uri in uris]

    async def test_what_is_said_while_a_server_is_away_comes_in_order(self) -> None:
        self.far.inbox_status = 500
        for text in ("one", "two"):
            await self.say(text, room_id=self.room.id)
        self.assertEqual(await self.put_off(), 2)
        self.assertEqual(await self.lines(), ["one"])  # the second waits for the first, without a try of its own
        self.far.inbox_status = 202
        # What comes when the server is there again goes behind those that wait, and no sooner.
        await self.say("three", room_id=self.room.id)
        self.assertEqual(await self.lines(), ["one"])
        await self.again()
        self.assertEqual(await self.lines(), ["one", "one", "two", "three"])

    async def test_the_second_of_a_line_is_not_taken_while_the_first_is_put_off(self) -> None:
        """Also when it was added at the moment the first was put off."""
        self.far.inbox_status = 500
        for text in ("one", "two"):
            await self.say(text, room_id=self.room.id)
        await self.here.database.execute("UPDATE jobs SET run_at = now() WHERE id = (SELECT max(id) FROM jobs WHERE kind = 'post')")
        taken = await job_rows.take(self.here.database, "post", 5, 60, [], 1)
        self.assertEqual(taken, [])

    async def test_what_a_server_cannot_take_holds_up_the_others_for_some_tries_only(self) -> None:
        self.far.inbox_status = 500
        await self.say("one", room_id=self.room.id)
        for _ in range(LINE_TRIES - 1):
            await self.here.core.federation.retry(self.far.domain)
            await self.quiet(self.here)
        await self.say("two", room_id=self.room.id)
        rows = await self.here.database.fetch("SELECT payload ? 'line' FROM jobs WHERE kind = 'post' ORDER BY id")
        self.assertEqual([row[0] for row in rows], [False, True])

    async def test_a_server_that_calls_gets_at_once_what_waits(self) -> None:
        await self.far.stop()
        for text in ("one", "two", "three"):
            await self.say(text, room_id=self.room.id)
        self.assertEqual(await self.put_off(), 3)
        self.far.start_again()
        like = {"id": f"{self.far.url}/likes/1", "type": "Like", "actor": self.bob.uri, "object": self.alice.uri}
        await self.far.post(self.alice.inbox, like, by=self.bob.uri)
        await self.quiet(self.here)
        self.assertEqual((await self.lines(), await self.put_off()), (["one", "two", "three"], 0))

    async def test_what_a_server_refuses_is_not_asked_again_because_it_speaks(self) -> None:
        await self.while_away(Create(actor_id=self.alice.id, note=NoteDraft(text="poison")))
        like = {"id": f"{self.far.url}/likes/1", "type": "Like", "actor": self.bob.uri, "object": self.alice.uri}
        await self.far.post(self.alice.inbox, like, by=self.bob.uri)
        await self.quiet(self.here)
        self.assertEqual(await self.put_off(), 1)


class LedgerTests(FailureCase):
    async def states(self) -> list[tuple[str, int | None, int]]:
        await self.here.doors[0]._ledger.flush()
        id = await self.here.database.fetch_value("SELECT max(id) FROM activities WHERE type = 'Create' AND local")
        return [(one.state, one.status, one.tries) for one in await self.here.core.federation.deliveries(id)]

    async def test_what_became_of_it_is_written_down(self) -> None:
        for status, state in ((202, "taken"), (400, "refused"), (500, "waiting")):
            self.far.inbox_status = status
            await self.say(f"with {status}")
            self.assertEqual(await self.states(), [(state, status, 1)])
        self.far.inbox_status = 202
        await self.again()
        self.assertEqual(await self.states(), [("taken", 202, 2)])
        await self.far.stop()
        await self.say("nobody there")
        self.assertEqual(await self.states(), [("waiting", None, 1)])

    async def test_an_inbox_that_is_gone_is_not_used_until_it_is_named_again(self) -> None:
        self.far.inbox_status = 410
        await self.say("one")
        self.far.inbox_status = 202
        await self.say("two")
        self.assertEqual([one.path for one in self.far.asked if b'"Create"' in one.body], ["/inbox", "/users/bob/inbox"])
        await self.here.core.resolver.fresh(self.bob)  # type: ignore[union-attr]
        await self.say("three")
        self.assertEqual(self.far.asked[-1].path, "/inbox")

    async def test_staff_sees_retries_and_drops(self) -> None:
        self.far.inbox_status = 500
        for number in range(5):
            await self.say(f"number {number}")
        federation = self.here.core.federation
        (host,) = await federation.hosts()
        self.assertEqual((host.host, host.waiting, host.failing_since is not None, "answers 500" in host.last_error), (self.far.domain, 5, True, True))
        self.far.inbox_status = 202
        self.assertEqual(await federation.retry(self.far.domain), 5)
        await self.quiet(self.here)
        self.assertEqual((len(self.far.received("Create")), await self.jobs(), await federation.hosts()), (8, [], []))
        self.far.inbox_status = 500
        await self.say("lost")
        self.assertEqual([state for state, _, _ in await self.states()], ["waiting"])
        self.assertEqual(await federation.drop(self.far.domain), 1)
        self.assertEqual((await self.jobs(), [state for state, _, _ in await self.states()]), ([], ["given up"]))

    async def test_the_program_says_so(self) -> None:
        self.far.inbox_status = 500
        await self.say("hello")
        await self.here.doors[0]._ledger.flush()
        said = []
        uri = await self.here.database.fetch_value("SELECT max(uri) FROM activities WHERE type = 'Create' AND local")
        for words in (["status"], ["activity", uri], ["retry", self.far.domain], ["drop", self.far.domain], ["status", "unknown.example"]):
            options = ctl.parser().parse_args(["federation", *words])
            with redirect_stdout(io.StringIO()) as out:
                await ctl_federation.COMMANDS["federation", words[0]](self.here.core, options)
            said.append(out.getvalue())
        self.assertIn(f"{self.far.domain:<32}      1 waiting", said[0])
        self.assertIn("waiting", said[1])
        self.assertEqual(said[2:], [f"1 deliveries to {self.far.domain} are tried now\n", f"1 deliveries to {self.far.domain} are given up\n", "nothing is known of unknown.example\n"])


class CircuitTests(CoreCase):
    """Time is turned by hand."""

    async def set_up_circuit(self) -> Circuit:
        self.now = 1000.0
        self.patch(self.core.clock, "seconds", lambda: self.now)
        return Circuit(self.core, jitter=lambda low, high: 0.0)

    async def test_three_failures_in_a_row_open_it_and_one_probe_is_let_through(self):
        circuit = await self.set_up_circuit()
        for _ in range(2):
            await circuit.failed("far.example")
            self.assertEqual(circuit.wait("far.example"), 0)
        await circuit.failed("far.example")
        self.assertEqual(circuit.wait("far.example"), 60)
        self.assertEqual(circuit.wait("other.example"), 0)
        self.now += 61
        self.assertEqual((circuit.wait("far.example"), circuit.wait("far.example")), (0, 60))
        await circuit.failed("far.example")
        self.assertEqual(circuit.wait("far.example"), 120)
        await circuit.succeeded("far.example")
        self.assertEqual(circuit.wait("far.example"), 0)

    async def test_a_host_that_failed_on_seven_days_is_asked_once_a_day(self):
        circuit = await self.set_up_circuit()
        await circuit.failed("far.example")
        await self.database.execute("UPDATE hosts SET failed_days = 7")
        self.assertEqual([await circuit.is_dead("far.example") for _ in range(2)], [False, True])
        self.now += 25 * 3600
        self.assertFalse(await circuit.is_dead("far.example"))
        await circuit.succeeded("far.example")
        self.assertEqual([await circuit.is_dead("far.example") for _ in range(2)], [False, False])

    async def test_what_is_remembered_has_an_end(self):
        """CVE-2026-69132: state that is kept for ever."""
        circuit = await self.set_up_circuit()
        self.patch(self.core.accounts, "host_failed", _nothing)
        for number in range(20_100):
            await circuit.failed(f"{number}.example")
        self.assertLessEqual(len(circuit._failures), 20_000)


async def _nothing(host: str) -> None: ...


