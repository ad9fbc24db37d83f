//! Looks which servers the machine has: the tests of the others are ignored, and say so.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The cfg and the environment variable of each, and its program.
const SERVERS: [(&str, &str, &str); 5] = [
    ("has_chromium", "CHROMIUM", "chromium"),
    ("has_redis", "REDIS_SERVER", "redis-server"),
    ("has_mosquitto", "MOSQUITTO", "mosquitto"),
    ("has_postgresql", "POSTGRES", "postgres"),
    ("has_rabbitmq", "RABBITMQ_SERVER", "rabbitmq-server"),
];

/// A module for Node and a program, below the target directory.
const KINESALITE: &str = "transports/node_modules/kinesalite/index.js";
const MOTO: &str = "transports/moto/bin/moto_server";

/// Debian's libzmq, with the client for Debian's Python.
const PYZMQ: &str = "/usr/lib/python3/dist-packages/zmq/__init__.py";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PATH");
    for (cfg, variable, program) in SERVERS {
        let places: Vec<_> = folders(program).map(|folder| folder.join(program)).collect();
        look(cfg, variable, &places, &Path::new("/usr/sbin").join(program));
    }
    // Where `install` puts it.
    let target = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    for (cfg, variable, path) in
        [("has_kinesalite", "KINESALITE", KINESALITE), ("has_moto", "MOTO", MOTO)]
    {
        let places: Vec<_> = target.ancestors().map(|folder| folder.join(path)).collect();
        look(cfg, variable, &places, Path::new(path));
    }
    look("has_pyzmq", "PYZMQ", &[PathBuf::from(PYZMQ)], Path::new(PYZMQ));
}

/// Tells the crate of the first place that there is.
fn look(cfg: &str, variable: &str, places: &[PathBuf], missing: &Path) {
    println!("cargo::rustc-check-cfg=cfg({cfg})");
    match places.iter().find(|place| place.is_file()) {
        Some(place) => {
            println!("cargo::rerun-if-changed={}", place.display());
            println!("cargo::rustc-cfg={cfg}");
            println!("cargo::rustc-env={variable}={}", place.display());
        }
        // What is not there has always changed: look again at the next build.
        None => println!("cargo::rerun-if-changed={}", missing.display()),
    }
}

/// Debian's servers first: what else has their names may be of another version.
fn folders(program: &str) -> impl Iterator<Item = PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let postgresql = versions.map(|version| version.path().join("bin"));
    let debian = ["/usr/lib/rabbitmq/bin", "/usr/sbin", "/usr/bin"]
        .map(|folder| Path::new(folder).to_owned());
    let path = env::var_os("PATH").unwrap_or_default();
    let path: Vec<_> = env::split_paths(&path).collect();
    let is_postgresql = program == "postgres";
    postgresql.filter(move |_| is_postgresql).chain(debian).chain(path)
}
