//! Every fault does what it says, and to nothing else.

use std::collections::BTreeSet;

use clickpipes_sim::{Answer, Exchange, Fault};
use serde_json::{Value, json};

use crate::bodies::body;
use crate::world::World;

/// Faults of single requests: what a creation is answered, after how many milliseconds, and how many pipes there are
/// in the end.
fn replacements() -> Vec<(Value, &'static str, u64, usize)> {
    vec![
        (json!({"name": "gateway-timeout"}), "504 text/html", 30_000, 0),
        (json!({"name": "gateway-timeout", "parameters": {"commit_after_ms": 9}}), "504 text/html", 30_000, 1),
        (json!({"name": "server-error"}), "500 INTERNAL_ERROR: Internal error", 0, 0),
        (
            json!({"name": "server-error", "parameters": {"commit_after_ms": 9}}),
            "500 INTERNAL_ERROR: Internal error",
            0,
            1,
        ),
        (json!({"name": "never-answered"}), "never", 60, 0),
        (json!({"name": "reset-before-commit", "parameters": {"after_ms": 7}}), "dropped", 7, 0),
        (json!({"name": "reset-after-commit", "parameters": {"after_ms": 7}}), "dropped", 7, 1),
        (json!({"name": "html-body"}), "200 text/html", 1_500, 1),
        (json!({"name": "truncated-json"}), "200 not JSON", 1_500, 1),
        (json!({"name": "garbled", "parameters": {"how": "empty"}}), "200 not JSON", 1_500, 1),
        (json!({"name": "garbled", "parameters": {"how": "bad-utf8"}}), "200 not JSON", 1_500, 1),
        (json!({"name": "garbled", "parameters": {"how": "null"}}), "200 not JSON", 1_500, 1),
        (json!({"name": "garbled", "parameters": {"how": "without-result"}}), "200 ", 1_500, 1),
        (json!({"name": "too-many-requests"}), "429 RATE_LIMIT_EXCEEDED: try later", 60, 0),
        (
            json!({"name": "failed-dependency"}),
            "424 FAILED_DEPENDENCY: ClickPipe creation is allowed only when the \
            ClickHouse service is running. Current state: idle",
            60,
            0,
        ),
        (json!({"name": "unauthorized"}), "401 Invalid credentials", 60, 0),
        (json!({"name": "forbidden"}), "403 FORBIDDEN: Forbidden", 60, 0),
        (json!({"name": "status", "parameters": {"status": 418, "body": {"error": "tea"}}}), "418 tea", 60, 0),
        (json!({"name": "slow-answer", "parameters": {"ms": 40}}), "200 ", 1_540, 1),
        (json!({"name": "late-commit", "parameters": {"ms": 90_000}}), "200 ", 1_500, 1),
        (json!({"name": "source-refuses", "parameters": {"text": "no route"}}), "400 BAD_REQUEST: no route", 60, 0),
        (json!({"name": "source-refuses", "parameters": {"host": "elsewhere"}}), "200 ", 1_500, 1),
    ]
}

fn told(exchange: &Exchange) -> String {
    let reply = match &exchange.answer {
        Answer::Reply(reply) => reply,
        Answer::Dropped => return "dropped".to_owned(),
        Answer::Never => return "never".to_owned(),
    };
    let html = reply.header("content-type") == Some("text/html");
    match (html, reply.value().is_object()) {
        (true, _) => format!("{} text/html", reply.status),
        (false, false) => format!("{} not JSON", reply.status),
        (false, true) => format!("{} {}", reply.status, exchange.error()),
    }
}

#[test]
fn a_fault_of_a_request_decides_its_answer_its_time_and_its_effect() {
    for (fault, answer, delay_ms, committed) in replacements() {
        let mut world = World::faulty(&fault);
        let exchange = world.call("POST", "", &body("kafka"));
        assert_eq!((told(&exchange).as_str(), exchange.delay_ms), (answer, delay_ms), "{fault}");
        world.wait(600_000);
        assert_eq!(world.committed(), committed, "{fault}");
    }
}

#[test]
fn garbled_answers_are_of_other_types_huge_or_full_of_news() {
    let answered = |how: &str| {
        let mut world = World::faulty(&json!({"name": "garbled", "parameters": {"how": how}}));
        world.call("POST", "", &body("kafka")).body()
    };
    assert_eq!(answered("wrong-types")["result"]["id"], 17);
    assert_eq!(answered("extra-members")["result"]["x-unheard-of"], json!({}));
    assert_eq!(answered("huge")["padding"].as_str().map(str::len), Some(1_048_576));
}

