"""ngIRCd, of Debian's package: a small C server that keeps nothing, for comparison. Its limits and penalties are off."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIG = """\
[Global]
Name = irc.bench.localhost
Info = bench
Listen = 127.0.0.1
Ports = {port}
MotdPhrase = hello
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 30
MaxPenaltyTime = 0
[Options]
DNS = no
Ident = no
PAM = no
"""


def program() -> str | None:
    return shutil.which("ngircd", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")


@contextmanager
def ngircd(folder: Path, port: int) -> Iterator[int]:
    """Its process id, while it runs."""
    name = program()
    assert name is not None
    config = folder / "ngircd.conf"
    config.write_text(CONFIG.format(port=port, folder=folder))
    with (folder / "ngircd.log").open("w") as log:
        process = subprocess.Popen([name, "-n", "-f", str(config)], stdout=log, stderr=log)
        try:
            _wait_for(port, process)
            yield process.pid
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            raise SystemExit("ngIRCd ended")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("ngIRCd did not start")
