//! The response sweep: every kind of call is answered in every way, once for each position of the commit, while a story is played that needs it.
//!
//! Then the service behaves again, and everything must come to rest as it was asked for; what must hold at every moment is looked at all the
//! time ([`crate::watchman`]). Not here: crashes ([`crate::sweep`]), answers at random ([`crate::storm`]).
//!
//! Faults: F4, F5, F6, F22, F23, F24, F25.

mod sites;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde_json::{Value, json};
use sim::{Fault, FaultKind, Garble};
pub use sites::{SITES, Site};

use crate::choke::Choke;
use crate::scenario::stage::{End, play};
use crate::scenario::{Lines, Scenario};

/// The commit of a delayed one: long after the answer, and within the create window.
const DELAY_MS: u64 = 300_000;

/// What a call is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 504 with a page after half a minute.
    GatewayTimeout,
    /// 502 with a page.
    BadGateway,
    /// 500 after three minutes.
    ServerError,
    /// The connection is closed.
    Reset,
    /// Nothing at all.
    Silence,
    /// 200 with a page.
    Page,
    /// 200 with half a body.
    Truncated,
    /// 200 with `null`.
    Null,
    /// 429 without a header.
    Throttled,
    /// 424: the service is idle.
    Idle,
    /// 403.
    Forbidden,
    /// 404 in the service's own words.
    NotFound,
}

impl Answer {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::GatewayTimeout,
        Self::BadGateway,
        Self::ServerError,
        Self::Reset,
        Self::Silence,
        Self::Page,
        Self::Truncated,
        Self::Null,
        Self::Throttled,
        Self::Idle,
        Self::Forbidden,
        Self::NotFound,
    ];

    /// Whether it says, in words that nobody else has, that nothing was done.
    fn refuses(self) -> bool {
        matches!(self, Self::Throttled | Self::Idle | Self::Forbidden | Self::NotFound)
    }
}

/// When the call is carried out. A refused call and a look are never carried out late: for them it is which of several calls are hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Never; or the first call is hit.
    Before,
    /// At once; or the second call.
    After,
    /// Five minutes later; or the first three.
    Delayed,
}

impl Position {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Before, Self::After, Self::Delayed];
}

/// One run.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The call.
    pub site: &'static Site,
    /// What it is answered.
    pub answer: Answer,
    /// When it is carried out.
    pub position: Position,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:?}:{:?}", self.site.name, self.answer, self.position)
    }
}

/// Every call, answered in every way, in every position.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for site in &SITES {
        for answer in Answer::ALL {
            cases.extend(Position::ALL.map(|position| Case { site, answer, position }));
        }
    }
    cases
}

/// Plays one.
pub fn answer(case: &Case) -> End {
    play(&story(case), Some(Choke::default()))
}

/// The story of the call, with the faults in it.
fn story(case: &Case) -> Scenario {
    let Site { name, before, then, ends, .. } = case.site;
    let faults = faults(case);
    let fault = |fault: Fault| Lines { command: "fault".to_owned(), block: fault.to_json().to_string() };
    let mut commands: Vec<Lines> = lines(before);
    commands.extend(faults.into_iter().map(fault));
    commands.extend(lines(then));
    commands.extend(lines("settle\nadvance 6m\nfaults end\nsettle"));
    commands.extend(lines(ends));
    Scenario {
        path: PathBuf::from(*name),
        promise: case.to_string(),
        also_on: Vec::new(),
        faults: Vec::new(),
        commands,
        golden: String::new(),
        story: String::new(),
    }
}

fn lines(text: &str) -> Vec<Lines> {
    let line = |line: &str| Lines { command: line.to_owned(), block: String::new() };
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(line).collect()
}

fn faults(case: &Case) -> Vec<Fault> {
    let late = case.site.route.writes() && !case.answer.refuses();
    let commit = match case.position {
        _ if !late => None,
        Position::Before => None,
        Position::After => Some(0),
        Position::Delayed => Some(DELAY_MS),
    };
    let on = |kind: FaultKind| Fault::new(kind).on(case.site.route);
    let often = |fault: Fault| match case.position {
        _ if late => fault.once(),
        Position::Before => fault.once(),
        Position::After => fault.after(1).once(),
        Position::Delayed => fault.times(3),
    };
    let mut faults = vec![often(on(kind(case.answer, commit)))];
    // The last one to speak decides when the write is done.
    if commit == Some(DELAY_MS) {
        faults.push(often(on(FaultKind::LateCommit { ms: DELAY_MS })));
    }
    faults
}

fn kind(answer: Answer, commit: Option<u64>) -> FaultKind {
    let never = |status: u16, body: Value| FaultKind::Status { status, body, headers: BTreeMap::new() };
    let carried_out = commit.is_some();
    match answer {
        Answer::GatewayTimeout => FaultKind::GatewayTimeout { commit_after_ms: commit, answer_after_ms: 30_000 },
        Answer::ServerError => FaultKind::ServerError { commit_after_ms: commit, answer_after_ms: 180_000 },
        Answer::Silence => FaultKind::NeverAnswered { commit_after_ms: commit },
        Answer::BadGateway if carried_out => FaultKind::HtmlBody { status: 502 },
        Answer::BadGateway => never(502, json!("<html>Bad Gateway</html>")),
        Answer::Reset if carried_out => FaultKind::ResetAfterCommit { after_ms: 100 },
        Answer::Reset => FaultKind::ResetBeforeCommit { after_ms: 100 },
        Answer::Page if carried_out => FaultKind::HtmlBody { status: 200 },
        Answer::Page => never(200, json!("<html>Welcome</html>")),
        Answer::Truncated if carried_out => FaultKind::TruncatedJson {},
        Answer::Truncated => never(200, json!("{\"status\":200,\"result\":{\"id\":\"")),
        Answer::Null if carried_out => FaultKind::Garbled { how: Garble::Null },
        Answer::Null => never(200, Value::Null),
        Answer::Throttled => FaultKind::TooManyRequests { reset: None },
        Answer::Idle => FaultKind::FailedDependency { state: "idle".to_owned() },
        Answer::Forbidden => FaultKind::Forbidden {},
        Answer::NotFound => never(404, json!({"status": 404, "error": "NOT_FOUND: Not Found", "requestId": "r"})),
    }
}
