"""The frames that old receivers are given: 4,000 of version 1, always the same ones.

Contexts with and without fields, markers, escapes, and fields without a context, around payloads of many formats. Some say more
than a writer should (flags in a marker, a weight without a context), because an old receiver may meet those as well.
"""

import json
import struct
from hashlib import sha256
from random import Random

import cbor2
import msgpack
from google.protobuf import struct_pb2

SEED = 20260101
COUNT = 4000
# Of all frames, each behind its length. It holds as long as the encoders of the payloads write the same bytes.
SHA256 = "f47afa22f1d3c7c90091fb0b5e0f5ecc6f538a07fb2ddf701276f50a6baa0c7f"

WORDS = "the quick brown fox jumps over a lazy dog while traces cross naïve queues".split()


def frames() -> list[bytes]:
    r = Random(SEED)
    made = [frame(r) for _ in range(COUNT)]
    digest = sha256(b"".join(struct.pack(">I", len(each)) + each for each in made)).hexdigest()
    assert digest == SHA256, "these are not the frames that the rationale speaks of"
    return made


def frame(r: Random) -> bytes:
    kind = r.random()
    if kind < 0.4:
        behind = payload(r)
        return head(r.choice([0, 1, 1, 3, 2]), 3, ids(r)) + behind
    if kind < 0.6:
        behind = payload(r)
        return head(r.choice([0, 1, 1, 3]), 3, ids(r) + fields(r)) + behind
    if kind < 0.8:
        behind = payload(r)
        return head(r.choice([0, 0, 2]), 1, b"") + behind
    if kind < 0.9:
        return head(0, 0, b"") + escaped_payload(r)
    behind = payload(r)
    return head(0, 0, fields(r)) + behind


def head(flags: int, shape: int, carrier: bytes) -> bytes:
    return bytes([0x9E, 1, 0xC1, 0xDE, flags, shape]) + struct.pack(">H", len(carrier)) + carrier


def ids(r: Random) -> bytes:
    return r.randbytes(24)


def fields(r: Random) -> bytes:
    written = []
    if r.random() < 0.5:
        written.append((1, b"vendor=%08x" % r.getrandbits(32)))
    if r.random() < 0.5:
        written.append((2, b"tenant=acme,user=%d" % r.randrange(10**5)))
    if r.random() < 0.3:
        key = b"x-datadog-trace-id"
        written.append((3, bytes([len(key)]) + key + b"%d" % r.getrandbits(63)))
    if r.random() < 0.5:
        written.append((4, struct.pack(">I", r.choice([1, 10, 100, 1000]))))
    if r.random() < 0.2:
        written.append((5, ids(r) + b"\x01"))
    if r.random() < 0.2:
        written.append((r.choice([0x2A, 0x4A, 0xAA, 0xCA]), r.randbytes(r.randrange(6))))
    return b"".join(struct.pack(">BH", kind, len(content)) + content for kind, content in sorted(written, key=lambda f: f[0]))


def payload(r: Random) -> bytes:
    return r.choice(PAYLOADS)(r)


def escaped_payload(r: Random) -> bytes:
    """Payloads that begin with the magic byte."""
    kind = r.randrange(4)
    if kind == 0:
        return msgpack.packb([r.choice([r.randrange(200), r.choice(WORDS), None, True, r.random()]) for _ in range(14)])
    if kind == 1:
        return b"\x9e" + r.randbytes(r.randrange(100))
    if kind == 2:
        return head(r.choice([0, 1, 3]), 3, ids(r)) + json.dumps(order(r)).encode()
    return ("žena " + words(r, 5, WORDS[:8])).encode("cp1252")


def order(r: Random) -> dict:
    return {
        "user": r.randrange(10**6),
        "name": r.choice(["ann", "bo", "Zoë", "李"]),
        "tags": [r.choice("abcdef") for _ in range(r.randrange(5))],
        "v": r.random(),
        "ok": r.random() < 0.5,
        "n": None,
    }


def words(r: Random, count: int, of: list[str] = WORDS) -> str:
    return " ".join(r.choice(of) for _ in range(count))


def protobuf(r: Random) -> bytes:
    message = struct_pb2.Struct()
    message.update({"k": r.random(), "name": r.choice(WORDS)})
    return message.SerializeToString(deterministic=True)


PAYLOADS = [
    lambda r: json.dumps(order(r)).encode(),
    lambda r: json.dumps([order(r) for _ in range(r.randrange(5, 40))]).encode(),
    lambda r: msgpack.packb(order(r)),
    lambda r: cbor2.dumps(order(r)),
    protobuf,
    lambda r: b"\x83m" + struct.pack(">I", 5) + r.randbytes(5),
    lambda r: words(r, r.randrange(1, 12)).encode(),
    lambda r: words(r, r.randrange(100, 600)).encode(),
    lambda r: r.randbytes(r.randrange(1, 200)),
    lambda r: r.randbytes(r.randrange(1000, 4000)),
    lambda r: bytes(r.randrange(1, 64)),
    lambda r: bytes(r.randrange(1, 100) for _ in range(r.randrange(1, 40))),
    lambda r: struct.pack(r.choice(["<q", ">q", "<d", ">d", "<i", ">f"]), r.randrange(1, 10**6)),
    lambda r: b"",
]
