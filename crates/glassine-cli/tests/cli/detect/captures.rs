//! Packet captures.

use etherparse::PacketBuilder;
use serde_json::json;

use crate::detect::{DAMAGED, INTEGER, JSON, detect};

/// An Ethernet frame, padded to its least length as on the wire.
pub(crate) fn udp(payload: &[u8]) -> Vec<u8> {
    let packet = PacketBuilder::ethernet2([1; 6], [2; 6])
        .ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64)
        .udp(5000, 5000);
    let mut bytes = Vec::new();
    packet.write(&mut bytes, payload).expect("a packet");
    bytes.resize(bytes.len().max(60), 0);
    bytes
}

pub(crate) fn pcap(packets: &[impl AsRef<[u8]>]) -> Vec<u8> {
    pcap_of(1, packets)
}

/// A pcap file, little-endian, of this link type.
fn pcap_of(link: u32, packets: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut file = [0xA1B2_C3D4, 0x0004_0002, 0, 0, 0x4_0000, link].map(u32::to_le_bytes).concat();
    for packet in packets {
        let packet = packet.as_ref();
        let len = packet.len() as u32;
        file.extend([0, 0, len, len].map(u32::to_le_bytes).concat());
        file.extend(packet);
    }
    file
}

/// A pcapng block, big-endian.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let len = (padded as u32 + 12).to_be_bytes();
    let padding = vec![0; padded - body.len()];
    [&kind.to_be_bytes(), &len, body, &padding, &len].concat()
}

fn pcapng(packets: &[(u32, &[u8])]) -> Vec<u8> {
    let mut file = block(
        0x0A0D_0D0A,
        &[0x1A2B_3C4D, 0x0001_0000, u32::MAX, u32::MAX].map(u32::to_be_bytes).concat(),
    );
    // Interface 0 is Ethernet, interface 1 is raw IP.
    for link in [1, 101_u32] {
        file.extend(block(1, &[link << 16, 0].map(u32::to_be_bytes).concat()));
    }
    for (interface, packet) in packets {
        let len = packet.len() as u32;
        let front = [*interface, 0, 0, len, len].map(u32::to_be_bytes).concat();
        file.extend(block(6, &[&front, *packet].concat()));
    }
    // A block of a type that is not known.
    file.extend(block(0x0BAD, b"skipped"));
    file
}

/// A pcapng file with a packet block (type 2), which the enhanced one has replaced.
fn old_pcapng(packet: &[u8], u32: fn(u32) -> [u8; 4], u16: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let len = u32(body.len() as u32 + 12);
        [&u32(kind), &len[..], body, &len].concat()
    };
    let version = [u16(1), u16(0)].concat();
    let section = [&u32(0x1A2B_3C4D), &version[..], &[0xFF; 8]].concat();
    let interface = [&u16(1)[..], &u16(0), &u32(0)].concat();
    let len = u32(packet.len() as u32);
    let front = [&u16(0)[..], &u16(7), &u32(1), &u32(2), &len, &len].concat();
    let padding = vec![0; packet.len().next_multiple_of(4) - packet.len()];
    let packet = [&front, packet, &padding].concat();
    [block(0x0A0D_0D0A, &section), block(1, &interface), block(2, &packet)].concat()
}

#[test]
fn captures() {
    let ethernet = udp(INTEGER);
    let ip = &ethernet[14..];
    let mut ip_v6 = Vec::new();
    let packet = PacketBuilder::ipv6([1; 16], [2; 16], 64).udp(1, 2);
    packet.write(&mut ip_v6, INTEGER).expect("a packet");
    let mut vlan = Vec::new();
    let packet =
        PacketBuilder::ethernet2([1; 6], [2; 6]).single_vlan(7u16.try_into().expect("a VLAN id"));
    packet.ipv4([0; 4], [1; 4], 9).udp(1, 2).write(&mut vlan, INTEGER).expect("a packet");
    let behind = |front: &[u8], rest: &[u8]| [front, rest].concat();
    let cases = [
        pcap(&[&ethernet]),
        pcap(&[&vlan]),
        pcap_of(101, &[ip]),
        // Raw IP by another number.
        pcap_of(12, &[ip]),
        // The upper six bits say that four bytes of a check sum follow each packet.
        pcap_of(0x5000_0001 | 1 << 26, &[behind(&ethernet, &[1, 2, 3, 4])]),
        pcap_of(101, &[&ip_v6]),
        pcap_of(228, &[ip]),
        pcap_of(229, &[&ip_v6]),
        pcap_of(0, &[behind(&[2, 0, 0, 0], ip)]),
        pcap_of(113, &[behind(b"\0\0\0\x01\0\x06ethern\0\0\x08\0", ip)]),
        pcap_of(276, &[behind(b"\x86\xDD\0\0\0\0\0\x01\0\0\0\x06ethern\0\0", &ip_v6)]),
        pcapng(&[(0, &ethernet)]),
        pcapng(&[(1, ip)]),
        old_pcapng(&ethernet, u32::to_be_bytes, u16::to_be_bytes),
        old_pcapng(&ethernet, u32::to_le_bytes, u16::to_le_bytes),
    ];
    for (number, file) in cases.iter().enumerate() {
        let output = detect(&["--pcap", "--json"], file);
        assert_eq!((output.code, &*output.stderr), (20, ""), "{number}");
        let report = output.json();
        assert_eq!(
            (&report["bytes"], &report["offenders"][0]["hex"]),
            (&json!(8), &json!("9e01c1de00000000"))
        );
    }
}

