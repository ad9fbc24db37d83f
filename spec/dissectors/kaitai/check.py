#!/usr/bin/env python3
"""Compiles glassine.ksy to Python and runs the parser over every binary `read` vector.

Needs node, npm and Python 3.11 or later. Compiler and runtime are installed once, below the cargo target directory.
"""

import collections
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

sys.dont_write_bytecode = True

HERE = Path(__file__).resolve().parent
SPEC = HERE.parent.parent
SCRATCH = Path(os.environ.get("CARGO_TARGET_DIR") or SPEC.parent / "target").resolve() / "kaitai"

NPM = ["kaitai-struct-compiler@0.11.0", "yaml@2.9.1"]
PYPI = ["kaitaistruct==0.11"]

W3C_KEYS = {"traceparent", "tracestate", "baggage"}
# What a field's value is read as.
VIEWS = ("text", "text_map_entry", "fan_out_weight", "further_context", "thinning")

# Where a parse stops for a fault of the header: the error, and the offset behind what was read last.
VALIDATION, END = "validation", "end of input"
STOPS = {
    "reserved_bits": (VALIDATION, 6),
    "flags_without_decision": (VALIDATION, 6),
    "unknown_shape": (VALIDATION, 6),
    "ids_without_decision": (VALIDATION, 6),
    "sampled_without_ids": (VALIDATION, 6),
    "carrier_too_short": (VALIDATION, 8),
}


# Installing and compiling


def run(*command, cwd=None):
    """Quiet unless it fails. Without a standard input nothing can wait for an answer."""
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}")


def installed(name, packages, install):
    """The directory of these packages. What it says in `ready` was installed to the end; anything else is installed anew."""
    directory = SCRATCH / name
    ready = directory / "ready"
    wanted = " ".join(packages)
    if not ready.exists() or ready.read_text() != wanted:
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        install(directory)
        ready.write_text(wanted)
    return directory


def install_npm(directory):
    # A package.json of its own, or npm looks for one in the directories above.
    (directory / "package.json").write_text('{"private": true}\n')
    run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", *NPM, cwd=directory)


