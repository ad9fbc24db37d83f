"""Old receivers: decoders that know nothing of frames. One that raises is loud; one that returns a value is silent, whatever it is."""

import gzip
import io
import json
import marshal
import pickle
import zlib
from collections.abc import Callable
from dataclasses import dataclass

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
from flatbuffers import encode, packer, table
from google.protobuf import any_pb2, descriptor_pb2, empty_pb2, struct_pb2, wrappers_pb2
from msgpack import fallback
from thrift.protocol import TBinaryProtocol, TCompactProtocol
from thrift.Thrift import TType
from thrift.transport import TTransport
from thriftpy2.protocol import TBinaryProtocolFactory, TCompactProtocolFactory, TCyBinaryProtocolFactory
from thriftpy2.utils import deserialize

from corpora import CPYTHON, avro_record, package


@dataclass(frozen=True)
class Decoder:
    name: str
    entry: str
    decode: Callable[[bytes], object]
    accepts: bytes


def first_of(unpacker_class) -> Callable:
    """A streaming reader's first value: what a consumer sees before it can know that more bytes follow."""

    def decode(message):
        unpacker = unpacker_class()
        unpacker.feed(message)
        return unpacker.unpack()

    return decode


def protobuf(message_class) -> Callable:
    return lambda message: message_class().ParseFromString(message)


def read_avro(schema) -> Callable:
    return lambda message: fastavro.schemaless_reader(io.BytesIO(message), schema)


def thrift_struct(protocol_class) -> Callable:
    def decode(message):
        protocol = protocol_class(TTransport.TMemoryBuffer(message))
        protocol.readStructBegin()
        while (kind := protocol.readFieldBegin()[1]) != TType.STOP:
            protocol.skip(kind)
            protocol.readFieldEnd()
        protocol.readStructEnd()

    return decode


def thrift_message(protocol_class) -> Callable:
    return lambda message: protocol_class(TTransport.TMemoryBuffer(message)).readMessageBegin()


def thriftpy2_struct(factory) -> Callable:
    idl = "struct S { 1: optional string a, 2: optional i64 b, 9: optional double c }"
    struct_class = thriftpy2.load_fp(io.StringIO(idl), "old_receiver_thrift").S
    return lambda message: deserialize(struct_class(), message, factory)


def avro_container() -> bytes:
    written = io.BytesIO()
    fastavro.writer(written, avro_record("long"), [{"f0": 1}])
    return written.getvalue()


def flatbuffer() -> bytes:
    builder = flatbuffers.Builder(64)
    builder.StartObject(1)
    builder.PrependUint64Slot(0, 7, 0)
    builder.Finish(builder.EndObject())
    return bytes(builder.Output())


def flatbuffers_root(message: bytes) -> int:
    root = table.Table(message, encode.Get(packer.uoffset, message, 0))
    return root.Offset(4)


def text(codec: str, errors: str = "strict") -> Decoder:
    entry = errors if errors == "strict" else f'`errors="{errors}"`'
    return Decoder(f"text, {codec}", entry, lambda message: message.decode(codec, errors), "text".encode(codec))


MSGPACK, THRIFT, THRIFTPY2, PROTOBUF = package("msgpack"), package("thrift"), package("thriftpy2"), package("protobuf")
FASTAVRO, CRAMJAM, LZ4 = package("fastavro"), package("cramjam"), package("lz4")

ORDER = {"id": 7, "name": "Zoë"}
TEXT = b"the quick brown fox " * 3
STRUCT = struct_pb2.Struct(fields={"k": struct_pb2.Value(number_value=1)}).SerializeToString()
# A struct whose field 1 is the string "a".
THRIFT_BINARY, THRIFT_COMPACT = b"\x0b\0\x01\0\0\0\x01a\0", b"\x18\x01a\0"

