//! Calls each operation many times, so that callgrind counts its instructions;
//! `benches/count-instructions` does. By itself it measures nothing.

mod channels;
mod codec;
mod companion;
mod hostile;
mod text;

use bytes::Bytes;
use glassine::{TraceContext, TraceFlags};
use inputs::{context, counting};

fn main() {
    codec::run();
    text::run();
    channels::run();
    companion::run();
    hostile::run();
}

fn unsampled() -> TraceContext {
    context().with_flags(TraceFlags::NONE)
}

/// Bytes whose references are counted, as those of a message are that was cut out of a transport's
/// buffer.
fn shared(bytes: Vec<u8>) -> Bytes {
    // The first clone makes them so.
    Bytes::from(bytes).clone()
}
