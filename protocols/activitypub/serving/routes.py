"""Which path is what."""

from __future__ import annotations

from pleromad.errors import NotFound
from protocols.activitypub import errors
from protocols.activitypub.door import Door
from protocols.activitypub.follower_sync import PATH, FollowerLists
from protocols.activitypub.inbox import MAX_BODY, Inbox
from protocols.activitypub.keyring import Keyring
from protocols.activitypub.serving.collections import Collections
from protocols.activitypub.serving.guard import Guard
from protocols.activitypub.serving.objects import Objects
from protocols.activitypub.vocabulary import OFFERS
from web.answers import Answer
from web.request import Request
from web.site import Route, Site


def register(site: Site, door: Door, keyring: Keyring, inbox: Inbox) -> None:
    def answering(answer: Route) -> Route:
        async def while_on(request: Request) -> Answer:
            if not door.core.settings.federation.enabled:
                raise NotFound
            return await answer(request)

        return errors.answering(while_on)

    objects = Objects(door, keyring)
    collections = Collections(door, keyring, objects)
    guard = Guard(door.core, keyring)
    for path, answer in (("/actor", objects.instance_actor), ("/actor/outbox", collections.no_outbox), ("/relay", objects.relay)):
        site.represent(path, OFFERS, answering(answer))
    for path, answer in (
        ("/users/<name>", objects.actor),
        ("/@<name>", objects.actor),
        ("/rooms/<name>", objects.actor),
        ("/notes/<id>", objects.note),
        ("/@<name>/<id>", objects.note),
        ("/notes/<id>/replies", objects.replies),
        ("/notes/<id>/likes", objects.note_counts),
        ("/notes/<id>/shares", objects.note_counts),
        ("/quotes/<id>", objects.quote_stamp),
        ("/activities/<id>", objects.activity),
        ("/conversations/<id>", objects.conversation),
        ("/rooms/<name>/moderators", collections.moderators),
    ):
        site.represent(path, OFFERS, answering(guard.signed(answer)))
    followers = FollowerLists(door, keyring)
    site.represent(f"/users/<name>/{PATH}", OFFERS, answering(followers.show))
    for owner in ("/users/<name>", "/rooms/<name>"):
        site.represent(f"{owner}/outbox", OFFERS, answering(guard.signed(collections.outbox)))
        site.represent(f"{owner}/followers", OFFERS, answering(guard.signed(collections.followers)))
        site.represent(f"{owner}/following", OFFERS, answering(guard.signed(collections.following)))
        site.represent(f"{owner}/collections/featured", OFFERS, answering(guard.signed(collections.featured)))
    for which in ("followers", "following", "outbox", "collections/featured"):
        site.represent(f"/relay/{which}", OFFERS, answering(guard.signed(collections.of_relay)))
    for path in ("/inbox", "/actor/inbox", "/relay/inbox", "/users/<name>/inbox", "/rooms/<name>/inbox"):
        site.route("POST", path, answering(inbox.post), max_body=MAX_BODY)
