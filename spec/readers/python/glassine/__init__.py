"""Messages that carry a trace context in front of their payload: reads, writes, re-parents and shortens them.

    from glassine import read, read_traceparent, wrap

    message = wrap(b'{"id":7}', read_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
    reading = read(message)  # of bare messages, too
    reading.payload, reading.context

This file is all of it and needs nothing else: copy it as glassine.py, or install the package. It was written from the
specification of version 1 alone (spec/glassine.md), to be read next to it: the identifiers in brackets are those of the
requirements that the lines obey. Nothing is trimmed, guessed or repaired. Where Python's own helpers are more lenient than the
specification (int(), bytes.fromhex() and the base64 decoders take white space, signs, underscores or foreign characters), they
are not used, or only after a check of every byte.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar, cast, overload

if TYPE_CHECKING:
    from typing_extensions import Buffer                # mypy and pyright bring it along; nothing is imported when it runs

__version__ = "0.1.0"

MAGIC, GUARD = 0x9E, b"\xC1\xDE"                       # [R-INV-1]
VERSIONS = frozenset({1, 2, 3, 4, 6, 7, 8})            # [R-INV-2] [R-VER-1] 7 is grease, and unknown like all others but 1
DECIDED, IDS = 0x01, 0x02                              # bits of byte 5: [R-INV-3] [R-FRAME-1]
SAMPLED = 0x01                                         # bit of byte 4
HEADER, ID_BYTES = 8, 24
DEFAULT_CAP = 16_384                                   # [R-LIMIT-1]
MAX_U16, MAX_FIELDS = 65_535, 128

TRACESTATE, BAGGAGE, TEXT_MAP, WEIGHT, FURTHER, THINNING = 1, 2, 3, 4, 5, 6
W3C_KEYS = (b"traceparent", b"tracestate", b"baggage")  # [R-FIELD-4]
TEXT_BYTES = frozenset({0x09, *range(0x20, 0x7F)})
KEY_BYTES = frozenset(range(0x21, 0x7F))

TEXT_PREFIX, MAX_BASE64 = b"~glassine;", 87_391         # [R-TEXT-1]
BASE64URL = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

Mode = Literal["mixed", "closed", "always"]            # which messages a channel takes; the others are Rejected
MIXED: Literal["mixed"] = "mixed"
CLOSED: Literal["closed"] = "closed"
ALWAYS: Literal["always"] = "always"
UNSAMPLED: Literal["unsampled"] = "unsampled"          # what a writer is given for the unsampled marker
Verdict = Literal["bare", "damaged", "enveloped", "unknown_version"]


class Fault(NamedTuple):
    """What is wrong, and at which byte it shows."""

    kind: str
    offset: int


class Rejected(ValueError):
    """A message that is an error on its channel (closed or always), or a traceparent text that is invalid."""

    def __init__(self, kind: str, offset: int) -> None:
        super().__init__(f"{kind} at {offset}")
        self.fault = Fault(kind, offset)


class EncodeError(ValueError):
    """What a writer does not write; nothing has been written. Send `wrap(payload)` then: tracing is no reason to lose a message."""


class Context(NamedTuple):
    """A trace id of 16 bytes, a span id of 8, and trace flags, of which bit 0 is sampled."""

    trace_id: bytes
    span_id: bytes
    trace_flags: int


class Field(NamedTuple):
    """A field as it stands in a carrier. Those below make one."""

    type: int
    value: bytes
    offset: int = 0      # of the type; it means nothing to a writer


class Incomplete(NamedTuple):
    """More of the message must arrive before it can be read."""

    needs: int           # how many bytes of the message, from its start, are asked for


@dataclass
class Carrier:
    """What the carrier says. `counting` are the fields that a changer of the frame keeps."""

    context: Context | None = None
    tracestate: str | None = None
    baggage: str | None = None
    text_map: list[tuple[str, str]] = field(default_factory=list)
    weight: int | None = None
    thinning: int | None = None
    further: list[Context] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    counting: list[Field] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


PayloadT = TypeVar("PayloadT", bytes, str)


@dataclass(repr=False)
class Reading(Generic[PayloadT]):
    """What a message says. Its header was looked at, its carrier was not: `carrier`, `context` and `decision` do [R-READ-9].

    Header and carrier are copied when the message is read, so that ids do not change with a receive buffer that is used again. The
    payload is not: `payload` makes bytes when it is asked for, which costs nothing if bytes came in bare, and `payload_view` never copies.
    """

    verdict: Verdict
    source: bytes | str | memoryview = field(repr=False)  # the whole message
    payload_offset: int = 0
    fault: Fault | None = None
    version: int | None = None
    header_flags: int | None = None  # None without DECIDED
    has_ids: bool = False
    head: bytes = field(default=b"", repr=False)  # empty where nothing in the carrier may be read

    def __repr__(self) -> str:
        """For logs: no payload and no baggage."""
        return f"<Reading {self.verdict}, {len(self.head)} bytes of head, {len(self.source) - self.payload_offset} of payload, {self.fault}>"

    @cached_property
    def payload(self) -> PayloadT:
        """What the application sent, always: all of the message if that is bare or damaged. Never read again as a frame [R-READ-6]."""
        left: Any = self.source[self.payload_offset:]
        return cast("PayloadT", left.tobytes() if isinstance(left, memoryview) else left)

    @property
    def payload_view(self) -> memoryview:
        """The same where it lies, without a copy: it changes with a buffer that is used again. A TypeError for a str."""
        return octets(cast("Buffer", self.source))[self.payload_offset:]

    @property
    def claimed_sampled(self) -> bool:
        """What the header claims, a hint that saves work [R-READ-7]."""
        return self.header_flags is not None and self.header_flags & SAMPLED == SAMPLED

    @cached_property
    def carrier(self) -> Carrier:
        """Ids and fields. Read when first asked for: O(bytes of the carrier)."""
        return read_carrier(self.head, self.has_ids, self.header_flags or 0) if self.head else Carrier()

    @property
    def context(self) -> Context | None:
        """The usable context. It is the sender's claim: whether it is believed is for the receiver to say."""
        return self.carrier.context

    @property
    def trace_flags(self) -> int | None:
        # [R-CARRIER-1] [R-READ-8] an id that is all zero takes the decision with it, once it is looked at, as here
        if self.head and self.has_ids and self.carrier.context is None:
            return None
        return self.header_flags

    @property
    def decision(self) -> Literal["sampled", "unsampled"] | None:
        """What the sender decided; None where it said nothing."""
        flags = self.trace_flags
        return None if flags is None else "sampled" if flags & SAMPLED else UNSAMPLED


