"""Messages of several lines (IRCv3 draft/multiline): gathered from a client, shown as one batch to those who take it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from protocols.irc.message import Message
from protocols.irc.network import Network, deliver

if TYPE_CHECKING:
    from protocols.irc.session import Session
    from protocols.irc.table import Call

CAPABILITY = TYPE = "draft/multiline"
CONCAT = "draft/multiline-concat"
MAX_BYTES, MAX_LINES = 4096, 32
OFFER = f"max-bytes={MAX_BYTES},max-lines={MAX_LINES}"


@dataclass(slots=True)
class Gathering:
    """A batch a client has opened. `failed`: it was refused, what still comes of it is thrown away."""

    reference: str
    target: str
    label: str
    tags: dict[str, str]
    command: str = ""
    lines: list[tuple[str, bool]] = field(default_factory=list)  # text; whether it goes on with the line before
    size: int = 0
    failed: bool = False

    @property
    def text(self) -> str:
        whole = ""
        for number, (text, concat) in enumerate(self.lines):
            whole += text if concat or not number else f"\n{text}"
        return whole


def gather(call: Call, command: str, target: str, text: str) -> None:
    """One line of an open batch."""
    gathering = call.session.gathering
    assert gathering is not None
    call.replies.silent = True
    if gathering.failed:
        return
    concat = CONCAT in call.message.tags
    gathering.size += len(text.encode()) + (not concat and bool(gathering.lines))
    refusal: tuple[str, ...] = ()
    if call.message.tags.get("batch") != gathering.reference:
        refusal = ("MULTILINE_INVALID", "This line is of another batch")
    elif target != gathering.target:
        refusal = ("MULTILINE_INVALID_TARGET", gathering.target, target, "A batch has one target")
    elif command not in ("PRIVMSG", "NOTICE") or gathering.command not in ("", command):
        refusal = ("MULTILINE_INVALID", "A batch is of one command, PRIVMSG or NOTICE")
    elif concat and not text:
        refusal = ("MULTILINE_INVALID", "An empty line goes on with nothing")
    elif len(gathering.lines) >= MAX_LINES:
        refusal = ("MULTILINE_MAX_LINES", str(MAX_LINES), "Too many lines")
    elif gathering.size > MAX_BYTES:
        refusal = ("MULTILINE_MAX_BYTES", str(MAX_BYTES), "Too long")
    if refusal:
        gathering.failed = True
        call.replies.silent = False
        call.fail("BATCH", *refusal)
        return
    gathering.command = command
    gathering.lines.append((text, concat))


def show(network: Network, sessions: Iterable[Session], messages: Sequence[Message], call: Call | None = None) -> None:
    """The lines of one message: a batch where it is taken, else line by line without the empty ones."""
    if len(messages) == 1:
        bare = without_concat(messages)
        deliver(sessions, bare[0], call)
        return
    plain: list[Message] | None = None
    for session in list(sessions):
        if session.has(CAPABILITY) and session.has("batch"):
            for message in _batch(network, messages):
                deliver((session,), message, call)
            continue
        if plain is None:
            plain = without_concat(messages)
        for message in plain:
            deliver((session,), message, call)


def without_concat(messages: Sequence[Message]) -> list[Message]:
    """For clients that see single lines; the msgid is on the first that is not empty."""
    shown = [message for message in messages if message.params[-1] or len(messages) == 1]
    shown = [_untagged(message) for message in shown]
    message_id = messages[0].tags.get("msgid")
    if shown and message_id:
        shown[0] = replace(shown[0], tags={**shown[0].tags, "msgid": message_id})
    return shown


def _untagged(message: Message) -> Message:
    if CONCAT not in message.tags:
        return message
    return replace(message, tags={key: value for key, value in message.tags.items() if key != CONCAT})


def _batch(network: Network, messages: Sequence[Message]) -> list[Message]:
    name = network.next_batch()
    first = messages[0]
    inside = [
        replace(message, tags={"batch": name, **({CONCAT: ""} if CONCAT in message.tags else {})}) for message in messages
    ]
    start = Message("BATCH", (f"+{name}", TYPE, first.params[0]), first.source, first.tags)
    return [start, *inside, Message("BATCH", (f"-{name}",), first.source)]
