"""A peer made with bovine: one actor that is shown to signed requests only, does what it is told on /lab, and tells there what it heard.

bovine_peer.py PORT CERTIFICATE KEY, with the Python that has bovine.
"""

from __future__ import annotations

import json
import ssl
import sys
import traceback
from typing import Any

from aiohttp import ClientError, ClientSession, web
from bovine import BovineActor
from bovine.activitystreams import factories_for_actor_object
from bovine.clients import lookup_uri_with_webfinger
from bovine.crypto import build_validate_http_signature_raw, generate_rsa_public_private_key
from bovine.crypto.types import CryptographicIdentifier

PORT = sys.argv[1]
ORIGIN = f"https://localhost:{PORT}"
ME = f"{ORIGIN}/users/bob"
JSON = "application/activity+json"


class Peer:
    def __init__(self) -> None:
        self.log: list[dict[str, Any]] = []
        self.documents: dict[str, dict[str, Any]] = {}
        self.followers: list[str] = []
        self.number = 0
        self.check = build_validate_http_signature_raw(self.key)

    async def start(self, app: web.Application) -> None:
        self.session = ClientSession()
        await self.rotate()

    async def rotate(self) -> dict[str, Any]:
        self.public, self.private = generate_rsa_public_private_key()
        self.actor = BovineActor(actor_id=ME, public_key_url=f"{ME}#main-key", secret=self.private)
        await self.actor.init(session=self.session)
        self.activities, self.objects = factories_for_actor_object(self.document())
        return {}

    def document(self) -> dict[str, Any]:
        return {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": ME, "type": "Person", "preferredUsername": "bob", "name": "Bob of bovine",
            "inbox": f"{ORIGIN}/endpoints/in", "outbox": f"{ORIGIN}/endpoints/out", "followers": f"{ORIGIN}/endpoints/followers",
            "publicKey": {"id": f"{ME}#main-key", "owner": ME, "publicKeyPem": self.public},
        }  # fmt: skip

    async def key(self, key_id: str) -> CryptographicIdentifier | None:
        document = await self.actor.get(key_id.partition("#")[0], fail_silently=True)
        return CryptographicIdentifier.from_public_key(document["publicKey"]) if document else None

    async def signer(self, request: web.Request) -> str | None:
        async def body() -> bytes:
            return await request.read()

        headers = {name.lower(): value for name, value in request.headers.items()}
        return await self.check(request.method.lower(), f"{ORIGIN}{request.path_qs}", headers, body)

    # ---- what others see

    async def finger(self, request: web.Request) -> web.Response:
        subject = f"acct:bob@localhost:{PORT}"
        links = [{"rel": "self", "type": JSON, "href": ME}]
        return web.json_response({"subject": subject, "links": links}, content_type="application/jrd+json")

    async def get(self, request: web.Request) -> web.Response:
        if await self.signer(request) is None:
            return web.Response(status=401)
        document = self.document() if request.path == "/users/bob" else self.documents.get(request.path)
        return web.json_response(document, content_type=JSON) if document else web.Response(status=404)

    async def inbox(self, request: web.Request) -> web.Response:
        signer = await self.signer(request)
        if signer is None:
            return web.Response(status=401)
        activity = json.loads(await request.read())
        if activity["actor"] != signer:
            return web.Response(status=403)
        inner = activity.get("object")
        self.log.append({
            "type": activity["type"], "id": activity["id"], "actor": signer,
            "object": inner["id"] if isinstance(inner, dict) else inner,
            "objectType": inner.get("type") if isinstance(inner, dict) else None,
            "content": inner.get("content") if isinstance(inner, dict) else None,
        })  # fmt: skip
        if activity["type"] == "Follow":
            self.followers.append(signer)
            accept = self.activities.accept(activity["id"]).build()
            await self.send(signer, {**accept, "to": [signer], "object": activity})
        return web.Response(status=202)

    # ---- what it is told

    async def order(self, request: web.Request) -> web.Response:
        given = json.loads(await request.read() or b"{}")
        work = getattr(self, f"do_{request.match_info['what']}")
        try:
            return web.json_response(await work(**given))
        except (ClientError, LookupError, TypeError, ValueError, AssertionError, AttributeError):
            return web.Response(status=500, text=traceback.format_exc())

    async def send(self, to: str, activity: dict[str, Any]) -> dict[str, Any]:
        inbox = (await self.actor.get(to))["inbox"]
        self.number += 1
        activity = {**activity, "id": f"{ORIGIN}/activities/{self.number}"}
        await self.actor.post(inbox, activity)
        inner = activity.get("object")
        return {"id": activity["id"], "object": inner["id"] if isinstance(inner, dict) else inner}

    async def who(self, handle: str) -> str:
        if not handle.startswith("@"):
            return handle
        uri, _ = await lookup_uri_with_webfinger(self.session, "acct:" + handle[1:])
        assert uri is not None
        return uri

    async def do_log(self) -> Any:
        return self.log

    async def do_lookup(self, query: str) -> Any:
        found = await self.actor.get(await self.who(query))
        return {"id": found["id"], "type": found["type"]}

    async def do_follow(self, who: str) -> Any:
        uri = await self.who(who)
        return await self.send(uri, self.activities.follow(uri).build())

    async def do_note(self, who: str, content: str, inReplyTo: str | None) -> Any:
        uri = await self.who(who)
        self.number += 1
        path = f"/objects/{self.number}"
        note = self.objects.note(content=content, in_reply_to=inReplyTo, cc={uri}, id=ORIGIN + path).as_public().build()
        self.documents[path] = note
        return await self.send(uri, self.activities.create(note).build())

    async def do_edit(self, who: str, note: str, content: str) -> Any:
        path = note.removeprefix(ORIGIN)
        self.documents[path] = {**self.documents[path], "content": content, "updated": "2099-01-01T00:00:00Z"}
        return await self.send(await self.who(who), self.activities.update(self.documents[path]).build())

    async def do_delete(self, who: str, note: str) -> Any:
        self.documents.pop(note.removeprefix(ORIGIN))
        return await self.send(await self.who(who), self.activities.delete(note).as_public().build())

    async def do_like(self, who: str, note: str) -> Any:
        uri = await self.who(who)
        return await self.send(uri, self.activities.like(note).build())

    async def do_boost(self, who: str, note: str) -> Any:
        return await self.send(await self.who(who), self.activities.announce(note).as_public().build())

    async def do_unlike(self, who: str, note: str, id: str) -> Any:
        return await self.undo(who, {"type": "Like", "id": id, "actor": ME, "object": note})

    async def do_unboost(self, who: str, note: str, id: str) -> Any:
        return await self.undo(who, {"type": "Announce", "id": id, "actor": ME, "object": note})

    async def undo(self, who: str, done: dict[str, Any]) -> Any:
        uri = await self.who(who)
        return await self.send(uri, {**self.activities.undo(done["id"]).build(), "object": done})

    async def do_rotate(self) -> Any:
        return await self.rotate()


def main() -> None:
    peer = Peer()
    app = web.Application()
    app.on_startup.append(peer.start)
    app.add_routes([
        web.get("/.well-known/webfinger", peer.finger),
        web.post("/lab/{what}", peer.order),
        web.post("/endpoints/in", peer.inbox),
        web.get("/{path:.*}", peer.get),
    ])  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    web.run_app(app, host="127.0.0.1", port=int(PORT), ssl_context=context, print=lambda _: print("ready", flush=True))


main()
