"""The counts of instructions, as they are kept in `benches/instructions.txt`."""

import dataclasses
from pathlib import Path

FILE = Path(__file__).resolve().parent / "instructions.txt"

# The bound of a function that takes a carrier, for each byte that it reads or writes.
MOST_PER_BYTE = 50

# What a count is taken over: the same without what is measured.
OVER = {
    "shared_claims_sampled": "clone_and_drop",
    "shared_context": "clone_and_drop",
    "send_plain": "hand_over",
    "send_unsampled": "send_plain",
    "send_sampled": "send_plain",
    "send_sampled_one_buffer": "copy_plain",
    "send_sampled_into_bytes": "copy_plain",
    "send_sampled_reused_buffer": "send_plain",
    "send_sampled_put": "send_plain",
    "receive_bare": "send_plain",
    "receive_unsampled": "send_plain",
    "receive_sampled": "send_plain",
    "receive_fields": "send_plain",
    "receive_2080_bytes": "send_plain",
    "fan_out_one_header": "send_plain",
    "fan_out_own_span": "send_plain",
    "broadcast_to_all": "send_plain",
    "broadcast_to_some": "send_plain",
    "broadcast_to_some_marker": "send_plain",
    "broadcast_own_span": "send_plain",
    "context_of_message": "opentelemetry_context",
    "context_of_message_with_fields": "opentelemetry_context",
    "receive_and_plan": "opentelemetry_context",
    "receive_and_plan_tracestate": "opentelemetry_context_tracestate",
    "receive_and_plan_fields": "opentelemetry_context_fields",
    "send_captured": "send_plain",
    "send_captured_fields": "opentelemetry_display_fields",
    "send_current_sampled": "send_plain",
    "send_current_unsampled": "send_plain",
    "queue_plain_48_bytes": "queue_plain",
    "queue_nothing_current": "queue_plain",
    "queue_sampled": "queue_plain",
}

Counts = dict[str, int]


@dataclasses.dataclass
class Worst:
    """The hostile carrier of which a function takes the most for each byte."""

    per_byte: float
    function: str
    carrier: str


@dataclasses.dataclass
class Figures:
    compiler: str
    counts: Counts
    worst: list[Worst]

    def __str__(self) -> str:
        lines = [self.compiler, ""]
        for name, count in self.counts.items():
            net = f"{count - self.counts[OVER[name]]:+7}  over {OVER[name]}" if name in OVER else ""
            lines.append(f"{count:7}  {name:34}{net}".rstrip())
        lines.append("")
        lines += [f"{it.per_byte:7.1f}  {it.function:32}{it.carrier}" for it in self.worst]
        return "\n".join(lines) + "\n"


def load() -> Figures:
    compiler, counts, worst = FILE.read_text().split("\n\n")
    return Figures(compiler, dict(map(count_of, counts.splitlines())), list(map(worst_of, worst.splitlines())))


def count_of(line: str) -> tuple[str, int]:
    count, name, *_ = line.split()
    return name, int(count)


def worst_of(line: str) -> Worst:
    per_byte, function, carrier = line.split()
    return Worst(float(per_byte), function, carrier)
