//! What was found, counted. Its size does not depend on how much is counted.

use std::collections::BTreeMap;
use std::path::Path;

use data_encoding::HEXLOWER;
use glassine::{FaultKind, Reader, Verdict, needs_escape};
use serde::Serialize;

use crate::commands::detect::front::{FRONT_LEN, Front};
use crate::commands::detect::passed_over::PassedOver;

pub(crate) struct Tally {
    reader: Reader,
    most_offenders: usize,
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    pub(crate) verdicts: BTreeMap<Verdict, u64>,
    pub(crate) faults: BTreeMap<FaultKind, u64>,
    /// Begin with the magic byte.
    pub(crate) magic: u64,
    /// Begin with the whole prefix.
    pub(crate) prefix: u64,
    /// Enveloped or of an unknown version: a reader would cut off their front.
    pub(crate) misread: u64,
    pub(crate) first_bytes: [u64; 256],
    /// Files, lines, packets and ends of streams that could not be read.
    pub(crate) unreadable: u64,
    /// What there was in captures beside messages.
    pub(crate) passed_over: PassedOver,
    misread_offenders: Vec<Offender>,
    damaged_offenders: Vec<Offender>,
}

impl Tally {
    pub(crate) fn new(reader: Reader, most_offenders: usize) -> Self {
        let verdicts =
            [Verdict::Bare, Verdict::Enveloped, Verdict::UnknownVersion, Verdict::Damaged];
        Self {
            reader,
            most_offenders,
            messages: 0,
            bytes: 0,
            verdicts: verdicts.map(|verdict| (verdict, 0)).into(),
            faults: BTreeMap::new(),
            magic: 0,
            prefix: 0,
            misread: 0,
            first_bytes: [0; 256],
            unreadable: 0,
            passed_over: PassedOver::default(),
            misread_offenders: Vec::new(),
            damaged_offenders: Vec::new(),
        }
    }

    /// Counts a message. `index` is its place in its source, from 0.
    pub(crate) fn add(&mut self, source: &Path, index: u64, front: Front<'_>) {
        self.messages += 1;
        self.bytes += front.len;
        if let Some(count) =
            front.bytes.first().and_then(|first| self.first_bytes.get_mut(usize::from(*first)))
        {
            *count += 1;
        }
        self.magic += u64::from(needs_escape(front.bytes));

        let (verdict, fault, cut) = front.read(self.reader, |reading| {
            (reading.verdict(), reading.fault().map(|fault| fault.kind()), reading.payload_offset())
        });
        *self.verdicts.entry(verdict).or_default() += 1;
        if let Some(fault) = fault {
            *self.faults.entry(fault).or_default() += 1;
        }
        // What does harm is told apart, so that any number of damaged messages does not hide it.
        let offenders = match verdict {
            Verdict::Bare => return,
            Verdict::Damaged => &mut self.damaged_offenders,
            _ => {
                self.misread += 1;
                &mut self.misread_offenders
            }
        };
        self.prefix += 1;
        if offenders.len() < self.most_offenders {
            let leading = front.bytes.get(..FRONT_LEN).unwrap_or(front.bytes);
            offenders.push(Offender {
                source: source.to_string_lossy().into_owned(),
                index,
                len: front.len,
                verdict: verdict.name(),
                fault: fault.map(FaultKind::name),
                hex: HEXLOWER.encode(leading),
                cut,
            });
        }
    }

    /// The first messages with the prefix: those that would be misread, then those that would be
    /// damaged.
    pub(crate) fn offenders(&self) -> impl Iterator<Item = &Offender> {
        self.misread_offenders.iter().chain(&self.damaged_offenders).take(self.most_offenders)
    }

    /// The share of all messages that this many are.
    pub(crate) fn share(&self, count: u64) -> f64 {
        count as f64 / self.messages as f64
    }
}

/// A message that begins with the prefix.
#[derive(Serialize)]
pub(crate) struct Offender {
    pub(crate) source: String,
    pub(crate) index: u64,
    pub(crate) len: u64,
    pub(crate) verdict: &'static str,
    pub(crate) fault: Option<&'static str>,
    /// Its first bytes.
    pub(crate) hex: String,
    /// How many bytes a reader would cut off.
    #[serde(skip)]
    pub(crate) cut: usize,
}
