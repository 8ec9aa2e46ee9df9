"""What staff do, and what they see that others do not. Each method asks first whether they may."""

from __future__ import annotations

from pleromad.moderation.announcements import Announcements
from pleromad.moderation.desk import ModerationDesk
from pleromad.moderation.figures import Figures
from pleromad.moderation.hosts import Hosts
from pleromad.moderation.log import Log
from pleromad.moderation.reports import Reports
from pleromad.moderation.sanctions import Sanctions
from pleromad.moderation.settings import SettingsDesk
from pleromad.moderation.signups import SignUps
from pleromad.moderation.taxonomies import Taxonomies

__all__ = ["Moderation", "ModerationDesk"]


class Moderation(Sanctions, Reports, Hosts, SignUps, Taxonomies, Announcements, Figures, Log, SettingsDesk):
    """`core.moderation`."""
