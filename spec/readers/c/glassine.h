/*
 * Glassine, version 1, in one header: reads and writes messages that carry a trace context.
 *
 * Copy this file into a program. It needs a C99 compiler and three of its headers, and nothing
 * that has to be linked. It allocates nothing, keeps nothing between two calls, calls nothing of
 * the C library, and none of its loops runs longer than the bytes that it was given.
 *
 *     struct glassine_reading reading = glassine_read(message, length);
 *     handle(reading.payload, reading.payload_len);   // always there, whatever the message is
 *     if (reading.claimed_sampled) { ... }            // from the first 8 bytes alone
 *
 * What is read points into the message, which must stay as long as the reading is used. No function
 * takes a null pointer for bytes, unless their number is 0. The format is that of Glassine's
 * specification, spec/glassine.md; names in brackets, such as [R-READ-1], are its requirements.
 */
#ifndef GLASSINE_H
#define GLASSINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if SIZE_MAX < 0xFFFFFFFF
#error "a carrier of 65535 bytes and its header need a size_t of 32 bits"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Constants of the wire and its limits (sections 3 to 5, 10 and 11). */

enum {
    GLASSINE_MAGIC = 0x9E,
    GLASSINE_VERSION_1 = 1,
    GLASSINE_GUARD_0 = 0xC1,
    GLASSINE_GUARD_1 = 0xDE,
    /* Bits of byte 5. */
    GLASSINE_DECIDED = 0x01,
    GLASSINE_IDS = 0x02,
    /* Bits of the trace flags. */
    GLASSINE_FLAG_SAMPLED = 0x01,
    GLASSINE_FLAG_RANDOM = 0x02,
    /* Lengths in bytes. */
    GLASSINE_PREFIX_LEN = 4,
    GLASSINE_HEADER_LEN = 8,
    GLASSINE_TRACE_ID_LEN = 16,
    GLASSINE_SPAN_ID_LEN = 8,
    GLASSINE_IDS_LEN = 24,
    GLASSINE_FIELD_HEADER_LEN = 3,
    GLASSINE_FURTHER_CONTEXT_LEN = 25,
    GLASSINE_TEXT_PREFIX_LEN = 10,
    GLASSINE_TRACEPARENT_LEN = 55,
    /* Limits. */
    GLASSINE_DEFAULT_CAP = 16384,
    GLASSINE_MAX_CARRIER = 65535,
    GLASSINE_MAX_FIELDS = 128,
    GLASSINE_MAX_BASE64 = 87391,
    /* As many faults as one carrier can have: two ids, each field, and what follows the last. */
    GLASSINE_MAX_CARRIER_FAULTS = 131
};

/* Types of fields (section 5.2). Others are skipped. */
enum glassine_field_type {
    GLASSINE_TRACESTATE = 1,
    GLASSINE_BAGGAGE = 2,
    GLASSINE_TEXT_MAP = 3,
    GLASSINE_WEIGHT = 4,
    GLASSINE_FURTHER_CONTEXT = 5,
    GLASSINE_THINNING = 6
};

/* What kind of message it is (section 6), or why there is none of them. */
enum glassine_verdict {
    GLASSINE_BARE,
    GLASSINE_ENVELOPED,
    GLASSINE_UNKNOWN_VERSION,
    GLASSINE_DAMAGED,
    /* An error on its channel, which is closed or always (section 9). Its payload is all of it. */
    GLASSINE_REFUSED,
    /* More bytes must arrive first. Only `glassine_read_arrived` says so. */
    GLASSINE_INCOMPLETE
};

/* Which messages a channel takes (section 9). */
enum glassine_mode { GLASSINE_MIXED, GLASSINE_CLOSED, GLASSINE_ALWAYS };

/* What the sender decided, if it did. */
enum glassine_decision { GLASSINE_NO_DECISION, GLASSINE_UNSAMPLED, GLASSINE_SAMPLED };

/* What an envelope says: the values of byte 5 (section 4). */
enum glassine_shape {
    /* Nothing. Without fields it is the escape. */
    GLASSINE_SHAPE_NOTHING = 0,
    /* Do not start a trace here: the unsampled marker. */
    GLASSINE_SHAPE_UNSAMPLED = GLASSINE_DECIDED,
    /* These ids, with these flags. */
    GLASSINE_SHAPE_CONTEXT = GLASSINE_DECIDED | GLASSINE_IDS
};

/* What is wrong. `glassine_fault_name` gives the specification's names. */
enum glassine_fault_kind {
    GLASSINE_NO_FAULT,
    /* Of a header (section 6), in the order in which they are looked for. */
    GLASSINE_TRUNCATED_HEADER,
    GLASSINE_RESERVED_BITS,
    GLASSINE_FLAGS_WITHOUT_DECISION,
    GLASSINE_UNKNOWN_SHAPE,
    GLASSINE_IDS_WITHOUT_DECISION,
    GLASSINE_SAMPLED_WITHOUT_IDS,
    GLASSINE_CARRIER_TOO_SHORT,
    GLASSINE_CARRIER_PAST_END,
    /* Of a message that is enveloped all the same. */
    GLASSINE_CARRIER_ABOVE_CAP,
    /* Of the text form (section 10). */
    GLASSINE_TEXT_UNTERMINATED,
    GLASSINE_TEXT_ALPHABET,
    GLASSINE_TEXT_LENGTH,
    GLASSINE_TEXT_UNUSED_BITS,
    GLASSINE_TEXT_NOT_A_FRAME,
    GLASSINE_TEXT_CARRIER_LENGTH,
    /* Of closed and always channels (section 9). */
    GLASSINE_NOT_ENVELOPED,
    GLASSINE_IMPOSSIBLE_VERSION,
    GLASSINE_WRONG_GUARD,
    /* Inside a carrier (section 5.3). A writer refuses them. */
    GLASSINE_ZERO_TRACE_ID,
    GLASSINE_ZERO_SPAN_ID,
    GLASSINE_TOO_MANY_FIELDS,
    GLASSINE_FIELD_PAST_END,
    GLASSINE_MALFORMED_FIELD,
    GLASSINE_MISPLACED_FIELD,
    GLASSINE_REPEATED_FIELD,
    /* Of a writer alone (section 7). */
    GLASSINE_FIELD_TOO_LONG,
    GLASSINE_CARRIER_TOO_LONG,
    GLASSINE_PAYLOAD_NOT_TEXT,
    GLASSINE_BUFFER_TOO_SMALL,
    /* Of a `traceparent` (section 13), beside the two of all-zero ids. */
    GLASSINE_TRACEPARENT_LENGTH,
    GLASSINE_TRACEPARENT_VERSION,
    GLASSINE_TRACEPARENT_SEPARATOR,
    GLASSINE_TRACEPARENT_DIGIT
};

/* What is wrong, and at which byte it shows. */
struct glassine_fault {
    enum glassine_fault_kind kind;
    size_t offset;
};

/* A trace id, a span id and trace flags. */
struct glassine_context {
    uint8_t trace_id[GLASSINE_TRACE_ID_LEN];
    uint8_t span_id[GLASSINE_SPAN_ID_LEN];
    uint8_t flags;
};

/* Bytes that belong to somebody else: to the message, or to whoever writes one. */
struct glassine_bytes {
    const uint8_t *data;
    size_t len;
};

/* A key and a value of another propagator. */
struct glassine_text_map_entry {
    struct glassine_bytes key;
    struct glassine_bytes value;
};

/* A field of a carrier. A writer looks at type and value alone. */
struct glassine_field {
    uint8_t type;
    struct glassine_bytes value;
    /* Where its type stands in the binary message, or in what a text was decoded to. */
    size_t offset;
    /* Why it does not count; `GLASSINE_NO_FAULT` if it does. */
    enum glassine_fault_kind fault;
};

/* What a message says. */
struct glassine_reading {
    enum glassine_verdict verdict;
    /* Of what is damaged or refused, and of a carrier above the cap. */
    struct glassine_fault fault;
    /* What the application sent, always: all of the message if that is bare or damaged. */
    const uint8_t *payload;
    size_t payload_len;
    size_t payload_offset;
    /* 0 for bare and damaged messages. */
    uint8_t version;
    /* What the header says of the trace flags: a claim that saves work [R-READ-7]. */
    bool claimed_sampled;
    bool has_flags;
    uint8_t flags;
    /* Ids and fields, where they may be read; not looked into so far [R-READ-9]. */
    bool has_ids;
    struct glassine_bytes carrier;
    /* How many bytes of the message the next part needs, if it is incomplete [R-STREAM-5]. */
    size_t needs;
};

/* Goes through the fields of a carrier. */
struct glassine_fields {
    struct glassine_bytes carrier;
    size_t start;
    size_t at;
    unsigned count;
    bool usable;
    bool sampled;
    uint8_t seen;
    uint32_t counting_keys[GLASSINE_MAX_FIELDS / 32];
    /* After the last field: what is wrong with what follows it. */
    struct glassine_fault end;
};

/* What goes in front of a payload. With all bytes 0 it is the escape. */
struct glassine_envelope {
    enum glassine_shape shape;
    /* Looked at for `GLASSINE_SHAPE_CONTEXT` alone. */
    struct glassine_context context;
    /* In any order: they are written in the canonical one. */
    const struct glassine_field *fields;
    size_t fields_len;
};

/* ------------------------------------------------------------------ small things, for this file */

static inline uint32_t glassine_in_u16(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 8 | (uint32_t)bytes[1];
}

static inline uint32_t glassine_in_u32(const uint8_t *bytes) {
    return glassine_in_u16(bytes) << 16 | glassine_in_u16(bytes + 2);
}

static inline void glassine_in_copy(uint8_t *to, const uint8_t *from, size_t len) {
    for (size_t i = 0; i < len; i++) to[i] = from[i];
}

