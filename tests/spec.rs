//! The specification holds together: every requirement is covered, every citation exists and leads
//! where it says, every example is a vector.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER_PERMISSIVE;
use serde_json::Value;

const RATIONALE: &str = include_str!("../spec/rationale.md");

/// The documents of the specification, in the order of the documentation page.
const DOCUMENTS: [(&str, &str); 11] = [
    ("glassine.md", include_str!("../spec/glassine.md")),
    ("relay.md", include_str!("../spec/relay.md")),
    ("streams.md", include_str!("../spec/streams.md")),
    ("text.md", include_str!("../spec/text.md")),
    ("w3c.md", include_str!("../spec/w3c.md")),
    ("fan-out.md", include_str!("../spec/fan-out.md")),
    ("shortening.md", include_str!("../spec/shortening.md")),
    ("operations.md", include_str!("../spec/operations.md")),
    ("related.md", include_str!("../spec/related.md")),
    ("implementing.md", include_str!("../spec/implementing.md")),
    ("registries.md", include_str!("../spec/registries.md")),
];

/// What is in the folder of the specification and is no part of it.
const COMPANIONS: [&str; 2] = ["README.md", "rationale.md"];

#[test]
fn the_documentation_page_holds_every_document() {
    let folder = fs::read_dir(root().join("spec")).expect("the specification's folder");
    let names = folder.map(|entry| entry.expect("an entry").file_name().into_string().unwrap());
    let mut files: Vec<_> = names.filter(|name| name.ends_with(".md")).collect();
    let mut known: Vec<_> = DOCUMENTS.iter().map(|(name, _)| *name).chain(COMPANIONS).collect();
    files.sort();
    known.sort_unstable();
    assert_eq!(files, known);
    let page = read(&root().join("src/spec.rs"));
    let included: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("#![doc = include_str!(\"../spec/"))
        .map(|line| line.trim_end_matches("\")]"))
        .collect();
    assert_eq!(included, DOCUMENTS.map(|(name, _)| name));
}

/// In the files, and on the documentation page, where labels lead elsewhere.
#[test]
fn every_link_between_the_documents_leads_to_a_heading() {
    let page = read(&root().join("src/spec.rs"));
    let of_page: BTreeMap<_, _> =
        page.lines().filter_map(|line| link(line.trim_start_matches("//! "))).collect();
    let mut count = 0;
    for (name, text) in DOCUMENTS {
        for (label, target) in text.lines().filter_map(link) {
            let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
            let path = root().join("spec").join(file);
            assert!(path.exists(), "{name}: [{label}] leads to no file: {target}");
            let is_there = |at: Option<&str>, fragment: &str| {
                headings().iter().any(|heading| {
                    heading.fragment == fragment && at.is_none_or(|file| heading.document == file)
                })
            };
            let leads = fragment.is_empty() || is_there(Some(file), fragment);
            assert!(leads, "{name}: [{label}] leads to no heading: {target}");
            let on_page = of_page.get(label);
            let on_page =
                on_page.unwrap_or_else(|| panic!("src/spec.rs: no place for [{label}] of {name}"));
            let leads = on_page.strip_prefix('#').is_none_or(|fragment| is_there(None, fragment));
            assert!(leads, "src/spec.rs: [{label}] leads to no heading: {on_page}");
            count += 1;
        }
    }
    assert!(count > DOCUMENTS.len(), "{count} links");
}

/// `[label]: target`, by itself on a line.
fn link(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix('[')?.split_once("]: ").filter(|(label, _)| !label.contains(' '))
}

/// Other languages have nothing but vectors.
#[test]
fn every_requirement_has_a_vector() {
    let defined = defined_requirements();
    let mut cited = cited_by_vectors();
    // The outer length is of a codec, and not of a message: the codec's tests cite it.
    let codec = files("crates/glassine-tokio/tests", "rs");
    let of_codec = codec.iter().flat_map(|file| identifiers(&read(file)));
    cited.extend(of_codec.filter(|identifier| identifier.starts_with("R-FRAMED-")));
    let uncovered: Vec<_> = defined.difference(&cited).cloned().collect();
    assert_eq!(uncovered, Vec::<String>::new(), "requirements without a vector");
    println!("{} requirements, all with vectors", defined.len());
}

#[test]
fn every_cited_requirement_exists() {
    let mut count = 0;
    for ending in ["rs", "md", "py", "json", "ksy", "abnf", "toml"] {
        for file in files(".", ending) {
            let text = read(&file);
            let unknown = unknown_identifiers(&text);
            assert!(
                unknown.is_empty(),
                "{} cites what the specification does not have: {unknown:?}",
                file.display()
            );
            count += identifiers(&text).len();
        }
    }
    println!("{count} citations");
}

/// The control: what is only cited does not exist, not even in the specification's own prose.
#[test]
fn a_citation_does_not_define_what_it_cites() {
    let cited = ["R-NONE", "O-NONE"].map(|group| format!("{group}-1"));
    let text = format!("Such as [{}], or `{}`.", cited[0], cited[1]);
    assert_eq!(unknown_identifiers(&text), BTreeSet::from(cited));
    assert_eq!(definition(&text), None);
    assert_eq!(unknown_identifiers("[R-READ-1] and `O-CHAN-1`"), BTreeSet::new());
}

fn unknown_identifiers(text: &str) -> BTreeSet<String> {
    identifiers(text).difference(&all_definitions()).cloned().collect()
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
    for identifier in lines().filter_map(definition) {
        assert!(seen.insert(identifier.clone()), "{identifier} is defined twice");
    }
}

