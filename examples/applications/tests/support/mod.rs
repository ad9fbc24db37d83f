//! What holds for the spans of every program.

use std::collections::HashSet;

use glassine_applications::tree::Trees;
use opentelemetry::trace::SpanId;
use opentelemetry_sdk::trace::SpanData;

/// Each trace is one tree: it has one root, which names no parent, and the parent of every other
/// span is among its spans.
pub fn assert_one_tree_for_each_trace(spans: &[SpanData]) {
    let trees = Trees(spans);
    let mut seen = HashSet::new();
    for root in trees.roots() {
        assert_eq!(
            root.parent_span_id,
            SpanId::INVALID,
            "{} has lost its parent:\n{trees}",
            root.name
        );
        assert!(
            seen.insert(root.span_context.trace_id()),
            "{} is a second root of its trace:\n{trees}",
            root.name
        );
    }
}

/// The names from a root through only children. Those whom a fan-out has chosen are left out.
pub fn path(trees: &Trees<'_>, root: &SpanData) -> Vec<String> {
    let mut names = vec![root.name.to_string()];
    let mut children = trees.children(root);
    while let [child] = children[..]
        && child.name != "notify"
    {
        names.push(child.name.to_string());
        children = trees.children(child);
    }
    assert!(
        children.iter().all(|child| child.name == "notify" && trees.children(child).is_empty()),
        "{trees}"
    );
    names
}
