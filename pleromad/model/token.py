"""OAuth 2.0 (RFC 6749): applications and the tokens they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class App:
    id: int
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str]
    client_id: str
    client_secret: str
    created_at: datetime
    trusted: bool = False  # Pleroma: by the staff


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. `account_id` None: the application itself (client credentials).

    `app` None and a `name`: an app password, or (scope `session`) a browser. `waits_for`: what its person cannot go on without,
    '' when nothing: "confirmation" of the e-mail address, "approval" by the staff.
    """

    id: int
    account_id: int | None
    app: App | None
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None = None
    name: str = ""
    last_used_on: date | None = None
    waits_for: str = ""

    def allows(self, scope: str) -> bool:
        """`read` covers `read:statuses`, and so on up the colons (Mastodon: OAuth scopes)."""
        parts = scope.split(":")
        return any(":".join(parts[: n + 1]) in self.scopes for n in range(len(parts)))


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint hands out: the only place where the secrets of a token are in clear."""

    token: Token
    access_token: str
    refresh_token: str | None = None
