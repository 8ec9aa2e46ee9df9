"""Who may see the timelines of everybody: what staff opened to visitors, to people here, or to nobody but themselves."""

from __future__ import annotations

from dataclasses import dataclass

from pleromad.errors import Unauthenticated
from pleromad.model.account import Role
from pleromad.model.moderation import Permission, may
from pleromad.reading.shelf import Reader
from store import users as user_rows

NEEDS_PERSON = "This method requires an authenticated user"


@dataclass(frozen=True, slots=True)
class Parts:
    """Which notes of a timeline somebody gets: those written here, those of other servers."""

    local: bool
    remote: bool

    @property
    def none(self) -> bool:
        return not (self.local or self.remote)


class VisitorReading(Reader):
    async def open_parts(self, viewer: int | None, local_access: str, remote_access: str, wanted: Parts, *, narrow: bool = False) -> Parts:
        """What of `wanted` the viewer gets. Visitors get all or Unauthenticated; `narrow`: those parts that are open to them, if any."""
        access = (local_access, remote_access)
        if all(one == "public" for one in access):
            return wanted
        if viewer is None:
            found = Parts(wanted.local and local_access == "public", wanted.remote and remote_access == "public")
            if found.none or (found != wanted and not narrow):
                raise Unauthenticated(NEEDS_PERSON)
            return found
        if "disabled" not in access:
            return wanted
        role = await user_rows.role(self._database, viewer)
        if may(Role(role) if role else None, Permission.VIEW_FEEDS):
            return wanted
        return Parts(wanted.local and local_access != "disabled", wanted.remote and remote_access != "disabled")

    async def open_timeline(self, viewer: int | None, wanted: Parts, *, narrow: bool = False) -> Parts:
        visitors = self._shelf.settings.visitors
        return await self.open_parts(viewer, visitors.local_timeline, visitors.remote_timeline, wanted, narrow=narrow)

    async def open_tags(self, viewer: int | None, wanted: Parts, *, narrow: bool = False) -> Parts:
        visitors = self._shelf.settings.visitors
        return await self.open_parts(viewer, visitors.local_tags, visitors.remote_tags, wanted, narrow=narrow)

    async def open_trends(self, viewer: int | None) -> bool:
        access = self._shelf.settings.visitors.trends
        return not (await self.open_parts(viewer, access, access, Parts(True, True))).none
