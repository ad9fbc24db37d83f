"""OpenTelemetry's API and SDK, with the SDK's default sampler, over a UDP socket."""

import json
import os
import socket
import subprocess
import sys
import unittest
from contextlib import contextmanager

from opentelemetry import baggage, context, propagate, trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

import glassine
from glassine.opentelemetry import GlassinePropagator, Incoming, Outgoing, getter, setter

PAYLOAD = b'{"id":7}'
TRACE_ID, SPAN_ID = 0x4BF92F3577B34DA6A3CE929D0E0E4736, 0x00F067AA0BA902B7
W3C = CompositePropagator([TraceContextTextMapPropagator(), W3CBaggagePropagator()])
OWN = GlassinePropagator(baggage=["tenant"])
BOTH = CompositePropagator([TraceContextTextMapPropagator(), W3CBaggagePropagator(), OWN])

exporter = InMemorySpanExporter()
provider = TracerProvider()  # its sampler is the default one
provider.add_span_processor(SimpleSpanProcessor(exporter))
tracer = provider.get_tracer("test")


def sent(message):
    """The message as it comes out of a socket, in a buffer that was used before."""
    buffer = bytearray(b"?" * 65_536)
    with socket.socket(type=socket.SOCK_DGRAM) as receiver, socket.socket(type=socket.SOCK_DGRAM) as sender:
        receiver.bind(("127.0.0.1", 0))
        sender.sendto(message, receiver.getsockname())
        count = receiver.recv_into(buffer)
    return memoryview(buffer)[:count]


def remote(flags, state=None):
    trace_state = trace.TraceState.from_header([state]) if state else None
    span_context = trace.SpanContext(TRACE_ID, SPAN_ID, True, trace.TraceFlags(flags), trace_state)
    return trace.set_span_in_context(trace.NonRecordingSpan(span_context), context.Context())


@contextmanager
def attached(given):
    token = context.attach(given)
    try:
        yield
    finally:
        context.detach(token)


def injected(propagator, given=None):
    outgoing = Outgoing()
    propagator.inject(outgoing, given)
    return outgoing


def handled(propagator, reading, name=None):
    """The context that was extracted; a span was made in it."""
    parent = propagator.extract(Incoming(reading, name))
    with tracer.start_as_current_span("receive", parent):
        pass
    return parent


