//! What is read: a file or standard input, whole or line by line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::args::{Input, MessageInput};
use crate::encoding::Encoding;
use crate::failure::{Failure, say};
use crate::printable::printable;
use crate::received::Received;

impl Input {
    /// All of the input, decoded.
    pub(crate) fn read(&self, encoding: Encoding) -> Result<Vec<u8>, Failure> {
        let mut text = Vec::new();
        self.open()?.read_to_end(&mut text).map_err(|error| self.cannot_read(&error))?;
        encoding
            .decode(text)
            .map_err(|clause| Failure::Failed(format!("{} is {clause}", self.name())))
    }

    /// Hands out each line, decoded, and says which ones cannot be decoded. Whether all could.
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
        self.path().map_or_else(|| "standard input".to_owned(), |path| name(path))
    }

    fn cannot_read(&self, error: &io::Error) -> Failure {
        Failure::Failed(format!("cannot read {}: {error}", self.name()))
    }
}

impl MessageInput {
    /// The bytes of the one message that the input is.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Failure> {
        self.input.read(self.form.encoding())
    }

    /// Hands out the bytes of the message on each line, as [`Input::for_each_line`].
    pub(crate) fn for_each_line(
        &self,
        each: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<bool, Failure> {
        self.input.for_each_line(self.form.encoding(), each)
    }

    /// What the bytes say in a mixed channel.
    pub(crate) fn received<'a>(&self, bytes: &'a [u8]) -> Received<'a> {
        Received::new(self.cap.reader(), self.form, bytes)
    }
}

/// A file's name, safe to print.
pub(crate) fn name(path: &Path) -> String {
    printable(path.to_string_lossy().as_bytes())
}
