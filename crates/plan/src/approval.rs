//! Changes that need a person's word: a new pipe, or a table that is loaded again. What would change is shown, redacted, under a hash that
//! names exactly it; only that hash approves it.
//!
//! Not here: carrying it out ([`crate::replace`], [`crate::update`]).

mod changes;

use crd::ClickPipeStatus;
use crd::condition::{Reason, Truth};
use crd::policy::{DriftPolicy, ReplacementPolicy};
use crd::status::record::ApprovalRecord;
use crd::status::{Impact, PendingPlan};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::create::record::remember;
use crate::desired::Desired;
use crate::diff::Difference;
use crate::known::Known;
use crate::replace;
use crate::step::Plan;
use crate::verdict::{Kind, Verdict};

/// What the changes of this generation need before they may be made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Word {
    /// Nothing, or it is given: they are made in place.
    InPlace,
    /// A new pipe, which is approved.
    Replace,
    /// Something that is not given: nothing of this generation is applied.
    Withheld(Verdict),
}

/// The differences that may be acted upon: those of the user's own edit, and others unless they are only to be reported.
pub(crate) fn allowed(desired: &Desired, found: &[Difference]) -> (Vec<Difference>, Vec<Difference>) {
    found.iter().cloned().partition(|difference| difference.edited || desired.spec.drift_policy == DriftPolicy::Correct)
}

/// Judges the changes that are allowed.
pub(crate) fn word(desired: &Desired, known: &Known, allowed: &[Difference]) -> Word {
    let Some(pending) = pending(desired, known, allowed) else { return Word::InPlace };
    let approved = desired.object.approved_plan.as_deref() == Some(&pending.hash);
    match (pending.class, desired.spec.replacement_policy) {
        (Impact::Replace, ReplacementPolicy::Never) => Word::Withheld(immutable(allowed)),
        (Impact::Replace, ReplacementPolicy::OnApproval) if approved => {
            replace::hindered(desired, known).map_or(Word::Replace, Word::Withheld)
        }
        _ if approved => Word::InPlace,
        _ => Word::Withheld(awaited(desired, allowed, &pending)),
    }
}

/// What has to be on record of an approval to load a table again: that it is being carried out before anything is sent, and that it is used up
/// once its plan is no longer what is asked for. A crash in between leaves it good for the same plan, and for no later one.
pub(crate) fn noted(desired: &Desired, known: &Known, allowed: &[Difference]) -> Option<Plan> {
    let asked = pending(desired, known, allowed).filter(|plan| plan.class == Impact::Resync).map(|plan| plan.hash);
    let approval = known.record.approval.clone().unwrap_or_default();
    let approval = match (approval.begun, asked) {
        (Some(begun), asked) if asked.as_ref() != Some(&begun) => {
            ApprovalRecord { used: approval.used.saturating_add(1), begun: None }
        }
        (None, Some(asked)) if desired.object.approved_plan.as_ref() == Some(&asked) => {
            ApprovalRecord { used: approval.used, begun: Some(asked) }
        }
        _ => return None,
    };
    let verdict = Verdict::working(Reason::Updating, "an approved change is being made");
    Some(Plan::next(remember(ClickPipeStatus { approval: Some(approval), ..known.record.clone() }), verdict))
}

/// The plan that needs a person's word; `None` when these changes need none.
pub(crate) fn pending(desired: &Desired, known: &Known, allowed: &[Difference]) -> Option<PendingPlan> {
    let class = allowed.iter().map(|difference| difference.impact).max().filter(|class| *class >= Impact::Resync)?;
    let pipe = known.record.pipe.as_ref().map(|pipe| pipe.id.as_str());
    // The whole values: what people are shown is cut, and two plans may look alike.
    let whole: Vec<Value> = allowed.iter().map(|one| json!([one.path, one.from, one.to, one.impact])).collect();
    let mut subject = json!([desired.object.uid, pipe, known.record.last_synced_generation, class, whole]);
    // What is loaded again is the same pipe afterwards, and may come to need the same once more.
    let used = known.record.approval.as_ref().map(|approval| approval.used).filter(|used| *used != 0);
    if let (Some(used), Some(parts)) = (used, subject.as_array_mut()) {
        parts.push(used.into());
    }
    let mut hash = HEXLOWER.encode(&Sha256::digest(subject.to_string()));
    hash.truncate(12);
    Some(PendingPlan { hash, class, changes: changes::all(allowed) })
}

/// The same for the status, when the verdict is about it.
pub(crate) fn shown(desired: &Desired, known: &Known, verdict: &Verdict, found: &[Difference]) -> Option<PendingPlan> {
    let waits = verdict.ready.as_ref().is_some_and(|ready| ready.reason == Reason::AwaitingApproval);
    (waits || verdict.synced.reason == Reason::ImmutableFieldChange)
        .then(|| pending(desired, known, &allowed(desired, found).0))
        .flatten()
}

/// Some changed fields need a new pipe, and the policy is not to make one.
fn immutable(allowed: &[Difference]) -> Verdict {
    let message = format!(
        "{} cannot be changed in place: change it back, or set replacementPolicy: OnApproval to have the pipe replaced",
        paths(allowed, Impact::Replace)
    );
    Verdict::blocked(Reason::ImmutableFieldChange, message)
}

fn awaited(desired: &Desired, allowed: &[Difference], pending: &PendingPlan) -> Verdict {
    let paths = paths(allowed, pending.class);
    let consequence = match pending.class {
        Impact::Replace => "needs a new pipe, which replaces this one",
        _ => "loads a table again, whose target must be empty by then",
    };
    let message = format!(
        "the change of {paths} {consequence}: see status.plan, and approve it with the annotation cloud.clickhouse.com/approve-plan={}{}",
        pending.hash,
        if pending.class == Impact::Replace { same_table(desired, allowed) } else { "" }
    );
    let verdict = Verdict::working(Reason::AwaitingApproval, message);
    Verdict { kind: Kind::Reported, again: None, ..verdict }.synced_waits()
}

/// A table that the service makes must not hold rows, and it outlives its pipe: better said before the old pipe is gone.
fn same_table(desired: &Desired, allowed: &[Difference]) -> &'static str {
    let managed = desired.spec.destination.managed_table == Some(true);
    let other =
        allowed.iter().any(|one| one.path == ["destination", "table"] || one.path == ["destination", "database"]);
    if managed && !other {
        "\nmanagedTable is true, so the service refuses the new pipe while the destination table holds rows: name another table, set managedTable: false, or empty the table first"
    } else {
        ""
    }
}

fn paths(allowed: &[Difference], class: Impact) -> String {
    let mut paths: Vec<String> = allowed.iter().filter(|one| one.impact == class).map(Difference::spec_path).collect();
    let more = paths.len().saturating_sub(4);
    paths.truncate(4);
    if more == 0 { paths.join(", ") } else { format!("{} and {more} more", paths.join(", ")) }
}

impl Verdict {
    /// Synced is not known while a person is asked.
    fn synced_waits(self) -> Self {
        let synced = crate::verdict::Saying::new(
            Truth::Unknown,
            Reason::InProgress,
            "a change waits for approval; nothing of this generation is applied meanwhile",
        );
        Self { synced, ..self }
    }
}
