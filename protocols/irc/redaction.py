"""Taking back what was said (IRCv3 draft/message-redaction): Delete in the core, and what the others see of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from pleromad.ids import moment_of
from protocols.irc.network import Network, deliver
from protocols.irc.people import Person
from protocols.irc.tell import line_from

if TYPE_CHECKING:
    from protocols.irc.session import Session
    from protocols.irc.table import Call

CAPABILITY = "draft/message-redaction"
TOLD_HOURS = 24  # what is older is taken out of history quietly: plain clients cannot unsay it


def tell_redacted(
    network: Network,
    sessions: Iterable[Session],
    by: Person | None,
    target: str,
    message_id: str,
    reason: str = "",
    call: Call | None = None,
) -> None:
    """REDACT to those who understand it, a sentence to the others."""
    line = line_from(network, by, "REDACT", target, message_id, *([reason] if reason else []))
    plain = _sentence(network, target, message_id, by)
    for session in list(sessions):
        if session.has(CAPABILITY):
            deliver((session,), line, call)
        elif plain:
            deliver((session,), network.server_line("NOTICE", target, plain), call)


def _sentence(network: Network, target: str, message_id: str, by: Person | None) -> str:
    if not message_id.isdecimal():
        return ""
    said_at = moment_of(int(message_id))
    if network.clock.now() - said_at > timedelta(hours=TOLD_HOURS):
        return ""
    who = by.nick if by is not None else "Somebody"
    return f"{who} deleted a message of {said_at:%H:%M:%S} UTC"