static inline bool glassine_in_all_zero(const uint8_t *bytes, size_t len) {
    uint8_t any = 0;
    for (size_t i = 0; i < len; i++) any = (uint8_t)(any | bytes[i]);
    return any == 0;
}

static inline uint8_t glassine_in_lower(uint8_t byte) {
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + ('a' - 'A')) : byte;
}

/* Whether they are the same but for the case of ASCII letters. */
static inline bool glassine_in_same_key(struct glassine_bytes a, struct glassine_bytes b) {
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++) {
        if (glassine_in_lower(a.data[i]) != glassine_in_lower(b.data[i])) return false;
    }
    return true;
}

static inline bool glassine_in_is_key(struct glassine_bytes a, const char *lower, size_t len) {
    if (a.len != len) return false;
    for (size_t i = 0; i < len; i++) {
        if (glassine_in_lower(a.data[i]) != (uint8_t)lower[i]) return false;
    }
    return true;
}

/* The bytes 09 and 20 to 7E, and at least one of them. */
static inline bool glassine_in_is_text(struct glassine_bytes value) {
    for (size_t i = 0; i < value.len; i++) {
        uint8_t byte = value.data[i];
        if (byte != 0x09 && (byte < 0x20 || byte > 0x7E)) return false;
    }
    return value.len > 0;
}

/* UTF-8 as RFC 3629 has it: no surrogates, no longer form than needed, nothing past 10FFFF. */
static inline bool glassine_in_is_utf8(const uint8_t *bytes, size_t len) {
    size_t at = 0;
    while (at < len) {
        uint8_t lead = bytes[at];
        size_t more;
        uint8_t least = 0x80, most = 0xBF;
        if (lead < 0x80) {
            more = 0;
        } else if (lead >= 0xC2 && lead <= 0xDF) {
            more = 1;
        } else if (lead >= 0xE0 && lead <= 0xEF) {
            more = 2;
            if (lead == 0xE0) least = 0xA0;
            if (lead == 0xED) most = 0x9F;
        } else if (lead >= 0xF0 && lead <= 0xF4) {
            more = 3;
            if (lead == 0xF0) least = 0x90;
            if (lead == 0xF4) most = 0x8F;
        } else {
            return false;
        }
        if (more > len - at - 1) return false;
        for (size_t i = 1; i <= more; i++) {
            if (bytes[at + i] < least || bytes[at + i] > most) return false;
            least = 0x80;
            most = 0xBF;
        }
        at += more + 1;
    }
    return true;
}

static inline struct glassine_fault glassine_in_fault(enum glassine_fault_kind kind,
                                                      size_t offset) {
    struct glassine_fault fault;
    fault.kind = kind;
    fault.offset = offset;
    return fault;
}

static inline bool glassine_in_is_version(uint8_t byte) {
    return byte >= 1 && byte <= 8 && byte != 5; /* [R-INV-2] */
}

/* ---------------------------------------------------------------------------- reading a message */

/* A reading whose payload is all of the message. */
static inline struct glassine_reading glassine_in_whole(const uint8_t *message, size_t len,
                                                        enum glassine_verdict verdict,
                                                        struct glassine_fault fault) {
    struct glassine_reading reading;
    reading.verdict = verdict;
    reading.fault = fault;
    reading.payload = message;
    reading.payload_len = len;
    reading.payload_offset = 0;
    reading.version = 0;
    reading.claimed_sampled = false;
    reading.has_flags = false;
    reading.flags = 0;
    reading.has_ids = false;
    reading.carrier.data = NULL;
    reading.carrier.len = 0;
    reading.needs = 0;
    return reading;
}

static inline struct glassine_reading glassine_in_bare(const uint8_t *message, size_t len) {
    return glassine_in_whole(message, len, GLASSINE_BARE, glassine_in_fault(GLASSINE_NO_FAULT, 0));
}

/* A message with a fault: damaged in a mixed channel, and an error in the others. */
static inline struct glassine_reading glassine_in_faulty(const uint8_t *message, size_t len,
                                                         enum glassine_mode mode,
                                                         struct glassine_fault fault) {
    return glassine_in_whole(message, len,
                             mode == GLASSINE_MIXED ? GLASSINE_DAMAGED : GLASSINE_REFUSED, fault);
}

/* Rows 3 to 5 of section 6: `header` has no fault, and the payload begins at `offset`. */
static inline struct glassine_reading glassine_in_framed(const uint8_t *header,
                                                         const uint8_t *carrier,
                                                         const uint8_t *message, size_t len,
                                                         size_t offset, size_t cap,
                                                         size_t length_offset) {
    struct glassine_reading reading = glassine_in_bare(message, len);
    size_t n = glassine_in_u16(header + 6);
    reading.verdict = GLASSINE_ENVELOPED;
    reading.payload = message + offset;
    reading.payload_len = len - offset;
    reading.payload_offset = offset;
    reading.version = header[1];
    reading.has_flags = (header[5] & GLASSINE_DECIDED) != 0;
    reading.flags = header[4];
    reading.claimed_sampled = reading.has_flags && (header[4] & GLASSINE_FLAG_SAMPLED) != 0;
    if (reading.version != GLASSINE_VERSION_1) { /* [R-READ-4], [R-VER-2] */
        reading.verdict = GLASSINE_UNKNOWN_VERSION;
    } else if (n > cap) { /* [R-READ-5] */
        reading.fault = glassine_in_fault(GLASSINE_CARRIER_ABOVE_CAP, length_offset);
    } else {
        reading.has_ids = (header[5] & GLASSINE_IDS) != 0;
        reading.carrier.data = carrier;
        reading.carrier.len = n;
    }
    return reading;
}

static inline bool glassine_in_has_prefix(const uint8_t *message, size_t len) {
    return len >= GLASSINE_PREFIX_LEN && message[0] == GLASSINE_MAGIC &&
           glassine_in_is_version(message[1]) && message[2] == GLASSINE_GUARD_0 &&
           message[3] == GLASSINE_GUARD_1;
}

/* Faults 1 to 7 of section 6, of bytes that have the prefix. */
static inline struct glassine_fault glassine_in_header_fault(const uint8_t *message, size_t len) {
    if (len < GLASSINE_HEADER_LEN) return glassine_in_fault(GLASSINE_TRUNCATED_HEADER, len);
    uint8_t flags = message[4], shape = message[5];
    bool decided = (shape & GLASSINE_DECIDED) != 0, ids = (shape & GLASSINE_IDS) != 0;
    if ((shape & 0xF0) != 0) return glassine_in_fault(GLASSINE_RESERVED_BITS, 5);
    if (flags != 0 && !decided) return glassine_in_fault(GLASSINE_FLAGS_WITHOUT_DECISION, 4);
    if (message[1] == GLASSINE_VERSION_1) {
        if ((shape & 0x0C) != 0) return glassine_in_fault(GLASSINE_UNKNOWN_SHAPE, 5);
        if (ids && !decided) return glassine_in_fault(GLASSINE_IDS_WITHOUT_DECISION, 5);
        if ((flags & GLASSINE_FLAG_SAMPLED) != 0 && !ids) {
            return glassine_in_fault(GLASSINE_SAMPLED_WITHOUT_IDS, 4);
        }
        if (ids && glassine_in_u16(message + 6) < GLASSINE_IDS_LEN) {
            return glassine_in_fault(GLASSINE_CARRIER_TOO_SHORT, 6);
        }
    }
    return glassine_in_fault(GLASSINE_NO_FAULT, 0);
}

/* The faults of section 9, judged byte by byte, before those of section 6. */
static inline struct glassine_fault glassine_in_strict_fault(const uint8_t *message, size_t len,
                                                             enum glassine_mode mode) {
    if (len == 0 || message[0] != GLASSINE_MAGIC) {
        if (mode != GLASSINE_ALWAYS) return glassine_in_fault(GLASSINE_NO_FAULT, 0);
        return glassine_in_fault(GLASSINE_NOT_ENVELOPED, 0);
    }
    if (len > 1 && !glassine_in_is_version(message[1])) {
        return glassine_in_fault(GLASSINE_IMPOSSIBLE_VERSION, 1);
    }
    if (len > 2 && message[2] != GLASSINE_GUARD_0) {
        return glassine_in_fault(GLASSINE_WRONG_GUARD, 2);
    }
    if (len > 3 && message[3] != GLASSINE_GUARD_1) {
        return glassine_in_fault(GLASSINE_WRONG_GUARD, 3);
    }
    if (len < GLASSINE_HEADER_LEN) return glassine_in_fault(GLASSINE_TRUNCATED_HEADER, len);
    return glassine_in_fault(GLASSINE_NO_FAULT, 0);
}

/*
 * Reads a message of a binary channel (section 6). It always gives a payload. It looks at 8 bytes,
 * whatever the length.
 *
 * `cap` is the longest carrier that may be looked into, usually `GLASSINE_DEFAULT_CAP` [R-LIMIT-1].
 */
static inline struct glassine_reading glassine_read_as(const uint8_t *message, size_t len,
                                                       enum glassine_mode mode, size_t cap) {
    struct glassine_fault fault;
    if (mode != GLASSINE_MIXED) {
        fault = glassine_in_strict_fault(message, len, mode);
        if (fault.kind != GLASSINE_NO_FAULT) {
            return glassine_in_whole(message, len, GLASSINE_REFUSED, fault);
        }
    }
    if (!glassine_in_has_prefix(message, len)) return glassine_in_bare(message, len);
    fault = glassine_in_header_fault(message, len);
    if (fault.kind == GLASSINE_NO_FAULT) {
        size_t end = GLASSINE_HEADER_LEN + glassine_in_u16(message + 6);
        if (end <= len) {
            const uint8_t *carrier = message + GLASSINE_HEADER_LEN;
            return glassine_in_framed(message, carrier, message, len, end, cap, 6);
        }
        fault = glassine_in_fault(GLASSINE_CARRIER_PAST_END, 6);
    }
    return glassine_in_faulty(message, len, mode, fault);
}

