//! An edge: sends posts over TCP to a port of this machine, each with a length in front, and reads
//! the answers. Every second post is of a sampled trace, and the others are bare.
//!
//! Usage: `rust-edge PORT POSTS`. Fails at the first answer that is not the post's.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use glassine::{Envelope, Reading, SpanId, TraceContext, TraceFlags, TraceId, Verdict};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().ok_or("no port")?.parse()?;
    let posts: u64 = arguments.next().ok_or("no number of posts")?.parse()?;
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    for post in 1..=posts {
        let context = context(post);
        let payload = format!("post {post}");
        let message = match context {
            Some(context) => Envelope::new(context).encode_to_vec(payload.as_bytes())?,
            None => payload.clone().into_bytes(),
        };
        let len = u32::try_from(message.len())?.to_be_bytes();
        stream.write_all(&[len.as_slice(), &message].concat())?;

        let answer = receive(&mut stream)?;
        let reading = Reading::read(&answer);
        if reading.payload() != format!("seen: {payload}").as_bytes() {
            return Err(format!("{payload}: the answer is {reading:?}").into());
        }
        if reading.context() != context || (reading.verdict() == Verdict::Bare) != context.is_none()
        {
            return Err(format!("{payload}: the answer comes from {:?}", reading.context()).into());
        }
    }
    Ok(())
}

fn context(post: u64) -> Option<TraceContext> {
    let trace_id = TraceId::from_u128(u128::from(post) << 64 | 0x00E1_1E11)?;
    let context = TraceContext::new(trace_id, SpanId::from_u64(post)?, TraceFlags::LEVEL_2);
    (post % 2 == 1).then_some(context)
}

fn receive(stream: &mut TcpStream) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut len = [0; 4];
    stream.read_exact(&mut len)?;
    let mut message = vec![0; usize::try_from(u32::from_be_bytes(len))?];
    stream.read_exact(&mut message)?;
    Ok(message)
}
