"""Files: pictures of people, our own style and icons, robots.txt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pleromad.errors import NotFound
from web.answers import Headers
from web.pages.frame import STATIC
from web.site import Answer, Request, Site

if TYPE_CHECKING:
    from pleromad.core import Core

FOR_EVER: Headers = (("Cache-Control", "public, max-age=31536000, immutable"),)
# What people upload is never run or embedded as a page of this site.
UPLOADED: Headers = (
    *FOR_EVER,
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; sandbox"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Access-Control-Allow-Origin", "*"),
)
SHOWN = ("image/", "video/", "audio/")

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".png": "image/png",
}

ROBOTS = """User-agent: *
Disallow: /api/
Disallow: /oauth/
Disallow: /log-in
Disallow: /sign-up
Disallow: /home
Disallow: /notifications
Disallow: /settings
Disallow: /forgotten
Disallow: /new-password/
Disallow: /confirm
Disallow: /act/
"""


class Files:
    def __init__(self, core: Core, site: Site) -> None:
        self.core = core
        site.route("GET", "/media/<path:path>", self.media)
        site.route("GET", "/static/<name>", self.static)
        site.route("GET", "/static/stickers.json", self.stickers)
        site.route("GET", "/favicon.png", self.favicon_png)
        site.route("GET", "/favicon.ico", self.favicon)
        site.route("GET", "/robots.txt", self.robots)
        site.route("GET", "/manifest", self.manifest)
        site.route("GET", "/manifest.json", self.manifest)

    async def media(self, request: Request) -> Answer:
        """A picture, film or sound; anything else, and SVG, which can hold scripts, only to be saved."""
        path, media_type = self.core.media.open(request.params["path"])
        headers = UPLOADED
        if not media_type.startswith(SHOWN) or "svg" in media_type:
            headers += (("Content-Disposition", "attachment"),)
        return Answer.file(path, media_type, headers)

    async def static(self, request: Request) -> Answer:
        name = request.params["name"]
        path = STATIC / name
        if path.suffix not in TYPES or path.parent != STATIC or not path.is_file():
            raise NotFound
        headers = FOR_EVER if request.query else (("Cache-Control", "public, max-age=86400"),)
        return Answer.file(path, TYPES[path.suffix], headers)

    async def favicon(self, request: Request) -> Answer:
        return Answer.file(
            STATIC / "favicon.ico", TYPES[".ico"], (("Cache-Control", "public, max-age=86400"),)
        )

    async def favicon_png(self, request: Request) -> Answer:
        """Where Pleroma has it."""
        return Answer.file(STATIC / "icon.png", TYPES[".png"], (("Cache-Control", "public, max-age=86400"),))

    async def manifest(self, request: Request) -> Answer:
        """The web app manifest (W3C), with which browsers put the pages on a home screen."""
        instance = self.core.settings.instance
        value = {
            "id": "/home",
            "name": instance.name,
            "short_name": instance.name,
            "start_url": "/home",
            "scope": "/",
            "display": "standalone",
            "icons": [{"src": "/static/icon.png", "sizes": "512x512", "type": "image/png"}],
        }
        headers = (("Cache-Control", "public, max-age=180"),)
        return Answer.json(value, media_type="application/manifest+json; charset=utf-8", headers=headers)

    async def stickers(self, request: Request) -> Answer:
        """Pleroma's front-ends ask for packs of them: there are none."""
        return Answer.json({}, headers=(("Cache-Control", "public, max-age=86400"),))

    async def robots(self, request: Request) -> Answer:
        return Answer.plain(ROBOTS)
