//! What a message says, as a tree for people.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::Style;
use glassine::fields::RawField;
use glassine::{Decision, Fault, Field, FieldType};

use crate::message::any_reading::AnyReading;
use crate::show::baggage::{holds_baggage, without_values};
use crate::show::printable::printable;
use crate::show::style::{FAULT, FIELD, FLAGS, IDS, PAYLOAD, TITLE};
use crate::show::words::{self, counted};

/// Writes verdict, decision, ids, every field whether it counts or not, faults and payload.
pub(crate) fn write_tree(
    out: &mut impl Write,
    any: &AnyReading<'_>,
    show_baggage: bool,
) -> io::Result<()> {
    let reading = any.as_reading();
    let version = reading.version().map_or(String::new(), |version| format!(", version {version}"));
    writeln!(out, "{TITLE}{}{version}{TITLE:#}", reading.verdict().name())?;
    if let Some(fault) = any.fault() {
        leaf(out, 1, "fault", FAULT, fault)?;
    }
    if reading.version().is_some() {
        leaf(out, 1, "decision", FLAGS, reading.decision().map_or("none", Decision::name))?;
    }
    if let Some(flags) = reading.flags() {
        leaf(out, 1, "trace flags", FLAGS, format_args!("{flags} ({})", words::flags(flags)))?;
    }
    if let Some(context) = reading.context() {
        leaf(out, 1, "trace id", IDS, context.trace_id())?;
        leaf(out, 1, "span id", IDS, context.span_id())?;
    }

    let faults: Vec<Fault> = reading.carrier().faults().collect();
    let mut fields = reading.carrier().raw_fields().peekable();
    if fields.peek().is_some() {
        writeln!(out, "  fields")?;
    }
    for field in fields {
        let name = words::field_type(field.field_type());
        let value = value(field, show_baggage);
        let fault = faults.iter().find(|fault| fault.offset() == field.offset());
        let note = fault.map_or(String::new(), |fault| {
            format!("  {FAULT}<- {}, ignored{FAULT:#}", fault.kind().name())
        });
        leaf(out, 2, &name, FIELD, format_args!("{value}{note}"))?;
    }
    if !faults.is_empty() {
        writeln!(out, "  faults in the carrier")?;
    }
    for (fault, sentence) in faults.iter().zip(any.carrier_faults()) {
        leaf(out, 2, fault.kind().name(), FAULT, sentence)?;
    }

    let payload = any.payload();
    let len = counted(payload.len(), "byte");
    if payload.is_empty() {
        return leaf(out, 1, "payload", PAYLOAD, len);
    }
    let payload = format!("{len} from byte {}: {}", any.payload_offset(), preview(payload));
    leaf(out, 1, "payload", PAYLOAD, payload)
}

fn leaf(
    out: &mut impl Write,
    depth: usize,
    name: &str,
    style: Style,
    value: impl Display,
) -> io::Result<()> {
    writeln!(out, "{:indent$}{name:<NAME_WIDTH$}  {style}{value}{style:#}", "", indent = 2 * depth)
}

/// What the field says, safe to print.
fn value(field: RawField<'_>, show_baggage: bool) -> String {
    let is_hidden = holds_baggage(field) && !show_baggage;
    match Field::parse(field.field_type(), field.value()) {
        Some(Field::Baggage(text)) if is_hidden => {
            format!(
                "{} (values hidden; see --show-baggage)",
                printable(without_values(text).as_bytes())
            )
        }
        _ if is_hidden => "(hidden; see --show-baggage)".to_owned(),
        Some(Field::Tracestate(text) | Field::Baggage(text)) => printable(text.as_bytes()),
        Some(Field::TextMap { key, value }) => {
            format!("{} = {}", printable(key.as_bytes()), printable(value.as_bytes()))
        }
        Some(Field::FanOutWeight(weight)) => weight.to_string(),
        Some(Field::Thinning(one_in)) => format!("one in {one_in}"),
        Some(Field::FurtherContext(context)) => {
            format!(
                "trace id {}, span id {}, trace flags {}",
                context.trace_id(),
                context.span_id(),
                context.flags()
            )
        }
        Some(_) => format!(
            "{}, {}",
            counted(field.value().len(), "byte"),
            when_changed(field.field_type())
        ),
        None if field.value().is_empty() => "(empty)".to_owned(),
        None => printable(field.value()),
    }
}

/// The copying rule for types that a relay does not know (specification section 8).
fn when_changed(field_type: FieldType) -> &'static str {
    if field_type.is_kept_unknown() {
        "kept by relays that change the frame"
    } else {
        "dropped by relays that change the frame"
    }
}

/// The beginning of the payload, safe to print.
fn preview(payload: &[u8]) -> String {
    // Four bytes are the most that a character takes.
    let front = payload.get(..4 * PREVIEW).unwrap_or(payload);
    let text = printable(front);
    let preview: String = text.chars().take(PREVIEW).collect();
    let is_whole = front.len() == payload.len() && preview.len() == text.len();
    if is_whole { preview } else { preview + "…" }
}

const NAME_WIDTH: usize = 15;
/// Characters of the payload that are shown.
const PREVIEW: usize = 64;
