//! Ends of tokio's channels that carry the context along.
