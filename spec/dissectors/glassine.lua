-- Glassine, version 1, for Wireshark and tshark: shows messages that carry a trace context.
--
--     tshark -X lua_script:glassine.lua -r capture.pcapng -Y 'glassine.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"'
--
-- Heuristics find frames in UDP, TCP, TLS, WebSocket and MQTT, where a message begins with the
-- prefix, binary or text; in TCP and TLS also behind a length of 32 bits. A post-dissector finds them in
-- Redis, AMQP, and wherever else bytes are left over. Bare messages are left to others, but behind
-- lengths and with "Decode As". The format is that of spec/glassine.md; nothing here decides about it.
-- Licence: CC0-1.0.

set_plugin_info({
   version = "1.0.0",
   description = "Glassine: trace contexts of messages",
   repository = "spec/dissectors/glassine.lua",
})

local glassine = Proto("glassine", "Glassine")
local delimited = Proto("glassine_delimited", "Glassine messages behind 32-bit lengths")

local HEADER_LEN, IDS_LEN, FIELD_HEADER_LEN = 8, 24, 3
local MAX_FIELDS, MAX_BASE64 = 128, 87391
local TEXT_PREFIX = "~glassine;"
local CAP = 16384
local W3C_KEYS = { traceparent = true, tracestate = true, baggage = true }
local VERSIONS = { true, true, true, true, false, true, true, true }

local TRACESTATE, BAGGAGE, TEXT_MAP, WEIGHT, FURTHER, THINNING = 1, 2, 3, 4, 5, 6
local TYPE_NAMES = {
   [0] = "never used",
   [TRACESTATE] = "tracestate",
   [BAGGAGE] = "baggage",
   [TEXT_MAP] = "text-map entry",
   [WEIGHT] = "fan-out weight",
   [FURTHER] = "further context",
   [THINNING] = "thinning",
}

local f = {
   verdict = ProtoField.string("glassine.verdict", "Verdict"),
   version = ProtoField.uint8("glassine.version", "Version"),
   flags = ProtoField.uint8("glassine.flags", "Trace flags", base.HEX),
   sampled = ProtoField.bool("glassine.flags.sampled", "Sampled", 8, nil, 0x01),
   random = ProtoField.bool("glassine.flags.random", "Random trace id", 8, nil, 0x02),
   shape = ProtoField.uint8("glassine.shape", "Shape", base.HEX),
   decided = ProtoField.bool("glassine.shape.decided", "DECIDED", 8, nil, 0x01),
   ids = ProtoField.bool("glassine.shape.ids", "IDS (in version 1)", 8, nil, 0x02),
   carrier_length = ProtoField.uint16("glassine.carrier_length", "Carrier length"),
   decision = ProtoField.string("glassine.decision", "Decision"),
   trace_id = ProtoField.string("glassine.trace_id", "Trace id"),
   span_id = ProtoField.string("glassine.span_id", "Span id"),
   traceparent = ProtoField.string("glassine.traceparent", "traceparent"),
   field = ProtoField.none("glassine.field", "Field"),
   field_type = ProtoField.uint8("glassine.field.type", "Type", base.HEX),
   field_length = ProtoField.uint16("glassine.field.length", "Length"),
   field_value = ProtoField.bytes("glassine.field.value", "Value"),
   tracestate = ProtoField.string("glassine.tracestate", "tracestate"),
   baggage = ProtoField.string("glassine.baggage", "baggage"),
   text_map = ProtoField.string("glassine.text_map", "Text map"),
   text_map_key = ProtoField.string("glassine.text_map.key", "Key"),
   text_map_value = ProtoField.string("glassine.text_map.value", "Value"),
   weight = ProtoField.uint32("glassine.weight", "Fan-out weight"),
   thinning = ProtoField.uint32("glassine.thinning", "Thinning, one in"),
   further = ProtoField.string("glassine.further", "Further context"),
   remainder = ProtoField.bytes("glassine.remainder", "Not a field"),
   carrier = ProtoField.bytes("glassine.carrier", "Carrier, not read"),
   fault = ProtoField.string("glassine.fault", "Fault"),
   fault_offset = ProtoField.uint32("glassine.fault.offset", "At byte"),
   payload_offset = ProtoField.uint32("glassine.payload_offset", "Payload offset"),
   payload_length = ProtoField.uint32("glassine.payload_length", "Payload length"),
   payload = ProtoField.bytes("glassine.payload", "Payload"),
   text = ProtoField.string("glassine.text", "Text form"),
   delimiter = ProtoField.uint32("glassine_delimited.length", "Length of the message"),
}
local of_messages = {}
for name, field in pairs(f) do
   if name ~= "delimiter" then table.insert(of_messages, field) end
