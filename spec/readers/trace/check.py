#!/usr/bin/env python3
"""One trace through Rust, Python, JavaScript, Elixir and C, over sockets: each is a program that continues what it is sent.

Rust, Python and JavaScript make their spans with OpenTelemetry's SDK and its default sampler; Elixir and C have ids of their own. A
sampled message must leave one span in each, in one chain; of a trace that was decided against, of nothing, and of a payload that
looks like a frame there must be none, and every payload must arrive as it was sent. Exit code 1 if not.

The checks of javascript/ and elixir/ have installed what is run here. From PyPI: opentelemetry-sdk.
"""

import json
import os
import socket
import subprocess
import sys
import venv
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
SCRATCH = TARGET / "readers" / "trace"
PYPI = ["opentelemetry-sdk==1.45.2"]
NAMES = ["rust", "python", "javascript", "elixir", "c"]
PAYLOADS = [
    b"of a sampled trace", b"of a trace that was decided against", b"of nothing", b"\x9e of nothing, and looks like a frame",
]
sys.path.insert(0, str(HERE.parent / "python"))
import glassine  # noqa: E402


def main() -> int:
    SCRATCH.mkdir(parents=True, exist_ok=True)
    python = SCRATCH / "venv" / "bin" / "python"
    ready = SCRATCH / "ready"
    if not ready.exists() or ready.read_text() != " ".join(PYPI):
        venv.create(SCRATCH / "venv", with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PYPI], check=True)
        ready.write_text(" ".join(PYPI))
    hop_in_c = SCRATCH / "hop"
    strict = ["-std=gnu11", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["gcc", *strict, "-I", HERE.parent / "c", HERE / "hop.c", "-o", hop_in_c], check=True)
    # Modules are looked for beside the program.
    hop_in_javascript = TARGET / "readers" / "javascript" / "hop.mjs"
    hop_in_javascript.write_bytes((HERE / "hop.js").read_bytes())
    package = ["cargo", "build", "--quiet", "--manifest-path", ROOT / "Cargo.toml", "--target-dir", TARGET]
    subprocess.run([*package, "-p", "glassine-applications", "--bin", "edge"], check=True)
    elixir = HERE.parent / "elixir"
    mix = {"MIX_ENV": "test", "LC_ALL": "C.UTF-8"}
    subprocess.run(["mix", "compile"], cwd=elixir, env=os.environ | mix, stdout=subprocess.DEVNULL, check=True)

    sink = socket.create_server(("127.0.0.1", 0))
    sink.settimeout(60)
    port = sink.getsockname()[1]
    hops = []
    # The last one first: each is told the port of the next.
    for command, folder in [
        ([hop_in_c], HERE),
        (["mix", "run", "--no-compile", HERE / "hop.exs"], elixir),
        (["node", hop_in_javascript], HERE),
        ([python, HERE / "hop.py"], HERE),
    ]:
        hop = subprocess.Popen([*command, str(port)], cwd=folder, env=os.environ | mix, stdout=subprocess.PIPE, text=True)
        hops.append(hop)
        port = int(hop.stdout.readline())
    try:
        edge = subprocess.run([TARGET / "debug" / "edge", str(port)], check=True, capture_output=True, text=True)
        messages = received(sink)
        printed = [edge.stdout, *(hop.communicate(timeout=60)[0] for hop in reversed(hops))]
    finally:
        for hop in hops:
            hop.kill()
    spans = [json.loads(line) for lines in printed for line in lines.splitlines()]
    for span in spans:
        print(f"{span['trace']}  {span['parent']} -> {span['span']}  {span['name']}")
    for control in [(messages[1:], spans), (messages, spans[:-1]), (messages, spans[1:] + spans[:1]), (messages[::-1], spans)]:
        if not faults(*control):
            sys.exit(f"a control was not noticed: {control}")
    found = faults(messages, spans)
    print(*found or ["one trace, through five languages"], sep="\n")
    return 1 if found else 0


def received(sink: socket.socket) -> list[bytes]:
    stream = sink.accept()[0].makefile("rb")
    messages = []
    while length := stream.read(4):
        messages.append(stream.read(int.from_bytes(length)))
    return messages


def faults(messages: list[bytes], spans: list[dict]) -> list[str]:
    """What is wrong with what arrived, and with the spans that were made on the way."""
    wrong = []
    readings = [glassine.read(message) for message in messages]
    if [reading.payload for reading in readings] != PAYLOADS:
        wrong.append(f"the payloads are others: {[reading.payload for reading in readings]}")
    if (decisions := [reading.decision for reading in readings]) != ["sampled", "unsampled", None, None]:
        wrong.append(f"the decisions are others: {decisions}")
    if (names := [span["name"] for span in spans]) != NAMES:
        wrong.append(f"the spans are others: {names}")
    if len({span["trace"] for span in spans}) != 1:
        wrong.append("there is more than one trace")
    parents = [span["parent"] for span in spans]
    if parents != ["0" * 16, *(span["span"] for span in spans[:-1])]:
        wrong.append("the spans are no chain")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
