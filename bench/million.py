"""`python -m bench.million [lists search streaming]`: a large server (`crowd.py`), read as its people read it, first page and page 100.

Making it takes about ten minutes, once. What is asked for is asked by 100 people in turn, as far as it is theirs; a page far down is the one
that following `Link: rel=next` leads to.
"""

from __future__ import annotations

import argparse
import http.client
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

from bench.crowd import HAN, RARE, Many, token_of
from bench.data import DOMAIN, READER
from bench.house import ROOT, Bench, Daemon
from bench.load import Order
from bench.measuring import measure
from bench.report import keep
from bench.rows import OK, Row, row
from bench.streaming import streaming
from bench.web import ask, bearer, log_in, request_bytes

PAGE = 20
FAR = 100  # the page
PEOPLE = 100
CLIENTS = (1, 8)


def page(daemon: Daemon, path: str, token: str, number: int) -> str:
    """The path of the page of that number, found as an app finds it."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.http, timeout=60)
    for reached in range(1, number):
        connection.request("GET", path, headers={"Host": DOMAIN} | bearer(token))
        answer = connection.getresponse()
        answer.read()
        found = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        if answer.status != 200:
            raise SystemExit(f"{path} answers {answer.status}")
        if found is None:
            print(f"{path} is the last page, {reached}", file=sys.stderr)
            break
        parts = urlsplit(found[1])
        path = f"{parts.path}?{parts.query}"
    connection.close()
    return path


def timed(daemon: Daemon, what: str, asked: Sequence[tuple[str, str]], seconds: float, remark: str = "") -> list[Row]:
    """`asked`: (path, token) in turn. Everything once before, unmeasured: rows and renderings are in memory then."""
    requests = [request_bytes("GET", path, headers=bearer(token)) for path, token in asked]
    measure(daemon, Order("http", daemon.http, requests, 1, 0.0, expect=OK))
    rows = []
    for clients in CLIENTS:
        measured = measure(daemon, Order("http", daemon.http, requests, clients, seconds, expect=OK))
        rows.append(row(f"{what}, {clients} client{'s' if clients > 1 else ''}", measured, remark if clients == 1 else ""))
    return rows


def lists(bench: Bench, seconds: float) -> list[Row]:
    with bench.daemon() as daemon:
        reader = log_in(daemon, READER)
        people = [token_of(number) for number in range(PEOPLE)]
        tag = daemon.query("SELECT tag FROM note_tags GROUP BY tag ORDER BY count(*) DESC LIMIT 1")[0][0]
        busy = daemon.query("SELECT account_id FROM notes GROUP BY account_id ORDER BY count(*) DESC LIMIT 1")[0][0]
        thread = daemon.query("SELECT conversation_id FROM notes GROUP BY conversation_id ORDER BY count(*) DESC LIMIT 1")[0][0]
        list_id = ask(daemon, "GET", "/api/v1/lists", token=reader)[0]["id"]
        rows = timed(daemon, "home", [(f"/api/v1/timelines/home?limit={PAGE}", token) for token in people], seconds, f"of {PEOPLE} people in turn")
        far = [(page(daemon, "/api/v1/timelines/home?limit=10", token, FAR), token) for token in people[:5]]
        rows += timed(daemon, f"home, page {FAR}", far, seconds, "of 5 people; pages of 10: a home keeps 1,000 notes")
        for what, path in (
            ("public", "/api/v1/timelines/public"),
            ("public, local", "/api/v1/timelines/public?local=true"),
            ("tag", f"/api/v1/timelines/tag/{tag}"),
            ("list", f"/api/v1/timelines/list/{list_id}"),
            ("account statuses", f"/api/v1/accounts/{busy}/statuses"),
            ("notifications", "/api/v1/notifications"),
            ("notifications, grouped", "/api/v2/notifications"),
        ):
            first = f"{path}{'&' if '?' in path else '?'}limit={PAGE}"
            rows += timed(daemon, what, [(first, reader)], seconds)
            rows += timed(daemon, f"{what}, page {FAR}", [(page(daemon, first, reader, FAR), reader)], seconds)
        rows += timed(daemon, "context of a note with 500 replies", [(f"/api/v1/statuses/{thread}/context", reader)], seconds)
        return rows


def search(bench: Bench, seconds: float) -> list[Row]:
    with bench.daemon() as daemon:
        reader = log_in(daemon, READER)
        words = _words(daemon)
        busy = daemon.query(
            "SELECT a.username || '@' || a.domain FROM notes n JOIN accounts a ON a.id = n.account_id WHERE NOT n.local GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )[0][0]
        rows = []
        for what, query in (
            ("a word of 20 notes", RARE),
            ("a word of a few hundred notes", words[2]),
            ("the most frequent word", words[0]),
            ("two frequent words", f"{words[0]} {words[1]}"),
            ("a phrase of frequent words", f'"{words[0]} {words[1]}"'),
            ("a frequent word from: somebody", f"{words[0]} from:@{busy}"),
            ("from: somebody", f"from:@{busy}"),
            ("two signs of Chinese writing", HAN[:2]),
            ("one sign of Chinese writing, language:ja", f"{HAN[3]} language:ja"),
            ("a word nobody wrote", "xyzzyxyzzy"),
        ):
            path = f"/api/v2/search?type=statuses&limit={PAGE}&q={quote(query)}"
            found = len(ask(daemon, "GET", path, token=reader)["statuses"])
            rows += timed(daemon, f"search: {what}", [(path, reader)], seconds, f"{found} found")
        deep = f"/api/v2/search?type=statuses&limit={PAGE}&offset={PAGE * (FAR - 1)}&q={quote(words[0])}"
        rows += timed(daemon, f"search: the most frequent word, page {FAR}", [(deep, reader)], seconds, "the newest 400 matches are ranked: nothing there")
        rows += timed(daemon, "search: accounts", [(f"/api/v2/search?type=accounts&limit={PAGE}&q=p{n}", reader) for n in range(10, 60)], seconds)
        rows += timed(daemon, "search: tags", [(f"/api/v2/search?type=hashtags&limit={PAGE}&q={words[n][:3]}", reader) for n in range(3)], seconds)
        rows += timed(daemon, "search: everything, as one types", [(f"/api/v2/search?limit=5&q={words[0][:3]}", reader)], seconds)
        return rows


def _words(daemon: Daemon) -> list[str]:
    """The two most frequent words of recent notes and one of a few hundred in all."""
    found = daemon.query(
        "SELECT word, ndoc FROM ts_stat('SELECT document FROM note_search ORDER BY note_id DESC LIMIT 20000') WHERE word ~ '^[a-z]{4,}$' ORDER BY ndoc DESC, word"
    )
    some = next((word for word, count in found if count <= 8), found[-1][0])
    return [found[0][0], found[1][0], some]


PARTS: dict[str, Callable[[Bench, float], list[Row]]] = {"lists": lists, "search": search, "streaming": streaming}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.million", description="Measure a daemon on the data of a large server.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each load lasts (3)")
    parser.add_argument("--notes", type=int, default=1_000_000, help="how many notes there are (1000000)")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "million", help="where PostgreSQL and the made-up data are kept")
    options = parser.parse_args()
    parts = [part for part in PARTS if part in (options.parts or PARTS)]
    bench = Bench(options.folder, Many(notes=options.notes), pulse=True)
    rows: list[Row] = []
    try:
        for part in parts:
            print(f"{part} ...", file=sys.stderr, flush=True)
            rows += PARTS[part](bench, options.seconds)
    finally:
        bench.stop()
    of = f"{options.notes:,} notes of {bench.sizes.accounts:,} people, {bench.sizes.local} of them here with {bench.sizes.follows} follows each"
    keep("million-" + "-".join(parts), rows, [], of, options.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
