"""The lines of the table, and the requests that several parts make."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bench.house import Daemon
from bench.load import Order
from bench.measuring import Measured, measure
from bench.web import bearer, request_bytes

OK = b"HTTP/1.1 200"
TAKEN = b"HTTP/1.1 202"
WARM_SECONDS = 1.5


@dataclass(frozen=True)
class Row:
    """A line of the table; '' where a column says nothing."""

    what: str
    rate: str = ""
    p50: str = ""
    p99: str = ""
    statements: str = ""
    cpu: str = ""
    remark: str = ""


def row(what: str, measured: Measured, remark: str = "") -> Row:
    if measured.outcome.wrong:
        remark = f"{measured.outcome.wrong} wrong answers! {remark}".strip()
    return Row(
        what,
        f"{measured.per_second:,.0f}/s",
        f"{measured.milliseconds(50):.2f}",
        f"{measured.milliseconds(99):.2f}",
        f"{measured.statements_each:.2f}",
        f"{measured.cpu_milliseconds_each:.2f} + {measured.postgres_milliseconds_each:.2f}",
        remark,
    )


def warm(daemon: Daemon, order: Order) -> None:
    measure(daemon, Order(order.kind, order.port, order.requests, order.clients, WARM_SECONDS, expect=order.expect))


def posts(token: str, number: int) -> list[bytes]:
    headers = bearer(token) | {"Content-Type": "application/json"}
    bodies = [json.dumps({"status": f"Measured note {place}, with a #tag and https://x.example/{place}"}).encode() for place in range(number)]
    return [request_bytes("POST", "/api/v1/statuses", headers=headers, body=body) for body in bodies]
