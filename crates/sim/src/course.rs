//! A course: the states something is going to pass through, and how long each lasts.
//!
//! Pipes and services both move along one. What the states mean, and who sets which course, is not here.

use std::collections::VecDeque;

/// A state and how long it lasts before the next one of the course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leg<S> {
    /// The state.
    pub(crate) state: S,
    /// How long it lasts; of no meaning for the last leg.
    pub(crate) lasts_ms: u64,
}

/// Where something is, and where it goes from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Course<S> {
    state: S,
    until_ms: Option<u64>,
    ahead: VecDeque<Leg<S>>,
}

impl<S: Copy> Course<S> {
    /// A course that stays in one state.
    pub(crate) fn resting(state: S) -> Self {
        Self { state, until_ms: None, ahead: VecDeque::new() }
    }

    /// A course that enters its first leg now. `last` is where it ends.
    pub(crate) fn starting(now_ms: u64, legs: &[Leg<S>], last: S) -> Self {
        let mut ahead: VecDeque<Leg<S>> = legs.iter().copied().collect();
        ahead.push_back(Leg { state: last, lasts_ms: 0 });
        let mut course = Self { state: last, until_ms: Some(now_ms), ahead };
        course.step(now_ms);
        course
    }

    /// The state now.
    pub(crate) fn state(&self) -> S {
        self.state
    }

    /// When the next state begins, if there is a next one.
    pub(crate) fn due_ms(&self) -> Option<u64> {
        self.until_ms
    }

    /// Whether it will still move by itself.
    pub(crate) fn moving(&self) -> bool {
        self.until_ms.is_some()
    }

    /// Enters the next leg; the caller knows that it is due.
    pub(crate) fn step(&mut self, now_ms: u64) {
        self.until_ms = None;
        if let Some(leg) = self.ahead.pop_front() {
            self.state = leg.state;
            if !self.ahead.is_empty() {
                self.until_ms = Some(now_ms.saturating_add(leg.lasts_ms));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_passes_its_legs_and_rests_at_the_end() {
        let legs = [Leg { state: 'a', lasts_ms: 5 }, Leg { state: 'b', lasts_ms: 3 }];
        let mut course = Course::starting(10, &legs, 'c');
        assert_eq!((course.state(), course.due_ms()), ('a', Some(15)));
        course.step(15);
        assert_eq!((course.state(), course.due_ms()), ('b', Some(18)));
        course.step(18);
        assert_eq!((course.state(), course.due_ms()), ('c', None));
    }
}
