"""Figures for the staff's dashboards, computed from the database when they are asked for."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import pleromad
import twisted
from pleromad import text
from pleromad.errors import Invalid
from pleromad.model.account import Account
from pleromad.model.moderation import Cohort, Measure, Part, Permission
from pleromad.moderation.desk import Officer
from store import figures
from store.figures import Span

LONGEST = timedelta(days=731)
MAX_PARTS = 100
# Which of them are about one hashtag or one host, and what the parameter is called.
ABOUT_TAG = frozenset({"tag_accounts", "tag_uses", "tag_servers", "tag_languages"})
_COHORTS = {"day": timedelta(days=31), "month": timedelta(days=366)}


class Figures(Officer):
    async def measures(
        self, by: Account | None, keys: list[str], start: str, end: str, about: Mapping[str, Mapping[str, str]]
    ) -> list[Measure]:
        """In the order of `keys`, without those that are none. `about`: the hashtag (`id`) or host (`domain`) by key. Raises Invalid."""
        self.need(by, Permission.VIEW_DASHBOARD)
        span = _span(start, end)
        made = []
        for key in dict.fromkeys(keys):
            if key not in figures.EVENTS:
                continue
            tag, domain = _about(key, about)
            below = about.get(key, {}).get("include_subdomains", "") in ("true", "1")
            total, before, days = await figures.measure(self._database, key, span, tag=tag, domain=domain, below=below)
            values = tuple((_midnight(day), days.get(day, 0)) for day in span.days())
            made.append(Measure(key, total, before, values, bytes=key in figures.SUMS))
        return made

    async def dimensions(
        self, by: Account | None, keys: list[str], start: str, end: str, limit: int, about: Mapping[str, Mapping[str, str]]
    ) -> list[tuple[str, list[Part]]]:
        """(key, its parts, the largest first). Raises Invalid."""
        self.need(by, Permission.VIEW_DASHBOARD)
        today = self._clock.now().date().isoformat()
        span = _span(start or today, end or today)
        made = []
        for key in dict.fromkeys(keys):
            if key == "space_usage":
                made.append((key, await self._space()))
            elif key == "software_versions":
                made.append((key, await self._versions()))
            elif key in figures.DIMENSIONS:
                tag, domain = _about(key, about)
                rows = await figures.dimension(self._database, key, span, max(1, min(limit, MAX_PARTS)), tag=tag, domain=domain)
                made.append((key, [Part(name or self._empty(key), name or self._empty(key), str(count)) for name, count in rows]))
        return made

    async def retention(self, by: Account | None, start: str, end: str, frequency: str) -> list[Cohort]:
        """`frequency`: day or month. Raises Invalid."""
        self.need(by, Permission.VIEW_DASHBOARD)
        frequency = frequency if frequency in _COHORTS else "day"
        span = _span(start, end)
        first = max(span.first, span.last - _COHORTS[frequency])
        cohorts: dict[date, list[tuple[datetime, float, int]]] = {}
        for came, period, seen, all in await figures.retention(self._database, first, span.last, frequency):
            cohorts.setdefault(came, []).append((_midnight(period), seen / max(all, 1), seen))
        return [Cohort(_midnight(came), tuple(data)) for came, data in cohorts.items()]

    def _empty(self, key: str) -> str:
        return "web" if key == "sources" else self._desk.settings().domain

    async def _space(self) -> list[Part]:
        database, media = await figures.sizes(self._database)
        return [
            Part("postgresql", "PostgreSQL", str(database), "bytes", human_size(database)),
            Part("media", "Media storage", str(media), "bytes", human_size(media)),
        ]

    async def _versions(self) -> list[Part]:
        versions = [
            ("pleromad", "pleromad", pleromad.__version__),
            ("python", "Python", platform.python_version()),
            ("twisted", "Twisted", twisted.__version__),
            ("postgresql", "PostgreSQL", (await figures.postgresql(self._database)).partition(" ")[0]),
        ]
        if shutil.which("ffmpeg"):
            versions.append(("ffmpeg", "FFmpeg", "present"))
        return [Part(key, name, version, None, version) for key, name, version in versions]


def human_size(count: int) -> str:
    """`1.2 MB`, in steps of 1024."""
    step = min(max(count, 1).bit_length() - 1, 40) // 10
    return f"{count / 1024**step:.3g} {('Bytes', 'KB', 'MB', 'GB', 'TB')[step]}"


def _span(start: str, end: str) -> Span:
    """Days as clients send them: dates or moments. Raises Invalid."""
    first, last = _day(start, "start_at"), _day(end, "end_at")
    if last < first:
        raise Invalid("end_at is before start_at", field="end_at")
    return Span(max(first, last - LONGEST), last)


def _day(text: str, field: str) -> date:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(f"{field} is not a date", field=field) from None
    if not 1971 <= moment.year <= 9000:
        raise Invalid(f"{field} is out of its range", field=field)
    return moment.date() if moment.tzinfo is None else moment.astimezone(UTC).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _about(key: str, about: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    """(hashtag, host) of a key that is about one. Raises Invalid when it is not said which."""
    given = about.get(key, {})
    if key in ABOUT_TAG:
        tag = text.normal_tag(given.get("id", "").strip().lstrip("#"))
        if not tag:
            raise Invalid(f"param is missing or the value is empty: {key}", field=f"{key}[id]")
        return tag, ""
    if key.startswith("instance_"):
        domain = given.get("domain", "").strip().lower()
        if not domain:
            raise Invalid(f"param is missing or the value is empty: {key}", field=f"{key}[domain]")
        return "", domain
    return "", ""
