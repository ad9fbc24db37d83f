#!/usr/bin/env python3
"""Makes messages by chance, with the readings that the Python reader has of them, as JSON lines (README.md, *generated*).

    python3 generate.py > generated.jsonl                            the file beside this one
    python3 generate.py --check                                      whether it still is that file
    python3 generate.py --seed 7 --count 100000 > /tmp/more.jsonl    others, for another implementation
"""

import argparse
import base64
import json
import random
import sys
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "readers" / "python"))
import check  # noqa: E402
import glassine as g  # noqa: E402

SEED, COUNT = 20260101, 4_000


class Chance:
    """A generator whose numbers are the same in every release of Python."""

    def __init__(self, seed):
        self.bits = random.Random(seed).getrandbits

    def below(self, n):
        return self.bits(32) % n

    def one_in(self, n):
        return self.below(n) == 0

    def of(self, things):
        return things[self.below(len(things))]

    def bytes(self, count):
        return bytes(self.bits(8) for _ in range(count))

    def text(self, alphabet, most):
        return bytes(self.of(alphabet) for _ in range(self.below(most + 1)))


LIST_BYTES = b"ab=1,; \t"
TEXTS = (b"congo=t61r", b"tenant=acme;ttl=60, k=v", b"a=1 ,b=2", b",a=1,,A=2 ,", b"x\n", b"\x7f", b"caf\xc3\xa9")
KEYS = (b"b3", b"B3", b"x-datadog-trace-id", b"uber-trace-id", b"traceparent", b"Tracestate", b"baggage", b"bagg", b"k", b"a b", b"")
TYPES = (0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 0x2A, 0x5F, 0x60, 0x7F, 0x80, 0xAA, 0xDF, 0xE0, 0xFF)


def ids(chance, count):
    return bytes(count) if chance.one_in(12) else chance.bytes(count)


def value(chance, kind):
    if chance.one_in(12):
        return chance.bytes(chance.below(8))
    if kind in (g.TRACESTATE, g.BAGGAGE):
        return chance.of(TEXTS) if chance.one_in(2) else chance.text(LIST_BYTES, 12)
    if kind == g.TEXT_MAP:
        key = chance.of(KEYS)
        rest = chance.of((b"", b"0", b"\xc3\xa9", b"\xe0\x9f\xbf", b"\xf0\x9f\x92\xa1", b"\xed\xa0\x80", b"\xff"))
        return bytes([len(key) + chance.one_in(16)]) + key + rest
    if kind in (g.WEIGHT, g.THINNING):
        return bytes(4) if chance.one_in(8) else chance.bytes(4)
    if kind == g.FURTHER:
        return ids(chance, 16) + ids(chance, 8) + chance.bytes(1)
    return chance.bytes(chance.below(6))


def carrier_fields(chance):
    return [g.Field(kind, value(chance, kind)) for kind in (chance.of(TYPES) for _ in range(chance.below(7)))]


def payload(chance):
    return chance.of((b"", b'{"id":7}', b"\x9e", b"\x9e\x01\xc1\xde", b";", g.TEXT_PREFIX, chance.bytes(chance.below(12))))


def head(chance):
    """Header and carrier of a frame that may have any fault."""
    shape = chance.of((0, 1, 3, 3, 3, 3, chance.below(16), chance.bits(8)))
    flags = chance.of((0, 1, 1, 2, 3, chance.bits(8))) if shape & g.DECIDED or chance.one_in(10) else 0
    if not shape & g.IDS and not chance.one_in(8):
        flags &= 0xFE
    carrier = ids(chance, 16) + ids(chance, 8) if shape & g.IDS and not chance.one_in(16) else b""
    for item in carrier_fields(chance):
        carrier += bytes([item.type]) + len(item.value).to_bytes(2, "big") + item.value
    if chance.one_in(6):
        carrier += chance.bytes(1 + chance.below(4))
    n = len(carrier) if not chance.one_in(12) else max(0, len(carrier) + chance.below(64) - 32)
    version = 1 if not chance.one_in(8) else chance.of((0, 2, 3, 4, 5, 6, 7, 8, 9, 129))
    return bytes([g.MAGIC, version]) + g.GUARD + bytes([flags, shape]) + n.to_bytes(2, "big") + carrier


def damaged(chance, message):
    """The message as it is, mostly; or with a byte changed, cut off or put in."""
    at = chance.below(min(len(message), 40) + 1)
    return chance.of((
        message, message, message, message,
        message[:at],
        message[:at] + chance.bytes(1) + message[at:],
        message[:at] + bytes([message[at] ^ 1 << chance.below(8)]) + message[at + 1:] if at < len(message) else message,
    ))


def cap(chance):
    return {"cap": chance.of((0, 24, 31, 40, 64))} if chance.one_in(10) else {}


def read_binary(chance):
    if chance.one_in(12):
        message = chance.of((b"", b"\x9e", b"\x9e\x01", b"\x9e\x01\xc1\xde")) + chance.bytes(chance.below(10))
    else:
        message = damaged(chance, head(chance) + payload(chance))
    return read_vector("binary", message, cap(chance))


def read_text(chance):
    encoded = base64.urlsafe_b64encode(head(chance))
    encoded = encoded if chance.one_in(12) else encoded.rstrip(b"=")
    message = damaged(chance, g.TEXT_PREFIX + encoded + b";" + payload(chance))
    return read_vector("text", message, cap(chance))


