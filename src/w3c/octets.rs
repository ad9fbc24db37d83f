//! What W3C's lists are made of, byte by byte: one table, because a look into it takes as long as
//! one comparison, and the grammars have up to a dozen.

/// Whether a byte may stand in one of W3C's texts.
#[derive(Clone, Copy)]
pub(super) struct Octets(u8);

impl Octets {
    /// W3C Trace Context level 2, *key*, behind its first character.
    pub(super) const TRACESTATE_KEY: Self = Self(1 << 0);
    /// W3C Trace Context level 2, *value*.
    pub(super) const TRACESTATE_VALUE: Self = Self(1 << 1);
    /// RFC 9110, *tokens*: the keys of baggage.
    pub(super) const TOKEN: Self = Self(1 << 2);
    /// W3C Baggage, *baggage-octet*.
    pub(super) const BAGGAGE_VALUE: Self = Self(1 << 3);

    #[inline]
    pub(super) fn contain(self, byte: u8) -> bool {
        TABLE[usize::from(byte)] & self.0 != 0
    }

    #[inline]
    pub(super) fn contain_all(self, text: &str) -> bool {
        text.bytes().all(|byte| self.contain(byte))
    }

    /// Those that the text begins with, and the rest.
    #[inline]
    pub(super) fn split(self, text: &str) -> Option<(&str, &str)> {
        let end = text.bytes().position(|byte| !self.contain(byte)).unwrap_or(text.len());
        text.split_at_checked(end)
    }
}

static TABLE: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    while byte < 0x7F {
        let octets = [
            (Octets::TRACESTATE_KEY, is_tracestate_key(byte)),
            (Octets::TRACESTATE_VALUE, is_tracestate_value(byte)),
            (Octets::TOKEN, is_token(byte)),
            (Octets::BAGGAGE_VALUE, is_baggage_value(byte)),
        ];
        let mut i = 0;
        while i < octets.len() {
            if octets[i].1 {
                table[byte as usize] |= octets[i].0.0;
            }
            i += 1;
        }
        byte += 1;
    }
    table
};

const fn is_tracestate_key(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@')
}

const fn is_tracestate_value(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b',' | b'=')
}

const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

const fn is_baggage_value(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~') && !matches!(byte, b'"' | b',' | b';' | b'\\')
}
