//! The numbers of the test programme: the faults with what each asks for, the invariants, the layers.
//!
//! Not here: which test has which number; that stands at the test.

/// A fault: what goes wrong, which invariants look at it, what must come of it.
pub(super) struct Fault {
    pub(super) about: &'static str,
    pub(super) invariants: &'static [&'static str],
    pub(super) target: &'static str,
}

const fn fault(about: &'static str, invariants: &'static [&'static str], target: &'static str) -> Fault {
    Fault { about, invariants, target }
}

/// F1 to F36, in order.
pub(super) const FAULTS: [Fault; 36] = [
    fault("crash after every side effect", &["1", "2", "3", "4", "5", "6", "9"], "every point, no violation"),
    fault("crash before every side effect", &["1", "2", "3", "4", "5", "6", "9"], "every point, no violation"),
    fault(
        "two crashes, at every pair of points of create and delete",
        &["1", "2", "3", "4", "5", "6", "9"],
        "all pairs",
    ),
    fault("answer lost after the commit", &["1", "2", "6"], "every writing call"),
    fault(
        "504 with an HTML page, commit 0 s to 30 min later",
        &["1'", "2", "6"],
        "12 delays, no running twin, twins gone",
    ),
    fault("500 after 3 min, with and without commit", &["1", "2", "6"], "no violation"),
    fault("LIST lags the create by up to the window, and beyond it", &["1", "1'"], "no violation"),
    fault("LIST truncated, empty, without result, an HTML page", &["1", "3", "10"], "never vanished, never made again"),
    fault("cache behind by 1 to 50 versions, missed events", &["1", "5"], "no extra POST"),
    fault("two replicas at work without any lease", &["1", "3", "4"], "no violation"),
    fault("lease lost with a POST on the wire; replica paused for 1 s to 30 min", &["1'", "3"], "no running twin"),
    fault("pipes of others with the same name and spec", &["3"], "foreign pipe untouched, byte-equal"),
    fault(
        "foreign pipe with our token, with and without our intent, matching and not matching",
        &["3"],
        "taken only with intent and fingerprint, else a condition",
    ),
    fault("clocks wrong by an hour, jumping", &["1", "7"], "no change of behaviour"),
    fault(
        "spec edited at every step; A to B to A",
        &["5", "6", "8"],
        "ends as the last spec; at most one more set of writes",
    ),
    fault("fixed field edited", &["3", "6"], "refused or awaiting approval, no write"),
    fault(
        "Secret rotated, deleted, malformed in the middle of an update",
        &["4", "6"],
        "latest Secret applied, no leak",
    ),
    fault("object deleted at every step, both policies", &["2", "6"], "no orphan, finalizer gone in bound"),
    fault(
        "object deleted while its POST is out, late commit",
        &["2", "2'"],
        "nothing left; beyond the window stopped and reported",
    ),
    fault(
        "namespace deleted, Secret of the API key removed first",
        &["2", "6"],
        "no deadlock: condition, documented exit",
    ),
    fault("definitions removed with 100 objects", &["2", "9"], "policy honoured, budget kept"),
    fault("429 for 1 to 60 min, no header, a bad header", &["7"], "never more than the limit; recovers in 2 windows"),
    fault("424: service idle, stopped, waking", &["1", "6"], "one POST for each back-off; woken only if allowed"),
    fault(
        "unknown enum, extra fields, null, wrong types, 1 MB, bad UTF-8",
        &["3", "10"],
        "no panic, no write on what is unknown",
    ),
    fault("401, 403 after a key rotation; key of another organization", &["3", "10"], "nothing made again; condition"),
    fault("pipe deleted, stopped, renamed in the console", &["3", "6"], "as the policy says; never a fight"),
    fault("crash between stop, patch and start; patch refused", &["11"], "always resumed or explained"),
    fault("answer to a resync lost", &["12"], "at most one resync for each request"),
    fault(
        "upgrade and rollback at every step; status of a newer protocol",
        &["1", "3", "6"],
        "no write upon a newer record; no violation",
    ),
    fault("409, 429, 503, 504 to each write of Kubernetes", &["1", "5"], "no violation"),
    fault("one object among 100 that cannot be read", &["9"], "99 unaffected"),
    fault(
        "object copied; restored with and without status into another cluster",
        &["1", "3"],
        "blocked with a condition",
    ),
    fault("two clusters, one service, one key", &["1", "3", "7"], "neither takes the other's pipe"),
    fault("receiver of Events or metrics down", &["5"], "reconciles unaffected"),
    fault("1,000 pipes on one key, cold start", &["7"], "one LIST for each service to full sync"),
    fault("fields of a stored status mutated", &["3", "10"], "no wrong write"),
];

/// The invariants, in order.
pub(super) const INVARIANTS: [(&str, &str); 15] = [
    ("1", "at most one live pipe for each object, while the assumptions about time hold"),
    ("1'", "at most one pipe that was ever started for each object and incarnation, always"),
    ("2", "no pipe without an object under policy Delete"),
    ("2'", "none that runs, also when the assumptions about time do not hold"),
    ("3", "every write goes to an id on record or an exact own token; foreign pipes stay byte-equal"),
    ("4", "no secret in logs, events, status, metrics, errors"),
    ("5", "writes follow changes only: a reconcile without a difference writes to neither API"),
    ("6", "when faults stop everything converges within a bound, and then nothing is written"),
    ("7", "at most 10 requests in any 10 s for each key, counted at the service"),
    ("8", "observedGeneration and conditions go forward and tell the truth"),
    ("9", "one bad object or service never blocks others"),
    ("10", "nothing is made or destroyed upon an answer that was not wholly understood"),
    ("11", "a pipe that we paused is resumed, or a condition says why not"),
    ("12", "each command that must not be repeated is sent at most once for each request"),
    ("13", "never a panic; nothing grows without bound"),
];

/// The layers, from values to real programs.
pub(super) const LAYERS: [(&str, &str); 6] = [
    ("L0", "decisions and parts alone: values in, values out"),
    ("L1", "model checker over the real plan"),
    ("L2", "the real controller in memory, in virtual time: stories and storms"),
    ("L3", "the same, swept: a crash or an answer at every point"),
    ("L4", "real processes: signals, leases, outages"),
    ("L5", "real API server, kubectl, chart"),
];
