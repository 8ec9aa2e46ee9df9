"""What a file is, by its first bytes and never by its name (WHATWG MIME Sniffing, section 6, and the formats' own documents)."""

from __future__ import annotations

from dataclasses import dataclass

from pleromad.model.media import MediaKind

_LOOK = 8_192


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    media_type: str
    extension: str
    kind: MediaKind


def _format(name: str, media_type: str, extension: str) -> Format:
    return Format(name, media_type, extension, MediaKind(media_type.partition("/")[0]))


JPEG = _format("jpeg", "image/jpeg", "jpg")
PNG = _format("png", "image/png", "png")
GIF = _format("gif", "image/gif", "gif")
WEBP = _format("webp", "image/webp", "webp")
AVIF = _format("avif", "image/avif", "avif")
HEIC = _format("heic", "image/heic", "heic")
MP4 = _format("mp4", "video/mp4", "mp4")
QUICKTIME = _format("mov", "video/quicktime", "mov")
WEBM = _format("webm", "video/webm", "webm")
WEBM_AUDIO = _format("webm", "audio/webm", "weba")
M4A = _format("mp4", "audio/mp4", "m4a")
MP3 = _format("mp3", "audio/mpeg", "mp3")
OGG_VIDEO = _format("ogg", "video/ogg", "ogv")
OGG = _format("ogg", "audio/ogg", "ogg")
FLAC = _format("flac", "audio/flac", "flac")
WAV = _format("wav", "audio/wav", "wav")
AAC = _format("aac", "audio/aac", "aac")

FORMATS = (
    JPEG, PNG, GIF, WEBP, AVIF, HEIC, MP4, QUICKTIME, WEBM, WEBM_AUDIO, M4A, MP3, OGG_VIDEO, OGG, FLAC, WAV, AAC,
)  # fmt: skip
# What is handed out under its own name; anything else goes out as bytes to be saved.
SAFE = {form.extension: form.media_type for form in FORMATS}
BYTES = "application/octet-stream"

_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), AVIF),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), HEIC),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), M4A),
    b"qt  ": QUICKTIME,
    **dict.fromkeys(
        (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"iso8", b"mp41", b"mp42", b"mp71", b"avc1", b"M4V ", b"M4VH", b"M4VP",
         b"MSNV", b"dash", b"3gp4", b"3gp5", b"3gp6", b"3g2a", b"XAVC"),
        MP4,
    ),
}  # fmt: skip


def recognise(data: bytes) -> Format | None:
    """The format of a file, None when it is none that is kept here (HTML, SVG, PDF, programs ...)."""
    head = data[:_LOOK]
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    if head.startswith(b"\x1aE\xdf\xa3"):
        if b"webm" not in head[:64] and b"matroska" not in head[:64]:
            return None
        return WEBM if b"V_" in head or b"A_" not in head else WEBM_AUDIO
    if head.startswith(b"OggS"):
        return OGG_VIDEO if b"theora" in head[:256] else OGG
    if head.startswith(b"fLaC"):
        return FLAC
    if head.startswith(b"ID3"):
        return MP3
    if len(head) > 3 and head[0] == 0xFF and head[1] in (0xF1, 0xF9):
        return AAC
    if (
        len(head) > 3
        and head[0] == 0xFF
        and head[1] in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3)
        and head[2] >> 4 not in (0, 15)
    ):
        return MP3
    return None


def _of_brands(head: bytes) -> Format | None:
    """ISO/IEC 14496-12, section 4.3: the major brand, else the first compatible one we know."""
    size = min(int.from_bytes(head[:4], "big"), 256, len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size, 4))]
    if brands[0] in (b"mif1", b"msf1") and any(brand in (b"avif", b"avis") for brand in brands):
        return AVIF
    return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), None)
