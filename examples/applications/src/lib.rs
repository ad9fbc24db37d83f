//! What the example programs run, so that the tests run the same.

pub mod fleet;
pub mod telemetry;
pub mod tree;
pub mod with_kameo;
pub mod with_ractor;

/// Any error, for programs that end with it.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
