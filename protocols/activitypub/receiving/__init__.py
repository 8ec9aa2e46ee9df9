"""What other servers tell us: one function per activity type, from the strict frame to `submit`."""

from protocols.activitypub.receiving.table import Receiver

__all__ = ["Receiver"]
