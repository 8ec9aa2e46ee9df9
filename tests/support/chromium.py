"""A real browser without a window: Chromium, driven over its DevTools protocol (a WebSocket with JSON)."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone
from twisted.internet.protocol import ProcessProtocol
from twisted.web.websocket import WebSocketClientEndpoint

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class _Process(ProcessProtocol):
    def __init__(self) -> None:
        self.address: Deferred[str] = Deferred()
        self.ended: Deferred[None] = Deferred()
        self._said = ""

    def errReceived(self, data: bytes) -> None:
        self._said += data.decode("utf-8", "replace")
        found = re.search(r"DevTools listening on (ws://\S+)", self._said)
        if found and not self.address.called:
            self.address.callback(found.group(1))

    def processEnded(self, reason: Any) -> None:
        if not self.address.called:
            self.address.errback(RuntimeError(f"Chromium did not start: {self._said[-500:]}"))
        self.ended.callback(None)


class _Wire:
    """One DevTools connection: commands with answers, and events."""

    def __init__(self) -> None:
        self.number = 0
        self.waiting: dict[int, Deferred[Any]] = {}
        self.listeners: list[tuple[str, Deferred[Any]]] = []
        self.lost: Deferred[None] = Deferred()

    def buildProtocol(self, url: str) -> _Wire:
        return self

    def negotiationStarted(self, transport: Any) -> None:
        self.transport = transport

    def negotiationFinished(self) -> None: ...

    def pongReceived(self, payload: bytes) -> None: ...

    def bytesMessageReceived(self, data: bytes) -> None: ...

    def connectionLost(self, reason: Any) -> None:
        self.lost.callback(None)

    def textMessageReceived(self, message: str) -> None:
        told = json.loads(message)
        if "id" in told:
            waiting = self.waiting.pop(told["id"])
            if "error" in told:
                waiting.errback(RuntimeError(told["error"]["message"]))
            else:
                waiting.callback(told["result"])
            return
        for listener in [each for each in self.listeners if each[0] == told["method"]]:
            self.listeners.remove(listener)
            listener[1].callback(told["params"])

    def command(self, method: str, session: str | None, **params: Any) -> Deferred[Any]:
        self.number += 1
        self.waiting[self.number] = Deferred()
        message = {"id": self.number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        self.transport.sendTextMessage(json.dumps(message))
        return self.waiting[self.number]

    def event(self, method: str) -> Deferred[Any]:
        waiting: Deferred[Any] = Deferred()
        self.listeners.append((method, waiting))
        return waiting


class Chromium:
    """`await Chromium.start()`, then `open`, `fill`, `click`, `text`, `screenshot`; `await stop()` at the end."""

    @classmethod
    async def start(
        cls, *, width: int = 1200, height: int = 900, dark: bool = False, scripts: bool = True
    ) -> Chromium:
        self = cls()
        path = find()
        assert path is not None
        self.folder = tempfile.mkdtemp()
        self.process = _Process()
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
        arguments += ["--remote-debugging-port=0", f"--user-data-dir={self.folder}", "about:blank"]
        transport = reactor.spawnProcess(self.process, path, [path, *arguments], env=None)  # type: ignore[attr-defined]
        self._transport = transport
        self.wire = await WebSocketClientEndpoint.new(reactor, await self.process.address).connect(_Wire())  # type: ignore[arg-type]
        target = await self.wire.command("Target.createTarget", None, url="about:blank")
        attached = await self.wire.command(
            "Target.attachToTarget", None, targetId=target["targetId"], flatten=True
        )
        self.session = attached["sessionId"]
        await self.do("Page.enable")
        await self.resize(width, height)
        await self.colours(dark)
        if not scripts:
            await self.do("Emulation.setScriptExecutionDisabled", value=True)
        return self

    async def do(self, method: str, **params: Any) -> Any:
        return await self.wire.command(method, self.session, **params)

    async def stop(self) -> None:
        self.wire.transport.loseConnection()
        if not self.process.ended.called:
            with contextlib.suppress(ProcessDone):
                self._transport.signalProcess("TERM")
        await self.process.ended
        await self.wire.lost
        shutil.rmtree(self.folder, ignore_errors=True)

    async def resize(self, width: int, height: int) -> None:
        await self.do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    async def colours(self, dark: bool) -> None:
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.do("Emulation.setEmulatedMedia", features=features)

    async def open(self, url: str) -> None:
        loaded = self.wire.event("Page.loadEventFired")
        told = await self.do("Page.navigate", url=url)
        if told.get("errorText"):
            raise RuntimeError(told["errorText"])
        await loaded

    async def run(self, script: str) -> Any:
        result = await self.do("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(
                result["exceptionDetails"].get("exception", {}).get("description", "script failed")
            )
        return result["result"].get("value")

    async def fill(self, selector: str, text: str) -> None:
        await self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.run("document.activeElement.select && document.activeElement.select()")
        await self.do("Input.insertText", text=text)

    async def click(self, selector: str) -> None:
        """Click something that leads to another page, and wait for that."""
        loaded = self.wire.event("Page.loadEventFired")
        await self.run(f"document.querySelector({json.dumps(selector)}).click()")
        await loaded

    async def text(self, selector: str = "body") -> str:
        return str(await self.run(f"document.querySelector({json.dumps(selector)}).innerText"))

    async def location(self) -> str:
        return str(await self.run("location.href"))

    async def screenshot(self, path: str | Path, *, whole: bool = False) -> None:
        taken = await self.do("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        Path(path).write_bytes(base64.b64decode(taken["data"]))
