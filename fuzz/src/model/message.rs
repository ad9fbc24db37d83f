//! A message that a channel sends: what of its envelope it keeps, what it is counted as, and how
//! long it is. Sections 7, 9, 10 and 11.

use data_encoding::BASE64URL_NOPAD;
use glassine::policy::{Count, EmptyMessages};
use glassine::{Mode, shorten};

use crate::model::frame::joined;
use crate::model::origin::{Front, fields};
use crate::settings::Settings;

/// The form of a channel's messages.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Form {
    Binary,
    Text,
}

/// A message, what it counts as, whether it has lost fields for its length, and that length if it
/// is more than it may be all the same.
pub(crate) struct Sent {
    pub(crate) message: Vec<u8>,
    pub(crate) count: Count,
    pub(crate) is_shortened: bool,
    pub(crate) too_long: Option<usize>,
}

/// The first of these that fits goes in front of the payload: the envelope; the envelope with fewer
/// fields; the escape, if there must be one, fits or not; nothing.
pub(crate) fn sent(sender: &Settings, front: Option<&Front>, payload: &[u8], form: Form) -> Sent {
    let is_no_value = payload.is_empty() && sender.empty == EmptyMessages::Bare;
    let front = front.filter(|_| sender.sends() && !is_no_value);
    let max = sender.max_message_len.unwrap_or(usize::MAX);
    let whole = || front.map(|front| (front.0, envelope(front)));
    let shorter = || {
        let room = sender.max_message_len?.checked_sub(payload.len())?;
        shortened(front?, room, form)
    };
    for (is_shortened, envelope) in [(false, &whole as &dyn Fn() -> _), (true, &shorter)] {
        let Some((shape, envelope)) = envelope() else { continue };
        let message = [&in_form(&envelope, form), payload].concat();
        if message.len() <= max {
            let count = match shape {
                3 => Count::SentSampled,
                1 => Count::SentMarker,
                _ => Count::SentUndecided,
            };
            return Sent { message, count, is_shortened, too_long: None };
        }
    }
    let asks_for_it = match form {
        Form::Binary => payload.first() == Some(&0x9E),
        Form::Text => payload.starts_with(b"~glassine;"),
    };
    let is_escaped = match sender.mode {
        Mode::Closed => asks_for_it,
        Mode::Always => true,
        _ => asks_for_it && sender.sends(),
    };
    if !is_escaped {
        let (message, count) = (payload.to_vec(), Count::SentBare);
        return Sent { message, count, is_shortened: false, too_long: None };
    }
    let message = [&in_form(&joined(0, None, &[]).expect("short"), form), payload].concat();
    let too_long = (message.len() > max).then_some(message.len());
    Sent { message, count: Count::SentEscaped, is_shortened: false, too_long }
}

fn envelope((shape, context, items): &Front) -> Vec<u8> {
    joined(*shape, *context, &fields(items)).expect("short enough")
}

/// As many whole fields and members as leave an envelope of this room.
fn shortened(front: &Front, room: usize, form: Form) -> Option<(u8, Vec<u8>)> {
    let (shape, context, items) = front;
    // The longest envelope that has room.
    let room = (0..=room).rev().find(|len| in_form(&vec![0; *len], form).len() <= room)?;
    let room = room.checked_sub(if context.is_some() { 32 } else { 8 })?;
    let mut fields = fields(items);
    let left = shorten(&mut fields, room);
    (*shape != 0 || !left.is_empty())
        .then(|| (*shape, joined(*shape, *context, left).expect("shorter")))
}

/// An envelope as it stands in front of a payload.
fn in_form(envelope: &[u8], form: Form) -> Vec<u8> {
    match form {
        Form::Text if !envelope.is_empty() => {
            [b"~glassine;", BASE64URL_NOPAD.encode(envelope).as_bytes(), b";"].concat()
        }
        _ => envelope.to_vec(),
    }
}