/* Reads a message of a mixed binary channel, the usual kind, with the usual cap. */
static inline struct glassine_reading glassine_read(const uint8_t *message, size_t len) {
    return glassine_read_as(message, len, GLASSINE_MIXED, GLASSINE_DEFAULT_CAP);
}

/*
 * Reads the beginning of a message of a mixed binary channel, of which more may arrive (section 9).
 * `GLASSINE_INCOMPLETE` says that it is too early; `needs` is then a number of bytes, counted from
 * the message's start, to wait for. Any other reading stands, with the payload as far as it has
 * arrived. When the message has ended, use `glassine_read_as`.
 */
static inline struct glassine_reading glassine_read_arrived(const uint8_t *message, size_t arrived,
                                                            size_t cap) {
    bool possible = (arrived < 1 || message[0] == GLASSINE_MAGIC) &&
                    (arrived < 2 || glassine_in_is_version(message[1])) &&
                    (arrived < 3 || message[2] == GLASSINE_GUARD_0) &&
                    (arrived < 4 || message[3] == GLASSINE_GUARD_1);
    size_t needs = 0;
    if (!possible) return glassine_in_bare(message, arrived); /* [R-STREAM-2] */
    if (arrived < GLASSINE_PREFIX_LEN) {
        needs = GLASSINE_PREFIX_LEN;
    } else if (arrived < GLASSINE_HEADER_LEN) {
        needs = GLASSINE_HEADER_LEN;
    } else if (glassine_in_header_fault(message, arrived).kind == GLASSINE_NO_FAULT) {
        needs = GLASSINE_HEADER_LEN + glassine_in_u16(message + 6);
    }
    if (arrived < needs) { /* [R-STREAM-1] */
        struct glassine_reading reading = glassine_in_bare(message, arrived);
        reading.verdict = GLASSINE_INCOMPLETE;
        reading.needs = needs;
        return reading;
    }
    return glassine_read_as(message, arrived, GLASSINE_MIXED, cap); /* [R-STREAM-3] */
}

/* The value of a base64url character, or -1. */
static inline int glassine_in_sextet(uint8_t character) {
    if (character >= 'A' && character <= 'Z') return character - 'A';
    if (character >= 'a' && character <= 'z') return character - 'a' + 26;
    if (character >= '0' && character <= '9') return character - '0' + 52;
    if (character == '-') return 62;
    if (character == '_') return 63;
    return -1;
}

/* Decodes bytes `from` to `to` of what the characters say; they are of the alphabet. */
static inline void glassine_in_decode(const uint8_t *characters, size_t from, size_t to,
                                      uint8_t *out) {
    for (size_t i = from; i < to; i++) {
        size_t at = i / 3 * 4 + i % 3; /* the character that holds the byte's first bit */
        unsigned both = (unsigned)glassine_in_sextet(characters[at]) << 6 |
                        (unsigned)glassine_in_sextet(characters[at + 1]);
        out[i - from] = (uint8_t)(both >> (4 - i % 3 * 2));
    }
}

static inline bool glassine_in_has_text_prefix(const uint8_t *text, size_t len) {
    static const char prefix[] = "~glassine;";
    if (len < GLASSINE_TEXT_PREFIX_LEN) return false;
    for (size_t i = 0; i < GLASSINE_TEXT_PREFIX_LEN; i++) {
        if (text[i] != (uint8_t)prefix[i]) return false;
    }
    return true;
}

/* The table of section 10, first fault first. `*stop` is where the characters end; `header` gets
 * the first 8 bytes that they hold. */
static inline struct glassine_fault glassine_in_text_fault(const uint8_t *text, size_t len,
                                                           size_t *stop, uint8_t *header) {
    const size_t start = GLASSINE_TEXT_PREFIX_LEN;
    const size_t last = start + GLASSINE_MAX_BASE64;
    size_t at = start, wrong = 0;
    while (at < len && at <= last && text[at] != ';') {
        if (wrong == 0 && glassine_in_sextet(text[at]) < 0) wrong = at;
        at++;
    }
    *stop = at;
    if (at >= len || at > last) {
        return glassine_in_fault(GLASSINE_TEXT_UNTERMINATED, len < last ? len : last);
    }
    if (wrong != 0) return glassine_in_fault(GLASSINE_TEXT_ALPHABET, wrong);
    size_t count = at - start, rest = count % 4, decoded = count / 4 * 3;
    if (rest == 1) return glassine_in_fault(GLASSINE_TEXT_LENGTH, at);
    if (rest > 1) {
        unsigned unused = rest == 2 ? 0x0F : 0x03; /* 12 bits hold 1 byte, 18 bits hold 2 */
        if (((unsigned)glassine_in_sextet(text[at - 1]) & unused) != 0) {
            return glassine_in_fault(GLASSINE_TEXT_UNUSED_BITS, at - 1);
        }
        decoded += rest - 1;
    }
    size_t head = GLASSINE_HEADER_LEN;
    if (decoded < head) head = decoded;
    glassine_in_decode(text + start, 0, head, header);
    if (!glassine_in_has_prefix(header, head)) {
        return glassine_in_fault(GLASSINE_TEXT_NOT_A_FRAME, start);
    }
    struct glassine_fault fault = glassine_in_header_fault(header, head);
    if (fault.kind != GLASSINE_NO_FAULT) {
        return glassine_in_fault(fault.kind, start + 4 * fault.offset / 3);
    }
    size_t end = GLASSINE_HEADER_LEN + glassine_in_u16(header + 6);
    if (end > decoded) return glassine_in_fault(GLASSINE_CARRIER_PAST_END, 18);
    if (end < decoded) return glassine_in_fault(GLASSINE_TEXT_CARRIER_LENGTH, 18);
    return fault;
}

/*
 * Reads a message of a text channel (section 10). The carrier is decoded into `buffer`, whose
 * length is the reader's cap: with `GLASSINE_DEFAULT_CAP` bytes it is the usual one. With none the
 * payload and the header's decision are read all the same. O(characters in front of the payload).
 *
 * Offsets of fields, and of faults in the carrier, count in what is decoded; others in the text.
 */
static inline struct glassine_reading glassine_read_text_as(const uint8_t *text, size_t len,
                                                            enum glassine_mode mode,
                                                            uint8_t *buffer, size_t buffer_len) {
    uint8_t header[GLASSINE_HEADER_LEN];
    size_t stop = 0;
    if (!glassine_in_has_text_prefix(text, len)) {
        if (mode != GLASSINE_ALWAYS) return glassine_in_bare(text, len);
        return glassine_in_whole(text, len, GLASSINE_REFUSED,
                                 glassine_in_fault(GLASSINE_NOT_ENVELOPED, 0));
    }
    struct glassine_fault fault = glassine_in_text_fault(text, len, &stop, header);
    if (fault.kind != GLASSINE_NO_FAULT) {
        return glassine_in_faulty(text, len, mode, fault);
    }
    struct glassine_reading reading =
        glassine_in_framed(header, buffer, text, len, stop + 1, buffer_len, 18);
    glassine_in_decode(text + GLASSINE_TEXT_PREFIX_LEN, GLASSINE_HEADER_LEN,
                       GLASSINE_HEADER_LEN + reading.carrier.len, buffer);
    return reading;
}

/* Reads a message of a mixed text channel. */
static inline struct glassine_reading glassine_read_text(const uint8_t *text, size_t len,
                                                         uint8_t *buffer, size_t buffer_len) {
    return glassine_read_text_as(text, len, GLASSINE_MIXED, buffer, buffer_len);
}

/* -------------------------------------------------------------- what is in it, when it is asked */

/* The context, if there is a usable one: not without ids, nor if one is all zero [R-CARRIER-1]. */
static inline bool glassine_get_context(const struct glassine_reading *reading,
                                        struct glassine_context *context) {
    if (!reading->has_ids) return false;
    const uint8_t *ids = reading->carrier.data;
    if (glassine_in_all_zero(ids, GLASSINE_TRACE_ID_LEN) ||
        glassine_in_all_zero(ids + GLASSINE_TRACE_ID_LEN, GLASSINE_SPAN_ID_LEN)) {
        return false;
    }
    glassine_in_copy(context->trace_id, ids, GLASSINE_TRACE_ID_LEN);
    glassine_in_copy(context->span_id, ids + GLASSINE_TRACE_ID_LEN, GLASSINE_SPAN_ID_LEN);
    context->flags = reading->flags;
    return true;
}

/* What the sender decided [R-READ-8]: what it claims, unless an id is all zero. */
static inline enum glassine_decision glassine_get_decision(const struct glassine_reading *reading) {
    struct glassine_context context;
    if (!reading->has_flags) return GLASSINE_NO_DECISION;
    if (reading->has_ids && !glassine_get_context(reading, &context)) return GLASSINE_NO_DECISION;
    return reading->claimed_sampled ? GLASSINE_SAMPLED : GLASSINE_UNSAMPLED;
}

/* Splits the value of a text-map entry; false if it is malformed. */
static inline bool glassine_get_text_map_entry(struct glassine_bytes value,
                                               struct glassine_text_map_entry *entry) {
    if (value.len < 2 || value.data[0] == 0 || value.data[0] > value.len - 1) return false;
    struct glassine_bytes key;
    key.data = value.data + 1;
    key.len = value.data[0];
    for (size_t i = 0; i < key.len; i++) {
        if (key.data[i] < 0x21 || key.data[i] > 0x7E) return false;
    }
    if (glassine_in_is_key(key, "traceparent", 11) || glassine_in_is_key(key, "tracestate", 10) ||
        glassine_in_is_key(key, "baggage", 7)) { /* [R-FIELD-4] */
        return false;
    }
    entry->key = key;
    entry->value.data = key.data + key.len;
    entry->value.len = value.len - 1 - key.len;
    return glassine_in_is_utf8(entry->value.data, entry->value.len);
}

