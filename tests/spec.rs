//! The specification holds together: every requirement is covered, every citation exists and leads
//! where it says, every example is a vector.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER_PERMISSIVE;
use serde_json::Value;

const SPEC: &str = include_str!("../spec/glassine.md");
const RATIONALE: &str = include_str!("../spec/rationale.md");

#[test]
fn every_requirement_is_covered_by_a_vector_or_a_test() {
    let mut cited = cited_by_vectors();
    for file in files("tests", "rs") {
        cited.extend(identifiers(&read(&file)));
    }
    let defined = defined_requirements();
    let uncovered: Vec<_> = defined.difference(&cited).collect();
    assert!(
        uncovered.is_empty(),
        "requirements that neither a vector nor a test cites: {uncovered:?}"
    );
    println!("{} requirements, all covered", defined.len());
}

#[test]
fn every_cited_requirement_exists() {
    let mut defined = defined_requirements();
    defined.extend(operator_rules());
    for directory in ["src", "crates", "tests", "fuzz", "spec", "benches", "examples"] {
        for ending in ["rs", "md", "py", "json"] {
            for file in files(directory, ending) {
                let unknown: Vec<_> =
                    identifiers(&read(&file)).difference(&defined).cloned().collect();
                assert!(
                    unknown.is_empty(),
                    "{} cites what the specification does not have: {unknown:?}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn every_cited_section_and_law_exists() {
    let sections: BTreeSet<String> = headings().into_iter().map(|heading| heading.name).collect();
    let laws: BTreeSet<String> = (1..=10).map(|law| law.to_string()).collect();
    for law in &laws {
        assert!(RATIONALE.contains(&format!("\n{law}. **")), "law {law} is not in the rationale");
    }
    let mut count = 0;
    for file in sources() {
        let text = prose(&read(&file));
        for (words, exist) in [(["section", "sections"], &sections), (["law", "laws"], &laws)] {
            for number in numbers_after(&text, words) {
                assert!(exist.contains(&number), "{}: {} {number}", file.display(), words[0]);
                count += 1;
            }
        }
    }
    println!("{count} citations of sections and laws");
}

/// rustdoc looks whether there is a page, and not whether there is such a heading.
#[test]
fn every_link_to_the_specification_leads_to_what_it_names() {
    let headings = headings();
    let mut count = 0;
    for file in sources() {
        for line in read(&file).lines() {
            let Some((label, link)) = line.split_once("]: ") else { continue };
            let Some((_, fragment)) = link.split_once("::spec#") else { continue };
            let name = label.trim_start_matches(['/', '!', ' ', '[']).trim_matches('`');
            let name = name.trim_start_matches("section ").trim_start_matches("appendix ");
            let heading = headings.iter().find(|heading| heading.fragment == fragment);
            let heading = heading.unwrap_or_else(|| panic!("{}: {line}", file.display()));
            assert!(
                heading.name == name || heading.defines.contains(name),
                "{}: this is not under the heading: {line}",
                file.display()
            );
            count += 1;
        }
    }
    assert!(count > 0, "there are no links");
    println!("{count} links");
}

#[test]
fn requirement_identifiers_are_unique() {
    let mut seen = BTreeSet::new();
    for identifier in SPEC.lines().filter_map(definition) {
        assert!(seen.insert(identifier.clone()), "{identifier} is defined twice");
    }
}

#[test]
fn examples_are_the_vectors() {
    let messages = vector_messages();
    let mut count = 0;
    for (name, block) in examples("<!-- vector: ") {
        let hex: String =
            block.lines().map(|line| line.split(';').next().unwrap_or_default()).collect();
        let hex: String = hex.split_whitespace().collect();
        let bytes = HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).expect("an example is hexadecimal");
        assert_eq!(Some(&bytes), messages.get(&name), "the example {name} is not the vector");
        count += 1;
    }
    for (name, block) in examples("<!-- vector-text: ") {
        assert_eq!(
            Some(block.trim_end().as_bytes()),
            messages.get(&name).map(Vec::as_slice),
            "the example {name}"
        );
        count += 1;
    }
    let marked = SPEC.matches("<!-- vector").count();
    assert!(count == marked && marked > 0, "{count} of {marked} marked examples were compared");
}

/// Example blocks by the vector's name that the comment above them gives.
fn examples(marker: &str) -> Vec<(String, &'static str)> {
    let example = |after: &'static str| {
        let (name, rest) =
            after.split_once(" -->\n```text\n").expect("a marker stands directly above its block");
        let (block, _) = rest.split_once("```").expect("a block ends");
        (name.to_owned(), block)
    };
    SPEC.split(marker).skip(1).map(example).collect()
}

/// `[R-…]` or `[O-…]` at the beginning of a line or a list item defines it.
fn definition(line: &str) -> Option<String> {
    let line = line.trim_start();
    let after = line.strip_prefix("- ").unwrap_or(line).strip_prefix('[')?;
    let (identifier, _) = after.split_once(']')?;
    is_identifier(identifier).then(|| identifier.to_owned())
}

/// A heading of the specification, with what is defined below it.
struct Heading {
    /// The number of the section, or the letter of the appendix; empty for other headings.
    name: String,
    /// What stands behind the `#` of a link, in rustdoc and elsewhere.
    fragment: String,
    defines: BTreeSet<String>,
}

fn headings() -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    for line in SPEC.lines() {
        if let Some(title) = line.strip_prefix("### ").or_else(|| line.strip_prefix("## ")) {
            let name = title.strip_prefix("Appendix ").unwrap_or(title);
            let name = name.split([' ', ':']).next().unwrap_or_default().trim_end_matches('.');
            let is_name = name.len() == 1 || name.starts_with(|c: char| c.is_ascii_digit());
            let spelled = title.to_lowercase().replace(' ', "-");
            headings.push(Heading {
                name: if is_name { name.to_owned() } else { String::new() },
                fragment: spelled.replace(|c: char| !c.is_alphanumeric() && c != '-', ""),
                defines: BTreeSet::new(),
            });
        } else if let Some(last) = headings.last_mut() {
            last.defines.extend(definition(line));
            last.defines.extend(identifiers(line).into_iter().filter(|id| id.starts_with("O-")));
        }
    }
    headings
}

/// The Rust sources whose comments cite the specification.
fn sources() -> Vec<PathBuf> {
    let directories = ["src", "crates", "tests", "fuzz", "benches", "examples"];
    directories.iter().flat_map(|directory| files(directory, "rs")).collect()
}

/// The comments of a source, as if each of them were on one line.
fn prose(source: &str) -> String {
    let comments = source.lines().filter_map(|line| line.trim_start().strip_prefix("//"));
    comments.map(|line| line.trim_start_matches(['/', '!'])).collect::<Vec<_>>().join(" ")
}

/// The numbers that follow one of these words: `sections 5.3, [6] and 9 to 11`. Those of an RFC are
/// not meant.
fn numbers_after(text: &str, words: [&str; 2]) -> Vec<String> {
    let bare = |word: &str| word.trim_matches(['[', ']', '(', ')', ',', '.', ';', ':']).to_owned();
    let is_number = |word: &String| word.starts_with(|c: char| c.is_ascii_digit());
    let all: Vec<_> = text.split_whitespace().map(bare).collect();
    let mut numbers = Vec::new();
    for (at, word) in all.iter().enumerate() {
        let is_of_rfc =
            at.checked_sub(2).and_then(|before| all.get(before)).is_some_and(|w| w == "RFC");
        if is_of_rfc || !words.contains(&word.to_lowercase().as_str()) {
            continue;
        }
        let after = all.iter().skip(at + 1);
        let listed = after.take_while(|word| is_number(word) || matches!(&word[..], "and" | "to"));
        numbers.extend(listed.filter(|word| is_number(word)).cloned());
    }
    numbers
}

fn defined_requirements() -> BTreeSet<String> {
    SPEC.lines().filter_map(definition).filter(|identifier| identifier.starts_with("R-")).collect()
}

/// Rules for operators, wherever they stand: no bytes can show them.
fn operator_rules() -> BTreeSet<String> {
    identifiers(SPEC).into_iter().filter(|identifier| identifier.starts_with("O-")).collect()
}

/// Everything in a text that looks like `R-READ-1` or `O-SEC-1`.
fn identifiers(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'))
        .filter(|word| is_identifier(word))
        .map(str::to_owned)
        .collect()
}

fn is_identifier(word: &str) -> bool {
    let parts: Vec<_> = word.split('-').collect();
    matches!(parts[..], ["R" | "O", group, number]
        if !group.is_empty() && !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit()))
}

