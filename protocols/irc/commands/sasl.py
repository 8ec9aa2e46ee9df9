"""AUTHENTICATE: SASL PLAIN, OAUTHBEARER and EXTERNAL (RFC 4616, RFC 7628, RFC 4422, IRCv3 sasl-3.2)."""

from __future__ import annotations

import base64
import binascii

from pleromad.errors import PleromadError, Unauthenticated
from pleromad.model.account import Account
from protocols.irc import numerics
from protocols.irc.login import Login, log_in, log_in_by_token
from protocols.irc.message import Message
from protocols.irc.table import Call, command
from protocols.irc.welcome import take_account, try_to_register

MECHANISMS = ("PLAIN", "OAUTHBEARER", "EXTERNAL")
CHUNK = 400
ANSWER_LIMIT_BYTES = 4096


@command("AUTHENTICATE", before_login=True, minimum=1, cost=2.0, help="AUTHENTICATE PLAIN|OAUTHBEARER|EXTERNAL\nLogs in by SASL.")
async def authenticate(call: Call) -> None:
    session = call.session
    if not session.has("sasl"):
        call.numeric(numerics.ERR_SASLFAIL, "SASL authentication failed: ask for the capability sasl first")
        return
    if session.account is not None:
        session.sasl = None
        call.numeric(numerics.ERR_SASLALREADY, "You have already authenticated")
        return
    answer = call.param(0)
    if answer == "*":
        session.sasl = None
        call.numeric(numerics.ERR_SASLABORTED, "SASL authentication aborted")
        return
    if session.sasl is None:
        if answer.upper() not in MECHANISMS:
            call.numeric(numerics.RPL_SASLMECHS, ",".join(MECHANISMS), "are available SASL mechanisms")
            call.numeric(numerics.ERR_SASLFAIL, "SASL authentication failed")
            return
        session.sasl, session.mechanism = bytearray(), answer.upper()
        call.replies.add(Message("AUTHENTICATE", ("+",)))
        return
    if len(answer) > CHUNK:
        session.sasl = None
        call.numeric(numerics.ERR_SASLTOOLONG, "SASL message too long")
        return
    if answer != "+":
        session.sasl += answer.encode()
    if len(answer) == CHUNK:
        if len(session.sasl) > ANSWER_LIMIT_BYTES:
            session.sasl = None
            call.numeric(numerics.ERR_SASLFAIL, "SASL authentication failed: too long")
        return
    collected = bytes(session.sasl)
    try:
        found = await _CHECKS[session.mechanism](call, collected)
    finally:
        session.sasl = None
    if found is not None and session.registered:
        await take_account(call, found)
    elif found is not None:
        await try_to_register(call)


async def _plain(call: Call, collected: bytes) -> Account | None:
    """The account the session is logged in as now."""
    session = call.session
    try:
        as_whom, login, secret = base64.b64decode(collected, validate=True).decode().split("\0")
    except (binascii.Error, ValueError):
        call.numeric(numerics.ERR_SASLFAIL, "SASL authentication failed: malformed credentials")
        return None
    if as_whom and as_whom.lower() not in (login.lower(), login.rpartition("@")[0].lower()):
        call.numeric(numerics.ERR_SASLFAIL, "SASL authentication failed: one account cannot speak for another")
        return None
    try:
        found = await log_in(call.network, login, secret, session.address)
    except PleromadError as error:
        call.numeric(numerics.ERR_SASLFAIL, f"SASL authentication failed: {error.public}")
        return None
    return _done(call, found)


async def _bearer(call: Call, collected: bytes) -> Account | None:
    """OAUTHBEARER (RFC 7628): a token that the OAuth door of this server gave out."""
    try:
        fields = base64.b64decode(collected, validate=True).decode().split("\x01")
    except (binascii.Error, ValueError):
        call.numeric(numerics.ERR_SASLFAIL, "SASL authentication failed: malformed credentials")
        return None
    kind, _, token = next((field for field in fields if field.startswith("auth=")), "").removeprefix("auth=").partition(" ")
    names = [part.removeprefix("a=") for part in fields[0].split(",") if part.startswith("a=")]
    try:
        if kind.lower() != "bearer":
            raise Unauthenticated()
        found = await log_in_by_token(call.network, token.strip(), names[0] if names else "")
    except PleromadError as error:
        call.numeric(numerics.ERR_SASLFAIL, f"SASL authentication failed: {error.public}")
        return None
    return _done(call, found)


async def _external(call: Call, collected: bytes) -> Account | None:
    """EXTERNAL (RFC 4422, appendix A): a page of ours, whose browser is logged in here, or the certificate a client shows."""
    external = call.session.external
    found = await external() if external is not None else None
    try:
        as_whom = base64.b64decode(collected, validate=True).decode()
    except (binascii.Error, ValueError):
        as_whom = "*"
    if found is None or (as_whom and as_whom.lower() != found.account.username.lower()):
        call.numeric(numerics.ERR_SASLFAIL, "SASL authentication failed: this connection does not prove who you are")
        return None
    return _done(call, found)


_CHECKS = {"PLAIN": _plain, "OAUTHBEARER": _bearer, "EXTERNAL": _external}


def _done(call: Call, found: Login) -> Account:
    session, account = call.session, found.account
    session.account, session.token_id, session.device = account, found.token_id, found.device
    shown = f"{session.shown_nick}!{session.user or '*'}@{call.network.settings.domain}"
    call.numeric(numerics.RPL_LOGGEDIN, shown, account.username, f"You are now logged in as {account.username}")
    call.numeric(numerics.RPL_SASLSUCCESS, "SASL authentication successful")
    return account