class OverASocket(unittest.TestCase):
    def setUp(self):
        exporter.clear()

    def test_what_one_span_injects_is_the_parent_of_another(self):
        for propagator in (OWN, W3C, BOTH):
            exporter.clear()
            with self.subTest(propagator), attached(remote(1, "congo=t61r")), tracer.start_as_current_span("send"):
                message = sent(injected(propagator).wrap(PAYLOAD))
            reading = glassine.read(message)
            self.assertEqual((reading.verdict, reading.payload), ("enveloped", PAYLOAD))
            self.assertEqual(reading.carrier.tracestate, "congo=t61r")
            handled(propagator, reading)
            send, receive = exporter.get_finished_spans()
            self.assertEqual(receive.context.trace_id, TRACE_ID)
            self.assertEqual(receive.parent.span_id, send.context.span_id)
            self.assertTrue(receive.parent.is_remote)
            self.assertEqual(receive.parent.trace_state.get("congo"), "t61r")

    def test_the_defaults_of_the_api_and_ours_do_the_same(self):
        outgoing = Outgoing()
        W3C.inject(outgoing, remote(1), setter)
        message = outgoing.wrap(PAYLOAD)
        self.assertEqual(message, injected(W3C, remote(1)).wrap(PAYLOAD))
        extracted = [W3C.extract(Incoming(glassine.read(message)), getter=by) for by in (getter, propagate.textmap.default_getter)]
        self.assertEqual(*(trace.get_current_span(parent).get_span_context() for parent in extracted))
        self.assertEqual(getter.keys(Incoming(glassine.read(message))), ["traceparent"])

    def test_the_text_form(self):
        text = injected(OWN, remote(1)).wrap_text("grün")
        reading = glassine.read_text(text)
        self.assertEqual(reading.payload, "grün")
        handled(OWN, reading)
        self.assertEqual(exporter.get_finished_spans()[0].parent.span_id, SPAN_ID)

    def test_of_a_trace_that_is_not_sampled_goes_nothing_a_marker_or_its_context(self):
        for propagator in (OWN, W3C):
            exporter.clear()
            outgoing = injected(propagator, remote(0))
            self.assertIs(outgoing.wrap(PAYLOAD), PAYLOAD)

            marker = glassine.read(sent(outgoing.wrap(PAYLOAD, "marker")))
            self.assertEqual((marker.decision, marker.payload_offset), ("unsampled", 8))
            parent = trace.get_current_span(handled(propagator, marker)).get_span_context()
            self.assertTrue(parent.is_valid and parent.is_remote and not parent.trace_flags.sampled)
            self.assertEqual(exporter.get_finished_spans(), (), "a marker starts no trace")
            self.assertEqual(Incoming(marker).links, [])

            whole = glassine.read(sent(outgoing.wrap(PAYLOAD, "context")))
            self.assertEqual(whole.context.trace_id, TRACE_ID.to_bytes(16, "big"))
            handled(propagator, whole)
            self.assertEqual(exporter.get_finished_spans(), ())

            handled(propagator, glassine.read(sent(PAYLOAD)))
            self.assertEqual(len(exporter.get_finished_spans()), 1, "the control: a bare message may start a trace")
        with self.assertRaises(ValueError):
            outgoing.wrap(PAYLOAD, "maybe")
        with self.assertRaises(ValueError):
            GlassinePropagator(unsampled="maybe")
        by_default = injected(GlassinePropagator(unsampled="marker"), remote(0))
        self.assertEqual(glassine.read(by_default.wrap(PAYLOAD)).decision, "unsampled")

    def test_what_is_not_believed_becomes_a_link(self):
        further = glassine.Context(b"\1" * 16, b"\2" * 8, 1)
        message = glassine.wrap(PAYLOAD, glassine.Context(TRACE_ID.to_bytes(16, "big"), b"\3" * 8, 1), [glassine.further_context(further)])
        links = Incoming(glassine.read(sent(message))).links
        with tracer.start_as_current_span("receive", context.Context(), links=links):
            pass
        (span,) = exporter.get_finished_spans()
        self.assertIsNone(span.parent)
        self.assertNotEqual(span.context.trace_id, TRACE_ID)
        linked = [(link.context.trace_id, link.context.span_id) for link in span.links]
        self.assertEqual(linked, [(TRACE_ID, int("03" * 8, 16)), (int("01" * 16, 16), int("02" * 8, 16))])

    def test_baggage_goes_out_and_comes_in_by_the_list(self):
        full = baggage.set_baggage("email", "a@b", baggage.set_baggage("tenant", "7 ü", remote(1)))
        narrow, wide = injected(OWN, full), injected(GlassinePropagator(baggage="*"), full)
        narrow, wide = (glassine.read(sent(outgoing.wrap(PAYLOAD))) for outgoing in (narrow, wide))
        self.assertEqual(narrow.carrier.baggage, "tenant=7+%C3%BC")
        self.assertEqual(wide.carrier.baggage.count("="), 2, "the control")

        self.assertEqual(baggage.get_all(OWN.extract(Incoming(wide))), {"tenant": "7 ü"})
        self.assertEqual(baggage.get_all(GlassinePropagator().extract(Incoming(wide))), {})
        self.assertEqual(baggage.get_all(GlassinePropagator("email, tenant").extract(Incoming(wide))), {"tenant": "7 ü", "email": "a@b"})

    def test_a_receiver_that_thins_a_copy_out_records_nothing_of_what_it_does_not_keep(self):
        whole = glassine.Context(TRACE_ID.to_bytes(16, "big"), SPAN_ID.to_bytes(8, "big"), 1)
        copy = glassine.read(glassine.wrap(PAYLOAD, whole, [glassine.thinning(10)]))
        weights = [Incoming(copy, b"receiver %d" % number).weight for number in range(1000)]
        for number in range(1000):
            handled(OWN, copy, b"receiver %d" % number)
        self.assertEqual(set(weights), {0, 10})
        kept = sum(weight > 0 for weight in weights)
        self.assertLessEqual(abs(kept - 100), 47)  # five standard deviations
        self.assertEqual(len(exporter.get_finished_spans()), kept)

    def test_what_cannot_be_carried_is_left_out_and_nothing_raises(self):
        outgoing = Outgoing()
        entries = [("Traceparent", f"00-{TRACE_ID:032x}-{SPAN_ID:016x}-01"), ("tracestate", ""), ("baggage", "a=\n"), ("with space", "1"),
                   ("k" * 256, "1"), ("half", "\ud800"), ("B3", "0"), ("b3", "1")]
        for key, value in entries:
            outgoing[key] = value
        carrier = glassine.read(outgoing.wrap(PAYLOAD)).carrier
        self.assertEqual((carrier.faults, carrier.tracestate, carrier.baggage), ([], None, None))
        self.assertEqual(carrier.text_map, [("b3", "1")])

        outgoing["baggage"] = ",".join(f"k{number}=v" for number in range(9000))
        for number in range(200):
            outgoing[f"x{number}"] = "v"
        long = glassine.read(outgoing.wrap(PAYLOAD))
        self.assertIsNone(long.fault)
        self.assertTrue(long.carrier.baggage.startswith("k0=v,k1=v,"))
        outgoing["traceparent"] = entries[0][1] + "-more"
        self.assertIs(outgoing.wrap(PAYLOAD), PAYLOAD)

    def test_no_message_makes_extracting_fail(self):
        for message in (b"", b"\x9e", b"\x9e\1\xc1\xde\1\3\0\x18" + bytes(24), b"\x9e\1\xc1\xde\0\0\xff\xff"):
            for propagator in (OWN, W3C):
                parent = propagator.extract(Incoming(glassine.read(message)))
                self.assertFalse(trace.get_current_span(parent).get_span_context().is_valid)
        for carrier in ({}, {"glassine": ""}, {"glassine": "~glassine;"}, {"glassine": 7 * ["?"]}, {"glassine": [b"~"]}, {"glassine": []}):
            self.assertFalse(trace.get_current_span(OWN.extract(carrier)).get_span_context().is_valid)


