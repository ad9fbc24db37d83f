//! The fields: of the command line, and of the environment.

use std::num::NonZeroU32;

use glassine::errors::EncodeErrorKind;
use glassine::wire::{DEFAULT_CARRIER_CAP, HEADER_LEN};
use glassine::{EncodeError, Envelope, Field, TraceContext, shorten};

use crate::commands::wrap::environment::Environment;
use crate::commands::wrap::options::Options;
use crate::io::failure::{Failure, warn};
use crate::show::printable::printable;

/// The fields that the command line gives. One that cannot be written is an error, unless it is the
/// environment's context that stands against it.
pub(crate) fn fields_of_options<'a>(
    options: &'a Options,
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
    match &options.tracestate {
        // That there is no context was said where TRACEPARENT was read.
        Some(_) if context.is_none() && is_context_from_environment => {}
        Some(text) => given("--tracestate", Field::Tracestate(text))?,
        None => {}
    }
    if let Some(text) = &options.baggage {
        given("--baggage", Field::Baggage(text))?;
    }
    for entry in &options.text_map {
        let Some((key, value)) = entry.split_once('=') else {
            return Err(Failure::Usage(format!(
                "--text-map: {} is not KEY=VALUE",
                printable(entry.as_bytes())
            )));
        };
        given("--text-map", Field::TextMap { key, value })?;
    }
    let weight = options.weight.and_then(NonZeroU32::new).map(Field::FanOutWeight);
    let thinning = options.thinning.and_then(NonZeroU32::new).map(Field::Thinning);
    let is_sampled = context.is_some_and(TraceContext::is_sampled);
    for (name, field) in [("weight", weight), ("thinning", thinning)] {
        match field {
            Some(_) if !is_sampled && is_context_from_environment => warn(format_args!(
                "--{name} needs a sampled context, which TRACEPARENT is not; \
                 going on without a {name}"
            )),
            Some(field) => given(&format!("--{name}"), field)?,
            None => {}
        }
    }
    Ok(fields)
}

/// Adds the fields that the environment gives. They never fail the message: what cannot be written
/// is left out.
pub(crate) fn add_fields_of_environment<'a>(
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
                "{name}: more than a carrier of {DEFAULT_CARRIER_CAP} bytes has room for; \
                 its end is left out"
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
            "a key is 1 to 255 printable ASCII characters, \
             and none of traceparent, tracestate and baggage"
        }
        (EncodeErrorKind::MalformedField, _) => {
            "the text is empty or has characters other than printable ASCII"
        }
        (EncodeErrorKind::MisplacedField, Field::FanOutWeight(_) | Field::Thinning(_)) => {
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
pub(crate) const USUAL_LEN: usize = HEADER_LEN + DEFAULT_CARRIER_CAP as usize;
