"""Web Push: subscriptions, and the key pair of this server."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from pleromad.model.push import PushKeys, PushSubscription, VapidKey
from store.pool import Jsonb, Queries, Row

VAPID = "vapid"  # in `settings`

_COLUMNS = "s.id, s.token_id, s.account_id, s.endpoint, s.p256dh, s.auth, s.standard, s.alerts, s.policy, s.access_token, u.locale"


def _subscription(row: Row) -> PushSubscription:
    return PushSubscription(
        id=row[0],
        token_id=row[1],
        account_id=row[2],
        endpoint=row[3],
        keys=PushKeys(bytes(row[4]), bytes(row[5])),
        standard=row[6],
        alerts=frozenset(row[7]),
        policy=row[8],
        access_token=row[9],
        locale=row[10],
    )


async def put(db: Queries, one: PushSubscription) -> None:
    """In place of the one the token had."""
    await db.write(
        """INSERT INTO push_subscriptions (id, token_id, account_id, endpoint, host, p256dh, auth, standard, alerts, policy, access_token)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (token_id) DO UPDATE SET id = excluded.id,
               endpoint = excluded.endpoint, host = excluded.host, p256dh = excluded.p256dh, auth = excluded.auth,
               standard = excluded.standard, alerts = excluded.alerts, policy = excluded.policy,
               access_token = excluded.access_token, created_at = now()""",
        (one.id, one.token_id, one.account_id, one.endpoint, urlsplit(one.endpoint).netloc[:300], one.keys.p256dh, one.keys.auth,
         one.standard, sorted(one.alerts), one.policy, one.access_token),
    )  # fmt: skip


async def of_token(db: Queries, token_id: int) -> PushSubscription | None:
    row = await db.fetch_one(
        f"SELECT {_COLUMNS} FROM push_subscriptions s JOIN users u ON u.account_id = s.account_id WHERE s.token_id = %s", (token_id,)
    )
    return _subscription(row) if row else None


async def in_force(db: Queries, id: int) -> PushSubscription | None:
    """None also when its token is over or its person's log-in disabled."""
    row = await db.fetch_one(
        f"""SELECT {_COLUMNS} FROM push_subscriptions s JOIN users u ON u.account_id = s.account_id
            JOIN oauth_tokens t ON t.id = s.token_id JOIN accounts a ON a.id = s.account_id
            WHERE s.id = %s AND u.disabled_at IS NULL AND a.suspended_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())""",
        (id,),
    )
    return _subscription(row) if row else None


async def change(db: Queries, token_id: int, alerts: Collection[str] | None, policy: str | None) -> None:
    await db.write(
        "UPDATE push_subscriptions SET alerts = coalesce(%s, alerts), policy = coalesce(%s, policy) WHERE token_id = %s",
        (sorted(alerts) if alerts is not None else None, policy, token_id),
    )


async def delete(db: Queries, *, id: int | None = None, token_id: int | None = None) -> None:
    await db.write("DELETE FROM push_subscriptions WHERE id = %s OR token_id = %s", (id, token_id))


async def vapid_key(db: Queries, fresh: VapidKey | None = None) -> VapidKey | None:
    """The one of this server: `fresh` when it has none yet."""
    if fresh is not None:
        await db.write(
            "INSERT INTO settings (key, value) VALUES (%s, %s) ON CONFLICT (key) DO NOTHING",
            (VAPID, Jsonb({"private": fresh.private, "public": fresh.public})),
        )
    kept = await db.fetch_value("SELECT value FROM settings WHERE key = %s", (VAPID,))
    return VapidKey(kept["private"], kept["public"]) if kept else None
