//! Headers as text, as HTTP has them: a line for each, and an empty one behind them.

use crate::peer::Says;

/// Appends the headers of a context, and the empty line.
#[inline]
pub(crate) fn write(out: &mut Vec<u8>, says: &Says) {
    let traceparent = says.context.map(glassine::TraceContext::to_traceparent);
    let headers = [
        ("traceparent: ", traceparent.as_ref().map(|text| text.as_str())),
        ("tracestate: ", says.tracestate),
        ("baggage: ", says.baggage),
    ];
    for (name, value) in headers {
        if let Some(value) = value {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }
    out.extend_from_slice(b"\r\n");
}
