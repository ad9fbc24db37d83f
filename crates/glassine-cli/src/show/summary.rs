//! A message on one line.

use glassine::Decision;

use crate::message::any_reading::AnyReading;
use crate::show::words::counted;

/// What the message is, what it says about the trace, and how long its payload is.
pub(crate) fn summary(any: &AnyReading<'_>) -> String {
    let reading = any.as_reading();
    let mut parts = vec![reading.verdict().name().to_owned()];
    parts.extend(reading.version().map(|version| format!("version {version}")));
    parts.extend(reading.decision().map(Decision::name).map(str::to_owned));
    if let Some(context) = reading.context() {
        parts.push(format!("trace {}", context.trace_id()));
        parts.push(format!("span {}", context.span_id()));
    }
    let fields = reading.carrier().fields().count();
    if fields > 0 {
        parts.push(counted(fields, "field"));
    }
    parts.extend(any.fault().map(|fault| fault.to_string()));
    parts.extend(any.carrier_faults());
    parts.push(format!("payload {}", counted(any.payload().len(), "byte")));
    parts.join(", ")
}
