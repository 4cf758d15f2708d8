//! Nothing that was started outlives whoever started it.
//!
//! Not here: what the started parts do.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use testbed::{ControlPlane, Process, Recipe, ScratchFolder, Tools, wait_until};

const SOON: Duration = Duration::from_secs(20);

/// Whether a process runs. One that has ended but was not looked after by its parent (a zombie) does not.
fn runs(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        let known = Command::new("kill").args(["-0", &pid.to_string()]).stderr(Stdio::null()).status();
        return !PathBuf::from("/proc/self").exists() && known.is_ok_and(|status| status.success());
    };
    !stat.rsplit(") ").next().is_some_and(|state| state.starts_with('Z'))
}

fn wait_until_gone(pids: &[u32]) {
    let left = || {
        let left: Vec<u32> = pids.iter().copied().filter(|pid| runs(*pid)).collect();
        if left.is_empty() { Ok(Some(())) } else { Err(format!("processes {left:?}")) }
    };
    wait_until(SOON, "all processes to end", left).unwrap();
}

fn sleeper(scratch: &ScratchFolder) -> Process {
    Process::start(&Recipe::new("sleep", "sleep", scratch.file("sleep.log")).args(["1000"])).unwrap()
}

#[test]
fn a_dropped_process_has_ended() {
    let scratch = ScratchFolder::new().unwrap();
    let process = sleeper(&scratch);
    let pid = process.pid();
    assert!(runs(pid));
    drop(process);
    assert!(!runs(pid));
}

#[test]
fn a_paused_process_ends_too() {
    let scratch = ScratchFolder::new().unwrap();
    let process = sleeper(&scratch);
    process.pause().unwrap();
    let pid = process.pid();
    drop(process);
    assert!(!runs(pid));
}

#[test]
fn a_panic_ends_the_process() {
    let scratch = ScratchFolder::new().unwrap();
    let process = sleeper(&scratch);
    let pid = process.pid();
    let panicked = std::thread::spawn(move || {
        let _process = process;
        std::panic::resume_unwind(Box::new("on purpose"));
    });
    assert!(panicked.join().is_err());
    assert!(!runs(pid));
}

#[test]
fn an_asked_process_tells_how_it_ended() {
    let scratch = ScratchFolder::new().unwrap();
    let polite = ["-c", "trap 'exit 7' TERM; echo listening; while true; do sleep 0.05; done"];
    let process = Process::start(&Recipe::new("polite", "sh", scratch.file("log")).args(polite)).unwrap();
    let listening = || Ok::<_, String>(process.log().contains("listening").then_some(()));
    process.wait_until(SOON, "the trap to be set", listening).unwrap();
    assert_eq!(process.terminate(SOON).unwrap().code(), Some(7));
}

#[test]
fn an_early_end_ends_the_wait_and_shows_the_log() {
    let scratch = ScratchFolder::new().unwrap();
    let recipe = Recipe::new("failing", "sh", scratch.file("log")).args(["-c", "echo no such database; exit 4"]);
    let process = Process::start(&recipe).unwrap();
    let error = process.wait_until(SOON, "an answer", || Ok::<Option<()>, String>(None)).unwrap_err().to_string();
    assert!(error.contains("no such database") && error.contains('4'), "{error}");
}

#[test]
fn a_dropped_control_plane_leaves_no_process_and_no_folder() {
    let tools = Tools::prepare(|line| eprintln!("{line}")).unwrap();
    let plane = ControlPlane::start(&tools).unwrap();
    let (pids, folder) = (plane.process_ids(), plane.folder().to_owned());
    assert_eq!(pids.iter().filter(|pid| runs(**pid)).count(), 2);
    drop(plane);
    assert!(pids.iter().all(|pid| !runs(*pid)));
    assert!(!folder.exists());
}

/// Starts `local-kubernetes`, which starts a control plane, and waits until it says that all is up.
fn start_a_parent(scratch: &ScratchFolder) -> Process {
    let recipe = Recipe::new("local-kubernetes", env!("CARGO_BIN_EXE_local-kubernetes"), scratch.file("log"));
    let parent = Process::start(&recipe).unwrap();
    let up = || Ok::<_, String>(parent.log().contains("export KUBECONFIG").then_some(()));
    parent.wait_until(Duration::from_mins(2), "the control plane to be up", up).unwrap();
    parent
}

/// What the parent has said after each `word`.
fn said(parent: &Process, word: &str) -> Vec<String> {
    parent.log().lines().filter_map(|line| line.strip_prefix(word)).map(|rest| rest.trim().to_owned()).collect()
}

fn nothing_is_left_after(signal: &str) {
    let scratch = ScratchFolder::new().unwrap();
    let parent = start_a_parent(&scratch);
    let pids: Vec<u32> = said(&parent, "process ").iter().map(|pid| pid.parse().unwrap()).collect();
    let folder = PathBuf::from(said(&parent, "folder ").concat());
    assert!(pids.len() == 2 && pids.iter().all(|pid| runs(*pid)), "{pids:?}");
    Command::new("kill").args([signal, &parent.pid().to_string()]).status().unwrap();
    parent.wait(SOON).unwrap();
    wait_until_gone(&pids);
    wait_until(SOON, "the folder to be removed", || Ok::<_, String>((!folder.exists()).then_some(()))).unwrap();
}

/// Whether we were told to ignore a signal, and with us all that we start: a shell does so with its background jobs, nohup with hang-ups.
fn ignores(signal: u32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
    // The lowest bit stands for signal 1.
    ignored.and_then(|mask| u64::from_str_radix(mask, 16).ok()).is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}

#[test]
fn a_parent_killed_without_warning_leaves_nothing() {
    nothing_is_left_after("-KILL");
}

#[test]
fn ctrl_c_leaves_nothing() {
    // Another signal stands in where Ctrl-C cannot reach anybody: SIGINT is 2, SIGHUP is 1.
    let signal =
        [("-INT", 2), ("-HUP", 1)].into_iter().find(|(_, number)| !ignores(*number)).map_or("-TERM", |(name, _)| name);
    nothing_is_left_after(signal);
}

#[test]
fn a_terminated_parent_leaves_nothing() {
    nothing_is_left_after("-TERM");
}
