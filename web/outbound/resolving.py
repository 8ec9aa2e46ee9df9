"""Name resolution that leaves out the addresses this server does not call."""

from __future__ import annotations

from typing import Any

from twisted.internet._resolver import GAIResolver
from twisted.internet.interfaces import IHostnameResolver, IReactorPluggableNameResolver, IResolutionReceiver
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool
from zope.interface import implementer

from web.addresses import is_public

log = Logger(namespace="web")

RESOLVER_THREADS = 16


@implementer(IReactorPluggableNameResolver)
class GuardedReactor:
    """The reactor, but for its name resolver: what HostnameEndpoint asks, and then connects to just what it was told."""

    def __init__(self, core: Any, reactor: Any) -> None:
        self._reactor = reactor
        self.nameResolver = _GuardedResolver(core, reactor)

    def installNameResolver(self, resolver: Any) -> Any:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)


@implementer(IHostnameResolver)
class _GuardedResolver:
    """Leaves out addresses that are not public. Has threads of its own: names that resolve slowly hold up no other work."""

    def __init__(self, core: Any, reactor: Any) -> None:
        self._core = core
        self._threads: ThreadPool | None = None
        self._resolver = GAIResolver(reactor, self._pool)

    def resolveHostName(self, receiver: Any, hostName: str, *args: Any, **kw: Any) -> Any:
        guard: Any = _Guard(self._core, receiver, hostName)
        return self._resolver.resolveHostName(guard, hostName, *args, **kw)

    def _pool(self) -> ThreadPool:
        if self._threads is None:
            self._threads = ThreadPool(minthreads=0, maxthreads=RESOLVER_THREADS, name="names")
            self._threads.start()
        return self._threads

    def close(self) -> None:
        if self._threads is not None:
            self._threads.stop()
            self._threads = None


@implementer(IResolutionReceiver)
class _Guard:
    def __init__(self, core: Any, receiver: Any, name: str) -> None:
        self._core = core
        self._receiver = receiver
        self._name = name

    def resolutionBegan(self, resolution: Any) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        if self._core.settings.federation.allow_private_addresses or is_public(address.host):
            self._receiver.addressResolved(address)
        else:
            log.info("{name} is at {address}, which is not called", name=self._name, address=address.host)

    def resolutionComplete(self) -> None:
        self._receiver.resolutionComplete()
