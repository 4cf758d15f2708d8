//! The words in which the field tables of the sources are written.
//!
//! The tables themselves are beside the sources; walking them is in `schema`, `patch` and `view`.

/// One member of a JSON object: what it may hold, and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// The JSON name.
    pub(crate) name: &'static str,
    /// What it may hold.
    pub(crate) kind: Kind,
    /// Whether it must be there at creation.
    pub(crate) required: bool,
    /// What a PATCH of it does.
    pub(crate) patch: Patch,
    /// Whether answers show it.
    pub(crate) returned: Returned,
    /// What the service puts there when it was not sent, as JSON text; empty for nothing.
    pub(crate) default: &'static str,
}

/// What a member may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Text, also empty.
    Text,
    /// Text that is not empty.
    Filled,
    /// Text of so many characters.
    Length(usize, usize),
    /// Base64 text of at most so many characters.
    Base64(usize),
    /// One of these words, in this case.
    OneOf(&'static [&'static str]),
    /// An integer in this range.
    Integer(i64, i64),
    /// An integer, or the same as text (the Terraform provider sends a Kinesis timestamp so).
    IntegerOrText,
    /// True or false.
    Bool,
    /// A list of texts.
    Texts,
    /// An object with these members.
    Object(&'static [Field]),
    /// A list of at least so many objects with these members.
    Objects(&'static [Field], usize),
}

/// What a PATCH of a member does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patch {
    /// It is applied.
    Applied,
    /// It is accepted and changes nothing.
    Ignored,
}

/// Whether answers show a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returned {
    /// As stored.
    Yes,
    /// Never.
    Never,
    /// With the user and password of a URI cut out.
    Redacted,
}

impl Field {
    /// An optional member that is fixed at creation and returned.
    pub(crate) const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: false, patch: Patch::Ignored, returned: Returned::Yes, default: "" }
    }

    /// The same, required at creation.
    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same, changeable by PATCH.
    pub(crate) const fn patched(mut self) -> Self {
        self.patch = Patch::Applied;
        self
    }

    /// The same, never returned.
    pub(crate) const fn write_only(mut self) -> Self {
        self.returned = Returned::Never;
        self
    }

    /// The same, returned with user and password cut out.
    pub(crate) const fn redacted(mut self) -> Self {
        self.returned = Returned::Redacted;
        self
    }

    /// The same, with a documented default.
    pub(crate) const fn default(mut self, json: &'static str) -> Self {
        self.default = json;
        self
    }
}

/// The member of that name.
pub(crate) fn find(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    fields.iter().find(|field| field.name == name)
}
