//! The last moment at which something is done, and the first at which it no longer is.

use clickpipes_plan::Neighbours;
use clickpipes_plan::conflict::Correction;
use cloud::{Command, ServiceState};
use crd::policy::OnExternalDelete;
use crd::status::record::{CreatePhase, OperationKind};
use serde_json::json;

use super::*;

#[test]
fn a_create_is_sent_within_five_seconds_of_its_intent_and_never_later() {
    let mut case = intended(KAFKA);
    case.wait(5 * SECOND);
    assert_eq!(case.next(), "CreatePipe");
    case.wait(1);
    let create = case.written().create.unwrap();
    assert_eq!((create.phase, create.code.as_deref()), (CreatePhase::Failed, Some("NotSent")));
}

#[test]
fn a_change_is_based_on_a_look_that_is_at_most_half_a_minute_old() {
    let mut case = edited();
    case.wait(30 * SECOND);
    assert_eq!(case.next(), "PutSettings");
    case.wait(1);
    let since = case.ago(15 * SECOND);
    let Some(Step::Look(Look::Pipes { since: asked, .. })) = case.plan().first().cloned() else {
        panic!("{:?}", case.plan().first());
    };
    assert_eq!(asked, since, "one that another object has asked for lately will do");
}

#[test]
fn a_command_that_does_not_show_is_given_again_after_a_minute() {
    let mut case = Case::ready(KAFKA);
    case.put(PipeState::Stopped);
    assert_eq!(case.next(), "Start");
    for (ago, next) in [(MINUTE - 1, "rest"), (MINUTE, "Start"), (MINUTE + 1, "Start")] {
        case.known.memory.commanded = Some((Command::Start, case.ago(ago)));
        assert_eq!(case.next(), next, "{ago} ms ago");
    }
    case.known.memory.commanded = Some((Command::Stop, case.ago(1)));
    assert_eq!(case.next(), "Start", "another command is no reason to wait");
}

#[test]
fn a_delete_whose_effect_does_not_show_is_sent_again_after_two_minutes() {
    let mut case = Case::ready(KAFKA);
    case.desired.object.deleting = true;
    for (ago, next) in [(2 * MINUTE - 1, "rest"), (2 * MINUTE, "DeletePipe"), (2 * MINUTE + 1, "DeletePipe")] {
        let sent = case.ago(ago);
        case.known.memory.deleted.insert(case.id(), sent);
        assert_eq!(case.next(), next, "{ago} ms ago");
    }
}

/// A pipe that is missing since a while ago, and that a GET did not find then either.
fn missing(ago: u64) -> Case {
    let mut case = Case::ready(KAFKA);
    case.desired.spec.on_external_delete = OnExternalDelete::Recreate;
    let id = case.id();
    case.list(&[]);
    let since = case.ago(ago);
    case.known.memory.missing_since = Some(since);
    case.known.memory.looked = Some((id, since, None));
    case
}

#[test]
fn a_pipe_is_gone_after_a_get_and_two_lists_without_it_a_minute_apart() {
    let case = missing(MINUTE - 1);
    assert_eq!(case.next(), "rest");
    assert_eq!(case.plan().verdict.synced.reason.as_str(), "InProgress");
    let mut case = missing(MINUTE);
    assert_eq!(case.written().operation.unwrap().kind, OperationKind::Recreate);
    // A look that is older than the first list without it proves nothing.
    let (id, at, _) = case.known.memory.looked.clone().unwrap();
    case.known.memory.looked = Some((id, Tick(at.0 - 1), None));
    assert_eq!(case.next(), "get");
    // Nor does one at another pipe.
    let other = PipeId::parse("99999999-9999-4999-8999-999999999999").unwrap();
    case.known.memory.looked = Some((other.clone(), case.known.now, None));
    assert_eq!(case.next(), "get");
    let pipe = ready(KAFKA).known().pipe().unwrap().clone();
    case.known.memory.looked = Some((other, case.known.now, Some(Box::new(pipe))));
    assert_eq!(case.next(), "get");
}

