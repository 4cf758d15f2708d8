//! Large values as small numbers, so that a state is a few bytes and two states are compared at once.
//!
//! Not here: what is a value's text; equal texts are one value.

use std::sync::{Arc, PoisonError, RwLock};

use crate::print::FastMap;

/// Every value that was met, by number.
pub(crate) struct Interner<T> {
    inner: RwLock<Inner<T>>,
}

struct Inner<T> {
    numbers: FastMap<String, u32>,
    values: Vec<Arc<T>>,
}

impl<T> Interner<T> {
    pub(crate) fn new() -> Self {
        Self { inner: RwLock::new(Inner { numbers: FastMap::default(), values: Vec::new() }) }
    }

    /// The number of the value with this text.
    pub(crate) fn number(&self, text: String, value: T) -> u32 {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let Inner { numbers, values } = &mut *inner;
        *numbers.entry(text).or_insert_with(|| {
            values.push(Arc::new(value));
            // A state space with more values than this does not fit into any memory.
            u32::try_from(values.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// The value with this number; numbers come only from [`Interner::number`].
    pub(crate) fn value(&self, number: u32) -> Option<Arc<T>> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.values.get(number as usize).cloned()
    }
}

/// Answers of a pure function, kept.
pub(crate) struct Memo<K, V> {
    answers: RwLock<FastMap<K, V>>,
}

impl<K: std::hash::Hash + Eq + Clone, V: Clone> Memo<K, V> {
    pub(crate) fn new() -> Self {
        Self { answers: RwLock::new(FastMap::default()) }
    }

    /// The kept answer, or a new one.
    pub(crate) fn get(&self, question: &K, answer: impl FnOnce() -> V) -> V {
        if let Some(kept) = self.answers.read().unwrap_or_else(PoisonError::into_inner).get(question) {
            return kept.clone();
        }
        let new = answer();
        self.answers.write().unwrap_or_else(PoisonError::into_inner).insert(question.clone(), new.clone());
        new
    }
}