class InHeaders(unittest.TestCase):
    def test_one_entry_in_a_mapping(self):
        headers = {}
        OWN.inject(headers, remote(1, "congo=t61r"))
        self.assertEqual(headers.keys(), OWN.fields)
        self.assertTrue(headers["glassine"].isascii())
        span_context = trace.get_current_span(OWN.extract(headers)).get_span_context()
        self.assertEqual((span_context.trace_id, span_context.span_id, span_context.trace_state.get("congo")), (TRACE_ID, SPAN_ID, "t61r"))
        for nothing in (remote(0), context.Context()):
            headers = {}
            OWN.inject(headers, nothing)
            self.assertEqual(headers, {})


class EntryPoint(unittest.TestCase):
    def test_by_the_environment_alone(self):
        program = """
import json
from opentelemetry import baggage, propagate, trace
from opentelemetry.sdk.trace import TracerProvider
from glassine import read
from glassine.opentelemetry import Incoming, Outgoing
with TracerProvider().get_tracer("t").start_as_current_span("send") as span:
    outgoing, headers = Outgoing(), {}
    given = baggage.set_baggage("email", "x", baggage.set_baggage("tenant", "7"))
    propagate.inject(outgoing, given)
    propagate.inject(headers, given)
reading = read(outgoing.wrap(b"{}"))
parent = trace.get_current_span(propagate.extract(Incoming(reading))).get_span_context()
print(json.dumps([parent == span.get_span_context() or parent.span_id == span.get_span_context().span_id,
                  reading.carrier.baggage, sorted(headers)]))
"""
        environment = os.environ | {"OTEL_PROPAGATORS": "glassine", "GLASSINE_BAGGAGE": "tenant"}
        run = subprocess.run([sys.executable, "-P", "-c", program], env=environment, capture_output=True, text=True, check=True)
        self.assertEqual(json.loads(run.stdout), [True, "tenant=7", ["glassine"]])
        other = subprocess.run([sys.executable, "-P", "-c", program], env=environment | {"OTEL_PROPAGATORS": "glassine,tracecontext"},
                               capture_output=True, text=True, check=True)
        self.assertEqual(json.loads(other.stdout), [True, "tenant=7", ["glassine", "traceparent"]])


if __name__ == "__main__":
    unittest.main()
