"""The schema: numbered SQL files in `schema/`, each applied once, in order, in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from store.pool import Database, Transaction

LOCK = 0x706C65726F6D61  # two daemons that start at once migrate one after the other


@dataclass(frozen=True, slots=True)
class Step:
    number: int
    name: str
    sql: str


def steps() -> list[Step]:
    """All files there are, in order."""
    found = []
    for entry in files("store").joinpath("schema").iterdir():
        number, _, rest = entry.name.partition("_")
        if entry.name.endswith(".sql") and number.isdecimal():
            found.append(Step(int(number), rest.removesuffix(".sql"), entry.read_text("utf-8")))
    return sorted(found, key=lambda step: step.number)


async def migrate(database: Database) -> list[Step]:
    """Bring the schema up to date; returns what was applied. A database newer than this program is left as it is."""
    await database.execute(
        "CREATE TABLE IF NOT EXISTS schema_steps (number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    return [step for step in steps() if await _apply(database, step)]


async def _apply(database: Database, step: Step) -> bool:
    async def work(tx: Transaction) -> bool:
        await tx.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        if await tx.fetch_one("SELECT 1 FROM schema_steps WHERE number = %s", (step.number,)):
            return False
        await tx.execute("SET LOCAL statement_timeout = 0")
        await tx.execute(step.sql)
        await tx.execute("INSERT INTO schema_steps (number, name) VALUES (%s, %s)", (step.number, step.name))
        return True

    return await database.transaction(work)


async def pending(database: Database) -> list[Step]:
    """What `migrate` would apply."""
    if not await database.fetch_value("SELECT to_regclass('schema_steps')::text"):
        return steps()
    done = {row[0] for row in await database.fetch("SELECT number FROM schema_steps")}
    return [step for step in steps() if step.number not in done]
