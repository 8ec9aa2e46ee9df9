"""Async refreshes (Mastodon 4.4)."""

from __future__ import annotations

from typing import Literal

import msgspec


class AsyncRefreshState(msgspec.Struct):
    id: str
    status: Literal["running", "finished"]
    result_count: int


class AsyncRefresh(msgspec.Struct):
    async_refresh: AsyncRefreshState
