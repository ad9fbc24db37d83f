//! The policies: rollout, trust, fan-out sampling, counters (laws 7 and 8 of spec/rationale.md;
//! specification sections 15 and 17).
//!
//! Statistical tests name their n, their seed and their tolerance. They are exact repetitions: no
//! clock, no entropy.
#![cfg(all(feature = "policy", feature = "alloc"))]

use std::num::NonZeroU32;

use glassine::policy::{
    Count, Counters, FanOut, FanOutPoint, Propagation, Role, Rollout, RolloutSwitch, Share, Trust,
    Unsampled, fan_out_selects,
};
use glassine::{
    Envelope, FaultKind, Field, Reader, Reading, SpanId, TraceContext, TraceFlags, TraceId,
    Verdict, needs_escape,
};
use proptest::collection::vec;
use proptest::prelude::*;

const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";
const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02";

fn one_in(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap()
}

fn millionths(n: u32) -> Share {
    let share = Share::from_millionths(n).unwrap();
    assert_eq!(share.millionths(), n);
    share
}

/// Trace ids from a seed: a multiplicative congruential generator modulo 2¹²⁸, upper half first.
/// Not what is tested, and good enough to be told from nothing.
fn trace_ids(seed: u128) -> impl Iterator<Item = TraceId> {
    let step = |state: &u128| {
        Some(state.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645).wrapping_add(1))
    };
    std::iter::successors(Some(seed), step)
        .skip(1)
        .filter_map(|state| TraceId::from_u128(state ^ (state >> 64)))
}

fn context() -> impl Strategy<Value = TraceContext> {
    (1_u128.., 1_u64.., any::<u8>()).prop_map(|(trace_id, span_id, flags)| {
        let (trace_id, span_id) =
            (TraceId::from_u128(trace_id).unwrap(), SpanId::from_u64(span_id).unwrap());
        TraceContext::new(trace_id, span_id, TraceFlags::from_u8(flags))
    })
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..20),
        vec(any::<u8>(), 0..20).prop_map(|rest| [&[0x9E], &rest[..]].concat())
    ]
}

/// One in how many: mostly few, or hardly anyone is chosen.
fn rate() -> impl Strategy<Value = u32> {
    prop_oneof![3 => 1_u32..20, 1 => 1_u32..]
}

fn rollout() -> impl Strategy<Value = Rollout> {
    prop_oneof![
        Just(Rollout::Off),
        Just(Rollout::ReceiveOnly),
        (0..=1_000_000_u32).prop_map(|n| Rollout::Share(millionths(n))),
        Just(Rollout::On),
    ]
}

/// Every inbound state of the trust table, by name, with its bytes.
fn inbound_states() -> Vec<(&'static str, Vec<u8>)> {
    let frame = |version: u8, rest: &[u8]| [&[0x9E, version, 0xC1, 0xDE], rest].concat();
    let context =
        |text: &str| Envelope::new(text.parse().unwrap()).encode_to_vec(b"payload").unwrap();
    let zero_ids = [&frame(1, &[1, 3, 0, 24])[..], &[0; 24]].concat();
    vec![
        ("bare", b"payload".to_vec()),
        ("damaged", frame(1, &[1, 0xF3, 0, 0])),
        ("escape", frame(1, &[0, 0, 0, 0])),
        ("zero ids", zero_ids),
        ("sampled", context(SAMPLED)),
        ("unsampled", context(UNSAMPLED)),
        ("marker", frame(1, &[0, 1, 0, 0])),
        ("unknown version, unsampled", frame(2, &[0, 1, 0, 0])),
        ("unknown version, sampled", frame(2, &[1, 1, 0, 0])),
        ("unknown version, undecided", frame(2, &[0, 0, 0, 0])),
        ("above the cap, sampled", [&frame(1, &[1, 3, 0xFF, 0xFF])[..], &[1; 65_535]].concat()),
        ("above the cap, unsampled", [&frame(1, &[0, 3, 0xFF, 0xFF])[..], &[1; 65_535]].concat()),
    ]
}

