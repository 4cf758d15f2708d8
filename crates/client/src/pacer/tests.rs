//! Facts about the pacer.