#[test]
fn examples_are_the_vectors() {
    let messages = vector_bytes("message");
    let results = vector_bytes("result");
    let mut count = 0;
    for (name, block) in examples("<!-- vector: ") {
        assert_eq!(Some(&from_dump(block)), messages.get(&name), "the example {name}");
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
    for (name, block) in examples("<!-- vector-result: ") {
        assert_eq!(Some(&from_dump(block)), results.get(&name), "the example {name}");
        count += 1;
    }
    let marked: usize = DOCUMENTS.iter().map(|(_, text)| text.matches("<!-- vector").count()).sum();
    assert!(count == marked && marked > 0, "{count} of {marked} marked examples were compared");
}

/// R-FAN-1 against R-FAN-4: the whole numbers of the published table are those of its points.
#[test]
#[cfg(feature = "policy")]
fn the_default_table_is_published_in_whole_numbers() {
    use glassine::policy::FanOut;

    let row = |name: &str| -> Vec<String> {
        let row = lines().map(str::trim).find(|line| line.starts_with(name)).expect("a row");
        row.split('|').skip(2).map(|cell| cell.trim().replace(',', "")).collect()
    };
    let from = row("| *r*, from |");
    let from: Vec<u32> = from.iter().filter_map(|cell| cell.parse().ok()).collect();
    let n = row("| *N* |");
    assert_eq!((from.len(), n.len()), (12, 13), "a row ends with a bar");
    for recipients in 0..=20_000 {
        let column = from.partition_point(|first| *first <= recipients.max(1)) - 1;
        let expected = match n[column].as_str() {
            "⌊(*r* + 5) / 10⌋" => (recipients + 5) / 10,
            number => number.parse().expect("a whole number"),
        };
        assert_eq!(FanOut::DEFAULT.one_in(recipients).get(), expected, "{recipients} recipients");
    }
}

/// Bytes in hexadecimal, with comments behind semicolons.
fn from_dump(block: &str) -> Vec<u8> {
    let hex: String =
        block.lines().map(|line| line.split(';').next().unwrap_or_default()).collect();
    let hex: String = hex.split_whitespace().collect();
    HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).expect("an example is hexadecimal")
}

/// Example blocks by the vector's name that the comment above them gives.
fn examples(marker: &str) -> Vec<(String, &'static str)> {
    let example = |after: &'static str| {
        let (name, rest) =
            after.split_once(" -->\n```text\n").expect("a marker stands directly above its block");
        let (block, _) = rest.split_once("```").expect("a block ends");
        (name.to_owned(), block)
    };
    let of_document = |(_, text): (_, &'static str)| text.split(marker).skip(1).map(example);
    DOCUMENTS.into_iter().flat_map(of_document).collect()
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
    document: &'static str,
    /// The number of the section, or the letter of the appendix; empty for other headings.
    name: String,
    /// What stands behind the `#` of a link, in rustdoc and elsewhere.
    fragment: String,
    defines: BTreeSet<String>,
}

fn headings() -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    for (document, text) in DOCUMENTS {
        for line in text.lines() {
            let title = line.trim_start_matches('#');
            if let Some(title) =
                title.strip_prefix(' ').filter(|title| title.len() + 1 < line.len())
            {
                let spelled = title.to_lowercase().replace(' ', "-");
                headings.push(Heading {
                    document,
                    name: section_or_appendix(title).unwrap_or_default().to_owned(),
                    fragment: spelled.replace(|c: char| !c.is_alphanumeric() && c != '-', ""),
                    defines: BTreeSet::new(),
                });
            } else if let Some(last) = headings.last_mut() {
                last.defines.extend(definition(line));
            }
        }
    }
    headings
}

/// The `5.2` of `5.2 Fields`, the `E` of `Appendix E: Registries`.
fn section_or_appendix(title: &str) -> Option<&str> {
    match title.split_once("ppendix ") {
        Some((_, appendix)) => appendix.get(..1),
        None => {
            let first = title.split(' ').next()?.trim_end_matches('.');
            first.starts_with(|c: char| c.is_ascii_digit()).then_some(first)
        }
    }
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

/// What bytes can show.
fn defined_requirements() -> BTreeSet<String> {
    all_definitions().into_iter().filter(|identifier| identifier.starts_with("R-")).collect()
}

/// Rules for operators as well.
fn all_definitions() -> BTreeSet<String> {
    lines().filter_map(definition).collect()
}

fn lines() -> impl Iterator<Item = &'static str> {
    DOCUMENTS.iter().flat_map(|(_, text)| text.lines())
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

/// The bytes that the vectors have under this key.
fn vector_bytes(key: &str) -> BTreeMap<String, Vec<u8>> {
    let of_vector = |vector: &Value| {
        let bytes = HEXLOWER_PERMISSIVE.decode(vector[key].as_str()?.as_bytes()).ok()?;
        Some((vector["name"].as_str()?.to_owned(), bytes))
    };
    vectors().iter().filter_map(of_vector).collect()
}

/// All files with this ending below a directory of the repository, but for build output.
fn files(directory: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![root().join(directory)];
    while let Some(directory) = left.pop() {
        let Ok(entries) = fs::read_dir(&directory) else { continue };
        for path in entries.map(|entry| entry.expect("a readable directory").path()) {
            let skipped = path.file_name().is_some_and(|name| {
                ["target", "corpus", ".git", "node_modules"].map(OsStr::new).contains(&name)
            });
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

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
