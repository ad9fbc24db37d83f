//! What a channel makes of inbound bytes: laws 1, 2 and 7.

use bytes::Bytes;
use glassine::policy::{Count, Role, Rollout, Trust};
use glassine::{Channel, Reader, Reading, Traced, Verdict};

use crate::model::channel::error;
use crate::model::fault::kind_and_offset;
use crate::model::origin::{Origin, ROOM, fields, item, len};
use crate::model::shortening::is_shortened;
use crate::model::trust::may_make_a_span;
use crate::settings::Settings;

/// The payload is the codec's, in the same buffer; the origin is what the trust and the list leave;
/// what the mode takes for an error is one, and comes whole. Returns the message and the origin of
/// the model.
pub(crate) fn received(
    settings: &Settings,
    trust: Trust,
    bytes: &Bytes,
) -> (Traced<Bytes>, Origin) {
    let channel = settings.channel(trust);
    let traced = channel.receive(bytes.clone());
    let refused = error(settings.mode, bytes);
    let reader = Reader::new().with_carrier_cap(settings.cap);
    let nothing = Reading::read(b"");
    let reading = match refused {
        None if settings.reads() => reader.read(bytes),
        // All of the bytes are the payload.
        _ => nothing,
    };
    let offset = reading.payload_offset();
    assert_eq!(traced.value(), &bytes[offset..]);
    if !traced.value().is_empty() {
        assert_eq!(traced.value().as_ptr(), bytes[offset..].as_ptr(), "not a copy");
    }
    counted(&channel, settings, trust, reader.read(bytes), refused.is_some());
    same_by_every_method(&channel, trust, bytes, &traced, settings);

    let mut origin = Origin::received(trust, settings.inbound, reading);
    for role in [Role::MayStart, Role::ContinueOnly] {
        assert_eq!(
            role.admits(traced.origin().propagation()),
            may_make_a_span(role, trust, reading)
        );
    }
    origin_is(traced.origin(), &mut origin);
    (traced, origin)
}

/// Shared or borrowed, as an error or whole, from a peer whose trust is the channel's or its own.
fn same_by_every_method(
    channel: &Channel,
    trust: Trust,
    bytes: &Bytes,
    traced: &Traced<Bytes>,
    settings: &Settings,
) {
    let distrusting = settings.channel(Trust::Drop);
    for receiver in [channel.receiver(), distrusting.receiver().with_trust(trust)] {
        assert_eq!(&receiver.receive(bytes.clone()), traced);
        let expected = error(settings.mode, bytes).map_or(Ok(traced.clone()), Err);
        let shared = receiver.try_receive(bytes.clone());
        let shared = shared.map_err(|refused| {
            let fault = kind_and_offset(refused.fault());
            assert_eq!(refused.into_bytes(), bytes);
            fault
        });
        assert_eq!(shared, expected);
        let borrowed = receiver.try_receive_ref(bytes).map_err(kind_and_offset);
        assert_eq!(borrowed.map(|traced| traced.map(Bytes::copy_from_slice)), expected);
        assert_eq!(receiver.receive_ref(bytes).map(Bytes::copy_from_slice), *traced);
    }
}

/// The same of a text channel, whose messages are judged as section 10 says.
pub(crate) fn received_as_text(settings: &Settings, trust: Trust, text: &str) {
    let channel = settings.channel(trust);
    let traced = channel.receive_text(text);
    let reader = Reader::new().with_carrier_cap(settings.cap);
    let reading = reader.read_text(text);
    let is_read = settings.reads() && reading.require(settings.mode).is_ok();
    let offset = if is_read { reading.payload_offset() } else { 0 };
    assert_eq!(*traced.value(), &text[offset..]);
    let decoded = reading.decode();
    let inside = if is_read { decoded.as_reading() } else { Reading::read(b"") };
    origin_is(traced.origin(), &mut Origin::received(trust, settings.inbound, inside));
    let tried = channel.receiver().try_receive_text(text);
    let refuses = settings.reads() && reading.require(settings.mode).is_err();
    assert_eq!(tried.is_err(), refuses);
    assert!(tried.is_err() || tried == Ok(traced));
}

/// The origin is that of the model, to which the fields go over that were too long to stay whole.
pub(crate) fn origin_is(origin: &glassine::Origin, expected: &mut Origin) {
    assert_eq!(origin.propagation(), expected.propagation);
    assert_eq!(origin.weight(), expected.weight);
    let carrier = origin.carrier();
    assert_eq!(carrier.faults().next(), None);
    let actual: Vec<_> = carrier.fields().collect();
    assert_eq!(origin.has_fields(), !actual.is_empty());
    let given = fields(&expected.fields);
    if len(&expected.fields) <= ROOM {
        assert_eq!(actual, given);
    } else {
        let is_of = |field| given.iter().any(|from| from == field || is_shortened(field, from));
        assert!(actual.iter().all(is_of));
        let left: Vec<_> = actual.iter().map(item).collect();
        assert!(len(&left) <= ROOM);
        expected.fields = left;
    }
}

/// A message is counted once as what it was read as, and what the mode or the trust took away.
fn counted(
    channel: &Channel,
    settings: &Settings,
    trust: Trust,
    reading: Reading<'_>,
    is_refused: bool,
) {
    let counts = channel.counters().snapshot();
    let one = |is_one: bool| usize::from(is_one);
    let is_counted = settings.reads() || settings.rollout == Rollout::CountOnly;
    assert_eq!(counts.sum(Count::READ), one(is_counted));
    assert_eq!(
        counts.count(Count::ReadBare),
        one(is_counted && reading.verdict() == Verdict::Bare)
    );
    assert_eq!(counts.count(Count::Refused), one(settings.reads() && is_refused));
    let is_dropped = settings.reads() && trust != Trust::Accept && reading.decision().is_some();
    assert_eq!(counts.count(Count::DroppedByPolicy), one(is_dropped));
    assert_eq!(counts.sum(Count::SENT), 0);
}
