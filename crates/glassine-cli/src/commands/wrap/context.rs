//! The context: of the command line, or else of the environment.

use glassine::TraceContext;
use glassine::w3c::{ParseError, ParseErrorKind};

use crate::commands::wrap::environment::Environment;
use crate::commands::wrap::options::Options;
use crate::io::failure::{Failure, warn};

/// The context. A wrong option is an error; a wrong variable counts as absent, with a warning.
pub(crate) fn context(
    options: &Options,
    environment: &Environment,
) -> Result<Option<TraceContext>, Failure> {
    if let Some(text) = &options.traceparent {
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
