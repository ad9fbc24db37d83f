//! Jobs that only some peers do, or that are done by other means than a [`Peer`](crate::peer::Peer)
//! has.

use std::fmt;

/// A job as one candidate does it.
pub struct Task {
    /// `candidate/job/context/payload`, as the results name it.
    pub name: String,
    /// Of how many messages one run is.
    pub messages: u32,
    run: Box<dyn FnMut()>,
}

impl Task {
    /// A job of one message.
    #[must_use]
    pub fn new(name: String, run: impl FnMut() + 'static) -> Self {
        Self { name, messages: 1, run: Box::new(run) }
    }

    /// A job of several messages.
    #[must_use]
    pub fn of_messages(self, messages: u32) -> Self {
        Self { messages, ..self }
    }

    /// An empty one: what it takes to call any.
    #[must_use]
    pub fn empty() -> Self {
        Self::new("nothing_boxed".to_owned(), || ())
    }

    /// Does it once.
    pub fn run(&mut self) {
        (self.run)();
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("name", &self.name).finish_non_exhaustive()
    }
}
