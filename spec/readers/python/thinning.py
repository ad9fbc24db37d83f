#!/usr/bin/env python3
"""Counts the receivers of one copy by their weights (section 17): 10,000 receivers of each of 40 messages.

Each receiver asks with its own name whether it keeps the context [R-THIN-1]. A sum has mean 10,000 and variance 10,000 * 999 at one in
1,000; the bound is five standard deviations of the mean of 40: 2,499. Seed 0x5eed. The control leaves the weights out, and must be out
of bounds. tests/counts.rs counts the same messages by another implementation, which is not to be seen here: the sum must be the same.
"""

import sys

sys.dont_write_bytecode = True
import glassine as g  # noqa: E402
from glassine import policy  # noqa: E402

TRACES, RECEIVERS, SEED, BOUND = 40, 10_000, 0x5EED, 2_499
COUNTED = 395_000


def trace_ids(seed):
    """A multiplicative congruential generator modulo 2**128, its halves folded."""
    while True:
        seed = (seed * 0x2360ED051FC65DA44385DF649FCCF645 + 1) % 2**128
        yield (seed ^ seed >> 64).to_bytes(16, "big")


def one_copy(trace_id):
    """A message for all of them, with one in how many keep its context."""
    return g.wrap(b"hello, all", g.Context(trace_id, bytes(7) + b"\x01", 1), policy.thinned_fields(None, RECEIVERS))


def weight_at(copy, name):
    """How many messages the span of the receiver of this name stands for; 0 if it makes none."""
    carrier = g.read(copy).carrier
    one_in = carrier.thinning or 1
    if not policy.is_chosen(carrier.context.trace_id, carrier.weight, name, one_in):
        return 0
    return min((carrier.weight or 1) * one_in, 2**32 - 1)           # [R-FAN-3]


def main():
    names = [number.to_bytes(4, "big") for number in range(RECEIVERS)]
    total = spans = 0
    for trace_id, _ in zip(trace_ids(SEED), range(TRACES)):
        copy = one_copy(trace_id)
        weights = [weight_at(copy, name) for name in names]
        total += sum(weights)
        spans += sum(1 for weight in weights if weight)
    mean, control = total / TRACES, spans / TRACES
    print(f"{mean} receivers of {RECEIVERS} are counted for each trace, by {control} spans")
    found = []
    if abs(mean - RECEIVERS) >= BOUND:
        found.append(f"{mean} is further from {RECEIVERS} than {BOUND}")
    if abs(control - RECEIVERS) < BOUND:
        found.append("the control is within the bound")
    if total != COUNTED:
        found.append(f"the sum is {total}, not {COUNTED}")
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
