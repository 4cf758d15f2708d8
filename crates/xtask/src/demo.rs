//! `cargo xtask demo`: the main job on real parts, narrated; every scene is verified.
//!
//! Not here: how the parts are started (crate `testbed`).

pub(crate) mod actors;
mod life;
mod stage;
mod summary;
mod trouble;

use std::time::Instant;

use testbed::Tools;

use crate::run::Result;
use stage::Stage;

/// One scene: its title, and what happens in it.
type Scene = (&'static str, fn(&mut Stage) -> Result);

/// The scenes, in order.
const SCENES: [Scene; 11] = [
    ("Every example is applied and becomes Ready", life::apply_examples),
    ("Somebody stops a pipe behind our back, and it is repaired", life::repair),
    ("Replicas, a setting and the columns are changed, each by exactly one call", life::change),
    ("A bad manifest is refused by the API server, with the rule and the cure", trouble::bad_manifest),
    ("The service answers a create with 504 after it has acted, and no second pipe appears", trouble::lost_answer),
    ("A fixed field is edited, and nothing is destroyed", trouble::fixed_field),
    ("The same change is approved: the pipe is replaced, the old one first", trouble::approved_replacement),
    ("A source refuses the login; the condition says so, and it heals", trouble::refused_source),
    ("A deleted object takes its pipe with it; Retain keeps the pipe", life::delete),
    ("Everything is quiet: no write to either API", life::quiet),
    ("The whole folder is deleted, Secrets and connection included, and nothing is left", life::delete_all),
];

/// Runs the demo; with `keep` everything stays up after the third scene, to play with.
pub(crate) fn demo(keep: bool) -> Result {
    let begun = Instant::now();
    println!("Preparing etcd, kube-apiserver, kubectl and helm (built once, then cached)");
    let tools = Tools::prepare(|line| println!("  {line}"))?;
    tools.helm(|line| println!("  {line}"))?;
    let mut stage = Stage::set()?;
    let prepared = begun.elapsed();
    for (number, (title, scene)) in SCENES.iter().enumerate() {
        println!("\n━━ {}. {title}", number + 1);
        if let Err(error) = scene(&mut stage) {
            stage.show_trouble();
            return Err(format!("scene {} failed: {error}", number + 1).into());
        }
        if keep && number == 2 {
            return stage.keep();
        }
    }
    summary::print(&stage, prepared, begun.elapsed())
}
