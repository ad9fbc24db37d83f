//! Bytes in vectors.

use data_encoding::HEXLOWER;
use serde::de::{Deserialize, Deserializer, Error};

/// Lower-case hexadecimal, of any length or of exactly one.
pub(crate) fn hex<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = HEXLOWER.decode(text.as_bytes());
    let bytes =
        bytes.map_err(|error| D::Error::custom(format!("not lower-case hexadecimal: {error}")))?;
    let len = bytes.len();
    bytes.try_into().map_err(|_| D::Error::custom(format!("{len} bytes are not the right number")))
}
