//! What holds for every transport.

use std::time::Duration;

use bytes::Bytes;
use glassine::policy::{Count, Rollout, Trust, Unsampled};
use glassine::text::TextReading;
use glassine::wire::{CONTEXT_LEN, HEADER_LEN};
use glassine::{Channel, Envelope, Origin, Reading, TraceContext, Verdict};
use glassine_opentelemetry::{Consumer, Relation, capture};
use glassine_transports::error::Error;
use glassine_transports::link::Link;
use glassine_transports::telemetry::{Telemetry, decided_against};
use opentelemetry::Context;
use opentelemetry::trace::{FutureExt, SpanId};
use opentelemetry_sdk::trace::SpanData;
use tokio::time::timeout;
use tracing::{Instrument, info_span, subscriber};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry;
use xxhash_rust::xxh3::xxh3_128;

const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);
const PATIENCE: Duration = Duration::from_secs(60);

/// A program's channel; `rollout` is that of the sender.
fn channel<L: Link>(rollout: Rollout) -> Channel {
    Channel::new()
        .with_trust(Trust::Accept)
        .with_rollout(rollout)
        .with_unsampled(Unsampled::Marker)
        .with_max_message_len(L::LIMIT.unwrap_or(usize::MAX))
}

/// Payloads that a transport or a reader could take for something else.
fn payloads<L: Link>() -> Vec<Bytes> {
    let mut payloads: Vec<Bytes> = ["{\"id\":7}", "", "\r\n späte Grüße", "~glassine;"]
        .map(|text| Bytes::from_static(text.as_bytes()))
        .into();
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    if L::IS_TEXT {
        payloads.push(Envelope::new(context).encode_to_text("text").unwrap().into());
    } else {
        payloads.push(Bytes::from_static(b"\x9E\0"));
        payloads.push(Envelope::new(context).encode_to_vec(b"a frame").unwrap().into());
        payloads.push((0..5_000_u32).map(|n| (n * n / 7) as u8).collect());
    }
    payloads
}

fn is_frame<L: Link>(payload: &[u8]) -> bool {
    let verdict = if L::IS_TEXT {
        TextReading::read(payload).verdict()
    } else {
        Reading::read(payload).verdict()
    };
    verdict == Verdict::Enveloped
}

/// What becomes of a message: bare, sampled or decided against, from a sender that takes part or
/// one that does not, or has no trace: each kind of message is among them. The payload comes out as
/// it went in, and the spans are a tree.
async fn assert_passes<L: Link>(link: &mut L, telemetry: &Telemetry) {
    let mut seen = [0; KINDS.len()];
    for payload in payloads::<L>() {
        for rollout in [Rollout::ReceiveOnly, Rollout::On] {
            // An old sender's payload that is a frame would be read as one: hence the dry run.
            if rollout == Rollout::ReceiveOnly && is_frame::<L>(&payload) {
                continue;
            }
            for sender in [Some(true), Some(false), None] {
                let channel = channel::<L>(rollout);
                if let Some(is_sampled) = sender {
                    telemetry.send(link, &channel, is_sampled, payload.clone()).await.unwrap();
                } else {
                    // It has no trace. What needs it goes in the escape.
                    link.send(&channel, &Origin::default(), payload.clone()).await.unwrap();
                }
                let received = telemetry.receive(link, &channel).await.unwrap();
                let case = format!("{}: {payload:?} {rollout:?} {sender:?}", L::NAME);
                assert_eq!(xxh3_128(&received), xxh3_128(&payload), "{case}");
                let is_off = rollout == Rollout::ReceiveOnly || payload.is_empty();
                let says_nothing = is_off || sender.is_none();
                assert_tree(link, &telemetry.take(), sender == Some(true), says_nothing, &case);
                let snapshot = channel.counters().snapshot();
                for (seen, kind) in seen.iter_mut().zip(KINDS) {
                    *seen += snapshot.count(kind);
                }
            }
        }
    }
    let missing: Vec<_> = KINDS.iter().zip(seen).filter(|(_, seen)| *seen == 0).collect();
    assert!(missing.is_empty(), "{}: {missing:?}", L::NAME);
}

/// How messages are sent and read: bare, with a context, with the marker, in the escape.
const KINDS: [Count; 8] = [
    Count::SentBare,
    Count::SentSampled,
    Count::SentMarker,
    Count::SentEscaped,
    Count::ReadBare,
    Count::ReadSampled,
    Count::ReadMarker,
    Count::ReadUndecided,
];

