"""One module per subject; importing them fills the table."""

from protocols.irc.commands import (
    channel,
    history,
    invite,
    kick,
    listing,
    message,
    misc,
    mode,
    monitor,
    operator,
    query,
    registration,
    sasl,
    topic,
    who,
)

__all__ = [
    "channel",
    "history",
    "invite",
    "kick",
    "listing",
    "message",
    "misc",
    "mode",
    "monitor",
    "operator",
    "query",
    "registration",
    "sasl",
    "topic",
    "who",
]
