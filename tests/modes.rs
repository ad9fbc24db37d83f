//! Channels by the way they are run, and by their form (specification sections 9 and 10): whatever
//! a channel sends, it can receive in its own mode.
#![cfg(all(feature = "policy", feature = "bytes", feature = "text"))]

use bytes::Bytes;
use glassine::policy::{
    AllowList, Count, EmptyMessages, FanOut, Propagation, Rollout, Share, Trust, Unsampled,
};
use glassine::text::TextReading;
use glassine::{
    Channel, Envelope, FaultKind, Field, Mode, Origin, Reader, Reading, SpanId, TraceContext,
    TraceFlags,
};

const MODES: [Mode; 3] = [Mode::Mixed, Mode::Closed, Mode::Always];
const ROLLOUTS: [Rollout; 4] =
    [Rollout::Off, Rollout::CountOnly, Rollout::ReceiveOnly, Rollout::On];

const fn channel(mode: Mode, rollout: Rollout) -> Channel {
    Channel::new().with_mode(mode).with_rollout(rollout).with_trust(Trust::Accept)
}

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

fn origins() -> [Origin; 4] {
    let baggage = Origin::from(sampled()).with_fields(&[Field::Baggage("tenant=7")]);
    let unsampled = sampled().with_flags(TraceFlags::NONE);
    [Origin::default(), sampled().into(), unsampled.into(), baggage]
}

fn counted(channel: &Channel, count: Count) -> usize {
    channel.counters().snapshot().count(count)
}

#[test]
fn what_is_sent_is_received_in_the_same_mode() {
    let payloads: [&[u8]; 5] =
        [b"", b"{}", b"\x9E", b"\x9Eescape me", b"\x9E\x01\xC1\xDE\x03\x03\x00\x18not a frame"];
    for mode in MODES {
        for rollout in ROLLOUTS {
            for unsampled in [Unsampled::Bare, Unsampled::Marker] {
                for empty in [EmptyMessages::Bare, EmptyMessages::Wrapped] {
                    let channel = channel(mode, rollout)
                        .with_unsampled(unsampled)
                        .with_empty_messages(empty)
                        .with_outbound_fields(AllowList::ALL);
                    for origin in origins() {
                        for payload in payloads {
                            let message = channel.wrap(&origin, payload).into_bytes();
                            let encoded =
                                channel.wrapper(&origin).encode_with(payload.len(), |to| {
                                    to.extend_from_slice(payload);
                                    Ok::<_, ()>(())
                                });
                            assert_eq!(encoded.unwrap(), message);
                            let case = format!("{mode} {rollout} {origin:?} {payload:?}");
                            // A mixed channel that does not send is the program of before.
                            if mode == Mode::Mixed && rollout != Rollout::On {
                                assert_eq!(message, payload, "{case}");
                                continue;
                            }
                            let received = channel.receiver().try_receive(message).expect(&case);
                            assert_eq!(received.value(), payload, "{case}");
                        }
                    }
                    let snapshot = channel.counters().snapshot();
                    assert_eq!(snapshot.sum(Count::SENT), 2 * 4 * 5);
                    assert_eq!(snapshot.count(Count::Refused), 0);
                }
            }
        }
    }
}

#[test]
fn what_text_is_sent_is_received_in_the_same_mode() {
    let payloads = ["", "{}", "~glassine", "~glassine;", "~glassine;ngHB3gAAAAA;hi", "\u{9e}ü"];
    for mode in MODES {
        for rollout in ROLLOUTS {
            let channel = channel(mode, rollout)
                .with_unsampled(Unsampled::Marker)
                .with_inbound_fields(AllowList::ALL)
                .with_outbound_fields(AllowList::ALL);
            for origin in origins() {
                for payload in payloads {
                    let message = channel.wrap_text(&origin, payload);
                    if mode == Mode::Mixed && rollout != Rollout::On {
                        assert_eq!(message, payload);
                        continue;
                    }
                    let received = channel.receiver().try_receive_text(&message).unwrap();
                    assert_eq!(*received.value(), payload, "{mode} {rollout} {message}");
                    if rollout == Rollout::On && !payload.is_empty() {
                        let sampled = origin.context().is_some_and(TraceContext::is_sampled);
                        let is_continued = received.origin().propagation()
                            == Propagation::Continue(sampled_of(&origin));
                        assert_eq!(is_continued, sampled);
                        let baggage = received.origin().carrier().baggage();
                        assert_eq!(baggage, origin.carrier().baggage());
                    }
                }
            }
        }
    }
}

