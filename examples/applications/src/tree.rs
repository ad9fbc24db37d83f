//! Exported spans as trees.

use std::fmt;

use glassine_opentelemetry::Plan;
use opentelemetry_sdk::trace::SpanData;

/// Spans as trees, for people.
pub struct Trees<'a>(pub &'a [SpanData]);

impl Trees<'_> {
    /// Spans whose parent is not among the spans, in the order in which they began.
    pub fn roots(&self) -> Vec<&SpanData> {
        let is_here = |span: &&SpanData| self.0.iter().any(|other| is_parent(other, span));
        in_order(self.0.iter().filter(|span| !is_here(span)))
    }

    pub fn children(&self, parent: &SpanData) -> Vec<&SpanData> {
        in_order(self.0.iter().filter(|span| is_parent(parent, span)))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, span: &SpanData, depth: usize) -> fmt::Result {
        writeln!(f, "  {}{}", "  ".repeat(depth), line(span))?;
        let children = self.children(span);
        // Recipients of a fan-out that did nothing else, on one line.
        for alike in children.chunk_by(|a, b| line(a) == line(b)) {
            match alike {
                [first, _, ..] if alike.iter().all(|span| self.children(span).is_empty()) => {
                    writeln!(f, "  {}{} × {}", "  ".repeat(depth + 1), alike.len(), line(first))?;
                }
                _ => alike.iter().try_for_each(|child| self.write(f, child, depth + 1))?,
            }
        }
        Ok(())
    }
}

fn line(span: &SpanData) -> String {
    let weight =
        span.attributes.iter().find(|attribute| attribute.key.as_str() == Plan::FAN_OUT_WEIGHT);
    let weight = weight.map_or(String::new(), |weight| format!(", one of {}", weight.value));
    let links = match span.links.iter().count() {
        0 => String::new(),
        count => format!(", linked to {count}"),
    };
    format!("{}{weight}{links}", span.name)
}

impl fmt::Display for Trees<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for root in self.roots() {
            writeln!(f, "trace {}…", &root.span_context.trace_id().to_string()[..8])?;
            self.write(f, root, 0)?;
        }
        Ok(())
    }
}

fn is_parent(parent: &SpanData, child: &SpanData) -> bool {
    parent.span_context.trace_id() == child.span_context.trace_id()
        && parent.span_context.span_id() == child.parent_span_id
}

fn in_order<'a>(spans: impl Iterator<Item = &'a SpanData>) -> Vec<&'a SpanData> {
    let mut spans: Vec<_> = spans.collect();
    spans.sort_by_key(|span| span.start_time);
    spans
}
