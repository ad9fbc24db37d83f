//! What a peer writes, it reads: a comparison with a peer that loses something is worth nothing.
#![forbid(unsafe_code)]

use std::borrow::Cow;

use bytes::Bytes;
use glassine::{SpanId, TraceContext};
use glassine_opentelemetry::from_span_context;
use glassine_peers::job::{Case, PAYLOADS};
use glassine_peers::limits::LimitOfSlices;
use glassine_peers::peer::{Peer, Says};
use glassine_peers::peers::{Visitor, visit_all};
use opentelemetry::trace::TraceContextExt;

#[test]
fn each_peer_reads_what_it_writes() {
    let mut round_trip = RoundTrip { peers: 0 };
    visit_all(&mut round_trip);
    assert_eq!(round_trip.peers, 22);
}

/// The control: what is a limit and no peer has no context to give.
#[test]
#[should_panic(expected = "sampled: limit, none")]
fn a_peer_that_reads_something_else_is_noticed() {
    RoundTrip { peers: 0 }.visit::<LimitOfSlices>();
}

#[test]
fn who_tells_bare_messages_does_so_whatever_they_are() {
    let mut bare = BareMessages { peers: Vec::new() };
    visit_all(&mut bare);
    assert_eq!(bare.peers, ["glassine", "glassine_channel", "proxy_v2"]);
}

struct RoundTrip {
    peers: usize,
}

impl Visitor for RoundTrip {
    fn visit<P: Peer + 'static>(&mut self) {
        for says in Says::all() {
            for len in PAYLOADS {
                let Some(case) = Case::<P>::new(says, len) else { continue };
                let what = format!("{}, {}, {len} bytes", P::NAME, says.name);
                check::<P>(&case, &what);
            }
        }
        self.peers += 1;
    }
}

struct BareMessages {
    peers: Vec<&'static str>,
}

impl Visitor for BareMessages {
    fn visit<P: Peer + 'static>(&mut self) {
        if !P::ABILITIES.tells_bare.starts_with("yes") {
            return;
        }
        let [nothing, _, sampled, _] = Says::all();
        let old_sender = Bytes::from(inputs::payload(64));
        let (found, payload) = P::read(&old_sender);
        assert!(found.is_none() && payload.as_ref() == old_sender, "{}", P::NAME);
        // A payload that looks like a message is not taken for one.
        let looks_wrapped = Case::<P>::new(sampled, 64).unwrap().message;
        let mut buffer = P::Buffer::default();
        let message = P::write(&mut buffer, &P::context(nothing), &looks_wrapped);
        let message = Bytes::copy_from_slice(message);
        let (found, payload) = P::read(&message);
        assert!(found.is_none() && payload.as_ref() == looks_wrapped, "{}", P::NAME);
        self.peers.push(P::NAME);
    }
}

fn check<P: Peer>(case: &Case<P>, what: &str) {
    let says = case.says;
    let sent = says.context.filter(|context| context.is_sampled() || P::SENDS_UNSAMPLED);
    let is_sampled = sent.is_some_and(TraceContext::is_sampled);
    assert_eq!(P::is_sampled(&case.message), is_sampled, "sampled: {what}");
    let (found, payload) = P::read(&case.message);
    assert_eq!(found.and_then(P::trace_context), sent, "context: {what}");
    assert!(payload.as_ref() == case.payload, "payload: {what}");
    if says.context.is_some_and(TraceContext::is_sampled) {
        with_opentelemetry::<P>(case, what);
    }
    if let Some((tracestate, baggage)) = P::fields(&case.message) {
        assert_eq!(tracestate.as_deref(), says.tracestate, "tracestate: {what}");
        assert_eq!(members(baggage), members(says.baggage.map(Into::into)), "baggage: {what}");
    }
}

fn with_opentelemetry<P: Peer>(case: &Case<P>, what: &str) {
    let (context, payload) = P::to_opentelemetry(&case.message);
    let found = from_span_context(context.span().span_context());
    assert_eq!(found, case.says.context, "to OpenTelemetry: {what}");
    assert!(payload.as_ref() == case.payload, "payload: {what}");
    let mut buffer = P::Buffer::default();
    let message = P::from_opentelemetry(&mut buffer, &context, &case.payload);
    let mut message = message.to_vec();
    let found = |message: &[u8]| {
        let message = Bytes::copy_from_slice(message);
        P::read(&message).0.and_then(P::trace_context)
    };
    assert_eq!(found(&message), case.says.context, "from OpenTelemetry: {what}");
    let span_id = SpanId::from_u64(7).unwrap();
    if P::reparent(&mut message, span_id) {
        let expected = case.says.context.map(|context| context.with_span_id(span_id));
        assert_eq!(found(&message), expected, "new span id: {what}");
    }
}

/// Baggage is a set: a peer that keeps it in a map has another order.
fn members(baggage: Option<Cow<'_, str>>) -> Option<Vec<String>> {
    let mut members: Vec<String> = baggage?.split(',').map(str::to_owned).collect();
    members.sort();
    Some(members)
}
