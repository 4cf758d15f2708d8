//! `clickpipes-sim`: the simulator as a process.
//!
//! Only reading the command line, listening and ending are here; serving is in the library's `serve`.

use std::io::{self, Write};

use clap::Parser;
use clickpipes_sim::serve::{Options, Server};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> io::Result<()> {
    let options = Options::parse();
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).with_max_level(options.log_level).init();
    let listener = TcpListener::bind(options.listen).await?;
    // Testbeds wait for this line to learn the port.
    writeln!(io::stdout(), "clickpipes-sim listening on http://{}", listener.local_addr()?)?;
    io::stdout().flush()?;
    Server::new(options.config()).run(listener, told_to_stop()?).await
}

/// Resolves on SIGTERM or SIGINT.
fn told_to_stop() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
