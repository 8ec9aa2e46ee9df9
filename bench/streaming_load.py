"""The load of `bench.million streaming`, a process of its own: listeners on WebSockets and people who post, in one clock.

`python -m bench.streaming_load FILE` carries out one `Order` and writes what came of it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sys
import time
from pathlib import Path

import msgspec

from bench.web import bearer, request_bytes

MARK = re.compile(rb"measured-(\d+)-")
SETTLE_SECONDS = 5.0
WARM_SECONDS = 2.0
AT_ONCE = 50  # that connect at the same time


class Order(msgspec.Struct):
    """`listeners` and `authors` are tokens; authors post in turn, `rate` a second, each over a connection of its own."""

    port: int
    listeners: list[str]
    authors: list[str]
    rate: float
    seconds: float
    ready: str  # a file, made when all listen; posting begins when it is gone


class Outcome(msgspec.Struct):
    sent: list[int]  # posts, by their author's place
    latencies: list[float]  # seconds from the sending of a post to its event, of each listener
    answers: list[float]  # seconds until the post was answered
    warm: int = 0  # events and answers of the first seconds, whose time is not told: statements are not prepared yet
    refused: int = 0
    cut: int = 0  # listeners whose connection ended


class Run:
    def __init__(self, order: Order) -> None:
        self._order = order
        self._began: dict[int, float] = {}
        self.outcome = Outcome([], [], [])

    async def run(self) -> Outcome:
        gate = asyncio.Semaphore(AT_ONCE)
        listening = await asyncio.gather(*(self._connect(token, gate) for token in self._order.listeners))
        tasks = [asyncio.create_task(self._listen(reader)) for reader, _ in listening]
        ready = Path(self._order.ready)
        ready.touch()
        while ready.exists():
            await asyncio.sleep(0.05)
        posts = []
        begin = time.perf_counter()
        people = [_Author(self._order.port, token) for token in self._order.authors]
        for number in range(int(self._order.rate * self._order.seconds)):
            await asyncio.sleep(max(0.0, begin + number / self._order.rate - time.perf_counter()))
            posts.append(asyncio.create_task(self._post(people[number % len(people)], number)))
        await asyncio.gather(*posts)
        await asyncio.sleep(SETTLE_SECONDS)
        self.outcome.cut = sum(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        return self.outcome

    async def _connect(self, token: str, gate: asyncio.Semaphore) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._order.port, limit=1_000_000)
            key = base64.b64encode(os.urandom(16)).decode()
            headers = bearer(token) | {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
            writer.write(request_bytes("GET", "/api/v1/streaming?stream=user", headers=headers))
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 101 " not in head.partition(b"\r\n")[0]:
                raise SystemExit(f"No WebSocket: {head[:200]!r}")
            return reader, writer

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Frames of RFC 6455, section 5.2; a server does not mask."""
        while True:
            first, size = await reader.readexactly(2)
            if size == 126:
                size = int.from_bytes(await reader.readexactly(2))
            elif size == 127:
                size = int.from_bytes(await reader.readexactly(8))
            payload = await reader.readexactly(size)
            if first & 0x0F == 8:
                return
            if b'"update"' in payload and (mark := MARK.search(payload)) is not None:
                self._taken(int(mark[1]), self.outcome.latencies)

    def _taken(self, number: int, into: list[float]) -> None:
        taken = time.perf_counter() - self._began[number]
        if number >= self._order.rate * WARM_SECONDS:
            into.append(taken)
        else:
            self.outcome.warm += 1

    async def _post(self, author: _Author, number: int) -> None:
        body = json.dumps({"status": f"measured-{number}- and some words about the weather"}).encode()
        async with author.turn:
            self._began[number] = time.perf_counter()
            if await author.ask(request_bytes("POST", "/api/v1/statuses", headers=author.headers, body=body)):
                self._taken(number, self.outcome.answers)
                self.outcome.sent.append(number % len(self._order.authors))
            else:
                self.outcome.refused += 1


class _Author:
    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self.headers = bearer(token) | {"Content-Type": "application/json"}
        self.turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> bool:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=1_000_000)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        at = head.index(b"content-length:")
        await reader.readexactly(int(head[at + 15 : head.index(b"\r\n", at)]))
        return b" 200 " in head.partition(b"\r\n")[0]


def main() -> None:
    order = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Order)
    sys.stdout.buffer.write(msgspec.msgpack.encode(asyncio.run(Run(order).run())))


if __name__ == "__main__":
    main()
