//! What the command line says.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum, value_parser};
use glassine::wire::DEFAULT_CARRIER_CAP;
use glassine::{Mode, Reader};

use crate::encoding::Encoding;
use crate::form::Form;

/// Put a trace context around messages, take it off again, and look inside
#[derive(Parser)]
#[command(name = "glassine", version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Whether to use colours; `auto` also obeys the variable NO_COLOR
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto, display_order = LAST)]
    pub(crate) color: Color,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Wrap(Wrap),
    Unwrap(Unwrap),
    Inspect(Inspect),
    Check(Check),
    Detect(Detect),
    Vectors(Vectors),
}

/// Put a payload into an envelope with a trace context
///
/// The context comes from the options, or else from the environment variables TRACEPARENT,
/// TRACESTATE and BAGGAGE. Empty variables count as absent. What is wrong in the environment never
/// fails the message: a warning goes to standard error, and the message goes on without it. A
/// TRACESTATE goes with its own TRACEPARENT only, not with --traceparent.
///
/// Without anything to say the payload stays as it is, unless its first byte is 9E: then 8 bytes
/// are put in front that say nothing, so that `unwrap` returns exactly this payload. With
/// `--out text` the same holds for a payload that begins with `~glassine;` instead, and a payload
/// that is not UTF-8 is an error: the text form cannot carry it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  TRACEPARENT=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 glassine wrap order.json
  echo -n hi | glassine wrap --unsampled --out hex
  glassine wrap --out text order.json | glassine inspect --in text
  glassine wrap --no-env --text-map b3=0 --baggage userId=7 order.json | glassine inspect

Exit codes: 0 success, 1 failure, 2 usage.")]
pub(crate) struct Wrap {
    #[command(flatten)]
    pub(crate) input: Input,

    /// How the payload is written; white space in hex and base64 is ignored
    #[arg(id = "in", long, value_enum, value_name = "ENCODING", default_value_t = Encoding::Raw)]
    pub(crate) encoding: Encoding,

    /// In which form to write the message
    #[arg(id = "out", long, value_enum, value_name = "FORM", default_value_t = Form::Binary(Encoding::Raw))]
    pub(crate) form: Form,

    /// The context, as W3C Trace Context writes it: 00-TRACE_ID-SPAN_ID-FLAGS
    #[arg(long, value_name = "TEXT", conflicts_with = "unsampled")]
    pub(crate) traceparent: Option<String>,

    /// The tracing system's own data that goes with the context
    #[arg(long, value_name = "TEXT", conflicts_with = "unsampled")]
    pub(crate) tracestate: Option<String>,

    /// The application's own data, as W3C Baggage writes it: key=value,key=value
    #[arg(long, value_name = "TEXT")]
    pub(crate) baggage: Option<String>,

    /// What another propagator sends, such as b3=0; may be given more than once
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) text_map: Vec<String>,

    /// How many messages this sampled one stands for
    #[arg(long, value_name = "N", conflicts_with = "unsampled", value_parser = value_parser!(u32).range(1..))]
    pub(crate) weight: Option<u32>,

    /// Say that the trace is not sampled, without a context
    #[arg(long)]
    pub(crate) unsampled: bool,

    /// Ignore TRACEPARENT, TRACESTATE and BAGGAGE
    #[arg(long)]
    pub(crate) no_env: bool,
}

/// Write a message's payload to standard output, and nothing else
///
/// A bare message is its own payload. A damaged message is delivered whole, with its fault on
/// standard error: tracing never loses a message, so the exit code is 0.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  glassine unwrap order.frame > order.json
  redis-cli get job:7 | glassine unwrap --channel closed
  glassine unwrap --in text notification.txt

Exit codes: 0 success (also for a damaged message in a mixed channel), 1 failure, 2 usage.")]
pub(crate) struct Unwrap {
    #[command(flatten)]
    pub(crate) input: MessageInput,

    /// How to write the payload
    #[arg(id = "out", long, value_enum, value_name = "ENCODING", default_value_t = Encoding::Raw)]
    pub(crate) encoding: Encoding,

    /// How the channel is run that the message comes from
    #[arg(long = "channel", value_name = "WAY", default_value = "mixed", value_parser = mode())]
    pub(crate) mode: Mode,
}

/// Show what a message is made of: every byte, every field, every fault
///
/// Baggage values are hidden unless they are asked for, and so are the bytes of carriers that
/// cannot be read, which may hold some. Payloads are shown, and a damaged message is its own
/// payload. Text from the message is shown with control characters escaped.
///
/// With `--in text`, the parts of the text come first, then header and carrier as they are decoded.
/// Offsets of fields and of faults in the carrier count in the decoded bytes, all others in the
/// text.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  glassine inspect order.frame
  glassine inspect --json order.frame | jq .trace_id
  glassine inspect --lines --in hex --json frames.txt
  glassine inspect --in text notification.txt

