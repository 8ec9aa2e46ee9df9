"""The table as an OpenAPI 3.1 document: what routes, checks and parses the requests also says what they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from protocols.mastodon.door import Access, NoForm, Row
from protocols.mastodon.entities.admin import AdminDomainBlock, ExistingDomainBlock
from protocols.mastodon.entities.base import Error
from protocols.mastodon.entities.media import MediaAttachment
from web.bodies import Upload

PATH = "/api/openapi.json"
BODIES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
_REF = "#/components/schemas/{name}"
_PLACEHOLDER = re.compile(r"<(\w+)>")
_ID = {"type": "string", "pattern": r"^\d+$"}
_PAGING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("max_id", _ID), ("since_id", _ID), ("min_id", _ID), ("offset", {"type": "integer", "minimum": 0}),
)  # fmt: skip
Json = dict[str, Any]


def document(rows: Iterable[Row]) -> Json:
    """Without anything that depends on settings: it is the same for every server of this version."""
    known = list(rows)
    schemas = _Schemas(known)
    paths: dict[str, Json] = {}
    for row in known:
        for method in row.method.split():
            path = paths.setdefault(_PLACEHOLDER.sub(r"{\1}", row.path), {})
            path[method.lower()] = _operation(row, method, schemas)
    scopes = {scope: "" for row in known for scope in row.scopes}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "pleromad",
            "version": "4.6",
            "description": "Mastodon's API with Pleroma's additions. Forms may be JSON, urlencoded or multipart.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {
                "oauth": {
                    "type": "oauth2",
                    "flows": {
                        "authorizationCode": {
                            "authorizationUrl": "/oauth/authorize",
                            "tokenUrl": "/oauth/token",
                            "scopes": dict(sorted(scopes.items())),
                        }
                    },
                }
            },
        },
    }


class _Schemas:
    """The schemas of all entities and forms, made together so that each is there once."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._places: dict[Any, int] = {}
        kinds: list[Any] = [Error, ExistingDomainBlock]
        for row in rows:
            kinds += [*_answers(row.entity), row.form]
        kinds += [info.type for row in rows for info in msgspec.structs.fields(row.form)]
        self._places = {_key(kind): place for place, kind in reversed(list(enumerate(kinds)))}
        made, self.components = msgspec.json.schema_components(kinds, schema_hook=_anything, ref_template=_REF)
        self._made = list(made)
        if "Upload" in self.components:
            self.components["Upload"] = {"type": "string", "contentMediaType": "application/octet-stream"}

    def of(self, kind: Any) -> Json:
        made: Json = self._made[self._places[_key(kind)]]
        return made


def _key(kind: Any) -> str:
    return repr(kind)


def _anything(kind: Any) -> Json:
    """What is not said more closely."""
    if kind is object:
        return {"description": "Anything"}
    raise NotImplementedError


def _answers(entity: Any) -> tuple[Any, ...]:
    if entity is None:
        return ()
    return get_args(entity) if isinstance(entity, UnionType) else (entity,)


def _operation(row: Row, method: str, schemas: _Schemas) -> Json:
    words = re.findall(r"\w+", row.path.removeprefix("/api/"))
    group = next((word for word in words if not re.fullmatch(r"v\d+|api", word)), "api")
    operation: Json = {
        "operationId": "_".join([method.lower(), *words]),
        "tags": [group],
        "parameters": list(_parameters(row, method, schemas)),
        "responses": _responses(row, schemas),
        "security": _security(row),
    }
    if row.answer.__doc__:
        operation["summary"] = row.answer.__doc__.strip().partition("\n")[0]
    if method in ("POST", "PUT", "PATCH") and row.form is not NoForm:
        schema = schemas.of(row.form)
        operation["requestBody"] = {
            "required": any(info.required for info in msgspec.structs.fields(row.form)),
            "content": {media_type: {"schema": schema} for media_type in _bodies(row.form)},
        }
    return operation


def _bodies(form: type[msgspec.Struct]) -> tuple[str, ...]:
    """A file comes only in a multipart form."""
    needs_file = any(info.required and info.type is Upload for info in msgspec.structs.fields(form))
    return ("multipart/form-data",) if needs_file else BODIES


def _parameters(row: Row, method: str, schemas: _Schemas) -> Iterator[Json]:
    for name in _PLACEHOLDER.findall(row.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    if method in ("GET", "DELETE") and row.form is not NoForm:
        for info in msgspec.structs.fields(row.form):
            yield _query(info, schemas)
    if row.paging is not None:
        default, most = row.paging
        limit = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
        for name, schema in (("limit", limit), *_PAGING):
            yield {"name": name, "in": "query", "schema": schema}


def _query(info: FieldInfo, schemas: _Schemas) -> Json:
    """Lists are `name[]=a&name[]=b`, objects `name[field]=a`."""
    kinds = get_args(info.type) if get_origin(info.type) in (Union, UnionType) else (info.type,)
    is_list = any(kind is list or get_origin(kind) in (list, tuple) for kind in kinds)
    is_object = any(isinstance(kind, type) and issubclass(kind, msgspec.Struct) for kind in kinds)
    parameter: Json = {
        "name": f"{info.encode_name}[]" if is_list else info.encode_name,
        "in": "query",
        "schema": schemas.of(info.type),
    }
    if info.required:
        parameter["required"] = True
    if is_object:
        parameter["style"] = "deepObject"
        parameter["explode"] = True
    return parameter


def _responses(row: Row, schemas: _Schemas) -> Json:
    refusals: Json = {"anyOf": [schemas.of(Error), schemas.of(ExistingDomainBlock)]} if row.entity is AdminDomainBlock else schemas.of(Error)
    responses: Json = {
        "4XX": {"description": "Refused", "content": {"application/json": {"schema": refusals}}},
    }
    kinds = [schemas.of(kind) for kind in _answers(row.entity)]
    if not kinds:
        return {"2XX": {"description": "Done"}, "3XX": {"description": "Go on there"}, **responses}
    schema: Json = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    good = {"description": "Done", "content": {"application/json": {"schema": schema}}}
    if row.entity is MediaAttachment:
        return {"200": good, "202": {**good, "description": "Kept, still worked on"}, "206": {**good, "description": "Still worked on"}, **responses}
    return {"200": good, **responses}


def _security(row: Row) -> list[Mapping[str, Sequence[str]]]:
    """One of the scopes is enough."""
    tokens: list[Mapping[str, Sequence[str]]] = [{"oauth": [scope]} for scope in row.scopes] or [{"oauth": []}]
    return [{}, *tokens] if row.access is Access.ANYBODY else tokens
