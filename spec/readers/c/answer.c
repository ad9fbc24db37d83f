/*
 * Answers for glassine.h what `glassine conform` and `../judge.py` ask: a JSON object a line from
 * standard input, and one a line to standard output. Needs cJSON, to read; what it writes may hold
 * a NUL, which cJSON cannot.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "glassine.h"

static void fail(const char *what) {
    fprintf(stderr, "answer: %s\n", what);
    exit(1);
}

/* Exactly as many bytes as are needed, so that a sanitizer sees each one that is read past them. */
static uint8_t *exactly(size_t len) {
    uint8_t *bytes = malloc(len > 0 ? len : 1);
    if (bytes == NULL) fail("no memory");
    if (len == 0) {
        free(bytes);
        return NULL;
    }
    memset(bytes, 0xA5, len);
    return bytes;
}

/* ------------------------------------------------------------------------------------ questions */

static const cJSON *item(const cJSON *object, const char *key) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    if (value == NULL) fail(key);
    return value;
}

static const char *string(const cJSON *object, const char *key) {
    const cJSON *value = item(object, key);
    if (!cJSON_IsString(value)) fail(key);
    return value->valuestring;
}

static uint32_t number(const cJSON *object, const char *key) {
    const cJSON *value = item(object, key);
    if (!cJSON_IsNumber(value)) fail(key);
    return (uint32_t)value->valuedouble;
}

static unsigned digit(char character) {
    const char *digits = "0123456789abcdef";
    const char *found = character != 0 ? strchr(digits, character) : NULL;
    if (found == NULL) fail("not lower-case hexadecimal");
    return (unsigned)(found - digits);
}

static struct glassine_bytes unhex(const cJSON *object, const char *key) {
    const char *text = string(object, key);
    struct glassine_bytes bytes;
    bytes.len = strlen(text) / 2;
    uint8_t *data = exactly(bytes.len);
    for (size_t i = 0; i < bytes.len; i++) {
        data[i] = (uint8_t)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
    }
    bytes.data = data;
    return bytes;
}

static void release(struct glassine_bytes bytes) {
    free((void *)bytes.data);
}

static void unhex_into(const cJSON *object, const char *key, uint8_t *out, size_t len) {
    struct glassine_bytes bytes = unhex(object, key);
    if (bytes.len != len) fail(key);
    memcpy(out, bytes.data, len);
    release(bytes);
}

/* -------------------------------------------------------------------------------------- answers */

static void put_hex(const uint8_t *bytes, size_t len) {
    putchar('"');
    for (size_t i = 0; i < len; i++) printf("%02x", (unsigned)bytes[i]);
    putchar('"');
}

static void put_text(const uint8_t *text, size_t len) {
    putchar('"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x20 || text[i] == '"' || text[i] == '\\' || text[i] == 0x7F) {
            printf("\\u%04x", (unsigned)text[i]);
        } else {
            putchar(text[i]);
        }
    }
    putchar('"');
}

static void put_fault(struct glassine_fault fault) {
    printf("{\"kind\":\"%s\",\"offset\":%zu}", glassine_fault_name(fault.kind), fault.offset);
}

static void put_fault_or_null(struct glassine_fault fault) {
    if (fault.kind == GLASSINE_NO_FAULT) {
        printf("null");
    } else {
        put_fault(fault);
    }
}

static void put_context(const struct glassine_context *context) {
    printf("{\"trace_id\":");
    put_hex(context->trace_id, sizeof context->trace_id);
    printf(",\"span_id\":");
    put_hex(context->span_id, sizeof context->span_id);
    printf(",\"trace_flags\":");
    put_hex(&context->flags, 1);
    putchar('}');
}

static void put_found_text(const struct glassine_reading *reading, enum glassine_field_type type) {
    struct glassine_field field;
    if (glassine_find_field(reading, type, &field)) {
        put_text(field.value.data, field.value.len);
    } else {
        printf("null");
    }
}

static void put_number_or_null(uint32_t number) {
    if (number == 0) {
        printf("null");
    } else {
        printf("%lu", (unsigned long)number);
    }
}

static const char *verdict_name(enum glassine_verdict verdict) {
    switch (verdict) {
    case GLASSINE_BARE: return "bare";
    case GLASSINE_ENVELOPED: return "enveloped";
    case GLASSINE_UNKNOWN_VERSION: return "unknown_version";
    case GLASSINE_DAMAGED: return "damaged";
    case GLASSINE_REFUSED: return "refused";
    case GLASSINE_INCOMPLETE: return "incomplete";
    }
    return "?";
}