#[test]
fn packets_without_a_whole_message() {
    let mut tcp = Vec::new();
    let packet = PacketBuilder::ethernet2([1; 6], [2; 6]).ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64);
    packet.tcp(1, 2, 3, 4).write(&mut tcp, INTEGER).expect("a packet");

    // The capture kept 20 of the message's 311 bytes: the UDP header has the length.
    let long = udp(&[DAMAGED, &[0; 300]].concat());
    let kept = &long[..14 + 20 + 8 + 20];
    // It kept fewer than a header's.
    let too_few = &long[..14 + 20 + 8 + 7];

    // The same message in two fragments; the second looks like UDP with a frame in it, and is not
    // looked at.
    let mut first = kept.to_vec();
    first[16..18].copy_from_slice(&(20_u16 + 8 + 20).to_be_bytes());
    first[20..22].copy_from_slice(&0x2000_u16.to_be_bytes());
    let mut second = udp(INTEGER);
    second[20..22].copy_from_slice(&3_u16.to_be_bytes());

    // In IPv6 a header of its own says that there are fragments.
    let mut ip_v6 = Vec::new();
    PacketBuilder::ipv6([1; 16], [2; 16], 64)
        .udp(1, 2)
        .write(&mut ip_v6, INTEGER)
        .expect("a packet");
    ip_v6.splice(4..7, [0, 24, 44]);
    ip_v6.splice(40..40, [17, 0, 0, 1, 0, 0, 0, 7]);
    let report = detect(&["--pcap", "--json"], &pcap_of(101, &[&ip_v6])).json();
    assert_eq!(report["misread"], 1);
    ip_v6[43] = 9;
    assert!(
        detect(&["--pcap"], &pcap_of(101, &[&ip_v6]))
            .stderr
            .starts_with("glassine: warning: 1 of the 1 packets")
    );

    let output = detect(
        &["--pcap", "--json"],
        &pcap(&[&*tcp, kept, too_few, &first, &second, b"\0", &udp(b"")]),
    );
    let stderr = "\
        glassine: packet 3 of standard input was captured without its message's first 8 bytes\n\
        glassine: warning: 3 of the 7 packets of standard input are not the beginning of a UDP \
        message and were passed over: 1 TCP, 1 later fragment, 1 cut off; the messages within \
        TCP are not looked for: where they begin, only their own protocol says\n";
    assert_eq!((output.code, &*output.stderr), (20, stderr));
    let report = output.json();
    assert_eq!(
        report["verdicts"],
        json!({ "bare": 1, "enveloped": 2, "unknown_version": 0, "damaged": 0 })
    );
    assert_eq!((&report["bytes"], &report["unreadable"]), (&json!(622), &json!(1)));
    assert_eq!(
        (&report["offenders"][0]["index"], &report["offenders"][1]["index"]),
        (&json!(1), &json!(3))
    );
}

/// Where the link type names the version of IP, another one is not looked into.
#[test]
fn the_version_of_ip_is_that_of_the_link_type() {
    let ip = &udp(INTEGER)[14..];
    let output = detect(&["--pcap"], &pcap_of(229, &[ip]));
    assert!(output.stderr.contains("were passed over: 1 not IP\n"), "{}", output.stderr);
    assert_eq!(detect(&["--pcap"], &pcap_of(228, &[ip])).code, 20);
}

