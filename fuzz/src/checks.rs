//! What must hold for every input: the bodies of the fuzz targets. `tests/fuzz_replay.rs` runs them
//! over the specification's vectors and over all kept inputs.
//!
//! Where it is short, the specification is written down here a second time, in the most naive way,
//! and compared with the crate: its reader on one screen (appendix C), its rule of which fields
//! count, and a writer that joins bytes.

use std::num::NonZeroU32;
use std::str;

use arbitrary::Arbitrary;
use bytes::{Buf, Bytes};
use data_encoding::BASE64URL_NOPAD;
use glassine::text::TextReading;
use glassine::wire::{
    CONTEXT_LEN, DEFAULT_CARRIER_CAP, GUARD, HEADER_LEN, MAGIC, MAX_CARRIER_LEN, MAX_ENCODED_LEN,
    MAX_FIELDS, PREFIX_LEN, TEXT_PREFIX, VERSION, is_possible_version,
};
use glassine::{
    Carrier, Decision, EncodeErrorKind, Envelope, Fault, FaultKind, Field, FieldType, Reader,
    Reading, SharedReading, SpanId, TraceContext, TraceFlags, TraceId, Verdict, Wrapped,
    needs_escape, reparent, shorten, text::needs_escape,
};

/// Any bytes: all ways of reading them agree, and what was read can be written again.
pub fn read(bytes: &[u8]) {
    let shared = Bytes::copy_from_slice(bytes);
    let carrier_len = carrier_len(bytes);
    for cap in [0, carrier_len.saturating_sub(1), carrier_len, DEFAULT_CARRIER_CAP, u16::MAX] {
        let reader = Reader::new().with_carrier_cap(cap);
        header_is_read_as_in_appendix_c(reader.read(bytes), cap);
        forms_of_a_message_agree(reader, bytes, &shared);
        channels_agree(reader, bytes, &shared);
    }
    carrier_is_read_as_in_section_5(Reader::new().with_carrier_cap(u16::MAX).read(bytes));
    assert_eq!(Reading::read(bytes), Reader::new().read(bytes));
    stream_agrees(bytes);
    written_again(Reading::read(bytes));
    reparented(bytes);
}

/// Any bytes: as a message of a text channel, and as what is encoded in one.
pub fn text(bytes: &[u8]) {
    text_is_total(bytes);
    encoded_is_read_as_in_section_10(bytes);
    written_as_text(Reading::read(bytes));
}

/// A message to write, with anything that could be asked for, allowed or not.
#[derive(Arbitrary, Debug)]
pub struct Letter<'a> {
    says: Says,
    fields: Vec<Given<'a>>,
    /// So many empty fields of a grease type more: the way to more than 128.
    grease: u8,
    /// An inbound frame whose fields are kept.
    inbound: Inbound<'a>,
    /// The room that fields are shortened to.
    room: u16,
    payload: &'a [u8],
}

/// The shape that is asked for.
#[derive(Arbitrary, Debug)]
enum Says {
    Nothing,
    Unsampled,
    Context(Ids),
}

/// A frame that came in, with fields that may be misplaced, repeated or malformed.
#[derive(Arbitrary, Debug)]
struct Inbound<'a> {
    context: Option<Ids>,
    fields: Vec<Given<'a>>,
}

impl Inbound<'_> {
    fn frame(&self) -> Option<Vec<u8>> {
        let fields: Vec<_> = self.fields.iter().filter_map(Given::field).collect();
        let context = self.context.as_ref().and_then(Ids::context);
        joined(if context.is_some() { 3 } else { 0 }, context, &fields)
    }
}

/// A context, of which an id may be all zero.
#[derive(Arbitrary, Debug)]
struct Ids {
    trace_id: [u8; TraceId::LEN],
    span_id: [u8; SpanId::LEN],
    flags: u8,
}

impl Ids {
    fn context(&self) -> Option<TraceContext> {
        let flags = TraceFlags::from_u8(self.flags);
        Some(TraceContext::new(
            TraceId::from_bytes(self.trace_id)?,
            SpanId::from_bytes(self.span_id)?,
            flags,
        ))
    }
}

