"""Forms in all their spellings."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime
from io import BytesIO
from typing import Annotated, Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import TestCase

from pleromad.errors import Invalid
from tests.support.http import encode_multipart
from tests.web.test_site import HallCase
from web.bodies import Upload, _flatten, _multipart_fields, fields, form, parse_form
from web.site import Answer, Request


class Poll(msgspec.Struct):
    options: list[str]
    expires_in: Annotated[int, msgspec.Meta(ge=300)]
    multiple: bool = False


class Row(msgspec.Struct):
    name: str = ""
    value: str = ""


class Post(msgspec.Struct):
    status: str = ""
    media_ids: list[int] | None = None
    sensitive: bool | None = None
    in_reply_to_id: int | None = None
    poll: Poll | None = None
    fields_attributes: list[Row] = []
    avatar: Upload | str | None = None
    scheduled_at: datetime | None = None
    redirect_uris: list[str] | str = ""


def post(*pairs: tuple[str, Any]) -> Post:
    return parse_form(list(pairs), Post)


class FormTests(TestCase):
    def test_a_list_in_every_spelling(self):
        for pairs in (
            [("media_ids[]", "1"), ("media_ids[]", "2")],
            [("media_ids[1]", "2"), ("media_ids[0]", "1")],
            [("media_ids", "1"), ("media_ids", "2")],
        ):
            self.assertEqual(post(*pairs).media_ids, [1, 2])

    def test_an_empty_list_is_not_no_list(self):
        self.assertEqual(post(("media_ids[]", "")).media_ids, [])
        self.assertIs(post().media_ids, None)

    def test_yes_and_no_in_every_spelling(self):
        for word in ("true", "1", "on", "True", "yes"):
            self.assertIs(post(("sensitive", word)).sensitive, True)
        for word in ("false", "0", "off", "no", ""):
            self.assertIs(post(("sensitive", word)).sensitive, False)

    def test_an_empty_number_is_no_number(self):
        self.assertIs(post(("in_reply_to_id", "")).in_reply_to_id, None)

    def test_the_last_of_a_single_value_counts(self):
        self.assertEqual(post(("status", "one"), ("status", "two")).status, "two")

    def test_structs_inside(self):
        made = post(
            ("poll[options][]", "a"),
            ("poll[options][]", "b"),
            ("poll[expires_in]", "600"),
            ("poll[multiple]", "1"),
        )
        self.assertEqual(made.poll, Poll(["a", "b"], 600, True))

    def test_lists_of_structs(self):
        expected = [Row("a", "1"), Row("b", "2")]
        numbered = [
            (f"fields_attributes[{n}][{k}]", v)
            for n, r in enumerate("ab")
            for k, v in (("name", r), ("value", str(n + 1)))
        ]
        unnumbered = [
            (f"fields_attributes[][{k}]", v)
            for n, r in enumerate("ab")
            for k, v in (("name", r), ("value", str(n + 1)))
        ]
        self.assertEqual(post(*numbered).fields_attributes, expected)
        self.assertEqual(post(*unnumbered).fields_attributes, expected)

    def test_a_file_or_a_text(self):
        upload = Upload("avatar", "a.png", "image/png", b"x")
        self.assertEqual(post(("avatar", upload)).avatar, upload)
        self.assertEqual(post(("avatar", "")).avatar, "")

    def test_a_list_or_a_text(self):
        self.assertEqual(
            post(("redirect_uris[]", "a:b"), ("redirect_uris[]", "c:d")).redirect_uris, ["a:b", "c:d"]
        )

    def test_a_wrong_value_names_its_field(self):
        for pairs, field in [
            ([("in_reply_to_id", "x")], "in_reply_to_id"),
            ([("sensitive", "perhaps")], "sensitive"),
            ([("media_ids[]", "x")], "media_ids"),
            ([("poll[options][]", "a"), ("poll[expires_in]", "5")], "poll[expires_in]"),
            ([("poll[expires_in]", "500")], "poll[options]"),
            ([("poll", "x")], "poll"),
            ([("scheduled_at", "tomorrow")], "scheduled_at"),
            ([("status", Upload("status", "", "", b""))], "status"),
        ]:
            error = self.assertRaises(Invalid, post, *pairs)
            self.assertEqual(error.field, field)
            self.assertIn(field, error.public)

    @given(st.lists(st.tuples(st.text("ab[]0123456789", max_size=30), st.text(max_size=5)), max_size=20))
    def test_any_names_are_read_or_refused(self, pairs):
        with contextlib.suppress(Invalid):
            parse_form(pairs + [("poll" + name, value) for name, value in pairs], Post)

    @given(
        st.recursive(
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(),
                st.floats(allow_nan=False, allow_infinity=False),
                st.text(),
            ),
            lambda inner: st.one_of(
                st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)
            ),
        )
    )
    def test_any_json_is_flattened_or_refused(self, value):
        found: list[Any] = []
        try:
            _flatten("a", value, found, 0)
        except Invalid:
            return
        self.assertTrue(all(isinstance(text, str) and "\x00" not in text for _, text in found))


class BodyTests(HallCase):
    def setUp(self):
        super().setUp()

        async def show(request: Request) -> Answer:
            return Answer.json(
                [
                    [
                        name,
                        value
                        if isinstance(value, str)
                        else [value.filename, value.media_type, len(value.data)],
                    ]
                    for name, value in fields(request)
                ]
            )

        async def typed(request: Request) -> Answer:
            made = form(request, Post)
            return Answer.json(made)

        self.site.route("POST", "/show", show, max_body=10_000_000)
        self.site.route("POST", "/typed", typed)

    async def show(self, path: str = "/show", **kw: Any) -> Any:
        reply = await self.client.request("POST", path, **kw)
        self.assertEqual(reply.status, 200, reply.body)
        return reply.json()

    async def test_urlencoded_with_a_query(self):
        self.assertEqual(
            await self.show("/show?q=1", data=[("a", "é"), ("b[]", "")]),
            [["q", "1"], ["a", "é"], ["b[]", ""]],
        )

    async def test_json(self):
        value = {"a": "x", "n": 5, "t": True, "none": None, "l": [1, "b"], "o": {"k": [{"z": 1}]}, "e": []}
        self.assertEqual(
            await self.show(json=value),
            [
                ["a", "x"],
                ["n", "5"],
                ["t", "true"],
                ["l[]", "1"],
                ["l[]", "b"],
                ["o[k][0][z]", "1"],
                ["e[]", ""],
            ],
        )

    async def test_multipart(self):
        found = await self.show(
            data={"description": "ä"}, files={"file": ("a.png", "image/png", b"\x00\r\n--x" * 10)}
        )
        self.assertEqual(found, [["description", "ä"], ["file", ["a.png", "image/png", 60]]])

    async def test_a_large_upload_is_taken_apart_in_a_thread(self):
        found = await self.show(files={"file": ("a.bin", "application/octet-stream", b"x" * 5_000_000)})
        self.assertEqual(found, [["file", ["a.bin", "application/octet-stream", 5_000_000]]])

    async def test_all_four_kinds_make_the_same_struct(self):
        expected = {"status": "hi", "media_ids": [1, 2]}
        data = [("status", "hi"), ("media_ids[]", "1"), ("media_ids[]", "2")]
        multipart, media_type = encode_multipart(data, {})
        for kw in (
            {"data": data},
            {"json": {"status": "hi", "media_ids": ["1", 2]}},
            {"body": multipart, "headers": {"Content-Type": media_type}},
            {"path": "/typed?status=hi&media_ids[]=1&media_ids[]=2"},
        ):
            reply = await self.client.request("POST", kw.pop("path", "/typed"), **kw)
            self.assertEqual({key: reply.json()[key] for key in expected}, expected)

    async def test_broken_bodies_are_refused(self):
        deep = b'{"a":' * 50 + b"1" + b"}" * 50
        for media_type, body in [
            ("application/json", b"{"),
            ("application/json", b"[1]"),
            ("application/json", b"\xff"),
            ("application/json", b"[" * 50_000),
            ("application/json", deep),
            ("application/json", json.dumps({"a": list(range(2000))}).encode()),
            ("multipart/form-data; boundary=x", b"nothing"),
            ("multipart/form-data", b"nothing"),
            (
                "multipart/form-data; boundary=x",
                b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nhalf',
            ),
            ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(2000))),
        ]:
            reply = await self.client.request(
                "POST", "/show", body=body, headers={"Content-Type": media_type}
            )
            self.assertEqual(reply.status, 422, (media_type, body[:20]))

    @given(st.binary(max_size=300))
    def test_any_multipart_body_is_read_or_refused(self, body):
        with contextlib.suppress(Invalid):
            list(_multipart_fields(BytesIO(b"--x\r\n" + body), "x"))
