//! Whole messages as text, for channels that carry nothing else: each is a `String` of its own when
//! it is written, and a `str` when it is read.
//!
//! Glassine's text form; a line with `traceparent` in front, parsed by Glassine's own parser; a
//! block of headers, read by httparse; JSON as CloudEvents, whose `data` is the text. The limit
//! encodes 32 bytes in base64 in front of the payload, and decodes them.

use std::borrow::Cow;
use std::hint::black_box;

use data_encoding::BASE64URL_NOPAD;
use glassine::policy::{Propagation, Rollout, Trust};
use glassine::text::{self, TextReading};
use glassine::w3c::claims_sampled;
use glassine::{Channel, Envelope, Origin, TraceContext};
use serde::{Deserialize, Serialize};

use crate::headers;
use crate::peer::Says;
use crate::peers::header_block;
use crate::task::Task;

static CHANNEL: Channel = Channel::new().with_rollout(Rollout::On).with_trust(Trust::Accept);

/// A form of text.
trait Form: 'static {
    const NAME: &'static str;
    /// Whether a context is sent, and also one that is not sampled.
    const SENDS: (bool, bool) = (true, true);

    fn write(context: Option<TraceContext>, payload: &str) -> String;
    /// Tells whether the context is sampled, and gives the payload.
    fn sampled(message: &str) -> (bool, Cow<'_, str>);
    /// Gives context and payload.
    fn read(message: &str) -> (Option<TraceContext>, Cow<'_, str>);
}

pub(crate) fn tasks() -> Vec<Vec<Task>> {
    let [nothing, unsampled, sampled, _] = Says::all();
    let cases = [(nothing, 64), (unsampled, 64), (sampled, 64), (sampled, 1024), (sampled, 65_536)];
    let mut tasks = Vec::new();
    for (says, len) in cases {
        let mut jobs = [Vec::new(), Vec::new(), Vec::new()];
        add::<Codec>(&mut jobs, says, len);
        add::<OfChannel>(&mut jobs, says, len);
        add::<Line>(&mut jobs, says, len);
        add::<HeaderBlock>(&mut jobs, says, len);
        add::<CloudEvents>(&mut jobs, says, len);
        add::<Limit>(&mut jobs, says, len);
        tasks.extend(jobs);
    }
    tasks
}

fn add<F: Form>(jobs: &mut [Vec<Task>; 3], says: Says, len: usize) {
    let payload = String::from_utf8(inputs::payload(len)).unwrap();
    let message = F::write(says.context, &payload);
    let (context, read) = F::read(&message);
    let sent = says.context.filter(|context| F::SENDS.1 || context.is_sampled());
    assert!(read == payload && (!F::SENDS.0 || context == sent), "{} loses something", F::NAME);
    let name = |job: &str| format!("{}/{job}/{}/{len}", F::NAME, says.name);
    let [write, sampled, read] = jobs;
    write.push(Task::new(name("text_write"), move || {
        use_text(&F::write(black_box(says.context), black_box(&payload)));
    }));
    let to_read = message.clone();
    sampled.push(Task::new(name("text_sampled"), move || {
        let (is_sampled, payload) = F::sampled(black_box(&message));
        black_box(is_sampled);
        use_text(&payload);
    }));
    read.push(Task::new(name("text_read"), move || {
        let (context, payload) = F::read(black_box(&to_read));
        black_box(&context);
        use_text(&payload);
    }));
}

struct Codec;

impl Form for Codec {
    const NAME: &'static str = "glassine";

    fn write(context: Option<TraceContext>, payload: &str) -> String {
        match context {
            Some(context) => Envelope::new(context).encode_to_text(payload).unwrap(),
            None if text::needs_escape(payload) => {
                Envelope::escape().encode_to_text(payload).unwrap()
            }
            None => payload.to_owned(),
        }
    }

    fn sampled(message: &str) -> (bool, Cow<'_, str>) {
        let reading = TextReading::read(message);
        (reading.claims_sampled(), message[reading.payload_offset()..].into())
    }

    fn read(message: &str) -> (Option<TraceContext>, Cow<'_, str>) {
        let reading = TextReading::read(message);
        (reading.context(), message[reading.payload_offset()..].into())
    }
}

/// It sends nothing for what is not sampled.
struct OfChannel;

impl Form for OfChannel {
    const NAME: &'static str = "glassine_channel";
    const SENDS: (bool, bool) = (true, false);

    fn write(context: Option<TraceContext>, payload: &str) -> String {
        CHANNEL.wrap_text(&Origin::from(context), payload)
    }

    fn sampled(message: &str) -> (bool, Cow<'_, str>) {
        let (context, payload) = Self::read(message);
        (context.is_some_and(TraceContext::is_sampled), payload)
    }

    fn read(message: &str) -> (Option<TraceContext>, Cow<'_, str>) {
        let (payload, origin) = CHANNEL.receive_text(message).into_parts();
        let context = match origin.propagation() {
            Propagation::Continue(context) => Some(context),
            _ => None,
        };
        (context, payload.into())
    }
}

/// An empty line where there is no context.
struct Line;

impl Form for Line {
    const NAME: &'static str = "traceparent_line";

    fn write(context: Option<TraceContext>, payload: &str) -> String {
        let line = context.map(TraceContext::to_traceparent);
        let line = line.as_ref().map_or("", |line| line.as_str());
        let mut message = String::with_capacity(line.len() + 1 + payload.len());
        message.push_str(line);
        message.push('\n');
        message.push_str(payload);
        message
    }

    fn sampled(message: &str) -> (bool, Cow<'_, str>) {
        let (line, payload) = message.split_once('\n').unwrap();
        (claims_sampled(line.as_bytes()), payload.into())
    }

    fn read(message: &str) -> (Option<TraceContext>, Cow<'_, str>) {
        let (line, payload) = message.split_once('\n').unwrap();
        (line.parse().ok(), payload.into())
    }
}

struct HeaderBlock;

impl Form for HeaderBlock {
    const NAME: &'static str = "header_block";

    fn write(context: Option<TraceContext>, payload: &str) -> String {
        let mut message = Vec::with_capacity(80 + payload.len());
        headers::write(&mut message, &Says::context_alone(context));
        message.extend_from_slice(payload.as_bytes());
        // Headers and payload are text.
        String::from_utf8(message).unwrap()
    }

    fn sampled(message: &str) -> (bool, Cow<'_, str>) {
        let (traceparent, payload) = header_block::split(message);
        (traceparent.is_some_and(claims_sampled), payload.into())
    }

    fn read(message: &str) -> (Option<TraceContext>, Cow<'_, str>) {
        let (traceparent, payload) = header_block::split(message);
        let context = traceparent.and_then(|text| TraceContext::from_traceparent(text).ok());
        (context, payload.into())
    }
}

struct CloudEvents;

#[derive(Serialize, Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    specversion: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    traceparent: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: Cow<'a, str>,
}

