"""Headless Chromium through chromedriver (W3C WebDriver). All methods block: run them in a thread."""

from __future__ import annotations

import base64
import json
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.daemon import free_ports
from tests.support.programs import program

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    def __init__(self, *, dark: bool = False, width: int = 1000, height: int = 1200) -> None:
        chromium, driver = program("chromium", "chromium-browser", "google-chrome"), program("chromedriver")
        (port,) = free_ports(1)
        self._driver = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._base = f"http://127.0.0.1:{port}"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--window-size={width},{height}"]
        if dark:
            arguments.append("--blink-settings=preferredColorScheme=0")
        options = {"binary": chromium, "args": arguments}
        for _ in range(100):
            try:
                answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}})
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        else:
            self._driver.kill()
            raise RuntimeError("chromedriver does not answer")
        self._session = f"/session/{answer['sessionId']}"

    def close(self) -> None:
        try:
            self._call("DELETE", self._session)
        finally:
            self._driver.terminate()
            self._driver.wait(10)

    def open(self, url: str) -> None:
        self._call("POST", f"{self._session}/url", {"url": url})

    @property
    def url(self) -> str:
        return str(self._call("GET", f"{self._session}/url"))

    @property
    def text(self) -> str:
        """What a person reads on the page."""
        return str(self.run("return document.body.innerText"))

    def run(self, script: str) -> Any:
        return self._call("POST", f"{self._session}/execute/sync", {"script": script, "args": []})

    def fill(self, css: str, text: str) -> None:
        element = self._element(css)
        self._call("POST", f"{self._session}/element/{element}/clear", {})
        self._call("POST", f"{self._session}/element/{element}/value", {"text": text})

    def click(self, css: str) -> None:
        self._call("POST", f"{self._session}/element/{self._element(css)}/click", {})

    def wait(self, css: str, seconds: float = 15.0) -> None:
        """Until the page that is coming has this."""
        end = time.monotonic() + seconds
        while not self.count(css):
            if time.monotonic() > end:
                raise AssertionError(f"no {css} on {self.url}:\n{self.text[:500]}")
            time.sleep(0.05)

    def count(self, css: str) -> int:
        return len(self._call("POST", f"{self._session}/elements", {"using": "css selector", "value": css}))

    def screenshot(self, path: str | Path) -> None:
        Path(path).write_bytes(base64.b64decode(self._call("GET", f"{self._session}/screenshot")))

    def console(self) -> list[str]:
        """What the browser complained of, a broken content security policy for one."""
        return [entry["message"] for entry in self._call("POST", f"{self._session}/se/log", {"type": "browser"})]

    def _element(self, css: str) -> str:
        return str(self._call("POST", f"{self._session}/element", {"using": "css selector", "value": css})[ELEMENT])

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read().decode()[:500]}") from error
