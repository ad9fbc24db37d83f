//! What does not reach the terminal: baggage, and what would move the cursor.

use serde_json::{Value, json};

use crate::messages::hex;
use crate::tool::{file, run};

#[test]
fn baggage_values_are_hidden_unless_asked_for() {
    let wrap = |baggage: &str| run(&["wrap", "--baggage", baggage], b"hi").stdout;
    let cases = [
        (wrap("userId=secret7"), "userId=…"),
        (wrap("userId=secret7;ttl=secret8,region = secret9"), "userId=…,region=…"),
        // Not one by W3C's grammar: whatever is in it may be a value.
        (wrap("secret7,a b=secret8,ok="), "…,…,ok=…"),
    ];
    for (message, hidden) in &cases {
        for arguments in
            [&["inspect"][..], &["inspect", "--json"], &["inspect", "--lines"], &["check", "-v"]]
        {
            let output = run(arguments, message);
            assert!(!output.text().contains("secret"), "{}", output.text());
            assert!(
                !output.text().contains("73 65 63") && !output.text().contains("736563"),
                "{}",
                output.text()
            );
        }
        let output = run(&["inspect", "--json"], message);
        assert_eq!(output.json()["baggage"], *hidden);
        assert_eq!(output.json()["fields"][0]["value"], Value::Null);
        assert!(run(&["inspect"], message).text().contains(hidden));

        let shown = run(&["inspect", "--show-baggage", "--json"], message);
        assert!(shown.text().contains("secret7") && shown.text().contains("73656372657437"));
    }

    // Encoded, it is as easy to read as in hexadecimal.
    let text = run(&["wrap", "--out", "text", "--baggage", "userId=secret7"], b"hi").stdout;
    let encoded =
        std::str::from_utf8(&text).expect("text").split(';').nth(1).expect("header and carrier");
    for (arguments, is_shown) in [
        (&["inspect", "--in", "text"][..], false),
        (&["inspect", "--in", "text", "--show-baggage"], true),
    ] {
        let output = run(arguments, &text);
        assert_eq!(
            output.text().contains(encoded.get(..16).expect("a row")),
            is_shown,
            "{}",
            output.text()
        );
        assert_eq!(output.text().contains("secret7"), is_shown, "{}", output.text());
    }

    // A careless sender put it into a text-map entry, where it does not belong: Baggage, user=7.
    let text_map = hex("9e01c1de0000001103000e0742616767616765757365723d37");
    let output = run(&["inspect"], &text_map);
    assert!(
        output.text().contains("text-map entry   (hidden; see --show-baggage)"),
        "{}",
        output.text()
    );
    assert!(!output.text().contains("user"), "{}", output.text());
    assert_eq!(run(&["inspect", "--json"], &text_map).json()["fields"][0]["value"], Value::Null);
}

/// What a stranger sent does not reach the terminal as it is.
#[test]
fn control_characters_are_escaped() {
    let evil = "\u{1b}[31m\u{7}\u{9b}2J\u{202e}\u{7f}\\\r";
    let entry = format!("b3={evil}");
    let message = run(&["wrap", "--text-map", &entry], evil.as_bytes()).stdout;
    let output = run(&["inspect", "--color", "never"], &message);
    let escaped = r"\u{1b}[31m\u{7}\u{9b}2J\u{202e}\u{7f}\\\r";
    assert!(output.text().contains(&format!("b3 = {escaped}\n")), "{}", output.text());
    assert!(output.text().contains(&format!(": {escaped}\n")), "{}", output.text());

    let json = run(&["inspect", "--json"], &message);
    assert_eq!(json.json()["text_map"][0]["value"], evil);
    assert!(json.text().contains(r"\u001b[31m\u0007\u009b2J\u202e\u007f\\\r"), "{}", json.text());

    let vector = json!({"name": evil, "text": "", "fault": {"kind": evil, "offset": 0}});
    let vectors = json!({"kind": "traceparent", "vectors": [vector]});
    let vectors = file("evil.json", vectors.to_string());
    let vectors = run(&["vectors", vectors.to_str().expect("text")], b"");
    let option = run(&["wrap", "--text-map", evil], b"");
    let name = run(&["unwrap", evil], b"");
    let damaged = run(&["unwrap"], &hex("9e01c1de"));
    for text in
        [output.text(), json.text(), vectors.text(), &option.stderr, &name.stderr, &damaged.stderr]
    {
        assert!(
            !text.is_empty()
                && !text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'),
            "{text:?}"
        );
    }
}
