"""The corpora: messages made by real encoders, an endless stream of them for each entry of `CORPORA`.

A format's own rules bound what its messages may begin with; within them the contents are chosen to come as close to a frame's prefix
as they can: arrays of 14 where a byte says 14, sizes of 158 where a byte says 158, field numbers whose tags begin with the magic byte's
upper bits.
"""

import gzip
import io
import itertools
import json
import pickle
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from random import Random

import brotli
import bson
import cbor2
import cramjam
import erlang
import erlpack
import fastavro
import flatbuffers
import lz4.block
import lz4.frame
import msgpack
import msgspec
import orjson
import ormsgpack
import thriftpy2
import umsgpack
import zstandard
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2
from thrift.protocol import TBinaryProtocol, TCompactProtocol
from thrift.Thrift import TMessageType, TType
from thrift.transport import TTransport
from thriftpy2.protocol import TCompactProtocolFactory, TCyBinaryProtocolFactory
from thriftpy2.utils import serialize

import frames
from values import any_float, integer, length, printable, sentence, signed, text, value

# What the specification says of a format: no conforming writer can produce the prefix; it would be legal and nobody does; it
# happens at some rate. A control is no format: it shows that the measurement would notice.
IMPOSSIBLE, IMPLAUSIBLE, POSSIBLE, CONTROL = "impossible", "implausible", "possible", "control"

VERSIONS = (1, 2, 3, 4, 6, 7, 8)
GUARD = b"\xc1\xde"
# Of the escape, read as a little-endian integer; 256 more for each next version.
ESCAPE_AS_INTEGER = 0xDEC1019E
# The base-128 integers that are written `9E`, version.
LOOKALIKE_LENGTHS = [30 + 128 * v for v in VERSIONS]

Message = Callable[[], bytes]


@dataclass(frozen=True)
class Corpus:
    name: str
    encoder: str
    claim: str
    # Given the corpus's own source of chance; what it returns makes one message per call.
    prepare: Callable[[Random], Message]
    # For controls: whether so many messages with the prefix, and so many read as frames, are what so many messages should give.
    expects: Callable[[int, int, int], bool] | None = None


CORPORA: list[Corpus] = []


def corpus(name, encoder, claim, expects=None):
    def register(prepare):
        CORPORA.append(Corpus(name, encoder, claim, prepare, expects))
        return prepare

    return register


def package(name: str) -> str:
    return f"{name} {version(name)}"


CPYTHON = "CPython"
BY_RULE = "by the format's rule"


# MessagePack


def msgpack_packers() -> dict[str, Callable]:
    return {
        "msgpack": msgpack.Packer().pack,
        "ormsgpack": ormsgpack.packb,
        "u-msgpack-python": umsgpack.packb,
        "msgspec": msgspec.msgpack.Encoder().encode,
    }


def array_of_14(r: Random) -> list:
    """What the magic byte says in MessagePack. The first element is a version; the second is the one that cannot begin `C1`."""
    return [r.choice(VERSIONS), value(r, 1), *(integer(r) for _ in range(12))]


def register_msgpack(library: str) -> None:
    @corpus("MessagePack, any value", package(library), IMPOSSIBLE)
    def _(r):
        pack = msgpack_packers()[library]
        return lambda: pack(value(r))

    @corpus("MessagePack, arrays of 14, a version first", package(library), IMPOSSIBLE)
    def _(r):
        pack = msgpack_packers()[library]
        return lambda: pack(array_of_14(r))


for each in msgpack_packers():
    register_msgpack(each)


@corpus("MessagePack, extension types and times, also in arrays of 14", package("msgpack"), IMPOSSIBLE)
def _(r):
    pack = msgpack.Packer().pack

    def extension():
        if r.random() < 0.3:
            return msgpack.Timestamp(integer(r, 34), integer(r, 29))
        return msgpack.ExtType(int(r.random() * 128), r.randbytes(length(r)))

    return lambda: pack([r.choice(VERSIONS), *(extension() for _ in range(13))] if r.random() < 0.5 else extension())


@corpus("MessagePack, several values in a row", package("msgpack"), IMPOSSIBLE)
def _(r):
    pack = msgpack.Packer().pack
    return lambda: b"".join(pack(array_of_14(r) if r.random() < 0.5 else value(r)) for _ in range(2))


