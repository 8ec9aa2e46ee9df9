"""Take away everything one account said and did, and put the counters of others right."""

from __future__ import annotations

from store import conversations
from store.pool import Queries


async def account(db: Queries, id: int) -> list[int]:
    """Returns the ids of its notes that are gone. The account's row stays."""
    await db.write(
        "UPDATE accounts a SET followers_count = greatest(0, followers_count - 1) FROM follows f"
        " WHERE f.account_id = %s AND f.accepted AND a.id = f.target_id",
        (id,),
    )
    await db.write(
        "UPDATE accounts a SET following_count = greatest(0, following_count - 1) FROM follows f"
        " WHERE f.target_id = %s AND f.accepted AND a.id = f.account_id",
        (id,),
    )
    await db.write(
        "UPDATE notes n SET likes_count = greatest(0, likes_count - 1) FROM likes l WHERE l.account_id = %s AND n.id = l.note_id", (id,)
    )
    await db.write(
        "UPDATE notes n SET boosts_count = greatest(0, n.boosts_count - 1) FROM notes b WHERE b.account_id = %s AND n.id = b.boost_of_id",
        (id,),
    )
    await db.write(
        "UPDATE notes p SET replies_count = greatest(0, p.replies_count - 1) FROM notes r WHERE r.account_id = %s AND p.id = r.in_reply_to_id",
        (id,),
    )
    for table in (
        "follows", "blocks", "mutes", "likes", "reactions", "bookmarks", "bookmark_folders", "scrobbles", "pins", "votes", "home", "notifications", "room_ranks", "room_members", "lists",
        "filters", "followed_tags", "featured_tags", "endorsements", "domain_blocks", "account_notes", "thread_mutes", "markers",
        "notification_policies", "notification_requests", "notification_permissions", "directs", "push_subscriptions",
    ):  # fmt: skip
        owner = "owner_id" if table == "home" else "account_id"
        await db.write(f"DELETE FROM {table} WHERE {owner} = %s", (id,))
    for table in ("follows", "blocks", "mutes", "account_notes", "endorsements"):
        await db.write(f"DELETE FROM {table} WHERE target_id = %s", (id,))
    for table in ("notifications", "notification_requests", "notification_permissions"):
        await db.write(f"DELETE FROM {table} WHERE from_id = %s", (id,))
    await db.write("DELETE FROM list_members WHERE account_id = %s", (id,))
    await db.write("DELETE FROM oauth_codes WHERE account_id = %s", (id,))
    await db.write("DELETE FROM oauth_tokens WHERE account_id = %s", (id,))
    await db.write("DELETE FROM users WHERE account_id = %s", (id,))
    await db.write(
        "UPDATE notes n SET quotes_count = greatest(0, n.quotes_count - 1) FROM quotes q"
        " WHERE q.account_id = %s AND q.state = 'accepted' AND n.id = q.quoted_id",
        (id,),
    )
    await db.write(
        "INSERT INTO tombstones (uri, type, local) SELECT uri, type, local FROM notes WHERE account_id = %s ON CONFLICT DO NOTHING", (id,)
    )
    rows = await db.fetch("DELETE FROM notes WHERE account_id = %s RETURNING id", (id,))
    await conversations.mend(db)
    return [row[0] for row in rows]
