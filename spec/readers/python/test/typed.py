"""Checked by mypy --strict and never run: the types say what users rely on. An ignored error that does not occur is one."""
# mypy: warn-unused-ignores

from array import array
from typing import assert_type

from opentelemetry import propagate
from opentelemetry.trace import SpanContext

from glassine import Context, Incomplete, Reading, read, read_arrived, read_text, reparent_text, wrap, wrap_text
from glassine.opentelemetry import Incoming, Outgoing, getter, setter


def typed(message: bytes, text: str, context: Context) -> None:
    assert_type(read(bytearray(message), mode="closed").payload, bytes)
    assert_type(read(array("B", message)).payload_view, "memoryview[int]")
    assert_type(read_arrived(message), "Reading[bytes] | Incomplete")
    assert_type(read_text(text).payload, str)
    assert_type(read_text(memoryview(message)).payload, bytes)
    assert_type(wrap(message, "unsampled"), bytes)
    assert_type(wrap_text(text, context), str)
    assert_type(wrap_text(message, context), bytes)
    assert_type(reparent_text(text, context.span_id), "str | None")
    outgoing = Outgoing()
    propagate.inject(outgoing, setter=setter)
    assert_type(outgoing.wrap(message, "marker"), bytes)
    incoming = Incoming(read(message), name=b"session 7")
    propagate.extract(incoming, getter=getter)
    assert_type(incoming.span_context, "SpanContext | None")
    read(text)  # type: ignore[arg-type]
    read(message, mode="open")  # type: ignore[arg-type]
    wrap(message, "sampled")  # type: ignore[arg-type]
    outgoing.wrap(message, "maybe")  # type: ignore[arg-type]
    reading: Reading[int]  # type: ignore[type-var]
    unfinished: Incomplete
