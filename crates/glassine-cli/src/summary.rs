//! A message on one line.

use glassine::Decision;

use crate::received::Received;
use crate::words::counted;

/// What the message is, what it says about the trace, and how long its payload is.
pub(crate) fn summary(received: &Received<'_>) -> String {
    let message = received.message();
    let mut parts = vec![message.verdict().name().to_owned()];
    parts.extend(message.version().map(|version| format!("version {version}")));
    parts.extend(message.decision().map(Decision::name).map(str::to_owned));
    if let Some(context) = message.context() {
        parts.push(format!("trace {}", context.trace_id()));
        parts.push(format!("span {}", context.span_id()));
    }
    let fields = message.carrier().fields().count();
    if fields > 0 {
        parts.push(counted(fields, "field"));
    }
    parts.extend(message.fault().map(|fault| fault.to_string()));
    parts.extend(received.carrier_faults());
    parts.push(format!("payload {}", counted(received.payload().len(), "byte")));
    parts.join(", ")
}
