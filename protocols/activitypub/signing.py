"""Sign what goes out: as the actor whose activity it is, or for fetches as the instance's own actor."""

from __future__ import annotations

from collections.abc import Mapping

from pleromad.core import Core
from protocols.activitypub import signatures
from web.client import Sign


class Pens:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._instance_id: int | None = None

    async def of(self, account_id: int) -> Sign:
        """Raises NotFound for whom we have no key."""
        key_id, pem = await self._core.accounts.signing_key(account_id)
        private = signatures.private_key(pem)

        def sign(method: str, host: str, path: str, body: bytes | None) -> Mapping[str, str]:
            now = self._core.clock.now()
            return signatures.sign(private, key_id, method=method, host=host, path=path, body=body, now=now)

        return sign

    async def instance(self) -> Sign:
        if self._instance_id is None:
            self._instance_id = (await self._core.accounts.instance_actor()).id
        return await self.of(self._instance_id)
