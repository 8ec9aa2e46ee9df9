"""Other servers' inboxes: one process that answers on many addresses of loopback and counts what is posted.

`python -m bench.sink PORT COUNT`: each address is a host of its own for the sender. GET anything for the count.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from bench.data import sink_host

TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class Sink:
    def __init__(self) -> None:
        self.count = 0
        self.unsigned = 0
        self.connections = 0
        self.last = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                at = head.find(b"content-length:")
                if at >= 0:
                    await reader.readexactly(int(head[at + 15 : head.index(b"\r\n", at)]))
                if head.startswith(b"get "):
                    said = json.dumps({"count": self.count, "unsigned": self.unsigned, "connections": self.connections, "last": self.last}).encode()
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(said) + said)
                    continue
                self.count += 1
                self.unsigned += b"\r\nsignature:" not in head
                self.last = time.time()
                writer.write(TAKEN)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main(port: int, count: int) -> None:
    sink = Sink()
    server = await asyncio.start_server(sink.serve, [sink_host(number) for number in range(count)], port)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
