//! What the environment says about the trace.

use std::env;

use crate::commands::wrap::options::Options;

/// What the environment says, as far as the command line does not say it itself. Empty variables
/// count as absent.
#[derive(Default)]
pub(crate) struct Environment {
    pub(crate) traceparent: Option<String>,
    pub(crate) tracestate: Option<String>,
    pub(crate) baggage: Option<String>,
}

impl Environment {
    pub(crate) fn read(options: &Options) -> Self {
        if options.no_env {
            return Self::default();
        }
        let has_own_context = options.traceparent.is_some() || options.unsampled;
        // A tracestate belongs to its traceparent: one without the other is not looked at.
        let traceparent = if has_own_context { None } else { variable("TRACEPARENT") };
        let reads_tracestate = traceparent.is_some() && options.tracestate.is_none();
        Self {
            traceparent,
            tracestate: if reads_tracestate { variable("TRACESTATE") } else { None },
            baggage: if options.baggage.is_none() { variable("BAGGAGE") } else { None },
        }
    }
}

fn variable(name: &str) -> Option<String> {
    // What is not UTF-8 becomes text that no reader of it accepts, which then says so.
    env::var_os(name)
        .map(|value| value.to_string_lossy().into_owned())
        .filter(|value| !value.is_empty())
}