# Each with a message that it has to accept: a decoder that is called in the wrong way would be loud for every frame.
DECODERS = [
    Decoder(MSGPACK, "`unpackb`", msgpack.unpackb, msgpack.packb(ORDER)),
    Decoder(MSGPACK, "`Unpacker`, first value", first_of(msgpack.Unpacker), msgpack.packb(ORDER)),
    Decoder(f"{MSGPACK}, pure Python", "`Unpacker`, first value", first_of(fallback.Unpacker), msgpack.packb(ORDER)),
    Decoder(package("ormsgpack"), "`unpackb`", ormsgpack.unpackb, msgpack.packb(ORDER)),
    Decoder(package("u-msgpack-python"), "`unpackb`", umsgpack.unpackb, msgpack.packb(ORDER)),
    Decoder(package("msgspec"), "`msgpack.decode`", msgspec.msgpack.decode, msgpack.packb(ORDER)),
    Decoder(package("cbor2"), "`loads`", cbor2.loads, cbor2.dumps(ORDER)),
    Decoder(PROTOBUF, "`Struct`", protobuf(struct_pb2.Struct), STRUCT),
    Decoder(PROTOBUF, "`Any`", protobuf(any_pb2.Any), any_pb2.Any(type_url="a/b").SerializeToString()),
    Decoder(PROTOBUF, "`Empty`, which has no fields", protobuf(empty_pb2.Empty), STRUCT),
    Decoder(PROTOBUF, "`BytesValue`", protobuf(wrappers_pb2.BytesValue), STRUCT),
    Decoder(PROTOBUF, "`FileDescriptorProto`", protobuf(descriptor_pb2.FileDescriptorProto), struct_pb2.DESCRIPTOR.serialized_pb),
    Decoder(f"{package('pymongo')} `bson`", "`decode`", bson.decode, bson.encode(ORDER)),
    Decoder(package("erlpack"), "`unpack`", erlpack.unpack, erlpack.pack(ORDER)),
    Decoder(package("erlang_py"), "`binary_to_term`", erlang.binary_to_term, erlpack.pack(ORDER)),
    Decoder(f"{CPYTHON} `pickle`", "`loads`", pickle.loads, pickle.dumps(ORDER)),
    Decoder(f"{CPYTHON} `marshal`", "`loads`", marshal.loads, marshal.dumps(ORDER)),
    Decoder(THRIFT, "binary, struct", thrift_struct(TBinaryProtocol.TBinaryProtocol), THRIFT_BINARY),
    Decoder(THRIFT, "binary, message", thrift_message(TBinaryProtocol.TBinaryProtocol), b"\x80\x01\x00\x01\0\0\0\x01f\0\0\0\0"),
    Decoder(THRIFT, "compact, struct", thrift_struct(TCompactProtocol.TCompactProtocol), THRIFT_COMPACT),
    Decoder(THRIFT, "compact, message", thrift_message(TCompactProtocol.TCompactProtocol), b"\x82\x21\x00\x01f"),
    Decoder(THRIFTPY2, "binary, struct, pure Python", thriftpy2_struct(TBinaryProtocolFactory()), THRIFT_BINARY),
    Decoder(THRIFTPY2, "binary, struct, Cython", thriftpy2_struct(TCyBinaryProtocolFactory()), THRIFT_BINARY),
    Decoder(THRIFTPY2, "compact, struct", thriftpy2_struct(TCompactProtocolFactory()), THRIFT_COMPACT),
    Decoder(FASTAVRO, "body: `string`, `long`", read_avro(avro_record("string", "long")), b"\x02a\x02"),
    Decoder(FASTAVRO, "body: a union", read_avro(["null", "string", "long"]), b"\x02\x02a"),
    Decoder(FASTAVRO, "body: an enum", read_avro({"type": "enum", "name": "e", "symbols": ["A", "B"]}), b"\x02"),
    Decoder(FASTAVRO, "body: a map of `long`", read_avro({"type": "map", "values": "long"}), b"\x02\x02a\x02\0"),
    Decoder(FASTAVRO, "body: `long`, `long`", read_avro(avro_record("long", "long")), b"\x02\x04"),
    Decoder(FASTAVRO, "body: `bytes`", read_avro("bytes"), b"\x02a"),
    Decoder(FASTAVRO, "body: `double`, `string`", read_avro(avro_record("double", "string")), bytes(8) + b"\x02a"),
    Decoder(FASTAVRO, "body: an array of `long`", read_avro({"type": "array", "items": "long"}), b"\x02\x02\0"),
    Decoder(FASTAVRO, "object container", lambda message: list(fastavro.reader(io.BytesIO(message))), avro_container()),
    Decoder(package("flatbuffers"), "root table", flatbuffers_root, flatbuffer()),
    Decoder(f"{CPYTHON} `json`", "`loads`", json.loads, b"[1]"),
    Decoder(package("orjson"), "`loads`", orjson.loads, b"[1]"),
    Decoder(package("msgspec"), "`json.decode`", msgspec.json.decode, b"[1]"),
    Decoder(f"{CPYTHON} `gzip`", "`decompress`", gzip.decompress, gzip.compress(TEXT)),
    Decoder(f"{CPYTHON} `zlib`", "`decompress`", zlib.decompress, zlib.compress(TEXT)),
    Decoder(f"{CPYTHON} `zlib`", "raw deflate", lambda message: zlib.decompress(message, -15), zlib.compress(TEXT, wbits=-15)),
    Decoder(package("zstandard"), "one frame", lambda message: zstandard.decompress(message, 1 << 20), zstandard.compress(TEXT)),
    Decoder(LZ4, "frame", lz4.frame.decompress, lz4.frame.compress(TEXT)),
    Decoder(LZ4, "block of up to 64 KiB", lambda message: lz4.block.decompress(message, 1 << 16), lz4.block.compress(TEXT, store_size=False)),
    Decoder(CRAMJAM, "Snappy, raw", cramjam.snappy.decompress_raw, bytes(cramjam.snappy.compress_raw(TEXT))),
    Decoder(CRAMJAM, "Snappy, framed", cramjam.snappy.decompress, bytes(cramjam.snappy.compress(TEXT))),
    Decoder(package("brotli"), "`decompress`", brotli.decompress, brotli.compress(TEXT)),
    text("UTF-8"),
    text("UTF-16-LE"),
    text("UTF-16-BE"),
    text("Shift-JIS"),
    text("GB18030"),
    text("windows-1252"),
    text("Latin-1"),
    text("IBM037"),
    text("UTF-8", errors="replace"),
]


def is_silent(decoder: Decoder, frame: bytes) -> bool:
    try:
        decoder.decode(frame)
    # Libraries raise what they like, and it is loud all the same.
    except Exception:
        return False
    return True