impl Form for CloudEvents {
    const NAME: &'static str = "cloudevents_json";

    fn write(context: Option<TraceContext>, payload: &str) -> String {
        let traceparent = context.map(TraceContext::to_traceparent);
        let event = Event {
            specversion: "1.0".into(),
            id: "7".into(),
            source: "/orders".into(),
            r#type: "order".into(),
            traceparent: traceparent.as_ref().map(|text| text.as_str().into()),
            data: payload.into(),
        };
        serde_json::to_string(&event).unwrap()
    }

    fn sampled(message: &str) -> (bool, Cow<'_, str>) {
        let event: Event<'_> = serde_json::from_str(message).unwrap();
        (event.traceparent.is_some_and(|text| claims_sampled(text.as_bytes())), event.data)
    }

    fn read(message: &str) -> (Option<TraceContext>, Cow<'_, str>) {
        let event: Event<'_> = serde_json::from_str(message).unwrap();
        (event.traceparent.and_then(|text| text.parse().ok()), event.data)
    }
}

struct Limit;

impl Form for Limit {
    const NAME: &'static str = "limit";
    const SENDS: (bool, bool) = (false, false);

    fn write(_: Option<TraceContext>, payload: &str) -> String {
        let mut message = String::with_capacity(ENCODED + payload.len());
        BASE64URL_NOPAD.encode_append(black_box(&[7; 32]), &mut message);
        message.push_str(payload);
        message
    }

    fn sampled(message: &str) -> (bool, Cow<'_, str>) {
        (false, Self::read(message).1)
    }

    fn read(message: &str) -> (Option<TraceContext>, Cow<'_, str>) {
        let (encoded, payload) = message.split_at(ENCODED);
        let mut decoded = [0; 32];
        BASE64URL_NOPAD.decode_mut(encoded.as_bytes(), &mut decoded).unwrap();
        black_box(&decoded);
        (None, payload.into())
    }
}

fn use_text(text: &str) {
    black_box(text.as_ptr());
    black_box(text.len());
}

/// 32 bytes in base64.
const ENCODED: usize = 43;
