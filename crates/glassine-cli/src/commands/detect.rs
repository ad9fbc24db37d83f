//! `glassine detect`: the dry run before a rollout. How a reader would take the messages of today.

mod bound;
mod division;
mod front;
mod passed_over;
mod progress;
mod report;
mod search;
mod source;
mod tally;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::commands::detect::division::Division;
use crate::commands::detect::progress::Progress;
use crate::commands::detect::report::{write_json_report, write_report};
use crate::commands::detect::search::{Search, total};
use crate::commands::detect::tally::Tally;
use crate::io::failure::Failure;
use crate::io::input::Cap;
use crate::message::encoding::Encoding;

/// Count how many of today's bare messages would be read as frames
///
/// The dry run before a rollout: reads messages of senders that do not know the format, and says
/// how receivers that do would take them. A message that is enveloped or of an unknown version
/// would be misread: its front would be cut off. A damaged one is delivered whole.
///
/// Directories are searched for regular files; symbolic links in them are not followed. What cannot
/// be read is named on standard error, and the rest is read.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Detect {
    /// Files, each a message, and directories of them; standard input if there are none, or for `-`
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Each line of a file is a message; empty lines only with --in raw. A byte order mark at the
    /// beginning, and carriage returns in front of line breaks, belong to no message
    #[arg(long, group = "division")]
    lines: bool,

    /// Files hold messages with a 32-bit big-endian length in front of each
    #[arg(long, group = "division")]
    delimited: bool,

    /// Files are packet captures, pcap or pcapng; each UDP payload is a message
    #[arg(long, group = "division")]
    pcap: bool,

    /// How lines are written; white space in hex and base64 is ignored
    #[arg(id = "in", long, value_enum, value_name = "ENCODING", default_value_t = Encoding::Raw)]
    #[arg(requires = "lines", conflicts_with_all = ["delimited", "pcap"])]
    encoding: Encoding,

    #[command(flatten)]
    cap: Cap,

    /// How many messages to show that begin like a frame
    #[arg(long, value_name = "N", default_value_t = 10)]
    offenders: usize,

    /// Print one JSON object, on one line
    #[arg(long)]
    json: bool,

    /// Show no progress bar
    #[arg(long, short)]
    quiet: bool,
}

impl Detect {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let division = self.division();
        let progress =
            if self.quiet { Progress::none() } else { Progress::new(total(&self.paths)) };
        let mut tally = Tally::new(self.cap.reader(), self.offenders);
        Search { paths: &self.paths, division, progress: &progress, tally: &mut tally }.run();
        progress.end();

        if tally.messages == 0 {
            return Err(Failure::Failed("no message found".to_owned()));
        }
        let written =
            if self.json { write_json_report(&tally) } else { write_report(&tally, division) };
        // The exit code is the answer, whoever reads the report.
        Failure::unless_closed(written)?;
        // What could not be read cannot take back what was found, but without a find it leaves the
        // question open.
        Ok(match (tally.misread, tally.unreadable) {
            (1.., _) => ExitCode::from(MISREAD),
            (0, 1..) => ExitCode::FAILURE,
            (0, 0) => ExitCode::SUCCESS,
        })
    }

    fn division(&self) -> Division {
        match self {
            Self { lines: true, .. } => Division::Lines(self.encoding),
            Self { delimited: true, .. } => Division::Delimited,
            Self { pcap: true, .. } => Division::Pcap,
            _ => Division::Whole,
        }
    }
}

/// The exit code if a message would be read as a frame.
const MISREAD: u8 = 20;

const AFTER_HELP: &str = "\
Examples:
  glassine detect /var/spool/jobs
  redis-cli -D '' get job:7 | glassine detect
  redis-cli --raw eval \"$HEX\" 1 jobs | glassine detect --lines --in hex
  tcpdump -w - -c 100000 udp port 5000 | glassine detect --pcap --json

The third needs a script, for redis-cli writes messages with line breaks in between, and binary \
ones may hold some. It gives the hexadecimal digits of each:

  HEX='local hex = function(c) return (\"%02x\"):format(c:byte()) end
    local all = redis.call(\"lrange\", KEYS[1], 0, -1)
    for i, message in ipairs(all) do all[i] = message:gsub(\".\", hex) end
    return all'

Of a capture, the payloads of UDP are messages, and all else is counted by its reason. The \
messages within TCP are not looked for: they may begin within a segment, lie across two, or share \
one, and where they begin only their own protocol says. Take them behind it, a file, a line or a \
length for each.

The bound that is given for the rate of misreading holds for a fair sample of the messages. \
In --json, the index of an offender is that of its line, message or packet in its source, from 0; \
in the report, lines, messages and packets are counted from 1.

Exit codes: 0 no message would be misread, 20 some would; 1 failure, no message was found, \
or a part of the input could not be read and no message of the rest would be misread; 2 usage.";
