//! A reading of a message as JSON: the `reading` of a vector.

use data_encoding::HEXLOWER;
use glassine::fields::RawField;
use glassine::{Decision, Fault, Field, TraceContext};
use serde::Serialize;

use crate::message::any_reading::AnyReading;
use crate::show::baggage::{holds_baggage, without_values};

/// All that a message says. The keys and their meanings are those of `spec/vectors/README.md`.
#[derive(Serialize)]
pub(crate) struct ReadingJson {
    verdict: &'static str,
    version: Option<u8>,
    fault: Option<FaultJson>,
    sampled: bool,
    decision: Option<&'static str>,
    trace_flags: Option<String>,
    trace_id: Option<String>,
    span_id: Option<String>,
    tracestate: Option<String>,
    baggage: Option<String>,
    text_map: Vec<TextMapJson>,
    fan_out_weight: Option<u32>,
    thinning: Option<u32>,
    further_contexts: Vec<ContextJson>,
    fields: Vec<FieldJson>,
    carrier_faults: Vec<FaultJson>,
    payload_offset: usize,
    payload_len: usize,
}

impl ReadingJson {
    pub(crate) fn new(any: &AnyReading<'_>) -> Self {
        let reading = any.as_reading();
        let carrier = reading.carrier();
        let context = reading.context();
        Self {
            verdict: reading.verdict().name(),
            version: reading.version(),
            fault: any.fault().map(FaultJson::from),
            sampled: reading.claims_sampled(),
            decision: reading.decision().map(Decision::name),
            trace_flags: reading.flags().map(|flags| flags.to_string()),
            trace_id: context.map(|context| context.trace_id().to_string()),
            span_id: context.map(|context| context.span_id().to_string()),
            tracestate: carrier.tracestate().map(str::to_owned),
            baggage: carrier.baggage().map(str::to_owned),
            text_map: carrier.fields().filter_map(TextMapJson::new).collect(),
            fan_out_weight: carrier.fan_out_weight().map(u32::from),
            thinning: carrier.thinning().map(u32::from),
            further_contexts: carrier.further_contexts().map(ContextJson::from).collect(),
            fields: carrier.raw_fields().map(FieldJson::new).collect(),
            carrier_faults: carrier.faults().map(FaultJson::from).collect(),
            payload_offset: any.payload_offset(),
            payload_len: any.payload().len(),
        }
    }

    /// A reading to show: baggage values are left out, and the values of fields that hold some are
    /// null.
    pub(crate) fn without_baggage_values(any: &AnyReading<'_>) -> Self {
        let carrier = any.as_reading().carrier();
        let field = |raw| match FieldJson::new(raw) {
            field if holds_baggage(raw) => FieldJson { value: None, ..field },
            field => field,
        };
        Self {
            baggage: carrier.baggage().map(without_values),
            fields: carrier.raw_fields().map(field).collect(),
            ..Self::new(any)
        }
    }
}

/// What is wrong, and where.
#[derive(Serialize)]
pub(crate) struct FaultJson {
    kind: &'static str,
    offset: usize,
}

impl From<Fault> for FaultJson {
    fn from(fault: Fault) -> Self {
        Self { kind: fault.kind().name(), offset: fault.offset() }
    }
}

/// A trace context.
#[derive(Serialize)]
pub(crate) struct ContextJson {
    trace_id: String,
    span_id: String,
    trace_flags: String,
}

impl From<TraceContext> for ContextJson {
    fn from(context: TraceContext) -> Self {
        Self {
            trace_id: context.trace_id().to_string(),
            span_id: context.span_id().to_string(),
            trace_flags: context.flags().to_string(),
        }
    }
}

#[derive(Serialize)]
struct TextMapJson {
    key: String,
    value: String,
}

impl TextMapJson {
    fn new(field: Field<'_>) -> Option<Self> {
        match field {
            Field::TextMap { key, value } => {
                Some(Self { key: key.to_owned(), value: value.to_owned() })
            }
            _ => None,
        }
    }
}

#[derive(Serialize)]
struct FieldJson {
    r#type: u8,
    offset: usize,
    value: Option<String>,
}

impl FieldJson {
    fn new(field: RawField<'_>) -> Self {
        Self {
            r#type: field.field_type().0,
            offset: field.offset(),
            value: Some(HEXLOWER.encode(field.value())),
        }
    }
}
