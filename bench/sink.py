"""Other servers' inboxes: one process that answers on many addresses of loopback and counts what is posted.

`python -m bench.sink PORT COUNT DEAD SLOW`: each address is a host of its own for the sender; the last DEAD of them are not there, the
SLOW before them answer after some seconds. GET anything for the count.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Collection

from bench.data import sink_host

SLOW_SECONDS = 5.0
TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class Sink:
    def __init__(self, slow: Collection[str]) -> None:
        self._slow = slow
        self.count = 0
        self.healthy = 0
        self.slow = 0
        self.unsigned = 0
        self.connections = 0
        self.last = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        slow = writer.get_extra_info("sockname")[0] in self._slow
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                at = head.find(b"content-length:")
                if at >= 0:
                    await reader.readexactly(int(head[at + 15 : head.index(b"\r\n", at)]))
                if head.startswith(b"get "):
                    said = json.dumps({name: value for name, value in vars(self).items() if not name.startswith("_")}).encode()
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(said) + said)
                    continue
                self.count += 1
                self.unsigned += b"\r\nsignature:" not in head
                if slow:
                    await asyncio.sleep(SLOW_SECONDS)
                    self.slow += 1
                else:
                    self.healthy += 1
                    self.last = time.time()
                writer.write(TAKEN)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main(port: int, count: int, dead: int, slow: int) -> None:
    alive = [sink_host(number) for number in range(count - dead)]
    sink = Sink(frozenset(alive[len(alive) - slow :]))
    server = await asyncio.start_server(sink.serve, alive, port, backlog=1_000)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