fn sampled_of(origin: &Origin) -> TraceContext {
    origin.context().unwrap_or_else(sampled)
}

#[test]
fn a_closed_channel_gives_the_error_and_the_bytes() {
    static CLOSED: Channel = channel(Mode::Closed, Rollout::ReceiveOnly);
    let damaged = Bytes::from_static(b"\x9E\x01\xC1\xDE\x03\x03\x00\x18cut off");
    let before = CLOSED.counters().snapshot();
    let refused = CLOSED.receiver().try_receive(damaged.clone()).unwrap_err();
    assert_eq!(refused.fault().kind(), FaultKind::CarrierPastEnd);
    assert_eq!(refused.into_bytes(), damaged);
    let fault = CLOSED.receiver().try_receive_ref(b"\x9E\x80").unwrap_err();
    assert_eq!((fault.kind(), fault.offset()), (FaultKind::ImpossibleVersion, 1));
    let fault = CLOSED.receiver().try_receive_text("~glassine;?").unwrap_err();
    assert_eq!(fault.kind(), FaultKind::TextUnterminated);

    // Who does not ask for the error gets the message whole; it is counted all the same.
    assert_eq!(CLOSED.receive(damaged.clone()).into_value(), damaged);
    assert_eq!(*CLOSED.receive_ref(b"\x9E\x80").value(), b"\x9E\x80");
    assert_eq!(*CLOSED.receive_text("~glassine;?").value(), "~glassine;?");
    let counts = CLOSED.counters().snapshot().since(&before);
    assert_eq!(counts.count(Count::Refused), 6);
    // Each fault once a message, whether every channel names it or only a closed one.
    assert_eq!(counts.fault(FaultKind::ImpossibleVersion), 2);
    assert_eq!(counts.fault(FaultKind::CarrierPastEnd), 2);
    assert_eq!(counts.fault(FaultKind::TextUnterminated), 2);
    assert_eq!(counts.sum(Count::READ), 6);

    // A bare message is one.
    assert_eq!(*CLOSED.receiver().try_receive_ref(b"{}").unwrap().value(), b"{}");
}

#[test]
fn text_is_counted_before_it_is_taken_apart() {
    let channel = channel(Mode::Mixed, Rollout::CountOnly);
    let message = "~glassine;ngHB3gABAAA;marker";
    assert_eq!(*channel.receive_text(message).value(), message);
    assert_eq!(channel.receive_text(message).origin(), &Origin::default());
    assert_eq!(counted(&channel, Count::ReadMarker), 2);
    // A channel that is closed has had its dry run.
    let closed = channel.with_mode(Mode::Closed);
    assert_eq!(*closed.receive_text(message).value(), "marker");
}

#[test]
fn an_always_channel_takes_no_bare_message() {
    static ALWAYS: Channel = channel(Mode::Always, Rollout::On);
    for bare in [&b""[..], b"{}"] {
        let fault = ALWAYS.receiver().try_receive_ref(bare).unwrap_err();
        assert_eq!(fault.kind(), FaultKind::NotEnveloped);
    }
    let message = ALWAYS.wrap(&Origin::default(), "{}").into_bytes();
    assert_eq!(message, &b"\x9E\x01\xC1\xDE\x00\x00\x00\x00{}"[..]);
    assert_eq!(counted(&ALWAYS, Count::SentEscaped), 1);
    // A message that means "no value" keeps no context.
    let empty = ALWAYS.wrap(&sampled().into(), "").into_bytes();
    assert_eq!(Reading::read(&empty).context(), None);
}

