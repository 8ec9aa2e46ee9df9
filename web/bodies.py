"""Forms: query, urlencoded, multipart and JSON as one list of fields, and that list as a typed Struct.

Clients of the Mastodon API send the same thing in many spellings: `id[]=1`, `id[0]=1`, `id=1&id=2`, JSON lists; `true`,
`1`, `on`. All of them are read here, once.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from functools import cache
from typing import IO, Any, TypeVar, Union, get_args, get_origin

import msgspec
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from pleromad.errors import Invalid
from web.request import Request, parse_pairs

MAX_FIELDS = 1000
MAX_FIELD_BYTES = 1_000_000  # one text field of a multipart form
MAX_PARTS = 100
MAX_DEPTH = 6  # brackets in a name, levels of a JSON body
CHUNK = 65536

TRUE = frozenset({"true", "1", "on", "yes", "t", "y"})
FALSE = frozenset({"false", "0", "off", "no", "f", "n", ""})


class Upload(msgspec.Struct, frozen=True):
    """A file in a multipart form. `filename` is what the client says: never a path to use."""

    name: str
    filename: str
    media_type: str
    data: bytes


Value = str | Upload
Fields = list[tuple[str, Value]]
S = TypeVar("S", bound=msgspec.Struct)


def fields(request: Request) -> Fields:
    """Query and body as one list. Invalid when the body is not what its Content-Type says; TooLarge from its bound."""
    if request.form_fields is None:
        read_fields(request)
    found: Fields = request.form_fields  # type: ignore[assignment]
    return found


def cleared(request: Request, name: str) -> bool:
    """Whether a field of a form is there, and empty: in JSON `null` or `""`."""
    if (name, "") in fields(request):
        return True
    if not parse_options_header(request.header("content-type"))[0].endswith("json"):
        return False
    body = msgspec.json.decode(request.body or b"{}")
    return isinstance(body, dict) and body.get(name, "") is None


def read_fields(request: Request) -> None:
    """Take the body apart; the result stays with the request."""
    request.form_fields = [*request.query, *_body_fields(request)]


def _body_fields(request: Request) -> Iterable[tuple[str, Value]]:
    media_type, options = parse_options_header(request.header("content-type"))
    if media_type in ("application/json", "text/json") or media_type.endswith("+json"):
        return _json_fields(request.body)
    if media_type == "multipart/form-data":
        return list(_multipart_fields(request.stream(), options.get("boundary", "")))
    if media_type in ("application/x-www-form-urlencoded", ""):
        return parse_pairs(request.body.decode("utf-8", "replace"), MAX_FIELDS)
    return []


def _json_fields(body: bytes) -> Fields:
    if not body.strip():
        return []
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("The body is not JSON") from None
    if not isinstance(value, dict):
        raise Invalid("The JSON body must be an object")
    found: Fields = []
    for name, inner in value.items():
        _flatten(name, inner, found, 0)
    return found


def _flatten(name: str, value: Any, found: Fields, depth: int) -> None:
    """`{"poll": {"options": ["a"]}}` is `poll[options][]=a`. null is as if it were not there, [] is `name[]=`."""
    if depth > MAX_DEPTH:
        raise Invalid(f"{name[:100]} is nested too deeply", field=name[:100])
    if len(found) > MAX_FIELDS:
        raise Invalid(f"At most {MAX_FIELDS} fields are allowed")
    match value:
        case None:
            pass
        case bool():
            found.append((name, "true" if value else "false"))
        case str():
            found.append((name, value.replace("\x00", "")))
        case int():
            found.append((name, str(value)))
        case float():
            found.append((name, str(int(value)) if value.is_integer() else repr(value)))
        case dict():
            for key, inner in value.items():
                _flatten(f"{name}[{key}]", inner, found, depth + 1)
        case list():
            if not value:
                found.append((f"{name}[]", ""))
            for number, inner in enumerate(value):
                plain = not isinstance(inner, (dict, list))
                _flatten(f"{name}[]" if plain else f"{name}[{number}]", inner, found, depth + 1)


def _multipart_fields(stream: IO[bytes], boundary: str) -> Iterator[tuple[str, Value]]:
    """RFC 7578, incrementally, bounded in parts and sizes."""
    try:
        with PushMultipartParser(boundary, max_segment_count=MAX_PARTS, max_header_size=8192) as parser:
            part: MultipartSegment | None = None
            data: list[bytes] = []
            size = 0
            while not parser.closed:
                for event in parser.parse(stream.read(CHUNK)):
                    if isinstance(event, MultipartSegment):
                        part, data, size = event, [], 0
                    elif event:
                        size += len(event)
                        if part is not None and part.filename is None and size > MAX_FIELD_BYTES:
                            raise Invalid(f"{part.name[:100]} is too long", field=part.name[:100])
                        data.append(bytes(event))
                    elif part is not None:
                        yield part.name.replace("\x00", ""), _part_value(part, b"".join(data))
    except (MultipartError, ValueError) as error:
        raise Invalid("The body is not a multipart form", detail=str(error)) from None


def _part_value(part: MultipartSegment, data: bytes) -> Value:
    if part.filename is None:
        return data.decode("utf-8", "replace").replace("\x00", "")
    media_type = (part.content_type or "application/octet-stream").partition(";")[0].strip().lower()
    return Upload(part.name, part.filename.replace("\x00", ""), media_type, data)


# -- from fields to a Struct --


class _Branch:
    """What came under one name: plain values, named children, and the elements of `name[][...]`."""

    __slots__ = ("children", "elements", "values")

    def __init__(self, value: Value | None = None) -> None:
        self.values: list[Value] = [] if value is None else [value]
        self.children: dict[str, _Branch] = {}
        self.elements: list[_Branch] = []


def _keys(name: str) -> list[str]:
    """`a[b][]` is a, b, ''."""
    head, bracket, rest = name.partition("[")
    if not bracket or not head or not rest.endswith("]"):
        return [name]
    keys = [head, *rest[:-1].split("][")]
    if len(keys) > MAX_DEPTH + 1:
        raise Invalid(f"{name[:100]} is nested too deeply", field=name[:100])
    return keys


def _grow(found: Fields) -> _Branch:
    root = _Branch()
    for name, value in found:
        branch = root
        keys = _keys(name)
        for place, key in enumerate(keys):
            if key:
                branch = branch.children.setdefault(key, _Branch())
            elif place == len(keys) - 1:
                branch.elements.append(branch := _Branch())
            else:
                # Rails: an element of `a[][b]` ends where a name comes again.
                following = keys[place + 1]
                if not branch.elements or following in branch.elements[-1].children:
                    branch.elements.append(_Branch())
                branch = branch.elements[-1]
        branch.values.append(value)
    return root


def form(request: Request, kind: type[S]) -> S:
    """The request's fields as a Struct. Invalid names the field that is missing or wrong; unknown fields are ignored."""
    return parse_form(fields(request), kind)


