"""Documents of our own in the shapes that other software sends (see protocols/activitypub/quirks.py)."""

from __future__ import annotations

from typing import Any

from pleromad.ids import PUBLIC

FAR = "https://far.example"
BOB = f"{FAR}/users/bob"
AS2 = "https://www.w3.org/ns/activitystreams"


def _note(**more: Any) -> dict[str, Any]:
    return {"@context": AS2, "id": f"{FAR}/objects/1", "type": "Note", "attributedTo": BOB, "content": "<p>hi</p>", "to": [PUBLIC], "cc": [f"{BOB}/followers"], "published": "2026-11-20T10:00:00Z", **more}


def _actor(**more: Any) -> dict[str, Any]:
    return {"@context": AS2, "id": BOB, "type": "Person", "preferredUsername": "bob", "inbox": f"{BOB}/inbox", "publicKey": {"id": f"{BOB}#main-key", "owner": BOB, "publicKeyPem": "PEM"}, **more}


def _activity(type: str, object: Any, **more: Any) -> dict[str, Any]:
    return {"@context": AS2, "id": f"{FAR}/activities/1", "type": type, "actor": BOB, "object": object, "to": [PUBLIC], **more}


def _link(href: str, media_type: str, **more: Any) -> dict[str, Any]:
    return {"type": "Link", "href": href, "mediaType": media_type, **more}


