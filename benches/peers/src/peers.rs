//! The peers, a file for each.

pub mod cloudevents;
pub mod glassine;
pub mod glassine_channel;
pub mod grpc_trace_bin;
pub mod msgpack_borrowed;
pub mod msgpack_lean;
pub mod msgpack_owned;
pub mod postcard;
pub mod protobuf_lean;
pub mod protobuf_text;
pub mod thread_context;
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
    visitor.visit::<grpc_trace_bin::GrpcTraceBin>();
    visitor.visit::<thread_context::ThreadContext>();
    visitor.visit::<postcard::Postcard>();
    visitor.visit::<protobuf_lean::ProtobufLean>();
    visitor.visit::<protobuf_text::ProtobufText>();
    visitor.visit::<msgpack_lean::MsgpackLean>();
    visitor.visit::<msgpack_borrowed::MsgpackBorrowed>();
    visitor.visit::<msgpack_owned::MsgpackOwned>();
    visitor.visit::<cloudevents::CloudEvents>();
}
