//! Who is looked at when: as the operator's own workers do, in an order that depends on nothing but the run.
//!
//! One pass at a time for each object; the earliest wish wins; a wish during a pass is granted after it. Not here: passes.

use std::collections::{BTreeMap, BTreeSet};

use controller::again::Again;
use controller::kind::Key;
use tokio::time::Instant;

/// The objects that are to be looked at.
#[derive(Debug, Default)]
pub struct Queue {
    due: BTreeMap<Key, Instant>,
    running: BTreeSet<Key>,
}

impl Queue {
    /// Look at this object at this moment, or earlier.
    pub fn wish(&mut self, key: Key, at: Instant) {
        let due = self.due.entry(key).or_insert(at);
        *due = at.min(*due);
    }

    /// Those whose pass begins now.
    pub fn begin(&mut self, now: Instant) -> Vec<Key> {
        let ready = |(key, at): (&Key, &Instant)| (*at <= now && !self.running.contains(key)).then(|| key.clone());
        let ready: Vec<Key> = self.due.iter().filter_map(ready).collect();
        for key in &ready {
            self.due.remove(key);
            self.running.insert(key.clone());
        }
        ready
    }

    /// A pass is over.
    pub fn end(&mut self, key: Key, again: Again, now: Instant) {
        self.running.remove(&key);
        if let Again::In(wait) = again {
            self.wish(key, now + wait);
        }
    }

    /// When the next pass is due.
    pub fn next(&self) -> Option<Instant> {
        self.due.iter().filter(|(key, _)| !self.running.contains(*key)).map(|(_, at)| *at).min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use controller::kind::KindName;

    use super::*;

    fn key() -> Key {
        Key { kind: KindName::ClickPipe, namespace: Some("data".to_owned()), name: "orders".to_owned() }
    }

    #[test]
    fn a_wish_during_a_pass_is_granted_after_it() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        queue.wish(key(), now);
        assert_eq!(queue.begin(now), [key()]);
        queue.wish(key(), now);
        assert!(queue.begin(now).is_empty());
        assert_eq!(queue.next(), None);
        queue.end(key(), Again::In(Duration::from_mins(5)), now);
        assert_eq!(queue.begin(now), [key()]);
    }
}