#[test]
fn a_mixed_channel_refuses_nothing() {
    static MIXED: Channel = channel(Mode::Mixed, Rollout::On);
    for message in [&b"\x9E"[..], b"\x9E\x01\xC1\xDE\x03", b"{}", b""] {
        assert_eq!(*MIXED.receiver().try_receive_ref(message).unwrap().value(), message);
    }
    assert_eq!(counted(&MIXED, Count::Refused), 0);
}

#[test]
fn text_has_what_binary_has() {
    static NOTES: Channel = channel(Mode::Mixed, Rollout::On)
        .with_unsampled(Unsampled::Marker)
        .with_inbound_fields(AllowList::ALL)
        .with_outbound_fields(AllowList::ALL);
    // One copy for many receivers, who choose among themselves.
    let message =
        NOTES.wrapper_for_many(&sampled().into(), 10_000, FanOut::DEFAULT).wrap_text("hi");
    let chosen = (0..10_000_u32)
        .map(|name| name.to_be_bytes())
        .filter(|name| {
            let received = NOTES.receiver().with_name(name).receive_text(&message);
            assert_eq!(*received.value(), "hi");
            received.origin().context().is_some_and(TraceContext::is_sampled)
        })
        .count();
    // The same names that a binary channel chooses.
    let frame = NOTES.wrapper_for_many(&sampled().into(), 10_000, FanOut::DEFAULT).wrap("hi");
    let frame = frame.into_bytes();
    let in_binary = (0..10_000_u32)
        .filter(|name| {
            let name = name.to_be_bytes();
            let received = NOTES.receiver().with_name(&name).receive_ref(&frame);
            received.origin().context().is_some_and(TraceContext::is_sampled)
        })
        .count();
    assert_eq!(chosen, in_binary);
    assert!((1..=40).contains(&chosen), "{chosen} of about 10");

    // A fan-out by the sender.
    let broadcast = NOTES.broadcast(&sampled().into(), "hi", 100, FanOut::DEFAULT);
    let sampled_ones = (0..100_u32)
        .map(|name| broadcast.wrapper(&name.to_be_bytes()).wrap_text("hi"))
        .filter(|text| TextReading::read(text).claims_sampled())
        .count();
    let expected = (0..100_u32).filter(|name| broadcast.chooses(&name.to_be_bytes())).count();
    assert_eq!(sampled_ones, expected);

    // Other trust for one message.
    let text = NOTES.wrap_text(&sampled().into(), "hi");
    let linked = NOTES.receiver().with_trust(Trust::LinkOnly).receive_text(&text);
    assert_eq!(linked.origin().propagation(), Propagation::Link(sampled()));
}

#[test]
fn a_payload_in_pieces_is_escaped_by_its_first_byte() {
    use bytes::Buf;

    static ON: Channel = channel(Mode::Mixed, Rollout::On);
    let payload = Bytes::from_static(b"\x9E").chain(Bytes::from_static(b"rest"));
    let message = ON.wrap(&Origin::default(), payload).into_bytes();
    assert_eq!(*ON.receive_ref(&message).value(), b"\x9Erest");
    assert_eq!(counted(&ON, Count::SentEscaped), 1);
}

