//! Ids as types, so that a pipe's id is never given where a service's is meant.

use std::fmt;

/// Declares an id type: a UUID in lower case.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Reads an id; `None` unless it is a UUID.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                is_uuid(text).then(|| Self(text.to_ascii_lowercase()))
            }

            /// The id as the API writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// The id of an organization.
    OrganizationId
);
id!(
    /// The id of a ClickHouse service.
    ServiceId
);
id!(
    /// The id of a pipe.
    PipeId
);

/// Whether a text is a UUID in its usual form of 8-4-4-4-12 hexadecimal digits.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_uuid_is_an_id() {
        assert!(PipeId::parse("7f3f2a1e-0000-4000-8000-0123456789ab").is_some());
        for bad in [
            "",
            "7f3f2a1e",
            "7f3f2a1e-0000-4000-8000-0123456789aX",
            "7f3f2a1e-0000-4000-8000-0123456789abc",
            "../services",
        ] {
            assert_eq!(PipeId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn ids_compare_without_case() {
        assert_eq!(
            PipeId::parse("7F3F2A1E-0000-4000-8000-0123456789AB"),
            PipeId::parse("7f3f2a1e-0000-4000-8000-0123456789ab")
        );
    }
}
