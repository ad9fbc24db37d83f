//! OpenTelemetry's own propagators for text over a map, which MessagePack puts beside the payload.
//!
//! What a program does that has OpenTelemetry and a transport without headers: inject, serialise,
//! deserialise, extract. On the wire it is the map of texts in MessagePack, with its abilities.

use std::collections::HashMap;
use std::sync::LazyLock;

use bytes::Bytes;
use glassine::TraceContext;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceState};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

use crate::peer::{Abilities, Fields, Ids, Peer, Says};
use crate::peers::msgpack_owned::{self, MsgpackOwned};

/// The propagators.
#[derive(Debug)]
#[non_exhaustive]
pub struct OpenTelemetry;

static PROPAGATOR: LazyLock<TextMapCompositePropagator> = LazyLock::new(|| {
    TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ])
});

impl Peer for OpenTelemetry {
    const NAME: &'static str = "opentelemetry";
    const ABILITIES: Abilities = MsgpackOwned::ABILITIES;
    type Buffer = Vec<u8>;
    type Context = Context;
    type Found<'m> = SpanContext;
    type Payload<'m> = Vec<u8>;

    fn context(says: Says) -> Context {
        let Some(context) = says.context else { return Context::new() };
        let members = |text: Option<&'static str>| {
            text.into_iter().flat_map(|text| text.split(',')).filter_map(|it| it.split_once('='))
        };
        let tracestate = TraceState::from_key_value(members(says.tracestate)).unwrap();
        let span_context = SpanContext::new(
            opentelemetry::TraceId::from_bytes(context.trace_id().to_bytes()),
            opentelemetry::SpanId::from_bytes(context.span_id().to_bytes()),
            opentelemetry::TraceFlags::new(context.flags().to_u8()),
            true,
            tracestate,
        );
        let context = Context::new().with_remote_span_context(span_context);
        let baggage = members(says.baggage).map(|(key, value)| KeyValue::new(key, value));
        context.with_baggage(baggage)
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, context: &Context, payload: &Bytes) -> &'b [u8] {
        out.clear();
        let mut carrier = HashMap::new();
        PROPAGATOR.inject_context(context, &mut carrier);
        msgpack_owned::encode(out, carrier, payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        let carrier = msgpack_owned::decode_carrier(message);
        let context = PROPAGATOR.extract_with_context(&Context::new(), &carrier);
        context.span().span_context().is_sampled()
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<SpanContext>, Vec<u8>) {
        let (context, payload) = extracted(message);
        let span_context = context.span().span_context().clone();
        (span_context.is_valid().then_some(span_context), payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let carrier = msgpack_owned::decode_carrier(message);
        let context = PROPAGATOR.extract_with_context(&Context::new(), &carrier);
        let tracestate = context.span().span_context().trace_state().header();
        let baggage = context.baggage().to_string();
        let text = |text: String| (!text.is_empty()).then(|| text.into());
        Some((text(tracestate), text(baggage)))
    }

    #[inline]
    fn to_opentelemetry(message: &Bytes) -> (Context, Vec<u8>) {
        extracted(message)
    }

    #[inline]
    fn from_opentelemetry<'b>(
        out: &'b mut Vec<u8>,
        context: &Context,
        payload: &Bytes,
    ) -> &'b [u8] {
        Self::write(out, context, payload)
    }

    fn trace_context(found: SpanContext) -> Option<TraceContext> {
        let (trace_id, span_id) = (found.trace_id().to_bytes(), found.span_id().to_bytes());
        Ids::new(trace_id, span_id, found.trace_flags().to_u8()).trace_context()
    }
}

/// A context with all that was sent, and the payload.
#[inline]
pub(crate) fn extracted(message: &[u8]) -> (Context, Vec<u8>) {
    let (carrier, payload) = msgpack_owned::decode(message);
    (PROPAGATOR.extract_with_context(&Context::new(), &carrier), payload)
}
