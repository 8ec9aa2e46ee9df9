"""What the server says about itself at length: written in the settings as Markdown, read as HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pleromad import text
from pleromad.config import Settings
from pleromad.errors import NotFound
from pleromad.reading.shelf import Reader
from store import accounts as account_rows

# True of every server that runs this program, whatever its people add to it.
DEFAULT_PRIVACY = """\
This server keeps what you give it: your name, your e-mail address, a hash of your password, what you write and upload, whom you \
follow, block and mute, and what you read up to. It keeps the addresses you sign up and log in from for up to a year, so that the people \
who run it can act against abuse.

What you write for everybody or for followers on other servers is sent there. Those servers keep their own copies; this one asks them to \
delete what you delete, and cannot make them. The people who run a server can read what is in its database, direct notes too.

There are no cookies but the one that keeps you logged in and the one that guards forms. Nothing is sold, and nothing is told to third \
parties.

You can download what you have written and delete your account in your settings.
"""


_TAG = re.compile(r"\s*<[a-zA-Z][^<>]*>")


@dataclass(frozen=True, slots=True)
class HouseText:
    html: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    html: str
    effective_date: date


class TextReading(Reader):
    _rendered: tuple[Settings, dict[str, str]] | None = None

    async def extended_description(self) -> HouseText:
        """Without one of its own: the short description."""
        instance = self._shelf.settings.instance
        written = self._html(instance.extended_description) if instance.extended_description else self._html(instance.description, "text/plain")
        return HouseText(written, await self._written_at())

    async def privacy_policy(self) -> HouseText:
        return HouseText(self._html(self._shelf.settings.instance.privacy_policy or DEFAULT_PRIVACY), await self._written_at())

    async def terms_of_service(self) -> Terms:
        """Raises NotFound when there are none."""
        instance = self._shelf.settings.instance
        if not instance.terms_of_service:
            raise NotFound
        effective = instance.terms_effective_date
        day = date.fromisoformat(effective) if effective else (await self._written_at()).date()
        return Terms(self._html(instance.terms_of_service), day)

    async def document(self, key: str) -> str:
        """What front-ends put into their pages: `instance.panel`, else the description; `instance.terms_of_service`, else the rules."""
        instance = self._shelf.settings.instance
        if key == "instance.panel":
            return self._html(instance.panel) if instance.panel else self._html(instance.description, "text/plain")
        if instance.terms_of_service:
            return self._html(instance.terms_of_service)
        return self._html("\n".join(f"{at}. {rule}" for at, rule in enumerate(instance.rules, 1)))

    def _html(self, source: str, content_type: str = "text/markdown") -> str:
        """What begins with a tag is HTML, as Pleroma's documents are."""
        if content_type == "text/markdown" and _TAG.match(source):
            content_type = "text/html"
        settings = self._shelf.settings
        if self._rendered is None or self._rendered[0] is not settings:
            self._rendered = (settings, {})
        known = self._rendered[1]
        if source not in known:
            known[source] = text.render(source, content_type, mention=lambda handle: None, tag_url=settings.uris.tag).html
        return known[source]

    async def _written_at(self) -> datetime:
        """When the settings file was last changed; without one, when this server was made."""
        source = self._shelf.settings.source
        try:
            if source:
                return datetime.fromtimestamp(int(Path(source).stat().st_mtime), UTC)
        except OSError:
            pass
        uri = self._shelf.settings.uris.instance_actor
        account = (await account_rows.by_uris(self._database, [uri])).get(uri)
        return account.created_at if account is not None else datetime.fromtimestamp(0, UTC)
