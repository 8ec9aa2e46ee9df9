"""Web Push: which app of a person is told of what, and the key pair this server is known by to push services."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Collection

from cryptography.hazmat.primitives.asymmetric import ec

from pleromad.errors import Invalid, NotFound
from pleromad.model.push import POLICIES, PushKeys, PushSubscription, VapidKey
from pleromad.personal.desk import Keeper, PersonalDesk
from store import push as push_rows

MAX_ENDPOINT = 2_000
SECRET_BYTES = 16
POINT_BYTES = 65


class Push(Keeper):
    def __init__(self, desk: PersonalDesk) -> None:
        super().__init__(desk)
        self._vapid: VapidKey | None = None

    async def vapid_key(self) -> VapidKey:
        """Made once for all daemons and for ever: subscriptions are bound to it."""
        if self._vapid is None:
            self._vapid = await push_rows.vapid_key(self._database) or await push_rows.vapid_key(self._database, new_vapid_key())
            assert self._vapid is not None
        return self._vapid

    async def subscribe(
        self,
        viewer: int,
        token_id: int,
        access_token: str,
        *,
        endpoint: str,
        keys: PushKeys,
        standard: bool,
        alerts: Collection[str],
        policy: str = "all",
    ) -> PushSubscription:
        """In place of the one the token had. Whether the endpoint may be called at all was asked by the door. Raises Invalid."""
        check_keys(keys)
        if not endpoint or len(endpoint) > MAX_ENDPOINT:
            raise Invalid("Validation failed: Endpoint is not a valid URL", field="subscription[endpoint]")
        _check_policy(policy)
        made = PushSubscription(
            id=await self._ids.mint(),
            token_id=token_id,
            account_id=viewer,
            endpoint=endpoint,
            keys=keys,
            standard=standard,
            alerts=frozenset(alerts),
            policy=policy,
            access_token=access_token,
        )
        await push_rows.put(self._database, made)
        return made

    async def subscription(self, token_id: int) -> PushSubscription:
        """Raises NotFound."""
        found = await push_rows.of_token(self._database, token_id)
        if found is None:
            raise NotFound
        return found

    async def change_subscription(
        self, token_id: int, *, alerts: Collection[str] | None = None, policy: str | None = None
    ) -> PushSubscription:
        """What is None stays. Raises NotFound, Invalid."""
        if policy is not None:
            _check_policy(policy)
        await push_rows.change(self._database, token_id, alerts, policy)
        return await self.subscription(token_id)

    async def unsubscribe(self, token_id: int) -> None:
        await push_rows.delete(self._database, token_id=token_id)

    # for whoever sends

    async def subscription_in_force(self, id: int) -> PushSubscription | None:
        """None when it is gone, or its token or its person's log-in is."""
        return await push_rows.in_force(self._database, id)

    async def drop_subscription(self, id: int) -> None:
        """The push service says that it is gone."""
        await push_rows.delete(self._database, id=id)


def new_vapid_key() -> VapidKey:
    pair = ec.generate_private_key(ec.SECP256R1())
    numbers = pair.public_key().public_numbers()
    point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    return VapidKey(_base64url(pair.private_numbers().private_value.to_bytes(32, "big")), _base64url(point))


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def check_keys(keys: PushKeys) -> None:
    """Raises Invalid for what nothing can be encrypted to."""
    try:
        if len(keys.p256dh) != POINT_BYTES:
            raise ValueError
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.p256dh)
    except ValueError:
        raise Invalid("Validation failed: Key p256dh is not a valid key", field="subscription[keys][p256dh]") from None
    if len(keys.auth) != SECRET_BYTES:
        raise Invalid("Validation failed: Key auth is not a valid secret", field="subscription[keys][auth]")


def _check_policy(policy: str) -> None:
    if policy not in POLICIES:
        raise Invalid(f"Validation failed: Policy is one of {', '.join(POLICIES)}", field="data[policy]")
