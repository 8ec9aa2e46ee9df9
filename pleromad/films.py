"""A still of a film, and how long and large it is: by ffmpeg, where the machine has it. Without it films are kept just the same."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SECONDS = 20.0
MAX_STILL = 8_000_000  # bytes
# Only what the signatures let in, and only this one file: a film can name others.
_SAFELY = (
    "-v",
    "error",
    "-protocol_whitelist",
    "file",
    "-format_whitelist",
    "mov,matroska,ogg,mp3,flac,wav,aac",
)


@dataclass(frozen=True, slots=True)
class Film:
    """All that could be found out. `still` is a PNG."""

    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    still: bytes | None = None


@cache
def _tools() -> tuple[str, str] | None:
    probe, convert = shutil.which("ffprobe"), shutil.which("ffmpeg")
    return (probe, convert) if probe and convert else None


def look_at(path: Path) -> Film:
    """Slow: belongs in a thread."""
    tools = _tools()
    if tools is None:
        return Film()
    entries = "stream=codec_type,width,height:format=duration"
    said = _run([tools[0], *_SAFELY, "-show_entries", entries, "-of", "json", str(path)])
    try:
        found: dict[str, Any] = json.loads(said or b"{}")
        duration = float(found.get("format", {}).get("duration", "nan"))
    except (ValueError, TypeError):
        return Film()
    size = next(
        (
            (s.get("width"), s.get("height"))
            for s in found.get("streams", ())
            if s.get("codec_type") == "video"
        ),
        None,
    )
    width, height = (
        size
        if size is not None and all(isinstance(side, int) and side > 0 for side in size)
        else (None, None)
    )
    still = None
    if width is not None:
        still = _run(
            [
                tools[1], "-nostdin", *_SAFELY, "-i", str(path), "-frames:v", "1", "-an",
                "-vf", "scale='min(800,iw)':-2", "-f", "image2pipe", "-c:v", "png", "pipe:1",
            ]
        )  # fmt: skip
    return Film(width, height, duration if 0 <= duration < 1e7 else None, still or None)


def _run(command: list[str]) -> bytes | None:
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 and len(done.stdout) <= MAX_STILL else None