/// A field that is asked for, well-formed or not.
#[derive(Arbitrary, Debug)]
enum Given<'a> {
    Tracestate(&'a str),
    Baggage(&'a str),
    TextMap {
        key: &'a str,
        value: &'a str,
    },
    FanOutWeight(NonZeroU32),
    FurtherContext(Ids),
    Unknown {
        field_type: u8,
        value: &'a [u8],
    },
    /// Longer values than a fuzzer's input holds.
    Long {
        field_type: u8,
        key_len: u16,
        len: u32,
    },
}

impl<'a> Given<'a> {
    /// `None` if the crate's types rule it out.
    fn field(&self) -> Option<Field<'a>> {
        Some(match *self {
            Self::Tracestate(text) => Field::Tracestate(text),
            Self::Baggage(text) => Field::Baggage(text),
            Self::TextMap { key, value } => Field::TextMap { key, value },
            Self::FanOutWeight(weight) => Field::FanOutWeight(weight),
            Self::FurtherContext(ref ids) => Field::FurtherContext(ids.context()?),
            Self::Unknown { field_type, value } => {
                Field::Unknown { field_type: FieldType(field_type), value }
            }
            Self::Long { field_type, key_len, len } => {
                let long = |len: usize| str::from_utf8(&LONG[..len % LONG.len()]).unwrap();
                let value = long(len as usize);
                match FieldType(field_type) {
                    FieldType::TRACESTATE => Field::Tracestate(value),
                    FieldType::BAGGAGE => Field::Baggage(value),
                    FieldType::TEXT_MAP => {
                        Field::TextMap { key: long(usize::from(key_len)), value }
                    }
                    field_type => Field::Unknown { field_type, value: value.as_bytes() },
                }
            }
        })
    }
}

/// A letter is written in the same bytes by every way of writing, and reads back; or every way
/// refuses it and writes nothing. Returns whether it was written.
pub fn write(letter: &Letter<'_>) -> bool {
    let says = match &letter.says {
        Says::Nothing => Some((0, None, Envelope::escape())),
        Says::Unsampled => Some((1, None, Envelope::unsampled())),
        Says::Context(ids) => {
            ids.context().map(|context| (3, Some(context), Envelope::new(context)))
        }
    };
    let given: Option<Vec<_>> = letter.fields.iter().map(Given::field).collect();
    let (Some((shape, context, envelope)), Some(mut given)) = (says, given) else {
        // An id is all zero: there is no value of these types that says so (R-WRITE-3).
        return false;
    };
    let grease = Field::Unknown { field_type: FieldType::GREASE[0], value: &[] };
    given.extend(std::iter::repeat_n(grease, usize::from(letter.grease)));

    shortened(&given, usize::from(letter.room));
    let inbound = letter.inbound.frame().unwrap_or_default();
    let inbound = Reading::read(&inbound).carrier();
    let mut fields = given.clone();
    fields.extend(inbound.fields().filter(|field| {
        is_kept(field)
            && is_in_place(field, context)
            && !given.iter().any(|given| is_repeated(field, given))
    }));
    fields.sort_by_key(Field::field_type);

    let envelope = envelope.with_fields(&given).with_kept_fields(inbound);
    match by_hand(shape, context, &fields) {
        Some(front) => {
            written(envelope, &front, letter.payload);
            let frame = [&front, letter.payload].concat();
            let message = Reader::new().with_carrier_cap(u16::MAX).read(&frame);
            assert_eq!((message.verdict(), message.fault()), (Verdict::Enveloped, None));
            assert_eq!(message.payload(), letter.payload);
            assert_eq!(message.context(), context);
            assert!(message.carrier().fields().eq(fields.iter().copied()));
            let is_sampled = context.is_some_and(TraceContext::is_sampled);
            let decision = message.decision().map(|decision| decision == Decision::Sampled);
            assert_eq!(decision, (shape != 0).then_some(is_sampled));
            true
        }
        None => {
            refused(envelope, letter.payload);
            false
        }
    }
}

fn header_is_read_as_in_appendix_c(message: Reading<'_>, cap: u16) {
    let bytes = message.as_bytes();
    let expected = appendix_c(bytes, cap);
    assert_eq!(message.verdict(), expected.verdict);
    assert_eq!(message.fault().map(kind_and_offset), expected.fault);
    assert_eq!(message.payload_offset(), expected.payload_offset);
    assert_eq!(message.payload(), &bytes[expected.payload_offset..]);

    let framed = matches!(expected.verdict, Verdict::Enveloped | Verdict::UnknownVersion);
    assert_eq!(message.version(), framed.then(|| bytes[1]));
    assert_eq!(message.claims_sampled(), framed && bytes[5] & 1 == 1 && bytes[4] & 1 == 1);
    if !framed {
        assert_eq!(message.payload(), bytes);
    }
    if expected.verdict != Verdict::Enveloped || expected.fault.is_some() {
        assert_eq!(message.carrier().context(), None);
        assert_eq!(message.carrier().raw_fields().next(), None);
        assert_eq!(message.carrier().faults().next(), None);
    }
    // An id that is all zero costs the decision, where the ids were looked at (R-READ-8).
    let ids_are_read =
        expected.verdict == Verdict::Enveloped && expected.fault.is_none() && bytes[5] & 2 != 0;
    let decided = framed && bytes[5] & 1 == 1 && (!ids_are_read || message.context().is_some());
    assert_eq!(message.flags().map(TraceFlags::to_u8), decided.then(|| bytes[4]));
    assert_eq!(
        message.decision().map(|decision| decision == Decision::Sampled),
        decided.then(|| bytes[4] & 1 == 1)
    );
}

