"""A hop with OpenTelemetry's SDK: continues a sampled context in a span, and passes everything on."""

import json
import socket
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))
import glassine  # noqa: E402
from glassine.opentelemetry import Incoming  # noqa: E402
from opentelemetry import trace  # noqa: E402
from opentelemetry.sdk.trace import TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: E402

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
tracer = provider.get_tracer("chain")


def handle(message: bytes) -> bytes:
    reading = glassine.read(message)
    parent = Incoming(reading).span_context
    if parent is None or reading.decision != "sampled":
        return message
    with tracer.start_as_current_span("python", trace.set_span_in_context(trace.NonRecordingSpan(parent))) as span:
        return glassine.reparent(message, span.get_span_context().span_id.to_bytes(8))


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    before = listener.accept()[0].makefile("rb")
    after = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    while length := before.read(4):
        message = handle(before.read(int.from_bytes(length)))
        after.sendall(len(message).to_bytes(4) + message)
    after.close()
    for span in exporter.get_finished_spans():
        own, parent = span.get_span_context(), span.parent
        print(json.dumps({"name": span.name, "trace": f"{own.trace_id:032x}", "span": f"{own.span_id:016x}",
                          "parent": f"{parent.span_id:016x}" if parent else "0" * 16}))


main()
