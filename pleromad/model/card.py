"""What is on the page behind a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Card:
    """Texts are plain, `html` is a single frame (iframe) or ''. `type`: link, photo or video. Sizes are pixels, 0 for not known."""

    url: str
    title: str
    type: str = "link"
    description: str = ""
    author_name: str = ""
    author_url: str = ""
    provider_name: str = ""
    provider_url: str = ""
    html: str = ""
    width: int = 0
    height: int = 0
    image_url: str | None = None
    embed_url: str = ""  # of a photo: where it is
    language: str | None = None
    published_at: datetime | None = None