/* Reads the value of a further context; false if it is malformed. */
static inline bool glassine_get_further_context(struct glassine_bytes value,
                                                struct glassine_context *context) {
    if (value.len != GLASSINE_FURTHER_CONTEXT_LEN) return false;
    glassine_in_copy(context->trace_id, value.data, GLASSINE_TRACE_ID_LEN);
    glassine_in_copy(context->span_id, value.data + 16, GLASSINE_SPAN_ID_LEN);
    context->flags = value.data[24];
    return !glassine_in_all_zero(context->trace_id, GLASSINE_TRACE_ID_LEN) &&
           !glassine_in_all_zero(context->span_id, GLASSINE_SPAN_ID_LEN);
}

/* Whether a value is none of its type (section 5.2). */
static inline bool glassine_in_is_malformed(uint8_t type, struct glassine_bytes value) {
    struct glassine_text_map_entry entry;
    struct glassine_context context;
    switch (type) {
    case 0:
        return true;
    case GLASSINE_TRACESTATE:
    case GLASSINE_BAGGAGE:
        return !glassine_in_is_text(value);
    case GLASSINE_TEXT_MAP:
        return !glassine_get_text_map_entry(value, &entry);
    case GLASSINE_WEIGHT:
    case GLASSINE_THINNING:
        return value.len != 4 || glassine_in_all_zero(value.data, 4);
    case GLASSINE_FURTHER_CONTEXT:
        return !glassine_get_further_context(value, &context);
    default:
        return false;
    }
}

/* Whether a field needs a context that is not there [R-FIELD-5], [R-FIELD-6], [R-FIELD-8]. */
static inline bool glassine_in_is_misplaced(uint8_t type, bool usable, bool sampled) {
    if (type == GLASSINE_TRACESTATE) return !usable;
    return (type == GLASSINE_WEIGHT || type == GLASSINE_THINNING) && !(usable && sampled);
}

/* The bit of a type that counts once [R-FIELD-2], or 0. */
static inline uint8_t glassine_in_once(uint8_t type) {
    bool once = type == GLASSINE_TRACESTATE || type == GLASSINE_BAGGAGE ||
                type == GLASSINE_WEIGHT || type == GLASSINE_THINNING;
    return (uint8_t)(once ? 1U << type : 0U);
}

static inline struct glassine_bytes glassine_in_key(struct glassine_bytes text_map) {
    struct glassine_bytes key;
    key.data = text_map.data + 1;
    key.len = text_map.data[0];
    return key;
}

/* Begins to go through the fields of a reading; of one that has none, too. */
static inline struct glassine_fields glassine_get_fields(const struct glassine_reading *reading) {
    struct glassine_fields fields;
    struct glassine_context context;
    fields.carrier = reading->carrier;
    fields.start = reading->has_ids ? GLASSINE_IDS_LEN : 0;
    fields.at = fields.start;
    fields.count = 0;
    fields.usable = glassine_get_context(reading, &context);
    fields.sampled = reading->claimed_sampled;
    fields.seen = 0;
    for (size_t i = 0; i < GLASSINE_MAX_FIELDS / 32; i++) fields.counting_keys[i] = 0;
    fields.end = glassine_in_fault(GLASSINE_NO_FAULT, 0);
    return fields;
}

/* Whether a text-map entry with this key counted before. */
static inline bool glassine_in_key_counted(const struct glassine_fields *fields,
                                           struct glassine_bytes key) {
    size_t at = fields->start;
    for (unsigned i = 0; i < fields->count; i++) {
        struct glassine_bytes value;
        value.len = glassine_in_u16(fields->carrier.data + at + 1);
        value.data = fields->carrier.data + at + GLASSINE_FIELD_HEADER_LEN;
        if ((fields->counting_keys[i / 32] >> (i % 32) & 1U) != 0 &&
            glassine_in_same_key(glassine_in_key(value), key)) {
            return true;
        }
        at += GLASSINE_FIELD_HEADER_LEN + value.len;
    }
    return false;
}

/* The first fault of section 5.3 that fits a field. Notes what counts. */
static inline enum glassine_fault_kind glassine_in_field_fault(struct glassine_fields *fields,
                                                               uint8_t type,
                                                               struct glassine_bytes value) {
    uint8_t once = glassine_in_once(type);
    if (glassine_in_is_malformed(type, value)) return GLASSINE_MALFORMED_FIELD;
    if (glassine_in_is_misplaced(type, fields->usable, fields->sampled)) {
        return GLASSINE_MISPLACED_FIELD;
    }
    if ((fields->seen & once) != 0) return GLASSINE_REPEATED_FIELD;
    fields->seen = (uint8_t)(fields->seen | once);
    if (type == GLASSINE_TEXT_MAP) {
        if (glassine_in_key_counted(fields, glassine_in_key(value))) return GLASSINE_REPEATED_FIELD;
        fields->counting_keys[fields->count / 32] |= (uint32_t)1 << (fields->count % 32);
    }
    return GLASSINE_NO_FAULT;
}

/*
 * Gives the next field, whether it counts or not: `field->fault` says. False after the last; then
 * `fields->end` says whether something follows that is no field. At most 128 fields. O(its bytes),
 * and for a text-map entry a look at the keys before it.
 */
static inline bool glassine_next_field(struct glassine_fields *fields,
                                       struct glassine_field *field) {
    size_t left = fields->carrier.len - fields->at;
    if (left == 0) return false;
    const uint8_t *bytes = fields->carrier.data + fields->at;
    size_t offset = GLASSINE_HEADER_LEN + fields->at;
    if (fields->count == GLASSINE_MAX_FIELDS) { /* [R-CARRIER-4] */
        fields->end = glassine_in_fault(GLASSINE_TOO_MANY_FIELDS, offset);
        return false;
    }
    if (left < GLASSINE_FIELD_HEADER_LEN ||
        glassine_in_u16(bytes + 1) > left - GLASSINE_FIELD_HEADER_LEN) { /* [R-CARRIER-3] */
        fields->end = glassine_in_fault(GLASSINE_FIELD_PAST_END, offset);
        return false;
    }
    field->type = bytes[0];
    field->value.data = bytes + GLASSINE_FIELD_HEADER_LEN;
    field->value.len = glassine_in_u16(bytes + 1);
    field->offset = offset;
    field->fault = glassine_in_field_fault(fields, field->type, field->value);
    fields->at += GLASSINE_FIELD_HEADER_LEN + field->value.len;
    fields->count++;
    return true;
}

/* The first field of a type that counts. False if there is none. */
static inline bool glassine_find_field(const struct glassine_reading *reading,
                                       enum glassine_field_type type,
                                       struct glassine_field *field) {
    struct glassine_fields fields = glassine_get_fields(reading);
    while (glassine_next_field(&fields, field)) {
        if (field->type == (uint8_t)type && field->fault == GLASSINE_NO_FAULT) return true;
    }
    return false;
}

/* The value of the text-map entry with this key, in any case. False if there is none. */
static inline bool glassine_find_text_map(const struct glassine_reading *reading, const char *key,
                                          size_t key_len, struct glassine_bytes *value) {
    struct glassine_fields fields = glassine_get_fields(reading);
    struct glassine_field field;
    struct glassine_bytes wanted;
    wanted.data = (const uint8_t *)key;
    wanted.len = key_len;
    while (glassine_next_field(&fields, &field)) {
        struct glassine_text_map_entry entry;
        if (field.type == GLASSINE_TEXT_MAP && field.fault == GLASSINE_NO_FAULT &&
            glassine_get_text_map_entry(field.value, &entry) &&
            glassine_in_same_key(entry.key, wanted)) {
            *value = entry.value;
            return true;
        }
    }
    return false;
}

/* How many messages this one stands for, by its sender; 0 if nothing was said. */
static inline uint32_t glassine_get_weight(const struct glassine_reading *reading) {
    struct glassine_field field;
    bool found = glassine_find_field(reading, GLASSINE_WEIGHT, &field);
    return found ? glassine_in_u32(field.value.data) : 0;
}

/* One receiver in how many keeps the sampled context of this copy; 0 if nothing was said. */
static inline uint32_t glassine_get_thinning(const struct glassine_reading *reading) {
    struct glassine_field field;
    bool found = glassine_find_field(reading, GLASSINE_THINNING, &field);
    return found ? glassine_in_u32(field.value.data) : 0;
}

/*
 * Lists what is wrong inside the carrier (section 5.3), in ascending order of offset. Writes no
 * more than `room` faults, and returns how many there are: at most `GLASSINE_MAX_CARRIER_FAULTS`.
 */
static inline size_t glassine_get_carrier_faults(const struct glassine_reading *reading,
                                                 struct glassine_fault *faults, size_t room) {
    struct glassine_fields fields = glassine_get_fields(reading);
    struct glassine_field field;
    struct glassine_fault found[2];
    size_t count = 0;
    if (reading->has_ids) {
        const uint8_t *ids = reading->carrier.data;
        if (glassine_in_all_zero(ids, GLASSINE_TRACE_ID_LEN)) {
            found[count++] = glassine_in_fault(GLASSINE_ZERO_TRACE_ID, 8);
        }
        if (glassine_in_all_zero(ids + GLASSINE_TRACE_ID_LEN, GLASSINE_SPAN_ID_LEN)) {
            found[count++] = glassine_in_fault(GLASSINE_ZERO_SPAN_ID, 24);
        }
    }
    for (size_t i = 0; i < count && i < room; i++) faults[i] = found[i];
    while (glassine_next_field(&fields, &field)) {
        if (field.fault == GLASSINE_NO_FAULT) continue;
        if (count < room) faults[count] = glassine_in_fault(field.fault, field.offset);
        count++;
    }
    if (fields.end.kind != GLASSINE_NO_FAULT) {
        if (count < room) faults[count] = fields.end;
        count++;
    }
    return count;
}

