//! Settings that people write down: enums with names, the same in text, in `serde` and in the
//! documentation.

#[cfg(feature = "policy")]
use core::fmt;

/// Says what a setting's text should have been. It does not hold the text, which the caller has.
///
/// ```
/// use glassine::policy::{Rollout, Trust};
///
/// let error = "acept".parse::<Trust>().unwrap_err();
/// assert_eq!(error.to_string(), "expected one of: drop, link_only, redecide, accept");
/// let error = "30".parse::<Rollout>().unwrap_err();
/// assert!(error.to_string().ends_with("on, or a share of traces such as 30 % or 0.3"));
/// ```
#[cfg(feature = "policy")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseSettingError {
    names: &'static [&'static str],
    share: bool,
}

#[cfg(feature = "policy")]
impl ParseSettingError {
    /// One of these names.
    pub(crate) const fn one_of(names: &'static [&'static str]) -> Self {
        Self { names, share: false }
    }

    /// One of these names, or a share.
    pub(crate) const fn or_share(names: &'static [&'static str]) -> Self {
        Self { names, share: true }
    }
}

#[cfg(feature = "policy")]
impl fmt::Display for ParseSettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected ")?;
        for (at, name) in self.names.iter().enumerate() {
            f.write_str(if at == 0 { "one of: " } else { ", " })?;
            f.write_str(name)?;
        }
        if self.share {
            f.write_str(if self.names.is_empty() { "" } else { ", or " })?;
            f.write_str("a share of traces such as 30 % or 0.3")?;
        }
        Ok(())
    }
}

#[cfg(feature = "policy")]
impl core::error::Error for ParseSettingError {}

/// Declares an enum of settings, each with its name beside it.
macro_rules! setting {
    (
        $(#[$doc:meta])*
        $enum:ident
        $($(#[$variant_doc:meta])* $variant:ident = $name:literal;)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub enum $enum {
            $(
                $(#[$variant_doc])*
                #[cfg_attr(feature = "serde", serde(rename = $name))]
                $variant,
            )*
        }

        impl $enum {
            /// Returns the name by which it is written down, in snake case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        impl core::fmt::Display for $enum {
            /// Writes the [`name`](Self::name).
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.name())
            }
        }

        #[cfg(feature = "policy")]
        impl core::str::FromStr for $enum {
            type Err = crate::setting::ParseSettingError;

            /// Reads the [`name`](Self::name), exactly.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($name => Ok(Self::$variant),)*
                    _ => Err(crate::setting::ParseSettingError::one_of(&[$($name),*])),
                }
            }
        }
    };
}

pub(crate) use setting;
