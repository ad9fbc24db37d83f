//! Where messages come from: files, directories and standard input, each a message or divided into
//! many.
//!
//! Of a message no more than its front is kept, so memory does not grow with the input. (A line of
//! hexadecimal or base64 is decoded as a whole.) What cannot be read is said and counted, and the
//! rest is read.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::args::Detect;
use crate::detect::capture;
use crate::detect::front::{FRONT_LEN, Front, read_front};
use crate::detect::progress::{Progress, Watched};
use crate::detect::tally::Tally;
use crate::encoding::Encoding;
use crate::failure::{say, warn};
use crate::input::name;

/// How an input is divided into messages.
#[derive(Clone, Copy)]
pub(crate) enum Division {
    Whole,
    Lines(Encoding),
    Delimited,
    Capture,
}

impl Division {
    pub(crate) fn new(args: &Detect) -> Self {
        match args {
            Detect { lines: true, .. } => Self::Lines(args.encoding),
            Detect { delimited: true, .. } => Self::Delimited,
            Detect { pcap: true, .. } => Self::Capture,
            _ => Self::Whole,
        }
    }

    /// What people count in the input, from 1: editors do so for lines, and capturing programs for
    /// packets.
    pub(crate) fn unit(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Lines(_) => Some("line"),
            Self::Delimited => Some("message"),
            Self::Capture => Some("packet"),
        }
    }
}

pub(crate) struct Sources<'a> {
    paths: &'a [PathBuf],
    division: Division,
    progress: &'a Progress,
    pub(crate) tally: &'a mut Tally,
}

impl<'a> Sources<'a> {
    pub(crate) fn new(args: &'a Detect, progress: &'a Progress, tally: &'a mut Tally) -> Self {
        Self { paths: &args.paths, division: Division::new(args), progress, tally }
    }

    /// Counts every message of every source.
    pub(crate) fn read(&mut self) {
        if self.paths.is_empty() {
            self.standard_input();
        }
        for path in self.paths {
            if is_standard_input(path) {
                self.standard_input();
            } else if path.is_dir() {
                self.directory(path);
            } else {
                self.file(path);
            }
        }
    }

    fn standard_input(&mut self) {
        let source = Path::new(STANDARD_INPUT);
        let counted = self.input(source, io::stdin().lock(), 0);
        self.or_unreadable(source, counted);
    }