def parse_form(found: Fields, kind: type[S]) -> S:
    made: S = _struct(_grow(found), kind, "")
    return made


def _struct(branch: _Branch, kind: Any, name: str) -> Any:
    given = {}
    for info in _fields_of(kind):
        child = branch.children.get(info.encode_name)
        full = f"{name}[{info.encode_name}]" if name else info.encode_name
        value = _ABSENT if child is None else _value(child, info.type, full)
        if value is not _ABSENT:
            given[info.name] = value
        elif info.required:
            raise Invalid(f"{full} can't be blank", field=full)
    return kind(**given)


@cache
def _fields_of(kind: Any) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Its annotations are worked out once, not at each request."""
    return msgspec.structs.fields(kind)


class _Absent:
    pass


_ABSENT = _Absent()
_LISTS = {list: list, tuple: tuple, set: set, frozenset: frozenset}


def _value(branch: _Branch, kind: Any, name: str) -> Any:
    """`branch` as `kind`, _ABSENT where an empty text means nothing was given."""
    origin = get_origin(kind)
    if origin is Union or origin is types.UnionType:
        return _of_union(branch, get_args(kind), name)
    if origin in _LISTS or kind in _LISTS:
        inner = (get_args(kind) or (str,))[0]
        return _LISTS[origin or kind](_elements(branch, inner, name))
    if origin is dict or kind is dict:
        inner = (get_args(kind) or (str, str))[1]
        return {key: _value(child, inner, f"{name}[{key}]") for key, child in branch.children.items()}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind is not Upload:
        if branch.values and not branch.children:
            if branch.values[-1] == "":
                return _ABSENT
            raise Invalid(f"{name} must have fields of its own", field=name)
        return _struct(branch, kind, name)
    value = (
        branch.values[-1] if branch.values else next((e.values[0] for e in branch.elements if e.values), None)
    )
    if value is None:
        raise Invalid(f"{name} is not valid", field=name)
    return _leaf(value, kind, name)


def _of_union(branch: _Branch, kinds: tuple[Any, ...], name: str) -> Any:
    """The first kind that fits; text, which always fits, last."""
    kinds = tuple(kind for kind in kinds if kind not in (type(None), msgspec.UnsetType))
    refusal: Invalid | None = None
    for kind in sorted(kinds, key=lambda kind: kind is str):
        try:
            value = _value(branch, kind, name)
        except Invalid as error:
            refusal = refusal or error
        else:
            if value is not _ABSENT:
                return value
    if refusal is not None:
        raise refusal
    return _ABSENT


def _elements(branch: _Branch, kind: Any, name: str) -> list[Any]:
    """The elements of a list in any spelling; empty texts are left out, so that `name[]=` is an empty list."""
    numbered = sorted(
        (int(key), child) for key, child in branch.children.items() if key.isdecimal() and len(key) < 9
    )
    branches = (
        [_Branch(value) for value in branch.values] + branch.elements + [child for _, child in numbered]
    )
    made = []
    for element in branches:
        if element.values == [""] and not element.children:
            continue
        value = _value(element, kind, name)
        if value is not _ABSENT:
            made.append(value)
    return made


def _leaf(value: Value, kind: Any, name: str) -> Any:
    if kind is Any:
        return value
    if isinstance(value, Upload) or kind is Upload:
        if isinstance(value, Upload) and kind is Upload:
            return value
        if value == "":
            return _ABSENT
        raise Invalid(
            f"{name} must be a file" if kind is Upload else f"{name} must not be a file", field=name
        )
    if kind is str:
        return value
    if kind is bool:
        word = value.strip().lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        raise Invalid(f"{name} must be true or false", field=name)
    if value == "":
        return _ABSENT
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        raise Invalid(f"{name} is not valid", field=name) from None
