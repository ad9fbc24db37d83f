//! Baggage has one owner within a handler, OpenTelemetry's; what one member cannot say costs that
//! member.

use glassine::policy::{AllowList, Propagation, Rollout, Trust, Unsampled};
use glassine::{Channel, Envelope, Field, Origin, TraceContext, TraceFlags};
use glassine_opentelemetry::{
    Consumer, Relation, capture, capture_with_baggage, to_span_context, with_origin,
};
use opentelemetry::baggage::{Baggage, BaggageExt, BaggageMetadata, KeyValueMetadata};
use opentelemetry::trace::TraceContextExt;
use opentelemetry::trace::TracerProvider;
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracerProvider;

const CONTINUING: Consumer = Consumer::new().with_relation(Relation::Parent);

static CHANNEL: Channel = Channel::new()
    .with_rollout(Rollout::On)
    .with_trust(Trust::Accept)
    .with_unsampled(Unsampled::Marker)
    .with_inbound_fields(AllowList::ALL)
    .with_outbound_fields(AllowList::ALL);

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

/// The origin of a message that came with this baggage.
fn received(context: TraceContext, baggage: &str) -> Origin {
    let fields = [Field::Baggage(baggage)];
    let fields = if baggage.is_empty() { &[][..] } else { &fields };
    let message = Envelope::new(context).with_fields(fields).encode_to_vec(b"{}").unwrap();
    CHANNEL.receive(message.into()).into_parts().1
}

/// The baggage of what a handler sends that does this to its context.
fn sent_after(baggage: &str, change: impl FnOnce(&Context) -> Context) -> Option<String> {
    let provider = SdkTracerProvider::builder().build();
    let origin = received(sampled(), baggage);
    CONTINUING.plan([&origin]).handle(&provider.tracer("test"), "handle", || {
        let _current = Context::map_current(change).attach();
        let message = CHANNEL.wrap(&capture(), &b"reply"[..]).into_bytes();
        let (_, origin) = CHANNEL.receive(message).into_parts();
        origin.carrier().baggage().map(str::to_owned)
    })
}

#[test]
fn what_nobody_touches_goes_on_as_it_came() {
    let text = "tenant=7 ; ttl=60 , user=a%20b";
    assert_eq!(sent_after(text, Context::clone).as_deref(), Some(text));
    assert_eq!(sent_after("", Context::clone), None);
}

#[test]
fn a_handler_adds_changes_and_clears() {
    let text = "tenant=7,user=a";
    let with = |key: &'static str, value: &'static str| {
        move |cx: &Context| {
            let before = cx.baggage().iter().map(|(key, (value, metadata))| {
                KeyValueMetadata::new(key.clone(), value.clone(), metadata.clone())
            });
            let mut baggage = Baggage::from_iter(before);
            let _ = baggage.insert(key, value);
            cx.with_baggage(baggage)
        }
    };
    assert_eq!(sent_after(text, with("step", "2")).as_deref(), Some("step=2,tenant=7,user=a"));
    assert_eq!(sent_after(text, with("user", "b")).as_deref(), Some("tenant=7,user=b"));
    assert_eq!(sent_after(text, |cx| cx.with_cleared_baggage()), None);
    assert_eq!(sent_after("", with("step", "2")).as_deref(), Some("step=2"));
}

#[test]
fn a_handler_reads_what_came() {
    let cx = with_origin(&Context::new(), &received(sampled(), "tenant=7;ttl=60,user=a%20b"));
    assert_eq!(cx.baggage().get("user").unwrap().as_str(), "a b");
    let (value, metadata) = cx.baggage().get_with_metadata("tenant").unwrap();
    assert_eq!((value.as_str(), metadata.as_str()), ("7", "ttl=60"));
}

/// A worker that is spawned inside a handler, with its context, and handles another message.
#[test]
fn a_message_takes_the_place_of_the_one_around_it() {
    let outer = received(sampled(), "secret=1").fanned_out(10.try_into().unwrap());
    let surroundings =
        with_origin(&Context::new(), &outer).with_remote_span_context(to_span_context(sampled()));
    let other: TraceContext =
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap();
    for inner in [other.into(), Origin::default(), received(other, "mine=1")] {
        // Within the same trace, even.
        let cx = with_origin(&surroundings, &inner);
        assert_eq!(cx.baggage().get("secret"), None);
        let _current = cx.attach();
        let sent = capture();
        assert_eq!(sent.weight(), None, "the weight is the other message's");
        assert_eq!(sent.carrier().baggage(), inner.carrier().baggage());
    }
    // The control: without a message of its own, it is still within the handler.
    let _current = surroundings.attach();
    assert_eq!(capture().carrier().baggage(), Some("secret=1"));
}