end
glassine.fields = of_messages
delimited.fields = { f.delimiter }

local is_faulty = ProtoExpert.new("glassine.fault.expert", "Fault", expert.group.MALFORMED, expert.severity.WARN)
glassine.experts = { is_faulty }

-- Reading: a message as a table of what section 6 says. Offsets are in the message.

local function has_prefix(range)
   return range:len() >= 4 and range(0, 1):uint() == 0x9e and VERSIONS[range(1, 1):uint()] == true and range(2, 2):uint() == 0xc1de
end

local function header_fault(range)
   if range:len() < HEADER_LEN then return "truncated_header", range:len() end
   local version, flags, shape = range(1, 1):uint(), range(4, 1):uint(), range(5, 1)
   local decided, ids = shape:bitfield(7, 1) == 1, shape:bitfield(6, 1) == 1
   local sampled = range(4, 1):bitfield(7, 1) == 1
   if shape:bitfield(0, 4) ~= 0 then return "reserved_bits", 5 end
   if flags ~= 0 and not decided then return "flags_without_decision", 4 end
   if version ~= 1 then return nil end
   if shape:bitfield(4, 2) ~= 0 then return "unknown_shape", 5 end
   if ids and not decided then return "ids_without_decision", 5 end
   if sampled and not ids then return "sampled_without_ids", 4 end
   if ids and range(6, 2):uint() < IDS_LEN then return "carrier_too_short", 6 end
   return nil
end

local function read(range)
   local whole = { verdict = "bare", payload_offset = 0 }
   if not has_prefix(range) then return whole end
   local fault, offset = header_fault(range)
   if not fault and HEADER_LEN + range(6, 2):uint() > range:len() then
      fault, offset = "carrier_past_end", 6
   end
   if fault then return { verdict = "damaged", payload_offset = 0, fault = fault, fault_offset = offset } end
   local n = range(6, 2):uint()
   local reading = { verdict = "enveloped", payload_offset = HEADER_LEN + n, version = range(1, 1):uint() }
   if reading.version ~= 1 then
      reading.verdict = "unknown_version"
   elseif n > CAP then
      reading.fault, reading.fault_offset = "carrier_above_cap", 6
   else
      reading.is_open = true
   end
   return reading
end

local function is_all_zero(range)
   return not range:raw():find("[^%z]")
end

local function is_text(raw)
   return #raw > 0 and not raw:find("[^\t\32-\126]")
end

-- RFC 3629: no surrogates, no longer form than needed, nothing past 10FFFF.
local function is_utf8(raw)
   local at = 1
   while at <= #raw do
      local lead, least, most, more = raw:byte(at), 0x80, 0xbf, nil
      if lead < 0x80 then more = 0
      elseif lead >= 0xc2 and lead <= 0xdf then more = 1
      elseif lead >= 0xe0 and lead <= 0xef then
         more = 2
         if lead == 0xe0 then least = 0xa0 elseif lead == 0xed then most = 0x9f end
      elseif lead >= 0xf0 and lead <= 0xf4 then
         more = 3
         if lead == 0xf0 then least = 0x90 elseif lead == 0xf4 then most = 0x8f end
      else return false end
      if at + more > #raw then return false end
      for i = 1, more do
         local byte = raw:byte(at + i)
         if byte < least or byte > most then return false end
         least, most = 0x80, 0xbf
      end
      at = at + more + 1
   end
   return true
end

-- Key and value of a text-map entry, or nothing.
local function split_text_map(raw)
   local len = raw:byte(1)
   if not len or len == 0 or 1 + len > #raw then return nil end
   local key, value = raw:sub(2, 1 + len), raw:sub(2 + len)
   if key:find("[^\33-\126]") or W3C_KEYS[key:lower()] or not is_utf8(value) then return nil end
   return key, value
end

local function is_malformed(kind, range)
   local len = range and range:len() or 0
   if kind == 0 then return true end
   if kind == TRACESTATE or kind == BAGGAGE then return len == 0 or not is_text(range:raw()) end
   if kind == TEXT_MAP then return len == 0 or split_text_map(range:raw()) == nil end
   if kind == WEIGHT or kind == THINNING then return len ~= 4 or range:uint() == 0 end
   if kind == FURTHER then return len ~= 25 or is_all_zero(range(0, 16)) or is_all_zero(range(16, 8)) end
   return false
end