/* ---------------------------------------------------------------------------- writing a message */

static inline void glassine_put_u32(uint8_t *out, uint32_t number) {
    for (unsigned i = 0; i < 4; i++) out[i] = (uint8_t)(number >> (24 - 8 * i));
}

/* Writes the value of a further context: `GLASSINE_FURTHER_CONTEXT_LEN` bytes. */
static inline void glassine_put_further_context(uint8_t *out,
                                                const struct glassine_context *context) {
    glassine_in_copy(out, context->trace_id, GLASSINE_TRACE_ID_LEN);
    glassine_in_copy(out + 16, context->span_id, GLASSINE_SPAN_ID_LEN);
    out[24] = context->flags;
}

/* Writes the value of a text-map entry. Returns its length, or 0 if the key has not 1 to 255 bytes
 * or there is no room. */
static inline size_t glassine_put_text_map_entry(uint8_t *out, size_t room, const char *key,
                                                 size_t key_len, const char *value,
                                                 size_t value_len) {
    if (key_len == 0 || key_len > 255 || room < 1 + key_len || room - 1 - key_len < value_len) {
        return 0;
    }
    out[0] = (uint8_t)key_len;
    for (size_t i = 0; i < key_len; i++) out[1 + i] = (uint8_t)key[i];
    for (size_t i = 0; i < value_len; i++) out[1 + key_len + i] = (uint8_t)value[i];
    return 1 + key_len + value_len;
}

static inline struct glassine_field glassine_field(uint8_t type, const uint8_t *value, size_t len) {
    struct glassine_field field;
    field.type = type;
    field.value.data = value;
    field.value.len = len;
    field.offset = 0;
    field.fault = GLASSINE_NO_FAULT;
    return field;
}

/* An envelope that says nothing: the escape, or what fields can be added to. */
static inline struct glassine_envelope glassine_escape(void) {
    struct glassine_envelope envelope;
    envelope.shape = GLASSINE_SHAPE_NOTHING;
    for (size_t i = 0; i < GLASSINE_TRACE_ID_LEN; i++) envelope.context.trace_id[i] = 0;
    for (size_t i = 0; i < GLASSINE_SPAN_ID_LEN; i++) envelope.context.span_id[i] = 0;
    envelope.context.flags = 0;
    envelope.fields = NULL;
    envelope.fields_len = 0;
    return envelope;
}

/* An envelope that says: do not start a trace here. */
static inline struct glassine_envelope glassine_marker(void) {
    struct glassine_envelope envelope = glassine_escape();
    envelope.shape = GLASSINE_SHAPE_UNSAMPLED;
    return envelope;
}

/* An envelope with a context. */
static inline struct glassine_envelope glassine_envelope(const struct glassine_context *context) {
    struct glassine_envelope envelope = glassine_escape();
    envelope.shape = GLASSINE_SHAPE_CONTEXT;
    envelope.context = *context;
    return envelope;
}

/* Whether a payload of a binary channel needs an envelope, whatever there is to say [R-WRITE-2]. */
static inline bool glassine_needs_escape(const uint8_t *payload, size_t len) {
    return len > 0 && payload[0] == GLASSINE_MAGIC;
}

/* Whether a payload of a text channel does [R-TEXT-4]. */
static inline bool glassine_needs_escape_text(const uint8_t *payload, size_t len) {
    return glassine_in_has_text_prefix(payload, len);
}

/* Whether an earlier field has the same type, where that counts once, or the same key. */
static inline bool glassine_in_is_repeated(const struct glassine_field *fields, size_t at) {
    const struct glassine_field *field = &fields[at];
    bool is_text_map = field->type == GLASSINE_TEXT_MAP;
    if (!is_text_map && glassine_in_once(field->type) == 0) return false;
    for (size_t i = 0; i < at; i++) {
        if (fields[i].type == field->type &&
            (!is_text_map || glassine_in_same_key(glassine_in_key(fields[i].value),
                                                  glassine_in_key(field->value)))) {
            return true;
        }
    }
    return false;
}

/* What stands against a field, but for the length of the carrier [R-WRITE-5], [R-WRITE-7]. */
static inline enum glassine_fault_kind glassine_in_refusal(const struct glassine_envelope *envelope,
                                                           size_t at) {
    const struct glassine_field *field = &envelope->fields[at];
    bool usable = envelope->shape == GLASSINE_SHAPE_CONTEXT;
    bool sampled = (envelope->context.flags & GLASSINE_FLAG_SAMPLED) != 0;
    if (field->value.len > GLASSINE_MAX_CARRIER) return GLASSINE_FIELD_TOO_LONG;
    if (glassine_in_is_malformed(field->type, field->value)) return GLASSINE_MALFORMED_FIELD;
    if (glassine_in_is_misplaced(field->type, usable, sampled)) return GLASSINE_MISPLACED_FIELD;
    if (glassine_in_is_repeated(envelope->fields, at)) return GLASSINE_REPEATED_FIELD;
    return GLASSINE_NO_FAULT;
}

/* Goes through the fields in canonical order [R-WRITE-6]: by type, those of one type as they are
 * given. `*type` is that of the field at hand, and `*at` its place; both begin as 0 and `len`. */
static inline bool glassine_in_next_in_order(const struct glassine_envelope *envelope,
                                             unsigned *type, size_t *at) {
    unsigned next = 256;
    if (*at < envelope->fields_len) {
        for (size_t i = *at + 1; i < envelope->fields_len; i++) {
            if (envelope->fields[i].type == *type) {
                *at = i;
                return true;
            }
        }
        *type += 1;
    }
    for (size_t i = envelope->fields_len; i-- > 0;) {
        if (envelope->fields[i].type >= *type && envelope->fields[i].type <= next) {
            next = envelope->fields[i].type;
            *at = i;
        }
    }
    *type = next;
    return next < 256;
}

/*
 * Says how many bytes header and carrier take: `*len`. The fault is why they cannot be written
 * [R-WRITE-3], [R-WRITE-5], [R-WRITE-7], with the offset in the message where it would show.
 */
static inline struct glassine_fault glassine_encoded_len(const struct glassine_envelope *envelope,
                                                         size_t *len) {
    size_t end = GLASSINE_HEADER_LEN, at = envelope->fields_len;
    unsigned type = 0;
    *len = 0;
    if (envelope->shape == GLASSINE_SHAPE_CONTEXT) {
        if (glassine_in_all_zero(envelope->context.trace_id, GLASSINE_TRACE_ID_LEN)) {
            return glassine_in_fault(GLASSINE_ZERO_TRACE_ID, 8);
        }
        if (glassine_in_all_zero(envelope->context.span_id, GLASSINE_SPAN_ID_LEN)) {
            return glassine_in_fault(GLASSINE_ZERO_SPAN_ID, 24);
        }
        end += GLASSINE_IDS_LEN;
    } else if (envelope->shape != GLASSINE_SHAPE_UNSAMPLED &&
               envelope->shape != GLASSINE_SHAPE_NOTHING) {
        return glassine_in_fault(GLASSINE_UNKNOWN_SHAPE, 5);
    }
    if (envelope->fields_len > GLASSINE_MAX_FIELDS) {
        return glassine_in_fault(GLASSINE_TOO_MANY_FIELDS, end);
    }
    while (glassine_in_next_in_order(envelope, &type, &at)) {
        enum glassine_fault_kind refusal = glassine_in_refusal(envelope, at);
        if (refusal != GLASSINE_NO_FAULT) return glassine_in_fault(refusal, end);
        end += GLASSINE_FIELD_HEADER_LEN + envelope->fields[at].value.len;
        if (end > GLASSINE_HEADER_LEN + GLASSINE_MAX_CARRIER) {
            return glassine_in_fault(GLASSINE_CARRIER_TOO_LONG,
                                     GLASSINE_HEADER_LEN + GLASSINE_MAX_CARRIER);
        }
    }
    *len = end;
    return glassine_in_fault(GLASSINE_NO_FAULT, 0);
}

static inline void glassine_in_put_header(uint8_t *out, uint8_t flags, uint8_t shape, size_t n) {
    out[0] = GLASSINE_MAGIC;
    out[1] = GLASSINE_VERSION_1;
    out[2] = GLASSINE_GUARD_0;
    out[3] = GLASSINE_GUARD_1;
    out[4] = flags;
    out[5] = shape;
    out[6] = (uint8_t)(n >> 8);
    out[7] = (uint8_t)(n & 0xFF);
}

static inline size_t glassine_in_put_field(uint8_t *out, const struct glassine_field *field) {
    out[0] = field->type;
    out[1] = (uint8_t)(field->value.len >> 8);
    out[2] = (uint8_t)(field->value.len & 0xFF);
    glassine_in_copy(out + GLASSINE_FIELD_HEADER_LEN, field->value.data, field->value.len);
    return GLASSINE_FIELD_HEADER_LEN + field->value.len;
}

/* Writes an envelope of which it is known that it can be written, and that it takes `len` bytes. */
static inline void glassine_in_put_envelope(const struct glassine_envelope *envelope, uint8_t *out,
                                            size_t len) {
    size_t end = GLASSINE_HEADER_LEN, at = envelope->fields_len;
    unsigned type = 0;
    bool ids = envelope->shape == GLASSINE_SHAPE_CONTEXT;
    glassine_in_put_header(out, ids ? envelope->context.flags : 0, (uint8_t)envelope->shape,
                           len - GLASSINE_HEADER_LEN);
    if (ids) {
        glassine_in_copy(out + 8, envelope->context.trace_id, GLASSINE_TRACE_ID_LEN);
        glassine_in_copy(out + 24, envelope->context.span_id, GLASSINE_SPAN_ID_LEN);
        end += GLASSINE_IDS_LEN;
    }
    while (glassine_in_next_in_order(envelope, &type, &at)) {
        end += glassine_in_put_field(out + end, &envelope->fields[at]);
    }
}

