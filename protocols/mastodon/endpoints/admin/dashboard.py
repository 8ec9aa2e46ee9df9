"""Figures: measures, dimensions, retention."""

from __future__ import annotations

import msgspec

from protocols.mastodon.door import Call
from protocols.mastodon.entities.admin import Cohort, Dimension, Measure
from protocols.mastodon.from_core.admin import cohort, dimension, measure

About = dict[str, str]  # which hashtag (`id`) or host (`domain`) is meant


class DimensionsForm(msgspec.Struct):
    keys: list[str]
    start_at: str = ""
    end_at: str = ""
    limit: int = 10
    tag_servers: About = {}
    tag_languages: About = {}
    instance_accounts: About = {}
    instance_languages: About = {}


class MeasuresForm(msgspec.Struct):
    keys: list[str]
    start_at: str
    end_at: str
    tag_accounts: About = {}
    tag_uses: About = {}
    tag_servers: About = {}
    instance_accounts: About = {}
    instance_media_attachments: About = {}
    instance_reports: About = {}
    instance_statuses: About = {}
    instance_follows: About = {}
    instance_followers: About = {}


class RetentionForm(msgspec.Struct):
    start_at: str
    end_at: str
    frequency: str


async def dimensions(call: Call[DimensionsForm]) -> list[Dimension]:
    form = call.form
    found = await call.core.moderation.dimensions(call.me, form.keys, form.start_at, form.end_at, form.limit, _about(form))
    return [dimension(key, parts) for key, parts in found]


async def measures(call: Call[MeasuresForm]) -> list[Measure]:
    form = call.form
    found = await call.core.moderation.measures(call.me, form.keys, form.start_at, form.end_at, _about(form))
    return [measure(one) for one in found]


async def retention(call: Call[RetentionForm]) -> list[Cohort]:
    form = call.form
    found = await call.core.moderation.retention(call.me, form.start_at, form.end_at, form.frequency)
    return [cohort(one, form.frequency) for one in found]


def _about(form: msgspec.Struct) -> dict[str, About]:
    return {name: value for name, value in msgspec.structs.asdict(form).items() if isinstance(value, dict)}
