//! `glassine wrap`: a context from the command line or the environment, in front of a payload.

use std::env;
use std::num::NonZeroU32;
use std::process::ExitCode;

use glassine::w3c::{ParseError, ParseErrorKind};
use glassine::wire::{DEFAULT_CARRIER_CAP, HEADER_LEN};
use glassine::{
    EncodeError, EncodeErrorKind, Envelope, Field, TraceContext, needs_escape, shorten,
};

use crate::args::Wrap;
use crate::failure::{Failure, warn};
use crate::form::Form;
use crate::output::write_bytes;
use crate::printable::printable;

pub(crate) fn run(args: &Wrap) -> Result<ExitCode, Failure> {
    let environment = Environment::read(args);
    let context = context(args, &environment)?;
    let envelope = match context {
        Some(context) => Envelope::new(context),
        None if args.unsampled => Envelope::unsampled(),
        None => Envelope::escape(),
    };
    let mut fields = fields_of_options(args, &environment, context, envelope)?;
    add_fields_of_environment(&mut fields, &environment, context, envelope);
    if envelope.with_fields(&fields).encoded_len().is_ok_and(|len| len > USUAL_LEN) {
        warn(format_args!(
            "the carrier is longer than {DEFAULT_CARRIER_CAP} bytes; receivers with the usual cap will not read it"
        ));
    }

    let payload = args.input.read(args.encoding)?;
    let has_something_to_say = context.is_some() || args.unsampled || !fields.is_empty();
    let envelope = envelope.with_fields(&fields);
    let message = match args.form {
        Form::Binary(_) if has_something_to_say || needs_escape(&payload) => {
            envelope.encode_to_vec(&payload)
        }
        Form::Binary(_) => Ok(payload),
        Form::Text => match text(payload)? {
            payload if has_something_to_say || glassine::text::needs_escape(&payload) => {
                envelope.encode_to_text(&payload).map(String::into_bytes)
            }
            payload => Ok(payload.into_bytes()),
        },
    };
    let message = message.map_err(|error| Failure::Failed(error.to_string()))?;
    write_bytes(message, args.form.encoding())?;
    Ok(ExitCode::SUCCESS)
}

/// What the environment says, as far as the command line does not say it itself. Empty variables
/// count as absent.
#[derive(Default)]
struct Environment {
    traceparent: Option<String>,
    tracestate: Option<String>,
    baggage: Option<String>,
}

impl Environment {
    fn read(args: &Wrap) -> Self {
        if args.no_env {
            return Self::default();
        }
        let has_own_context = args.traceparent.is_some() || args.unsampled;
        // A tracestate belongs to its traceparent: one without the other is not looked at.
        let traceparent = if has_own_context { None } else { variable("TRACEPARENT") };
        let reads_tracestate = traceparent.is_some() && args.tracestate.is_none();
        Self {
            traceparent,
            tracestate: if reads_tracestate { variable("TRACESTATE") } else { None },
            baggage: if args.baggage.is_none() { variable("BAGGAGE") } else { None },
        }
    }
}

fn variable(name: &str) -> Option<String> {
    // What is not UTF-8 becomes text that no reader below accepts, which then says so.
    env::var_os(name)
        .map(|value| value.to_string_lossy().into_owned())
        .filter(|value| !value.is_empty())
}

fn context(args: &Wrap, environment: &Environment) -> Result<Option<TraceContext>, Failure> {
    if let Some(text) = &args.traceparent {
        let parsed = text.parse::<TraceContext>();
        return parsed
            .map(Some)
            .map_err(|error| Failure::Usage(format!("--traceparent: {}", explain(text, error))));
    }
    let Some(text) = &environment.traceparent else { return Ok(None) };
    let parsed = text.parse::<TraceContext>();
    Ok(parsed
        .map_err(|error| {
            warn(format_args!("TRACEPARENT: {}; going on without a context", explain(text, error)))
        })
        .ok())
}

/// The error, with the character that it is about.
fn explain(text: &str, error: ParseError) -> String {
    let points_at_one = matches!(error.kind(), ParseErrorKind::Digit | ParseErrorKind::Separator);
    let character = text.get(error.offset()..).and_then(|rest| rest.chars().next());
    match character.filter(|_| points_at_one) {
        Some(c) => format!("{error} ({c:?})"),
        None => error.to_string(),
    }
}

