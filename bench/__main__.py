"""`python -m bench [gopher home post inbox deliver memory]`: measure, print a table, keep it in bench/results/."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.data import Sizes
from bench.house import ROOT, Bench
from bench.parts import PARTS, Row

HEAD = ("What", "Result", "p50 ms", "p99 ms", "SQL each", "CPU ms each", "Remark")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure a daemon on made-up data.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each load lasts (10)")
    parser.add_argument("--notes", type=int, default=100_000, help="how many notes there are (100000)")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench", help="where PostgreSQL and the made-up data are kept")
    parser.add_argument("--profile", action="store_true", help="write daemon.prof into the folder (of the last part), for pstats; slows everything down")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]}; there are: {', '.join(PARTS)}")
    parts = [part for part in PARTS if part in (options.parts or PARTS)]
    bench = Bench(options.folder, Sizes(notes=options.notes), profile=options.profile)
    failed: list[str] = []
    rows: list[Row] = []
    try:
        for part in parts:
            print(f"{part} ...", file=sys.stderr, flush=True)
            try:
                rows += PARTS[part](bench, options.seconds)
            except SystemExit as error:
                failed.append(f"{part}: {error}")
                print(failed[-1], file=sys.stderr)
    finally:
        bench.stop()
    text = report(rows, failed, options)
    print(text)
    name = datetime.now(UTC).strftime("%Y-%m-%d") + ("" if set(parts) == set(PARTS) else "-" + "-".join(parts))
    file = ROOT / "bench" / "results" / f"{name}.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text + "\n")
    return 1 if failed else 0


def report(rows: list[Row], failed: list[str], options: argparse.Namespace) -> str:
    cells = [HEAD, *((row.what, row.rate, row.p50, row.p99, row.statements, row.cpu, row.remark) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    table = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells]
    table.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    lines = [
        f"# Measured on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "",
        f"{machine()}; Python {platform.python_version()}; commit {commit()}.",
        f"{options.notes:,} notes of 1,000 people, {options.seconds:g} s each load. Daemon, PostgreSQL and the load generator share the machine.",
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


if __name__ == "__main__":
    sys.exit(main())