The keys of --json are those of a vector's `reading`; see spec/vectors/README.md.

Exit codes: 0 success (whatever the message is), 1 failure, 2 usage.")]
pub(crate) struct Inspect {
    #[command(flatten)]
    pub(crate) input: MessageInput,

    /// Print one JSON object, on one line, for each message
    #[arg(long)]
    pub(crate) json: bool,

    /// Read one message a line, and print one line for each
    #[arg(long)]
    pub(crate) lines: bool,

    /// Show baggage values
    #[arg(long)]
    pub(crate) show_baggage: bool,
}

/// Say by the exit code what a message is
#[derive(clap::Args)]
#[command(after_help = "\
Exit codes: 0 enveloped, 10 bare, 11 damaged, 12 unknown version; 1 failure, 2 usage.")]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) input: MessageInput,

    /// Print one line that says it in words
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// Count how many of today's bare messages would be read as frames
///
/// The dry run before a rollout: reads messages of senders that do not know the format, and says
/// how receivers that do would take them. A message that is enveloped or of an unknown version
/// would be misread: its front would be cut off. A damaged one is delivered whole.
///
/// Directories are searched for regular files; symbolic links in them are not followed. What cannot
/// be read is named on standard error, and the rest is read.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  glassine detect /var/spool/jobs
  redis-cli --raw lrange jobs 0 -1 | glassine detect --lines
  tcpdump -w - -c 100000 udp port 5000 | glassine detect --pcap --json

The bound that is given for the rate of misreading holds for a fair sample of the messages. In --json, the index of an offender is that of its line, \
message or packet in its source, from 0; in the report, lines, messages and packets are counted from 1.

Exit codes: 0 no message would be misread, 20 some would; 1 failure, no message was found, or a part of the input could not be read and no message \
of the rest would be misread; 2 usage.")]
pub(crate) struct Detect {
    /// Files, each a message, and directories of them; standard input if there are none, or for `-`
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Each line of a file is a message; empty lines only with --in raw
    #[arg(long, group = "division")]
    pub(crate) lines: bool,

    /// Files hold messages with a 32-bit big-endian length in front of each
    #[arg(long, group = "division")]
    pub(crate) delimited: bool,

    /// Files are packet captures, pcap or pcapng; each UDP payload is a message
    #[arg(long, group = "division")]
    pub(crate) pcap: bool,

    /// How lines are written; white space in hex and base64 is ignored
    #[arg(id = "in", long, value_enum, value_name = "ENCODING", default_value_t = Encoding::Raw)]
    #[arg(requires = "lines", conflicts_with_all = ["delimited", "pcap"])]
    pub(crate) encoding: Encoding,

    #[command(flatten)]
    pub(crate) cap: Cap,

    /// How many messages to show that begin like a frame
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) offenders: usize,

    /// Print one JSON object, on one line
    #[arg(long)]
    pub(crate) json: bool,

    /// Show no progress bar
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Verify vector files against this program
///
/// Prints a line for each vector that disagrees, with what differs, and a summary. A JSON Schema
/// among the files is passed over, so that `spec/vectors/*.json` may be given.
#[derive(clap::Args)]
#[command(after_help = "\
Exit codes: 0 all vectors passed, 1 a vector failed, a file is wrong or there are no vectors, 2 usage.")]
pub(crate) struct Vectors {
    /// The vector files
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct Input {
    /// The file to read; standard input if it is absent or `-`
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct MessageInput {
    #[command(flatten)]
    pub(crate) input: Input,

    /// In which form the message is; white space in hex and base64 is ignored
    #[arg(id = "in", long, value_enum, value_name = "FORM", default_value_t = Form::Binary(Encoding::Raw))]
    pub(crate) form: Form,

    #[command(flatten)]
    pub(crate) cap: Cap,
}

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

/// The modes of a channel, each with its help.
fn mode() -> impl TypedValueParser<Value = Mode> {
    PossibleValuesParser::new([
        PossibleValue::new("mixed").help("Old senders still exist: whatever is no frame is bare"),
        PossibleValue::new("closed").help(
            "Every sender escapes: what begins with 9E, in text form with `~glassine;`, \
             and is no frame is an error",
        ),
        PossibleValue::new("always")
            .help("Every sender wraps every message: whatever is no frame is an error"),
    ])
    .map(|name| match name.as_str() {
        "closed" => Mode::Closed,
        "always" => Mode::Always,
        _ => Mode::Mixed,
    })
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// Behind the options of the command, in front of the help option.
const LAST: usize = 100;

const AFTER_HELP: &str = "\
Examples:
  export TRACEPARENT=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
  glassine wrap order.json > order.frame
  glassine inspect order.frame
  glassine unwrap order.frame

Exit codes: 0 success, 1 failure, 2 usage; `check` has its own: 0 enveloped, 10 bare, 11 damaged,
12 unknown version; so has `detect`: 0 no message would be misread, 20 some would. A closed pipe is
no failure.";
