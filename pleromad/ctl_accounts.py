"""`pleromactl`'s part for log-ins: links for new passwords, addresses, the second factor, and whether mail works."""

from __future__ import annotations

import argparse
from typing import Any

from pleromad.core import Core
from pleromad.ctl_staff import Work


def add_user_commands(user: Any) -> None:
    """`user`: the sub-parsers of `pleromactl user`."""
    for name, words in (
        ("reset-link", "a link with which they choose a new password, once, within a day"),
        ("confirm", "their e-mail address is theirs, without a letter"),
        ("rotate-keys", "new keys to sign with, for when the old ones may be known to others"),
        ("reset-2fa", "switch their two-factor authentication off"),
    ):
        user.add_parser(name, help=words).add_argument("name")


def add_groups(groups: Any) -> None:
    """`groups`: the sub-parsers of `pleromactl`."""
    mail = groups.add_parser("mail-test", help="have the daemon send a letter to somebody here")
    mail.add_argument("name")


async def reset_link(core: Core, options: argparse.Namespace) -> str | int | None:
    user = await core.accounts.user_by_name(options.name)
    print(core.uris.base + await core.accounts.reset_link(user.account.id))
    return None


async def confirm(core: Core, options: argparse.Namespace) -> str | int | None:
    user = await core.accounts.user_by_name(options.name)
    await core.accounts.confirm_by_admin(user.account.id)
    print(f"{user.account.username} has confirmed {user.email or 'no address'}")
    return None


async def reset_2fa(core: Core, options: argparse.Namespace) -> str | int | None:
    user = await core.accounts.user_by_name(options.name)
    ended = await core.accounts.end_two_factor(user.account.id)
    print(f"{user.account.username} logs in with the password alone{'' if ended else ', as before'}")
    return None


async def rotate_keys(core: Core, options: argparse.Namespace) -> str | int | None:
    user = await core.accounts.user_by_name(options.name)
    await core.accounts.rotate_keys(user.account)
    print(f"{user.account.username} signs with new keys; who follows them is told")
    return None


async def mail_test(core: Core, options: argparse.Namespace) -> str | int | None:
    mail = core.settings.mail
    if not mail.on:
        return "pleromactl: no mail is sent: [mail] host is not set"
    user = await core.accounts.user_by_name(options.name)
    if not user.email:
        return f"pleromactl: {user.account.username} has no e-mail address"
    await core.accounts.test_mail(user.account.id)
    print(f"A letter to {user.email} is handed to the daemon, for {mail.host}:{mail.port}; its log tells when that does not work")
    return None


COMMANDS: dict[tuple[str, str], Work] = {
    ("user", "reset-link"): reset_link,
    ("user", "confirm"): confirm,
    ("user", "reset-2fa"): reset_2fa,
    ("user", "rotate-keys"): rotate_keys,
    ("mail-test", ""): mail_test,
}
