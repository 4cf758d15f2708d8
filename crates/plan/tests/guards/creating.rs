//! What must be so before a pipe is created, taken or given up.

use clickpipes_plan::known::{CreateOutcome, OwnIntent};
use crd::policy::{Adopt, AdoptMode, ManagementPolicy};
use crd::status::record::CreatePhase;
use serde_json::json;

use super::*;

/// A pipe that fits the intent on record, as the service would show it.
fn made(case: &Case, last: char, created_at: &str) -> Pipe {
    let mut pipe = ready(KAFKA).known().pipe().unwrap().clone();
    pipe.id = PipeId::parse(&format!("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaa{last}")).unwrap();
    pipe.name = format!("orders [{}]", case.known.record.create.as_ref().unwrap().token);
    created_at.clone_into(&mut pipe.created_at);
    pipe
}

/// The pipe that the next step asks for by its id.
fn asked_for(case: &Case) -> String {
    match case.plan().first() {
        Some(Step::Look(Look::Pipe { pipe, .. })) => pipe.to_string(),
        other => panic!("no pipe is asked for: {other:?}"),
    }
}

#[test]
fn only_this_process_sends_its_own_intent_once_and_for_what_it_describes() {
    let not_sent = |case: &Case| case.written().create.unwrap().code.as_deref() == Some("NotSent");
    let mut case = intended(KAFKA);
    assert_eq!(case.next(), "CreatePipe");
    case.known.memory.intent.as_mut().unwrap().sent = true;
    assert_ne!(case.next(), "CreatePipe", "it was sent");
    let mut case = intended(KAFKA);
    case.known.memory.intent.as_mut().unwrap().nonce = "another".into();
    assert_ne!(case.next(), "CreatePipe", "the record has another intent");
    let mut case = intended(KAFKA);
    case.edit(|spec| spec.source.kafka.as_mut().unwrap().topics = "another".into());
    assert!(not_sent(&case), "the spec asks for another pipe by now");
    let mut case = intended(KAFKA);
    case.desired.account.as_mut().unwrap().terminating = true;
    assert!(not_sent(&case), "the connection is going");
}

#[test]
fn of_two_pipes_of_one_create_the_older_is_taken_and_at_the_same_moment_the_smaller_id() {
    for (first, second) in [("2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z"), ("2026-01-01T00:00:00Z", "")] {
        let mut case = intended(KAFKA);
        case.known.memory.intent = None;
        let second = if second.is_empty() { first } else { second };
        let (one, other) = (made(&case, '1', first), made(&case, '2', second));
        case.list(&[one.clone(), other.clone()]);
        let taken = if first == second { one } else { other };
        assert_eq!(asked_for(&case), taken.id.to_string());
    }
}

#[test]
fn a_match_is_confirmed_by_a_get_that_is_no_older_than_the_list() {
    let mut case = intended(KAFKA);
    case.known.memory.intent = None;
    let pipe = made(&case, '1', "2026-01-01T00:00:00Z");
    case.list(std::slice::from_ref(&pipe));
    let (begun, found) = (case.known.now, Some(Box::new(pipe.clone())));
    let other = made(&case, '2', "").id;
    for (looked, next) in [
        (None, "get"),
        (Some((other.clone(), begun, found.clone())), "get"),
        (Some((other, begun, None)), "get"),
        (Some((pipe.id.clone(), Tick(begun.0 - 1), found.clone())), "get"),
        (Some((pipe.id.clone(), Tick(begun.0 - 1), None)), "get"),
        (Some((pipe.id.clone(), begun, found.clone())), "remember"),
        (Some((pipe.id.clone(), begun, None)), "rest"),
    ] {
        case.known.memory.looked = looked.clone();
        assert_eq!(case.next(), next, "{looked:?}");
    }
    // It is gone: only a later list tells what there is, and one that lags may go on showing it.
    case.wait(10 * SECOND);
    let Some(Step::Look(Look::Pipes { since, .. })) = case.plan().first().cloned() else { panic!() };
    assert_eq!(since, Tick(begun.0 + 1));
    case.known.now = begun;
    case.known.memory.looked = Some((pipe.id.clone(), begun, found));
    let written = case.written();
    assert_eq!(written.pipe.unwrap().id, pipe.id.to_string());
    assert_eq!(written.create.unwrap().phase, CreatePhase::Resolved);
}

