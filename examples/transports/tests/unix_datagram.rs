//! What is special about Unix datagrams: how many bytes the system takes.

#![cfg(target_os = "linux")]

use std::os::unix::net::UnixDatagram;

use bytes::Bytes;
use glassine::policy::{Rollout, Trust};
use glassine::wire::CONTEXT_LEN;
use glassine::{Channel, TraceContext};
use socket2::SockRef;

/// The example's limit is its own, below that of the system, which is the send buffer's. Up to it a
/// message arrives, without its envelope where that is too much; the system refuses one byte more.
#[test]
fn up_to_the_limit_of_the_system() {
    /// What the buffer holds beside the message.
    const REST: usize = 32;
    let (sender, receiver) = UnixDatagram::pair().unwrap();
    let limit = SockRef::from(&sender).send_buffer_size().unwrap() - REST;
    let channel = Channel::new()
        .with_trust(Trust::Accept)
        .with_rollout(Rollout::On)
        .with_max_message_len(limit);
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    let whole = limit - CONTEXT_LEN;
    for (len, goes_bare) in [(whole, false), (whole + 1, true), (limit, true)] {
        let payload = Bytes::from(vec![7; len]);
        let message = channel.wrap(&context.into(), payload.clone()).into_bytes();
        assert_eq!(sender.send(&message).unwrap(), message.len());
        let mut datagram = vec![0; limit + 1];
        let len = receiver.recv(&mut datagram).unwrap();
        datagram.truncate(len);
        let (received, origin) = channel.receive(datagram.into()).into_parts();
        assert_eq!(received, payload);
        assert_eq!(origin.context().is_none(), goes_bare, "{len}");
    }
    let refused = sender.send(&vec![7; limit + 1]).unwrap_err();
    assert_eq!(refused.to_string(), "Message too long (os error 90)");
}
