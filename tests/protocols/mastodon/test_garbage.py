"""Nothing a client sends makes an endpoint fail: it is taken, or refused in words."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from pleromad.errors import PleromadError
from protocols.mastodon.door import id_of, known_ids
from protocols.mastodon.endpoints.media import focus_of
from protocols.mastodon.entities.base import Error
from protocols.mastodon.resolving import is_address
from protocols.mastodon.streaming.message import Message
from protocols.mastodon.streaming.streams import Stream, parse
from protocols.mastodon.table import ROWS
from tests.protocols.mastodon.case import MastodonCase

GARBAGE = ("", "-1", "9223372036854775807", "99999999999999999999999", "a\x00b\ud7ff\U0001f4a9", "https://[::1")


class GarbageTests(MastodonCase):
    async def test_no_endpoint_fails(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "Hello")
        token = await self.token(alice)
        for row in ROWS:
            method = row.method.split()[0]
            names = [field.encode_name for field in msgspec.structs.fields(row.form)]
            names += [f"{name}{more}" for name in names for more in ("[]", "[x][0]")]
            for turn, value in enumerate(GARBAGE):
                path = re.sub(r"<\w+>", quote(value) or str(note.id), row.path)
                form = [(name, value) for name in names]
                if method == "GET":
                    query = urlencode([*form, ("limit", value), ("max_id", value), ("offset", value)])
                    reply = await self.request(method, f"{path}?{query}", token=token)
                elif turn % 2:
                    reply = await self.request(method, path, token=token, json=dict(form))
                else:
                    reply = await self.request(method, path, token=token, data=form)
                self.assertLess(reply.status, 500, f"{method} {path} {value!r}: {reply.body[:300]!r}")
                if reply.status >= 400:
                    msgspec.json.decode(reply.body, type=Error)


class ParserTests(SynchronousTestCase):
    @given(st.text())
    def test_ids_and_points_are_read_or_refused(self, text: str) -> None:
        for read in (id_of, focus_of, is_address):
            try:
                read(text)
            except PleromadError:
                continue
        known_ids([text])

    @given(st.text(), st.text(), st.text())
    def test_a_stream_is_there_or_is_not(self, name: str, tag: str, list: str) -> None:
        for given_name in (name, "hashtag", "list", "hashtag:local"):
            try:
                stream = parse(given_name, tag=tag, list=list)
            except PleromadError:
                continue
            frame = msgspec.json.decode(Message("update", '{"a":1}').frame(stream))
            self.assertEqual((frame["stream"][0], frame["payload"]), (given_name, '{"a":1}'))

    @given(st.text())
    def test_a_frame_holds_its_payload(self, payload: str) -> None:
        try:
            payload.encode()
        except UnicodeEncodeError:
            return
        frame = msgspec.json.decode(Message("update", payload).frame(Stream("user")))
        self.assertEqual(frame, {"stream": ["user"], "event": "update", "payload": payload})