#[test]
fn what_a_get_finds_is_not_gone() {
    let mut case = missing(10 * MINUTE);
    let pipe = ready(KAFKA).known().pipe().unwrap().clone();
    case.known.memory.looked = Some((case.id(), case.known.now, Some(Box::new(pipe.clone()))));
    assert_eq!(case.next(), "rest");
    // What it found before the last list says nothing about now.
    case.known.memory.looked = Some((case.id(), case.ago(1), Some(Box::new(pipe))));
    assert_eq!(case.next(), "get");
}

#[test]
fn the_brake_holds_for_half_an_hour() {
    let mass = Neighbours { pipes: 3, missing: 3, ..Neighbours::default() };
    let mut case = missing(30 * MINUTE - 1);
    case.known.neighbours = mass.clone();
    assert_eq!(case.plan().verdict.synced.reason.as_str(), "MassVanish");
    let mut case = missing(30 * MINUTE);
    case.known.neighbours = mass;
    assert_eq!(case.plan().verdict.synced.reason.as_str(), "ExternallyDeleted");
    assert_eq!(case.next(), "rest", "and even then nothing is made anew");
    assert_eq!(missing(30 * MINUTE).next(), "remember", "a single one is");
}

#[test]
fn a_fight_counts_for_an_hour() {
    for (ago, next) in [(HOUR, "rest"), (HOUR + 1, "PutSettings")] {
        let mut case = Case::ready(KAFKA);
        case.see(|pipe| pipe.document["settings"] = json!({"streaming_max_insert_wait_ms": 1}));
        assert_eq!(case.next(), "PutSettings");
        let correction = Correction {
            path: vec!["settings".into(), "streaming_max_insert_wait_ms".into()],
            value: json!(5000),
            generation: case.desired.object.generation,
            at: case.ago(ago),
            shown: true,
        };
        case.known.memory.corrections = vec![correction.clone(); 3];
        assert_eq!(case.next(), next, "{ago} ms ago");
        case.known.memory.corrections = vec![correction.clone(); 2];
        assert_eq!(case.next(), "PutSettings", "twice is no fight");
        let others = [
            Correction { shown: false, ..correction.clone() },
            Correction { generation: correction.generation - 1, ..correction.clone() },
            Correction { path: vec!["settings".into(), "another".into()], ..correction.clone() },
        ];
        for other in others {
            case.known.memory.corrections = vec![other; 3];
            assert_eq!(case.next(), "PutSettings");
        }
        // A person's word ends it; what is corrected after it counts anew.
        case.known.memory.corrections = vec![correction.clone(); 3];
        case.known.memory.request_seen = Some(("now".into(), Tick(correction.at.0 + 1)));
        case.desired.object.requested_at = Some("now".into());
        assert_eq!(case.next(), "PutSettings");
        case.known.memory.request_seen = Some(("now".into(), correction.at));
        assert_eq!(case.next(), next);
    }
}

#[test]
fn a_service_is_woken_again_after_two_minutes() {
    let mut case = Case::fresh(KAFKA);
    case.learn(Ok(Learned::Done));
    case.list(&[]);
    case.desired.account.as_mut().unwrap().wake_idle_services = true;
    case.failed("CreatePipe", Outcome::Refused(Refusal::ServiceNotRunning(ServiceState::Idle)));
    assert_eq!(case.next(), "WakeService");
    for (ago, next) in [(2 * MINUTE - 1, "rest"), (2 * MINUTE, "WakeService"), (2 * MINUTE + 1, "WakeService")] {
        case.known.memory.woken = Some(case.ago(ago));
        assert_eq!(case.next(), next, "{ago} ms ago");
    }
    case.desired.account.as_mut().unwrap().wake_idle_services = false;
    assert_eq!(case.next(), "rest");
}

#[test]
fn what_failed_is_tried_again_when_its_time_has_come_and_not_before() {
    let mut case = edited();
    case.failed("PutSettings", Outcome::NotSent);
    let at = case.known.memory.setback.as_ref().unwrap().retry_at;
    for (now, next) in [(at.0 - 1, "rest"), (at.0, "PutSettings"), (at.0 + 1, "PutSettings")] {
        case.known.now = Tick(now);
        assert_eq!(case.next(), next, "{now}");
    }
    // What was refused of something else, or for something else, holds nothing up.
    case.known.now = Tick(at.0 - 1);
    case.known.memory.setback.as_mut().unwrap().call = "PatchPipe";
    assert_eq!(case.next(), "PutSettings");
    case.failed("PutSettings", Outcome::NotSent);
    case.desired.inputs = "another secret".into();
    assert_eq!(case.next(), "PutSettings");
}