/// Law 7, row by row: every inbound state under every policy.
#[test]
fn law_7_trust_table() {
    let sampled: TraceContext = SAMPLED.parse().unwrap();
    let unsampled: TraceContext = UNSAMPLED.parse().unwrap();
    let nothing = [Propagation::Unknown; 4];
    for (state, bytes) in inbound_states() {
        let expected = match state {
            "sampled" => [
                Propagation::Continue(sampled),
                Propagation::Resample(unsampled),
                Propagation::Link(sampled),
                Propagation::Unknown,
            ],
            "unsampled" => [
                Propagation::Continue(unsampled),
                Propagation::Resample(unsampled),
                Propagation::Unknown,
                Propagation::Unknown,
            ],
            "marker" | "unknown version, unsampled" | "above the cap, unsampled" => [
                Propagation::Suppress,
                Propagation::Unknown,
                Propagation::Unknown,
                Propagation::Unknown,
            ],
            _ => nothing,
        };
        let policies = [Trust::Accept, Trust::Redecide, Trust::LinkOnly, Trust::Drop];
        assert_eq!(policies.map(|trust| trust.judge(Reading::read(&bytes))), expected, "{state}");
    }
}

#[test]
fn who_may_only_continue_starts_nothing() {
    let context: TraceContext = SAMPLED.parse().unwrap();
    let cases = [
        (Propagation::Unknown, true, false),
        (Propagation::Suppress, false, false),
        (Propagation::Continue(context), true, true),
        (Propagation::Continue(UNSAMPLED.parse().unwrap()), false, false),
        // What is only claimed starts nothing.
        (Propagation::Resample(context), true, false),
        (Propagation::Link(context), true, false),
    ];
    for (inbound, may_start, continue_only) in cases {
        assert_eq!(
            (Role::MayStart.admits(inbound), Role::ContinueOnly.admits(inbound)),
            (may_start, continue_only)
        );
    }
}

