//! A progress bar on standard error, for input that takes long.

use std::cell::Cell;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows nothing for the first second, and never where standard error is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    shows_at: Cell<Option<Instant>>,
}

impl Progress {
    pub(crate) fn none() -> Self {
        Self { bar: ProgressBar::hidden(), shows_at: Cell::new(None) }
    }

    /// For so many bytes, or for as many as there are.
    pub(crate) fn new(total: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let template = match total {
            Some(_) => "{wide_bar} {bytes} of {total_bytes}, {eta} left",
            None => "{spinner} {bytes} in {elapsed}",
        };
        // A template that is wrong costs its looks only.
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        Self { bar, shows_at: Cell::new(Some(Instant::now() + DELAY)) }
    }

    pub(crate) fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
        if self.shows_at.get().is_some_and(|shows_at| Instant::now() >= shows_at) {
            self.shows_at.set(None);
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Does something that writes to standard error, with the bar out of the way.
    pub(crate) fn aside(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// An input that tells how far it was read.
pub(crate) struct Watched<'a, R> {
    pub(crate) input: R,
    pub(crate) progress: &'a Progress,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.input.read(buffer)?;
        self.progress.advance(len as u64);
        Ok(len)
    }
}

const DELAY: Duration = Duration::from_secs(1);
