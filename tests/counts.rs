//! Law 10, through channels: what the weights of all who receive add up to is the number of those
//! who there are (specification section 17; the laws are those of spec/rationale.md).
//!
//! Each test names its n, its seed and its bound, and has a control that breaks it. They are exact
//! repetitions: no clock, no entropy. `tests/policy.rs` has the same of the functions alone;
//! `spec/readers/python/thinning.py` counts the same copies by another implementation.
#![cfg(all(feature = "policy", feature = "bytes"))]

use std::num::NonZeroU32;

use bytes::Bytes;
use glassine::policy::{AllowList, FanOut, Propagation, Rollout, Trust, fan_out_selects};
use glassine::{Channel, Origin, SpanId, TraceContext, TraceFlags, TraceId};

static CHANNEL: Channel = Channel::new()
    .with_rollout(Rollout::On)
    .with_trust(Trust::Accept)
    .with_inbound_fields(AllowList::ALL)
    .with_outbound_fields(AllowList::ALL);

/// Sampled contexts from a seed: a multiplicative congruential generator modulo 2¹²⁸.
fn contexts(seed: u128) -> impl Iterator<Item = TraceContext> {
    let step = |state: &u128| {
        Some(state.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645).wrapping_add(1))
    };
    std::iter::successors(Some(seed), step).skip(1).map(|state| {
        let trace_id = TraceId::from_u128(state ^ (state >> 64)).unwrap();
        TraceContext::new(trace_id, span(1), TraceFlags::SAMPLED)
    })
}

fn span(id: u64) -> SpanId {
    SpanId::from_u64(id).unwrap()
}

fn payload() -> Bytes {
    Bytes::from_static(b"hello, all")
}

fn names(count: u32) -> impl Iterator<Item = [u8; 4]> {
    (0..count).map(u32::to_be_bytes)
}

/// The context that a receiver continues, if it keeps it.
fn kept(origin: &Origin) -> Option<TraceContext> {
    match origin.propagation() {
        Propagation::Continue(context) if context.is_sampled() => Some(context),
        _ => None,
    }
}

/// Sends to so many names, from the span of a handler. How many keep the context, and the origin of
/// one of them: they all have the same one.
fn fanned_out(origin: &Origin, recipients: u32, level: u64) -> (u32, Option<Origin>) {
    let sender = origin.followed_by(kept(origin).unwrap().with_span_id(span(level)));
    let broadcast = CHANNEL.broadcast(&sender, payload(), recipients, FanOut::DEFAULT);
    let received = names(recipients).map(|name| {
        let received = CHANNEL.receive(broadcast.wrap(&name).into_bytes());
        assert_eq!(received.value(), &payload());
        received.into_parts().1
    });
    let keepers: Vec<_> = received.filter(|origin| kept(origin).is_some()).collect();
    assert!(keepers.windows(2).all(|pair| pair[0] == pair[1]));
    (keepers.len() as u32, keepers.into_iter().next())
}

/// `R-FAN-2` and `R-FAN-3`: fan-outs three deep, each to recipients named 0 to k, through messages.
/// n = 2,000 traces for each k, seed 6.
///
/// The sum of a trace, for each of its k³ leaves, has mean 1 and variance (1 + (N − 1)/k)³ − 1
/// (`tests/policy.rs` says why). The bound is five standard deviations of the mean of n: 0.110 for
/// k = 4, 0.096 for 10, 0.076 for 30, 0.061 for 100.
///
/// The control is the choice without the weight: each level then chooses the same names.
#[test]
fn fan_outs_three_deep_count_true() {
    const N: u32 = 2_000;
    for (k, rate, bound) in
        [(4_u32, 2_u32, 0.110), (10, 3, 0.096), (30, 5, 0.076), (100, 10, 0.061)]
    {
        let leaves = f64::from(k).powi(3);
        let (mut sum, mut control) = (0.0, 0.0);
        for context in contexts(6).take(N as usize) {
            let mut messages = 1.0;
            let mut origin = Some(Origin::from(context));
            for level in 2..=4 {
                let Some(sender) = &origin else { break };
                let (keepers, next) = fanned_out(sender, k, level);
                messages *= f64::from(keepers);
                origin = next;
            }
            if let Some(leaf) = origin {
                assert_eq!(leaf.weight(), NonZeroU32::new(rate.pow(3)));
                sum += messages * f64::from(rate.pow(3)) / leaves;
            }
            let one_in = NonZeroU32::new(rate).unwrap();
            let selects = |name: &[u8; 4]| fan_out_selects(context.trace_id(), None, name, one_in);
            let hits = names(k).filter(selects).count();
            control += (hits as f64 * f64::from(rate)).powi(3) / leaves;
        }
        let (mean, control) = (sum / f64::from(N), control / f64::from(N));
        println!("k = {k}: {mean:.4}, where 1 is within {bound}; the control {control:.4}");
        assert!((mean - 1.0).abs() < bound, "k = {k}: {mean} for each leaf");
        assert!((control - 1.0).abs() > bound, "k = {k}: {control} without the weight");
    }
}

