"""`python -m bench.irc [talk crowd across]`: many IRC clients in rooms of one daemon, a room with many members, a room of two servers.

Every client is an account and every line a note in PostgreSQL before anybody is shown it. Latency is from the sending of a line to
its arrival at each other member. The same clients say the same on ngIRCd, where it is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.data import READER, Sizes
from bench.house import PASSWORD, PROGRAMS, ROOT, Bench, Daemon, cpu_seconds, free_port
from bench.irc_load import Seen, enter, enter_many, talk
from bench.load import Order
from bench.measuring import Load, percentile, pss_bytes
from bench.ngircd import ngircd, program
from bench.report import commit, machine
from bench.rows import OK
from bench.web import bearer, log_in, request_bytes

# Accounts with a log-in and a token each, copies of one that is there.
CLONES = """
INSERT INTO accounts SELECT (jsonb_populate_record(NULL::accounts, to_jsonb(a) || jsonb_build_object('id', 2000000 + i, 'username', 'c' || i,
    'uri', a.uri || '-' || i, 'url', a.url || '-' || i))).* FROM accounts a, generate_series(1, %(count)s) i
    WHERE a.username = 'author' AND a.domain IS NULL;
INSERT INTO users SELECT (jsonb_populate_record(NULL::users, to_jsonb(u) || jsonb_build_object('account_id', 2000000 + i,
    'email', 'c' || i || '@bench.localhost'))).* FROM users u JOIN accounts a ON a.id = u.account_id, generate_series(1, %(count)s) i
    WHERE a.username = 'author' AND a.domain IS NULL;
INSERT INTO oauth_tokens (id, token_hash, account_id, scopes)
    SELECT 2000000 + i, encode(sha256(convert_to('token-' || i, 'UTF8')), 'hex'), 2000000 + i, '{read,write}' FROM generate_series(1, %(count)s) i
"""
CROWD = """
WITH people AS (
    INSERT INTO accounts (id, uri, url, type, username, domain, inbox, created_at)
    SELECT 3000000 + n, 'https://crowd' || n %% 100 || '.example/users/m' || n, '', 'Person', 'm' || n, 'crowd' || n %% 100 || '.example',
        'https://crowd' || n %% 100 || '.example/inbox', now() FROM generate_series(1, %(count)s) n
    RETURNING id)
