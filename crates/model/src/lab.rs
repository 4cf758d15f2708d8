//! The real plan, asked about states of the model: numbers become the plan's real inputs, and its real steps become numbers again.
//!
//! Every answer is kept, since the same local situation is met in very many states. Not here: what the steps do ([`crate::world`]).

mod act;
mod heard;

use std::sync::Arc;

use cloud::Tick;
use crd::ClickPipeStatus;
use plan::neighbours::Neighbours;
use plan::verdict::Kind;
use plan::{Desired, Known, Plan, Step, learn, sending, status};

use crate::intern::{Interner, Memo};
pub(crate) use crate::lab::act::{Act, Decision};
pub(crate) use crate::lab::heard::{Heard, View};
use crate::mind::{LONG, Mind, SHORT};
use crate::mutant::{self, Mutant};
use crate::object::{Object, RecordNumber};
use crate::record::project;
use crate::specimen::Specimen;
use crate::variant::Variant;

/// The number of a mind.
pub(crate) type MindNumber = u32;

/// What one pass of one process goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Local {
    /// The object as this pass read it, or wrote it last.
    pub(crate) object: Object,
    /// The record as this pass has it; what was learned since may not be written yet.
    pub(crate) record: RecordNumber,
    pub(crate) mind: MindNumber,
}

/// The real plan and everything that stands behind the numbers.
pub(crate) struct Lab {
    pub(crate) variant: Variant,
    specimen: Specimen,
    records: Interner<ClickPipeStatus>,
    minds: Interner<Mind>,
    decisions: Memo<Local, Decision>,
    lessons: Memo<(Local, Heard, bool), (RecordNumber, MindNumber)>,
    beginnings: Memo<(Object, MindNumber, bool), MindNumber>,
    delays: Memo<MindNumber, MindNumber>,
}

impl Lab {
    pub(crate) fn new(variant: Variant) -> Self {
        let specimen = Specimen::new(&variant);
        Self {
            variant,
            specimen,
            records: Interner::new(),
            minds: Interner::new(),
            decisions: Memo::new(),
            lessons: Memo::new(),
            beginnings: Memo::new(),
            delays: Memo::new(),
        }
    }

    /// The number of a record, in its projection.
    pub(crate) fn record_number(&self, record: &ClickPipeStatus) -> RecordNumber {
        let record = project(record.clone());
        self.records.number(serde_json::to_string(&record).unwrap_or_default(), record)
    }

    pub(crate) fn record(&self, number: RecordNumber) -> Arc<ClickPipeStatus> {
        self.records.value(number).unwrap_or_default()
    }

    fn mind_number(&self, mut mind: Mind) -> MindNumber {
        mind.normalise();
        self.minds.number(mind.text(), mind)
    }

    fn mind(&self, number: MindNumber) -> Mind {
        self.minds.value(number).map_or_else(Mind::fresh, |mind| Mind::clone(&mind))
    }

    /// A process that has just started.
    pub(crate) fn fresh(&self) -> MindNumber {
        self.mind_number(Mind::fresh())
    }

    /// The window passes.
    pub(crate) fn delay(&self, mind: MindNumber) -> MindNumber {
        self.delays.get(&mind, || {
            let mut mind = self.mind(mind);
            mind.now = mind.now + LONG;
            self.mind_number(mind)
        })
    }

    /// A pass begins on this object, or begins anew on the object as it was read live.
    pub(crate) fn begin(&self, object: Object, mind: MindNumber, anew: bool) -> Local {
        let mind = self.beginnings.get(&(object, mind, anew), || {
            let mut mind = self.mind(mind);
            mind.now = if anew { Tick(mind.now.0 + 1) } else { mind.now + SHORT };
            mind.meet(object.uid);
            let before = mind.memory.clone();
            let mut known = self.known(&Local { object, record: object.record, mind: 0 }, mind.clone());
            known.memory.notice(&known.record, None, mind.now);
            if let Some(seen) = known.seen.take() {
                known.see(seen);
            }
            self.remembered(mind.uid, &before, known)
        });
        Local { object, record: object.record, mind }
    }

    fn remembered(&self, uid: u8, before: &plan::Memory, known: Known) -> MindNumber {
        let mut memory = known.memory;
        if self.variant.mutant == Some(Mutant::NonceKey) {
            mutant::keep_first_nonce(before, &mut memory);
        }
        self.mind_number(Mind { uid, memory, seen: known.seen, now: known.now })
    }