proptest! {
    /// Law 7: without a policy, no claim gets in; and no policy but accept lets a decision in.
    #[test]
    fn law_7_inbound_context_is_a_claim(context in context(), payload in payload()) {
        let frame = Envelope::new(context).encode_to_vec(&payload).unwrap();
        let message = Reading::read(&frame);
        prop_assert_eq!(Trust::default().judge(message), Propagation::Unknown);
        match Trust::Redecide.judge(message) {
            Propagation::Resample(decided) => {
                prop_assert!(!decided.is_sampled());
                prop_assert_eq!(
                    (decided.trace_id(), decided.span_id()),
                    (context.trace_id(), context.span_id())
                );
            }
            other => prop_assert!(false, "{:?}", other),
        }
        prop_assert_eq!(Trust::Accept.judge(message), Propagation::Continue(context));
        prop_assert_eq!(message.payload(), &payload[..]);
    }

    /// Law 8 (and 3, R-WRITE-2): until sending is on, the bytes are those of a program without
    /// Glassine; from then on, every payload that asks for it is escaped, and an upgraded receiver
    /// gets every payload back.
    #[test]
    fn law_8_receivers_first(
        rollout in rollout(),
        context in proptest::option::of(context()),
        payload in payload(),
        marker: bool,
    ) {
        let switch = RolloutSwitch::default();
        prop_assert_eq!(switch.get(), Rollout::ReceiveOnly);
        switch.set(rollout);
        prop_assert_eq!(switch.get(), rollout);
        let unsampled = if marker { Unsampled::Marker } else { Unsampled::Bare };
        let envelope = switch.envelope(context, unsampled, &payload);
        if matches!(rollout, Rollout::Off | Rollout::ReceiveOnly) {
            prop_assert_eq!(envelope, None);
            return Ok(());
        }
        let sent = envelope
            .map_or_else(|| payload.clone(), |envelope| envelope.encode_to_vec(&payload).unwrap());
        let received = switch.read(Reader::new(), &sent);
        prop_assert_eq!(received.payload(), &payload[..]);
        prop_assert_eq!(received.verdict() == Verdict::Bare, envelope.is_none());
        prop_assert!(envelope.is_some() || !needs_escape(&payload));
        let travels = context.filter(|context| {
            context.is_sampled()
                && match rollout {
                    Rollout::Share(share) => share.contains(context.trace_id()),
                    _ => true,
                }
        });
        prop_assert_eq!(received.context(), travels);
    }

    /// Law 8: while the switch is off, nothing is read either.
    #[test]
    fn law_8_off_is_the_old_program(context in context(), payload in payload()) {
        let frame = Envelope::new(context).encode_to_vec(&payload).unwrap();
        let message = RolloutSwitch::new(Rollout::Off).read(Reader::new(), &frame);
        prop_assert_eq!((message.verdict(), message.payload()), (Verdict::Bare, &frame[..]));
    }

    /// R-SHARE-2: a trace is in a share or not as a whole, and stays in as the share grows.
    #[test]
    fn a_trace_is_never_half_in_a_share(
        context in context(),
        a in 0..=1_000_000_u32,
        b in 0..=1_000_000_u32,
        spans in vec(1_u64.., 1..5),
    ) {
        let (small, large) = (millionths(a.min(b)), millionths(a.max(b)));
        let trace_id = context.trace_id();
        prop_assert!(!small.contains(trace_id) || large.contains(trace_id));
        let switch = RolloutSwitch::new(Rollout::Share(small));
        for span in spans {
            let context = context
                .with_span_id(SpanId::from_u64(span).unwrap())
                .with_flags(TraceFlags::SAMPLED);
            prop_assert_eq!(
                switch.envelope(Some(context), Unsampled::Bare, b"").is_some(),
                small.contains(trace_id)
            );
        }
        prop_assert!(!millionths(0).contains(trace_id) && millionths(1_000_000).contains(trace_id));
    }

    /// R-FAN-2: a retry agrees, and who is chosen at a low rate is chosen at a higher one, whatever
    /// the weight, of which 1 is as none.
    #[test]
    fn fan_out_decisions_are_stable(
        context in context(),
        weight: u32,
        recipient in vec(any::<u8>(), 0..70),
        a in rate(),
        b in rate(),
    ) {
        let weight = NonZeroU32::new(weight);
        let selects =
            |weight, n| fan_out_selects(context.trace_id(), weight, &recipient, one_in(n));
        prop_assert!(!selects(weight, a.max(b)) || selects(weight, a.min(b)));
        prop_assert!(selects(weight, 1));
        prop_assert_eq!(selects(None, a), selects(Some(one_in(1)), a));
    }

    /// R-FAN-1: whatever the table, a rate lies between those of its neighbours and never falls
    /// outside the table.
    #[test]
    fn rates_lie_between_their_points(
        points in proptest::collection::btree_map(1_u32.., 1_u32.., 1..6),
        recipients: u32,
    ) {
        let points: Vec<_> = points
            .into_iter()
            .map(|(r, n)| FanOutPoint { recipients: one_in(r), one_in: one_in(n) })
            .collect();
        let n = FanOut::new(&points).unwrap().one_in(recipients);
        let least = points.iter().map(|point| point.one_in).min().unwrap();
        let most = points.iter().map(|point| point.one_in).max().unwrap();
        prop_assert!(least <= n && n <= most, "{} of {:?}", n, points);
        for point in &points {
            prop_assert_eq!(
                FanOut::new(&points).unwrap().one_in(point.recipients.get()),
                point.one_in
            );
        }
    }
}

