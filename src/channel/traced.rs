//! A message of any type, and where it comes from.

use core::fmt;

use crate::channel::origin::Origin;

/// A message of any type together with its [`Origin`]: what actors' mailboxes and channels hold in
/// place of the message.
///
/// Within a process it is passed on as it is. Where a message leaves the process,
/// [`Channel::wrap`](crate::Channel::wrap) makes a frame of a `Traced` of bytes;
/// [`Channel::receive`](crate::Channel::receive) makes a `Traced` of bytes again, and
/// [`try_map`](Self::try_map) decodes it. `Debug` shows the origin, never the message. 40 bytes
/// larger than the message; every method is O(1) and allocates nothing.
///
/// ```
/// use glassine::{Origin, TraceContext, Traced};
///
/// enum Order { Place(u32) }
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let mailbox: Vec<Traced<Order>> = vec![
///     Order::Place(7).into(), // from an old sender: bare
///     Traced::new(Order::Place(8), context),
/// ];
/// for traced in mailbox {
///     let (Order::Place(id), origin) = traced.into_parts();
///     assert_eq!(origin.context().is_some(), id == 8);
/// }
/// # Ok::<(), glassine::w3c::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Traced<M> {
    value: M,
    origin: Origin,
}

impl<M> Traced<M> {
    /// A message that comes from there.
    #[must_use]
    pub fn new(value: M, origin: impl Into<Origin>) -> Self {
        Self { value, origin: origin.into() }
    }

    /// The message.
    #[must_use]
    pub const fn value(&self) -> &M {
        &self.value
    }

    /// The message, to change it.
    #[must_use]
    pub const fn value_mut(&mut self) -> &mut M {
        &mut self.value
    }

    /// Where it comes from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The message alone.
    #[must_use]
    pub fn into_value(self) -> M {
        self.value
    }

    /// Both parts.
    #[must_use]
    pub fn into_parts(self) -> (M, Origin) {
        (self.value, self.origin)
    }

    /// The same origin with what `f` makes of the message.
    #[must_use]
    pub fn map<N>(self, f: impl FnOnce(M) -> N) -> Traced<N> {
        Traced { value: f(self.value), origin: self.origin }
    }

    /// The same origin with what `f` makes of the message, such as decoding it.
    ///
    /// # Errors
    /// Those of `f`, with the message as it was: for the dead letters, with its origin.
    ///
    /// ```
    /// use glassine::Traced;
    ///
    /// let traced: Traced<&str> = "seven".into();
    /// let undecodable = traced.try_map(|text| text.parse::<u32>()).unwrap_err();
    /// assert_eq!(undecodable.to_string(), "invalid digit found in string");
    /// assert_eq!(undecodable.into_parts().0.value(), &"seven");
    /// ```
    pub fn try_map<N, E>(
        self,
        f: impl FnOnce(&M) -> Result<N, E>,
    ) -> Result<Traced<N>, Undecodable<M, E>> {
        match f(&self.value) {
            Ok(value) => Ok(Traced { value, origin: self.origin }),
            Err(error) => Err(Undecodable { message: self, error }),
        }
    }

    /// The same origin with the message borrowed.
    #[must_use]
    pub fn as_ref(&self) -> Traced<&M> {
        Traced { value: &self.value, origin: self.origin.clone() }
    }
}

/// A message that [`Traced::try_map`] could not make into another, and why.
pub struct Undecodable<M, E> {
    message: Traced<M>,
    error: E,
}

impl<M, E> Undecodable<M, E> {
    /// Why.
    #[must_use]
    pub const fn error(&self) -> &E {
        &self.error
    }

    /// The message as it was, with its origin, and why.
    #[must_use]
    pub fn into_parts(self) -> (Traced<M>, E) {
        (self.message, self.error)
    }
}

impl<M, E: fmt::Debug> fmt::Debug for Undecodable<M, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, error } = self;
        f.debug_struct("Undecodable").field("message", message).field("error", error).finish()
    }
}

impl<M, E: fmt::Display> fmt::Display for Undecodable<M, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<M, E: core::error::Error> core::error::Error for Undecodable<M, E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.error.source()
    }
}

impl<M> From<M> for Traced<M> {
    /// A bare message.
    fn from(value: M) -> Self {
        Self { value, origin: Origin::default() }
    }
}

impl<M> fmt::Debug for Traced<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traced").field("origin", &self.origin).finish_non_exhaustive()
    }
}