    fn known(&self, local: &Local, mind: Mind) -> Known {
        let record = ClickPipeStatus::clone(&self.record(local.record));
        let attempt = record.create.as_ref().map_or(0, |create| create.attempt) + 1;
        Known {
            record,
            held: local.object.held,
            last_pipe: local.object.last_pipe.map(|number| Specimen::id(number).to_string()),
            memory: mind.memory,
            seen: mind.seen,
            now: mind.now,
            wall: jiff::Timestamp::UNIX_EPOCH,
            fresh_nonce: format!("{}-{attempt}", local.object.uid),
            holder: String::new(),
            budget_wait: None,
            neighbours: Neighbours::default(),
        }
    }

    fn situation(&self, local: &Local) -> (Desired, Known, Plan) {
        let attempt_nonce = |attempt: u8| format!("{}-{attempt}", local.object.uid);
        let desired = self.specimen.desired(&local.object, attempt_nonce(local.object.confirmed));
        let known = self.known(local, self.mind(local.mind));
        let plan = mutant::plan(self.variant.mutant, &desired, &known);
        (desired, known, plan)
    }

    /// What the plan wants to be done now.
    pub(crate) fn decide(&self, local: &Local) -> Decision {
        self.decisions.get(local, || {
            let (desired, known, plan) = self.situation(local);
            let said = match plan.verdict.kind {
                Kind::Blocked | Kind::Exhausted | Kind::Reported => act::said(plan.verdict.synced.reason, &plan),
                Kind::Settled | Kind::Working | Kind::Waiting => 0,
            };
            let write = |record: ClickPipeStatus| {
                let with = Known { record, ..known.clone() };
                let written = status(&desired, &with, &plan);
                self.record_number(&mutant::written(self.variant.mutant, &known.record, written))
            };
            let act = match plan.first() {
                None => match write(known.record.clone()) {
                    same if same == local.object.record => Act::Rest,
                    record => Act::Report(record),
                },
                Some(Step::Remember { record, reserve: true }) if self.is_beyond(record) => Act::Edge,
                Some(Step::Remember { record, reserve }) => {
                    let unwritten = *reserve && mutant::writes_no_intent(self.variant.mutant);
                    let number = if unwritten { self.record_number(record) } else { write((**record).clone()) };
                    Act::Remember { record: number, intent: *reserve, unwritten }
                }
                Some(step) => act::act(step),
            };
            Decision { act, said: if matches!(act, Act::Rest | Act::Report(_)) { said } else { 0 } }
        })
    }

    fn is_beyond(&self, record: &ClickPipeStatus) -> bool {
        let attempt = record.create.as_ref().map_or(0, |create| create.attempt);
        self.variant.attempts.is_some_and(|most| attempt > i32::from(most))
    }

    /// The pass as it stands after it heard what came of its act; the object is as it was read or written last.
    /// With `waited` the window passed between the decision and the act.
    pub(crate) fn learn(&self, local: &Local, heard: &Heard, object: Object, waited: bool) -> Local {
        let (record, mind) = self.lessons.get(&(*local, heard.clone(), waited), || {
            let (desired, mut known, plan) = self.situation(local);
            let before = known.memory.clone();
            let uid = self.mind(local.mind).uid;
            let Some(step) = plan.first().cloned() else { return (local.record, local.mind) };
            if let Step::Call { call, .. } = &step {
                sending(&mut known, call);
            }
            let begun = if waited { known.now + LONG } else { known.now };
            known.now = match heard {
                Heard::WrittenSlowly(_) => begun + SHORT,
                _ => Tick(begun.0 + 2),
            };
            let heard = mutant::heard(self.variant.mutant, &step, heard.clone());
            learn(&desired, &mut known, &step, self.result(heard, begun));
            (self.record_number(&known.record), self.remembered(uid, &before, known))
        });
        Local { object, record, mind }
    }

    /// What a process remembers of a record that it wrote without an answer.
    pub(crate) fn unwritten(&self, local: &Local, mind: MindNumber, record: RecordNumber) -> MindNumber {
        let mind = self.mind(mind);
        let (uid, before) = (mind.uid, mind.memory.clone());
        let mut known = self.known(local, mind);
        plan::unwritten(&mut known, &self.record(record));
        self.remembered(uid, &before, known)
    }

    /// Whether the record of a pass licenses a write to a pipe that is not of our making: it was adopted, or it fits an intent on record.
    pub(crate) fn licenses(&self, local: &Local, view: View) -> bool {
        let record = self.record(local.record);
        let own = record.pipe.as_ref().is_some_and(|pipe| pipe.id == Specimen::id(view.number).as_str());
        let fits = record.create.as_ref().is_some_and(|create| Specimen::fits(create, view));
        own || (view.token && fits)
    }
}
