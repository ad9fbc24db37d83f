//! Sends three messages over a transport, and shows which spans OpenTelemetry's exporter sees:
//!
//! ```sh
//! cargo run -p glassine-transports -- tcp
//! ```

use std::env;
use std::process::ExitCode;

use bytes::Bytes;
use glassine::Channel;
use glassine::policy::{Rollout, Trust, Unsampled};
use glassine_transports::error::Error;
use glassine_transports::link::Link;
use glassine_transports::mqtt_brokers::{Mosquitto, RabbitMq, Rumqttd};
use glassine_transports::redis_stream::RedisStream;
use glassine_transports::telemetry::Telemetry;
use glassine_transports::{kinesis, mqtt, postgres_jobs, postgres_notify, postgres_outbox};
use glassine_transports::{redis_list, redis_pubsub};
use glassine_transports::{
    tcp, udp, unix_datagram, websocket, websocket_page, websocket_text, zeromq,
};
use opentelemetry::Context;
use opentelemetry::trace::{SpanId, TraceContextExt, Tracer};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let name = env::args().nth(1).unwrap_or_default();
    let shown = match &*name {
        "rumqttd" => run_rumqttd(env::args().nth(2)),
        "kinesis" => show::<kinesis::Kinesis>().await,
        "mqtt" => show::<mqtt::Mqtt<Rumqttd>>().await,
        "rabbitmq" => show::<mqtt::Mqtt<RabbitMq>>().await,
        "mosquitto" => show::<mqtt::Mqtt<Mosquitto>>().await,
        "postgres-jobs" => show::<postgres_jobs::PostgresJobs>().await,
        "postgres-notify" => show::<postgres_notify::PostgresNotify>().await,
        "postgres-outbox" => show::<postgres_outbox::PostgresOutbox>().await,
        "redis-list" => show::<redis_list::RedisList>().await,
        "redis-stream" => show_fields().await,
        "redis-pubsub" => show::<redis_pubsub::RedisPubSub>().await,
        "tcp" => show::<tcp::Tcp>().await,
        "udp" => show::<udp::Udp>().await,
        "unix-datagram" => show::<unix_datagram::UnixDatagrams>().await,
        "websocket" => show::<websocket::WebSocket>().await,
        "websocket-page" => show::<websocket_page::Page<false>>().await,
        "websocket-page-text" => show::<websocket_page::Page<true>>().await,
        "websocket-text" => show::<websocket_text::WebSocketText>().await,
        "zeromq" => show::<zeromq::ZeroMq>().await,
        _ => Err("usage: cargo run -p glassine-transports -- TRANSPORT; see README.md".into()),
    };
    match shown {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn show<L: Link>() -> Result<(), Error> {
    let channel = || {
        let channel = Channel::new().with_trust(Trust::Accept).with_unsampled(Unsampled::Marker);
        channel.with_max_message_len(L::LIMIT.unwrap_or(usize::MAX))
    };
    let (old, new) = (channel(), channel().with_rollout(Rollout::On));

    println!("{}", L::NAME);
    let telemetry = Telemetry::new();
    let mut link = L::open().await?;
    let messages = [
        ("of a sampled trace", &new, true),
        ("of a trace that was decided against", &new, false),
        ("of a sender that does not take part yet", &old, true),
    ];
    for (kind, channel, is_sampled) in messages {
        let payload = Bytes::from_static(b"{\"id\":7}");
        telemetry.send(&mut link, channel, is_sampled, payload.clone()).await?;
        let received = telemetry.receive(&mut link, channel).await?;
        println!("  {kind}: {}", if received == payload { "arrived" } else { "not what was sent" });
        print_spans(&telemetry);
    }
    Ok(())
}

/// A transport with fields, which needs no envelope.
async fn show_fields() -> Result<(), Error> {
    println!("Redis, XADD");
    let telemetry = Telemetry::new();
    let tracer = telemetry.tracer();
    let mut stream = RedisStream::open().await?;
    let cx = Context::new().with_span(tracer.start_with_context("send", &Context::new()));
    stream.send(&cx, &Bytes::from_static(b"{\"id\":7}")).await?;
    cx.span().end();
    let (_payload, parent) = stream.receive().await?;
    drop(tracer.start_with_context("handle", &parent));
    print_spans(&telemetry);
    Ok(())
}

fn print_spans(telemetry: &Telemetry) {
    for span in telemetry.take() {
        let parent = match span.parent_span_id {
            SpanId::INVALID => String::new(),
            parent => format!(" below {parent}"),
        };
        let context = &span.span_context;
        println!("    trace {}: {} {}{parent}", context.trace_id(), span.name, context.span_id());
    }
}

fn run_rumqttd(port: Option<String>) -> Result<(), Error> {
    Rumqttd::run(port.ok_or("usage: rumqttd PORT")?.parse()?)
}
