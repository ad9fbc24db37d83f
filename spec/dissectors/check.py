#!/usr/bin/env python3
"""Runs the dissector over every `read` vector and over captured exchanges, and the magic entry over every frame of the vectors.

Needs Debian or a relative, and root: to install what is missing, and to capture on the loopback interface.
"""

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import venv
from pathlib import Path

sys.dont_write_bytecode = True

HERE = Path(__file__).resolve().parent
SPEC = HERE.parent
SCRATCH = Path(os.environ.get("CARGO_TARGET_DIR") or SPEC.parent / "target").resolve() / "dissectors"
DISSECTOR, MAGIC = HERE / "glassine.lua", HERE / "glassine.magic"
PROGRAMS = {"tshark": "tshark", "redis-cli": "redis-tools", "mosquitto_pub": "mosquitto-clients", "file": "file", "openssl": "openssl"}
# Their own script, since Debian starts what it installs.
SERVERS, INSTALL_SERVERS = ("mosquitto", "redis-server", "rabbitmq-server"), SPEC.parent / "examples/transports/install"
RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"
PYPI = ["websockets==15.0.1", "pika==1.4.4"]
PORT = 40000
# What an IPv4 packet with UDP holds.
MOST = 65_507

TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
# A context with tracestate, baggage, a text-map entry, a weight, a thinning and a further context.
CARRIER = (bytes.fromhex(TRACE_ID + SPAN_ID) + b"\1\0\x0acongo=t61r" + b"\2\0\x08userId=7" + b"\3\0\4\2b30"
           + b"\4\0\4\0\0\3\xe8" + b"\5\0\x19" + bytes.fromhex(SPAN_ID * 2 + SPAN_ID) + b"\1" + b"\6\0\4\0\0\0\x64")
FRAME = b"\x9e\1\xc1\xde\3\3" + struct.pack(">H", len(CARRIER)) + CARRIER + b'{"id":7}'
EVERY_FIELD = {
    "glassine.verdict": ["enveloped"], "glassine.version": ["1"], "glassine.decision": ["sampled"],
    "glassine.flags": ["0x03"], "glassine.flags.sampled": ["1"], "glassine.flags.random": ["1"],
    "glassine.shape": ["0x03"], "glassine.shape.decided": ["1"], "glassine.shape.ids": ["1"],
    "glassine.carrier_length": [str(len(CARRIER))], "glassine.trace_id": [TRACE_ID], "glassine.span_id": [SPAN_ID],
    "glassine.traceparent": [f"00-{TRACE_ID}-{SPAN_ID}-03"], "glassine.tracestate": ["congo=t61r"],
    "glassine.baggage": ["userId=7"], "glassine.text_map": ["b3=0"], "glassine.text_map.key": ["b3"],
    "glassine.text_map.value": ["0"], "glassine.weight": ["1000"], "glassine.thinning": ["100"],
    "glassine.further": [f"00-{SPAN_ID * 2}-{SPAN_ID}-01"], "glassine.field.type": [f"0x{n:02x}" for n in range(1, 7)],
    "glassine.payload_length": ["8"], "glassine.payload": ["7b:22:69:64:22:3a:37:7d"], "glassine.fault": [],
}


class Failure(Exception):
    pass


def main():
    install()
    passed = failed = 0
    for check in (vectors, bare_is_left_alone, udp, tcp, tls, websocket, mqtt, redis, amqp, magic):
        try:
            print(f"{check.__name__}: {check()}")
            passed += 1
        except Failure as failure:
            print(f"{check.__name__}: {failure}")
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def install():
    missing = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    if missing:
        options = ["-qq", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=600"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", *options, *missing], check=True, env=environment, stdout=subprocess.DEVNULL)
    if not all(map(shutil.which, SERVERS)):
        subprocess.run([INSTALL_SERVERS], check=True)
    ready = SCRATCH / "ready"
    if not ready.exists() or ready.read_text() != " ".join(PYPI):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        venv.create(SCRATCH / "venv", with_pip=True)
        pip = [SCRATCH / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PYPI], check=True)
        ready.write_text(" ".join(PYPI))