static void put_ids(const struct glassine_reading *reading) {
    struct glassine_context context;
    enum glassine_decision decision = glassine_get_decision(reading);
    printf(",\"decision\":%s", decision == GLASSINE_NO_DECISION  ? "null"
                               : decision == GLASSINE_UNSAMPLED ? "\"unsampled\""
                                                                : "\"sampled\"");
    printf(",\"trace_flags\":");
    if (decision == GLASSINE_NO_DECISION) {
        printf("null");
    } else {
        put_hex(&reading->flags, 1);
    }
    if (glassine_get_context(reading, &context)) {
        printf(",\"trace_id\":");
        put_hex(context.trace_id, sizeof context.trace_id);
        printf(",\"span_id\":");
        put_hex(context.span_id, sizeof context.span_id);
    } else {
        printf(",\"trace_id\":null,\"span_id\":null");
    }
}

static void put_lists(const struct glassine_reading *reading) {
    struct glassine_fields fields = glassine_get_fields(reading);
    struct glassine_field field;
    const char *comma = "";
    printf(",\"fields\":[");
    while (glassine_next_field(&fields, &field)) {
        printf("%s{\"type\":%u,\"offset\":%zu,\"value\":", comma, (unsigned)field.type,
               field.offset);
        put_hex(field.value.data, field.value.len);
        putchar('}');
        comma = ",";
    }
    printf("],\"text_map\":[");
    comma = "";
    fields = glassine_get_fields(reading);
    while (glassine_next_field(&fields, &field)) {
        struct glassine_text_map_entry entry;
        struct glassine_bytes found;
        if (field.type != GLASSINE_TEXT_MAP || field.fault != GLASSINE_NO_FAULT) continue;
        if (!glassine_get_text_map_entry(field.value, &entry)) fail("a malformed entry counts");
        printf("%s{\"key\":", comma);
        put_text(entry.key.data, entry.key.len);
        printf(",\"value\":");
        put_text(entry.value.data, entry.value.len);
        putchar('}');
        comma = ",";
        if (!glassine_find_text_map(reading, (const char *)entry.key.data, entry.key.len, &found) ||
            found.data != entry.value.data) {
            fail("an entry that counts is not found by its key");
        }
    }
    printf("],\"further_contexts\":[");
    comma = "";
    fields = glassine_get_fields(reading);
    while (glassine_next_field(&fields, &field)) {
        struct glassine_context further;
        if (field.type != GLASSINE_FURTHER_CONTEXT || field.fault != GLASSINE_NO_FAULT) continue;
        if (!glassine_get_further_context(field.value, &further)) fail("it is malformed");
        printf("%s", comma);
        put_context(&further);
        comma = ",";
    }
    printf("]");
}

static void put_carrier_faults(const struct glassine_reading *reading) {
    struct glassine_fault faults[GLASSINE_MAX_CARRIER_FAULTS];
    size_t count = glassine_get_carrier_faults(reading, faults, GLASSINE_MAX_CARRIER_FAULTS);
    if (count > GLASSINE_MAX_CARRIER_FAULTS) fail("more faults than a carrier can have");
    printf(",\"carrier_faults\":[");
    for (size_t i = 0; i < count; i++) {
        printf(i > 0 ? "," : "");
        put_fault(faults[i]);
    }
    printf("]");
}

static void put_reading(const struct glassine_reading *reading) {
    printf("{\"verdict\":\"%s\"", verdict_name(reading->verdict));
    printf(",\"version\":");
    put_number_or_null(reading->version);
    printf(",\"fault\":");
    put_fault_or_null(reading->fault);
    printf(",\"sampled\":%s", reading->claimed_sampled ? "true" : "false");
    put_ids(reading);
    printf(",\"tracestate\":");
    put_found_text(reading, GLASSINE_TRACESTATE);
    printf(",\"baggage\":");
    put_found_text(reading, GLASSINE_BAGGAGE);
    printf(",\"fan_out_weight\":");
    put_number_or_null(glassine_get_weight(reading));
    printf(",\"thinning\":");
    put_number_or_null(glassine_get_thinning(reading));
    put_lists(reading);
    put_carrier_faults(reading);
    printf(",\"payload_offset\":%zu,\"payload_len\":%zu,\"payload\":", reading->payload_offset,
           reading->payload_len);
    put_hex(reading->payload, reading->payload_len);
}