#[test]
fn a_throttled_answer_carries_any_reset_or_none() {
    for (parameters, header) in
        [(json!({}), Some("2.5")), (json!({"reset": null}), None), (json!({"reset": "soon"}), Some("soon"))]
    {
        let mut world = World::faulty(&json!({"name": "too-many-requests", "parameters": parameters}));
        let exchange = world.call("GET", "", &Value::Null);
        assert_eq!(exchange.reply().unwrap().header("x-ratelimit-reset"), header);
    }
}

#[test]
fn a_fault_of_the_list_shows_only_in_the_list() {
    for (name, shown) in
        [("list-truncated", json!([])), ("list-empty", json!([])), ("list-without-result", json!(null))]
    {
        let mut world = World::faulty(&json!({"name": name}));
        let id = world.resting(&body("kafka"), "Running");
        assert_eq!(world.call("GET", "", &Value::Null).result(), shown, "{name}");
        assert_eq!(world.state(&id), "Running", "{name}");
    }
}

#[test]
fn a_lagging_list_still_shows_what_is_gone() {
    let mut world = World::faulty(&json!({"name": "list-lag", "parameters": {"ms": 1_000}}));
    let id = world.resting(&body("kafka"), "Running");
    assert_eq!(world.call("GET", "", &Value::Null).result(), json!([]));
    world.wait(1_000);
    world.call("DELETE", &format!("/{id}"), &Value::Null);
    assert_eq!(world.call("GET", "", &Value::Null).result()[0]["id"], json!(id));
    assert_eq!(world.state(&id), "gone");
}

#[test]
fn a_new_pipe_is_not_found_by_the_first_reads() {
    let mut world = World::faulty(&json!({"name": "not-found-after-create", "parameters": {"reads": 2}}));
    let id = world.create(&body("kafka"));
    let states = [world.state(&id), world.state(&id), world.state(&id)];
    assert_eq!(states, ["gone", "gone", "Provisioning"]);
}

#[test]
fn a_stale_answer_shows_the_pipe_before_the_write() {
    let mut world = World::faulty(&json!({"name": "stale-answer"}));
    let id = world.resting(&body("kafka"), "Running");
    assert_eq!(world.patch(&id, &json!({"name": "new"})).result()["name"], "my-kafka");
    assert_eq!(world.get(&id)["name"], "new");
}

#[test]
fn a_stale_read_shows_it_for_a_while() {
    let mut world = World::faulty(&json!({"name": "stale-read", "parameters": {"ms": 1_000}}));
    let id = world.resting(&body("kafka"), "Running");
    world.patch(&id, &json!({"name": "new"}));
    assert_eq!(world.get(&id)["name"], "my-kafka");
    world.wait(1_000);
    assert_eq!(world.get(&id)["name"], "new");
}

#[test]
fn answers_are_normalised_as_asked() {
    let mut world = World::faulty(&json!({"name": "normalise", "parameters": {"switches": ["consumer-group"]}}));
    let id = world.resting(&body("kafka"), "Running");
    assert_eq!(world.get(&id)["source"]["kafka"]["consumerGroup"], json!(format!("clickpipes-{id}")));
}

#[test]
fn scaling_reads_zero_for_a_while() {
    let mut world = World::faulty(&json!({"name": "scaling-unknown", "parameters": {"ms": 5_000}}));
    let id = world.create(&body("kafka"));
    assert_eq!(world.get(&id)["scaling"]["replicaCpuMillicores"], 0);
    world.wait(5_000);
    assert_eq!(world.get(&id)["scaling"]["replicaCpuMillicores"], 125);
}

#[test]
fn resuming_after_an_edit_comes_late_or_never() {
    let late = json!({"name": "auto-resume-delay", "parameters": {"ms": 60_000}});
    for (fault, after) in [(late, "Running"), (json!({"name": "no-auto-resume"}), "Paused")] {
        let mut world = World::faulty(&fault);
        let id = world.resting(&body("postgres"), "Paused");
        world.patch(&id, &json!({"source": {"postgres": {"settings": {"syncIntervalSeconds": 5}}}}));
        world.wait(59_999);
        assert_eq!(world.state(&id), "Paused", "{fault}");
        world.wait(1);
        assert_eq!(world.state(&id), after, "{fault}");
    }
}

