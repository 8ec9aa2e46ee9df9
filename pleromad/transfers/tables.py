"""The tables as other servers write and read them: Mastodon's CSV files, and bare lists of handles as Pleroma takes them.

Filters have no such table elsewhere; ours has a row for each keyword.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

from pleromad.clock import iso
from pleromad.errors import Invalid, TooLarge

MAX_BYTES = 4_000_000
MAX_ROWS = 20_000
MAX_CELL = 2_000
TRUE = frozenset({"true", "1", "yes", "t"})


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` as they stand in the first line; `headed` False: Mastodon writes this one without that line."""

    kind: str
    file: str
    columns: tuple[str, ...]
    headed: bool


TABLES = {
    table.kind: table
    for table in (
        Table("follows", "following_accounts.csv", ("Account address", "Show boosts", "Notify on new posts", "Languages"), True),
        Table("blocks", "blocked_accounts.csv", ("Account address",), False),
        Table("mutes", "muted_accounts.csv", ("Account address", "Hide notifications"), True),
        Table("lists", "lists.csv", ("List name", "Account address"), False),
        Table("bookmarks", "bookmarks.csv", ("#uri",), False),
        Table("domain_blocks", "blocked_domains.csv", ("#domain",), False),
        Table("filters", "filters.csv", ("Title", "Context", "Action", "Expires at", "Keyword", "Whole word"), True),
    )
}


def write(kind: str, rows: Iterable[Sequence[Any]]) -> str:
    """Slow for long tables: run it in a thread."""
    table = TABLES[kind]
    file = StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    if table.headed:
        writer.writerow(table.columns)
    for row in rows:
        writer.writerow([_written(cell) for cell in row])
    return file.getvalue()


def _written(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return iso(cell)
        case list() | tuple():
            return ", ".join(str(each) for each in cell)
        case _:
            return str(cell)


def read(kind: str, data: bytes) -> list[dict[str, str]]:
    """Rows as cells by the name of their column; cells that are not there are ''. Slow: run it in a thread.

    A first line with names of columns says in which order they are. Raises TooLarge and Invalid (field list).
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(f"The file is too large: at most {MAX_BYTES // 1_000_000} MB", field="list")
    if b"\0" in data:
        raise Invalid("This is not a table: CSV, or one entry per line", field="list")
    columns: Sequence[str] = TABLES[kind].columns
    rows: list[dict[str, str]] = []
    first = True
    try:
        for cells in csv.reader(StringIO(data.decode("utf-8-sig", "replace"), newline="")):
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if first:
                first = False
                named = _header(cells, columns)
                if named is not None:
                    columns = named
                    continue
            if len(rows) >= MAX_ROWS:
                raise TooLarge(f"The table is too long: at most {MAX_ROWS} rows", field="list")
            given = dict(zip(columns, [cell[:MAX_CELL] for cell in cells], strict=False))
            rows.append({name: given.get(name, "") for name in TABLES[kind].columns})
    except csv.Error as error:
        raise Invalid("This is not a table: CSV, or one entry per line", field="list", detail=str(error)) from None
    if not rows:
        raise Invalid("There is nothing in this file", field="list")
    return rows


def _header(cells: Sequence[str], columns: Sequence[str]) -> list[str] | None:
    """The columns in the order of a first line, None when that is a row already."""
    known = {name.lower(): name for name in columns}
    found = [known.get(cell.lower(), "") for cell in cells]
    return found if any(found) else None


def is_true(cell: str, default: bool) -> bool:
    return cell.lower() in TRUE if cell else default