INSERT INTO follows (account_id, target_id, id, uri, accepted, created_at)
SELECT p.id, r.account_id, p.id, 'https://crowd.example/' || p.id, true, now() FROM people p, rooms r JOIN accounts a ON a.id = r.account_id
WHERE a.username = 'crowd'
"""


@dataclass(frozen=True)
class Line:
    """Of the table. `other`: what ngIRCd takes for the same."""

    what: str
    result: float
    unit: str = ""
    other: float | None = None
    remark: str = ""

    def cells(self) -> tuple[str, ...]:
        other = "" if self.other is None else _number(self.other, self.unit)
        ratio = f"{self.result / self.other:.1f}" if self.other else ""
        return self.what, _number(self.result, self.unit), other, ratio, self.remark


def _number(value: float, unit: str) -> str:
    return f"{value:,.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f} {unit}".strip()


def ask(daemon: Daemon, sql: str, **values: int) -> None:
    import psycopg2

    connection = psycopg2.connect(daemon.dsn)
    with connection, connection.cursor() as cursor:
        for statement in sql.split(";\n"):
            cursor.execute(statement, values)
    connection.close()


def people(count: int) -> list[tuple[str, str]]:
    return [(f"c{number}", f"token-{number}") for number in range(1, count + 1)]


# ---- many talk


@dataclass
class Talked:
    entering: float
    latencies: list[float]
    sent: int
    took: float
    busy: float
    grown: int
    refused: list[str]


async def _talked(options: argparse.Namespace, port: int, pid: int, names: Sequence[tuple[str, str]], before: Callable[[], None] = lambda: None) -> Talked:
    """`names`: with passwords or without (then nobody asks for IRCv3 either). `before` is called when all are in."""
    seen, loop = Seen(), asyncio.get_running_loop()
    rooms = [f"#room{number}" for number in range(options.rooms)]
    empty, start = pss_bytes(pid), loop.time()
    clients = await enter_many(seen, port, names, rooms, options.each, modern=bool(names[0][1]))
    entering = options.clients / (loop.time() - start)
    await asyncio.sleep(2)
    grown = pss_bytes(pid) - empty
    await talk(Seen(), clients, options.rate, 2.0)
    seen.refused.clear()
    before()
    cpu = cpu_seconds(pid)
    sent, took = await talk(seen, clients, options.rate, options.seconds)
    busy = cpu_seconds(pid) - cpu
    for client in clients:
        client.close()
    return Talked(entering, seen.latencies, sent, took, busy, grown, seen.refused)


def talking(bench: Bench, options: argparse.Namespace) -> list[Line]:
    """All say something now and then; and how gopher and the home do meanwhile."""
    with bench.daemon(irc=True) as daemon:
        ask(daemon, CLONES, count=options.clients)
        home = request_bytes("GET", "/api/v1/timelines/home?limit=20", headers=bearer(log_in(daemon, READER)))
        orders = [Order("gopher", daemon.gopher, [b"/main/public\r\n"], 1, 5.0, pause_seconds=0.05), Order("http", daemon.http, [home], 1, 5.0, pause_seconds=0.05, expect=OK)]
        for load in [Load(order) for order in orders]:
            load.outcome()
        idle = [load.outcome() for load in [Load(order) for order in orders]]
        counted: list[float] = []
        doors: list[Load] = []

        def begin() -> None:
            counted[:] = [daemon.statements, daemon.round_trips, daemon.postgres_seconds]
            daemon.longest_hold()
            if not options.alone:
                for order in orders:
                    order.seconds = max(2.0, options.seconds - 2.0)
                    doors.append(Load(order))

        ours = asyncio.run(_talked(options, daemon.irc, daemon.pid, people(options.clients), begin))
        held, garbage = daemon.longest_hold()
        each = [(now - then) / ours.sent for now, then in zip((daemon.statements, daemon.round_trips, daemon.postgres_seconds), counted, strict=True)]
        loaded = [load.outcome() for load in doors]
    other = None
    if program() is None:
        print("ngIRCd is not installed: nothing to compare with", file=sys.stderr)
    elif not options.alone:
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            with ngircd(Path(folder), port) as pid:
                other = asyncio.run(_talked(options, port, pid, [(nick, "") for nick, _ in people(options.clients)]))
    lines = [
        Line("log-in and joining two rooms", ours.entering, "a second", other.entering if other else None, "20 at a time"),
        Line("lines sent", ours.sent / ours.took, "a second", other.sent / other.took if other else None, _refusals(ours)),
        Line("lines shown", len(ours.latencies) / ours.took, "a second", len(other.latencies) / other.took if other else None, f"{len(ours.latencies) / ours.sent:.1f} of each"),
    ]
    for percent in (50, 95, 99):
        theirs = percentile(other.latencies, percent) * 1000 if other else None
        lines.append(Line(f"latency p{percent}", percentile(ours.latencies, percent) * 1000, "ms", theirs, "aim: under 50 ms" if percent == 95 else ""))
    lines += [
        Line("CPU of the daemon, a line", ours.busy * 1000 / ours.sent, "ms", other.busy * 1000 / other.sent if other else None, f"{ours.busy / ours.took * 100:.0f} % of one processor"),
        Line("CPU of PostgreSQL, a line", each[2] * 1000, "ms", None, f"{each[0]:.1f} statements in {each[1]:.1f} messages"),
        Line("memory for each client", ours.grown / 1024 / options.clients, "KiB", other.grown / 1024 / options.clients if other else None, "PSS"),
        Line("longest time the reactor was held", held * 1000, "ms", None, f"aim: under 20 ms; by a collection of garbage {garbage * 1000:.0f} ms"),
    ]
    for name, before, after in zip(("gopher, public timeline", "GET home, 20 notes"), idle, loaded, strict=False):
        was = percentile(before.latencies, 50) * 1000
        now = percentile(after.latencies, 50) * 1000
        lines.append(Line(f"{name}, p50 meanwhile", now, "ms", None, f"idle {was:.2f} ms: {now / was:.1f} times; aim: 2. p99 {percentile(after.latencies, 99) * 1000:.1f}, idle {percentile(before.latencies, 99) * 1000:.1f} ms"))
    return lines


def _refusals(talked: Talked) -> str:
    return f"{len(talked.refused)} refused: {talked.refused[0]}" if talked.refused else "none refused"


# ---- a room of many


def crowd(bench: Bench, options: argparse.Namespace) -> list[Line]:
    """Somebody comes into a room of 10,000, which nobody connected is in; then somebody else."""
    lines: list[Line] = []

    async def come_in(daemon: Daemon) -> None:
        seen, loop = Seen(), asyncio.get_running_loop()
        first = await enter(seen, daemon.irc, *people(1)[0], ["#crowd"])
        first.close()
        await asyncio.sleep(0.5)
        await loop.run_in_executor(None, lambda: ask(daemon, CROWD, count=options.crowd))
        for (nick, token), how in zip(people(3)[1:], ("not live yet", "live already"), strict=True):
            client = await enter(seen, daemon.irc, nick, token)
            await asyncio.sleep(1.0)
            daemon.longest_hold()
            size, start = client.read_bytes, loop.time()
            client.send("JOIN #crowd")
            await asyncio.wait_for(client.expect(b"366"), 60)
            took = loop.time() - start
            await asyncio.sleep(0.2)
            (held, garbage), size = daemon.longest_hold(), client.read_bytes - size
            lines.append(Line(f"JOIN of a room with {options.crowd:,} members, {how}: to the end of NAMES", took * 1000, "ms", None, f"{size:,} bytes; reactor held for at most {held * 1000:.0f} ms, of garbage {garbage * 1000:.0f} ms"))
        if seen.refused:
            print(seen.refused[:3], file=sys.stderr)

    with bench.daemon(irc=True) as daemon:
        ask(daemon, CLONES, count=10)
        asyncio.run(come_in(daemon))
    return lines


# ---- two servers


def across(bench: Bench, options: argparse.Namespace) -> list[Line]:
    """Lines said on one daemon and heard on another, in a room of the first; and the way back."""

    async def chat(here: Daemon, there: Daemon) -> list[Line]:
        seen = Seen()
        alice = await enter(seen, here.irc, "alice", PASSWORD, ["#garden"])
        bob = await enter(seen, there.irc, "bob", PASSWORD)
        room = f"#garden@localhost:{here.http}"
        coming = bob.expect(b"JOIN")
        bob.send(f"JOIN {room}")
        await asyncio.wait_for(coming, 30)
        for one, nick in ((alice, "alice"), (bob, "bob")):  # others may say four lines a second for long
            obeyed = one.expect(b"381")
            one.send(f"OPER {nick} :{PASSWORD}")
            await asyncio.wait_for(obeyed, 10)
        await asyncio.sleep(1)
        alice.rooms, bob.rooms = ["#garden"], [room]
        lines = []
        for speaker, how in ((alice, "from the room's server"), (bob, "to the room's server")):
            for rate in (2.0, 20.0):
                client = [speaker]
                await talk(Seen(), client, 2.0, 1.0)
                sent, _ = await talk(seen, client, rate, 6.0)
                p50, p95 = (percentile(seen.latencies, percent) * 1000 for percent in (50, 95))
                remark = f"p95 {p95:.0f} ms; {len(seen.latencies)} of {sent} heard; aim: under 1 s"
                lines.append(Line(f"a line across, {how}, {rate:g} a second: p50", p50, "ms", None, remark))
        for line in seen.refused[:3]:
            print(line, file=sys.stderr)
        return lines

    with bench.daemon(irc=True, empty=True) as here, bench.daemon(irc=True, empty=True) as there:
        _person(here, "alice")
        _person(there, "bob")
        return asyncio.run(chat(here, there))


def _person(daemon: Daemon, name: str) -> None:
    """Staff, who may become IRC operators: these are not held up by flood control."""
    command = [str(PROGRAMS / "pleromactl"), "--config", str(daemon.config), "user", "new", name, "--password-stdin", "--admin"]
    subprocess.run([*command, "--email", f"{name}@bench.localhost"], input=PASSWORD.encode(), check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


PARTS = {"talk": talking, "crowd": crowd, "across": across}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.irc")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--rooms", type=int, default=100)
    parser.add_argument("--each", type=int, default=2, help="rooms that each client is in (2)")
    parser.add_argument("--rate", type=float, default=200.0, help="lines a second (200)")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--crowd", type=int, default=10_000, help="members of the large room (10000)")
    parser.add_argument("--alone", action="store_true", help="no other doors meanwhile, no ngIRCd")
    parser.add_argument("--notes", type=int, default=100_000, help="how many notes there are (100000)")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench")
    parser.add_argument("--profile", action="store_true", help="write daemon.prof into the folder")
    options = parser.parse_args()
    parts = [part for part in PARTS if part in (options.parts or PARTS)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 8192),) * 2)
    bench = Bench(options.folder, Sizes(notes=options.notes), profile=options.profile, pulse=True)
    lines: list[Line] = []
    try:
        for part in parts:
            print(f"{part} ...", file=sys.stderr, flush=True)
            lines += PARTS[part](bench, options)
    finally:
        bench.stop()
    text = report(lines, options)
    print(text)
    name = f"{datetime.now(UTC):%Y-%m-%d}-irc" + ("" if set(parts) == set(PARTS) else "-" + "-".join(parts))
    file = ROOT / "bench" / "results" / f"{name}.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text + "\n")
    return 0


def report(lines: Sequence[Line], options: argparse.Namespace) -> str:
    cells = [("What", "pleromad", "ngIRCd", "Ratio", "Remark"), *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    table = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells]
    table.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    members = options.clients * options.each // options.rooms
    return "\n".join(
        [
            f"# IRC, measured on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            "",
            f"{machine()}; Python {platform.python_version()}; commit {commit()}.",
            f"{options.clients:,} clients in {options.rooms} rooms of {members}, {options.rate:g} lines a second for {options.seconds:g} s."
            " Daemon, PostgreSQL and clients share the machine.",
            f"Load on the machine when this was written: {' '.join(f'{one:.1f}' for one in os.getloadavg())}.",
            "",
            *table,
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
