//! The target `streams`: messages in a stream that arrives in pieces of any length (section 9).

use std::collections::VecDeque;

use glassine::{Reader, Reading};

/// Any bytes: a cap, the lengths of pieces, and messages. Each is put into a stream behind its
/// length, and comes out as it went in, with what can be said of it said as early as it can be.
pub fn streams(input: &[u8]) {
    let Some((&[cap_0, cap_1, pieces], rest)) = input.split_first_chunk() else { return };
    let Some((pieces, rest)) = rest.split_at_checked(usize::from(pieces % 16)) else { return };
    let reader = Reader::new().with_carrier_cap(u16::from_be_bytes([cap_0, cap_1]));
    let messages = messages(rest);
    let stream: Vec<u8> = messages.iter().flat_map(|message| in_stream(message)).collect();

    let mut receiver = Receiver::new(reader);
    let mut received = Vec::new();
    let mut rest = &stream[..];
    // Pieces of no byte arrive as well.
    for piece in pieces.iter().chain(&[255]).cycle() {
        let (piece, later) = rest.split_at(usize::from(*piece).min(rest.len()));
        received.extend(receiver.take(piece));
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    assert_eq!(received, messages);
    assert!(receiver.arrived.is_empty(), "nothing is left over");
}

/// Messages of up to 255 bytes, each behind its length; the last one may be longer.
fn messages(mut rest: &[u8]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    while let Some((&len, behind)) = rest.split_first() {
        let len = if len == 255 { behind.len() } else { usize::from(len).min(behind.len()) };
        let (message, behind) = behind.split_at(len);
        messages.push(message);
        rest = behind;
    }
    messages
}

/// A frame does not say how long its payload is: a length goes in front (R-STREAM-2).
fn in_stream(message: &[u8]) -> Vec<u8> {
    let len = u32::try_from(message.len()).expect("short");
    [&len.to_be_bytes(), message].concat()
}

/// A receiver as it would be written from the documentation: it asks when as much has arrived as
/// the last answer said, and when the message is whole.
struct Receiver {
    reader: Reader,
    arrived: VecDeque<u8>,
    asked: Asked,
}

/// What is known of the message that is arriving.
#[derive(Default)]
struct Asked {
    needs: usize,
    times: usize,
    /// Where the payload begins, once that is known.
    payload_offset: Option<usize>,
}

impl Receiver {
    fn new(reader: Reader) -> Self {
        Self { reader, arrived: VecDeque::new(), asked: Asked::default() }
    }

    /// The messages that this piece makes whole.
    fn take(&mut self, piece: &[u8]) -> Vec<Vec<u8>> {
        self.arrived.extend(piece);
        let mut whole = Vec::new();
        while self.arrived.len() >= 4 {
            let bytes = self.arrived.make_contiguous();
            let (len, behind) = bytes.split_first_chunk().expect("four bytes");
            let len = u32::from_be_bytes(*len) as usize;
            let of_message = &behind[..behind.len().min(len)];
            self.asked.ask(self.reader, of_message);
            if of_message.len() < len {
                break;
            }
            self.asked.ends_as(self.reader.read(of_message));
            self.asked = Asked::default();
            whole.push(of_message.to_vec());
            self.arrived.drain(..4 + len);
        }
        whole
    }
}

impl Asked {
    fn ask(&mut self, reader: Reader, arrived: &[u8]) {
        if self.payload_offset.is_some() || arrived.len() < self.needs {
            return;
        }
        self.times += 1;
        // Prefix, header, carrier, and the answer (R-STREAM-5).
        assert!(self.times <= 4, "asked too often");
        match reader.read_prefix(arrived) {
            Ok(reading) => {
                assert_eq!(reading, reader.read(arrived));
                self.payload_offset = Some(reading.payload_offset());
            }
            Err(incomplete) => {
                assert!(incomplete.needs() > arrived.len(), "the same answer would come again");
                assert!(incomplete.needs() <= 8 + 65_535, "a carrier is no longer");
                self.needs = incomplete.needs();
            }
        }
    }

    /// What was said early holds when the message is whole; what could not be said is damaged or
    /// bare (R-STREAM-4).
    fn ends_as(&self, whole: Reading<'_>) {
        match self.payload_offset {
            Some(offset) => assert_eq!(offset, whole.payload_offset()),
            None => assert_eq!(whole.payload(), whole.as_bytes()),
        }
    }
}
