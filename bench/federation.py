"""Parts of the table about other servers: what they deliver here, and what is delivered to them."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bench.data import DOMAIN, PUBLIC, READER, SINK_PORT, sink_host
from bench.house import AUTHOR, ROOT, Bench, Daemon
from bench.load import Order
from bench.measuring import Load, measure, percentile, pss_bytes
from bench.rows import OK, TAKEN, Row, posts, row
from bench.web import ask, bearer, log_in, request_bytes
from protocols.activitypub import signatures

_numbers = count(1)


def signed(daemon: Daemon, number: int) -> list[bytes]:
    """Creates of notes by people the reader follows, each signed by its author."""
    private = load_pem_private_key(json.loads(daemon.keys.read_text())[1][0].encode(), None)
    assert isinstance(private, RSAPrivateKey)
    authors = daemon.query(
        "SELECT a.uri, a.key_id FROM accounts a JOIN follows f ON f.target_id = a.id JOIN accounts r ON r.id = f.account_id"
        " WHERE r.username = %s AND r.domain IS NULL AND a.domain IS NOT NULL ORDER BY a.id LIMIT 50",
        READER,
    )
    requests = []
    for place in range(number):
        uri, key_id = authors[place % len(authors)]
        mark = f"{uri}/measured/{time.time_ns()}-{next(_numbers)}"
        published = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        addressed = {"to": [PUBLIC], "cc": [f"{uri}/followers"]}
        note = {
            "id": mark, "type": "Note", "attributedTo": uri, "content": f"<p>Measured delivery {place}, a few words long.</p>", "published": published,
            "url": mark, "sensitive": False, "summary": None, "inReplyTo": None, "tag": [], "attachment": [], **addressed,
        }  # fmt: skip
        create = {
            "@context": "https://www.w3.org/ns/activitystreams", "id": f"{mark}/activity", "type": "Create", "actor": uri, "object": note,
            "published": published, **addressed,
        }  # fmt: skip
        body = json.dumps(create).encode()
        headers = signatures.sign(private, key_id, method="POST", host=DOMAIN, path="/inbox", body=body, now=datetime.now(UTC))
        requests.append(request_bytes("POST", "/inbox", headers=headers | {"Content-Type": "application/activity+json"}, body=body))
    return requests


def inbox(bench: Bench, seconds: float) -> list[Row]:
    """Creates from 50 people: as fast as 8 and 64 clients can give them, and until all are on timelines."""
    number = max(200, int(150 * seconds))
    rows = []
    for clients, tls in ((8, False), (64, False), (8, True), (64, True)):
        with bench.daemon(tls=tls) as daemon:
            warm_up, requests = signed(daemon, 100), signed(daemon, number)
            measure(daemon, Order("http", daemon.http, warm_up, 8, 0.0, expect=TAKEN, tls=tls))
            _until_idle(daemon)
            statements, trips, cpu, postgres = daemon.statements, daemon.round_trips, daemon.cpu_seconds, daemon.postgres_seconds
            known, start = _homes(daemon), time.perf_counter()
            measured = measure(daemon, Order("http", daemon.http, requests, clients, 0.0, expect=TAKEN, tls=tls))
            _until_idle(daemon)
            taken = time.perf_counter() - start
            done = _homes(daemon) - known
            how = f"{clients} clients{', TLS' if tls else ''}"
            rows.append(row(f"signed inbox deliveries accepted, {number}, {how}", measured, "202 after the signature was checked and the job stored"))
            rows.append(
                Row(
                    "the same, stored and on a timeline",
                    f"{done / taken:,.0f}/s",
                    statements=f"{(daemon.statements - statements) / number:.2f}",
                    cpu=f"{(daemon.cpu_seconds - cpu) * 1000 / number:.2f} + {(daemon.postgres_seconds - postgres) * 1000 / number:.2f}",
                    remark=f"{done} of {number} are there; {(daemon.round_trips - trips) / number:.2f} messages to PostgreSQL each",
                )
            )
    return rows


def _homes(daemon: Daemon) -> int:
    return int(daemon.query("SELECT count(*) FROM home")[0][0])


def _until_idle(daemon: Daemon, most_seconds: float = 300.0) -> None:
    """Until no job waits."""
    end = time.monotonic() + most_seconds
    while time.monotonic() < end:
        if not daemon.query("SELECT 1 FROM jobs WHERE kind IN ('inbox', 'deliver', 'post') LIMIT 1"):
            return
        time.sleep(0.1)
    print(f"Jobs still wait after {most_seconds:.0f} s", file=sys.stderr)


def deliver(bench: Bench, seconds: float) -> list[Row]:
    hosts = bench.sizes.sinks
    notes = max(2, int(seconds * 2))
    with bench.daemon() as daemon, sink(hosts):
        token = log_in(daemon, READER)
        for request in posts(token, 1):
            measure(daemon, Order("http", daemon.http, [request], 1, 0.0, expect=OK))
        _until_idle(daemon)
        began = sink_counts()
        before, start = daemon.statements, time.time()
        measure(daemon, Order("http", daemon.http, posts(token, notes), 1, 0.0, expect=OK))
        _until_idle(daemon)
        ended = sink_counts()
        sent = ended["count"] - began["count"]
        rate = sent / max(0.001, ended["last"] - start)
        remark = f"{notes} notes to {hosts} hosts, {ended['connections'] - 2} connections, {ended['unsigned']} unsigned"
        return [Row("outgoing deliveries to a local sink", f"{rate:,.0f}/s", statements=f"{(daemon.statements - before) / max(1, sent):.2f}", remark=remark)]


FAN_HOSTS, FAN_INBOXES, DEAD, SLOW = 400, 4_000, 20, 20
_FOLLOWERS = """
WITH people AS (
    INSERT INTO accounts (id, uri, url, type, username, domain, inbox, created_at)
    SELECT 1000000 + n, base || '/users/w' || n, base || '/users/w' || n, 'Person', 'w' || n, host, base || '/users/w' || n || '/inbox', now()
    FROM unnest(%s::text[], %s::text[], %s::int[]) AS t(host, base, n)
    RETURNING id)
