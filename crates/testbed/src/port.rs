//! Finding a port that nobody uses.
//!
//! Not here: holding the port. Between our look and the program's start somebody else could take it, so the range lies
//! below the one from which systems take ports for outgoing connections, and each process looks in a different place.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{Error, Result};

const FIRST: u32 = 20_000;
const COUNT: u32 = 12_000;

/// A port on 127.0.0.1 on which nobody listens. The same process never gets the same port twice in a row.
pub fn free_port() -> Result<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // A prime step spreads neighbouring process ids over the whole range.
    let start = std::process::id().wrapping_mul(97);
    (0..COUNT)
        .map(|_| start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)))
        .filter_map(|number| u16::try_from(FIRST + number % COUNT).ok())
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .ok_or(Error::FindPort)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_not_handed_out() {
        let taken = free_port().unwrap();
        let _listener = TcpListener::bind(("127.0.0.1", taken)).unwrap();
        let others: Vec<u16> = (0..20).map(|_| free_port().unwrap()).collect();
        assert!(!others.contains(&taken));
    }
}