# CBOR


@corpus("CBOR, any value", package("cbor2"), IMPOSSIBLE)
def _(r):
    return lambda: cbor2.dumps(value(r))


@corpus("CBOR, tags (1 and any), simple values, shared values", package("cbor2"), IMPOSSIBLE)
def _(r):
    def message():
        kind = int(r.random() * 4)
        if kind == 0:
            return cbor2.dumps(cbor2.CBORTag(1, integer(r, 40)))
        if kind == 1:
            return cbor2.dumps(cbor2.CBORTag(integer(r), value(r)))
        if kind == 2:
            return cbor2.dumps(cbor2.CBORSimpleValue(r.choice([*range(20), *range(32, 256)])))
        return cbor2.dumps([value(r)], value_sharing=True, canonical=True)

    return message


@corpus("CBOR, several values in a row; arrays of 14", package("cbor2"), IMPOSSIBLE)
def _(r):
    return lambda: b"".join(cbor2.dumps(array_of_14(r) if r.random() < 0.5 else value(r)) for _ in range(2))


# protobuf


def protobuf_classes(r: Random, count: int = 200) -> list:
    """Messages of six fields, whose numbers come in every width; half of them have tags that begin `98` to `9D`, as near to
    the magic byte as a wire type allows, and some of these a version behind it."""
    types = descriptor_pb2.FieldDescriptorProto
    kinds = [types.TYPE_UINT64, types.TYPE_FIXED64, types.TYPE_FIXED32, types.TYPE_BYTES, types.TYPE_GROUP, types.TYPE_MESSAGE]
    file = descriptor_pb2.FileDescriptorProto(name="measure.proto", package="measure", syntax="proto2")
    for index in range(count):
        message = file.message_type.add(name=f"M{index}")
        numbers = set()
        for kind in r.sample(kinds, len(kinds)):
            number = 0
            while not is_field_number(number) or number in numbers:
                number = protobuf_number(r)
            numbers.add(number)
            name = f"f{len(numbers)}"
            if kind == types.TYPE_GROUP:
                # A group's name is that of its field, in another case.
                name = name.upper()
                group = message.nested_type.add(name=name)
                group.field.add(name="v", number=number, type=types.TYPE_UINT64, label=1)
                message.field.add(name=name.lower(), number=number, type=kind, label=1, type_name=f".measure.M{index}.{name}")
            elif kind == types.TYPE_MESSAGE:
                message.field.add(name=name, number=number, type=kind, label=1, type_name=f".measure.M{index}")
            else:
                message.field.add(name=name, number=number, type=kind, label=1)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return [message_factory.GetMessageClass(pool.FindMessageTypeByName(f"measure.M{index}")) for index in range(count)]


def protobuf_number(r: Random) -> int:
    if r.random() < 0.2:
        return 3 + 16 * r.choice(VERSIONS)
    number = integer(r, 29)
    return number & ~15 | 3 if r.random() < 0.4 else number


def is_field_number(number: int) -> bool:
    return 0 < number < 2**29 and not 19000 <= number < 20000


def fill_protobuf(r: Random, message, depth: int = 2) -> None:
    fields = message.DESCRIPTOR.fields
    for _ in range(1 + int(r.random() * 3)):
        field = fields[int(r.random() * len(fields))]
        if field.cpp_type == field.CPPTYPE_STRING:
            setattr(message, field.name, r.randbytes(length(r)))
        elif field.cpp_type == field.CPPTYPE_UINT32:
            setattr(message, field.name, integer(r, 32))
        elif field.cpp_type == field.CPPTYPE_UINT64:
            setattr(message, field.name, integer(r))
        elif field.type == field.TYPE_GROUP:
            getattr(message, field.name).v = integer(r)
        elif depth:
            fill_protobuf(r, getattr(message, field.name), depth - 1)


def protobuf_message(r: Random) -> Message:
    classes = protobuf_classes(r)

    def message():
        filled = r.choice(classes)()
        fill_protobuf(r, filled)
        return filled.SerializeToString(deterministic=True)

    return message


@corpus("protobuf, any field numbers, nested, groups", package("protobuf"), IMPOSSIBLE)
def _(r):
    return protobuf_message(r)