/// Each reason has its number, in the warning and in both reports.
#[test]
fn what_is_passed_over_is_counted_by_reason() {
    let behind_ip = |protocol: u8| {
        let mut packet = udp(INTEGER)[14..].to_vec();
        packet[9] = protocol;
        packet
    };
    let mut short = udp(INTEGER)[14..].to_vec();
    short[20 + 4..20 + 6].copy_from_slice(&7_u16.to_be_bytes());
    let raw: Vec<(u32, Vec<u8>)> = [1, 4, 6, 6, 41, 47, 50, 251].map(|n| (1, behind_ip(n))).into();
    let mut shorter = udp(INTEGER)[14..].to_vec();
    shorter[2..4].copy_from_slice(&19_u16.to_be_bytes());
    let others = [
        (1, shorter),
        (1, short),
        (1, b"\x45\0".to_vec()),
        (1, b"\x12".to_vec()),
        (0, [&[0; 12][..], b"\x08\x06", &[0; 46]].concat()),
        (7, udp(INTEGER)),
        (0, udp(JSON)),
    ];
    let packets: Vec<_> =
        raw.iter().chain(&others).map(|(link, bytes)| (*link, &**bytes)).collect();
    let mut file = pcapng(&packets);
    file.extend(block(0x99, b"who knows"));
    // Too short for a packet block.
    file.extend(block(2, b"short"));

    let output = detect(&["--pcap", "--json"], &file);
    let stderr = "\
        glassine: warning: 14 of the 15 packets and 2 blocks of standard input are not the \
        beginning of a UDP message and were passed over: 1 ICMP, 1 IPv4 in a tunnel, 2 TCP, \
        1 IPv6 in a tunnel, 1 GRE tunnel, 1 ESP, 1 IP protocol 251, 2 not IP, 1 cut off, \
        2 malformed, 1 unknown interface, 1 block of type 0x2, 1 block of type 0x99; \
        the messages within TCP are not looked for: where they begin, only their own protocol \
        says\n";
    assert_eq!((output.code, &*output.stderr), (0, stderr));
    assert_eq!(
        output.json()["passed_over"],
        json!({
            "ICMP": 1, "IPv4 in a tunnel": 1, "TCP": 2, "IPv6 in a tunnel": 1, "GRE tunnel": 1,
            "ESP": 1, "IP protocol 251": 1, "not IP": 2, "cut off": 1, "malformed": 2,
            "unknown interface": 1, "block of type 0x2": 1, "block of type 0x99": 1,
        })
    );
    let report = detect(&["--pcap"], &file);
    assert!(report.text().contains("\nPassed over\nICMP  "), "{}", report.text());
}

/// Nothing is said of messages within TCP, wherever they begin: neither that they are there nor
/// that they are not.
#[test]
fn messages_within_tcp_are_not_looked_for() {
    let segment = |sequence: u32, payload: &[u8]| {
        let packet = PacketBuilder::ethernet2([1; 6], [2; 6])
            .ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64)
            .tcp(5000, 5000, sequence, 1024);
        let mut bytes = Vec::new();
        packet.write(&mut bytes, payload).expect("a packet");
        bytes
    };
    let (front, rest) = INTEGER.split_at(5);
    let segments = [
        segment(0, INTEGER),
        segment(100, &[b"behind ", INTEGER].concat()),
        segment(200, &[INTEGER, INTEGER].concat()),
        segment(300, &[b"across ", front].concat()),
        segment(312, rest),
    ];
    let output = detect(&["--pcap"], &pcap(&segments));
    let said = "5 of the 5 packets of standard input are not the beginning of a UDP message and \
        were passed over: 5 TCP; the messages within TCP are not looked for";
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains(said), "{}", output.stderr);
    assert!(output.stderr.ends_with("no message found\n"), "{}", output.stderr);

    let output = detect(&["--pcap", "--json"], &pcap(&[&segments[..], &[udp(INTEGER)]].concat()));
    assert_eq!(output.code, 20);
    let report = output.json();
    assert_eq!((&report["messages"], &report["misread"]), (&json!(1), &json!(1)));
    assert_eq!(report["passed_over"], json!({ "TCP": 5 }));
}

#[test]
fn captures_that_are_broken() {
    let whole = pcap(&[udp(JSON), udp(JSON)]);
    let pcapng = pcapng(&[(0, &udp(JSON))]);
    let mut huge = whole.clone();
    huge.extend([0, 0, 0x7FFF_FFFF, 0].map(u32::to_le_bytes).concat());
    let mut no_such_end = pcapng.clone();
    no_such_end.extend([6, 32, 0, 0, 0, 0, 0, 33].map(u32::to_be_bytes).concat());
    let cases = [
        (whole[..whole.len() - 1].to_vec(), 1, "ends within the block at byte 100"),
        (pcapng[..pcapng.len() - 1].to_vec(), 1, "ends within the block at byte 160"),
        (huge, 2, "has a block of more than 1 MiB at byte 176"),
        (no_such_end, 1, "is not well-formed at byte 180"),
    ];
    for (file, messages, fault) in cases {
        let output = detect(&["--pcap", "--json"], &file);
        assert_eq!(
            (output.code, &*output.stderr),
            (1, &*format!("glassine: standard input {fault}\n"))
        );
        let report = output.json();
        assert_eq!((&report["messages"], &report["unreadable"]), (&json!(messages), &json!(1)));
    }

    let output = detect(&["--pcap"], &pcap_of(105, &[b"802.11"]));
    let stderr = "\
        glassine: standard input has packets of link type 105, which is not known\n\
        glassine: warning: 1 of the 1 packets of standard input are not the beginning of a UDP \
        message and were passed over: 1 link type 105\n\
        glassine: no message found\n";
    assert_eq!((output.code, &*output.stderr), (1, stderr));
}
