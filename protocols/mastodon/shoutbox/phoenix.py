"""Frames of Phoenix channels (the serializers of its JavaScript client): lists where `vsn=2.0.0`, objects in 1.0.0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

JOIN, REPLY, CLOSE, HEARTBEAT = "phx_join", "phx_reply", "phx_close", "heartbeat"
PHOENIX = "phoenix"  # the topic of heartbeats

Ref = Annotated[str, Meta(max_length=40)] | Annotated[int, Meta(ge=0)] | None
Word = Annotated[str, Meta(max_length=100)]


class Payload(msgspec.Struct):
    """All that is read of any event. Unknown fields are ignored."""

    text: str = ""


class Frame(msgspec.Struct):
    """In the names of 1.0.0, where a join carries no `join_ref` of its own."""

    topic: Word
    event: Word
    payload: Payload
    ref: Ref = None
    join_ref: Ref = None


_object = msgspec.json.Decoder(Frame)
_list = msgspec.json.Decoder(tuple[Ref, Ref, Word, Word, Payload])


@dataclass(frozen=True, slots=True)
class Wording:
    """How one connection writes its frames."""

    lists: bool

    def read(self, message: str) -> Frame:
        """Raises msgspec.DecodeError."""
        if not self.lists:
            return _object.decode(message)
        join_ref, ref, topic, event, payload = _list.decode(message)
        return Frame(topic, event, payload, ref, join_ref)

    def write(self, topic: str, event: str, payload: Any, ref: Ref = None, join_ref: Ref = None) -> str:
        if self.lists:
            return msgspec.json.encode((join_ref, ref, topic, event, payload)).decode()
        return msgspec.json.encode({"topic": topic, "event": event, "payload": payload, "ref": ref, "join_ref": join_ref}).decode()


def wording(version: str) -> Wording:
    """Of what `vsn` says; without it clients speak 1.0.0."""
    return Wording(version.startswith("2."))
