//! The members of `tracestate` and `baggage` lists (W3C Trace Context level 2 and W3C Baggage;
//! R-LIST-1 to R-LIST-5).

use glassine::w3c::{BaggageMember, BaggageMembers, Member, TracestateMember, TracestateMembers};
use proptest::prelude::*;

fn tracestate(text: &str) -> Vec<(&str, &str)> {
    TracestateMembers::new(text).map(|member| (member.key(), member.value())).collect()
}

fn baggage(text: &str) -> Vec<(&str, &str, &str)> {
    BaggageMembers::new(text)
        .map(|member| (member.key(), member.value(), member.properties()))
        .collect()
}

#[test]
fn tracestate_follows_w3c_and_leaves_out_what_does_not() {
    let key_256 = "k".repeat(256);
    let long_key = format!("{key_256}k=v");
    let value_256 = "v".repeat(256);
    let longest = format!("{key_256}={value_256}");
    let long_value = format!("k={value_256}v");
    let cases: [(&str, &[(&str, &str)]); 18] = [
        ("", &[]),
        (" , \t,", &[]),
        (
            "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
            &[("rojo", "00f067aa0ba902b7"), ("congo", "t61rcWkgMzE")],
        ),
        ("a=1 ,\tb=2", &[("a", "1"), ("b", "2")]),
        ("fw529a3039@dt=FfffFfff", &[("fw529a3039@dt", "FfffFfff")]),
        ("0a_-*/@=x", &[("0a_-*/@", "x")]),
        ("a=b c", &[("a", "b c")]),
        ("a= leading", &[("a", " leading")]),
        ("A=1,b=2", &[("b", "2")]),
        ("=1,b=2", &[("b", "2")]),
        ("a=,b=2", &[("b", "2")]),
        ("_a=1,b=2", &[("b", "2")]),
        ("a=b=c,b=2", &[("b", "2")]),
        ("a\u{e9}=1,b=\u{e9},c=3", &[("c", "3")]),
        ("novalue,b=2", &[("b", "2")]),
        (&longest, &[(&key_256, &value_256)]),
        (&long_key, &[]),
        (&long_value, &[]),
    ];
    for (text, members) in cases {
        assert_eq!(tracestate(text), members, "{text:?}");
    }
}

#[test]
fn lists_end_where_w3c_ends_them() {
    let list = |count: usize| (0..count).map(|i| format!("k{i}=v")).collect::<Vec<_>>().join(",");
    assert_eq!(tracestate(&list(32)).len(), 32);
    assert_eq!(tracestate(&list(33)).len(), 32);
    assert_eq!(baggage(&list(180)).len(), 180);
    assert_eq!(baggage(&list(181)).len(), 180);
}

#[test]
fn baggage_follows_w3c_and_leaves_out_what_does_not() {
    type Members<'a> = &'a [(&'a str, &'a str, &'a str)];
    let cases: [(&str, Members<'_>); 11] = [
        ("", &[]),
        (
            "userId=alice,serverNode=DF%2028",
            &[("userId", "alice", ""), ("serverNode", "DF%2028", "")],
        ),
        (
            "key1 = value1 ; property1;property2, key2=value2",
            &[("key1", "value1", "property1;property2"), ("key2", "value2", "")],
        ),
        (
            "key3=value3; propertyKey=propertyValue",
            &[("key3", "value3", "propertyKey=propertyValue")],
        ),
        ("empty=", &[("empty", "", "")]),
        ("a=b=c", &[("a", "b=c", "")]),
        ("no-value,a=1", &[("a", "1", "")]),
        ("=1,a=1", &[("a", "1", "")]),
        ("a b=1,c=1", &[("c", "1", "")]),
        ("a=1 2,b=\"x\",c=\\,d=4", &[("d", "4", "")]),
        ("!#$%&'*+-.^_`|~09azAZ=1", &[("!#$%&'*+-.^_`|~09azAZ", "1", "")]),
    ];
    for (text, members) in cases {
        assert_eq!(baggage(text), members, "{text:?}");
    }
}

#[test]
fn values_are_percent_decoded_when_asked() {
    let decoded =
        |text: &str| BaggageMembers::new(text).next().unwrap().decoded_value().collect::<Vec<_>>();
    assert_eq!(decoded("k=DF%2028"), b"DF 28");
    assert_eq!(decoded("k=Am%C3%A9lie"), "Amélie".as_bytes());
    assert_eq!(decoded("k=%e2%82%AC"), "€".as_bytes());
    assert_eq!(decoded("k=100%"), b"100%");
    assert_eq!(decoded("k=%4"), b"%4");
    assert_eq!(decoded("k=%zz%41"), b"%zzA");
}

proptest! {
    /// Any text has members, every one is a part of the text, and none is found where the grammar
    /// has none.
    #[test]
    fn members_are_parts_of_any_text(
        text in prop_oneof![any::<String>(), "[a-c=,; \t%0-9A-]{0,60}"],
    ) {
        for member in TracestateMembers::new(&text) {
            let pair = format!("{}={}", member.key(), member.value());
            prop_assert!(text.contains(&pair));
            prop_assert_eq!(tracestate(&pair), [(member.key(), member.value())]);
        }
        for member in BaggageMembers::new(&text) {
            prop_assert!(text.contains(member.value()) && text.contains(member.properties()));
            let pair = format!("{}={}", member.key(), member.value());
            prop_assert_eq!(baggage(&pair), [(member.key(), member.value(), "")]);
            prop_assert!(member.decoded_value().count() <= member.value().len());
        }
    }

    /// However they are found: those are the members, of each part between commas.
    #[test]
    fn members_are_those_of_the_parts(text in "([a-c=,; \t%0-9A-]|a=1,|\\[){0,60}") {
        let parts = || text.split(',').map(|part| part.trim_matches([' ', '\t']));
        let parts = || parts().filter(|part| !part.is_empty());
        let expected: Vec<_> = parts().take(32).filter_map(TracestateMember::parse).collect();
        prop_assert_eq!(TracestateMembers::new(&text).collect::<Vec<_>>(), expected);
        let expected: Vec<_> = parts().take(180).filter_map(BaggageMember::parse).collect();
        prop_assert_eq!(BaggageMembers::new(&text).collect::<Vec<_>>(), expected);
    }

    /// What was percent-encoded comes back.
    #[test]
    fn percent_encoding_comes_back(value: String) {
        let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let text = format!("key={encoded}");
        let decoded: Vec<u8> = BaggageMembers::new(&text).next().unwrap().decoded_value().collect();
        prop_assert_eq!(decoded, value.as_bytes());
    }
}

/// Properties that break W3C's grammar cost their member, and no other.
#[test]
fn bad_properties_cost_their_member() {
    for bad in [
        "a=b;",
        "a=b;;c",
        "a=b; ",
        "a=b;\"q\"",
        "a=b;p=\"q\"",
        "a=b;p q",
        "a=b;p=q r",
        "a=b;=c",
        "tenant=1;\"evil",
    ] {
        let text = format!("x=1;ttl=60,{bad},y=2");
        let keys: Vec<_> = BaggageMembers::new(&text).map(BaggageMember::key).collect();
        assert_eq!(keys, ["x", "y"], "{bad}");
    }
    let good = "a=b;p,c=d;p=q;r,e=f ; p = q , g=h;p=";
    assert_eq!(BaggageMembers::new(good).count(), 4);
}
