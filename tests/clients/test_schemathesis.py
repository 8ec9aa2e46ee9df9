"""schemathesis against a daemon: whatever it makes of `/api/openapi.json`, no answer is a fault of the server, no log has a traceback.

The suite has a short run that is always the same; `make schemathesis` a long one (`EXAMPLES` of each operation).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import psycopg2
from twisted.internet.threads import deferToThread

from tests.clients.foreign import python_with, run
from tests.flows.test_daemons import PASSWORD, FlowCase
from tests.support.clients import Api

RELEASE = "4.32.5"
EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
SEED = "20261123"
# What would take the tester's own account or token away, or writes letters.
APART = r"delete_account|disable_account|change_password|change_email|move_account|oauth_tokens|/mfa|password|confirm"
CHECKS = "not_a_server_error,response_schema_conformance,content_type_conformance,status_code_conformance"
SCOPES = "read write follow push profile admin:read admin:write"


class SchemathesisTests(FlowCase):
    timeout = 7200 if EXAMPLES else 300

    async def test_nothing_it_thinks_of_is_an_error_of_the_server(self) -> None:
        python = await python_with("schemathesis", f"schemathesis=={RELEASE}")
        daemon = await self.daemon("here")
        await self.person(daemon, "alice")
        bob = await self.person(daemon, "bob")
        await deferToThread(_promote, daemon.dsn, "alice")  # type: ignore[attr-defined]
        alice = Api(daemon.url)
        await alice.log_in("alice", PASSWORD, SCOPES)
        ids = await furnish(alice, bob)
        schema = Path(self.mktemp())
        schema.write_text(json.dumps(narrowed(await alice.get("/api/openapi.json"), ids)))
        how = ["--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(EXAMPLES)] if EXAMPLES else ["--phases", "fuzzing", "--max-examples", "3"]
        code, said = await run(
            *(str(python), "-m", "schemathesis.cli", "run", str(schema.resolve()), "--url", daemon.url, "--checks", CHECKS, *how),
            *("--generation-deterministic", "--seed", SEED, "--mode", "all", "--workers", "2", "--no-color", "--continue-on-failure"),
            *("--exclude-path-regex", APART, "--header", f"Authorization: Bearer {alice.token}", "--request-timeout", "30"),
            *("--suppress-health-check", "all", "--warnings", "off"),
            folder=schema.resolve().parent,
        )
        self.assertEqual(code, 0, said[-12_000:])
        self.assertNotIn("Traceback", daemon.output)
        self.assertEqual((await alice.get("/api/v1/accounts/verify_credentials"))["username"], "alice")


async def furnish(alice: Api, bob: Api) -> list[str]:
    """Something of each kind; their ids."""
    kept = []
    for api in (alice, bob):
        kept.append((await api.get("/api/v1/accounts/verify_credentials"))["id"])
        kept.append((await api.post("/api/v1/statuses", {"status": "hello #tea"}))["id"])
    kept.append((await alice.post("/api/v1/lists", {"title": "friends"}))["id"])
    kept.append((await alice.post("/api/v2/filters", {"title": "f", "context": ["home"], "keywords_attributes": [{"keyword": "x"}]}))["id"])
    poll = await bob.post("/api/v1/statuses", {"status": "?", "poll": {"options": ["a", "b"], "expires_in": 3600}})
    kept += [poll["id"], poll["poll"]["id"]]
    kept.append((await alice.post("/api/v1/collections", {"name": "gardeners"}))["collection"]["id"])
    kept.append((await bob.post("/api/v1/reports", {"account_id": kept[0]}))["id"])
    return kept


def narrowed(document: dict[str, Any], ids: list[str]) -> dict[str, Any]:
    """Ids of paths are mostly such as there are: else all there is to see is that nothing was found."""
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" and parameter["name"] in ("id", "account_id", "item"):
                    parameter["schema"] = {"enum": [*ids, "1", "9223372036854775807", "x"]}
    return document


def _promote(dsn: str, name: str) -> None:
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE users u SET role = 'owner' FROM accounts a WHERE a.id = u.account_id AND a.username = %s", (name,))
    connection.close()
