"""What one command answers: held back until it is done, then sent with its label, in a batch when there are several."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from protocols.irc.message import Message

if TYPE_CHECKING:
    from protocols.irc.session import Session


class Replies:
    """IRCv3 labeled-response: none -> ACK, one -> the label on it, several -> a batch with the label."""

    def __init__(self, session: Session, label: str = "") -> None:
        self.session = session
        self.label = label if session.has("labeled-response") else ""
        self._lines: list[Message] = []
        self.silent = False  # nothing is answered yet, not even ACK

    def add(self, message: Message) -> None:
        self._lines.append(message)

    def flush(self) -> None:
        lines, self._lines = self._lines, []
        if self.silent and not lines:
            return
        if not self.label:
            for line in lines:
                self.session.send(line)
            return
        label, self.label = self.label, ""
        server = self.session.network.server_name
        if not lines:
            self.session.send(Message("ACK", (), server, {"label": label}))
        elif len(lines) == 1 or not self.session.has("batch") or _is_batch(lines):
            first, *others = lines
            for line in (replace(first, tags={**first.tags, "label": label}), *others):
                self.session.send(line)
        else:
            name = self.session.network.next_batch()
            self.session.send(Message("BATCH", (f"+{name}", "labeled-response"), server, {"label": label}))
            for line in lines:
                inside = line if "batch" in line.tags else replace(line, tags={**line.tags, "batch": name})
                self.session.send(inside)
            self.session.send(Message("BATCH", (f"-{name}",), server))


def _is_batch(lines: list[Message]) -> bool:
    """Whether the answer is one batch already: then the label goes onto its start."""
    first, last = lines[0], lines[-1]
    return (
        first.command == last.command == "BATCH"
        and first.params[0][:1] == "+"
        and last.params[0] == f"-{first.params[0][1:]}"
        and "batch" not in first.tags
    )
