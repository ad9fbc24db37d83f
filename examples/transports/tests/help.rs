//! The examples in the help of the tool `glassine`, with the program that they name.

use std::env;
use std::process::Command;

use glassine_transports::redis_server::{Redis, connect};
use glassine_transports::server::Server;
use redis::AsyncCommands;

/// The help of a command, and its examples of `redis-cli`.
fn help(command: &str) -> (String, Vec<String>) {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "-p", "glassine-cli", "--", command, "--help"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let help = String::from_utf8(output.stdout).unwrap();
    let examples = help.lines().map(str::trim).filter(|line| line.starts_with("redis-cli"));
    let examples = examples.map(str::to_owned).collect();
    (help, examples)
}

/// What an example prints, and its exit code: with this server, and the tool of the workspace.
fn run(server: &Server<Redis>, definitions: &str, example: &str) -> (Vec<u8>, Option<i32>) {
    let script = format!(
        "redis-cli() {{ command redis-cli -p {} \"$@\"; }}\n\
         glassine() {{ \"{}\" run --quiet -p glassine-cli -- \"$@\"; }}\n\
         {definitions}\n{example}",
        server.port(),
        env!("CARGO"),
    );
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    (output.stdout, output.status.code())
}

/// Messages with line breaks in them, and at their ends, are counted as what they are.
#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "redis-server is not installed: examples/transports/install")]
async fn redis_cli() {
    let server = Server::start(Redis).unwrap();
    let mut redis = connect(&server.client().unwrap()).await.unwrap();
    // An array of MessagePack that begins with the magic byte, and a frame with a line break.
    let frame = b"\x9E\x01\xC1\xDE\0\0\0\0{\n\0}\n";
    let messages: [&[u8]; 4] = [b"{\n}", b"\x9E\n\n\n", frame, b"\n"];
    redis.rpush::<_, _, ()>("jobs", &messages).await.unwrap();
    redis.set::<_, _, ()>("job:7", &frame[..]).await.unwrap();

    let (help_of_detect, examples) = help("detect");
    let [one, list] = &examples[..] else { panic!("{examples:?}") };
    let json = |example: &str| format!("{example} --json");
    let (report, code) = run(&server, "", &json(one));
    let report = String::from_utf8(report).unwrap();
    assert_eq!(code, Some(20), "{report}");
    assert!(report.contains("\"bytes\":13") && report.contains("\"messages\":1,"), "{report}");

    let (_, definition) = help_of_detect.split_once("HEX='").unwrap();
    let (definition, _) = definition.split_once('\'').unwrap();
    let (report, code) = run(&server, &format!("HEX='{definition}'"), &json(list));
    let report = String::from_utf8(report).unwrap();
    assert_eq!(code, Some(20), "{report}");
    let bytes: usize = messages.iter().map(|message| message.len()).sum();
    for found in [format!("\"bytes\":{bytes},"), "\"messages\":4,".into(), "\"misread\":1,".into()]
    {
        assert!(report.contains(&found), "{found} is not in {report}");
    }

    let (_, examples) = help("unwrap");
    let [unwrap] = &examples[..] else { panic!("{examples:?}") };
    assert_eq!(run(&server, "", unwrap), (b"{\n\0}\n".to_vec(), Some(0)));
}
