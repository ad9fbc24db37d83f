//! What the exporter sees of a fleet that is upgraded while it runs.

mod support;

use std::num::NonZeroU32;

use glassine::policy::{Rollout, Share, fan_out_selects};
use glassine::{Reading, TraceId};
use glassine_applications::fleet::{Fleet, Order, SUBSCRIBERS};
use glassine_applications::tree::Trees;
use glassine_opentelemetry::Plan;
use opentelemetry_sdk::trace::SpanData;
use support::{assert_one_tree_for_each_trace, path};

const SEED: u64 = 20_261_123;

/// Each trace ends where bytes begin.
const BROKEN: [&[&str]; 3] = [&["place"], &["validate", "price"], &["ship"]];
const WHOLE: &[&str] = &["place", "validate", "price", "ship"];

/// What the table says for 100 subscribers.
const ONE_IN: NonZeroU32 = NonZeroU32::new(10).unwrap();

#[tokio::test]
async fn traces_are_whole_while_the_switch_is_on() {
    let mut fleet = Fleet::start(SEED).await.unwrap();
    fleet.place(Order { id: 1 }).await.unwrap();
    assert_eq!(paths(&fleet.spans()), BROKEN);

    fleet.set(Rollout::On);
    fleet.place(Order { id: 2 }).await.unwrap();
    assert_eq!(paths(&fleet.spans()), [WHOLE]);
    fleet.place_from_old_producer(Order { id: 3 }).await.unwrap();
    // And the invoice of three orders.
    assert_eq!(paths(&fleet.spans()), [&WHOLE[1..], &["invoice"]]);

    fleet.set(Rollout::ReceiveOnly);
    fleet.place(Order { id: 4 }).await.unwrap();
    assert_eq!(paths(&fleet.spans()), BROKEN);
}

#[tokio::test]
async fn an_invoice_links_to_where_each_order_was_shipped() {
    let mut fleet = Fleet::start(SEED).await.unwrap();
    let mut spans = Vec::new();
    for (id, rollout) in [(1, Rollout::ReceiveOnly), (2, Rollout::On), (3, Rollout::On)] {
        fleet.set(rollout);
        fleet.place(Order { id }).await.unwrap();
        spans.extend(fleet.spans());
    }
    let shipped = spans.iter().filter(|span| span.name == "ship");
    let shipped: Vec<_> =
        shipped.map(|ship| (ship.span_context.trace_id(), ship.span_context.span_id())).collect();
    let invoice = spans.iter().find(|span| span.name == "invoice").unwrap();
    let links = invoice
        .links
        .iter()
        .map(|link| (link.span_context.trace_id(), link.span_context.span_id()));
    assert_eq!(links.collect::<Vec<_>>(), shipped);
    assert!(shipped.iter().all(|(trace_id, _)| *trace_id != invoice.span_context.trace_id()));
}

/// The old bytes while nothing is sent, before and after; a frame whose payload they are while it
/// is.
#[tokio::test]
async fn the_old_member_passes_on_what_there_is() {
    let mut fleet = Fleet::start(SEED).await.unwrap();
    let mut trace_ids = Vec::new();
    for (id, rollout) in [(1, Rollout::ReceiveOnly), (2, Rollout::On), (3, Rollout::ReceiveOnly)] {
        fleet.set(rollout);
        fleet.place(Order { id }).await.unwrap();
        let spans = fleet.spans();
        trace_ids.push(trace_id(spans.iter().find(|span| span.name == "place").unwrap()));
    }
    let archived = fleet.stop().await.unwrap();
    let [before, on, after] = &archived[..] else { panic!("{} messages", archived.len()) };
    assert_eq!(before, &payload(1)[..]);
    assert_eq!(after, &payload(3)[..]);
    assert_eq!(on.len(), 32 + payload(2).len());
    assert_eq!(Reading::read(on).payload(), payload(2));
    assert_eq!(Reading::read(on).context().map(|context| context.trace_id()), Some(trace_ids[1]));
}

