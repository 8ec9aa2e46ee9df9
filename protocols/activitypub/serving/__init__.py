"""Our actors, notes, activities and collections, for whoever asks for ActivityStreams."""

from protocols.activitypub.serving.routes import register

__all__ = ["register"]
