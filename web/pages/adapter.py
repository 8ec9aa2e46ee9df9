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
from web.pages.links import Links
from web.pages.proxied import Proxied
from web.pages.reading import Reading
from web.pages.remote import Remote
from web.pages.rooms import Rooms
from web.pages.settings.data import Data
from web.pages.settings.log_in import AppPasswords, Password, Sessions
from web.pages.settings.moving import Leave, Moving
from web.pages.settings.preferences import Preferences
from web.pages.settings.profile import Profile
from web.pages.settings.section import Section
from web.pages.settings.server import Server
from web.pages.settings.staff import Staff
from web.pages.settings.two_factor import TwoFactor
from web.site import Site

if TYPE_CHECKING:
    from pleromad.core import Core

SECTIONS: tuple[type[Section], ...] = (
    Profile,
    Preferences,
    Password,
    TwoFactor,
    AppPasswords,
    Sessions,
    Data,
    Moving,
    Leave,
    Staff,
    Server,
)


def build(core: Core, site: Site, reactor: Any) -> None:
    """Register the pages and OAuth with the site. There is nothing to start or stop."""
    frame = Frame(core, site)
    site.errors("", frame.refusal)
    Reading(core, site, frame)
    Rooms(core, site, frame)
    Acting(core, site, frame)
    Entering(core, site, frame)
    Links(core, site, frame)
    Remote(core, site, frame)
    for section in SECTIONS:
        section(core, site, frame)
    About(core, site, frame)
    Files(core, site)
    Proxied(core, site, reactor)
    Tokens(core, site).register()
    Consent(core, site, frame)
