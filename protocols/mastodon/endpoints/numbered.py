"""Lists in pages with numbers, as Pleroma's administration asks for them."""

from __future__ import annotations

import msgspec

from pleromad.model.page import Page

MOST = 100  # on a page
MAX_PAGE = 10_000


class PagedForm(msgspec.Struct):
    page: int = 1
    page_size: int = 50

    @property
    def part(self) -> Page:
        size = max(1, min(self.page_size, MOST))
        return Page(limit=size, offset=(max(1, min(self.page, MAX_PAGE)) - 1) * size)
