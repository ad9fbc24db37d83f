//! Transports that have a payload and nothing else, each with its own client: what is of Glassine
//! in an example are two lines, `wrap` where it sends and `receive` where it receives.
//!
//! The files of the transports are made to be copied from. The others make programs and tests of
//! them: [`link`] is what both drive, [`telemetry`] is OpenTelemetry's SDK.

pub mod error;
pub mod link;
pub mod telemetry;

pub mod tcp;
pub mod udp;
pub mod unix_datagram;
pub mod websocket;
pub mod websocket_text;
pub mod zeromq;
