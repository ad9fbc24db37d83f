//! What all members of the fleet go by: the message, the policies, the counts.

use glassine::Channel;
use glassine::policy::Role;
use glassine_opentelemetry::{Consumer, Relation};
use serde::{Deserialize, Serialize};

/// The payload, as it was before anybody thought of tracing.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct Order {
    pub id: u32,
}

/// Handlers continue the trace of the message that they handle. Where none came, they start one.
pub(crate) const CONTINUING: Consumer = Consumer::new().with_relation(Relation::Parent);

/// Subscribers are many: they continue traces, and never start them.
pub(crate) const CONTINUING_ONLY: Consumer = CONTINUING.with_role(Role::ContinueOnly);

/// Several messages at a time are linked to.
pub(crate) const LINKING: Consumer = Consumer::new();

/// How many orders are on an invoice.
pub const ON_AN_INVOICE: usize = 3;

/// How many get to know that an order was shipped.
pub const SUBSCRIBERS: u32 = 100;

/// The policies of the three ways on which bytes travel. All members are in one trust domain.
pub(crate) struct Channels {
    pub(crate) placed: Channel,
    pub(crate) priced: Channel,
    pub(crate) shipped: Channel,
}
