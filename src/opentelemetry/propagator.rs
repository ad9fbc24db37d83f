//! Text-map propagators write into messages and read from them: W3C's, B3, any that an application has configured.

use std::string::String;
use std::vec::Vec;

use super::opentelemetry::propagation::{Extractor, Injector};
use crate::{TextMapExtractor, TextMapInjector};

/// A propagator injects into a message.
///
/// The global propagator injects nothing unless the application has set one; [`capture`](super::capture) works without. Keys other than W3C's pass a channel whose allow-lists name them.
///
/// ```
/// # #[cfg(feature = "opentelemetry_0_33")] {
/// use glassine::{AllowList, Channel, Rollout, TextMapExtractor, TextMapInjector, Trust};
/// use opentelemetry_0_33::propagation::{TextMapCompositePropagator, TextMapPropagator};
/// # use opentelemetry_0_33::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
/// # use opentelemetry_0_33::{Context, KeyValue, baggage::BaggageExt};
/// use opentelemetry_sdk_0_33::propagation::{BaggagePropagator, TraceContextPropagator};
///
/// const TENANT: AllowList = AllowList::NONE.with_baggage(&["tenant"]);
/// static ORDERS: Channel = Channel::new()
///     .with_rollout(Rollout::On)
///     .with_trust(Trust::Accept)
///     .with_outbound_fields(TENANT)
///     .with_inbound_fields(TENANT);
///
/// let propagator = TextMapCompositePropagator::new(vec![
///     Box::new(TraceContextPropagator::new()),
///     Box::new(BaggagePropagator::new()),
/// ]);
/// # let span_context = SpanContext::new(TraceId::from(1), SpanId::from(2), TraceFlags::SAMPLED, false, TraceState::NONE);
/// # let cx = Context::new().with_remote_span_context(span_context).with_baggage([KeyValue::new("tenant", "7")]);
///
/// let mut injector = TextMapInjector::new();
/// propagator.inject_context(&cx, &mut injector);
/// let message = ORDERS.frame(&injector.into_origin(), &b"{\"id\":7}"[..]).to_bytes();
///
/// let received = ORDERS.receive(message);
/// let remote = propagator.extract(&TextMapExtractor::from(received.origin()));
/// assert_eq!(remote.span().span_context().span_id(), cx.span().span_context().span_id());
/// assert_eq!(remote.baggage().get("tenant"), cx.baggage().get("tenant"));
/// # }
/// ```
impl Injector for TextMapInjector {
    fn set(&mut self, key: &str, value: String) {
        Self::set(self, key, value);
    }
}

/// A propagator extracts from a message. `keys` and `get_all` allocate for their list.
impl Extractor for TextMapExtractor<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        Self::get(self, key)
    }

    fn keys(&self) -> Vec<&str> {
        Self::keys(self).collect()
    }
}
