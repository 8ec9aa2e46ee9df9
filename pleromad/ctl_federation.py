"""`pleromactl federation`: what is on its way to other servers."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from pleromad.core import Core
from pleromad.ctl_staff import Work
from pleromad.errors import NotFound


def add_groups(groups: Any) -> None:
    """`groups`: the sub-parsers of `pleromactl`."""
    one = groups.add_parser("federation", help="what is on its way to other servers").add_subparsers(dest="command", required=True, metavar="...")
    one.add_parser("status", help="hosts for which something waits, or that fail").add_argument("host", nargs="?")
    one.add_parser("retry", help="try at once what waits for a host").add_argument("host")
    one.add_parser("drop", help="give up what waits for a host").add_argument("host")
    one.add_parser("activity", help="which inboxes took it").add_argument("id", help="of an activity of ours, or its address")


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment is not None else "-"


async def status(core: Core, options: argparse.Namespace) -> None:
    found = await core.federation.hosts(options.host)
    for one in found:
        failing = f"fails since {_when(one.failing_since)}, on {one.failed_days} days" if one.failing_since else f"answered {_when(one.last_success)}"
        waiting = f"{one.waiting:>6} waiting" + (f" since {_when(one.oldest)}, next {_when(one.next_try)}" if one.waiting else "")
        print(f"{one.host:<32} {waiting}  {failing}  {one.last_error}".rstrip())
    if not found:
        print("nothing waits, nobody fails" if options.host is None else f"nothing is known of {options.host}")


async def retry(core: Core, options: argparse.Namespace) -> None:
    print(f"{await core.federation.retry(options.host)} deliveries to {options.host} are tried now")


async def drop(core: Core, options: argparse.Namespace) -> None:
    print(f"{await core.federation.drop(options.host)} deliveries to {options.host} are given up")


async def activity(core: Core, options: argparse.Namespace) -> None:
    row = await (core.reading.activity(int(options.id)) if options.id.isdecimal() else core.reading.activity_by_uri(options.id))
    if row is None:
        raise NotFound("There is no such activity")
    print(f"{row.type} {row.uri} {_when(row.created_at)}")
    for one in await core.federation.deliveries(row.id):
        print(f"  {one.state:<9} {_when(one.at)}  {one.status or '-':>3}  {one.tries} tries  {one.inbox}  {one.said}".rstrip())


COMMANDS: dict[tuple[str, str], Work] = {
    ("federation", "status"): status,
    ("federation", "retry"): retry,
    ("federation", "drop"): drop,
    ("federation", "activity"): activity,
}
