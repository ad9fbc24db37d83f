//! One source of messages, and what is found in it.

use std::fmt::Display;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::commands::detect::front::Front;
use crate::commands::detect::passed_over::{PassedOver, Reason};
use crate::commands::detect::progress::{Progress, Watched};
use crate::commands::detect::tally::Tally;
use crate::io::failure::{say, warn};
use crate::show::printable::printable_path;

/// A file or standard input, by name, with the tally to which its messages go.
pub(crate) struct Source<'a> {
    path: &'a Path,
    progress: &'a Progress,
    tally: &'a mut Tally,
    passed_over: PassedOver,
}

impl<'a> Source<'a> {
    pub(crate) fn new(path: &'a Path, progress: &'a Progress, tally: &'a mut Tally) -> Self {
        Self { path, progress, tally, passed_over: PassedOver::default() }
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

    /// Counts what is passed over.
    pub(crate) fn pass_over(&mut self, reason: Reason) {
        self.passed_over.add(reason);
    }

    /// Says what was passed over of so many packets, and why.
    pub(crate) fn warn_of_passed_over(&mut self, packets: u64) {
        if self.passed_over.is_empty() {
            return;
        }
        self.tally.passed_over.extend(&self.passed_over);
        let blocks = match self.passed_over.blocks() {
            0 => String::new(),
            blocks => format!(" and {blocks} blocks"),
        };
        let sentence = format!(
            "{} of the {packets} packets{blocks} of {} are not the beginning of a UDP message and \
             were passed over: {}{}",
            self.passed_over.packets(),
            self.name(),
            self.passed_over,
            self.passed_over.remark()
        );
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
