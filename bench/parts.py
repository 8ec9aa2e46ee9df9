"""What is measured. Each part has a daemon of its own, on a fresh copy of the data."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.data import READER
from bench.federation import deliver, fan_out, inbox, signed, sink
from bench.house import AUTHOR, Bench, Daemon
from bench.load import Order
from bench.measuring import Load, measure, pss_bytes
from bench.rows import OK, TAKEN, Row, posts, row, warm
from bench.web import ask, bearer, log_in, request_bytes

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


def post(bench: Bench, seconds: float) -> list[Row]:
    with bench.daemon() as daemon:
        token = log_in(daemon, AUTHOR)
        rows = []
        for clients in (1, 8):
            order = Order("http", daemon.http, posts(token, 2_000), clients, seconds, expect=OK)
            warm(daemon, order)
            rows.append(row(f"POST status, {clients} client{'s' if clients > 1 else ''}", measure(daemon, order), "no followers; fsync on"))
        return rows


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
    "fan_out": fan_out,
    "memory": memory,
}
