from __future__ import annotations

from pleromad.model.activity import Announce, Like, Update
from pleromad.model.note import NoteDraft, Visibility
from pleromad.model.notification import Chosen
from pleromad.model.page import Page
from tests.support.core import CoreCase


