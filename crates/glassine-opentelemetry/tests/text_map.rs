//! The text map of a message: what is set comes out, and what cannot be carried costs nothing else.

use std::collections::BTreeMap;

use bytes::Bytes;
use glassine::policy::{AllowList, Propagation, Rollout, Trust};
use glassine::{
    Channel, Envelope, Field, Origin, Reading, SpanId, TraceContext, TraceFlags, Traced,
};
use glassine_opentelemetry::{TextMapExtractor, TextMapInjector};
use proptest::collection::vec;
use proptest::prelude::*;

const fn on() -> Channel {
    Channel::new().with_rollout(Rollout::On).with_trust(Trust::Accept)
}

static SHARED_DOMAIN: Channel =
    on().with_inbound_fields(AllowList::ALL).with_outbound_fields(AllowList::ALL);

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn sampled() -> TraceContext {
    TRACEPARENT.parse().unwrap()
}

fn other_trace() -> TraceContext {
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap()
}

fn injected<K: AsRef<str>, V: AsRef<str>>(entries: &[(K, V)]) -> Origin {
    let mut injector = TextMapInjector::new();
    for (key, value) in entries {
        injector.set(key.as_ref(), value.as_ref());
    }
    injector.into_origin()
}

fn sent(channel: &Channel, origin: &Origin) -> Traced<Bytes> {
    channel.receive(channel.wrap(origin, &b"payload"[..]).into_bytes())
}

fn extracted<'a>(source: impl Into<TextMapExtractor<'a>>) -> Vec<(String, String)> {
    let extractor = source.into();
    let value = |key| extractor.get(key).expect("a key has a value").to_owned();
    extractor.keys().map(|key| (key.to_owned(), value(key))).collect()
}

