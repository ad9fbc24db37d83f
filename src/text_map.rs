//! A text-map for propagators, version-free.
