//! A way through the states, told for people: one line an action.
//!
//! Not here: finding it ([`mod@crate::search`]).

use std::fmt::Write as _;

use stateright::Model;

use crate::action::{Action, Deed, Edit, Fate};
use crate::lab::Act;
use crate::state::State;
use crate::world::World;

/// Tells a way.
pub fn tell(world: &World, way: &[Action]) -> String {
    let mut text = String::new();
    let Some(mut state) = world.init_states().pop() else { return text };
    // Which process stands at which place; the places are sorted after each action.
    let mut names: Vec<char> = ('A'..).take(state.processes.len()).collect();
    for (number, action) in way.iter().enumerate() {
        let _ = writeln!(text, "{:3}  {}", number + 1, line(world, &state, *action, &names));
        let Some(next) = world.follow(&state, *action) else { break };
        let mut order: Vec<_> = next.processes.iter().cloned().zip(names).collect();
        order.sort_by(|one, other| one.0.cmp(&other.0));
        names = order.iter().map(|(_, name)| *name).collect();
        state = State { processes: order.into_iter().map(|(process, _)| process).collect(), ..next };
    }
    let _ = writeln!(text, "     then: {}", ending(world, &state));
    text
}

fn line(world: &World, state: &State, action: Action, names: &[char]) -> String {
    let name = |at: usize| names.get(at).copied().unwrap_or('?');
    match action {
        Action::Begin(at) => format!("{} begins a pass", name(at)),
        Action::Go(at, fate) => {
            let act = state.processes.get(at).and_then(|process| process.pass.as_ref()).map(|pass| pass.act);
            format!("{} {}{fate}", name(at), act.map_or_else(String::new, |act| act_words(world, act, fate)))
        }
        Action::Crash(at) => format!("{} crashes and starts anew", name(at)),
        Action::Commit(at) => {
            let kind = state.flying.get(at).map_or(0, |post| post.recipe);
            format!("the service carries out a lost POST (recipe {kind}): pipe {} exists", state.next_pipe)
        }
        Action::Drop(_) => "the service never carries out a lost POST".to_owned(),
        Action::Show(number) => format!("LIST shows pipe {number} from now on"),
        Action::Hide(number) => format!("LIST does not show pipe {number} any more"),
        Action::Window => "the create window passes".to_owned(),
        Action::User(edit) => format!("the user {}", edit_words(edit)),
        Action::Console(Deed::Delete(number)) => format!("somebody deletes pipe {number} in the console"),
        Action::Console(Deed::Tidy(number)) => {
            format!("somebody deletes pipe {number}, which is reported to have no object")
        }
        Action::Console(Deed::Stop(number)) => format!("somebody stops pipe {number} in the console"),
        Action::Console(Deed::Forge { fits }) => {
            let like = if fits { "the same" } else { "other" };
            format!("somebody makes pipe {} with our token and {like} fixed fields", state.next_pipe)
        }
    }
}

fn act_words(world: &World, act: Act, fate: Fate) -> String {
    match act {
        Act::Hold => "puts the finalizer on".to_owned(),
        Act::Release => "takes the finalizer off: the object is gone".to_owned(),
        Act::Note(number) => format!("notes last-pipe: {number}"),
        Act::Remember { record, .. } => format!("writes the record: {}", record_words(world, record)),
        Act::Report(record) => format!("reports: {}", record_words(world, record)),
        Act::List => "LISTs".to_owned(),
        Act::Get(number) => format!("GETs pipe {number}"),
        Act::Post { recipe, .. } if fate == Fate::Lost => format!("POSTs (recipe {recipe})"),
        Act::Post { recipe, .. } => format!("POSTs (recipe {recipe}) and is answered"),
        Act::Refresh => "reads the object live".to_owned(),
        Act::Start(number) => format!("starts pipe {number}"),
        Act::Stop(number) => format!("stops pipe {number}"),
        Act::Delete(number) => format!("DELETEs pipe {number}"),
        Act::Rest | Act::Edge | Act::Other => format!("{act:?}"),
    }
}

fn record_words(world: &World, number: u32) -> String {
    let record = world.lab.record(number);
    let short = |id: &str| crate::specimen::Specimen::number(id).to_string();
    let mut words = Vec::new();
    if let Some(pipe) = &record.pipe {
        words.push(format!("pipe {}", short(&pipe.id)));
    }
    if let Some(create) = &record.create {
        words.push(format!("attempt {} {:?}", create.attempt, create.phase));
    }
    if let Some(operation) = &record.operation {
        words.push(format!("{:?} {:?}", operation.kind, operation.phase));
    }
    if !record.retired.is_empty() {
        words.push(format!("retired {}", record.retired.iter().map(|id| short(id)).collect::<Vec<_>>().join(" ")));
    }
    if let Some(generation) = record.last_synced_generation {
        words.push(format!("synced {generation}"));
    }
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

fn edit_words(edit: Edit) -> &'static str {
    match edit {
        Edit::Delete => "deletes the object",
        Edit::Remake => "applies the object again",
        Edit::Turn => "turns spec.state over",
        Edit::Recipe => "edits a fixed field",
        Edit::Retain => "sets deletionPolicy: Retain",
        Edit::Confirm => "looks, and confirms that nothing was created",
        Edit::Approve => "approves the plan",
    }
}

fn ending(world: &World, state: &State) -> String {
    let mut words = Vec::new();
    match &state.object {
        None => words.push("the object is gone".to_owned()),
        Some(object) => words.push(format!(
            "the object {}says {}, record: {}",
            if object.deleting { "is being deleted and " } else { "" },
            if object.stopped { "Stopped" } else { "Running" },
            record_words(world, object.record)
        )),
    }
    for pipe in &state.pipes {
        words.push(format!(
            "pipe {} ({}) {}",
            pipe.view.number,
            if pipe.ours { "ours" } else { "somebody else's" },
            if pipe.view.running { "runs" } else { "is stopped" }
        ));
    }
    if !state.flying.is_empty() {
        words.push(format!("{} POST may still be carried out", state.flying.len()));
    }
    if let Some(scar) = state.scar {
        words.push(format!("{scar:?}"));
    }
    words.join("; ")
}
