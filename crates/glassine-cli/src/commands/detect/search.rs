//! Where messages come from: files, directories and standard input.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::commands::detect::division::Division;
use crate::commands::detect::progress::Progress;
use crate::commands::detect::source::Source;
use crate::commands::detect::tally::Tally;

/// Reads every file that the paths lead to.
pub(crate) struct Search<'a> {
    pub(crate) paths: &'a [PathBuf],
    pub(crate) division: Division,
    pub(crate) progress: &'a Progress,
    pub(crate) tally: &'a mut Tally,
}

impl Search<'_> {
    /// Counts every message of every source.
    pub(crate) fn run(mut self) {
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
        self.source(Path::new(STANDARD_INPUT), |division, source| {
            division.read(source, io::stdin().lock(), 0)
        });
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
                    let failed = error.into_io_error().map_or(Ok(()), Err);
                    self.source(&path, |_, _| failed);
                }
            }
        }
    }

    fn file(&mut self, path: &Path) {
        self.source(path, |division, source| {
            let file = File::open(path)?;
            let len = file.metadata()?.len();
            division.read(source, file, len)
        });
    }

    /// Counts what is in one source. What goes wrong is said and counted.
    fn source(
        &mut self,
        path: &Path,
        count: impl FnOnce(Division, &mut Source<'_>) -> io::Result<()>,
    ) {
        let mut source = Source::new(path, self.progress, self.tally);
        if let Err(error) = count(self.division, &mut source) {
            let name = source.name();
            source.unreadable(format_args!("cannot read {name}: {error}"));
        }
    }
}

/// How many bytes there are to read, where that can be known before.
pub(crate) fn total(paths: &[PathBuf]) -> Option<u64> {
    let len =
        |path| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len());
    let is_known = !paths.is_empty() && !paths.iter().any(|path| is_standard_input(path));
    if is_known { paths.iter().map(len).sum() } else { None }
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

const STANDARD_INPUT: &str = "standard input";
