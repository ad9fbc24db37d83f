//! What a peer writes, it reads: a comparison with a peer that loses something is worth nothing.
#![forbid(unsafe_code)]

use std::borrow::Cow;

use glassine_peers::job::{Case, PAYLOADS};
use glassine_peers::peer::{Peer, Says};
use glassine_peers::peers::{Visitor, visit_all};

#[test]
fn each_peer_reads_what_it_writes() {
    let mut round_trip = RoundTrip { peers: 0 };
    visit_all(&mut round_trip);
    assert!(round_trip.peers > 8);
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

fn check<P: Peer>(case: &Case<P>, what: &str) {
    let says = case.says;
    assert_eq!(P::is_sampled(&case.message), says.context.is_some(), "sampled: {what}");
    let (found, payload) = P::read(&case.message);
    assert_eq!(found.and_then(P::trace_context), says.context, "context: {what}");
    assert!(payload.as_ref() == case.payload, "payload: {what}");
    if let Some((tracestate, baggage)) = P::fields(&case.message) {
        assert_eq!(tracestate.as_deref(), says.tracestate, "tracestate: {what}");
        assert_eq!(members(baggage), members(says.baggage.map(Into::into)), "baggage: {what}");
    }
}

/// Baggage is a set: a peer that keeps it in a map has another order.
fn members(baggage: Option<Cow<'_, str>>) -> Option<Vec<String>> {
    let mut members: Vec<String> = baggage?.split(',').map(str::to_owned).collect();
    members.sort();
    Some(members)
}
