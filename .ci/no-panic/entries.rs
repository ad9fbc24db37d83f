//! The decode entry points, exported, so that `check` can look at their machine code.
#![no_std]

use core::num::NonZeroU32;
use core::panic::PanicInfo;

use glassine::{Carrier, Decision, Fault, Field, Incomplete, Reader, Reading, SpanId, TraceContext, TraceFlags, TraceId};
use glassine::fields::RawField;
use glassine::w3c::{ParseError, Traceparent};

unsafe extern "C" {
    /// Defined nowhere: a use of it in the built library means that some panic is reachable.
    safe fn panic_is_reachable() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    panic_is_reachable()
}

macro_rules! entries {
    ($($(#[$attribute:meta])* $name:ident($($argument:ident: $type:ty),+) -> $result:ty = $body:expr;)+) => {
        $($(#[$attribute])* #[unsafe(no_mangle)] pub fn $name<'a>($($argument: $type),+) -> $result { $body })+
    };
}

entries! {
    read(reader: Reader, bytes: &'a [u8]) -> Reading<'a> = reader.read(bytes);
    read_closed(reader: Reader, bytes: &'a [u8]) -> Result<Reading<'a>, Fault> = reader.read_closed(bytes);
    read_always(reader: Reader, bytes: &'a [u8]) -> Result<Reading<'a>, Fault> = reader.read_always(bytes);
    read_prefix(reader: Reader, bytes: &'a [u8]) -> Result<Reading<'a>, Incomplete> = reader.read_prefix(bytes);

    version(message: Reading<'a>) -> Option<u8> = message.version();
    claims_sampled(message: Reading<'a>) -> bool = message.claims_sampled();
    decision(message: Reading<'a>) -> Option<Decision> = message.decision();
    flags(message: Reading<'a>) -> Option<TraceFlags> = message.flags();
    context(message: Reading<'a>) -> Option<TraceContext> = message.context();
    carrier(message: Reading<'a>) -> Carrier<'a> = message.carrier();
    payload(message: Reading<'a>) -> &'a [u8] = message.payload();

    tracestate(carrier: Carrier<'a>) -> Option<&'a str> = carrier.tracestate();
    baggage(carrier: Carrier<'a>) -> Option<&'a str> = carrier.baggage();
    text_map(carrier: Carrier<'a>, key: &str) -> Option<&'a str> = carrier.text_map(key);
    fan_out_weight(carrier: Carrier<'a>) -> Option<NonZeroU32> = carrier.fan_out_weight();
    further_contexts(carrier: Carrier<'a>) -> Option<TraceContext> = carrier.further_contexts().last();
    fields(carrier: Carrier<'a>) -> Option<Field<'a>> = carrier.fields().last();
    raw_fields(carrier: Carrier<'a>) -> Option<RawField<'a>> = carrier.raw_fields().last();
    faults(carrier: Carrier<'a>) -> Option<Fault> = carrier.faults().last();

    from_traceparent(text: &'a [u8]) -> Result<TraceContext, ParseError> = TraceContext::from_traceparent(text);
    trace_id(text: &'a str) -> Result<TraceId, ParseError> = text.parse();
    span_id(text: &'a str) -> Result<SpanId, ParseError> = text.parse();
    trace_flags(text: &'a str) -> Result<TraceFlags, ParseError> = text.parse();
    traceparent_as_str(traceparent: &'a Traceparent) -> &'a str = traceparent.as_str();

    #[cfg(feature = "control")]
    control(bytes: &'a [u8], index: usize) -> u8 = bytes[index];
}
