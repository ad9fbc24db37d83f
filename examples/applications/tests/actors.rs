//! What the exporter sees of traced actors: a tree for the message that was traced, and one for the other from its first actor on.

use glassine_applications::tree::Trees;
use glassine_applications::{with_kameo, with_ractor};
use opentelemetry_sdk::trace::SpanData;

fn assert_two_trees(spans: &[SpanData]) {
    let trees = Trees(spans);
    let mut paths = trees.roots().into_iter().map(|root| {
        let mut path = vec![root];
        while let [child] = trees.children(path[path.len() - 1])[..] {
            path.push(child);
        }
        assert!(path.iter().all(|span| span.span_context.trace_id() == root.span_context.trace_id()));
        path.iter().map(|span| span.name.to_string()).collect::<Vec<_>>()
    });
    assert_eq!(spans.len(), 5);
    assert_eq!(paths.next().unwrap(), ["order", "pick", "pack"]);
    assert_eq!(paths.next().unwrap(), ["pick", "pack"]);
    assert_eq!(paths.next(), None);
}

#[tokio::test]
async fn ractor() {
    assert_two_trees(&with_ractor::run(7).await.unwrap());
}

#[tokio::test]
async fn kameo() {
    assert_two_trees(&with_kameo::run(7).await.unwrap());
}
