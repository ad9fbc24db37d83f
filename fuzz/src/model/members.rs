//! The grammars of W3C's lists, by character and by hand: Trace Context level 2 and Baggage.

/// A member of a `baggage` list.
pub(crate) struct Baggage<'a> {
    pub(crate) key: &'a str,
    pub(crate) value: &'a str,
    pub(crate) properties: &'a str,
}

/// The members of a `tracestate` list: 32 at most, of which those that break the grammar count.
pub(crate) fn tracestate(text: &str) -> impl Iterator<Item = (&str, &str)> {
    members(text).take(32).filter_map(|member| {
        let [key, value] = member.split('=').collect::<Vec<_>>()[..] else { return None };
        let key_chars: Vec<char> = key.chars().collect();
        let key_is_right = match &key_chars[..] {
            [first, rest @ ..] => {
                "abcdefghijklmnopqrstuvwxyz0123456789".contains(*first)
                    && rest.len() <= 255
                    && rest.iter().all(|c| "abcdefghijklmnopqrstuvwxyz0123456789_-*/@".contains(*c))
            }
            [] => false,
        };
        // 0*255(chr) nblk-chr
        let value_chars: Vec<char> = value.chars().collect();
        let value_is_right = match &value_chars[..] {
            [rest @ .., last] => {
                *last != ' '
                    && rest.len() <= 255
                    && value_chars.iter().all(|c| (' '..='~').contains(c) && *c != ',')
            }
            [] => false,
        };
        (key_is_right && value_is_right).then_some((key, value))
    })
}

/// The members of a `baggage` list: 180 at most, of which those that break the grammar count.
pub(crate) fn baggage(text: &str) -> impl Iterator<Item = Baggage<'_>> {
    members(text).take(180).filter_map(|member| {
        let (pair, properties) =
            member.split_once(';').map_or((member, None), |(pair, rest)| (pair, Some(rest)));
        let (key, value) = key_value(pair)?;
        let properties_are_right = properties.is_none_or(|properties| {
            properties.split(';').all(|property| match property.contains('=') {
                true => key_value(property).is_some(),
                false => is_token(without_space(property)),
            })
        });
        let properties = properties.map_or("", without_space);
        properties_are_right.then_some(Baggage { key, value, properties })
    })
}

/// What is between commas, without the white space around it; none of it empty.
fn members(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(without_space).filter(|member| !member.is_empty())
}

/// A key, `=` and a value, with white space around either.
fn key_value(pair: &str) -> Option<(&str, &str)> {
    let (key, value) = pair.split_once('=')?;
    let (key, value) = (without_space(key), without_space(value));
    (is_token(key) && value.chars().all(is_baggage_octet)).then_some((key, value))
}

/// OWS of RFC 9110: a space or a tab.
fn without_space(text: &str) -> &str {
    text.trim_matches(|c| c == ' ' || c == '\t')
}

/// `token` of RFC 9110.
fn is_token(text: &str) -> bool {
    const TOKEN: &str =
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    !text.is_empty() && text.chars().all(|c| TOKEN.contains(c))
}

/// `%x21 / %x23-2B / %x2D-3A / %x3C-5B / %x5D-7E`.
fn is_baggage_octet(c: char) -> bool {
    matches!(c as u32, 0x21 | 0x23..=0x2B | 0x2D..=0x3A | 0x3C..=0x5B | 0x5D..=0x7E)
}
