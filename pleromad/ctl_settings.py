"""`pleromactl settings`: what can be changed while the daemon runs. All daemons of the database take it over at once."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from pleromad.core import Core
from pleromad.ctl_staff import Work
from pleromad.errors import Invalid
from pleromad.moderation.settings import UNSET, Setting
from pleromad.settings import LIVE, understood

SHOWN = 60  # characters of a value in the list


def add_groups(groups: Any) -> None:
    """`groups`: the sub-parsers of `pleromactl`."""
    settings = groups.add_parser("settings", help="what can be changed while the daemon runs").add_subparsers(dest="command", required=True, metavar="...")
    listing = settings.add_parser("list", help="all, with their values; a star marks those that were changed over the file's")
    listing.add_argument("--explain", action="store_true", help="with what each is, and what is allowed")
    change = settings.add_parser("set", help="change one; a list takes several values")
    change.add_argument("key", help="like instance.post_limit")
    change.add_argument("value", nargs="*")
    settings.add_parser("unset", help="back to what the file says").add_argument("key", nargs="+")


async def listing(core: Core, options: argparse.Namespace) -> None:
    for one in core.moderation.live_settings(None):
        print(_line(one))
        if options.explain:
            allowed = ", ".join(one.declared.choices) or one.declared.allowed
            print(f"      {one.declared.description} ({allowed}; the file says {_words(one.of_file)})")


async def change(core: Core, options: argparse.Namespace) -> None:
    declared = LIVE.get(options.key)
    if declared is None:
        raise Invalid(f"{options.key} is not a setting that can be changed while the server runs: see pleromactl settings list")
    value = list(options.value) if declared.kind in ("texts", "choices") else understood(declared, " ".join(options.value))
    for one in await core.moderation.change_settings(None, {options.key: value}):
        print(_line(one))


async def unset(core: Core, options: argparse.Namespace) -> None:
    for one in await core.moderation.change_settings(None, dict.fromkeys(options.key, UNSET)):
        print(_line(one))


def _line(one: Setting) -> str:
    return f"{'*' if one.changed else ' '} {one.key} = {_words(one.value)}"


def _words(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


COMMANDS: dict[tuple[str, str], Work] = {
    ("settings", "list"): listing,
    ("settings", "set"): change,
    ("settings", "unset"): unset,
}