# ---------------------------------------------------------------------------------------------------------------- messages

def octets(m: Buffer) -> memoryview:
    """The bytes of any bytes-like value, where they lie; a copy only of what does not lie in one piece. Text is a TypeError."""
    view = memoryview(m)
    return view.cast("B") if view.c_contiguous else memoryview(view.tobytes())


def carrier_length(head: bytes) -> int:
    return int.from_bytes(head[6:8], "big")             # [R-INV-5]


def has_prefix(m: bytes) -> bool:
    return len(m) >= 4 and m[0] == MAGIC and m[1] in VERSIONS and m[2:4] == GUARD


def header_fault(m: bytes) -> Fault | None:
    """Faults 1 to 7 of section 6, in its order, of bytes that have the prefix; the eighth needs the message's end."""
    if len(m) < HEADER:
        return Fault("truncated_header", len(m))
    version, flags, shape = m[1], m[4], m[5]
    if shape & 0xF0:                                    # [R-INV-4]
        return Fault("reserved_bits", 5)
    if flags != 0 and not shape & DECIDED:              # [R-INV-3]
        return Fault("flags_without_decision", 4)
    if version == 1:
        if shape & 0x0C:                                # [R-FRAME-1]
            return Fault("unknown_shape", 5)
        if shape & IDS and not shape & DECIDED:         # [R-FRAME-2]
            return Fault("ids_without_decision", 5)
        if flags & SAMPLED and not shape & IDS:         # [R-FRAME-3]
            return Fault("sampled_without_ids", 4)
        if shape & IDS and carrier_length(m) < ID_BYTES:  # [R-FRAME-4]
            return Fault("carrier_too_short", 6)
    return None


