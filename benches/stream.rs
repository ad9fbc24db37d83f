//! Messages on a byte stream: copied behind their length into one buffer, or written in pieces
//! without a copy. Prints for each length of payload the ratio of the two, in time, over rounds in
//! which both are done, in an order that changes: the 10th percentile, the median and the 90th;
//! `benches/compare` reads them.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use glassine::policy::Rollout;
use glassine::{Channel, Origin, Wrapped};
use glassine_tokio::codec::MessageCodec;
use inputs::context;
use tokio::io::AsyncWriteExt;
use tokio_util::codec::Encoder;

static CHANNEL: Channel = Channel::new().with_rollout(Rollout::On);

const ROUNDS: usize = 201;
/// How many bytes a round writes by each of the two.
const BYTES_OF_BATCH: usize = 1 << 20;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    // Under `cargo test` each is done once.
    let rounds = if std::env::args().any(|arg| arg == "--bench") { ROUNDS } else { 1 };
    for shift in [8, 10, 11, 12, 13, 14, 15, 16, 18] {
        let mut ratios = runtime.block_on(ratios(1 << shift, rounds));
        ratios.sort_by(f64::total_cmp);
        let at = |part: usize| ratios[(ratios.len() - 1) * part / 10];
        println!("{}\t{:.4}\t{:.4}\t{:.4}", 1 << shift, at(1), at(5), at(9));
    }
}

async fn ratios(payload_len: usize, rounds: usize) -> Vec<f64> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    let drain = std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 18];
        while peer.read(&mut buffer).unwrap() > 0 {}
    });
    stream.set_nonblocking(true).unwrap();
    let mut stream = tokio::net::TcpStream::from_std(stream).unwrap();

    let payload = Bytes::from(vec![b'7'; payload_len]);
    let messages = (BYTES_OF_BATCH / payload_len).max(4);
    let mut buffer = BytesMut::new();
    let mut ratios = Vec::new();
    for round in 0..rounds {
        let mut took = [Duration::ZERO; 2];
        for turn in [round % 2, 1 - round % 2] {
            let start = Instant::now();
            for _ in 0..messages {
                match turn {
                    0 => copied(&mut stream, &mut buffer, &payload).await,
                    _ => in_pieces(&mut stream, &payload).await,
                }
            }
            took[turn] = start.elapsed();
        }
        ratios.push(took[1].as_secs_f64() / took[0].as_secs_f64());
    }
    drop(stream);
    drain.join().unwrap();
    ratios
}

fn message(payload: &Bytes) -> Wrapped<Bytes> {
    CHANNEL.wrap(&Origin::from(context()), payload.clone())
}

async fn copied(stream: &mut tokio::net::TcpStream, buffer: &mut BytesMut, payload: &Bytes) {
    buffer.clear();
    codec().encode(message(payload), buffer).unwrap();
    stream.write_all(buffer).await.unwrap();
}

async fn in_pieces(stream: &mut tokio::net::TcpStream, payload: &Bytes) {
    let mut frame = codec().frame(message(payload)).unwrap();
    stream.write_all_buf(&mut frame).await.unwrap();
}

const fn codec() -> MessageCodec {
    MessageCodec::new(1 << 20)
}
