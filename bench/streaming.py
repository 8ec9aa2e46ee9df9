"""Many listeners on their user streams while people post."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import msgspec

from bench.crowd import token_of
from bench.house import ROOT, Bench
from bench.measuring import percentile, pss_bytes
from bench.rows import Row
from bench.streaming_load import Order, Outcome

LISTENERS = 500
RATE = 50.0  # posts a second


def streaming(bench: Bench, seconds: float) -> list[Row]:
    """Listeners are all people here, some more than once; they post in turn."""
    with bench.daemon() as daemon, tempfile.TemporaryDirectory() as folder:
        here = bench.sizes.local
        tokens = [token_of(number) for number in range(here)]
        ready, file = Path(folder) / "ready", Path(folder) / "order"
        order = Order(daemon.http, [tokens[number % here] for number in range(LISTENERS)], tokens, RATE, seconds, str(ready))
        file.write_bytes(msgspec.msgpack.encode(order))
        before = pss_bytes(daemon.pid)
        load = subprocess.Popen([sys.executable, "-m", "bench.streaming_load", str(file)], cwd=ROOT, stdout=subprocess.PIPE)
        while not ready.exists():
            if load.poll() is not None:
                raise SystemExit("The listeners could not be connected")
            time.sleep(0.05)
        listening = pss_bytes(daemon.pid)
        statements, cpu, postgres = daemon.statements, daemon.cpu_seconds, daemon.postgres_seconds
        daemon.longest_hold()
        ready.unlink()
        said, _ = load.communicate()
        if load.returncode:
            raise SystemExit("The load failed")
        outcome = msgspec.msgpack.decode(said, type=Outcome)
        after = pss_bytes(daemon.pid)
        hold, collection = daemon.longest_hold()
        posts = max(1, len(outcome.sent))
        listeners = Counter(number % here for number in range(LISTENERS))
        fans = _fans(daemon.query(
            "SELECT b.username, a.username FROM follows f JOIN users u ON u.account_id = f.account_id JOIN accounts a ON a.id = f.account_id"
            " JOIN accounts b ON b.id = f.target_id AND b.domain IS NULL WHERE f.accepted"
        ))  # fmt: skip
        expected = sum(listeners[each] for author in outcome.sent for each in {author, *fans.get(author, ())})
        arrived = len(outcome.latencies) + len(outcome.answers) + outcome.warm - posts  # all events: warm ones are counted with their answers
        remark = f"{arrived:,} events of {expected:,} that should be; {outcome.refused} posts refused, {outcome.cut} listeners cut"
        return [
            Row(
                f"an event on a user stream, {LISTENERS} listeners, {RATE:g} posts a second", f"{arrived / seconds:,.0f}/s",
                f"{percentile(outcome.latencies, 50) * 1000:.2f}", f"{percentile(outcome.latencies, 99) * 1000:.2f}",
                f"{(daemon.statements - statements) / posts:.2f}",
                f"{(daemon.cpu_seconds - cpu) * 1000 / posts:.2f} + {(daemon.postgres_seconds - postgres) * 1000 / posts:.2f}", remark,
            ),
            Row(
                "the post itself", f"{posts / seconds:,.1f}/s", f"{percentile(outcome.answers, 50) * 1000:.2f}", f"{percentile(outcome.answers, 99) * 1000:.2f}",
                remark=f"the reactor was held for {hold * 1000:.0f} ms at most, by a collection of garbage {collection * 1000:.0f} ms",
            ),
            Row("memory of a listener", f"{(listening - before) / LISTENERS / 1024:.1f} KiB", remark=f"{before >> 20} MiB before, {listening >> 20} with all, {after >> 20} in the end"),
        ]  # fmt: skip


def _fans(rows: list[tuple[str, str]]) -> dict[int, set[int]]:
    """Of the people `p` + number here: author -> those who follow."""
    found: dict[int, set[int]] = {}
    for author, fan in rows:
        if author[1:].isdigit() and fan[1:].isdigit():
            found.setdefault(int(author[1:]), set()).add(int(fan[1:]))
    return found
