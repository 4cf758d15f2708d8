//! The simulator that cargo builds is the one that testbed knows how to start.
//!
//! Not here: what it simulates.

use testbed::{Simulator, SimulatorOptions};

#[test]
fn the_simulator_is_built_started_and_asked_with_its_key() {
    let simulator = Simulator::start(SimulatorOptions::default()).unwrap();
    let SimulatorOptions { organization, service, .. } = simulator.options();
    let path = format!("/v1/organizations/{organization}/services/{service}/clickpipes");
    let pipes = simulator.ask("GET", &path, None).unwrap().expect_success().unwrap().json().unwrap();
    assert_eq!(pipes.pointer("/result"), Some(&serde_json::json!([])), "{pipes}");
    assert!(simulator.requests().unwrap().to_string().contains("/clickpipes"));
    for answer in [simulator.stats(), simulator.pipes()] {
        answer.unwrap();
    }
}
