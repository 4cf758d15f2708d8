//! Every member of every body survives every value that does not belong there.

use serde_json::{Value, json};

use crate::bodies::body;
use crate::world::World;

fn oddities() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(0.5),
        json!(u64::MAX),
        json!(""),
        json!("é".repeat(300)),
        json!([]),
        json!([[], {}, 1]),
        json!({}),
        json!({"a": {"b": null}}),
    ]
}

/// Every place in a value, as a JSON pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, inner)| places(inner, &format!("{at}/{name}"), found));
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(n, inner)| places(inner, &format!("{at}/{n}"), found)),
        _ => {}
    }
}

#[test]
fn an_odd_value_is_accepted_or_refused_and_nothing_else() {
    let mut world = World::new();
    for arm in ["kafka", "kinesis", "objectStorage", "pubsub", "postgres", "mysql", "mongodb", "bigquery"] {
        let body = body(arm);
        let id = world.resting(&body, "Paused");
        let mut found = Vec::new();
        places(&body, "", &mut found);
        for (place, oddity) in found.iter().flat_map(|place| oddities().into_iter().map(move |oddity| (place, oddity)))
        {
            let mut odd = body.clone();
            *odd.pointer_mut(place).unwrap() = oddity;
            world.now_ms += 1;
            for (method, tail) in [
                ("POST", String::new()),
                ("POST", "/schemaDiscovery".to_owned()),
                ("PATCH", format!("/{id}")),
                ("PUT", format!("/{id}/settings")),
                ("PATCH", format!("/{id}/scaling")),
                ("PATCH", format!("/{id}/state")),
            ] {
                let status = world.call(method, &tail, &odd).status();
                assert!([200, 400, 404].contains(&status), "{method} {tail} {odd}: {status}");
            }
            let status = world.request("POST", "/_sim/pipes", &odd).status();
            assert!([200, 400].contains(&status), "{odd}: {status}");
        }
    }
}
