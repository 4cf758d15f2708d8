//! Why an invariant has no oracle in a layer.
//!
//! Not here: the oracles; they are tagged where they are.

/// Number, layers, reason.
const REASONS: &[(&str, &[&str], &str)] = &[
    ("2'", &["L0"], "it is about what is left after everything: the model and the simulation look"),
    ("9", &["L0", "L1"], "a decision is about one object, and so is a state of the model"),
    ("9", &["L3"], "a sweep plays one story, and most have one object"),
    ("9", &["L4"], "every test there ends with all its objects ready"),
    ("4", &["L1"], "the model holds no secret"),
    ("5", &["L1"], "the model looks at what may happen; that nothing is written at rest is looked at in L0 and L2"),
    ("7", &["L1"], "the model has no clock"),
    ("8", &["L1"], "statuses are looked at where they are made and where they are read"),
    ("10", &["L1"], "an answer of the model is a value; the decoders are fuzzed in L0"),
    ("12", &["L1"], "the model has no resync"),
    ("2'", &["L4", "L5"], "the service keeps the assumptions about time there"),
    ("7", &["L4"], "the budget is ten times the usual one there, so that a test spends its time on its subject"),
    ("10", &["L4", "L5"], "answers are spoilt in memory, where every call can be reached"),
    ("12", &["L4", "L5"], "resyncs are asked for in memory, where every order can be played"),
    ("1'", &["L5"], "real processes are killed and doubled in L4"),
    ("3", &["L5"], "somebody else's pipe stands in the way of every test of L4"),
    ("11", &["L5"], "real processes are killed in L4"),
    ("13", &["L5"], "real processes are killed and doubled in L4"),
];

/// Why nothing looks at this invariant in this layer; `None` when something must.
pub(super) fn why(number: &str, layer: &str) -> Option<&'static str> {
    let fits = |reason: &&(&str, &[&str], &'static str)| reason.0 == number && reason.1.contains(&layer);
    REASONS.iter().find(fits).map(|reason| reason.2)
}
