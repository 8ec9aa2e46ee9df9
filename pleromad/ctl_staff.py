"""`pleromactl`'s part for staff's work: suspend and silence, roles, hosts, reports, announcements, the log."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from pleromad.core import Core
from pleromad.errors import Invalid, NotFound
from pleromad.model.account import Account, Role
from pleromad.model.moderation import SEVERITIES, HostBlock, Sanction
from pleromad.model.page import Page

Work = Callable[[Core, argparse.Namespace], Awaitable[str | int | None]]
# command: what it does, what it takes back, in words
SANCTIONS: dict[str, tuple[Sanction, bool, str]] = {
    "suspend": (Sanction.SUSPEND, False, "gone for everybody, here and elsewhere, until it is taken back"),
    "unsuspend": (Sanction.SUSPEND, True, "take that back"),
    "silence": (Sanction.SILENCE, False, "only who follows them hears them"),
    "unsilence": (Sanction.SILENCE, True, "take that back"),
    "sensitive": (Sanction.SENSITIVE, False, "all their media are shown as sensitive"),
    "unsensitive": (Sanction.SENSITIVE, True, "take that back"),
    "disable": (Sanction.DISABLE, False, "they cannot log in"),
    "enable": (Sanction.DISABLE, True, "take that back"),
}


def add_user_commands(user: Any) -> None:
    """`user`: the sub-parsers of `pleromactl user`."""
    for name, (_, lifted, words) in SANCTIONS.items():
        one = user.add_parser(name, help=words)
        one.add_argument("name", help="somebody here, or name@host")
        if not lifted:
            one.add_argument("--reason", default="", help="what they are told")
            one.add_argument("--quiet", action="store_true", help="do not tell them")
    role = user.add_parser("role", help="give somebody a role")
    role.add_argument("name")
    role.add_argument("role", choices=[role.value for role in Role])


def add_groups(groups: Any) -> None:
    """`groups`: the sub-parsers of `pleromactl`."""
    domain = groups.add_parser("domain", help="other servers").add_subparsers(dest="command", required=True, metavar="...")
    block = domain.add_parser("block", help="refuse or limit a server and all below it; again: change what was said before")
    block.add_argument("domain")
    block.add_argument("--severity", choices=SEVERITIES, default="suspend", help="suspend (the default): refuse all; silence: keep out of the timelines of everybody")
    block.add_argument("--reject-media", action="store_true", help="no pictures, no files")
    block.add_argument("--reject-reports", action="store_true", help="no reports")
    block.add_argument("--comment", default="", help="why, for everybody to read")
    block.add_argument("--private-comment", default="", help="why, for staff")
    block.add_argument("--obfuscate", action="store_true", help="star out the name where everybody can read it")
    for name, words in (("unblock", "take a block back"), ("allow", "speak to a server where federation is limited"), ("disallow", "take that back")):
        domain.add_parser(name, help=words).add_argument("domain")
    domain.add_parser("list", help="all blocks and allows, one line each")

    report = groups.add_parser("report", help="what people reported").add_subparsers(dest="command", required=True, metavar="...")
    report.add_parser("list", help="open reports, newest first").add_argument("--all", action="store_true", help="those that were dealt with, too")
    for name, words in (("show", "one, with the notes it is about"), ("resolve", "close one"), ("reopen", "open one again")):
        report.add_parser(name, help=words).add_argument("id", type=int)

    announcement = groups.add_parser("announcement", help="tell everybody here something").add_subparsers(dest="command", required=True, metavar="...")
    new = announcement.add_parser("new", help="plain text with links, mentions and hashtags")
    new.add_argument("text")
    new.add_argument("--starts", type=_time, metavar="TIME", help="when what it is about begins: 2026-12-24T18:00 (UTC unless it says otherwise)")
    new.add_argument("--ends", type=_time, metavar="TIME", help="when it is over and shown no longer")
    new.add_argument("--all-day", action="store_true", help="the days count, not the hours")
    announcement.add_parser("list", help="all, also those that are over")
    announcement.add_parser("delete", help="take one back").add_argument("id", type=int)

    log = groups.add_parser("log", help="what staff did, newest first")
    log.add_argument("--limit", type=int, default=50)


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


async def _person(core: Core, name: str) -> Account:
    try:
        return await core.reading.account_by_handle(name)
    except NotFound:
        raise NotFound(f"Nobody called {name} is known here") from None


async def sanction(core: Core, options: argparse.Namespace) -> None:
    what, lifted, words = SANCTIONS[options.command]
    account = await _person(core, options.name)
    if lifted:
        await core.moderation.lift(None, account.id, what)
        print(f"{account.acct}: {options.command} is done")
    else:
        await core.moderation.sanction(None, account.id, what, text=options.reason, tell=not options.quiet)
        print(f"{account.acct}: {words}")


async def role(core: Core, options: argparse.Namespace) -> None:
    account = await _person(core, options.name)
    await core.moderation.set_role(None, account.id, Role(options.role))
    print(f"{account.acct} is {options.role} now")


async def block(core: Core, options: argparse.Namespace) -> None:
    given = {
        "severity": options.severity,
        "reject_media": options.reject_media,
        "reject_reports": options.reject_reports,
        "public_comment": options.comment,
        "private_comment": options.private_comment,
        "obfuscate": options.obfuscate,
    }
    try:
        known = await core.moderation.host_block_on(None, options.domain)
    except NotFound:
        made = await core.moderation.block_host(None, options.domain, **given)
    else:
        made = await core.moderation.change_host_block(None, known.id, **given)
    print(_block_line(made))


async def unblock(core: Core, options: argparse.Namespace) -> None:
    known = await core.moderation.host_block_on(None, options.domain)
    await core.moderation.unblock_host(None, known.id)
    print(f"{known.domain} is not blocked any more")


async def allow(core: Core, options: argparse.Namespace) -> None:
    made = await core.moderation.allow_host(None, options.domain)
    limited = core.settings.federation.limited
    print(f"{made.domain} is allowed{'' if limited else '; that counts once federation.limited is on'}")


async def disallow(core: Core, options: argparse.Namespace) -> None:
    for known in await _all(core.moderation.host_allows):
        if known.domain == options.domain.lower():
            await core.moderation.disallow_host(None, known.id)
            print(f"{known.domain} is not allowed any more")
            return
    raise NotFound(f"{options.domain} was not allowed")


def _block_line(one: HostBlock) -> str:
    more = [word for word, on in (("no media", one.reject_media), ("no reports", one.reject_reports), ("obfuscated", one.obfuscate)) if on]
    comments = [text for text in (one.public_comment, f"({one.private_comment})" if one.private_comment else "") if text]
    return f"{one.domain:<32} {one.severity:<8} {', '.join(more):<24} {' '.join(comments)}".rstrip()


async def domains(core: Core, options: argparse.Namespace) -> None:
    for one in sorted(await _all(core.moderation.host_blocks), key=lambda one: one.domain):
        print(_block_line(one))
    for allowed in sorted(await _all(core.moderation.host_allows), key=lambda one: one.domain):
        print(f"{allowed.domain:<32} allowed")


async def _all(read: Callable[[None, Page], Awaitable[Any]]) -> list[Any]:
    found: list[Any] = []
    page = Page(limit=200)
    while (part := await read(None, page)).items:
        found += part.items
        if part.next_max_id is None:
            break
        page = Page(limit=200, max_id=part.next_max_id)
    return found


async def report_list(core: Core, options: argparse.Namespace) -> None:
    resolved = None if options.all else False

    async def read(by: None, page: Page) -> Any:
        return await core.moderation.reports(by, page, resolved=resolved)

    for case in await _all(read):
        one = case.report
        state = f"resolved by {case.resolver.account.acct if case.resolver else 'the shell'}" if one.resolved_at else "open"
        if one.resolved_at is None and case.assigned:
            state = f"open, with {case.assigned.account.acct}"
        said = " ".join(one.comment.split())
        print(f"{one.id}  {one.created_at:%Y-%m-%d %H:%M}  {state:<12} {one.category:<9} {case.target.account.acct} by {case.reporter.account.acct}, {len(one.note_ids)} notes: {said[:100]}")


async def report_show(core: Core, options: argparse.Namespace) -> None:
    case = await core.moderation.report(None, options.id)
    print(f"{case.target.account.acct} reported by {case.reporter.account.acct} on {case.report.created_at:%Y-%m-%d %H:%M}, {case.report.category}")
    if case.report.comment:
        print(case.report.comment)
    for seen in case.notes:
        print(f"--- {seen.note.url}\n{seen.note.source or seen.note.content}")


async def report_resolve(core: Core, options: argparse.Namespace) -> None:
    work = core.moderation.resolve if options.command == "resolve" else core.moderation.reopen
    case = await work(None, options.id)
    print(f"report {case.report.id} about {case.target.account.acct} is {'closed' if case.report.resolved_at else 'open again'}")


async def announcement_new(core: Core, options: argparse.Namespace) -> None:
    made = await core.moderation.announce(
        None, options.text, starts_at=options.starts, ends_at=options.ends, all_day=options.all_day
    )
    print(f"announcement {made.id} is out")


async def announcement_list(core: Core, options: argparse.Namespace) -> None:
    now = datetime.now(UTC)
    for one in await core.moderation.all_announcements(None):
        over = " (over)" if one.ends_at is not None and one.ends_at <= now else ""
        reactions = " ".join(f"{reaction.name} {reaction.count}" for reaction in one.reactions)
        print(f"{one.id}  {one.published_at:%Y-%m-%d %H:%M}{over}  {' '.join(one.text.split())}{f'  [{reactions}]' if reactions else ''}")


async def announcement_delete(core: Core, options: argparse.Namespace) -> None:
    await core.moderation.withdraw_announcement(None, options.id)
    print(f"announcement {options.id} is gone")


async def log(core: Core, options: argparse.Namespace) -> None:
    if not 1 <= options.limit <= 10_000:
        raise Invalid("--limit is 1 to 10000")
    for one in (await core.moderation.entries(None, Page(limit=options.limit))).items:
        more = " ".join(f"{name}={value}" for name, value in one.details.items())
        who = one.by.acct if one.by is not None else "(shell)"
        print(f"{one.created_at:%Y-%m-%d %H:%M:%S}  {who:<20} {one.action:<16} {one.target_type} {one.target or one.target_id or ''}{f'  {more}' if more else ''}")


COMMANDS: dict[tuple[str, str], Work] = {
    **{("user", name): sanction for name in SANCTIONS},
    ("user", "role"): role,
    ("domain", "block"): block,
    ("domain", "unblock"): unblock,
    ("domain", "allow"): allow,
    ("domain", "disallow"): disallow,
    ("domain", "list"): domains,
    ("report", "list"): report_list,
    ("report", "show"): report_show,
    ("report", "resolve"): report_resolve,
    ("report", "reopen"): report_resolve,
    ("announcement", "new"): announcement_new,
    ("announcement", "list"): announcement_list,
    ("announcement", "delete"): announcement_delete,
    ("log", ""): log,
}
