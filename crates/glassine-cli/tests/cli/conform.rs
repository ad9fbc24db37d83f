//! `glassine conform`.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::messages::{CONTEXT, vector_files, vectors};
use crate::tool::{Output, file, run};

const PYTHON: [&str; 2] = ["python3", "spec/readers/python/conform.py"];
const PERL: &str = "spec/readers/perl/minimal.pl";

/// A file with this one `read` vector: a context frame with the payload `hi`.
fn one_vector(name: &str) -> String {
    let vector = json!({
        "name": "mine",
        "shows": "A context.",
        "requirements": ["R-FRAME-4", "R-FIELD-1"],
        "form": "binary",
        "message": format!("{CONTEXT}6869"),
        "reading": {
            "verdict": "enveloped",
            "sampled": true,
            "decision": "sampled",
            "trace_flags": "01",
            "trace_id": &CONTEXT[16..48],
            "span_id": &CONTEXT[48..],
            "fault": null,
            "payload_offset": 32,
            "payload_len": 2,
        },
        "closed": "as mixed",
        "always": "as mixed",
    });
    let path = file(name, json!({"kind": "read", "vectors": [vector]}).to_string());
    path.to_str().expect("a path that is text").to_owned()
}

/// Asks a shell script that vector.
fn ask(name: &str, options: &[&str], script: &str) -> Output {
    let vectors = one_vector(&format!("conform-{name}.json"));
    let arguments = [&["conform", "--vectors", &vectors], options, &["--", "sh", "-c", script]];
    run(&arguments.concat(), b"")
}

/// The tool has every vector, and a reader that keeps everything is told so.
#[test]
fn the_python_reader_conforms() {
    let all: Vec<Value> = vector_files().iter().flat_map(|file| vectors(file)).collect();
    let requirements: BTreeSet<&str> = all
        .iter()
        .flat_map(|vector| vector["requirements"].as_array().expect("a list"))
        .map(|requirement| requirement.as_str().expect("a string"))
        .collect();
    let output = run(&[&["conform", "--"], &PYTHON[..]].concat(), b"");
    assert_eq!((output.code, &*output.stderr), (0, ""), "{}", output.text());
    let right = |line: &str| -> usize {
        let (_, tally) = line.split_once(": ").expect("a kind");
        let (right, rest) = tally.split_once(' ').expect("a number");
        assert_eq!(rest, "right, 0 wrong, 0 not offered", "{line}");
        right.parse().expect("a number")
    };
    let (kinds, summary) = output.text().trim_end().rsplit_once('\n').expect("more than one line");
    assert_eq!(kinds.lines().map(right).sum::<usize>(), all.len());
    let kept = format!("requirements: {} kept, 0 broken, 0 not offered", requirements.len());
    assert_eq!(summary, kept);

    let minimal = run(&[&["conform", "--profile", "minimal", "--"], &PYTHON[..]].concat(), b"");
    assert_eq!(minimal.code, 0, "{}", minimal.text());
}

#[test]
fn a_minimal_reader_is_judged_by_its_profile() {
    let minimal = run(&["conform", "--profile", "minimal", "--", "perl", PERL], b"");
    assert_eq!((minimal.code, &*minimal.stderr), (0, ""), "{}", minimal.text());
    assert!(minimal.text().contains(" 0 wrong, 0 not offered"), "{}", minimal.text());

    // It has no text form and writes nothing; it names no faults either, and does not lie.
    let full = run(&["conform", "--", "perl", PERL], b"");
    assert_eq!((full.code, &*full.stderr), (0, ""), "{}", full.text());
    assert!(full.text().contains("write: 0 right, 0 wrong, "), "{}", full.text());
}

/// Wrong readers, by the requirement that each of them breaks.
#[test]
fn what_is_wrong_is_named_by_requirement() {
    let good = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../spec/readers/perl/minimal.pl"
    ));
    let good = good.expect("the minimal reader");
    let cases = [
        ("x06-\\x08", "x05-\\x08", "R-INV-2"),
        ("$shape & 0xF0 or ", "", "R-INV-4"),
        ("$n < 24", "$n < 23", "R-FRAME-4"),
        (" > $cap", " >= $cap", "R-LIMIT-1"),
        ("$m =~ /^", "$m =~ /", "R-READ-2"),
        ("if $version != 1;", "if $version > 2;", "R-READ-4"),
        ("decision => undef, ", "", "R-READ-8"),
        ("$flags && !$decided or ", "", "R-INV-3"),
    ];
    for (i, (from, to, requirement)) in cases.into_iter().enumerate() {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        let path = file(&format!("minimal-{i}.pl"), bad);
        let path = path.to_str().expect("a path that is text");
        let output = run(&["conform", "--profile", "minimal", "--", "perl", path], b"");
        assert_eq!(output.code, 1, "{from}: {}", output.text());
        let named = output
            .text()
            .lines()
            .any(|line| line.starts_with(&format!("{requirement}: ")) && line.contains(" wrong: "));
        assert!(named, "{from}: {}", output.text());
    }
}

