//! What no codec can be faster than: the same steps without a codec.

use bytes::Bytes;
use glassine::TraceContext;

use crate::peer::{Abilities, Fields, Peer, Says};

/// Over slices: one masked compare of the first eight bytes; a check of the length; a copy of the
/// payload behind 32 bytes.
#[derive(Debug)]
#[non_exhaustive]
pub struct LimitOfSlices;

impl Peer for LimitOfSlices {
    const NAME: &'static str = "limit";
    const ABILITIES: Abilities = Abilities::new("", "");
    type Buffer = Vec<u8>;
    type Context = [u8; 32];
    type Found<'m> = TraceContext;
    type Payload<'m> = &'m [u8];

    fn context(_: Says) -> [u8; 32] {
        [7; 32]
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, context: &[u8; 32], payload: &Bytes) -> &'b [u8] {
        out.clear();
        out.extend_from_slice(context);
        out.extend_from_slice(payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        let word = message.first_chunk().map(|chunk| u64::from_be_bytes(*chunk));
        word.is_some_and(|word| word & 0xFFFF_FFFF_FF01_FFFF == 0x0707_0707_0701_0707)
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<TraceContext>, &[u8]) {
        (None, message.get(32..).unwrap_or_default())
    }

    fn fields(_: &Bytes) -> Option<Fields<'_>> {
        None
    }

    fn trace_context(found: TraceContext) -> Option<TraceContext> {
        Some(found)
    }
}

/// Over `Bytes`: a clone, and its drop. It reads as [`LimitOfSlices`] else.
#[derive(Debug)]
#[non_exhaustive]
pub struct LimitOfBytes;

impl Peer for LimitOfBytes {
    const NAME: &'static str = "limit_bytes";
    const ABILITIES: Abilities = LimitOfSlices::ABILITIES;
    type Buffer = Vec<u8>;
    type Context = [u8; 32];
    type Found<'m> = TraceContext;
    type Payload<'m> = Bytes;

    fn context(says: Says) -> [u8; 32] {
        LimitOfSlices::context(says)
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, context: &[u8; 32], payload: &Bytes) -> &'b [u8] {
        LimitOfSlices::write(out, context, &payload.clone())
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        LimitOfSlices::is_sampled(&message.clone())
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<TraceContext>, Bytes) {
        (None, message.clone())
    }

    fn fields(_: &Bytes) -> Option<Fields<'_>> {
        None
    }

    fn trace_context(found: TraceContext) -> Option<TraceContext> {
        Some(found)
    }
}