#[test]
fn a_deleted_pipe_lingers() {
    let mut world = World::faulty(&json!({"name": "delete-linger", "parameters": {"ms": 1_000}}));
    let id = world.resting(&body("kafka"), "Running");
    world.call("DELETE", &format!("/{id}"), &Value::Null);
    world.wait(999);
    assert_eq!(world.state(&id), "Running");
    world.wait(1);
    assert_eq!(world.state(&id), "gone");
}

#[test]
fn a_mongodb_pipe_sticks_until_it_gets_credentials() {
    let mut world = World::faulty(&json!({"name": "mongo-sticky", "parameters": {"after": 1}}));
    let id = world.resting(&body("mongodb"), "Failed");
    let edit = |more: &Value| json!({"source": {"mongodb": more}});
    let plain = edit(&json!({"readPreference": "nearest"}));
    let mut statuses = Vec::new();
    for patch in [&plain, &plain, &edit(&json!({"credentials": {"username": "u", "password": "p"}})), &plain] {
        world.admin("PATCH", &format!("/pipes/{id}"), &json!({"state": "Paused"}));
        statuses.push(world.patch(&id, patch).status());
    }
    assert_eq!(statuses, [200, 500, 200, 200]);
}

#[test]
fn an_unknown_state_shows_in_reads() {
    let mut world = World::faulty(&json!({"name": "unknown-state"}));
    let id = world.resting(&body("kafka"), "Running");
    assert_eq!(world.state(&id), "Hibernating");
    assert_eq!(world.call("GET", "", &Value::Null).result()[0]["state"], "Hibernating");
}

#[test]
fn a_pipe_fails_instead_of_running() {
    let mut world = World::faulty(&json!({"name": "pipe-fails", "parameters": {"state": "InternalError"}}));
    let id = world.create(&body("kafka"));
    world.wait(20_000);
    assert_eq!(world.state(&id), "InternalError");
}

#[test]
fn a_fault_hits_only_what_it_matches_so_often_and_after_so_many() {
    let mut world = World::new();
    world.break_with(&json!({"name": "forbidden", "match": {"route": "CreatePipe", "pipe": "kafka", "key": "key"},
        "skip": 1, "times": 1}));
    let mut statuses = vec![world.call("GET", "", &Value::Null).status()];
    for arm in ["kinesis", "kafka", "kafka", "kafka"] {
        statuses.push(world.call("POST", "", &body(arm)).status());
    }
    assert_eq!(statuses, [200, 200, 200, 403, 200]);
    assert_eq!(world.sim.faults()[0]["hits"], 1);
}

#[test]
fn a_misspelt_fault_is_refused() {
    for fault in [
        json!({"name": "forbiden"}),
        json!({"name": "forbidden", "time": 1}),
        json!({"name": "forbidden", "times": "twice"}),
        json!({"name": "forbidden", "match": {"rout": "ListPipes"}}),
        json!({"name": "forbidden", "parameters": {"ms": 1}}),
        json!({"name": "forbidden", "skip": "one"}),
    ] {
        assert!(Fault::from_json(&fault).is_err(), "{fault}");
    }
}

/// The names between backticks, as the refusal of an unknown one lists them.
fn names(refusal: &str) -> BTreeSet<&str> {
    refusal.split('`').skip(3).step_by(2).collect()
}

#[test]
fn every_fault_has_a_test_and_a_line_in_the_readme() {
    let refusal = Fault::from_json(&json!({"name": "no-such-fault"})).unwrap_err();
    let readme = include_str!("../../README.md");
    let tests = concat!(include_str!("faults.rs"), include_str!("events.rs"));
    assert!(names(&refusal).len() > 25, "{refusal}");
    for name in names(&refusal) {
        assert!(tests.contains(&format!("\"{name}\"")), "no test for {name}");
        assert!(readme.contains(&format!("`{name}`")), "{name} is not in README.md");
    }
}

#[test]
fn every_switch_and_every_way_of_garbling_has_a_line_in_the_readme() {
    let readme = include_str!("../../README.md");
    for fault in [
        json!({"name": "normalise", "parameters": {"switches": ["none"]}}),
        json!({"name": "garbled", "parameters": {"how": "none"}}),
    ] {
        let refusal = Fault::from_json(&fault).unwrap_err();
        assert!(names(&refusal).len() > 6, "{refusal}");
        for name in names(&refusal) {
            assert!(readme.contains(&format!("`{name}`")), "{name} is not in README.md");
        }
    }
}
