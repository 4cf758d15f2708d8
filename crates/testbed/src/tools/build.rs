//! Building a program with Go, once.
//!
//! Not here: which programs there are. A build goes to a temporary name and is renamed when it is whole, so a program
//! that is there is a program that works; a lock file keeps a second process waiting instead of building too.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::process::{Process, last_lines};
use crate::recipe::Recipe;
use crate::tools::version::wanted_go;

/// A Go main package, and the name that its program gets.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) program: &'static str,
    pub(super) path: &'static str,
}

/// A go.mod of ours, and where the programs that it pins are kept.
#[derive(Debug)]
pub(super) struct Module {
    pub(super) source: PathBuf,
    pub(super) cache: PathBuf,
    pub(super) link_flags: String,
}

/// Far more than the slowest machine has needed; a build that hangs must end some time.
const LONGEST_BUILD: Duration = Duration::from_mins(40);
const BETWEEN_REMINDERS: Duration = Duration::from_secs(20);

impl Module {
    /// The path of a program, which is built first if it is not there.
    pub(super) fn program(&self, package: &Package, progress: &dyn Fn(&str)) -> Result<PathBuf> {
        let program = self.cache.join(package.program);
        if program.is_file() {
            return Ok(program);
        }
        std::fs::create_dir_all(&self.cache).map_err(Error::file("create", &self.cache))?;
        let _lock = self.lock(progress)?;
        if !program.is_file() {
            self.build(package, &program, progress)?;
        }
        Ok(program)
    }

    /// Held until the file is closed, and given back by the kernel if we are killed.
    fn lock(&self, progress: &dyn Fn(&str)) -> Result<File> {
        let path = self.cache.join(".lock");
        let file = File::create(&path).map_err(Error::file("create", &path))?;
        if file.try_lock().is_err() {
            progress("another process is building the Kubernetes programs; waiting for it");
            file.lock().map_err(Error::file("lock", &path))?;
        }
        Ok(file)
    }

    fn build(&self, package: &Package, program: &Path, progress: &dyn Fn(&str)) -> Result<()> {
        let go = find_go().ok_or_else(|| Error::FindGo { wanted: wanted_go(&self.source) })?;
        let name = package.program;
        progress(&format!("building {name} from its pinned Go module; this happens once and can take minutes"));
        let start = Instant::now();
        let unfinished = program.with_extension("unfinished");
        let log = program.with_extension("log");
        std::fs::write(&log, "").map_err(Error::file("write", &log))?;
        let recipe = Recipe::new("go", go, &log)
            .folder(&self.source)
            .env("CGO_ENABLED", "0")
            .args(["build", "-mod=readonly", "-trimpath", "-ldflags", &self.link_flags, "-o"])
            .args([unfinished.to_string_lossy(), package.path.into()]);
        watch(&Process::start(&recipe)?, name, start, progress)?;
        std::fs::rename(&unfinished, program).map_err(Error::file("rename", &unfinished))?;
        progress(&format!("built {name} in {} s", start.elapsed().as_secs()));
        Ok(())
    }
}

/// Reports from time to time that the build still runs, until it does not.
fn watch(go: &Process, name: &'static str, start: Instant, progress: &dyn Fn(&str)) -> Result<()> {
    while start.elapsed() < LONGEST_BUILD {
        match go.wait(BETWEEN_REMINDERS) {
            Ok(status) if status.success() => return Ok(()),
            Ok(_) => break,
            Err(Error::WaitInVain { .. }) => {
                progress(&format!("still building {name}: {} s", start.elapsed().as_secs()));
            }
            Err(other) => return Err(other),
        }
    }
    Err(Error::BuildTool { program: name, log: last_lines(&go.log()) })
}

/// The Go program: on the search path, or where its installer puts it.
fn find_go() -> Option<PathBuf> {
    let searched = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&searched)
        .chain([PathBuf::from("/usr/local/go/bin")])
        .map(|folder| folder.join("go"))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::command::Command;
    use crate::scratch::ScratchFolder;

    const PACKAGE: Package = Package { program: "hello", path: "example.com/hello" };

    fn module(scratch: &ScratchFolder, source: &str) -> Module {
        scratch.write("go.mod", "module example.com/hello\n\ngo 1.21\n").unwrap();
        scratch.write("main.go", source).unwrap();
        Module { source: scratch.path().to_owned(), cache: scratch.file("cache"), link_flags: "-s -w".to_owned() }
    }

    #[test]
    fn two_that_ask_at_once_build_once() {
        let scratch = ScratchFolder::new().unwrap();
        let module = module(&scratch, "package main\n\nfunc main() { println(\"hello\") }\n");
        let lines = Mutex::new(Vec::new());
        let ask = || module.program(&PACKAGE, &|line| lines.lock().unwrap().push(line.to_owned())).unwrap();
        let program = std::thread::scope(|scope| {
            let other = scope.spawn(ask);
            assert_eq!(ask(), other.join().unwrap());
            ask()
        });
        let said = Command::new("hello", &program, scratch.path()).run().unwrap().stderr;
        assert_eq!(said, "hello\n");
        assert_eq!(lines.into_inner().unwrap().iter().filter(|line| line.starts_with("building")).count(), 1);
    }

    #[test]
    fn a_failed_build_shows_what_go_said_and_leaves_no_program() {
        let scratch = ScratchFolder::new().unwrap();
        let module = module(&scratch, "package main\n\nfunc main() { goodbye() }\n");
        let error = module.program(&PACKAGE, &|_| {}).unwrap_err().to_string();
        assert!(error.contains("undefined: goodbye"), "{error}");
        assert!(!module.cache.join("hello").exists());
    }
}