def bare(source: PayloadT | memoryview) -> Reading[PayloadT]:
    return Reading("bare", source)                      # [R-READ-2]


def damaged(source: PayloadT | memoryview, kind: str, offset: int) -> Reading[PayloadT]:
    return Reading("damaged", source, fault=Fault(kind, offset))  # [R-READ-3] whole: nothing that the header says is believed


def without_header_fault(
    head: bytes, source: PayloadT | memoryview, payload_offset: int, cap: int, length_offset: int
) -> Reading[PayloadT]:
    """Rows 3 to 5 of section 6, for both forms. What is behind the carrier in `head` is left alone."""
    version, shape, n = head[1], head[5], carrier_length(head)
    reading: Reading[PayloadT] = Reading(
        "enveloped", source, payload_offset, version=version, header_flags=head[4] if shape & DECIDED else None
    )
    if version != 1:                                    # [R-READ-4] [R-VER-2]
        reading.verdict = "unknown_version"
    elif n > cap:                                       # [R-READ-5] [R-LIMIT-1]
        reading.fault = Fault("carrier_above_cap", length_offset)
    else:
        reading.has_ids, reading.head = bool(shape & IDS), head
    return reading


def read(message: Buffer, cap: int = DEFAULT_CAP, mode: Mode = MIXED) -> Reading[bytes]:
    """Reads a message of a binary channel: any bytes-like value. Looks at 8 bytes, and copies header and carrier.

    Total on mixed channels [R-READ-1]; raises Rejected on closed and always ones. A carrier above `cap` bytes is not looked into.
    """
    m = octets(message)
    source, front = message if isinstance(message, bytes) else m, m[:HEADER].tobytes()
    if mode != MIXED:
        refuse_on_strict_channel(front, mode)
    if not has_prefix(front):
        return bare(source)
    fault = header_fault(front)
    end = HEADER + carrier_length(front)
    if fault is None and end > len(m):
        fault = Fault("carrier_past_end", 6)
    if fault is None:
        return without_header_fault(m[:end].tobytes(), source, end, cap, 6)  # [R-INV-6] [R-INV-7]
    if mode != MIXED:
        raise Rejected(*fault)                          # [R-CHAN-1]
    return damaged(source, *fault)


def refuse_on_strict_channel(m: bytes, mode: Mode) -> None:
    """The faults of section 9, byte by byte, before those of section 6."""
    if m[:1] != bytes([MAGIC]):
        if mode == ALWAYS:                               # [R-CHAN-2]
            raise Rejected("not_enveloped", 0)
        return
    if len(m) > 1 and m[1] not in VERSIONS:             # [R-CHAN-1]
        raise Rejected("impossible_version", 1)
    for at in (2, 3):
        if len(m) > at and m[at] != GUARD[at - 2]:
            raise Rejected("wrong_guard", at)
    if len(m) < HEADER:
        raise Rejected("truncated_header", len(m))


def read_arrived(arrived: Buffer, cap: int = DEFAULT_CAP, ended: bool = False) -> Reading[bytes] | Incomplete:
    """Reads the beginning of a message of a mixed binary channel of which more may arrive."""
    view = octets(arrived)
    m = view[:HEADER].tobytes()
    possible = m[:1] in (b"", bytes([MAGIC])) and (len(m) < 2 or m[1] in VERSIONS) and GUARD.startswith(m[2:4])
    if ended or not possible:                           # [R-STREAM-4] [R-STREAM-2] (the second gives bare)
        return read(arrived, cap)
    if len(m) < 4:                                      # [R-STREAM-1] [R-STREAM-5]
        return Incomplete(4)
    if len(m) < HEADER:
        return Incomplete(HEADER)
    if header_fault(m) is None and len(view) < HEADER + carrier_length(m):
        return Incomplete(HEADER + carrier_length(m))
    return read(arrived, cap)                           # [R-STREAM-2] damaged, or [R-STREAM-3]


