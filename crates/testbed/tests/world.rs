//! A world is made of the real parts: the CRDs of this repository, and the simulator and the operator that cargo builds.
//!
//! Not here: what the operator does, and what the simulator simulates.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::time::Duration;

use testbed::{Simulator, SimulatorOptions, World};

#[test]
fn the_simulator_is_built_started_and_asked_with_its_key() {
    let simulator = Simulator::start(SimulatorOptions::default()).unwrap();
    assert_eq!(pipes(&simulator), serde_json::json!([]));
    assert!(simulator.requests().unwrap().to_string().contains("/clickpipes"));
    for answer in [simulator.stats(), simulator.pipes()] {
        answer.unwrap();
    }
}

fn pipes(simulator: &Simulator) -> serde_json::Value {
    let SimulatorOptions { organization, service, .. } = simulator.options();
    let path = format!("/v1/organizations/{organization}/services/{service}/clickpipes");
    let answer = simulator.ask("GET", &path, None).unwrap().expect_success().unwrap().json().unwrap();
    answer.pointer("/result").cloned().unwrap_or_default()
}

#[test]
fn two_worlds_share_the_api_and_nothing_else() {
    let [one, other] = [(); 2].map(|()| World::start(SimulatorOptions::default()).unwrap());
    assert_eq!(one.control_plane().url(), other.control_plane().url());
    assert_ne!(one.namespace(), other.namespace());
    assert_ne!(one.simulator().url(), other.simulator().url());
    for kind in ["clickpipes", "cloudconnections"] {
        assert_eq!(one.get(&[kind]).unwrap().pointer("/items"), Some(&serde_json::json!([])));
    }
    assert_eq!(pipes(other.simulator()), serde_json::json!([]));
}

#[test]
fn the_operator_becomes_ready_with_the_rights_of_the_chart_and_ends_when_asked() {
    let world = World::alone(SimulatorOptions::default()).unwrap();
    let operator = world.start_operator(&[]).unwrap();
    assert!(operator.metrics().unwrap().contains("# TYPE"));
    assert!(operator.terminate(Duration::from_secs(30)).unwrap().success(), "{}", operator.logs());
    assert!(!operator.logs().to_lowercase().contains("forbidden"), "{}", operator.logs());
}
