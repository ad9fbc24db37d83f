//! What is special about ZeroMQ: it has no limit, but a subscriber may set one (`ZMQ_MAXMSGSIZE`),
//! which the client of the example cannot. Here libzmq subscribes.

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use glassine::policy::{Rollout, Trust};
use glassine::wire::CONTEXT_LEN;
use glassine::{Channel, TraceContext};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;
use xxhash_rust::xxh3::xxh3_128;
use zeromq::{PubSocket, Socket, SocketSend, ZmqMessage};

const LIMIT: usize = 20_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// A subscriber of libzmq, which ends with this.
struct Subscriber {
    program: Child,
    seen: UnboundedReceiver<Seen>,
}

#[derive(Debug, PartialEq)]
enum Seen {
    Message(Vec<u8>),
    /// It has closed the connection, for good.
    Disconnected,
}

impl Subscriber {
    fn start(endpoint: &str) -> Self {
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-c", SUBSCRIBE, endpoint, &LIMIT.to_string()]);
        let mut program = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = program.stdout.take().unwrap();
        let (sender, seen) = unbounded_channel();
        thread::spawn(move || {
            while let Ok(next) = read(&mut output)
                && sender.send(next).is_ok()
            {}
        });
        Self { program, seen }
    }

    async fn next(&mut self) -> Seen {
        timeout(PATIENCE, self.seen.recv()).await.unwrap().unwrap()
    }

    /// The publisher learns of subscriptions by and by: says hello until it arrives.
    async fn greet(&mut self, publisher: &mut PubSocket) {
        loop {
            publisher.send("hello".into()).await.unwrap();
            let answer = timeout(Duration::from_millis(20), self.seen.recv()).await;
            if answer == Ok(Some(Seen::Message(Vec::new()))) {
                return;
            }
            assert!(answer.is_err(), "{answer:?}");
        }
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn read(output: &mut impl Read) -> io::Result<Seen> {
    let mut len = [0; 4];
    output.read_exact(&mut len)?;
    if len == [0xFF; 4] {
        return Ok(Seen::Disconnected);
    }
    let mut message = vec![0; u32::from_be_bytes(len) as usize];
    output.read_exact(&mut message)?;
    Ok(Seen::Message(message))
}

/// Up to the subscriber's limit a message arrives, without its envelope where that is too much.
/// For one byte more the subscriber closes the connection, and does not come again.
#[tokio::test]
#[cfg_attr(not(has_pyzmq), ignore = "python3-zmq is not installed: examples/transports/install")]
async fn up_to_the_limit_of_a_subscriber() {
    let mut publisher = PubSocket::new();
    let endpoint = publisher.bind("tcp://127.0.0.1:0").await.unwrap();
    let mut subscriber = Subscriber::start(&endpoint.to_string());
    subscriber.greet(&mut publisher).await;
    let channel = Channel::new()
        .with_trust(Trust::Accept)
        .with_rollout(Rollout::On)
        .with_max_message_len(LIMIT);
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    let send = async |publisher: &mut PubSocket, payload: &Bytes| {
        let mut message = ZmqMessage::from("orders");
        message.push_back(channel.wrap(&context.into(), payload.clone()).into_bytes());
        publisher.send(message).await.unwrap();
    };

    let whole = LIMIT - CONTEXT_LEN;
    for (len, goes_bare) in [(whole, false), (whole + 1, true), (LIMIT, true)] {
        let payload = Bytes::from(vec![7; len]);
        send(&mut publisher, &payload).await;
        let Seen::Message(message) = subscriber.next().await else { panic!("{len} is refused") };
        let (received, origin) = channel.receive(message.into()).into_parts();
        assert_eq!(xxh3_128(&received), xxh3_128(&payload), "{len}");
        assert_eq!(origin.context().is_none(), goes_bare, "{len}");
    }

    send(&mut publisher, &Bytes::from(vec![7; LIMIT + 1])).await;
    assert_eq!(subscriber.next().await, Seen::Disconnected);
}

/// Writes each message behind its length, of which hello is empty, and the length that no message
/// has when it closes the connection.
const SUBSCRIBE: &str = "
import sys, zmq
from zmq.utils.monitor import recv_monitor_message
socket = zmq.Context().socket(zmq.SUB)
socket.setsockopt(zmq.MAXMSGSIZE, int(sys.argv[2]))
socket.subscribe('orders')
socket.subscribe('hello')
monitor = socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
socket.connect(sys.argv[1])
poller = zmq.Poller()
poller.register(socket, zmq.POLLIN)
poller.register(monitor, zmq.POLLIN)
while True:
    for ready, _ in poller.poll():
        if ready is monitor:
            recv_monitor_message(monitor)
            sys.stdout.buffer.write(b'\\xff' * 4)
        else:
            message = b''.join(socket.recv_multipart()[1:])
            sys.stdout.buffer.write(len(message).to_bytes(4, 'big') + message)
    sys.stdout.buffer.flush()
";
