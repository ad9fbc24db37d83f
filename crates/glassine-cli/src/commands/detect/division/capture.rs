//! The UDP messages of a packet capture, pcap or pcapng.

mod packet_block;
mod udp;

use std::io::{self, Read};

use glassine::wire::HEADER_LEN;
use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{Block, LegacyPcapReader, Linktype, PcapBlockOwned, PcapError, PcapNGReader};

use crate::commands::detect::division::capture::packet_block::PacketBlock;
use crate::commands::detect::division::capture::udp::{is_known, udp_message};
use crate::commands::detect::passed_over::Reason;
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
    is_big_endian: bool,
    /// The link types of the interfaces of this section.
    interfaces: Vec<Linktype>,
    seen: u64,
}

impl<'a, 's> Packets<'a, 's> {
    fn new(source: &'a mut Source<'s>) -> Self {
        Self { source, is_big_endian: false, interfaces: Vec::new(), seen: 0 }
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
        self.source.warn_of_passed_over(self.seen);
    }

    fn block(&mut self, block: PcapBlockOwned<'_>) {
        match block {
            PcapBlockOwned::LegacyHeader(header) => {
                // The upper bits tell of check sums behind the packets.
                let link = header.network.0 as u32 & LINK_TYPE;
                self.interface(Linktype(link as i32));
            }
            PcapBlockOwned::Legacy(packet) => self.packet(0, packet.data),
            PcapBlockOwned::NG(Block::SectionHeader(header)) => {
                self.is_big_endian = header.big_endian();
                self.interfaces.clear();
            }
            PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                self.interface(interface.linktype)
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                self.packet(packet.if_id, packet.packet_data())
            }
            PcapBlockOwned::NG(Block::SimplePacket(packet)) => self.packet(0, packet.packet_data()),
            PcapBlockOwned::NG(Block::Unknown(block)) => {
                let is_big_endian = self.is_big_endian;
                let kind =
                    if is_big_endian { block.block_type.swap_bytes() } else { block.block_type };
                match PacketBlock::new(kind, block.data, is_big_endian) {
                    Some(packet) => self.packet(packet.interface, packet.data),
                    None => self.source.pass_over(Reason::Block(kind)),
                }
            }
            // None of these holds a packet.
            PcapBlockOwned::NG(_) => {}
        }
    }

    fn interface(&mut self, link: Linktype) {
        if !is_known(link) {
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
        let message = link.ok_or(Reason::Interface).and_then(|link| udp_message(*link, packet));
        match message {
            Err(reason) => self.source.pass_over(reason),
            Ok(front) if (front.bytes.len() as u64) < front.len.min(HEADER_LEN as u64) => {
                let name = self.source.name();
                self.source.unreadable(format_args!(
                    "packet {} of {name} was captured without its message's \
                     first {HEADER_LEN} bytes",
                    index + 1
                ));
            }
            Ok(front) => self.source.add(index, front),
        }
    }
}

/// The bits of a pcap file's link type that are one.
const LINK_TYPE: u32 = 0x03FF_FFFF;
/// What a pcapng capture begins with: the type of a section header.
const PCAPNG: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];
const FIRST_READ: u64 = 1 << 16;
/// Four times the longest packet that capturing programs write.
const LARGEST_BLOCK: usize = 1 << 20;
