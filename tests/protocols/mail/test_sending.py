"""Letters, sent to a real mail server on loopback."""

from __future__ import annotations

from typing import Any

from twisted.internet import defer, reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from pleromad.accounts.desk import MAIL
from pleromad.accounts.letters import Letter
from pleromad.config import Settings
from pleromad.jobs import Drop, Job, Later
from protocols.mail.adapter import build
from protocols.mail.sending import Post, message_of
from tests.support.core import CoreCase, settings_of
from tests.support.smtp import MailServer, mail_settings

LETTER = Letter("alice@mail.example", "Ein Gruß", "Hello,\n\n.a line with a dot\n\nhttps://here.example/confirm/abc\n")


class TransportTests(TestCase):
    async def deliver(self, server: MailServer, **changed: Any) -> Settings:
        tables = mail_settings(server, self.mktemp())
        self.addCleanup(lambda: Deferred.fromCoroutine(server.stop()))
        tables["mail"] |= changed
        settings = settings_of(tables)
        await Post(None, reactor).send(LETTER, settings)  # type: ignore[arg-type]
        return settings

    async def test_a_letter_arrives_as_it_was_written(self) -> None:
        server = MailServer()
        await self.deliver(server)
        to, message = server.letters[0]
        self.assertEqual(to, "alice@mail.example")
        self.assertEqual(message["Subject"], "Ein Gruß")
        self.assertEqual(message["From"], "Here <here@here.example>")
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        self.assertTrue(message["Message-ID"].endswith("@here.example>"))
        self.assertEqual(message.get_content().replace("\r\n", "\n"), LETTER.text)

    async def test_the_password_goes_over_tls_only(self) -> None:
        for tls in ("starttls", "tls"):
            server = MailServer(user="pleromad", password="geheim und lang", tls=tls)
            await self.deliver(server)
            self.assertEqual(len(server.letters), 1, tls)
            said = b"\n".join(server.spoken)
            self.assertEqual(b"STARTTLS" in said, tls == "starttls")
            if tls == "starttls":
                self.assertLess(said.index(b"STARTTLS"), said.index(b"AUTH"))

    async def test_a_server_without_starttls_gets_nothing(self) -> None:
        server = MailServer()
        with self.assertRaisesRegex(Exception, "TLS"):
            await self.deliver(server, security="starttls")
        self.assertEqual(server.letters, [])

    async def test_a_certificate_nobody_vouches_for_ends_it(self) -> None:
        for tls in ("starttls", "tls"):
            server = MailServer(tls=tls)
            tables = mail_settings(server, self.mktemp())
            self.addCleanup(lambda server=server: Deferred.fromCoroutine(server.stop()))
            del tables["federation"]
            with self.assertRaisesRegex(Exception, "certificate"):
                await Post(None, reactor).send(LETTER, settings_of(tables))  # type: ignore[arg-type]
            self.assertEqual(server.letters, [])

    async def test_a_wrong_password_is_told_without_it(self) -> None:
        server = MailServer(user="pleromad", password="right", tls="tls")
        tables = mail_settings(server, self.mktemp())
        self.addCleanup(lambda: Deferred.fromCoroutine(server.stop()))
        server.password = "another"
        with self.assertRaises(Exception) as caught:
            await Post(None, reactor).send(LETTER, settings_of(tables))  # type: ignore[arg-type]
        self.assertNotIn("right", str(caught.exception))

    def test_nothing_gets_into_the_header_by_a_name(self) -> None:
        settings = settings_of({"instance": {"name": "Here\nBcc: all@world.example"}, "mail": {"host": "x"}})
        message = message_of(LETTER, settings)
        self.assertNotIn(b"\nBcc", message)


class JobTests(CoreCase):
    @defer.inlineCallbacks
    def setUp(self):
        yield super().setUp()
        self.server = MailServer()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.server.stop()))
        self.core.settings = settings_of(mail_settings(self.server, self.mktemp()), str(self.core.settings.data_dir))
        build(self.core, None, reactor)

    def job(self, kind: str, account_id: int, **more: Any) -> Job:
        return Job(1, MAIL, None, {"kind": kind, "account_id": account_id, **more}, b"", 1, 12, self.core.clock.now())

    async def test_a_new_person_gets_a_letter_with_a_link(self) -> None:
        await self.core.jobs.start()
        alice = await self.person("alice", role=None)
        letter = await self.server.letter()
        self.assertEqual(letter["To"], "alice@mail.example")
        code = letter.get_content().partition("https://here.example/confirm/")[2].split()[0]
        self.assertFalse((await self.core.accounts.user(alice.id)).confirmed)
        user = await self.core.accounts.confirm(code)
        self.assertTrue(user.confirmed and user.active)

    async def test_no_secret_lies_with_the_job(self) -> None:
        await self.person("alice", role=None)
        payload = await self.database.fetch_value("SELECT payload::text FROM jobs WHERE kind = 'mail'")
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM account_links"), 0)
        self.assertNotIn("http", payload)

    async def test_a_refused_address_is_given_up_and_a_busy_server_tried_again(self) -> None:
        alice = await self.person("alice")
        post = Post(self.core, reactor)
        self.server.refuse = 550
        with self.assertRaises(Drop):
            await post.work(self.job("test", alice.id))
        self.server.refuse = 451
        with self.assertRaises(Later):
            await post.work(self.job("test", alice.id))
        self.server.refuse = 0
        await post.work(self.job("test", alice.id))
        self.assertEqual(len(self.server.letters), 1)

    async def test_a_server_that_is_away_is_tried_again(self) -> None:
        alice = await self.person("alice")
        await self.server.stop()
        with self.assertRaises(Later):
            await Post(self.core, reactor).work(self.job("test", alice.id))
        self.server.start()

    async def test_nobody_is_written_to_who_is_gone_or_has_no_address(self) -> None:
        alice = await self.person("alice")
        bob = await self.person("bob", email="")
        post = Post(self.core, reactor)
        for job in (self.job("confirm", alice.id), self.job("test", bob.id), self.job("test", 1), self.job("poem", alice.id)):
            with self.assertRaises(Drop):
                await post.work(job)
        with self.assertRaises(Drop):
            await post.work(self.job("test", alice.id, to="ä@mail.example"))
