//! The same jobs without Glassine: a struct of fixed size, and a map.
//!
//! The struct is in front of every message: it can tell neither a bare message from a wrapped one
//! nor another version, and has no place for a field. The map is MessagePack's, by its names.

use glassine::TraceContext;
use inputs::{TRACEPARENT, context, payload};
use serde::{Deserialize, Serialize, Serializer};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::counting::{Carried, count, count_on};

/// 25 bytes: ids and flags.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Fixed {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    flags: u8,
}

#[derive(Serialize, Deserialize)]
struct Map<'a> {
    #[serde(borrow)]
    traceparent: Option<&'a str>,
    #[serde(borrow, serialize_with = "as_bytes")]
    payload: &'a [u8],
}

pub(super) fn run() {
    fixed();
    map();
}

fn fixed() {
    let context = context();
    let fixed = Fixed {
        trace_id: context.trace_id().to_bytes(),
        span_id: context.span_id().to_bytes(),
        flags: context.flags().to_u8(),
    };
    let message = [fixed.as_bytes(), &payload(64)].concat();
    count(
        "fixed_claims_sampled",
        || &message[..],
        |bytes| Fixed::ref_from_prefix(bytes).is_ok_and(|(fixed, _)| fixed.flags & 1 == 1),
    );
    count(
        "fixed_context",
        || &message[..],
        |bytes| Fixed::ref_from_prefix(bytes).ok().map(|(fixed, payload)| (*fixed, payload)),
    );
    let mut out = [0; 128];
    count_on(
        "fixed_write",
        Carried::NOTHING,
        &mut out[..],
        |_| fixed,
        |out, fixed| fixed.write_to_prefix(out).is_ok(),
    );
}

fn map() {
    let payload = payload(64);
    let map = Map { traceparent: Some(TRACEPARENT), payload: &payload };
    let packed = rmp_serde::to_vec_named(&map).unwrap();
    count(
        "map_claims_sampled",
        || &packed[..],
        |bytes| {
            let map: Map<'_> = rmp_serde::from_slice(bytes).unwrap();
            map.traceparent.is_some_and(|text| text.ends_with(['1', '3']))
        },
    );
    count(
        "map_context",
        || &packed[..],
        |bytes| {
            let map: Map<'_> = rmp_serde::from_slice(bytes).unwrap();
            let context = map.traceparent.and_then(|text| text.parse::<TraceContext>().ok());
            (context, map.payload)
        },
    );
    let mut out = Vec::with_capacity(256);
    let input = |out: &mut Vec<u8>| {
        out.clear();
        (context(), &payload[..])
    };
    count_on("map_write", Carried::NOTHING, &mut out, input, |out, (context, payload)| {
        let traceparent = context.to_traceparent();
        let map = Map { traceparent: Some(traceparent.as_str()), payload };
        map.serialize(&mut rmp_serde::Serializer::new(out).with_struct_map())
    });
}

fn as_bytes<S: Serializer>(payload: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(payload)
}