/* A reading is compared with the mixed one by what it is, field by field. */
static bool same(const struct glassine_reading *a, const struct glassine_reading *b) {
    return a->verdict == b->verdict && a->payload == b->payload && a->version == b->version &&
           a->flags == b->flags && a->has_flags == b->has_flags && a->has_ids == b->has_ids &&
           a->carrier.data == b->carrier.data && a->carrier.len == b->carrier.len &&
           a->fault.kind == b->fault.kind;
}

/* ---------------------------------------------------------------------------------- the answers */

static struct glassine_reading read_form(const cJSON *vector, struct glassine_bytes message,
                                         enum glassine_mode mode, uint8_t *buffer, size_t cap) {
    if (strcmp(string(vector, "form"), "text") == 0) {
        return glassine_read_text_as(message.data, message.len, mode, buffer, cap);
    }
    return glassine_read_as(message.data, message.len, mode, cap);
}

static void answer_read(const cJSON *vector) {
    struct glassine_bytes message = unhex(vector, "message");
    bool has_cap = cJSON_HasObjectItem(vector, "cap");
    size_t cap = has_cap ? number(vector, "cap") : GLASSINE_DEFAULT_CAP;
    uint8_t *buffer = exactly(cap);
    struct glassine_reading mixed = read_form(vector, message, GLASSINE_MIXED, buffer, cap);
    if (mixed.payload_len != message.len - mixed.payload_offset ||
        (message.len > 0 && mixed.payload != message.data + mixed.payload_offset)) {
        fail("the payload is not the rest of the message");
    }
    put_reading(&mixed);
    for (enum glassine_mode mode = GLASSINE_CLOSED; mode <= GLASSINE_ALWAYS; mode++) {
        struct glassine_reading strict = read_form(vector, message, mode, buffer, cap);
        printf(mode == GLASSINE_CLOSED ? ",\"closed\":" : ",\"always\":");
        if (strict.verdict == GLASSINE_REFUSED) {
            if (strict.payload != message.data || strict.payload_len != message.len) {
                fail("a refused message is not whole");
            }
            put_fault(strict.fault);
        } else {
            printf(same(&strict, &mixed) ? "\"as mixed\"" : "\"otherwise\"");
        }
    }
    printf("}");
    free(buffer);
    release(message);
}

static void answer_stream(const cJSON *vector) {
    struct glassine_bytes message = unhex(vector, "message");
    const cJSON *asked;
    const char *comma = "";
    printf("{\"answers\":[");
    cJSON_ArrayForEach(asked, item(vector, "arrived")) {
        struct glassine_bytes arrived;
        arrived.len = (size_t)asked->valuedouble;
        if (arrived.len > message.len) fail("more arrived than the message has");
        uint8_t *bytes = exactly(arrived.len);
        if (arrived.len > 0) memcpy(bytes, message.data, arrived.len);
        arrived.data = bytes;
        struct glassine_reading reading =
            glassine_read_arrived(arrived.data, arrived.len, GLASSINE_DEFAULT_CAP);
        printf("%s", comma);
        if (reading.verdict == GLASSINE_INCOMPLETE) {
            printf("{\"incomplete\":%zu}", reading.needs);
        } else {
            printf("{\"verdict\":\"%s\",\"fault\":", verdict_name(reading.verdict));
            put_fault_or_null(reading.fault);
            printf(",\"payload_offset\":%zu}", reading.payload_offset);
        }
        comma = ",";
        release(arrived);
    }
    printf("]}");
    release(message);
}

typedef bool (*reparent)(const struct glassine_reading *, const uint8_t *, uint8_t *, size_t,
                         size_t *);

