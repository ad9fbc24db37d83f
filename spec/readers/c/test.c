/*
 * What no vector asks of glassine.h: how many receivers keep a copy, and the writers of values.
 * Prints what is wrong; exit code 1 if anything is.
 */
#include <stdio.h>
#include <string.h>

#include "glassine.h"

static unsigned passed, failed;

static void expect(bool holds, const char *what) {
    if (holds) {
        passed++;
    } else {
        failed++;
        printf("wrong: %s\n", what);
    }
}

/*
 * One copy of a message of weight `own` for 100,000 receivers, of whom one in 100 keeps it. The
 * number that does is within five standard deviations, 157, of 1,000, for 20 traces (seed: their
 * ids); and each counts 100 times the weight.
 */
static void thinning(uint32_t own) {
    static const uint8_t one_in[4] = {0, 0, 0, 100};
    for (uint8_t trace = 1; trace <= 20; trace++) {
        struct glassine_context context = {{0}, {1}, GLASSINE_FLAG_SAMPLED};
        struct glassine_field fields[2];
        uint8_t message[64], weight[4];
        size_t len = 0;
        unsigned kept = 0;
        bool weighed = true;
        context.trace_id[5] = trace;
        struct glassine_envelope envelope = glassine_envelope(&context);
        fields[0] = glassine_field(GLASSINE_THINNING, one_in, 4);
        glassine_put_u32(weight, own);
        fields[1] = glassine_field(GLASSINE_WEIGHT, weight, 4);
        envelope.fields = fields;
        envelope.fields_len = own > 0 ? 2 : 1;
        struct glassine_fault fault =
            glassine_wrap(&envelope, (const uint8_t *)"hi", 2, message, sizeof message, &len);
        expect(fault.kind == GLASSINE_NO_FAULT, glassine_fault_name(fault.kind));
        struct glassine_reading reading = glassine_read(message, len);
        for (uint32_t receiver = 0; receiver < 100000; receiver++) {
            uint8_t name[4];
            uint32_t counts;
            glassine_put_u32(name, receiver);
            if (glassine_keeps_sampled(&reading, name, sizeof name, &counts)) {
                weighed = weighed && counts == 100 * (own > 0 ? own : 1);
                kept++;
            }
        }
        expect(weighed, "what a receiver that keeps the context counts");
        expect(kept >= 1000 - 157 && kept <= 1000 + 157, "how many receivers keep the context");
        uint32_t counts;
        expect(glassine_keeps_sampled(&reading, NULL, 0, &counts) && counts == (own > 0 ? own : 1),
               "a receiver without a name keeps it, and counts the weight");
    }
}

static void without_a_context(void) {
    uint8_t message[8] = {0};
    uint32_t counts;
    size_t len;
    struct glassine_envelope marker = glassine_marker();
    struct glassine_fault fault = glassine_wrap(&marker, NULL, 0, message, sizeof message, &len);
    struct glassine_reading reading = glassine_read(message, len);
    expect(fault.kind == GLASSINE_NO_FAULT && len == 8, "a marker");
    expect(!glassine_keeps_sampled(&reading, message, 8, &counts), "an unsampled message");
    reading = glassine_read(message, 3);
    expect(!glassine_keeps_sampled(&reading, message, 8, &counts), "a bare message");
}

static void values(void) {
    uint8_t out[6];
    struct glassine_text_map_entry entry;
    struct glassine_bytes value = {out, 0};
    value.len = glassine_put_text_map_entry(out, sizeof out, "b3", 2, "0-1", 3);
    expect(value.len == 6 && glassine_get_text_map_entry(value, &entry) && entry.key.len == 2 &&
               memcmp(entry.key.data, "b3", 2) == 0 && memcmp(entry.value.data, "0-1", 3) == 0,
           "a text-map entry that is written is read");
    expect(glassine_put_text_map_entry(out, 5, "b3", 2, "0-1", 3) == 0, "no room for an entry");
    expect(glassine_put_text_map_entry(out, 6, "", 0, "0-1", 3) == 0, "an empty key");
}

int main(void) {
    thinning(0);
    thinning(7);
    without_a_context();
    values();
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0 || passed == 0;
}
