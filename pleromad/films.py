"""Films and sound, by ffmpeg where the machine has it: how long and large they are, a still, and forms that every client plays.

Without it they are kept just the same. All of this is slow and belongs in a thread.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any

from pleromad import signatures
from pleromad.signatures import Format

SECONDS = 20.0
CONVERT_SECONDS = 150.0  # less than the lease of a job
MAX_STILL = 8_000_000  # bytes
# Only what the signatures let in, and only this one file: a film can name others.
_SAFELY = (
    "-v",
    "error",
    "-protocol_whitelist",
    "file",
    "-format_whitelist",
    "mov,matroska,ogg,mp3,flac,wav,aac",
    "-max_pixels",
    "40000000",
)
# H.264 and AAC in MP4: what each phone and browser plays. Longer sides than 1920 are made smaller; sides must be even.
_TO_MP4 = (
    "-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-sn", "-dn",
    "-vf", "scale='min(1920,iw)':'min(1920,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2",
    "-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-pix_fmt", "yuv420p", "-fpsmax", "60",
    "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", "-threads", "2", "-f", "mp4",
)  # fmt: skip
_TO_MP3 = ("-map", "0:a:0", "-map_metadata", "-1", "-vn", "-c:a", "libmp3lame", "-q:a", "2", "-f", "mp3")


@dataclass(frozen=True, slots=True)
class Film:
    """All that could be found out. `still` is a PNG; `codecs` are ffmpeg's names."""

    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    still: bytes | None = None
    codecs: frozenset[str] = frozenset()


@cache
def _tools() -> tuple[str, str] | None:
    probe, convert = shutil.which("ffprobe"), shutil.which("ffmpeg")
    return (probe, convert) if probe and convert else None


def look_at(path: Path) -> Film:
    tools = _tools()
    if tools is None:
        return Film()
    entries = "stream=codec_type,codec_name,width,height:format=duration"
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
    codecs = frozenset(str(s.get("codec_name")) for s in found.get("streams", ()))
    return Film(width, height, duration if 0 <= duration < 1e7 else None, still or None, codecs)


class Conversion:
    """One run of ffmpeg that writes another form, and that can be ended from another thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._unwanted = Event()

    def run(self, path: Path, format: Format, out: Path, max_bytes: int) -> bool:
        """Write the film or sound at `path` as `format` (MP4 or MP3) to `out`. False: it cannot be done, and `out` is not there."""
        tools = _tools()
        if tools is None or self._unwanted.is_set():
            return False
        options = _TO_MP4 if format is signatures.MP4 else _TO_MP3
        command = [tools[1], "-nostdin", *_SAFELY, "-i", str(path), *options, "-fs", str(max_bytes), str(out)]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet) as self._process:
            if self._unwanted.is_set():
                self._process.kill()
            try:
                code = self._process.wait(CONVERT_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                code = self._process.wait()
        # One that was cut at the limit is no film any more.
        if code == 0 and 0 < out.stat().st_size < max_bytes * 0.99:
            return True
        out.unlink(missing_ok=True)
        return False

    def end(self) -> None:
        self._unwanted.set()
        if self._process is not None:
            self._process.kill()


def _run(command: list[str]) -> bytes | None:
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 and len(done.stdout) <= MAX_STILL else None
