//! Prints finished spans as a tree, with the total of what they cost.

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
/// Spans by their parent; those without one here are the roots.
type Children<'a> = HashMap<Option<Key>, Vec<&'a SpanData>>;

/// The spans as lines of aligned columns, parents above their children, siblings in the order of their start, followed
/// by the total of what the model calls cost.
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
        push_beneath(root, "", &children, &mut rows);
    }
    format!("{}\n{}\n", row::aligned(&rows), Total::of(spans))
}

/// What stands beneath a span.
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

/// The events of `parent` and the spans beneath it, in the order in which they happened.
fn push_beneath(parent: &SpanData, indent: &str, children: &Children<'_>, rows: &mut Vec<Row>) {
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
                push_beneath(span, &format!("{indent}{below}"), children, rows);
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
    fn children_stand_beneath_their_parent_in_the_order_of_their_start() {
        let spans = [
            FinishedSpan::new(3).named("late").beneath(1).build(),
            FinishedSpan::new(4).named("inner").beneath(2).build(),
            FinishedSpan::new(2).named("early").beneath(1).build(),
            FinishedSpan::new(1).named("root").build(),
        ];

        assert_eq!(names(&spans), ["root", "|- early", "|  `- inner", "`- late"]);
    }

    #[test]
    fn a_span_whose_parent_is_elsewhere_is_a_root() {
        assert_eq!(
            names(&[FinishedSpan::new(7).named("orphan").beneath(99).build()]),
            ["orphan"]
        );
    }

    #[test]
    fn events_stand_where_they_happened_among_the_spans_children() {
        let search = FinishedSpan::new(1)
            .named("search")
            .event(15, "embedded")
            .event(25, "found")
            .build();
        let embed = FinishedSpan::new(10).named("embed").beneath(1).build();
        let look_up = FinishedSpan::new(20).named("look up").beneath(1).build();

        let names = names(&[embed, look_up, search]);

        assert_eq!(
            names,
            ["search", "|- embed", "|- * embedded", "|- look up", "`- * found"]
        );
    }

    #[test]
    fn the_total_stands_below_the_tree() {
        let text = tree(&[FinishedSpan::new(1).priced(0.25).build()]);

        assert!(text.ends_with("\n\ntotal 0.25 USD over 1 model call\n"), "{text}");
    }
}
