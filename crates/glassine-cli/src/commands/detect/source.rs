//! One source of messages, and what is found in it.

use std::fmt::Display;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::commands::detect::front::Front;
use crate::commands::detect::progress::{Progress, Watched};
use crate::commands::detect::tally::Tally;
use crate::io::failure::{say, warn};
use crate::show::printable::printable_path;

/// A file or standard input, by name, with the tally to which its messages go.
pub(crate) struct Source<'a> {
    path: &'a Path,
    progress: &'a Progress,
    tally: &'a mut Tally,
}

impl<'a> Source<'a> {
    pub(crate) fn new(path: &'a Path, progress: &'a Progress, tally: &'a mut Tally) -> Self {
        Self { path, progress, tally }
    }

    /// Its name, safe to print.
    pub(crate) fn name(&self) -> String {
        printable_path(self.path)
    }

    /// Counts a message. `index` is its place in the source, from 0.
    pub(crate) fn add(&mut self, index: u64, front: Front<'_>) {
        self.tally.add(self.path, index, front);
    }

    /// Says and counts what cannot be read.
    pub(crate) fn unreadable(&mut self, sentence: impl Display) {
        self.progress.aside(|| say(sentence));
        self.tally.unreadable += 1;
    }

    /// Says what was passed over.
    pub(crate) fn warn(&self, sentence: impl Display) {
        self.progress.aside(|| warn(sentence));
    }

    /// The input, buffered, which moves the progress bar as it is read.
    pub(crate) fn buffered<R: Read>(&self, input: R) -> BufReader<Watched<'a, R>> {
        BufReader::with_capacity(BUFFER_LEN, Watched { input, progress: self.progress })
    }

    /// Moves the progress bar by what was read otherwise.
    pub(crate) fn advance(&self, bytes: u64) {
        self.progress.advance(bytes);
    }
}

const BUFFER_LEN: usize = 1 << 16;
