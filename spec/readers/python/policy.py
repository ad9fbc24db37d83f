"""Shares and fan-out (section 17): decisions that programs in different languages take alike."""

from __future__ import annotations

import math

M64 = 2**64 - 1
P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
DEFAULT_POINTS = ((1, 1), (100, 10), (10_000, 1_000))


def xxh64(data: bytes, seed: int) -> int:
    """The xxHash specification, XXH64; Python has none of its own."""
    def rotated(value: int, bits: int) -> int:
        return (value << bits | value >> (64 - bits)) & M64

    def round_(lane: int, word: int) -> int:
        return rotated((lane + word * P2) & M64, 31) * P1 & M64

    def word(at: int, size: int) -> int:
        return int.from_bytes(data[at:at + size], "little")

    at = 0
    if len(data) >= 32:
        lanes = [(seed + P1 + P2) & M64, (seed + P2) & M64, seed, (seed - P1) & M64]
        while at + 32 <= len(data):
            lanes = [round_(lane, word(at + 8 * i, 8)) for i, lane in enumerate(lanes)]
            at += 32
        hashed = sum(rotated(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & M64
        for lane in lanes:
            hashed = ((hashed ^ round_(0, lane)) * P1 + P4) & M64
    else:
        hashed = (seed + P5) & M64
    hashed = (hashed + len(data)) & M64
    while at + 8 <= len(data):
        hashed = (rotated(hashed ^ round_(0, word(at, 8)), 27) * P1 + P4) & M64
        at += 8
    if at + 4 <= len(data):
        hashed = (rotated(hashed ^ word(at, 4) * P1 & M64, 23) * P2 + P3) & M64
        at += 4
    for byte in data[at:]:
        hashed = rotated(hashed ^ byte * P5 & M64, 11) * P1 & M64
    hashed = (hashed ^ hashed >> 33) * P2 & M64
    hashed = (hashed ^ hashed >> 29) * P3 & M64
    return hashed ^ hashed >> 32


def trace_hash(trace_id: bytes) -> int:
    return xxh64(trace_id, 0)                                       # [R-SHARE-1]


def in_share(trace_id: bytes, millionths: int) -> bool:
    return trace_hash(trace_id) >> 32 < (millionths << 32) // 1_000_000  # [R-SHARE-2]


def recipient_hash(trace_id: bytes, weight: int | None, recipient: bytes) -> int:
    inherited = 0 if weight in (None, 1) else weight                # [R-FAN-2] W
    return xxh64(recipient, xxh64(trace_id, inherited))             # [R-FAN-2] without W, as [R-SHARE-1]


def is_selected(trace_id: bytes, weight: int | None, recipient: bytes, one_in: int) -> bool:
    return recipient_hash(trace_id, weight, recipient) * one_in < 2**64  # [R-FAN-2]


def rate(recipients: int, points=DEFAULT_POINTS) -> int:
    """One in how many of so many recipients [R-FAN-1]."""
    if recipients <= points[0][0]:
        return points[0][1]
    for (r1, n1), (r2, n2) in zip(points, points[1:]):
        if recipients < r2:
            way = math.log(recipients / r1) / math.log(r2 / r1)
            return math.floor(n1 * (n2 / n1) ** way + 0.5 + 1e-9)
    return points[-1][1]