fn forms_of_a_message_agree(reader: Reader, bytes: &[u8], shared: &Bytes) {
    let message = reader.read(bytes);
    let shared_message = reader.read_shared(shared.clone());
    assert_eq!(shared_message.as_reading(), message);
    assert_eq!(shared_message.payload(), message.payload());
    assert_eq!(shared_message.detach().as_reading(), message);
    assert_eq!(shared_message.into_payload(), message.payload());
    assert_eq!(message.detach().as_reading(), message);
}

/// The table of section 9, column by column.
fn channels_agree(reader: Reader, bytes: &[u8], shared: &Bytes) {
    let message = reader.read(bytes);
    let begins_with_magic = bytes.first() == Some(&MAGIC);
    let is_framed = matches!(message.verdict(), Verdict::Enveloped | Verdict::UnknownVersion);
    let broken = || {
        let differs = |at: usize, ok: fn(u8) -> bool| bytes.get(at).is_some_and(|byte| !ok(*byte));
        match message.fault() {
            Some(fault) => kind_and_offset(fault),
            None if differs(1, is_possible_version) => (FaultKind::ImpossibleVersion, 1),
            None if differs(2, |byte| byte == GUARD[0]) => (FaultKind::WrongGuard, 2),
            None if differs(3, |byte| byte == GUARD[1]) => (FaultKind::WrongGuard, 3),
            None => (FaultKind::TruncatedHeader, bytes.len()),
        }
    };
    let always = match (begins_with_magic, is_framed) {
        (false, _) => Err((FaultKind::NotEnveloped, 0)),
        (true, false) => Err(broken()),
        (true, true) => Ok(message),
    };
    let closed = if begins_with_magic { always } else { Ok(message) };
    assert_eq!(reader.read_closed(bytes).map_err(kind_and_offset), closed);
    assert_eq!(reader.read_always(bytes).map_err(kind_and_offset), always);

    let borrowed = |read: &Result<SharedReading, Fault>, expected: Result<Reading<'_>, _>| {
        assert_eq!(
            read.as_ref().map(SharedReading::as_reading).map_err(|fault| kind_and_offset(*fault)),
            expected
        );
    };
    borrowed(&reader.read_closed_shared(shared), closed);
    borrowed(&reader.read_always_shared(shared), always);
}

/// Every prefix of the bytes is answered as R-STREAM-1 to R-STREAM-5 say, and the first answer
/// stands.
fn stream_agrees(bytes: &[u8]) {
    let reader = Reader::new();
    let mut answer: Option<Reading<'_>> = None;
    for arrived in 0..=bytes.len() {
        let front = &bytes[..arrived];
        match reader.read_prefix(front) {
            Ok(message) => {
                assert_eq!(message, reader.read(front));
                let first = *answer.get_or_insert_with(|| {
                    assert_eq!(missing(front), None, "an answer came too early");
                    message
                });
                assert_eq!(message.verdict(), first.verdict());
                assert_eq!(message.fault(), first.fault());
                assert_eq!(message.payload_offset(), first.payload_offset());
                assert!(message.payload().starts_with(first.payload()));
            }
            Err(incomplete) => {
                assert_eq!(answer, None, "an answer was taken back");
                assert_eq!(Some(incomplete.needs()), missing(front));
            }
        }
    }
    // More bytes could matter: there are some that bring the answer on.
    if let Err(incomplete) = reader.read_prefix(bytes) {
        let rest_of_prefix = [MAGIC, VERSION, GUARD[0], GUARD[1]].into_iter().skip(bytes.len());
        let mut more: Vec<_> = bytes.iter().copied().chain(rest_of_prefix).collect();
        more.resize(incomplete.needs(), 0);
        assert_ne!(reader.read_prefix(&more), Err(incomplete));
    }
}

/// How many bytes a stream reader needs, if it has no answer yet.
fn missing(front: &[u8]) -> Option<usize> {
    if front.len() < PREFIX_LEN {
        let is_like_a_prefix = |(at, byte): (usize, &u8)| match at {
            0 => *byte == MAGIC,
            1 => is_possible_version(*byte),
            _ => *byte == GUARD[at - 2],
        };
        return front.iter().enumerate().all(is_like_a_prefix).then_some(PREFIX_LEN);
    }
    match appendix_c(front, DEFAULT_CARRIER_CAP).fault?.0 {
        FaultKind::TruncatedHeader => Some(HEADER_LEN),
        FaultKind::CarrierPastEnd => Some(HEADER_LEN + usize::from(carrier_len(front))),
        _ => None,
    }
}