/// The fields that the command line gives. One that cannot be written is an error, unless it is the
/// environment's context that stands against it.
fn fields_of_options<'a>(
    args: &'a Wrap,
    environment: &Environment,
    context: Option<TraceContext>,
    envelope: Envelope<'static>,
) -> Result<Vec<Field<'a>>, Failure> {
    let mut fields = Vec::new();
    let mut given = |name: &str, field: Field<'a>| {
        let added = add(&mut fields, envelope, field);
        added.map_err(|error| Failure::Usage(format!("{name}: {}", refusal(&field, error))))
    };
    let is_context_from_environment = environment.traceparent.is_some();
    match &args.tracestate {
        // That there is no context was said where TRACEPARENT was read.
        Some(_) if context.is_none() && is_context_from_environment => {}
        Some(text) => given("--tracestate", Field::Tracestate(text))?,
        None => {}
    }
    if let Some(text) = &args.baggage {
        given("--baggage", Field::Baggage(text))?;
    }
    for entry in &args.text_map {
        let Some((key, value)) = entry.split_once('=') else {
            return Err(Failure::Usage(format!(
                "--text-map: {} is not KEY=VALUE",
                printable(entry.as_bytes())
            )));
        };
        given("--text-map", Field::TextMap { key, value })?;
    }
    match args.weight.and_then(NonZeroU32::new) {
        Some(_)
            if !context.is_some_and(TraceContext::is_sampled) && is_context_from_environment =>
        {
            warn(
                "--weight needs a sampled context, which TRACEPARENT is not; going on without a weight",
            );
        }
        Some(weight) => given("--weight", Field::FanOutWeight(weight))?,
        None => {}
    }
    Ok(fields)
}

/// Adds the fields that the environment gives. They never fail the message: what cannot be written
/// is left out.
fn add_fields_of_environment<'a>(
    fields: &mut Vec<Field<'a>>,
    environment: &'a Environment,
    context: Option<TraceContext>,
    envelope: Envelope<'static>,
) {
    let tracestate =
        environment.tracestate.as_deref().filter(|_| context.is_some()).map(Field::Tracestate);
    let baggage = environment.baggage.as_deref().map(Field::Baggage);
    for (name, field) in [("TRACESTATE", tracestate), ("BAGGAGE", baggage)] {
        let Some(field) = field else { continue };
        let fitted = fitted(field, fields, envelope);
        if fitted != Some(field) {
            warn(format_args!(
                "{name}: more than a carrier of {DEFAULT_CARRIER_CAP} bytes has room for; its end is left out"
            ));
        }
        if let Some(Err(error)) = fitted.map(|field| add(fields, envelope, field)) {
            warn(format_args!("{name}: {}; going on without it", refusal(&field, error)));
        }
    }
}

/// The field, or as much of it as every receiver takes with what is there already.
fn fitted<'a>(
    field: Field<'a>,
    fields: &[Field<'_>],
    envelope: Envelope<'static>,
) -> Option<Field<'a>> {
    let taken = envelope.with_fields(fields).encoded_len().ok()?;
    shorten(&mut [field], USUAL_LEN.saturating_sub(taken)).first().copied()
}

/// The payload of a text channel, also of a bare message (`R-TEXT-3`).
fn text(payload: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(payload).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::Failed(format!(
            "the text form cannot carry a payload that is not UTF-8, at byte {at}"
        ))
    })
}

/// Adds a field if the envelope can be written with it.
fn add<'a>(
    fields: &mut Vec<Field<'a>>,
    envelope: Envelope<'static>,
    field: Field<'a>,
) -> Result<(), EncodeError> {
    fields.push(field);
    let judged = envelope.with_fields(fields).encoded_len();
    if judged.is_err() {
        fields.pop();
    }
    judged.map(drop)
}

/// Why a field cannot be written, in terms of the text that was given for it.
fn refusal(field: &Field<'_>, error: EncodeError) -> String {
    let sentence = match (error.kind(), field) {
        (EncodeErrorKind::MalformedField, Field::TextMap { .. }) => {
            "a key is 1 to 255 printable ASCII characters, and none of traceparent, tracestate and baggage"
        }
        (EncodeErrorKind::MalformedField, _) => {
            "the text is empty or has characters other than printable ASCII"
        }
        (EncodeErrorKind::MisplacedField, Field::FanOutWeight(_)) => {
            "needs a sampled context, from --traceparent or TRACEPARENT"
        }
        (EncodeErrorKind::MisplacedField, _) => {
            "needs a context, from --traceparent or TRACEPARENT"
        }
        (EncodeErrorKind::RepeatedField, _) => "this key was given before",
        (EncodeErrorKind::CarrierTooLong | EncodeErrorKind::FieldTooLong, _) => {
            "no more than 65535 bytes fit into a carrier"
        }
        (EncodeErrorKind::TooManyFields, _) => "no more than 128 fields fit into a carrier",
        _ => return error.to_string(),
    };
    sentence.to_owned()
}

/// The longest envelope into which a receiver looks that does not say otherwise.
const USUAL_LEN: usize = HEADER_LEN + DEFAULT_CARRIER_CAP as usize;
