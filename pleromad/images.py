"""Make a picture fit to be shown: turned the right way up, without what the camera wrote into it, with a thumbnail and a blurhash.

All of this is slow and belongs in a thread. Nothing is decoded before its size is known.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import blurhash
from PIL import Image, ImageCms, ImageFile, ImageOps, JpegImagePlugin

from pleromad import animations, signatures
from pleromad.errors import Invalid, TooLarge
from pleromad.signatures import Format

THUMBNAIL = 400  # pixels; as wide or high at most
MANY_PIXELS = 12_000_000
MAX_FRAMES = 1_500
ANIMATED_PIXELS = 6  # times max_pixels, over all frames
_BLUR_SIDE = 32
_PLUGINS = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "avif": "AVIF", "heic": "HEIF"}
_STRIP = {"png": animations.strip_png, "gif": animations.strip_gif, "webp": animations.strip_webp}
# Pillow warns of big pictures, which are measured here, and of damaged Exif, which is thrown away.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")
# What a broken or hostile file makes Pillow raise.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    ArithmeticError,
    AttributeError,
)


@dataclass(frozen=True, slots=True)
class Encoded:
    data: bytes
    format: Format
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """`thumbnail` None: the picture is small enough to be its own."""

    image: Encoded
    thumbnail: Encoded | None
    blurhash: str


def prepare(data: bytes, format: Format, max_pixels: int, *, field: str = "file") -> Picture:
    """Raises Invalid and TooLarge (of `field`) for what is no picture, or too big a one."""
    try:
        return _prepare(data, format, max_pixels, field)
    except Image.DecompressionBombError as error:
        raise _too_many(max_pixels, field) from error
    except _BROKEN as error:
        detail = f"{format.name}: {type(error).__name__}: {error}"
        raise Invalid(
            "Validation failed: this picture is damaged", field=field, detail=detail[:300]
        ) from error


def _prepare(data: bytes, format: Format, max_pixels: int, field: str) -> Picture:
    plugin = _PLUGINS[format.name]
    Image.init()
    if plugin not in Image.OPEN:
        raise Invalid(
            f"Validation failed: pictures of the type {format.media_type} are not taken here", field=field
        )
    with Image.open(BytesIO(data), formats=(plugin,)) as opened:
        width, height = opened.size
        if width * height > max_pixels:
            raise _too_many(max_pixels, field)
        moving = format.name == "gif" or (
            format.name in _STRIP and bool(getattr(opened, "is_animated", False))
        )
        if moving:
            image = _animation(data, format, width, height, max_pixels, field)
            still = _upright(opened)
        else:
            like = _jpeg_options(opened) if format.name == "jpeg" else {"lossless": data[12:16] == b"VP8L"}
            still = _upright(opened)
            image = _encode(still, _target(format, still), like)
        small = _small(still)
        thumbnail = None
        if moving or max(still.size) > THUMBNAIL:
            thumbnail = _encode(small, signatures.WEBP if _has_alpha(small) else signatures.JPEG, {})
        return Picture(image, thumbnail, _blurhash(small))


def _too_many(max_pixels: int, field: str) -> TooLarge:
    return TooLarge(f"Validation failed: a picture may have at most {max_pixels} pixels", field=field)


def _animation(data: bytes, format: Format, width: int, height: int, max_pixels: int, field: str) -> Encoded:
    stripped, frames = _STRIP[format.name](data)
    if frames > MAX_FRAMES or frames * width * height > max_pixels * ANIMATED_PIXELS:
        raise TooLarge("Validation failed: this animation is too long", field=field)
    return Encoded(stripped, format, width, height)


def _upright(opened: ImageFile.ImageFile) -> Image.Image:
    """Decoded, turned as Exif says, in sRGB, and with nothing but its pixels and its transparency."""
    profile = opened.info.get("icc_profile")
    opened.load()
    ImageOps.exif_transpose(opened, in_place=True)
    image: Image.Image = opened
    if image.mode.startswith("I") or image.mode == "F":
        image = image.convert("I").point(lambda value: value / 256).convert("L")  # 16 bits of grey
    elif image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK"):
        image = image.convert("RGBA" if _has_alpha(image) else "RGB")
    if profile and image.mode == "P":
        image = image.convert("RGBA" if _has_alpha(image) else "RGB")
    image = _in_srgb(image, profile)
    if image.mode == "CMYK":
        image = image.convert("RGB")
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    return image


def _small(image: Image.Image) -> Image.Image:
    if image.mode not in ("L", "RGB", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA" if _has_alpha(image) else "RGB")
    scale = THUMBNAIL / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _in_srgb(image: Image.Image, profile: Any) -> Image.Image:
    """A profile may name the camera and its owner, and not every reader heeds it: the colours are turned into sRGB."""
    if not isinstance(profile, bytes) or not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = "RGB" if image.mode == "CMYK" else image.mode
        return (
            ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target)
            or image
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # a profile nobody can read changes nothing


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info


def _target(format: Format, image: Image.Image) -> Format:
    """The same format, but for those few clients can show."""
    if format.name in ("avif", "heic"):
        return signatures.WEBP if _has_alpha(image) else signatures.JPEG
    return format


def _jpeg_options(opened: Image.Image) -> dict[str, Any]:
    """To be as fine as it was: better would only be larger."""
    tables = getattr(opened, "quantization", None)
    if opened.mode not in ("L", "RGB") or not tables or len(tables) > 2:
        return {}
    return {"qtables": tables, "subsampling": JpegImagePlugin.get_sampling(opened)}


def _encode(image: Image.Image, format: Format, like: dict[str, Any]) -> Encoded:
    """`like`: how the original was written, where that is known."""
    out = BytesIO()
    options: dict[str, Any] = {}
    match format.name:
        case "jpeg":
            # What loads in steps is held in memory whole while it is written.
            stepwise = image.width * image.height < MANY_PIXELS
            options = {
                "progressive": stepwise,
                "optimize": stepwise,
                **(like if "qtables" in like else {"quality": 85}),
            }
            if image.mode not in ("L", "RGB"):
                image = image.convert("RGB")
        case "webp":
            options = {"lossless": True} if like.get("lossless") else {"quality": 85}
            if image.mode not in ("RGB", "RGBA"):
                image = image.convert("RGBA" if _has_alpha(image) else "RGB")
        case "png":
            options = {"compress_level": 6}
    image.save(out, _PLUGINS[format.name], **options)
    return Encoded(out.getvalue(), format, *image.size)


def _blurhash(image: Image.Image) -> str:
    """4x3 components (Mastodon), of a picture shrunk first: the library is written in Python."""
    tiny = image.convert("RGBA").resize((_BLUR_SIDE, _BLUR_SIDE), Image.Resampling.BOX)
    ground = Image.new("RGBA", tiny.size, (255, 255, 255, 255))
    pixels = Image.alpha_composite(ground, tiny).convert("RGB").tobytes()
    row = _BLUR_SIDE * 3
    rows = [
        [tuple(pixels[at : at + 3]) for at in range(start, start + row, 3)]
        for start in range(0, len(pixels), row)
    ]
    return str(blurhash.encode(rows, 4, 3))