fn owned(entries: &[(&str, &str)]) -> Vec<(String, String)> {
    entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn what_is_set_comes_out_at_the_other_end() {
    let entries = [
        ("traceparent", TRACEPARENT),
        ("tracestate", "congo=t61r"),
        ("baggage", "tenant=7"),
        ("b3", "0"),
        ("X-Empty", ""),
        ("x-text", "gr\u{fc}n"),
    ];
    let origin = injected(&entries);
    assert_eq!(origin.propagation(), Propagation::Continue(sampled()));
    assert_eq!(extracted(&origin), owned(&entries));
    assert_eq!(extracted(sent(&SHARED_DOMAIN, &origin).origin()), owned(&entries));
}

#[test]
fn w3cs_own_keys_are_packed_into_binary() {
    let origin = injected(&[("traceparent", TRACEPARENT), ("baggage", "tenant=7")]);
    let frame = SHARED_DOMAIN.wrap(&origin, &b"{}"[..]).into_bytes();
    let fields = [Field::Baggage("tenant=7")];
    assert_eq!(frame, Envelope::new(sampled()).with_fields(&fields).encode_to_vec(b"{}").unwrap());
}

#[test]
fn what_cannot_be_carried_costs_itself() {
    let long = "k".repeat(256);
    for (key, value) in [
        ("traceparent", ""),
        ("traceparent", "00-42-1-01"),
        ("traceparent", "+0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("traceparent", " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("traceparent", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"),
        ("tracestate", "congo=t61r"), // without a traceparent
        ("tracestate", ""),
        ("baggage", ""),
        ("baggage", "tenant=7\r\nx-evil: 1"),
        ("baggage", "tenant=gr\u{fc}n"),
        ("", "no key"),
        ("no key", "a space"),
        ("schl\u{fc}ssel", "not ASCII"),
        (&long, "too long"),
    ] {
        assert_eq!(extracted(&injected(&[(key, value)])), [], "{key:?}: {value:?}");
        assert_eq!(
            extracted(&injected(&[(key, value), ("b3", "0")])),
            owned(&[("b3", "0")]),
            "{key:?}: {value:?}"
        );
    }
}

#[test]
fn the_last_value_of_a_key_counts() {
    let last = injected(&[
        ("B3", "1"),
        ("TraceParent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("TRACESTATE", "old=1"),
        ("Baggage", "old=1"),
        ("b3", "0"),
        ("traceparent", TRACEPARENT),
        ("tracestate", "congo=t61r"),
        ("baggage", "tenant=7"),
    ]);
    let expected = [
        ("traceparent", TRACEPARENT),
        ("tracestate", "congo=t61r"),
        ("baggage", "tenant=7"),
        ("B3", "0"),
    ];
    assert_eq!(extracted(&last), owned(&expected));

    let unset = injected(&[
        ("traceparent", TRACEPARENT),
        ("tracestate", "old=1"),
        ("baggage", "old=1"),
        ("traceparent", "garbage"),
        ("tracestate", ""),
        ("baggage", ""),
    ]);
    assert_eq!(unset, Origin::default());
}

/// A link must not become a parent, and `tracestate` goes where `traceparent` goes.
#[test]
fn only_what_is_continued_is_a_parent() {
    let entries = [
        ("traceparent", TRACEPARENT),
        ("tracestate", "congo=t61r"),
        ("baggage", "tenant=7"),
        ("b3", "0"),
    ];
    let message = SHARED_DOMAIN.wrap(&injected(&entries), &b"{}"[..]).into_bytes();
    for (trust, expected) in [
        (Trust::Accept, &entries[..]),
        // An unsampled parent would switch recording off, whatever the local sampler says.
        (Trust::Redecide, &entries[2..]),
        (Trust::LinkOnly, &entries[2..]),
        (Trust::Drop, &[]),
    ] {
        let received = SHARED_DOMAIN.receiver().with_trust(trust).receive(message.clone());
        assert_eq!(extracted(received.origin()), owned(expected), "{trust:?}");
        let extractor = TextMapExtractor::from(received.origin());
        assert_eq!(extractor.get("traceparent").is_some(), expected.len() == 4, "{trust:?}");
        assert_eq!(extractor.get("tracestate").is_some(), expected.len() == 4, "{trust:?}");
    }
    let again = Propagation::Resample(sampled());
    for inbound in [Propagation::Unknown, Propagation::Link(sampled()), again] {
        assert_eq!(extracted(&Origin::new(inbound)), [], "{inbound:?}");
    }
}

#[test]
fn another_trace_takes_over_the_baggage_alone() {
    let entries = [
        ("traceparent", TRACEPARENT),
        ("tracestate", "congo=t61r"),
        ("baggage", "tenant=7"),
        ("b3", "0"),
    ];
    let origin = injected(&entries);
    let in_trace = origin.followed_by(sampled().with_span_id(SpanId::from_u64(7).unwrap()));
    assert_eq!(extracted(&in_trace)[1..], owned(&entries[1..]));

    let elsewhere = origin.followed_by(other_trace());
    let expected = [("traceparent", other_trace().to_string()), ("baggage", "tenant=7".to_owned())];
    assert_eq!(extracted(&elsewhere), expected.map(|(key, value)| (key.to_owned(), value)));
    let extractor = TextMapExtractor::from(&elsewhere);
    assert_eq!((extractor.get("tracestate"), extractor.get("b3")), (None, None));
    assert_eq!(extracted(&elsewhere), extracted(sent(&SHARED_DOMAIN, &elsewhere).origin()));
}

#[test]
fn a_bare_carrier_is_read_as_it_is() {
    let fields = [Field::Tracestate("congo=t61r"), Field::TextMap { key: "b3", value: "0" }];
    let frame = Envelope::new(sampled()).with_fields(&fields).encode_to_vec(b"").unwrap();
    let expected = [("traceparent", TRACEPARENT), ("tracestate", "congo=t61r"), ("b3", "0")];
    assert_eq!(extracted(Reading::read(&frame).carrier()), owned(&expected));
    assert_eq!(extracted(Reading::read(b"bare").carrier()), []);
}

/// OpenTelemetry 0.31 refuses a `traceparent` with any other flag.
#[test]
fn sampled_is_the_one_flag_in_text() {
    let origin = injected(&[("traceparent", TRACEPARENT.replace("-01", "-ff"))]);
    let received = sent(&SHARED_DOMAIN, &origin);
    let all_flags = sampled().with_flags(TraceFlags::from_u8(0xFF));
    assert_eq!(received.origin().propagation(), Propagation::Continue(all_flags));
    assert_eq!(extracted(received.origin()), owned(&[("traceparent", TRACEPARENT)]));
}

#[test]
fn keys_are_compared_without_regard_to_case() {
    let origin = injected(&[
        ("TRACEPARENT", TRACEPARENT),
        ("TraceState", "a=1"),
        ("BAGGAGE", "b=2"),
        ("X-B3", "0"),
    ]);
    let extractor = TextMapExtractor::from(&origin);
    for (key, value) in
        [("traceparent", TRACEPARENT), ("tracestate", "a=1"), ("baggage", "b=2"), ("x-b3", "0")]
    {
        for key in [key.to_owned(), key.to_uppercase()] {
            assert_eq!(extractor.get(&key), Some(value), "{key}");
            assert_eq!(extractor.get_all(&key).collect::<Vec<_>>(), [value], "{key}");
        }
    }
    assert_eq!(
        extractor.keys().collect::<Vec<_>>(),
        ["traceparent", "tracestate", "baggage", "X-B3"]
    );
    assert_eq!(extractor.get("absent"), None);
    assert_eq!(extractor.get_all("absent").count(), 0);
}

#[test]
fn too_much_costs_the_last_entries_and_never_the_context() {
    let many: Vec<_> = (0..1000).map(|n| (format!("x-{n}"), "v".repeat(1000))).collect();
    let mut injector = TextMapInjector::new();
    injector.set("traceparent", TRACEPARENT);
    for (key, value) in &many {
        injector.set(key, value);
    }
    let origin = injector.into_origin();
    let entries = extracted(sent(&SHARED_DOMAIN, &origin).origin());
    assert_eq!(entries[0].1, TRACEPARENT);
    assert!(entries.len() > 10);
    assert_eq!(entries[1..], many[..entries.len() - 1]);

    let huge = injected(&[("traceparent", TRACEPARENT), ("x-huge", &"v".repeat(100_000))]);
    assert_eq!(
        extracted(sent(&SHARED_DOMAIN, &huge).origin()),
        owned(&[("traceparent", TRACEPARENT)])
    );
}

#[test]
fn debug_shows_no_values() {
    let mut injector = TextMapInjector::new();
    for key in ["tracestate", "baggage", "b3"] {
        injector.set(key, "secret");
    }
    assert!(!format!("{injector:?}").contains("secret"));
    assert!(!format!("{:?}", TextMapExtractor::from(&injector.into_origin())).contains("secret"));
}

/// What a map of lower-case keys holds, as far as it can be carried.
fn carried(entries: &[(String, String)]) -> BTreeMap<String, String> {
    let map: BTreeMap<_, _> =
        entries.iter().map(|(key, value)| (key.to_ascii_lowercase(), value)).collect();
    let parent = map.get("traceparent").and_then(|value| value.parse::<TraceContext>().ok());
    let is_header_text = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b == b'\t' || (b' '..=b'~').contains(&b))
    };
    let carried = map.into_iter().filter_map(|(key, value)| {
        let value = match key.as_str() {
            "traceparent" => parent?.to_traceparent_level_1().to_string(),
            "tracestate" => parent.map(|_| value.clone()).filter(|text| is_header_text(text))?,
            "baggage" => Some(value.clone()).filter(|text| is_header_text(text))?,
            _ => value.clone(),
        };
        let is_key =
            (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        is_key.then_some((key, value))
    });
    carried.collect()
}

fn lower_case(entries: Vec<(String, String)>) -> BTreeMap<String, String> {
    entries.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), value)).collect()
}

