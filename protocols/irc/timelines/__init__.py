"""Timelines as channels of one's own: `&home`, `&local`, `&federated`, `&notifications`, `&bookmarks`, `&tag/x`, `&list/x`, `&search/x`, `&ops`."""

from protocols.irc.timelines.live import Timelines

__all__ = ["Timelines"]