/*
 * Writes header and carrier, without a payload: for who sends the two after one another. `*len` is
 * how many bytes were written. Where there is a fault nothing was. O(bytes), and O(fields²) in
 * comparisons of types.
 */
static inline struct glassine_fault glassine_encode(const struct glassine_envelope *envelope,
                                                    uint8_t *out, size_t room, size_t *len) {
    size_t needed;
    struct glassine_fault fault = glassine_encoded_len(envelope, &needed);
    *len = 0;
    if (fault.kind != GLASSINE_NO_FAULT) return fault;
    if (needed > room) return glassine_in_fault(GLASSINE_BUFFER_TOO_SMALL, room);
    glassine_in_put_envelope(envelope, out, needed);
    *len = needed;
    return fault;
}

static inline bool glassine_in_says_nothing(const struct glassine_envelope *envelope) {
    return envelope->shape == GLASSINE_SHAPE_NOTHING && envelope->fields_len == 0;
}

/*
 * Writes a message of a binary channel on which sending is on: envelope and payload, or the payload
 * alone where there is nothing to say and nothing to escape [R-WRITE-2]. `out` must not overlap the
 * payload. Where there is a fault nothing was written: send the payload without an envelope then,
 * or in the escape if `glassine_needs_escape` says so.
 */
static inline struct glassine_fault glassine_wrap(const struct glassine_envelope *envelope,
                                                  const uint8_t *payload, size_t payload_len,
                                                  uint8_t *out, size_t room, size_t *len) {
    size_t head = 0;
    struct glassine_fault fault = glassine_in_fault(GLASSINE_NO_FAULT, 0);
    bool bare = glassine_in_says_nothing(envelope) && !glassine_needs_escape(payload, payload_len);
    *len = 0;
    if (!bare) fault = glassine_encoded_len(envelope, &head);
    if (fault.kind != GLASSINE_NO_FAULT) return fault;
    if (head > room || payload_len > room - head) {
        return glassine_in_fault(GLASSINE_BUFFER_TOO_SMALL, room);
    }
    if (!bare) glassine_in_put_envelope(envelope, out, head);
    if (payload_len > 0) glassine_in_copy(out + head, payload, payload_len);
    *len = head + payload_len;
    return fault;
}

/* Encodes `len` bytes at `from`, which may lie at the end of where the characters go. */
static inline size_t glassine_in_put_base64(uint8_t *out, const uint8_t *from, size_t len) {
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t written = 0;
    for (size_t at = 0; at < len; at += 3) {
        size_t left = len - at;
        uint32_t group = (uint32_t)from[at] << 16;
        if (left > 1) group |= (uint32_t)from[at + 1] << 8;
        if (left > 2) group |= (uint32_t)from[at + 2];
        size_t characters = left > 2 ? 4 : left + 1;
        for (size_t i = 0; i < characters; i++) {
            out[written++] = (uint8_t)alphabet[group >> (18 - 6 * i) & 0x3F];
        }
    }
    return written;
}

/* How many bytes so many bytes of header and carrier take in the text form. */
static inline size_t glassine_in_text_len(size_t binary) {
    return GLASSINE_TEXT_PREFIX_LEN + (binary * 4 + 2) / 3 + 1;
}

/* Where in `out` the bytes are put first: at the end of their characters, which never overtake
 * them while `glassine_in_put_text` encodes them. */
static inline uint8_t *glassine_in_text_bytes(uint8_t *out, size_t binary) {
    return out + (glassine_in_text_len(binary) - 1 - binary);
}

static inline void glassine_in_put_text(uint8_t *out, size_t binary) {
    static const char prefix[] = "~glassine;";
    for (size_t i = 0; i < GLASSINE_TEXT_PREFIX_LEN; i++) out[i] = (uint8_t)prefix[i];
    glassine_in_put_base64(out + GLASSINE_TEXT_PREFIX_LEN, glassine_in_text_bytes(out, binary),
                           binary);
    out[glassine_in_text_len(binary) - 1] = ';';
}

/*
 * Writes a message of a text channel whose encoding is UTF-8 and on which sending is on
 * (section 10). A payload that is not text is refused, unless it goes bare [R-TEXT-3]. Otherwise as
 * `glassine_wrap`.
 */
static inline struct glassine_fault glassine_wrap_text(const struct glassine_envelope *envelope,
                                                       const uint8_t *payload, size_t payload_len,
                                                       uint8_t *out, size_t room, size_t *len) {
    size_t binary = 0, head = 0;
    struct glassine_fault fault = glassine_in_fault(GLASSINE_NO_FAULT, 0);
    bool bare =
        glassine_in_says_nothing(envelope) && !glassine_needs_escape_text(payload, payload_len);
    *len = 0;
    if (!bare) {
        if (!glassine_in_is_utf8(payload, payload_len)) {
            return glassine_in_fault(GLASSINE_PAYLOAD_NOT_TEXT, 0);
        }
        fault = glassine_encoded_len(envelope, &binary);
        if (fault.kind != GLASSINE_NO_FAULT) return fault;
        head = glassine_in_text_len(binary);
    }
    if (head > room || payload_len > room - head) {
        return glassine_in_fault(GLASSINE_BUFFER_TOO_SMALL, room);
    }
    if (!bare) {
        glassine_in_put_envelope(envelope, glassine_in_text_bytes(out, binary), binary);
        glassine_in_put_text(out, binary);
    }
    if (payload_len > 0) glassine_in_copy(out + head, payload, payload_len);
    *len = head + payload_len;
    return fault;
}

/* Whether a field is in a frame that was changed, too. */
static inline bool glassine_in_is_kept(const struct glassine_field *field) {
    if (field->fault != GLASSINE_NO_FAULT) return false; /* [R-COPY-1], [R-COPY-3] */
    return field->type <= GLASSINE_THINNING || (field->type & 0x80) != 0; /* [R-COPY-2] */
}

/* How many bytes header and carrier take with another span id; 0 if the frame is left as it is. */
static inline size_t glassine_in_reparented_len(const struct glassine_reading *reading,
                                                const uint8_t *span_id) {
    struct glassine_context context;
    struct glassine_fields fields = glassine_get_fields(reading);
    struct glassine_field field;
    size_t len = GLASSINE_HEADER_LEN + GLASSINE_IDS_LEN;
    if (!glassine_get_context(reading, &context) ||
        glassine_in_all_zero(span_id, GLASSINE_SPAN_ID_LEN)) { /* [R-COPY-5] */
        return 0;
    }
    while (glassine_next_field(&fields, &field)) {
        if (glassine_in_is_kept(&field)) len += GLASSINE_FIELD_HEADER_LEN + field.value.len;
    }
    return len;
}

static inline void glassine_in_put_reparented(const struct glassine_reading *reading,
                                              const uint8_t *span_id, uint8_t *out, size_t len) {
    struct glassine_fields fields = glassine_get_fields(reading);
    struct glassine_field field;
    size_t end = GLASSINE_HEADER_LEN + GLASSINE_IDS_LEN;
    glassine_in_put_header(out, reading->flags, GLASSINE_SHAPE_CONTEXT, len - GLASSINE_HEADER_LEN);
    glassine_in_copy(out + 8, reading->carrier.data, GLASSINE_TRACE_ID_LEN);
    glassine_in_copy(out + 24, span_id, GLASSINE_SPAN_ID_LEN);
    while (glassine_next_field(&fields, &field)) { /* [R-COPY-4] */
        if (glassine_in_is_kept(&field)) end += glassine_in_put_field(out + end, &field);
    }
}

/*
 * Gives a frame the span id of the hop that it passes through (section 8). Writes header and
 * carrier of the new frame, never more bytes than those of the old one; the payload that follows is
 * `reading->payload`. False, and nothing written, where the frame is left as it is, and where there
 * is no room.
 */
static inline bool glassine_reparent(const struct glassine_reading *reading, const uint8_t *span_id,
                                     uint8_t *out, size_t room, size_t *len) {
    size_t needed = glassine_in_reparented_len(reading, span_id);
    *len = 0;
    if (needed == 0 || needed > room) return false;
    glassine_in_put_reparented(reading, span_id, out, needed);
    *len = needed;
    return true;
}

/* The same for a reading of the text form, and in it. `out` must not overlap the buffer that the
 * carrier was decoded into. */
static inline bool glassine_reparent_text(const struct glassine_reading *reading,
                                          const uint8_t *span_id, uint8_t *out, size_t room,
                                          size_t *len) {
    size_t needed = glassine_in_reparented_len(reading, span_id);
    *len = 0;
    if (needed == 0 || glassine_in_text_len(needed) > room) return false;
    glassine_in_put_reparented(reading, span_id, glassine_in_text_bytes(out, needed), needed);
    glassine_in_put_text(out, needed);
    *len = glassine_in_text_len(needed);
    return true;
}

/* ----------------------------------------------------------------- W3C traceparent (section 13) */

static inline int glassine_in_hex_digit(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    return -1;
}

/*
 * Reads a `traceparent` strictly [R-W3C-3], from left to right. Where there is a fault, the context
 * is not to be used.
 */
