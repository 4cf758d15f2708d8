//! Durations as people write them: `30s`, `15m`, `1h30m`.
//!
//! The same form in flags and in `spec.pollInterval`. Not here: which durations are sensible where.

use std::time::Duration;

use thiserror::Error;

/// Why a text is not a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a duration, expected for example 30s, 15m or 1h30m")]
pub struct ParseDuration;

/// Reads hours, minutes and seconds, each at most once and in this order.
pub fn parse(text: &str) -> Result<Duration, ParseDuration> {
    let mut seconds: u64 = 0;
    let mut rest = text.trim();
    for (unit, length) in [('h', 3600), ('m', 60), ('s', 1)] {
        let Some((number, after)) = rest.split_once(unit) else { continue };
        let number: u64 = digits(number)?;
        seconds = number.checked_mul(length).and_then(|more| seconds.checked_add(more)).ok_or(ParseDuration)?;
        rest = after;
    }
    if rest.is_empty() && !text.trim().is_empty() { Ok(Duration::from_secs(seconds)) } else { Err(ParseDuration) }
}

fn digits(text: &str) -> Result<u64, ParseDuration> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().map_err(|_| ParseDuration) } else { Err(ParseDuration) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_minutes_and_seconds_add_up() {
        assert_eq!(parse("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(parse("15m"), Ok(Duration::from_mins(15)));
        assert_eq!(parse("1h30m5s"), Ok(Duration::from_secs(5405)));
    }

    #[test]
    fn anything_else_is_not_a_duration() {
        for text in ["", "15", "m", "-5m", "5m3h", "1.5h", "15 minutes", "99999999999999999999h", "5m5m"] {
            assert_eq!(parse(text), Err(ParseDuration), "{text}");
        }
    }
}
