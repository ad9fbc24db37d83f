//! Messages that pass through: a hop that hands on what it was sent.

use bytes::{Bytes, BytesMut};

use crate::channel::Channel;
use crate::id::SpanId;
use crate::policy::trust::Trust;

impl Channel {
    /// Gives a message that is passed on the span id of the hop, so that the next receiver's span
    /// is a child of the hop's; payload, trace and the fields that may be copied stay
    /// ([`reparent`](crate::reparent())). In place, if nobody shares the buffer, or in a copy of
    /// the message.
    ///
    /// The message is given back as it is while the channel does not send, if the channel does not
    /// believe its peers' contexts ([`Trust::Accept`]), and if its
    /// [reader](Self::with_reader) finds no context to change, as in a carrier above the cap. No
    /// list of fields and no limit on the length is applied. Passing on a message as it came needs
    /// no method: send its bytes again. Neither is counted as sent.
    #[must_use]
    pub fn relay(&self, message: Bytes, span_id: SpanId) -> Bytes {
        if !self.relays() || self.reader.read(&message).context().is_none() {
            return message;
        }
        let mut frame = message.try_into_mut().unwrap_or_else(|shared| BytesMut::from(&shared[..]));
        let whole_len = frame.len();
        match self.reader.reparent(&mut frame, span_id).map(|frame| frame.len()) {
            Some(len) => frame.split_off(whole_len - len).freeze(),
            None => frame.freeze(),
        }
    }

    /// Gives a message of a text channel that is passed on the span id of the hop, as
    /// [`relay`](Self::relay) does. Copies the message.
    #[cfg(feature = "text")]
    #[must_use]
    pub fn relay_text(&self, message: &str, span_id: SpanId) -> alloc::string::String {
        let reading = self.reader.read_text(message);
        if !self.relays() || reading.payload_offset() == 0 {
            return message.into();
        }
        let mut frame = reading.decode().as_reading().as_bytes().to_vec();
        let changed = self.reader.reparent(&mut frame, span_id);
        match changed.zip(message.get(reading.payload_offset()..)) {
            Some((frame, payload)) => crate::text::joined(frame, payload),
            None => message.into(),
        }
    }

    fn relays(&self) -> bool {
        self.trust == Trust::Accept && self.sending.switch.get().sends()
    }
}
