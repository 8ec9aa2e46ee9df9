"""The hall of all HTTP doors: one Klein app, routes by method, representations by Accept, refusals by prefix."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from klein import Klein
from klein.resource import KleinResource
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.threads import deferToThread
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web import static
from twisted.web.server import NOT_DONE_YET
from werkzeug.exceptions import HTTPException

from pleromad.errors import Forbidden, Invalid, NotFound, PleromadError, RateLimited, StoreUnavailable
from web.answers import Answer, FileAnswer, Streamed, status_of
from web.bodies import read_fields
from web.exchange import Exchange, HallFactory
from web.limits import Limits
from web.negotiation import choose, media_types_of
from web.request import Request, current_request_id

if TYPE_CHECKING:
    from pleromad.core import Core
    from pleromad.model.account import Account
    from web.websocket import WebSocketFactory

__all__ = ["Answer", "Render", "Request", "Route", "Site", "Streamed", "current_request_id", "status_of"]

log = Logger(namespace="web")

Route = Callable[[Request], Awaitable[Answer]]
Render = Callable[[Request, PleromadError], Answer]
WebFingerLinks = Callable[["Account"], Sequence[Mapping[str, str]]]  # links of a JRD: RFC 7033, section 4.4.4

MAX_BODY = 1_000_000
SMALL_BODY = 100_000  # for paths that have no route
SLOW_BODY = 2_000_000  # forms from here on are taken apart in a thread

CORS_METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
CORS_HEADERS = "Authorization, Content-Type, Idempotency-Key, X-Requested-With"
CORS_EXPOSED = (
    "Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Idempotency-Key, X-Request-Id"
)
CORS_ANSWER = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", CORS_EXPOSED))

_PLACEHOLDER = re.compile(r"<(?:(\w+)(\([^)]*\))?:)?(\w+)>")


@dataclass(frozen=True)
class _Way:
    """A route or representation with its own names for the placeholders of the path."""

    answer: Route
    names: tuple[str, ...]
    max_body: int | Callable[[], int] = MAX_BODY
    media_types: tuple[str, ...] = ()


@dataclass
class _Node:
    """Everything under one path."""

    path: str
    names: tuple[str, ...]
    methods: dict[str, _Way] = field(default_factory=dict)
    offers: list[_Way] = field(default_factory=list)
    default: int | None = None
    websocket: tuple[WebSocketFactory, tuple[str, ...], tuple[str, ...]] | None = None

    def allowed(self) -> list[str]:
        methods = set(self.methods)
        if self.offers or self.websocket:
            methods.add("GET")
        if "GET" in methods:
            methods.add("HEAD")
        return sorted(methods | {"OPTIONS"})

    def params(self, names: tuple[str, ...], values: dict[str, str]) -> dict[str, str]:
        return {name: values[own] for name, own in zip(names, self.names, strict=True)}


class _Hall(KleinResource):
    """Klein's resource behind the checks that must come before its routing."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.app)
        self.site = site

    def render(self, request: Any) -> Any:
        path = b"/".join(request.postpath or ())
        try:
            if "\x00" in path.decode("utf-8"):
                raise Invalid("The address has a NUL in it")
        except UnicodeDecodeError:
            return self.site.refuse(request, Invalid("The address is not UTF-8"))
        except Invalid as error:
            return self.site.refuse(request, error)
        return super().render(request)


