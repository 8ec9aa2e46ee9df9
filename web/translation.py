"""LibreTranslate (and what speaks like it) through the one outbound client."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from pleromad.core import Core
from pleromad.errors import Unreachable
from pleromad.translator import Translated
from web.outbound.client import Client, Reply

PAIRS_SECONDS = 3600.0  # how long the service's list of languages is believed
DEADLINE_SECONDS = 20.0
PROVIDER = "LibreTranslate"
ANY = "und"


class _Language(msgspec.Struct):
    code: str
    targets: list[str] = []


class _Detected(msgspec.Struct):
    language: str = ""


class _Answer(msgspec.Struct):
    translatedText: list[str]
    detectedLanguage: list[_Detected] | _Detected | None = None


class LibreTranslate:
    def __init__(self, core: Core, client: Client) -> None:
        self._core = core
        self._client = client
        self._pairs: tuple[float, str, dict[str, list[str]]] | None = None

    @property
    def on(self) -> bool:
        return bool(self._core.settings.translation.url)

    async def pairs(self) -> dict[str, list[str]]:
        base = self._core.settings.translation.url
        now = self._core.clock.seconds()
        if self._pairs is not None and self._pairs[1] == base and now - self._pairs[0] < PAIRS_SECONDS:
            return self._pairs[2]
        reply = await self._client.get(base + "/languages", accept="application/json", deadline_seconds=DEADLINE_SECONDS)
        languages = _read(reply, list[_Language])
        codes = [one.code for one in languages]
        found = {one.code: [code for code in one.targets or codes if code != one.code] for one in languages}
        found[ANY] = sorted({code for targets in found.values() for code in targets})
        self._pairs = (now, base, found)
        return found

    async def translate(self, texts: Sequence[str], source: str | None, target: str) -> Translated:
        settings = self._core.settings.translation
        asked: dict[str, Any] = {"q": list(texts), "source": source or "auto", "target": target, "format": "html"}
        if settings.api_key_file:
            asked["api_key"] = Path(settings.api_key_file).read_text("utf-8").strip()
        reply = await self._client.post(
            settings.url + "/translate",
            msgspec.json.encode(asked),
            media_type="application/json",
            max_bytes=1_000_000,
            deadline_seconds=DEADLINE_SECONDS,
        )
        answer: _Answer = _read(reply, _Answer)
        if len(answer.translatedText) != len(texts):
            raise Unreachable("The translation service answers something else", detail="not as many texts as were asked for")
        detected = answer.detectedLanguage[0] if isinstance(answer.detectedLanguage, list) and answer.detectedLanguage else answer.detectedLanguage
        language = detected.language if isinstance(detected, _Detected) else ""
        return Translated(tuple(answer.translatedText), source or language or ANY, PROVIDER)


def _read(reply: Reply, kind: Any) -> Any:
    """The service's words stay in the log: they may name the key."""
    if reply.status != 200:
        raise Unreachable("The translation service is not available", detail=f"it answers {reply.status}")
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except msgspec.DecodeError as error:
        raise Unreachable("The translation service answers something else", detail=str(error)) from None