# --------------------------------------------------------------------------------------------------------------- text form

@overload
def read_text(message: str, cap: int = DEFAULT_CAP, mode: Mode = MIXED) -> Reading[str]: ...
@overload
def read_text(message: Buffer, cap: int = DEFAULT_CAP, mode: Mode = MIXED) -> Reading[bytes]: ...
def read_text(message: Buffer | str, cap: int = DEFAULT_CAP, mode: Mode = MIXED) -> Reading[Any]:
    """Reads a message of a text channel: a str, whose payload is a str, or its bytes. Otherwise as `read`.

    Offsets of the message's faults and of its payload count in the text's bytes.
    """
    start, source = len(TEXT_PREFIX), message if isinstance(message, (str, bytes)) else octets(message)
    if front_of(source, start) != TEXT_PREFIX:          # [R-TEXT-5]
        if mode == ALWAYS:
            raise Rejected("not_enveloped", 0)
        return bare(source)
    m = front_of(source, start + MAX_BASE64 + 1)
    stop = m.find(b";", start)
    head, fault = decode_head(m, start, stop)
    if fault is None:                                   # all in front of the payload is ASCII: a str has the same offsets
        return without_header_fault(head, source, stop + 1, cap, 18)
    if mode != MIXED:
        raise Rejected(*fault)
    return damaged(source, *fault)


def front_of(text: bytes | str | memoryview, length: int) -> bytes:
    """The first so many bytes of a text. No str is unreadable."""
    front = text[:length]
    return front.encode("utf-8", "surrogatepass")[:length] if isinstance(front, str) else bytes(front)


