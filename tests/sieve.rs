//! The sieve for a text `traceparent` beside the parser (specification section 13).

use glassine::TraceContext;
use glassine::w3c::claims_sampled;
use proptest::prelude::*;

/// What the parser says, where it reads the text.
fn parsed(text: &[u8]) -> Option<bool> {
    TraceContext::from_traceparent(text).ok().map(TraceContext::is_sampled)
}

/// All 255 versions with all 256 flags, followed by nothing and, in a version above `00`, by what a
/// later version may add: n = 130,560 texts, of which the parser reads all but the longer ones of
/// `00`.
#[test]
fn it_agrees_with_the_parser_on_every_version_and_every_flag() {
    let (mut read, mut sampled) = (0, 0);
    for version in 0..=0xFE_u8 {
        for flags in 0..=0xFF_u8 {
            for rest in ["", "-what-the-future-may-bring"] {
                let ids = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
                let text = format!("{version:02x}-{ids}-{flags:02x}{rest}");
                let Some(is_sampled) = parsed(text.as_bytes()) else {
                    assert!(version == 0 && !rest.is_empty(), "{text} is refused");
                    continue;
                };
                assert_eq!(claims_sampled(text.as_bytes()), is_sampled, "{text}");
                read += 1;
                sampled += u32::from(is_sampled);
            }
        }
    }
    assert_eq!((read, sampled), (255 * 512 - 256, (255 * 512 - 256) / 2));
}

/// What it says of texts that the parser refuses: each is what the documentation calls it.
#[test]
fn it_looks_at_one_digit() {
    let cases: [(&str, bool); 12] = [
        ("", false),
        ("01", false),
        // OpenTelemetry for Rust reads this one.
        ("00-42-1-01", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", false),
        (" 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0F", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g", false),
        // False positives: they cost the parse that refuses them.
        ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", true),
        ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
        ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01", true),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-", true),
        ("1111111111111111111111111111111111111111111111111111111", true),
    ];
    for (text, expected) in cases {
        assert_eq!(parsed(text.as_bytes()), None, "{text} is not refused");
        assert_eq!(claims_sampled(text.as_bytes()), expected, "{text}");
    }
}

proptest! {
    /// A text that the parser reads and calls sampled is never lost, and no other is called so:
    /// over texts that are nearly right, most of which the parser refuses.
    #[test]
    fn it_never_loses_a_sampled_context(
        text in "[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[ -~]{0,5})?",
        at in 0..60_usize,
        byte in proptest::option::of(any::<u8>()),
    ) {
        let mut text = text.into_bytes();
        if let (Some(byte), Some(place)) = (byte, text.get_mut(at)) {
            *place = byte;
        }
        if let Some(is_sampled) = parsed(&text) {
            prop_assert_eq!(claims_sampled(&text), is_sampled);
        }
    }

    /// Any bytes have an answer.
    #[test]
    fn it_is_total(text in proptest::collection::vec(any::<u8>(), 0..120)) {
        prop_assert!(text.len() >= 55 || !claims_sampled(&text));
    }
}
