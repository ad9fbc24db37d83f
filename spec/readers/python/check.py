#!/usr/bin/env python3
"""Runs the package over the vectors: those beside the specification, generated ones included, or the files given as arguments."""

import json
import sys
from array import array
from pathlib import Path

sys.dont_write_bytecode = True
import glassine as g  # noqa: E402
from glassine import policy  # noqa: E402

VECTORS = Path(__file__).resolve().parent.parent.parent / "vectors"


def unhex(text):
    """Strict, unlike bytes.fromhex: lower-case digits in pairs and nothing else."""
    if len(text) % 2 or not set(text) <= set("0123456789abcdef"):
        raise ValueError(f"not lower-case hexadecimal: {text!r}")
    return bytes.fromhex(text)


def fault_json(fault):
    return None if fault is None else {"kind": fault.kind, "offset": fault.offset}


def context_json(context):
    return {"trace_id": context.trace_id.hex(), "span_id": context.span_id.hex(), "trace_flags": f"{context.trace_flags:02x}"}


def context_of(described):
    if not isinstance(described, dict):
        return described
    return g.Context(unhex(described["trace_id"]), unhex(described["span_id"]), unhex(described["trace_flags"])[0])


def reading_json(message):
    carrier, context, flags = message.carrier, message.carrier.context, message.trace_flags
    return {
        "verdict": message.verdict,
        "version": message.version,
        "fault": fault_json(message.fault),
        "sampled": message.claimed_sampled,
        "decision": message.decision,
        "trace_flags": None if flags is None else f"{flags:02x}",
        "trace_id": context and context.trace_id.hex(),
        "span_id": context and context.span_id.hex(),
        "tracestate": carrier.tracestate,
        "baggage": carrier.baggage,
        "text_map": [{"key": key, "value": value} for key, value in carrier.text_map],
        "fan_out_weight": carrier.weight,
        "thinning": carrier.thinning,
        "further_contexts": [context_json(further) for further in carrier.further],
        "fields": [{"type": item.type, "offset": item.offset, "value": item.value.hex()} for item in carrier.fields],
        "carrier_faults": [fault_json(fault) for fault in carrier.faults],
        "payload_offset": message.payload_offset,
        "payload_len": len(message.payload),
    }


EMPTY = {"verdict": "bare", "sampled": False, "text_map": [], "further_contexts": [], "fields": [], "carrier_faults": [],
         "payload_offset": 0}


def compact(vector):
    """A `read` vector without what generated ones leave out."""
    reading = {key: value for key, value in vector["reading"].items() if value is not None and (key not in EMPTY or EMPTY[key] != value)}
    return {key: value for key, value in {**vector, "reading": reading}.items() if value != "as mixed"}


def complete(vector):
    """The same with it."""
    if vector["kind"] != "read":
        return vector
    absent = dict.fromkeys(reading_json(g.bare(b"")))
    return {"closed": "as mixed", "always": "as mixed", **vector, "reading": {**absent, **EMPTY, **vector["reading"]}}


def run_read(vector):
    message, cap = unhex(vector["message"]), vector.get("cap", g.DEFAULT_CAP)
    read = {"binary": g.read, "text": g.read_text}[vector["form"]]
    mixed = read(message, cap)
    reading = reading_json(mixed)
    yield "payload", mixed.payload.hex(), message[mixed.payload_offset:].hex()
    for key in sorted(vector["reading"].keys() | reading.keys()):
        yield f"reading.{key}", vector["reading"].get(key, "(missing)"), reading.get(key, "(missing)")
    if vector["form"] == "binary":
        yield "reading at the end of a stream", reading, reading_json(g.read_arrived(message, cap, ended=True))
    # In whatever holds bytes, and whatever becomes of that afterwards.
    for kind in (bytearray, memoryview, lambda octets: array("B", octets), lambda octets: memoryview(octets + octets)[:len(octets)]):
        buffer = kind(bytearray(message))
        held = read(buffer, cap)
        if isinstance(buffer, bytearray):
            buffer[:] = bytes(len(buffer))
        yield f"reading of a {type(buffer).__name__}", reading, reading_json(held)
    if vector["form"] == "text" and (text := decoded(message)) is not None:
        held = read(text, cap)
        yield "type of a str's payload", "str", type(held.payload).__name__
        yield "payload of a str", mixed.payload.decode(), held.payload
        yield "reading of a str", reading, reading_json(held) | {"payload_len": len(mixed.payload)}
    for mode in (g.CLOSED, g.ALWAYS):
        try:
            strict = reading_json(read(message, cap, mode))
            actual = "as mixed" if strict == reading else strict
        except g.Rejected as error:
            actual = fault_json(error.fault)
        yield mode, vector[mode], actual