SHAPES: dict[str, dict[str, Any]] = {
    "pleroma_note": _note(
        **{"@context": [AS2, f"{FAR}/schemas/litepub-0.1.jsonld", {"@language": "und"}]}, context=f"{FAR}/contexts/7", conversation=f"{FAR}/contexts/7",
        actor=BOB, summary=None, sensitive=None, tag=["cofe", {"type": "Hashtag", "href": f"{FAR}/tag/tea", "name": "#tea"}],
    ),
    "pleroma_chat": {
        "id": f"{FAR}/objects/2", "type": "ChatMessage", "actor": BOB, "attributedTo": BOB, "to": [f"{FAR}/users/alice"], "content": "psst", "tag": [],
        "attachment": {"type": "Document", "mediaType": "image/png", "name": "", "url": [_link(f"{FAR}/media/1.png", "image/png")]},
    },
    "undo_by_id": _activity("Undo", f"{FAR}/activities/like-1"),
    "bridgy_actor": _actor(url=["https://bob.example/", {"type": "Link", "href": "acct:bob@bob.example"}], image=[{"type": "Image", "url": "https://bob.example/b.jpg"}]),
    "discourse_note": _activity(
        "Create", {key: value for key, value in _note(audience=f"{FAR}/ap/actor/1", name="A topic").items() if key not in ("to", "cc")}, cc=[f"{FAR}/ap/actor/1/followers"]
    ),
    "fedify_note": _note(
        **{"@context": ["https://w3id.org/identity/v1", AS2, "https://w3id.org/security/data-integrity/v1", {"toot": "http://joinmastodon.org/ns#"}]},
        content="<p>:blob:</p>", tag={"id": None, "type": "Emoji", "name": ":blob:", "icon": {"type": "Image", "url": f"{FAR}/blob.png", "mediaType": "image/png"}},
        proof={"type": "DataIntegrityProof"},
    ),
    "friendica_note": _note(attributedTo={"type": "Person", "id": BOB, "name": "Bob"}, url=[_link(f"{FAR}/display/1", "text/html")], actor={"type": "Person", "id": BOB}),
    "funkwhale_audio": {
        "id": f"{FAR}/uploads/1", "type": "Audio", "attributedTo": BOB, "name": "A song - Somebody", "content": None, "duration": 198, "bitrate": 320000, "to": PUBLIC,
        "published": "2026-11-20T10:00:00.123456+00:00", "url": [_link(f"{FAR}/listen/1.ogg", "audio/ogg"), _link(f"{FAR}/library/tracks/1", "text/html")],
    },
    "gnusocial_note": _note(id="tag:far.example,2026-11-20:noticeId=3:objectType=note"),
    "gotosocial_stub": {
        "@context": ["https://w3id.org/security/v1", AS2], "id": BOB, "type": "Person", "preferredUsername": "bob",
        "publicKey": {"id": f"{BOB}/main-key", "owner": BOB, "publicKeyPem": "PEM"},
    },
    "guppe_announce": _activity("Announce", "https://third.example/notes/1", actor=f"{FAR}/u/club", cc=[f"{FAR}/u/club/followers"]),
    "honk_ping": {"@context": AS2, "id": f"{FAR}/u/bob/ping/1", "type": "Ping", "actor": BOB, "to": "https://here.example/users/alice"},
    "hubzilla_image": _note(
        type="Image", content=None, name="A picture", inReplyTo=[], attributedTo=[BOB], target={"type": "orderedCollection", "name": "Album"},
        url=[_link(f"{FAR}/photo/1-0.jpg", "image/jpeg", width=800, height=600)], attachment=[{"type": "Image", "url": f"{FAR}/photo/1-0.jpg", "mediaType": "image/jpeg"}],
    ),
    "kroeg_note": _note(tag={"type": "Hashtag", "name": "#tea", "href": f"{FAR}/tag/tea"}, to=PUBLIC, cc=None),
    "lemmy_page": _note(
        type="Page", id=f"{FAR}/post/1", content=None, name="Look at this", audience=f"{FAR}/c/main", to=[f"{FAR}/c/main", PUBLIC], cc=[],
        attachment=[{"type": "Link", "href": "https://news.example/story"}], image={"type": "Image", "url": f"{FAR}/pictrs/1.webp"}, commentsEnabled=True,
    ),
    "lemmy_announce": _activity("Announce", _activity("Create", {}, id=f"{FAR}/activities/create/1"), actor=f"{FAR}/c/main", cc=[f"{FAR}/c/main/followers"]),
    "lemmy_dislike": _activity("Dislike", f"{FAR}/post/1", audience=f"{FAR}/c/main"),
    "lemmy_undo_delete": _activity(
        "Undo", _activity("Delete", f"{FAR}/post/1", id=f"{FAR}/activities/delete/1", audience=f"{FAR}/c/main", summary="off topic"), audience=f"{FAR}/c/main", cc=[f"{FAR}/c/main"]
    ),
    "lemmy_flag": _activity("Flag", f"{FAR}/post/1", summary="spam", to=[f"{FAR}/c/main"]),
    "lemmy_add": _activity("Add", f"{FAR}/post/1", target=f"{FAR}/c/main/featured", audience=f"{FAR}/c/main", cc=[f"{FAR}/c/main"]),
    "mastodon_note": _note(
        contentMap={"en": "<p>hi</p>"}, inReplyTo=None, atomUri=f"{FAR}/objects/1", sensitive=False, summary=None,
        attachment=[{"type": "Document", "mediaType": "image/png", "url": f"{FAR}/1.png", "name": "a cat", "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj", "focalPoint": [0.0, -0.5], "width": 640, "height": 480}],
    ),
    "mastodon_vote": _note(type="Note", content=None, name="Tea", inReplyTo="https://here.example/notes/5", to="https://here.example/users/alice", cc=None),
    "snac_vote": _note(type="Note", content="<br>", summary="", name="Tea", inReplyTo="https://here.example/notes/5", to=["https://here.example/users/alice", "https://here.example/users/alice"], cc=[]),
    "mastodon_delete": {**_activity("Delete", BOB), "signature": {"type": "RsaSignature2017"}},
    "content_map": _note(content=None, contentMap={"de": "<p>Guten Tag</p>"}),
    "microblogpub_actor": _actor(id=FAR, inbox=f"{FAR}/inbox", publicKey={"id": f"{FAR}#main-key", "owner": FAR, "publicKeyPem": "PEM"}),
    "misskey_like": _activity("Like", f"{FAR}/objects/1", content="🍮", _misskey_reaction="🍮", tag=[]),
    "misskey_poll": _note(
        type="Question", _misskey_content="tea?", source={"content": "tea?", "mediaType": "text/x.misskeymarkdown"}, endTime=None, inReplyTo=None, icon=None, image=None,
        oneOf=[{"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": 1}} for name in ("yes", "no")],
    ),
    "mobilizon_event": _note(type="Event", actor=BOB, attributedTo=f"{FAR}/@club", name="Tea party", content="<p>Come</p>", startTime="2026-12-01T15:00:00Z", to=[PUBLIC], category="MEETING"),
    "owncast_note": _note(attachment={"type": "Image", "mediaType": "image/jpeg", "url": f"{FAR}/thumbnail.jpg", "name": "the stream"}),
    "peertube_video": _note(
        type="Video", id=f"{FAR}/videos/watch/1", attributedTo=[{"type": "Person", "id": BOB}, {"type": "Group", "id": f"{FAR}/video-channels/bob"}], name="A film", mediaType="text/markdown",
        content="It is **good**", duration="PT62S", icon=[{"type": "Image", "url": f"{FAR}/1.jpg", "width": 280}],
        url=[
            _link(f"{FAR}/videos/watch/1", "text/html"), _link("magnet:?xt=urn:btih:1", "application/x-bittorrent;x-scheme-handler/magnet"),
            _link(f"{FAR}/hls/1.m3u8", "application/x-mpegURL", tag=[_link(f"{FAR}/1-480.mp4", "video/mp4", height=480)]),
        ],
    ),
    "peertube_view": _activity("View", f"{FAR}/videos/watch/1"),
    "pixelfed_note": _note(attachment=[{"type": "Image", "mediaType": "image/jpeg", "url": f"{FAR}/m/1.jpg", "name": None}]),
    "plume_article": _note(type="Article", id=f"{FAR}/~/Blog/first/", name="First", summary="About", source={"content": "# First", "mediaType": "text/markdown"}, url=f"{FAR}/~/Blog/first/"),
    "prismo_article": _note(type="Article", name="A link", content="", url={"type": "Link", "href": f"{FAR}/posts/1", "name": "A link"}),
    "relay_actor": _actor(id=f"{FAR}/actor", type="Application", preferredUsername="", name="Relay", publicKey={"id": f"{FAR}/actor#main-key", "owner": f"{FAR}/actor", "publicKeyPem": "PEM"}),
    "smithereen_poll": _note(
        type="Question", content="<p>Which?</p>", endTime=None, votersCount="3", nonAnonymous=True,
        oneOf=[{"type": "Note", "id": f"{FAR}/polls/1#{n}", "name": name, "replies": {"type": "Collection", "totalItems": str(n)}} for n, name in enumerate(("one", "two"))],
    ),
    "snac_note": _note(summary="<br>", tag=[], to=PUBLIC, cc=[]),
    "takahe_note": _note(to="as:Public", cc=f"{BOB}/followers/", **{"toot:votersCount": None, "ostatus:conversation": "tag:far.example,2026:1"}),
    "threads_note": _note(url="https://www.far-pages.example/@bob/post/1"),
    "wordpress_actor": _actor(
        id=f"{FAR}/?author=1", inbox=f"{FAR}/wp-json/activitypub/1.0/actors/1/inbox", publicKey={"id": f"{FAR}/?author=1#main-key", "owner": f"{FAR}/?author=1", "publicKeyPem": "PEM"},
        attachment=[{"type": "PropertyValue", "name": "Blog", "value": "<a href='https://far.example'>far</a>"}, {"type": "Note", "name": "Blog", "content": "far"}],
    ),
    "wordpress_announce": _activity("Announce", _activity("Create", _note(id=f"{FAR}/?p=9"), id=f"{FAR}/?p=9#activity")),
    "bookwyrm_review": _note(type="Review", id=f"{FAR}/user/bob/review/1", name="Good", inReplyToBook=f"{FAR}/book/1", rating="4.0"),
    "strange_note": _note(
        type=["https://www.w3.org/ns/activitystreams#Note", "ext:Thing"], content={"@value": "<p>hi</p>", "@language": "en"}, to=["Public", ["as:Public"], None, 7], attachment=[None, 3],
        published="2026-11-20 10:00:00.123+02:00",
    ),
}
