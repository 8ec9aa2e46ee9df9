"""The table, and its place in docs/interop.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).parents[3] / "docs" / "interop.md"
BEGIN, END = "<!-- servers: written by make interop-servers -->", "<!-- /servers -->"


@dataclass(frozen=True)
class Cell:
    word: str  # yes, no, or – where the software has no such thing
    why: str = ""


Column = list[tuple[str, Cell, Cell]]


def table(columns: Mapping[str, Column]) -> str:
    """A cell says what was seen of theirs here, then of ours there."""
    titles = [title for title, *_ in next(iter(columns.values()), [])]
    remarks: dict[str, int] = {}

    def spelt(cell: Cell) -> str:
        return f"{cell.word} ({remarks.setdefault(cell.why, len(remarks) + 1)})" if cell.why else cell.word

    lines = [f"| | {' | '.join(columns)} |", f"|---{'|---' * len(columns)}|"]
    for place, title in enumerate(titles):
        lines.append(
            f"| {title} | {' | '.join(f'{spelt(column[place][1])} · {spelt(column[place][2])}' for column in columns.values())} |"
        )
    notes = [f"{number}. {why}" for why, number in remarks.items()]
    return "\n".join([*lines, "", *notes]).rstrip() + "\n"


def write(columns: Mapping[str, Column]) -> None:
    whole = DOCUMENT.read_text()
    block = f"{BEGIN}\n\n{table(columns)}\n{END}"
    DOCUMENT.write_text(
        re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: block, whole, flags=re.DOTALL)
    )
