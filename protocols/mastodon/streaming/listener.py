"""Whoever listens: what the hub knows of a connection."""

from __future__ import annotations

from protocols.mastodon.streaming.message import Message
from protocols.mastodon.streaming.streams import Stream
from web.auth import Viewer


class Listener:
    """Base of the two kinds of connection. `secret`: the token, to be looked at again now and then; never logged."""

    def __init__(self, viewer: Viewer, secret: str) -> None:
        self.viewer = viewer
        self.secret = secret
        self.streams: set[Stream] = set()

    @property
    def viewer_id(self) -> int | None:
        return self.viewer.id

    @property
    def token_id(self) -> int | None:
        return self.viewer.token.id if self.viewer.token is not None else None

    def tell(self, message: Message, stream: Stream) -> None:
        raise NotImplementedError

    def beat(self) -> None:
        """Every few seconds: show that the connection is alive."""

    def close(self, reason: str) -> None:
        raise NotImplementedError
