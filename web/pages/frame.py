"""What all pages have in common: the templates, the frame around a page, its headers, and pages that say no."""

from __future__ import annotations

import hashlib
import re
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pleromad.errors import (
    Forbidden,
    Gone,
    NotFound,
    PleromadError,
    RateLimited,
    StoreUnavailable,
    Unauthenticated,
)
from pleromad.model.account import Account
from web.answers import Headers
from web.auth import csrf, session_of
from web.negotiation import choose
from web.oauth.clients import OAuthError
from web.pages import shown
from web.site import Answer, Request, Site, status_of

if TYPE_CHECKING:
    from pleromad.core import Core

TEMPLATES = Path(__file__).parent.parent / "templates"
STATIC = Path(__file__).parent.parent / "static"

SAFETY: Headers = (
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()"),
)

# What browsers fetch by themselves, in HTML of ours: quotation marks and `>` inside of values are escaped there.
_SHOWN = re.compile(r"<(?:img|video|audio|source)\b[^>]*>")
_SOURCE = re.compile(r'(\s(?:src|poster)=)"([^"]*)"')

_KINDS = (
    ("text/html", "application/xhtml+xml"),
    ("application/json", "application/activity+json", "application/ld+json"),
    ("text/plain",),
)


class Frame:
    def __init__(self, core: Core, site: Site) -> None:
        self.core = core
        self.site = site
        self.styles = _static("pleromad.css")
        self.scripts = {path.name: _static(path.name) for path in STATIC.glob("*.js")}
        self.templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.templates.filters.update(when=shown.when, stamp=shown.stamp, number=shown.number, web=shown.web, day=shown.day, proxied=core.media_proxy.address)
        for name in self.templates.list_templates():
            self.templates.get_template(name)

    async def viewer(self, request: Request) -> Account | None:
        return await session_of(request, self.core)

    async def page(
        self,
        request: Request,
        template: str,
        *,
        title: str,
        viewer: Account | None = None,
        status: int = 200,
        form_action: tuple[str, ...] = (),
        headers: Headers = (),
        **values: Any,
    ) -> Answer:
        """A whole page. `form_action`: where forms may lead besides this site."""
        return self.render(request, template, title, viewer, status, form_action, headers, values)

    def render(
        self,
        request: Request,
        template: str,
        title: str,
        viewer: Account | None,
        status: int,
        form_action: tuple[str, ...],
        headers: Headers,
        values: dict[str, Any],
    ) -> Answer:
        settings = self.core.settings
        token = csrf(request, self.core) if viewer is not None or values.get("form") else ""
        text = self.templates.get_template(template).render(
            title=title,
            site=settings.name,
            settings=settings,
            domain=settings.domain,
            base=self.core.uris.base,
            path=_path(request),
            here=_here(request),
            styles=self.styles,
            viewer=shown.person(viewer) if viewer is not None else None,
            csrf=token,
            now=self.core.clock.now(),
            script_url=self.scripts.get(values.get("script", "")),
            **{"form": False, "head": None, **values},
        )
        if self.core.media_proxy.on:
            text = _SHOWN.sub(self._proxied, text)
        if any(name == "Cache-Control" for name, _ in headers):
            cache: Headers = ()
        else:
            private = viewer is not None or request.cookies_to_send
            cache = (("Cache-Control", "private, no-store" if private else "max-age=0, must-revalidate"),)
        return Answer.html(
            text,
            status,
            (
                ("Content-Security-Policy", self.policy(form_action, script=bool(values.get("script")))),
                ("Vary", "Accept, Cookie"),
                *SAFETY,
                *cache,
                *headers,
            ),
        )

    def _proxied(self, match: re.Match[str]) -> str:
        """A tag that makes the browser fetch something, with the address readers are given for it."""
        address = self.core.media_proxy.address
        return _SOURCE.sub(lambda found: f'{found[1]}"{escape(address(unescape(found[2])))}"', match[0])

    def policy(self, form_action: tuple[str, ...] = (), *, script: bool = False) -> str:
        """No script but on the pages that have one of ours, styles from here; pictures of other servers from where they are, or through us."""
        remote = " https:" if self.core.uris.base.startswith("https:") else " https: http:"
        if self.core.media_proxy.on:
            remote = ""
        forms = " ".join(["'self'", *form_action])
        return (
            f"default-src 'none'; style-src 'self'; manifest-src 'self'; img-src 'self' data:{remote}; media-src 'self'{remote};"
            f" form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
            + ("; script-src 'self'; connect-src 'self'" if script else "")
        )

    def refusal(self, request: Request, error: PleromadError) -> Answer:
        """A refusal where no door has words of its own: a page, or JSON or a line for those who do not read pages."""
        status = error.status if isinstance(error, OAuthError) else status_of(error)
        kind = choose(request.header("accept"), _KINDS, 0 if request.header("accept") else 2)
        if kind == 1:
            return Answer.json({"error": error.public}, status=status)
        if kind == 2 or request.path.startswith(("/media/", "/static/")):
            return Answer.plain(f"{error.public}\n", status=status)
        public = error.public
        if isinstance(error, NotFound) and public == NotFound.default:
            public = "The address leads nowhere, or to something that is not for you."
        values = {"words": _words(error), "public": public, "status": status}
        return self.render(
            request, "error.html", _words(error), None, status, (), (("Cache-Control", "no-store"),), values
        )


def _words(error: PleromadError) -> str:
    """A heading for each kind of refusal."""
    match error:
        case Gone():
            return "This was here"
        case NotFound():
            return "There is nothing here"
        case Unauthenticated():
            return "Please log in"
        case Forbidden():
            return "This is not for you"
        case RateLimited():
            return "Not so fast"
        case StoreUnavailable():
            return "Back in a moment"
        case OAuthError():
            return "The application asked wrongly"
        case _ if type(error) is PleromadError:
            return "Something broke"
    return "That did not work"


def _here(request: Request) -> str:
    """This page's own address, with what pages the list: where a form comes back to."""
    kept = [(name, value) for name, value in request.query if name in ("max_id", "min_id", "with", "type")]
    return _path(request) + (f"?{urlencode(kept)}" if kept else "")


def _path(request: Request) -> str:
    return quote(request.path, safe="/@:~!$&'()*+,;=")


def _static(name: str) -> str:
    """Where a file of ours is; another address when it changes, so that it may be kept for ever."""
    return f"/static/{name}?{_mark(STATIC / name)}"


def _mark(path: Path) -> str:
    """Changes with the file, so that browsers may keep it for ever."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
