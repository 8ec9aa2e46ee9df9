"""ActivityStreams as the world writes it -> the one strict form of `pleromad.model`. Pure; raises pleromad errors only."""

from protocols.activitypub.to_core.activities import Heard, Inner, emoji_of, heard
from protocols.activitypub.to_core.actors import actor
from protocols.activitypub.to_core.notes import Said, readable, said

__all__ = ["Heard", "Inner", "Said", "actor", "emoji_of", "heard", "readable", "said"]