static void answer_reparent(const cJSON *vector, bool is_text) {
    struct glassine_bytes message = unhex(vector, "message");
    uint8_t *buffer = exactly(GLASSINE_DEFAULT_CAP), *out = exactly(message.len);
    uint8_t span_id[GLASSINE_SPAN_ID_LEN];
    reparent reparent = is_text ? glassine_reparent_text : glassine_reparent;
    struct glassine_reading reading =
        is_text ? glassine_read_text(message.data, message.len, buffer, GLASSINE_DEFAULT_CAP)
                : glassine_read(message.data, message.len);
    size_t len, none;
    unhex_into(vector, "span_id", span_id, sizeof span_id);
    if (reparent(&reading, span_id, out, message.len, &len)) {
        uint8_t *whole = exactly(len + reading.payload_len);
        memcpy(whole, out, len);
        if (reading.payload_len > 0) memcpy(whole + len, reading.payload, reading.payload_len);
        printf("{\"result\":");
        put_hex(whole, len + reading.payload_len);
        printf("}");
        free(whole);
        if (reparent(&reading, span_id, out, len - 1, &none)) fail("written without room");
    } else {
        printf("{\"result\":null}");
    }
    free(buffer);
    free(out);
    release(message);
}

static struct glassine_context context_of(const cJSON *described) {
    struct glassine_context context;
    unhex_into(described, "trace_id", context.trace_id, sizeof context.trace_id);
    unhex_into(described, "span_id", context.span_id, sizeof context.span_id);
    unhex_into(described, "trace_flags", &context.flags, 1);
    return context;
}

/* The fields of a list; who gets them releases each value, and the array. */
static struct glassine_field *fields_of(const cJSON *described, size_t *count) {
    const cJSON *one;
    struct glassine_field *fields;
    *count = (size_t)cJSON_GetArraySize(described);
    fields = calloc(*count > 0 ? *count : 1, sizeof *fields);
    if (fields == NULL) fail("no memory");
    *count = 0;
    cJSON_ArrayForEach(one, described) {
        struct glassine_bytes value = unhex(one, "value");
        fields[(*count)++] = glassine_field((uint8_t)number(one, "type"), value.data, value.len);
    }
    return fields;
}

typedef struct glassine_fault (*wrap)(const struct glassine_envelope *, const uint8_t *, size_t,
                                      uint8_t *, size_t, size_t *);

static void put_wrapped(const struct glassine_envelope *envelope, struct glassine_bytes payload,
                        wrap wrap) {
    size_t room = 2 * (GLASSINE_HEADER_LEN + GLASSINE_MAX_CARRIER) + payload.len, len, again;
    uint8_t *out = exactly(room);
    struct glassine_fault fault = wrap(envelope, payload.data, payload.len, out, room, &len);
    printf("{\"result\":");
    if (fault.kind == GLASSINE_NO_FAULT) {
        put_hex(out, len);
        /* Exactly the room that it takes is enough, and a byte less is not. */
        uint8_t *tight = exactly(len);
        fault = wrap(envelope, payload.data, payload.len, tight, len, &again);
        if (fault.kind != GLASSINE_NO_FAULT || again != len ||
            (len > 0 && memcmp(tight, out, len) != 0)) {
            fail("written otherwise where there is just room enough");
        }
        free(tight);
        tight = exactly(len > 0 ? len - 1 : 0);
        fault = wrap(envelope, payload.data, payload.len, tight, len > 0 ? len - 1 : 0, &again);
        if (len > 0 && (fault.kind != GLASSINE_BUFFER_TOO_SMALL || again != 0)) {
            fail("written where there is not room enough");
        }
        free(tight);
    } else {
        printf("null");
    }
    printf("}");
    free(out);
}

static void answer_write(const cJSON *vector, wrap wrap) {
    const cJSON *what = item(vector, "write"), *context = item(what, "context");
    struct glassine_bytes payload = unhex(what, "payload");
    struct glassine_envelope envelope = glassine_escape();
    size_t count;
    struct glassine_field *fields = fields_of(item(what, "fields"), &count);
    if (cJSON_IsObject(context)) {
        struct glassine_context given = context_of(context);
        envelope = glassine_envelope(&given);
    } else if (cJSON_IsString(context)) {
        if (strcmp(context->valuestring, "unsampled") != 0) fail("context");
        envelope = glassine_marker();
    }
    envelope.fields = fields;
    envelope.fields_len = count;
    put_wrapped(&envelope, payload, wrap);
    for (size_t i = 0; i < count; i++) release(fields[i].value);
    free(fields);
    release(payload);
}

static void answer_send(const cJSON *vector) {
    bool is_text = strcmp(string(vector, "channel"), "text") == 0;
    if (strcmp(string(vector, "sending"), "on") == 0) {
        answer_write(vector, is_text ? glassine_wrap_text : glassine_wrap);
    } else {
        printf("{\"result\":\"%s\"}", string(item(vector, "write"), "payload"));
    }
}

