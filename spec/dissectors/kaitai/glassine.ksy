# A binary frame of Glassine as a Kaitai Struct grammar. glassine.md is the specification and decides where the two differ.
# check.py compiles this file and compares the parser with the vectors.
meta:
  id: glassine
  title: Glassine frame (binary form; any version, with the carrier of version 1)
  license: CC0-1.0
  ks-version: '0.11'
  endian: be
  bit-endian: be

doc: |
  A frame that carries a trace context with any message: 8 bytes of header, a carrier of as many bytes as the header says, and the
  payload to the end of the message. The input is one whole message.

  A parse that succeeds means the verdict "enveloped" (version 1) or "unknown version" (the others) of section 6, and `payload` is
  what the application sent.

  **A parse that fails is not an error of the message.** It is the reading "bare" or "damaged" of section 6, rows 1 and 2, and the
  payload is all of the message ([R-READ-1] to [R-READ-3]). A grammar has no such reading: it can only fail, so the caller catches
  the failure and delivers the message whole. It is an error in closed and always channels only (section 9).

  What this grammar does not say:

  * Bare against damaged (section 6, rows 1 and 2). A failure at `magic`, `version` or `guard`, where a message of fewer than 4 bytes
    ends as well, is bare; any later failure is damaged. The name and the offset of a fault are not given. A carrier past the end
    (`carrier_past_end`) is an end-of-input error, like a truncated header. Of a message of 6 or 7 bytes that has a fault in byte 5
    as well, the failure is that one, and not `truncated_header`.
  * The cap (row 4, [R-READ-5], [R-LIMIT-1]). A carrier of any length is read. A reader with a cap ignores `carrier` and `decision`
    where `header.len_carrier` is greater, and takes flags and decision from the header alone.
  * That nothing in the carrier is parsed before it is asked for ([R-READ-9]). Ids and the list of fields are parsed at once; only
    the insides of fields wait.
  * Which fields count first ([R-FIELD-2], [R-FIELD-3]): an expression cannot remember the fields before. For the same reason
    `repeated_field` is not found. A malformed or misplaced field never counts as the first.
  * Keys without regard to case ([R-FIELD-3], [R-FIELD-4]): the expression language has no lower case. Equal keys, and the keys
    `traceparent`, `tracestate` and `baggage` that are malformed in a text-map entry, are left to the caller.
  * UTF-8: whether the value of a text-map entry is valid, without which the entry is malformed, is left to the caller.
  * The members of `tracestate` and `baggage`, which follow grammars of W3C's own.
  * That a writer writes at most 128 fields ([R-CARRIER-4]). The reader's half is here: the list of fields ends after 128.
  * Anything else about writers and relays (sections 7 and 8), streams (section 9) and the text form (section 10; decode it first
    and parse header and carrier here; the payload follows the text's `;`).
doc-ref: glassine.md, sections 3 to 6 and appendix C; glassine.abnf; registries.md, appendix E

seq:
  - id: header
    type: header
    doc: The first 8 bytes, the same in every version.
  - id: carrier
    size: header.len_carrier
    type:
      switch-on: header.version
      cases:
        1: carrier_v1
    doc: |
      Ids and fields. The inside belongs to the version ([R-INV-5]), so that of a version other than 1 stays bytes: nothing in it is
      read ([R-READ-4]).
    doc-ref: glassine.md, section 5
  - id: payload
    size-eos: true
    doc: |
      What the application sent, untouched. Its length is written nowhere, and may be 0 ([R-INV-6]). It is never read again as a
      frame, even if it is one ([R-READ-6]).

instances:
  ofs_payload:
    value: 8 + header.len_carrier
    doc: Where the payload begins ([R-INV-6]).
  has_usable_context:
    value: header.has_ids and carrier.as<carrier_v1>.ids.are_usable
    doc: There are ids, and neither of them is all zero ([R-CARRIER-1]).
  decision:
    value: header.is_sampled
    if: header.is_decided and (not header.has_ids or has_usable_context)
    doc: |
      What the sender decided: true is sampled, false is unsampled, absent is not known. An id that is all zero costs the decision
      ([R-READ-8], [R-CARRIER-1]); the payload and the fields that need no context are unharmed.

types:
  header:
    doc: |
      The invariants of every version ([R-INV-1] to [R-INV-6]), and what version 1 asks of its own bits ([R-FRAME-1] to [R-FRAME-4]).
      What has to hold between byte 4 and byte 5 is checked at byte 5.
    doc-ref: glassine.md, sections 3 and 4, and the header faults of section 6
    seq:
      - id: magic
        contents: [0x9e]
        doc: "[R-INV-1]"
      - id: version
        type: u1
        valid:
          any-of: [1, 2, 3, 4, 6, 7, 8]
        doc: |
          [R-INV-2] Every other value makes the message bare, for ever. 1 is the version of the document; 7 is grease and is never
          assigned; the others are unassigned ([R-VER-1]).
      - id: guard
        contents: [0xc1, 0xde]
        doc: "[R-INV-1]"
      - id: trace_flags
        type: u1
        doc: |
          [R-INV-3] The byte that W3C Trace Context calls trace-flags. It says something only with `is_decided`, and is 0 without.
      - id: reserved
        type: b4
        valid: 0
        doc: "[R-INV-4] Otherwise `reserved_bits`."
      - id: version_bits
        type: b3
        valid:
          expr: version != 1 or _ <= 1
        doc: |
          Bits 1 to 3 of byte 5 belong to the version ([R-INV-4]). In version 1, the lowest of them is IDS and the others are 0
          ([R-FRAME-1]; otherwise `unknown_shape`).
      - id: is_decided
        type: b1
        valid:
          expr: >-
            (_ or trace_flags == 0)
            and (version != 1 or _ or version_bits == 0)
            and (version != 1 or version_bits == 1 or not is_sampled)
        doc: |
          DECIDED: the trace flags state the sender's decision. Three rules meet here.
          [R-INV-3] Without DECIDED, byte 4 is 0 (`flags_without_decision`).
          [R-FRAME-2] In version 1, IDS never stands without DECIDED (`ids_without_decision`).
          [R-FRAME-3] In version 1, sampled is never set without IDS (`sampled_without_ids`).
      - id: len_carrier
        type: u2
        valid:
          expr: not has_ids or _ >= 24
        doc: |
          [R-INV-5] The carrier's length, n. With IDS it is at least 24 ([R-FRAME-4]; otherwise `carrier_too_short`).
    instances:
      has_ids:
        value: version == 1 and version_bits == 1
        doc: "[R-FRAME-1] IDS: the carrier of version 1 begins with 24 bytes of ids."
      is_sampled:
        value: (trace_flags & 1) != 0
        doc: |
          Claimed sampled ([R-READ-7]): what the sender claims, in every version, without a look at the carrier. It needs no look at
          `is_decided`, since a header with flags and without DECIDED does not parse.

  carrier_v1:
    doc: The carrier of version 1. Nothing in it makes the parse fail.
    doc-ref: glassine.md, section 5
    seq:
      - id: ids
        type: ids
        if: _root.header.has_ids
        doc-ref: glassine.md, section 5.1
      - id: fields
        type: field(_io.pos)
        repeat: until
        repeat-until: _.is_last or _index == 127
        if: has_fields
        doc: |
          Fields in any order, malformed and unknown ones included ([R-CARRIER-2], [R-CARRIER-5]). The list ends before the first that
          does not fit into the carrier ([R-CARRIER-3]), and after 128 ([R-CARRIER-4]).
        doc-ref: glassine.md, section 5.2
      - id: remainder
        size-eos: true
        doc: |
          What is not a field: a field that runs past the carrier's end, one or two bytes left over, or whatever follows the 128th
          field. It costs nothing else ([R-CARRIER-3]; `field_past_end`, `too_many_fields`), and is never written.
    # Looks ahead at the first field's length; `field` does the same for the one after it.
    instances:
      ofs_fields:
        value: '_root.header.has_ids ? 24 : 0'
      len_first_value:
        pos: ofs_fields + 1
        type: u2
        if: ofs_fields + 3 <= _io.size
      has_fields:
        value: 'ofs_fields + 3 <= _io.size ? ofs_fields + 3 + len_first_value <= _io.size : false'
        doc: At least one field fits into the carrier.

  ids:
    doc: |
      The two ids of a context. An id that is all zero is no reason to fail: it costs context and decision, and not the payload
      ([R-CARRIER-1]).
    seq:
      - id: trace_id
        size: 16
        doc: What W3C Trace Context calls trace-id.
      - id: span_id
        size: 8
        doc: What W3C Trace Context calls parent-id.
    instances:
      is_trace_id_zero:
        value: trace_id == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        doc: The fault `zero_trace_id`.
      is_span_id_zero:
        value: span_id == [0, 0, 0, 0, 0, 0, 0, 0]
        doc: The fault `zero_span_id`.
      are_usable:
        value: not is_trace_id_zero and not is_span_id_zero

  field:
    doc: |
      Type, length and value. `value` is always there. `text`, `text_map_entry`, `fan_out_weight`, `further_context` and `thinning`
      are the value as its type says; each is absent where the type is another or the field is malformed, since a malformed field
      costs itself and nothing else ([R-FIELD-1]). Two reasons to call a text-map entry malformed are not seen here: a key of W3C's own, and a value
      that is not UTF-8. Whether the field is the first of its type or key is not seen either.
    doc-ref: glassine.md, section 5.2
    params:
      - id: ofs
        type: u4
        doc: Where the field's type stands, counted from the carrier's first byte. In the message it is 8 more.
    seq:
      - id: type
        type: u1
        doc: "`name` and `kind` say what it is."
      - id: len_value
        type: u2
      - id: value
        size: len_value
    instances:
      name:
        value: type
        enum: field_type
        doc: A type without a name of its own has a `kind` all the same.
      kind:
        value: >-
          type <= 6 ? field_kind::known
          : type == 0x2a or type == 0x4a or type == 0xaa or type == 0xca ? field_kind::grease
          : (type >= 0x60 and type <= 0x7f) or type >= 0xe0 ? field_kind::private_use
          : field_kind::unassigned
        doc-ref: registries.md, appendix E
      is_kept_when_unknown:
        value: (type & 0x80) != 0
        doc: |
          Bit 7: who changes a frame and does not know the type keeps the field, and drops it if the bit is clear ([R-COPY-2]). It
          says nothing about known types.
      is_misplaced:
        value: >-
          (name == field_type::tracestate and not _root.has_usable_context)
          or ((name == field_type::fan_out_weight or name == field_type::thinning)
          and not (_root.has_usable_context and _root.header.is_sampled))
        doc: |
          The field is ignored for want of a usable context, or of a sampled one ([R-FIELD-5], [R-FIELD-6], [R-FIELD-8]). Types 2, 3
          and 5 need none ([R-FIELD-7]).
      text:
        pos: ofs_value
        size: len_value
        type: str
        encoding: ASCII
        if: (name == field_type::tracestate or name == field_type::baggage) and len_value != 0 and text_scan.is_text
        doc: The header text of `tracestate` or `baggage`.
      text_map_entry:
        value: raw_text_map_entry
        if: name == field_type::text_map_entry and len_value != 0 and raw_text_map_entry.is_well_formed
      fan_out_weight:
        pos: ofs_value
        type: u4
        if: name == field_type::fan_out_weight and len_value == 4 and value != [0, 0, 0, 0]
        doc: How many messages this sampled one stands for ([R-FIELD-6]).
      further_context:
        value: raw_further_context
        if: name == field_type::further_context and len_value == 25 and raw_further_context.ids.are_usable
        doc: A context that this message also continues ([R-FIELD-7]).
      thinning:
        pos: ofs_value
        type: u4
        if: name == field_type::thinning and len_value == 4 and value != [0, 0, 0, 0]
        doc: |
          This one copy goes to many receivers, of whom one in so many keeps the sampled context ([R-FIELD-8]). Which ones is section
          17's matter, and needs a hash.

      # What those above are judged by. Each is there only where it can be read, so that none of them fails.
      ofs_value:
        value: ofs + 3
      text_scan:
        pos: ofs_value
        size: len_value
        type: text_scan
        if: (name == field_type::tracestate or name == field_type::baggage) and len_value != 0
      raw_text_map_entry:
        pos: ofs_value
        size: len_value
        type: text_map_entry
        if: name == field_type::text_map_entry and len_value != 0
      raw_further_context:
        pos: ofs_value
        size: len_value
        type: further_context
        if: name == field_type::further_context and len_value == 25

      # Looks ahead, so that what does not fit is left for `remainder`.
      ofs_next:
        value: ofs_value + len_value
      len_next_value:
        pos: ofs_next + 1
        type: u2
        if: ofs_next + 3 <= _io.size
      is_last:
        value: 'ofs_next + 3 <= _io.size ? ofs_next + 3 + len_next_value > _io.size : true'
        doc: No further field fits into the carrier.

  text_map_entry:
    doc: |
      What a propagator other than W3C's writes, such as `b3`. `key` and `value` are absent where the key is malformed.
    seq:
      - id: len_key
        type: u1
    instances:
      is_key_there:
        value: len_key != 0 and 1 + len_key <= _io.size
      key_scan:
        pos: 1
        size: len_key
        type: key_scan
        if: is_key_there
      is_well_formed:
        value: 'is_key_there ? key_scan.is_key : false'
        doc: Without a judgement of keys of W3C's own and of UTF-8.
      key:
        pos: 1
        size: len_key
        type: str
        encoding: ASCII
        if: is_well_formed
        doc: As it was sent. Keys are compared without regard to ASCII case ([R-FIELD-3]), which is left to the caller.
      value:
        pos: 1 + len_key
        size-eos: true
        if: is_well_formed
        doc: |
          May be empty. Bytes, since an invalid string would make some parsers fail: the entry counts if they are UTF-8, which is left
          to the caller.

  further_context:
    seq:
      - id: ids
        type: ids
      - id: trace_flags
        type: u1

  text_scan:
    doc: Reads up to the first byte that is not *text* (`09` and `20` to `7E`), to say whether there is one.
    seq:
      - id: bytes
        type: u1
        repeat: until
        repeat-until: _io.eof or not (_ == 0x09 or (_ >= 0x20 and _ <= 0x7e))
    instances:
      is_text:
        value: bytes.last == 0x09 or (bytes.last >= 0x20 and bytes.last <= 0x7e)
        doc: The byte that ended the scan is text itself, so all of them are.

  key_scan:
    doc: Reads up to the first byte that no key may hold, like `text_scan`.
    seq:
      - id: bytes
        type: u1
        repeat: until
        repeat-until: _io.eof or not (_ >= 0x21 and _ <= 0x7e)
    instances:
      is_key:
        value: bytes.last >= 0x21 and bytes.last <= 0x7e

enums:
  field_type:
    0x00:
      id: never_used
      doc: A known type that is always malformed.
    0x01: tracestate
    0x02: baggage
    0x03: text_map_entry
    0x04: fan_out_weight
    0x05: further_context
    0x06: thinning
    0x2a: grease_2a
    0x4a: grease_4a
    0xaa: grease_aa
    0xca: grease_ca
  field_kind:
    0:
      id: known
      doc: Section 5 says what they are.
    1:
      id: grease
      doc: Never assigned; random values that keep the unused types usable ([R-VER-3]).
    2:
      id: private_use
      doc: By agreement of the parties on a channel; unknown to everyone else.
    3: unassigned