/// The same with spans of `tracing`, and one within the one that handles.
async fn assert_passes_with_tracing<L: Link>(link: &mut L, telemetry: &Telemetry) {
    // Not of the clients' own spans.
    let ours = filter_fn(|metadata| metadata.target() == module_path!());
    let layer = OpenTelemetryLayer::new(telemetry.tracer()).with_filter(ours);
    let _default = subscriber::set_default(registry().with(layer));
    let payload = Bytes::from_static(b"with spans of tracing");
    for (surroundings, is_sampled) in [(Context::new(), true), (decided_against(), false)] {
        for rollout in [Rollout::ReceiveOnly, Rollout::On] {
            let channel = channel::<L>(rollout);
            let send = async { link.send(&channel, &capture(), payload.clone()).await };
            let send = async { send.instrument(info_span!("send")).await };
            send.with_context(surroundings.clone()).await.unwrap();
            let received = timeout(PATIENCE, link.receive(&channel)).await.expect(L::NAME);
            let (received, origin) = received.unwrap().into_parts();
            CONSUMER.plan([&origin]).in_span(
                || info_span!("handle"),
                || {
                    assert_eq!(received, payload);
                    drop(info_span!("within"));
                },
            );
            let mut spans = telemetry.take();
            let case = format!("{}, tracing: {rollout:?} {is_sampled}", L::NAME);
            let goes_bare = rollout == Rollout::ReceiveOnly;
            if is_sampled || goes_bare {
                let within = spans.iter().position(|span| span.name == "within").expect(&case);
                let within = spans.remove(within);
                let handle = spans.last().expect(&case);
                assert_eq!(within.parent_span_id, handle.span_context.span_id(), "{case}");
            }
            assert_tree(link, &spans, is_sampled, goes_bare, &case);
        }
    }
}

/// The span that sends and the one that handles are one trace, unless the message was bare, and so
/// is one in between; where the trace was decided against, there is none.
fn assert_tree<L: Link>(
    link: &L,
    spans: &[SpanData],
    is_sampled: bool,
    goes_bare: bool,
    case: &str,
) {
    let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
    match (spans, is_sampled, goes_bare) {
        ([send, handle], true, _) => {
            assert_eq!(names, ["send", "handle"], "{case}");
            assert_eq!(send.parent_span_id, SpanId::INVALID, "{case}");
            let trace = |span: &SpanData| span.span_context.trace_id();
            if goes_bare {
                assert_eq!(handle.parent_span_id, SpanId::INVALID, "{case}");
                assert_ne!(trace(handle), trace(send), "{case}");
            } else {
                let sender = send.span_context.span_id();
                let (parent, last) = link.span_between().unwrap_or((sender, sender));
                assert_eq!(parent, sender, "{case}");
                assert_eq!(handle.parent_span_id, last, "{case}");
                assert_eq!(trace(handle), trace(send), "{case}");
            }
        }
        // Nothing is known of it, so a trace may start.
        ([_], false, true) => assert_eq!(names, ["handle"], "{case}"),
        ([], false, false) => {}
        _ => panic!("{case}: {names:?}"),
    }
}

/// Up to the limit everything passes, and where the envelope is too much it gives way. One byte
/// over it, the message is refused.
async fn assert_keeps_to_the_limit<L: Link>(link: &mut L, telemetry: &Telemetry) {
    let Some(limit) = L::LIMIT else {
        let payload = Bytes::from(vec![7; 5 << 20]);
        telemetry.send(link, &channel::<L>(Rollout::On), true, payload.clone()).await.unwrap();
        let received = telemetry.receive(link, &channel::<L>(Rollout::On)).await.unwrap();
        assert_eq!(xxh3_128(&received), xxh3_128(&payload));
        assert_tree(link, &telemetry.take(), true, false, L::NAME);
        return;
    };
    let envelope = if L::IS_TEXT { "~glassine;;".len() + 43 } else { CONTEXT_LEN };
    for (len, goes_bare) in [(limit - envelope, false), (limit - envelope + 1, true), (limit, true)]
    {
        let payload = Bytes::from(vec![b'7'; len]);
        let channel = channel::<L>(Rollout::On);
        telemetry.send(link, &channel, true, payload.clone()).await.unwrap();
        let received = telemetry.receive(link, &channel).await.unwrap();
        let case = format!("{}: {len} bytes of {limit}", L::NAME);
        assert_eq!(xxh3_128(&received), xxh3_128(&payload), "{case}");
        assert_tree(link, &telemetry.take(), true, goes_bare, &case);
        let snapshot = channel.counters().snapshot();
        assert_eq!(snapshot.count(Count::TooLong) == 1, goes_bare, "{case}");
    }
    if !L::IS_TEXT {
        // What begins with the magic byte is escaped when the rest of the envelope gives way.
        let payload = Bytes::from(vec![0x9E; limit - HEADER_LEN]);
        telemetry.send(link, &channel::<L>(Rollout::On), true, payload.clone()).await.unwrap();
        let received = telemetry.receive(link, &channel::<L>(Rollout::On)).await.unwrap();
        assert_eq!(xxh3_128(&received), xxh3_128(&payload));
        assert_tree(link, &telemetry.take(), true, true, "an escape at the limit");
    }
}