static inline struct glassine_fault glassine_read_traceparent(const char *text, size_t len,
                                                              struct glassine_context *context) {
    uint8_t bytes[26]; /* version, trace id, span id, flags */
    size_t filled = 0, digits = 0;
    if (len < GLASSINE_TRACEPARENT_LEN) return glassine_in_fault(GLASSINE_TRACEPARENT_LENGTH, len);
    for (size_t at = 0; at < GLASSINE_TRACEPARENT_LEN; at++) {
        if (at == 2 || at == 35 || at == 52) {
            if (text[at] != '-') return glassine_in_fault(GLASSINE_TRACEPARENT_SEPARATOR, at);
            continue;
        }
        int digit = glassine_in_hex_digit(text[at]);
        if (digit < 0) return glassine_in_fault(GLASSINE_TRACEPARENT_DIGIT, at);
        if (digits++ % 2 == 0) {
            bytes[filled] = (uint8_t)(digit << 4);
            continue;
        }
        bytes[filled] = (uint8_t)(bytes[filled] | digit);
        filled++;
        if (filled == 1 && bytes[0] == 0xFF) {
            return glassine_in_fault(GLASSINE_TRACEPARENT_VERSION, 0);
        }
        if (filled == 17 && glassine_in_all_zero(bytes + 1, GLASSINE_TRACE_ID_LEN)) {
            return glassine_in_fault(GLASSINE_ZERO_TRACE_ID, 3);
        }
        if (filled == 25 && glassine_in_all_zero(bytes + 17, GLASSINE_SPAN_ID_LEN)) {
            return glassine_in_fault(GLASSINE_ZERO_SPAN_ID, 36);
        }
    }
    if (len > GLASSINE_TRACEPARENT_LEN &&
        (bytes[0] == 0 || text[GLASSINE_TRACEPARENT_LEN] != '-')) {
        return glassine_in_fault(GLASSINE_TRACEPARENT_LENGTH, GLASSINE_TRACEPARENT_LEN);
    }
    glassine_in_copy(context->trace_id, bytes + 1, GLASSINE_TRACE_ID_LEN);
    glassine_in_copy(context->span_id, bytes + 17, GLASSINE_SPAN_ID_LEN);
    context->flags = bytes[0] == 0 ? bytes[25] : (uint8_t)(bytes[25] & GLASSINE_FLAG_SAMPLED);
    return glassine_in_fault(GLASSINE_NO_FAULT, 0);
}

/*
 * Writes a `traceparent` of version 00: `GLASSINE_TRACEPARENT_LEN` characters, without a zero at
 * the end. Of the flags the two bits that level 2 defines [R-W3C-2]; clear the second for peers
 * that refuse it.
 */
static inline void glassine_write_traceparent(const struct glassine_context *context, char *out) {
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < 26; i++) {
        uint8_t byte = 0;
        if (i >= 1 && i < 17) byte = context->trace_id[i - 1];
        if (i >= 17 && i < 25) byte = context->span_id[i - 17];
        if (i == 25) byte = context->flags & (GLASSINE_FLAG_SAMPLED | GLASSINE_FLAG_RANDOM);
        if (i == 1 || i == 17 || i == 25) out[at++] = '-';
        out[at++] = digits[byte >> 4];
        out[at++] = digits[byte & 0x0F];
    }
}

/* ---------------------------------------------------------------- members of lists (section 13) */

/* A member of a `tracestate` or a `baggage`, as it is written: nothing is percent-decoded. */
struct glassine_member {
    struct glassine_bytes key;
    struct glassine_bytes value;
    /* What stands behind the first `;` of a baggage member. */
    struct glassine_bytes properties;
};

/* Goes through the members of a list. */
struct glassine_members {
    struct glassine_bytes rest;
    bool is_baggage;
    unsigned looked_at;
};

static inline struct glassine_members glassine_get_members(struct glassine_bytes list,
                                                           enum glassine_field_type type) {
    struct glassine_members members;
    members.rest = list;
    members.is_baggage = type == GLASSINE_BAGGAGE;
    members.looked_at = 0;
    return members;
}

/* Takes what stands before the first such byte, or all, off a text, with that byte. */
static inline struct glassine_bytes glassine_in_take_until(struct glassine_bytes *text,
                                                           uint8_t stop) {
    struct glassine_bytes taken = *text;
    size_t at = 0;
    while (at < text->len && text->data[at] != stop) at++;
    taken.len = at;
    if (at < text->len) at++;
    if (at > 0) text->data += at;
    text->len -= at;
    return taken;
}

static inline bool glassine_in_has(struct glassine_bytes text, uint8_t byte) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == byte) return true;
    }
    return false;
}

/* Without blanks and tabs at its ends. */
static inline struct glassine_bytes glassine_in_trimmed(struct glassine_bytes text) {
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == 0x09)) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 &&
           (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == 0x09)) {
        text.len--;
    }
    return text;
}

static inline bool glassine_in_is_one_of(uint8_t byte, const char *characters) {
    for (; *characters != 0; characters++) {
        if (byte == (uint8_t)*characters) return true;
    }
    return false;
}

