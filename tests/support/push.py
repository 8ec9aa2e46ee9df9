"""A push service on loopback (RFC 8030) with an app behind it, which reads what it is sent as the RFCs say, without our libraries."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.web.resource import Resource
from twisted.web.server import Request, Site


@dataclass
class Pushed:
    """A message as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class App:
    """What a client keeps of its subscription."""

    def __init__(self) -> None:
        self.pair = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)
        self.point = self.pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def open(self, message: Pushed, server_key: str) -> dict[str, Any]:
        """The payload, when signature and seal are right."""
        standard = message.headers["content-encoding"] == "aes128gcm"
        self.check_signature(message, server_key, standard)
        text = self._aes128gcm(message) if standard else self._aesgcm(message)
        payload: dict[str, Any] = json.loads(text)
        return payload

    def _aes128gcm(self, message: Pushed) -> bytes:
        """RFC 8188 with the keys of RFC 8291, section 3.4."""
        salt, size, length = message.body[:16], int.from_bytes(message.body[16:20], "big"), message.body[20]
        theirs, sealed = message.body[21 : 21 + length], message.body[21 + length :]
        assert len(sealed) <= size, "more than one record"
        secret = _hkdf(self.auth, self._shared(theirs), b"WebPush: info\0" + self.point + theirs, 32)
        key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert padded[-1] == 2, "not the last record"
        return padded[:-1]

    def _aesgcm(self, message: Pushed) -> bytes:
        """draft-ietf-webpush-encryption-04 and draft-ietf-httpbis-encryption-encoding-03."""
        salt = decode(_parameters(message.headers["encryption"])["salt"])
        theirs = decode(_parameters(message.headers["crypto-key"])["dh"])
        context = b"P-256\0" + b"".join(len(each).to_bytes(2, "big") + each for each in (self.point, theirs))
        secret = _hkdf(self.auth, self._shared(theirs), b"Content-Encoding: auth\0", 32)
        key = _hkdf(salt, secret, b"Content-Encoding: aesgcm\0" + context, 16)
        nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0" + context, 12)
        padded = AESGCM(key).decrypt(nonce, message.body, None)
        return padded[2 + int.from_bytes(padded[:2], "big") :]

    def _shared(self, theirs: bytes) -> bytes:
        return self.pair.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))

    @staticmethod
    def check_signature(message: Pushed, server_key: str, standard: bool) -> dict[str, Any]:
        """RFC 8292, or draft 01 of it. Returns the claims."""
        kind, _, rest = message.headers["authorization"].partition(" ")
        if standard:
            given = dict(each.strip().split("=", 1) for each in rest.split(","))
            assert (kind, given["k"]) == ("vapid", server_key), message.headers["authorization"]
            token = given["t"]
        else:
            assert (kind, _parameters(message.headers["crypto-key"])["p256ecdsa"]) == ("WebPush", server_key)
            token = rest
        signed, _, signature = token.rpartition(".")
        raw = decode(signature)
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(server_key))
        key.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
        claims: dict[str, Any] = json.loads(decode(signed.partition(".")[2]))
        return claims


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _parameters(header: str) -> dict[str, str]:
    return dict(each.strip().split("=", 1) for each in header.replace(",", ";").split(";"))


class PushService(Resource):
    """`status`: what it answers; `messages`: what came, in order."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.status = 201
        self.headers: dict[str, str] = {}
        self.messages: list[Pushed] = []
        self._waiting: list[Deferred[None]] = []
        self._port = reactor.listenTCP(0, Site(self), interface="127.0.0.1")
        self.url = f"http://127.0.0.1:{self._port.getHost().port}"

    def stop(self) -> Any:
        return self._port.stopListening()

    def render_POST(self, request: Request) -> bytes:
        headers = {name.decode().lower(): values[0].decode() for name, values in request.requestHeaders.getAllRawHeaders()}
        self.messages.append(Pushed(request.uri.decode(), headers, request.content.read()))
        request.setResponseCode(self.status)
        for name, value in self.headers.items():
            request.setHeader(name, value)
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)
        return b""

    async def message(self, number: int = 0) -> Pushed:
        """That one, when it has come."""
        while len(self.messages) <= number:
            turn: Deferred[None] = Deferred()
            self._waiting.append(turn)
            await turn
        return self.messages[number]
