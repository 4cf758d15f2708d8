//! Processes that die, freeze, end, start and meet each other: real programs, real signals, one pipe for each object.
//!
//! Names carry the number of the fault in the test programme. This file is the stage and what holds at the end of every test; the tests are
//! beside it. Not here: every order of events (the model and the simulation have them); here it is the processes that count.

mod frozen;
mod kills;
mod outages;
mod replicas;

use std::collections::BTreeMap;
use std::time::Duration;

use data_encoding::BASE64;
use serde_json::{Value, json};
use testbed::{Operator, OperatorOptions, World, wait_until};

use crate::words::{KEY, PATIENCE, SERVICE, condition, kafka, quick_connection, quick_world, secret, writes};

/// A password that is nowhere else.
const CANARY: &str = "canary-of-the-source-password";
/// An election in seconds instead of half-minutes, said as the chart says it.
const ELECTED: [(&str, &str); 4] = [
    ("CLICKPIPES_LEADER_ELECT", "true"),
    ("CLICKPIPES_LEASE_DURATION", "9s"),
    ("CLICKPIPES_LEASE_RENEW_DEADLINE", "6s"),
    ("CLICKPIPES_LEASE_RETRY_PERIOD", "1s"),
];
/// No election, said as the chart says it.
const ALONE: [(&str, &str); 1] = [("CLICKPIPES_LEADER_ELECT", "false")];
/// The duration above.
const LEASE_DURATION: Duration = Duration::from_secs(9);

/// A world with a connection, a password, and a pipe of somebody else that looks like ours.
struct Stage {
    world: World,
    foreign: Value,
}

impl Stage {
    fn new() -> Self {
        let world = quick_world();
        world.apply(&quick_connection(&world)).unwrap();
        world.apply(&secret("source", "password", CANARY)).unwrap();
        // A state that is reached by the next look: no test here is about waiting for the service.
        let timings = [
            "provisioning_ms",
            "restart_ms",
            "stop_ms",
            "resume_ms",
            "auto_resume_ms",
            "setup_ms",
            "snapshot_ms",
            "teardown_database_ms",
        ];
        let timings: BTreeMap<&str, u64> = timings.into_iter().map(|name| (name, 100)).collect();
        world.simulator().admin("PATCH", "/_sim/config", Some(&json!({"timings": timings}))).unwrap();
        let twin = json!({
            "name": "orders", "state": "Running",
            "source": {"kafka": {"type": "confluent", "format": "JSONEachRow", "brokers": "orders.example.com:9092", "topics": "orders"}},
            "destination": {"database": "default", "table": "orders", "managedTable": true,
                            "tableDefinition": {"engine": {"type": "MergeTree"}}, "columns": [{"name": "id", "type": "UInt64"}]},
        });
        let made = world.simulator().admin("POST", "/_sim/pipes", Some(&twin)).unwrap();
        let id = made["id"].as_str().unwrap();
        let foreign = world.simulator().admin("GET", &format!("/_sim/pipes/{id}"), None).unwrap();
        Self { world, foreign }
    }

    /// Starts an operator that works at once, without waiting for anything.
    fn operator(&self, flags: &[&str]) -> Operator {
        self.start(flags, &ALONE)
    }

    /// Starts an operator that works when it is elected, without waiting for anything.
    fn candidate(&self) -> Operator {
        self.start(&[], &ELECTED)
    }

    fn start(&self, flags: &[&str], env: &[(&str, &str)]) -> Operator {
        let flags = [&["--log-level", "info,clickpipes_client=debug"], flags].concat();
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let options = self.world.operator_options(&flags).unwrap();
        Operator::start(&OperatorOptions { env, ..options }).unwrap()
    }

    /// Applies Kafka pipes of these names.
    fn apply(&self, names: &[&str]) {
        let manifests: Vec<String> = names.iter().map(|name| kafka(name, "source").to_string()).collect();
        self.world.apply(&manifests.join("\n---\n")).unwrap();
    }

    fn kubectl(&self, arguments: &[&str]) -> String {
        let all = [arguments, &["--namespace", self.world.namespace()]].concat();
        self.world.control_plane().kubectl(&all).unwrap().text().unwrap()
    }

    fn fault(&self, name: &str, parameters: &Value, route: &str, pipe: &str) {
        let matching = if pipe.is_empty() { json!({"route": route}) } else { json!({"route": route, "pipe": pipe}) };
        let fault = json!({"name": name, "parameters": parameters, "match": matching, "times": 1});
        self.world.simulator().add_fault(&fault).unwrap();
    }

    /// Waits until the service has got so many requests of this kind.
    fn wait_requests(&self, route: &str, count: u64) {
        let what = format!("{count} requests {route}");
        testbed::wait_for_value(
            PATIENCE,
            &what,
            || Ok::<_, String>(crate::words::count(&self.world, route)),
            |found| *found >= count,
        )
        .unwrap();
    }

    /// Waits until the service has answered every request of this kind.
    fn wait_answered(&self, route: &str) {
        wait_until(PATIENCE, &format!("the answer to {route}"), || {
            let now = self.world.simulator().admin("GET", "/_sim/health", None).map_err(|error| error.to_string())?;
            let requests = self.world.simulator().requests().map_err(|error| error.to_string())?;
            let due =
                |request: &Value| request["at_ms"].as_u64().unwrap() + request["answered_after_ms"].as_u64().unwrap();
            let all = requests.as_array().unwrap().iter().filter(|request| request["route"] == route).map(due).max();
            Ok::<_, String>((all < now["now_ms"].as_u64()).then_some(()))
        })
        .unwrap();
    }

