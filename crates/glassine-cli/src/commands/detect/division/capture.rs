//! The UDP messages of a packet capture, pcap or pcapng.

use std::io::{self, Read};

use etherparse::{
    EtherType, IpFragOffset, Ipv6ExtensionSlice, LaxNetSlice, LaxSlicedPacket, UdpHeader,
    UdpHeaderSlice, ip_number,
};
use glassine::wire::HEADER_LEN;
use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{Block, LegacyPcapReader, Linktype, PcapBlockOwned, PcapError, PcapNGReader};

use crate::commands::detect::front::Front;
use crate::commands::detect::source::Source;

/// Counts the UDP messages of a capture. A message's index is that of its packet.
pub(crate) fn read(source: &mut Source<'_>, mut input: impl Read) -> io::Result<()> {
    // The readers want to see the file's header in their first read, which a pipe does not promise.
    let mut header = Vec::new();
    input.by_ref().take(FIRST_READ).read_to_end(&mut header)?;
    let input = header.as_slice().chain(input);
    let read = if header.starts_with(&PCAPNG) {
        PcapNGReader::new(LARGEST_BLOCK, input)
            .map(|mut reader| Packets::new(source).read(&mut reader))
    } else {
        LegacyPcapReader::new(LARGEST_BLOCK, input)
            .map(|mut reader| Packets::new(source).read(&mut reader))
    };
    if read.is_err() {
        let name = source.name();
        source.unreadable(format_args!("{name} is neither a pcap nor a pcapng capture"));
    }
    Ok(())
}

/// The packets of a capture.
struct Packets<'a, 's> {
    source: &'a mut Source<'s>,
    /// The link types of the interfaces of this section.
    interfaces: Vec<Linktype>,
    seen: u64,
    passed_over: u64,
}

impl<'a, 's> Packets<'a, 's> {
    fn new(source: &'a mut Source<'s>) -> Self {
        Self { source, interfaces: Vec::new(), seen: 0, passed_over: 0 }
    }

    fn read(&mut self, reader: &mut dyn PcapReaderIterator) {
        loop {
            let at = reader.consumed();
            let fault = match reader.next() {
                Ok((len, block)) => {
                    self.block(block);
                    reader.consume(len);
                    continue;
                }
                Err(PcapError::Eof) => break,
                Err(PcapError::Incomplete(_)) => match reader.refill() {
                    Ok(()) => continue,
                    Err(_) => "cannot be read on",
                },
                Err(PcapError::UnexpectedEof) => "ends within the block",
                Err(PcapError::BufferTooSmall) => "has a block of more than 1 MiB",
                Err(_) => "is not well-formed",
            };
            let name = self.source.name();
            self.source.unreadable(format_args!("{name} {fault} at byte {at}"));
            break;
        }
        if self.passed_over > 0 {
            self.source.warn(format_args!(
                "{} of the {} packets of {} are not the beginning of a UDP message \
                 and were passed over",
                self.passed_over,
                self.seen,
                self.source.name()
            ));
        }
    }

    fn block(&mut self, block: PcapBlockOwned<'_>) {
        match block {
            PcapBlockOwned::LegacyHeader(header) => self.interface(header.network),
            PcapBlockOwned::Legacy(packet) => self.packet(0, packet.data),
            PcapBlockOwned::NG(Block::SectionHeader(_)) => self.interfaces.clear(),
            PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                self.interface(interface.linktype)
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                self.packet(packet.if_id, packet.packet_data())
            }
            PcapBlockOwned::NG(Block::SimplePacket(packet)) => self.packet(0, packet.packet_data()),
            PcapBlockOwned::NG(_) => {}
        }
    }

    fn interface(&mut self, link: Linktype) {
        if !LINKS.contains(&link) {
            let name = self.source.name();
            self.source.unreadable(format_args!(
                "{name} has packets of link type {}, which is not known",
                link.0
            ));
        }
        self.interfaces.push(link);
    }

    fn packet(&mut self, interface: u32, packet: &[u8]) {
        let index = self.seen;
        self.seen += 1;
        let link =
            usize::try_from(interface).ok().and_then(|interface| self.interfaces.get(interface));
        match link.and_then(|link| udp_message(*link, packet)) {
            None => self.passed_over += 1,
            Some(front) if (front.bytes.len() as u64) < front.len.min(HEADER_LEN as u64) => {
                let name = self.source.name();
                self.source.unreadable(format_args!(
                    "packet {} of {name} was captured without its message's \
                     first {HEADER_LEN} bytes",
                    index + 1
                ));
            }
            Some(front) => self.source.add(index, front),
        }
    }
}

/// The UDP message that begins in this packet. Its end may be in later fragments, or not captured:
/// the UDP header tells its length.
fn udp_message(link: Linktype, packet: &[u8]) -> Option<Front<'_>> {
    let packet = network_layer(link, packet)?;
    let net = packet.net?;
    let is_later_fragment = match &net {
        LaxNetSlice::Ipv4(ip) => ip.header().fragments_offset() != IpFragOffset::ZERO,
        LaxNetSlice::Ipv6(ip) => {
            ip.extensions().clone().into_iter().any(|extension| match extension {
                Ipv6ExtensionSlice::Fragment(fragment) => {
                    fragment.fragment_offset() != IpFragOffset::ZERO
                }
                _ => false,
            })
        }
        LaxNetSlice::Arp(_) => return None,
    };
    let datagram = net
        .ip_payload_ref()
        .filter(|payload| payload.ip_number == ip_number::UDP && !is_later_fragment)?;
    let header = UdpHeaderSlice::from_slice(datagram.payload).ok()?;
    let message = datagram.payload.get(UdpHeader::LEN..)?;
    let len = match usize::from(header.length()) {
        // A datagram too long for this field, which is then 0, ends with its packet (RFC 2675).
        0 => message.len(),
        len => len.checked_sub(UdpHeader::LEN)?,
    };
    Some(Front { bytes: message.get(..len).unwrap_or(message), len: len as u64 })
}

fn network_layer(link: Linktype, packet: &[u8]) -> Option<LaxSlicedPacket<'_>> {
    let ip = |packet| LaxSlicedPacket::from_ip(packet).ok();
    let after = |header: usize, ether_type_at: usize| {
        let ether_type = packet.get(ether_type_at..)?.first_chunk()?;
        let ether_type = EtherType(u16::from_be_bytes(*ether_type));
        Some(LaxSlicedPacket::from_ether_type(ether_type, packet.get(header..)?))
    };
    match link {
        Linktype::ETHERNET => LaxSlicedPacket::from_ethernet(packet).ok(),
        Linktype::RAW | Linktype::IPV4 | Linktype::IPV6 => ip(packet),
        // An address family, whose numbers depend on the system; the IP version says the same.
        Linktype::NULL | Linktype::LOOP => ip(packet.get(4..)?),
        Linktype::LINUX_SLL => after(16, 14),
        Linktype::LINUX_SLL2 => after(20, 0),
        _ => None,
    }
}

const LINKS: [Linktype; 8] = [
    Linktype::ETHERNET,
    Linktype::RAW,
    Linktype::IPV4,
    Linktype::IPV6,
    Linktype::NULL,
    Linktype::LOOP,
    Linktype::LINUX_SLL,
    Linktype::LINUX_SLL2,
];
/// What a pcapng capture begins with: the type of a section header.
const PCAPNG: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];
const FIRST_READ: u64 = 1 << 16;
/// Four times the longest packet that capturing programs write.
const LARGEST_BLOCK: usize = 1 << 20;
