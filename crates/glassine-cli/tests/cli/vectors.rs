//! `glassine vectors`.

use serde_json::{Value, json};

use crate::messages::{CONTEXT, ESCAPE, MARKER, TRACEPARENT, UNSAMPLED, vector_files, vectors};
use crate::tool::{Output, file, run, silent};

#[test]
fn the_vectors_pass() {
    let files = vector_files();
    let paths: Vec<&str> =
        files.iter().map(|file| file.to_str().expect("a path that is text")).collect();
    let output = run(&[&["vectors"], &paths[..]].concat(), b"");
    assert_eq!(
        (output.code, &*output.stderr, output.text().lines().count()),
        (0, "", 1),
        "{}",
        output.text()
    );
    let all: usize = files.iter().map(|file| vectors(file).len()).sum();
    assert!(all > 0);
    assert_eq!(output.text(), format!("{all} vectors: {all} passed, 0 failed\n"));
}

#[test]
fn a_vector_that_disagrees_is_named() {
    let context = json!({
        "trace_id": &TRACEPARENT[3..35],
        "span_id": &TRACEPARENT[36..52],
        "trace_flags": "01",
    });
    let bare = json!({
        "verdict": "bare",
        "version": null,
        "fault": null,
        "sampled": false,
        "decision": null,
        "trace_flags": null,
        "trace_id": null,
        "span_id": null,
        "tracestate": null,
        "baggage": null,
        "text_map": [],
        "fan_out_weight": null,
        "thinning": null,
        "further_contexts": [],
        "fields": [],
        "carrier_faults": [],
        "payload_offset": 0,
        "payload_len": 2,
    });
    let not_enveloped = json!({"kind": "not_enveloped", "offset": 0});
    let zero = "0".repeat(16);
    let other_id = format!("{}1", "0".repeat(15));
    let cases = [
        (
            "read",
            json!({
                "form": "binary",
                "message": "7b7d",
                "reading": bare,
                "closed": "as mixed",
                "always": not_enveloped,
            }),
            "",
        ),
        (
            "read",
            json!({
                "form": "text",
                "message": "7b7d",
                "reading": bare,
                "closed": "as mixed",
                "always": "as mixed",
            }),
            "always is {\"kind\":\"not_enveloped\",\"offset\":0}, expected \"as mixed\"",
        ),
        (
            // Not UTF-8, which a reader does not ask for.
            "read",
            json!({
                "form": "text",
                "message": "fffe",
                "reading": bare,
                "closed": "as mixed",
                "always": not_enveloped,
            }),
            "",
        ),
        (
            "read",
            json!({
                "form": "binary",
                "message": ESCAPE,
                "reading": bare,
                "closed": "as mixed",
                "always": "as mixed",
            }),
            "reading.payload_len is 0, expected 2; reading.payload_offset is 8, expected 0; \
             reading.verdict is \"enveloped\", expected \"bare\"; reading.version is 1, \
             expected null",
        ),
        (
            "stream",
            json!({"message": ESCAPE, "answers": [{"arrived": 3, "answer": {"incomplete": 4}}]}),
            "",
        ),
        (
            "stream",
            json!({"message": ESCAPE, "answers": [{"arrived": 4, "answer": {"incomplete": 4}}]}),
            "answers is [{\"answer\":{\"incomplete\":8},\"arrived\":4}], expected \
             [{\"answer\":{\"incomplete\":4},\"arrived\":4}]",
        ),
        (
            "reparent",
            json!({
                "message": CONTEXT,
                "span_id": other_id,
                "result": format!("{}{other_id}", &CONTEXT[..48]),
            }),
            "",
        ),
        ("reparent", json!({"message": CONTEXT, "span_id": zero, "result": null}), ""),
        (
            "reparent",
            json!({"message": "7b", "span_id": other_id, "result": "7b"}),
            "result is null, expected \"7b\"",
        ),
        (
            "write",
            json!({"write": {"context": context, "fields": [], "payload": ""}, "result": CONTEXT}),
            "",
        ),
        (
            "write",
            json!({
                "write": {"context": "unsampled", "fields": [], "payload": "61"},
                "result": format!("{MARKER}61"),
            }),
            "",
        ),
        (
            "write",
            json!({
                "write": {"context": null, "fields": [{"type": 4, "value": "00"}], "payload": ""},
                "result": null,
            }),
            "",
        ),
        (
            "write",
            json!({"write": {"context": null, "fields": [], "payload": "9e"}, "result": "9e"}),
            "result is \"9e01c1de000000009e\", expected \"9e\"",
        ),
        (
            "traceparent",
            json!({"text": TRACEPARENT, "reading": context, "written": TRACEPARENT}),
            "",
        ),
        (
            "send",
            json!({
                "channel": "text",
                "sending": "on",
                "write": {"context": "unsampled", "fields": [], "payload": "ff"},
                "result": "ff",
            }),
            "result is null, expected \"ff\"",
        ),
        (
            "send",
            json!({
                "channel": "binary",
                "sending": "off",
                "write": {"context": context, "fields": [], "payload": "9e"},
                "result": format!("{CONTEXT}9e"),
            }),
            "result is \"9e\", expected \
             \"9e01c1de010300184bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b79e\"",
        ),
        (
            "reparent_text",
            json!({"message": "7b", "span_id": other_id, "result": "7b"}),
            "result is null, expected \"7b\"",
        ),
        (
            "shorten",
            json!({
                "shorten": {
                    "has_ids": false,
                    "fields": [{"type": 2, "value": "613d312c623d32"}],
                    "carrier_bytes": 9,
                },
                "result": [],
            }),
            "result is [{\"type\":2,\"value\":\"613d31\"}], expected []",
        ),
        (
            "members",
            json!({"list": "tracestate", "text": "613d31", "members": []}),
            "members is [{\"key\":\"a\",\"value\":\"1\"}], expected []",
        ),
        (
            "mask",
            json!({"context": context, "written": TRACEPARENT, "masked": UNSAMPLED}),
            "masked is \"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\", expected \
             \"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00\"",
        ),
        (
            "table",
            json!({"points": [], "recipients": 1, "one_in": 1}),
            "one_in is null, expected 1",
        ),
        (
            "weight",
            json!({"weight": 65_536, "one_in": 65_536, "result": 0}),
            "result is 4294967295, expected 0",
        ),
        (
            "thinned",
            json!({
                "message": MARKER,
                "receiver": null,
                "decision": "sampled",
                "weight": null,
            }),
            "decision is \"unsampled\", expected \"sampled\"",
        ),
        (
            "thin",
            json!({
                "context": context,
                "weight": null,
                "recipients": 1,
                "payload": "61",
                "result": "",
            }),
            "result is \"9e01c1de010300184bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b761\", \
             expected \"\"",
        ),
        (
            "traceparent",
            json!({"text": "", "fault": {"kind": "digit", "offset": 0}}),
            "fault.kind is \"length\", expected \"digit\"",
        ),
        (
            "traceparent",
            json!({"text": TRACEPARENT, "fault": {"kind": "digit", "offset": 0}}),
            "fault is null, expected {\"kind\":\"digit\",\"offset\":0}",
        ),
    ];
    for (i, (kind, mut vector, difference)) in cases.into_iter().enumerate() {
        vector["name"] = json!("mine");
        let path = file(
            &format!("vector-{i}.json"),
            json!({"kind": kind, "vectors": [vector]}).to_string(),
        );
        let path = path.to_str().expect("a path that is text");
        let expected = match difference {
            "" => "1 vectors: 1 passed, 0 failed\n".to_owned(),
            _ => format!("{path}: mine: {difference}\n1 vectors: 0 passed, 1 failed\n"),
        };
        assert_eq!(
            run(&["vectors", path], b""),
            silent(i32::from(!difference.is_empty()), expected.as_bytes())
        );
    }
}

