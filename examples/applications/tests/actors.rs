//! What the exporter sees of traced actors: a tree for the message that was traced, one for the
//! bare one from its first actor on, and nothing of the one whose trace was decided against, though
//! its boxes are packed.

mod support;

use actix::System;
use glassine_applications::tree::Trees;
use glassine_applications::{with_actix, with_actix_tracing, with_kameo, with_ractor};
use opentelemetry_sdk::trace::SpanData;
use support::{assert_one_tree_for_each_trace, path};

const SEED: u64 = 7;

fn assert_two_trees(run: (Vec<SpanData>, u32)) {
    assert_paths(run, &[&["order", "pick", "pack", "look up"], &["pick", "pack", "look up"]]);
}

fn assert_paths((spans, packed): (Vec<SpanData>, u32), expected: &[&[&str]]) {
    assert_eq!(packed, 7 + 8 + 9);
    assert_one_tree_for_each_trace(&spans);
    let trees = Trees(&spans);
    let paths: Vec<_> = trees.roots().into_iter().map(|root| path(&trees, root)).collect();
    assert_eq!(paths, expected);
}

#[tokio::test]
async fn ractor() {
    assert_two_trees(with_ractor::run(SEED).await.unwrap());
}

#[tokio::test]
async fn kameo() {
    assert_two_trees(with_kameo::run(SEED).await.unwrap());
}

/// Also while its handlers are under way at the same time: each goes on with its own message's.
#[test]
fn actix() {
    for at_once in [false, true] {
        assert_two_trees(System::new().block_on(with_actix::run(SEED, at_once)).unwrap());
    }
}

/// With spans of `tracing`, of which the async handler has its own.
#[test]
fn actix_with_tracing() {
    for at_once in [false, true] {
        let run = System::new().block_on(with_actix_tracing::run(SEED, at_once)).unwrap();
        let of_bare = ["order", "pick", "pack", "look up"];
        let of_traced = [&["place"], &of_bare[..]].concat();
        assert_paths(run, &[&of_traced, &of_bare]);
    }
}