    /// Waits until exactly these objects are there, ready and in sync with their newest spec.
    ///
    /// Invariants: 6, 8.
    fn wait_settled(&self, names: &[&str]) {
        wait_until(PATIENCE, "every pipe to be Ready and Synced", || {
            let pipes = self.world.get(&["clickpipes"]).map_err(|error| error.to_string())?;
            let pipes = pipes["items"].as_array().unwrap().clone();
            let holds = |pipe: &Value, r#type| condition(pipe, r#type).is_some_and(|found| found["status"] == "True");
            let open: Vec<String> = pipes
                .iter()
                .filter(|pipe| !(holds(pipe, "Ready") && holds(pipe, "Synced")))
                .map(|pipe| format!("{}: {}", pipe["metadata"]["name"], pipe["status"]["conditions"]))
                .collect();
            let found = pipes.len();
            if found == names.len() && open.is_empty() {
                Ok(Some(()))
            } else {
                Err(format!("{found}: {}", open.join("\n")))
            }
        })
        .unwrap();
    }

    /// What holds when everything has settled: one pipe for each object, no other was ever started, somebody else's is as it was, nothing leaked,
    /// and nothing is written any more, also when every object is looked at again.
    ///
    /// Invariants: 1, 1', 2, 3, 4, 5, 13.
    fn assert_in_order(&self, names: &[&str], logs: &[String]) {
        self.wait_settled(names);
        let written = writes(&self.world);
        self.look_again();
        assert_eq!(writes(&self.world), written, "it is not quiet");
        let all = self.world.simulator().pipes().unwrap();
        let ours: Vec<&Value> =
            all.as_array().unwrap().iter().filter(|pipe| pipe["id"] != self.foreign["id"]).collect();
        let mut started: BTreeMap<&str, usize> = BTreeMap::new();
        for pipe in ours.iter().filter(|pipe| pipe["ever_started"] == true) {
            *started.entry(pipe["name"].as_str().unwrap()).or_default() += 1;
        }
        assert!(started.values().all(|count| *count == 1), "{started:?}");
        let mut live: Vec<&Value> = ours.iter().filter(|pipe| pipe["alive"] == true).map(|pipe| &pipe["id"]).collect();
        let objects = self.world.get(&["clickpipes"]).unwrap();
        let mut recorded: Vec<&Value> =
            objects["items"].as_array().unwrap().iter().map(|pipe| &pipe["status"]["pipe"]["id"]).collect();
        live.sort_by_key(ToString::to_string);
        recorded.sort_by_key(ToString::to_string);
        assert_eq!(live, recorded, "one live pipe for each object");
        let foreign = all.as_array().unwrap().iter().find(|pipe| pipe["id"] == self.foreign["id"]);
        assert_eq!(foreign, Some(&self.foreign), "somebody else's pipe was touched");
        assert!(logs.iter().all(|log| !log.contains("panicked")), "an operator panicked");
        for secret in [CANARY, KEY.1] {
            let encoded = BASE64.encode(secret.as_bytes());
            for log in logs {
                assert!(!log.is_empty() && !log.contains(secret) && !log.contains(&encoded), "{secret} is in a log");
            }
        }
    }

    /// Has every object looked at, and waits until that is done.
    fn look_again(&self) {
        let request = uuid::Uuid::new_v4().to_string();
        let annotation = format!("cloud.clickhouse.com/reconcile-requested-at={request}");
        self.kubectl(&["annotate", "clickpipes", "--all", "--overwrite", &annotation]);
        wait_until(PATIENCE, "every pipe to be looked at", || {
            let pipes = self.world.get(&["clickpipes"]).map_err(|error| error.to_string())?;
            let handled = |pipe: &Value| pipe["status"]["lastHandledReconcileAt"] == request;
            Ok::<_, String>(pipes["items"].as_array().unwrap().iter().all(handled).then_some(()))
        })
        .unwrap();
    }
}

/// Whether an operator says that it leads.
fn leads(operator: &Operator) -> bool {
    operator.metrics().is_ok_and(|metrics| metrics.lines().any(|line| line == "clickpipes_leader 1"))
}

fn wait_leads(operator: &Operator, within: Duration) {
    let leads = || Ok::<_, String>(leads(operator).then_some(()));
    operator.process().wait_until(within, "the operator to lead", leads).unwrap();
}

/// A database pipe, which is paused for a change of its tables.
fn postgres(tables: &[&str]) -> String {
    let mappings: Vec<_> = tables
        .iter()
        .map(|table| json!({"sourceSchemaName": "public", "sourceTable": table, "targetTable": format!("public_{table}")}))
        .collect();
    json!({
        "apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": "ClickPipe", "metadata": {"name": "tables"},
        "spec": {
            "connectionRef": {"name": "prod"}, "serviceId": SERVICE,
            "source": {"postgres": {
                "host": "postgres.example.com", "port": 5432, "database": "mydb", "settings": {"replicationMode": "cdc"},
                "credentials": {"username": {"value": "ann"}, "password": {"secretKeyRef": {"name": "source", "key": "password"}}},
                "tableMappings": mappings,
            }},
            "destination": {"database": "default"},
        },
    })
    .to_string()
}
