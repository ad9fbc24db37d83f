//! Transports with a broker or a database: the real ones, which each test starts and stops.

mod support;

use std::env;

use glassine_transports::kinesis::Kinesis;
use glassine_transports::mqtt::Mqtt;
use glassine_transports::mqtt_brokers::{Mosquitto, RabbitMq, Rumqttd};
use glassine_transports::postgres_jobs::PostgresJobs;
use glassine_transports::postgres_notify::PostgresNotify;
use glassine_transports::postgres_outbox::PostgresOutbox;
use glassine_transports::redis_list::RedisList;
use glassine_transports::redis_pubsub::RedisPubSub;
use glassine_transports::websocket_page::Page;
use support::{Refusal, assert_carries};

#[tokio::test]
async fn mqtt_by_rumqttd() {
    assert_carries::<Mqtt<Rumqttd>>(Refusal::Broker("PayloadSizeLimitExceeded")).await;
}

#[tokio::test]
#[cfg_attr(not(has_mosquitto), ignore = "mosquitto is not installed: examples/transports/install")]
async fn mqtt_by_mosquitto() {
    assert_carries::<Mqtt<Mosquitto>>(Refusal::Broker("Dropped too large PUBLISH")).await;
}

#[tokio::test]
#[cfg_attr(
    not(has_rabbitmq),
    ignore = "rabbitmq-server is not installed: examples/transports/install"
)]
async fn mqtt_by_rabbitmq() {
    assert_carries::<Mqtt<RabbitMq>>(Refusal::Broker(
        "message size 20001 is larger than configured max size 20000",
    ))
    .await;
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "redis-server is not installed: examples/transports/install")]
async fn redis_pubsub() {
    assert_carries::<RedisPubSub>(Refusal::Broker("Protocol error (invalid bulk length)")).await;
}

#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "redis-server is not installed: examples/transports/install")]
async fn redis_list() {
    assert_carries::<RedisList>(Refusal::Broker("Protocol error (invalid bulk length)")).await;
}

#[tokio::test]
#[cfg_attr(not(has_postgresql), ignore = "postgres is not installed: examples/transports/install")]
async fn postgres_notify() {
    assert_carries::<PostgresNotify>(Refusal::Sender("payload string too long")).await;
}

#[tokio::test]
#[cfg_attr(not(has_postgresql), ignore = "postgres is not installed: examples/transports/install")]
async fn postgres_jobs() {
    assert_carries::<PostgresJobs>(Refusal::Sender("violates check constraint")).await;
}

#[tokio::test]
#[cfg_attr(
    not(all(has_postgresql, has_redis)),
    ignore = "postgres or redis-server is not installed: examples/transports/install"
)]
async fn postgres_outbox() {
    assert_carries::<PostgresOutbox>(Refusal::Sender("violates check constraint")).await;
}

#[tokio::test]
#[cfg_attr(
    not(has_kinesalite),
    ignore = "kinesalite is not installed: examples/transports/install"
)]
async fn kinesis() {
    assert_carries::<Kinesis>(Refusal::Sender("a record is too long")).await;
}

/// A page of a browser, which reads and answers with Glassine in JavaScript.
#[tokio::test]
#[cfg_attr(not(has_chromium), ignore = "chromium is not installed: examples/transports/install")]
async fn websocket_page() {
    assert_carries::<Page<false>>(Refusal::Receiver("Message too long: 65537 > 65536")).await;
}

#[tokio::test]
#[cfg_attr(not(has_chromium), ignore = "chromium is not installed: examples/transports/install")]
async fn websocket_page_text() {
    assert_carries::<Page<true>>(Refusal::Receiver("Message too long: 65537 > 65536")).await;
}

/// What is ignored elsewhere is a failure in CI.
#[test]
fn nothing_is_ignored_in_ci() {
    let has_all = cfg!(all(
        has_chromium,
        has_kinesalite,
        has_mosquitto,
        has_moto,
        has_postgresql,
        has_pyzmq,
        has_rabbitmq,
        has_redis
    ));
    assert!(
        has_all || env::var_os("CI").is_none(),
        "a server is missing: run examples/transports/install"
    );
}
