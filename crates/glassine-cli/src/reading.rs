//! A reading of a message as JSON: the `reading` of a vector.

use data_encoding::HEXLOWER;
use glassine::fields::RawField;
use glassine::{Decision, Fault, Field, TraceContext};
use serde::Serialize;

use crate::baggage::{holds_baggage, without_values};
use crate::received::Received;

/// All that a message says. The keys and their meanings are those of `spec/vectors/README.md`.
#[derive(Serialize)]
pub(crate) struct Reading {
    verdict: &'static str,
    version: Option<u8>,
    fault: Option<FaultReading>,
    sampled: bool,
    decision: Option<&'static str>,
    trace_flags: Option<String>,
    trace_id: Option<String>,
    span_id: Option<String>,
    tracestate: Option<String>,
    baggage: Option<String>,
    text_map: Vec<TextMapReading>,
    fan_out_weight: Option<u32>,
    further_contexts: Vec<ContextReading>,
    fields: Vec<FieldReading>,
    carrier_faults: Vec<FaultReading>,
    payload_offset: usize,
    payload_len: usize,
}

impl Reading {
    pub(crate) fn new(received: &Received<'_>) -> Self {
        let message = received.message();
        let carrier = message.carrier();
        let context = message.context();
        Self {
            verdict: message.verdict().name(),
            version: message.version(),
            fault: message.fault().map(FaultReading::from),
            sampled: message.claims_sampled(),
            decision: message.decision().map(Decision::name),
            trace_flags: message.flags().map(|flags| flags.to_string()),
            trace_id: context.map(|context| context.trace_id().to_string()),
            span_id: context.map(|context| context.span_id().to_string()),
            tracestate: carrier.tracestate().map(str::to_owned),
            baggage: carrier.baggage().map(str::to_owned),
            text_map: carrier.fields().filter_map(TextMapReading::new).collect(),
            fan_out_weight: carrier.fan_out_weight().map(u32::from),
            further_contexts: carrier.further_contexts().map(ContextReading::from).collect(),
            fields: carrier.raw_fields().map(FieldReading::new).collect(),
            carrier_faults: carrier.faults().map(FaultReading::from).collect(),
            payload_offset: received.payload_offset(),
            payload_len: received.payload().len(),
        }
    }

    /// A reading to show: baggage values are left out, and the values of fields that hold some are
    /// null.
    pub(crate) fn without_baggage_values(received: &Received<'_>) -> Self {
        let carrier = received.message().carrier();
        let field = |raw| match FieldReading::new(raw) {
            field if holds_baggage(raw) => FieldReading { value: None, ..field },
            field => field,
        };
        Self {
            baggage: carrier.baggage().map(without_values),
            fields: carrier.raw_fields().map(field).collect(),
            ..Self::new(received)
        }
    }
}

#[derive(Serialize)]
pub(crate) struct FaultReading {
    kind: &'static str,
    offset: usize,
}

impl From<Fault> for FaultReading {
    fn from(fault: Fault) -> Self {
        Self { kind: fault.kind().name(), offset: fault.offset() }
    }
}

#[derive(Serialize)]
pub(crate) struct ContextReading {
    trace_id: String,
    span_id: String,
    trace_flags: String,
}

impl From<TraceContext> for ContextReading {
    fn from(context: TraceContext) -> Self {
        Self {
            trace_id: context.trace_id().to_string(),
            span_id: context.span_id().to_string(),
            trace_flags: context.flags().to_string(),
        }
    }
}

#[derive(Serialize)]
struct TextMapReading {
    key: String,
    value: String,
}

impl TextMapReading {
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
struct FieldReading {
    r#type: u8,
    offset: usize,
    value: Option<String>,
}

impl FieldReading {
    fn new(field: RawField<'_>) -> Self {
        Self {
            r#type: field.field_type().0,
            offset: field.offset(),
            value: Some(HEXLOWER.encode(field.value())),
        }
    }
}
