//! The counters of a channel as OpenTelemetry metrics.

use std::sync::Arc;
use std::vec::Vec;

use glassine::FaultKind;
use glassine::policy::{Count, Snapshot};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, AsyncInstrumentBuilder, Meter, ObservableCounter};

/// Registers observable counters that report what a channel has
/// [counted](glassine::policy::Counters), whenever the meter collects:
///
/// | name | unit | attribute | its values |
/// |---|---|---|---|
/// | `glassine.messages.read` | `{message}` | `glassine.kind` | the names of [`Count::READ`] |
/// | `glassine.messages.sent` | `{message}` | `glassine.kind` | the names of [`Count::SENT`] |
/// | `glassine.policy` | `{message}` | `glassine.effect` | the names of [`Count::POLICY`] |
/// | `glassine.faults` | `{message}` | `glassine.fault` | [`FaultKind::name`] |
///
/// `attributes` are those of the channel, such as its name. They must tell apart channels that
/// share a meter: of two with the same, one is reported. The kinds of messages that were read add
/// up to all that were read, and those that were sent to all that were sent; effects and faults say
/// what happened to some of them.
///
/// Every kind and every fault is reported, zeros as well, for a series that begins with its first
/// fault has no rate. Each counter takes one snapshot a collection. The counters wrap where the
/// machine's word ends. On 64 bits that is never; on 32 bits, after 4,294,967,296 messages,
/// cumulative readers take it for a restart and delta readers get a difference out of all
/// proportion.
///
/// Nothing is to be kept: what is registered stays with the meter's provider, and cannot be taken
/// back. A meter that was made before the application set a global provider reports nothing.
///
/// ```
/// use glassine::Channel;
/// use glassine_opentelemetry::register_counters;
/// use opentelemetry::{KeyValue, global};
///
/// static ORDERS: Channel = Channel::new();
///
/// let meter = global::meter("orders");
/// let attributes = [KeyValue::new("channel", "orders")];
/// register_counters(&meter, &attributes, || ORDERS.counters().snapshot());
/// ```
pub fn register_counters(
    meter: &Meter,
    attributes: &[KeyValue],
    snapshot: impl Fn() -> Snapshot + Send + Sync + 'static,
) {
    let snapshot = Arc::new(snapshot);
    let groups: [(&'static str, &'static str, &'static str, &[Count]); 3] = [
        ("glassine.messages.read", "Messages read, by kind.", "glassine.kind", &Count::READ),
        ("glassine.messages.sent", "Messages sent, by kind.", "glassine.kind", &Count::SENT),
        ("glassine.policy", "What policies did, by effect.", "glassine.effect", &Count::POLICY),
    ];
    for (name, description, key, counts) in groups {
        register(
            meter.u64_observable_counter(name).with_description(description),
            series(counts, |count| KeyValue::new(key, count.name()), attributes),
            Arc::clone(&snapshot),
            Snapshot::count,
        );
    }
    register(
        meter
            .u64_observable_counter("glassine.faults")
            .with_description("Messages read that have a fault, by fault."),
        series(FaultKind::ALL, |fault| KeyValue::new("glassine.fault", fault.name()), attributes),
        snapshot,
        Snapshot::fault,
    );
}

fn register<T: Copy + Send + Sync + 'static>(
    counter: AsyncInstrumentBuilder<'_, ObservableCounter<u64>, u64>,
    series: Vec<(T, Vec<KeyValue>)>,
    snapshot: Arc<impl Fn() -> Snapshot + Send + Sync + 'static>,
    value: fn(&Snapshot, T) -> usize,
) {
    let observe_all = move |observer: &dyn AsyncInstrument<u64>| {
        let snapshot = snapshot();
        for (row, attributes) in &series {
            observer.observe(u64::try_from(value(&snapshot, *row)).unwrap_or(u64::MAX), attributes);
        }
    };
    // The provider keeps the callback; the instrument is a mark without content.
    let _ = counter.with_unit("{message}").with_callback(observe_all).build();
}

/// Every row of a table with the attributes of its series, made once.
fn series<T: Copy>(
    rows: &[T],
    attribute: impl Fn(T) -> KeyValue,
    attributes: &[KeyValue],
) -> Vec<(T, Vec<KeyValue>)> {
    let with_own = |row| attributes.iter().cloned().chain([attribute(row)]).collect();
    rows.iter().map(|row| (*row, with_own(*row))).collect()
}
