//! A program that answers questions, a line each.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::io::failure::Failure;
use crate::show::printable::printable;

/// The program while it runs. It is ended when this is dropped.
pub(crate) struct Program {
    child: Child,
    /// For people.
    name: String,
    answers: Receiver<io::Result<String>>,
    answered: usize,
    asked: usize,
    timeout: Duration,
}

impl Program {
    /// Starts it, and writes all questions while the answers are read: it may answer at once or
    /// when its input ends.
    pub(crate) fn start(
        command: &[OsString],
        questions: Vec<String>,
        timeout: Duration,
    ) -> Result<Self, Failure> {
        let (program, arguments) = command
            .split_first()
            .ok_or_else(|| Failure::Usage("there is no program".to_owned()))?;
        let name = printable(program.as_encoded_bytes());
        let mut started = Command::new(program);
        started.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = started
            .spawn()
            .map_err(|error| Failure::Failed(format!("cannot start {name}: {error}")))?;
        let asked = questions.len();
        if let Some(mut stdin) = child.stdin.take() {
            thread::spawn(move || {
                // Who wants no more questions gives no more answers either, and that is told.
                questions.iter().try_for_each(|question| writeln!(stdin, "{question}"))
            });
        }
        let (send, answers) = channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                BufReader::new(stdout).lines().try_for_each(|line| send.send(line))
            });
        }
        Ok(Self { child, name, answers, answered: 0, asked, timeout })
    }

    /// The next line of its output: the answer to this question.
    pub(crate) fn answer(&mut self, question: &str) -> Result<String, Failure> {
        let told = |what: String| Err(Failure::Failed(format!("{}: {what}", self.name)));
        match self.answers.recv_timeout(self.timeout) {
            Ok(Ok(line)) => {
                self.answered += 1;
                Ok(line)
            }
            Ok(Err(error)) => told(format!("cannot read the answer to {question}: {error}")),
            Err(RecvTimeoutError::Timeout) => {
                told(format!("no answer to {question} within {} seconds", self.timeout.as_secs()))
            }
            Err(RecvTimeoutError::Disconnected) => told(format!(
                "its output ended at {question}, after {} of {} answers",
                self.answered, self.asked
            )),
        }
    }

    /// Makes sure that there is nothing more.
    pub(crate) fn end(self) -> Result<(), Failure> {
        match self.answers.recv_timeout(self.timeout) {
            Err(RecvTimeoutError::Disconnected) => Ok(()),
            Ok(_) => Err(Failure::Failed(format!("{}: more answers than questions", self.name))),
            Err(RecvTimeoutError::Timeout) => {
                Err(Failure::Failed(format!("{}: it does not end", self.name)))
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
