//! What every kind of error has: a name in the specification and a sentence.

/// Declares an enum of kinds, each with its name in the specification and its sentence beside it.
macro_rules! kinds {
    (
        $(#[$doc:meta])*
        $enum:ident
        $($(#[$kind_doc:meta])* $kind:ident = $name:literal, $sentence:literal;)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[non_exhaustive]
        pub enum $enum {
            $($(#[$kind_doc])* $kind,)*
        }

        impl $enum {
            /// Lists every kind, in the order of the specification: a table of counters has this
            /// many rows.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// Returns the specification's name for it, in snake case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            pub(crate) const fn sentence(self) -> &'static str {
                match self { $(Self::$kind => $sentence,)* }
            }
        }
    };
}

pub(crate) use kinds;