#[test]
fn default_rates_are_the_published_points() {
    let cases = [
        (0, 1),
        (1, 1),
        (2, 1),
        (3, 2),
        (9, 3),
        (25, 5),
        (81, 9),
        (100, 10),
        (105, 11),
        (500, 50),
        (1_000, 100),
        (9_995, 1_000),
        (10_000, 1_000),
        (u32::MAX, 1_000),
    ];
    for (recipients, n) in cases {
        assert_eq!(FanOut::DEFAULT.one_in(recipients).get(), n, "{recipients} recipients");
    }
    let point = |recipients, n| FanOutPoint { recipients: one_in(recipients), one_in: one_in(n) };
    assert_eq!(FanOut::new(&[]), None);
    assert_eq!(FanOut::new(&[point(2, 1), point(2, 3)]), None);
    assert_eq!(FanOut::new(&[point(5, 1), point(2, 3)]), None);
}

/// R-FAN-3.
#[test]
#[cfg(feature = "bytes")]
fn nested_weights_multiply_and_saturate() {
    let once = glassine::Origin::default().fanned_out(one_in(10));
    assert_eq!(once.weight(), Some(one_in(10)));
    let twice = once.fanned_out(one_in(1_000));
    assert_eq!(twice.weight(), Some(one_in(10_000)));
    assert_eq!(twice.fanned_out(one_in(u32::MAX)).weight(), Some(one_in(u32::MAX)));
}

/// R-SHARE-2: *less than*. Of the ids from 1 on, the first whose hash is the threshold of some
/// share is not in it, and is in the next.
#[test]
fn a_trace_at_the_threshold_is_not_in_the_share() {
    let at_threshold = (1..).find_map(|id| {
        let trace_id = TraceId::from_u128(id)?;
        let upper = xxhash_rust::xxh64::xxh64(trace_id.as_bytes(), 0) >> 32;
        let share = (upper * 1_000_000).div_ceil(1 << 32);
        ((share << 32) / 1_000_000 == upper).then_some((trace_id, share as u32))
    });
    let (trace_id, share) = at_threshold.unwrap();
    assert!(!millionths(share).contains(trace_id));
    assert!(millionths(share + 1).contains(trace_id));
}

/// R-FAN-2, by another library than the one that decides, for names of all lengths to two stripes
/// of XXH64 and one more byte.
///
/// How a hash is made depends on the name's length alone, so that each is decided often: of 200
/// traces at one in two, a wrong hash agrees in all of them by a chance of 2⁻²⁰⁰.
#[test]
fn a_recipient_is_chosen_by_the_hash_of_its_name() {
    let bytes: Vec<u8> = (0..65).map(|at: u8| at.wrapping_mul(151)).collect();
    for len in 0..=bytes.len() {
        let name = &bytes[..len];
        for (trace_id, weight) in trace_ids(6).take(200).zip([0, 1, 2, 10, u32::MAX].repeat(40)) {
            let seed = if weight == 1 { 0 } else { u64::from(weight) };
            let seed = xxhash_rust::xxh64::xxh64(trace_id.as_bytes(), seed);
            let hash = xxhash_rust::xxh64::xxh64(name, seed);
            for n in [2, 3, 10, u32::MAX] {
                let selects = fan_out_selects(trace_id, NonZeroU32::new(weight), name, one_in(n));
                let is_below = u128::from(hash) * u128::from(n) < 1 << 64;
                assert_eq!(selects, is_below, "{trace_id}, {weight}, {len} bytes, one in {n}");
            }
        }
    }
}

/// n = 200,000 trace ids, seed 1; tolerance five standard deviations of the binomial distribution.
#[test]
fn shares_hold_what_they_say() {
    const N: u32 = 200_000;
    for share in [1_000, 10_000, 250_000, 999_000] {
        let hits =
            trace_ids(1).take(N as usize).filter(|id| millionths(share).contains(*id)).count();
        assert_within(hits, N, f64::from(share) / 1e6, &format!("{share} millionths"));
    }
}

