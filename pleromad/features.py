"""What this server can, in the words of Pleroma's front-ends: they look for them before they offer something."""

from __future__ import annotations

from pleromad.config import Settings

_ALWAYS = (
    "activitypub", "pleroma_api", "mastodon_api", "mastodon_api_streaming", "polls", "v2_suggestions", "pleroma_explicit_addressing",
    "shareable_emoji_packs", "multifetch", "pleroma:api/v1/notifications:include_types_filter", "editing", "quote_posting", "relay",
    "pleroma_emoji_reactions", "pleroma_custom_emoji_reactions", "pleroma_chat_messages", "exposable_reactions", "profile_directory",
    "pleroma:group_actors", "pleroma:bookmark_folders",
)  # fmt: skip


def features(settings: Settings) -> list[str]:
    gopher = ["gopher"] if settings.gopher.enabled else []
    remote = ["pleroma:get:main/ostatus"] if settings.federation.enabled else []
    # Pleroma-FE offers the shoutbox where it reads "chat", newer ones "shout".
    lobby = ["chat", "shout"] if settings.rooms.lobby else []
    return [*_ALWAYS, *gopher, *remote, *lobby]
