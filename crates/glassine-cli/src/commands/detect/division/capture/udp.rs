//! The UDP message that is in a packet, or why there is none.

use etherparse::err::Layer;
use etherparse::{
    EtherType, IpFragOffset, Ipv6ExtensionSlice, LaxNetSlice, LaxSlicedPacket, UdpHeader,
    UdpHeaderSlice, ip_number,
};
use pcap_parser::Linktype;

use crate::commands::detect::front::Front;
use crate::commands::detect::passed_over::Reason;

/// Whether packets of this link type can be looked into.
pub(crate) fn is_known(link: Linktype) -> bool {
    LINKS.contains(&link)
}

/// The UDP message that begins in this packet. Its end may be in later fragments, or not captured:
/// the UDP header tells its length.
pub(crate) fn udp_message(link: Linktype, packet: &[u8]) -> Result<Front<'_>, Reason> {
    let packet = network_layer(link, packet)?;
    let is_cut_off = packet.stop_err.as_ref().is_some_and(|(_, layer)| *layer != Layer::UdpHeader);
    let net = packet.net.ok_or(if is_cut_off { Reason::CutOff } else { Reason::NotIp })?;
    let is_later_fragment = match &net {
        // Segmentation by hardware may leave the length 0.
        LaxNetSlice::Ipv4(ip) if (1..20).contains(&ip.header().total_len()) => {
            return Err(Reason::Malformed);
        }
        LaxNetSlice::Ipv4(ip) => ip.header().fragments_offset() != IpFragOffset::ZERO,
        LaxNetSlice::Ipv6(ip) => {
            ip.extensions().clone().into_iter().any(|extension| match extension {
                Ipv6ExtensionSlice::Fragment(fragment) => {
                    fragment.fragment_offset() != IpFragOffset::ZERO
                }
                _ => false,
            })
        }
        LaxNetSlice::Arp(_) => return Err(Reason::NotIp),
    };
    let datagram = net.ip_payload_ref().ok_or(Reason::NotIp)?;
    if is_later_fragment {
        return Err(Reason::LaterFragment);
    }
    if datagram.ip_number != ip_number::UDP {
        return Err(Reason::Protocol(datagram.ip_number.0));
    }
    let header = UdpHeaderSlice::from_slice(datagram.payload).map_err(|_| Reason::CutOff)?;
    let message = datagram.payload.get(UdpHeader::LEN..).unwrap_or_default();
    let len = match usize::from(header.length()) {
        // A datagram too long for this field, which is then 0, ends with its packet (RFC 2675).
        0 => message.len(),
        len => len.checked_sub(UdpHeader::LEN).ok_or(Reason::Malformed)?,
    };
    Ok(Front { bytes: message.get(..len).unwrap_or(message), len: len as u64 })
}

fn network_layer(link: Linktype, packet: &[u8]) -> Result<LaxSlicedPacket<'_>, Reason> {
    let after = |header: usize, ether_type_at: usize| {
        let ether_type = packet.get(ether_type_at..).and_then(<[u8]>::first_chunk);
        let ether_type = EtherType(u16::from_be_bytes(*ether_type.ok_or(Reason::CutOff)?));
        let packet = packet.get(header..).ok_or(Reason::CutOff)?;
        Ok(LaxSlicedPacket::from_ether_type(ether_type, packet))
    };
    match link {
        Linktype::ETHERNET => LaxSlicedPacket::from_ethernet(packet).map_err(|_| Reason::CutOff),
        Linktype::IPV4 if version(packet).is_some_and(|version| version != 4) => Err(Reason::NotIp),
        Linktype::IPV6 if version(packet).is_some_and(|version| version != 6) => Err(Reason::NotIp),
        Linktype::RAW | Linktype::IPV4 | Linktype::IPV6 | RAW_TOO => ip(packet),
        // An address family, whose numbers depend on the system; the IP version says the same.
        Linktype::NULL | Linktype::LOOP => ip(packet.get(4..).ok_or(Reason::CutOff)?),
        Linktype::LINUX_SLL => after(16, 14),
        Linktype::LINUX_SLL2 => after(20, 0),
        Linktype(link) => Err(Reason::LinkType(link)),
    }
}

fn ip(packet: &[u8]) -> Result<LaxSlicedPacket<'_>, Reason> {
    match version(packet) {
        None => Err(Reason::CutOff),
        Some(4 | 6) => LaxSlicedPacket::from_ip(packet).map_err(|_| Reason::CutOff),
        Some(_) => Err(Reason::NotIp),
    }
}

/// That of IP.
fn version(packet: &[u8]) -> Option<u8> {
    packet.first().map(|byte| byte >> 4)
}

/// Raw IP, by the number that it has on most systems, and that some programs write.
const RAW_TOO: Linktype = Linktype(12);

const LINKS: [Linktype; 9] = [
    Linktype::ETHERNET,
    Linktype::RAW,
    RAW_TOO,
    Linktype::IPV4,
    Linktype::IPV6,
    Linktype::NULL,
    Linktype::LOOP,
    Linktype::LINUX_SLL,
    Linktype::LINUX_SLL2,
];
