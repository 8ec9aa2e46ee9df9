"""XML of others, read without document types, entities and files (S14)."""

from __future__ import annotations

from lxml import etree

from pleromad.errors import Invalid

MAX_BYTES = 100_000


def read(body: bytes, *, max_bytes: int = MAX_BYTES) -> etree._Element:
    """The root element. Raises Invalid."""
    if len(body) > max_bytes or b"<!DOCTYPE" in body or b"<!ENTITY" in body or b"\x00" in body:
        raise Invalid("This XML is not taken")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Invalid("This is not XML", detail=str(error)[:200]) from error
    if tree.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise Invalid("This XML is not taken")
    return tree