/// What generated vectors leave out is compared all the same.
#[test]
fn vectors_on_lines_are_verified() {
    let generated = run(&["vectors", "spec/vectors/generated.jsonl"], b"");
    assert_eq!(generated, silent(0, b"4000 vectors: 4000 passed, 0 failed\n"));
    let bare = json!({"kind": "read", "name": "mine", "form": "binary", "message": "7b7d"});
    let with = |reading: Value, always: Value| {
        let mut vector = bare.clone();
        vector["reading"] = reading;
        vector["always"] = always;
        vector.to_string()
    };
    let refused = json!({"kind": "not_enveloped", "offset": 0});
    let cases = [
        (with(json!({"payload_len": 2}), refused.clone()), ""),
        (with(json!({}), refused.clone()), "reading.payload_len is 2, expected 0"),
        (
            with(json!({"payload_len": 2, "sampled": true}), refused),
            "reading.sampled is false, expected true",
        ),
        (
            with(json!({"payload_len": 2}), json!("as mixed")),
            "always is {\"kind\":\"not_enveloped\",\"offset\":0}, expected \"as mixed\"",
        ),
    ];
    for (i, (line, difference)) in cases.into_iter().enumerate() {
        let path = file(&format!("lines-{i}.jsonl"), line);
        let path = path.to_str().expect("a path that is text");
        let output = run(&["vectors", path], b"");
        assert_eq!(output.code, i32::from(!difference.is_empty()));
        assert!(output.text().contains(difference), "{}", output.text());
    }
}

