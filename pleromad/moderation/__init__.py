"""What staff do, and what they see that others do not. Each method asks first whether they may."""

from __future__ import annotations

from pleromad.moderation.access import Access
from pleromad.moderation.announcements import Announcements
from pleromad.moderation.applications import Applications
from pleromad.moderation.desk import ModerationDesk
from pleromad.moderation.emojis import EmojiPacks
from pleromad.moderation.figures import Figures
from pleromad.moderation.hosts import Hosts
from pleromad.moderation.log import Log
from pleromad.moderation.notes import Notes
from pleromad.moderation.reports import Reports
from pleromad.moderation.rules import Rules
from pleromad.moderation.sanctions import Sanctions
from pleromad.moderation.signups import SignUps
from pleromad.moderation.tagging import Tagging
from pleromad.moderation.taxonomies import Taxonomies

__all__ = ["Moderation", "ModerationDesk"]


class Moderation(
    Sanctions, Tagging, Access, Notes, Reports, Hosts, SignUps, Applications, Taxonomies, Announcements, EmojiPacks, Figures, Log, Rules
):
    """`core.moderation`."""
