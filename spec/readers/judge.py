#!/usr/bin/env python3
"""Judges a reader in any language: by the vectors, and by thousands of messages that the tool `glassine` reads and writes too.

    judge.py [--tool GLASSINE] [--messages N] [--seed S] [--without KIND] … -- PROGRAM [ARGUMENT …]

PROGRAM answers as for `glassine conform`: one JSON object a line, of which `ask` is the kind of a vector, and the rest what
../vectors/README.md says. Beside the vectors it is asked for generated messages, and what it writes is compared as well. Exit code 1
if anything differs. A kind of vectors that is not known here fails; one that an implementation does not offer is named by --without.
"""

import argparse
import base64
import json
import math
import random
import subprocess
import sys
from pathlib import Path

VECTORS = Path(__file__).resolve().parent.parent / "vectors"

# What a vector of a kind expects; the rest of it is asked.
EXPECTED = {
    "read": ("reading", "closed", "always"),
    "stream": ("answers",),
    "reparent": ("result",),
    "write": ("result",),
    "traceparent": ("reading", "written", "fault"),
    "share": ("hash", "within"),
    "fan_out": ("hash", "selected"),
    "rate": ("one_in",),
    "reparent_text": ("result",),
    "send": ("result",),
    "shorten": ("result",),
    "members": ("members",),
    "mask": ("written", "masked"),
    "table": ("one_in",),
    "weight": ("result",),
    "thinned": ("decision", "weight"),
    "thin": ("result",),
}

PREFIX = b"~glassine;"
TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Failure(Exception):
    pass


def main():
    options = arguments()
    judged = Judged(options.program)
    try:
        failed = vectors(judged, options.vectors, options.without)
        if options.tool:
            failed += generated(judged, options.tool, options.messages, options.seed)
    except Failure as failure:
        sys.exit(f"judge: {failure}")
    finally:
        judged.end()
    print(f"{judged.count - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", help="the tool `glassine`; without it only the vectors are asked")
    parser.add_argument("--messages", type=int, default=4000, metavar="N", help="how many messages to generate of each form")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--without", action="append", default=[], choices=EXPECTED, metavar="KIND", help="a kind of vectors that the program does not offer")
    parser.add_argument("--vectors", type=Path, default=VECTORS, metavar="FOLDER", help="other vectors than those of the specification")
    parser.add_argument("program", nargs="+", help="the program to judge, and its arguments")
    return parser.parse_args()


class Judged:
    """The program, and how much it was asked."""

    def __init__(self, program):
        self.count = 0
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def answer(self, question):
        self.count += 1
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Failure(f"the program ended at {short(json.dumps(question))}")
        try:
            return json.loads(line)
        except ValueError as error:
            raise Failure(f"no JSON in the answer to {short(json.dumps(question))}: {error}: {short(line)}") from error

    def end(self):
        self.process.stdin.close()
        if self.process.wait():
            sys.exit(f"judge: the program ended with exit code {self.process.returncode}")


# The vectors


def vectors(judged, folder, without):
    failed = 0
    files = sorted(path for path in folder.glob("*.json") if path.name != "schema.json")
    if not files:
        raise Failure("no vectors")
    for path in files:
        document = json.loads(path.read_text("utf-8"))
        kind = document["kind"]
        if kind not in EXPECTED:
            raise Failure(f"{path.name}: vectors of an unknown kind, {kind}")
        if kind in without:
            print(f"{path.name}: not offered")
            continue
        wrong = 0
        for vector in document["vectors"]:
            expected = expectation(kind, vector)
            answer = judged.answer(question(kind, vector))
            found = differences(expected, answer)
            if found:
                print(f"{path.name}: {vector['name']}: {'; '.join(found)}")
                wrong += 1
            if not differences(spoiled(expected), answer):
                raise Failure(f"{path.name}: {vector['name']}: a wrong expectation is not noticed")
        print(f"{path.name}: {len(document['vectors']) - wrong} of {len(document['vectors'])} vectors")
        failed += wrong
    return failed


def question(kind, vector):
    asked = {key: value for key, value in vector.items() if key not in EXPECTED[kind]}
    asked["ask"] = kind
    if kind == "stream":
        asked["arrived"] = [answer["arrived"] for answer in vector["answers"]]
    return asked


def expectation(kind, vector):
    expected = {key: vector[key] for key in EXPECTED[kind] if key in vector}
    if kind == "read":
        return {**expected.pop("reading"), **expected, "payload": payload_of(vector["message"], vector["reading"])}
    if kind == "stream":
        return {"answers": [step["answer"] for step in vector["answers"]]}
    return expected