fn carrier_is_read_as_in_section_5(message: Reading<'_>) {
    let carrier = message.carrier();
    let context = carrier.context();
    assert_eq!(context, message.context());

    let mut at = None;
    for raw in carrier.raw_fields() {
        assert!(at.is_none_or(|end| end == raw.offset()), "fields follow each other without a gap");
        let bytes = &message.as_bytes()[raw.offset()..];
        assert_eq!(bytes[0], raw.field_type().0);
        assert_eq!(usize::from(u16::from_be_bytes([bytes[1], bytes[2]])), raw.value().len());
        assert!(bytes[3..].starts_with(raw.value()));
        at = Some(raw.offset() + 3 + raw.value().len());
    }
    assert!(at.is_none_or(|end| end <= message.payload_offset()));

    // Which fields count, and what is wrong with those that do not (sections 5.2 and 5.3).
    let mut counting: Vec<Field<'_>> = Vec::new();
    let mut faults = Vec::new();
    for raw in carrier.raw_fields() {
        let fault = match Field::parse(raw.field_type(), raw.value()) {
            None => FaultKind::MalformedField,
            Some(field) if !is_in_place(&field, context) => FaultKind::MisplacedField,
            Some(field) if counting.iter().any(|earlier| is_repeated(&field, earlier)) => {
                FaultKind::RepeatedField
            }
            Some(field) => {
                assert_eq!(value_of(&field).as_deref(), Some(raw.value()));
                counting.push(field);
                continue;
            }
        };
        faults.push((fault, raw.offset()));
    }
    assert!(carrier.fields().eq(counting.iter().copied()));
    let of_fields =
        [FaultKind::MalformedField, FaultKind::MisplacedField, FaultKind::RepeatedField];
    let found: Vec<_> = carrier.faults().map(kind_and_offset).collect();
    assert!(found.is_sorted_by_key(|(_, offset)| *offset));
    assert!(found.iter().filter(|(kind, _)| of_fields.contains(kind)).eq(&faults));
    let rest =
        message.payload_offset().saturating_sub(at.unwrap_or(first_field_at(carrier, message)));
    let end = found
        .iter()
        .find(|(kind, _)| matches!(kind, FaultKind::FieldPastEnd | FaultKind::TooManyFields));
    assert_eq!(end.is_some(), rest > 0, "what is left over is a fault");

    accessors_agree(carrier, &counting);
}

/// Where the first field would begin; where the payload begins if the carrier is not read.
fn first_field_at(carrier: Carrier<'_>, message: Reading<'_>) -> usize {
    let header = message.as_bytes();
    match (message.verdict(), message.fault()) {
        (Verdict::Enveloped, None) if header[5] & 2 != 0 => {
            assert!(carrier.context().is_some() || carrier.faults().next().is_some());
            CONTEXT_LEN
        }
        (Verdict::Enveloped, None) => HEADER_LEN,
        _ => message.payload_offset(),
    }
}

fn accessors_agree(carrier: Carrier<'_>, counting: &[Field<'_>]) {
    let mut expected = (None, None, None, Vec::new());
    for field in counting {
        match *field {
            Field::Tracestate(text) => expected.0 = Some(text),
            Field::Baggage(text) => expected.1 = Some(text),
            Field::FanOutWeight(weight) => expected.2 = Some(weight),
            Field::FurtherContext(context) => expected.3.push(context),
            Field::TextMap { key, value } => {
                for key in [key.to_owned(), key.to_ascii_uppercase(), key.to_ascii_lowercase()] {
                    assert_eq!(carrier.text_map(&key), Some(value));
                }
            }
            _ => assert!(!field.field_type().is_known()),
        }
    }
    assert_eq!(carrier.tracestate(), expected.0);
    assert_eq!(carrier.baggage(), expected.1);
    assert_eq!(carrier.fan_out_weight(), expected.2);
    assert!(carrier.further_contexts().eq(expected.3.iter().copied()));
    assert_eq!(carrier.text_map("traceparent"), None);

    // Members are parts of the list, and no more than it has; what they hold is what their grammar
    // allows.
    let parts = |list: Option<&str>| list.map_or(0, |list| list.split(',').count());
    assert!(carrier.tracestate_members().count() <= parts(expected.0).min(32));
    for member in carrier.tracestate_members() {
        assert!(expected.0.unwrap().contains(&format!("{}={}", member.key(), member.value())));
        assert!(!member.key().is_empty() && !member.value().contains([',', '=']));
    }
    assert!(carrier.baggage_members().count() <= parts(expected.1).min(180));
    for member in carrier.baggage_members() {
        assert!(
            expected.1.unwrap().contains(member.key())
                && expected.1.unwrap().contains(member.value())
        );
        assert!(!member.key().is_empty() && !member.value().contains([' ', ',', ';']));
        assert!(member.decoded_value().count() <= member.value().len());
    }
}

