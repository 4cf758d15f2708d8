//! The operator's process. Not here: anything that it does; that is in the library.

use std::process::ExitCode;

use controller::chain;
use controller::config::Config;
use controller::{logging, run};

fn main() -> ExitCode {
    let config = Config::read();
    if let Err(error) = logging::start(config.log_format, &config.log_level) {
        eprintln!("clickpipes-operator: {}", chain::text(&error));
        return ExitCode::FAILURE;
    }
    match start(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = chain::text(&error), "ended");
            ExitCode::FAILURE
        }
    }
}

fn start(config: Config) -> Result<(), run::Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(run::Error::Runtime)?;
    runtime.block_on(run::run(config))
}
