"""oEmbed (oembed.com, version 1.0): what a provider says of a page, laid over what the page says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from pleromad.model.card import Card
from pleromad.text import plain_name
from web.cards.page import MAX_NAME, MAX_TITLE, address, frame, frame_in, number, origin

MAX_BYTES = 100_000


def laid_over(card: Card | None, body: bytes, url: str, answer_url: str) -> Card | None:
    """`url`: of the page; `answer_url`: of the oEmbed answer. An answer that is none leaves the card as it is.

    Of `rich` only names are taken: most of it works with scripts, which nobody lets in.
    """
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return card
    if not isinstance(said, dict):
        return card
    title = plain_name(_text(said, "title"), MAX_TITLE) or (card.title if card is not None else "")
    if not title:
        return card
    card = card or Card(url=url, title=title, provider_url=origin(answer_url))
    card = replace(
        card,
        title=title,
        author_name=plain_name(_text(said, "author_name"), MAX_NAME) or card.author_name,
        author_url=address(_text(said, "author_url"), answer_url) or card.author_url,
        provider_name=plain_name(_text(said, "provider_name"), MAX_NAME) or card.provider_name,
        provider_url=address(_text(said, "provider_url"), answer_url) or card.provider_url,
        image_url=address(_text(said, "thumbnail_url"), answer_url) or card.image_url,
    )
    width, height = number(said.get("width")), number(said.get("height"))
    match said.get("type"):
        case "photo" if picture := address(_text(said, "url"), answer_url):
            return replace(card, type="photo", embed_url=picture, image_url=card.image_url or picture, html="", width=width, height=height)
        case "video" if player := frame_in(_text(said, "html"), answer_url):
            return replace(card, type="video", html=frame(player, width, height), width=width, height=height)
    return card


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""
