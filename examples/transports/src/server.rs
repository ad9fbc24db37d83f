//! Servers of the machine, started on free ports of the loopback interface, and stopped by their
//! process ids.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;

/// How a server is started.
pub trait Kind {
    /// Prepares its directory, which is empty.
    fn prepare(&self, directory: &Path) -> Result<(), Error> {
        let _ = directory;
        Ok(())
    }

    /// What runs it in the foreground: all its files in the directory, on this port.
    fn command(&self, directory: &Path, port: u16) -> Result<Command, Error>;

    /// The signal that ends it, whoever is connected.
    fn signal(&self) -> &'static str {
        "TERM"
    }
}

/// A server that runs, until this is dropped.
pub struct Server<K: Kind> {
    kind: K,
    directory: PathBuf,
    port: u16,
    child: Child,
}

impl<K: Kind> Server<K> {
    /// Starts it in a directory of its own.
    pub fn start(kind: K) -> Result<Self, Error> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("glassine-server-{}-{number}", process::id());
        let directory = env::temp_dir().join(name);
        fs::create_dir_all(&directory)?;
        kind.prepare(&directory)?;
        let port = free_port()?;
        let child = run(&kind, &directory, port)?;
        let mut server = Self { kind, directory, port, child };
        server.wait()?;
        Ok(server)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it has printed until now.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.join(LOG)).unwrap_or_default()
    }

    /// Ends it, and starts it again on the same port with the same files.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.stop();
        self.child = run(&self.kind, &self.directory, self.port)?;
        self.wait()
    }

    fn stop(&mut self) {
        let signal = format!("-{}", self.kind.signal());
        let _ = Command::new("kill").args([signal, self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }

    /// Until it takes connections.
    fn wait(&mut self) -> Result<(), Error> {
        let started = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server has ended, {status}:\n{}", self.log()).into());
            }
            if started.elapsed() > PATIENCE {
                return Err("the server does not take connections".into());
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl<K: Kind> Drop for Server<K> {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn run(kind: &impl Kind, directory: &Path, port: u16) -> Result<Child, Error> {
    let log = fs::File::options().create(true).append(true).open(directory.join(LOG))?;
    let mut command = kind.command(directory, port)?;
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    Ok(command.spawn()?)
}

/// Tries again until it works: a server that takes connections may not be ready for more.
pub async fn until_it_works<T>(
    mut attempt: impl AsyncFnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let started = Instant::now();
    loop {
        match attempt().await {
            Err(_) if started.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
            result => return result,
        }
    }
}

/// A port that nobody listens on.
pub fn free_port() -> Result<u16, Error> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The program of a server that the machine has to have.
pub fn installed(program: Option<&'static str>) -> Result<&'static str, Error> {
    Ok(program.ok_or("the server is not installed: run examples/transports/install")?)
}

const LOG: &str = "log";
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(20);
