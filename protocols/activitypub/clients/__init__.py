"""ActivityPub for apps (ActivityPub 6): what they post to their user's outbox, and what they may read, as Pleroma has it."""

from protocols.activitypub.clients.routes import register

__all__ = ["register"]