# Captures, and what tshark says of them


def tshark(capture, *options):
    """The layers of each packet."""
    command = ["tshark", "-X", f"lua_script:{DISSECTOR}", "-r", capture, "-T", "json", "--no-duplicate-keys", *options]
    run = subprocess.run(command, capture_output=True, text=True)
    complaints = [line for line in run.stderr.splitlines() if "Running as user" not in line and line]
    if run.returncode or complaints:
        raise Failure(f"tshark: {complaints}")
    return [packet["_source"]["layers"] for packet in json.loads(run.stdout)]


def values(layer, key):
    """All values of a field, at any depth, in the order of the packet."""
    found = []
    if isinstance(layer, list):
        for item in layer:
            found += values(item, key)
    elif isinstance(layer, dict):
        for name, value in layer.items():
            if name == key:
                found += [value] if isinstance(value, str) else [item for item in value if isinstance(item, str)]
            if isinstance(value, (dict, list)):
                found += values(value, key)
    return found


def messages(packets):
    """The Glassine layers of all packets, one for each message."""
    found = []

    def collect(layer):
        if isinstance(layer, list):
            for item in layer:
                collect(item)
        elif isinstance(layer, dict):
            for name, value in layer.items():
                if name == "glassine":
                    found.extend(value if isinstance(value, list) else [value])
                else:
                    collect(value)

    collect(packets)
    return found


def expect(expected, layer):
    for key, wanted in expected.items():
        if values(layer, key) != wanted:
            raise Failure(f"{key}: expected {wanted}, shown {values(layer, key)} in {json.dumps(layer)[:1500]}")


def expect_frames(packets, count, expected=EVERY_FIELD):
    """Every frame is shown with every field, and as often as it was sent."""
    frames = [layer for layer in messages(packets) if values(layer, "glassine.trace_id")]
    if len(frames) != count:
        raise Failure(f"{len(frames)} frames are shown, of {count}: {json.dumps(packets)[-3000:]}")
    for layer in frames:
        expect(expected, layer)
    return f"{count} frames with every field"


def packed(payloads):
    """A capture with each as a UDP packet."""
    capture = SCRATCH / "packed.pcap"
    with capture.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 101))
        for number, payload in enumerate(payloads):
            udp = struct.pack(">HHHH", PORT, PORT, 8 + len(payload), 0) + payload
            packet = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1") + udp
            out.write(struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet)
    return capture


