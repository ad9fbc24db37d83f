//! Names for people: of flags, shapes and field types.

use glassine::wire::{DECIDED, IDS, VERSION};
use glassine::{FieldType, TraceFlags};

/// `1 byte`, `2 bytes`.
pub(crate) fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

/// The flags that are set, by name where W3C Trace Context has named them.
pub(crate) fn flags(flags: TraceFlags) -> String {
    bits(flags.to_u8(), |bit| match TraceFlags::from_u8(bit) {
        TraceFlags::SAMPLED => Some("sampled"),
        TraceFlags::RANDOM => Some("random"),
        _ => None,
    })
}

/// The bits of a shape that are set; of other versions than 1, only DECIDED has a name.
pub(crate) fn shape(shape: u8, version: u8) -> String {
    bits(shape, |bit| match bit {
        DECIDED => Some("DECIDED"),
        IDS if version == VERSION => Some("IDS"),
        _ => None,
    })
}

/// The specification's name for a type, or what a reader makes of one that it does not know.
pub(crate) fn field_type(field_type: FieldType) -> String {
    let name = match field_type {
        FieldType::TRACESTATE => return "tracestate".to_owned(),
        FieldType::BAGGAGE => return "baggage".to_owned(),
        FieldType::TEXT_MAP => return "text-map entry".to_owned(),
        FieldType::FAN_OUT_WEIGHT => return "fan-out weight".to_owned(),
        FieldType::FURTHER_CONTEXT => return "further context".to_owned(),
        FieldType::THINNING => return "thinning".to_owned(),
        grease if FieldType::GREASE.contains(&grease) => "grease",
        private if private.is_private() => "private type",
        known if known.is_known() => "never used",
        _ => "unknown type",
    };
    format!("{name} {:02x}", field_type.0)
}

fn bits(bits: u8, name: impl Fn(u8) -> Option<&'static str>) -> String {
    let set = (0..8).filter(|i| bits >> i & 1 == 1);
    let names: Vec<_> =
        set.map(|i| name(1 << i).map_or_else(|| format!("bit {i}"), str::to_owned)).collect();
    if names.is_empty() { "nothing set".to_owned() } else { names.join(", ") }
}