/// What was read is written again and reads the same; a canonical frame gives the same bytes.
fn written_again(message: Reading<'_>) {
    if !has_readable_carrier(message) {
        return;
    }
    let mut fields: Vec<_> = message.carrier().fields().collect();
    let envelope = what_it_says(message).with_fields(&fields);
    let frame = envelope.encode_to_vec(message.payload()).expect("what was read can be written");
    let again = Reading::read(&frame);
    assert_eq!(again.verdict(), Verdict::Enveloped);
    assert_eq!(again.payload(), message.payload());
    assert_eq!(again.context(), message.context());
    assert_eq!(again.decision(), message.decision());
    assert_eq!(again.carrier().faults().next(), None);
    if is_canonical(message) {
        assert_eq!(frame, message.as_bytes());
    }
    fields.sort_by_key(Field::field_type);
    assert!(again.carrier().fields().eq(fields.iter().copied()));

    let kept: Vec<_> = fields.into_iter().filter(is_kept).collect();
    let by_rule = what_it_says(message).with_kept_fields(message.carrier());
    assert_eq!(
        by_rule.encode_to_vec(message.payload()),
        what_it_says(message).with_fields(&kept).encode_to_vec(message.payload())
    );
}

/// R-COPY-1 to R-COPY-5.
fn reparented(bytes: &[u8]) {
    let message = Reading::read(bytes);
    let span_id = SpanId::from_u64(0x0123_4567_89AB_CDEF).unwrap();
    let mut buffer = bytes.to_vec();
    let Some(context) = message.context() else {
        assert_eq!(reparent(&mut buffer, span_id), None);
        assert_eq!(buffer, bytes, "what cannot be changed is left as it is");
        return;
    };
    let frame = reparent(&mut buffer, span_id).expect("a frame with a context").to_vec();
    assert!(buffer.ends_with(&frame), "the payload does not move");

    let kept: Vec<_> = message.carrier().fields().filter(is_kept).collect();
    let front =
        by_hand(3, Some(context.with_span_id(span_id)), &kept).expect("kept fields may be written");
    assert_eq!(frame, [&front, message.payload()].concat());
    assert_eq!(
        reparent(&mut frame.clone(), span_id),
        Some(&mut frame.clone()[..]),
        "once more changes nothing"
    );
}

fn text_is_total(text: &[u8]) {
    let reader = Reader::new();
    let message = TextReading::read(text);
    let is_whole = matches!(message.verdict(), Verdict::Bare | Verdict::Damaged);
    assert_eq!(message.payload(), &text[message.payload_offset()..]);
    assert_eq!(message.payload_offset() == 0, is_whole);
    assert_eq!(message.verdict() == Verdict::Bare, !text.starts_with(TEXT_PREFIX.as_bytes()));
    if let Ok(text) = str::from_utf8(text) {
        assert_eq!(message.verdict() == Verdict::Bare, !text::needs_escape(text));
    }
    assert_eq!(message.context(), message.decode().as_reading().context());
    assert_eq!(message.claims_sampled(), message.decode().as_reading().claims_sampled());
    assert!(message.fault().is_none_or(|fault| fault.offset() <= text.len()));
    if is_whole {
        assert_eq!((message.context(), message.claims_sampled()), (None, false));
    } else {
        let encoded = &text[TEXT_PREFIX.len()..message.payload_offset() - 1];
        assert_eq!(
            BASE64URL_NOPAD.encode(message.decode().as_reading().as_bytes()).as_bytes(),
            encoded
        );
    }

    let closed = match (message.verdict(), message.fault()) {
        (Verdict::Damaged, Some(fault)) => Err(fault),
        _ => Ok(message),
    };
    assert_eq!(reader.read_closed_text(text), closed);
    let always = reader.read_always_text(text);
    if message.verdict() == Verdict::Bare {
        assert_eq!(always.map_err(kind_and_offset), Err((FaultKind::NotEnveloped, 0)));
    } else {
        assert_eq!(always, closed);
    }
}

/// The bytes in base64url are judged as the bytes are (R-TEXT-5, rows 1 and 5 to 8).
fn encoded_is_read_as_in_section_10(bytes: &[u8]) {
    let encoded = BASE64URL_NOPAD.encode(bytes);
    let text = [TEXT_PREFIX, &encoded, ";payload;"].concat();
    let message = TextReading::read(&text);
    let inside = Reading::read(bytes);
    let prefix_len = TEXT_PREFIX.len();
    let in_text = |(kind, offset): (FaultKind, usize)| (kind, prefix_len + 4 * offset / 3);
    let damage = if encoded.len() > MAX_ENCODED_LEN {
        Some((FaultKind::TextUnterminated, prefix_len + MAX_ENCODED_LEN))
    } else if inside.verdict() == Verdict::Bare {
        Some((FaultKind::TextNotAFrame, prefix_len))
    } else if inside.verdict() == Verdict::Damaged {
        inside.fault().map(kind_and_offset).map(in_text)
    } else if !inside.payload().is_empty() {
        Some((FaultKind::TextCarrierLength, prefix_len + 8))
    } else {
        None
    };
    if damage.is_some() {
        assert_eq!(
            (message.verdict(), message.fault().map(kind_and_offset)),
            (Verdict::Damaged, damage)
        );
        assert_eq!(message.payload(), text.as_bytes());
    } else {
        assert_eq!(message.verdict(), inside.verdict());
        assert_eq!(
            message.fault().map(kind_and_offset),
            inside.fault().map(kind_and_offset).map(in_text)
        );
        assert_eq!(message.payload(), b"payload;");
        assert_eq!(message.context(), inside.context());
        assert_eq!(message.claims_sampled(), inside.claims_sampled());
        assert_eq!(message.decode().as_reading().carrier(), inside.carrier());
        assert_eq!(message.decode().as_reading().as_bytes(), bytes);
    }
    text_is_total(text.as_bytes());
}

