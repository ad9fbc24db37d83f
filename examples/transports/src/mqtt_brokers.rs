//! Brokers of MQTT 3.1.1.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use rumqttd::{Config, ConnectionSettings, RouterConfig, ServerSettings};

use crate::error::Error;
use crate::server::{Kind, free_port, installed};

/// What the brokers here take at most for a payload, by their configuration. The protocol takes
/// 256 MiB.
pub const LIMIT: usize = 20_000;

/// A broker that the example knows.
pub trait Broker: Kind + Default {
    const NAME: &'static str;
}

/// `rumqttd`, from the registry.
#[derive(Default)]
pub struct Rumqttd;

impl Broker for Rumqttd {
    const NAME: &'static str = "MQTT 3.1.1, rumqttd";
}

impl Kind for Rumqttd {
    /// It has no way to end but with its process, so it gets one of its own: the program of this
    /// package.
    fn command(&self, _: &Path, port: u16) -> Result<Command, Error> {
        let this = env::current_exe()?;
        let program = this.ancestors().map(|folder| folder.join("glassine-transports"));
        let program = program.clone().find(|file| file.is_file()).ok_or("no program")?;
        let mut command = Command::new(program);
        command.args(["rumqttd", &port.to_string()]);
        Ok(command)
    }
}

impl Rumqttd {
    /// Runs the broker, for ever.
    pub fn run(port: u16) -> Result<(), Error> {
        /// What it counts beside the payload: two lengths, and the topic.
        const REST: usize = 2 + "orders".len() + 2;
        let connections = ConnectionSettings {
            connection_timeout_ms: 10_000,
            max_payload_size: LIMIT + REST,
            max_inflight_count: 100,
            auth: None,
            external_auth: None,
            dynamic_filters: true,
        };
        let server = ServerSettings {
            name: "v4".to_owned(),
            listen: ([127, 0, 0, 1], port).into(),
            tls: None,
            next_connection_delay_ms: 1,
            connections,
        };
        // It tells of what it refuses.
        tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).init();
        let router = RouterConfig {
            max_connections: 1_000,
            max_outgoing_packet_count: 100,
            max_segment_size: 1 << 20,
            max_segment_count: 10,
            ..RouterConfig::default()
        };
        let config = Config {
            router,
            v4: Some(HashMap::from([("1".to_owned(), server)])),
            ..Config::default()
        };
        Ok(rumqttd::Broker::new(config).start()?)
    }
}

/// Debian's Mosquitto.
#[derive(Default)]
pub struct Mosquitto;

impl Broker for Mosquitto {
    const NAME: &'static str = "MQTT 3.1.1, Mosquitto";
}

impl Kind for Mosquitto {
    fn command(&self, directory: &Path, port: u16) -> Result<Command, Error> {
        let file = directory.join("mosquitto.conf");
        let lines = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nmessage_size_limit {LIMIT}\n\
             log_type all\n"
        );
        fs::write(&file, lines)?;
        let mut command = Command::new(installed(option_env!("MOSQUITTO"))?);
        command.arg("-c").arg(file);
        Ok(command)
    }
}

/// Debian's RabbitMQ, by its plugin for MQTT.
#[derive(Default)]
pub struct RabbitMq;

impl Broker for RabbitMq {
    const NAME: &'static str = "MQTT 3.1.1, RabbitMQ";
}

impl Kind for RabbitMq {
    fn command(&self, directory: &Path, port: u16) -> Result<Command, Error> {
        let lines = format!(
            "listeners.tcp = none\nmqtt.listeners.tcp.1 = 127.0.0.1:{port}\n\
             mqtt.allow_anonymous = true\nmax_message_size = {LIMIT}\n"
        );
        fs::write(directory.join("rabbitmq.conf"), lines)?;
        fs::write(directory.join("enabled_plugins"), "[rabbitmq_mqtt].\n")?;
        let mut command = Command::new("bash");
        command.args(["-c", RABBITMQ, installed(option_env!("RABBITMQ_SERVER"))?]);
        command.env("HOME", directory).env("RABBITMQ_NODENAME", "glassine@localhost");
        command.env("ERL_EPMD_PORT", free_port()?.to_string());
        command.env("RABBITMQ_DIST_PORT", free_port()?.to_string());
        command.env("RABBITMQ_LOGS", "-");
        for (variable, name) in [
            ("RABBITMQ_CONFIG_FILE", "rabbitmq.conf"),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", "enabled_plugins"),
            ("RABBITMQ_MNESIA_BASE", "data"),
            ("RABBITMQ_LOG_BASE", "logs"),
        ] {
            command.env(variable, directory.join(name));
        }
        Ok(command)
    }
}

/// Erlang starts a daemon that outlives it, unless there is one: this one ends with the broker.
const RABBITMQ: &str = r#"
epmd -address 127.0.0.1 & epmd=$!
"$0" & server=$!
trap 'kill $server' TERM
wait $server
wait $server
kill $epmd
"#;
