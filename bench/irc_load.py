"""Many IRC clients in one process (asyncio), and what they see: when a line arrives that another of them said."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence

MODERN = b"CAP REQ :message-tags server-time account-tag\r\nCAP END\r\n"
WORDS = "a line of the usual length, as people write"
PATIENCE_SECONDS = 120.0


class Client(asyncio.Protocol):
    """`modern`: takes the tags of IRCv3 with each line. `expect` a command and await what it returns."""

    def __init__(self, seen: Seen, nick: str, password: str, *, modern: bool) -> None:
        self._seen = seen
        secret = f"PASS {nick}:{password}\r\n" if password else ""
        self._hello = (MODERN if modern else b"") + f"{secret}NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n".encode()
        self._rest = b""
        self._awaited: dict[bytes, asyncio.Future[float]] = {}
        self.nick = nick
        self.rooms: list[str] = []
        self.read_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._hello)

    def send(self, line: str) -> None:
        self._transport.write(f"{line}\r\n".encode())

    def say(self, room: str) -> None:
        self.send(f"PRIVMSG {room} :{WORDS} t={time.monotonic()}")

    def expect(self, command: bytes) -> asyncio.Future[float]:
        """When the next line with this command comes (numerics, PONG, JOIN); a time of the monotonic clock."""
        self._awaited[command] = awaited = asyncio.get_running_loop().create_future()
        return awaited

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self.read_bytes += len(data)
        *lines, self._rest = (self._rest + data).split(b"\r\n")
        for line in lines:
            at = line.rfind(b" t=")
            if at > 0 and b" PRIVMSG " in line:
                if self._seen.counting:
                    self._seen.latencies.append(now - float(line[at + 3 :]))
                continue
            words = line.split(b" ", 3)
            if words[0][:1] == b"@":
                del words[0]
            if words[0] == b"PING":
                self._transport.write(b"PONG x\r\n")
            elif len(words) > 1:
                awaited = self._awaited.pop(words[1], None)
                if awaited is not None and not awaited.done():
                    awaited.set_result(now)
                elif words[0] == b"ERROR" or (len(words[1]) == 3 and words[1][:1] in b"45" and words[1] != b"422"):
                    self._seen.refused.append(line.decode(errors="replace"))

    def close(self) -> None:
        self._transport.close()


class Seen:
    """What all clients of a run have seen."""

    def __init__(self) -> None:
        self.counting = False
        self.latencies: list[float] = []  # seconds, from the sending of a line to its arrival at each other member
        self.refused: list[str] = []


async def enter(seen: Seen, port: int, nick: str, password: str, rooms: Sequence[str] = (), *, modern: bool = False) -> Client:
    """Connected, logged in and in these rooms."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(lambda: Client(seen, nick, password, modern=modern), "127.0.0.1", port)
    await asyncio.wait_for(client.expect(b"001"), PATIENCE_SECONDS)
    for room in rooms:
        client.send(f"JOIN {room}")
    client.rooms = list(rooms)
    client.send("PING ready")
    await asyncio.wait_for(client.expect(b"PONG"), PATIENCE_SECONDS)
    return client


async def enter_many(seen: Seen, port: int, people: Sequence[tuple[str, str]], rooms: Sequence[str], each: int, *, modern: bool) -> list[Client]:
    """Twenty at a time. With `modern` every second one takes tags. `each` is in so many of the rooms; the same ones at every run."""
    chance = random.Random(1)
    clients: list[Client] = []
    for start in range(0, len(people), 20):
        batch = [
            enter(seen, port, nick, password, chance.sample(rooms, each), modern=modern and number % 2 == 0)
            for number, (nick, password) in enumerate(people[start : start + 20])
        ]
        clients += await asyncio.gather(*batch)
    return clients


async def talk(seen: Seen, clients: Sequence[Client], rate: float, seconds: float) -> tuple[int, float]:
    """(lines sent, seconds it took). Whoever's turn it is says something in one of their rooms, whether the last was heard or not."""
    chance = random.Random(2)
    seen.latencies, seen.counting, sent = [], True, 0
    start = time.monotonic()
    while (now := time.monotonic()) < start + seconds:
        due = int((now - start) * rate)
        while sent < due:
            client = chance.choice(clients)
            client.say(chance.choice(client.rooms))
            sent += 1
        await asyncio.sleep(0.004)
    took = time.monotonic() - start
    known = -1
    while known != len(seen.latencies):  # what is still on its way
        known = len(seen.latencies)
        await asyncio.sleep(1.5)
    seen.counting = False
    return sent, took
