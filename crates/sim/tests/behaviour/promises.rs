//! The simulator's two promises: it is deterministic, and it never panics.

use clickpipes_sim::{Config, Exchange, Request, Simulator};
use serde_json::json;

use crate::bodies::body;
use crate::world::World;

const ARMS: [&str; 8] = ["kafka", "kinesis", "objectStorage", "pubsub", "postgres", "mysql", "mongodb", "bigquery"];

/// Everything that a fixed story is answered.
fn story(seed: u64) -> Vec<Exchange> {
    let mut world = World::with(Config { seed, ..Config::default() });
    let mut heard = Vec::new();
    for arm in ARMS {
        let made = world.call("POST", "", &body(arm));
        let id = made.result()["id"].as_str().unwrap().to_owned();
        heard.push(made);
        world.wait(120_000);
        heard.push(world.command(&id, "stop"));
        world.wait(7_000);
        heard.push(world.patch(&id, &json!({"name": "other"})));
        heard.push(world.call("GET", "", &json!(null)));
    }
    heard
}

#[test]
fn one_seed_is_one_story() {
    assert_eq!(story(7), story(7));
    assert_ne!(story(7), story(8));
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

const METHODS: [&str; 7] = ["GET", "POST", "PATCH", "PUT", "DELETE", "", "\u{e4}"];

/// A body that was valid once: some of its bytes are others now.
fn spoilt(dice: &mut Dice, pieces: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = pieces[dice.roll(pieces.len())].clone();
    for _ in 0..dice.roll(4) {
        let at = dice.roll(bytes.len().max(1));
        match dice.roll(3) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at.min(bytes.len()), u8::try_from(dice.roll(256)).unwrap()),
            _ if at < bytes.len() => bytes[at] = b"0\"{}[]n-9:,\xff"[dice.roll(12)],
            _ => {}
        }
    }
    bytes
}

fn path(dice: &mut Dice, ids: &[String]) -> String {
    let organization = "/v1/organizations/11111111-1111-4111-8111-111111111111";
    let service = format!("{organization}/services/22222222-2222-4222-8222-222222222222");
    let pipe = format!("{service}/clickpipes/{}", ids[dice.roll(ids.len())]);
    let tails = ["", "/settings", "/scaling", "/state", "?x=%ff", "//", "/\u{0}"];
    let admin = ["pipes", "services", "keys", "faults", "config", "requests", "stats", "health", ""];
    match dice.roll(8) {
        0 => format!("{service}/clickpipes"),
        1 => format!("{service}/clickpipes/schemaDiscovery"),
        2 => format!("{service}/clickpipesCdcScaling"),
        3 => format!("{organization}/clickpipes/cdcScaling"),
        4 => format!("/_sim/{}", admin[dice.roll(admin.len())]),
        5 => format!("/_sim/pipes/{}", ids[dice.roll(ids.len())]),
        _ => format!("{pipe}{}", tails[dice.roll(tails.len())]),
    }
}

#[test]
fn no_bytes_make_it_panic() {
    for seed in 0..20 {
        let mut dice = Dice(seed);
        let mut world = World::new();
        let mut ids: Vec<String> = ARMS.iter().map(|arm| world.resting(&body(arm), "Running")).collect();
        ids.extend(["nonsense".to_owned(), String::new()]);
        let mut pieces: Vec<Vec<u8>> = ARMS.iter().map(|arm| body(arm).to_string().into_bytes()).collect();
        for text in ["{}", "null", "[]", "{\"command\":\"stop\"}", "{\"command\":\"start\"}", "{\"replicas\":9e99}"] {
            pieces.push(text.as_bytes().to_vec());
        }
        pieces.push(br#"{"name":"garbled","parameters":{"how":"wrong-types"},"times":18446744073709551615}"#.to_vec());
        pieces.push(br#"{"name":"gateway-timeout","parameters":{"commit_after_ms":18446744073709551615}}"#.to_vec());
        pieces.push(br#"{"name":"slow-answer","parameters":{"ms":18446744073709551615}}"#.to_vec());
        pieces.push(br#"{"speed":0,"timings":{"create_ms":18446744073709551615}}"#.to_vec());
        pieces.push(br#"{"name":"n","source":{"kafka":{"credentials":{"username":1}}}}"#.to_vec());
        for _ in 0..500 {
            let request = Request {
                method: METHODS[dice.roll(METHODS.len())].to_owned(),
                path: path(&mut dice, &ids),
                authorization: [None, Some("Basic a2V5OnM=".to_owned()), Some("Basic \u{0}".to_owned())][dice.roll(3)]
                    .clone(),
                body: spoilt(&mut dice, &pieces),
            };
            world.now_ms += dice.roll(30_000) as u64;
            let _any_answer = world.sim.handle(world.now_ms, &request);
        }
    }
}

#[test]
fn the_end_of_time_is_survived() {
    let mut simulator = Simulator::new(Config::default());
    let path = "/v1/organizations/11111111-1111-4111-8111-111111111111/services/22222222-2222-4222-8222-222222222222/\
        clickpipes";
    for now_ms in [u64::MAX - 1, u64::MAX, 0] {
        let request = Request::new("POST", path).key("key", "secret").json(&body("postgres"));
        assert_eq!(simulator.handle(now_ms, &request).status(), 200);
        assert_eq!(simulator.now_ms(), now_ms.max(u64::MAX - 1).max(simulator.now_ms()));
    }
}