    /// Every regular file below. Symbolic links in it are not followed, so that nothing is counted
    /// twice.
    fn directory(&mut self, directory: &Path) {
        for entry in WalkDir::new(directory).min_depth(1) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => self.file(entry.path()),
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(directory).to_owned();
                    self.or_unreadable(&path, error.into_io_error().map_or(Ok(()), Err));
                }
            }
        }
    }

    fn file(&mut self, path: &Path) {
        let counted = File::open(path).and_then(|file| {
            let len = file.metadata()?.len();
            self.input(path, file, len)
        });
        self.or_unreadable(path, counted);
    }

    /// Counts the messages of one input. `len` is how long it says it is.
    fn input(&mut self, source: &Path, input: impl Read, len: u64) -> io::Result<()> {
        let progress = self.progress;
        let buffered = |input| BufReader::with_capacity(BUFFER_LEN, Watched { input, progress });
        match self.division {
            Division::Whole => self.whole(source, input, len),
            Division::Lines(Encoding::Raw) => self.raw_lines(source, buffered(input)),
            Division::Lines(encoding) => self.encoded_lines(source, buffered(input), encoding),
            Division::Delimited => self.delimited(source, buffered(input)),
            Division::Capture => capture::read(self, source, buffered(input)),
        }
    }

    fn whole(&mut self, source: &Path, mut input: impl Read, len: u64) -> io::Result<()> {
        let mut buffer = [0; FRONT_LEN];
        let bytes = read_front(&mut input, &mut buffer)?;
        let front = bytes.len() as u64;
        let len = match bytes.len() {
            // The end was seen: this is the length, whatever was said.
            ..FRONT_LEN => front,
            _ if len > front => len,
            // Pipes and the like do not know their length.
            _ => front + io::copy(&mut input, &mut io::sink())?,
        };
        self.progress.advance(len);
        self.tally.add(source, 0, Front { bytes, len });
        Ok(())
    }

    /// Every line is a message, also an empty one: who writes messages as they are, one a line,
    /// writes an empty message so.
    fn raw_lines(&mut self, source: &Path, mut input: impl BufRead) -> io::Result<()> {
        let mut front = Vec::new();
        for index in 0.. {
            let Some(len) = read_line(&mut input, &mut front, FRONT_LEN)? else { break };
            self.tally.add(source, index, Front { bytes: &front, len });
        }
        Ok(())
    }

    /// Empty lines only divide what people and scripts write. As messages they would make the
    /// sample look larger, and its bound better, than it is.
    fn encoded_lines(
        &mut self,
        source: &Path,
        mut input: impl BufRead,
        encoding: Encoding,
    ) -> io::Result<()> {
        for index in 0.. {
            let mut line = Vec::new();
            if read_line(&mut input, &mut line, usize::MAX)?.is_none() {
                break;
            }
            match encoding.decode(line) {
                Ok(message) if message.is_empty() => {}
                Ok(message) => self.tally.add(source, index, Front::of_whole(&message)),
                Err(clause) => self.unreadable(format_args!(
                    "line {} of {} is {clause}",
                    index + 1,
                    name(source)
                )),
            }
        }
        Ok(())
    }

    fn delimited(&mut self, source: &Path, mut input: impl BufRead) -> io::Result<()> {
        let mut offset = 0;
        for index in 0.. {
            let mut len = [0; 4];
            let got = read_front(&mut input, &mut len)?.len() as u64;
            if got == 0 {
                break;
            }
            let place =
                || format!("{} ends within message {} (at byte {offset})", name(source), index + 1);
            if got < len.len() as u64 {
                self.unreadable(format_args!(
                    "{}: {got} of the 4 bytes of its length are there",
                    place()
                ));
                break;
            }
            let len = u32::from_be_bytes(len);
            let mut buffer = [0; FRONT_LEN];
            let room = usize::try_from(len).unwrap_or(FRONT_LEN).min(FRONT_LEN);
            let bytes = read_front(&mut input, buffer.get_mut(..room).unwrap_or_default())?;
            let len = u64::from(len);
            let rest = len - room as u64;
            let got = bytes.len() as u64 + io::copy(&mut (&mut input).take(rest), &mut io::sink())?;
            if got < len {
                self.unreadable(format_args!("{}: {got} of its {len} bytes are there", place()));
                break;
            }
            self.tally.add(source, index, Front { bytes, len });
            offset += 4 + len;
        }
        Ok(())
    }

    /// Says and counts what cannot be read.
    pub(crate) fn unreadable(&mut self, sentence: impl Display) {
        self.progress.aside(|| say(sentence));
        self.tally.unreadable += 1;
    }

    pub(crate) fn warn(&self, sentence: impl Display) {
        self.progress.aside(|| warn(sentence));
    }

    fn or_unreadable(&mut self, source: &Path, counted: io::Result<()>) {
        if let Err(error) = counted {
            self.unreadable(format_args!("cannot read {}: {error}", name(source)));
        }
    }
}

pub(crate) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a line: its first bytes, as many as are to be kept, and its length without the line break.
/// `None` when there are no more.
fn read_line(
    input: &mut impl BufRead,
    front: &mut Vec<u8>,
    keep: usize,
) -> io::Result<Option<u64>> {
    front.clear();
    let mut len = 0;
    loop {
        let available = input.fill_buf()?;
        if available.is_empty() {
            return Ok((len > 0).then_some(len));
        }
        let part = available.split(|byte| *byte == b'\n').next().unwrap_or_default();
        front.extend(part.iter().take(keep - front.len()));
        let part = part.len();
        let is_end = part < available.len();
        len += part as u64;
        input.consume(part + usize::from(is_end));
        if is_end {
            return Ok(Some(len));
        }
    }
}

const STANDARD_INPUT: &str = "standard input";
const BUFFER_LEN: usize = 1 << 16;