def payload_of(message, reading):
    return message[2 * reading["payload_offset"]:]


def spoiled(expected):
    """The control: the same with one thing wrong."""
    key = next(iter(expected))
    return {**expected, key: {"wrong": expected[key]}}


def differences(expected, answer):
    """Compared as JSON, since True == 1 in Python."""
    found = []
    for key in sorted(expected.keys() | answer.keys()):
        wanted, got = expected.get(key, "(nothing)"), answer.get(key, "(nothing)")
        if isinstance(wanted, dict) and isinstance(got, dict):
            found += [f"{key}.{difference}" for difference in differences(wanted, got)]
        elif canonical(wanted) != canonical(got):
            found.append(f"{key}: expected {short(canonical(wanted))}, answered {short(canonical(got))}")
    return found


def canonical(value):
    return json.dumps(value, sort_keys=True)


def short(text):
    return text if len(text) <= 300 else f"{text[:200]} … {text[-80:]} ({len(text)} characters)"


# Generated messages, beside the tool


def generated(judged, tool, count, seed):
    random_ = random.Random(seed)
    frames = seeds()
    messages = [message(random_, frames) for _ in range(count)]
    texts = [text(random_, frames) for _ in range(count)]
    failed = read(judged, tool, "binary", messages)
    failed += read(judged, tool, "text", texts)
    failed += written(judged, tool, [description(random_) for _ in range(count)])
    failed += wrapped(judged, tool, [simple(random_) for _ in range(200)])
    failed += rates(judged)
    return failed


def seeds():
    """The binary messages of the vectors, of those that are short enough to be worth changing."""
    messages = []
    for path in VECTORS.glob("*.json"):
        if path.name == "schema.json":
            continue
        document = json.loads(path.read_text("utf-8"))
        if document["kind"] == "read":
            messages += [bytes.fromhex(v["message"]) for v in document["vectors"] if v["form"] == "binary"]
    return sorted(message for message in messages if len(message) <= 2000)


def read(judged, tool, form, messages):
    """Reads messages with both."""
    encoded = [m.hex() for m in messages] if form == "binary" else None
    lines = "".join(f"{line}\n" for line in encoded).encode() if encoded else b"".join(m + b"\n" for m in messages)
    how = "hex" if form == "binary" else "text"
    expected = inspected(tool, how, lines)
    if len(expected) != len(messages):
        raise Failure(f"the tool read {len(expected)} of {len(messages)} messages")
    failed, kinds = 0, {}
    for message, reading in zip(messages, expected):
        answer = judged.answer({"ask": "read", "form": form, "message": message.hex()})
        reading["payload"] = payload_of(message.hex(), reading)
        found = differences(reading, {key: answer.get(key) for key in reading})
        kinds[reading["verdict"]] = kinds.get(reading["verdict"], 0) + 1
        if found:
            failed += 1
            print(f"{form} {short(message.hex())}: {'; '.join(found)}")
    if set(kinds) != {"bare", "enveloped", "damaged", "unknown_version"}:
        raise Failure(f"generated messages of only some kinds: {kinds}")
    print(f"generated, {form}: {kinds}, {failed} read otherwise")
    return failed


def inspected(tool, how, lines):
    run = subprocess.run([tool, "inspect", "--lines", "--json", "--show-baggage", "--in", how], input=lines, capture_output=True)
    if run.returncode:
        raise Failure(f"glassine inspect: {run.stderr.decode()}")
    return [json.loads(line) for line in run.stdout.splitlines()]


def written(judged, tool, descriptions):
    """What is written is read by the tool, in both forms, with all that went in."""
    failed, refused = 0, 0
    for form in ("hex", "text"):
        kept, lines = [], []
        for described in descriptions:
            result = judged.answer(sent(form, described))["result"]
            if result is None:
                refused += 1
                continue
            kept.append(described)
            lines.append(result.encode() if form == "hex" else bytes.fromhex(result))
        for described, line, reading in zip(kept, lines, inspected(tool, form, b"".join(line + b"\n" for line in lines)), strict=True):
            ordered = sorted(described["fields"], key=lambda field: field["type"])
            context = described["context"]
            is_context = isinstance(context, dict)
            message = bytes.fromhex(line.decode()) if form == "hex" else line
            actual = {
                "fields": [{"type": field["type"], "value": field["value"]} for field in reading["fields"]],
                "faults": [reading["fault"], reading["carrier_faults"]],
                "context": {key: reading[key] for key in ("trace_id", "span_id", "trace_flags")} if is_context else reading["decision"],
                "payload": message[reading["payload_offset"]:].hex(),
            }
            found = differences({"fields": ordered, "faults": [None, []], "context": context, "payload": described["payload"]}, actual)
            if found:
                failed += 1
                print(f"written in {form}, {short(json.dumps(described))}: {'; '.join(found)}")
    if refused == 0:
        raise Failure("nothing that is written is refused")
    print(f"generated, written: {2 * len(descriptions)}, of which {refused} refused, {failed} read otherwise")
    return failed