/// A rollout of 1 % must not coincide with a sampler of 1 %: `TraceIdRatioBased` samples if the
/// last 63 bits are below a threshold. Of n = 1,000,000 trace ids (seed 2) those that it samples at
/// 1 % are in a share of 1 % no more often than others; tolerance five standard deviations.
#[test]
fn shares_are_independent_of_the_ratio_sampler() {
    let threshold = (1_u64 << 63) / 100;
    let sampled: Vec<_> =
        trace_ids(2).take(1_000_000).filter(|id| (id.to_u128() as u64) >> 1 < threshold).collect();
    let hits = sampled.iter().filter(|id| millionths(10_000).contains(**id)).count();
    assert!(sampled.len() > 9_000, "{} ids were sampled", sampled.len());
    assert_within(hits, sampled.len() as u32, 0.01, "sampled ids");
}

/// n = 20,000 recipients of each of 10 traces (seed 3), recipients named by their number; tolerance
/// five standard deviations.
#[test]
fn fan_outs_select_as_many_as_they_say() {
    for recipients in [1, 100, 1_000, 20_000] {
        let n = FanOut::DEFAULT.one_in(recipients);
        let selects = |id| {
            (0..20_000_u32).filter(move |r| fan_out_selects(id, None, &r.to_be_bytes(), n)).count()
        };
        let hits = trace_ids(3).take(10).map(selects).sum();
        assert_within(hits, 200_000, 1.0 / f64::from(n.get()), &format!("{recipients} recipients"));
    }
}

/// Law 10, `R-FAN-2` and `R-FAN-3`: fan-outs three deep, each to recipients named 0 to k, weigh
/// what they stand for. n = 10,000 traces (seed 4) for each k.
///
/// With N of the default table, the weights of one level count N/k times its number of hits, of k
/// at 1/N each: mean 1, variance (N − 1)/k. All who were chosen at a level come with the same
/// weight and choose alike, so that a trace's sum is the product of three such numbers: mean 1,
/// variance (1 + (N − 1)/k)³ − 1. The bound is five standard deviations of the mean of n: 0.049 for
/// k = 4, 0.043 for 10, 0.034 for 30, 0.027 for 100.
///
/// The control is the seed without the weight: every level then chooses the same names, and the
/// mean is that of a cube, 1.75, 1.62, 1.41 and 1.28.
#[test]
fn nested_fan_outs_of_equal_names_count_true() {
    const N: u32 = 10_000;
    for (k, rate, bound) in [(4, 2, 0.049), (10, 3, 0.043), (30, 5, 0.034), (100, 10, 0.027)] {
        let n = FanOut::DEFAULT.one_in(k);
        assert_eq!(n, one_in(rate));
        let hits = |id, weight| {
            (0..k).filter(|name| fan_out_selects(id, weight, &name.to_be_bytes(), n)).count()
        };
        // The sum of the weights of all who receive at the third level, for each of its k³ leaves.
        let counted = |id, weights: [_; 3]| {
            let level = |weight| f64::from(rate) * hits(id, weight) as f64 / f64::from(k);
            weights.map(level).iter().product::<f64>()
        };
        let mean = |weights: [_; 3]| {
            trace_ids(4).take(N as usize).map(|id| counted(id, weights)).sum::<f64>() / f64::from(N)
        };
        let nested = mean([None, Some(n), Some(n.saturating_mul(n))]);
        let control = mean([None; 3]);
        println!("k = {k}: {nested:.4}, where 1 is within {bound}; the control {control:.4}");
        assert!((nested - 1.0).abs() < bound, "k = {k}: {nested} for each leaf");
        assert!((control - 1.0).abs() > 5.0 * bound, "k = {k}: {control} without the weight");
    }
}

