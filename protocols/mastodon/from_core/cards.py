"""PreviewCard and Trends::Link."""

from __future__ import annotations

from typing import Any

from pleromad.media_proxy import Address
from pleromad.model.card import Card
from pleromad.model.trend import TrendingLink
from protocols.mastodon.entities.status import (
    AdminTrendsLink,
    LinkDay,
    PreviewCard,
    PreviewCardAuthor,
    TrendsLink,
)
from protocols.mastodon.from_core.accounts import moment
from protocols.mastodon.from_core.tags import moment_of


def preview(card: Card, at: Address) -> PreviewCard:
    return PreviewCard(**fields(card, at))


def fields(card: Card, at: Address) -> dict[str, Any]:
    """Whom an author is in the fediverse is not asked."""
    named = bool(card.author_name or card.author_url)
    return {
        "url": card.url,
        "title": card.title,
        "description": card.description,
        "type": card.type,
        "authors": [PreviewCardAuthor(name=card.author_name, url=card.author_url, account=None)] if named else [],
        "author_name": card.author_name,
        "author_url": card.author_url,
        "provider_name": card.provider_name,
        "provider_url": card.provider_url,
        "html": card.html,
        "width": card.width,
        "height": card.height,
        "image": at(card.image_url) if card.image_url else card.image_url,
        "embed_url": at(card.embed_url) if card.type == "photo" else card.embed_url,
        "blurhash": None,
        "missing_attribution": None,
        "published_at": moment(card.published_at),
        "language": card.language,
    }


def trending_link(link: TrendingLink, at: Address) -> TrendsLink:
    return TrendsLink(**fields(link.card, at), history=_history(link))


def link_for_staff(link: TrendingLink, at: Address) -> AdminTrendsLink:
    """What nobody has decided about may trend here."""
    return AdminTrendsLink(**fields(link.card, at), history=_history(link), id=str(link.id), requires_review=False)


def _history(link: TrendingLink) -> list[LinkDay]:
    return [LinkDay(day=moment_of(day.day), accounts=str(day.people), uses=str(day.uses)) for day in link.days]
