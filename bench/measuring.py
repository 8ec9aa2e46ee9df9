"""Run an order in its own process and make numbers of what came out; weigh processes."""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.house import ROOT, Daemon, family
from bench.load import Order, Outcome


@dataclass(frozen=True)
class Measured:
    outcome: Outcome
    statements: int
    cpu_seconds: float = 0.0  # of the daemon
    postgres_seconds: float = 0.0

    @property
    def count(self) -> int:
        return len(self.outcome.latencies)

    @property
    def per_second(self) -> float:
        return self.count / self.outcome.seconds

    @property
    def statements_each(self) -> float:
        return self.statements / max(1, self.count + self.outcome.wrong)

    @property
    def cpu_milliseconds_each(self) -> float:
        return self.cpu_seconds * 1000 / max(1, self.count + self.outcome.wrong)

    @property
    def postgres_milliseconds_each(self) -> float:
        return self.postgres_seconds * 1000 / max(1, self.count + self.outcome.wrong)

    def milliseconds(self, percent: float) -> float:
        return percentile(self.outcome.latencies, percent) * 1000


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile; NaN of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(percent / 100 * len(ordered)) - 1)]


class Load:
    """An order that is being carried out."""

    def __init__(self, order: Order) -> None:
        handle, name = tempfile.mkstemp(suffix=".order")
        self._file = Path(name)
        with open(handle, "wb") as file:
            file.write(msgspec.msgpack.encode(order))
        self.process = subprocess.Popen([sys.executable, "-m", "bench.load", name], cwd=ROOT, stdout=subprocess.PIPE)

    def stop(self) -> None:
        """Whatever it has not done yet is left undone."""
        self.process.kill()
        self.process.communicate()
        self._file.unlink(missing_ok=True)

    def outcome(self) -> Outcome:
        said, _ = self.process.communicate()
        self._file.unlink(missing_ok=True)
        if self.process.returncode:
            raise SystemExit("The load generator failed")
        return msgspec.msgpack.decode(said, type=Outcome)


def measure(daemon: Daemon, order: Order) -> Measured:
    before, cpu, postgres = daemon.statements, daemon.cpu_seconds, daemon.postgres_seconds
    outcome = Load(order).outcome()
    if outcome.wrong:
        print(f"{outcome.wrong} wrong answers, the first: {outcome.first_wrong!r}", file=sys.stderr)
    return Measured(outcome, daemon.statements - before, daemon.cpu_seconds - cpu, daemon.postgres_seconds - postgres)


def pss_bytes(pid: int) -> int:
    """Proportional set size of a process and all below it (proc(5), smaps_rollup): shared pages are counted in parts."""
    total = 0
    for one in family(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total
