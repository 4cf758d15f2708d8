//! The simulator and the operator are started, asked and ended as promised.
//!
//! Small scripts stand in for both, so these tests say nothing about what the real programs do.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use testbed::{Http, Operator, OperatorOptions, ScratchFolder, Simulator, SimulatorOptions, wait_until};

const SOON: Duration = Duration::from_secs(20);

/// Makes a program of a few lines. Another process writes it: a file that we have open for writing while another test
/// starts a process could not be run for a moment ("text file busy").
fn script(folder: &ScratchFolder, text: &str) -> PathBuf {
    let path = folder.file("program");
    let mut write = Command::new("sh");
    write.args(["-c", r#"printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod +x "$1""#, "write"]).arg(&path).arg(text);
    assert!(write.status().unwrap().success());
    path
}

/// A server that answers every request with what it was asked; a path with `missing` in it is not found.
fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap())));
    url
}

fn answer(mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (Vec::new(), 0);
    for line in reader.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()) {
        let line = line.to_lowercase();
        length = line.strip_prefix("content-length: ").map_or(length, |length| length.parse().unwrap());
        head.push(line);
    }
    let mut sent = vec![0; length];
    reader.read_exact(&mut sent).unwrap();
    let status = if head.concat().contains("missing") { "404 Not Found" } else { "200 OK" };
    let body = json!({"head": head, "body": String::from_utf8(sent).unwrap()}).to_string();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).unwrap();
}

#[test]
fn a_simulator_tells_its_address_and_answers_its_admin_interface() {
    let folder = ScratchFolder::new().unwrap();
    let program =
        script(&folder, &format!("echo \"flags $*\"; echo clickpipes-sim listening on {}; exec sleep 1000", echo()));
    let options = SimulatorOptions { program: Some(program), seed: 7, ..SimulatorOptions::default() };
    let simulator = Simulator::start(options).unwrap();
    assert!(simulator.log().contains("--seed 7") && simulator.log().contains("--key testbed-key:testbed-secret"));
    let changed = simulator.change_pipe("abc", &json!({"state": "Failed"})).unwrap();
    assert_eq!(changed.pointer("/head/0"), Some(&json!("patch /_sim/pipes/abc http/1.1")));
    assert_eq!(changed.pointer("/body"), Some(&json!(r#"{"state":"Failed"}"#)));
    assert!(simulator.admin("GET", "/_sim/missing", None).unwrap_err().to_string().contains("404"));
}

#[test]
fn the_service_is_asked_with_its_key() {
    let http = Http::new(&echo()).with_key("id", "secret");
    let answer = http.get("/v1/organizations").unwrap().json().unwrap();
    assert!(answer.to_string().contains("authorization: basic awq6c2vjcmv0"), "{answer}");
}

#[test]
fn an_operator_gets_its_kubeconfig_flags_and_environment() {
    let folder = ScratchFolder::new().unwrap();
    let program = script(&folder, "echo \"$KUBECONFIG $MORE $*\"; exec sleep 1000");
    let options = OperatorOptions {
        kubeconfig: PathBuf::from("/some/kubeconfig"),
        flags: vec!["--paused".to_owned()],
        env: vec![("MORE".to_owned(), "light".to_owned())],
        program: Some(program),
    };
    let operator = Operator::start(&options).unwrap();
    let written = || Ok::<_, String>(operator.logs().contains('\n').then(|| operator.logs()));
    let log = wait_until(SOON, "the operator's first line", written).unwrap();
    assert!(log.starts_with("/some/kubeconfig light --listen 127.0.0.1:") && log.contains("--paused"), "{log}");
}

#[test]
fn an_operator_that_cannot_start_says_why() {
    let folder = ScratchFolder::new().unwrap();
    let program = Some(script(&folder, "echo no such flag >&2; exit 2"));
    let operator = Operator::start(&OperatorOptions { program, ..OperatorOptions::default() }).unwrap();
    let error = operator.wait_until_ready(SOON).unwrap_err().to_string();
    assert!(error.contains("no such flag"), "{error}");
}

#[test]
fn a_killed_operator_and_a_terminated_one_tell_their_ends_apart() {
    let folder = ScratchFolder::new().unwrap();
    let program = Some(script(&folder, "exec sleep 1000"));
    let options = OperatorOptions { program, ..OperatorOptions::default() };
    let by_signal = |status: std::process::ExitStatus| std::os::unix::process::ExitStatusExt::signal(&status);
    assert_eq!(by_signal(Operator::start(&options).unwrap().kill_9().unwrap()), Some(9));
    assert_eq!(by_signal(Operator::start(&options).unwrap().terminate(SOON).unwrap()), Some(15));
}
