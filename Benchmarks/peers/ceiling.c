// ceiling: writes what Rafale's generator writes, and reads what its collector reads, with nothing else to do.
//
//   ceiling publish --port N --count N [--size BYTES] [--window N]
//   ceiling consume --port N --count N [--prefetch N]
//
// What a program in C reaches that encodes nothing, schedules nothing and records nothing: the limit of the sockets.
// Publishing is a copy of one of POOL prepared messages, stamped with its sequence number and intended time, in writes
// of 64 KiB; with a window, no more than that many are unconfirmed. Consuming looks at no message: it counts frames
// and acknowledges once a read.
#include "wire.h"

enum { POOL = 256, BATCH_BYTES = 64 * 1024, READ_BYTES = 256 * 1024 };

static const char *usage = "usage: ceiling publish|consume --port N --count N [--size BYTES] [--window N] [--prefetch N]";

// A prepared message: the frames of basic.publish, header and body, and where its stamps go.
typedef struct {
    uint8_t *bytes;
    size_t count, sequence, intended;
} message_t;

// The frames of Rafale's messages: published to the default exchange as mandatory, with content type, delivery mode,
// message id and the header of the intended time.
static message_t make_message(size_t size, unsigned seed) {
    message_t m = {.bytes = malloc(size + 512)};
    if (!m.bytes) fail("no memory");
    uint8_t *p = put16(begin_method(m.bytes, 1, BASIC_PUBLISH), 0);
    p = end_frame(m.bytes, put8(put_short(put_short(p, ""), "incoming_texts"), 1));
    uint8_t *header = p;
    p = put32(put16(put8(p, FRAME_HEADER), 1) + 4, METHOD(60, 0));
    p = put16(put64(p, size), 1 << 15 | 1 << 13 | 1 << 12 | 1 << 7);
    p = put_short(p, "application/json");
    p = put8(put_short(put32(p, 1 + strlen(INTENDED_HEADER) + 1 + 8), INTENDED_HEADER), 'l');
    m.intended = (size_t)(p - m.bytes);
    p = put8(p + 8, 1);  // transient
    p = put_bytes(put8(p, MESSAGE_ID_BYTES), "00c0ffee-", RUN_BYTES);
    m.sequence = (size_t)(p - m.bytes);
    p = end_frame(header, p + 16);
    uint8_t *body = p;
    p = put16(put8(p, FRAME_BODY), 1) + 4;
    for (size_t i = 0; i < size; i++) p = put8(p, (uint8_t)('a' + (seed = seed * 1664525 + 1013904223) % 26));
    p = size ? end_frame(body, p) : body;
    m.count = (size_t)(p - m.bytes);
    return m;
}

// Takes what has come; passes whole frames to `see` and keeps the rest. False when nothing was there.
static bool take(int fd, int flags, void (*see)(const uint8_t *frame)) {
    static uint8_t in[READ_BYTES];
    static size_t held;
    ssize_t n = recv(fd, in + held, sizeof in - held, flags);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n <= 0) fail("the broker closed the connection");
    const uint8_t *p = in, *end = in + held + n;
    while (end - p >= FRAME_EXTRA && end - p >= (ptrdiff_t)get32(p + 3) + FRAME_EXTRA) {
        see(p);
        p += get32(p + 3) + FRAME_EXTRA;
    }
    held = (size_t)(end - p);
    memmove(in, p, held);
    return true;
}

static uint64_t confirmed;

static void see_confirm(const uint8_t *frame) {
    if (frame[0] == FRAME_METHOD && get32(frame + 7) == BASIC_ACK) confirmed = get64(frame + 11);
}

static void publish(int fd, uint64_t count, size_t size, uint64_t window) {
    message_t pool[POOL];
    for (unsigned i = 0; i < POOL; i++) pool[i] = make_message(size, i);
    uint8_t *batch = malloc(BATCH_BYTES + size + 512);
    if (!batch) fail("no memory");
    if (window) {
        send_method(fd, 1, METHOD(85, 10), "\0", 1);
        await_method(fd, METHOD(85, 11));
    }
    uint64_t intended = (uint64_t)(seconds_now() * 1e9);
    for (uint64_t sent = 0; sent < count;) {
        uint64_t room = window ? window - (sent - confirmed) : UINT64_MAX;
        uint8_t *p = batch;
        for (; sent < count && room && p < batch + BATCH_BYTES; sent++, room--) {
            const message_t *m = &pool[sent % POOL];
            memcpy(p, m->bytes, m->count);
            put_hex(p + m->sequence, sent);
            put64(p + m->intended, intended + sent * 20);
            p += m->count;
        }
        write_all(fd, batch, (size_t)(p - batch));
        if (window) take(fd, room ? MSG_DONTWAIT : 0, see_confirm);
    }
    while (window && confirmed < count) take(fd, 0, see_confirm);
}

static uint64_t received, newest_tag;

static void see_delivery(const uint8_t *frame) {
    if (frame[0] != FRAME_METHOD || get32(frame + 7) != BASIC_DELIVER) return;
    received++;
    newest_tag = get64(frame + 12 + frame[11]);
}

static void consume(int fd, uint64_t count, uint16_t prefetch) {
    uint8_t arguments[64] = {0}, *p;
    if (prefetch) {
        put16(arguments + 4, prefetch);
        send_method(fd, 1, METHOD(60, 10), arguments, 7);
        await_method(fd, METHOD(60, 11));
    }
    p = put_short(put_short(put16(arguments, 0), "incoming_texts"), "c");
    p = put32(put8(p, prefetch ? 0 : 2), 0);
    send_method(fd, 1, METHOD(60, 20), arguments, (size_t)(p - arguments));
    await_method(fd, METHOD(60, 21));
    for (uint64_t acked = 0; received < count;) {
        take(fd, 0, see_delivery);
        if (!prefetch || newest_tag == acked) continue;
        acked = newest_tag;
        put8(put64(arguments, acked), 1);
        send_method(fd, 1, BASIC_ACK, arguments, 9);
    }
}

int main(int count, char **arguments) {
    uint64_t messages = 0, window = 0, port = 0, size = 128, prefetch = 0;
    for (int i = 2; i + 1 < count; i += 2) {
        uint64_t value = strtoull(arguments[i + 1], NULL, 10);
        if (!strcmp(arguments[i], "--port")) port = value;
        else if (!strcmp(arguments[i], "--count")) messages = value;
        else if (!strcmp(arguments[i], "--size")) size = value;
        else if (!strcmp(arguments[i], "--window")) window = value;
        else if (!strcmp(arguments[i], "--prefetch")) prefetch = value;
        else fail(usage);
    }
    if (count < 2 || !messages || !port || size > FRAME_MAX - FRAME_EXTRA) fail(usage);
    int fd = dial((uint16_t)port);
    if (!strcmp(arguments[1], "publish")) publish(fd, messages, size, window);
    else if (!strcmp(arguments[1], "consume")) consume(fd, messages, (uint16_t)prefetch);
    else fail(usage);
    hang_up(fd);
}