#[test]
fn what_was_retired_or_does_not_fit_is_not_taken() {
    let mut case = intended(KAFKA);
    case.known.memory.intent = None;
    let pipe = made(&case, '1', "");
    case.known.record.retired = vec![pipe.id.to_string()];
    case.list(std::slice::from_ref(&pipe));
    assert_eq!(case.next(), "rest");
    assert_eq!(case.plan().verdict.ready.unwrap().reason.as_str(), "CreateUnconfirmed", "as if it were not there");
    case.known.record.retired.clear();
    let mut other = pipe.clone();
    other.document["source"]["kafka"]["topics"] = json!("another");
    case.list(&[other]);
    let said = case.plan().verdict.synced;
    assert_eq!(said.reason.as_str(), "AdoptionRequired");
    assert!(said.message.contains("is not what this object asked for"), "a create is on record: {}", said.message);
    // What an answer lacks fits.
    let mut silent = pipe;
    silent.document["source"]["kafka"]["topics"] = json!(null);
    case.list(&[silent]);
    assert_eq!(case.next(), "get");
}

#[test]
fn what_a_newer_operator_recorded_of_a_create_counts_too() {
    let mut case = intended(KAFKA);
    case.known.memory.intent = None;
    let mut pipe = made(&case, '1', "");
    case.known.record.create.as_mut().unwrap().fingerprint.insert("source.kafka.later".into(), json!("x"));
    for (value, next) in [(json!("x"), "get"), (json!("y"), "rest"), (json!(null), "get")] {
        pipe.document["source"]["kafka"]["later"] = value.clone();
        case.list(std::slice::from_ref(&pipe));
        assert_eq!(case.next(), next, "{value}");
    }
}

#[test]
fn a_pipe_of_another_source_does_not_fit() {
    let mut case = intended(KAFKA);
    case.known.memory.intent = None;
    let pipe = made(&case, '1', "");
    let kafka = pipe.document["source"]["kafka"].clone();
    for (source, next) in [
        (json!({"kafka": kafka}), "get"),
        (json!({"aaa": {}, "kafka": kafka}), "get"),
        (json!({"aaa": null, "kafka": kafka}), "get"),
        (json!({"aaa": {}}), "rest"),
        (json!({"aaa": {}, "bbb": {}}), "rest"),
        (json!({"aaa": null}), "get"),
        (json!({}), "get"),
    ] {
        let mut pipe = pipe.clone();
        pipe.document["source"] = source.clone();
        case.list(&[pipe]);
        assert_eq!(case.next(), next, "{source}");
    }
}

/// Whether the spec can be applied says nothing about what became of a request.
#[test]
fn the_create_of_an_object_whose_spec_cannot_be_applied_is_followed() {
    let mut case = intended(KAFKA);
    let found = made(&case, '1', "");
    case.desired.wanted = Err(vec![clickpipes_plan::Problem {
        reason: crd::condition::Reason::InvalidSpec,
        path: "spec".into(),
        message: "cannot be".into(),
    }]);
    let create = case.written().create.unwrap();
    assert_eq!((create.phase, create.code.as_deref()), (CreatePhase::Failed, Some("NotSent")), "it never is sent");
    case.known.memory.intent.as_mut().unwrap().sent = true;
    let nonce = case.known.record.create.as_ref().unwrap().nonce.clone();
    case.known.memory.outcome = Some((nonce, CreateOutcome::Created(Box::new(found.clone()))));
    assert_eq!(case.written().pipe.unwrap().id, found.id.to_string());
    case.known.memory.outcome = None;
    assert_eq!(
        (case.condition("Ready"), case.condition("Synced")),
        ("Unknown CreateUnconfirmed".to_owned(), "False InvalidSpec".to_owned())
    );
    case.wait(MINUTE);
    assert_eq!(case.next(), "list");
    case.list(std::slice::from_ref(&found));
    assert_eq!(case.next(), "get");
    case.known.memory.looked = Some((found.id.clone(), case.known.now, Some(Box::new(found.clone()))));
    assert_eq!(case.written().pipe.unwrap().id, found.id.to_string());
    // Nothing was made: only a LIST begun after the window says so.
    case.wait(HOUR);
    assert_eq!(case.next(), "list");
    case.list(&[]);
    assert_eq!((case.next().as_str(), case.condition("Ready").as_str()), ("rest", "False ApplyFailed"));
}