static void answer_shorten(const cJSON *vector) {
    const cJSON *what = item(vector, "shorten");
    size_t count;
    struct glassine_field *fields = fields_of(item(what, "fields"), &count);
    const uint8_t **values = calloc(count > 0 ? count : 1, sizeof *values);
    if (values == NULL) fail("no memory");
    for (size_t i = 0; i < count; i++) values[i] = fields[i].value.data;
    size_t left = glassine_shorten(fields, count, cJSON_IsTrue(item(what, "has_ids")),
                                   number(what, "carrier_bytes"));
    printf("{\"result\":[");
    for (size_t i = 0; i < left; i++) {
        printf("%s{\"type\":%u,\"value\":", i > 0 ? "," : "", (unsigned)fields[i].type);
        put_hex(fields[i].value.data, fields[i].value.len);
        putchar('}');
    }
    printf("]}");
    for (size_t i = 0; i < count; i++) free((void *)values[i]);
    free(values);
    free(fields);
}

static void answer_mask(const cJSON *vector) {
    struct glassine_context context = context_of(item(vector, "context"));
    char written[GLASSINE_TRACEPARENT_LEN], masked[GLASSINE_TRACEPARENT_LEN];
    glassine_write_traceparent(&context, written);
    context.flags &= GLASSINE_FLAG_SAMPLED;
    glassine_write_traceparent(&context, masked);
    printf("{\"written\":\"%.*s\",\"masked\":\"%.*s\"}", GLASSINE_TRACEPARENT_LEN, written,
           GLASSINE_TRACEPARENT_LEN, masked);
}

static void answer_members(const cJSON *vector) {
    struct glassine_bytes list = unhex(vector, "text");
    bool is_baggage = strcmp(string(vector, "list"), "baggage") == 0;
    struct glassine_members members =
        glassine_get_members(list, is_baggage ? GLASSINE_BAGGAGE : GLASSINE_TRACESTATE);
    struct glassine_member member;
    const char *comma = "";
    printf("{\"members\":[");
    while (glassine_next_member(&members, &member)) {
        printf("%s{\"key\":", comma);
        put_text(member.key.data, member.key.len);
        printf(",\"value\":");
        put_text(member.value.data, member.value.len);
        if (is_baggage) {
            printf(",\"properties\":");
            put_text(member.properties.data, member.properties.len);
        }
        putchar('}');
        comma = ",";
    }
    printf("]}");
    release(list);
}

/* A weight as the vectors have it: null for none. */
static uint32_t weight_of(const cJSON *vector) {
    return cJSON_IsNull(item(vector, "weight")) ? 0 : number(vector, "weight");
}

static void answer_thinned(const cJSON *vector) {
    struct glassine_bytes message = unhex(vector, "message"), name = {NULL, 0};
    struct glassine_reading reading = glassine_read(message.data, message.len);
    const uint8_t *no_bytes = (const uint8_t *)"";
    enum glassine_decision decision = glassine_get_decision(&reading);
    uint32_t weight;
    bool has_name = !cJSON_IsNull(item(vector, "receiver"));
    if (has_name) name = unhex(vector, "receiver");
    bool kept = glassine_keeps_sampled(
        &reading, has_name && name.len == 0 ? no_bytes : name.data, name.len, &weight);
    printf("{\"decision\":%s,\"weight\":", decision == GLASSINE_NO_DECISION ? "null"
                                           : kept                           ? "\"sampled\""
                                                                            : "\"unsampled\"");
    put_number_or_null(weight > 1 ? weight : 0);
    printf("}");
    release(message);
    release(name);
}

static void answer_thin(const cJSON *vector) {
    struct glassine_context context = context_of(item(vector, "context"));
    struct glassine_envelope envelope = glassine_envelope(&context);
    struct glassine_bytes payload = unhex(vector, "payload");
    struct glassine_field fields[2];
    uint8_t values[2][4];
    uint32_t weight = weight_of(vector), one_in = glassine_one_in(number(vector, "recipients"));
    glassine_put_u32(values[0], weight);
    glassine_put_u32(values[1], one_in);
    if (weight > 0) fields[envelope.fields_len++] = glassine_field(GLASSINE_WEIGHT, values[0], 4);
    if (one_in > 1) fields[envelope.fields_len++] = glassine_field(GLASSINE_THINNING, values[1], 4);
    envelope.fields = fields;
    put_wrapped(&envelope, payload, glassine_wrap);
    release(payload);
}

