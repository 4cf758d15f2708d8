//! What goes wrong with calls: the simulator's faults, at random, for a few calls each.
//!
//! Not here: what each fault does (crate `sim`).

use std::collections::BTreeMap;

use serde_json::json;
use sim::{Fault, FaultKind, Garble, PipeState, RouteKind};

use super::Run;

/// The latest that an unanswered write takes effect; within the create window of 15 minutes.
const LATEST_MS: u64 = 600_000;

impl Run {
    /// One more fault.
    pub(super) fn something_fails(&mut self) {
        let kind = self.kind();
        let routes = [
            RouteKind::CreatePipe,
            RouteKind::CreatePipe,
            RouteKind::SetState,
            RouteKind::PatchPipe,
            RouteKind::DeletePipe,
            RouteKind::ListPipes,
            RouteKind::GetPipe,
        ];
        let mut fault = Fault::new(kind).times(self.random.u64(1..4)).after(self.random.u64(0..3));
        if self.random.bool() && is_for_any_call(&fault.kind) {
            fault = fault.on(*self.random.choice(&routes).unwrap_or(&RouteKind::CreatePipe));
        }
        self.world.shared.say(&format!("storm: fault {}", fault.to_json()));
        self.script.add("fault", &[fault.to_json().to_string()]);
        self.world.shared.in_cloud(|cloud| cloud.inject(fault));
        if self.random.u32(0..12) == 0 {
            let down = self.random.u32(0..3) == 0;
            self.world.shared.say(&format!("storm: network down {down}"));
            self.script.add(if down { "network down" } else { "network up" }, &[]);
            self.world.shared.weather.lock().cloud_unreachable = down;
        }
    }

    fn kind(&mut self) -> FaultKind {
        let late = |random: &mut fastrand::Rng| random.bool().then(|| random.u64(0..LATEST_MS));
        let ms = self.random.u64(0..LATEST_MS);
        match self.random.u32(0..30) {
            0..4 => FaultKind::GatewayTimeout { commit_after_ms: late(&mut self.random), answer_after_ms: 30_000 },
            4 | 5 => FaultKind::ServerError {
                commit_after_ms: late(&mut self.random),
                answer_after_ms: self.random.u64(0..180_000),
            },
            6 | 7 => FaultKind::NeverAnswered { commit_after_ms: late(&mut self.random) },
            8 => FaultKind::ResetBeforeCommit { after_ms: self.random.u64(0..5_000) },
            9 | 10 => FaultKind::ResetAfterCommit { after_ms: self.random.u64(0..5_000) },
            11 => FaultKind::HtmlBody { status: *self.random.choice(&[200, 502, 503]).unwrap_or(&200) },
            12 => FaultKind::TruncatedJson {},
            13 => FaultKind::Garbled { how: self.garble() },
            14 => FaultKind::TooManyRequests { reset: self.random.bool().then(|| "7.5".to_owned()) },
            15 => FaultKind::FailedDependency { state: "idle".to_owned() },
            16 => FaultKind::Unauthorized {},
            17 => FaultKind::Forbidden {},
            18 => self.status(),
            19 => FaultKind::SlowAnswer { ms: self.random.u64(0..50_000) },
            20 => FaultKind::LateCommit { ms },
            21 => FaultKind::NotFoundAfterCreate { reads: self.random.u64(0..4), ms: self.random.u64(0..60_000) },
            22 => FaultKind::StaleAnswer {},
            23 => FaultKind::StaleRead { ms: self.random.u64(0..60_000) },
            24 => FaultKind::NoAutoResume {},
            25 => FaultKind::DeleteLinger { ms },
            26 => FaultKind::SourceRefuses { text: "cannot reach the source".to_owned(), host: None },
            27 => FaultKind::UnknownState { state: "Hibernating".to_owned() },
            28 => FaultKind::PipeFails { state: PipeState::Failed },
            _ => self.lists_that_lie(ms),
        }
    }

    /// A list that is late is late by less than the window where the assumptions hold; where they do not, it also lies.
    fn lists_that_lie(&mut self, ms: u64) -> FaultKind {
        if self.storm.window_holds {
            return if self.random.bool() { FaultKind::ListLag { ms } } else { FaultKind::ListWithoutResult {} };
        }
        match self.random.u32(0..3) {
            0 => FaultKind::ListLag { ms: ms * 4 },
            1 => FaultKind::ListTruncated { keep: self.random.usize(0..3) },
            _ => FaultKind::ListEmpty {},
        }
    }

    fn garble(&mut self) -> Garble {
        let all = [
            Garble::Empty,
            Garble::Null,
            Garble::BadUtf8,
            Garble::WrongTypes,
            Garble::ExtraMembers,
            Garble::WithoutResult,
        ];
        *self.random.choice(&all).unwrap_or(&Garble::Empty)
    }

    fn status(&mut self) -> FaultKind {
        let status = *self.random.choice(&[400, 404, 409, 500, 502]).unwrap_or(&500);
        let body = if self.random.bool() {
            json!({"status": status, "error": "something is wrong", "requestId": "r"})
        } else {
            json!("gone")
        };
        FaultKind::Status { status, body, headers: BTreeMap::new() }
    }
}

/// Whether it makes sense for any call, so that one may be chosen.
fn is_for_any_call(kind: &FaultKind) -> bool {
    !matches!(
        kind,
        FaultKind::NotFoundAfterCreate { .. }
            | FaultKind::ListLag { .. }
            | FaultKind::ListTruncated { .. }
            | FaultKind::ListEmpty {}
            | FaultKind::ListWithoutResult {}
            | FaultKind::SourceRefuses { .. }
            | FaultKind::NoAutoResume {}
            | FaultKind::PipeFails { .. }
    )
}
