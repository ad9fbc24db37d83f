//! The target `read`: any bytes, in every way of reading them.

pub(crate) mod carrier;
mod channels;
mod header;
pub(crate) mod reparent;
mod stream;

use bytes::Bytes;
use glassine::{Reader, Reading, SharedReading};

use crate::again::written_again;
use crate::model::header::caps;
use crate::read::carrier::carrier_is_read_as_in_section_5;
use crate::read::channels::channels_agree;
use crate::read::header::header_is_read_as_in_appendix_c;
use crate::read::reparent::reparented;
use crate::read::stream::stream_agrees;

/// Any bytes: all ways of reading them agree, and what was read can be written again.
pub fn read(bytes: &[u8]) {
    let shared = Bytes::copy_from_slice(bytes);
    for cap in caps(bytes) {
        let reader = Reader::new().with_carrier_cap(cap);
        header_is_read_as_in_appendix_c(reader.read(bytes), cap);
        forms_agree(reader, bytes, &shared);
        channels_agree(reader, bytes, &shared);
    }
    carrier_is_read_as_in_section_5(Reader::new().with_carrier_cap(u16::MAX).read(bytes));
    assert_eq!(Reading::read(bytes), Reader::new().read(bytes));
    assert_eq!(SharedReading::read(shared).as_reading(), Reading::read(bytes));
    stream_agrees(bytes);
    written_again(Reading::read(bytes));
    reparented(bytes);
}

/// A reading is the same whether its bytes are borrowed, shared or its own.
fn forms_agree(reader: Reader, bytes: &[u8], shared: &Bytes) {
    let message = reader.read(bytes);
    let shared_message = reader.read_shared(shared.clone());
    assert_eq!(shared_message.as_reading(), message);
    assert_eq!(shared_message.payload(), message.payload());
    assert_eq!(shared_message.detach().as_reading(), message);
    assert_eq!(shared_message.into_payload(), message.payload());
    assert_eq!(message.detach().as_reading(), message);
}
