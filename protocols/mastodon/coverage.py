"""`python -m protocols.mastodon.coverage` writes docs/mastodon-api.md and docs/pleroma-api.md: each endpoint with its scope, its entity and its tests.

Which tests ask an endpoint is read out of their source: a method and a path beside each other.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

from protocols.mastodon.door import Access, Row
from protocols.mastodon.table import ROWS

ROOT = Path(__file__).parents[2]
PAGE, PLEROMA_PAGE = ROOT / "docs" / "mastodon-api.md", ROOT / "docs" / "pleroma-api.md"
TESTS = ROOT / "tests" / "protocols" / "mastodon"
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
# What asks without naming the method.
HELPERS = {"ids": "GET", "get": "GET", "post": "POST", "types": "GET", "cost": ""}
# Asks every row of the table.
OF_ALL = "test_access"
ANY = "\x00"  # something put into a text when it runs

WHO = {Access.ANYBODY: "anybody", Access.APP: "an app", Access.PERSON: "a person", Access.STAFF: "staff"}

HEAD = """# The Mastodon API, endpoint by endpoint

Made from the table in `protocols/mastodon/table.py` by `python -m protocols.mastodon.coverage`: what routes and checks the requests says here
what they are. The same as an OpenAPI 3.1 document: `/api/openapi.json`. Paths may end in a slash. Forms may be JSON, urlencoded or
multipart. `|` between scopes: one of them is enough. `test_access` asks every row as nobody, as an app, with a wrong scope, as others and as
somebody who was shut out. Pleroma's own endpoints have a page of their own: `pleroma-api.md`.

| method | path | for | scope | answer | tests |
| --- | --- | --- | --- | --- | --- |
"""

BESIDE = """
## Beside the table

| what | where | tests |
| --- | --- | --- |
| `/oauth/authorize`, `/oauth/token`, `/oauth/revoke`, `/oauth/userinfo`, `/oauth/token/info`, `/.well-known/oauth-authorization-server` | `web/oauth` | `tests.web.test_oauth` |
| `/api/v1/streaming` (WebSocket and Server-Sent Events), `/api/v1/streaming/health` | `protocols/mastodon/streaming` | `tests.protocols.mastodon.test_streaming` |
| `/.well-known/webfinger`, `host-meta`, `nodeinfo`, `/nodeinfo/2.0`, actors, `/authorize_interaction` | `protocols/activitypub` | `tests.protocols.activitypub` |
| pages, log-in, sign-up, profiles, `/.well-known/change-password` | `web/pages` | `tests.web` |

Not here, because they make no sense here: `donation_campaigns`, `annual_reports`, `/api/v1_alpha` and `/api/v2_alpha`, and what only Mastodon's own web
client asks (`/api/web`, but for its settings). They are answered with 404 in JSON.
"""


PLEROMA_HEAD = """# Pleroma's API, endpoint by endpoint

Made like `mastodon-api.md`, from the same table. Each address with `/api/v1/pleroma/` is there without `/v1`, too, as Pleroma-FE mixes them.

| method | path | for | scope | answer | tests |
| --- | --- | --- | --- | --- | --- |
"""

PLEROMA_BESIDE = """
## Beside the table

| what | where |
| --- | --- |
| `/oauth/token` with `grant_type=password`, `/oauth/mfa/challenge`, HTTP Basic | `web/oauth`, `web/auth.py` |
| `/main/ostatus`, `/instance/panel.html`, `/static/terms-of-service.html`, `/static/stickers.json`, `/favicon.png` | `web/pages` |
| `/nodeinfo/2.0.json`, `/nodeinfo/2.1.json`, `/authorize_interaction`, `/ostatus_subscribe`, `/users/NAME/inbox` and `outbox`, `/api/ap/whoami`, `/api/ap/upload_media` | `protocols/activitypub` |
| `/api/v1/streaming` with `pleroma:chat_update` and the others | `protocols/mastodon/streaming` |
| `/socket/websocket` (Phoenix channel `chat:public`, the shoutbox; its word is `pleroma.chat_token` of `verify_credentials`) | `protocols/mastodon/shoutbox` |

## Refused, with the reason

