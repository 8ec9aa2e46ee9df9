"""The table as text, with what is to be known about the machine; printed and kept in bench/results/."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.house import ROOT
from bench.rows import Row

HEAD = ("What", "Result", "p50 ms", "p99 ms", "SQL each", "CPU ms each", "Remark")


def keep(name: str, rows: Sequence[Row], failed: Sequence[str], of: str, seconds: float) -> None:
    """`name` follows the date in the file's name; `of`: the data."""
    text = report(rows, failed, of, seconds)
    print(text)
    file = ROOT / "bench" / "results" / f"{datetime.now(UTC):%Y-%m-%d}{'-' if name else ''}{name}.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text + "\n")


def report(rows: Sequence[Row], failed: Sequence[str], of: str, seconds: float) -> str:
    cells = [HEAD, *((row.what, row.rate, row.p50, row.p99, row.statements, row.cpu, row.remark) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    table = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells]
    table.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    lines = [
        f"# Measured on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "",
        f"{machine()}; Python {platform.python_version()}; commit {commit()}.",
        f"{of}, {seconds:g} s each load. Daemon, PostgreSQL and the load generator share the machine.",
        f"Load on the machine when this was written: {' '.join(f'{each:.1f}' for each in os.getloadavg())}.",
        "",
        *table,
    ]
    return "\n".join([*lines, *(f"\nNot measured: {line}" for line in failed)])


def machine() -> str:
    names = [line.partition(":")[2].strip() for line in _read("/proc/cpuinfo") if line.startswith("model name")]
    kilobytes = next((int(line.split()[1]) for line in _read("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return f"{len(names) or os.cpu_count()} x {names[0] if names else platform.machine()}, {kilobytes / 1_048_576:.0f} GiB"


def commit() -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def _read(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
