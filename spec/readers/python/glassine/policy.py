"""Shares and fan-out (section 17): decisions that programs in different languages take alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from . import UNSAMPLED, Field, Reading, thinning
from . import weight as weight_field

M64 = 2**64 - 1
P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


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
    """XXH64 of a trace id, with seed 0."""
    return xxh64(trace_id, 0)                                       # [R-SHARE-1]


def is_in_share(trace_id: bytes, millionths: int) -> bool:
    """Whether a trace is in a share of so many millionths of all traces."""
    return trace_hash(trace_id) >> 32 < (millionths << 32) // 1_000_000  # [R-SHARE-2]


def recipient_hash(trace_id: bytes, weight: int | None, recipient: bytes) -> int:
    """The hash that chooses recipients. `weight` is that of the message that this one comes from."""
    inherited = 0 if weight is None or weight == 1 else weight      # [R-FAN-2] W
    return xxh64(recipient, xxh64(trace_id, inherited))             # [R-FAN-2] without W, as [R-SHARE-1]


def is_chosen(trace_id: bytes, weight: int | None, recipient: bytes, one_in: int) -> bool:
    """Whether the recipient of this name gets the sampled context, if one in so many does."""
    return recipient_hash(trace_id, weight, recipient) * one_in < 2**64  # [R-FAN-2]


def default_one_in(recipients: int) -> int:
    """One in how many of so many recipients, by the default table, in whole numbers [R-FAN-1]."""
    if recipients >= 9_995:
        return 1_000
    if recipients >= 105:
        return (recipients + 5) // 10
    return sum(recipients >= first for first in DEFAULT_FROM) or 1  # 0 recipients count as 1


DEFAULT_FROM = (1, 3, 7, 13, 21, 31, 43, 57, 73, 91)


def one_in(recipients: int, points: Sequence[tuple[int, int]]) -> int:
    """One in how many of so many recipients, by a table of one's own: (recipients, one in how many), ascending [R-FAN-4].

    Raises ValueError for what is no table.
    """
    sizes = [size for size, _ in points]
    if not points or any(a >= b for a, b in zip(sizes, sizes[1:])) or not all(1 <= part < 2**32 for point in points for part in point):
        raise ValueError("not a table")
    recipients = max(recipients, 1)
    if recipients <= points[0][0]:
        return points[0][1]
    for (r1, n1), (r2, n2) in zip(points, points[1:]):
        if recipients < r2:
            way = math.log(recipients / r1) / math.log(r2 / r1)
            return int(math.floor(n1 * (n2 / n1) ** way + 0.5 + 1e-9))
    return points[-1][1]


def nested_weight(weight: int | None, one_in: int) -> int:
    """The weight of a message that was chosen, of one that has a weight or none."""
    return min((weight or 1) * one_in, 2**32 - 1)                  # [R-FAN-3]


def receive_thinned(
    reading: Reading[Any], name: bytes | None
) -> tuple[Literal["sampled", "unsampled"] | None, int | None]:
    """The decision that a receiver of this name has of a message whose sender it believes, and its weight."""
    carrier, context = reading.carrier, reading.context
    if carrier.thinning is None or context is None or name is None:  # [R-THIN-3] who has no name keeps it, and counts the weight
        return reading.decision, carrier.weight
    if is_chosen(context.trace_id, carrier.weight, name, carrier.thinning):
        return reading.decision, nested_weight(carrier.weight, carrier.thinning)  # [R-THIN-1] [R-THIN-2]
    return UNSAMPLED, None                                          # [R-THIN-1]


def kept_weight(reading: Reading[Any], name: bytes | None = None) -> int:
    """How many messages this one stands for, for a receiver of this name that goes on with it as sampled; 0 if it is to be taken for unsampled.

    Without a name everyone keeps what it was sent. Ask your trust policy first: what is not believed decides nothing.
    """
    decision, weight = receive_thinned(reading, name)
    return (weight or 1) if decision == "sampled" else 0


def thinned_fields(weight: int | None, recipients: int) -> list[Field]:
    """What the sender of one copy for so many writes by the default table, of a message with this weight or none [R-THIN-4]."""
    rate = default_one_in(recipients)
    weights = [] if weight is None else [weight_field(weight)]
    return weights + [thinning(rate)] * (rate > 1)
