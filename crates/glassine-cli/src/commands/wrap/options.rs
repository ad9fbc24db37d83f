//! What the command line says about the trace.

use clap::value_parser;

/// What there is to say, and whether the environment may say it.
#[derive(clap::Args)]
pub(crate) struct Options {
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
    #[arg(long, value_name = "N", conflicts_with = "unsampled")]
    #[arg(value_parser = value_parser!(u32).range(1..))]
    pub(crate) weight: Option<u32>,

    /// Where one copy goes to many receivers: one in how many of them keeps the sampled context
    #[arg(long, value_name = "N", conflicts_with = "unsampled")]
    #[arg(value_parser = value_parser!(u32).range(1..))]
    pub(crate) thinning: Option<u32>,

    /// Say that the trace is not sampled, without a context
    #[arg(long)]
    pub(crate) unsampled: bool,

    /// Ignore TRACEPARENT, TRACESTATE and BAGGAGE
    #[arg(long)]
    pub(crate) no_env: bool,
}
