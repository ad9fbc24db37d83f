//! What a channel sends of a message that it received: laws 1, 2, 3, 8 and 9.

use core::str;

use bytes::Bytes;
use glassine::policy::{Appender, Count, Propagation, Rollout, Trust, Unsampled, Wrapper};
use glassine::{
    Channel, Field, Mode, Origin as Actual, Reader, Reading, SpanId, TraceContext, TraceFlags,
    TraceId, Traced, reparent,
};

use crate::model::list::List;
use crate::model::members;
use crate::model::message::{Form, Sent, sent};
use crate::model::origin::{Front, Item, Origin, ROOM, len as items_len};
use crate::settings::Settings;

/// The message goes on as it is; it goes on from a span within its trace, sampled or not; and from
/// one in another trace.
pub(crate) fn passed_on(settings: &Settings, traced: &Traced<Bytes>, origin: &Origin) {
    let context = |trace_id: TraceId, flags| {
        TraceContext::new(trace_id, SpanId::from_u64(7).expect("not zero"), flags)
    };
    let of_it = traced.origin().context().map(TraceContext::trace_id);
    let other = TraceId::from_u128(0xD1CE).expect("not zero");
    let mut ways = vec![(traced.origin().clone(), origin.clone())];
    for trace_id in of_it.into_iter().chain([other]) {
        for flags in [TraceFlags::SAMPLED, TraceFlags::RANDOM] {
            let context = context(trace_id, flags);
            ways.push((traced.origin().followed_by(context), origin.followed_by(context)));
        }
    }
    // What came, what would be read as a frame, and what may mean "no value".
    let payloads = [&traced.value()[..], b"\x9E\x01\xC1\xDE\x00\x00\x00\x00", b"~glassine;", b""];
    for (actual, expected) in ways {
        let front = expected.front(settings, settings.unsampled, None);
        for payload in payloads {
            goes_on(settings, (&actual, &expected), front.as_ref(), payload);
        }
    }
}

/// By every way of wrapping, the message is that of the model, and is counted once.
fn goes_on(
    settings: &Settings,
    (actual, expected): (&Actual, &Origin),
    front: Option<&Front>,
    payload: &[u8],
) {
    let channel = settings.channel(Trust::Accept);
    let sent = channel.wrap(actual, payload).into_bytes();
    arrives(settings, front, payload, &sent);
    let is_whole = front.is_none_or(|(_, _, items)| items_len(items) <= ROOM);
    if is_whole {
        counted(&channel, settings, expected, front, payload);
    }
    wrapper_agrees(&channel.wrapper(actual), payload, &sent);
    if let Ok(text) = str::from_utf8(payload) {
        let sent = channel.wrap_text(actual, text);
        assert_eq!(channel.wrapper(actual).wrap_text(text), sent);
        text_arrives(settings, front.filter(|_| is_whole), is_whole, text, &sent);
    }
}

/// The bytes are those of the model, or what is left of them where that is too long; a peer that
/// is set alike takes the payload out, and nothing else.
pub(crate) fn arrives(settings: &Settings, front: Option<&Front>, payload: &[u8], sent_: &[u8]) {
    match front {
        Some((_, _, items)) if items_len(items) > ROOM => {
            assert_eq!(Reading::read(sent_).fault(), None)
        }
        _ => {
            let Sent { message, too_long, .. } = sent(settings, front, payload, Form::Binary);
            assert_eq!(sent_, message);
            let max = settings.max_message_len.unwrap_or(usize::MAX);
            assert!(sent_.len() <= max.max(payload.len()) || too_long.is_some());
        }
    }
    if settings.mode == Mode::Mixed && !settings.sends() {
        assert_eq!(sent_, payload, "what the old program sent");
        return;
    }
    let read = Reading::read(sent_);
    assert_eq!((read.payload(), read.fault()), (payload, None));
    assert_eq!(read.carrier().faults().next(), None);
    let peer = Settings { rollout: Rollout::ReceiveOnly, ..*settings }.channel(Trust::Accept);
    let received = peer.receiver().try_receive_ref(sent_).expect("what its channel sends");
    assert_eq!(*received.value(), payload);
}

/// The same of a text channel.
fn text_arrives(
    settings: &Settings,
    front: Option<&Front>,
    is_whole: bool,
    payload: &str,
    sent_: &str,
) {
    if is_whole {
        assert_eq!(sent_.as_bytes(), sent(settings, front, payload.as_bytes(), Form::Text).message);
    }
    if settings.mode == Mode::Mixed && !settings.sends() {
        assert_eq!(sent_, payload, "what the old program sent");
        return;
    }
    let peer = Settings { rollout: Rollout::ReceiveOnly, ..*settings }.channel(Trust::Accept);
    let received = peer.receiver().try_receive_text(sent_).expect("what its channel sends");
    assert_eq!(*received.value(), payload);
}

