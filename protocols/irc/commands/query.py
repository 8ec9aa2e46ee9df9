"""Questions about the server: MOTD, LUSERS, VERSION, TIME, INFO, ADMIN, LINKS, HELP."""

from __future__ import annotations

from protocols.irc import numerics, welcome
from protocols.irc.message import match
from protocols.irc.network import VERSION
from protocols.irc.table import COMMANDS, Call, Refused, command


def _for_us(call: Call, at: int = 0) -> None:
    """Refuses a question to another server: there is only this one."""
    network, asked = call.network, call.param(at)
    if asked and not match(asked, network.server_name) and network.connected(asked) is None:
        raise Refused(numerics.ERR_NOSUCHSERVER, asked, "No such server")


@command("MOTD", help="MOTD\nThe message of the day.")
async def motd(call: Call) -> None:
    _for_us(call)
    welcome.motd(call)


@command("LUSERS", help="LUSERS\nHow many are here.")
async def lusers(call: Call) -> None:
    _for_us(call, 1)
    welcome.lusers(call)


@command("VERSION", help="VERSION\nThe software, and what it supports.")
async def version(call: Call) -> None:
    _for_us(call)
    call.numeric(numerics.RPL_VERSION, VERSION, call.network.server_name, "a fediverse server with an IRC door")
    welcome.isupport(call)


@command("TIME", help="TIME\nThe server's time, UTC.")
async def time(call: Call) -> None:
    _for_us(call)
    now = call.network.clock.now()
    call.numeric(numerics.RPL_TIME, call.network.server_name, f"{now:%A %B %d %Y -- %H:%M:%S} +00:00")


@command("INFO", help="INFO\nAbout this server.")
async def info(call: Call) -> None:
    _for_us(call)
    settings = call.network.settings
    lines = [
        f"{settings.network_name} runs {VERSION}, a fediverse server.",
        *([settings.description] if settings.description else []),
        "Rooms here are groups on the fediverse, and people are its accounts.",
        f"Started {call.network.started_at:%Y-%m-%d %H:%M:%S} UTC",
    ]
    for line in lines:
        call.numeric(numerics.RPL_INFO, line)
    call.numeric(numerics.RPL_ENDOFINFO, "End of /INFO list")


@command("ADMIN", help="ADMIN\nWho runs this server.")
async def admin(call: Call) -> None:
    _for_us(call)
    settings = call.network.settings
    call.numeric(numerics.RPL_ADMINME, settings.server_name, "Administrative info")
    call.numeric(numerics.RPL_ADMINLOC1, settings.network_name)
    call.numeric(numerics.RPL_ADMINLOC2, settings.domain)
    call.numeric(numerics.RPL_ADMINEMAIL, settings.admin_email or "no address given")


@command("LINKS", help="LINKS [mask]\nThis server stands alone: no other is linked.")
async def links(call: Call) -> None:
    """Which servers are linked: none. This one is shown to who names it."""
    name = call.network.server_name
    mask = call.param(1) or call.param(0)
    if mask and match(mask, name):
        call.numeric(numerics.RPL_LINKS, name, name, f"0 {call.network.settings.description or call.network.settings.network_name}")
    call.numeric(numerics.RPL_ENDOFLINKS, mask or "*", "End of /LINKS list")


@command("HELP", "HELPOP", help="HELP [command]")
async def help(call: Call) -> None:
    subject = call.param(0).upper()
    if not subject:
        lines = ("Commands of this server; HELP NAME says more:", *_columns(sorted(COMMANDS)))
    elif subject in COMMANDS:
        lines = COMMANDS[subject].help
    else:
        raise Refused(numerics.ERR_HELPNOTFOUND, call.param(0)[:50], "There is no help on this")
    shown = subject or "index"
    first, *others = lines
    call.numeric(numerics.RPL_HELPSTART, shown, first)
    for line in others:
        call.numeric(numerics.RPL_HELPTXT, shown, line)
    call.numeric(numerics.RPL_ENDOFHELP, shown, "End of /HELP")


def _columns(words: list[str]) -> list[str]:
    return ["  ".join(f"{word:12}" for word in words[at : at + 6]).rstrip() for at in range(0, len(words), 6)]