/// A frame with a text as payload says the same in text form.
fn written_as_text(message: Reading<'_>) {
    let (true, Ok(payload)) = (has_readable_carrier(message), str::from_utf8(message.payload()))
    else {
        return;
    };
    let fields: Vec<_> = message.carrier().fields().collect();
    let envelope = what_it_says(message).with_fields(&fields);
    let text = envelope.encode_to_text(payload).expect("what was read can be written");
    let again = TextReading::read(&text);
    assert_eq!((again.verdict(), again.fault()), (Verdict::Enveloped, None));
    assert_eq!(again.payload_str(), Ok(payload));
    assert_eq!(again.context(), message.context());
    assert_eq!(again.decode().as_reading().as_bytes(), envelope.encode_to_vec(&[]).unwrap());
}

fn written(envelope: Envelope<'_>, front: &[u8], payload: &[u8]) {
    let frame = [front, payload].concat();
    let len = front.len();
    assert_eq!(envelope.encoded_len(), Ok(len), "the length is known first");
    assert_eq!(envelope.encode_to_vec(payload).as_ref(), Ok(&frame));

    let mut slice = vec![UNWRITTEN; len + 3];
    assert_eq!(envelope.encode_to_slice(&mut slice), Ok(len));
    assert_eq!(slice, [front, &[UNWRITTEN; 3]].concat());

    let mut appended = vec![UNWRITTEN; 3];
    assert_eq!(envelope.encode(&mut appended), Ok(()));
    assert_eq!(appended, [&[UNWRITTEN; 3], front].concat());

    for room in [0, HEADER_LEN - 1, len - 1] {
        let too_small = |result: Result<(), glassine::EncodeError>| {
            let error = result.expect_err("there is no room");
            assert_eq!((error.kind(), error.offset()), (EncodeErrorKind::BufferTooSmall, room));
        };
        let mut slice = vec![UNWRITTEN; room];
        too_small(envelope.encode_to_slice(&mut slice).map(drop));
        too_small(envelope.encode(&mut &mut slice[..]));
        assert_eq!(slice, vec![UNWRITTEN; room]);
    }

    let encoded = envelope.to_encoded().expect("what can be written can be kept");
    assert_eq!(encoded.as_bytes(), front);
    buf_holds(Wrapped::new(encoded, payload), &frame);
    let escape: &[u8] =
        if needs_escape(payload) { &[MAGIC, VERSION, GUARD[0], GUARD[1], 0, 0, 0, 0] } else { &[] };
    buf_holds(Wrapped::bare(payload), &[escape, payload].concat());
}

/// However the buffer is taken out, it is these bytes.
fn buf_holds(frame: Wrapped<&[u8]>, expected: &[u8]) {
    assert_eq!(frame.remaining(), expected.len());
    assert_eq!(frame.clone().to_bytes(), expected);
    let mut slices = [std::io::IoSlice::new(&[]); 4];
    let count = frame.chunks_vectored(&mut slices);
    assert_eq!(
        slices[..count].iter().flat_map(|slice| slice.iter().copied()).collect::<Vec<_>>(),
        expected
    );
    for step in [7, 1000] {
        let mut rest = frame.clone();
        let mut copied = frame.clone();
        let mut taken = Vec::new();
        while rest.has_remaining() {
            let chunk = rest.chunk();
            let count = step.min(chunk.len());
            taken.extend_from_slice(&chunk[..count]);
            assert_eq!(copied.copy_to_bytes(count), chunk[..count]);
            rest.advance(count);
        }
        assert_eq!(taken, expected);
    }
}

fn refused(envelope: Envelope<'_>, payload: &[u8]) {
    let error = envelope.encoded_len().expect_err("a reader would not take it");
    assert_ne!(error.kind(), EncodeErrorKind::BufferTooSmall);
    assert!(error.offset() <= HEADER_LEN + MAX_CARRIER_LEN);
    let mut buffer = [UNWRITTEN; 256];
    assert_eq!(envelope.encode_to_slice(&mut buffer), Err(error));
    assert_eq!(envelope.encode(&mut &mut buffer[..]), Err(error));
    assert_eq!(buffer, [UNWRITTEN; 256], "nothing has been written");
    let mut appended = Vec::new();
    assert_eq!(envelope.encode(&mut appended), Err(error));
    assert!(appended.is_empty());
    assert_eq!(envelope.encode_to_vec(payload), Err(error));
    assert_eq!(envelope.to_encoded().map(drop), Err(error));
    assert_eq!(envelope.encode_to_text(""), Err(error));
}

