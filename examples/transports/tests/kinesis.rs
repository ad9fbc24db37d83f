//! What is special about Kinesis: batches, records that come again, and the service's own limit.

use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use bytes::Bytes;
use glassine::policy::{Rollout, Trust, Unsampled};
use glassine::wire::HEADER_LEN;
use glassine::{Channel, Origin};
use glassine_opentelemetry::capture_from;
use glassine_transports::kinesis::{KEY, Kinesis, LIMIT, STREAM};
use glassine_transports::kinesis_server::Moto;
use glassine_transports::link::Link;
use glassine_transports::server::Server;
use glassine_transports::telemetry::Telemetry;
use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, Tracer};

/// A batch of messages of every kind; the worker ends after two of them, and those behind the
/// checkpoint come again, with the same payloads and below the same span.
#[tokio::test]
#[cfg_attr(
    not(has_kinesalite),
    ignore = "kinesalite is not installed: examples/transports/install"
)]
async fn a_batch_that_comes_again() {
    let old = Channel::new().with_trust(Trust::Accept);
    let new = Channel::new()
        .with_trust(Trust::Accept)
        .with_rollout(Rollout::On)
        .with_unsampled(Unsampled::Marker);
    let telemetry = Telemetry::new();
    let tracer = telemetry.tracer();
    let cx = Context::new().with_span(tracer.start_with_context("send", &Context::new()));
    let sampled = capture_from(&cx);
    let nothing = Origin::default();
    let batch = [
        (&new, &sampled, &b"traced"[..]),
        (&old, &sampled, b"bare"),
        (&new, &sampled, b"\x9E\x01, traced"),
        (&new, &nothing, b"\x9E\x01, in the escape"),
        (&new, &sampled, b""),
    ];
    let messages = batch.map(|(channel, origin, payload)| {
        channel.wrap(origin, Bytes::from_static(payload)).into_bytes()
    });
    assert_eq!(messages[3].len(), HEADER_LEN + batch[3].2.len());

    let mut link = Kinesis::open().await.unwrap();
    link.put(&messages).await.unwrap();
    cx.span().end();
    let send = telemetry.take().remove(0).span_context;
    for from in [0, 1, 1] {
        for (number, (_, _, payload)) in batch.iter().enumerate().skip(from) {
            assert_eq!(telemetry.receive(&mut link, &new).await.unwrap(), payload);
            let spans = telemetry.take();
            let [handle] = &spans[..] else { panic!("{number}") };
            let is_below = handle.parent_span_id == send.span_id();
            assert_eq!(is_below, [0, 2].contains(&number), "{number}");
            if (from, number) == (0, 0) {
                link.checkpoint();
            }
        }
        link = link.crash().await.unwrap();
    }
}

/// What the example refuses is what the service does, by a server that counts the key: the batch
/// with one byte too many.
#[tokio::test]
#[cfg_attr(not(has_moto), ignore = "moto is not installed: examples/transports/install")]
async fn the_key_counts() {
    let server = Server::start(Moto).unwrap();
    let client = server.client();
    client.create_stream().stream_name(STREAM).shard_count(1).send().await.unwrap();
    for (len, is_put) in [(LIMIT, true), (LIMIT + 1, false)] {
        let data = Blob::new(vec![7; len]);
        let entry = PutRecordsRequestEntry::builder().partition_key(KEY).data(data).build();
        let request = client.put_records().stream_name(STREAM).records(entry.unwrap());
        let put = request.send().await;
        assert_eq!(put.is_ok(), is_put, "{put:?}");
        if let Err(error) = put {
            let said = format!("{error:?}");
            assert!(
                said.contains("Member must have length less than or equal to 1048576"),
                "{said}"
            );
        }
    }
}

/// The example's refusal, and that of the server for a single record, whose key it does not count.
#[tokio::test]
#[cfg_attr(
    not(has_kinesalite),
    ignore = "kinesalite is not installed: examples/transports/install"
)]
async fn a_record_above_the_limit() {
    let mut link = Kinesis::open().await.unwrap();
    for (more, is_put) in [(0, true), (1, false)] {
        let batch = [Bytes::from_static(b"short"), Bytes::from(vec![7; LIMIT + more])];
        assert_eq!(link.put(&batch).await.is_ok(), is_put, "{more}");
    }
    for (len, is_put) in [(1 << 20, true), ((1 << 20) + 1, false)] {
        let request = link.client.put_record().stream_name(STREAM).partition_key(KEY);
        let request = request.data(Blob::new(vec![7; len]));
        assert_eq!(request.send().await.is_ok(), is_put, "{len}");
    }
    // Of the batch that was refused, nothing has arrived.
    let lens = [5, LIMIT, 1 << 20];
    for len in lens {
        let channel = Channel::new();
        assert_eq!(link.receive(&channel).await.unwrap().value().len(), len);
    }
}
