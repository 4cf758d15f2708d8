//! A resync that a person asks for, at moments at which it is easily lost or swallowed.
//!
//! Not here: two operators and lost answers (`doubt`), the request itself (`life`).

use sim::{Fault, FaultKind, PipeEdit, PipeState, RouteKind};

use super::*;

/// While the first load runs the pipe looks as it would after the resync: that is no answer to a request which was not sent yet.
///
/// Faults: F28.
/// Invariants: 12.
#[test]
fn a_resync_that_is_asked_for_during_a_load_is_sent() {
    for state in [PipeState::Snapshot, PipeState::Resync] {
        let mut world = ready(POSTGRES);
        let id = pipe_id(&world);
        world.sim.edit_pipe(&id, PipeEdit { state: Some(state), ..Default::default() }).unwrap();
        world.live(MINUTE);
        world.edit(|spec| spec.resync_request = Some("now".into()));
        world.live(MINUTE);
        assert_eq!(world.count(RouteKind::SetState), 1, "{state:?} {:#?}", world.trace);
    }
}

/// Faults: F1, F28.
/// Invariants: 12.
#[test]
fn a_resync_that_was_refused_is_sent_again_also_by_another_process() {
    for restarts in [false, true] {
        let mut world = ready(POSTGRES);
        let refused = FaultKind::Status {
            status: 409,
            body: serde_json::json!({"status": 409, "error": "CONFLICT: try again later", "requestId": "r"}),
            headers: std::collections::BTreeMap::default(),
        };
        world.sim.inject(Fault::new(refused).on(RouteKind::SetState).times(3));
        world.edit(|spec| spec.resync_request = Some("now".into()));
        world.pass();
        world.pass();
        assert_eq!(world.status.last_resync.clone().unwrap().phase, "Refused", "{:#?}", world.trace);
        if restarts {
            world.restart();
        }
        world.live(60 * MINUTE);
        assert_eq!(world.status.last_resync.clone().unwrap().phase, "Accepted", "{:#?}", world.trace);
        assert_eq!(world.count(RouteKind::SetState), 4);
    }
}