#[test]
fn a_file_that_holds_no_vectors_is_a_failure() {
    let with = |kind: &str, vector: Value| json!({"kind": kind, "vectors": [vector]}).to_string();
    let cases = [
        ("{\n  \"kind\": read\n}".to_owned(), "not JSON: expected value at line 2 column 11"),
        (String::new(), "not JSON: EOF while parsing a value at line 1 column 0"),
        ("{}".to_owned(), "not a vector file: missing field `kind`"),
        (
            "[]".to_owned(),
            "not a vector file: invalid length 0, expected an object with `kind` and `vectors`",
        ),
        (json!({"kind": "read", "vectors": []}).to_string(), "the file holds no vectors"),
        (with("poem", json!({})), "no such kind of vectors: poem"),
        (with("read", json!({})), "vector 0, counted from 0, has no name"),
        (with("read", json!({"name": "mine"})), "mine: missing field `form`"),
        (
            with("read", json!({"name": "mine", "form": "verse", "message": ""})),
            "mine: no such form: verse",
        ),
        (
            with("read", json!({"name": "mine", "form": "binary", "message": "9E"})),
            "mine: not lower-case hexadecimal: invalid symbol at 1",
        ),
        (
            with("read", json!({"name": "mine", "form": "binary", "message": ""})),
            "mine: missing field `reading`",
        ),
        (
            with("reparent", json!({"name": "mine", "message": "", "span_id": "00"})),
            "mine: 1 bytes are not the right number",
        ),
        (
            with("stream", json!({"name": "mine", "message": "", "answers": [{"arrived": 1}]})),
            "mine: the message has no 1 bytes",
        ),
    ];
    for (i, (content, clause)) in cases.into_iter().enumerate() {
        let path = file(&format!("no-vectors-{i}.json"), content);
        let path = path.to_str().expect("a path that is text");
        let stderr = format!("glassine: {path}: {clause}\n");
        let stdout = b"0 vectors: 0 passed, 0 failed\n".to_vec();
        assert_eq!(run(&["vectors", path], b""), Output { code: 1, stdout, stderr });
    }
    let lines = [
        ("", "the file holds no vectors"),
        ("{\"kind\":\"rate\"", "line 1: not JSON: EOF while parsing an object at line 1 column 14"),
        ("{}", "line 1: missing field `kind`"),
        ("{\"kind\":\"poem\"}", "no such kind of vectors: poem"),
    ];
    for (i, (content, clause)) in lines.into_iter().enumerate() {
        let path = file(&format!("no-vectors-{i}.jsonl"), content);
        let path = path.to_str().expect("a path that is text");
        let stderr = format!("glassine: {path}: {clause}\n");
        let stdout = b"0 vectors: 0 passed, 0 failed\n".to_vec();
        assert_eq!(run(&["vectors", path], b""), Output { code: 1, stdout, stderr });
    }
    let missing = run(&["vectors", "missing.json", "spec/vectors/stream.json"], b"");
    assert_eq!(
        missing.stderr,
        "glassine: missing.json: cannot read the file: No such file or directory (os error 2)\n"
    );
    assert_eq!(missing.code, 1);
    assert!(
        missing.text().ends_with(" passed, 0 failed\n") && !missing.text().starts_with('0'),
        "the others are verified"
    );

    let schema = run(&["vectors", "spec/vectors/schema.json"], b"");
    assert_eq!(schema, silent(1, b"0 vectors: 0 passed, 0 failed\n"));
}
