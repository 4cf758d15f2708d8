//! The simulator as a process, and the real `curl` in front of it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

pub(crate) const ORGANIZATION: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const SERVICE: &str = "22222222-2222-4222-8222-222222222222";

/// A running `clickpipes-sim`, which ends with the test.
pub(crate) struct Process {
    child: Child,
    address: String,
    curl_home: PathBuf,
    keys: AtomicU32,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Process {
    /// A thousand times as fast as the real service. The rate limit stays on: every command has a key of its own.
    pub(crate) fn start(name: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_clickpipes-sim"))
            .args(["--listen", "127.0.0.1:0", "--speed", "1000", "--log-level", "off"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the simulator starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout is piped")).read_line(&mut line).expect("it says a line");
        let address = line.trim().rsplit(' ').next().expect("the line ends in an address").to_owned();
        // What the tests need of curl beside the command goes into its configuration, so that the command stays verbatim.
        let curl_home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&curl_home).expect("there is room for a file");
        fs::write(curl_home.join(".curlrc"), "silent\nwrite-out = \"\\n%{http_code}\"\n").expect("it is written");
        Self { child, address, curl_home, keys: AtomicU32::new(0) }
    }

    /// Runs a command of a page in a shell: only the host differs.
    pub(crate) fn run(&self, command: &str, pipe: &str) -> (u16, Value) {
        let command = command.replace("https://api.clickhouse.cloud", &self.address);
        assert!(command.contains(&self.address), "there is no host to replace in {command}");
        let key = self.keys.fetch_add(1, Ordering::SeqCst);
        let output = Command::new("bash")
            .args(["-c", &command])
            .env("ORG_ID", ORGANIZATION)
            .env("SERVICE_ID", SERVICE)
            .env("CLICKPIPE_ID", pipe)
            .env("KEY_ID", format!("key-{key}"))
            .env("KEY_SECRET", "secret")
            .env("CURL_HOME", &self.curl_home)
            .env("NO_PROXY", "*")
            .output()
            .expect("bash and curl are there");
        let text = String::from_utf8(output.stdout).expect("answers are text");
        let (body, status) = text.rsplit_once('\n').unwrap_or_default();
        (status.parse().unwrap_or_default(), serde_json::from_str(body).unwrap_or_default())
    }

    /// Asks the admin API.
    pub(crate) fn admin(&self, arguments: &str, path: &str) -> Value {
        let (status, value) = self.run(&format!("curl {arguments} 'https://api.clickhouse.cloud/_sim{path}'"), "");
        assert_eq!(status, 200, "{path}: {value}");
        value
    }
}
