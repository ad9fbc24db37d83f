"""Counts the instructions of what `counting.rs` calls, by valgrind's callgrind."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def counts(package: str, bench: str) -> Iterator[tuple[list[str], int]]:
    """The words that a bench prints of each operation, and the instructions of one call.

    It runs once, and callgrind writes a file for each operation.
    """
    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "counts"
        valgrind = f"valgrind -q --tool=callgrind --callgrind-out-file={out} --compress-pos=no"
        valgrind += " --dump-before=*counting::end"
        host = re.search(r"^host: (.*)$", run(["rustc", "-vV"]), re.MULTILINE)[1]
        runner = f"CARGO_TARGET_{host.upper().replace('-', '_')}_RUNNER"
        environment = {runner: valgrind, "GLIBC_TUNABLES": COPIES}
        lines = run(["cargo", "bench", "--quiet", "-p", package, "--bench", bench], environment)
        for number, line in enumerate(lines.splitlines(), 1):
            yield line.split(), per_call((out.parent / f"{out.name}.{number}").read_text())


def run(command: list[str], environment: dict[str, str] | None = None) -> str:
    process = subprocess.run(command, cwd=ROOT, env=os.environ | (environment or {}), stdout=subprocess.PIPE, text=True)
    if process.returncode:
        sys.exit(f"{command[0]} has failed")
    return process.stdout


def per_call(profile: str) -> int:
    """The instructions of one call of `operation_called`, with all that it calls.

    In callgrind's format, `cfn=(id) name` names what is called, `calls=` says how often, and the line behind it has the cost; a
    name stands only where its id is used first.
    """
    names: dict[str, str] = {}
    calls = cost = 0
    callee, expects_cost = "", False
    for line in profile.splitlines():
        if found := re.match(r"(c?fn)=(\(\d+\))(?: (.*))?$", line):
            kind, id_, name = found.groups()
            name = names.setdefault(id_, name or "")
            callee = name if kind == "cfn" else callee
        elif line.startswith("calls="):
            if is_counted := callee.endswith("counting::operation_called"):
                calls += int(line.split()[0].removeprefix("calls="))
            expects_cost = is_counted
        elif expects_cost:
            cost += int(line.split()[1])
            expects_cost = False
    if not calls:
        sys.exit("callgrind has not seen the operation")
    return round(cost / calls)


# A long copy is many instructions, as it is on most machines: callgrind counts `rep movsb` as one.
COPIES = "glibc.cpu.x86_rep_movsb_threshold=0x7fffffff"
