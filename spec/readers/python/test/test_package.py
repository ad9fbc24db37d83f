"""What the vectors do not ask: how Python's own values go in and come out."""

import mmap
import pickle
import tempfile
import tracemalloc
import unittest
from array import array

import glassine as g
from glassine import policy

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
CONTEXT = g.read_traceparent(TRACEPARENT)
PAYLOAD = b'{"id":7}'


class Values(unittest.TestCase):
    def test_bare_bytes_are_the_same_object(self):
        self.assertIs(g.wrap(PAYLOAD), PAYLOAD)
        self.assertIs(g.read(PAYLOAD).payload, PAYLOAD)
        text = "grün"
        self.assertIs(g.wrap_text(text), text)
        self.assertIs(g.read_text(text).payload, text)

    def test_every_bytes_like_value_is_read_alike(self):
        message = g.wrap(PAYLOAD, CONTEXT)
        with tempfile.TemporaryFile() as file:
            file.write(message)
            file.flush()
            mapped = mmap.mmap(file.fileno(), 0)
            every_other = memoryview(bytes(octet for pair in zip(message, message) for octet in pair))[::2]
            for value in (message, bytearray(message), memoryview(message), array("B", message), array("L", message), mapped, every_other,
                          pickle.PickleBuffer(message)):
                reading = g.read(value)
                self.assertEqual((reading.context, reading.payload, reading.payload_view), (CONTEXT, PAYLOAD, PAYLOAD))
                self.assertIs(type(reading.payload), bytes)
                self.assertEqual(g.wrap(value, CONTEXT), g.wrap(message, CONTEXT))
            del reading, value
            mapped.close()

    def test_a_payload_can_be_had_without_a_copy(self):
        buffer = bytearray(g.wrap(PAYLOAD, CONTEXT))
        reading = g.read(buffer)
        view = reading.payload_view
        buffer[-1:] = b"!"
        self.assertEqual(view.tobytes(), PAYLOAD[:-1] + b"!")
        self.assertEqual(reading.payload, PAYLOAD[:-1] + b"!")
        buffer[:] = bytes(len(buffer))
        self.assertEqual((reading.context, reading.decision), (CONTEXT, "sampled"), "ids stay")
        self.assertEqual(reading.payload, PAYLOAD[:-1] + b"!", "what was made stays")

    def test_reading_copies_no_more_than_header_and_carrier(self):
        for message in (bytes(10_000_000), g.wrap(bytes(10_000_000), CONTEXT), b"\x9e\1\xc1\xde\0\0\0\7" + bytes(10_000_000)):
            buffer = bytearray(message)
            tracemalloc.start()
            try:
                reading = g.read(buffer)
                reading.context, reading.payload_view
                self.assertLess(tracemalloc.get_traced_memory()[1], 20_000)
                reading.payload
                self.assertGreater(tracemalloc.get_traced_memory()[1], 9_999_000, "the control")
            finally:
                tracemalloc.stop()

    def test_text_is_no_message_of_a_binary_channel(self):
        for call in (g.read, g.read_arrived, g.wrap):
            with self.assertRaises(TypeError):
                call("text")
        with self.assertRaises(TypeError):
            g.reparent("text", CONTEXT.span_id)

    def test_a_str_of_a_text_channel(self):
        text = g.wrap_text("grün", CONTEXT)
        self.assertIs(type(text), str)
        self.assertEqual(g.wrap_text("grün".encode(), CONTEXT), text.encode())
        reading = g.read_text(text)
        self.assertEqual((reading.payload, reading.context), ("grün", CONTEXT))
        moved = g.reparent_text(text, b"\1" * 8)
        self.assertEqual(moved.encode(), g.reparent_text(text.encode(), b"\1" * 8))
        self.assertEqual(g.read_text(moved).payload, "grün")
        with self.assertRaises(TypeError):
            reading.payload_view
        half = g.read_text("\ud800 half a character")
        self.assertEqual((half.verdict, half.payload), ("bare", "\ud800 half a character"))
        with self.assertRaises(g.EncodeError):
            g.wrap_text("\ud800", CONTEXT)
        with self.assertRaises(g.Rejected) as raised:
            g.read_traceparent("\ud800" + TRACEPARENT[1:])
        self.assertEqual(raised.exception.fault, ("digit", 0))
        self.assertEqual(g.read_traceparent(TRACEPARENT.encode()), CONTEXT)

    def test_what_is_logged_has_no_payload_and_no_baggage(self):
        reading = g.read(g.wrap(b"secret", CONTEXT, [g.baggage("user=secret")]))
        self.assertNotIn("secret", repr(reading))
        self.assertIn("enveloped", repr(reading))


class Fields(unittest.TestCase):
    def test_each_comes_out_as_it_went_in(self):
        fields = [g.tracestate("a=1"), g.baggage("b=2"), g.text_map("B3", "grün"), g.weight(7), g.further_context(CONTEXT), g.thinning(100)]
        carrier = g.read(g.wrap(PAYLOAD, CONTEXT, fields)).carrier
        self.assertEqual(carrier.faults, [])
        self.assertEqual((carrier.tracestate, carrier.baggage, carrier.text_map), ("a=1", "b=2", [("B3", "grün")]))
        self.assertEqual((carrier.weight, carrier.further, carrier.thinning), (7, [CONTEXT], 100))

    def test_what_has_no_bytes_is_refused(self):
        for make in (lambda: g.weight(0), lambda: g.weight(2**32), lambda: g.thinning(-1), lambda: g.text_map("k" * 256, "")):
            with self.assertRaises(g.EncodeError):
                make()

    def test_a_weight_is_kept_by_who_is_chosen(self):
        copy = g.read(g.wrap(PAYLOAD, CONTEXT, policy.thinned_fields(None, 10_000)))
        kept = [policy.kept_weight(copy, str(number).encode()) for number in range(10_000)]
        self.assertEqual(set(kept), {0, 1000})
        self.assertEqual(policy.kept_weight(copy), 1, "without a name")
        self.assertEqual(policy.kept_weight(g.read(g.wrap(PAYLOAD, g.UNSAMPLED))), 0)


if __name__ == "__main__":
    unittest.main()
