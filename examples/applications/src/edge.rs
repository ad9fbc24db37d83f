//! An edge where a trace begins that goes on in other languages, over TCP.

use std::io::Write;
use std::net::TcpStream;

use crate::error::Error;
use crate::telemetry::Telemetry;
use bytes::Bytes;
use glassine::policy::{Rollout, Unsampled};
use glassine::{Channel, TraceContext};
use glassine_opentelemetry::{capture_from, to_span_context};
use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, Tracer};
use opentelemetry_sdk::trace::SpanData;
use serde_json::json;

static CHAIN: Channel = Channel::new().with_rollout(Rollout::On).with_unsampled(Unsampled::Marker);

/// Sends four messages to a port, behind 32-bit lengths, and gives the spans that OpenTelemetry's
/// exporter has seen, a line of JSON each.
pub fn run(port: u16) -> Result<Vec<String>, Error> {
    let mut socket = TcpStream::connect(("127.0.0.1", port))?;
    let telemetry = Telemetry::new(7);
    let tracer = telemetry.tracer();

    let sampled = Context::new().with_span(tracer.start_with_context("rust", &Context::new()));
    let unsampled: TraceContext =
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00".parse()?;
    let against = Context::new().with_remote_span_context(to_span_context(unsampled));
    for (cx, payload) in [
        (&sampled, &b"of a sampled trace"[..]),
        (&against, b"of a trace that was decided against"),
        (&Context::new(), b"of nothing"),
        (&Context::new(), b"\x9E of nothing, and looks like a frame"),
    ] {
        let message = CHAIN.wrap(&capture_from(cx), Bytes::from_static(payload)).into_bytes();
        socket.write_all(&u32::try_from(message.len())?.to_be_bytes())?;
        socket.write_all(&message)?;
    }
    drop(socket);
    drop(sampled);

    Ok(telemetry.take().iter().map(line).collect())
}

fn line(span: &SpanData) -> String {
    let (trace, id) = (span.span_context.trace_id(), span.span_context.span_id());
    let (trace, id, parent) = (trace.to_string(), id.to_string(), span.parent_span_id.to_string());
    json!({ "name": span.name, "trace": trace, "span": id, "parent": parent }).to_string()
}
