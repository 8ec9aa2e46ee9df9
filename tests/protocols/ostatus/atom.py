"""Is it Atom? The rules of RFC 4287, section 4, and its schema (appendix B) as far as documents of ours can break them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from protocols.ostatus.namespaces import ATOM, PREFIXES

NS = {prefix or "atom": uri for prefix, uri in PREFIXES.items()}
A = f"{{{ATOM}}}"

# element -> (children that stand once, at most once, any number of times)
CHILDREN: dict[str, tuple[set[str], set[str], set[str]]] = {
    "feed": ({"id", "title", "updated"}, {"subtitle", "logo", "icon", "generator", "rights"}, {"author", "category", "contributor", "link", "entry"}),
    "entry": ({"id", "title", "updated"}, {"content", "published", "summary", "rights", "source"}, {"author", "category", "contributor", "link"}),
    "author": ({"name"}, {"uri", "email"}, set()),
}
ATTRIBUTES = {
    "link": {"href", "rel", "type", "hreflang", "title", "length"},
    "category": {"term", "scheme", "label"},
    "content": {"type", "src"},
    "title": {"type"},
    "summary": {"type"},
    "subtitle": {"type"},
    "generator": {"uri", "version"},
}


def parse(data: bytes) -> Any:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def check(data: bytes) -> Any:
    """The document's root. AssertionError names the rule that is broken."""
    root = parse(data)
    assert data.startswith(b"<?xml"), data[:40]
    assert root.tag in (f"{A}feed", f"{A}entry"), root.tag
    _element(root)
    if root.tag == f"{A}entry":
        assert root.find(f"{A}author") is not None, "an entry alone has an author (4.1.2)"
    elif root.find(f"{A}author") is None:
        assert root.findall(f"{A}entry"), "a feed has an author, or entries that have (4.1.1)"
        assert all(each.find(f"{A}author") is not None for each in root.findall(f"{A}entry")), "each entry has an author (4.1.1)"
    assert len({each.findtext(f"{A}id") for each in root.iter(f"{A}entry")}) == len(list(root.iter(f"{A}entry"))), "ids are unique"
    return root


def _element(element: Any) -> None:
    name = etree.QName(element).localname
    assert etree.QName(element).namespace == ATOM
    allowed = ATTRIBUTES.get(name, set())
    for key in element.attrib:
        assert etree.QName(key).namespace is not None or key in allowed, f"{name} has no {key} (appendix B, undefinedAttribute)"
    if name in CHILDREN:
        once, at_most_once, many = CHILDREN[name]
        found = [etree.QName(child).localname for child in element if etree.QName(child).namespace == ATOM]
        for each in once:
            assert found.count(each) == 1, f"{name} has one {each}, not {found.count(each)}"
        for each in at_most_once:
            assert found.count(each) <= 1, f"{name} has at most one {each}"
        assert set(found) <= once | at_most_once | many, f"{name} has no {set(found) - once - at_most_once - many}"
        alternates = [(link.get("type"), link.get("hreflang")) for link in element.findall(f"{A}link") if link.get("rel", "alternate") == "alternate"]
        assert len(alternates) == len(set(alternates)), f"two alternate links of one type in {name} (4.1.1, 4.1.2)"
        for child in element:
            if etree.QName(child).namespace == ATOM:
                _element(child)
    elif name in ("updated", "published"):
        assert datetime.fromisoformat(element.text).tzinfo is not None, "a date has its zone (3.3)"
    elif name in ("id", "uri", "logo", "icon"):
        _iri(element.text)
    elif name == "link":
        _iri(element.get("href"))
    elif name == "category":
        assert element.get("term") is not None
    if name in ("title", "summary", "subtitle", "content"):
        assert element.get("type", "text") in ("text", "html"), "what is not text or html has children here"
    if name not in CHILDREN:
        assert len(element) == 0, f"{name} has no children"


def _iri(text: str | None) -> None:
    assert text and not set(text) & set(' \t\r\n<>"{}|\\^`'), repr(text)
    assert urlsplit(text).scheme, f"{text} is absolute"