def decoded(octets):
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return None


def run_stream(vector):
    message = unhex(vector["message"])
    for number, expected in enumerate(vector["answers"]):
        if expected["arrived"] > len(message):
            raise ValueError("more arrived than the message has")
        answer = g.read_arrived(message[:expected["arrived"]])
        if isinstance(answer, g.Incomplete):
            actual = {"incomplete": answer.needs}
        else:
            actual = {"verdict": answer.verdict, "fault": fault_json(answer.fault), "payload_offset": answer.payload_offset}
        yield f"answers[{number}] ({expected['arrived']} arrived)", expected["answer"], actual


def run_reparent(vector, reparent=g.reparent):
    try:
        result = reparent(unhex(vector["message"]), unhex(vector["span_id"]))
    except g.EncodeError:
        result = None
    yield "result", vector["result"], None if result is None else result.hex()


def run_reparent_text(vector):
    yield from run_reparent(vector, g.reparent_text)
    # And the same as a str.
    if (text := decoded(unhex(vector["message"]))) is not None:
        try:
            result = g.reparent_text(text, unhex(vector["span_id"]))
        except g.EncodeError:
            result = None
        yield "result", vector["result"], result and result.encode().hex()


def run_write(vector):
    what = vector["write"]
    try:
        result = g.wrap(unhex(what["payload"]), context_of(what["context"]), fields_of(what["fields"])).hex()
    except g.EncodeError:
        result = None
    yield "result", vector["result"], result


def run_traceparent(vector):
    try:
        context = g.read_traceparent(vector["text"])
        actual = {"reading": context_json(context), "written": g.write_traceparent(context), "fault": None}
    except g.Rejected as error:
        actual = {"reading": None, "written": None, "fault": fault_json(error.fault)}
    for key, value in actual.items():
        yield key, vector.get(key), value


def run_share(vector):
    trace_id = unhex(vector["trace_id"])
    yield "hash", vector["hash"], f"{policy.trace_hash(trace_id):016x}"
    yield "within", vector["within"], policy.is_in_share(trace_id, vector["millionths"])


def run_fan_out(vector):
    of = unhex(vector["trace_id"]), vector["weight"], unhex(vector["recipient"])
    yield "hash", vector["hash"], f"{policy.recipient_hash(*of):016x}"
    yield "selected", vector["selected"], policy.is_chosen(*of, vector["one_in"])


def run_rate(vector):
    yield "one_in", vector["one_in"], policy.default_one_in(vector["recipients"])


def run_table(vector):
    points = [(point["recipients"], point["one_in"]) for point in vector["points"]]
    try:
        one_in = policy.one_in(vector["recipients"], points)
    except ValueError:
        one_in = None
    yield "one_in", vector["one_in"], one_in


def run_weight(vector):
    yield "result", vector["result"], policy.nested_weight(vector["weight"], vector["one_in"])


def run_thinned(vector):
    receiver = vector["receiver"] and unhex(vector["receiver"])
    decision, weight = policy.receive_thinned(g.read(unhex(vector["message"])), receiver)
    yield "decision", vector["decision"], decision
    yield "weight", vector["weight"], weight


def run_thin(vector):
    fields = policy.thinned_fields(vector["weight"], vector["recipients"])
    yield "result", vector["result"], g.wrap(unhex(vector["payload"]), context_of(vector["context"]), fields).hex()


def fields_of(described):
    return tuple(g.Field(item["type"], unhex(item["value"])) for item in described)


