//! Reads and writes the text of W3C Trace Context and W3C Baggage: `traceparent`, and the members
//! of `tracestate` and `baggage` (specification [section 13]).
//!
//! [section 13]: crate::spec#13-w3c-trace-context

pub(crate) mod baggage;
pub(crate) mod list;
mod octets;
pub(crate) mod parse_error;
pub(crate) mod sieve;
pub(crate) mod traceparent;
pub(crate) mod tracestate;

pub use self::baggage::{BaggageMember, BaggageMembers, PercentDecoded};
pub use self::list::{Member, Members};
pub use self::parse_error::{ParseError, ParseErrorKind};
pub use self::sieve::claims_sampled;
pub use self::traceparent::Traceparent;
pub use self::tracestate::{TracestateMember, TracestateMembers};
