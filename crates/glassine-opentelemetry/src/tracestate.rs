//! OpenTelemetry's tracestate and the text of W3C's.

use glassine::w3c::TracestateMembers;
use opentelemetry::trace::TraceState;

/// Reads the text of a `tracestate` header. Members that OpenTelemetry refuses are left out.
pub(crate) fn from_text(text: &str) -> TraceState {
    let members = || TracestateMembers::new(text).map(|member| (member.key(), member.value()));
    TraceState::from_key_value(members()).unwrap_or_else(|_| {
        // One member that is refused costs all of them, so they are asked for one by one.
        let is_taken = |member: &(&str, &str)| TraceState::from_key_value([*member]).is_ok();
        TraceState::from_key_value(members().filter(is_taken)).unwrap_or_default()
    })
}

/// Writes the text of a `tracestate` header, which is empty without members. Allocates once, with
/// OpenTelemetry 0.32 or later; before it gives no members, and its own text takes ten times as
/// much.
#[inline]
pub(crate) fn to_text(tracestate: &TraceState) -> String {
    let tracestate = &Tracestate(tracestate);
    // The method of `OfMembers` where its bound holds, and else the other one, which is one
    // reference further away.
    tracestate.text()
}

struct Tracestate<T>(T);

#[allow(dead_code, reason = "which of the two is used depends on OpenTelemetry's release")]
trait OfMembers {
    fn text(&self) -> String;
}

impl<'a, T: IntoIterator<Item = (&'a str, &'a str)> + Copy> OfMembers for Tracestate<T> {
    fn text(&self) -> String {
        let len = |(key, value): (&str, &str)| key.len() + value.len() + "=,".len();
        let mut text = String::with_capacity(self.0.into_iter().map(len).sum());
        for (key, value) in self.0 {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(key);
            text.push('=');
            text.push_str(value);
        }
        text
    }
}

#[allow(dead_code, reason = "which of the two is used depends on OpenTelemetry's release")]
trait OfHeader {
    fn text(&self) -> String;
}

impl OfHeader for &Tracestate<&TraceState> {
    fn text(&self) -> String {
        self.0.header()
    }
}