#[test]
fn another_objects_outcome_or_an_old_one_is_not_written_down() {
    let mut case = intended(KAFKA);
    let failed = CreateOutcome::Failed { code: "SourceRejected".into(), message: "no".into() };
    let nonce = case.known.record.create.as_ref().unwrap().nonce.clone();
    case.known.memory.outcome = Some((nonce, failed.clone()));
    assert_eq!(case.written().create.unwrap().phase, CreatePhase::Failed);
    case.known.memory.outcome = Some(("another".into(), failed.clone()));
    assert_eq!(case.next(), "CreatePipe");
    let nonce = case.known.record.create.as_ref().unwrap().nonce.clone();
    case.known.memory.outcome = Some((nonce, failed));
    case.known.record.create.as_mut().unwrap().phase = CreatePhase::Failed;
    assert!(case.written().create.unwrap().attempt > 1, "what is on record as failed is not failed again");
}

#[test]
fn what_forbids_a_create() {
    let fresh = || {
        let mut case = Case::fresh(KAFKA);
        case.learn(Ok(Learned::Done));
        case.list(&[]);
        case
    };
    assert_eq!(fresh().next(), "remember");
    let mut case = fresh();
    case.desired.account.as_mut().unwrap().terminating = true;
    assert_eq!(case.plan().verdict.references.reason.as_str(), "ConnectionNotFound");
    let mut case = fresh();
    case.desired.spec.management_policy = ManagementPolicy::ObserveOnly;
    assert_eq!((case.next().as_str(), case.plan().verdict.synced.reason.as_str()), ("rest", "AdoptMismatch"));
    // The annotation forbids as long as its pipe is there and was not given up.
    let mut case = fresh();
    let there = ready(KAFKA).known().pipe().unwrap().clone();
    case.known.last_pipe = Some(there.id.to_string());
    assert_eq!(case.next(), "remember", "it is not there");
    let mut foreign = there.clone();
    foreign.name = "of somebody else".into();
    case.list(std::slice::from_ref(&foreign));
    assert_eq!((case.next().as_str(), case.plan().verdict.synced.reason.as_str()), ("rest", "AdoptionRequired"));
    case.known.record.retired = vec![there.id.to_string()];
    assert_eq!(case.next(), "remember", "it was given up");
}

#[test]
fn what_the_service_refused_is_not_sent_again_unchanged() {
    let mut case = intended(KAFKA);
    let create = case.known.record.create.as_mut().unwrap();
    (create.phase, create.code, create.message) =
        (CreatePhase::Failed, Some("InvalidSpec".into()), Some("topics: too many".into()));
    case.known.memory.intent = None;
    let verdict = case.plan().verdict;
    assert_eq!((case.next().as_str(), verdict.synced.reason.as_str()), ("rest", "InvalidSpec"));
    assert!(verdict.synced.message.contains("topics: too many"), "{verdict:?}");
    case.known.record.create.as_mut().unwrap().code = Some("SourceRejected".into());
    assert_eq!(case.next(), "remember", "a source can heal");
    case.known.record.create.as_mut().unwrap().code = Some("InvalidSpec".into());
    case.edit(|spec| spec.source.kafka.as_mut().unwrap().topics = "another".into());
    assert_eq!(case.next(), "remember", "it is another spec");
}