fn key() -> impl Strategy<Value = String> {
    let known = prop::sample::select(&["traceparent", "tracestate", "baggage", "b3"][..]);
    let in_any_case = (known, any::<u64>()).prop_map(|(key, upper)| {
        let c =
            |(at, c): (usize, char)| if upper >> at & 1 == 1 { c.to_ascii_uppercase() } else { c };
        key.chars().enumerate().map(c).collect()
    });
    prop_oneof![4 => in_any_case, 2 => "[!-~]{1,12}", 1 => any::<String>(), 1 => "[!-~]{250,260}"]
}

fn value() -> impl Strategy<Value = String> {
    let traceparent = "0[01]-[0-9a-f]{32}-[0-9a-f]{16}-0[0-9a-f]";
    prop_oneof![3 => traceparent, 2 => "[ -~]{0,40}", 1 => any::<String>()]
}

proptest! {
    #[test]
    fn what_can_be_carried_comes_out(entries in vec((key(), value()), 0..12)) {
        let expected = carried(&entries);
        let origin = injected(&entries);
        prop_assert_eq!(&lower_case(extracted(&origin)), &expected);

        // Fields travel with what is sampled, and with what nothing is known about; of an unsampled
        // trace, those that are independent of it.
        let is_against = origin.context().is_some_and(|context| !context.is_sampled());
        let is_independent = |key: &str| !is_against || key == "baggage";
        let received = sent(&SHARED_DOMAIN, &origin);
        prop_assert_eq!(&received.value()[..], b"payload");
        prop_assert_eq!(lower_case(extracted(received.origin())), {
            let mut expected = expected;
            expected.retain(|key, _| is_independent(key));
            expected
        });
    }

    #[test]
    fn every_way_to_read_says_the_same(entries in vec((key(), value()), 0..12), asked in key()) {
        let origin = injected(&entries);
        let extractor = TextMapExtractor::from(&origin);
        let all = lower_case(extracted(&origin));
        prop_assert_eq!(extractor.keys().count(), all.len());
        for key in extractor.keys() {
            prop_assert_eq!(
                extractor.get(key),
                all.get(&key.to_ascii_lowercase()).map(String::as_str)
            );
        }
        let value = all.get(&asked.to_ascii_lowercase()).map(String::as_str);
        prop_assert_eq!(extractor.get(&asked), value);
        prop_assert_eq!(extractor.get_all(&asked).next(), value);
    }

    #[test]
    fn any_bytes_can_be_read_from(
        bytes in vec(any::<u8>(), 0..200),
        is_frame in any::<bool>(),
        asked in key(),
    ) {
        // Bytes alone are hardly ever a frame: here they are a carrier, too.
        let mut message = bytes.clone();
        if let Some(len) = u16::try_from(bytes.len()).ok().filter(|len| is_frame && *len >= 24) {
            message.splice(0..0, [&b"\x9E\x01\xC1\xDE\x01\x03"[..], &len.to_be_bytes()].concat());
        }
        let carrier = Reading::read(&message).carrier();
        let extractor = TextMapExtractor::from(carrier);
        let all = lower_case(extracted(carrier));
        prop_assert_eq!(
            extractor.get(&asked),
            all.get(&asked.to_ascii_lowercase()).map(String::as_str)
        );
        prop_assert_eq!(extractor.keys().count(), all.len());
    }
}

