//! The packet block of old pcapng files, which has been replaced by the enhanced one.

/// A packet of an interface, as far as it was captured.
pub(crate) struct PacketBlock<'a> {
    pub(crate) interface: u32,
    pub(crate) data: &'a [u8],
}

impl<'a> PacketBlock<'a> {
    /// Reads a block of this type: interface, number of drops, time, captured length, original
    /// length, packet. `None` for what is no packet block, or too short for one.
    pub(crate) fn new(kind: u32, block: &'a [u8], is_big_endian: bool) -> Option<Self> {
        if kind != TYPE {
            return None;
        }
        let (interface, rest) = block.split_first_chunk()?;
        let (_drops_and_time, rest) = rest.split_first_chunk::<10>()?;
        let (captured, rest) = rest.split_first_chunk()?;
        let (_original_len, rest) = rest.split_first_chunk::<4>()?;
        let (interface, captured) = if is_big_endian {
            (u16::from_be_bytes(*interface), u32::from_be_bytes(*captured))
        } else {
            (u16::from_le_bytes(*interface), u32::from_le_bytes(*captured))
        };
        let data = rest.get(..usize::try_from(captured).ok()?)?;
        Some(Self { interface: interface.into(), data })
    }
}

const TYPE: u32 = 2;
