"""IRCv3 capabilities this server offers, and which message tags each lets through."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from protocols.irc import multiline

# Name -> value shown to clients of CAP 302. Each one listed here is true: docs/irc.md says what it does.
OFFERED: Mapping[str, str] = {
    "account-notify": "",
    "account-tag": "",
    "away-notify": "",
    "batch": "",
    "cap-notify": "",
    "chghost": "",
    "draft/chathistory": "",
    "draft/event-playback": "",
    "draft/message-redaction": "",
    "draft/multiline": multiline.OFFER,
    "draft/persistence": "",
    "draft/pre-away": "",
    "draft/read-marker": "",
    "echo-message": "",
    "extended-join": "",
    "extended-monitor": "",
    "invite-notify": "",
    "labeled-response": "",
    "message-tags": "",
    "multi-prefix": "",
    "no-implicit-names": "",
    "sasl": "PLAIN,OAUTHBEARER",
    "server-time": "",
    "setname": "",
    "standard-replies": "",
    "userhost-in-names": "",
}

_TAG_NEEDS = {"time": "server-time", "account": "account-tag", "batch": "batch", "label": "labeled-response"}


def allowed_tags(tags: Mapping[str, str], capabilities: Collection[str]) -> dict[str, str]:
    """The tags a client with these capabilities may get; `message-tags` lets all others through."""
    return {key: value for key, value in tags.items() if _TAG_NEEDS.get(key, "message-tags") in capabilities}


def listing(version: int) -> list[str]:
    """The capabilities as CAP LS shows them; values from version 302 on."""
    return [f"{name}={value}" if value and version >= 302 else name for name, value in OFFERED.items()]