#[test]
fn a_pipe_of_another_source_is_not_adopted() {
    let mut case = Case::fresh(KAFKA);
    case.learn(Ok(Learned::Done));
    let pipe = ready(KAFKA).known().pipe().unwrap().clone();
    case.desired.spec.adopt = Some(Adopt { id: pipe.id.to_string(), mode: AdoptMode::Override });
    let own = pipe.document["source"]["kafka"].clone();
    for (source, next) in [
        (json!({"kafka": own}), "remember"),
        (json!({"bigquery": null, "kafka": own, "postgres": null}), "remember"),
        (json!({"bigquery": {}, "kafka": own}), "remember"),
        (json!({"bigquery": {}}), "rest"),
        (json!({"kafka": null, "postgres": {}}), "rest"),
        (json!({"bigquery": {}, "postgres": {}}), "rest"),
        // An answer that lacks it proves nothing.
        (json!({}), "remember"),
        (json!(null), "remember"),
    ] {
        let mut there = pipe.clone();
        there.document["source"] = source.clone();
        case.list(std::slice::from_ref(&there));
        assert_eq!(case.next(), next, "{source}");
    }
}

#[test]
fn what_a_refused_create_was_to_make_tells_nothing_of_a_pipe_to_adopt() {
    let mut case = intended(KAFKA);
    let create = case.known.record.create.as_mut().unwrap();
    (create.phase, create.code) = (CreatePhase::Failed, Some("InvalidSpec".into()));
    case.known.memory.intent = None;
    let mut pipe = ready(KAFKA).known().pipe().unwrap().clone();
    case.desired.spec.adopt = Some(Adopt { id: pipe.id.to_string(), mode: AdoptMode::Match });
    case.list(std::slice::from_ref(&pipe));
    assert_eq!(case.next(), "remember", "it matches");
    // What an answer lacks is taken from the record of what was applied; this one was not applied to this pipe.
    case.edit(|spec| spec.scaling = Some(serde_json::from_value(json!({"replicas": 3})).unwrap()));
    case.known.record.applied.as_mut().unwrap().document["scaling"] = json!({"replicas": 3});
    pipe.document.as_object_mut().unwrap().remove("scaling");
    case.list(std::slice::from_ref(&pipe));
    let synced = case.plan().verdict.synced;
    assert_eq!((case.next().as_str(), synced.reason.as_str()), ("rest", "AdoptMismatch"));
    assert!(synced.message.contains("spec.scaling.replicas"), "{}", synced.message);
}

#[test]
fn an_id_that_was_given_up_is_no_wish_to_adopt() {
    let mut case = Case::fresh(KAFKA);
    case.learn(Ok(Learned::Done));
    let pipe = ready(KAFKA).known().pipe().unwrap().clone();
    case.list(&[]);
    case.desired.spec.adopt = Some(Adopt { id: pipe.id.to_string(), mode: AdoptMode::Match });
    assert_eq!(asked_for(&case), pipe.id.to_string());
    case.known.record.retired = vec![pipe.id.to_string()];
    assert_eq!(case.written().create.unwrap().phase, CreatePhase::Intent);
}

#[test]
fn an_adoption_believes_a_get_of_that_pipe_that_is_no_older_than_the_list() {
    let mut case = Case::fresh(KAFKA);
    case.learn(Ok(Learned::Done));
    case.list(&[]);
    let pipe = ready(KAFKA).known().pipe().unwrap().clone();
    case.desired.spec.adopt = Some(Adopt { id: pipe.id.to_string(), mode: AdoptMode::Override });
    let (begun, found) = (case.known.now, Some(Box::new(pipe.clone())));
    let other = PipeId::parse("99999999-9999-4999-8999-999999999999").unwrap();
    for (looked, next, reason) in [
        (Some((pipe.id.clone(), begun, found.clone())), "remember", "InProgress"),
        (Some((pipe.id.clone(), begun, None)), "rest", "AdoptMismatch"),
        (Some((pipe.id.clone(), Tick(begun.0 - 1), found.clone())), "get", "InProgress"),
        (Some((pipe.id.clone(), Tick(begun.0 - 1), None)), "get", "InProgress"),
        (Some((other.clone(), begun, None)), "get", "InProgress"),
        (Some((other, begun, found)), "get", "InProgress"),
    ] {
        case.known.memory.looked = looked.clone();
        assert_eq!((case.next().as_str(), case.plan().verdict.synced.reason.as_str()), (next, reason), "{looked:?}");
    }
}

