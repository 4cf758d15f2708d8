//! Commit, answer and visibility are three points of time.

use clickpipes_sim::{Config, RateLimit};
use serde_json::{Value, json};

use crate::bodies::body;
use crate::world::World;

/// The times at which a creation was committed, answered and visible by id and in the list, in milliseconds.
fn times(fault: &Value) -> [Option<u64>; 4] {
    let mut world = World::faulty(fault);
    let exchange = world.call("POST", "", &body("kafka"));
    let answered = exchange.reply().map(|_| exchange.delay_ms);
    let mut first = [None; 4];
    first[1] = answered;
    for tenth in 0..1_000 {
        world.now_ms = tenth * 100;
        world.sim.advance(world.now_ms);
        let Some(id) = world.sim.pipes().next().map(|pipe| pipe.id.clone()) else {
            continue;
        };
        first[0] = first[0].or(Some(world.now_ms));
        if first[2].is_none() && world.get(&id) != Value::Null {
            first[2] = Some(world.now_ms);
        }
        if first[3].is_none() && world.call("GET", "", &Value::Null).result()[0].is_object() {
            first[3] = Some(world.now_ms);
        }
    }
    first
}

#[test]
fn usually_all_three_come_together() {
    let none = json!({"name": "list-empty", "times": 0});
    assert_eq!(times(&none), [Some(1_500), Some(1_500), Some(1_500), Some(1_500)]);
}

#[test]
fn a_commit_can_come_before_the_answer() {
    let slow = json!({"name": "slow-answer", "parameters": {"ms": 20_000}});
    // The reads of this test are slow too, but the simulator says at once what they will answer.
    assert_eq!(times(&slow), [Some(1_500), Some(21_500), Some(1_500), Some(1_500)]);
}

#[test]
fn a_commit_can_come_after_the_answer() {
    let late = json!({"name": "late-commit", "parameters": {"ms": 20_000}});
    assert_eq!(times(&late), [Some(20_000), Some(1_500), Some(20_000), Some(20_000)]);
}

#[test]
fn a_commit_can_come_after_a_gateway_timeout() {
    let timeout = json!({"name": "gateway-timeout", "match": {"route": "CreatePipe"},
        "parameters": {"commit_after_ms": 60_000, "answer_after_ms": 30_000}});
    assert_eq!(times(&timeout), [Some(60_000), Some(30_000), Some(60_000), Some(60_000)]);
}

#[test]
fn a_commit_can_go_without_an_answer() {
    let silent = json!({"name": "never-answered", "match": {"route": "CreatePipe"},
        "parameters": {"commit_after_ms": 5_000}});
    assert_eq!(times(&silent), [Some(5_000), None, Some(5_000), Some(5_000)]);
}

#[test]
fn a_pipe_can_be_listed_before_it_is_found() {
    let hidden = json!({"name": "not-found-after-create", "parameters": {"ms": 10_000}});
    assert_eq!(times(&hidden), [Some(1_500), Some(1_500), Some(11_500), Some(1_500)]);
}

#[test]
fn a_pipe_can_be_found_before_it_is_listed() {
    let lag = json!({"name": "list-lag", "parameters": {"ms": 10_000}});
    assert_eq!(times(&lag), [Some(1_500), Some(1_500), Some(1_500), Some(11_500)]);
}

#[test]
fn the_rate_limits_window_is_ten_real_seconds_at_any_speed() {
    for speed in [1, 1_000] {
        let mut world = World::with(Config { speed, rate_limit: Some(RateLimit::default()), ..Config::default() });
        for _ in 0..10 {
            assert_eq!(world.call("GET", "", &Value::Null).status(), 200);
        }
        world.now_ms = 4_000;
        let refused = world.call("GET", "", &Value::Null);
        assert_eq!(refused.status(), 429);
        assert_eq!(refused.reply().and_then(|reply| reply.header("x-ratelimit-reset")), Some("6.000"));
        world.now_ms = 9_999;
        assert_eq!(world.call("GET", "", &Value::Null).status(), 429);
        world.now_ms = 10_000;
        assert_eq!(world.call("GET", "", &Value::Null).status(), 200);
        assert_eq!(world.sim.stats().throttled, 2);
    }
}
