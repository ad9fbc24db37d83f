//! The counters of channels, as an exporter sees them.

use std::collections::BTreeMap;

use glassine::policy::{Count, Rollout, Snapshot, Trust};
use glassine::{Channel, Envelope, FaultKind, TraceContext};

use glassine_opentelemetry::register_counters;
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, Metric, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

/// The name of a metric, the channel, and the row that a value belongs to.
type Series = (String, String, String);

struct Exported {
    exporter: InMemoryMetricExporter,
    provider: SdkMeterProvider,
}

impl Exported {
    fn new() -> Self {
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        Self { exporter, provider: SdkMeterProvider::builder().with_reader(reader).build() }
    }

    fn register(&self, name: &'static str, channel: &'static Channel) {
        let attributes = [KeyValue::new("channel", name)];
        register_counters(&self.provider.meter("test"), &attributes, || {
            channel.counters().snapshot()
        });
    }

    fn collect(&self) -> BTreeMap<Series, u64> {
        self.exporter.reset();
        self.provider.force_flush().unwrap();
        let finished = self.exporter.get_finished_metrics().unwrap();
        let metrics = finished
            .iter()
            .flat_map(|resource| resource.scope_metrics())
            .flat_map(|scope| scope.metrics());
        metrics.flat_map(values).collect()
    }
}

fn values(metric: &Metric) -> Vec<(Series, u64)> {
    assert_eq!(metric.unit(), "{message}");
    let AggregatedMetrics::U64(MetricData::Sum(sum)) = metric.data() else { panic!("{metric:?}") };
    assert!(sum.is_monotonic());
    let point = |attributes: Vec<&KeyValue>, value| {
        let of = |is_it: &dyn Fn(&str) -> bool| {
            attributes.iter().find(|kv| is_it(kv.key.as_str())).unwrap().value.as_str().into_owned()
        };
        assert_eq!(attributes.len(), 2);
        (
            (
                metric.name().to_owned(),
                of(&|key| key == "channel"),
                of(&|key| key.starts_with("glassine.")),
            ),
            value,
        )
    };
    sum.data_points().map(|data| point(data.attributes().collect(), data.value())).collect()
}

/// What a snapshot says, row by row.
fn rows(channel: &str, snapshot: Snapshot) -> BTreeMap<Series, u64> {
    let row = |metric: &str, name: &str, value: usize| {
        ((metric.to_owned(), channel.to_owned(), name.to_owned()), u64::try_from(value).unwrap())
    };
    let group = |metric: &'static str, counts: &'static [Count]| {
        counts.iter().map(move |count| row(metric, count.name(), snapshot.count(*count)))
    };
    let kinds = group("glassine.messages.read", &Count::READ)
        .chain(group("glassine.messages.sent", &Count::SENT))
        .chain(group("glassine.policy", &Count::POLICY));
    let faults = FaultKind::ALL
        .iter()
        .map(|kind| row("glassine.faults", kind.name(), snapshot.fault(*kind)));
    kinds.chain(faults).collect()
}

fn receive(channel: &Channel, messages: &[&'static [u8]]) {
    for message in messages {
        let _ = channel.receive((*message).into());
    }
}

#[test]
fn what_is_exported_is_the_snapshot() {
    static CHANNEL: Channel = Channel::new().with_rollout(Rollout::On).with_trust(Trust::LinkOnly);
    let exported = Exported::new();
    exported.register("orders", &CHANNEL);
    assert_eq!(exported.collect(), rows("orders", CHANNEL.counters().snapshot()));

    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    for _ in 0..3 {
        let _ = CHANNEL.receive(Envelope::new(context).encode_to_vec(b"sampled").unwrap().into());
    }
    receive(&CHANNEL, &[b"bare", b"\x9E\x01\xC1\xDE", b"\x9E\x01\xC1\xDE\x01\x03\x00\x18cut off"]);
    let _ = CHANNEL.wrap(&Default::default(), &b"\x9Eescaped"[..]);

    let snapshot = CHANNEL.counters().snapshot();
    let collected = exported.collect();
    assert_eq!(collected, rows("orders", snapshot));
    let value = |metric: &str, row: &str| {
        collected[&(metric.to_owned(), "orders".to_owned(), row.to_owned())]
    };
    for (metric, row, expected) in [
        ("glassine.messages.read", "sampled", 3),
        ("glassine.policy", "dropped_by_policy", 3),
        ("glassine.messages.read", "bare", 1),
        ("glassine.messages.read", "damaged", 2),
        ("glassine.messages.sent", "escaped", 1),
        ("glassine.messages.read", "marker", 0),
        ("glassine.faults", "truncated_header", 1),
        ("glassine.faults", "carrier_past_end", 1),
        ("glassine.faults", "unknown_shape", 0),
    ] {
        assert_eq!(value(metric, row), expected, "{metric} {row}");
    }
}

#[test]
fn channels_that_share_a_meter_are_told_apart() {
    static ORDERS: Channel = Channel::new();
    static REFUNDS: Channel = Channel::new();
    let exported = Exported::new();
    exported.register("orders", &ORDERS);
    exported.register("refunds", &REFUNDS);
    receive(&ORDERS, &[b"bare", b"bare"]);
    receive(&REFUNDS, &[b"\x9E\x01\xC1\xDE"]);
    let mut expected = rows("orders", ORDERS.counters().snapshot());
    expected.extend(rows("refunds", REFUNDS.counters().snapshot()));
    assert_eq!(exported.collect(), expected);
}
