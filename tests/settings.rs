//! A channel from a configuration file.
#![cfg(all(feature = "policy", feature = "bytes", feature = "serde"))]

use glassine::policy::{AllowList, ChannelConfig, EmptyMessages, Rollout, Share, Trust, Unsampled};
use glassine::{Channel, Envelope, Field, FieldType, Mode, Origin, Reading, TraceContext};

fn config(text: &str) -> ChannelConfig {
    toml::from_str(text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn error(text: &str) -> String {
    toml::from_str::<ChannelConfig>(text).unwrap_err().to_string()
}

const WHOLE: &str = r#"
rollout = "30 %"
trust = "accept"
mode = "closed"
unsampled = "marker"
empty_messages = "wrapped"
max_message_len = 100
max_tracestate_len = 3
carrier_cap = 2000
inbound_fields = "all"

[outbound_fields]
baggage = ["tenant"]
text_map = ["b3", "uberctx-*"]
types = [0xC1]
"#;

#[test]
fn everything_can_be_said() {
    let config = config(WHOLE);
    assert_eq!(config.rollout, Rollout::Share(Share::from_millionths(300_000).unwrap()));
    assert_eq!((config.trust, config.mode), (Trust::Accept, Mode::Closed));
    assert_eq!(config.unsampled, Unsampled::Marker);
    assert_eq!(config.empty_messages, EmptyMessages::Wrapped);
    assert_eq!((config.max_message_len, config.max_tracestate_len), (Some(100), 3));
    assert_eq!(config.carrier_cap, 2000);

    // What is written is read again.
    let again: ChannelConfig = toml::from_str(&toml::to_string(&config).unwrap()).unwrap();
    assert_eq!(format!("{again:?}"), format!("{config:?}"));
    let json = serde_json::to_string(&config).unwrap();
    assert_eq!(
        format!("{:?}", serde_json::from_str::<ChannelConfig>(&json).unwrap()),
        format!("{config:?}")
    );
}

/// Also in formats that people do not read, with names and without.
#[test]
fn what_is_written_is_read_in_every_format() {
    for text in [
        "",
        WHOLE,
        "max_message_len = 0",
        "outbound_fields = { types = \"all\" }",
        "rollout = \"on\"\ncarrier_cap = 5",
    ] {
        let config = config(text);
        for bytes in [rmp_serde::to_vec(&config), rmp_serde::to_vec_named(&config)] {
            let again: ChannelConfig = rmp_serde::from_slice(&bytes.unwrap()).unwrap();
            assert_eq!(format!("{again:?}"), format!("{config:?}"));
        }
    }
}

#[test]
fn it_becomes_a_channel() {
    let channel = Channel::from(config(WHOLE));
    channel.switch().set(Rollout::On);
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    let fields = [
        Field::Tracestate("a=1,b=2"),
        Field::Baggage("tenant=7,email=x"),
        Field::TextMap { key: "UberCtx-Id", value: "1" },
        Field::TextMap { key: "uber", value: "1" },
        Field::Unknown { field_type: FieldType(0xC1), value: b"!" },
        Field::Unknown { field_type: FieldType(0xC2), value: b"!" },
    ];
    let message = Envelope::new(context).with_fields(&fields).encode_to_vec(b"payload").unwrap();
    let received = channel.receive(message.into());
    assert_eq!(received.origin().carrier().fields().count(), 6);

    let sent = channel.wrap(received.origin(), "payload").into_bytes();
    let sent: Vec<_> = Reading::read(&sent).carrier().fields().collect();
    assert_eq!(
        sent,
        [
            Field::Tracestate("a=1"),
            Field::Baggage("tenant=7"),
            Field::TextMap { key: "UberCtx-Id", value: "1" },
            Field::Unknown { field_type: FieldType(0xC1), value: b"!" },
        ]
    );
    assert_eq!(channel.wrap(&Origin::default(), "x".repeat(200)).into_bytes().len(), 200);
    assert!(channel.receiver().try_receive_ref(b"\x9E").is_err(), "closed");
}

#[test]
fn what_is_not_said_is_as_in_new() {
    let channel = Channel::from(config(""));
    assert_eq!(format!("{channel:?}"), format!("{:?}", Channel::new()));
    assert_eq!(
        toml::to_string(&config("")).unwrap().parse::<toml::Table>().unwrap()["rollout"],
        "receive_only".into()
    );
}

#[test]
fn lists_in_short() {
    let list = |text: &str| config(&format!("inbound_fields = {text}")).inbound_fields;
    let unknown = Field::Unknown { field_type: FieldType(0x42), value: b"" };
    let baggage = Field::Baggage("tenant=7");
    for (text, passes) in [
        ("\"all\"", [true, true]),
        ("\"none\"", [false, false]),
        ("{}", [false, false]),
        ("{ baggage = \"all\" }", [true, false]),
        ("{ baggage = [\"tenant\"], types = [0x42] }", [true, true]),
        ("{ types = \"all\" }", [false, true]),
    ] {
        let list = list(text);
        assert_eq!([list.admits(&baggage), list.admits(&unknown)], passes, "{text}");
        // Said again, it is the same list.
        let json = serde_json::to_string(&list).unwrap();
        let again: AllowList = serde_json::from_str(&json).unwrap();
        assert_eq!([again.admits(&baggage), again.admits(&unknown)], passes, "{json}");
    }
}

#[test]
fn errors_name_what_and_where() {
    for (text, expected) in [
        ("trust = \"acept\"", "unknown variant `acept`, expected one of `drop`, `link_only`"),
        ("mode = \"open\"", "unknown variant `open`, expected one of `mixed`, `closed`, `always`"),
        (
            "rollout = 30",
            "invalid type: integer `30`, expected off, count_only, receive_only, on, or a share",
        ),
        (
            "rollout = \"30\"",
            "invalid value: string \"30\", expected off, count_only, receive_only, on",
        ),
        ("rollout = { part = 0.3 }", "unknown field `part`, expected `share`"),
        ("rollout = { share = 0.3, shre = 1 }", "unknown field `shre`, expected `share`"),
        ("rollout = { on = true }", "unknown field `on`, expected `share`"),
        ("rollout = {}", "missing field `share`"),
        ("rollout = { share = 0.0000001 }", "no finer than a millionth"),
        (
            "rollout = { share = 3 }",
            "invalid type: integer `3`, expected a share of traces such as",
        ),
        ("rolout = \"on\"", "unknown field `rolout`, expected one of `rollout`, `trust`"),
        ("inbound_fields = \"some\"", "invalid value: string \"some\", expected \"all\", \"none\""),
        (
            "inbound_fields = { baggage = \"tenant\" }",
            "string \"tenant\", expected \"all\" or a list",
        ),
        ("inbound_fields = { bagage = [] }", "unknown field `bagage`, expected one of `baggage`"),
        ("inbound_fields = { types = [256] }", "invalid value: integer `256`, expected u8"),
        ("carrier_cap = 70000", "invalid value: integer `70000`, expected u16"),
    ] {
        let error = error(text);
        assert!(error.contains(expected), "{text}\n{error}");
        assert!(error.contains("line 1, column"), "{error}");
    }
}
