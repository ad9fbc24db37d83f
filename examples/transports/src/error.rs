//! What goes wrong with a transport.

/// Any error: those of the transports' own clients.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
