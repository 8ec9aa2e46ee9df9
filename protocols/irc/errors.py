"""The core's refusals in IRC's words."""

from __future__ import annotations

from pleromad.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PleromadError,
    RateLimited,
    TooLarge,
    Unauthenticated,
)
from protocols.irc import numerics
from protocols.irc.message import Message
from protocols.irc.names import looks_like_channel

# Why a room's door stayed shut, by the core's one-word detail.
DOOR = {
    "invite": numerics.ERR_INVITEONLYCHAN,
    "key": numerics.ERR_BADCHANNELKEY,
    "full": numerics.ERR_CHANNELISFULL,
}


def refusal(error: PleromadError, message: Message, target: str = "") -> tuple[str, ...]:
    """Numeric and parameters for a command that the core refused. The public text only, never the detail.

    `target`: which of several the command names; without it the first.
    """
    target = target or (message.params[0].split(",")[0] if message.params else "*")
    channel = looks_like_channel(target)
    match error:
        case TooLarge():
            return numerics.ERR_INPUTTOOLONG, error.public
        case NotFound():
            return (numerics.ERR_NOSUCHCHANNEL if channel else numerics.ERR_NOSUCHNICK), target, error.public
        case Forbidden() if message.command in ("MODE", "TOPIC", "KICK", "INVITE"):
            return numerics.ERR_CHANOPRIVSNEEDED, target, error.public
        case Conflict() | Invalid() if message.command == "JOIN":
            return numerics.ERR_BADCHANNAME, target, error.public
        case Forbidden() if message.command == "JOIN":
            return DOOR.get(error.detail, numerics.ERR_BANNEDFROMCHAN), target, error.public
        case Unauthenticated():
            return numerics.ERR_PASSWDMISMATCH, error.public
        case RateLimited():
            return numerics.ERR_UNKNOWNERROR, message.command, error.public
        case _ if channel and message.command in ("PRIVMSG", "NOTICE", "TAGMSG"):
            return numerics.ERR_CANNOTSENDTOCHAN, target, error.public
        case _:
            return numerics.ERR_UNKNOWNERROR, message.command, error.public
