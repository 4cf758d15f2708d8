//! Waiting for a condition, with an end and with a message that says what was seen.
//!
//! Not here: sleeping for a guessed time. No test needs it.

use std::fmt::{Debug, Display};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(200);

/// Looks again and again until there is something, or until the time is over.
///
/// `Ok(None)` and `Err` both mean "not yet": a server that is just starting refuses connections, and that is no reason
/// to give up. The last error is part of the message when the time is over.
pub fn wait_until<T, E: Display>(
    within: Duration,
    what: &str,
    mut look: impl FnMut() -> Result<Option<T>, E>,
) -> Result<T> {
    let start = Instant::now();
    let mut pause = SHORTEST;
    loop {
        let last = match look() {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => "nothing".to_owned(),
            Err(error) => error.to_string(),
        };
        if start.elapsed() >= within {
            return Err(Error::WaitInVain { within, what: what.to_owned(), last });
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST);
    }
}

/// Reads a value again and again until it is as wanted. The message shows the last value that was not.
pub fn wait_for_value<T: Debug, E: Display>(
    within: Duration,
    what: &str,
    mut read: impl FnMut() -> Result<T, E>,
    wanted: impl Fn(&T) -> bool,
) -> Result<T> {
    wait_until(within, what, || {
        let value = read().map_err(|error| error.to_string())?;
        if wanted(&value) { Ok(Some(value)) } else { Err(format!("{value:?}")) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[test]
    fn a_condition_that_comes_true_ends_the_wait() {
        let mut looks = 0;
        let found = wait_until(Duration::from_secs(5), "three looks", || {
            looks += 1;
            Ok::<_, Error>((looks == 3).then_some(looks))
        });
        assert_eq!(found.unwrap(), 3);
    }

    #[test]
    fn a_wait_in_vain_names_the_condition_and_the_last_value() {
        let error =
            wait_for_value(SHORT, "the pipe to run", || Ok::<_, Error>("Starting"), |state| *state == "Running");
        let text = error.unwrap_err().to_string();
        assert!(text.contains("the pipe to run") && text.contains("Starting"), "{text}");
    }

    #[test]
    fn an_error_means_not_yet_and_is_shown_at_the_end() {
        let error = wait_until(SHORT, "an answer", || Err::<Option<()>, _>("connection refused"));
        assert!(error.unwrap_err().to_string().contains("connection refused"));
    }
}
