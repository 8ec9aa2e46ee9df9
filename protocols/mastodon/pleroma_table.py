"""The endpoints of Pleroma's own API; `table.ROWS` has each also without /v1, as Pleroma-FE mixes the two."""

from __future__ import annotations

from pleromad.model.moderation import Permission
from protocols.mastodon.door import Access, NoForm, Row
from protocols.mastodon.endpoints.admin import settings
from protocols.mastodon.entities.pleroma_admin import ConfigDescription, Configs

STAFF = Access.STAFF
SETTINGS = Permission.MANAGE_SETTINGS

ADMIN = (
    Row("GET", "/api/v1/pleroma/admin/config", settings.show, STAFF, "admin:read", Configs, settings.ConfigForm, needs=SETTINGS),
    Row("POST", "/api/v1/pleroma/admin/config", settings.change, STAFF, "admin:write", Configs, settings.ChangesForm, needs=SETTINGS),
    Row("GET", "/api/v1/pleroma/admin/config/descriptions", settings.descriptions, STAFF, "admin:read", list[ConfigDescription], NoForm, needs=SETTINGS),
)

PLEROMA: tuple[Row, ...] = ADMIN