/// Decided before there is a payload, the message is the same; and what is too long is an error
/// that holds it.
fn wrapper_agrees(wrapper: &Wrapper<'_>, payload: &[u8], sent: &[u8]) {
    assert_eq!(wrapper.wrap(payload).into_bytes(), sent);
    match wrapper.try_wrap(payload) {
        Ok(message) => assert_eq!(message.into_bytes(), sent),
        Err(error) => {
            assert!(error.needed() > error.max());
            assert_eq!(error.needed(), sent.len());
            assert_eq!(error.into_message().into_bytes(), sent);
        }
    }
    let append = |out: &mut Appender<'_>| {
        let (front, back) = payload.split_at(payload.len() / 2);
        out.extend_from_slice(front);
        out.extend_from_slice(back);
        Ok::<_, ()>(())
    };
    assert_eq!(wrapper.encode_with(payload.len(), append).as_deref(), Ok(sent));
}

/// One message was sent, of one kind, and what it went without is counted beside it.
fn counted(
    channel: &Channel,
    settings: &Settings,
    origin: &Origin,
    front: Option<&Front>,
    payload: &[u8],
) {
    let counts = channel.counters().snapshot();
    let expected = sent(settings, front, payload, Form::Binary);
    assert_eq!(counts.sum(Count::SENT), 1);
    assert_eq!(counts.count(expected.count), 1, "{:?}", expected.count);
    assert_eq!(counts.sum(Count::READ), 0);
    let may_wrap = settings.sends()
        && (!payload.is_empty() || settings.empty == glassine::policy::EmptyMessages::Wrapped);
    let has_envelope = !matches!(expected.count, Count::SentBare | Count::SentEscaped);
    let loses_it = may_wrap && front.is_some() && !has_envelope;
    assert_eq!(counts.count(Count::TooLong), usize::from(loses_it || expected.too_long.is_some()));
    let is_out = match (settings.rollout, origin.propagation) {
        (Rollout::Share(share), Propagation::Continue(context)) => {
            let travels = context.is_sampled() || settings.unsampled == Unsampled::Marker;
            may_wrap && travels && !share.contains(context.trace_id())
        }
        _ => false,
    };
    assert_eq!(counts.count(Count::OutOfShare), usize::from(is_out));

    // With a list and a limit that hold nothing back.
    let unlimited = Settings { outbound: List::ALL, max_tracestate_len: u16::MAX, ..*settings };
    let all = origin.front(&unlimited, settings.unsampled, None);
    let parts = |front: Option<&Front>| {
        front.map_or(0, |(_, _, items)| items.iter().map(parts_of).sum::<usize>())
    };
    if all.as_ref().is_none_or(|(_, _, items)| items.len() < 128 && items_len(items) <= ROOM) {
        let is_held_back = may_wrap && parts(front) < parts(all.as_ref());
        let loses_fields = is_held_back || expected.is_shortened;
        assert_eq!(counts.count(Count::FieldsDropped), usize::from(loses_fields));
    }
}

/// How many things a field says, of which some may be held back.
fn parts_of((field_type, value): &Item) -> usize {
    let text = || str::from_utf8(value).expect("text");
    match field_type {
        1 => members::tracestate(text()).count(),
        2 => members::baggage(text()).count(),
        _ => 1,
    }
}

/// A frame that passes through gets the span id of the hop, where the channel believes its peers
/// and sends; any other message, and every payload, stays as it is.
pub(crate) fn relayed(settings: &Settings, trust: Trust, bytes: &Bytes) {
    let span_id = SpanId::from_u64(11).expect("not zero");
    let channel = settings.channel(trust);
    let relayed = channel.relay(bytes.clone(), span_id);
    let reader = Reader::new().with_carrier_cap(settings.cap);
    let before = reader.read(bytes);
    let context = before.context().filter(|_| trust == Trust::Accept && settings.sends());
    match context {
        None => assert!(relayed == bytes),
        // Above the default cap there is no second opinion: the parts of the frame are compared.
        Some(context) if before.payload_offset() > 8 + 16_384 => {
            let after = reader.read(&relayed);
            assert_eq!(after.context(), Some(context.with_span_id(span_id)));
            let is_copied = |field: &Field<'_>| match field {
                Field::Unknown { field_type, .. } => field_type.0 & 0x80 != 0,
                _ => true,
            };
            let copied = before.carrier().fields().filter(is_copied);
            assert!(after.carrier().fields().eq(copied));
        }
        Some(_) => {
            let mut copy = bytes.to_vec();
            assert_eq!(reparent(&mut copy, span_id).as_deref(), Some(&*relayed));
        }
    }
    assert!(channel.relay(Bytes::from(bytes.to_vec()), span_id) == relayed, "not shared");
    assert_eq!(reader.read(&relayed).payload(), before.payload());
    assert_eq!(channel.counters().snapshot().sum(Count::SENT), 0);
}
