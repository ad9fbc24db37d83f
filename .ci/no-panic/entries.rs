//! The decode entry points, exported, so that `check` can look at their machine code.
#![no_std]

use core::num::NonZeroU32;
use core::panic::PanicInfo;

use glassine::errors::Incomplete;
use glassine::fields::RawField;
use glassine::w3c::{BaggageMember, ParseError, Traceparent, TracestateMember};
use glassine::{
    Carrier, Decision, Fault, Field, Mode, Reader, Reading, SpanId, TraceContext, TraceFlags,
    TraceId,
};

unsafe extern "C" {
    /// Defined nowhere: a use of it in the built library means that some panic is reachable.
    safe fn panic_is_reachable() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    panic_is_reachable()
}

/// Exports functions of one expression; what the lifetime `'a` is of, they borrow.
macro_rules! entries {
    ($($(#[$attribute:meta])*
    $name:ident($($argument:ident: $type:ty),+) -> $result:ty = $body:expr;)+) => {
        $($(#[$attribute])*
        #[unsafe(no_mangle)]
        pub fn $name<'a>($($argument: $type),+) -> $result { $body })+
    };
}

type Read<'a, Error> = Result<Reading<'a>, Error>;
type Parsed<Value> = Result<Value, ParseError>;

entries! {
    read(reader: Reader, bytes: &'a [u8]) -> Reading<'a> = reader.read(bytes);
    read_prefix(reader: Reader, bytes: &'a [u8]) -> Read<'a, Incomplete> =
        reader.read_prefix(bytes);
    read_closed(reader: Reader, bytes: &'a [u8]) -> Read<'a, Fault> =
        reader.read(bytes).require(Mode::Closed);
    read_always(reader: Reader, bytes: &'a [u8]) -> Read<'a, Fault> =
        reader.read(bytes).require(Mode::Always);
    require(message: Reading<'a>, mode: Mode) -> Read<'a, Fault> = message.require(mode);

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
    thinning(carrier: Carrier<'a>) -> Option<NonZeroU32> = carrier.thinning();
    further_contexts(carrier: Carrier<'a>) -> Option<TraceContext> =
        carrier.further_contexts().last();
    fields(carrier: Carrier<'a>) -> Option<Field<'a>> = carrier.fields().last();
    raw_fields(carrier: Carrier<'a>) -> Option<RawField<'a>> = carrier.raw_fields().last();
    faults(carrier: Carrier<'a>) -> Option<Fault> = carrier.faults().last();
    tracestate_members(carrier: Carrier<'a>) -> Option<TracestateMember<'a>> =
        carrier.tracestate_members().last();
    baggage_members(carrier: Carrier<'a>) -> Option<BaggageMember<'a>> =
        carrier.baggage_members().last();
    decoded_value(member: BaggageMember<'a>) -> Option<u8> = member.decoded_value().last();

    from_traceparent(text: &'a [u8]) -> Parsed<TraceContext> = TraceContext::from_traceparent(text);
    claims_sampled_text(text: &'a [u8]) -> bool = glassine::w3c::claims_sampled(text);
    trace_id(text: &'a str) -> Parsed<TraceId> = text.parse();
    span_id(text: &'a str) -> Parsed<SpanId> = text.parse();
    trace_flags(text: &'a str) -> Parsed<TraceFlags> = text.parse();
    traceparent_as_str(traceparent: &'a Traceparent) -> &'a str = traceparent.as_str();

    #[cfg(feature = "control")]
    control(bytes: &'a [u8], index: usize) -> u8 = bytes[index];
}