class Capture:
    """What flows over a loopback port while the block runs."""

    def __init__(self, port, transport="tcp"):
        self.path = SCRATCH / f"{transport}-{port}.pcapng"
        self.path.unlink(missing_ok=True)
        command = ["tshark", "-q", "-i", "lo", "-w", self.path, "-f", f"{transport} port {port}"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        deadline = time.monotonic() + 20
        while not self.path.exists() and time.monotonic() < deadline and self.process.poll() is None:
            time.sleep(0.05)
        time.sleep(0.7)  # the file is there a little before the first packet is taken
        return self

    def __exit__(self, kind, *_):
        time.sleep(0.7)
        self.process.terminate()
        self.process.wait()

    def packets(self, *options):
        return tshark(self.path, *options)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until_open(port, process):
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise Failure(f"nothing listens on {port}")


def read_vectors():
    documents = [json.loads(path.read_text("utf-8")) for path in sorted((SPEC / "vectors").glob("*.json")) if path.name != "schema.json"]
    return [vector for document in documents if document["kind"] == "read" for vector in document["vectors"]]


# The checks


def vectors():
    """Every vector that fits into a packet is shown as it is read."""
    asked = [v for v in read_vectors() if 0 < len(v["message"]) // 2 <= MOST and "cap" not in v]
    packets = tshark(packed([bytes.fromhex(v["message"]) for v in asked]), "-d", f"udp.port=={PORT},glassine")
    shown = counted = 0
    for vector, layers in zip(asked, packets, strict=True):
        (layer,) = messages(layers)
        reading = vector["reading"]
        is_text = bytes.fromhex(vector["message"]).startswith(b"~glassine;")
        is_binary = bytes.fromhex(vector["message"])[:1] == b"\x9e"
        # The dissector looks for both forms; a channel has one.
        if (vector["form"] == "text" and is_binary) or (vector["form"] == "binary" and is_text):
            continue
        faults = ([reading["fault"]] if reading["fault"] else []) + reading["carrier_faults"]
        own = {
            "glassine.verdict": [reading["verdict"]],
            "glassine.decision": [reading["decision"]] if reading["decision"] else [],
            "glassine.trace_id": [reading["trace_id"]] if reading["trace_id"] else [],
            "glassine.span_id": [reading["span_id"]] if reading["span_id"] else [],
            "glassine.payload_offset": [str(reading["payload_offset"])],
            "glassine.payload_length": [str(reading["payload_len"])],
            "glassine.tracestate": [reading["tracestate"]] if reading["tracestate"] else [],
            "glassine.baggage": [reading["baggage"]] if reading["baggage"] else [],
            "glassine.weight": [str(reading["fan_out_weight"])] if reading["fan_out_weight"] else [],
            "glassine.thinning": [str(reading["thinning"])] if reading["thinning"] else [],
            "glassine.text_map.key": [entry["key"] for entry in reading["text_map"]],
            "glassine.further": [f"00-{c['trace_id']}-{c['span_id']}-{c['trace_flags']}" for c in reading["further_contexts"]],
            "glassine.field.type": [f"0x{field['type']:02x}" for field in reading["fields"]],
        }
        try:
            expect(own, layer)
            found = sorted(zip(values(layer, "glassine.fault"), values(layer, "glassine.fault.offset"), strict=True))
            wanted = sorted((fault["kind"], str(fault["offset"])) for fault in faults)
            if found != wanted:
                raise Failure(f"faults: expected {wanted}, shown {found}")
        except Failure as failure:
            raise Failure(f"{vector['name']}: {failure}") from failure
        shown += 1
        counted += len(faults)
    if shown < 400 or counted < 100:
        raise Failure(f"only {shown} vectors with {counted} faults")
    return f"{shown} vectors, {counted} faults"


def bare_is_left_alone():
    """Without being told, only what begins with a prefix is shown."""
    asked = [v for v in read_vectors() if v["form"] == "binary" and 0 < len(v["message"]) // 2 <= MOST]
    packets = tshark(packed([bytes.fromhex(v["message"]) for v in asked]))
    for vector, layers in zip(asked, packets, strict=True):
        is_shown = bool(messages(layers))
        is_text = bytes.fromhex(vector["message"]).startswith(b"~glassine;")
        if not is_text and is_shown != (vector["reading"]["verdict"] != "bare"):
            raise Failure(f"{vector['name']}: shown: {is_shown}")
    return f"{len(asked)} messages"


def udp():
    port = free_port()
    with Capture(port, "udp") as capture, socket.socket(type=socket.SOCK_DGRAM) as sender:
        for message in (FRAME, b'{"bare":1}', FRAME):
            sender.sendto(message, ("127.0.0.1", port))
    return expect_frames(capture.packets(), 2)


def whole(stream, sent):
    stream.sendall(sent)


def in_pieces(stream, sent):
    """So that messages cross segments."""
    for start in range(0, len(sent), 37):
        stream.sendall(sent[start:start + 37])
        time.sleep(0.002)


def served(port, wrap, sent, write=in_pieces):
    """A connection over which these bytes go."""
    listener = socket.create_server(("127.0.0.1", port))

    def receive():
        with wrap(listener.accept()[0], True) as stream:
            while stream.recv(4096):
                pass

    receiver = threading.Thread(target=receive)
    receiver.start()
    with wrap(socket.create_connection(("127.0.0.1", port)), False) as stream:
        write(stream, sent)
    receiver.join()
    listener.close()


def behind_lengths(*sent):
    return b"".join(struct.pack(">I", len(message)) + message for message in sent)


def tcp():
    port = free_port()
    with Capture(port) as capture:
        served(port, lambda stream, _: stream, behind_lengths(FRAME, b'{"bare":1}', FRAME, FRAME))
    packets = capture.packets()
    bare = [layer for layer in messages(packets) if values(layer, "glassine.verdict") == ["bare"]]
    if len(bare) != 1:
        raise Failure(f"{len(bare)} bare messages")
    return expect_frames(packets, 3) + ", and a bare message"


def tls():
    import ssl

    port, folder = free_port(), SCRATCH / "tls"
    folder.mkdir(exist_ok=True)
    key, certificate, keys = folder / "key.pem", folder / "certificate.pem", folder / "keys.log"
    keys.unlink(missing_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.create_default_context(cafile=certificate)
    client.keylog_filename = str(keys)

    def wrap(stream, is_server):
        return server.wrap_socket(stream, server_side=True) if is_server else client.wrap_socket(stream, server_hostname="localhost")

    with Capture(port) as capture:
        served(port, wrap, FRAME, whole)
    return expect_frames(capture.packets("-o", f"tls.keylog_file:{keys}", "-d", f"tcp.port=={port},tls"), 1)


WEBSOCKET = """
import asyncio, sys, websockets
from websockets.asyncio.server import serve
from websockets.asyncio.client import connect
port, binary, text = int(sys.argv[1]), bytes.fromhex(sys.argv[2]), sys.argv[3]
async def echo(connection):
    async for message in connection:
        await connection.send(message)
async def main():
    async with serve(echo, "127.0.0.1", port, compression=None):
        async with connect(f"ws://127.0.0.1:{port}", compression=None) as client:
            for message in (binary, '{"bare":1}', text):
                await client.send(message)
                assert await client.recv() == message
asyncio.run(main())
"""


def text_form():
    import base64

    head = FRAME[:8 + len(CARRIER)]
    return "~glassine;" + base64.urlsafe_b64encode(head).decode().rstrip("=") + ';{"id":7}'


def websocket():
    port = free_port()
    with Capture(port) as capture:
        subprocess.run([SCRATCH / "venv/bin/python", "-c", WEBSOCKET, str(port), FRAME.hex(), text_form()], check=True)
    return expect_frames(capture.packets("-d", f"tcp.port=={port},http"), 4) + ", binary and text, both ways"


class Server:
    """A server on a free port, ended by its process."""

    def __init__(self, *command, port, environment=None):
        environment = {**os.environ, **(environment or {})}
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        self.port = port

    def __enter__(self):
        try:
            until_open(self.port, self.process)
        except Failure:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def mqtt():
    port = free_port()
    configuration = SCRATCH / "mosquitto.conf"
    configuration.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    frame = SCRATCH / "frame"
    frame.write_bytes(FRAME)
    with Server("mosquitto", "-c", configuration, port=port), Capture(port) as capture:
        subscriber = subprocess.Popen(["mosquitto_sub", "-V", "311", "-p", str(port), "-t", "orders", "-C", "2", "-W", "20"], stdout=subprocess.PIPE)
        time.sleep(0.5)
        publish = ["mosquitto_pub", "-V", "311", "-p", str(port), "-t", "orders"]
        subprocess.run([*publish, "-f", frame], check=True)
        subprocess.run([*publish, "-m", '{"bare":1}'], check=True)
        received = subscriber.communicate()[0]
    if received != FRAME + b'\n{"bare":1}\n':
        raise Failure(f"received {received}")
    return expect_frames(capture.packets("-d", f"tcp.port=={port},mqtt"), 2) + ", to the broker and from it"


def redis():
    port = free_port()
    with Server("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", SCRATCH, port=port), Capture(port) as capture:
        subscriber = subprocess.Popen(["redis-cli", "-p", str(port), "subscribe", "orders"], stdout=subprocess.PIPE)
        time.sleep(0.5)
        for message in (FRAME, b'{"bare":1}'):
            subprocess.run(["redis-cli", "-p", str(port), "-x", "publish", "orders"], input=message, check=True, stdout=subprocess.DEVNULL)
        time.sleep(0.5)
        subscriber.terminate()
        received = subscriber.communicate()[0]
    if FRAME not in received:
        raise Failure(f"received {received}")
    return expect_frames(capture.packets("-d", f"tcp.port=={port},resp"), 2) + ", to the server and from it"


AMQP = """
import sys, pika
port, messages = int(sys.argv[1]), [bytes.fromhex(message) for message in sys.argv[2:]]
with pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port)) as connection:
    channel = connection.channel()
    channel.queue_declare("orders")
    for message in messages:
        channel.basic_publish("", "orders", message)
    received = [body for _, (_, _, body) in zip(messages, channel.consume("orders", auto_ack=True, inactivity_timeout=20))]
assert received == messages, received
"""


def amqp():
    port, distribution, epmd, folder = free_port(), free_port(), free_port(), SCRATCH / "rabbitmq"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # No other node of this machine is asked, and none is told.
    (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    (folder / "enabled_plugins").write_text("[].\n")
    environment = {
        "HOME": folder, "ERL_EPMD_PORT": str(epmd), "RABBITMQ_DIST_PORT": str(distribution), "RABBITMQ_NODENAME": "glassine@localhost",
        "RABBITMQ_CONFIG_FILE": folder / "rabbitmq.conf", "RABBITMQ_ENABLED_PLUGINS_FILE": folder / "enabled_plugins",
        "RABBITMQ_MNESIA_BASE": folder / "data", "RABBITMQ_LOG_BASE": folder / "logs",
    }
    # Erlang starts a daemon that outlives it, unless there is one: this one ends with the broker.
    with Server("epmd", "-address", "127.0.0.1", port=epmd, environment=environment), \
            Server(RABBITMQ, port=port, environment=environment), Capture(port) as capture:
        client = [SCRATCH / "venv/bin/python", "-c", AMQP, str(port)]
        subprocess.run([*client, FRAME.hex(), b'{"bare":1}'.hex()], check=True)
    return expect_frames(capture.packets("-d", f"tcp.port=={port},amqp"), 2) + ", to the broker and from it"


def magic():
    """`file` names what begins with a prefix, and nothing else; a version that is impossible is the control."""
    asked = [v for v in read_vectors() if len(v["message"]) > 0]
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, vector in enumerate(asked):
            paths.append(Path(folder) / f"{number:05}")
            paths[-1].write_bytes(bytes.fromhex(vector["message"]))
        said = file_says(paths)
        types = file_says(paths, "--mime-type")
    named = 0
    for vector, words, kind in zip(asked, said, types, strict=True):
        message = bytes.fromhex(vector["message"])
        is_binary = len(message) >= 8 and message[0] == 0x9E and message[1] in (1, 2, 3, 4, 6, 7, 8) and message[2:4] == b"\xc1\xde"
        is_text = message.startswith(b"~glassine;")
        expected = "application/vnd.glassine" if is_binary else "text/vnd.glassine" if is_text else None
        if (kind == expected) != (expected is not None) or ("Glassine" in words) != (expected is not None):
            raise Failure(f"{vector['name']}: {words}, {kind}")
        if is_binary:
            named += 1
            reading = vector["reading"]
            parts = [f"version {message[1]}"]
            if reading["verdict"] == "enveloped" and message[4] & 1:
                parts.append("sampled")
            if not all(part in words for part in parts) or f"carrier of {message[6] * 256 + message[7]} bytes" not in words:
                raise Failure(f"{vector['name']}: {words}")
    if named < 200:
        raise Failure(f"only {named} frames")
    return f"{len(asked)} files, of which {named} begin with a header"


def file_says(paths, *options):
    run = subprocess.run(["file", "--brief", "--no-pad", *options, "-m", MAGIC, *paths], capture_output=True, text=True, check=True)
    if run.stderr:
        raise Failure(run.stderr)
    return run.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(main())
