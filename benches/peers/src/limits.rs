//! What no codec can be faster than: the same steps without a codec.

use std::hint::black_box;

use bytes::Bytes;
use glassine::TraceContext;
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceState};
use opentelemetry::{Context, SpanId, TraceFlags, TraceId};

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

    /// What OpenTelemetry takes by itself.
    #[inline]
    fn to_opentelemetry(message: &Bytes) -> (Context, &[u8]) {
        let span_context = SpanContext::new(
            TraceId::from_bytes([7; 16]),
            SpanId::from_bytes([7; 8]),
            TraceFlags::SAMPLED,
            true,
            TraceState::NONE,
        );
        (Context::new().with_remote_span_context(span_context), Self::read(message).1)
    }

    /// What it takes to be asked, and the copy.
    #[inline]
    fn from_opentelemetry<'b>(
        out: &'b mut Vec<u8>,
        context: &Context,
        payload: &Bytes,
    ) -> &'b [u8] {
        black_box(context.span().span_context());
        Self::write(out, &[7; 32], payload)
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

    #[inline]
    fn to_opentelemetry(message: &Bytes) -> (Context, Bytes) {
        (LimitOfSlices::to_opentelemetry(message).0, message.clone())
    }

    #[inline]
    fn from_opentelemetry<'b>(
        out: &'b mut Vec<u8>,
        context: &Context,
        payload: &Bytes,
    ) -> &'b [u8] {
        LimitOfSlices::from_opentelemetry(out, context, &payload.clone())
    }
}
