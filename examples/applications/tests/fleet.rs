//! What the exporter sees of a fleet that is upgraded while it runs.

use glassine::{Rollout, Share, TraceId};
use glassine_applications::fleet::{Fleet, Order, SUBSCRIBERS};
use glassine_applications::tree::{Trees, WEIGHT};
use opentelemetry_sdk::trace::SpanData;

const SEED: u64 = 20_261_123;

/// The path from a root through only children, down to the fan-out.
fn path(trees: &Trees<'_>, root: &SpanData) -> Vec<String> {
    let mut names = vec![root.name.to_string()];
    let mut children = trees.children(root);
    while let [child] = children[..] {
        names.push(child.name.to_string());
        children = trees.children(child);
    }
    assert!(children.iter().all(|child| child.name == "notify" && trees.children(child).is_empty()));
    names
}

/// The paths of all trees but invoices'.
fn paths(spans: &[SpanData]) -> Vec<Vec<String>> {
    let trees = Trees(spans);
    trees.roots().into_iter().filter(|root| root.name != "invoice").map(|root| path(&trees, root)).collect()
}

/// The weights that the subscribers of a fan-out have seen.
fn weights(spans: &[SpanData]) -> Vec<String> {
    let of_notify = spans.iter().filter(|span| span.name == "notify");
    let weight = |span: &SpanData| {
        let weight = span.attributes.iter().find(|attribute| attribute.key.as_str() == WEIGHT);
        weight.map_or(String::new(), |weight| weight.value.to_string())
    };
    of_notify.map(weight).collect()
}

/// Each trace ends where bytes begin.
const BROKEN: [&[&str]; 3] = [&["place"], &["validate", "price"], &["ship"]];
const WHOLE: &[&str] = &["place", "validate", "price", "ship"];

#[tokio::test]
async fn traces_are_whole_while_the_switch_is_on() {
    let mut fleet = Fleet::start(SEED).await.unwrap();
    fleet.place(Order { id: 1 }).await.unwrap();
    let before = fleet.spans();
    assert_eq!(paths(&before), BROKEN);
    assert!(weights(&before).is_empty(), "subscribers start no trace");

    fleet.set(Rollout::On);
    fleet.place(Order { id: 2 }).await.unwrap();
    let on = fleet.spans();
    let trees = Trees(&on);
    // A subscriber that was chosen alone would lengthen the path.
    let [root] = trees.roots()[..] else { panic!("one tree: {trees}") };
    assert_eq!(path(&trees, root), WHOLE);
    assert!(on.iter().all(|span| span.span_context.trace_id() == root.span_context.trace_id()));
    // n = 100 subscribers, one in ten: 10 are expected, 6 σ are 18.
    let weights = weights(&on);
    assert!((1..=28).contains(&weights.len()), "{}", weights.len());
    assert!(weights.iter().all(|weight| weight == "10"));
    assert!(weights.len() < SUBSCRIBERS as usize);

    fleet.place_from_old_producer(Order { id: 3 }).await.unwrap();
    let from_old_producer = fleet.spans();
    assert_eq!(paths(&from_old_producer), [&WHOLE[1..]]);

    // The invoice of the three orders is a trace of its own, and linked to where each of them was shipped.
    let shipped = [&before, &on, &from_old_producer].map(|spans| {
        let ship = spans.iter().find(|span| span.name == "ship").unwrap();
        (ship.span_context.trace_id(), ship.span_context.span_id())
    });
    let invoice = from_old_producer.iter().find(|span| span.name == "invoice").unwrap();
    let links = invoice.links.iter().map(|link| (link.span_context.trace_id(), link.span_context.span_id()));
    assert_eq!(links.collect::<Vec<_>>(), shipped);
    assert!(shipped.iter().all(|(trace_id, _)| *trace_id != invoice.span_context.trace_id()));

    fleet.set(Rollout::ReceiveOnly);
    fleet.place(Order { id: 4 }).await.unwrap();
    assert_eq!(paths(&fleet.spans()), BROKEN);

    // The old member sees the old bytes while the switch is off, and a frame of 32 bytes more while it is on.
    let archived = fleet.stop().await.unwrap();
    let payload = |id| format!("{{\"id\":{id}}}");
    assert_eq!(
        [&archived[0], &archived[3]].map(|message| &message[..]),
        [payload(1), payload(4)].map(String::into_bytes)
    );
    for (message, id) in archived[1..3].iter().zip(2..) {
        assert_eq!(message[32..], *payload(id).as_bytes());
    }
}

/// n = 200 traces at a share of one half: 100 are expected in it, 6 σ are 42. Each is whole or broken at every way that bytes travel, as the share says of its trace.
#[tokio::test]
async fn a_trace_is_never_half_sampled_at_a_share() {
    let half = Share::from_millionths(500_000).unwrap();
    let mut fleet = Fleet::start(SEED).await.unwrap();
    fleet.set(Rollout::Share(half));
    let mut whole = 0;
    for id in 0..200 {
        fleet.place(Order { id }).await.unwrap();
        let spans = fleet.spans();
        let root = spans.iter().find(|span| span.name == "place").unwrap();
        let trace_id = TraceId::from_bytes(root.span_context.trace_id().to_bytes()).unwrap();
        let trees = Trees(&spans);
        let of_trace = path(&trees, root);
        if half.contains(trace_id) {
            whole += 1;
            assert_eq!(of_trace, WHOLE);
            assert_eq!(paths(&spans).len(), 1);
        } else {
            assert_eq!(of_trace, ["place"]);
            assert!(paths(&spans).len() > 1);
        }
    }
    assert!((58..=142).contains(&whole), "{whole}");
}

/// While orders are under way.
#[tokio::test]
async fn the_switch_may_be_flipped_at_any_time() {
    let mut fleet = Fleet::start(SEED).await.unwrap();
    for id in 0..50 {
        fleet.set(if id % 2 == 0 { Rollout::On } else { Rollout::Off });
        fleet.place(Order { id }).await.unwrap();
        let paths = paths(&fleet.spans());
        if id % 2 == 0 {
            assert_eq!(paths, [WHOLE]);
        } else {
            assert_eq!(paths, BROKEN);
        }
    }
    assert_eq!(fleet.stop().await.unwrap().len(), 50);
}
