//! A server of Kinesis' protocol on this machine: kinesalite, from npm.

use std::path::Path;
use std::process::Command;

use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kinesis::{Client, Config};

use crate::error::Error;
use crate::server::{Kind, Server, installed};

/// It counts the data of a record alone; the service counts the partition key too.
pub struct Kinesalite;

impl Kind for Kinesalite {
    fn command(&self, directory: &Path, port: u16) -> Result<Command, Error> {
        let module = installed(option_env!("KINESALITE"))?;
        let mut command = Command::new("node");
        command.args(["-e", SERVE, module, &port.to_string()]).arg(directory.join("data"));
        Ok(command)
    }
}

impl Server<Kinesalite> {
    /// Without TLS, and with credentials that nobody looks at.
    pub fn client(&self) -> Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("local"))
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
