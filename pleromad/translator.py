"""What a door asks of a translation service. Set on `core.translator` by who speaks to it; `on` False while none is configured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Translated:
    """`texts` in the order they were given; `source` is the language they were in, as the service found."""

    texts: tuple[str, ...]
    source: str
    provider: str


class Translator(Protocol):
    @property
    def on(self) -> bool: ...

    async def pairs(self) -> dict[str, list[str]]:
        """Source language -> those it can be turned into; `und` is any. Raises Unreachable."""

    async def translate(self, texts: Sequence[str], source: str | None, target: str) -> Translated:
        """HTML in, HTML out: unsanitised. Raises Unreachable."""