fn vectors() -> Vec<Value> {
    let files =
        files("spec/vectors", "json").into_iter().filter(|file| !file.ends_with("schema.json"));
    let vectors: Vec<Value> = files
        .flat_map(|file| {
            let json: Value = serde_json::from_str(&read(&file)).expect("a vector file is JSON");
            json["vectors"].as_array().expect("a vector file has vectors").clone()
        })
        .collect();
    assert!(!vectors.is_empty(), "there are no vectors");
    vectors
}

fn cited_by_vectors() -> BTreeSet<String> {
    let requirements = |vector: &Value| vector["requirements"].as_array().expect("a list").clone();
    vectors()
        .iter()
        .flat_map(requirements)
        .map(|id| id.as_str().expect("a string").to_owned())
        .collect()
}

fn vector_messages() -> BTreeMap<String, Vec<u8>> {
    let message = |vector: &Value| {
        let hex = vector["message"].as_str()?;
        let bytes = HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).expect("a message is hexadecimal");
        Some((vector["name"].as_str()?.to_owned(), bytes))
    };
    vectors().iter().filter_map(message).collect()
}

/// All files with this ending below a directory of the repository, but for build output.
fn files(directory: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(directory)];
    while let Some(directory) = left.pop() {
        let Ok(entries) = fs::read_dir(&directory) else { continue };
        for path in entries.map(|entry| entry.expect("a readable directory").path()) {
            let skipped = path.file_name().is_some_and(|name| name == "target" || name == "corpus");
            if path.is_dir() && !skipped {
                left.push(path);
            } else if path.extension().is_some_and(|this| this == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