static void answer_traceparent(const cJSON *vector) {
    const char *text = string(vector, "text");
    size_t len = strlen(text);
    char *exact = (char *)exactly(len);
    struct glassine_context context;
    if (len > 0) memcpy(exact, text, len);
    struct glassine_fault fault = glassine_read_traceparent(exact, len, &context);
    if (fault.kind != GLASSINE_NO_FAULT) {
        printf("{\"fault\":");
        put_fault(fault);
        printf("}");
    } else {
        char written[GLASSINE_TRACEPARENT_LEN];
        glassine_write_traceparent(&context, written);
        printf("{\"reading\":");
        put_context(&context);
        printf(",\"written\":\"%.*s\"}", GLASSINE_TRACEPARENT_LEN, written);
    }
    free(exact);
}

static void answer_share(const cJSON *vector) {
    uint8_t trace_id[GLASSINE_TRACE_ID_LEN];
    unhex_into(vector, "trace_id", trace_id, sizeof trace_id);
    printf("{\"hash\":\"%016llx\",\"within\":%s}",
           (unsigned long long)glassine_xxh64(trace_id, sizeof trace_id, 0),
           glassine_share_has(trace_id, number(vector, "millionths")) ? "true" : "false");
}

static void answer_fan_out(const cJSON *vector) {
    uint8_t trace_id[GLASSINE_TRACE_ID_LEN];
    struct glassine_bytes name = unhex(vector, "recipient");
    uint32_t weight = weight_of(vector);
    unhex_into(vector, "trace_id", trace_id, sizeof trace_id);
    uint64_t hash = glassine_recipient_hash(trace_id, weight, name.data, name.len);
    uint32_t one_in = number(vector, "one_in");
    bool chosen = glassine_is_chosen(trace_id, weight, name.data, name.len, one_in);
    printf("{\"hash\":\"%016llx\",\"selected\":%s}", (unsigned long long)hash,
           chosen ? "true" : "false");
    release(name);
}

static void answer(const cJSON *vector) {
    const char *kind = string(vector, "ask");
    if (strcmp(kind, "read") == 0) {
        answer_read(vector);
    } else if (strcmp(kind, "stream") == 0) {
        answer_stream(vector);
    } else if (strcmp(kind, "reparent") == 0) {
        answer_reparent(vector, false);
    } else if (strcmp(kind, "reparent_text") == 0) {
        answer_reparent(vector, true);
    } else if (strcmp(kind, "write") == 0) {
        answer_write(vector, glassine_wrap);
    } else if (strcmp(kind, "send") == 0) {
        answer_send(vector);
    } else if (strcmp(kind, "shorten") == 0) {
        answer_shorten(vector);
    } else if (strcmp(kind, "members") == 0) {
        answer_members(vector);
    } else if (strcmp(kind, "mask") == 0) {
        answer_mask(vector);
    } else if (strcmp(kind, "weight") == 0) {
        uint32_t nested = glassine_nested_weight(weight_of(vector), number(vector, "one_in"));
        printf("{\"result\":%lu}", (unsigned long)nested);
    } else if (strcmp(kind, "thinned") == 0) {
        answer_thinned(vector);
    } else if (strcmp(kind, "thin") == 0) {
        answer_thin(vector);
    } else if (strcmp(kind, "traceparent") == 0) {
        answer_traceparent(vector);
    } else if (strcmp(kind, "share") == 0) {
        answer_share(vector);
    } else if (strcmp(kind, "fan_out") == 0) {
        answer_fan_out(vector);
    } else if (strcmp(kind, "rate") == 0) {
        printf("{\"one_in\":%lu}", (unsigned long)glassine_one_in(number(vector, "recipients")));
    } else {
        printf("{\"unsupported\":true}");
    }
    printf("\n");
}

int main(void) {
    size_t room = 1 << 20;
    char *line = malloc(room);
    if (line == NULL) fail("no memory");
    while (fgets(line, (int)room, stdin) != NULL) {
        cJSON *vector = cJSON_Parse(line);
        if (vector == NULL) fail("a line that is no JSON, or too long");
        answer(vector);
        cJSON_Delete(vector);
        fflush(stdout);
    }
    free(line);
    return 0;
}
