//! Servers of Kinesis' protocol on this machine: kinesalite, from npm, and moto, from PyPI.

use std::path::Path;
use std::process::Command;

use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kinesis::{Client, Config};

use crate::error::Error;
use crate::server::{Kind, Server, installed};

/// It keeps its records when it ends. It counts the data of a record alone, and the service also
/// the partition key.
pub struct Kinesalite;

impl Kind for Kinesalite {
    fn command(&self, directory: &Path, port: u16) -> Result<Command, Error> {
        let module = installed(option_env!("KINESALITE"))?;
        let mut command = Command::new("node");
        command.args(["-e", SERVE, module, &port.to_string()]).arg(directory.join("data"));
        Ok(command)
    }
}

/// It counts a record of a batch as the service does, and forgets all when it ends.
pub struct Moto;

impl Kind for Moto {
    fn command(&self, _: &Path, port: u16) -> Result<Command, Error> {
        let mut command = Command::new(installed(option_env!("MOTO"))?);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        Ok(command)
    }
}

/// One of these servers.
pub trait Service: Kind {}
impl Service for Kinesalite {}
impl Service for Moto {}

impl<S: Service> Server<S> {
    /// Without TLS, and with credentials that nobody looks at.
    pub fn client(&self) -> Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .endpoint_url(format!("http://127.0.0.1:{}", self.port()))
            .credentials_provider(Credentials::new("id", "secret", None, None, "example"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Client::from_conf(config)
    }
}

/// Its own program listens on all interfaces.
const SERVE: &str = "
const [, kinesalite, port, path] = process.argv;
require(kinesalite)({ path, createStreamMs: 1 }).listen(Number(port), '127.0.0.1');
";
