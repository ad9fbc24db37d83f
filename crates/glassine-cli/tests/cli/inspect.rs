//! `glassine inspect`.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::messages::{CONTEXT, everything, hex, vector_files, vectors};
use crate::tool::{Arguments, Output, run, silent};

#[test]
fn inspect_shows_every_byte_and_every_field() {
    let expected = "     0  9e                                               magic
     1  01                                               version 1
     2  c1 de                                            guard
     4  03                                               trace flags: sampled, random
     5  03                                               shape: DECIDED, IDS
     6  00 81                                            carrier length: 129
     8  4b f9 2f 35 77 b3 4d a6 a3 ce 92 9d 0e 0e 47 36  trace id
    24  00 f0 67 aa 0b a9 02 b7                          span id
    32  01 00 0a                                         tracestate: 10 bytes
    35  63 6f 6e 67 6f 3d 74 36 31 72                    |congo=t61r|  value
    45  02 00 0a                                         baggage: 10 bytes
    48                                                   value (hidden; see --show-baggage)
    58  03 00 06                                         text-map entry: 6 bytes
    61  02 62 33 0a 30 30                                |.b3.00|  value
    67  04 00 04                                         fan-out weight: 4 bytes
    70  00 00 0a 00                                      |....|  value
    74  05 00 19                                         further context: 25 bytes
    77  0a f7 65 19 16 cd 43 dd 84 48 eb 21 1c 80 31 9c  |..e...C..H.!..1.|  value
    93  b7 ad 6b 71 69 20 33 31 01                       |..kqi 31.|
   102  2a 00 01                                         grease 2a: 1 byte
   105  ff                                               |.|  value
   106  61 00 01                                         private type 61: 1 byte
   109  ff                                               |.|  value
   110  ee 00 01                                         private type ee: 1 byte
   113  00                                               |.|  value
   114  07 00 01                                         unknown type 07: 1 byte
   117  61                                               |a|  value
   118  81 00 01                                         unknown type 81: 1 byte
   121  61                                               |a|  value
   122  04 00 04                                         fan-out weight: 4 bytes  <- repeated_field
   125  00 00 00 ff                                      |....|  value
   129  01 00 00                                         tracestate: 0 bytes  <- malformed_field
   132  00 00 00                                         never used 00: 0 bytes  <- malformed_field
   135                                                   carrier, not read: 2 bytes (hidden; see --show-baggage)  <- field_past_end
   137  7b 22 69 64 22 3a 37 7d 0a                       |{\"id\":7}.|  payload: 9 bytes

enveloped, version 1
  decision         sampled
  trace flags      03 (sampled, random)
  trace id         4bf92f3577b34da6a3ce929d0e0e4736
  span id          00f067aa0ba902b7
  fields
    tracestate       congo=t61r
    baggage          userId=… (values hidden; see --show-baggage)
    text-map entry   b3 = \\n00
    fan-out weight   2560
    further context  trace id 0af7651916cd43dd8448eb211c80319c, span id b7ad6b7169203331, trace flags 01
    grease 2a        1 byte, dropped by relays that change the frame
    private type 61  1 byte, dropped by relays that change the frame
    private type ee  1 byte, kept by relays that change the frame
    unknown type 07  1 byte, dropped by relays that change the frame
    unknown type 81  1 byte, kept by relays that change the frame
    fan-out weight   255  <- repeated_field, ignored
    tracestate       (empty)  <- malformed_field, ignored
    never used 00    (empty)  <- malformed_field, ignored
  faults in the carrier
    repeated_field   a field that counts once is repeated, at byte 122
    malformed_field  a field is malformed, at byte 129
    malformed_field  a field is malformed, at byte 132
    field_past_end   a field runs past the end of the carrier, at byte 135
  payload          9 bytes from byte 137: {\"id\":7}\\n
";
    assert_eq!(run(&["inspect"], &everything()), silent(0, expected.as_bytes()));
}

/// `R-FIELD-8`: the weight and the thinning of one frame stand beside each other.
#[test]
fn inspect_shows_a_thinning() {
    let fields = "0400040000000a06000400000064";
    let message = hex(&format!("9e01c1de01030026{}{fields}", &CONTEXT[16..]));
    let output = run(&["inspect"], &message);
    for line in [
        "    39  06 00 04                                         thinning: 4 bytes",
        "    fan-out weight   10",
        "    thinning         one in 100",
    ] {
        assert!(output.text().lines().any(|this| this == line), "{}", output.text());
    }
    assert_eq!(run(&["inspect", "--json"], &message).json()["thinning"], 100);
}

#[test]
fn inspect_points_at_the_fault() {
    let cases: [(Vec<u8>, Arguments<'_>, &[&str]); 7] = [
        (
            hex("9e01c1de0010000061"),
            &[],
            &[
                "     5  10                                               shape: bit 4  <- reserved_bits",
                "     8  61                                               |a|  not read: 1 byte",
                "  fault            reserved bits of the shape are set, at byte 5",
                "  payload          9 bytes from byte 0: \\x9e\\u{1}\\xc1\\xde\\0\\u{10}\\0\\0a",
            ],
        ),
        (
            hex("9e01c1de010300"),
            &[],
            &[
                "     6  00                                               carrier length, cut off",
                "     7                                                   end of message  <- truncated_header",
            ],
        ),
        (
            hex("9e01c1de00000001"),
            &[],
            &[
                "     6  00 01                                            carrier length: 1  <- carrier_past_end",
            ],
        ),
        (
            hex("9e07c1de030f000461616161ff"),
            &[],
            &[
                "     5  0f                                               shape: DECIDED, bit 1, bit 2, bit 3",
                "     8                                                   carrier, not read: 4 bytes (hidden; see --show-baggage)",
                "unknown_version, version 7",
                "  decision         sampled",
                "  payload          1 byte from byte 12: \\xff",
            ],
        ),
        (
            hex("9e01c1de0000000461616161"),
            &["--carrier-cap", "3", "--show-baggage"],
            &[
                "     6  00 04                                            carrier length: 4  <- carrier_above_cap",
                "     8  61 61 61 61                                      |aaaa|  carrier, not read: 4 bytes",
                "  fault            the carrier is longer than this reader's cap, at byte 6",
            ],
        ),
        (
            hex(&format!("9e01c1de01030018{}", "00".repeat(24))),
            &[],
            &[
                "     8  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  trace id  <- zero_trace_id",
                "    24  00 00 00 00 00 00 00 00                          span id  <- zero_span_id",
                "  decision         none",
            ],
        ),
        (
            vec![],
            &[],
            &[
                "     0                                                   end of message",
                "bare",
                "  payload          0 bytes",
            ],
        ),
    ];
    for (message, arguments, lines) in cases {
        let output = run(&[&["inspect"], arguments].concat(), &message);
        assert_eq!((output.code, &*output.stderr), (0, ""));
        for line in lines {
            assert!(
                output.text().lines().any(|this| this == *line),
                "{line:?} is not in\n{}",
                output.text()
            );
        }
    }
}

/// Offsets in front of the heading count in the text, those behind it in the decoded bytes.
#[test]
fn inspect_shows_the_text_and_what_it_encodes() {
    let message = format!(
        "~glassine;{};{{}}",
        BASE64URL_NOPAD.encode(&hex("9e01c1de0000000903000402623330ffff"))
    );
    let expected = "     0  7e 67 6c 61 73 73 69 6e 65 3b                    |~glassine;|  prefix
    10                                                   header and carrier in base64url: 23 bytes (hidden; see --show-baggage)
    33  3b                                               |;|  end of header and carrier
    34  7b 7d                                            |{}|  payload: 2 bytes

header and carrier, decoded
     0  9e                                               magic
     1  01                                               version 1
     2  c1 de                                            guard
     4  00                                               trace flags: nothing set
     5  00                                               shape: nothing set
     6  00 09                                            carrier length: 9
     8  03 00 04                                         text-map entry: 4 bytes
    11  02 62 33 30                                      |.b30|  value
    15                                                   carrier, not read: 2 bytes (hidden; see --show-baggage)  <- field_past_end

enveloped, version 1
  decision         none
  fields
    text-map entry   b3 = 0
  faults in the carrier
    field_past_end   a field runs past the end of the carrier, at byte 15 of the decoded bytes
  payload          2 bytes from byte 34: {}
";
    assert_eq!(
        run(&["inspect", "--in", "text"], message.as_bytes()),
        silent(0, expected.as_bytes())
    );

    let shown = "    10  6e 67 48 42 33 67 41 41 41 41 6b 44 41 41 51 43  |ngHB3gAAAAkDAAQC|  header and carrier in base64url: 23 bytes";
    let output = run(&["inspect", "--in", "text", "--show-baggage"], message.as_bytes());
    assert!(output.text().lines().any(|line| line == shown), "{}", output.text());
}

#[test]
fn inspect_points_at_the_fault_in_the_text() {
    let cases: [(&[u8], Arguments<'_>, &[&str]); 6] = [
        (
            b"~glassine;ngH=3gAAAAA;hi",
            &[],
            &[
                "    10  6e 67 48                                         |ngH|  not read: 3 bytes",
                "    13  3d 33 67 41 41 41 41 41 3b 68 69                 |=3gAAAAA;hi|  not read: 11 bytes  <- text_alphabet",
                "damaged",
                "  fault            a character is not base64url, at byte 13",
                "  payload          24 bytes from byte 0: ~glassine;ngH=3gAAAAA;hi",
            ],
        ),
        (
            b"~glassine;ngH\xFF3gAAAAA;hi",
            &[],
            &[
                "    13  ff 33 67 41 41 41 41 41 3b 68 69                 |.3gAAAAA;hi|  not read: 11 bytes  <- text_alphabet",
            ],
        ),
        (
            b"~glassine;ngHB",
            &[],
            &[
                "    10  6e 67 48 42                                      |ngHB|  not read: 4 bytes",
                "    14                                                   end of message  <- text_unterminated",
            ],
        ),
        (
            // Reserved bits of the shape, byte 5 of what is encoded.
            b"~glassine;ngHB3gAQAAA;hi",
            &[],
            &[
                "    16  41 51 41 41 41 3b 68 69                          |AQAAA;hi|  not read: 8 bytes  <- reserved_bits",
                "  fault            reserved bits of the shape are set, at byte 16",
            ],
        ),
        (
            b"~glassine;ngHB3gAAAARhYWFh;",
            &["--carrier-cap", "3"],
            &[
                "    10                                                   header and carrier in base64url: 16 bytes (hidden; see --show-baggage)  <- carrier_above_cap",
                "header and carrier, decoded",
                "     8                                                   carrier, not read: 4 bytes (hidden; see --show-baggage)",
                "  fault            the carrier is longer than this reader's cap, at byte 18",
            ],
        ),
        (
            b"hi",
            &[],
            &[
                "     0  68 69                                            |hi|  payload: 2 bytes",
                "bare",
            ],
        ),
    ];
    for (message, arguments, lines) in cases {
        let output = run(&[&["inspect", "--in", "text"], arguments].concat(), message);
        assert_eq!((output.code, &*output.stderr), (0, ""));
        for line in lines {
            assert!(
                output.text().lines().any(|this| this == *line),
                "{line:?} is not in\n{}",
                output.text()
            );
        }
    }
}

#[test]
fn inspect_abbreviates_long_payloads() {
    let output = run(&["inspect"], &[b'a'; 1000]);
    let lines: Vec<_> = output.text().lines().collect();
    assert_eq!(
        lines[0],
        format!("     0  {}  |{}|  payload: 1000 bytes", ["61"; 16].join(" "), "a".repeat(16))
    );
    assert_eq!(lines[4], "    64  … 936 bytes more");
    assert_eq!(lines[7], format!("  payload          1000 bytes from byte 0: {}…", "a".repeat(64)));
    assert_eq!(lines.len(), 8);
}

#[test]
fn inspect_as_json() {
    fn field(field_type: u8, offset: usize, value: Option<&str>) -> Value {
        json!({"type": field_type, "offset": offset, "value": value})
    }
    let expected = json!({
        "verdict": "enveloped",
        "version": 1,
        "fault": null,
        "sampled": true,
        "decision": "sampled",
        "trace_flags": "03",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "span_id": "00f067aa0ba902b7",
        "tracestate": "congo=t61r",
        "baggage": "userId=…",
        "text_map": [{"key": "b3", "value": "\n00"}],
        "fan_out_weight": 2560,
        "thinning": null,
        "further_contexts": [{
            "trace_id": "0af7651916cd43dd8448eb211c80319c",
            "span_id": "b7ad6b7169203331",
            "trace_flags": "01",
        }],
        "fields": [
            field(1, 32, Some("636f6e676f3d74363172")),
            field(2, 45, None),
            field(3, 58, Some("0262330a3030")),
            field(4, 67, Some("00000a00")),
            field(5, 74, Some("0af7651916cd43dd8448eb211c80319cb7ad6b716920333101")),
            field(0x2a, 102, Some("ff")),
            field(0x61, 106, Some("ff")),
            field(0xee, 110, Some("00")),
            field(0x07, 114, Some("61")),
            field(0x81, 118, Some("61")),
            field(4, 122, Some("000000ff")),
            field(1, 129, Some("")),
            field(0, 132, Some("")),
        ],
        "carrier_faults": [
            {"kind": "repeated_field", "offset": 122},
            {"kind": "malformed_field", "offset": 129},
            {"kind": "malformed_field", "offset": 132},
            {"kind": "field_past_end", "offset": 135},
        ],
        "payload_offset": 137,
        "payload_len": 9,
    });
    let output = run(&["inspect", "--json"], &everything());
    assert_eq!((output.code, &*output.stderr, output.text().lines().count()), (0, "", 1));
    assert_eq!(output.json(), expected);
}

/// The tool's JSON is the `reading` of the vectors.
#[test]
fn inspect_agrees_with_every_vector() {
    let mut messages = String::new();
    let mut readings = Vec::new();
    for file in vector_files() {
        for vector in vectors(&file) {
            if vector["form"] == "binary" && vector["cap"].is_null() {
                messages.push_str(vector["message"].as_str().expect("hexadecimal"));
                messages.push('\n');
                readings.push(vector["reading"].clone());
            }
        }
    }
    assert!(!readings.is_empty());
    let arguments = ["inspect", "--lines", "--in", "hex", "--json", "--show-baggage"];
    let output = run(&arguments, messages.as_bytes());
    let found: Vec<Value> =
        output.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(found, readings);
}

#[test]
fn inspect_agrees_with_every_vector_in_text_form() {
    let vectors: Vec<Value> = vector_files().iter().flat_map(|file| vectors(file)).collect();
    assert!(vectors.iter().any(|vector| vector["form"] == "text"));
    for vector in vectors.into_iter().filter(|vector| vector["form"] == "text") {
        let message = hex(vector["message"].as_str().expect("hexadecimal"));
        let cap = vector["cap"].as_u64().unwrap_or(16_384).to_string();
        let arguments =
            ["inspect", "--in", "text", "--json", "--show-baggage", "--carrier-cap", &cap];
        assert_eq!(run(&arguments, &message).json(), vector["reading"], "{}", vector["name"]);
    }
}

#[test]
fn one_message_a_line() {
    let escape_line = "enveloped, version 1, payload 1 byte";
    let cases: [(&str, &[u8], &[&str], &str); 8] = [
        (
            "text",
            b"~glassine;ngHB3gAAAAA;a\n~glassine;\n",
            &[
                escape_line,
                "damaged, the text form's header does not end, at byte 10, payload 10 bytes",
            ],
            "",
        ),
        ("raw", b"{}\n[]\n", &["bare, payload 2 bytes", "bare, payload 2 bytes"], ""),
        (
            "raw",
            b"{}\r\n\nlast",
            &["bare, payload 2 bytes", "bare, payload 0 bytes", "bare, payload 4 bytes"],
            "",
        ),
        ("raw", b"", &[], ""),
        (
            "hex",
            b"9e01c1de0000000061\r\n9E 01 C1 DE 00 00 00 00 61\n",
            &[escape_line, escape_line],
            "",
        ),
        ("hex", b"61\n6g\n61\n6\n", &["bare, payload 1 byte", "bare, payload 1 byte"], {
            "glassine: line 2 of standard input is not hexadecimal: a character does not belong \
             there, at byte 1\n\
             glassine: line 4 of standard input is not hexadecimal: the last byte is incomplete, \
             at byte 0\n"
        }),
        // A mark, carriage returns and an empty line, of those who write texts so.
        (
            "text",
            b"\xEF\xBB\xBF~glassine;ngHB3gAAAAA;a\r\n\r\na\r\n\xEF\xBB\xBFa",
            &[
                escape_line,
                "bare, payload 0 bytes",
                "bare, payload 1 byte",
                "bare, payload 4 bytes",
            ],
            "",
        ),
        ("base64", b"YQ==\nYQ\nYR==\n", &["bare, payload 1 byte", "bare, payload 1 byte"], {
            "glassine: line 3 of standard input is not base64: unused bits are set, at byte 1\n"
        }),
    ];
    for (encoding, input, lines, stderr) in cases {
        let code = i32::from(!stderr.is_empty());
        let output = run(&["inspect", "--lines", "--in", encoding], input);
        let stdout: String = lines.iter().map(|line| format!("{line}\n")).collect();
        assert_eq!(output, Output { code, stdout: stdout.into(), stderr: stderr.to_owned() });

        let json = run(&["inspect", "--lines", "--in", encoding, "--json"], input);
        assert_eq!(
            (json.code, json.text().lines().count(), &*json.stderr),
            (code, lines.len(), stderr)
        );
    }
}
