"""Documents of other implementations on disk, as a fediverse of their own: every id leads to the document that has it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protocols.activitypub.to_core.pieces import as_id, as_ids, as_list, as_object, prop, type_of
from protocols.activitypub.vocabulary import ACTIVITIES, ACTORS, COLLECTIONS, PUBLIC

MAX_BYTES = 1_000_000
NO_DOCUMENTS = frozenset({"CryptographicKey", "FeatureCollection", "Tombstone", "photo", "rich", "Key"})

# Whose software wrote a fixture: by the name of its file, else by the host of its id.
_NAMES: tuple[tuple[str, str], ...] = (
    ("misskey|mk\\.absturztau|mametsuko|aimu|sharkey|firefish|calckey", "Misskey family"),
    ("fedibird", "Fedibird"),
    ("mobilizon", "Mobilizon"),
    ("peertube|framatube|framasoft", "PeerTube"),
    ("funkwhale", "Funkwhale"),
    ("friendica|denniskoch|squeet", "Friendica"),
    ("hubzilla|gerzilla|kaniini", "Hubzilla"),
    ("osada|macgirvin|roadhouse|zap", "Osada, Roadhouse"),
    ("kroeg|puckipedia", "Kroeg"),
    ("prismo", "Prismo"),
    ("honk", "honk"),
    ("smithereen", "Smithereen"),
    ("owncast", "Owncast"),
    ("wedistribute|wordpress", "WordPress"),
    ("baptiste|plume", "Plume"),
    ("minds", "Minds"),
    ("bridgy|fed\\.brid", "Bridgy Fed"),
    ("guppe", "Guppe"),
    ("gotosocial|gts", "GoToSocial"),
    ("mitra", "Mitra"),
    ("takahe", "Takahe"),
    ("bookwyrm", "BookWyrm"),
    ("pixelfed", "Pixelfed"),
    ("write-?freely|writeas|tdxdxoz", "WriteFreely"),
    ("discourse", "Discourse"),
    ("mbin|kbin", "Mbin"),
    ("nodebb", "NodeBB"),
    ("wildebeest", "Wildebeest"),
    ("ccworld", "ccworld bridge"),
    ("lemmy|enterprise", "Lemmy"),
    ("relay", "relays"),
    ("fedify|wizard\\.casa|oeee|hollo", "Fedify applications"),
    ("mastodon|masto|mstdn|mamot|pawoo|activitypub\\.academy|emelie|hellpie|rye|craigmaloney", "Mastodon"),
    ("pleroma|soykaf|soapbox|gleasonator|litepub|rinpatch|lain|helene|akkoma|moe|sjw|mayumayu|tusooa|chat", "Pleroma, Akkoma"),
)


def implementation_of(path: Path, document: dict[str, Any]) -> str:
    place = "/".join(part for part in path.parts[-5:] if ("+" not in part and part not in ("pleroma", "lemmy")) or path.suffix == "")
    folders = [part for part in path.parts if part in ("mastodon", "lemmy", "discourse", "pleroma", "smithereen", "friendica", "hubzilla", "peertube", "wordpress", "mbin", "nodebb", "gnusocial", "lotide", "mobilizon", "bridgy", "guppe", "owncast")]
    for text in (path.name, folders[-1] if folders else "", str(document.get("id", "")), place):
        for pattern, name in _NAMES:
            if text and re.search(pattern, text, re.IGNORECASE):
                return name
    return "others"


@dataclass(frozen=True)
class Fixture:
    path: str
    implementation: str
    document: dict[str, Any]

    @property
    def kind(self) -> str:
        """activity, actor, object, or '' for what nobody would send to an inbox."""
        type = type_of(self.document, ACTIVITIES | ACTORS)
        if not type or not isinstance(self.document.get("id"), str) or type in COLLECTIONS or type in NO_DOCUMENTS:
            return ""
        if type in ACTORS or prop(self.document, "inbox") is not None:
            return "actor"
        if prop(self.document, "actor") is not None and prop(self.document, "attributedTo") is None:
            return "activity"
        return "activity" if type in ACTIVITIES else "object" if as_ids(prop(self.document, "attributedTo")) else ""


class World:
    def __init__(self, folder: Path) -> None:
        self.fixtures = list(_read(folder))
        self.by_id: dict[str, dict[str, Any]] = {}
        for fixture in self.fixtures:
            self._know(fixture.document, inner=False)
        for fixture in self.fixtures:
            self._know(fixture.document, inner=True)

    def _know(self, document: dict[str, Any], *, inner: bool) -> None:
        found = as_object(prop(document, "object")) if inner else document
        id = found.get("id")
        if isinstance(id, str) and len(found) > 4:
            known = self.by_id.get(id)
            if known is None or (not inner and len(found) > len(known)):
                self.by_id[id] = found
        if inner and type_of(found, ACTIVITIES) in ACTIVITIES:
            self._know(found, inner=True)

    def shown(self, uri: str, pem: str, made_up: set[str]) -> dict[str, Any] | None:
        """The document with that id; actors have the key `pem`. Those of `made_up` who are in no fixture are plain persons."""
        document = self.by_id.get(uri)
        if document is None:
            for each in self.by_id.values():
                if as_id(as_object(prop(each, "publicKey"))) == uri:
                    document = each
                    break
        if document is None and uri in made_up:
            name = re.sub(r"\W", "", uri.rstrip("/").rpartition("/")[2]) or "somebody"
            document = {"id": uri, "type": "Person", "preferredUsername": name, "inbox": f"{uri}/inbox"}
        if document is None:
            return None
        if type_of(document, ACTORS) in ACTORS:
            own = next((key for key in as_list(prop(document, "publicKey")) if isinstance(key, dict)), {})
            id = str(document["id"])
            document = {**document, "publicKey": {**own, "id": as_id(own) or f"{id}#main-key", "owner": id, "publicKeyPem": pem}}
        return document


def _read(folder: Path) -> Iterator[Fixture]:
    seen: set[str] = set()
    for path in sorted(folder.rglob("*.json")):
        if path.stat().st_size > MAX_BYTES:
            continue
        try:
            document = json.loads(path.read_bytes())
        except ValueError:
            continue
        if not isinstance(document, dict) or "type" not in document:
            continue
        mark = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
        if mark not in seen:
            seen.add(mark)
            yield Fixture(str(path.relative_to(folder)), implementation_of(path.relative_to(folder), document), document)


def created(note: dict[str, Any], actor: str) -> dict[str, Any]:
    """A Create around what its file has alone."""
    return {
        "@context": note.get("@context", "https://www.w3.org/ns/activitystreams"),
        "id": f"{note['id']}#sweep-create",
        "type": "Create",
        "actor": actor,
        "to": note.get("to", [PUBLIC]),
        "cc": note.get("cc", []),
        "object": note,
    }