-- The first fault of section 5.3 that fits a field; what counts is noted in `seen`.
local function field_fault(kind, range, is_usable, is_sampled, seen)
   if is_malformed(kind, range) then return "malformed_field" end
   if kind == TRACESTATE and not is_usable then return "misplaced_field" end
   if (kind == WEIGHT or kind == THINNING) and not is_sampled then return "misplaced_field" end
   local once
   if kind == TEXT_MAP then
      once = "key " .. split_text_map(range:raw()):lower()
   elseif kind == TRACESTATE or kind == BAGGAGE or kind == WEIGHT or kind == THINNING then
      once = kind
   end
   if once == nil then return nil end
   if seen[once] then return "repeated_field" end
   seen[once] = true
   return nil
end

-- Showing.

local function hex(range)
   return range:bytes():tohex(true)
end

local function add_fault(tree, range, kind, offset)
   local item = tree:add(f.fault, range, kind)
   item:add(f.fault_offset, range, offset)
   item:add_proto_expert_info(is_faulty, kind .. " at byte " .. offset)
end

local function context_text(range, flags)
   return string.format("00-%s-%s-%02x", hex(range(0, 16)), hex(range(16, 8)), flags)
end

local function type_name(kind)
   if TYPE_NAMES[kind] then return TYPE_NAMES[kind] end
   if kind == 0x2a or kind == 0x4a or kind == 0xaa or kind == 0xca then return "grease" end
   if (kind >= 0x60 and kind <= 0x7f) or kind >= 0xe0 then return "private" end
   return "unassigned"
end

