//! Every curl example of the two reference pages works against the simulator, run by the real `curl`.
//!
//! Only the host is replaced; ids and keys come through the pages' own environment variables.
#![cfg(feature = "serve")]
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test whose surroundings are missing fails")]

#[path = "reference_curl/cut.rs"]
mod cut;
#[path = "reference_curl/process.rs"]
mod process;

use serde_json::{Value, json};

use process::{ORGANIZATION, Process};

const PAGES: [&str; 2] =
    [include_str!("../../../tests/reference/000.txt"), include_str!("../../../tests/reference/001.txt")];

/// List, get, stop, start, delete, and a creation for each of nine sources.
const EXAMPLES: usize = 14;

/// Somebody else's pipe for the examples that need one.
fn some_pipe(process: &Process, state: &str) -> String {
    let sent = json!({"name": "p", "state": state,
        "source": {"kafka": {"type": "kafka", "format": "JSONEachRow", "brokers": "b:9092", "topics": "t"}},
        "destination": {"table": "t", "managedTable": false, "columns": []}});
    let made = process.admin(&format!("-d '{sent}'"), "/pipes");
    made["id"].as_str().expect("it has an id").to_owned()
}

/// What is stored after a creation: what was sent, and the database `default` where none was named.
fn check_stored(process: &Process, command: &str, answer: &Value) {
    let mut sent = cut::body(command);
    if sent["destination"].get("database").is_none() {
        sent["destination"]["database"] = json!("default");
    }
    let pipes = process.admin("", "/pipes");
    let pipes = pipes.as_array().expect("it is a list");
    let stored = pipes.iter().find(|pipe| pipe["id"] == answer["result"]["id"]).expect("the pipe is stored");
    for member in ["name", "source", "destination"] {
        assert_eq!(stored[member], sent[member], "{command}");
    }
}

fn check_page(page: &str, name: &str) {
    let commands = cut::commands(page);
    assert_eq!(commands.len(), EXAMPLES);
    let process = Process::start(name);
    let mut creations = 0;
    for command in &commands {
        let state = if command.contains("\"start\"") { "Stopped" } else { "Running" };
        let pipe = some_pipe(&process, state);
        let (status, answer) = process.run(command, &pipe);
        assert_eq!((status, &answer["status"]), (200, &json!(200)), "{command}\n{answer}");
        assert!(answer["requestId"].is_string() && answer.get("result").is_some(), "{command}\n{answer}");
        if command.contains("-X POST") {
            creations += 1;
            check_stored(&process, command, &answer);
        }
    }
    assert_eq!(creations, 9);
}

#[test]
fn every_example_of_the_fenced_page_works() {
    check_page(PAGES[0], "fenced");
}

#[test]
fn every_example_of_the_page_without_fences_works() {
    check_page(PAGES[1], "plain");
}

#[test]
fn both_pages_show_the_same_requests() {
    let bodies = |page: &str| cut::commands(page).iter().map(|command| cut::body(command)).collect::<Vec<_>>();
    assert_eq!(bodies(PAGES[0]), bodies(PAGES[1]));
}

/// The address of the organization's shared scaling, as both pages' tables have it.
fn shared_scaling_path() -> String {
    let path = "/organizations/{organizationId}/clickpipes/cdcScaling";
    assert!(PAGES.iter().all(|page| page.matches(path).count() == 2), "the pages changed");
    format!("https://api.clickhouse.cloud/v1{}", path.replace("{organizationId}", ORGANIZATION))
}

/// A simulator with a Postgres pipe, without which there is nothing to share.
fn with_database_pipe(name: &str) -> Process {
    let process = Process::start(name);
    let creations = cut::commands(PAGES[0]);
    let postgres = creations.iter().find(|command| command.contains("\"postgres\"")).expect("the page has one");
    let mut body = cut::body(postgres);
    body["state"] = json!("Running");
    process.admin(&format!("-d '{body}'"), "/pipes");
    process
}

#[test]
fn the_organizations_shared_scaling_can_be_read() {
    let process = with_database_pipe("read-scaling");
    let (status, answer) = process.run(&format!("curl -u \"$KEY_ID:$KEY_SECRET\" {}", shared_scaling_path()), "");
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["result"], json!({"replicaCpuMillicores": 2000, "replicaMemoryGb": 8}));
}

#[test]
fn the_organizations_shared_scaling_can_be_changed() {
    let process = with_database_pipe("write-scaling");
    let wanted = json!({"replicaCpuMillicores": 4000, "replicaMemoryGb": 16});
    let command = format!("curl -u \"$KEY_ID:$KEY_SECRET\" -X PATCH -d '{wanted}' {}", shared_scaling_path());
    let (status, answer) = process.run(&command, "");
    assert_eq!((status, &answer["result"]), (200, &wanted), "{answer}");
    let services = process.admin("", "/services");
    let shown = [&services[0]["cdc_scaling_to_come"], &services[0]["cdc_scaling"]];
    assert!(shown.contains(&&wanted), "{services}");
}