INSERT INTO follows (account_id, target_id, id, uri, accepted, created_at)
SELECT p.id, a.id, p.id, 'https://wide.example/' || p.id, true, now() FROM people p, accounts a WHERE a.username = %s AND a.domain IS NULL
"""


def fan_out(bench: Bench, seconds: float) -> list[Row]:
    """One note to 4,000 inboxes on 400 hosts, of which 5 % are dead and 5 % slow; and how the doors do meanwhile."""
    with bench.daemon() as daemon, sink(FAN_HOSTS, dead=DEAD, slow=SLOW):
        names = [f"{sink_host(number % FAN_HOSTS)}:{SINK_PORT}" for number in range(FAN_INBOXES)]
        daemon.query(_FOLLOWERS, names, [f"http://{name}" for name in names], list(range(FAN_INBOXES)), AUTHOR)
        token, reader = log_in(daemon, AUTHOR), log_in(daemon, READER)
        home = request_bytes("GET", "/api/v1/timelines/home?limit=20", headers=bearer(reader))

        def doors(length: float) -> list[Load]:
            return [
                Load(Order("gopher", daemon.gopher, [b"/main/public\r\n"], 1, length, pause_seconds=0.05)),
                Load(Order("http", daemon.http, [home], 1, length, pause_seconds=0.05, expect=OK)),
            ]

        for load in doors(2.0):
            load.outcome()
        idle = [load.outcome() for load in doors(5.0)]
        healthy = FAN_INBOXES * (FAN_HOSTS - DEAD - SLOW) // FAN_HOSTS
        weight, cpu, statements = pss_bytes(daemon.pid), daemon.cpu_seconds, daemon.statements
        start, most = time.time(), 0
        ask(daemon, "POST", "/api/v1/statuses", token=token, form={"status": "To everybody"})
        busy = doors(5.0)
        while (counted := sink_counts())["healthy"] < healthy and time.time() - start < 300:
            most = max(most, pss_bytes(daemon.pid))
            time.sleep(0.25)
        loaded = [load.outcome() for load in busy]
        last, count = counted["last"] - start, counted["healthy"]
        remark = f"{count} of {healthy} healthy inboxes; {counted['slow']} slow ones by then; daemon {weight / 1e6:.0f} MB before, {most / 1e6:.0f} MB at most"
        rows = [
            Row(
                f"one note to {FAN_INBOXES:,} inboxes, {FAN_HOSTS} hosts, 5 % dead, 5 % slow: the last healthy one",
                f"{last:.1f} s",
                statements=f"{(daemon.statements - statements) / max(1, count):.2f}",
                cpu=f"{(daemon.cpu_seconds - cpu) * 1000 / max(1, count):.2f} (daemon)",
                remark=f"{remark}; signing costs {_signing_milliseconds(daemon):.2f} ms each",
            )
        ]
        for name, before, after in zip(("gopher", "GET home"), idle, loaded, strict=True):
            was = f"idle: {percentile(before.latencies, 50) * 1000:.1f}, {percentile(before.latencies, 99) * 1000:.1f}"
            p50, p99 = (f"{percentile(after.latencies, percent) * 1000:.2f}" for percent in (50, 99))
            rows.append(Row(f"{name} meanwhile, 1 client", f"{len(after.latencies) / after.seconds:,.0f}/s", p50, p99, remark=was))
        return rows


def _signing_milliseconds(daemon: Daemon, times: int = 200) -> float:
    private = load_pem_private_key(json.loads(daemon.keys.read_text())[0][0].encode(), None)
    assert isinstance(private, RSAPrivateKey)
    start = time.process_time()
    for number in range(times):
        signatures.sign(private, "https://a.example/#key", method="POST", host="b.example", path="/inbox", body=b"%d" % number, now=datetime.now(UTC))
    return (time.process_time() - start) * 1000 / times


@contextmanager
def sink(hosts: int, *, dead: int = 0, slow: int = 0) -> Iterator[None]:
    """The last `dead` of the hosts are not there, the `slow` ones before them answer late."""
    numbers = [str(number) for number in (SINK_PORT, hosts, dead, slow)]
    process = subprocess.Popen([sys.executable, "-m", "bench.sink", *numbers], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise SystemExit(f"The sink could not start: is port {SINK_PORT} taken?")
        yield
    finally:
        process.terminate()
        process.wait()


def sink_counts() -> dict[str, Any]:
    connection = http.client.HTTPConnection(sink_host(0), SINK_PORT, timeout=10)
    connection.request("GET", "/")
    said: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return said
