//! `glassine conform`: any implementation against the vectors, judged by requirement.

mod builtin;
mod program;
mod question;
mod score;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::commands::conform::program::Program;
use crate::commands::conform::question::{Profile, Question};
use crate::commands::conform::score::Score;
use crate::commands::vectors::file::{Vector, of_document, read_file};
use crate::io::failure::Failure;
use crate::message::encoding::Encoding;

/// Ask any program for its readings, and say which requirements it keeps
///
/// Writes a JSON object on each line of the program's standard input, and reads the answers, one a
/// line and in the same order, from its standard output. `ask` says what is asked, and the other
/// keys are those of the vectors (`spec/vectors/README.md`): of
/// `{"ask":"read","form":"binary","message":"7b7d"}` the answer is
/// `{"verdict":"bare","sampled":false,"payload":"7b7d",…}`. What a program does not do it answers
/// with `{"unsupported":true}`, and keys that it does not offer it leaves out.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  glassine conform --profile minimal -- ./my-reader
  glassine conform -- python3 spec/readers/python/conform.py

Exit codes: 0 every answer was right, 1 one was wrong, or there was none, 2 usage.")]
pub(crate) struct Conform {
    /// What is asked for
    #[arg(long, value_enum, default_value_t = Profile::Full)]
    profile: Profile,

    /// How `message` and `payload` of readings are spelled
    #[arg(long, value_name = "ENCODING", value_enum, default_value_t = Spelling::Hex)]
    bytes: Spelling,

    /// Ask what these vector files ask, instead of the vectors that the tool has
    #[arg(long, value_name = "FILE")]
    vectors: Vec<PathBuf>,

    /// How many seconds an answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,

    /// The program, and its arguments
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    program: Vec<OsString>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Spelling {
    Hex,
    Base64,
}

impl Conform {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let encoding = match self.bytes {
            Spelling::Hex => Encoding::Hex,
            Spelling::Base64 => Encoding::Base64,
        };
        let questions: Vec<_> = self
            .vectors()?
            .into_iter()
            .filter_map(|vector| Question::new(self.profile, encoding, vector))
            .collect();
        if questions.is_empty() {
            return Err(Failure::Failed("there are no vectors of this profile".to_owned()));
        }
        let lines = questions.iter().map(|question| question.line.clone()).collect();
        let mut program = Program::start(&self.program, lines, Duration::from_secs(self.timeout))?;
        let mut score = Score::default();
        for question in &questions {
            let answer = program.answer(&question.name)?;
            score.add(question, &question.judge(&answer));
        }
        program.end()?;
        let written = write!(io::stdout(), "{score}");
        // The exit code is the answer, whoever reads the lines.
        Failure::unless_closed(written.map_err(Failure::from))?;
        Ok(if score.is_kept() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn vectors(&self) -> Result<Vec<Vector>, Failure> {
        let files: Result<Vec<_>, _> = if self.vectors.is_empty() {
            let files = builtin::FILES.iter().map(|text| of_document(text.as_bytes()));
            files.map(|file| file.map_err(Failure::Failed)).collect()
        } else {
            self.vectors.iter().map(|path| read_file(path)).collect()
        };
        Ok(files?.concat())
    }
}