/// A decision without ids reaches who extracts, as ids that nobody has given, and is one without
/// ids again where they are injected.
#[test]
fn a_decision_without_ids_goes_through_a_propagator() {
    let origin = Origin::new(Propagation::Suppress).with_fields(&[Field::Baggage("tenant=7")]);
    let made_up = format!("00-{}-{}-00", "f".repeat(32), "f".repeat(16));
    let entries = [("traceparent", made_up.as_str()), ("baggage", "tenant=7")];
    assert_eq!(extracted(&origin), owned(&entries));
    assert_eq!(injected(&entries), origin);
    // The ids alone are no decision.
    let sampled = format!("00-{}-{}-01", "f".repeat(32), "f".repeat(16));
    let sampled = injected(&[("traceparent", sampled)]);
    assert!(
        matches!(sampled.propagation(), Propagation::Continue(context) if context.is_sampled())
    );
}

/// What an application does that is set up with W3C's propagator, under the SDK's defaults: the
/// number of spans of 100 messages, and what a handler sends.
mod w3c {
    use glassine_opentelemetry::{capture_from, with_origin};
    use opentelemetry::Context;
    use opentelemetry::propagation::TextMapPropagator;
    use opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider};
    use opentelemetry_sdk::propagation::TraceContextPropagator;
    use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

    use super::*;

    fn recorded(received: &Origin) -> (usize, Origin, Origin) {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let tracer = provider.tracer("test");
        let propagator = TraceContextPropagator::new();
        let mut cx = Context::new();
        for _ in 0..100 {
            let remote = propagator.extract(&TextMapExtractor::from(received));
            let remote = with_origin(&remote, received);
            cx = remote.with_span(tracer.start_with_context("handle", &remote));
            cx.span().end();
        }
        let mut injector = TextMapInjector::new();
        propagator.inject_context(&cx, &mut injector);
        let spans = exporter.get_finished_spans().unwrap().len();
        (spans, capture_from(&cx), injector.into_origin())
    }

    #[test]
    fn a_decision_is_the_receivers() {
        let sent = |envelope: Envelope<'_>, trust| {
            let message = envelope.encode_to_vec(b"{}").unwrap();
            SHARED_DOMAIN.receiver().with_trust(trust).receive(message.into()).into_parts().1
        };
        // A marker suppresses.
        assert_eq!(recorded(&sent(Envelope::unsampled(), Trust::Accept)).0, 0);
        // Nobody else decides for who decides anew.
        let unsampled = sampled().with_flags(TraceFlags::NONE);
        assert_eq!(recorded(&sent(Envelope::new(unsampled), Trust::Redecide)).0, 100);
        assert_eq!(recorded(&sent(Envelope::new(sampled()), Trust::LinkOnly)).0, 100);
        // The controls.
        assert_eq!(recorded(&sent(Envelope::new(unsampled), Trust::Accept)).0, 0);
        assert_eq!(recorded(&sent(Envelope::new(sampled()), Trust::Accept)).0, 100);
    }

    #[test]
    fn a_weight_goes_on() {
        let origin = Origin::from(sampled()).fanned_out(10.try_into().unwrap());
        let (_, captured, injected) = recorded(&origin);
        assert_eq!(captured.weight(), origin.weight());
        assert_eq!(injected.weight(), None, "a text map has no place for it");
    }

    #[test]
    fn what_is_injected_in_a_suppressed_handler_is_a_decision() {
        let cx = glassine_opentelemetry::Consumer::new()
            .plan([&Origin::new(Propagation::Suppress)])
            .context(&Context::new());
        let mut injector = TextMapInjector::new();
        TraceContextPropagator::new().inject_context(&cx, &mut injector);
        assert_eq!(injector.into_origin().propagation(), Propagation::Suppress);
    }
}

