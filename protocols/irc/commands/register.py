"""REGISTER and VERIFY (IRCv3 draft/account-registration): an account of this server, where its settings let people in."""

from __future__ import annotations

from pleromad.errors import Conflict, Forbidden, Invalid, PleromadError, RateLimited
from pleromad.model.account import User
from protocols.irc import numerics
from protocols.irc.login import is_reserved
from protocols.irc.message import casefold, cut_text
from protocols.irc.table import Call, command
from protocols.irc.welcome import take_account, try_to_register

FAILURES = {"username": "BAD_ACCOUNT_NAME", "email": "INVALID_EMAIL", "password": "WEAK_PASSWORD"}


@command("REGISTER", minimum=3, before_login=True, cost=10.0, help="REGISTER name|* email|* password\nMakes an account here.")
async def register(call: Call) -> None:
    session, network = call.session, call.network
    own = session.shown_nick if session.person is not None else session.nick or session.wanted or "*"
    name = own if call.param(0) == "*" else call.param(0)
    shown = cut_text(name, 64)
    email, password = call.param(1), call.param(2)
    early = network.settings.register_before_connect
    if not session.registered and not early:
        call.fail("REGISTER", "COMPLETE_CONNECTION_REQUIRED", shown, "Connect first, then register")
        return
    if session.account is not None or (session.person is not None and session.person.account is not None):
        call.fail("REGISTER", "ALREADY_AUTHENTICATED", shown, "You have an account")
        return
    if name == "*":
        call.fail("REGISTER", "NEED_NICK", "*", "Say a name, or take a nick first")
        return
    holder = network.people.get(casefold(name))
    if (holder is not None and holder is not session.person) or await is_reserved(network, name):
        call.fail("REGISTER", "ACCOUNT_EXISTS", shown, "This name is taken")
        return
    mail = network.core.settings.mail.on
    address = "" if email == "*" else email
    if mail and not address:
        call.fail("REGISTER", "INVALID_EMAIL", shown, "A valid e-mail address is needed")
        return
    now = network.clock.seconds()
    try:
        if session.address:
            network.newcomers.check(session.address, now)
        user = await network.core.accounts.register(
            username=name, email=address, password=password, reason="Registered over IRC", without_email=not mail, address=session.address
        )
    except PleromadError as error:
        call.fail("REGISTER", _code(error), shown, error.public.removeprefix("Validation failed: "))
        return
    network.newcomers.failed(session.address, now)
    if not user.active:
        text = "Read the letter we sent you, then log in" if not user.confirmed else "The staff will look at this, then you can log in"
        call.reply("REGISTER", "VERIFICATION_REQUIRED", user.account.username, text)
        return
    call.reply("REGISTER", "SUCCESS", user.account.username, "You have an account")
    await _enter(call, user)


def _code(error: PleromadError) -> str:
    if isinstance(error, Invalid):
        taken = error.field == "username" and "taken" in error.public
        return "ACCOUNT_EXISTS" if taken else FAILURES.get(error.field or "", "UNACCEPTABLE_ACCOUNT_NAME")
    if isinstance(error, Conflict):
        return "ACCOUNT_EXISTS"
    return "TEMPORARILY_UNAVAILABLE" if isinstance(error, (Forbidden, RateLimited)) else "UNKNOWN_ERROR"


@command("VERIFY", minimum=2, before_login=True, cost=10.0, help="VERIFY name code\nShows that the letter with this code reached you.")
async def verify(call: Call) -> None:
    name, code = cut_text(call.param(0), 64), call.param(1)
    try:
        user = await call.network.core.accounts.confirm(code.rpartition("/")[2])
    except PleromadError as error:
        call.fail("VERIFY", "INVALID_CODE", name, error.public)
        return
    call.reply("VERIFY", "SUCCESS", user.account.username, "Your address is confirmed")
    if user.active and casefold(user.account.username) == casefold(name) and call.session.account is None:
        if call.session.person is None or call.session.person.account is None:
            await _enter(call, user)


async def _enter(call: Call, user: User) -> None:
    """The session is logged in from now on."""
    session, name = call.session, user.account.username
    session.account = user.account
    shown = f"{session.shown_nick}!{session.user or '*'}@{call.network.settings.domain}"
    call.numeric(numerics.RPL_LOGGEDIN, shown, name, f"You are now logged in as {name}")
    if session.registered:
        await take_account(call, user.account)
    else:
        await try_to_register(call)
