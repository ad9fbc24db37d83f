//! The vectors of the specification, as part of the tool.

/// The files of `spec/vectors`, but for the schema and the generated ones.
pub(crate) const FILES: [&str; 22] = [
    include_str!("../../../vectors/bare.json"),
    include_str!("../../../vectors/damaged.json"),
    include_str!("../../../vectors/fan-out.json"),
    include_str!("../../../vectors/fields.json"),
    include_str!("../../../vectors/frames.json"),
    include_str!("../../../vectors/mask.json"),
    include_str!("../../../vectors/members.json"),
    include_str!("../../../vectors/rate.json"),
    include_str!("../../../vectors/reparent.json"),
    include_str!("../../../vectors/reparent-text.json"),
    include_str!("../../../vectors/send.json"),
    include_str!("../../../vectors/share.json"),
    include_str!("../../../vectors/shorten.json"),
    include_str!("../../../vectors/stream.json"),
    include_str!("../../../vectors/table.json"),
    include_str!("../../../vectors/text.json"),
    include_str!("../../../vectors/thin.json"),
    include_str!("../../../vectors/thinned.json"),
    include_str!("../../../vectors/traceparent.json"),
    include_str!("../../../vectors/versions.json"),
    include_str!("../../../vectors/weight.json"),
    include_str!("../../../vectors/write.json"),
];
