from __future__ import annotations

import re

from protocols.mastodon.openapi import PATH
from protocols.mastodon.table import ROWS
from tests.protocols.mastodon.case import MastodonCase


class OpenApiTests(MastodonCase):
    async def test_the_document_has_each_row_once(self) -> None:
        document = (await self.get(PATH)).json()
        self.assertEqual(document["openapi"], "3.1.0")
        told = {(method, path) for path, operations in document["paths"].items() for method in operations}
        rows = [(method.lower(), re.sub(r"<(\w+)>", r"{\1}", row.path)) for row in ROWS for method in row.method.split()]
        self.assertEqual(told, set(rows))
        self.assertEqual(len(rows), len(set(rows)), "no two rows answer the same")
        ids = [operation["operationId"] for operations in document["paths"].values() for operation in operations.values()]
        self.assertEqual(len(ids), len(set(ids)))

    async def test_it_says_what_is_asked_for_and_what_comes(self) -> None:
        document = (await self.get(PATH)).json()
        search = document["paths"]["/api/v2/search"]["get"]
        self.assertEqual([(p["name"], p["schema"]) for p in search["parameters"] if p.get("required")], [("q", {"type": "string"})])
        self.assertEqual(search["security"], [{}, {"oauth": ["read:search"]}])
        posting = document["paths"]["/api/v1/statuses"]["post"]
        self.assertEqual(set(posting["requestBody"]["content"]), {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"})
        self.assertEqual(posting["responses"]["4XX"]["content"]["application/json"]["schema"], {"$ref": "#/components/schemas/Error"})
        self.assertEqual(document["paths"]["/api/v2/media"]["post"]["requestBody"]["content"].keys(), {"multipart/form-data"})
        names = {p["name"] for p in document["paths"]["/api/v1/accounts/relationships"]["get"]["parameters"]}
        self.assertEqual(names, {"id[]", "ids[]", "with_relationships", "with_suspended"})

    async def test_every_reference_leads_somewhere(self) -> None:
        text = (await self.get(PATH)).text
        schemas = (await self.get(PATH)).json()["components"]["schemas"]
        self.assertEqual(set(re.findall(r'"#/components/schemas/([^"]+)"', text)) - set(schemas), set())
