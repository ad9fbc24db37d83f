//! What was passed over in a capture, and why.

use std::collections::BTreeMap;
use std::fmt;

/// Why there was no message to count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// An IP packet of another protocol than UDP, by its number: also that of a tunnel.
    Protocol(u8),
    /// Neither IPv4 nor IPv6.
    NotIp,
    /// The message began in an earlier packet.
    LaterFragment,
    /// The capture ends before the message begins.
    CutOff,
    /// A length, in the header of IP or UDP, that is less than the header's own.
    Malformed,
    /// No packets of this link type are known.
    LinkType(i32),
    /// A packet of an interface that the capture does not describe.
    Interface,
    /// A block of a type that is not known: there may be packets in it.
    Block(u32),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protocol(number) => match PROTOCOLS.iter().find(|(known, _)| known == number) {
                Some((_, name)) => f.write_str(name),
                None => write!(f, "IP protocol {number}"),
            },
            Self::NotIp => f.write_str("not IP"),
            Self::LaterFragment => f.write_str("later fragment"),
            Self::CutOff => f.write_str("cut off"),
            Self::Malformed => f.write_str("malformed"),
            Self::LinkType(number) => write!(f, "link type {number}"),
            Self::Interface => f.write_str("unknown interface"),
            Self::Block(kind) => write!(f, "block of type {kind:#x}"),
        }
    }
}

/// How much was passed over, by reason.
#[derive(Clone, Default)]
pub(crate) struct PassedOver(BTreeMap<Reason, u64>);

impl PassedOver {
    pub(crate) fn add(&mut self, reason: Reason) {
        *self.0.entry(reason).or_default() += 1;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The numbers, by what people call the reasons.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (String, u64)> {
        self.0.iter().map(|(reason, count)| (reason.to_string(), *count))
    }

    /// What may be in what was passed over all the same, as a sentence to go on with.
    pub(crate) fn remark(&self) -> &'static str {
        if self.0.contains_key(&Reason::TCP) { STREAMS } else { "" }
    }

    /// How many packets were passed over. A block that is not known may hold any number of them.
    pub(crate) fn packets(&self) -> u64 {
        self.0.iter().filter(|(reason, _)| !reason.is_block()).map(|(_, count)| count).sum()
    }

    /// How many blocks were.
    pub(crate) fn blocks(&self) -> u64 {
        self.0.iter().filter(|(reason, _)| reason.is_block()).map(|(_, count)| count).sum()
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        for (reason, count) in &other.0 {
            *self.0.entry(*reason).or_default() += count;
        }
    }
}

impl Reason {
    const TCP: Self = Self::Protocol(6);

    fn is_block(self) -> bool {
        matches!(self, Self::Block(_))
    }
}

/// "2 TCP, 1 not IP"
impl fmt::Display for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (reason, count)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{count} {reason}")?;
        }
        Ok(())
    }
}

const STREAMS: &str = "; the messages within TCP are not looked for: where they begin, only their \
     own protocol says";

/// What people know by name, and the tunnels.
const PROTOCOLS: [(u8, &str); 11] = [
    (1, "ICMP"),
    (2, "IGMP"),
    (4, "IPv4 in a tunnel"),
    (6, "TCP"),
    (41, "IPv6 in a tunnel"),
    (47, "GRE tunnel"),
    (50, "ESP"),
    (58, "ICMPv6"),
    (89, "OSPF"),
    (132, "SCTP"),
    (136, "UDP-Lite"),
];
