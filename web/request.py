"""A request as the doors see it: decoded once, bounded, with the client's address told through trusted proxies."""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from typing import IO, TYPE_CHECKING
from urllib.parse import parse_qsl

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.web.server import Request as TwistedRequest

from pleromad.errors import Invalid

if TYPE_CHECKING:
    from web.limits import Allowance

MAX_QUERY_FIELDS = 500
LOCAL = "unix"  # the address of a client on a unix socket that no proxy told us more about

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{6,64}")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Request:
    """One HTTP request. `params` are the placeholders of the path, `query` the pairs after the `?` in order."""

    __slots__ = (
        "_body",
        "_content",
        "_query",
        "_refusal",
        "address",
        "allowance",
        "cookies_to_send",
        "form_cookie",
        "form_fields",
        "id",
        "method",
        "params",
        "path",
        "raw",
    )

    def __init__(
        self,
        raw: TwistedRequest,
        params: Mapping[str, str],
        *,
        trusted_proxies: tuple[str, ...] = (),
        refusal: Exception | None = None,
    ) -> None:
        self.raw = raw
        self.method = raw.method.decode("ascii", "replace")
        self.params = dict(params)
        self.address, trusted = client_address(raw, trusted_proxies)
        given = self.header("x-request-id") if trusted else ""
        self.id = given if given and _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        self.path = decoded_path(raw)
        self.allowance: Allowance | None = None
        self.cookies_to_send: list[str] = []
        self.form_cookie = ""  # made for a form of this answer (web.auth)
        self.form_fields: object = None  # web.bodies keeps its result here
        self._query: list[tuple[str, str]] | None = None
        self._body: bytes | None = None
        self._refusal = refusal
        # Taken from Twisted, which closes it when the client hangs up: the handler may still be at work then.
        self._content: IO[bytes] | None = raw.content
        raw.content = None

    def header(self, name: str) -> str:
        """'' when absent; several of one name are joined by commas (RFC 9110, section 5.2)."""
        values = self.raw.requestHeaders.getRawHeaders(name)
        if not values:
            return ""
        return values[0] if len(values) == 1 else ", ".join(values)

    def cookie(self, name: str) -> str:
        value = self.raw.received_cookies.get(name.encode("ascii"), b"")
        return value.strip(b' "').decode("ascii", "replace")

    def first(self, name: str) -> str | None:
        return next((value for key, value in self.query if key == name), None)

    @property
    def query(self) -> list[tuple[str, str]]:
        if self._query is None:
            text = self.raw.uri.partition(b"?")[2].decode("ascii", "replace")
            self._query = parse_pairs(text, MAX_QUERY_FIELDS) if text else []
        return self._query

    @property
    def body(self) -> bytes:
        """The complete body. TooLarge when it passed the bound of its route."""
        if self._refusal is not None:
            raise self._refusal
        if self._body is None:
            self._body = self.stream().read()
        return self._body

    def stream(self) -> IO[bytes]:
        """The body as a file, from its start: for what is too long to be copied whole."""
        if self._refusal is not None:
            raise self._refusal
        if self._content is None:
            return BytesIO()
        self._content.seek(0)
        return self._content

    def send_cookie(
        self, name: str, value: str, *, secure: bool, max_age_seconds: int | None = None, path: str = "/"
    ) -> None:
        """Put a cookie on the answer, whatever the answer will be. Always HttpOnly and SameSite=Lax."""
        parts = [f"{name}={value}", f"Path={path}", "HttpOnly", "SameSite=Lax"]
        if max_age_seconds is not None:
            parts.append(f"Max-Age={max_age_seconds}")
        if secure:
            parts.append("Secure")
        self.cookies_to_send.append("; ".join(parts))


def parse_pairs(text: str, most: int) -> list[tuple[str, str]]:
    """application/x-www-form-urlencoded pairs. NUL goes: PostgreSQL stores none. Invalid when there are more than `most`."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=most)
    except ValueError:
        raise Invalid(f"At most {most} fields are allowed") from None
    if "%00" in text or "\x00" in text:
        return [(key.replace("\x00", ""), value.replace("\x00", "")) for key, value in pairs]
    return pairs


def decoded_path(raw: TwistedRequest) -> str:
    return "/" + b"/".join([*(raw.prepath or ()), *(raw.postpath or ())]).decode("utf-8", "replace")


def client_address(raw: TwistedRequest, trusted_proxies: tuple[str, ...]) -> tuple[str, bool]:
    """The client's address, and whether a trusted proxy speaks for it.

    X-Forwarded-For is read from the right, as long as the hop that wrote it is trusted. Who connects over a unix socket
    was let in by the file system and is trusted.
    """
    peer = raw.getClientAddress()
    if isinstance(peer, (IPv4Address, IPv6Address)):
        address = plain_address(peer.host)
        if address is None or not is_trusted(address, trusted_proxies):
            return address or peer.host, False
    else:
        address = LOCAL
    values = raw.requestHeaders.getRawHeaders("x-forwarded-for") or []
    for hop in reversed(",".join(values)[-2000:].split(",")):
        told = plain_address(hop.strip())
        if told is None:
            break
        address = told
        if not is_trusted(told, trusted_proxies):
            break
    return address, True


@lru_cache(maxsize=4096)
def plain_address(text: str) -> str | None:
    """An IP address in its canonical spelling without port, brackets, zone or v4-in-v6; None when it is none."""
    text = text.partition("%")[0].strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


@lru_cache(maxsize=64)
def _networks(trusted_proxies: tuple[str, ...]) -> tuple[Network, ...]:
    networks: list[Network] = []
    for text in trusted_proxies:
        try:
            networks.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            continue  # the settings say so at start; here it only means: trusts nobody
    return tuple(networks)


@lru_cache(maxsize=4096)
def is_trusted(address: str, trusted_proxies: tuple[str, ...]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _networks(trusted_proxies))