#[test]
fn a_quiet_pipe_is_looked_at_once_per_interval_and_a_moving_one_every_ten_seconds() {
    for (state, interval) in [(PipeState::Running, 5 * MINUTE), (PipeState::Provisioning, 10 * SECOND)] {
        let mut case = Case::ready(KAFKA);
        case.put(state.clone());
        let begun = case.known.now;
        case.wait(interval - 1);
        assert_eq!((case.next().as_str(), case.plan().verdict.again.unwrap().as_secs()), ("rest", 1), "{state:?}");
        case.wait(1);
        let Some(Step::Look(Look::Pipes { since, .. })) = case.plan().first().cloned() else { panic!("{state:?}") };
        assert_eq!(since, Tick(begun.0 + 1), "not the same look again");
        case.known.now = Tick(begun.0 + interval - 7 * SECOND);
        assert_eq!(case.plan().verdict.again.unwrap().as_secs(), 7, "{state:?}");
    }
}

#[test]
fn only_a_list_begun_after_the_window_proves_that_a_create_made_nothing() {
    let mut case = intended(KAFKA);
    // Another process has the record and does not know whether the create was sent.
    let begun = case.known.now;
    case.known.memory.intent = None;
    let window = u64::try_from(case.desired.create_window.as_millis()).unwrap();
    let over = Tick(begun.0 + window);
    case.known.now = Tick(over.0 - 1);
    case.list(&[]);
    assert_eq!(case.next(), "rest", "the window is not over");
    assert_eq!(case.plan().verdict.ready.unwrap().reason.as_str(), "CreateUnconfirmed");
    case.known.now = over;
    let Some(Step::Look(Look::Pipes { since, .. })) = case.plan().first().cloned() else { panic!() };
    assert_eq!(since, over, "a list begun before proves nothing");
    case.list(&[]);
    let create = case.written().create.unwrap();
    assert_eq!((create.phase, create.attempt), (CreatePhase::Intent, 2));
    // While it is not over, a list of the last quarter of a minute will do.
    case.known.now = Tick(over.0 - 1 - MINUTE);
    case.list(&[]);
    case.wait(15 * SECOND);
    assert_ne!(case.next(), "remember");
    case.wait(1);
    let Some(Step::Look(Look::Pipes { since, .. })) = case.plan().first().cloned() else { panic!() };
    assert_eq!(since, case.ago(15 * SECOND));
}

#[test]
fn an_internal_error_is_waited_out_for_half_an_hour() {
    let mut case = Case::ready(KAFKA);
    case.put(PipeState::InternalError);
    for (ago, stalled) in [(30 * MINUTE - 1, ""), (30 * MINUTE, "True PipeInternalError")] {
        case.known.memory.internal_error_since = Some(case.ago(ago));
        assert_eq!(case.condition("Stalled"), stalled, "{ago} ms ago");
    }
}

#[test]
fn ready_is_believed_for_three_intervals() {
    for (ago, ready) in [(15 * MINUTE, "True Running"), (15 * MINUTE + 1, "Unknown ObservationStale")] {
        let mut case = Case::ready(KAFKA);
        case.report();
        let observed = case.known.memory.observed.unwrap();
        case.failed("ListPipes", Outcome::Unknown);
        case.known.now = Tick(observed.0 + ago);
        case.known.memory.unseen.as_mut().unwrap().retry_at = Tick(u64::MAX);
        assert_eq!(case.condition("Ready"), ready, "{ago} ms ago");
    }
}

#[test]
fn a_new_pipe_may_be_late_until_the_window_is_over() {
    for (ago, late) in [(15 * MINUTE - 1, true), (15 * MINUTE, false)] {
        let mut case = Case::ready(KAFKA);
        case.known.memory.pipe_seen = false;
        case.known.record.pipe.as_mut().unwrap().state = None;
        case.known.memory.first_seen = case.ago(ago);
        assert_eq!(case.known.may_be_late(case.desired.create_window), late, "{ago} ms ago");
        // One that was seen once, by this process or an earlier one, is not late any more.
        case.known.memory.pipe_seen = true;
        assert!(!case.known.may_be_late(case.desired.create_window));
    }
}