/// Two ways to one message: what `wrap` does in one step, and what it does with a wrapper.
#[test]
fn the_short_way_sends_and_counts_the_same() {
    let shares =
        [0, 300_000, 1_000_000].map(|n| Rollout::Share(Share::from_millionths(n).unwrap()));
    let mut seen = 0;
    for mode in MODES {
        for rollout in ROLLOUTS.into_iter().chain(shares) {
            for unsampled in [Unsampled::Bare, Unsampled::Marker] {
                for limit in [usize::MAX, 40, 12, 0] {
                    for origin in origins() {
                        for payload in [&b""[..], b"{}", b"\x9Eescape me"] {
                            let channels = [(); 2].map(|()| {
                                let channel = channel(mode, rollout).with_unsampled(unsampled);
                                match limit {
                                    usize::MAX => channel,
                                    limit => channel.with_max_message_len(limit),
                                }
                            });
                            let [short, long] = &channels;
                            let message = short.wrap(&origin, payload).into_bytes();
                            let wrapped = long.wrapper(&origin).wrap(payload).into_bytes();
                            assert_eq!(message, wrapped, "{mode} {rollout} {origin:?} {limit}");
                            let snapshot = short.counters().snapshot();
                            assert_eq!(snapshot, long.counters().snapshot());
                            assert_eq!(snapshot.sum(Count::SENT), 1);
                            seen += snapshot.count(Count::SentSampled);
                        }
                    }
                }
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// Three ways to one reading: `receive`, which tells the most frequent messages first, and those
/// that judge every message alike.
#[test]
fn the_short_way_receives_and_counts_the_same() {
    let fields = [Field::Tracestate("a=1"), Field::Thinning(7.try_into().unwrap())];
    let unsampled = sampled().with_flags(TraceFlags::NONE);
    let mut messages: Vec<_> = [
        Envelope::new(sampled()),
        Envelope::new(unsampled),
        Envelope::new(sampled().with_flags(TraceFlags::from_u8(0xFF))),
        Envelope::new(sampled()).with_fields(&fields),
        Envelope::unsampled(),
        Envelope::escape(),
    ]
    .iter()
    .flat_map(|envelope| [&b""[..], b"payload"].map(|to| envelope.encode_to_vec(to).unwrap()))
    .collect();
    let whole = messages[1].clone();
    // Cut off anywhere, with an id that is all zero, of another version, damaged, and bare.
    messages.extend((0..whole.len()).map(|len| whole[..len].to_vec()));
    for (at, with) in [(8..24, 0), (24..32, 0), (1..2, 2), (1..2, 5), (2..3, 0), (5..6, 0x83)] {
        let mut message = whole.clone();
        message[at].fill(with);
        messages.push(message);
    }
    messages.extend([b"{}".to_vec(), b"\x9D".to_vec()]);

    let trusts = [Trust::Drop, Trust::LinkOnly, Trust::Redecide, Trust::Accept];
    let caps = [0, 23, 24, 16_384];
    let mut seen = 0;
    for (mode, rollout) in MODES.into_iter().flat_map(|mode| ROLLOUTS.map(|at| (mode, at))) {
        for (trust, cap) in trusts.into_iter().flat_map(|trust| caps.map(|cap| (trust, cap))) {
            for (message, name) in messages.iter().flat_map(|m| [(m, None), (m, Some(b"name"))]) {
                let channels = [(); 3].map(|()| {
                    channel(mode, rollout)
                        .with_trust(trust)
                        .with_inbound_fields(AllowList::ALL)
                        .with_reader(Reader::new().with_carrier_cap(cap))
                });
                let [short, long, borrowed] = channels.each_ref().map(|channel| {
                    let receiver = channel.receiver();
                    name.map_or(receiver, |name| receiver.with_name(name))
                });
                let bytes = Bytes::from(message.clone());
                let received = short.receive(bytes.clone());
                let judged = long.try_receive(bytes.clone());
                let judged = judged.unwrap_or_else(|refused| refused.into_bytes().into());
                assert_eq!(received, judged, "{mode} {rollout} {trust} {cap} {message:02x?}");
                let judged = borrowed.receive_ref(&bytes);
                assert_eq!(received.origin(), judged.origin());
                assert_eq!(received.value(), judged.value());
                if name.is_none() {
                    assert_eq!(channels[0].receive(bytes), received);
                    let _ = channels[1].receiver().try_receive(message.clone().into());
                    let _ = channels[2].receive_ref(message);
                }
                let counts = channels.each_ref().map(|channel| channel.counters().snapshot());
                assert!(counts.iter().all(|count| *count == counts[0]), "{message:02x?}");
                seen += counts[0].count(Count::ReadSampled);
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
}

#[test]
fn a_relay_gives_its_span_or_leaves_the_message_alone() {
    static TRUSTING: Channel = channel(Mode::Mixed, Rollout::On)
        .with_inbound_fields(AllowList::ALL)
        .with_outbound_fields(AllowList::ALL);
    let mine = SpanId::from_u64(7).unwrap();
    let origin = Origin::from(sampled()).with_fields(&[Field::Tracestate("a=1")]);
    let frame = TRUSTING.wrap(&origin, "payload").into_bytes();
    let text = TRUSTING.wrap_text(&origin, "payload");

    // In place, and in a copy where the buffer is shared.
    let shared = frame.clone();
    for message in [Bytes::from(frame.to_vec()), shared.clone()] {
        let passed_on = TRUSTING.relay(message, mine);
        let reading = Reading::read(&passed_on);
        assert_eq!(reading.context(), Some(sampled().with_span_id(mine)));
        assert_eq!(
            (reading.payload(), reading.carrier().tracestate()),
            (&b"payload"[..], Some("a=1"))
        );
    }
    assert_eq!(Reading::read(&shared).context(), Some(sampled()));
    let passed_on = TRUSTING.relay_text(&text, mine);
    let reading = TextReading::read(&passed_on);
    assert_eq!(reading.context(), Some(sampled().with_span_id(mine)));
    assert_eq!(reading.payload_str(), Ok("payload"));

    // Nothing to change, nobody to believe, or nothing to be sent: as it came.
    for message in [&b"bare"[..], b"\x9E\x01\xC1\xDE\x00\x01\x00\x00marker", b"\x9E\x01\xC1", b""] {
        assert_eq!(TRUSTING.relay(Bytes::from_static(message), mine), message);
    }
    for text in ["bare", "~glassine;ngHB3gABAAA;marker", "~glassine;?", ""] {
        assert_eq!(TRUSTING.relay_text(text, mine), text);
    }
    // What the channel's own reader finds counts, whatever the default cap is.
    let carrier_len = u16::try_from(frame.len() - 8 - 7).unwrap();
    for (cap, is_read) in [(carrier_len - 1, false), (carrier_len, true), (u16::MAX, true)] {
        let reader = Reader::new().with_carrier_cap(cap);
        let channel = channel(Mode::Mixed, Rollout::On).with_reader(reader);
        assert_eq!(channel.relay(frame.clone(), mine) != frame, is_read, "{cap}");
        assert_eq!(channel.relay_text(&text, mine) != text, is_read, "{cap}");
    }
    let value = "v".repeat(17_000);
    let fields = [Field::TextMap { key: "long", value: &value }];
    let long = Envelope::new(sampled()).with_fields(&fields).encode_to_vec(b"payload").unwrap();
    for (cap, expected) in [(16_384, sampled()), (u16::MAX, sampled().with_span_id(mine))] {
        let reader = Reader::new().with_carrier_cap(cap);
        let channel = channel(Mode::Mixed, Rollout::On).with_reader(reader);
        let passed_on = channel.relay(long.clone().into(), mine);
        let reader = Reader::new().with_carrier_cap(u16::MAX);
        let reading = reader.read(&passed_on);
        assert_eq!((reading.context(), reading.payload()), (Some(expected), &b"payload"[..]));
    }
    for channel in [
        channel(Mode::Mixed, Rollout::ReceiveOnly),
        channel(Mode::Mixed, Rollout::On).with_trust(Trust::LinkOnly),
        channel(Mode::Mixed, Rollout::On).with_trust(Trust::Redecide),
        channel(Mode::Mixed, Rollout::On).with_trust(Trust::Drop),
    ] {
        assert_eq!(channel.relay(frame.clone(), mine), frame);
        assert_eq!(channel.relay_text(&text, mine), text);
    }
}