"""

PLEROMA_ABSENT = """
Not here: `/oauth/registration_details`, `/oauth/register` and `/oauth/prepare_request` (there is no log-in by other services), `/oauth/mfa` as
a page (the log-in page asks for the code), `uploader_callback` (files are kept here), the media proxy, `/user_exists` and `/check_password` (of
XMPP servers, without any key), `no_rich_text`, `hide_followers_count`, `hide_follows_count` and birthdays among the keys. Scrobbles do
not federate; a post to a list (`list:ID`) is a direct one to those on it.
"""


def is_pleromas(row: Row) -> bool:
    return "/pleroma/" in row.path or row.path.startswith(("/api/oauth_tokens", "/api/account/", "/api/web/", "/auth/"))


def page(rows: Iterable[Row], tests: Path) -> str:
    known = list(rows)
    asked = asked_in(tests, known)
    return HEAD + "".join(_line(row, asked) for row in known if not is_pleromas(row)) + BESIDE


def pleroma_page(rows: Iterable[Row], tests: Path) -> str:
    known = list(rows)
    asked = asked_in(tests, known)
    shown = [row for row in known if is_pleromas(row) and not row.path.startswith("/api/pleroma/")]
    refused = [row for row in shown if row.entity is object]
    reasons = "".join(f"- {row.method} `{row.path}`: {_reason(row)}\n" for row in refused)
    return PLEROMA_HEAD + "".join(_line(row, asked) for row in shown if row not in refused) + PLEROMA_BESIDE + reasons + PLEROMA_ABSENT


def _line(row: Row, asked: Mapping[tuple[str, str], list[str]]) -> str:
    modules = ", ".join(asked[row.path, row.method])
    return f"| {row.method.replace(' ', ', ')} | `{row.path}` | {WHO[row.access]} | {_scope(row)} | {_name(row.entity)} | {modules} |\n"


def _reason(row: Row) -> str:
    """What its endpoint says of itself."""
    return " ".join((row.answer.__doc__ or "").split())


def _scope(row: Row) -> str:
    return " \\| ".join(f"`{scope}`" for scope in row.scopes)


def _name(entity: Any) -> str:
    if entity is None:
        return ""
    if isinstance(entity, UnionType):
        return " or ".join(_name(one) for one in get_args(entity))
    if get_origin(entity) is list:
        return f"list of {_name(get_args(entity)[0])}"
    if get_origin(entity) is dict:
        return f"{_name(get_args(entity)[1])} by name"
    return {"str": "text", "bool": "true or false", "object": "anything"}.get(entity.__name__, str(entity.__name__))


# -- which tests ask what


def asked_in(tests: Path, rows: Sequence[Row]) -> Mapping[tuple[str, str], list[str]]:
    """(path, method) of a row -> names of test modules."""
    patterns = [(row, re.compile(re.sub(r"<\w+>", f"(?:[^/]*{ANY}[^/]*|[^/]+)", row.path) + "/?")) for row in sorted(rows, key=lambda row: row.path.count("<"))]
    found: dict[tuple[str, str], set[str]] = {(row.path, row.method): set() for row in rows}
    for file in sorted(tests.glob("test_*.py")):
        for method, path in set(requests_in(file.read_text())):
            row = next((row for row, pattern in patterns if method in row.method.split() and pattern.fullmatch(path)), None)
            if row is not None:
                found[row.path, row.method].add(file.stem)
    # Pleroma's have two addresses: who asks one asks the other.
    for path, method in found:
        twin = (path.replace("/api/v1/pleroma/", "/api/pleroma/"), method)
        if twin in found:
            found[twin] = found[path, method] = found[path, method] | found[twin]
    return {key: sorted(modules) or [OF_ALL] for key, modules in found.items()}


def requests_in(source: str) -> Iterator[tuple[str, str]]:
    """(method, path) of what the source of a test asks; ANY stands in a path for what is known only when it runs."""
    tree = ast.parse(source)
    names: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = zip(target.elts, node.value.elts, strict=False) if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) else [(target, node.value)]
                for name, value in pairs:
                    if isinstance(name, ast.Name | ast.Attribute):
                        names.setdefault(_called(name), []).append(value)
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Name) and isinstance(node.iter, ast.Tuple | ast.List):
            names.setdefault(node.target.id, []).extend(node.iter.elts)
    for node in ast.walk(tree):
        parts = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
        for first, second in pairwise(parts):
            for method in _methods(first, names):
                yield from ((method, path) for path in _paths(second, names, 3))
        if isinstance(node, ast.Call) and node.args and HELPERS.get(_called(node.func)):
            yield from ((HELPERS[_called(node.func)], path) for path in _paths(node.args[0], names, 3))


def _called(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _methods(node: ast.expr, names: Mapping[str, list[ast.expr]]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and node.value in METHODS:
        yield str(node.value)
    elif isinstance(node, ast.Name):
        yield from (str(each.value) for each in names.get(node.id, ()) if isinstance(each, ast.Constant) and each.value in METHODS)


def _paths(node: ast.expr, names: Mapping[str, list[ast.expr]], depth: int) -> set[str]:
    """What a path can be, without its query."""
    texts = {text.partition("?")[0] for text in _texts(node, names, depth)}
    return {text for text in texts if text.startswith(("/api/", "/auth/"))}


def _texts(node: ast.expr, names: Mapping[str, list[ast.expr]], depth: int) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=values):
            made = [""]
            for value in values:
                inner = value.value if isinstance(value, ast.FormattedValue) else value
                made = [one + more for one in made for more in _texts(inner, names, depth)][:50]
            return made
        case ast.BinOp(left=left, right=right, op=ast.Add()):
            return [one + more for one in _texts(left, names, depth) for more in _texts(right, names, depth)][:50]
        case ast.Name() | ast.Attribute() if depth:
            known = [text for each in names.get(_called(node), ()) for text in _texts(each, names, depth - 1)]
            return [text for text in known if text.startswith("/")] or [ANY]
    return [ANY]


if __name__ == "__main__":
    for file, made in ((PAGE, page), (PLEROMA_PAGE, pleroma_page)):
        file.write_text(made(ROWS, TESTS))
        sys.stdout.write(f"{file}\n")
