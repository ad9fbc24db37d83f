"""OpenTelemetry's propagators write into messages and read from them. Needs `opentelemetry-api`: `pip install glassine[opentelemetry]`.

    outgoing = Outgoing()
    propagate.inject(outgoing)
    socket.send(outgoing.wrap(payload))  # bare if nothing is sampled

    incoming = Incoming(read(message))
    with tracer.start_as_current_span("receive", propagate.extract(incoming)):
        handle(incoming.reading.payload)

That works with whatever propagators a program has. `GlassinePropagator`, which is `OTEL_PROPAGATORS=glassine`, is one that hands ids over as
integers, and takes baggage by an allow-list. What comes in is a claim of the sender's: extract where you believe it, and take `links` or
nothing where you do not (section 15 of the specification).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from opentelemetry import baggage as otel_baggage
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context as OtelContext
from opentelemetry.propagators.textmap import CarrierT, Getter, Setter, TextMapPropagator, default_getter, default_setter
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, TraceFlags, TraceState, get_current_span, set_span_in_context

from . import (
    DEFAULT_CAP,
    MAX_FIELDS,
    SAMPLED,
    TRACESTATE,
    UNSAMPLED,
    Context,
    Field,
    Reading,
    Rejected,
    baggage,
    baggage_members,
    read_text,
    read_traceparent,
    shorten,
    text_map,
    tracestate,
    wrap,
    wrap_text,
    write_traceparent,
)
from .policy import kept_weight

__all__ = ["Envelope", "GlassinePropagator", "Incoming", "Outgoing", "Unsampled", "getter", "setter"]

# What is sent for a context that is not sampled. `nothing`: zero bytes, and no baggage. `marker`: a receiver starts no trace of its own.
# `context`: ids and fields as if it were sampled.
Unsampled = Literal["nothing", "marker", "context"]
UNSAMPLED_CHOICES: tuple[Unsampled, ...] = ("nothing", "marker", "context")

KEY = "glassine"
LEVEL_2_FLAGS = 0x03


class Envelope(NamedTuple):
    """The last two arguments of `wrap`."""

    context: Context | Literal["unsampled"] | None
    fields: list[Field]


class Outgoing:
    """What a propagator injects into: `propagate.inject(outgoing)`.

    What cannot be carried is left out, since tracing is no reason to fail: a `traceparent` that is not strictly W3C's, a `tracestate` or
    `baggage` that is empty or no header text, and other keys that are not 1 to 255 visible ASCII characters. What is too long for a
    receiver's usual cap is shortened.
    """

    def __init__(self) -> None:
        self.context: Context | None = None
        self.unsampled: Unsampled = "nothing"
        self._fields: dict[str, Field] = {}

    def __setitem__(self, key: str, value: str) -> None:
        name = key.lower()
        if name == "traceparent":
            try:
                self.context = read_traceparent(value)
            except Rejected:
                self.context = None
        elif name == "tracestate" or name == "baggage":
            make = baggage if name == "baggage" else tracestate
            self._put(name, make(value) if re.fullmatch(r"[\t\x20-\x7e]+", value) else None)
        else:
            fits = re.fullmatch(r"[\x21-\x7e]{1,255}", key) and not re.search("[\ud800-\udfff]", value)
            self._put(name, text_map(key, value) if fits else None)

    def envelope(self, unsampled: Unsampled | None = None) -> Envelope:
        """What goes in front of the payload. Raises ValueError for an `unsampled` that is none."""
        if unsampled is None:
            unsampled = self.unsampled
        choice, context = checked(unsampled), self.context
        if choice != "context" and (context is None or not context.trace_flags & SAMPLED):
            return Envelope(UNSAMPLED if context is not None and choice == "marker" else None, [])
        fields = [field for field in self._fields.values() if context is not None or field.type != TRACESTATE]
        return Envelope(context, shorten(fields[:MAX_FIELDS], DEFAULT_CAP, context is not None))

    def wrap(self, payload: bytes | bytearray | memoryview, unsampled: Unsampled | None = None) -> bytes:
        """A message of a binary channel."""
        return wrap(payload, *self.envelope(unsampled))

    def wrap_text(self, payload: str, unsampled: Unsampled | None = None) -> str:
        """A message of a text channel."""
        return wrap_text(payload, *self.envelope(unsampled))

    def _put(self, name: str, field: Field | None) -> None:
        self._fields.pop(name, None)
        if field is not None:
            self._fields[name] = field


class Incoming(Mapping[str, str]):
    """What a propagator extracts from: `propagate.extract(incoming)`. All of it is what the message claims.

    The unsampled marker has no ids; it is extracted as an unsampled parent with random ones, since without a parent a sampler may start a
    trace. With a `name`, the receiver thins a copy out that went to many (section 17).
    """

    def __init__(self, reading: Reading[Any], name: bytes | None = None) -> None:
        self.reading = reading
        # How many messages this one stands for; 0 if it is not sampled for this receiver.
        self.weight = kept_weight(reading, name)
        self.context: Context | None = None
        if reading.context is not None:
            keep = LEVEL_2_FLAGS if self.weight else LEVEL_2_FLAGS & ~SAMPLED
            self.context = reading.context._replace(trace_flags=reading.context.trace_flags & keep)
        elif reading.decision == UNSAMPLED:
            self.context = Context(random_id(16), random_id(8), 0)
        carrier = reading.carrier
        texts = {
            "traceparent": write_traceparent(self.context) if self.context else None,
            "tracestate": carrier.tracestate,
            "baggage": carrier.baggage,
        }
        self._values = {key: text for key, text in texts.items() if text is not None}
        self._values.update((key.lower(), text) for key, text in carrier.text_map)

    @property
    def span_context(self) -> SpanContext | None:
        """The parent of the receiver's span: remote, and not sampled if the sender decided so or this receiver thins it out."""
        return self.context and to_span_context(self.context, self.reading.carrier.tracestate)

    @property
    def links(self) -> list[Link]:
        """The context and the further contexts of the message, for a span with another parent or none; nothing for what has no ids."""
        further = [to_span_context(context) for context in self.reading.carrier.further]
        own = [self.span_context] if self.reading.context else []
        return [Link(span_context) for span_context in own + further if span_context]

    def __getitem__(self, key: str) -> str:
        return self._values[key.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class GlassinePropagator(TextMapPropagator):
    """Carries the current span, its tracestate, and baggage by an allow-list. `OTEL_PROPAGATORS=glassine` makes one.

    In an `Outgoing` and from an `Incoming` ids are integers and bytes, never text. In any other carrier, such as headers, there is one entry,
    `glassine`, with a message of the text form that has no payload; no entry if nothing is sampled.

    `baggage` names the baggage keys that go out and come in, or `"*"` for all; where it is left out, the environment's `GLASSINE_BAGGAGE`
    does, separated by commas, and nothing passes if that is not set either. In the same way `unsampled`, `GLASSINE_UNSAMPLED`, "nothing".
    Raises ValueError for an `unsampled` that is none.
    """

    def __init__(self, baggage: Iterable[str] | None = None, unsampled: Unsampled | None = None) -> None:
        if baggage is None:
            baggage = os.environ.get("GLASSINE_BAGGAGE", "")
        names = baggage.split(",") if isinstance(baggage, str) else baggage
        self.baggage = frozenset(filter(None, (name.strip() for name in names)))
        self.unsampled = checked(unsampled or os.environ.get("GLASSINE_UNSAMPLED") or "nothing")

    def inject(
        self, carrier: CarrierT, context: OtelContext | None = None, setter: Setter[CarrierT] = default_setter
    ) -> None:
        """Says nothing where there is no span."""
        span_context = get_current_span(context).get_span_context()
        if not span_context.is_valid:
            return
        outgoing = carrier if isinstance(carrier, Outgoing) else Outgoing()
        outgoing.context = Context(
            span_context.trace_id.to_bytes(16, "big"), span_context.span_id.to_bytes(8, "big"), span_context.trace_flags & LEVEL_2_FLAGS
        )
        outgoing.unsampled = self.unsampled
        if span_context.trace_state:
            outgoing["tracestate"] = span_context.trace_state.to_header()
        passing = OtelContext()
        for key, value in otel_baggage.get_all(context).items():
            if self._passes(key):
                passing = otel_baggage.set_baggage(key, value, passing)
        W3CBaggagePropagator().inject(outgoing, passing)
        if not isinstance(carrier, Outgoing) and (text := outgoing.wrap_text("")):
            setter.set(carrier, KEY, text)

    def extract(
        self, carrier: CarrierT, context: OtelContext | None = None, getter: Getter[CarrierT] = default_getter
    ) -> OtelContext:
        """Never fails for what a carrier holds: what cannot be read says nothing."""
        context = OtelContext() if context is None else context
        incoming: Incoming
        if isinstance(carrier, Incoming):
            incoming = carrier
        else:
            text = next(iter(getter.get(carrier, KEY) or ()), "")
            incoming = Incoming(read_text(text if isinstance(text, str) else ""))
        if span_context := incoming.span_context:
            context = set_span_in_context(NonRecordingSpan(span_context), context)
        members = baggage_members((incoming.reading.carrier.baggage or "").encode("ascii"))
        passing = ",".join(f"{key.decode()}={value.decode()}" for key, value, _ in members if self._passes(key.decode()))
        return W3CBaggagePropagator().extract({"baggage": passing}, context) if passing else context

    @property
    def fields(self) -> set[str]:
        return {KEY}

    def _passes(self, key: str) -> bool:
        return key in self.baggage or "*" in self.baggage


class OutgoingSetter(Setter[Outgoing]):
    def set(self, carrier: Outgoing, key: str, value: str) -> None:
        carrier[key] = value


class IncomingGetter(Getter[Incoming]):
    def get(self, carrier: Incoming, key: str) -> list[str] | None:
        return [carrier[key]] if key in carrier else None

    def keys(self, carrier: Incoming) -> list[str]:
        return list(carrier)


# For code that asks for them; OpenTelemetry's own, which are left out above, do the same.
setter = OutgoingSetter()
getter = IncomingGetter()


def to_span_context(context: Context, state: str | None = None) -> SpanContext:
    return SpanContext(
        int.from_bytes(context.trace_id, "big"),
        int.from_bytes(context.span_id, "big"),
        is_remote=True,
        trace_flags=TraceFlags(context.trace_flags & LEVEL_2_FLAGS),
        trace_state=TraceState.from_header([state]) if state else None,
    )


def checked(unsampled: str) -> Unsampled:
    for choice in UNSAMPLED_CHOICES:
        if choice == unsampled:
            return choice
    raise ValueError(f"no such thing to send for what is not sampled: {unsampled}")


def random_id(length: int) -> bytes:
    while not any(octets := os.urandom(length)):
        continue
    return octets
