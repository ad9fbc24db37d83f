#!/usr/bin/env python3
"""Answers what `glassine conform -- python3 conform.py` asks, a line of JSON each: all of this reader in thirty lines."""

import json
import sys
from collections import defaultdict

sys.dont_write_bytecode = True
import check  # noqa: E402
import glassine as g  # noqa: E402


def read(asked):
    read, message, cap = {"binary": g.read, "text": g.read_text}[asked["form"]], bytes.fromhex(asked["message"]), asked.get("cap", g.DEFAULT_CAP)
    mixed = read(message, cap)
    answer = check.reading_json(mixed) | {"payload": mixed.payload.hex()}
    for mode in (g.CLOSED, g.ALWAYS):
        try:
            answer[mode] = "as mixed" if read(message, cap, mode) == mixed else "another reading"
        except g.Rejected as error:
            answer[mode] = check.fault_json(error.fault)
    return answer


for line in sys.stdin:
    asked = json.loads(line)
    if asked["ask"] == "read":
        answer = read(asked)
    elif asked["ask"] == "stream":
        steps = {**asked, "answers": [{"arrived": count, "answer": None} for count in asked["arrived"]]}
        answer = {"answers": [actual for _, _, actual in check.run_stream(steps)]}
    elif asked["ask"] in check.RUNNERS:  # they yield key, what is expected, and what this reader says
        answer = {key: actual for key, _, actual in check.RUNNERS[asked["ask"]](defaultdict(lambda: None, asked))}
    else:
        answer = {"unsupported": True}
    print(json.dumps(answer))
