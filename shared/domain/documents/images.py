"""Whether a JPEG or PNG opens, told from its structure: every part that a reader needs is there, whole and in place.

Nothing is drawn. Both walks end after a bounded number of parts, however many a file of 10 MB could hold.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

DAMAGED = "damaged"
JPEG_START, PNG_START = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
SEGMENTS, CHUNKS = 5_000, 20_000
"""More parts than any camera, scanner or program writes; Exif, color profiles and progressive scans need hundreds."""

# --- JPEG (ITU-T T.81, annex B) ---------------------------------------------------------------------------------------
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""B.1.1.3: not stuffing within the picture's data, no fill byte, no restart."""
_SOI, _EOI, _SOS, _DQT, _TEM = 0xD8, 0xD9, 0xDA, 0xDB, 0x01
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LOSSLESS = frozenset({0xC3, 0xC7, 0xCB, 0xCF})


def jpeg_fault(content: bytes) -> str:
    """ "" for a whole JPEG, else "damaged". What a phone puts behind the picture (a video) is no matter, and the end of
    a small preview within a segment is not taken for the picture's."""
    at, framed, quantized, scanned = 2, False, False, False
    for _ in range(SEGMENTS):
        found = _MARKER.search(content, at)
        # Before the first scan nothing but fill bytes is between two segments (B.1.1.2); after it, the picture's data.
        if found is None or (not scanned and content[at : found.start()].strip(b"\xff")):
            return DAMAGED
        marker, body = content[found.end() - 1], found.end()
        if marker == _EOI:
            return "" if scanned else DAMAGED
        length = int.from_bytes(content[body : body + 2], "big")
        if marker in (_SOI, _TEM) or length < 2 or body + length > len(content):
            return DAMAGED
        if marker in _FRAMES:
            framed = not framed and _frame_holds(content[body : body + length])
            quantized = quantized or marker in _LOSSLESS
            if not framed:
                return DAMAGED
        quantized = quantized or marker == _DQT
        at = body + length
        if marker == _SOS:
            if not (framed and quantized) or content[at : at + 2] in (b"", b"\xff\xd9"):
                return DAMAGED
            scanned = True
    return DAMAGED


def _frame_holds(segment: bytes) -> bool:
    """B.2.2: height, width and one to four components, whose parameters are all there."""
    if len(segment) < 11:
        return False
    height, width, components = struct.unpack(">HHB", segment[3:8])
    return bool(height and width and 1 <= components <= 4 and len(segment) == 8 + 3 * components)


# --- PNG (ISO/IEC 15948) ----------------------------------------------------------------------------------------------
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Adam7 (8.2): first column, first row, and the steps between columns and between rows."""
_LARGEST, _INFLATED = 1_000_000_000, 100_000_000
"""No reader makes room for a larger picture (bytes, unpacked); and so many of them are unpacked here, at most."""
_STEP = 1_000_000


def png_fault(content: bytes) -> str:
    """ "" for a whole PNG, else "damaged": chunks in order and intact, and data for every row."""
    chunks = _chunks(content)
    kind, header = next(chunks, ("", b""))
    rows = _row_bytes(header) if kind == "IHDR" else 0
    if not 0 < rows <= _LARGEST:
        return DAMAGED
    palette, data = False, list[bytes]()
    for kind, body in chunks:
        if kind == "IDAT":
            data.append(body)
        elif kind == "PLTE":
            palette = True
        elif kind == "IEND":
            needs_palette = header[9] == 3
            return "" if data and palette >= needs_palette and _unpacks(b"".join(data), rows) else DAMAGED
        elif kind[:1].isupper():
            return DAMAGED  # a critical chunk that no reader knows, or a second header
    return DAMAGED


def _chunks(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Chunks while they are whole and their check sums right."""
    at = len(PNG_START)
    for _ in range(CHUNKS):
        length = int.from_bytes(content[at : at + 4], "big")
        end = at + 12 + length
        if end > len(content):
            return
        body = content[at + 8 : at + 8 + length]
        if zlib.crc32(body, zlib.crc32(content[at + 4 : at + 8])) != int.from_bytes(content[end - 4 : end], "big"):
            return
        yield content[at + 4 : at + 8].decode("latin-1"), body
        at = end


def _row_bytes(header: bytes) -> int:
    """How many bytes the picture's data unpack to; 0 for a header that stands for no picture."""
    if len(header) != 13:
        return 0
    width, height, depth, color, packing, filters, interlaced = struct.unpack(">IIBBBBB", header)
    sound = width and height and depth in _DEPTHS.get(color, ()) and packing == filters == 0 and interlaced in (0, 1)
    if not sound:
        return 0
    bits = depth * _SAMPLES[color]
    parts = [(width, height)]
    if interlaced:
        parts = [(-(-(width - x) // across), -(-(height - y) // down)) for x, y, across, down in _PASSES]
    return sum(rows * (1 + (columns * bits + 7) // 8) for columns, rows in parts if columns > 0 and rows > 0)


def _unpacks(data: bytes, wanted: int) -> bool:
    """Whether `wanted` bytes come out, or the first `_INFLATED` of them."""
    unpacking, left = zlib.decompressobj(), min(wanted, _INFLATED)
    try:
        while left > 0:
            some = unpacking.decompress(data, min(left, _STEP))
            if not some:
                return False
            left, data = left - len(some), unpacking.unconsumed_tail
    except zlib.error:
        return False
    return True
