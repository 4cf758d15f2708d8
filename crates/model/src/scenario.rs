//! A way to a break as a story for `tests/scenarios`: what people, the service and crashes do, as commands; then the end that must come of it.
//!
//! What the operator does by itself needs no command; which of two processes comes first, and where one is frozen, has none. The way itself
//! stands above as a comment. Not here: playing it (crate `simulation`), the end as it was accepted.

mod outcome;

use stateright::Model;

use crate::action::{Action, Deed, Edit, Fate};
use crate::lab::Act;
use crate::object::PipeNumber;
use crate::scenario::outcome::{WINDOW, commit, ending};
use crate::search::Found;
use crate::specimen::Specimen;
use crate::state::State;
use crate::story::tell;
use crate::variant::Variant;
use crate::world::World;

/// One command and what belongs to it.
#[derive(Default)]
struct Scene {
    faults: Vec<String>,
    command: String,
    wait: String,
}

/// The stories of everything that was found to break when a part of the protocol is taken away; ways that take the same commands are one.
#[must_use]
pub fn scenarios(world: &World, found: &Found) -> Vec<String> {
    let mut stories: Vec<String> = found.ways.iter().map(|(name, way)| scenario(world, name, way)).collect();
    let mut met: Vec<Vec<String>> = Vec::new();
    stories.retain(|story| {
        let new = !met.contains(&commands(story));
        met.push(commands(story));
        new
    });
    stories
}