/// Law 10, `R-THIN-1`, `R-THIN-2`, `R-THIN-3` and `R-THIN-4`: one copy for 1,000 receivers, of a
/// message that stands for 10.
///
/// Who knows its name keeps the context one in `N` times and counts `N` times as many; 10 receivers
/// were not told theirs, and count the weight alone.
///
/// n = 2,000 traces (seed 5). The sum over the receivers, for each message that there is, has mean
/// 1 and variance 990 · (100 − 1) / 1,000². The bound is five standard deviations of the mean of n:
/// 0.035.
#[test]
fn thinning_counts_true() {
    const N: u32 = 2_000;
    const RECEIVERS: u32 = 1_000;
    let fields =
        [Field::FanOutWeight(one_in(10)), Field::Thinning(FanOut::DEFAULT.one_in(RECEIVERS))];
    let context: TraceContext = SAMPLED.parse().unwrap();
    let counted = |trace_id| {
        let context = TraceContext::new(trace_id, context.span_id(), context.flags());
        let copy = Envelope::new(context).with_fields(&fields).encode_to_vec(b"payload").unwrap();
        let carrier = Reading::read(&copy).carrier();
        let (weight, one_in) = (carrier.fan_out_weight().unwrap(), carrier.thinning().unwrap());
        let count = |receiver: u32| match receiver {
            0..10 => weight.get(),
            _ if fan_out_selects(trace_id, Some(weight), &receiver.to_be_bytes(), one_in) => {
                weight.saturating_mul(one_in).get()
            }
            _ => 0,
        };
        f64::from((0..RECEIVERS).map(count).sum::<u32>()) / f64::from(10 * RECEIVERS)
    };
    let mean = trace_ids(5).take(N as usize).map(counted).sum::<f64>() / f64::from(N);
    println!("thinning: {mean:.4}, where 1 is within 0.035");
    assert!((mean - 1.0).abs() < 0.035, "{mean} for each message");
}

fn assert_within(hits: usize, n: u32, p: f64, what: &str) {
    let (expected, deviation) = (f64::from(n) * p, (f64::from(n) * p * (1.0 - p)).sqrt());
    let off = (hits as f64 - expected).abs();
    assert!(off <= 5.0 * deviation, "{what}: {hits} of {n}, where {expected} were expected");
}

#[test]
fn counters_count_each_kind() {
    let counters = Counters::new();
    let states = inbound_states();
    for (_, bytes) in &states {
        let message = Reading::read(bytes);
        counters.record_reading(message);
        counters.record_judgement(message, Trust::LinkOnly);
        // Nothing is taken away from a peer that is believed: what cannot be read is not dropped.
        counters.record_judgement(message, Trust::Accept);
    }
    counters.record(Count::SentEscaped);
    let snapshot = counters.snapshot();
    let counts = Count::READ.map(|count| (count.name(), snapshot.count(count)));
    let expected = [
        ("bare", 1),
        ("sampled", 2),
        ("unsampled", 1),
        ("marker", 2),
        ("undecided", 2),
        ("unknown_version", 3),
        ("damaged", 1),
    ];
    assert_eq!(counts, expected);
    assert_eq!(snapshot.sum(Count::READ), states.len());
    assert_eq!(snapshot.count(Count::DroppedByPolicy), 7);
    assert_eq!((snapshot.count(Count::SentEscaped), snapshot.sum(Count::SENT)), (1, 1));

    counters.record_reading(Reading::read(b"bare"));
    let since = counters.snapshot().since(&snapshot);
    assert_eq!((since.sum(Count::READ), since.count(Count::ReadBare)), (1, 1));
    assert_eq!(since.sum(Count::SENT) + since.sum(Count::POLICY), 0);
    assert_eq!(snapshot.fault(FaultKind::ReservedBits), 1);
    assert_eq!(snapshot.fault(FaultKind::CarrierAboveCap), 2);
    assert_eq!(FaultKind::ALL.iter().map(|kind| snapshot.fault(*kind)).sum::<usize>(), 3);
    assert_eq!(Counters::new().snapshot(), Counters::default().snapshot());
}
