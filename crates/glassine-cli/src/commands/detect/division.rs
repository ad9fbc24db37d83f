//! How an input is divided into messages, a file for each way.
//!
//! Of a message no more than its front is kept, so memory does not grow with the input. (A line of
//! hexadecimal or base64 is decoded as a whole.) What cannot be read is said and counted, and the
//! rest is read.

mod capture;
mod delimited;
mod lines;
mod whole;

use std::io::{self, Read};

use crate::commands::detect::source::Source;
use crate::message::encoding::Encoding;

/// How an input is divided into messages.
#[derive(Clone, Copy)]
pub(crate) enum Division {
    Whole,
    Lines(Encoding),
    Delimited,
    Pcap,
}

impl Division {
    /// Counts the messages of one input. `len` is how long it says it is.
    pub(crate) fn read(
        self,
        source: &mut Source<'_>,
        input: impl Read,
        len: u64,
    ) -> io::Result<()> {
        match self {
            // Little of it is looked at: a buffer would read more.
            Self::Whole => whole::read(source, input, len),
            Self::Lines(encoding) => lines::read(source, source.buffered(input), encoding),
            Self::Delimited => delimited::read(source, source.buffered(input)),
            Self::Pcap => capture::read(source, source.buffered(input)),
        }
    }

    /// What people count in the input, from 1: editors do so for lines, and capturing programs for
    /// packets.
    pub(crate) fn unit(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Lines(_) => Some("line"),
            Self::Delimited => Some("message"),
            Self::Pcap => Some("packet"),
        }
    }
}
