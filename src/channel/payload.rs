//! What can be wrapped: payloads of the types in which applications hold them.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use bytes::buf::{Chain, Take};
use bytes::{Buf, Bytes, BytesMut};

/// What a [`Channel`](crate::Channel) wraps: bytes that it can send behind an envelope without a
/// copy. Implemented for the buffers of `bytes`, for slices and text that are borrowed, and for
/// `Vec<u8>` and `String`, which become a [`Bytes`].
///
/// Not for what is wrapped already ([`Wrapped`](crate::Wrapped)), nor for a message that was
/// received ([`Traced`](crate::Traced)): one channel, one layer. Who has another [`Buf`] implements
/// it in two lines.
///
/// ```
/// use glassine::{Channel, Origin};
///
/// static ORDERS: Channel = Channel::new();
///
/// let nobody = Origin::default();
/// assert_eq!(ORDERS.wrap(&nobody, vec![1, 2]).into_bytes(), vec![1, 2]);
/// assert_eq!(ORDERS.wrap(&nobody, "text").into_bytes(), "text");
/// assert_eq!(ORDERS.wrap(&nobody, String::from("text")).into_bytes(), "text");
/// assert_eq!(ORDERS.wrap(&nobody, &[1, 2][..]).into_bytes(), vec![1, 2]);
/// ```
///
/// ```compile_fail
/// # use glassine::{Channel, Origin};
/// # static ORDERS: Channel = Channel::new();
/// let once = ORDERS.wrap(&Origin::default(), "text");
/// let twice = ORDERS.wrap(&Origin::default(), once); // does not compile
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be wrapped",
    note = "a payload is `Bytes`, `Vec<u8>`, `&[u8]`, `&str`, `String` or a buffer of `bytes`",
    note = "what a channel has wrapped or received is not wrapped again: pass its payload"
)]
pub trait Payload {
    /// The buffer that goes behind the envelope.
    type Buf: Buf;

    /// Makes that buffer. Copies nothing.
    fn into_buf(self) -> Self::Buf;
}

/// Those that are buffers already.
macro_rules! buffers {
    ($([$($generic:tt)*] $type:ty;)*) => {
        $(
            impl<$($generic)*> Payload for $type {
                type Buf = Self;

                #[inline]
                fn into_buf(self) -> Self {
                    self
                }
            }
        )*
    };
}

buffers! {
    [] Bytes;
    [] BytesMut;
    [] &[u8];
    [] VecDeque<u8>;
    [A: Buf, B: Buf] Chain<A, B>;
    [A: Buf] Take<A>;
}

/// Those that a buffer is made of.
macro_rules! made_into {
    ($([$($generic:tt)*] $type:ty => $buf:ty, $into:expr;)*) => {
        $(
            impl<$($generic)*> Payload for $type {
                type Buf = $buf;

                #[inline]
                fn into_buf(self) -> $buf {
                    $into(self)
                }
            }
        )*
    };
}

made_into! {
    [] Vec<u8> => Bytes, Bytes::from;
    [] Box<[u8]> => Bytes, Bytes::from;
    [] String => Bytes, Bytes::from;
    ['a] &'a str => &'a [u8], str::as_bytes;
    ['a] &'a String => &'a [u8], |text: &'a String| text.as_bytes();
    ['a] &'a Vec<u8> => &'a [u8], Vec::as_slice;
    ['a, const N: usize] &'a [u8; N] => &'a [u8], <[u8; N]>::as_slice;
}