def decode_head(m: bytes, start: int, stop: int) -> tuple[bytes, Fault | None]:
    """The table of section 10, in its order."""
    if stop < 0:
        return b"", Fault("text_unterminated", min(len(m), start + MAX_BASE64))
    for at in range(start, stop):                       # [R-TEXT-2] checked here, since the decoder skips what it does not know
        if m[at] not in BASE64URL:
            return b"", Fault("text_alphabet", at)
    count = stop - start
    if count % 4 == 1:
        return b"", Fault("text_length", stop)
    unused = {0: 0, 2: 0b1111, 3: 0b11}[count % 4]      # 12 bits hold 1 byte, 18 bits hold 2
    if unused and BASE64URL.index(m[stop - 1]) & unused:
        return b"", Fault("text_unused_bits", stop - 1)
    head = base64.urlsafe_b64decode(m[start:stop] + b"=" * (-count % 4))
    if not has_prefix(head):
        return b"", Fault("text_not_a_frame", start)
    if fault := header_fault(head):
        return b"", Fault(fault.kind, start + 4 * fault.offset // 3)
    if len(head) != HEADER + carrier_length(head):
        return b"", Fault("carrier_past_end" if len(head) < HEADER + carrier_length(head) else "text_carrier_length", 18)
    return head, None


# ----------------------------------------------------------------------------------------------------------------- carrier

def read_carrier(head: bytes, has_ids: bool, flags: int) -> Carrier:
    """Reads all of a version 1 carrier; `head` is the header and the carrier, so that offsets are those of the message."""
    carrier, at, end = Carrier(), HEADER, len(head)
    if has_ids:
        trace_id, span_id, at = head[8:24], head[24:32], HEADER + ID_BYTES
        if not any(trace_id):                           # [R-CARRIER-1]
            carrier.faults.append(Fault("zero_trace_id", 8))
        if not any(span_id):
            carrier.faults.append(Fault("zero_span_id", 24))
        if not carrier.faults:
            carrier.context = Context(trace_id, span_id, flags)
    seen: set[int | bytes] = set()
    while at < end:                                     # [R-CARRIER-2] in any order
        if len(carrier.fields) == MAX_FIELDS:           # [R-CARRIER-4]
            carrier.faults.append(Fault("too_many_fields", at))
            break
        after = at + 3 + int.from_bytes(head[at + 1:at + 3], "big")
        if at + 3 > end or after > end:                 # [R-CARRIER-3]
            carrier.faults.append(Fault("field_past_end", at))
            break
        item = Field(head[at], head[at + 3:after], at)
        carrier.fields.append(item)
        fault = field_fault(item, carrier.context, seen)
        if fault:                                       # [R-FIELD-1] costs itself and nothing else
            carrier.faults.append(Fault(fault, at))
        else:
            carrier.counting.append(item)
            take(carrier, item)
        at = after
    return carrier


def take(carrier: Carrier, item: Field) -> None:
    """Puts a field that counts where it belongs; [R-CARRIER-5] types that are not known are skipped."""
    if item.type == TRACESTATE:
        carrier.tracestate = item.value.decode("ascii")
    elif item.type == BAGGAGE:
        carrier.baggage = item.value.decode("ascii")
    elif entry := text_map_entry(item):
        carrier.text_map.append((entry[0].decode("ascii"), entry[1].decode("utf-8")))
    elif item.type == WEIGHT:
        carrier.weight = int.from_bytes(item.value, "big")
    elif item.type == FURTHER:
        carrier.further.append(Context(item.value[:16], item.value[16:24], item.value[24]))
    elif item.type == THINNING:
        carrier.thinning = int.from_bytes(item.value, "big")


def field_fault(item: Field, context: Context | None, seen: set[int | bytes]) -> str | None:
    """The first fault of section 5.3 that fits a field, or None if it counts; then it is noted in `seen`."""
    if is_malformed(item.type, item.value):
        return "malformed_field"
    if item.type == TRACESTATE and context is None:     # [R-FIELD-5]
        return "misplaced_field"
    if item.type in (WEIGHT, THINNING) and (context is None or not context.trace_flags & SAMPLED):  # [R-FIELD-6] [R-FIELD-8]
        return "misplaced_field"
    once: int | bytes
    if item.type in (TRACESTATE, BAGGAGE, WEIGHT, THINNING):  # [R-FIELD-2]
        once = item.type
    elif entry := text_map_entry(item):                 # [R-FIELD-3] bytes.lower() changes ASCII letters only
        once = entry[0].lower()
    else:
        return None                                     # [R-FIELD-7]
    if once in seen:
        return "repeated_field"
    seen.add(once)
    return None


def is_malformed(kind: int, value: bytes) -> bool:
    if kind == 0:
        return True
    if kind in (TRACESTATE, BAGGAGE):
        return not value or not TEXT_BYTES.issuperset(value)
    if kind == TEXT_MAP:
        return split_text_map(value) is None
    if kind in (WEIGHT, THINNING):
        return len(value) != 4 or not any(value)
    if kind == FURTHER:
        return len(value) != 25 or not any(value[:16]) or not any(value[16:24])
    return False


def text_map_entry(item: Field) -> tuple[bytes, bytes] | None:
    return split_text_map(item.value) if item.type == TEXT_MAP else None


def split_text_map(value: bytes) -> tuple[bytes, bytes] | None:
    if not value or value[0] == 0 or 1 + value[0] > len(value):
        return None
    key, text = value[1:1 + value[0]], value[1 + value[0]:]
    if not KEY_BYTES.issuperset(key) or key.lower() in W3C_KEYS:  # [R-FIELD-4]
        return None
    try:
        text.decode("utf-8")                            # strict: no surrogates, no overlong forms
    except UnicodeDecodeError:
        return None
    return key, text


# ----------------------------------------------------------------------------------------------------------------- writing

def tracestate(text: str) -> Field:
    return Field(TRACESTATE, text.encode("utf-8"))


def baggage(text: str) -> Field:
    return Field(BAGGAGE, text.encode("utf-8"))


def text_map(key: str, text: str) -> Field:
    name = key.encode("utf-8")
    if len(name) > 255:
        raise EncodeError(f"a key of {len(name)} bytes; 255 are the most")
    return Field(TEXT_MAP, bytes([len(name)]) + name + text.encode("utf-8"))


def weight(messages: int) -> Field:
    """How many messages this one stands for."""
    return Field(WEIGHT, u32(messages))


def thinning(one_in: int) -> Field:
    """One receiver in how many keeps the sampled context of a copy that goes to many."""
    return Field(THINNING, u32(one_in))


def further_context(context: Context) -> Field:
    return Field(FURTHER, context.trace_id + context.span_id + bytes([context.trace_flags]))


def u32(number: int) -> bytes:
    if not 1 <= number < 2**32:
        raise EncodeError(f"{number} is not from 1 to 4294967295")
    return number.to_bytes(4, "big")


def wrap(payload: Buffer, context: Context | Literal["unsampled"] | None = None, fields: Iterable[Field] = ()) -> bytes:
    """Writes a message of a binary channel on which sending is on; `context` may be UNSAMPLED, or None for nothing known.

    Where there is nothing to say and nothing to escape, this is the payload, and if that is bytes no copy of it. Raises EncodeError for what
    no reader would take.
    """
    head, m = encode(context, fields), octets(payload)
    if head == ESCAPE and m[:1] != bytes([MAGIC]):      # [R-WRITE-2] nothing to say, nothing to escape: no bytes are added
        return payload if isinstance(payload, bytes) else m.tobytes()
    return b"".join((head, m))                          # [R-WRITE-1] [R-WRITE-8] whatever the payload is


@overload
def wrap_text(payload: str, context: Context | Literal["unsampled"] | None = None, fields: Iterable[Field] = ()) -> str: ...
@overload
def wrap_text(payload: Buffer, context: Context | Literal["unsampled"] | None = None, fields: Iterable[Field] = ()) -> bytes: ...
def wrap_text(
    payload: Buffer | str, context: Context | Literal["unsampled"] | None = None, fields: Iterable[Field] = ()
) -> str | bytes:
    """Writes a message of a text channel whose encoding is UTF-8: a str, or its bytes. Otherwise as `wrap`."""
    head, text = encode(context, fields), payload if isinstance(payload, str) else octets(payload).tobytes()
    if head == ESCAPE and front_of(text, len(TEXT_PREFIX)) != TEXT_PREFIX:  # [R-TEXT-4] [R-TEXT-3] what goes bare is not judged
        return text
    try:
        if isinstance(text, str):
            text.encode("utf-8")
            return text_front(head).decode("ascii") + text
        text.decode("utf-8")                            # [R-TEXT-3]
    except UnicodeError as error:
        raise EncodeError("the payload is not UTF-8") from error
    return text_front(head) + text


def text_front(head: bytes) -> bytes:
    return TEXT_PREFIX + base64.urlsafe_b64encode(head).rstrip(b"=") + b";"  # [R-TEXT-1] [R-TEXT-2]


def encode(context: Context | Literal["unsampled"] | None = None, fields: Iterable[Field] = ()) -> bytes:
    """Writes header and carrier, for who sends them and the payload after one another."""
    if context is None and fields == ():                # as with nearly every message; what follows says the same
        return ESCAPE
    ids, flags, shape, usable = b"", 0, 0, None
    if isinstance(context, Context):
        if len(context.trace_id) != 16 or len(context.span_id) != 8 or not any(context.trace_id) or not any(context.span_id):
            raise EncodeError("an id is all zero, or not of its length")  # [R-WRITE-3]
        ids, flags, shape, usable = context.trace_id + context.span_id, context.trace_flags, DECIDED | IDS, context
    elif context == UNSAMPLED:
        shape = DECIDED                                 # [R-WRITE-4] flags stay 00
    elif context is not None:
        raise EncodeError("not a context")
    ordered = sorted(fields, key=lambda item: item.type)  # [R-WRITE-6] sorted() is stable
    if len(ordered) > MAX_FIELDS:                       # [R-CARRIER-4] [R-WRITE-7]
        raise EncodeError("more than 128 fields")
    seen: set[int | bytes] = set()
    for item in ordered:
        if fault := field_fault(item, usable, seen):    # [R-WRITE-7]
            raise EncodeError(f"type {item.type}: {fault}")
        if len(item.value) > MAX_U16:                   # [R-WRITE-5]
            raise EncodeError("a value above 65,535 bytes")
    return assemble(flags, shape, ids, ordered)


def assemble(flags: int, shape: int, ids: bytes, fields: Iterable[Field]) -> bytes:
    carrier = ids + b"".join(bytes([item.type]) + len(item.value).to_bytes(2, "big") + item.value for item in fields)
    if len(carrier) > MAX_U16:                          # [R-WRITE-5]
        raise EncodeError("a carrier above 65,535 bytes")
    return bytes([MAGIC, 1]) + GUARD + bytes([flags, shape]) + len(carrier).to_bytes(2, "big") + carrier  # [R-WRITE-9]


ESCAPE = assemble(0, 0, b"", [])


def reparent(message: Buffer, span_id: bytes, cap: int = DEFAULT_CAP) -> bytes | None:
    """The frame with the span id of the hop that it passes through, or None where it is left as it is (section 8)."""
    if len(span_id) != 8 or not any(span_id):           # [R-WRITE-3]
        raise EncodeError("the span id is all zero, or not of its length")
    reading = read(message, cap)
    context = reading.carrier.context
    if context is None:                                 # [R-COPY-5] only enveloped messages within the cap have one
        return None
    # [R-COPY-1] [R-COPY-3] what counts, of the first 128; [R-COPY-4] as it was and in its order
    # [R-COPY-2] [R-VER-3] types that are not known: only with bit 7
    kept = [item for item in reading.carrier.counting if item.type <= THINNING or item.type & 0x80]
    return b"".join((assemble(context.trace_flags, DECIDED | IDS, context.trace_id + span_id, kept), reading.payload_view))


@overload
def reparent_text(message: str, span_id: bytes, cap: int = DEFAULT_CAP) -> str | None: ...
@overload
def reparent_text(message: Buffer, span_id: bytes, cap: int = DEFAULT_CAP) -> bytes | None: ...
def reparent_text(message: Buffer | str, span_id: bytes, cap: int = DEFAULT_CAP) -> str | bytes | None:
    """[R-COPY-5] The same of a message in text form."""
    reading = read_text(message, cap)
    head = reparent(reading.head, span_id, cap)         # without a head, of an empty message
    if head is None:
        return None
    front = text_front(head)
    return front.decode("ascii") + reading.payload if isinstance(reading.payload, str) else front + reading.payload


# -------------------------------------------------------------------------------------------------------------- shortening

def shorten(fields: Iterable[Field], carrier_bytes: int, has_ids: bool) -> list[Field]:
    """What is left of the fields of a carrier that is to have so many bytes, of which ids are 24, in the order given.

    Drops fields, and members of lists, until they fit. A weight and a thinning stay, so that more may be left.
    """
    left = list(fields)
    for goes in DROPPED:                                # [R-LIMIT-2] in this order
        for at in reversed(range(len(left))):           # [R-SHORT-4] the last given first
            excess = carrier_length_of(left, has_ids) - carrier_bytes
            if excess <= 0:                             # only as much as must be
                return left
            if goes(left[at].type):
                text = b""
                if left[at].type in (BAGGAGE, TRACESTATE):
                    text = longest_part(left[at].value, len(left[at].value) - excess)
                left[at:at + 1] = [Field(left[at].type, text)] if text else []
    return left                                         # [R-SHORT-2] perhaps longer than was asked for


DROPPED: tuple[Callable[[int], bool], ...] = (
    lambda kind: kind == BAGGAGE,
    lambda kind: kind == TEXT_MAP,
    lambda kind: kind > THINNING,
    lambda kind: kind == FURTHER,
    lambda kind: kind == TRACESTATE,
)


def carrier_length_of(fields: Iterable[Field], has_ids: bool) -> int:
    # [R-SHORT-1]
    return ID_BYTES * has_ids + sum(3 + len(item.value) for item in fields)


def longest_part(text: bytes, room: int) -> bytes:
    """[R-SHORT-5] The longest beginning of a list that ends with a member and has at most `room` bytes."""
    ends = [at for at in range(1, len(text)) if text[at:at + 1] == b","] + [len(text)]
    for end in reversed(ends):
        member = text[:end].rstrip(b" \t")
        if len(member) <= room and member[-1:] not in (b"", b","):
            return member
    return b""


# ------------------------------------------------------------------------------------------------------- W3C Trace Context

HEX = b"0123456789abcdef"
SEPARATORS = (2, 35, 52)


def read_traceparent(value: str | bytes) -> Context:
    """[R-W3C-3] Reads a traceparent strictly, from left to right; raises Rejected with the first fault."""
    text = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    if len(text) < 55:
        raise Rejected("length", len(text))
    for at in range(55):
        if at in SEPARATORS:
            if text[at] != ord("-"):
                raise Rejected("separator", at)
        elif text[at] not in HEX:
            raise Rejected("digit", at)
        if at == 1 and text[:2] == b"ff":
            raise Rejected("version", 0)
        if at == 34 and text[3:35] == b"0" * 32:
            raise Rejected("zero_trace_id", 3)
        if at == 51 and text[36:52] == b"0" * 16:
            raise Rejected("zero_span_id", 36)
    if len(text) > 55 and (text[:2] == b"00" or text[55] != ord("-")):
        raise Rejected("length", 55)
    trace_id, span_id, flags = (bytes.fromhex(text[a:b].decode("ascii")) for a, b in ((3, 35), (36, 52), (53, 55)))
    return Context(trace_id, span_id, flags[0] if text[:2] == b"00" else flags[0] & SAMPLED)


def write_traceparent(context: Context, mask: int = 0x03) -> str:
    """A traceparent of version 00; with a mask of 1 for peers that refuse the flag `random`."""
    # [R-W3C-1] [R-W3C-2] the two bits that level 2 defines; or the one that all peers take
    return f"00-{context.trace_id.hex()}-{context.span_id.hex()}-{context.trace_flags & mask:02x}"


LOWER, DIGITS = b"abcdefghijklmnopqrstuvwxyz", b"0123456789"
STATE_KEY = frozenset(LOWER + DIGITS + b"_-*/@")
STATE_VALUE = frozenset(range(0x20, 0x7F)) - frozenset(b",=")
TOKEN = frozenset(LOWER + LOWER.upper() + DIGITS + b"!#$%&'*+-.^_`|~")
BAGGAGE_VALUE = frozenset(range(0x21, 0x7F)) - frozenset(b'",;\\')


def split_list(text: bytes, most: int) -> list[bytes]:
    # [R-LIST-1] [R-LIST-3]
    parts = (part.strip(b" \t") for part in text.split(b","))
    return [part for part in parts if part][:most]


def tracestate_members(text: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    for part in split_list(text, 32):
        key, equals, value = part.partition(b"=")
        sound = (
            equals and 1 <= len(key) <= 256 and key[0] in LOWER + DIGITS and STATE_KEY.issuperset(key)
            and 1 <= len(value) <= 256 and STATE_VALUE.issuperset(value)
        )                                               # [R-LIST-4]
        if sound:                                       # [R-LIST-2]
            found.append((key, value))
    return found


def baggage_members(text: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Key, value, and the properties as one text."""
    found = []
    for part in split_list(text, 180):
        pair, semicolon, properties = part.partition(b";")
        key, equals, value = (piece.strip(b" \t") for piece in pair.partition(b"="))
        sound = equals and is_token(key) and BAGGAGE_VALUE.issuperset(value)  # [R-LIST-5]
        if sound and (not semicolon or all(map(is_property, properties.split(b";")))):
            found.append((key, value, properties.strip(b" \t")))
    return found


def is_property(text: bytes) -> bool:
    key, _, value = (piece.strip(b" \t") for piece in text.partition(b"="))
    return is_token(key) and BAGGAGE_VALUE.issuperset(value)


def is_token(text: bytes) -> bool:
    return len(text) > 0 and TOKEN.issuperset(text)
