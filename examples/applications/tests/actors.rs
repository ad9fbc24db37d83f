//! What the exporter sees of traced actors: a tree for the message that was traced, and one for the
//! other from its first actor on.

mod support;

use glassine_applications::tree::Trees;
use glassine_applications::{with_kameo, with_ractor};
use opentelemetry_sdk::trace::SpanData;
use support::{assert_one_tree_for_each_trace, path};

const SEED: u64 = 7;

fn assert_two_trees(spans: &[SpanData]) {
    assert_one_tree_for_each_trace(spans);
    let trees = Trees(spans);
    let paths: Vec<_> = trees.roots().into_iter().map(|root| path(&trees, root)).collect();
    assert_eq!(paths, [&["order", "pick", "pack"][..], &["pick", "pack"]]);
}

#[tokio::test]
async fn ractor() {
    assert_two_trees(&with_ractor::run(SEED).await.unwrap());
}

#[tokio::test]
async fn kameo() {
    assert_two_trees(&with_kameo::run(SEED).await.unwrap());
}
