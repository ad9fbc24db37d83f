/* A hop without a tracer: makes a span id of its own for a sampled context, and passes everything on. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "glassine.h"

static void hex(const char *name, const uint8_t *bytes, size_t len) {
    printf(",\"%s\":\"", name);
    for (size_t i = 0; i < len; i++) printf("%02x", bytes[i]);
    printf("\"");
}

static void must(int is_done, const char *what) {
    if (!is_done) {
        perror(what);
        exit(1);
    }
}

int main(int argc, char **argv) {
    static uint8_t message[1 << 16];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t address_len = sizeof address;
    must(argc == 2, "the port is missing");

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    must(bind(listener, (struct sockaddr *)&address, sizeof address) == 0, "bind");
    must(listen(listener, 1) == 0, "listen");
    must(getsockname(listener, (struct sockaddr *)&address, &address_len) == 0, "getsockname");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    FILE *before = fdopen(accept(listener, NULL, NULL), "rb");
    must(before != NULL, "accept");
    int next = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_port = htons((uint16_t)atoi(argv[1]));
    must(connect(next, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    FILE *after = fdopen(next, "wb");
    must(after != NULL, "fdopen");

    uint32_t length;
    while (fread(&length, sizeof length, 1, before) == 1) {
        uint8_t *passed_on = message;
        size_t len = ntohl(length);
        must(len <= sizeof message && fread(message, 1, len, before) == len, "a message");
        struct glassine_reading reading = glassine_read(message, len);
        struct glassine_context context;
        if (glassine_get_context(&reading, &context) && glassine_get_decision(&reading) == GLASSINE_SAMPLED) {
            uint8_t id[8];
            must(getrandom(id, sizeof id, 0) == sizeof id, "getrandom");
            printf("{\"name\":\"c\"");
            hex("trace", context.trace_id, sizeof context.trace_id);
            hex("span", id, sizeof id);
            hex("parent", context.span_id, sizeof context.span_id);
            printf("}\n");
            static uint8_t copy[sizeof message];
            size_t head = 0;
            must(glassine_reparent(&reading, id, copy, sizeof copy - reading.payload_len, &head), "reparent");
            memcpy(copy + head, reading.payload, reading.payload_len);
            passed_on = copy;
            len = head + reading.payload_len;
        }
        length = htonl((uint32_t)len);
        fwrite(&length, sizeof length, 1, after);
        fwrite(passed_on, 1, len, after);
    }
    fclose(after);
    return 0;
}
