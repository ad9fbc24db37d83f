"""Glassine, version 1: a reader, stream reader, writer and re-parenter, written from the specification alone (../../README.md).

Made to be read next to the specification, by someone who implements the format in another language. The identifiers in
brackets are those of the requirements that the lines below them obey. Bytes go in and bytes come out; nothing is trimmed,
guessed or repaired. Where Python's own helpers are more lenient than the specification (int(), bytes.fromhex() and the base64
decoders take white space, signs, underscores or foreign characters), they are not used, or only after a check of every byte.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from functools import cached_property
from typing import Iterable, NamedTuple

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

MIXED, CLOSED, ALWAYS = "mixed", "closed", "always"
UNSAMPLED = "unsampled"                                # what a writer is given for the unsampled marker


class Fault(NamedTuple):
    kind: str
    offset: int


class Rejected(ValueError):
    """A message that is an error on its channel (closed or always), or a traceparent text that is invalid."""

    def __init__(self, kind: str, offset: int) -> None:
        super().__init__(f"{kind} at {offset}")
        self.fault = Fault(kind, offset)


class Refused(ValueError):
    """What a writer does not write. Nothing has been written when it is raised."""


class Context(NamedTuple):
    trace_id: bytes
    span_id: bytes
    flags: int


class Field(NamedTuple):
    type: int
    value: bytes
    offset: int = 0      # of the type; it means nothing to a writer


class Incomplete(NamedTuple):
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


@dataclass
class Message:
    """A reading. `head` holds header and carrier, not looked into until `carrier` is asked for [R-READ-9]."""

    verdict: str                     # bare, damaged, enveloped, unknown_version
    payload: bytes                   # [R-READ-6] never read again as a frame
    payload_offset: int = 0
    fault: Fault | None = None
    version: int | None = None
    header_flags: int | None = None  # None without DECIDED
    has_ids: bool = False
    head: bytes = b""                # empty where nothing in the carrier may be read

    @property
    def claimed_sampled(self) -> bool:
        # [R-READ-7] from the header alone
        return self.header_flags is not None and self.header_flags & SAMPLED == SAMPLED

    @cached_property
    def carrier(self) -> Carrier:
        return read_carrier(self.head, self.has_ids, self.header_flags) if self.head else Carrier()

    @property
    def trace_flags(self) -> int | None:
        # [R-CARRIER-1] [R-READ-8] an id that is all zero takes the decision with it, once it is looked at, as here
        if self.head and self.has_ids and self.carrier.context is None:
            return None
        return self.header_flags

    @property
    def decision(self) -> str | None:
        flags = self.trace_flags
        return None if flags is None else "sampled" if flags & SAMPLED else UNSAMPLED


# ---------------------------------------------------------------------------------------------------------------- messages

def octets(m: bytes | bytearray | memoryview) -> bytes:
    """The bytes of any bytes-like value, as they are now: a receive buffer that is used again changes no reading. Text is a TypeError."""
    return bytes(memoryview(m))


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


def bare(m: bytes) -> Message:
    return Message("bare", m)                           # [R-READ-2]


def damaged(m: bytes, kind: str, offset: int) -> Message:
    return Message("damaged", m, fault=Fault(kind, offset))  # [R-READ-3] whole: nothing that the header says is believed


def without_header_fault(head: bytes, payload: bytes, payload_offset: int, cap: int, length_offset: int) -> Message:
    """Rows 3 to 5 of section 6, for both forms."""
    version, shape, n = head[1], head[5], carrier_length(head)
    message = Message("enveloped", payload, payload_offset, version=version, header_flags=head[4] if shape & DECIDED else None)
    if version != 1:                                    # [R-READ-4] [R-VER-2]
        message.verdict = "unknown_version"
    elif n > cap:                                       # [R-READ-5] [R-LIMIT-1]
        message.fault = Fault("carrier_above_cap", length_offset)
    else:
        message.has_ids, message.head = bool(shape & IDS), head
    return message


def read(m: bytes, cap: int = DEFAULT_CAP, way: str = MIXED) -> Message:
    """Reads a message of a binary channel. Total on mixed channels [R-READ-1]; raises Rejected on closed and always ones."""
    m = octets(m)
    if way != MIXED:
        refuse_on_strict_channel(m, way)
    if not has_prefix(m):
        return bare(m)
    fault = header_fault(m)
    end = HEADER + carrier_length(m)
    if fault is None and end > len(m):
        fault = Fault("carrier_past_end", 6)
    if fault is None:
        return without_header_fault(m[:end], m[end:], end, cap, 6)  # [R-INV-6] [R-INV-7]
    if way != MIXED:
        raise Rejected(*fault)                          # [R-CHAN-1]
    return damaged(m, *fault)


def refuse_on_strict_channel(m: bytes, way: str) -> None:
    """The faults of section 9, byte by byte, before those of section 6."""
    if m[:1] != bytes([MAGIC]):
        if way == ALWAYS:                               # [R-CHAN-2]
            raise Rejected("not_enveloped", 0)
        return
    if len(m) > 1 and m[1] not in VERSIONS:             # [R-CHAN-1]
        raise Rejected("impossible_version", 1)
    for at in (2, 3):
        if len(m) > at and m[at] != GUARD[at - 2]:
            raise Rejected("wrong_guard", at)
    if len(m) < HEADER:
        raise Rejected("truncated_header", len(m))


def read_arrived(m: bytes, cap: int = DEFAULT_CAP, ended: bool = False) -> Message | Incomplete:
    """Reads the beginning of a message of a mixed channel of which more may arrive."""
    m = octets(m)
    possible = m[:1] in (b"", bytes([MAGIC])) and (len(m) < 2 or m[1] in VERSIONS) and GUARD.startswith(m[2:4])
    if ended or not possible:                           # [R-STREAM-4] [R-STREAM-2] (the second gives bare)
        return read(m, cap)
    if len(m) < 4:                                      # [R-STREAM-1] [R-STREAM-5]
        return Incomplete(4)
    if len(m) < HEADER:
        return Incomplete(HEADER)
    if header_fault(m) is None and len(m) < HEADER + carrier_length(m):
        return Incomplete(HEADER + carrier_length(m))
    return read(m, cap)                                 # [R-STREAM-2] damaged, or [R-STREAM-3]


# --------------------------------------------------------------------------------------------------------------- text form

def read_text(m: bytes, cap: int = DEFAULT_CAP, way: str = MIXED) -> Message:
    """Reads a message of a text channel; offsets of the message's faults and of its payload count in the text's bytes."""
    m = octets(m)
    if not m.startswith(TEXT_PREFIX):                   # [R-TEXT-5]
        if way == ALWAYS:
            raise Rejected("not_enveloped", 0)
        return bare(m)
    start = len(TEXT_PREFIX)
    stop = m.find(b";", start, start + MAX_BASE64 + 1)
    head, fault = decode_head(m, start, stop)
    if fault is None:
        return without_header_fault(head, m[stop + 1:], stop + 1, cap, 18)
    if way != MIXED:
        raise Rejected(*fault)
    return damaged(m, *fault)


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

def read_carrier(head: bytes, has_ids: bool, flags: int | None) -> Carrier:
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
    seen: set = set()
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
    elif item.type == TEXT_MAP:
        key, value = split_text_map(item.value)
        carrier.text_map.append((key.decode("ascii"), value.decode("utf-8")))
    elif item.type == WEIGHT:
        carrier.weight = int.from_bytes(item.value, "big")
    elif item.type == FURTHER:
        carrier.further.append(Context(item.value[:16], item.value[16:24], item.value[24]))
    elif item.type == THINNING:
        carrier.thinning = int.from_bytes(item.value, "big")


def field_fault(item: Field, context: Context | None, seen: set) -> str | None:
    """The first fault of section 5.3 that fits a field, or None if it counts; then it is noted in `seen`."""
    if is_malformed(item.type, item.value):
        return "malformed_field"
    if item.type == TRACESTATE and context is None:     # [R-FIELD-5]
        return "misplaced_field"
    if item.type in (WEIGHT, THINNING) and (context is None or not context.flags & SAMPLED):  # [R-FIELD-6] [R-FIELD-8]
        return "misplaced_field"
    if item.type in (TRACESTATE, BAGGAGE, WEIGHT, THINNING):  # [R-FIELD-2]
        once = item.type
    elif item.type == TEXT_MAP:                         # [R-FIELD-3] bytes.lower() changes ASCII letters only
        once = split_text_map(item.value)[0].lower()
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

def write(context: Context | str | None, fields: Iterable[Field], payload: bytes) -> bytes:
    """Writes a message of a binary channel on which sending is on; `context` may be UNSAMPLED, or None for nothing known."""
    head, payload = write_head(context, fields), octets(payload)
    if head == ESCAPE and payload[:1] != bytes([MAGIC]):  # [R-WRITE-2] nothing to say, nothing to escape: no bytes are added
        return payload
    return head + payload                               # [R-WRITE-1] [R-WRITE-8] whatever the payload is


def write_text(context: Context | str | None, fields: Iterable[Field], payload: bytes) -> bytes:
    """The same for a text channel whose encoding is UTF-8."""
    head, payload = write_head(context, fields), octets(payload)
    if head == ESCAPE and not payload.startswith(TEXT_PREFIX):  # [R-TEXT-4] [R-TEXT-3] what goes bare is not judged
        return payload
    try:
        payload.decode("utf-8")                         # [R-TEXT-3]
    except UnicodeDecodeError as error:
        raise Refused("the payload is not UTF-8") from error
    return text_front(head) + payload


def text_front(head: bytes) -> bytes:
    return TEXT_PREFIX + base64.urlsafe_b64encode(head).rstrip(b"=") + b";"  # [R-TEXT-1] [R-TEXT-2]


def write_head(context: Context | str | None, fields: Iterable[Field]) -> bytes:
    ids, flags, shape, usable = b"", 0, 0, None
    if isinstance(context, Context):
        if len(context.trace_id) != 16 or len(context.span_id) != 8 or not any(context.trace_id) or not any(context.span_id):
            raise Refused("an id is all zero, or not of its length")  # [R-WRITE-3]
        ids, flags, shape, usable = context.trace_id + context.span_id, context.flags, DECIDED | IDS, context
    elif context == UNSAMPLED:
        shape = DECIDED                                 # [R-WRITE-4] flags stay 00
    elif context is not None:
        raise Refused("not a context")
    ordered = sorted(fields, key=lambda item: item.type)  # [R-WRITE-6] sorted() is stable
    if len(ordered) > MAX_FIELDS:                       # [R-CARRIER-4] [R-WRITE-7]
        raise Refused("more than 128 fields")
    seen: set = set()
    for item in ordered:
        if fault := field_fault(item, usable, seen):    # [R-WRITE-7]
            raise Refused(f"type {item.type}: {fault}")
        if len(item.value) > MAX_U16:                   # [R-WRITE-5]
            raise Refused("a value above 65,535 bytes")
    return assemble(flags, shape, ids, ordered)


def assemble(flags: int, shape: int, ids: bytes, fields: Iterable[Field]) -> bytes:
    carrier = ids + b"".join(bytes([item.type]) + len(item.value).to_bytes(2, "big") + item.value for item in fields)
    if len(carrier) > MAX_U16:                          # [R-WRITE-5]
        raise Refused("a carrier above 65,535 bytes")
    return bytes([MAGIC, 1]) + GUARD + bytes([flags, shape]) + len(carrier).to_bytes(2, "big") + carrier  # [R-WRITE-9]


ESCAPE = assemble(0, 0, b"", [])


def reparent(m: bytes, span_id: bytes, cap: int = DEFAULT_CAP) -> bytes | None:
    """The frame with another span id, or None where it is left as it is."""
    if len(span_id) != 8 or not any(span_id):           # [R-WRITE-3]
        raise Refused("the span id is all zero, or not of its length")
    message = read(m, cap)
    context = message.carrier.context
    if context is None:                                 # [R-COPY-5] only enveloped messages within the cap have one
        return None
    # [R-COPY-1] [R-COPY-3] what counts, of the first 128; [R-COPY-4] as it was and in its order
    # [R-COPY-2] [R-VER-3] types that are not known: only with bit 7
    kept = [item for item in message.carrier.counting if item.type <= THINNING or item.type & 0x80]
    return assemble(context.flags, DECIDED | IDS, context.trace_id + span_id, kept) + message.payload


def reparent_text(m: bytes, span_id: bytes, cap: int = DEFAULT_CAP) -> bytes | None:
    """[R-COPY-5] The same of a message in text form."""
    message = read_text(m, cap)
    if message.carrier.context is None:
        return None
    head = reparent(message.head, span_id, cap)
    return head and text_front(head) + message.payload


# -------------------------------------------------------------------------------------------------------------- shortening

def shorten(fields: Iterable[Field], carrier_bytes: int, has_ids: bool) -> list[Field]:
    """What is left of the fields of a carrier that is to have so many bytes, in the order given."""
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


DROPPED = (
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


def read_traceparent(text: bytes) -> Context:
    """[R-W3C-3] Reads a traceparent strictly, from left to right; raises Rejected with the first fault."""
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
    # [R-W3C-1] [R-W3C-2] the two bits that level 2 defines; or the one that all peers take
    return f"00-{context.trace_id.hex()}-{context.span_id.hex()}-{context.flags & mask:02x}"


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