/// Who refuses a message that is one byte too long, and with which words: of a message that merely
/// does not arrive nobody could say whether it was refused or lost.
#[allow(dead_code, reason = "each file of tests has transports of some kinds")]
pub enum Refusal {
    /// Sending is an error.
    Sender(&'static str),
    /// The other end gets an error in place of the message.
    Receiver(&'static str),
    /// The broker says so in its log, and nothing arrives.
    Broker(&'static str),
    /// Nobody does: there is no limit.
    Nobody,
}

/// One byte more than the limit is refused. The link is broken after it.
async fn assert_refuses_more<L: Link>(link: &mut L, telemetry: &Telemetry, refusal: Refusal) {
    let Some(limit) = L::LIMIT else {
        assert!(matches!(refusal, Refusal::Nobody), "{}", L::NAME);
        return;
    };
    let payload = Bytes::from(vec![b'7'; limit + 1]);
    let channel = channel::<L>(Rollout::On);
    if let Refusal::Broker(words) = refusal {
        assert!(!link.log().contains(words), "{}: it has refused something before", L::NAME);
    }
    // What is refused has nothing of Glassine in it: the envelope has given way.
    let sent = telemetry.send(link, &channel, true, payload).await;
    assert_eq!(channel.counters().snapshot().count(Count::TooLong), 1, "{}", L::NAME);
    let (said, words) = match refusal {
        Refusal::Sender(words) => (said_by(sent), words),
        Refusal::Receiver(words) => {
            sent.unwrap();
            (said_by(link.receive(&channel).await), words)
        }
        Refusal::Broker(words) => {
            let arrives = timeout(Duration::from_secs(2), link.receive(&channel)).await;
            assert!(!matches!(arrives, Ok(Ok(_))), "{}: {} bytes have passed", L::NAME, limit + 1);
            (link.log(), words)
        }
        Refusal::Nobody => panic!("{} has a limit", L::NAME),
    };
    assert!(said.contains(words), "{}: not {words:?}, but {said}", L::NAME);
    telemetry.take();
}

/// An error with all that it comes from.
fn said_by<T>(result: Result<T, Error>) -> String {
    let error = result.err().expect("it has passed");
    format!("{error}: {error:?}")
}

/// A transport that does not start is a failure, and no test that never ends.
async fn in_time<L: Link>(starts: impl Future<Output = Result<L, Error>>) -> L {
    timeout(Duration::from_secs(120), starts).await.expect(L::NAME).unwrap()
}

/// All of it, before and after the transport was stopped.
pub async fn assert_carries<L: Link>(refusal: Refusal) {
    let telemetry = Telemetry::new();
    let mut link = in_time(L::open()).await;
    assert_passes(&mut link, &telemetry).await;
    assert_passes_with_tracing(&mut link, &telemetry).await;
    assert_keeps_to_the_limit(&mut link, &telemetry).await;

    let payload = Bytes::from_static(b"under way");
    if L::IS_DURABLE {
        telemetry.send(&mut link, &channel::<L>(Rollout::On), true, payload.clone()).await.unwrap();
    }
    let mut link = in_time(link.restart()).await;
    if L::IS_DURABLE {
        let received = telemetry.receive(&mut link, &channel::<L>(Rollout::On)).await.unwrap();
        assert_eq!(received, payload);
        assert_tree(&link, &telemetry.take(), true, false, L::NAME);
    }
    assert_passes(&mut link, &telemetry).await;

    assert_refuses_more(&mut link, &telemetry, refusal).await;
    let mut link = in_time(link.restart()).await;
    assert_passes(&mut link, &telemetry).await;
}
