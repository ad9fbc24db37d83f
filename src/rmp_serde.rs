//! MessagePack by `rmp-serde`.
