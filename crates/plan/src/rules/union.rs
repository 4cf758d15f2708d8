//! Exactly one source. The API server checks it too; a stored object may predate the rule.

use crd::ClickPipeSpec;
use crd::condition::Reason;
use crd::source::SourceKind;

use crate::desired::Problem;

pub(super) fn exactly_one(spec: &ClickPipeSpec) -> Vec<Problem> {
    if spec.source.kind().is_some() {
        return Vec::new();
    }
    let names: Vec<&str> = SourceKind::ALL.iter().map(|kind| kind.as_str()).collect();
    vec![Problem {
        reason: Reason::InvalidSpec,
        path: "spec.source".to_owned(),
        message: format!("set exactly one of {}", names.join(", ")),
    }]
}
