"""`python -m bench.irc`: many IRC clients in rooms of one daemon; how long a line takes, and what a client costs.

The clients are real connections of this process (asyncio); each is an account, in some rooms of the core, so every line is a note in
PostgreSQL before anybody is shown it. The latency of a line is from its sending to its arrival at each member.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measuring import percentile
from store.embedded import Embedded

ROOT = Path(__file__).resolve().parent.parent
CONFIG = """\
[instance]
domain = "bench.example"
name = "Bench"
registrations = "closed"
[store]
dsn = "{dsn}"
data_dir = "{folder}/data"
[http]
listen = ["unix:{folder}/http"]
public_url = "https://bench.example"
[gopher]
enabled = false
[irc]
listen = ["tcp:{port}:interface=127.0.0.1"]
[federation]
enabled = false
"""
# Everybody is the first one under another name.
CLONES = """
INSERT INTO accounts SELECT (jsonb_populate_record(NULL::accounts, to_jsonb(a) || jsonb_build_object('id', a.id + i, 'username', 'c' || i,
    'uri', a.uri || '-' || i, 'url', a.url || '-' || i))).* FROM accounts a, generate_series(1, %(count)s) i WHERE a.username = 'c0';
INSERT INTO users SELECT (jsonb_populate_record(NULL::users, to_jsonb(u) || jsonb_build_object('account_id', u.account_id + i,
    'email', 'c' || i || '@bench.example'))).* FROM users u, generate_series(1, %(count)s) i WHERE u.email = 'c0@bench.example';
