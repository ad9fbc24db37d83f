//! Transports that have a payload and nothing else, each with its own client: what is of Glassine
//! in an example are two lines, `wrap` where it sends and `receive` where it receives.
//!
//! The files of the transports are made to be copied from. The others make programs and tests of
//! them: [`link`] is what both drive, [`telemetry`] is OpenTelemetry's SDK.

pub mod browser;
pub mod error;
pub mod kinesis_server;
pub mod link;
pub mod mqtt_brokers;
pub mod postgres_server;
pub mod redis_server;
pub mod server;
pub mod telemetry;

pub mod kinesis;
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
pub mod websocket_page;
pub mod websocket_text;
pub mod zeromq;

/// The pages of the cookbook, whose code is compiled and, where it needs no server, run.
#[cfg(doctest)]
mod cookbook {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../../cookbook/actor.md")]
    struct Actor;
    #[doc = include_str!("../../cookbook/batch.md")]
    struct Batch;
    #[doc = include_str!("../../cookbook/broadcast.md")]
    struct Broadcast;
    #[doc = include_str!("../../cookbook/edge.md")]
    struct Edge;
    #[doc = include_str!("../../cookbook/outbox.md")]
    struct Outbox;
    #[doc = include_str!("../../cookbook/queue.md")]
    struct Queue;
    #[doc = include_str!("../../cookbook/relay.md")]
    struct Relay;
    #[doc = include_str!("../../cookbook/stream.md")]
    struct Stream;
    #[doc = include_str!("../../cookbook/when.md")]
    struct When;
}
