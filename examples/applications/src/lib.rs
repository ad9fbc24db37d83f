//! What the example programs run, so that the tests run the same.

pub mod edge;
mod error;
pub mod fleet;
pub mod telemetry;
pub mod tree;
pub mod with_actix;
pub mod with_actix_tracing;
pub mod with_kameo;
pub mod with_ractor;

pub use self::error::Error;