def install_pypi(directory):
    venv.create(directory, with_pip=True)
    run(directory / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", *PYPI)


def prepare():
    """Continues this script under the Python that has the runtime, with a freshly compiled parser."""
    modules = installed("npm", NPM, install_npm) / "node_modules"
    python = installed("venv", [*PYPI, sys.version], install_pypi) / "bin" / "python"
    parser = SCRATCH / "parser"
    shutil.rmtree(parser, ignore_errors=True)
    parser.mkdir()
    run("node", HERE / "compile.js", modules, HERE / "glassine.ksy", parser)
    return subprocess.run([python, __file__, "--parser", parser], stdin=subprocess.DEVNULL).returncode


# Comparing


def parse(module, message):
    """The frame and None, or None and where the parse stopped. Any other error than the runtime's two is a defect of the grammar."""
    from kaitaistruct import BytesIO, KaitaiStream, ValidationFailedError

    stream = KaitaiStream(BytesIO(message))
    try:
        return module.Glassine(stream), None
    except ValidationFailedError:
        return None, (VALIDATION, stream.pos())
    except EOFError:
        return None, (END, stream.pos())


def compare_failure(vector, message, stop):
    """A failure has to be that of the vector: another one would hide a grammar that refuses everything."""
    verdict, fault = vector["reading"]["verdict"], vector["reading"]["fault"]
    if stop is None:
        return ["it parses"]
    error, position = stop
    if verdict == "bare":
        possible = position <= 4 and (error == VALIDATION or len(message) < 4)
    elif verdict != "damaged":
        possible = False
    elif fault["kind"] == "truncated_header":
        # A wrong byte 5 is met before the end of such a message.
        possible = len(message) < 8 and (error == END or position == 6)
    elif fault["kind"] == "carrier_past_end":
        possible = len(message) >= 8 and stop == (END, len(message))
    else:
        possible = stop == STOPS[fault["kind"]]
    return [] if possible else [f"the parse fails with {stop}"]


def compare_frame(module, vector, message, frame):
    """Yields what was compared: (name, of the vector, of the parser)."""
    reading, header = vector["reading"], frame.header
    yield "verdict", reading["verdict"], "enveloped" if header.version == 1 else "unknown_version"
    yield "version", reading["version"], header.version
    yield "sampled", reading["sampled"], header.is_sampled
    yield "payload_offset", reading["payload_offset"], frame.ofs_payload
    yield "payload_len", reading["payload_len"], len(frame.payload)
    yield "payload", message[reading["payload_offset"] :].hex(), frame.payload.hex()

    if header.version != 1:
        yield "carrier", message[8 : reading["payload_offset"]].hex(), frame.carrier.hex()
    above_cap = reading["fault"] is not None
    if above_cap:
        yield "fault", {"kind": "carrier_above_cap", "offset": 6}, reading["fault"]
    if above_cap or header.version != 1:
        decided = header.is_decided
        sampled = header.is_sampled
    else:
        decided = frame.decision is not None
        sampled = frame.decision
    yield "decision", reading["decision"], ("sampled" if sampled else "unsampled") if decided else None
    yield "trace_flags", reading["trace_flags"], f"{header.trace_flags:02x}" if decided else None
    if not above_cap and header.version == 1:
        yield from compare_carrier(module, reading, frame)


def compare_carrier(module, reading, frame):
    carrier = frame.carrier
    ids = carrier.ids if frame.has_usable_context else None
    yield "trace_id", reading["trace_id"], ids and ids.trace_id.hex()
    yield "span_id", reading["span_id"], ids and ids.span_id.hex()

    fields = getattr(carrier, "fields", [])
    yield "fields", reading["fields"], [{"type": f.type, "offset": 8 + f.ofs, "value": f.value.hex()} for f in fields]

    # What the vector calls repeated, and the two that the grammar leaves to the caller, are taken from the vector's word; the rest is not.
    faults = {(fault["kind"], fault["offset"]) for fault in reading["carrier_faults"]}
    found = {fault for fault in faults if fault[0] == "repeated_field"}
    if frame.header.has_ids and carrier.ids.is_trace_id_zero:
        found.add(("zero_trace_id", 8))
    if frame.header.has_ids and carrier.ids.is_span_id_zero:
        found.add(("zero_span_id", 24))
    if carrier.remainder:
        kind = "too_many_fields" if len(fields) == 128 else "field_past_end"
        found.add((kind, frame.ofs_payload - len(carrier.remainder)))

    kinds = module.Glassine.FieldKind
    counting = collections.defaultdict(list)
    for field in fields:
        offset = 8 + field.ofs
        yield f"kind of the field at {offset}", kind_of(field.type), field.kind.name
        views = {name: getattr(field, name) for name in VIEWS}
        there = [name for name, view in views.items() if view is not None]
        if field.kind != kinds.known:
            yield f"views of the field at {offset}", [], there
        elif not there or left_to_caller(field):
            found.add(("malformed_field", offset))
        elif field.is_misplaced:
            found.add(("misplaced_field", offset))
        elif ("repeated_field", offset) not in faults:
            counting[field.name.name].append(views[there[0]])
    yield "carrier_faults", sorted(faults), sorted(found)

    yield "tracestate", [reading["tracestate"]] if reading["tracestate"] is not None else [], counting["tracestate"]
    yield "baggage", [reading["baggage"]] if reading["baggage"] is not None else [], counting["baggage"]
    for once in ("fan_out_weight", "thinning"):
        yield once, [reading[once]] if reading[once] is not None else [], counting[once]
    entries = [{"key": entry.key, "value": entry.value.decode("utf-8")} for entry in counting["text_map_entry"]]
    yield "text_map", reading["text_map"], entries
    contexts = [
        {"trace_id": c.ids.trace_id.hex(), "span_id": c.ids.span_id.hex(), "trace_flags": f"{c.trace_flags:02x}"}
        for c in counting["further_context"]
    ]
    yield "further_contexts", reading["further_contexts"], contexts


def kind_of(type_):
    """Appendix E, second table."""
    if type_ <= 0x06:
        return "known"
    if type_ in (0x2A, 0x4A, 0xAA, 0xCA):
        return "grease"
    if 0x60 <= type_ <= 0x7F or 0xE0 <= type_:
        return "private_use"
    return "unassigned"


def left_to_caller(field):
    entry = field.text_map_entry
    if entry is None:
        return False
    try:
        entry.value.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return entry.key.lower() in W3C_KEYS


def differences(module, vector):
    message = bytes.fromhex(vector["message"])
    frame, stop = parse(module, message)
    if frame is None or vector["reading"]["verdict"] in ("bare", "damaged"):
        return compare_failure(vector, message, stop)
    return [
        f"{name}: expected {expected!r:.300}, actual {actual!r:.300}"
        for name, expected, actual in compare_frame(module, vector, message, frame)
        # compared as JSON, since True == 1 in Python
        if json.dumps(expected) != json.dumps(actual)
    ]


def compare_all(module):
    passed, failed, verdicts, skipped = 0, 0, collections.Counter(), collections.Counter()
    for path in sorted(SPEC.glob("vectors/*.json")):
        if path.name == "schema.json":
            continue
        document = json.loads(path.read_text("utf-8"))
        for vector in document["vectors"]:
            if document["kind"] != "read":
                skipped[f"of kind {document['kind']}, which asks for more than a parse"] += 1
                continue
            if vector["form"] != "binary":
                skipped["in the text form, which the grammar does not describe"] += 1
                continue
            try:
                found = differences(module, vector)
            except Exception as error:  # a vector that cannot be run is a failed one, and the others still run
                found = [repr(error)]
            verdicts[vector["reading"]["verdict"]] += 1
            passed, failed = passed + (not found), failed + bool(found)
            if found:
                print(f"{path.name}: {vector['name']}: " + "; ".join(found))
    for reason, number in sorted(skipped.items()):
        print(f"not compared: {number} {reason}")
    print("compared: " + ", ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items())))
    print(f"{passed + failed} vectors: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def main(arguments):
    if arguments[:1] == ["--parser"]:
        sys.path.insert(0, arguments[1])
        import glassine

        return compare_all(glassine)
    return prepare()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
