"""XML out: elements by short names, and only characters and addresses that XML and Atom allow."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from pleromad.text.characters import clean
from protocols.ostatus.namespaces import ATOM, PREFIXES

Element = Any  # lxml's types are in a package for development only

_NOT_IN_ADDRESSES = re.compile(r'[\s<>"{}|\\^`]')


def legal(text: str) -> str:
    """Without what XML 1.0, section 2.2, does not allow."""
    return clean(text)


def iri(text: str) -> str:
    """An address as Atom takes it (RFC 3987): other scripts stay, blanks and brackets are percent-encoded."""
    return _NOT_IN_ADDRESSES.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), legal(text))


def name(short: str) -> str:
    """`thr:in-reply-to` as lxml wants it; without a prefix it is Atom's."""
    prefix, colon, local = short.rpartition(":")
    return f"{{{PREFIXES[prefix] if colon else ATOM}}}{local}"


def root(short: str) -> Element:
    return etree.Element(name(short), nsmap=PREFIXES)  # type: ignore[arg-type]


def add(parent: Element, short: str, text: str | None = None, **attributes: str | None) -> Element:
    """A child. Attributes: `type`, `media_width` for media:width; None leaves one out."""
    element = etree.SubElement(parent, name(short))
    if text is not None:
        element.text = legal(text)
    for key, value in attributes.items():
        if value is not None:
            prefix, underscore, local = key.partition("_")
            spelled = name(f"{prefix}:{local.replace('_', '-')}") if underscore and prefix in PREFIXES else key
            element.set(spelled, iri(value) if key in ("href", "ref") else legal(value))
    return element


def document(element: Element) -> bytes:
    return bytes(etree.tostring(element, xml_declaration=True, encoding="UTF-8"))