local function add_value(tree, kind, value)
   if kind == TRACESTATE then
      tree:add(f.tracestate, value)
   elseif kind == BAGGAGE then
      tree:add(f.baggage, value)
   elseif kind == TEXT_MAP then
      local key, text = split_text_map(value:raw())
      local entry = tree:add(f.text_map, value, key .. "=" .. text)
      entry:add(f.text_map_key, value(1, #key), key)
      if #text > 0 then
         entry:add(f.text_map_value, value(1 + #key), text)
      else
         entry:add(f.text_map_value, value, "")
      end
   elseif kind == WEIGHT then
      tree:add(f.weight, value)
   elseif kind == FURTHER then
      tree:add(f.further, value, context_text(value, value(24, 1):uint()))
   elseif kind == THINNING then
      tree:add(f.thinning, value)
   end
end

local function add_fields(tree, range, start, stop, is_usable, is_sampled)
   local at, count, seen = start, 0, {}
   while at < stop do
      local left = range(at, stop - at)
      if count == MAX_FIELDS then
         add_fault(tree:add(f.remainder, left), left, "too_many_fields", at)
         return
      end
      local len = left:len() >= FIELD_HEADER_LEN and left(1, 2):uint() or nil
      if not len or len > left:len() - FIELD_HEADER_LEN then
         add_fault(tree:add(f.remainder, left), left, "field_past_end", at)
         return
      end
      local kind = left(0, 1):uint()
      local value = len > 0 and left(FIELD_HEADER_LEN, len) or nil
      local item = tree:add(f.field, left(0, FIELD_HEADER_LEN + len))
      item:append_text(": " .. type_name(kind))
      item:add(f.field_type, left(0, 1))
      item:add(f.field_length, left(1, 2))
      if value then item:add(f.field_value, value) end
      local fault = field_fault(kind, value, is_usable, is_sampled, seen)
      if fault then
         add_fault(item, left(0, FIELD_HEADER_LEN + len), fault, at)
      elseif value then
         add_value(item, kind, value)
      end
      at, count = at + FIELD_HEADER_LEN + len, count + 1
   end
end

-- Header and carrier of a reading that has them. Gives the decision, and the trace id if it is usable.
local function add_frame(tree, reading, range)
   local flags, shape = range(4, 1), range(5, 1)
   local has_ids = reading.is_open and shape:bitfield(6, 1) == 1
   local is_decided, is_sampled = shape:bitfield(7, 1) == 1, flags:bitfield(7, 1) == 1
   tree:add(f.version, range(1, 1))
   local of_flags = tree:add(f.flags, flags)
   of_flags:add(f.sampled, flags)
   of_flags:add(f.random, flags)
   local of_shape = tree:add(f.shape, shape)
   of_shape:add(f.decided, shape)
   of_shape:add(f.ids, shape)
   tree:add(f.carrier_length, range(6, 2))

   local trace_id
   local at = HEADER_LEN
   if has_ids then
      local no_trace, no_span = is_all_zero(range(8, 16)), is_all_zero(range(24, 8))
      if no_trace then add_fault(tree, range(8, 16), "zero_trace_id", 8) end
      if no_span then add_fault(tree, range(24, 8), "zero_span_id", 24) end
      if no_trace or no_span then
         is_decided = false
      else
         trace_id = hex(range(8, 16))
         tree:add(f.trace_id, range(8, 16), trace_id)
         tree:add(f.span_id, range(24, 8), hex(range(24, 8)))
         tree:add(f.traceparent, range(8, 24), context_text(range(8, 24), flags:uint())):set_generated()
      end
      at = at + IDS_LEN
   end
   local decision = is_decided and (is_sampled and "sampled" or "unsampled") or nil
   if decision then tree:add(f.decision, range(4, 2), decision):set_generated() end
   if reading.is_open then
      add_fields(tree, range, at, reading.payload_offset, trace_id ~= nil, trace_id ~= nil and is_sampled)
   elseif reading.payload_offset > HEADER_LEN then
      tree:add(f.carrier, range(HEADER_LEN, reading.payload_offset - HEADER_LEN))
   end
   return decision, trace_id
end

local function add_payload(tree, tvb, offset)
   tree:add(f.payload_offset, tvb(0, 0), offset):set_generated()
   tree:add(f.payload_length, tvb(0, 0), tvb:len() - offset):set_generated()
   if offset < tvb:len() then tree:add(f.payload, tvb(offset)) end
end

local function summary(reading, decision, trace_id)
   local words = { reading.verdict:gsub("_", " "), decision or false, trace_id and ("trace " .. trace_id) or false, reading.fault or false }
   local said = {}
   for _, word in ipairs(words) do
      if word then table.insert(said, word) end
   end
   return table.concat(said, ", ")
end

-- The text form.

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local SEXTETS = {}
for i = 1, #ALPHABET do SEXTETS[ALPHABET:byte(i)] = i - 1 end

local function decode_base64url(characters)
   local digits, held, bits = {}, 0, 0
   for i = 1, #characters do
      held, bits = held * 64 + SEXTETS[characters:byte(i)], bits + 6
      if bits >= 8 then
         bits = bits - 8
         local unit = 2 ^ bits
         local byte = math.floor(held / unit)
         table.insert(digits, string.format("%02x", byte))
         held = held - byte * unit
      end
   end
   return ByteArray.new(table.concat(digits)), held
end

-- Header and carrier of a text, decoded, and where the payload begins; or a fault and its offset.
local function read_text(tvb)
   local start = #TEXT_PREFIX
   local raw = tvb:raw(0, math.min(tvb:len(), start + MAX_BASE64 + 1))
   local stop = raw:find(";", start + 1, true)
   if not stop then return nil, "text_unterminated", math.min(tvb:len(), start + MAX_BASE64) end
   local characters = raw:sub(start + 1, stop - 1)
   local foreign = characters:find("[^A-Za-z0-9_-]")
   if foreign then return nil, "text_alphabet", start + foreign - 1 end
   if #characters % 4 == 1 then return nil, "text_length", stop - 1 end
   local bytes, unused = decode_base64url(characters)
   if unused ~= 0 then return nil, "text_unused_bits", stop - 2 end
   if bytes:len() < 4 then return nil, "text_not_a_frame", start end
   local decoded = bytes:tvb("Glassine, decoded")
   local range = decoded()
   if not has_prefix(range) then return nil, "text_not_a_frame", start end
   local fault, offset = header_fault(range)
   if fault then return nil, fault, start + math.floor(4 * offset / 3) end
   local len = HEADER_LEN + range(6, 2):uint()
   if len > range:len() then return nil, "carrier_past_end", 18 end
   if len < range:len() then return nil, "text_carrier_length", 18 end
   return range, stop
end

-- Dissecting: what was shown in this packet is not shown again by the post-dissector.

local shown = { packet = nil, messages = {} }

local function key_of(tvb)
   return tvb:len() .. ":" .. tvb:raw(0, math.min(tvb:len(), 512))
end

local function note(tvb, pinfo)
   if shown.packet ~= pinfo.number then shown.packet, shown.messages = pinfo.number, {} end
   shown.messages[key_of(tvb)] = true
end

local function is_text_form(tvb)
   return tvb:len() >= #TEXT_PREFIX and tvb:raw(0, #TEXT_PREFIX) == TEXT_PREFIX
end

local function is_frame(tvb)
   return tvb:len() >= 4 and has_prefix(tvb()) or is_text_form(tvb)
end

local function dissect(tvb, pinfo, root)
   note(tvb, pinfo)
   local tree = root:add(glassine, tvb())
   local reading, decision, trace_id
   if is_text_form(tvb) then
      local range, stop, offset = read_text(tvb)
      if range then
         reading = read(range)
         if reading.fault then reading.fault_offset = 18 end
         tree:add(f.text, tvb(0, stop), tvb:raw(0, stop))
         decision, trace_id = add_frame(tree, reading, range)
         reading.payload_offset = stop
      else
         reading = { verdict = "damaged", payload_offset = 0, fault = stop, fault_offset = offset }
      end
   else
      reading = read(tvb())
      if reading.version then decision, trace_id = add_frame(tree, reading, tvb()) end
   end
   tree:add(f.verdict, tvb(0, 0), reading.verdict):set_generated()
   if reading.fault then add_fault(tree, tvb(0, math.min(HEADER_LEN, tvb:len())), reading.fault, reading.fault_offset) end
   add_payload(tree, tvb, reading.payload_offset)
   local said = summary(reading, decision, trace_id)
   tree:append_text(": " .. said)
   pinfo.cols.protocol:append("/Glassine")
   pinfo.cols.info:append(" [" .. said .. "]")
end

function glassine.dissector(tvb, pinfo, root)
   if tvb:len() == 0 then return 0 end
   dissect(tvb, pinfo, root)
   return tvb:len()
end

local function dissect_delimited(tvb, pinfo, root)
   local tree = root:add(delimited, tvb())
   tree:add(f.delimiter, tvb(0, 4))
   if tvb:len() > 4 then dissect(tvb(4):tvb(), pinfo, tree) end
   return tvb:len()
end

-- The longest message behind a length that is believed; Wireshark waits for all of it.
local MAX_DELIMITED = 16 * 1024 * 1024

-- Wireshark's `dissect_tcp_pdus` puts nothing together when a heuristic calls it; this does.
function delimited.dissector(tvb, pinfo, root)
   local at = 0
   while at < tvb:len() do
      local left = tvb:len() - at
      local len = left >= 4 and 4 + tvb(at, 4):uint() or nil
      if len and len - 4 > MAX_DELIMITED then return at end
      if not len or len > left then
         pinfo.desegment_offset = at
         pinfo.desegment_len = len and len - left or DESEGMENT_ONE_MORE_SEGMENT
         return tvb:len()
      end
      dissect_delimited(tvb(at, len):tvb(), pinfo, root)
      at = at + len
   end
   return tvb:len()
end

local function of_message(tvb, pinfo, root)
   if not is_frame(tvb) then return false end
   dissect(tvb, pinfo, root)
   return true
end

local function of_stream(tvb, pinfo, root)
   if of_message(tvb, pinfo, root) then return true end
   if tvb:len() < 12 then return false end
   local len = tvb(0, 4):uint()
   local is_delimited = len >= HEADER_LEN and len <= MAX_DELIMITED and has_prefix(tvb(4))
   if not is_delimited then return false end
   pinfo.conversation = delimited
   delimited.dissector(tvb, pinfo, root)
   return true
end

for name, heuristic in pairs({ udp = of_message, tcp = of_stream, tls = of_stream, ws = of_message, ["mqtt.topic"] = of_message }) do
   -- Not every release has all of these lists.
   if pcall(glassine.register_heuristic, glassine, name, heuristic) == false then
      report_failure("glassine: no heuristics in " .. name)
   end
end
DissectorTable.get("udp.port"):add_for_decode_as(glassine)
DissectorTable.get("tcp.port"):add_for_decode_as(glassine)
DissectorTable.get("tcp.port"):add_for_decode_as(delimited)

-- Payloads of protocols whose dissectors ask no heuristics.

local left_over = Proto("glassine_payloads", "Glassine in payloads of other protocols")
local sources = {}
for _, name in ipairs({ "resp.bulk_string.value", "amqp.payload", "mqtt.msg", "websocket.payload", "data.data" }) do
   local exists, source = pcall(Field.new, name)
   if exists then table.insert(sources, source) end
end

function left_over.dissector(_, pinfo, root)
   if shown.packet ~= pinfo.number then shown.packet, shown.messages = pinfo.number, {} end
   for _, source in ipairs(sources) do
      for _, info in ipairs({ source() }) do
         if info.len > 0 then
            local tvb = info.range:tvb()
            if is_frame(tvb) and not shown.messages[key_of(tvb)] then dissect(tvb, pinfo, root) end
         end
      end
   end
   shown.packet, shown.messages = nil, {}
end

register_postdissector(left_over)