@corpus("protobuf, `google.protobuf.Struct`", package("protobuf"), IMPOSSIBLE)
def _(r):
    def message():
        filled = struct_pb2.Struct()
        filled.update({text(r): r.random(), "name": text(r), "n": None})
        return filled.SerializeToString(deterministic=True)

    return message


@corpus("protobuf, length-delimited", package("protobuf"), POSSIBLE)
def _(r):
    make = protobuf_message(r)

    def message():
        made = make()
        return base128(len(made)) + made

    return message


@corpus("protobuf, length-delimited, aimed: length 158, fixed64 fields from 1512 + 2048 *k*", package("protobuf"), POSSIBLE)
def _(r):
    types = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="aimed.proto", package="aimed", syntax="proto2")
    numbers = [1512 + 2048 * (1 + integer(r, 16)) for _ in range(200)]
    for index, number in enumerate(numbers):
        message = file.message_type.add(name=f"M{index}")
        message.field.add(name="n", number=number, type=types.TYPE_FIXED64, label=1)
        message.field.add(name="b", number=2**29 - 1, type=types.TYPE_BYTES, label=1)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    classes = [message_factory.GetMessageClass(pool.FindMessageTypeByName(f"aimed.M{index}")) for index in range(len(numbers))]

    def message():
        chosen = r.choice(classes)
        n = integer(r)
        # Filled up to the length: it depends on the widths of tag and length, so the second try is the right one.
        empty = len(chosen(n=n, b=bytes(128)).SerializeToString()) - 128
        made = chosen(n=n, b=bytes(r.choice(LOOKALIKE_LENGTHS) - empty)).SerializeToString()
        return base128(len(made)) + made

    return message


# JSON


@corpus("JSON, any value", CPYTHON + " `json`", IMPOSSIBLE)
def _(r):
    encode = json.JSONEncoder().encode
    return lambda: encode(value(r, binary=False)).encode()


@corpus("JSON, letters unescaped, indented", CPYTHON + " `json`", IMPOSSIBLE)
def _(r):
    encode = json.JSONEncoder(ensure_ascii=False, indent=2).encode
    return lambda: encode(value(r, binary=False)).encode()


@corpus("JSON, objects", package("orjson"), IMPOSSIBLE)
def _(r):
    return lambda: orjson.dumps({text(r): value(r, 1, binary=False), "id": integer(r)})


@corpus("JSON, arrays of 14", package("msgspec"), IMPOSSIBLE)
def _(r):
    encode = msgspec.json.Encoder().encode
    return lambda: encode(array_of_14(r))


@corpus("JSON, one value a line", package("orjson"), IMPOSSIBLE)
def _(r):
    return lambda: b"".join(orjson.dumps(value(r, 1, binary=False), option=orjson.OPT_APPEND_NEWLINE) for _ in range(3))


# Erlang external terms


@corpus("Erlang external terms", package("erlpack"), IMPOSSIBLE)
def _(r):
    return lambda: erlpack.pack(value(r))


@corpus("Erlang external terms, atoms, tuples, compressed", package("erlang_py"), IMPOSSIBLE)
def _(r):
    def message():
        parts = erlang.OtpErlangAtom(r.choice([b"ok", b"error"])), signed(r, 128), r.randbytes(length(r)), any_float(r)
        return erlang.term_to_binary(parts, compressed=r.random() < 0.3)

    return message


# Avro


def avro(schema, datum) -> bytes:
    written = io.BytesIO()
    fastavro.schemaless_writer(written, schema, datum)
    return written.getvalue()


def avro_record(*types) -> dict:
    fields = [{"name": f"f{index}", "type": each} for index, each in enumerate(types)]
    return fastavro.parse_schema({"type": "record", "name": "r", "fields": fields})


