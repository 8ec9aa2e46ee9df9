"""Single requests to the daemon under measurement, and whole requests as bytes for the load generator."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from bench.data import DOMAIN
from bench.house import PASSWORD, Daemon

SCOPES = "read write follow"


def request_bytes(method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> bytes:
    """A request that keeps its connection."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {DOMAIN}", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def ask(daemon: Daemon, method: str, path: str, *, form: Mapping[str, str] | None = None, token: str = "") -> Any:
    """The JSON of one answer. SystemExit when it is a refusal: there is nothing to measure then."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.http, timeout=60)
    headers = {"Host": DOMAIN, "Content-Type": "application/x-www-form-urlencoded"} | bearer(token)
    connection.request(method, path, urlencode(form) if form is not None else None, headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{method} {path} answers {answer.status}: {body[:300]!r}")
    return json.loads(body)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def log_in(daemon: Daemon, name: str) -> str:
    """A token of somebody here, by the password grant."""
    app = ask(daemon, "POST", "/api/v1/apps", form={"client_name": "bench", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": SCOPES})
    grant = ask(
        daemon,
        "POST",
        "/oauth/token",
        form={
            "grant_type": "password",
            "username": name,
            "password": PASSWORD,
            "client_id": app["client_id"],
            "client_secret": app["client_secret"],
            "scope": SCOPES,
        },
    )
    return str(grant["access_token"])