"""


def prepare(config: str, clients: int, rooms: int, out: str) -> None:
    """In a process of its own: accounts, tokens, rooms."""
    from twisted.internet import task

    async def work(reactor: Any) -> None:
        from pleromad.config import load
        from pleromad.core import Core
        from pleromad.model.account import Role
        from store.migrate import migrate
        from store.pool import Database

        settings = load(Path(config))
        database = Database(settings.store.dsn, reactor, size=4)
        await database.start()
        await migrate(database)
        core = Core(settings, database, reactor)
        await core.start()
        first = await core.accounts.register(username="c0", email="c0@bench.example", password="measured often, known to all", role=Role.USER)
        for statement in CLONES.split(";\n")[:2]:
            await database.execute(statement, {"count": clients})
        app = await core.accounts.add_app(name="bench", website=None, redirect_uris=("urn:x",), scopes=frozenset({"read", "write"}))
        tokens = {}
        for number in range(1, clients + 1):
            grant = await core.accounts.issue(app, first.account.id + number, frozenset({"read", "write"}))
            tokens[f"c{number}"] = grant.access_token
        for number in range(rooms):
            await core.accounts.open_room(first.account.id, f"room{number}")
        Path(out).write_text(json.dumps(tokens))
        await core.stop()
        await database.stop()

    from twisted.internet.defer import ensureDeferred

    task.react(lambda reactor: ensureDeferred(work(reactor)))


class Load:
    def __init__(self, port: int) -> None:
        self.port = port
        self.latencies: list[float] = []
        self.sent = 0
        self.counting = False
        self.refused: list[str] = []

    async def client(self, nick: str, token: str, rooms: list[str]) -> asyncio.StreamWriter:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        writer.write(f"PASS {nick}:{token}\r\nNICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n".encode())
        writer.write("".join(f"JOIN #{room}\r\n" for room in rooms).encode() + b"PING ready\r\n")
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self.listen(reader, writer, ready))
        writer.bench_task = task  # type: ignore[attr-defined]
        await asyncio.wait_for(ready, 120)
        return writer

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ready: asyncio.Future[None]) -> None:
        while line := await reader.readline():
            words = line.split(b" ", 3)
            if words[0] == b"PING":
                writer.write(b"PONG x\r\n")
            elif len(words) > 3 and words[1] == b"PRIVMSG":
                if self.counting and (at := line.rfind(b"t=")) > 0:
                    self.latencies.append(time.monotonic() - float(line[at + 2 :]))
            elif len(words) > 1 and words[1] == b"PONG" and not ready.done():
                ready.set_result(None)
            elif words[0] == b"ERROR" or (len(words) > 1 and words[1][:1] in (b"4", b"5")):
                self.refused.append(line.decode().strip())

    async def talk(self, clients: list[tuple[asyncio.StreamWriter, list[str]]], rate: float, seconds: float) -> float:
        self.counting = True
        start = time.monotonic()
        while (now := time.monotonic()) < start + seconds:
            due = int((now - start) * rate)
            while self.sent < due:
                writer, rooms = random.choice(clients)
                writer.write(f"PRIVMSG #{random.choice(rooms)} :a line of the usual length, as people write t={time.monotonic()}\r\n".encode())
                self.sent += 1
            await asyncio.sleep(0.005)
        took = time.monotonic() - start
        await asyncio.sleep(5)
        return took


def memory_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(options: argparse.Namespace, port: int, pid: int, tokens: dict[str, str]) -> list[tuple[str, str]]:
    load = Load(port)
    names = [f"room{number}" for number in range(options.rooms)]
    before = memory_kib(pid)
    clients: list[tuple[asyncio.StreamWriter, list[str]]] = []
    started = time.monotonic()
    for at in range(0, options.clients, 20):
        batch = list(tokens.items())[at : at + 20]
        chosen = [random.sample(names, options.each) for _ in batch]
        made = await asyncio.gather(*(load.client(nick, token, rooms) for (nick, token), rooms in zip(batch, chosen, strict=True)))
        clients += zip(made, chosen, strict=True)
    entering = time.monotonic() - started
    await asyncio.sleep(2)
    after, cpu = memory_kib(pid), cpu_seconds(pid)
    took = await load.talk(clients, options.rate, options.seconds)
    busy = cpu_seconds(pid) - cpu
    members = options.clients * options.each / options.rooms
    return [
        ("clients, rooms, members of a room", f"{options.clients}, {options.rooms}, {members:.0f}"),
        ("log-in and joining, clients a second", f"{options.clients / entering:.0f}"),
        ("lines sent a second", f"{load.sent / took:.0f}"),
        ("lines shown a second", f"{len(load.latencies) / took:,.0f}"),
        ("latency p50", f"{percentile(load.latencies, 50) * 1000:.1f} ms"),
        ("latency p95", f"{percentile(load.latencies, 95) * 1000:.1f} ms"),
        ("latency p99", f"{percentile(load.latencies, 99) * 1000:.1f} ms"),
        ("processor of the daemon", f"{busy / (took + 5) * 100:.0f} % of one"),
        ("memory of the daemon, empty and full", f"{before / 1024:.0f} and {after / 1024:.0f} MiB"),
        ("memory for each client", f"{(after - before) / options.clients:.1f} KiB"),
        ("refused", f"{len(load.refused)} {load.refused[:1] or ''}"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.irc")
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--rooms", type=int, default=100)
    parser.add_argument("--each", type=int, default=2, help="rooms that each client is in (2)")
    parser.add_argument("--rate", type=float, default=200.0, help="lines a second (200)")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--prepare", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare:
        prepare(options.prepare[0], options.clients, options.rooms, options.prepare[1])
        return 0
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 8192),) * 2)
    from bench.house import free_port

    with tempfile.TemporaryDirectory(prefix="pleromad-bench-") as folder:
        postgres = Embedded(Path(folder) / "postgres")
        postgres.start()
        try:
            port = free_port()
            config = Path(folder) / "bench.toml"
            config.write_text(CONFIG.format(dsn=postgres.database("irc"), folder=folder, port=port))
            tokens = Path(folder) / "tokens.json"
            sizes = ["--clients", str(options.clients), "--rooms", str(options.rooms)]
            subprocess.run([sys.executable, "-m", "bench.irc", "--prepare", str(config), str(tokens), *sizes], check=True, cwd=ROOT)
            daemon = subprocess.Popen(
                [str(Path(sys.executable).parent / "twistd"), "--nodaemon", "--pidfile=", f"--logfile={folder}/log", "pleromad", "--config", str(config)],
                cwd=ROOT, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                _wait_for(port, daemon)
                rows = asyncio.run(measure(options, port, daemon.pid, json.loads(tokens.read_text())))
            finally:
                daemon.terminate()
                daemon.wait(30)
        finally:
            postgres.stop()
    text = report(rows, options)
    print(text)
    file = ROOT / "bench" / "results" / f"{datetime.now(UTC):%Y-%m-%d}-irc.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text + "\n")
    return 0


def _wait_for(port: int, daemon: subprocess.Popen[bytes]) -> None:
    import socket

    for _ in range(600):
        if daemon.poll() is not None:
            raise SystemExit("The daemon ended")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The daemon did not start")


def report(rows: list[tuple[str, str]], options: argparse.Namespace) -> str:
    width = max(len(name) for name, _ in rows)
    return "\n".join(
        [
            f"# IRC, measured on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            "",
            f"{os.cpu_count()} processors, Python {platform.python_version()}; {options.seconds:.0f} s. Daemon, PostgreSQL and clients share the machine.",
            f"Load on the machine when this was written: {' '.join(f'{one:.1f}' for one in os.getloadavg())}.",
            "",
            f"| {'What'.ljust(width)} | Result |",
            f"|{'-' * (width + 2)}|--------|",
            *(f"| {name.ljust(width)} | {value} |" for name, value in rows),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
