//! Faults in a form that can be made here.

use glassine::{Fault, FaultKind};

/// What is wrong, and at which byte. The crate lets nobody else make a [`Fault`].
pub(crate) type FaultAt = (FaultKind, usize);

pub(crate) fn kind_and_offset(fault: Fault) -> FaultAt {
    (fault.kind(), fault.offset())
}
