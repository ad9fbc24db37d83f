//! The header: section 6.

use glassine::{Decision, Reading, TraceFlags, Verdict};

use crate::model::fault::kind_and_offset;
use crate::model::header::appendix_c;

pub(crate) fn header_is_read_as_in_appendix_c(message: Reading<'_>, cap: u16) {
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