def sent(form, described):
    return {"ask": "send", "channel": {"hex": "binary", "text": "text"}[form], "sending": "on", "write": described}


def wrapped(judged, tool, simples):
    """The tool and the program write the same bytes."""
    failed = 0
    for options, described in simples:
        for form in ("hex", "text"):
            payload = bytes.fromhex(described["payload"])
            if form == "text" and not options and not is_utf8(payload):
                continue  # bare, and not judged: the tool has no channel that takes it
            run = subprocess.run([tool, "wrap", "--no-env", "--out", form, *options], input=payload, capture_output=True)
            tools = None if run.returncode else run.stdout if form == "text" else bytes.fromhex(run.stdout.decode())
            result = judged.answer(sent(form, described))["result"]
            if result != (None if tools is None else tools.hex()):
                failed += 1
                print(f"wrapped in {form}, {options}: expected {tools and short(tools.hex())}, answered {result and short(result)}")
    print(f"generated, wrapped: {2 * len(simples)}, {failed} written otherwise")
    return failed


def is_utf8(payload):
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def rates(judged):
    """The default table at every number of recipients where its rate could change, by the formula of R-FAN-1."""
    points, failed = ((1, 1), (100, 10), (10_000, 1_000)), 0
    for recipients in range(1, 10_002):
        expected = points[-1][1]
        for (r1, n1), (r2, n2) in zip(points, points[1:]):
            if r1 <= recipients < r2:
                way = math.log(recipients / r1) / math.log(r2 / r1)
                expected = math.floor(n1 * (n2 / n1) ** way + 0.5 + 1e-9)
        answer = judged.answer({"ask": "rate", "recipients": recipients})
        if answer != {"one_in": expected}:
            failed += 1
            print(f"one in how many of {recipients}: expected {expected}, answered {answer}")
    print(f"generated, rates: 10001, {failed} otherwise")
    return failed


# What is generated


def message(random_, frames):
    if random_.random() < 0.35:
        return frame(random_)
    changed = bytearray(random_.choice(frames))
    for _ in range(random_.randint(0, 3)):
        at = random_.randrange(len(changed) + 1)
        what = random_.randrange(4)
        if what == 0:
            del changed[at:at + random_.randint(1, 8)]
        elif what == 1:
            changed[at:at] = random_.randbytes(random_.randint(1, 8))
        elif what == 2 and at < len(changed):
            changed[at] ^= 1 << random_.randrange(8)
        elif changed:
            changed[random_.randrange(min(len(changed), 16))] = random_.choice((0, 1, 2, 3, 7, 8, 24, 255))
    return bytes(changed)


def frame(random_):
    """A frame with a header that is right most of the time, and fields that may be anything."""
    ids = random_.random() < 0.7
    flags = random_.choice((0, 1, 1, 1, 2, 3, 255)) if ids else random_.choice((0, 0, 0, 2))
    shape = 3 if ids else 1 if flags else random_.randrange(2)
    carrier = b"".join(random_.choice((b"\0", b"\1", b"\xff")) * size for size in (16, 8)) if ids else b""
    for _ in range(random_.choice((0, 1, 2, 3, 8, 130))):
        type_, value = raw_field(random_)
        carrier += bytes([type_]) + len(value).to_bytes(2, "big") + value
    carrier += random_.randbytes(random_.choice((0, 0, 0, 1, 2, 3)))
    head = bytes([0x9E, random_.choice((1,) * 20 + (2, 3, 4, 5, 6, 7, 8, 9)), 0xC1, 0xDE, flags, shape])
    return head + len(carrier).to_bytes(2, "big") + carrier + random_.randbytes(random_.randrange(8))


def raw_field(random_):
    type_ = random_.choice((0, 1, 2, 3, 3, 3, 4, 5, 6, 0x2A, 0x60, 0xCA, 0xE0))
    if random_.random() < 0.3:
        return type_, random_.randbytes(random_.randrange(6))
    return type_, value_of(random_, type_)


