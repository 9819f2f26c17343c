//! Formats finished spans as a tree, with their total cost.

use std::{
    collections::{HashMap, HashSet},
    time::SystemTime,
};

use opentelemetry::{SpanId, TraceId, trace::Event};
use opentelemetry_sdk::trace::SpanData;

use super::{
    row::{self, Row},
    total::Total,
};

type Key = (TraceId, SpanId);
/// Spans by parent; spans without a parent here are roots.
type Children<'a> = HashMap<Option<Key>, Vec<&'a SpanData>>;

/// The spans as aligned lines, parents above children, siblings by start, followed by the total cost of the model
/// calls.
pub(crate) fn tree(spans: &[SpanData]) -> String {
    let present: HashSet<Key> = spans
        .iter()
        .map(|span| key(span, span.span_context.span_id()))
        .collect();
    let mut children = Children::new();
    for span in spans {
        let parent = key(span, span.parent_span_id);
        children
            .entry(present.contains(&parent).then_some(parent))
            .or_default()
            .push(span);
    }
    let mut roots = children.remove(&None).unwrap_or_default();
    roots.sort_by_key(|root| root.start_time);

    let mut rows = vec![Row::headings()];
    for root in roots {
        rows.push(Row::of_span("", root));
        push_children(root, "", &children, &mut rows);
    }
    format!("{}\n{}\n", row::aligned(&rows), Total::of(spans))
}

/// A child of a span in the tree.
enum Node<'a> {
    Span(&'a SpanData),
    Event(&'a Event),
}

impl Node<'_> {
    fn time(&self) -> SystemTime {
        match self {
            Self::Span(span) => span.start_time,
            Self::Event(event) => event.timestamp,
        }
    }
}

/// Adds the events and child spans of `parent` in order of time.
fn push_children(parent: &SpanData, indent: &str, children: &Children<'_>, rows: &mut Vec<Row>) {
    let spans = children
        .get(&Some(key(parent, parent.span_context.span_id())))
        .into_iter()
        .flatten();
    let mut nodes: Vec<Node<'_>> = spans.copied().map(Node::Span).collect();
    nodes.extend(parent.events.iter().map(Node::Event));
    nodes.sort_by_key(Node::time);

    let mut nodes = nodes.into_iter().peekable();
    while let Some(node) = nodes.next() {
        let (branch, below) = if nodes.peek().is_some() {
            ("|- ", "|  ")
        } else {
            ("`- ", "   ")
        };
        match node {
            Node::Event(event) => rows.push(Row::of_event(&format!("{indent}{branch}"), event)),
            Node::Span(span) => {
                rows.push(Row::of_span(&format!("{indent}{branch}"), span));
                push_children(span, &format!("{indent}{below}"), children, rows);
            }
        }
    }
}

fn key(span: &SpanData, id: SpanId) -> Key {
    (span.span_context.trace_id(), id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::finished_span::FinishedSpan;

    /// The first column of the lines between headings and total.
    fn names(spans: &[SpanData]) -> Vec<String> {
        let text = tree(spans);
        let lines = text.lines().skip(1).take_while(|line| !line.is_empty());
        lines
            .map(|line| line.split("1.00 s").next().unwrap().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn children_are_below_their_parent_by_start() {
        let spans = [
            FinishedSpan::new(3).named("late").child_of(1).build(),
            FinishedSpan::new(4).named("inner").child_of(2).build(),
            FinishedSpan::new(2).named("early").child_of(1).build(),
            FinishedSpan::new(1).named("root").build(),
        ];

        assert_eq!(names(&spans), ["root", "|- early", "|  `- inner", "`- late"]);
    }

    #[test]
    fn a_span_with_an_unknown_parent_is_a_root() {
        assert_eq!(
            names(&[FinishedSpan::new(7).named("orphan").child_of(99).build()]),
            ["orphan"]
        );
    }

    #[test]
    fn events_are_ordered_by_time_among_child_spans() {
        let search = FinishedSpan::new(1)
            .named("search")
            .event(15, "embedded")
            .event(25, "found")
            .build();
        let embed = FinishedSpan::new(10).named("embed").child_of(1).build();
        let look_up = FinishedSpan::new(20).named("look up").child_of(1).build();

        let names = names(&[embed, look_up, search]);

        assert_eq!(
            names,
            ["search", "|- embed", "|- * embedded", "|- look up", "`- * found"]
        );
    }

    #[test]
    fn the_total_is_below_the_tree() {
        let text = tree(&[FinishedSpan::new(1).priced(0.25).build()]);

        assert!(text.ends_with("\n\ntotal 0.25 USD over 1 model call\n"), "{text}");
    }
}
