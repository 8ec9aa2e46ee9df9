"""S23: a quote is shown only where the quoted author's own server says that it may."""

from __future__ import annotations

from typing import Any

from pleromad.errors import Unreachable
from tests.security.case import HostileCase


class QuoteTests(HostileCase):
    async def quoted_by(self, stamp: dict[str, Any] | None, number: int, *, at: str = "") -> str:
        """bob on `far` quotes joe's note of a third server, with this stamp; the state here."""
        document = self.far.note(self.bob, number, quote=self.note["id"], **({"quoteAuthorization": at or stamp["id"]} if stamp else {}))
        await self.resolver.note(document["id"], None)
        return str(await self.here.database.fetch_value(
            "SELECT q.state FROM quotes q JOIN notes n ON n.id = q.note_id WHERE n.uri = %s", (document["id"],)
        ))  # fmt: skip

    def stamp(self, number: int, **more: Any) -> dict[str, Any]:
        """A good one, but for `more`."""
        stamp = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{self.third.url}/stamps/{number}",
            "type": "QuoteAuthorization",
            "attributedTo": self.joe,
            "interactingObject": f"{self.far.url}/notes/{number}",
            "interactionTarget": self.note["id"],
            **more,
        }
        self.third.put(f"/stamps/{number}", stamp)
        return stamp

    async def test_s23_stamps_that_are_none(self) -> None:
        self.third = await self.peer()
        self.joe = self.third.person("joe")
        asks = {"canQuote": {"automaticApproval": [], "manualApproval": [self.joe]}}
        self.note = self.third.note(self.joe, 1, interactionPolicy=asks)
        self.assertEqual(await self.quoted_by(None, 10), "pending")
        self.assertEqual(await self.quoted_by(self.stamp(11, interactingObject=f"{self.far.url}/notes/99"), 11), "pending")
        self.assertEqual(await self.quoted_by(self.stamp(12, interactionTarget=f"{self.third.url}/notes/99"), 12), "pending")
        self.assertEqual(await self.quoted_by(self.stamp(13, attributedTo=self.bob), 13), "pending")
        self.assertEqual(await self.quoted_by(self.stamp(14, type="Note"), 14), "pending")
        # On the quoting server, which says what it likes.
        forged = {**self.stamp(15), "id": f"{self.far.url}/stamps/15"}
        self.far.put("/stamps/15", forged)
        self.assertEqual(await self.quoted_by(forged, 15), "pending")
        self.assertEqual(await self.quoted_by({"id": f"{self.third.url}/stamps/absent"}, 16), "pending")
        self.assertEqual(await self.quoted_by(self.stamp(17), 17), "accepted")

    async def test_what_cannot_be_known_now_is_asked_again(self) -> None:
        self.third = await self.peer()
        self.joe = self.third.person("joe")
        self.note = self.third.note(self.joe, 1, interactionPolicy={"canQuote": {"automaticApproval": [], "manualApproval": [self.joe]}})
        stamp = self.stamp(30)
        self.third.put("/stamps/30", stamp, status=503)
        self.assertEqual(await self.quoted_by(stamp, 30), "pending")
        self.assertIs(await self.failure(self.threads.requote(f"{self.far.url}/notes/30")), Unreachable)
        self.stamp(30)
        self.fetcher.forget(stamp["id"])
        await self.here.database.execute("UPDATE jobs SET run_at = now() WHERE kind = 'fetch'")
        self.here.core.jobs.wake()

        async def accepted() -> bool:
            return await self.quoted_by(stamp, 30) == "accepted"

        await self.until(accepted, "the stamp is seen")
        # The same of what is quoted.
        late = self.third.note(self.joe, 2)
        self.third.put("/notes/2", late, status=503)
        self.note = late
        self.assertEqual(await self.quoted_by(None, 31), "pending")
        self.third.put("/notes/2", late)
        self.fetcher.forget(late["id"])
        await self.threads.requote(f"{self.far.url}/notes/31")
        self.assertEqual(await self.quoted_by(None, 31), "accepted")

    async def test_what_has_an_answer_is_not_asked_again(self) -> None:
        self.third = await self.peer()
        self.joe = self.third.person("joe")
        self.note = self.third.note(self.joe, 1, interactionPolicy={"canQuote": {"automaticApproval": [], "manualApproval": [self.joe]}})
        self.assertEqual(await self.quoted_by({"id": f"{self.third.url}/stamps/absent"}, 40), "pending")
        self.assertEqual(await self.count("jobs WHERE kind = 'fetch'"), 0)

    @property
    def threads(self) -> Any:
        return self.resolver._door.threads

    async def test_s23_what_is_not_public_is_quoted_by_nobody_else(self) -> None:
        self.third = await self.peer()
        self.joe = self.third.person("joe")
        self.note = self.third.note(self.joe, 1)
        await self.resolver.note(self.note["id"], None)
        await self.here.database.execute("UPDATE notes SET visibility = 'private' WHERE uri = %s", (self.note["id"],))
        self.assertEqual(await self.quoted_by(self.stamp(20), 20), "pending")
