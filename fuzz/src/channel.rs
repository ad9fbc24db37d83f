//! The target `channel`: any settings and any inbound bytes, under every trust.

mod copies;
mod passed_on;
pub(crate) mod received;

use core::str;

use bytes::Bytes;

use crate::channel::copies::copies_are_as_in_section_17;
use crate::channel::passed_on::{passed_on, relayed};
use crate::channel::received::{received, received_as_text};
use crate::model::trust;
use crate::settings::Settings;

/// Any bytes: settings of a channel, and a message that reaches it. What it believes is what its
/// trust says, what it sends on is what it believes, and every payload arrives.
pub fn channel(input: &[u8]) {
    let Some((settings, message)) = Settings::split(input) else { return };
    let bytes = Bytes::copy_from_slice(message);
    for trust in trust::EVERY {
        let (traced, origin) = received(&settings, trust, &bytes);
        passed_on(&settings, &traced, &origin);
        copies_are_as_in_section_17(&settings, &traced, &origin);
        relayed(&settings, trust, &bytes);
        if let Ok(text) = str::from_utf8(message) {
            received_as_text(&settings, trust, text);
        }
    }
}
