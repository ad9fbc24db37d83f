//! The peers, a file for each.

pub mod capnp;
pub mod cloudevents;
pub mod fastrace;
pub mod glassine;
pub mod glassine_channel;
pub mod grpc_trace_bin;
pub mod header_block;
pub mod msgpack_borrowed;
pub mod msgpack_lean;
pub mod msgpack_owned;
pub mod nats;
pub mod opentelemetry;
pub mod planus;
pub mod postcard;
pub mod protobuf_lean;
pub mod protobuf_text;
pub mod proxy_v2;
pub mod rkyv;
pub mod sbe;
pub mod thread_context;
pub mod wincode;
pub mod zerocopy_struct;

use crate::peer::Peer;

/// What is done with each peer.
pub trait Visitor {
    /// Does it with one.
    fn visit<P: Peer + 'static>(&mut self);
}

/// Visits all peers, Glassine first.
pub fn visit_all(visitor: &mut impl Visitor) {
    visitor.visit::<glassine::Glassine>();
    visitor.visit::<glassine_channel::GlassineChannel>();
    visitor.visit::<zerocopy_struct::ZerocopyStruct>();
    visitor.visit::<sbe::Sbe>();
    visitor.visit::<grpc_trace_bin::GrpcTraceBin>();
    visitor.visit::<thread_context::ThreadContext>();
    visitor.visit::<proxy_v2::ProxyV2>();
    visitor.visit::<wincode::Wincode>();
    visitor.visit::<rkyv::Rkyv>();
    visitor.visit::<planus::Planus>();
    visitor.visit::<capnp::Capnp>();
    visitor.visit::<postcard::Postcard>();
    visitor.visit::<protobuf_lean::ProtobufLean>();
    visitor.visit::<msgpack_lean::MsgpackLean>();
    visitor.visit::<header_block::HeaderBlock>();
    visitor.visit::<nats::Nats>();
    visitor.visit::<fastrace::Fastrace>();
    visitor.visit::<msgpack_borrowed::MsgpackBorrowed>();
    visitor.visit::<msgpack_owned::MsgpackOwned>();
    visitor.visit::<protobuf_text::ProtobufText>();
    visitor.visit::<opentelemetry::OpenTelemetry>();
    visitor.visit::<cloudevents::CloudEvents>();
}
