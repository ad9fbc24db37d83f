//! What a channel is set to, as the first bytes of an input say it: a byte for each thing, so that
//! an input is settings with a message of the specification's vectors behind them.

use glassine::policy::{AllowList, EmptyMessages, Rollout, Share, Trust, Unsampled};
use glassine::{Channel, FieldType, Mode, Reader};

use crate::model::list::List;

/// The settings of one channel, but for its trust: every check is made under each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) rollout: Rollout,
    pub(crate) mode: Mode,
    pub(crate) unsampled: Unsampled,
    pub(crate) empty: EmptyMessages,
    pub(crate) cap: u16,
    pub(crate) inbound: List,
    pub(crate) outbound: List,
    /// How many recipients a fan-out has.
    pub(crate) recipients: u32,
    pub(crate) max_message_len: Option<usize>,
    pub(crate) max_tracestate_len: u16,
}

impl Settings {
    /// How many bytes say them.
    pub(crate) const LEN: usize = 5;

    /// The settings, and what is behind them. `None` if the input is too short.
    pub(crate) fn split(input: &[u8]) -> Option<(Self, &[u8])> {
        let (&[switch, share, inbound, outbound, limits], rest) =
            input.split_first_chunk::<{ Self::LEN }>()?;
        let share = Share::from_millionths(u32::from(share) * 1_000_000 / 255);
        let rollout = match switch & 3 {
            0 => Rollout::On,
            1 => Rollout::ReceiveOnly,
            2 => Rollout::Share(share.expect("at most a million")),
            _ => Rollout::Off,
        };
        let (mode, rollout) = match switch >> 6 {
            0 => (Mode::Mixed, rollout),
            1 => (Mode::Closed, rollout),
            2 => (Mode::Always, rollout),
            _ => (Mode::Mixed, Rollout::CountOnly),
        };
        let settings = Self {
            rollout,
            mode,
            unsampled: if switch & 4 == 0 { Unsampled::Bare } else { Unsampled::Marker },
            empty: if switch & 8 == 0 { EmptyMessages::Bare } else { EmptyMessages::Wrapped },
            cap: [16_384, 24, 100, u16::MAX][usize::from(switch >> 4 & 3)],
            inbound: list(inbound),
            outbound: list(outbound),
            recipients: [1, 3, 100, 10_000][usize::from(limits & 3)],
            max_message_len: match usize::from(limits >> 2 & 31) {
                0 => None,
                length => Some(12 * length),
            },
            max_tracestate_len: if limits & 0x80 == 0 { 512 } else { 10 },
        };
        Some((settings, rest))
    }

    /// A channel that is set so.
    pub(crate) fn channel(&self, trust: Trust) -> Channel {
        let channel = Channel::new()
            .with_trust(trust)
            .with_rollout(self.rollout)
            .with_mode(self.mode)
            .with_unsampled(self.unsampled)
            .with_empty_messages(self.empty)
            .with_reader(Reader::new().with_carrier_cap(self.cap))
            .with_max_tracestate_len(self.max_tracestate_len)
            .with_inbound_fields(self.inbound.allow_list())
            .with_outbound_fields(self.outbound.allow_list());
        match self.max_message_len {
            Some(bytes) => channel.with_max_message_len(bytes),
            None => channel,
        }
    }

    /// Whether envelopes are read: in a mixed channel, from receive only on.
    pub(crate) fn reads(&self) -> bool {
        self.mode != Mode::Mixed || !matches!(self.rollout, Rollout::Off | Rollout::CountOnly)
    }

    /// Whether contexts are sent.
    pub(crate) fn sends(&self) -> bool {
        matches!(self.rollout, Rollout::On | Rollout::Share(_))
    }
}

/// A list of each kind.
pub(crate) fn lists() -> impl Iterator<Item = List> {
    [0, 1, 0b0000_0110, 0b1111_1110].into_iter().map(list)
}

/// A list: nothing, everything, or some of the names that inputs have.
fn list(byte: u8) -> List {
    let some = |shift: u8| usize::from(byte >> shift & 3);
    match byte & 3 {
        0 => List::NONE,
        1 => List::ALL,
        kind => List {
            is_owned: kind == 3,
            baggage: Some(&BAGGAGE[..some(2)]),
            text_map: Some(&TEXT_MAP[..some(4)]),
            types: Some(&TYPES[..some(6)]),
        },
    }
}

impl List {
    /// The same, as a channel has it.
    pub(crate) fn allow_list(self) -> AllowList {
        let (Some(baggage), Some(text_map), Some(types)) =
            (self.baggage, self.text_map, self.types)
        else {
            return AllowList::ALL;
        };
        let list = AllowList::NONE;
        if self.is_owned {
            list.with_baggage_keys(baggage.iter().copied())
                .with_text_map_keys(text_map.iter().copied())
                .with_field_types(types.iter().copied())
        } else {
            list.with_baggage(baggage).with_text_map(text_map).with_types(types)
        }
    }
}

static BAGGAGE: [&str; 3] = ["userId", "a", "k"];
static TEXT_MAP: [&str; 3] = ["B3", "x", "uber-*"];
static TYPES: [FieldType; 3] = [FieldType(0x80), FieldType(0x07), FieldType(0xFF)];