def read_vector(form, message, with_cap):
    read = {"binary": g.read, "text": g.read_text}[form]
    reading = check.reading_json(read(message, **with_cap))
    vector = {"kind": "read", "form": form, "message": message.hex(), **with_cap, "reading": reading}
    for way in (g.CLOSED, g.ALWAYS):
        try:
            strict = check.reading_json(read(message, mode=way, **with_cap))
            vector[way] = "as mixed" if strict == reading else strict
        except g.Rejected as error:
            vector[way] = check.fault_json(error.fault)
    return check.compact(vector)


def stream(chance):
    message = damaged(chance, head(chance) + payload(chance))
    arrived = [chance.below(len(message) + 1) for _ in range(3)]
    vector = {"kind": "stream", "message": message.hex(), "answers": [{"arrived": at, "answer": None} for at in arrived]}
    return answered(vector, "answers")


def reparent(chance):
    vector = {"message": damaged(chance, head(chance) + payload(chance)).hex(), "span_id": ids(chance, 8).hex()}
    return answered({"kind": "reparent", **vector, "result": None}, "result")


def reparent_text(chance):
    message = g.text_front(head(chance)) + payload(chance)
    return answered({"kind": "reparent_text", "message": message.hex(), "span_id": ids(chance, 8).hex(), "result": None}, "result")


def described(chance):
    context = {"trace_id": ids(chance, 16).hex(), "span_id": ids(chance, 8).hex(), "trace_flags": chance.bytes(1).hex()}
    context = chance.of((context, context, context, g.UNSAMPLED, None))
    fields = [{"type": item.type, "value": item.value.hex()} for item in carrier_fields(chance)[:3]]
    return {"context": context, "fields": fields, "payload": payload(chance).hex()}


def send(chance):
    vector = {"channel": chance.of(("binary", "text")), "sending": chance.of(("on",) * 8 + ("off", "receive_only"))}
    return answered({"kind": "send", **vector, "write": described(chance), "result": None}, "result")


def members(chance):
    text = b",".join(chance.text(b"ab=1; \tA%", 6) for _ in range(chance.below(6)))
    return answered({"kind": "members", "list": chance.of(("tracestate", "baggage")), "text": text.hex(), "members": None}, "members")


def shorten(chance):
    """One list and a little less room than it takes; or any lists, well-formed or not, and other fields of types that a writer takes."""
    if chance.one_in(2):
        text = chance.of((b"", b" ", b","))
        for _ in range(1 + chance.below(4)):
            text += chance.of((b"a=1", b"b=22", b"c", b"", b" ", b"d = 4;p")) + chance.of((b",", b" ,", b"\t,", b", ", b",,", b""))
        has_ids = chance.one_in(2)
        what = {"has_ids": has_ids, "fields": [{"type": chance.of((g.TRACESTATE, g.BAGGAGE)), "value": text.hex()}]}
        what["carrier_bytes"] = g.ID_BYTES * has_ids + 3 + chance.below(len(text) + 2)
        return answered({"kind": "shorten", "shorten": what, "result": None}, "result")
    fields = []
    for _ in range(chance.below(6)):
        kind = chance.of((1, 1, 2, 2, 2, 3, 4, 5, 6, 0x60, 0xE0))
        if kind in (g.TRACESTATE, g.BAGGAGE):
            item = chance.text(LIST_BYTES, 12)
        elif kind == g.TEXT_MAP:
            item = b"\x01k" + chance.text(b"ab", 6)
        elif kind == g.FURTHER:
            item = bytes([1]) * 24 + chance.bytes(1)
        else:
            item = b"\x01" * 4
        fields.append({"type": kind, "value": item.hex()})
    what = {"has_ids": chance.one_in(2), "fields": fields, "carrier_bytes": chance.below(80)}
    return answered({"kind": "shorten", "shorten": what, "result": None}, "result")


def traceparent(chance):
    text = f"{chance.of(('00', '00', '00', '01', 'cc', 'ff'))}-{ids(chance, 16).hex()}-{ids(chance, 8).hex()}-{chance.bytes(1).hex()}"
    text += chance.of(("", "", "", "-", "-more", "x"))
    text = damaged(chance, text.encode()).decode("latin-1")
    vector = {"kind": "traceparent", "text": text}
    answers = {key: actual for key, _, actual in check.run_traceparent(vector)}
    return {**vector, **({"fault": answers["fault"]} if answers["fault"] else {key: answers[key] for key in ("reading", "written")})}


def answered(vector, key):
    """The vector with what the Python reader answers."""
    answers = [actual for _, _, actual in check.RUNNERS[vector["kind"]](vector)]
    if key == "answers":
        return {**vector, key: [{"arrived": step["arrived"], "answer": answer} for step, answer in zip(vector[key], answers)]}
    return {**vector, key: answers[0]}


MAKERS = (read_binary,) * 8 + (read_text,) * 3 + (stream, reparent, reparent_text, send, send, members, shorten, shorten, traceparent)


def lines(seed, count):
    chance = Chance(seed)
    for number in range(count):
        vector = {"name": f"generated-{number}", **chance.of(MAKERS)(chance)}
        yield json.dumps(vector, separators=(",", ":")) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--check", action="store_true", help="compare with generated.jsonl")
    arguments = parser.parse_args()
    made = lines(arguments.seed, arguments.count)
    if not arguments.check:
        sys.stdout.writelines(made)
        return 0
    different = "".join(made) != (HERE / "generated.jsonl").read_text("utf-8")
    print(f"generated.jsonl is {'not ' if different else ''}what seed {arguments.seed} makes")
    return int(different)


if __name__ == "__main__":
    sys.exit(main())