def value_of(random_, type_):
    if type_ in (1, 2):
        return ",".join(f"{random_.choice('abc')}={random_.randrange(99)}" for _ in range(random_.randint(1, 4))).encode()
    if type_ == 3:
        key = random_.choice(("b3", "B3", "x-b3", "X-B3", "uber-trace-id", "baggage", "TraceParent", "k"))
        value = random_.choice(("", "0", "grün", "\u0000", "\ud7ff\ue000", "\U0010ffff", "\"\\\n"))
        spoiled = random_.choice((b"",) * 6 + (b"\xed\xa0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf5\x80\x80\x80", b"\xc1\x80"))
        return bytes([len(key)]) + key.encode() + value.encode() + spoiled
    if type_ in (4, 6):
        return random_.choice((0, 1, 2, 1000, 2**32 - 1)).to_bytes(4, "big")
    if type_ == 5:
        return random_.choice((b"\0", b"\5")) * 16 + random_.choice((b"\0", b"\6", b"\6")) * 8 + random_.randbytes(1)
    return random_.randbytes(random_.randrange(9))


def text(random_, frames):
    """A text message of one line, most of them with a frame in it."""
    payload = random_.choice((b"", b"{}", b"a;b", "grün".encode(), b"~glassine;"))
    if random_.random() < 0.1:
        return (PREFIX[:random_.randrange(11)] + payload) or b"x"
    source = frame(random_) if random_.random() < 0.5 else message(random_, frames)
    head = source[:8 + int.from_bytes(source[6:8], "big")] if random_.random() < 0.8 else source
    encoded = bytearray(base64.urlsafe_b64encode(head).rstrip(b"="))
    if random_.random() < 0.2 and encoded:
        at = random_.randrange(len(encoded))
        encoded[at:at + random_.randrange(2)] = random_.choice((b"=", b"+", b"/", b"A", b"B", b"-", b"_", b";", b"\xff"))
    return PREFIX + bytes(encoded) + random_.choice((b";",) * 9 + (b"",)) + payload


def description(random_):
    """What a writer is given; some of it must be refused."""
    sampled = random_.random() < 0.7
    context = random_.choice((None, "unsampled", "context", "context", "context"))
    if context == "context":
        context = {"trace_id": TRACE_ID, "span_id": SPAN_ID, "trace_flags": "03" if sampled else "02"}
    fields = []
    for _ in range(random_.choice((0, 1, 2, 3, 5))):
        type_, value = raw_field(random_)
        fields.append({"type": type_, "value": value.hex()})
    payload = random_.choice((b"", b"{}", b"\x9e", b"\x9e\x01\xc1\xde", b"~glassine;;", "grün".encode()))
    return {"context": context, "fields": fields, "payload": payload.hex()}


def simple(random_):
    """Options of `glassine wrap`, and what they describe."""
    options, fields, context = [], [], None
    if random_.random() < 0.7:
        flags = random_.choice(("00", "01", "02", "03"))
        context = {"trace_id": TRACE_ID, "span_id": SPAN_ID, "trace_flags": flags}
        options += ["--traceparent", f"00-{TRACE_ID}-{SPAN_ID}-{flags}"]
        if random_.random() < 0.4:
            options += ["--tracestate", "congo=t61r"]
            fields.append({"type": 1, "value": b"congo=t61r".hex()})
        if flags in ("01", "03"):
            for name, type_ in (("weight", 4), ("thinning", 6)):
                if random_.random() < 0.3:
                    number = random_.choice((1, 10, 4294967295))
                    options += [f"--{name}", str(number)]
                    fields.append({"type": type_, "value": f"{number:08x}"})
    elif random_.random() < 0.5:
        options, context = ["--unsampled"], "unsampled"
    if random_.random() < 0.3:
        options += ["--baggage", "a=1,b=2"]
        fields.append({"type": 2, "value": b"a=1,b=2".hex()})
    for key in random_.sample(("b3", "uber-trace-id", "x-y"), random_.randrange(3)):
        options += ["--text-map", f"{key}=0"]
        fields.append({"type": 3, "value": (bytes([len(key)]) + key.encode() + b"0").hex()})
    payload = random_.choice((b"", b"{}", b"\x9e", b"\x9e\x01\xc1\xde", b"~glassine;;", "grün".encode()))
    return options, {"context": context, "fields": fields, "payload": payload.hex()}


if __name__ == "__main__":
    main()
