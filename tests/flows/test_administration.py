"""A sysadmin at the shell: the daemon's start, reload and refusals, and pleromactl beside it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.internet.utils import getProcessOutputAndValue

from tests.flows.test_daemons import PASSWORD, FlowCase
from tests.support.clients import Api, until
from tests.support.daemon import Daemon
from tests.support.postgres import drop_database, new_database

BIN = Path(sys.executable).parent


class AdministrationTests(FlowCase):
    async def run_program(self, *command: str) -> tuple[int, str]:
        out, err, status = await getProcessOutputAndValue(str(BIN / command[0]), command[1:], env=dict(os.environ))
        return status, (out + err).decode()

    async def test_accounts_are_made_listed_and_deleted_while_the_daemon_runs(self) -> None:
        daemon = await self.daemon("here")

        async def ctl(*words: str) -> tuple[int, str]:
            return await self.run_program("pleromactl", "--config", str(daemon.config), *words)

        status, said = await ctl("user", "new", "alice", "--email", "alice@mail.example", "--admin")
        self.assertEqual(status, 0, said)
        password = said.split("with the password ")[1].split()[0]
        api = await Api(daemon.url).log_in("alice", password)
        self.assertEqual((await api.get("/api/v1/accounts/verify_credentials"))["username"], "alice")
        status, said = await ctl("user", "list")
        self.assertIn("alice", said)
        self.assertIn("admin", said)
        status, said = await ctl("user", "new", "alice", "--email", "other@mail.example")
        self.assertEqual((status, said.count("\n")), (1, 1))
        self.assertIn("Username has already been taken", said)
        status, said = await ctl("user", "reset-password", "alice")
        self.assertEqual(status, 0, said)
        # The sessions are over, also in the daemon that remembered them.
        self.assertEqual((await api.try_call("GET", "/api/v1/accounts/verify_credentials"))[0], 401)
        status, said = await ctl("user", "reset-link", "alice")
        self.assertEqual(status, 0, said)
        path = said.strip().removeprefix(daemon.url)
        self.assertEqual((await api.try_call("GET", path, headers={"Accept": "text/html"}))[0], 200)
        status, said = await ctl("user", "reset-2fa", "alice")
        self.assertEqual((status, "as before" in said), (0, True), said)
        status, said = await ctl("mail-test", "alice")
        self.assertEqual((status, "no mail is sent" in said), (1, True), said)
        status, said = await ctl("check")
        self.assertIn("the schema is up to date", said)
        self.assertIn("allow_http is on", said)
        status, said = await ctl("user", "delete", "alice", "--yes")
        self.assertEqual(status, 0, said)
        self.assertEqual((await Api(daemon.url).try_call("GET", "/api/v1/accounts/lookup?acct=alice"))[0], 404)

    async def test_a_reload_takes_new_settings_and_names_what_needs_a_restart(self) -> None:
        daemon = await self.daemon("here")
        text = daemon.config.read_text()
        daemon.config.write_text(text.replace('registrations = "open"', 'registrations = "closed"\nname = "Renamed"').replace("enabled = true", "enabled = false"))
        daemon.process.signalProcess(signal.SIGHUP)
        api = Api(daemon.url)

        async def renamed() -> bool:
            instance = await api.get("/api/v2/instance")
            return instance["title"] == "Renamed" and not instance["registrations"]["enabled"]

        await until(renamed)
        self.assertIn("These change only with a restart: gopher.enabled", daemon.output)
        daemon.config.write_text("[instance]\nnonsense = 1\n")
        daemon.process.signalProcess(signal.SIGHUP)

        async def refused() -> bool:
            return "instance.nonsense is not known" in daemon.output

        await until(refused)
        self.assertEqual((await api.get("/api/v2/instance"))["title"], "Renamed")

    async def test_a_wrong_file_ends_the_start_with_one_line(self) -> None:
        file = Path(self.mktemp())
        file.write_text('[http]\nlisten = "tcp:1"\n')
        status, said = await self.run_program("twistd", "--nodaemon", "--pidfile=", "pleromad", "--config", str(file))
        self.assertEqual(status, 1)
        self.assertIn(f"{file.resolve()}: http.listen: expected a list, got a text", said)
        self.assertNotIn("Traceback", said)

    async def test_a_taken_port_ends_the_start_with_what_to_do(self) -> None:
        first = await self.daemon("first")
        dsn = await deferToThread(new_database)
        self.addCleanup(lambda: deferToThread(drop_database, dsn))
        with self.assertRaises(RuntimeError) as caught:
            await self.daemon("second", dsn, ports=[first.http, first.gopher, first.irc])
        self.assertIn("is another program, or another pleromad, there already?", str(caught.exception))

    async def test_make_run_keeps_its_data_over_a_restart(self) -> None:
        """Without a settings file and with the embedded PostgreSQL."""
        daemon = Daemon(self.mktemp(), "")
        daemon.arguments = ["--http", str(daemon.http), "--gopher", str(daemon.gopher), "--irc", str(daemon.irc), "--data-dir", "var"]
        self.addCleanup(lambda: Deferred.fromCoroutine(daemon.stop()))
        await daemon.start()

        async def told() -> bool:
            return "Create the owner's account here, once" in daemon.output

        await until(told)
        alice = await self.person(daemon, "alice")
        await alice.post("/api/v1/statuses", {"status": "kept"})
        # An embedded PostgreSQL that is killed comes back by itself.
        pid = int((daemon.folder / "var/postgres/postmaster.pid").read_text().split("\n")[0])
        os.kill(pid, signal.SIGKILL)

        async def back() -> bool:
            return (await alice.try_call("GET", "/api/v1/timelines/home"))[0] == 200 and "starting it again" in daemon.output

        await until(back, 40)
        await daemon.stop()
        await daemon.start()
        again = await Api(daemon.url).log_in("alice", PASSWORD)
        self.assertEqual((await again.get("/api/v1/timelines/home"))[0]["content"], "<p>kept</p>")
