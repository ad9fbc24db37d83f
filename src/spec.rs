//! Holds the specification of the format, for implementers in any language.
//!
//! It is here to be read; there is no code in it. All its documents are on this page: first the
//! wire, which is all that a receiver needs, then what is optional. Its companions are in the
//! repository: examples as data, for tests in any language, and small second implementations.
//!
//! [wire]: #glassine-version-1
//! [first]: #i-only-want-to-receive-appendix-c
//! [fields]: #52-fields
//! [faults]: #53-faults-inside-the-carrier
//! [relay]: #8-how-a-frame-is-changed
//! [channels]: #9-channels-and-streams
//! [streams]: #streams
//! [text]: #10-the-text-form
//! [w3c]: #13-w3c-trace-context
//! [lists]: #131-members-of-lists
//! [fan-out]: #17-shares-and-fan-out
//! [shortening]: #18-shortening
//! [operations]: #19-operations
//! [related]: #20-related-formats
//! [implementing]: #for-implementers
//! [bits]: #appendix-a-what-each-changed-bit-of-the-header-does
//! [abnf]: #appendix-b-grammar
//! [ksy]: #appendix-b-grammar
//! [registries]: #registries-editions-and-media-types
//! [types]: #appendix-e-registries
//! [rationale]: rationale/index.html
//! [vectors]: #14-conformance
//! [readers]: #i-only-want-to-receive-appendix-c
#![doc = include_str!("../spec/glassine.md")]
#![doc = include_str!("../spec/relay.md")]
#![doc = include_str!("../spec/streams.md")]
#![doc = include_str!("../spec/text.md")]
#![doc = include_str!("../spec/w3c.md")]
#![doc = include_str!("../spec/fan-out.md")]
#![doc = include_str!("../spec/shortening.md")]
#![doc = include_str!("../spec/operations.md")]
#![doc = include_str!("../spec/related.md")]
#![doc = include_str!("../spec/implementing.md")]
#![doc = include_str!("../spec/registries.md")]

pub mod rationale {
    //! Tells why the format is as it is: the laws behind it, the odds, and what was rejected.
    //!
    //! [specification]: ../index.html
    //! [measure]: #how-the-numbers-were-made
    #![doc = include_str!("../spec/rationale.md")]
}
