//! From a call to its answer: access, faults, the endpoint, the envelope.
//!
//! What an endpoint does is in `endpoint`; what a fault means is in `interference`.

use serde_json::{Map, Value, json};

use crate::agenda::Event;
use crate::call::Call;
use crate::endpoint::Outcome;
use crate::fault_kind::Garble;
use crate::interference::{Commit, Instead, Interference};
use crate::refusal::Refusal;
use crate::request::{Answer, Reply, Request};
use crate::route::RouteKind;
use crate::simulator::Simulator;

impl Simulator {
    /// The answer, how long after the request it comes, and the id of a pipe that was made.
    pub(super) fn deal_with(&mut self, call: &Call, request: &Request) -> (Answer, u64, Option<String>) {
        let usual = self.time.answer_ms;
        if let Err(instead) = self.admit(call, request) {
            return (self.instead(instead), usual, None);
        }
        let how = self.interference(call);
        let outcome = self.carry_out(call, &how);
        let made = outcome.as_ref().ok().and_then(|outcome| outcome.made.clone());
        let latency = outcome.as_ref().map_or(usual, |outcome| outcome.latency_ms);
        let asked = how.answer_after_ms.map(|ms| self.config.at_speed(ms));
        let delay_ms = asked.unwrap_or(latency).saturating_add(self.config.at_speed(how.slower_ms));
        let answer = match how.instead.clone() {
            Some(instead) => self.instead(instead),
            None => Answer::Reply(spoil(self.enveloped(outcome), &how)),
        };
        (answer, delay_ms, made)
    }

    /// Carries the call out now, later or never.
    fn carry_out(&mut self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        let own = call.route.kind == RouteKind::CreatePipe || !call.route.kind.writes();
        match how.commit {
            Commit::Never if how.instead.is_some() => Err(Refusal::new(500, "INTERNAL_ERROR", "Internal error")),
            // A creation plans its own commit; a read changes nothing.
            _ if own => self.execute(call, how),
            Commit::Usual | Commit::After(0) => self.execute(call, how),
            Commit::After(ms) => {
                self.check_path(call)?;
                let at_ms = self.now_ms.saturating_add(self.config.at_speed(ms));
                self.agenda.put(at_ms, Event::Replay(Box::new(call.clone())));
                self.unchanged(call, how)
            }
            Commit::Never => self.unchanged(call, how),
        }
    }

    fn instead(&mut self, instead: Instead) -> Answer {
        match instead {
            Instead::Dropped => Answer::Dropped,
            Instead::Never => Answer::Never,
            Instead::Reply(reply) => Answer::Reply(reply),
            Instead::Refusal(refusal, header) => {
                let mut reply = self.enveloped(Err(refusal));
                reply.headers.extend(header);
                Answer::Reply(reply)
            }
        }
    }

    /// The envelope around a result or a refusal.
    fn enveloped(&mut self, outcome: Result<Outcome, Refusal>) -> Reply {
        let request_id = self.random.uuid();
        match outcome {
            Ok(outcome) => {
                let mut body = json!({"status": 200, "requestId": request_id});
                if let (Some(result), Some(members)) = (outcome.result, body.as_object_mut()) {
                    members.insert("result".to_owned(), result);
                }
                Reply::json(200, &body)
            }
            Err(refusal) => {
                let body = json!({"status": refusal.status, "error": refusal.message(), "requestId": request_id});
                Reply::json(refusal.status, &body)
            }
        }
    }
}

/// Spoils a finished answer.
fn spoil(mut reply: Reply, how: &Interference) -> Reply {
    for garble in &how.garble {
        reply.body = garbled(*garble, &reply);
    }
    if how.truncated && reply.status < 300 {
        reply.body.truncate(reply.body.len() / 2);
    }
    reply
}

/// A spoilt body.
fn garbled(how: Garble, reply: &Reply) -> Vec<u8> {
    let mut body = reply.value();
    match how {
        Garble::Empty => return Vec::new(),
        Garble::Null => return b"null".to_vec(),
        Garble::BadUtf8 => {
            let mut bytes = reply.body.clone();
            bytes.splice(0..0, [0xff, 0xfe, 0xc3, 0x28]);
            return bytes;
        }
        Garble::Huge => insert(&mut body, "padding", json!("x".repeat(1_048_576))),
        Garble::WrongTypes => mistype(&mut body),
        Garble::ExtraMembers => extend(&mut body),
        Garble::WithoutResult => {
            body.as_object_mut().and_then(|members| members.remove("result"));
        }
    }
    body.to_string().into_bytes()
}

fn insert(body: &mut Value, name: &str, value: Value) {
    if let Some(members) = body.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// Numbers for texts and texts for numbers, all the way down.
fn mistype(value: &mut Value) {
    match value {
        Value::String(_) => *value = json!(17),
        Value::Number(_) | Value::Bool(_) => *value = json!("text"),
        Value::Array(list) => list.iter_mut().for_each(mistype),
        Value::Object(members) => members.values_mut().for_each(mistype),
        Value::Null => {}
    }
}

/// A member nobody has heard of in every object.
fn extend(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(extend),
        Value::Object(members) => {
            members.values_mut().for_each(extend);
            members.insert("x-unheard-of".to_owned(), Value::Object(Map::new()));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
