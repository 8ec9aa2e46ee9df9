"""`python -m bench [gopher home post inbox deliver memory]`: measure, print a table, keep it in bench/results/."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.data import Sizes
from bench.house import ROOT, Bench
from bench.parts import PARTS
from bench.report import keep
from bench.rows import Row


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
    keep("" if set(parts) == set(PARTS) else "-".join(parts), rows, failed, f"{options.notes:,} notes of 1,000 people", options.seconds)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