/// n = 200 orders at a share of one half: 100 of their traces are expected in it, 6 σ are 42.
/// Whether a trace is in the share decides at each way that bytes travel, also for the traces that
/// begin behind a way that another did not take. So each is whole from its root on, or ends where
/// bytes begin.
///
/// So many subscribers as their messages' weights say, 100 a trace, are expected to have been
/// notified: one trace has 10 of one in ten, whose σ is 30.
#[tokio::test]
async fn a_trace_is_never_half_sampled_at_a_share() {
    let half = Share::from_millionths(500_000).unwrap();
    let mut fleet = Fleet::start(SEED).await.unwrap();
    fleet.set(Rollout::Share(half));
    let (mut placed, mut fanned_out, mut notified) = (0, 0_u32, 0);
    for id in 0..200 {
        fleet.place(Order { id }).await.unwrap();
        let spans = fleet.spans();
        assert_one_tree_for_each_trace(&spans);
        let trees = Trees(&spans);
        for root in trees.roots().into_iter().filter(|root| root.name != "invoice") {
            let in_share = half.contains(trace_id(root));
            let expected = match (&*root.name, in_share) {
                ("place", true) => WHOLE,
                ("place", false) => BROKEN[0],
                ("validate", true) => &WHOLE[1..],
                ("validate", false) => BROKEN[1],
                _ => BROKEN[2],
            };
            assert_eq!(path(&trees, root), expected);
            placed += u32::from(root.name == "place" && in_share);
            if expected.ends_with(&["ship"]) {
                assert_eq!(
                    weights(&spans).len(),
                    if in_share { chosen(trace_id(root)) } else { 0 }
                );
                fanned_out += u32::from(in_share);
            }
        }
        notified += weights(&spans).iter().sum::<i64>();
    }
    assert!((58..=142).contains(&placed), "{placed}");
    let expected = f64::from(fanned_out * SUBSCRIBERS);
    assert!(
        (notified as f64 - expected).abs() < 6.0 * 30.0 * f64::from(fanned_out).sqrt(),
        "{notified}, not {expected}"
    );
}

/// n = 100 subscribers, one in ten: 10 are expected, 6 σ are 18. The same ones are chosen as by
/// anybody who asks for their trace.
#[tokio::test]
async fn those_who_are_chosen_have_the_weight_of_all() {
    let mut fleet = Fleet::start(SEED).await.unwrap();
    fleet.place(Order { id: 1 }).await.unwrap();
    assert!(weights(&fleet.spans()).is_empty(), "subscribers start no trace");

    fleet.set(Rollout::On);
    fleet.place(Order { id: 2 }).await.unwrap();
    let spans = fleet.spans();
    let weights = weights(&spans);
    assert!((1..=28).contains(&weights.len()), "{}", weights.len());
    assert!(weights.iter().all(|weight| *weight == i64::from(ONE_IN.get())));
    assert_eq!(weights.len(), chosen(trace_id(&spans[0])));
}

/// Orders are at all members when the switch moves. None is lost or damaged, and whatever is cut
/// off is a tree of its own.
#[tokio::test]
async fn the_switch_may_be_flipped_while_orders_are_under_way() {
    const ORDERS: u32 = 100;
    let half = Share::from_millionths(500_000).unwrap();
    let positions = [Rollout::On, Rollout::ReceiveOnly, Rollout::Share(half)];
    let mut fleet = Fleet::start(SEED).await.unwrap();
    for (id, position) in (0..ORDERS).zip(positions.into_iter().cycle()) {
        fleet.set(position);
        fleet.send(Order { id }).await.unwrap();
        // The members get on by a few steps, more or fewer.
        for _ in 0..id % 7 {
            tokio::task::yield_now().await;
        }
    }
    for id in 0..ORDERS {
        assert_eq!(fleet.done().await.unwrap(), id);
    }
    let spans = fleet.spans();
    assert_one_tree_for_each_trace(&spans);
    let paths = paths(&spans);
    for name in WHOLE {
        let times = paths.iter().flatten().filter(|member| member == name).count();
        assert_eq!(times, ORDERS as usize, "{name}");
    }
    // The switch was on when the order was placed, and not any more when it was priced.
    assert!(paths.iter().any(|path| path == &WHOLE[..3]), "no order was under way");

    let archived = fleet.stop().await.unwrap();
    assert_eq!(archived.len(), ORDERS as usize);
    for (message, id) in archived.iter().zip(0..) {
        assert_eq!(Reading::read(message).payload(), payload(id));
    }
}

/// The paths of all trees, of which each is a trace.
fn paths(spans: &[SpanData]) -> Vec<Vec<String>> {
    assert_one_tree_for_each_trace(spans);
    let trees = Trees(spans);
    trees.roots().into_iter().map(|root| path(&trees, root)).collect()
}

/// The weights that subscribers have seen, each of which has a span.
fn weights(spans: &[SpanData]) -> Vec<i64> {
    let of_notify = spans.iter().filter(|span| span.name == "notify");
    let weight = |span: &SpanData| {
        let weight =
            span.attributes.iter().find(|attribute| attribute.key.as_str() == Plan::FAN_OUT_WEIGHT);
        match weight.expect("a span without a weight").value {
            opentelemetry::Value::I64(weight) => weight,
            ref other => panic!("{other} is no weight"),
        }
    };
    of_notify.map(weight).collect()
}

/// How many subscribers the fan-out's hash chooses for a trace.
fn chosen(trace_id: TraceId) -> usize {
    (0..SUBSCRIBERS)
        .filter(|subscriber| fan_out_selects(trace_id, None, &subscriber.to_be_bytes(), ONE_IN))
        .count()
}

fn trace_id(span: &SpanData) -> TraceId {
    TraceId::from_bytes(span.span_context.trace_id().to_bytes()).unwrap()
}

/// What the producers have always sent.
fn payload(id: u32) -> Vec<u8> {
    format!("{{\"id\":{id}}}").into_bytes()
}
