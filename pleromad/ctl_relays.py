"""`pleromactl relay`: the relays this server takes part in."""

from __future__ import annotations

import argparse
from typing import Any

from pleromad.core import Core
from pleromad.ctl_staff import Work


def add_groups(groups: Any) -> None:
    """`groups`: the sub-parsers of `pleromactl`."""
    one = groups.add_parser("relay", help="relays this server takes part in").add_subparsers(dest="command", required=True, metavar="...")
    one.add_parser("list", help="those it takes part in, or has asked")
    for name, words in (("follow", "take part in one"), ("unfollow", "leave one")):
        one.add_parser(name, help=words).add_argument("url", help="of its actor (LitePub, Pleroma), or of its inbox (Mastodon)")


async def list_(core: Core, options: argparse.Namespace) -> None:
    for relay in await core.relays.list():
        print(f"{relay.state:<9} {relay.kind:<9} {relay.url}{'  follows back' if relay.followed_back else ''}")


async def follow(core: Core, options: argparse.Namespace) -> None:
    relay = await core.relays.subscribe(options.url)
    print(f"{relay.url} ({relay.kind}) is asked by the daemon")


async def unfollow(core: Core, options: argparse.Namespace) -> None:
    await core.relays.unsubscribe(options.url)
    print(f"{options.url} is left")


COMMANDS: dict[tuple[str, str], Work] = {
    ("relay", "list"): list_,
    ("relay", "follow"): follow,
    ("relay", "unfollow"): unfollow,
}
