//! Facts about the shelf.
