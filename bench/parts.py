"""What is measured. Each part has a daemon of its own, on a fresh copy of the data."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bench.data import DOMAIN, PUBLIC, READER, SINK_PORT, sink_host
from bench.house import AUTHOR, ROOT, Bench, Daemon
from bench.load import Order
from bench.measuring import Load, Measured, measure, pss_bytes
from bench.web import ask, bearer, log_in, request_bytes
from protocols.activitypub import signatures

OK = b"HTTP/1.1 200"
TAKEN = b"HTTP/1.1 202"
WARM_SECONDS = 1.5


@dataclass(frozen=True)
class Row:
    """A line of the table; '' where a column says nothing."""

    what: str
    rate: str = ""
    p50: str = ""
    p99: str = ""
    statements: str = ""
    cpu: str = ""
    remark: str = ""


def row(what: str, measured: Measured, remark: str = "") -> Row:
    if measured.outcome.wrong:
        remark = f"{measured.outcome.wrong} wrong answers! {remark}".strip()
    return Row(
        what,
        f"{measured.per_second:,.0f}/s",
        f"{measured.milliseconds(50):.2f}",
        f"{measured.milliseconds(99):.2f}",
        f"{measured.statements_each:.2f}",
        f"{measured.cpu_milliseconds_each:.2f} + {measured.postgres_milliseconds_each:.2f}",
        remark,
    )


def warm(daemon: Daemon, order: Order) -> None:
    measure(daemon, Order(order.kind, order.port, order.requests, order.clients, WARM_SECONDS, expect=order.expect))


# ---- reading


def gopher(bench: Bench, seconds: float) -> list[Row]:
    with bench.daemon() as daemon:
        expect = b"iWhat is said"

        def order(selectors: list[bytes], seconds: float = seconds, **more: Any) -> Order:
            return Order("gopher", daemon.gopher, [selector + b"\r\n" for selector in selectors], 16, seconds, expect=expect, **more)

        front = order([b"/main/public"])
        warm(daemon, front)
        rows = [row("gopher, public timeline, 16 clients", measure(daemon, front), "the page is made once a second, or when something happens")]
        rows.append(row("gopher, federated timeline, 16 clients", measure(daemon, order([b"/main/all"]))))
        with noise(daemon, log_in(daemon, AUTHOR)):
            rows.append(row("the same while 10 notes a second are written here", measure(daemon, order([b"/main/all"])), "statements include the writing"))
        ids = daemon.query("SELECT id FROM notes WHERE visibility = 'public' AND boost_of_id IS NULL AND id %% 50 = 0 ORDER BY id DESC")
        older = order([b"/main/all/before/%d" % id for (id,) in ids[:150]], 0.0)
        rows.append(row("gopher, 150 different older pages, for the first time", measure(daemon, older), "3,000 notes read and rendered"))
        rows.append(row("the same pages again", measure(daemon, older)))
        thread = [b"/notices/%d" % id for (id,) in daemon.query("SELECT id FROM notes ORDER BY replies_count DESC LIMIT 200")]
        rows.append(row("gopher, the 200 largest threads", measure(daemon, Order("gopher", daemon.gopher, [each + b"\r\n" for each in thread], 4, 0.0))))
        return rows


def home(bench: Bench, seconds: float) -> list[Row]:
    with bench.daemon() as daemon:
        token = log_in(daemon, READER)
        found = ask(daemon, "GET", "/api/v1/timelines/home?limit=20", token=token)
        if len(found) != 20:
            raise SystemExit(f"The home has {len(found)} notes, not 20")
        request = request_bytes("GET", "/api/v1/timelines/home?limit=20", headers=bearer(token))
        rows = []
        for clients in (1, 8):
            order = Order("http", daemon.http, [request], clients, seconds, expect=OK)
            warm(daemon, order)
            measured = measure(daemon, order)
            size = measured.outcome.read_bytes // max(1, measured.count)
            rows.append(row(f"GET home, 20 notes, {clients} client{'s' if clients > 1 else ''}", measured, f"{size:,} bytes each"))
        ids = daemon.query("SELECT note_id FROM home ORDER BY note_id DESC")
        pages = [request_bytes("GET", f"/api/v1/timelines/home?limit=20&max_id={id}", headers=bearer(token)) for (id,) in ids[::10]]
        order = Order("http", daemon.http, pages, 8, 0.0, expect=OK)
        rows.append(row(f"GET home, {len(pages)} older pages, for the first time", measure(daemon, order), "8 clients"))
        return rows


# ---- writing


def posts(token: str, number: int) -> list[bytes]:
    headers = bearer(token) | {"Content-Type": "application/json"}
    bodies = [json.dumps({"status": f"Measured note {place}, with a #tag and https://x.example/{place}"}).encode() for place in range(number)]
    return [request_bytes("POST", "/api/v1/statuses", headers=headers, body=body) for body in bodies]


def post(bench: Bench, seconds: float) -> list[Row]:
    with bench.daemon() as daemon:
        token = log_in(daemon, AUTHOR)
        rows = []
        for clients in (1, 8):
            order = Order("http", daemon.http, posts(token, 2_000), clients, seconds, expect=OK)
            warm(daemon, order)
            rows.append(row(f"POST status, {clients} client{'s' if clients > 1 else ''}", measure(daemon, order), "no followers; fsync on"))
        return rows


_numbers = count(1)


def signed(daemon: Daemon, number: int) -> list[bytes]:
    """Creates of notes by people the reader follows, each signed by its author."""
    private = load_pem_private_key(json.loads(daemon.keys.read_text())[1][0].encode(), None)
    assert isinstance(private, RSAPrivateKey)
    authors = daemon.query(
        "SELECT a.uri, a.key_id FROM accounts a JOIN follows f ON f.target_id = a.id JOIN accounts r ON r.id = f.account_id"
        " WHERE r.username = %s AND r.domain IS NULL AND a.domain IS NOT NULL ORDER BY a.id",
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
    number = max(200, int(150 * seconds))
    with bench.daemon() as daemon:
        warm_up, requests = signed(daemon, 50), signed(daemon, number)
        measure(daemon, Order("http", daemon.http, warm_up, 8, 0.0, expect=TAKEN))
        _until_idle(daemon)
        before = daemon.statements
        known = _notes(daemon)
        start = time.perf_counter()
        measured = measure(daemon, Order("http", daemon.http, requests, 8, 0.0, expect=TAKEN))
        _until_idle(daemon)
        taken = time.perf_counter() - start
        done = _notes(daemon) - known
        statements = (daemon.statements - before) / number
        return [
            row(f"signed inbox deliveries accepted, {number}, 8 clients", measured, "202 after the signature was checked and the job stored"),
            Row("the same, fully processed", f"{done / taken:,.0f}/s", statements=f"{statements:.2f}", remark=f"{done} of {number} notes are there"),
        ]


def _notes(daemon: Daemon) -> int:
    return int(daemon.query("SELECT count(*) FROM notes")[0][0])


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


@contextmanager
def sink(hosts: int) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "bench.sink", str(SINK_PORT), str(hosts)], cwd=ROOT, stdout=subprocess.PIPE)
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


@contextmanager
def noise(daemon: Daemon, token: str) -> Iterator[None]:
    """Ten notes a second, written here, until the block ends."""
    load = Load(Order("http", daemon.http, posts(token, 2_000), 1, 600.0, pause_seconds=0.1, expect=OK))
    try:
        yield
    finally:
        load.stop()


# ---- memory


def memory(bench: Bench, seconds: float) -> list[Row]:
    with bench.daemon() as daemon, sink(bench.sizes.sinks):
        before, resting = daemon.statements, min(10.0, seconds)
        time.sleep(resting)
        unasked = (daemon.statements - before) / resting
        idle = _weigh(bench, daemon)
        reader, author = log_in(daemon, READER), log_in(daemon, AUTHOR)
        ids = [id for (id,) in daemon.query("SELECT id FROM notes WHERE visibility = 'public' AND boost_of_id IS NULL ORDER BY random() LIMIT 2000")]
        homes = [request_bytes("GET", f"/api/v1/timelines/home?limit=40&max_id={id}", headers=bearer(reader)) for id in ids]
        public = [request_bytes("GET", f"/api/v1/timelines/public?limit=40&max_id={id}", headers=bearer(reader)) for id in ids]
        pages = [b"/main/all/before/%d\r\n" % id for id in ids]
        loads = [
            Load(Order("gopher", daemon.gopher, pages, 4, seconds)),
            Load(Order("http", daemon.http, [*homes, *public], 8, seconds, expect=OK)),
            Load(Order("http", daemon.http, posts(author, 2_000), 2, seconds, expect=OK)),
            Load(Order("http", daemon.http, signed(daemon, int(100 * seconds)), 4, 0.0, expect=TAKEN)),
        ]
        most = (0, 0)
        while any(load.process.poll() is None for load in loads):
            most = max(most, _weigh(bench, daemon), key=sum)
            time.sleep(1.0)
        answered = sum(len(load.outcome().latencies) for load in loads)
        after = _weigh(bench, daemon)
        return [
            _weight("memory (PSS), idle", idle, f"aim: together under 256 MB; {unasked:.1f} statements a second unasked"),
            _weight("memory (PSS), the most under load", max(most, after, key=sum), f"aim: under 512 MB; gopher, home, public, post, inbox at once, {answered:,} answers"),
        ]


def _weigh(bench: Bench, daemon: Daemon) -> tuple[int, int]:
    return pss_bytes(daemon.pid), pss_bytes(bench.postmaster)


def _weight(what: str, weights: tuple[int, int], remark: str) -> Row:
    daemon, postgres = (weight / 1_000_000 for weight in weights)
    return Row(what, f"{daemon + postgres:.0f} MB", remark=f"daemon {daemon:.0f}, PostgreSQL {postgres:.0f}; {remark}")


PARTS: dict[str, Callable[[Bench, float], list[Row]]] = {
    "gopher": gopher,
    "home": home,
    "post": post,
    "inbox": inbox,
    "deliver": deliver,
    "memory": memory,
}
