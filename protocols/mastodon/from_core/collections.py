"""Collection and its items."""

from __future__ import annotations

from pleromad import text
from pleromad.clock import iso
from pleromad.core import Core
from pleromad.model import collection as model
from protocols.mastodon.entities.collection import Collection, CollectionItem, ShallowTag


def collection(core: Core, one: model.Collection) -> Collection:
    """`url` is null: there is no page of it here."""
    return Collection(
        id=str(one.id),
        account_id=str(one.account_id),
        uri=core.uris.collection(one.owner, one.id),
        url=None,
        name=one.name,
        description=text.render(one.description, "text/plain", mention=lambda handle: None, tag_url=core.uris.tag).html,
        language=one.language,
        local=True,
        sensitive=one.sensitive,
        discoverable=one.discoverable,
        tag=ShallowTag(name=one.tag, url=core.uris.tag(one.tag)) if one.tag else None,
        created_at=iso(one.created_at),
        updated_at=iso(one.updated_at),
        item_count=len(one.items),
        items=[item(each) for each in one.items],
    )


def item(one: model.CollectionItem) -> CollectionItem:
    return CollectionItem(id=str(one.id), account_id=str(one.account_id), state="accepted", created_at=iso(one.created_at))