def run_send(vector):
    what = vector["write"]
    payload = unhex(what["payload"])
    wrap = {"binary": g.wrap, "text": g.wrap_text}[vector["channel"]]
    try:
        # [R-WRITE-2]
        is_on = {"on": True, "off": False, "receive_only": False}[vector["sending"]]
        result = wrap(payload, context_of(what["context"]), fields_of(what["fields"])) if is_on else payload
        result = result.hex()
    except g.EncodeError:
        result = None
    yield "result", vector["result"], result
    if vector["channel"] == "text" and vector["sending"] == "on" and (text := decoded(payload)) is not None:
        try:
            result = g.wrap_text(text, context_of(what["context"]), fields_of(what["fields"])).encode().hex()
        except g.EncodeError:
            result = None
        yield "result of a str", vector["result"], result


def run_shorten(vector):
    what = vector["shorten"]
    left = g.shorten(fields_of(what["fields"]), what["carrier_bytes"], what["has_ids"])
    yield "result", vector["result"], [{"type": item.type, "value": item.value.hex()} for item in left]


def run_members(vector):
    text = unhex(vector["text"])
    if vector["list"] == "tracestate":
        found = [{"key": key.decode(), "value": value.decode()} for key, value in g.tracestate_members(text)]
    else:
        found = [{"key": key.decode(), "value": value.decode(), "properties": properties.decode()}
                 for key, value, properties in g.baggage_members(text)]
    yield "members", vector["members"], found


def run_mask(vector):
    context = context_of(vector["context"])
    yield "written", vector["written"], g.write_traceparent(context)
    yield "masked", vector["masked"], g.write_traceparent(context, 0x01)


RUNNERS = {
    "read": run_read, "stream": run_stream, "reparent": run_reparent, "write": run_write, "traceparent": run_traceparent,
    "share": run_share, "fan_out": run_fan_out, "rate": run_rate, "table": run_table, "weight": run_weight, "thinned": run_thinned,
    "thin": run_thin, "send": run_send, "shorten": run_shorten, "members": run_members, "mask": run_mask,
    "reparent_text": run_reparent_text,
}


def differences(run, vector):
    # compared as JSON, since True == 1 in Python
    triples = ((key, json.dumps(expected, sort_keys=True), json.dumps(actual, sort_keys=True)) for key, expected, actual in run(vector))
    return [f"{key}: expected {short(expected)}, actual {short(actual)}" for key, expected, actual in triples if expected != actual]


def short(text):
    return text if len(text) <= 400 else f"{text[:200]} … {text[-150:]} ({len(text)} characters)"


def without_repeated_keys(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError(f"a key stands twice among {[key for key, _ in pairs]}")
    return dict(pairs)


def load(path):
    """The vectors of a file, each with its kind."""
    text = path.read_text("utf-8")
    if path.suffix == ".jsonl":
        return [complete(json.loads(line, object_pairs_hook=without_repeated_keys)) for line in text.splitlines()]
    document = json.loads(text, object_pairs_hook=without_repeated_keys)
    return [{"kind": document["kind"], **vector} for vector in document["vectors"]]


def default_paths():
    return sorted(path for path in VECTORS.glob("*.json*") if path.name != "schema.json")


def main(arguments):
    passed = failed = 0
    names = set()
    for path in [Path(name) for name in arguments] or default_paths():
        try:
            vectors = load(path)
            runs = [RUNNERS[vector["kind"]] for vector in vectors]
        except (OSError, ValueError, KeyError, TypeError) as error:
            print(f"{path.name}: cannot be run: {error!r}")
            failed += 1
            continue
        for run, vector in zip(runs, vectors):
            name = vector.get("name", "(no name)")
            try:
                found = differences(run, vector)
            except Exception as error:  # a vector that cannot be run is a failed one, and the others still run
                found = [repr(error)]
            if name in names:
                found.append("the name stands twice")
            names.add(name)
            passed, failed = passed + (not found), failed + bool(found)
            if found:
                print(f"{path.name}: {name}: " + "; ".join(found))
    print(f"{passed + failed} vectors: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
