//! How the Cloud API treats a field: may it change, by which call, does the API return it, how is it compared.
//!
//! A fact stands on the field's own line, as a schema extension: `#[schemars(extend("x-facts" = FIXED))]`. Members of an object inherit
//! the facts of the object unless they carry their own. [`tree`](mod@tree) reads the facts back, so that everything that compares, sends or imports a
//! document is generic. Not here: which field has which facts (each source's file), and what follows from them (crate `plan`).

pub mod tree;

use serde::{Deserialize, Serialize};

/// Facts of a field that can never change after creation.
pub const FIXED: Facts = Facts {
    change: Change::Fixed,
    route: Route::Patch,
    returned: true,
    compare: Compare::Exact,
    whole: false,
    key: false,
};
/// Facts of a field that PATCH changes on a running pipe.
pub const IN_PLACE: Facts = Facts { change: Change::InPlace, ..FIXED };
/// Facts of a field that PATCH changes only while the pipe is paused (database sources).
pub const WHILE_PAUSED: Facts = Facts { change: Change::WhilePaused, ..FIXED };
/// Facts of a member of `settings`, changed by PUT on the pipe's settings.
pub const SETTING: Facts = Facts { route: Route::Settings, ..IN_PLACE };
/// Facts of a member of `scaling`, changed by PATCH on the pipe's scaling.
pub const SCALING: Facts = Facts { route: Route::Scaling, compare: Compare::Quantity, ..IN_PLACE };
/// Facts of a list of table mappings, changed by adding and removing members.
pub const MAPPINGS: Facts = Facts { route: Route::Mappings, compare: Compare::Keyed, ..WHILE_PAUSED };

/// What the Cloud API does with one field. See the constants of this module for the usual combinations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// Whether the field may change after creation.
    pub change: Change,
    /// The call that changes it.
    pub route: Route,
    /// Whether GET and LIST return it; a field that is not returned is compared with what was applied last.
    pub returned: bool,
    /// How the wanted and the returned value are compared.
    pub compare: Compare,
    /// Whether the object is sent complete when one of its members changes: the API does not merge inside it.
    pub whole: bool,
    /// Whether the field is part of the identity of a member of a keyed list.
    pub key: bool,
}

impl Facts {
    /// The API never returns this field.
    #[must_use]
    pub const fn write_only(self) -> Self {
        Self { returned: false, ..self }
    }
    /// The field is compared in this way.
    #[must_use]
    pub const fn compared(self, compare: Compare) -> Self {
        Self { compare, ..self }
    }
    /// The object is always sent complete.
    #[must_use]
    pub const fn whole(self) -> Self {
        Self { whole: true, ..self }
    }
    /// The field identifies a member of a keyed list.
    #[must_use]
    pub const fn key(self) -> Self {
        Self { key: true, ..self }
    }
}

/// Whether a field may change after creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// Changed on a running pipe.
    InPlace,
    /// Changed only while the pipe is paused; the operator pauses and resumes.
    WhilePaused,
    /// Only a new pipe can have another value.
    Fixed,
}

/// The call that changes a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Route {
    /// PATCH of the pipe.
    Patch,
    /// PATCH of the pipe with mappings to add and to remove.
    Mappings,
    /// PUT of the pipe's settings.
    Settings,
    /// PATCH of the pipe's scaling.
    Scaling,
}

/// How a wanted and a returned value are compared. Null, absent, `""`, `[]` and `{}` are always equal, and so is `false` to absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Compare {
    /// Equal as JSON; numbers by value, text without trailing white space.
    Exact,
    /// As sets: order and duplicates do not count.
    Set,
    /// As lists of objects matched by their key members.
    Keyed,
    /// Case-insensitively, cut at the first `(`: the service returns `MergeTree()` for `MergeTree`.
    Engine,
    /// As URIs without the user information, which the service redacts.
    RedactedUri,
    /// As numbers; the service may return `"250m"` or `"1Gi"`, and 0 while it does not know yet.
    Quantity,
    /// As timestamps with minute precision.
    Minute,
    /// As object URLs: `s3://bucket/key` equals its https form.
    ObjectUrl,
    /// Not at all: it is an instruction to the API, sent along, and never itself a reason for a call.
    Never,
}
