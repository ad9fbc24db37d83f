//! One message for many: fan-outs, and one copy that its receivers thin. Law 10.

use bytes::Bytes;
use glassine::policy::{FanOut, Rollout, Trust, Unsampled};
use glassine::{Reader, SpanId, Traced};

use crate::channel::passed_on::arrives;
use crate::channel::received::origin_is;
use crate::model::channel::error;
use crate::model::origin::{Origin, ROOM, len};
use crate::settings::Settings;

/// Each of many gets what the table and the hash say, and no more.
pub(crate) fn copies_are_as_in_section_17(
    settings: &Settings,
    traced: &Traced<Bytes>,
    origin: &Origin,
) {
    let channel = settings.channel(Trust::Accept);
    let payload = traced.value();
    let (recipients, table) = (settings.recipients, FanOut::DEFAULT);
    let one_in = table.one_in(recipients);
    let broadcast = channel.broadcast(traced.origin(), payload.clone(), recipients, table);
    assert_eq!(broadcast.one_in(), one_in);
    let span_id = SpanId::from_u64(9).expect("not zero");
    for recipient in [&b"a"[..], b"b", b"", &payload[..payload.len().min(70)]] {
        let chooses = origin.chooses(recipient, one_in);
        assert_eq!(broadcast.chooses(recipient), chooses);
        let (copy, unsampled) = if chooses {
            (origin.chosen(one_in), settings.unsampled)
        } else {
            (origin.not_chosen(), Unsampled::Marker)
        };
        let front = copy.front(settings, unsampled, None);
        arrives(settings, front.as_ref(), payload, &broadcast.wrap(recipient).into_bytes());

        let sent = broadcast.wrap_from(span_id, recipient).into_bytes();
        let from_span = match copy.propagation.context().filter(|_| chooses) {
            Some(context) => copy.followed_by(context.with_span_id(span_id)),
            None => copy,
        };
        arrives(settings, from_span.front(settings, unsampled, None).as_ref(), payload, &sent);
    }

    let wrapper = channel.wrapper_for_many(traced.origin(), recipients, table);
    let front = origin.front(settings, Unsampled::Marker, Some(one_in));
    let sent = wrapper.wrap(payload.clone()).into_bytes();
    arrives(settings, front.as_ref(), payload, &sent);
    thinned(settings, &sent);
}

/// What a receiver of some name makes of a copy is what the model makes of it.
fn thinned(settings: &Settings, copy: &Bytes) {
    let settings = Settings { rollout: Rollout::On, ..*settings };
    let peer = settings.channel(Trust::Accept);
    if error(settings.mode, copy).is_some() {
        return;
    }
    let reading = Reader::new().with_carrier_cap(settings.cap).read(copy);
    for name in [&b"a"[..], b"b", b"c", b""] {
        let received = peer.receiver().with_name(name).receive(copy.clone());
        assert_eq!(received.value(), reading.payload());
        let all = Origin::received(Trust::Accept, settings.inbound, reading);
        if len(&all.fields) <= ROOM {
            origin_is(received.origin(), &mut all.for_receiver(name));
        }
    }
}
