"""A server of ours and a program of somebody else, over TLS on loopback. Only in CI: the packages come from a registry."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives import serialization
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import SkipTest

from pleromad.model.account import Account
from pleromad.model.activity import Follow
from tests.support.daemon import free_ports
from tests.support.federation import FederationCase, Server
from tests.web.test_outbound import certificate, pem


def only_in_ci(*programs: str) -> None:
    missing = [name for name in programs if shutil.which(name) is None]
    if missing or not os.environ.get("PLEROMAD_CI"):
        raise SkipTest(f"only in CI, where there is {' and '.join(programs) or 'a registry'}")


class Process(ProcessProtocol):
    """A peer's process; `ready` fires when it has written so."""

    def __init__(self) -> None:
        self.ready: Deferred[None] = Deferred()
        self.ended: Deferred[None] = Deferred()
        self.said = b""

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        self.said += data
        if b"ready" in self.said and not self.ready.called:
            self.ready.callback(None)

    def processEnded(self, reason: Any) -> None:
        reason.trap(ProcessDone, ProcessTerminated)
        if not self.ready.called:
            self.ready.errback(AssertionError(self.said.decode(errors="replace")))
        self.ended.callback(None)

    async def stop(self) -> None:
        if not self.ended.called:
            self.transport.signalProcess("KILL")  # type: ignore[union-attr]
            await self.ended


class InteropCase(FederationCase):
    """`self.here` is ours with alice; `self.peer_url` theirs with bob, who does what `order` tells."""

    timeout = 180
    here: Server
    alice: Account
    bob: Account
    peer_url: str
    BOB = ""  # bob's display name

    async def set_up(self) -> None:
        folder = Path(self.mktemp())
        folder.mkdir()
        authority, authority_key = certificate("lab", None, None)
        own, own_key = certificate("localhost", authority, authority_key)
        self.authority, self.certificate, self.key = (folder / name for name in ("authority.pem", "certificate.pem", "key.pem"))
        self.authority.write_bytes(pem(authority))
        self.certificate.write_bytes(pem(own))
        self.key.write_bytes(own_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        port, self.peer_port = free_ports(2)
        self.peer_url = f"https://localhost:{self.peer_port}"
        endpoint = f"ssl:{port}:interface=127.0.0.1:privateKey={self.key.absolute()}:certKey={self.certificate.absolute()}"
        self.here = await self.server(
            port=port,
            http={"public_url": f"https://localhost:{port}", "listen": (endpoint,)},
            federation={"extra_ca_file": str(self.authority.absolute()), "allow_http": False},
        )
        self.alice = await self.here.person("alice")

    async def run_peer(self, *command: str, **environment: str) -> None:
        self.process = Process()
        reactor.spawnProcess(self.process, command[0], command, env={**os.environ, **environment})
        self.addCleanup(lambda: Deferred.fromCoroutine(self.process.stop()))
        await self.process.ready

    async def meet(self) -> None:
        """Get to know bob."""
        self.bob_uri = f"{self.peer_url}/users/bob"
        self.handle = f"@alice@{self.here.domain}"
        assert self.here.core.resolver is not None
        self.bob = await self.here.core.resolver.account(f"bob@localhost:{self.peer_port}")

    async def act(self) -> None:
        """Both follow each other."""
        await self.order("follow", who=self.handle)
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=self.bob.id))
        await self.quiet(self.here)

    async def order(self, what: str, **how: Any) -> Any:
        """Have the peer do something, and wait until our side has dealt with it."""

        def ask() -> Any:
            reply = requests.post(f"{self.peer_url}/lab/{what}", json=how, verify=str(self.authority), timeout=60)
            self.assertEqual(reply.status_code, 200, reply.text)
            return json.loads(reply.text)

        answer = await deferToThread(ask)
        await self.quiet(self.here)
        return answer

    async def heard(self, type: str, number: int = 1) -> list[dict[str, Any]]:
        """What the peer heard of a type, once there are `number`."""

        async def enough() -> list[dict[str, Any]]:
            found = [one for one in await self.order("log") if one["type"] == type]
            return found if len(found) >= number else []

        found = await self.until(enough, f"{number} {type}: {await self.order('log')}")
        return list(found)
