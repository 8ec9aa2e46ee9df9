"""One event on its way out: rendered once, put into frames once per kind of connection and stream."""

from __future__ import annotations

import msgspec

from protocols.mastodon.streaming.streams import Stream


class Message:
    """`payload`: JSON as text, a bare id, or None."""

    __slots__ = ("_event", "_frames", "_payload", "_quoted", "_sse")

    def __init__(self, event: str, payload: str | None = None) -> None:
        self._event = event
        self._payload = payload
        self._quoted = ""
        self._frames: dict[Stream, str] = {}
        self._sse = b""

    def frame(self, stream: Stream) -> str:
        """For a WebSocket: JSON whose payload is JSON in a string."""
        made = self._frames.get(stream)
        if made is None:
            if not self._quoted and self._payload is not None:
                self._quoted = f',"payload":{msgspec.json.encode(self._payload).decode()}'
            label = msgspec.json.encode(stream.label).decode()
            made = f'{{"stream":{label},"event":"{self._event}"{self._quoted}}}'
            self._frames[stream] = made
        return made

    def sse(self) -> bytes:
        """For Server-Sent Events (HTML standard, section 9.2). JSON as it is written here has no line ends."""
        if not self._sse:
            payload = "undefined" if self._payload is None else self._payload  # as Mastodon writes it
            self._sse = f"event: {self._event}\ndata: {payload}\n\n".encode()
        return self._sse
