"""`twistd` with stations at which it can be killed: a test names one in the file `station` of the daemon's folder.

`python -m tests.support.stations twistd's arguments`. At a station that is named there the process removes the file and ends itself with
SIGKILL, as a power cut would; everything else is the daemon as it is.
"""

from __future__ import annotations

import inspect
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

# name: (module, attribute, before or after it)
STATIONS: dict[str, tuple[str, str, str]] = {
    "inbox: verified, not kept": ("protocols.activitypub.inbox", "Inbox._keep", "before"),
    "inbox: kept, not answered": ("protocols.activitypub.inbox", "Inbox._keep", "after"),
    "inbox: taken by a worker": ("protocols.activitypub.inbox", "Inbox.work", "before"),
    "inbox: applied, not committed": ("pleromad.service", "ActivityService._record", "after"),
    "inbox: committed, nobody told": ("pleromad.bus", "Bus.publish", "before"),
    "inbox: done, the job not forgotten": ("protocols.activitypub.inbox", "Inbox.work", "after"),
    "delivery: written, not committed": ("pleromad.service", "ActivityService._record", "after"),
    "delivery: committed, not expanded": ("protocols.activitypub.delivery", "Delivery.expand", "before"),
    "delivery: expanded, not forgotten": ("protocols.activitypub.delivery", "Delivery.expand", "after"),
    "delivery: signed, not sent": ("protocols.activitypub.knocking", "Knocking.post", "before"),
    "delivery: sent, not written down": ("protocols.activitypub.knocking", "Knocking.post", "after"),
    "delivery: done, the job not forgotten": ("protocols.activitypub.delivery", "Delivery.post", "after"),
}
FILE = Path("station")


def reach(name: str) -> None:
    if FILE.exists() and FILE.read_text() == name:
        FILE.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def stop_at(names: dict[str, str], work: Callable[..., Any]) -> Callable[..., Any]:
    """`names`: before and after -> the stations there."""
    if not inspect.iscoroutinefunction(work):

        def plain(*given: Any, **more: Any) -> Any:
            for name in names.get("before", "").split("|"):
                reach(name)
            return work(*given, **more)

        return plain

    async def stopping(*given: Any, **more: Any) -> Any:
        for name in names.get("before", "").split("|"):
            reach(name)
        result = await work(*given, **more)
        for name in names.get("after", "").split("|"):
            reach(name)
        return result

    return stopping


def main() -> None:
    places: dict[tuple[str, str], dict[str, str]] = {}
    for name, (module, attribute, when) in STATIONS.items():
        there = places.setdefault((module, attribute), {})
        there[when] = f"{there[when]}|{name}" if when in there else name
    for (module, attribute), names in places.items():
        owner, _, method = attribute.partition(".")
        cls = getattr(import_module(module), owner)
        setattr(cls, method, stop_at(names, getattr(cls, method)))
    from twisted.scripts.twistd import run

    sys.argv[0] = "twistd"
    run()


if __name__ == "__main__":
    main()
