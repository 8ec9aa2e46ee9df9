"""Where the answer of an authorization goes (RFC 6749 section 3.1.2, RFC 8252 for native apps)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from pleromad.errors import Invalid

OOB = "urn:ietf:wg:oauth:2.0:oob"
MAX_URI = 2000
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

# A browser runs or shows these in the name of the page that sent it there.
_DANGEROUS = frozenset(
    {"javascript", "data", "vbscript", "file", "blob", "about", "filesystem", "view-source"}
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")


def check_redirect_uri(uri: str) -> str:
    """A redirect URI an app may register. Invalid (field redirect_uris) else."""
    scheme = uri.partition(":")[0].lower()
    problem = ""
    if uri == OOB:
        return uri
    if (
        len(uri) > MAX_URI
        or not uri.isprintable()
        or " " in uri
        or ":" not in uri
        or not _SCHEME.fullmatch(scheme)
    ):
        problem = "must be an absolute URI"
    elif scheme in _DANGEROUS:
        problem = "is forbidden by the server"
    elif "#" in uri:
        problem = "cannot contain a fragment"
    elif scheme in ("http", "https"):
        try:
            parts = urlsplit(uri)
            port = parts.port
        except ValueError:
            problem = "must be an absolute URI"
        else:
            if not parts.hostname or "@" in parts.netloc or port == 0:
                problem = "must be an absolute URI"
    if problem:
        raise Invalid(f"Validation failed: Redirect URI {problem}", field="redirect_uris")
    return uri


def matches(wanted: str, registered: Iterable[str]) -> bool:
    """Exact; on the machine itself over plain http any port will do (RFC 8252, section 7.3)."""
    return any(wanted == uri or _same_but_port(wanted, uri) for uri in registered)


def _same_but_port(one: str, other: str) -> bool:
    try:
        a, b = urlsplit(one), urlsplit(other)
        a.port  # noqa: B018 - raises when it is no port
    except ValueError:
        return False
    return (
        a.scheme == b.scheme == "http"
        and a.hostname is not None
        and a.hostname == b.hostname
        and a.hostname in LOOPBACK
        and "@" not in a.netloc
        and "\\" not in one
        and (a.path, a.query, a.fragment) == (b.path, b.query, b.fragment)
    )


def with_answer(uri: str, **answer: str | None) -> str:
    """`uri` with parameters added to its query; None is left out."""
    pairs = urlencode([(name, value) for name, value in answer.items() if value is not None])
    if not pairs:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{pairs}"


def source_of(uri: str) -> str:
    """What a Content-Security-Policy must name so that a form may lead to `uri`."""
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"