class Site:
    """Routes are registered while the doors are built; then the site answers until the daemon stops."""

    def __init__(self, core: Core, reactor: Any) -> None:
        self.core = core
        self.reactor = reactor
        self.limits = Limits(reactor.seconds, lambda: core.settings.rates)
        self.app = Klein()
        self.running: set[Deferred[Any]] = set()
        self.webfinger_links: list[
            WebFingerLinks
        ] = []  # what other doors add to what WebFinger says of an account
        self.streams: set[Any] = set()  # raw requests and WebSockets that took their connection over
        self._nodes: dict[str, _Node] = {}
        self._renders: dict[str, Render] = {"": plain_refusal}
        self._cors: tuple[str, ...] = ()
        unrouted: Any = self._unrouted
        self.app.handle_errors(HTTPException)(unrouted)

    # -- what doors call --

    def route(self, methods: str, path: str, answer: Route, *, max_body: int | Callable[[], int] = MAX_BODY) -> None:
        """Answer `methods` ("GET", "POST PUT") under a Klein path. HEAD follows GET, a trailing slash is tolerated."""
        node, names = self._node(path)
        for method in methods.split():
            if method in node.methods:
                raise ValueError(f"{method} {path} is taken")
            node.methods[method] = _Way(answer, names, max_body)

    def represent(self, path: str, media_types: str, answer: Route, *, default: bool = False) -> None:
        """One of several representations of a GET URL, by Accept. `media_types` is one or several, split by commas.

        `default`: when Accept does not decide; else the first that was registered.
        """
        node, names = self._node(path)
        if default:
            node.default = len(node.offers)
        node.offers.append(_Way(answer, names, media_types=media_types_of(media_types)))

    def websocket(self, path: str, factory: WebSocketFactory, *, subprotocols: tuple[str, ...] = ()) -> None:
        """`await factory(request)` gives the protocol of an upgraded connection, or refuses with a PleromadError.

        A GET without an Upgrade goes to the path's route. Of what the client offers the first that is among `subprotocols`
        is taken; when there are none, whatever it offers first is echoed (Mastodon's clients put their token there).
        """
        node, names = self._node(path)
        if node.websocket is not None:
            raise ValueError(f"WebSocket {path} is taken")
        node.websocket = (factory, names, subprotocols)

    def errors(self, prefix: str, render: Render) -> None:
        """Refusals under `prefix` are rendered so; the longest prefix wins."""
        self._renders[prefix] = render
        self._renders = dict(sorted(self._renders.items(), key=lambda pair: -len(pair[0])))

    def cors(self, *prefixes: str) -> None:
        """Paths under these answer to browsers of any origin (Fetch standard, CORS)."""
        self._cors += prefixes

    # -- what listens --

    def factory(self) -> HallFactory:
        return HallFactory(self, self.resource(), reactor=self.reactor)

    def resource(self) -> KleinResource:
        return _Hall(self)

    def bound_of(self, command: bytes, target: bytes) -> int:
        """How many bytes the body of a request may have, known before it is read."""
        path = unquote_to_bytes(target.partition(b"?")[0]).decode("utf-8", "replace")
        try:
            endpoint, _ = self.app.url_map.bind("localhost").match(path)
        except HTTPException:
            return SMALL_BODY
        way = self._nodes[endpoint].methods.get(command.decode("ascii", "replace"))
        if way is None:
            return SMALL_BODY
        return way.max_body if isinstance(way.max_body, int) else way.max_body()

    def refuse(self, raw: Exchange, error: PleromadError, status: int | None = None) -> Any:
        """Answer a request that found no route."""
        request = self._request(raw)
        answer = self._refusal(request, error, status)
        raw.write(self._prepare(request, answer))
        raw.finish()
        return NOT_DONE_YET

    # -- inside --

    def _node(self, path: str) -> tuple[_Node, tuple[str, ...]]:
        names = tuple(match.group(3) for match in _PLACEHOLDER.finditer(path))
        numbers = iter(range(len(names)))
        key = _PLACEHOLDER.sub(
            lambda match: f"<{match.group(1) or 'string'}{match.group(2) or ''}:p{next(numbers)}>", path
        )
        key = key.replace("<string:", "<")
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = _Node(path, tuple(f"p{number}" for number in range(len(names))))

            def enter(raw: Exchange, **values: str) -> Deferred[Any]:
                return self._enter(node, raw, values)

            enter.__name__ = key
            self.app.route(key, endpoint=key, strict_slashes=False, merge_slashes=False)(enter)
        return node, names

    def _request(self, raw: Exchange) -> Request:
        return Request(raw, {}, trusted_proxies=self.core.settings.http.trusted_proxies, refusal=raw.refusal)

    def _enter(self, node: _Node, raw: Exchange, values: dict[str, str]) -> Deferred[Any]:
        """Run a handler behind a shield: a client that hangs up makes Klein cancel, and work half done would be undone."""
        method = raw.method.decode("ascii", "replace")
        way = node.methods.get(method) or (node.methods.get("GET") if method == "HEAD" else None)
        request = self._request(raw)
        inside = Deferred.fromCoroutine(self._reply(node, way, request, values))
        outside: Deferred[Any] = Deferred()
        self.running.add(inside)

        def ended(answer: Answer) -> Answer:
            self.running.discard(inside)
            return answer

        def deliver(body: Any) -> None:
            if not outside.called:
                outside.callback(body)

        inside.addErrback(self._failed, request)
        inside.addCallback(ended)
        inside.addCallback(lambda answer: self._send(request, answer))
        inside.addErrback(self._unsendable, request)
        inside.addCallback(deliver)
        return outside

    async def _reply(self, node: _Node, way: _Way | None, request: Request, values: dict[str, str]) -> Answer:
        current_request_id.set(request.id)
        method = request.method
        if self.core.gatekeeper.shuts_out(request.address):
            raise Forbidden("Your network has no access here")
        if node.websocket is not None and "websocket" in request.header("upgrade").lower():
            from web.websocket import upgrade

            factory, names, subprotocols = node.websocket
            request.params = node.params(names, values)
            return await upgrade(self, request, factory, subprotocols)
        varies = False
        if way is None and node.offers and method in ("GET", "HEAD"):
            default = node.default or 0
            way = node.offers[
                choose(request.header("accept"), [offer.media_types for offer in node.offers], default)
            ]
            varies = True
        if way is None:
            return self._wrong_method(node, request)
        request.params = node.params(way.names, values)
        if request.raw.refusal is not None:  # type: ignore[attr-defined]
            raise request.raw.refusal  # type: ignore[attr-defined]
        if request.raw.received > SLOW_BODY:  # type: ignore[attr-defined]
            await deferToThread(read_fields, request)
        try:
            answer = await way.answer(request)
        except PleromadError as error:
            if not varies:
                raise
            answer = self._refusal(request, error)
        if varies and not any(name == "Vary" and "Accept" in value for name, value in answer.headers):
            answer = answer.with_headers(("Vary", "Accept"))
        return answer

    def _wrong_method(self, node: _Node, request: Request) -> Answer:
        allow = ("Allow", ", ".join(node.allowed()))
        if request.method == "OPTIONS":
            headers: tuple[tuple[str, str], ...] = (allow,)
            if self._answers_any_origin(request):
                asked = request.header("access-control-request-headers")
                wanted = asked if re.fullmatch(r"[A-Za-z0-9,\s_-]{1,500}", asked) else CORS_HEADERS
                headers += (
                    ("Access-Control-Allow-Methods", CORS_METHODS),
                    ("Access-Control-Allow-Headers", wanted),
                    ("Access-Control-Max-Age", "86400"),
                )
            return Answer(204, media_type="", headers=headers)
        if node.websocket is not None and request.method == "GET":
            answer = self._refusal(request, Invalid("This address speaks WebSocket only"), 426)
            return answer.with_headers(("Upgrade", "websocket"), ("Connection", "Upgrade"))
        return self._refusal(request, Invalid("Method not allowed"), 405).with_headers(allow)

    def _answers_any_origin(self, request: Request) -> bool:
        return request.path.startswith(self._cors)

    def _failed(self, failure: Failure, request: Request) -> Answer:
        """The outermost wall: a refusal in the prefix's words, anything else logged and 500."""
        error = failure.value
        if isinstance(error, PleromadError):
            return self._refusal(request, error)
        if failure.check(CancelledError):
            return Answer(503)
        log.failure(
            "request {id} failed: {method} {path}",
            failure,
            id=request.id,
            method=request.method,
            path=request.path,
        )
        return self._refusal(request, PleromadError(), 500)

    def _unsendable(self, failure: Failure, request: Request) -> bytes:
        """An answer could not be put on the wire (a broken header, a renderer that fails): say 500, once."""
        log.failure("request {id} has no answer: {path}", failure, id=request.id, path=request.path)
        if not request.raw.startedWriting and not request.raw._disconnected:
            request.raw.setResponseCode(500)
            return b"Something went wrong\n"
        return b""

    def _refusal(self, request: Request, error: PleromadError, status: int | None = None) -> Answer:
        if error.detail:
            log.debug("request {id} refused: {error}", id=request.id, error=str(error))
        render = next(render for prefix, render in self._renders.items() if request.path.startswith(prefix))
        answer = render(request, error)
        if status is not None and answer.status != status:
            answer = Answer(status, answer.body, answer.media_type, answer.headers)
        if isinstance(error, StoreUnavailable):
            answer = answer.with_headers(("Retry-After", "5"))
        if isinstance(error, RateLimited) and not any(name == "Retry-After" for name, _ in answer.headers):
            answer = answer.with_headers(("Retry-After", str(max(1, round(error.retry_after_seconds)))))
        return answer

    def _unrouted(self, raw: Any, failure: Failure) -> bytes:
        """Klein found no route."""
        request = self._request(raw)
        if request.method == "OPTIONS" and self._answers_any_origin(request):
            return self._prepare(request, self._wrong_method(_Node("", ()), request))
        return self._prepare(request, self._refusal(request, NotFound()))

    def _prepare(self, request: Request, answer: Answer) -> bytes:
        """Put status and headers on the wire's side; returns the body."""
        raw = request.raw
        raw.setResponseCode(answer.status)
        headers = raw.responseHeaders
        if answer.media_type:
            headers.setRawHeaders("content-type", [answer.media_type])
        headers.setRawHeaders("x-request-id", [request.id])
        headers.setRawHeaders("x-content-type-options", ["nosniff"])
        if self._answers_any_origin(request):
            for name, value in CORS_ANSWER:
                headers.setRawHeaders(name, [value])
        if request.allowance is not None:
            for name, value in request.allowance.headers():
                headers.setRawHeaders(name, [value])
        for name, value in answer.headers:
            headers.addRawHeader(name, value)
        for cookie in request.cookies_to_send:
            headers.addRawHeader("set-cookie", cookie)
        if not isinstance(answer, (Streamed, FileAnswer)) and answer.status not in (204, 304):
            headers.setRawHeaders("content-length", [str(len(answer.body))])
        return answer.body

    def _send(self, request: Request, answer: Answer) -> Any:
        """What Klein writes: bytes, a resource, or (a stream) nothing until the stream ends."""
        raw = request.raw
        if raw._disconnected or isinstance(answer, Taken):
            return Deferred() if isinstance(answer, Taken) else b""
        body = self._prepare(request, answer)
        if isinstance(answer, FileAnswer):
            file = _File(str(answer.path))
            file.type, file.encoding = answer.media_type, None
            return file
        if isinstance(answer, Streamed) and answer.start is not None:
            if request.method == "HEAD":
                return b""
            self.streams.add(raw)
            raw.notifyFinish().addBoth(lambda _: self.streams.discard(raw))
            return Deferred.fromCoroutine(_stream(answer, raw))
        return body


class Taken(Answer):
    """The connection has left HTTP (a WebSocket)."""


class _File(static.File):
    isLeaf = True


async def _stream(answer: Streamed, raw: Any) -> bytes:
    assert answer.start is not None
    await answer.start(raw)
    return b""


def plain_refusal(request: Request, error: PleromadError) -> Answer:
    """The refusal of last resort: one line of plain text."""
    return Answer.plain(f"{error.public}\n", status=status_of(error))
