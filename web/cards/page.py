"""A page of HTML as a card: OpenGraph (ogp.me), the meta elements of HTML, and where its oEmbed is (oembed.com, "Discovery")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from pleromad.model.card import Card
from pleromad.text import escape, plain_name

MAX_PAGE = 512 * 1024  # what is worth showing stands in the head
MAX_TITLE = 500
MAX_DESCRIPTION = 2_000
MAX_NAME = 200
MAX_URL = 2_000
MAX_ELEMENTS = 1_000  # of each name
MAX_SIDE = 10_000  # pixels

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_HANDLE = re.compile(r"[\w.~-]{1,300}@[^\s/@]{1,260}")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]*)?")
# Mastodon lets frames of videos do as much.
_SANDBOX = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-forms"


@dataclass(frozen=True, slots=True)
class Page:
    """`card` None: the page says nothing of itself. `oembed` is the address of its JSON, `creator` a handle it says it is by."""

    card: Card | None
    oembed: str | None
    creator: str = ""


def read(body: bytes, content_type: str, url: str, final_url: str) -> Page:
    """`url` is what the note has, `final_url` where the page came from in the end. Slow for large pages."""
    root = _parse(body[:MAX_PAGE], content_type)
    if root is None:
        return Page(None, None)
    metas = _metas(root)
    base = _base(root, final_url)
    title = metas.get("og:title") or metas.get("twitter:title") or _title(root)
    card = None
    if title:
        html, width, height = _player(metas, base)
        author = metas.get("author") or metas.get("article:author", "")
        card = Card(
            url=url,
            title=plain_name(title, MAX_TITLE),
            type="video" if html else "link",
            description=plain_name(
                metas.get("og:description") or metas.get("twitter:description") or metas.get("description", ""), MAX_DESCRIPTION
            ),
            author_name="" if author.startswith(("http://", "https://")) else plain_name(author, MAX_NAME),
            author_url=address(metas.get("article:author", ""), base) if "://" in metas.get("article:author", "") else "",
            provider_name=plain_name(metas.get("og:site_name", ""), MAX_NAME),
            provider_url=origin(final_url),
            html=html,
            width=width or number(metas.get("og:image:width")),
            height=height or number(metas.get("og:image:height")),
            image_url=next((found for name in _IMAGES if (found := address(metas.get(name, ""), base))), None),
            language=_language(root, metas),
            published_at=_moment(metas.get("article:published_time", "")),
        )
    creator = metas.get("fediverse:creator", "").lstrip("@")
    return Page(card, _oembed(root, base), creator if _HANDLE.fullmatch(creator) else "")


_IMAGES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")


def _parse(body: bytes, content_type: str) -> Any:
    named = _CHARSET.search(content_type)
    for encoding in ((named[1], None) if named else (None,)):
        try:
            parser = etree.HTMLParser(
                encoding=encoding, recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
            )
            return etree.fromstring(body, parser)
        except LookupError:
            continue  # an encoding nobody knows: what the page itself says is taken
        except (etree.XMLSyntaxError, ValueError):
            return None
    return None


def _metas(root: Any) -> dict[str, str]:
    """The first value of each property or name that has one."""
    found: dict[str, str] = {}
    for number, element in enumerate(root.iter("meta")):
        if number >= MAX_ELEMENTS:
            break
        value = (element.get("content") or "").strip()
        for key in (element.get("property"), element.get("name")):
            if key and value:
                found.setdefault(key.strip().lower()[:100], value[: MAX_DESCRIPTION * 4])
    return found


def _title(root: Any) -> str:
    element = next(root.iter("title"), None)
    return "" if element is None else "".join(element.itertext())[: MAX_TITLE * 4]


def _base(root: Any, url: str) -> str:
    element = next(root.iter("base"), None)
    return _joined(url, element.get("href") or "") or url if element is not None else url


def _oembed(root: Any, base: str) -> str | None:
    for number, element in enumerate(root.iter("link")):
        if number >= MAX_ELEMENTS:
            break
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        if kind in ("application/json+oembed", "text/json+oembed") and "alternate" in (element.get("rel") or "").lower().split():
            return address(element.get("href") or "", base) or None
    return None


def _player(metas: Mapping[str, str], base: str) -> tuple[str, int, int]:
    """(a frame, width, height) of a page that is a video one can put elsewhere."""
    for key, kind in (("og:video:secure_url", "og:video:type"), ("og:video:url", "og:video:type"), ("og:video", "og:video:type")):
        if metas.get(key) and metas.get(kind, "").lower().startswith("text/html"):
            width, height = number(metas.get("og:video:width")), number(metas.get("og:video:height"))
            return frame(address(metas[key], base), width, height), width, height
    if metas.get("twitter:card") == "player" and metas.get("twitter:player"):
        width, height = number(metas.get("twitter:player:width")), number(metas.get("twitter:player:height"))
        return frame(address(metas["twitter:player"], base), width, height), width, height
    return "", 0, 0


def _language(root: Any, metas: Mapping[str, str]) -> str | None:
    for text in (root.get("lang") or "", metas.get("og:locale", "")):
        found = _LANGUAGE.fullmatch(text.strip()[:35])
        if found:
            return found[1].lower()
    return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip()[:40])
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 1900 <= moment.year <= 2200 else None


# ---- what oEmbed is made from, too


def address(text: str, base: str) -> str:
    """An absolute http or https address, '' for anything else. A page behind TLS names none without."""
    url = _joined(base, text.strip()[: MAX_URL + 1]) if text.strip() else ""
    secure = urlsplit(base).scheme == "https"
    return url if url and len(url) <= MAX_URL and (url.startswith("https://") or not secure) else ""


def _joined(base: str, text: str) -> str:
    try:
        url = urljoin(base, text)
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    bad = any(c <= " " or c in '"<>\\^`{|}\x7f' for c in url) or "@" in parts.netloc
    return url if parts.scheme in ("http", "https") and host and not bad else ""


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def number(value: object) -> int:
    """A size in pixels, 0 for what is none."""
    text = str(value).strip().removesuffix("px")[:10] if isinstance(value, str | int) and not isinstance(value, bool) else ""
    found = int(text) if text.isascii() and text.isdigit() else 0
    return found if found <= MAX_SIDE else 0


def frame(url: str, width: int, height: int) -> str:
    """The one element of a card's HTML. '' without an address."""
    if not url:
        return ""
    size = f' width="{width}" height="{height}"' if width and height else ""
    return f'<iframe src="{escape(url)}"{size} frameborder="0" allowfullscreen="" sandbox="{_SANDBOX}"></iframe>'


def frame_in(html: str, base: str) -> str:
    """The address of the first frame in somebody's HTML, '' when there is none."""
    root = _parse(html[:20_000].encode(), "text/html; charset=utf-8") if "<iframe" in html[:20_000].lower() else None
    element = next(root.iter("iframe"), None) if root is not None else None
    return "" if element is None else address(element.get("src") or "", base)