static inline bool glassine_in_is_small_or_digit(uint8_t byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

/* [R-LIST-4] */
static inline bool glassine_in_state_member(struct glassine_bytes part,
                                            struct glassine_member *member) {
    if (!glassine_in_has(part, '=')) return false;
    member->key = glassine_in_take_until(&part, '=');
    member->value = part;
    member->properties = part;
    member->properties.len = 0;
    if (member->key.len < 1 || member->key.len > 256) return false;
    if (part.len < 1 || part.len > 256) return false;
    if (!glassine_in_is_small_or_digit(member->key.data[0])) return false;
    for (size_t i = 0; i < member->key.len; i++) {
        uint8_t byte = member->key.data[i];
        if (!glassine_in_is_small_or_digit(byte) && !glassine_in_is_one_of(byte, "_-*/@")) {
            return false;
        }
    }
    for (size_t i = 0; i < part.len; i++) {
        if (part.data[i] < 0x20 || part.data[i] > 0x7E || part.data[i] == '=') return false;
    }
    return true;
}

/* A key and a value of a baggage, or a key alone where that may be. */
static inline bool glassine_in_key_value(struct glassine_bytes text, bool may_be_key,
                                         struct glassine_bytes *key, struct glassine_bytes *value) {
    if (!may_be_key && !glassine_in_has(text, '=')) return false;
    *key = glassine_in_trimmed(glassine_in_take_until(&text, '='));
    *value = glassine_in_trimmed(text);
    for (size_t i = 0; i < key->len; i++) {
        uint8_t byte = key->data[i];
        if (!glassine_in_is_small_or_digit(glassine_in_lower(byte)) &&
            !glassine_in_is_one_of(byte, "!#$%&'*+-.^_`|~")) {
            return false;
        }
    }
    for (size_t i = 0; i < value->len; i++) {
        uint8_t byte = value->data[i];
        if (byte < 0x21 || byte > 0x7E || glassine_in_is_one_of(byte, "\",;\\")) return false;
    }
    return key->len > 0;
}

/* [R-LIST-5] */
static inline bool glassine_in_baggage_member(struct glassine_bytes part,
                                              struct glassine_member *member) {
    bool has_properties = glassine_in_has(part, ';');
    struct glassine_bytes first = glassine_in_take_until(&part, ';');
    member->properties = glassine_in_trimmed(part);
    if (!glassine_in_key_value(first, false, &member->key, &member->value)) return false;
    while (has_properties) {
        struct glassine_bytes key, value;
        has_properties = glassine_in_has(part, ';');
        first = glassine_in_take_until(&part, ';');
        if (!glassine_in_key_value(first, true, &key, &value)) return false;
    }
    return true;
}

/*
 * Gives the next member of a list. One that breaks W3C's grammar is left out [R-LIST-2]; the first
 * 32 parts of a `tracestate` and the first 180 of a `baggage` are looked at [R-LIST-3].
 */
static inline bool glassine_next_member(struct glassine_members *members,
                                        struct glassine_member *member) {
    while (members->rest.len > 0 && members->looked_at < (members->is_baggage ? 180U : 32U)) {
        struct glassine_bytes part =
            glassine_in_trimmed(glassine_in_take_until(&members->rest, ','));
        if (part.len == 0) continue; /* [R-LIST-1] */
        members->looked_at++;
        if (members->is_baggage ? glassine_in_baggage_member(part, member)
                                : glassine_in_state_member(part, member)) {
            return true;
        }
    }
    return false;
}

/* -------------------------------------------------------------- shares and fan-out (section 17) */

static inline uint64_t glassine_in_little(const uint8_t *bytes, unsigned len) {
    uint64_t word = 0;
    for (unsigned i = 0; i < len; i++) word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

static inline uint64_t glassine_in_rotated(uint64_t word, unsigned bits) {
    return word << bits | word >> (64 - bits);
}

#define GLASSINE_IN_P1 UINT64_C(0x9E3779B185EBCA87)
#define GLASSINE_IN_P2 UINT64_C(0xC2B2AE3D27D4EB4F)
#define GLASSINE_IN_P3 UINT64_C(0x165667B19E3779F9)
#define GLASSINE_IN_P4 UINT64_C(0x85EBCA77C2B2AE63)
#define GLASSINE_IN_P5 UINT64_C(0x27D4EB2F165667C5)

static inline uint64_t glassine_in_round(uint64_t lane, uint64_t word) {
    return glassine_in_rotated(lane + word * GLASSINE_IN_P2, 31) * GLASSINE_IN_P1;
}

/* XXH64, of the xxHash specification. */
static inline uint64_t glassine_xxh64(const uint8_t *data, size_t len, uint64_t seed) {
    uint64_t hash = seed + GLASSINE_IN_P5;
    size_t at = 0;
    if (len >= 32) {
        static const unsigned turns[4] = {1, 7, 12, 18};
        uint64_t lanes[4];
        lanes[0] = seed + GLASSINE_IN_P1 + GLASSINE_IN_P2;
        lanes[1] = seed + GLASSINE_IN_P2;
        lanes[2] = seed;
        lanes[3] = seed - GLASSINE_IN_P1;
        for (; len - at >= 32; at += 32) {
            for (size_t i = 0; i < 4; i++) {
                lanes[i] = glassine_in_round(lanes[i], glassine_in_little(data + at + 8 * i, 8));
            }
        }
        hash = 0;
        for (size_t i = 0; i < 4; i++) hash += glassine_in_rotated(lanes[i], turns[i]);
        for (size_t i = 0; i < 4; i++) {
            hash = (hash ^ glassine_in_round(0, lanes[i])) * GLASSINE_IN_P1 + GLASSINE_IN_P4;
        }
    }
    hash += (uint64_t)len;
    for (; len - at >= 8; at += 8) {
        hash ^= glassine_in_round(0, glassine_in_little(data + at, 8));
        hash = glassine_in_rotated(hash, 27) * GLASSINE_IN_P1 + GLASSINE_IN_P4;
    }
    if (len - at >= 4) {
        hash ^= glassine_in_little(data + at, 4) * GLASSINE_IN_P1;
        hash = glassine_in_rotated(hash, 23) * GLASSINE_IN_P2 + GLASSINE_IN_P3;
        at += 4;
    }
    for (; at < len; at++) {
        hash = glassine_in_rotated(hash ^ data[at] * GLASSINE_IN_P5, 11) * GLASSINE_IN_P1;
    }
    hash = (hash ^ hash >> 33) * GLASSINE_IN_P2;
    hash = (hash ^ hash >> 29) * GLASSINE_IN_P3;
    return hash ^ hash >> 32;
}

/* Whether a trace is in a share of so many millionths of all traces [R-SHARE-2]. */
static inline bool glassine_share_has(const uint8_t *trace_id, uint32_t millionths) {
    uint64_t limit = ((uint64_t)millionths << 32) / 1000000;
    return glassine_xxh64(trace_id, GLASSINE_TRACE_ID_LEN, 0) >> 32 < limit;
}

/* One in how many of so many recipients gets the sampled context, by the default table [R-FAN-1]:
 * the root of their number, from 100 a tenth of it, from 10,000 one in 1,000; halves round up. */
static inline uint32_t glassine_one_in(uint32_t recipients) {
    uint32_t root = 1;
    if (recipients >= 10000) return 1000;
    if (recipients >= 100) return (recipients + 5) / 10;
    while (recipients > root * (root + 1)) root++;
    return root;
}

/* The hash that chooses recipients [R-FAN-2]. `weight` is that of the message that this one comes
 * from, or 0 if it has none. */
static inline uint64_t glassine_recipient_hash(const uint8_t *trace_id, uint32_t weight,
                                               const uint8_t *name, size_t name_len) {
    uint64_t inherited = weight == 1 ? 0 : weight;
    return glassine_xxh64(name, name_len,
                          glassine_xxh64(trace_id, GLASSINE_TRACE_ID_LEN, inherited));
}

/* Whether the recipient of this name gets the sampled context, if one in so many does [R-FAN-2]. */
static inline bool glassine_is_chosen(const uint8_t *trace_id, uint32_t weight, const uint8_t *name,
                                      size_t name_len, uint32_t one_in) {
    uint64_t hash = glassine_recipient_hash(trace_id, weight, name, name_len);
    return one_in <= 1 || hash <= UINT64_MAX / one_in;
}

/* The weight of a message that was chosen at one in so many, of one that has a weight, or 0 if that
 * has none [R-FAN-3]. */
static inline uint32_t glassine_nested_weight(uint32_t weight, uint32_t one_in) {
    uint64_t product = (uint64_t)(weight == 0 ? 1 : weight) * one_in;
    return product > UINT32_MAX ? UINT32_MAX : (uint32_t)product;
}

/*
 * Whether a receiver of this name goes on with the context as sampled (R-THIN): false means
 * unsampled, and that it is recorded nowhere. `*weight` is then how many messages this one stands
 * for, also in all that comes from it. Without a thinning everyone keeps what it was sent; so does
 * who has no name (`name` is null).
 *
 * Ask the trust policy first: what is not believed decides nothing.
 */
static inline bool glassine_keeps_sampled(const struct glassine_reading *reading,
                                          const uint8_t *name, size_t name_len, uint32_t *weight) {
    struct glassine_context context;
    uint32_t own = glassine_get_weight(reading), one_in = glassine_get_thinning(reading);
    *weight = 0;
    if (!reading->claimed_sampled || !glassine_get_context(reading, &context)) return false;
    if (one_in == 0 || name == NULL) one_in = 1;
    if (!glassine_is_chosen(context.trace_id, own, name, name_len, one_in)) return false;
    *weight = glassine_nested_weight(own, one_in);
    return true;
}

/* ---------------------------------------------------------------------- shortening (section 11) */

/* In which order fields may go; 0 is first, and 5 stays. */
static inline unsigned glassine_in_goes(uint8_t type) {
    switch (type) {
    case GLASSINE_BAGGAGE:
        return 0;
    case GLASSINE_TEXT_MAP:
        return 1;
    case GLASSINE_FURTHER_CONTEXT:
        return 3;
    case GLASSINE_TRACESTATE:
        return 4;
    case GLASSINE_WEIGHT:
    case GLASSINE_THINNING:
        return 5;
    default:
        return 2;
    }
}

static inline bool glassine_in_is_gap(uint8_t byte) {
    return byte == ',' || byte == ' ' || byte == 0x09;
}

/* The length of as many members of a list as fit into so many bytes [R-SHORT-5]. */
static inline size_t glassine_in_first_members(struct glassine_bytes list, size_t room) {
    size_t end = list.len;
    while (end > 0 && glassine_in_is_gap(list.data[end - 1])) end--;
    while (end > room) {
        while (end > 0 && list.data[end - 1] != ',') end--;
        while (end > 0 && glassine_in_is_gap(list.data[end - 1])) end--;
    }
    return end;
}

/*
 * Shortens fields to so many bytes of carrier, of which ids are 24, by dropping whole things
 * [R-LIMIT-2, R-SHORT]. Changes the list in place and returns how many fields are left, in the same
 * order. A weight and a thinning stay, so that more bytes may be left.
 */
static inline size_t glassine_shorten(struct glassine_field *fields, size_t count, bool has_ids,
                                      size_t carrier_bytes) {
    size_t total = has_ids ? GLASSINE_IDS_LEN : 0;
    for (size_t i = 0; i < count; i++) total += GLASSINE_FIELD_HEADER_LEN + fields[i].value.len;
    for (unsigned goes = 0; goes < 5; goes++) {
        for (size_t at = count; at-- > 0 && total > carrier_bytes;) {
            struct glassine_field *field = &fields[at];
            size_t excess = total - carrier_bytes, before = field->value.len;
            if (glassine_in_goes(field->type) != goes) continue;
            bool is_list = field->type == GLASSINE_BAGGAGE || field->type == GLASSINE_TRACESTATE;
            size_t room = before > excess ? before - excess : 0;
            field->value.len = is_list ? glassine_in_first_members(field->value, room) : 0;
            total -= before - field->value.len;
            if (field->value.len > 0) continue;
            total -= GLASSINE_FIELD_HEADER_LEN;
            count--;
            for (size_t i = at; i < count; i++) fields[i] = fields[i + 1];
        }
    }
    return count;
}

/* ---------------------------------------------------------------------------------------- names */

/* The specification's name of a fault, such as `truncated_header`; empty for none. */
static inline const char *glassine_fault_name(enum glassine_fault_kind kind) {
    switch (kind) {
    case GLASSINE_NO_FAULT: return "";
    case GLASSINE_TRUNCATED_HEADER: return "truncated_header";
    case GLASSINE_RESERVED_BITS: return "reserved_bits";
    case GLASSINE_FLAGS_WITHOUT_DECISION: return "flags_without_decision";
    case GLASSINE_UNKNOWN_SHAPE: return "unknown_shape";
    case GLASSINE_IDS_WITHOUT_DECISION: return "ids_without_decision";
    case GLASSINE_SAMPLED_WITHOUT_IDS: return "sampled_without_ids";
    case GLASSINE_CARRIER_TOO_SHORT: return "carrier_too_short";
    case GLASSINE_CARRIER_PAST_END: return "carrier_past_end";
    case GLASSINE_CARRIER_ABOVE_CAP: return "carrier_above_cap";
    case GLASSINE_TEXT_UNTERMINATED: return "text_unterminated";
    case GLASSINE_TEXT_ALPHABET: return "text_alphabet";
    case GLASSINE_TEXT_LENGTH: return "text_length";
    case GLASSINE_TEXT_UNUSED_BITS: return "text_unused_bits";
    case GLASSINE_TEXT_NOT_A_FRAME: return "text_not_a_frame";
    case GLASSINE_TEXT_CARRIER_LENGTH: return "text_carrier_length";
    case GLASSINE_NOT_ENVELOPED: return "not_enveloped";
    case GLASSINE_IMPOSSIBLE_VERSION: return "impossible_version";
    case GLASSINE_WRONG_GUARD: return "wrong_guard";
    case GLASSINE_ZERO_TRACE_ID: return "zero_trace_id";
    case GLASSINE_ZERO_SPAN_ID: return "zero_span_id";
    case GLASSINE_TOO_MANY_FIELDS: return "too_many_fields";
    case GLASSINE_FIELD_PAST_END: return "field_past_end";
    case GLASSINE_MALFORMED_FIELD: return "malformed_field";
    case GLASSINE_MISPLACED_FIELD: return "misplaced_field";
    case GLASSINE_REPEATED_FIELD: return "repeated_field";
    case GLASSINE_FIELD_TOO_LONG: return "field_too_long";
    case GLASSINE_CARRIER_TOO_LONG: return "carrier_too_long";
    case GLASSINE_PAYLOAD_NOT_TEXT: return "payload_not_text";
    case GLASSINE_BUFFER_TOO_SMALL: return "buffer_too_small";
    case GLASSINE_TRACEPARENT_LENGTH: return "length";
    case GLASSINE_TRACEPARENT_VERSION: return "version";
    case GLASSINE_TRACEPARENT_SEPARATOR: return "separator";
    case GLASSINE_TRACEPARENT_DIGIT: return "digit";
    }
    return "";
}

#ifdef __cplusplus
}
#endif

#endif
