"""A server of ours and a hostile one on loopback; what came of an attack is counted in the database."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from pleromad.errors import PleromadError
from pleromad.model.activity import Follow
from protocols.activitypub import signatures
from protocols.activitypub.fetching import Fetcher
from tests.protocols.activitypub.test_inbox import InboxCase
from tests.support.peer import ACTIVITY_JSON, Peer

USUAL = ("(request-target)", "host", "date", "digest")


class HostileCase(InboxCase):
    """alice lives here, bob on `far`."""

    @property
    def resolver(self) -> Any:
        assert self.here.core.resolver is not None
        return self.here.core.resolver

    @property
    def fetcher(self) -> Fetcher:
        fetcher: Fetcher = self.resolver._door.fetcher
        return fetcher

    async def failure(self, work: Any) -> type[BaseException] | None:
        try:
            await work
        except PleromadError as error:
            return type(error)
        return None

    async def count(self, table: str) -> int:
        return int(await self.here.database.fetch_value(f"SELECT count(*) FROM {table}"))

    async def stored(self) -> tuple[int, ...]:
        """How much there is of all that another server could bring in."""
        return tuple([await self.count(table) for table in ("notes", "accounts", "activities", "follows", "notifications", "media")])

    async def content(self, uri: str) -> str:
        """What the note says as it is stored; '' when it is not."""
        return str(await self.here.database.fetch_value("SELECT content FROM notes WHERE uri = %s", (uri,)) or "")

    async def follow_of_group(self, group: str) -> None:
        """alice follows a group on `far`, which accepts."""
        known = await self.resolver.account(group)
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=known.id))
        await self.quiet(self.here)
        follow = self.far.received("Follow")[-1]
        self.assertEqual(await self.send({**self.activity("Accept", follow, 900), "actor": group}, by=group), 202)

    def signed(
        self,
        peer: Peer,
        by: str,
        body: bytes,
        *,
        names: Sequence[str] = USUAL,
        algorithm: str = "rsa-sha256",
        at: datetime | None = None,
        more: str = "",
        url: str = "",
        key_id: str = "",
        values: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """Headers of a POST to our inbox whose signature fits, over just `names`."""
        moment = at or datetime.now(UTC)
        parts = urlsplit(url or self.inbox)
        headers = {"Date": format_datetime(moment, usegmt=True), "Digest": signatures.digest_of(body), "Content-Type": ACTIVITY_JSON}
        known = {
            "(request-target)": f"post {parts.path}",
            "(created)": str(int(moment.timestamp())),
            "host": parts.netloc,
            **{name.lower(): value for name, value in headers.items()},
            **(values or {}),
        }
        text = "\n".join(f"{name}: {known[name]}" for name in names)
        private = signatures.private_key(peer.pairs[by].private)
        made = base64.b64encode(private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
        headers["Signature"] = (
            f'keyId="{key_id or by + "#main-key"}",algorithm="{algorithm}",headers="{" ".join(names)}",signature="{made}"{more}'
        )
        return headers

    async def post_signed(self, peer: Peer, by: str, activity: Any, *, sent: bytes | None = None, extra: Mapping[str, str] | None = None, **how: Any) -> tuple[int, bytes]:
        """POST with a signature made to measure. `sent`: other bytes than those that were signed."""
        body = json.dumps(activity).encode()
        headers = {**self.signed(peer, by, body, **how), **(extra or {})}
        answer = await peer.send("POST", self.inbox, headers, body if sent is None else sent)
        await self.quiet(self.here)
        return answer
