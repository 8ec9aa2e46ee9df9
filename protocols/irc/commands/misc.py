"""AWAY, SETNAME, USERHOST, ISON."""

from __future__ import annotations

from pleromad.model.account import ProfileChange
from pleromad.model.activity import Origin, Update
from protocols.irc import names, numerics, tell
from protocols.irc.finding import present
from protocols.irc.message import cut_text
from protocols.irc.table import Call, command


@command("AWAY", before_login=True, help="AWAY [:text]\nSays that you are away; without a text that you are back.")
async def away(call: Call) -> None:
    text = cut_text(call.param(0), names.AWAY_LENGTH) or None
    if call.session.person is None:
        if not call.session.has("draft/pre-away"):
            call.numeric(numerics.ERR_NOTREGISTERED, "You have not registered")
            return
        call.session.away = text
        code = numerics.RPL_NOWAWAY if text is not None else numerics.RPL_UNAWAY
        call.numeric(code, "You will be marked as being away" if text is not None else "You will not be away")
        return
    person = call.person
    changed = person.away != text
    person.away = text
    if text is not None:
        call.numeric(numerics.RPL_NOWAWAY, "You have been marked as being away")
    else:
        call.numeric(numerics.RPL_UNAWAY, "You are no longer marked as being away")
    if changed:
        tell.away_changed(call.network, person)
        call.network.presence.changed(person)


@command("PERSISTENCE", minimum=1, help="PERSISTENCE GET\nAn account stays in its rooms when its clients go.")
async def persistence(call: Call) -> None:
    """IRCv3 draft/persistence. Membership of a room is a follow: it cannot be anything but kept."""
    wanted = call.param(1).upper()
    if call.person.account is None:
        call.fail("PERSISTENCE", "ACCOUNT_REQUIRED", "You have no account")
    elif call.param(0).upper() == "GET" or (call.param(0).upper() == "SET" and wanted in ("ON", "DEFAULT")):
        call.reply("PERSISTENCE", "STATUS", wanted or "DEFAULT", "ON")
    else:
        call.fail("PERSISTENCE", "INVALID_PARAMS", "Leave the rooms with PART; there is GET")


@command("SETNAME", minimum=1, help="SETNAME :name\nYour display name; with an account that of its profile.")
async def setname(call: Call) -> None:
    person, network = call.person, call.network
    name = cut_text(call.param(0), names.REALNAME_LENGTH).strip()
    if not name:
        call.fail("SETNAME", "INVALID_REALNAME", "A name cannot be empty")
        return
    if person.account is not None and name != person.account.display_name:
        change = ProfileChange(display_name=name)
        await network.core.activities.submit(
            Update(actor_id=person.account.id, profile=change), Origin.local(person.account.id, door="irc")
        )
    if person.realname != name:
        person.realname = name
        tell.realname_changed(network, person, call)


@command("USERHOST", minimum=1, help="USERHOST nick{ nick}\nUser and host of up to five nicks.")
async def userhost(call: Call) -> None:
    words = []
    for nick in call.params[:5]:
        person = call.network.connected(nick)
        if person is not None:
            star = "*" if person.operator else ""
            sign = "-" if person.away_text is not None else "+"
            words.append(f"{person.nick}{star}={sign}{person.user}@{person.host}")
    call.numeric(numerics.RPL_USERHOST, " ".join(words))


@command("ISON", minimum=1, help="ISON nick{ nick}\nWhich of these are here.")
async def ison(call: Call) -> None:
    nicks = " ".join(call.params).split()
    found = await present(call.network, nicks)
    call.numeric(numerics.RPL_ISON, " ".join(found[nick].nick for nick in nicks if nick in found))