#[test]
fn a_deleted_object_waits_for_its_create_and_for_nothing_that_was_not_sent() {
    // Its own intent, not sent: nothing to wait for.
    let mut case = intended(KAFKA);
    case.desired.object.deleting = true;
    assert_eq!(case.next(), "Release");
    for own in [
        None,
        Some(OwnIntent { nonce: "another".into(), written: case.known.now, sent: false }),
        Some(OwnIntent { sent: true, ..case.known.memory.intent.clone().unwrap() }),
    ] {
        let mut case = intended(KAFKA);
        case.desired.object.deleting = true;
        case.known.memory.intent = own;
        assert_eq!(case.next(), "rest");
        let window = u64::try_from(case.desired.create_window.as_millis()).unwrap();
        let over = Tick(case.known.now.0 + window);
        case.known.now = Tick(over.0 - 1);
        case.list(&[]);
        assert_eq!(case.next(), "rest", "the window is not over");
        case.known.now = over;
        let Some(Step::Look(Look::Pipes { since, .. })) = case.plan().first().cloned() else { panic!() };
        assert_eq!(since, over);
        case.list(&[]);
        assert_eq!(case.next(), "Release");
    }
}

#[test]
fn a_claim_on_a_wish_waits_until_an_unanswered_create_is_decided() {
    let mut case = intended(KAFKA);
    case.known.memory.intent = None;
    case.desired.claimed_by = Some("data/other".into());
    case.desired.spec.adopt = Some(crd::policy::Adopt {
        id: "99999999-9999-4999-8999-999999999999".into(),
        mode: crd::policy::AdoptMode::Match,
    });
    assert_eq!((case.next().as_str(), case.condition("Ready").as_str()), ("rest", "Unknown CreateUnconfirmed"));
    // Its pipe appears.
    let mut found = Case { desired: case.desired.clone(), known: case.known.clone() };
    let mut pipe = ready(KAFKA).known().pipe().unwrap().clone();
    pipe.name = format!("orders [{}]", case.known.record.create.as_ref().unwrap().token);
    found.list(std::slice::from_ref(&pipe));
    assert_eq!(found.next(), "get");
    // Nothing came of it: the other's pipe is not taken all the same.
    case.wait(15 * MINUTE);
    assert_eq!(case.next(), "list");
    case.list(&[]);
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False AlreadyClaimed"));
    case.known.record.create = None;
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False AlreadyClaimed"));
    assert!(case.plan().verdict.synced.message.contains("remove adopt.id here"));
}

#[test]
fn the_cure_for_a_pipe_with_our_token_is_one_that_works() {
    let mut case = Case::fresh(KAFKA);
    case.learn(Ok(Learned::Done));
    let mut pipe = ready(KAFKA).known().pipe().unwrap().clone();
    pipe.name = format!("orders [{}]", case.desired.token());
    for (source, cure) in [
        (pipe.document["source"].clone(), format!("set spec.adopt.id: {} to take it", pipe.id)),
        (json!({"postgres": {}}), "it reads from postgres: delete it, or take the token out of its name".to_owned()),
    ] {
        pipe.document["source"] = source;
        case.list(std::slice::from_ref(&pipe));
        let synced = case.plan().verdict.synced;
        assert_eq!((case.next().as_str(), synced.reason.as_str()), ("rest", "AdoptionRequired"));
        assert!(synced.message.ends_with(&cure), "{}", synced.message);
    }
}