#[test]
fn an_answer_is_compared_key_by_key() {
    let whole = format!(
        "\"verdict\":\"enveloped\",\"sampled\":true,\"decision\":\"sampled\",\
         \"trace_flags\":\"01\",\"trace_id\":\"{}\",\"span_id\":\"{}\"",
        &CONTEXT[16..48],
        &CONTEXT[48..],
    );
    let minimal = ["--profile", "minimal"];
    let base64 = ["--bytes", "base64"];
    let cases: [(&[&str], String, &str); 12] = [
        (&minimal, format!("{whole},\"payload\":\"6869\""), ""),
        // In either case, and by its place.
        (&minimal, format!("{whole},\"payload\":\"6869\",\"fault\":7"), ""),
        (&[], format!("{whole},\"payload_offset\":32,\"payload_len\":2"), ""),
        (&[], "\"verdict\":\"enveloped\",\"payload\":\"6869\"".to_owned(), ""),
        (&base64, "\"verdict\":\"enveloped\",\"payload\":\"aGk=\"".to_owned(), ""),
        (
            &base64,
            "\"verdict\":\"enveloped\",\"payload\":\"6869\"".to_owned(),
            "payload is \"ebcebd\", expected \"6869\"",
        ),
        (&minimal, whole.clone(), "payload is missing"),
        (
            &[],
            "\"verdict\":\"bare\",\"payload\":\"6869\"".to_owned(),
            "verdict is \"bare\", expected \"enveloped\"",
        ),
        (&[], "\"payload\":\"6869\"".to_owned(), "verdict is missing"),
        (
            &[],
            format!("{whole},\"payload_offset\":31,\"payload_len\":2"),
            "payload_offset is 31, expected 32",
        ),
        (
            &[],
            format!("{whole},\"payload\":\"6869\",\"always\":null"),
            "always is null, expected \"as mixed\"",
        ),
        (&[], format!("{whole},\"payload\":\"6869\",\"fault\":{{}}"), "fault is {}, expected null"),
    ];
    for (i, (options, answer, difference)) in cases.into_iter().enumerate() {
        let script = format!("cat > /dev/null; echo '{{{answer}}}'");
        let output = ask(&format!("answer-{i}"), options, &script);
        let requirements = if options == minimal { 1 } else { 2 };
        if difference.is_empty() {
            let text = format!(
                "read: 1 right, 0 wrong, 0 not offered\n\
                 requirements: {requirements} kept, 0 broken, 0 not offered\n"
            );
            assert_eq!((output.code, output.text()), (0, &*text), "{answer}");
        } else {
            assert_eq!(output.code, 1, "{answer}");
            let line = format!("R-FRAME-4: 1 of 1 wrong: mine: {difference}\n");
            assert!(output.text().contains(&line), "{}", output.text());
        }
    }
}

/// What is written to the program.
#[test]
fn a_question_is_the_vector_without_its_answer() {
    let asked = file("asked.txt", "");
    let path = asked.to_str().expect("a path that is text");
    let script = format!("cat > {path}; echo '{{\"unsupported\":true}}'");
    ask("question", &[], &script);
    let question = fs::read_to_string(&asked).expect("what was asked");
    let expected = json!({"ask": "read", "form": "binary", "message": format!("{CONTEXT}6869")});
    assert_eq!(question, format!("{expected}\n"));
    ask("question-base64", &["--bytes", "base64"], &script);
    let question = fs::read_to_string(&asked).expect("what was asked");
    assert!(question.contains("\"message\":\"ngHB3gEDABhL+S81"), "{question}");

    let stream = json!({
        "name": "mine",
        "shows": "An escape.",
        "requirements": ["R-STREAM-1"],
        "message": "9e01c1de00000000",
        "answers": [{"arrived": 3, "answer": {"incomplete": 4}}],
    });
    let vectors = file("asked.json", json!({"kind": "stream", "vectors": [stream]}).to_string());
    let vectors = vectors.to_str().expect("a path that is text");
    let script = format!("cat > {path}; echo '{{\"answers\":[{{\"incomplete\":4}}]}}'");
    let output = run(&["conform", "--vectors", vectors, "--", "sh", "-c", &script], b"");
    assert_eq!(output.code, 0, "{}", output.text());
    let question = fs::read_to_string(&asked).expect("what was asked");
    let expected = json!({"ask": "stream", "message": "9e01c1de00000000", "arrived": [3]});
    assert_eq!(question, format!("{expected}\n"));
}

#[test]
fn a_program_that_does_not_answer_is_a_failure() {
    let cases = [
        ("exit 0", "sh: its output ended at mine, after 0 of 1 answers"),
        ("exec sleep 30", "sh: no answer to mine within 1 seconds"),
        ("echo {}; echo {}", "sh: more answers than questions"),
        ("echo {}; exec sleep 30", "sh: it does not end"),
    ];
    for (i, (script, sentence)) in cases.into_iter().enumerate() {
        let output = ask(&format!("silent-{i}"), &["--timeout", "1"], script);
        let expected = (1, format!("glassine: {sentence}\n"));
        assert_eq!((output.code, output.stderr), expected, "{script}");
    }
    let missing = run(&["conform", "--", "/no/such/program"], b"");
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.starts_with("glassine: cannot start /no/such/program: "));

    let nothing = ask("nothing", &[], "echo '{\"unsupported\":true}'");
    let expected = "read: 0 right, 0 wrong, 1 not offered\n\
                    requirements: 0 kept, 0 broken, 2 not offered\n";
    assert_eq!((nothing.code, nothing.text()), (1, expected));
    for (i, (answer, sentence)) in [
        ("[]", "no JSON object"),
        ("{", "not JSON: EOF while parsing an object at line 1 column 1"),
    ]
    .into_iter()
    .enumerate()
    {
        let output = ask(&format!("no-answer-{i}"), &[], &format!("echo '{answer}'"));
        assert_eq!(output.code, 1);
        assert!(output.text().contains(&format!("the answer is {sentence}\n")));
    }
    let rate = ["conform", "--profile", "minimal", "--vectors", "spec/vectors/rate.json", "--"];
    let none = run(&[&rate[..], &["true"]].concat(), b"");
    let sentence = "glassine: there are no vectors of this profile\n";
    assert_eq!((none.code, &*none.stderr), (1, sentence));
    assert_eq!(run(&["conform"], b"").code, 2);
}