/// `R-FAN-3` where every handler starts a trace of its own, as under links: fan-outs to 100, two
/// deep. n = 2,000 traces, seed 8.
///
/// The sum of a trace, for each of the 10,000 leaves, has mean 1 and variance 1.09² − 1; the bound
/// is five standard deviations of the mean of n: 0.049.
///
/// The control is the weight of the last fan-out alone: a tenth.
#[test]
fn fan_outs_from_new_traces_count_true() {
    const N: usize = 2_000;
    const BOUND: f64 = 0.049;
    let (mut sum, mut control) = (0.0, 0.0);
    let mut roots = contexts(9);
    for context in contexts(8).take(N) {
        let (first, origin) = fanned_out(&context.into(), 100, 2);
        let Some(origin) = origin else { continue };
        let sender = origin.followed_by(roots.next().unwrap());
        let (second, leaf) = fanned_out(&sender, 100, 3);
        let Some(leaf) = leaf else { continue };
        let leaves = f64::from(first * second) / 10_000.0;
        sum += leaves * f64::from(leaf.weight().unwrap().get());
        control += leaves * f64::from(FanOut::DEFAULT.one_in(100).get());
    }
    let (mean, control) = (sum / N as f64, control / N as f64);
    println!("{mean:.4}, where 1 is within {BOUND}; the control {control:.4}");
    assert!((mean - 1.0).abs() < BOUND, "{mean} for each leaf");
    assert!((control - 1.0).abs() > BOUND, "{control} without the first weight");
}

/// `R-THIN-1`: one copy to 10,000 receivers, each of which asks with its own name. n = 40 traces,
/// seed 0x5eed.
///
/// At one in 1,000 the sum of a trace has mean 10,000 and variance 10,000 · 999; the bound is five
/// standard deviations of the mean of n: 2,499. The exact sum is what the reader in Python counts.
///
/// The control is the weight left out: the sum is then that of the spans.
#[test]
fn one_copy_to_ten_thousand_counts_true() {
    const N: u32 = 40;
    let names: Vec<_> = names(10_000).collect();
    let (mut sum, mut spans) = (0_u64, 0_u64);
    for context in contexts(0x5eed).take(N as usize) {
        let wrapper = CHANNEL.wrapper_for_many(&context.into(), 10_000, FanOut::DEFAULT);
        let copy = wrapper.wrap(payload()).into_bytes();
        for name in &names {
            let received = CHANNEL.receiver().with_name(name).receive(copy.clone());
            if kept(received.origin()).is_some() {
                sum += u64::from(received.origin().weight().unwrap().get());
                spans += 1;
            }
        }
    }
    let of_each = |sum: u64| sum as f64 / f64::from(N);
    println!("{} for each trace, {} spans", of_each(sum), of_each(spans));
    assert!((of_each(sum) - 10_000.0).abs() < 2_499.0, "{} receivers", of_each(sum));
    assert!((of_each(spans) - 10_000.0).abs() > 2_499.0, "the control");
    assert_eq!(sum, COUNTED, "what the reader in Python counts");
}

/// `R-THIN-1` inside `R-FAN-2`: a fan-out to 100, each of whom publishes one copy to 100 receivers
/// of the same names. n = 2,000 traces, seed 7.
///
/// The sum of a trace, for each of the 10,000 receivers, has mean 1 and variance 1.09² − 1; the
/// bound is five standard deviations of the mean of n: 0.049.
///
/// The control is the choice without the weight: those whom the fan-out chose choose themselves.
#[test]
fn copies_inside_a_fan_out_count_true() {
    const N: u32 = 2_000;
    const BOUND: f64 = 0.049;
    let one_in = FanOut::DEFAULT.one_in(100);
    let (mut sum, mut control) = (0.0, 0.0);
    for context in contexts(7).take(N as usize) {
        let (publishers, origin) = fanned_out(&context.into(), 100, 2);
        let Some(origin) = origin else { continue };
        let sender = origin.followed_by(kept(&origin).unwrap().with_span_id(span(3)));
        let wrapper = CHANNEL.wrapper_for_many(&sender, 100, FanOut::DEFAULT);
        let copy = wrapper.wrap(payload()).into_bytes();
        let weights = names(100).filter_map(|name| {
            let origin = CHANNEL.receiver().with_name(&name).receive(copy.clone()).into_parts().1;
            kept(&origin).map(|_| f64::from(origin.weight().unwrap().get()))
        });
        sum += f64::from(publishers) * weights.sum::<f64>() / 10_000.0;
        let selects = |name: &[u8; 4]| fan_out_selects(context.trace_id(), None, name, one_in);
        control += (names(100).filter(selects).count() as f64 / 10.0).powi(2);
    }
    let (mean, control) = (sum / f64::from(N), control / f64::from(N));
    println!("{mean:.4}, where 1 is within {BOUND}; the control {control:.4}");
    assert!((mean - 1.0).abs() < BOUND, "{mean} for each receiver");
    assert!((control - 1.0).abs() > BOUND, "{control} without the weight");
}

/// Of the 40 traces of seed 0x5eed.
const COUNTED: u64 = 395_000;