def lookalike_text(r: Random) -> str:
    """Letters of one byte each, as many as it takes for the length to be written `9E`, version."""
    return r.choice("abcdefgh") * (r.choice(LOOKALIKE_LENGTHS) // 2) if r.random() < 0.5 else text(r)


def avro_longs(r: Random) -> Message:
    schema = avro_record("long", "long", "string")

    def message():
        # Zigzag doubles: half of the first longs are written `9E`, version.
        first = r.choice(LOOKALIKE_LENGTHS) // 2 if r.random() < 0.5 else signed(r)
        return avro(schema, {"f0": first, "f1": signed(r), "f2": text(r)})

    return message


@corpus("Avro body, two longs first", package("fastavro"), POSSIBLE)
def _(r):
    return avro_longs(r)


@corpus("Avro body, bytes first", package("fastavro"), POSSIBLE)
def _(r):
    schema = avro_record("bytes", "double")

    def message():
        size = r.choice(LOOKALIKE_LENGTHS) // 2 if r.random() < 0.5 else length(r)
        return avro(schema, {"f0": r.randbytes(size), "f1": any_float(r)})

    return message


@corpus("Avro body, a string first", package("fastavro"), IMPOSSIBLE)
def _(r):
    schema = avro_record("string", "long")
    return lambda: avro(schema, {"f0": lookalike_text(r), "f1": signed(r)})


@corpus("Avro body, a union first", package("fastavro"), IMPOSSIBLE)
def _(r):
    schema = avro_record(["null", "string", "long"], "long")
    return lambda: avro(schema, {"f0": r.choice([None, lookalike_text(r), signed(r)]), "f1": signed(r)})


@corpus("Avro single-object", f"{package('fastavro')}, head by rule", IMPOSSIBLE)
def _(r):
    make = avro_longs(r)
    return lambda: b"\xc3\x01" + r.randbytes(8) + make()


@corpus("Avro object container", package("fastavro"), IMPOSSIBLE)
def _(r):
    schema = avro_record("long", "string")

    def message():
        written = io.BytesIO()
        fastavro.writer(written, schema, [{"f0": signed(r), "f1": text(r)}], sync_marker=r.randbytes(16))
        return written.getvalue()

    return message


@corpus("Confluent: 0, schema id, Avro body", f"{package('fastavro')}, head by rule", IMPOSSIBLE)
def _(r):
    make = avro_longs(r)
    return lambda: b"\0" + struct.pack(">I", integer(r, 32)) + make()


# BSON


@corpus("BSON", f"{package('pymongo')} `bson`", IMPOSSIBLE)
def _(r):
    # BSON has no unsigned 64-bit integers.
    return lambda: bson.encode({r.choice("abcdefgh"): value(r, 1, bits=63), "v": value(r, bits=63)})


# Thrift


def thrift_struct(r: Random, protocol) -> None:
    protocol.writeStructBegin("S")
    number = 0
    for _ in range(1 + int(r.random() * 4)):
        # In compact, a field nine numbers after the last has a header that begins with the nibble 9.
        number += r.choice([1, 9, 9, 1 + integer(r, 12)])
        kind = r.choice([TType.BOOL, TType.BYTE, TType.I16, TType.I32, TType.I64, TType.DOUBLE, TType.STRING, TType.LIST])
        protocol.writeFieldBegin("f", kind, number)
        match kind:
            case TType.BOOL:
                protocol.writeBool(r.random() < 0.5)
            case TType.BYTE:
                protocol.writeByte(signed(r, 8))
            case TType.I16:
                protocol.writeI16(signed(r, 16))
            case TType.I32:
                protocol.writeI32(signed(r, 32))
            case TType.I64:
                protocol.writeI64(signed(r))
            case TType.DOUBLE:
                protocol.writeDouble(any_float(r))
            case TType.STRING:
                protocol.writeString(text(r))
            case TType.LIST:
                items = [signed(r, 32) for _ in range(int(r.random() * 16))]
                protocol.writeListBegin(TType.I32, len(items))
                for item in items:
                    protocol.writeI32(item)
                protocol.writeListEnd()
        protocol.writeFieldEnd()
    protocol.writeFieldStop()
    protocol.writeStructEnd()


def thrift(r: Random, protocol_class, in_message: bool, **options) -> Message:
    def message():
        transport = TTransport.TMemoryBuffer()
        protocol = protocol_class(transport, **options)
        if in_message:
            kind = r.choice([TMessageType.CALL, TMessageType.REPLY, TMessageType.EXCEPTION, TMessageType.ONEWAY])
            protocol.writeMessageBegin(text(r), kind, integer(r, 31))
        thrift_struct(r, protocol)
        if in_message:
            protocol.writeMessageEnd()
        return transport.getvalue()

    return message


for each, protocol_class in {"binary": TBinaryProtocol.TBinaryProtocol, "compact": TCompactProtocol.TCompactProtocol}.items():
    corpus(f"Thrift {each}, structs", package("thrift"), IMPOSSIBLE)(lambda r, of=protocol_class: thrift(r, of, False))
    corpus(f"Thrift {each}, messages", package("thrift"), IMPOSSIBLE)(lambda r, of=protocol_class: thrift(r, of, True))


@corpus("Thrift binary, messages of the old form without a version", package("thrift"), IMPOSSIBLE)
def _(r):
    return thrift(r, TBinaryProtocol.TBinaryProtocol, True, strictWrite=False)


def register_thriftpy2(name: str, factory) -> None:
    @corpus(f"Thrift {name}, structs", package("thriftpy2"), IMPOSSIBLE)
    def _(r):
        idl = "struct S { 1: optional string a, 9: optional i64 b, 18: optional double c, 500: optional list<i32> d }"
        struct_class = thriftpy2.load_fp(io.StringIO(idl), f"measure_{name}_thrift").S
        protocol = factory()

        def message():
            made = struct_class()
            if r.random() < 0.5:
                made.a = text(r)
            if r.random() < 0.5:
                made.b = signed(r)
            if r.random() < 0.5:
                made.c = any_float(r)
            if r.random() < 0.5:
                made.d = [signed(r, 32) for _ in range(int(r.random() * 5))]
            return serialize(made, protocol)

        return message


register_thriftpy2("binary", TCyBinaryProtocolFactory)
register_thriftpy2("compact", TCompactProtocolFactory)


# pickle


def register_pickle(protocol: int) -> None:
    @corpus(f"pickle, protocol {protocol}", CPYTHON + " `pickle`", IMPOSSIBLE)
    def _(r):
        return lambda: pickle.dumps(value(r), protocol)


for each in range(pickle.HIGHEST_PROTOCOL + 1):
    register_pickle(each)


# FlatBuffers


@corpus("FlatBuffers, with and without a size first", package("flatbuffers"), IMPOSSIBLE)
def _(r):
    def message():
        builder = flatbuffers.Builder(64)
        note = builder.CreateString(text(r))
        builder.StartObject(6)
        for slot in range(5):
            if r.random() < 0.5:
                builder.PrependUint64Slot(slot, integer(r), 0)
        builder.PrependUOffsetTRelativeSlot(5, note, 0)
        root = builder.EndObject()
        if r.random() < 0.5:
            builder.FinishSizePrefixed(root)
        else:
            builder.Finish(root)
        return bytes(builder.Output())

    return message


# postcard and bincode: their Rust encoders are replaced by the rules of their documentation, which are a few lines.


def base128(n: int) -> bytes:
    written = bytearray()
    while n > 127:
        written.append(n & 127 | 128)
        n >>= 7
    written.append(n)
    return bytes(written)


def zigzag(n: int) -> int:
    return n << 1 if n >= 0 else (-n << 1) - 1


@corpus("postcard 1, a struct of `u64`, `i64`, `String`", BY_RULE, POSSIBLE)
def _(r):
    def message():
        first = r.choice(LOOKALIKE_LENGTHS) if r.random() < 0.5 else integer(r)
        note = text(r).encode()
        return base128(first) + base128(zigzag(signed(r))) + base128(len(note)) + note

    return message


@corpus("postcard 1, an enum of up to 128 variants first", BY_RULE, IMPOSSIBLE)
def _(r):
    return lambda: bytes([int(r.random() * 128)]) + base128(integer(r)) + r.randbytes(length(r))


@corpus("bincode 1, a struct of `u64`, `String`, `f64`", BY_RULE, POSSIBLE)
def _(r):
    def message():
        note = text(r).encode()
        return struct.pack("<QQ", integer(r), len(note)) + note + struct.pack("<d", any_float(r))

    return message


@corpus("bincode 1, a `String` or an enum of up to 2³¹ variants first", BY_RULE, IMPOSSIBLE)
def _(r):
    def message():
        note = text(r).encode()
        if r.random() < 0.5:
            return struct.pack("<Q", len(note)) + note
        return struct.pack("<IQ", integer(r, 31), integer(r)) + note

    return message


# Numbers and chance


def register_numbers(code: str, name: str, draw: Callable[[Random], float]) -> None:
    for order, words in {"<": "little-endian", ">": "big-endian"}.items():
        # One to four of them.
        packers = [struct.Struct(order + code * count).pack for count in range(1, 5)]

        def prepare(r, packers=packers):
            def message():
                count = int(r.random() * 4)
                return packers[count](*(draw(r) for _ in range(count + 1)))

            return message

        corpus(f"raw {name}, {words}", f"{CPYTHON} `struct`", POSSIBLE)(prepare)


register_numbers("I", "32-bit integers", lambda r: integer(r, 32))
register_numbers("Q", "64-bit integers", integer)
register_numbers("d", "64-bit floats", any_float)


@corpus("random bytes", CPYTHON, POSSIBLE)
def _(r):
    return lambda: r.randbytes(int(r.random() * 300))


@corpus("random bytes behind `9E`", CPYTHON, POSSIBLE)
def _(r):
    return lambda: b"\x9e" + r.randbytes(int(r.random() * 300))


# Compressed blocks


def plain(r: Random) -> bytes:
    kind = int(r.random() * 5)
    size = r.choice(LOOKALIKE_LENGTHS) if r.random() < 0.3 else int(r.random() * 1000)
    if kind == 0:
        return r.randbytes(size)
    if kind == 1:
        return bytes([int(r.random() * 256)]) * size
    if kind == 2:
        return text(r).encode()
    if kind == 3:
        return json.dumps(value(r, binary=False)).encode()
    return (b"the quick brown fox, %d" % integer(r)) * (1 + size // 40)


def register_compressor(name: str, encoder: str, claim: str, prepare: Callable[[Random], Callable[[bytes], bytes]]) -> None:
    def with_plain(r):
        compress = prepare(r)
        return lambda: compress(plain(r))

    corpus(name, encoder, claim)(with_plain)


def level(r: Random, most: int) -> int:
    return 1 + int(r.random() * most)


def zlib_with(window: int):
    def prepare(r):
        def compress(data):
            # Small windows and every strategy: they are what varies the first byte.
            made = zlib.compressobj(level(r, 9), wbits=window - int(r.random() * 7) * (1 if window > 0 else -1), strategy=int(r.random() * 5))
            return made.compress(data) + made.flush()

        return compress

    return prepare


def zstd(magicless: bool):
    def prepare(r):
        form = zstandard.FORMAT_ZSTD1_MAGICLESS if magicless else zstandard.FORMAT_ZSTD1
        compressors = []
        for compression_level, size, checksum in itertools.product((1, 3, 9), (True, False), (True, False)):
            parameters = zstandard.ZstdCompressionParameters.from_level(
                compression_level, format=form, write_content_size=size, write_checksum=checksum, window_log=12
            )
            compressors.append(zstandard.ZstdCompressor(compression_params=parameters).compress)
        return lambda data: r.choice(compressors)(data)

    return prepare


def lz4_block(r):
    def compress(data):
        # Nine letters three times: written as nine letters and a copy of 18, which is `9E`.
        data = r.randbytes(9) * 3 + data if r.random() < 0.5 else data
        return lz4.block.compress(data, store_size=False)

    return compress


register_compressor("zlib", CPYTHON + " `zlib`", IMPOSSIBLE, zlib_with(15))
register_compressor("gzip", CPYTHON + " `gzip`", IMPOSSIBLE, lambda r: lambda data: gzip.compress(data, level(r, 9), mtime=integer(r, 32)))
register_compressor("raw deflate", CPYTHON + " `zlib`", IMPOSSIBLE, zlib_with(-15))
register_compressor("Zstandard", package("zstandard"), IMPOSSIBLE, zstd(magicless=False))
register_compressor("Zstandard without magic", package("zstandard"), POSSIBLE, zstd(magicless=True))
register_compressor("LZ4 frame", package("lz4"), IMPOSSIBLE, lambda r: lambda data: lz4.frame.compress(data, store_size=r.random() < 0.5))
register_compressor("raw LZ4 block", package("lz4"), POSSIBLE, lz4_block)
register_compressor("raw Snappy", package("cramjam"), IMPOSSIBLE, lambda r: lambda data: bytes(cramjam.snappy.compress_raw(data)))
register_compressor("framed Snappy", package("cramjam"), IMPOSSIBLE, lambda r: lambda data: bytes(cramjam.snappy.compress(data)))
register_compressor(
    "raw Brotli",
    package("brotli"),
    POSSIBLE,
    lambda r: lambda data: brotli.compress(data, quality=int(r.random() * 5), lgwin=10 + int(r.random() * 9)),
)


# Text

# RFC 1456: the letters of 80 to FF, and the six that stand among the controls.
VISCII_80_TO_FF = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"
    "ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư"
    "àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
VISCII_AMONG_CONTROLS = {"Ẳ": 0x02, "Ẵ": 0x05, "Ẫ": 0x06, "Ỷ": 0x14, "Ỹ": 0x19, "Ỵ": 0x1E}


def register_text(name: str, codec: str, claim: str, mark: bytes = b"") -> None:
    @corpus(f"text, {name}", CPYTHON, claim)
    def _(r):
        characters = printable(codec)
        return lambda: mark + sentence(r, characters).encode(codec)


register_text("UTF-8", "utf-8", IMPOSSIBLE)
register_text("UTF-8 with a mark", "utf-8", IMPOSSIBLE, "\ufeff".encode())
register_text("UTF-16 little-endian with a mark", "utf-16-le", IMPOSSIBLE, b"\xff\xfe")
register_text("UTF-16 big-endian with a mark", "utf-16-be", IMPOSSIBLE, b"\xfe\xff")
register_text("UTF-16 little-endian without a mark", "utf-16-le", IMPOSSIBLE)
register_text("UTF-16 big-endian without a mark", "utf-16-be", POSSIBLE)
register_text("UTF-32 little-endian without a mark", "utf-32-le", IMPOSSIBLE)
register_text("Latin-1", "latin-1", IMPLAUSIBLE)
register_text("windows-1252", "cp1252", IMPLAUSIBLE)
register_text("windows-1251", "cp1251", IMPLAUSIBLE)
register_text("KOI8-R", "koi8-r", IMPLAUSIBLE)
register_text("Mac Roman", "mac-roman", IMPLAUSIBLE)
register_text("code page 437", "cp437", IMPLAUSIBLE)
register_text("EBCDIC 037", "cp037", IMPLAUSIBLE)
register_text("Shift-JIS", "shift-jis", IMPOSSIBLE)
register_text("EUC-JP", "euc-jp", IMPOSSIBLE)
register_text("EUC-KR", "euc-kr", IMPOSSIBLE)
register_text("GB18030", "gb18030", IMPOSSIBLE)
register_text("GBK", "gbk", IMPOSSIBLE)
register_text("Big5", "big5", IMPOSSIBLE)


@corpus("text, VISCII", BY_RULE, IMPLAUSIBLE)
def _(r):
    table = {c: 0x80 + index for index, c in enumerate(VISCII_80_TO_FF)} | VISCII_AMONG_CONTROLS
    table |= {chr(each): each for each in (9, 10, 13, *range(0x20, 0x7F))}
    letters = list(table)
    return lambda: bytes(table[c] for c in sentence(r, letters))


# Controls


@corpus("frames of version 1", "`frames.py`", CONTROL, lambda count, prefix, misread: prefix == misread == count)
def _(r):
    return lambda: frames.frame(r)


# Seven values, one for each version, read as the escape or its like in another version.
@corpus("64-bit little-endian integers that count past 3,737,190,814", CPYTHON, CONTROL, lambda count, prefix, misread: prefix == misread == 7)
def _(r):
    counter = itertools.count(ESCAPE_AS_INTEGER - 100)
    return lambda: struct.pack("<Q", next(counter))


# About 24 in a million are expected to be read as frames (section 4 of the rationale); more than 100 would be another reader.
@corpus("64 bytes, random behind the prefix", CPYTHON, CONTROL, lambda count, prefix, misread: prefix == count and misread * 10_000 <= count + 20_000)
def _(r):
    prefixes = [bytes([0x9E, each]) + GUARD for each in VERSIONS]
    return lambda: r.choice(prefixes) + r.randbytes(60)
