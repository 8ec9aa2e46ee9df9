"""The API over memory transports. Every answer is held against the entity its row of the table promises."""

from __future__ import annotations

import re
from types import UnionType
from typing import Any, get_args
from urllib.parse import parse_qs, urlsplit

import msgspec

from pleromad.model.account import Account
from protocols.mastodon.door import Row
from protocols.mastodon.entities.base import Error
from protocols.mastodon.table import ROWS
from tests.support.http import Reply, SiteCase

EVERYTHING = frozenset({"read", "write", "follow", "push"})


def _pattern(row: Row) -> re.Pattern[str]:
    return re.compile(re.sub(r"<\w+>", "[^/]+", row.path) + "/?")


PATTERNS = [(_pattern(row), row) for row in sorted(ROWS, key=lambda row: row.path.count("<"))]


def row_of(method: str, path: str) -> Row | None:
    """The endpoint that answers; names before placeholders."""
    path = path.partition("?")[0]
    return next((row for pattern, row in PATTERNS if method in row.method.split() and pattern.fullmatch(path)), None)


class MastodonCase(SiteCase):
    DOORS = ("mastodon",)

    async def token(self, account: Account | None, *scopes: str) -> str:
        """A token with `scopes` (default: everything) of an application; without an account, the application's own."""
        app = await self.core.accounts.add_app(
            name="Test app", website=None, redirect_uris=["urn:ietf:wg:oauth:2.0:oob"], scopes=EVERYTHING
        )
        return (await self.core.accounts.issue(app, account.id if account else None, scopes or EVERYTHING)).access_token

    async def call(self, method: str, path: str, token: str | None = None, status: int = 200, **kw: Any) -> Any:
        """The JSON of an answer with this status, checked against its entity (or Error)."""
        return (await self.reply(method, path, token, status, **kw)).json()

    async def reply(self, method: str, path: str, token: str | None = None, status: int = 200, **kw: Any) -> Reply:
        reply = await self.request(method, path, token=token, **kw)
        self.assertEqual(reply.status, status, f"{method} {path}: {reply.body[:400]!r}")
        row = row_of(method, path)
        if status < 300 and row is not None:
            check(reply.json(), row.entity, f"{method} {path}")
        elif status >= 400:
            msgspec.convert(reply.json(), Error, strict=True)
        return reply

    async def cost(self, method: str, path: str, token: str | None = None, **kw: Any) -> int:
        """How many SQL statements a request takes."""
        before = self.core.statements
        await self.reply(method, path, token, **kw)
        return self.core.statements - before

    async def ids(self, path: str, token: str | None = None) -> list[str]:
        return [one["id"] for one in await self.call("GET", path, token)]


def check(value: Any, entity: Any, what: str) -> None:
    """AssertionError when `value` is not what the types say: a field too many, missing, or of another type."""
    problems = []
    for one in get_args(entity) if isinstance(entity, UnionType) else (entity,):
        try:
            msgspec.convert(value, one, strict=True)
            return
        except msgspec.ValidationError as error:
            problems.append(f"{what} is no {one}: {error}")
    raise AssertionError("; ".join(problems))


def links(reply: Reply) -> dict[str, str]:
    """rel -> path with query, of a Link header."""
    found = {}
    for part in reply.headers.get("link", "").split(", "):
        match = re.fullmatch(r'<([^>]+)>; rel="(\w+)"', part)
        if match:
            url = urlsplit(match[1])
            found[match[2]] = f"{url.path}?{url.query}"
    return found


def query_of(path: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(path).query)