/// A propagator that is not W3C's, over newtypes as an application writes them for a release that
/// has no feature here.
mod b3 {
    use opentelemetry::Context;
    use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
    use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceId, TraceState};
    use opentelemetry_propagator_b3::{B3Encoding, Propagator};

    use super::*;

    const SINGLE: AllowList = AllowList::NONE.with_text_map(&["b3"]);
    const MULTIPLE: AllowList =
        AllowList::NONE.with_text_map(&["X-B3-TraceId", "X-B3-SpanId", "X-B3-Sampled"]);

    struct Writing(TextMapInjector);

    impl Injector for Writing {
        fn set(&mut self, key: &str, value: String) {
            self.0.set(key, value);
        }
    }

    struct Reading<'a>(TextMapExtractor<'a>);

    impl Extractor for Reading<'_> {
        fn get(&self, key: &str) -> Option<&str> {
            self.0.get(key)
        }

        fn keys(&self) -> Vec<&str> {
            self.0.keys().collect()
        }
    }

    fn span_context(flags: TraceFlags) -> SpanContext {
        let trace_id = TraceId::from_bytes(sampled().trace_id().to_bytes());
        let span_id = SpanId::from_bytes(sampled().span_id().to_bytes());
        let flags = opentelemetry::trace::TraceFlags::new(flags.to_u8());
        SpanContext::new(trace_id, span_id, flags, true, TraceState::NONE)
    }

    fn through(
        channel: &Channel,
        propagator: &Propagator,
        span_context: &SpanContext,
    ) -> SpanContext {
        let mut writing = Writing(TextMapInjector::new());
        let cx = Context::new().with_remote_span_context(span_context.clone());
        propagator.inject_context(&cx, &mut writing);
        let received = sent(channel, &writing.0.into_origin());
        let reading = Reading(received.origin().into());
        propagator.extract_with_context(&Context::new(), &reading).span().span_context().clone()
    }

    #[test]
    fn its_keys_pass_a_channel_that_names_them() {
        for (encoding, list) in [
            (B3Encoding::SingleHeader, SINGLE),
            (B3Encoding::MultipleHeader, MULTIPLE),
            (B3Encoding::SingleAndMultiHeader, AllowList::ALL),
        ] {
            let propagator = Propagator::with_encoding(encoding);
            let channel = on().with_inbound_fields(list.clone()).with_outbound_fields(list);
            for flags in [TraceFlags::SAMPLED, TraceFlags::NONE] {
                let expected = span_context(flags);
                assert_eq!(through(&channel, &propagator, &expected), expected, "{propagator:?}");
            }
        }
    }

    #[test]
    fn its_keys_do_not_pass_unnamed() {
        let single = Propagator::with_encoding(B3Encoding::SingleHeader);
        let multiple = Propagator::new();
        for (channel, propagator) in [
            (on(), &single),
            (on(), &multiple),
            (on().with_inbound_fields(SINGLE), &single),
            (on().with_outbound_fields(SINGLE), &single),
            (on().with_inbound_fields(SINGLE).with_outbound_fields(SINGLE), &multiple),
        ] {
            let nothing = through(&channel, propagator, &span_context(TraceFlags::SAMPLED));
            assert!(!nothing.is_valid(), "{propagator:?}");
        }
    }
}
