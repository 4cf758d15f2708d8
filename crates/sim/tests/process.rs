//! The process around the simulator: its first line, its environment, broken connections, and its end.
//!
//! What is answered is tested without a socket, in `behaviour`.
#![cfg(feature = "serve")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const LIST: &str =
    "/v1/organizations/11111111-1111-4111-8111-111111111111/services/22222222-2222-4222-8222-222222222222/clickpipes";

/// A running `clickpipes-sim`, which ends with the test.
struct Process {
    child: Child,
    address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Process {
    /// Takes a free port and everything else from the environment.
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_clickpipes-sim"))
            .env("CLICKPIPES_SIM_LISTEN", "127.0.0.1:0")
            .env("CLICKPIPES_SIM_SPEED", "1000")
            .env("CLICKPIPES_SIM_KEY", "key:secret")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("clickpipes-sim listening on http://").unwrap().to_owned();
        Self { child, address }
    }

    /// Sends a request and gives the connection, on which the answer comes.
    fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: sim\r\nconnection: close\r\n");
        let key = "authorization: Basic a2V5OnNlY3JldA==\r\n";
        write!(stream, "{head}{key}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
        stream
    }

    /// Sends a request and waits for all of the answer.
    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut answer = String::new();
        // A connection that is cut ends in an error or in nothing; both show as what came before.
        let _cut = self.send(method, path, body).read_to_string(&mut answer);
        answer
    }

    /// Asks the process to end, and waits until it has.
    fn terminate(&mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

#[test]
fn flags_come_from_the_environment() {
    let process = Process::start();
    assert!(process.ask("GET", LIST, "").starts_with("HTTP/1.1 200"));
    let config = process.ask("GET", "/_sim/config", "");
    assert!(config.contains("\"speed\":1000"), "{config}");
}

#[test]
fn a_dropped_connection_carries_no_answer() {
    let process = Process::start();
    process.ask("POST", "/_sim/faults", "{\"name\": \"reset-after-commit\", \"times\": 1}");
    assert_eq!(process.ask("GET", LIST, ""), "");
    assert!(process.ask("GET", LIST, "").starts_with("HTTP/1.1 200"));
}

#[test]
fn it_ends_in_order_although_an_answer_never_comes() {
    let mut process = Process::start();
    process.ask("POST", "/_sim/faults", "{\"name\": \"never-answered\", \"times\": 1}");
    let _silent = process.send("GET", LIST, "");
    let begun = Instant::now();
    while !process.ask("GET", "/_sim/requests", "").contains("\"seq\":1") {
        assert!(begun.elapsed() < Duration::from_secs(20), "the request never arrived");
    }
    assert_eq!(process.terminate(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn the_log_has_a_line_for_a_request_and_nothing_that_was_sent() {
    let mut process = Process::start();
    process.ask("POST", &format!("{LIST}?token=hidden"), "{\"name\": \"hidden\"}");
    assert_eq!(process.terminate(), Some(0));
    let mut log = String::new();
    process.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("method=POST") && log.contains("status=400"), "{log}");
    assert!(!log.contains("hidden") && !log.contains("secret"), "{log}");
}
