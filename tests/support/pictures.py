from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from pleromad import images, signatures

SECRET = b"SECRETCAMERA"
PIXELS = 50_000_000


def drawn(width: int = 600, height: int = 300, mode: str = "RGB", at: int = 0) -> Image.Image:
    """Left half red, right half blue, and a white square somewhere."""
    image = Image.new("RGB", (width, height), (200, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height), fill=(0, 0, 200))
    draw.rectangle((at, at, at + 5, at + 5), fill=(255, 255, 255))
    return image.convert(mode)


def exif() -> Image.Exif:
    found = Image.Exif()
    found[0x0112] = 6  # to be turned a quarter to the right
    found[0x010F] = SECRET.decode()
    found.get_ifd(0x8825)[1] = "N"
    return found


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def animated(format: str, **options: Any) -> bytes:
    frames = [drawn(40, 30, at=n * 5) for n in range(4)]
    return encoded(frames[0], format, save_all=True, append_images=frames[1:], duration=50, loop=0, **options)


def prepared(data: bytes, max_pixels: int = PIXELS) -> images.Picture:
    format = signatures.recognise(data)
    assert format is not None
    return images.prepare(data, format, max_pixels)


def opened(image: images.Encoded) -> Image.Image:
    return Image.open(BytesIO(image.data))


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it is a big picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
