//! Facts about one candidate's decisions. Seconds are written as numbers; one tick is a millisecond.

use std::time::Duration;

use super::*;

const TERMS: Terms = Terms {
    duration: Duration::from_secs(30),
    renew_deadline: Duration::from_secs(20),
    retry_period: Duration::from_secs(4),
};

fn at(second: u64) -> Tick {
    Tick(1_000_000 + second * 1000)
}

fn record(version: u32, holder: &str, seconds: u64) -> Record {
    let holder = Some(holder.to_owned()).filter(|holder| !holder.is_empty());
    Record { version: version.to_string(), holder, duration: Some(Duration::from_secs(seconds)) }
}

fn candidate() -> Candidacy {
    Candidacy::new("me".to_owned(), TERMS)
}

/// The leader since a request that began at second 0 and was answered at second 1.
fn leader() -> Candidacy {
    let mut me = candidate();
    me.wrote(record(1, "me", 30), at(0), at(1), 0);
    me
}

#[test]
fn it_looks_before_it_writes() {
    let mut me = candidate();
    assert_eq!(me.next(at(0)), Action::Look);
    me.looked(None, at(0), 0);
    assert_eq!(me.next(at(0)), Action::Create);
    me.looked(Some(record(1, "", 30)), at(1), 0);
    assert_eq!(me.next(at(1)), Action::Take);
}

#[test]
fn a_lease_that_changes_keeps_others_away_however_old_its_times_are() {
    let mut me = candidate();
    for second in (0..300).step_by(4) {
        me.looked(Some(record(u32::try_from(second).unwrap(), "other", 30)), at(second), 0);
        assert_eq!(me.next(at(second)), Action::Rest(at(second + 4)));
        me.rested(at(second + 4));
        assert_eq!(me.next(at(second + 4)), Action::Look);
    }
}

#[test]
fn a_lease_that_does_not_change_is_taken_after_the_duration_that_it_names_and_one_more_look() {
    let mut me = candidate();
    me.looked(Some(record(1, "other", 60)), at(0), 0);
    me.looked(Some(record(1, "other", 60)), at(58), 0);
    assert_eq!(me.next(at(58)), Action::Rest(at(60)), "its holder was started with a longer duration than ours");
    me.rested(at(60));
    assert_eq!(me.next(at(60)), Action::Look);
    let mut late = me.clone();
    me.looked(Some(record(1, "other", 60)), at(60), 0);
    assert_eq!(me.next(at(60)), Action::Take);
    late.looked(Some(record(2, "other", 60)), at(60), 0);
    assert_eq!(late.next(at(60)), Action::Rest(at(64)), "it was renewed in the last moment");
}

#[test]
fn the_leader_counts_from_before_its_request() {
    let me = leader();
    assert_eq!(me.held_until(), Some(at(20)));
    assert_eq!(me.next(at(1)), Action::Rest(at(5)));
    assert_eq!(me.next(at(5)), Action::Renew);
    assert_eq!(me.next(at(20)), Action::Stop(Loss::Deadline));
}

#[test]
fn a_renewal_that_fails_is_tried_again_until_the_deadline_and_not_beyond() {
    let mut me = leader();
    for second in [5, 9, 13, 17] {
        me.failed(false, at(second), 0);
        assert_eq!(me.next(at(second)), Action::Rest(at(20.min(second + 4))));
        assert_eq!(me.next(at(second + 4)), if second < 16 { Action::Look } else { Action::Stop(Loss::Deadline) });
    }
}

#[test]
fn a_conflict_with_its_own_lost_answer_does_not_end_a_tenure() {
    let mut me = leader();
    me.failed(true, at(6), 0);
    assert_eq!(me.next(at(6)), Action::Look);
    me.looked(Some(record(2, "me", 30)), at(6), 0);
    assert_eq!(me.next(at(6)), Action::Renew);
    assert_eq!(me.held_until(), Some(at(20)), "only a renewal that is known to have succeeded extends it");
}

#[test]
fn a_lease_that_somebody_else_holds_ends_a_tenure_at_once() {
    let mut me = leader();
    me.failed(true, at(6), 0);
    me.looked(Some(record(2, "other", 30)), at(6), 0);
    assert_eq!(me.next(at(6)), Action::Stop(Loss::Taken("other".to_owned())));
}

#[test]
fn a_leader_whose_lease_was_deleted_or_emptied_writes_it_again() {
    let mut me = leader();
    me.looked(None, at(6), 0);
    assert_eq!(me.next(at(6)), Action::Create);
    me.looked(Some(record(3, "", 30)), at(7), 0);
    assert_eq!(me.next(at(7)), Action::Take);
}

#[test]
fn what_it_took_without_knowing_is_taken_again() {
    let mut me = candidate();
    me.failed(false, at(0), 0);
    assert_eq!(me.next(at(0)), Action::Rest(at(4)));
    me.looked(Some(record(1, "me", 30)), at(4), 0);
    assert_eq!(me.next(at(4)), Action::Take);
}

/// Two candidates, each on a clock of its own that starts anywhere, calls that take up to two seconds, either process frozen at any time: the
/// moments in which both may work do not exist.
#[test]
fn there_is_no_moment_with_two_leaders() {
    for freeze in 0..60 {
        for length in [5, 19, 21, 31, 100] {
            let mut first = leader();
            let mut other = Candidacy::new("other".to_owned(), TERMS);
            let (mut version, mut holder) = (1, "me");
            for second in 1..250 {
                let frozen = (freeze..freeze + length).contains(&second);
                // The other's clock is a thousand seconds ahead, and it sees what it reads a second late.
                let theirs = at(second + 1000);
                match other.next(theirs) {
                    Action::Look => other.looked(Some(record(version, holder, 30)), theirs + Duration::from_secs(1), 0),
                    Action::Take => {
                        if other.seen.as_ref().is_some_and(|seen| seen.version == version.to_string()) {
                            (version, holder) = (version + 1, "other");
                            other.wrote(record(version, holder, 30), theirs, theirs + Duration::from_secs(1), 0);
                        } else {
                            other.failed(true, theirs, 0);
                        }
                    }
                    Action::Rest(until) if theirs >= until => other.rested(theirs),
                    _ => {}
                }
                if !frozen && holder == "me" && first.next(at(second)) == Action::Renew {
                    version += 1;
                    first.wrote(record(version, holder, 30), at(second), at(second + 1), 0);
                }
                let works = first.held_until().is_some_and(|until| at(second) < until);
                let other_works = other.held_until().is_some_and(|until| theirs < until);
                assert!(!(works && other_works), "frozen at {freeze} for {length}: both work at {second}");
            }
            let took_over = other.held_until().is_some();
            assert!(took_over || length < 31, "frozen at {freeze} for {length}: nobody took over");
            assert!(!took_over || length > 5, "frozen at {freeze} for {length}: taken over without need");
        }
    }
}
