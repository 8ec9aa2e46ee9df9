"""Wiring of the pages: templates, routes, and the words for refusals that no other door has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from web.oauth.consent import Consent
from web.oauth.tokens import Tokens
from web.pages.about import About
from web.pages.acting import Acting
from web.pages.entering import Entering
from web.pages.files import Files
from web.pages.frame import Frame
from web.pages.reading import Reading
from web.site import Site

if TYPE_CHECKING:
    from pleromad.core import Core


def build(core: Core, site: Site, reactor: Any) -> None:
    """Register the pages and OAuth with the site. There is nothing to start or stop."""
    frame = Frame(core, site)
    site.errors("", frame.refusal)
    Reading(core, site, frame)
    Acting(core, site, frame)
    Entering(core, site, frame)
    About(core, site, frame)
    Files(core, site)
    Tokens(core, site).register()
    Consent(core, site, frame)
