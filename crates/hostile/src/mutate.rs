//! Changes of JSON that stay JSON: a fuzzer that only turns bytes seldom gets past the parser.
//!
//! Not here: choosing inputs, which is libFuzzer's.

use serde_json::{Map, Value, json};

/// Changes one place of the JSON in this input: the whole input, or what follows the head of one of its lines. `None` without any JSON.
#[must_use]
pub fn json(data: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut chance = Chance(u64::from(seed) | 0x9e37_79b9_0000_0001);
    if let Ok(mut value) = serde_json::from_slice::<Value>(data) {
        change(&mut value, &mut chance);
        return serde_json::to_vec(&value).ok();
    }
    let mut lines: Vec<Vec<u8>> = data.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let chosen = chance.below(lines.len());
    if chance.below(8) == 0 {
        let line = lines.get(chosen)?.clone();
        lines.insert(chance.below(lines.len()), line);
        return Some(lines.join(&b'\n'));
    }
    let line = lines.get_mut(chosen)?;
    let start = line.iter().position(|byte| matches!(byte, b'{' | b'['))?;
    let mut value: Value = serde_json::from_slice(line.get(start..)?).ok()?;
    change(&mut value, &mut chance);
    line.truncate(start);
    line.extend(serde_json::to_vec(&value).ok()?);
    Some(lines.join(&b'\n'))
}

/// A small generator of chance: the same seed makes the same change.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let limit = u64::try_from(limit.max(1)).unwrap_or(1);
        usize::try_from(self.0 % limit).unwrap_or_default()
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        all.get(self.below(all.len())).cloned()
    }
}

/// Changes one value somewhere.
fn change(value: &mut Value, chance: &mut Chance) {
    let deeper = chance.below(5) != 0;
    match value {
        Value::Object(members) if deeper && !members.is_empty() => {
            let place = chance.below(members.len());
            if let Some((_, member)) = members.iter_mut().nth(place) {
                change(member, chance);
            }
        }
        Value::Array(items) if deeper && !items.is_empty() => {
            let place = chance.below(items.len());
            if let Some(item) = items.get_mut(place) {
                change(item, chance);
            }
        }
        Value::Object(members) => change_members(members, chance),
        Value::Array(items) => change_items(items, chance),
        scalar => *scalar = any(chance),
    }
}

fn change_members(members: &mut Map<String, Value>, chance: &mut Chance) {
    let name = members.keys().nth(chance.below(members.len())).cloned().unwrap_or_default();
    match chance.below(4) {
        0 => drop(members.remove(&name)),
        1 => drop(members.insert(name, any(chance))),
        2 => {
            let value = members.remove(&name).unwrap_or_default();
            members.insert(chance.of(&NAMES).unwrap_or_default().to_owned(), value);
        }
        _ => drop(members.insert(chance.of(&NAMES).unwrap_or_default().to_owned(), any(chance))),
    }
}

fn change_items(items: &mut Vec<Value>, chance: &mut Chance) {
    let item = chance.of(items);
    match (chance.below(4), item) {
        (0, Some(_)) => drop(items.pop()),
        (1, Some(item)) => items.extend(vec![item; 40]),
        (2, Some(item)) => items.insert(0, item),
        _ => items.push(any(chance)),
    }
}

/// Any value at all, mostly of a kind that means something somewhere.
fn any(chance: &mut Chance) -> Value {
    match chance.below(8) {
        0 => Value::Null,
        1 => json!(chance.below(2) == 0),
        2 => json!(chance.of(&[0_i64, 1, -1, 2, 40, i64::from(i32::MAX), i64::MAX, i64::MIN])),
        3 => json!(chance.of(&[0.1, 1e300, -0.0])),
        4 => chance.of(&[json!([]), json!({}), json!([[]]), json!({"": {}}), json!(u64::MAX)]).unwrap_or_default(),
        5 => json!("x".repeat(chance.below(3_000))),
        _ => json!(chance.of(&WORDS)),
    }
}

/// Members that are read somewhere.
const NAMES: [&str; 32] = [
    "id",
    "name",
    "state",
    "result",
    "error",
    "requestId",
    "status",
    "createdAt",
    "updatedAt",
    "source",
    "destination",
    "scaling",
    "settings",
    "fieldMappings",
    "tableMappings",
    "pipe",
    "create",
    "operation",
    "retired",
    "applied",
    "phase",
    "attempt",
    "nonce",
    "token",
    "uid",
    "clusterId",
    "protocolVersion",
    "kind",
    "resumeTo",
    "generation",
    "deletionTimestamp",
    "secretFingerprints",
];

/// Texts that mean something somewhere.
const WORDS: [&str; 40] = [
    "",
    "Running",
    "Stopped",
    "Paused",
    "Provisioning",
    "Failed",
    "Completed",
    "Snapshot",
    "Hibernating",
    "Unknown",
    "Intent",
    "Resolved",
    "Started",
    "Update",
    "Replace",
    "Recreate",
    "Pausing",
    "Resuming",
    "Removing",
    "Delete",
    "Retain",
    "ObserveOnly",
    "OnApproval",
    "Warn",
    "Override",
    "Auto",
    "Sent",
    "Accepted",
    "cluster",
    "uid-1",
    "nonce-0",
    "22222222-2222-4222-8222-222222222222",
    "33333333-3333-4333-8333-333333333333",
    "44444444-4444-4444-8444-444444444444",
    "33333333-3333-4333-8333-33333333333Z",
    "2026-01-01T00:00:00Z",
    "$ID",
    "$NAME",
    "x [$TOKEN]",
    "\u{0}\u{fffd}é",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_json_stays_json() {
        for seed in 0..2_000 {
            let whole = json(br#"{"a":[1,{"b":null}],"state":"Running"}"#, seed).unwrap();
            assert!(serde_json::from_slice::<Value>(&whole).is_ok());
            let line = json(b"head 200\n200 {\"result\":[]}", seed);
            assert!(line.is_none_or(|line| line.starts_with(b"head 200") || line.starts_with(b"200 ")));
        }
        assert_eq!(json(b"no value", 1), None);
    }
}
