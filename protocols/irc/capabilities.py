"""IRCv3 capabilities this server offers, and which message tags each lets through."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from protocols.irc import metadata, multiline

if TYPE_CHECKING:
    from protocols.irc.network import Network
    from protocols.irc.session import Session

STS_SECONDS = 30 * 24 * 3600

# Name -> value shown to clients of CAP 302. Each one listed here is true: docs/irc.md says what it does.
OFFERED: Mapping[str, str] = {
    "account-notify": "",
    "account-tag": "",
    "away-notify": "",
    "batch": "",
    "cap-notify": "",
    "chghost": "",
    "draft/channel-rename": "",
    "draft/chathistory": "",
    "draft/event-playback": "",
    "draft/message-redaction": "",
    "draft/metadata-2": metadata.OFFER,
    "draft/metadata-3": metadata.OFFER,
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
    "sasl": "PLAIN,OAUTHBEARER,EXTERNAL",
    "server-time": "",
    "setname": "",
    "standard-replies": "",
    "userhost-in-names": "",
    "znc.in/playback": "",
}

_TAG_NEEDS = {"time": "server-time", "account": "account-tag", "batch": "batch", "label": "labeled-response"}


def allowed_tags(tags: Mapping[str, str], capabilities: Collection[str]) -> dict[str, str]:
    """The tags a client with these capabilities may get; `message-tags` lets all others through."""
    return {key: value for key, value in tags.items() if _TAG_NEEDS.get(key, "message-tags") in capabilities}


def offered(network: Network) -> dict[str, str]:
    """With those that depend on the settings."""
    found = {**OFFERED}
    if network.core.settings.instance.registrations in ("open", "approval"):
        words = ["custom-account-name"]
        if network.settings.register_before_connect:
            words.insert(0, "before-connect")
        if network.core.settings.mail.on:
            words.append("email-required")
        found["draft/account-registration"] = ",".join(words)
    return dict(sorted(found.items()))


def listing(session: Session) -> list[str]:
    """The capabilities as CAP LS shows them; values from version 302 on."""
    version, found = session.cap_version, offered(session.network)
    if session.network.settings.sts_port and version >= 302:
        # IRCv3 sts: over a plain connection only where to go, over TLS only for how long to stay.
        found["sts"] = f"duration={STS_SECONDS}" if session.secure else f"port={session.network.settings.sts_port}"
    return [f"{name}={value}" if value and version >= 302 else name for name, value in found.items()]
