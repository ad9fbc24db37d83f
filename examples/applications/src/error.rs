//! What goes wrong in a program that ends with it.

/// Any error, for programs that end with it.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
