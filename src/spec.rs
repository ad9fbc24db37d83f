//! Holds the specification of the format, for implementers in any language.
//!
//! It is here to be read; there is no code in it. Its companions are in the repository: examples as
//! data, for tests in any language, and small second implementations.
//!
//! [rationale]: rationale/index.html
//! [vectors]: #14-conformance
//! [readers]: #appendix-c-a-reader-on-one-screen
#![doc = include_str!("../spec/glassine.md")]

pub mod rationale {
    //! Tells why the format is as it is: the laws behind it, the odds, and what was rejected.
    //!
    //! [specification]: ../index.html
    //! [measure]: #how-the-numbers-were-made
    #![doc = include_str!("../spec/rationale.md")]
}
