//! A stream that arrives in pieces.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

/// Gives the bytes in pieces of these lengths, over and over, one piece for each read; before each
/// of them it is pending once.
pub(crate) struct Pieces<'a> {
    left: &'a [u8],
    lens: &'a [usize],
    next: usize,
    is_due: bool,
}

impl<'a> Pieces<'a> {
    pub(crate) fn new(bytes: &'a [u8], lens: &'a [usize]) -> Self {
        assert!(!lens.contains(&0), "a piece of no bytes is the end of the stream");
        Self { left: bytes, lens, next: 0, is_due: false }
    }

    /// How many bytes have not arrived.
    pub(crate) fn left(&self) -> usize {
        self.left.len()
    }
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.is_due = !self.is_due;
        if self.is_due && !self.left.is_empty() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let len = self.lens[self.next % self.lens.len()];
        let (piece, rest) = self.left.split_at(len.min(self.left.len()).min(buffer.remaining()));
        buffer.put_slice(piece);
        self.left = rest;
        self.next += 1;
        Poll::Ready(Ok(()))
    }
}
