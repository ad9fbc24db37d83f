//! What is read: a file or standard input, whole or line by line.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use glassine::Reader;
use glassine::wire::{DEFAULT_CARRIER_CAP, TEXT_PREFIX};

use crate::io::failure::{Failure, say, warn};
use crate::message::any_reading::AnyReading;
use crate::message::encoding::{BYTE_ORDER_MARK, Encoding};
use crate::message::form::Form;
use crate::show::printable::printable_path;

/// The input of a command.
#[derive(clap::Args)]
pub(crate) struct Input {
    /// The file to read; standard input if it is absent or `-`
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Input {
    /// All of the input, decoded.
    pub(crate) fn read(&self, encoding: Encoding) -> Result<Vec<u8>, Failure> {
        let mut text = Vec::new();
        self.open()?.read_to_end(&mut text).map_err(|error| self.cannot_read(&error))?;
        encoding
            .decode(text)
            .map_err(|clause| Failure::Failed(format!("{} is {clause}", self.name())))
    }

    /// Hands out each line, decoded, and says which ones cannot be decoded. Whether all could. A
    /// byte order mark at the beginning, and carriage returns in front of line breaks, are of the
    /// program that wrote the lines.
    pub(crate) fn for_each_line(
        &self,
        encoding: Encoding,
        mut each: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<bool, Failure> {
        let mut all_good = true;
        let mut input = self.open()?;
        for number in 1_u64.. {
            let mut line = Vec::new();
            if input.read_until(b'\n', &mut line).map_err(|error| self.cannot_read(&error))? == 0 {
                break;
            }
            if line.ends_with(b"\n") {
                line.pop();
                if line.ends_with(b"\r") {
                    line.pop();
                }
            }
            // In front of digits, `decode` knows it.
            let is_raw = matches!(encoding, Encoding::Raw);
            if number == 1 && is_raw && line.starts_with(BYTE_ORDER_MARK) {
                line.drain(..BYTE_ORDER_MARK.len());
            }
            match encoding.decode(line) {
                Ok(message) => each(&message)?,
                Err(clause) => {
                    say(format_args!("line {number} of {} is {clause}", self.name()));
                    all_good = false;
                }
            }
        }
        Ok(all_good)
    }

    /// A sentence about what was read, with the name of the file if it was one.
    pub(crate) fn about(&self, sentence: impl Display) -> String {
        match self.path() {
            None => sentence.to_string(),
            Some(path) => format!("{}: {sentence}", printable_path(path)),
        }
    }

    fn open(&self) -> Result<Box<dyn BufRead>, Failure> {
        match self.path() {
            None => Ok(Box::new(io::stdin().lock())),
            Some(path) => {
                let file = File::open(path).map_err(|error| self.cannot_read(&error))?;
                Ok(Box::new(BufReader::new(file)))
            }
        }
    }

    fn path(&self) -> Option<&PathBuf> {
        self.file.as_ref().filter(|path| path.as_os_str() != "-")
    }

    fn name(&self) -> String {
        self.path().map_or_else(|| "standard input".to_owned(), |path| printable_path(path))
    }

    fn cannot_read(&self, error: &io::Error) -> Failure {
        Failure::Failed(format!("cannot read {}: {error}", self.name()))
    }
}

/// An input that is a message, or a message on each line.
#[derive(clap::Args)]
pub(crate) struct MessageInput {
    #[command(flatten)]
    input: Input,

    /// In which form the message is; white space in hex and base64 is ignored
    #[arg(id = "in", long, value_enum, value_name = "FORM")]
    #[arg(default_value_t = Form::Binary(Encoding::Raw))]
    form: Form,

    #[command(flatten)]
    cap: Cap,
}

impl MessageInput {
    /// The bytes of the one message that the input is.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Failure> {
        let bytes = self.input.read(self.form.encoding())?;
        let behind_mark = bytes.strip_prefix(BYTE_ORDER_MARK);
        let hides = behind_mark.is_some_and(|text| text.starts_with(TEXT_PREFIX.as_bytes()));
        if hides && matches!(self.form, Form::Text) {
            warn(self.about("a byte order mark is in front of the envelope: the text is bare"));
        }
        Ok(bytes)
    }

    /// Hands out the bytes of the message on each line, as [`Input::for_each_line`].
    pub(crate) fn for_each_line(
        &self,
        each: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<bool, Failure> {
        self.input.for_each_line(self.form.encoding(), each)
    }

    /// A sentence about the message, as [`Input::about`].
    pub(crate) fn about(&self, sentence: impl Display) -> String {
        self.input.about(sentence)
    }

    /// What the bytes say in a mixed channel.
    pub(crate) fn reading<'a>(&self, bytes: &'a [u8]) -> AnyReading<'a> {
        AnyReading::new(self.cap.reader(), self.form, bytes)
    }
}

/// The cap on carriers.
#[derive(clap::Args)]
pub(crate) struct Cap {
    /// The longest carrier to look into, in bytes
    #[arg(id = "carrier-cap", long, value_name = "N", default_value_t = DEFAULT_CARRIER_CAP)]
    bytes: u16,
}

impl Cap {
    pub(crate) fn reader(&self) -> Reader {
        Reader::new().with_carrier_cap(self.bytes)
    }
}
