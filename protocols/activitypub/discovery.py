"""How others find us: WebFinger (RFC 7033; JRD and XRD), host-meta (RFC 6415), NodeInfo 2.0 and 2.1."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlsplit

import pleromad
from pleromad.core import Core
from pleromad.errors import Invalid, NotFound
from pleromad.features import features
from pleromad.hosts import ascii_host
from pleromad.model.account import Account, ActorType
from pleromad.sections import Settings
from protocols.activitypub.errors import answering
from protocols.activitypub.software import FEATURE, ROOMS
from protocols.activitypub.vocabulary import ACTIVITY_JSON, LD_PROFILE
from web.answers import Answer
from web.request import Request
from web.site import Site

JRD = "application/jrd+json"
XRD = "application/xrd+xml"
XRD_NAMESPACE = "http://docs.oasis-open.org/ns/xri/xrd-1.0"
NODEINFO = "http://nodeinfo.diaspora.software/ns/schema"
CACHED = (("Cache-Control", "public, max-age=600"),)


class Discovery:
    def __init__(self, core: Core, site: Site) -> None:
        self._core = core
        self._site = site
        site.represent("/.well-known/webfinger", f"{JRD}, application/json", answering(self.jrd), default=True)
        site.represent("/.well-known/webfinger", f"{XRD}, application/xml, text/xml", answering(self.xrd))
        site.route("GET", "/.well-known/host-meta", self.host_meta)
        site.route("GET", "/.well-known/host-meta.json", self.host_meta_json)
        site.route("GET", "/.well-known/nodeinfo", self.nodeinfo_links)
        site.route("GET", "/nodeinfo/<version>", answering(self.nodeinfo))
        site.cors("/.well-known/webfinger", "/.well-known/host-meta", "/.well-known/nodeinfo", "/nodeinfo/")

    # ---- WebFinger

    async def jrd(self, request: Request) -> Answer:
        account = await self._meant(request)
        wanted = {value for name, value in request.query if name == "rel"}
        links = [link for link in self._links(account) if not wanted or link.get("rel") in wanted]
        document = {"subject": self._subject(account), "aliases": self._aliases(account), "links": links}
        return Answer.json(document, media_type=f"{JRD}; charset=utf-8", headers=CACHED)

    async def xrd(self, request: Request) -> Answer:
        account = await self._meant(request)
        lines = [f"  <Subject>{escape(self._subject(account))}</Subject>"]
        lines += [f"  <Alias>{escape(alias)}</Alias>" for alias in self._aliases(account)]
        for link in self._links(account):
            attributes = "".join(f' {name}="{escape(str(value))}"' for name, value in link.items() if isinstance(value, str))
            lines.append(f"  <Link{attributes}/>")
        return _xrd_answer(lines)

    async def _meant(self, request: Request) -> Account:
        """Raises Invalid without a resource, NotFound for what is not ours, Gone for who was deleted."""
        resource = (request.first("resource") or "").strip()
        if not resource or len(resource) > 1_000:
            raise Invalid("Which resource?")
        name = self._name_in(resource)
        if name is None:
            return await self._core.accounts.instance_actor()
        account = await self._core.reading.account_by_handle(name)
        if not account.local or account.suspended:
            raise NotFound
        return account

    def _name_in(self, resource: str) -> str | None:
        """The username meant; None for the server itself (FEP-d556). Raises NotFound."""
        core = self._core
        base = core.uris.base
        if resource.rstrip("/") in (base, core.uris.instance_actor):
            return None
        if core.uris.ours(resource):
            path = resource[len(base) :].partition("?")[0].partition("#")[0].rstrip("/")
            for prefix in ("/users/", "/@", "/rooms/"):
                name = path.removeprefix(prefix)
                if name != path and name and "/" not in name:
                    return name
            raise NotFound
        acct = resource.removeprefix("acct:").removeprefix("@").lstrip("!")
        name, _, host = acct.rpartition("@")
        try:
            host = ascii_host(host)
        except ValueError:
            raise NotFound from None
        if not name or host not in (core.settings.domain, urlsplit(core.settings.http.public_url).netloc.lower()):
            raise NotFound
        return name

    def _subject(self, account: Account) -> str:
        return f"acct:{account.username}@{self._core.settings.domain}"

    def _aliases(self, account: Account) -> list[str]:
        return list(dict.fromkeys([account.uri, account.url]))

    def _links(self, account: Account) -> list[dict[str, Any]]:
        links: list[dict[str, Any]] = [
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": account.url},
            {"rel": "self", "type": ACTIVITY_JSON, "href": account.uri},
            {"rel": "self", "type": LD_PROFILE, "href": account.uri},
        ]
        if account.type is not ActorType.APPLICATION:
            if self._core.settings.federation.enabled:
                subscribe = f"{self._core.uris.base}/authorize_interaction?uri={{uri}}"
                links.append({"rel": "http://ostatus.org/schema/1.0/subscribe", "template": subscribe})
            if account.avatar_url:
                links.append({"rel": "http://webfinger.net/rel/avatar", "href": account.avatar_url})
            for more in self._site.webfinger_links:
                links += [dict(link) for link in more(account)]
        return links

    # ---- host-meta

    async def host_meta(self, request: Request) -> Answer:
        return _xrd_answer([f'  <Link rel="lrdd" type="{XRD}" template="{escape(self._template())}"/>'])

    async def host_meta_json(self, request: Request) -> Answer:
        links = [{"rel": "lrdd", "type": JRD, "template": self._template()}]
        return Answer.json({"links": links}, media_type=f"{JRD}; charset=utf-8", headers=CACHED)

    def _template(self) -> str:
        return f"{self._core.uris.base}/.well-known/webfinger?resource={{uri}}"

    # ---- NodeInfo

    async def nodeinfo_links(self, request: Request) -> Answer:
        links = [
            {"rel": f"{NODEINFO}/{version}", "href": f"{self._core.uris.base}/nodeinfo/{version}"} for version in ("2.0", "2.1")
        ]
        links.append({"rel": "https://www.w3.org/ns/activitystreams#Application", "href": self._core.uris.instance_actor})  # FEP-2677
        return Answer.json({"links": links}, media_type=f"{JRD}; charset=utf-8", headers=CACHED)

    async def nodeinfo(self, request: Request) -> Answer:
        version = request.params["version"].removesuffix(".json")
        if version not in ("2.0", "2.1"):
            raise NotFound
        settings = self._core.settings
        counts = await self._core.reading.counts()
        software = {"name": "pleromad", "version": pleromad.__version__}
        document = {
            "version": version,
            "software": software,
            "protocols": ["activitypub"],
            "services": {"inbound": [], "outbound": []},
            "openRegistrations": settings.instance.registrations == "open",
            "usage": {
                "users": {"total": counts.people, "activeMonth": counts.active_month, "activeHalfyear": counts.active_halfyear},
                "localPosts": counts.notes,
            },
            "metadata": {
                "nodeName": settings.name,
                "upstream": {"name": "mastodon"},  # the API that megalodon (Whalebird) shall speak
                "nodeDescription": settings.instance.description,
                "federation": {**self._core.activities.policies.describe(), "enabled": settings.federation.enabled},
                **_metadata(settings),
                "staffAccounts": [account.uri for account in await self._core.reading.staff()],
            },
        }
        media_type = f'application/json; profile="{NODEINFO}/{version}#"; charset=utf-8'
        return Answer.json(document, media_type=media_type, headers=CACHED)


def _metadata(settings: Settings) -> dict[str, Any]:
    """What Pleroma tells besides, which its front-ends read at start."""
    polls, profiles, media = settings.polls, settings.profiles, settings.media
    return {
        "features": [*features(settings), *([FEATURE, ROOMS] if settings.federation.groups else [])],
        "private": settings.visitors.local_timeline != "public",
        "postFormats": list(settings.posts.formats),
        "uploadLimits": {
            "general": media.max_video_bytes,
            "avatar": media.max_image_bytes,
            "banner": media.max_image_bytes,
            "background": media.max_image_bytes,
        },
        "pollLimits": {
            "max_options": polls.max_options,
            "max_option_chars": polls.max_option_characters,
            "min_expiration": polls.min_seconds,
            "max_expiration": polls.max_seconds,
        },
        "fieldsLimits": {
            "maxFields": profiles.max_fields,
            "maxRemoteFields": 20,
            "nameLength": profiles.max_field,
            "valueLength": profiles.max_field,
        },
        "accountActivationRequired": settings.mail.on,
        "accountApprovalRequired": settings.instance.registrations == "approval",
        "invitesEnabled": settings.instance.registrations == "invite",
        "mailerEnabled": settings.mail.on,
        "restrictedNicknames": [],
        "skipThreadContainment": True,
        "suggestions": {"enabled": False},  # with it Pleroma-FE shows three people, and fails where there are fewer
    }


def _xrd_answer(lines: list[str]) -> Answer:
    text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', f'<XRD xmlns="{XRD_NAMESPACE}">', *lines, "</XRD>", ""])
    return Answer(200, text.encode(), f"{XRD}; charset=utf-8", CACHED)