/// What of a story is carried out: not what is said about it.
#[must_use]
pub fn commands(story: &str) -> Vec<String> {
    let said = ["#", "faults: ", "also-on: "];
    let carried_out = story.lines().filter(|line| !said.iter().any(|said| line.starts_with(said)));
    carried_out.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn scenario(world: &World, property: &str, way: &[Action]) -> String {
    let variant = world.variant();
    let mut script = Script { world, name: if variant.database { "postgres" } else { "kafka" }, scenes: Vec::new() };
    let end = script.write(way);
    let mut lines =
        vec![format!("# {}: it breaks \"{property}\". The whole protocol comes to a good end.", variant.about)];
    lines.extend(tell(world, way).lines().map(|line| format!("# {line}")));
    if variant.processes > 1 {
        lines.push(format!("operators {}", variant.processes));
    }
    lines.push("apply connection".to_owned());
    for Scene { faults, command, wait } in script.scenes {
        lines.extend(faults);
        lines.push(command);
        lines.push(wait);
    }
    lines.push("settle".to_owned());
    lines.dedup_by(|later, earlier| later == earlier && *later == "settle");
    lines.extend(ending(variant, script.name, end.as_ref(), way));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

struct Script<'a> {
    world: &'a World,
    name: &'static str,
    scenes: Vec<Scene>,
}

impl Script<'_> {
    /// Writes the scenes of a way; gives the state at its end.
    fn write(&mut self, way: &[Action]) -> Option<State> {
        let mut state = self.world.init_states().pop()?;
        self.scene(self.apply());
        for (at, action) in way.iter().enumerate() {
            let rest = way.get(at + 1..).unwrap_or_default();
            match *action {
                Action::Go(process, fate) => {
                    let act =
                        state.processes.get(process).and_then(|process| process.pass.as_ref()).map(|pass| pass.act);
                    if let Some(act) = act {
                        self.act(act, fate, &state, *action, rest);
                    }
                }
                Action::Crash(_) => self.scene("restart".to_owned()),
                Action::Window => self.scene(format!("advance {WINDOW}m")),
                Action::User(edit) => self.edit(edit, &state),
                Action::Console(deed) => self.deed(deed),
                Action::Begin(_) | Action::Commit(_) | Action::Drop(_) | Action::Show(_) | Action::Hide(_) => {}
            }
            state = self.world.next_state(&state, *action)?;
        }
        Some(state)
    }

    fn scene(&mut self, command: String) {
        self.scenes.push(Scene { command, ..Scene::default() });
    }

    /// The object, with the policies of the variant.
    fn apply(&self) -> String {
        let Variant { database, asks, warn, recreate, replace, .. } = self.world.variant();
        let policies = [
            (*database && !*asks, "createRetry = Auto"),
            (*warn, "driftPolicy = Warn"),
            (*recreate, "onExternalDelete = Recreate"),
            (*replace, "replacementPolicy = OnApproval"),
        ];
        let policies = policies.iter().filter(|(set, _)| *set).map(|(_, policy)| format!("\n  spec.{policy}"));
        format!("apply {}{}", self.name, policies.collect::<String>())
    }

    fn act(&mut self, act: Act, fate: Fate, state: &State, action: Action, rest: &[Action]) {
        let fault = match act {
            Act::Post { .. } if fate == Fate::Refused => {
                Some("fault source-refuses on CreatePipe once text=refused".to_owned())
            }
            Act::Post { .. } if fate == Fate::Lost || !self.is_recorded(state, action, rest) => {
                Some(format!("fault gateway-timeout on CreatePipe once{}", commit(fate, state, rest)))
            }
            _ => None,
        };
        let Some(scene) = self.scenes.last_mut() else { return };
        scene.wait = match (act, &fault) {
            (Act::Post { .. }, Some(fault)) if fault.contains("timeout") => {
                format!("await {} Ready Unknown CreateUnconfirmed", self.name)
            }
            (Act::Stop(_), _) => "advance 5s".to_owned(),
            (Act::Release, _) => format!("await {} gone", self.name),
            (_, None) if scene.faults.is_empty() => "settle".to_owned(),
            _ => std::mem::take(&mut scene.wait),
        };
        scene.faults.extend(fault);
    }

    /// Whether the pipe that this POST makes comes on record, or is about to when the way ends.
    fn is_recorded(&self, state: &State, action: Action, rest: &[Action]) -> bool {
        let made = Some(state.next_pipe);
        let mut next = self.world.next_state(state, action);
        for action in rest {
            if next.as_ref().and_then(|state| state.object).is_some_and(|object| self.recorded(object.record) == made) {
                return true;
            }
            next = next.and_then(|state| self.world.next_state(&state, *action));
        }
        let writes = |act: Act| matches!(act, Act::Remember { record, .. } if self.recorded(record) == made);
        let object = |state: &State| state.object.is_some_and(|object| self.recorded(object.record) == made);
        next.is_some_and(|state| {
            object(&state)
                || state.processes.iter().filter_map(|process| process.pass.as_ref()).any(|pass| writes(pass.act))
        })
    }

    fn recorded(&self, record: u32) -> Option<PipeNumber> {
        self.world.lab.record(record).pipe.as_ref().map(|pipe| Specimen::number(&pipe.id))
    }

    fn edit(&mut self, edit: Edit, state: &State) {
        let name = self.name;
        let object = state.object;
        let field = if name == "kafka" { "kafka.topics" } else { "postgres.settings.publicationName" };
        let command = match edit {
            Edit::Delete => format!("delete {name}"),
            Edit::Remake => {
                if let Some(scene) = self.scenes.last_mut() {
                    scene.wait = format!("await {name} gone");
                }
                self.apply()
            }
            Edit::Turn if object.is_some_and(|object| object.stopped) => format!("edit {name} spec.state = Running"),
            Edit::Turn => format!("edit {name} spec.state = Stopped"),
            Edit::Recipe if object.is_some_and(|object| object.recipe == 1) => {
                format!("edit {name} spec.source.{field} = my_topic")
            }
            Edit::Recipe => format!("edit {name} spec.source.{field} = other_topic"),
            Edit::Retain => format!("edit {name} spec.deletionPolicy = Retain"),
            Edit::Confirm => format!("annotate {name} confirm-not-created=$nonce({name})"),
            Edit::Approve => format!("annotate {name} approve-plan=$hash({name})"),
        };
        self.scene(command);
    }

    fn deed(&mut self, deed: Deed) {
        let name = self.name;
        self.scene(match deed {
            Deed::Delete(_) | Deed::Tidy(_) => format!("somebody deletes {name}"),
            Deed::Stop(_) => format!("somebody puts {name} into Stopped"),
            Deed::Forge { .. } => "# somebody makes a pipe with our token; see forged-token.txt".to_owned(),
        });
    }
}
