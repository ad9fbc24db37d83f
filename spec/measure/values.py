"""Random values: the contents that the corpora's encoders are given."""

import struct
import unicodedata
from random import Random

WORDS = "id name user tags price count note parent created Zoë 李 ключ größe trace_id v".split()
TAB_AND_LINES = "\t\n\r"


def integer(r: Random, bits: int = 64) -> int:
    """Every width is as likely as every other, so that each of a format's integer encodings has its share."""
    return r.getrandbits(int(r.random() * (bits + 1)))


def signed(r: Random, bits: int = 64) -> int:
    magnitude = integer(r, bits - 1)
    return magnitude if r.random() < 0.5 else -magnitude


def any_float(r: Random) -> float:
    """Any bit pattern; NaN and the infinities too."""
    return struct.unpack("<d", r.randbytes(8))[0]


def length(r: Random) -> int:
    """Mostly short; now and then past the limits at which formats change how they write a length."""
    return int(r.random() * (24 if r.random() < 0.9 else 300))


def text(r: Random) -> str:
    """A slice of a fixed text: much cheaper than a fresh string, and as varied."""
    start = int(r.random() * (len(TEXT) - 300))
    return TEXT[start : start + length(r)]


def value(r: Random, depth: int = 2, binary: bool = True, bits: int = 64):
    """A value as JSON has them, nested up to `depth`; with byte strings and any float if `binary`."""
    kind = int(r.random() * (10 if depth else 7))
    if kind == 0:
        return (None, True, False)[int(r.random() * 3)]
    if kind == 1:
        return integer(r, bits)
    if kind == 2:
        return signed(r)
    if kind == 3:
        return any_float(r) if binary else signed(r) * r.random()
    if kind == 4 and binary:
        return r.randbytes(length(r))
    if kind <= 6:
        return text(r)
    count = int(r.random() * 6)
    if kind == 7:
        return [value(r, depth - 1, binary, bits) for _ in range(count)]
    return {r.choice(WORDS): value(r, depth - 1, binary, bits) for _ in range(count)}


def printable(codec: str) -> list[str]:
    """The characters of a text encoding that texts are made of: letters, marks, numbers, punctuation, symbols, spaces, and
    the three controls that text uses."""
    if codec.startswith("utf"):
        candidates = range(0x20, 0x30000)
    else:
        candidates = range(0x20, 0x10000)
    return [c for c in map(chr, candidates) if is_printable(c) and has(codec, c)] + list(TAB_AND_LINES)


def sentence(r: Random, characters: list[str]) -> str:
    """Half of them anything, half of them from neighbouring characters, as those of one script are."""
    if r.random() < 0.5:
        start = int(r.random() * max(1, len(characters) - 64))
        characters = characters[start : start + 64]
    return "".join(r.choices(characters, k=1 + length(r)))


def is_printable(c: str) -> bool:
    return unicodedata.category(c)[0] in "LMNPS" or unicodedata.category(c) == "Zs"


def has(codec: str, c: str) -> bool:
    try:
        return bool(c.encode(codec))
    except UnicodeEncodeError:
        return False


# ASCII, Latin, Greek, Cyrillic, Hebrew, Devanagari, kana, ideographs, Hangul and emoji, in runs of one kind.
RANGES = [(0x20, 0x7E), (0x20, 0x7E), (0xA1, 0x17F), (0x391, 0x3C9), (0x410, 0x44F), (0x5D0, 0x5EA), (0x905, 0x939),
          (0x3041, 0x30FE), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x1F300, 0x1F64F)]  # fmt: skip
SCRIPTS = Random(1)
TEXT = "".join(chr(SCRIPTS.randint(*scope)) for scope in SCRIPTS.choices(RANGES, k=8000) for _ in range(8))
