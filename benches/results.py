"""What was measured, as it is kept in `benches/results/`, and what it is called in tables and plots."""

import datetime
import hashlib
import json
import os
import platform
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIRECTORY = ROOT / "benches" / "results"
README = ROOT / "benches" / "README.md"

Json = dict[str, object]

# The names of the peers, in the order of the tables.
PEERS = {
    "glassine": "**Glassine**, the codec",
    "glassine_channel": "**Glassine**, a `Channel`",
    "zerocopy_struct": "struct (zerocopy)",
    "sbe": "SBE (sbe_gen)",
    "grpc_trace_bin": "grpc-trace-bin, 29 bytes",
    "otep_4947": "OTEP 4947, 28 bytes",
    "proxy_v2": "PROXY protocol v2 (ppp)",
    "wincode": "wincode",
    "rkyv": "rkyv",
    "planus": "FlatBuffers (planus)",
    "capnp": "Cap'n Proto (capnp)",
    "postcard": "postcard",
    "protobuf_lean": "protobuf, raw ids (prost)",
    "msgpack_lean": "MessagePack, raw ids (rmp-serde)",
    "header_block": "header block (httparse)",
    "nats": "NATS headers",
    "fastrace": "fastrace's text",
    "msgpack_borrowed": "MessagePack, text map, borrowed",
    "msgpack_owned": "MessagePack, text map, owned",
    "protobuf_text": "protobuf, text map (prost)",
    "opentelemetry": "OpenTelemetry's propagators, map",
    "cloudevents_json": "JSON as CloudEvents (serde_json)",
}
LIMITS = {
    "limit": "*limit*, over slices",
    "limit_bytes": "*limit*, over `Bytes`",
}
NAMES = PEERS | LIMITS
PAYLOADS = {64: "64 B", 1024: "1 KiB", 65536: "64 KiB"}


def load(name: str) -> Json:
    return json.loads((DIRECTORY / f"{name}.json").read_text())


def save(name: str, results: Json) -> None:
    """A line for each entry, so that a change shows in a diff."""
    lines = []
    for key, value in (circumstances() | results).items():
        if isinstance(value, dict):
            entries = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
            lines.append(f" {json.dumps(key)}: {{\n{entries}\n }}")
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value)}")
    DIRECTORY.mkdir(exist_ok=True)
    (DIRECTORY / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def digest(name: str) -> str:
    return hashlib.sha256((DIRECTORY / f"{name}.json").read_bytes()).hexdigest()


def circumstances() -> Json:
    compiler = subprocess.check_output(["rustc", "--version"], text=True).strip()
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    machine = f"{model[1] if model else 'processor unknown'}, {os.cpu_count()} cores, {platform.machine()}"
    return {"date": datetime.date.today().isoformat(), "compiler": compiler, "machine": machine}


def measured(results: Json) -> str:
    return f"{results['date']}, {results['compiler']}, {results['machine']}."
