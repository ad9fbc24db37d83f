//! Transports that have a payload and nothing else, each with its own client: what is of Glassine
//! in an example are two lines, `wrap` where it sends and `receive` where it receives.
//!
//! The files of the transports are made to be copied from. The others make programs and tests of
//! them: [`link`] is what both drive, [`telemetry`] is OpenTelemetry's SDK.

pub mod error;
pub mod link;
pub mod mqtt_brokers;
pub mod postgres_server;
pub mod redis_server;
pub mod server;
pub mod telemetry;

pub mod mqtt;
pub mod postgres_jobs;
pub mod postgres_notify;
pub mod postgres_outbox;
pub mod redis_list;
pub mod redis_pubsub;
pub mod redis_stream;
pub mod tcp;
pub mod udp;
pub mod unix_datagram;
pub mod websocket;
pub mod websocket_text;
pub mod zeromq;
