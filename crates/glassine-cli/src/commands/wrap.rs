//! `glassine wrap`: a context from the command line or the environment, in front of a payload.

mod context;
mod environment;
mod fields;
mod options;

use std::process::ExitCode;

use glassine::wire::DEFAULT_CARRIER_CAP;
use glassine::{Envelope, needs_escape};

use crate::commands::wrap::context::context;
use crate::commands::wrap::environment::Environment;
use crate::commands::wrap::fields::{USUAL_LEN, add_fields_of_environment, fields_of_options};
use crate::commands::wrap::options::Options;
use crate::io::failure::{Failure, warn};
use crate::io::input::Input;
use crate::io::output::write_bytes;
use crate::message::encoding::Encoding;
use crate::message::form::Form;

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
#[command(after_help = AFTER_HELP)]
pub(crate) struct Wrap {
    #[command(flatten)]
    input: Input,

    /// How the payload is written; white space in hex and base64 is ignored
    #[arg(id = "in", long, value_enum, value_name = "ENCODING", default_value_t = Encoding::Raw)]
    encoding: Encoding,

    /// In which form to write the message
    #[arg(id = "out", long, value_enum, value_name = "FORM")]
    #[arg(default_value_t = Form::Binary(Encoding::Raw))]
    form: Form,

    #[command(flatten)]
    options: Options,
}

impl Wrap {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let environment = Environment::read(&self.options);
        let context = context(&self.options, &environment)?;
        let envelope = match context {
            Some(context) => Envelope::new(context),
            None if self.options.unsampled => Envelope::unsampled(),
            None => Envelope::escape(),
        };
        let mut fields = fields_of_options(&self.options, &environment, context, envelope)?;
        add_fields_of_environment(&mut fields, &environment, context, envelope);
        if envelope.with_fields(&fields).encoded_len().is_ok_and(|len| len > USUAL_LEN) {
            warn(format_args!(
                "the carrier is longer than {DEFAULT_CARRIER_CAP} bytes; \
                 receivers with the usual cap will not read it"
            ));
        }

        let payload = self.input.read(self.encoding)?;
        let has_something_to_say =
            context.is_some() || self.options.unsampled || !fields.is_empty();
        let envelope = envelope.with_fields(&fields);
        let message = match self.form {
            Form::Binary(_) if has_something_to_say || needs_escape(&payload) => {
                envelope.encode_to_vec(&payload)
            }
            Form::Binary(_) => Ok(payload),
            Form::Text => match self.text(payload)? {
                payload if has_something_to_say || glassine::text::needs_escape(&payload) => {
                    envelope.encode_to_text(&payload).map(String::into_bytes)
                }
                payload => Ok(payload.into_bytes()),
            },
        };
        let message = message.map_err(|error| Failure::Failed(error.to_string()))?;
        write_bytes(message, self.form.encoding())?;
        Ok(ExitCode::SUCCESS)
    }

    /// The payload of a text channel, also of a bare message (`R-TEXT-3`).
    fn text(&self, payload: Vec<u8>) -> Result<String, Failure> {
        String::from_utf8(payload).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Failure::Failed(self.input.about(format_args!(
                "the text form cannot carry a payload that is not UTF-8, at byte {at}"
            )))
        })
    }
}

const AFTER_HELP: &str = "\
Examples:
  TRACEPARENT=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 glassine wrap order.json
  echo -n hi | glassine wrap --unsampled --out hex
  glassine wrap --out text order.json | glassine inspect --in text
  glassine wrap --no-env --text-map b3=0 --baggage userId=7 order.json | glassine inspect

Exit codes: 0 success, 1 failure, 2 usage.";
