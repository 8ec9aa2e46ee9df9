"""The load: a process of its own, so that it takes no time from the daemon's reactor. `python -m bench.load FILE` runs one `Order`.

Every client waits for its answer before it asks again, as people's programs do; with `pause_seconds` it also waits before the next.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import msgspec


class Order(msgspec.Struct):
    """`requests` are asked in turn: for "gopher" selectors, for "http" whole requests that keep their connection.

    Ends after `seconds`, or (0) when each was asked once. `expect` is the beginning of a right answer.
    """

    kind: str
    port: int
    requests: list[bytes]
    clients: int = 16
    seconds: float = 10.0
    pause_seconds: float = 0.0
    expect: bytes = b""
    tls: bool = False


class Outcome(msgspec.Struct):
    seconds: float
    latencies: list[float]  # seconds, of right answers
    wrong: int = 0
    first_wrong: bytes = b""
    read_bytes: int = 0


async def _gopher(order: Order, loop: asyncio.AbstractEventLoop, requests: Iterator[bytes], outcome: Outcome, end: float) -> None:
    for request in requests:
        start = time.perf_counter()
        if end and start >= end:
            return
        with socket.socket() as connection:
            connection.setblocking(False)
            await loop.sock_connect(connection, ("127.0.0.1", order.port))
            await loop.sock_sendall(connection, request)
            size, last, first = 0, b"", b""
            while piece := await loop.sock_recv(connection, 262_144):
                first = first or piece[:100]
                size += len(piece)
                last = piece
        taken = time.perf_counter() - start
        _count(outcome, taken, first.startswith(order.expect) and last.endswith(b"\r\n.\r\n"), first, size)
        if order.pause_seconds:
            await asyncio.sleep(max(0.0, order.pause_seconds - taken))


def _any_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class _Http:
    """One connection; answers must have a Content-Length."""

    def __init__(self, port: int, tls: bool) -> None:
        self._port = port
        self._tls = _any_certificate() if tls else None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[bytes, int]:
        """(the beginning of the answer, its size)"""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=4_000_000, ssl=self._tls)
        assert self._reader is not None
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 : lower.index(b"\r\n", at)]) if at >= 0 else 0
        body = await self._reader.readexactly(length)
        if b"\r\nconnection: close" in lower:
            self.close()
        return head[:100] + body[:300], len(head) + length

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


async def _http(order: Order, requests: Iterator[bytes], outcome: Outcome, end: float) -> None:
    connection = _Http(order.port, order.tls)
    for request in requests:
        start = time.perf_counter()
        if end and start >= end:
            break
        try:
            first, size = await connection.ask(request)
        except (OSError, EOFError) as error:  # asyncio.IncompleteReadError is an EOFError
            connection.close()
            first, size = repr(error).encode(), 0
        taken = time.perf_counter() - start
        _count(outcome, taken, first.startswith(order.expect) and size > 0, first, size)
        if order.pause_seconds:
            await asyncio.sleep(max(0.0, order.pause_seconds - taken))
    connection.close()


def _count(outcome: Outcome, taken: float, right: bool, first: bytes, size: int) -> None:
    outcome.read_bytes += size
    if right:
        outcome.latencies.append(taken)
    else:
        outcome.wrong += 1
        outcome.first_wrong = outcome.first_wrong or first


async def run(order: Order) -> Outcome:
    requests = cycle(order.requests) if order.seconds else iter(order.requests)
    outcome = Outcome(0.0, [])
    start = time.perf_counter()
    end = start + order.seconds if order.seconds else 0.0
    loop = asyncio.get_running_loop()
    if order.kind == "gopher":
        clients = [_gopher(order, loop, requests, outcome, end) for _ in range(order.clients)]
    else:
        clients = [_http(order, requests, outcome, end) for _ in range(order.clients)]
    await asyncio.gather(*clients)
    outcome.seconds = time.perf_counter() - start
    return outcome


def main() -> None:
    order = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Order)
    sys.stdout.buffer.write(msgspec.msgpack.encode(asyncio.run(run(order))))


if __name__ == "__main__":
    main()
