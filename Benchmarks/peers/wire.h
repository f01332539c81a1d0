// What the programs of this folder share of AMQP 0-9-1: numbers in network order, frames, the log-in of a client, and
// the messages of Rafale's generator. Section numbers are those of the specification.
#pragma once
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_METHOD = 1, FRAME_HEADER = 2, FRAME_BODY = 3, FRAME_HEARTBEAT = 8, FRAME_END = 0xCE };
enum { FRAME_EXTRA = 8, FRAME_MAX = 131072 };  // type, channel, size and end (2.3.5); the limit we agree to

// A class and a method of it in one number, as `case` takes it.
#define METHOD(class, method) ((uint32_t)(class) << 16 | (method))
#define BASIC_PUBLISH METHOD(60, 40)
#define BASIC_DELIVER METHOD(60, 60)
#define BASIC_ACK METHOD(60, 80)

static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t get32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return be32toh(v); }
static inline uint64_t get64(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return be64toh(v); }
static inline uint8_t *put8(uint8_t *p, uint8_t v) { *p = v; return p + 1; }
static inline uint8_t *put16(uint8_t *p, uint16_t v) { v = htobe16(v); memcpy(p, &v, 2); return p + 2; }
static inline uint8_t *put32(uint8_t *p, uint32_t v) { v = htobe32(v); memcpy(p, &v, 4); return p + 4; }
static inline uint8_t *put64(uint8_t *p, uint64_t v) { v = htobe64(v); memcpy(p, &v, 8); return p + 8; }
static inline uint8_t *put_bytes(uint8_t *p, const void *bytes, size_t count) { memcpy(p, bytes, count); return p + count; }

// A string of at most 255 bytes with its length in front (4.2.5.3).
static inline uint8_t *put_short(uint8_t *p, const char *text) {
    size_t count = strlen(text);
    return put_bytes(put8(p, (uint8_t)count), text, count);
}

// Begins a method's frame; `end_frame` writes its size and end.
static inline uint8_t *begin_method(uint8_t *p, uint16_t channel, uint32_t method) {
    return put32(put16(put8(p, FRAME_METHOD), channel) + 4, method);
}

static inline uint8_t *end_frame(uint8_t *start, uint8_t *p) {
    put32(start + 3, (uint32_t)(p - start - 7));
    return put8(p, FRAME_END);
}

static inline double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline double cpu_seconds(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
        + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

_Noreturn static inline void fail(const char *what) {
    fprintf(stderr, "%s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

// MARK: - Rafale's messages

// The 16 hexadecimal digits of a sequence number, as they end a message id: `rrrrrrrr-ssssssssssssssss`.
static inline void put_hex(uint8_t *p, uint64_t value) {
    for (int half = 0; half < 2; half++, value <<= 32) {
        uint64_t word = value >> 32;  // spread over the bytes of a word, a nibble each
        word = (word | word << 16) & 0x0000FFFF0000FFFF;
        word = (word | word << 8) & 0x00FF00FF00FF00FF;
        word = (word | word << 4) & 0x0F0F0F0F0F0F0F0F;
        uint64_t letters = (word + 0x0606060606060606) >> 4 & 0x0101010101010101;
        put64(p + half * 8, word + 0x3030303030303030 + letters * 39);
    }
}

enum { MESSAGE_ID_BYTES = 25, RUN_BYTES = 9 };  // the run's digits and the hyphen come first
#define INTENDED_HEADER "x-rafale-intended"     // when a message should have been sent, a 64-bit integer

// MARK: - A client

static inline void write_all(int fd, const uint8_t *bytes, size_t count) {
    while (count) {
        ssize_t n = write(fd, bytes, count);
        if (n < 0 && errno != EINTR) fail("cannot write to the broker");
        if (n > 0) { bytes += n; count -= (size_t)n; }
    }
}

static inline void read_all(int fd, uint8_t *bytes, size_t count) {
    while (count) {
        ssize_t n = read(fd, bytes, count);
        if (n == 0 || (n < 0 && errno != EINTR)) fail("the broker closed the connection");
        if (n > 0) { bytes += n; count -= (size_t)n; }
    }
}

// Reads frames until the method comes; whatever comes before it is passed over.
static inline void await_method(int fd, uint32_t method) {
    static uint8_t payload[FRAME_MAX];
    for (;;) {
        uint8_t head[7];
        read_all(fd, head, 7);
        uint32_t size = get32(head + 3);
        if (size >= sizeof payload) fail("the broker sent a frame that is too long");
        read_all(fd, payload, size + 1);
        if (head[0] == FRAME_METHOD && get32(payload) == method) return;
    }
}

// Sends a method with the arguments given as bytes.
static inline void send_method(int fd, uint16_t channel, uint32_t method, const void *arguments, size_t count) {
    uint8_t frame[1024];
    write_all(fd, frame, (size_t)(end_frame(frame, put_bytes(begin_method(frame, channel, method), arguments, count)) - frame));
}

// Connects to 127.0.0.1 as guest and opens channel 1 (2.2.4).
static inline int dial(uint16_t port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) fail("cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    write_all(fd, (const uint8_t *)"AMQP\0\0\11\1", 8);
    await_method(fd, METHOD(10, 10));
    send_method(fd, 0, METHOD(10, 11), "\0\0\0\0\5PLAIN\0\0\0\14\0guest\0guest\5en_US", 32);  // start-ok
    await_method(fd, METHOD(10, 30));
    uint8_t tune[8];
    put16(put32(put16(tune, 2047), FRAME_MAX), 0);
    send_method(fd, 0, METHOD(10, 31), tune, sizeof tune);  // tune-ok: no heartbeats
    send_method(fd, 0, METHOD(10, 40), "\1/\0\0", 4);
    await_method(fd, METHOD(10, 41));
    send_method(fd, 1, METHOD(20, 10), "\0", 1);
    await_method(fd, METHOD(20, 11));
    return fd;
}

// Closes the channel, which the server answers when it has read everything before, and then the connection.
static inline void hang_up(int fd) {
    send_method(fd, 1, METHOD(20, 40), "\0\310\0\0\0\0\0", 7);
    await_method(fd, METHOD(20, 41));
    close(fd);
}
