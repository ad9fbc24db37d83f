//! The propagator path: what a text-map propagator writes and reads.