/// R-LIMIT-2: whole things go, in their order, and what is left fits or is a fan-out weight.
fn shortened(given: &[Field<'_>], room: usize) {
    let len =
        |fields: &[Field<'_>]| -> usize { fields.iter().map(|field| 3 + value_len(field)).sum() };
    let mut fields = given.to_vec();
    let left = shorten(&mut fields, room).to_vec();
    if len(given) <= room {
        assert_eq!(left, given, "nothing goes that need not");
        return;
    }
    let weights =
        |fields: &[Field<'_>]| fields.iter().filter(|field| rank(field).is_none()).count();
    assert_eq!(weights(&left), weights(given));
    assert!(len(&left) <= room || left.iter().all(|field| rank(field).is_none()));

    // Each field that is left is one that was given, whole or without its last members, in the
    // order given.
    let mut rest = given.iter();
    for field in &left {
        assert!(
            rest.any(|from| from == field || is_shortened(field, from)),
            "{field:?} was not given"
        );
    }
    // What goes later is whole while something that goes earlier is left.
    let first = left.iter().filter_map(rank).min();
    let later = |field: &&Field<'_>| first.is_some() && rank(field) > first;
    assert!(left.iter().filter(later).eq(given.iter().filter(later)));
    let again = left.clone();
    assert_eq!(shorten(&mut again.clone(), room), again, "once more changes nothing");
}

/// When a field goes; a fan-out weight never does.
fn rank(field: &Field<'_>) -> Option<u8> {
    match field {
        Field::Baggage(_) => Some(0),
        Field::TextMap { .. } => Some(1),
        Field::FurtherContext(_) => Some(3),
        Field::Tracestate(_) => Some(4),
        Field::FanOutWeight(_) => None,
        _ => Some(2),
    }
}

fn is_shortened(short: &Field<'_>, from: &Field<'_>) -> bool {
    match (short, from) {
        (Field::Baggage(short), Field::Baggage(from))
        | (Field::Tracestate(short), Field::Tracestate(from)) => {
            let rest = from.strip_prefix(short).map(|rest| rest.trim_start_matches([' ', '\t']));
            !short.is_empty() && rest.is_some_and(|rest| rest.starts_with(','))
        }
        _ => false,
    }
}

/// The header's part of a reading.
struct Reading {
    verdict: Verdict,
    fault: Option<(FaultKind, usize)>,
    payload_offset: usize,
}

/// The reader on one screen, line by line.
fn appendix_c(m: &[u8], cap: u16) -> Reading {
    let whole = |verdict, fault| Reading { verdict, fault, payload_offset: 0 };
    let damaged = |kind, offset| whole(Verdict::Damaged, Some((kind, offset)));
    if m.len() < 4
        || m[0] != 0x9E
        || ![1, 2, 3, 4, 6, 7, 8].contains(&m[1])
        || m[2] != 0xC1
        || m[3] != 0xDE
    {
        return whole(Verdict::Bare, None);
    }
    if m.len() < 8 {
        return damaged(FaultKind::TruncatedHeader, m.len());
    }
    let (version, flags, shape, n) =
        (m[1], m[4], m[5], usize::from(m[6]) * 256 + usize::from(m[7]));
    let (decided, ids) = (shape & 1 != 0, shape & 2 != 0);
    if shape & 0xF0 != 0 {
        return damaged(FaultKind::ReservedBits, 5);
    }
    if flags != 0 && !decided {
        return damaged(FaultKind::FlagsWithoutDecision, 4);
    }
    if version == 1 {
        if shape & 0x0C != 0 {
            return damaged(FaultKind::UnknownShape, 5);
        }
        if ids && !decided {
            return damaged(FaultKind::IdsWithoutDecision, 5);
        }
        if flags & 1 != 0 && !ids {
            return damaged(FaultKind::SampledWithoutIds, 4);
        }
        if ids && n < 24 {
            return damaged(FaultKind::CarrierTooShort, 6);
        }
    }
    if m.len() < 8 + n {
        return damaged(FaultKind::CarrierPastEnd, 6);
    }
    let verdict = if version == 1 { Verdict::Enveloped } else { Verdict::UnknownVersion };
    let above_cap = version == 1 && n > usize::from(cap);
    Reading {
        verdict,
        fault: above_cap.then_some((FaultKind::CarrierAboveCap, 6)),
        payload_offset: 8 + n,
    }
}

/// What goes in front of a payload; `None` if its own reader would not take all of it (R-WRITE-5,
/// R-WRITE-7).
fn by_hand(shape: u8, context: Option<TraceContext>, fields: &[Field<'_>]) -> Option<Vec<u8>> {
    let front = joined(shape, context, fields)?;
    let takes_all =
        Reader::new().with_carrier_cap(u16::MAX).read(&front).carrier().faults().next().is_none();
    (fields.len() <= MAX_FIELDS && takes_all).then_some(front)
}

/// Header, ids and fields, one after the other; `None` where a length has no place.
fn joined(shape: u8, context: Option<TraceContext>, fields: &[Field<'_>]) -> Option<Vec<u8>> {
    let mut carrier = Vec::new();
    if let Some(context) = context {
        carrier.extend(context.trace_id().to_bytes());
        carrier.extend(context.span_id().to_bytes());
    }
    for field in fields {
        let value = value_of(field)?;
        carrier.push(field.field_type().0);
        carrier.extend(u16::try_from(value.len()).ok()?.to_be_bytes());
        carrier.extend(value);
    }
    let [len_0, len_1] = u16::try_from(carrier.len()).ok()?.to_be_bytes();
    let flags = context.map_or(0, |context| context.flags().to_u8());
    let header = [MAGIC, VERSION, GUARD[0], GUARD[1], flags, shape, len_0, len_1];
    Some([&header[..], &carrier].concat())
}

/// The value's bytes on the wire. `None` for a key that no length byte can say, and for an unknown
/// field of a known type.
fn value_of(field: &Field<'_>) -> Option<Vec<u8>> {
    Some(match *field {
        Field::Tracestate(text) | Field::Baggage(text) => text.as_bytes().to_vec(),
        Field::TextMap { key, value } => {
            [&[u8::try_from(key.len()).ok()?], key.as_bytes(), value.as_bytes()].concat()
        }
        Field::FanOutWeight(weight) => weight.get().to_be_bytes().to_vec(),
        Field::FurtherContext(context) => [
            &context.trace_id().to_bytes()[..],
            &context.span_id().to_bytes(),
            &[context.flags().to_u8()],
        ]
        .concat(),
        Field::Unknown { field_type, value } if field_type.0 > 5 => value.to_vec(),
        _ => return None,
    })
}

/// The length of the value, also of one that cannot be written.
fn value_len(field: &Field<'_>) -> usize {
    match *field {
        Field::TextMap { key, value } => 1 + key.len() + value.len(),
        Field::Unknown { value, .. } => value.len(),
        _ => value_of(field).map_or(0, |value| value.len()),
    }
}

/// R-FIELD-5 and R-FIELD-6.
fn is_in_place(field: &Field<'_>, context: Option<TraceContext>) -> bool {
    match field {
        Field::Tracestate(_) => context.is_some(),
        Field::FanOutWeight(_) => context.is_some_and(TraceContext::is_sampled),
        _ => true,
    }
}

/// R-FIELD-2 and R-FIELD-3.
fn is_repeated(field: &Field<'_>, earlier: &Field<'_>) -> bool {
    match (field, earlier) {
        (Field::TextMap { key, .. }, Field::TextMap { key: earlier, .. }) => {
            key.eq_ignore_ascii_case(earlier)
        }
        _ => {
            field.field_type() == earlier.field_type() && matches!(field.field_type().0, 1 | 2 | 4)
        }
    }
}

/// R-COPY-1 and R-COPY-2.
fn is_kept(field: &Field<'_>) -> bool {
    let field_type = field.field_type().0;
    field_type <= 5 || field_type >= 0x80
}

fn has_readable_carrier(message: Reading<'_>) -> bool {
    message.verdict() == Verdict::Enveloped && message.fault().is_none()
}

/// The column *a writer produces* of section 6.
fn is_canonical(message: Reading<'_>) -> bool {
    let carrier = message.carrier();
    let marker_is_plain =
        message.context().is_some() || message.flags().unwrap_or_default() == TraceFlags::NONE;
    marker_is_plain
        && carrier.faults().next().is_none()
        && carrier.raw_fields().is_sorted_by_key(|raw| raw.field_type())
}

fn what_it_says<'a>(message: Reading<'_>) -> Envelope<'a> {
    match (message.context(), message.decision()) {
        (Some(context), _) => Envelope::new(context),
        (None, Some(decision)) => {
            assert_eq!(decision, Decision::Unsampled);
            Envelope::unsampled()
        }
        (None, None) => Envelope::escape(),
    }
}

fn kind_and_offset(fault: Fault) -> (FaultKind, usize) {
    (fault.kind(), fault.offset())
}

/// What the bytes say at the place of the carrier length; 0 where there is none.
fn carrier_len(bytes: &[u8]) -> u16 {
    bytes.get(6..8).map_or(0, |len| u16::from_be_bytes([len[0], len[1]]))
}

/// What buffers hold before anything is written.
const UNWRITTEN: u8 = 0xA5;

/// Well-formed as text, and longer than any field.
static LONG: [u8; 70_000] = [b'a'; 70_000];
