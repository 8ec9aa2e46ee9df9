"""`make interop-servers PEERS=DIR [ONLY=snac] [ROWS=poll]`: see README.md beside this file."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import requests

from tests.interop.servers.gotosocial import GoToSocial
from tests.interop.servers.lab import Failed, Lab
from tests.interop.servers.ours import Ours
from tests.interop.servers.person import Lacks
from tests.interop.servers.rows import ROWS, Meeting
from tests.interop.servers.snac import Snac
from tests.interop.servers.table import Cell, table, write
from tests.interop.servers.takahe import Takahe

KINDS: tuple[Any, ...] = (Snac, GoToSocial, Takahe)
OURS = "ours.test"
INSIDE = "PLEROMAD_LAB"


def enter() -> None:
    """Start again in network and mount namespaces of our own. Needs no rights: who is not root gets a user namespace, too."""
    if not os.environ.get(INSIDE):
        os.environ[INSIDE] = "1"
        whose = ["-n", "-m"] if os.geteuid() == 0 else ["-U", "-n", "-m", "--map-current-user", "--keep-caps"]
        os.execvp(
            "unshare",
            [
                "unshare",
                *whose,
                "--propagation",
                "private",
                sys.executable,
                "-m",
                "tests.interop.servers",
                *sys.argv[1:],
            ],
        )


def meet(lab: Lab, here: Ours, there: Any, wanted: str) -> list[tuple[str, Cell, Cell]]:
    """All rows with one server, theirs here and ours there."""
    kind = there.kind
    people = {
        name: (here.person(f"{name}_{kind}"), there.person(name))
        for name in ("ada", "gone", "locke", "quiet")
    }
    for person in people["locke"]:
        person.lock()

    def meeting(place: int) -> Meeting:
        return Meeting(
            lab,
            here,
            there,
            people["ada"][place],
            people["gone"][place],
            people["ada"][1 - place],
            people["locke"][1 - place],
            people["quiet"][place],
        )

    found = []
    for title, row in ROWS:
        if re.search(wanted, title):
            cells = [attempt(row, meeting(place), kind, title) for place in (1, 0)]
            found.append((title, cells[0], cells[1]))
    return found


def attempt(row: Any, run: Meeting, kind: str, title: str) -> Cell:
    start, way = time.monotonic(), "theirs here" if run.inward else "ours there"
    try:
        row(run)
        cell = Cell("yes")
    except Lacks as lacks:
        cell = Cell("–", str(lacks))
    except (Failed, requests.RequestException, LookupError, TypeError) as failed:
        cell = Cell(
            "no", f"{type(failed).__name__}: {failed}" if not isinstance(failed, Failed) else str(failed)
        )
    print(
        f"{kind:12} {title:36} {way:12} {cell.word:4} {time.monotonic() - start:5.1f} s  {cell.why}",
        flush=True,
    )
    return cell


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.interop.servers", description=__doc__)
    parser.add_argument("peers", type=Path, help="the folder that holds the checkouts, built")
    parser.add_argument("--only", default="", help="of which software, with commas")
    parser.add_argument("--rows", default="", help="rows whose title has this (a regular expression)")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("var/interop"),
        help="where everything is kept, logs and all that went over the wire too",
    )
    options = parser.parse_args()
    for program in ("unshare", "ip", "nginx"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is not installed")
    enter()
    chosen = [kind for kind in KINDS if not options.only or kind.kind in options.only.split(",")]
    kinds = [kind for kind in chosen if kind.ready(options.peers / kind.folder_name)]
    for kind in chosen:
        if kind not in kinds:
            print(f"{kind.kind} is not in {options.peers}: left out", flush=True)
    lab = Lab(
        options.folder, {OURS: 8100} | {f"{kind.kind}.test": 8101 + place for place, kind in enumerate(kinds)}
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as at the end: what was started is stopped
    lab.build()
    here, running, columns = Ours(lab, OURS), [], {}
    try:
        here.start()
        running.append(here)
        for kind in kinds:
            there = kind(lab, f"{kind.kind}.test", (options.peers / kind.folder_name).resolve())
            there.start()
            running.append(there)
            columns[f"{there.kind} {there.version()}"] = meet(lab, here, there, options.rows)
            there.stop()
    finally:
        for one in reversed(running):
            one.stop()
        lab.close()
    print(table(columns))
    if not options.only and not options.rows:
        write(columns)


if __name__ == "__main__":
    main()
