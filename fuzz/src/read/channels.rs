//! Channels of every mode: section 9.

use bytes::Bytes;
use glassine::{Mode, Reader};

use crate::model::channel;
use crate::model::fault::kind_and_offset;

/// A channel takes the reading as it is, or gives the error of the table; with shared bytes, the
/// error has them all.
pub(crate) fn channels_agree(reader: Reader, bytes: &[u8], shared: &Bytes) {
    let message = reader.read(bytes);
    for mode in [Mode::Mixed, Mode::Closed, Mode::Always] {
        let expected = channel::error(mode, bytes).map_or(Ok(message), Err);
        assert_eq!(message.require(mode).map_err(kind_and_offset), expected);

        match reader.read_shared(shared.clone()).require(mode) {
            Ok(taken) => assert_eq!(Ok(taken.as_reading()), expected),
            Err(refused) => {
                assert_eq!(Err(kind_and_offset(refused.fault())), expected);
                assert_eq!(refused.to_string(), refused.fault().to_string());
                let given_back = refused.into_bytes();
                assert_eq!(given_back, bytes);
                assert_eq!(given_back.as_ptr(), shared.as_ptr(), "the same buffer, not a copy");
            }
        }
    }
}