/// What the application has put into the surroundings, outside of any handler, is its own.
#[test]
fn the_applications_baggage_stays() {
    let surroundings = Context::new().with_baggage([KeyValue::new("region", "eu")]);
    let cx = with_origin(&surroundings, &received(sampled(), ""));
    assert_eq!(cx.baggage().get("region").unwrap().as_str(), "eu");
}

/// W3C baggage is independent of sampling: it goes with the marker, where it is captured and let
/// pass.
#[test]
fn baggage_may_travel_without_a_sampled_context() {
    let unsampled = to_span_context(sampled().with_flags(TraceFlags::NONE));
    let baggage = [KeyValue::new("tenant", "7")];
    let cx = Context::new().with_baggage(baggage).with_remote_span_context(unsampled);
    let _current = cx.attach();
    assert_eq!(capture().carrier().baggage(), None);
    let message = CHANNEL.wrap(&capture_with_baggage(), &b"{}"[..]).into_bytes();
    let expected = [Field::Baggage("tenant=7")];
    let expected = Envelope::unsampled().with_fields(&expected).encode_to_vec(b"{}").unwrap();
    assert_eq!(message, expected);
}

/// Metadata that W3C's grammar has no place for costs its member, and adds none.
#[test]
fn bad_metadata_costs_its_member() {
    for bad in ["n\u{f6}", "a\nb", "a,injected=1", "\"evil", "a=b c", "a;;b", "=c", "a;"] {
        let mut baggage = Baggage::new();
        let _ = baggage.insert_with_metadata("bad", "1", BaggageMetadata::from(bad));
        let _ = baggage.insert_with_metadata("good", "2", BaggageMetadata::from("ttl=60;flag"));
        let cx = Context::new()
            .with_baggage(baggage)
            .with_remote_span_context(to_span_context(sampled()));
        let _current = cx.attach();
        assert_eq!(capture().carrier().baggage(), Some("good=2;ttl=60;flag"), "{bad:?}");
    }
}

/// Inbound properties that break W3C's grammar cost their member: neither the handler nor whoever
/// gets what it sends, having changed something, sees any of it.
#[test]
fn bad_properties_that_come_in_cost_their_member() {
    for bad in [
        "a=b;",
        "a=b;;c",
        "a=b; ",
        "a=b;\"q\"",
        "a=b;p=\"q\"",
        "a=b;p q",
        "a=b;p=q r",
        "a=b;=c",
        "tenant=1;\"evil",
    ] {
        let text = format!("x=1;ttl=60,{bad},y=2");
        let cx = with_origin(&Context::new(), &received(sampled(), &text));
        let mut keys: Vec<_> = cx.baggage().iter().map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["x", "y"], "{bad}");
        let added = |cx: &Context| {
            let mut baggage =
                Baggage::from_iter(cx.baggage().iter().map(|(key, (value, metadata))| {
                    KeyValueMetadata::new(key.clone(), value.clone(), metadata.clone())
                }));
            let _ = baggage.insert("step", "2");
            cx.with_baggage(baggage)
        };
        assert_eq!(sent_after(&text, added).as_deref(), Some("step=2,x=1;ttl=60,y=2"), "{bad}");
    }
}

/// A message that says nothing of baggage leaves the application's own as it is, whatever else it
/// says: for the handler to read, and in what the handler sends. One with baggage replaces it.
#[test]
fn the_applications_baggage_goes_out_with_what_a_handler_sends() {
    let provider = SdkTracerProvider::builder().build();
    let tracer = provider.tracer("test");
    let surroundings = Context::new().with_baggage([KeyValue::new("app", "1")]);
    let plain = Origin::from(sampled());
    for (name, origin, expected) in [
        ("plain", plain.clone(), "app=1"),
        ("weight", plain.clone().fanned_out(10.try_into().unwrap()), "app=1"),
        ("tracestate", plain.clone().with_fields(&[Field::Tracestate("a=b")]), "app=1"),
        ("baggage", plain.with_fields(&[Field::Baggage("tenant=7")]), "tenant=7"),
        ("marker", Origin::new(Propagation::Suppress), "app=1"),
    ] {
        let _current = surroundings.clone().attach();
        CONTINUING.plan([&origin]).handle(&tracer, "handle", || {
            let has_own = Context::map_current(|cx| cx.baggage().get("app").is_some());
            assert_eq!(has_own, expected == "app=1", "{name}");
            assert_eq!(capture_with_baggage().carrier().baggage(), Some(expected), "{name}");
        });
    }
}
