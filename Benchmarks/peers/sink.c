// sink: an AMQP 0-9-1 peer that throws away what is published, as fast as it can read it, and can deliver it back.
//
//   sink [--port N] [--deliver N]
//
// Prints `listening on 127.0.0.1:PORT`, serves any number of connections from one thread, and on SIGTERM prints one
// line of JSON: the whole messages it read, their bytes with all framing, and the seconds from the first to the last.
//
//   publishes ──► counted at the end of each body ──► confirmed: one basic.ack (multiple) a channel and read
//
// Every declaration and binding succeeds: all queues exist. They look empty, save the one that the first message was
// meant for, which counts what was published and not delivered.
//
// With --deliver N it is a source as well: once N messages have been published it delivers N messages, numbered from
// 0, to the first consumer of each connection, as fast as the prefetch and the acknowledgements allow. They have the
// bytes of the first POOL messages published; message id and intended time are those of their number (the schedule is
// taken to be uniform). It says `delivering` and `delivered`, for whoever measures the CPU of the consumer alone.
// A nack counts as an ack: nothing is delivered twice.
#include "wire.h"
#include <sys/epoll.h>

enum { POOL = 256, CHANNELS = 2048, READ_BYTES = 256 * 1024, BATCH_BYTES = 64 * 1024, BEAT_SECONDS = 5 };

typedef struct {
    uint64_t body_left;             // of the message being read
    uint64_t published, confirmed;  // whole messages, and how many of them are confirmed
    uint64_t delivered, settled;
    uint16_t prefetch;
    bool confirms;
} channel_t;

// A message to deliver; offsets of its stamps are from its first byte.
typedef struct {
    uint8_t *bytes;
    size_t count, tag, sequence, intended;
} message_t;

typedef struct connection {
    struct connection *next;
    int fd;
    bool greeted, closing, beats, waits_for_room;
    uint8_t *in, *out;
    size_t in_count, out_count, out_sent, out_capacity;
    uint16_t highest_channel, consumer_channel;  // the latter is 0 while nobody consumes
    bool no_ack;
    char consumer_tag[256];
    message_t deliveries[POOL];
    channel_t channels[CHANNELS];
} connection_t;

static int poller;
static connection_t *connections;
static message_t pool[POOL];  // header and body of what is remembered
static size_t pool_count;
static uint64_t messages, bytes, confirms, deliver_count, delivered, settled;
static double first_seconds, last_seconds, deliver_start, deliver_end;
static uint8_t queue_name[256];                             // the first routing key, its length in front
static double first_number, first_intended, intended_step;  // of the schedule seen
static volatile sig_atomic_t stopped;

// MARK: - Writing

static void *allocate(void *old, size_t count) {
    void *fresh = realloc(old, count);
    if (!fresh) fail("no memory");
    return fresh;
}

static uint8_t *reserve(connection_t *c, size_t count) {
    if (c->out_count + count > c->out_capacity) {
        c->out_capacity = (c->out_count + count) * 2;
        c->out = allocate(c->out, c->out_capacity);
    }
    return c->out + c->out_count;
}

static void reply(connection_t *c, uint16_t channel, uint32_t method, const void *arguments, size_t count) {
    uint8_t *start = reserve(c, count + 16);
    uint8_t *end = end_frame(start, put_bytes(begin_method(start, channel, method), arguments, count));
    c->out_count += (size_t)(end - start);
}

static void greet(connection_t *c) {
    static const char *abilities[] = {"publisher_confirms", "exchange_exchange_bindings", "basic.nack",
        "consumer_cancel_notify", "connection.blocked", "authentication_failure_close"};
    uint8_t arguments[400], *table = put16(arguments, 9) + 4;  // version 0-9, then its properties (1.4.2.1)
    uint8_t *nested = put8(put_short(table, "capabilities"), 'F') + 4, *p = nested;
    for (size_t i = 0; i < sizeof abilities / sizeof *abilities; i++) p = put8(put8(put_short(p, abilities[i]), 't'), 1);
    put32(nested - 4, (uint32_t)(p - nested));
    p = put_bytes(put32(put8(put_short(p, "product"), 'S'), 4), "sink", 4);
    p = put_bytes(put32(put8(put_short(p, "version"), 'S'), 5), "3.9.0", 5);
    put32(table - 4, (uint32_t)(p - table));
    p = put_bytes(put32(p, 5), "PLAIN", 5);
    p = put_bytes(put32(p, 5), "en_US", 5);
    reply(c, 0, METHOD(10, 10), arguments, (size_t)(p - arguments));
}

// MARK: - Delivering

// Remembers the message whose method frame starts at `p`, where all of it is there and it has Rafale's form.
static void remember(const uint8_t *p, const uint8_t *end) {
    const uint8_t *header = p + get32(p + 3) + FRAME_EXTRA, *body = header + FRAME_EXTRA;
    if (end < body || end - body < get32(header + 3)) return;
    body += get32(header + 3);
    uint64_t size = get64(header + 11);
    const uint8_t *after = size > 0 ? body + size + FRAME_EXTRA : body;
    if (size > FRAME_MAX - FRAME_EXTRA || after > end) return;
    const uint8_t *name = memmem(header, (size_t)(body - header), "\21" INTENDED_HEADER "l", 19);
    const uint8_t *id = name;  // the first string of 25 bytes with a hyphen in its place
    while (id && (body - id <= MESSAGE_ID_BYTES || *id != MESSAGE_ID_BYTES || id[RUN_BYTES] != '-'))
        id = body - id > MESSAGE_ID_BYTES ? id + 1 : NULL;
    if (!id) return;
    message_t *m = &pool[pool_count];
    *m = (message_t){allocate(NULL, (size_t)(after - header)), (size_t)(after - header), 0,
        (size_t)(id + 1 + RUN_BYTES - header), (size_t)(name + 19 - header)};
    memcpy(m->bytes, header, m->count);
    char digits[17] = {0};
    memcpy(digits, m->bytes + m->sequence, 16);
    double number = (double)strtoull(digits, NULL, 16), intended = (double)get64(m->bytes + m->intended);
    if (pool_count++ == 0) { first_number = number; first_intended = intended; }
    if (number > first_number) intended_step = (intended - first_intended) / (number - first_number);
}

// Makes the deliveries of a connection's consumer from what is remembered.
static void prepare(connection_t *c) {
    if (!pool_count) fail("nothing to deliver: no message of Rafale's form was published");
    for (size_t i = 0; i < pool_count; i++) {
        message_t *d = &c->deliveries[i], *m = &pool[i];
        d->bytes = allocate(NULL, m->count + 400);
        uint8_t *p = put_short(begin_method(d->bytes, c->consumer_channel, BASIC_DELIVER), c->consumer_tag);
        d->tag = (size_t)(p - d->bytes);
        p = put_short(put_short(put8(p + 8, 0), ""), "incoming_texts");  // not redelivered, exchange, routing key
        p = end_frame(d->bytes, p);
        size_t method = (size_t)(p - d->bytes);
        d->sequence = method + m->sequence;
        d->intended = method + m->intended;
        put_bytes(p, m->bytes, m->count);
        put16(p + 1, c->consumer_channel);
        size_t body = get32(p + 3) + FRAME_EXTRA;
        if (body < m->count) put16(p + body + 1, c->consumer_channel);
        d->count = method + m->count;
    }
}

// Adds as many deliveries as fit a batch and the prefetch allows; true when there are any.
static bool deliver(connection_t *c) {
    if (!c->consumer_channel || c->closing || messages < deliver_count || delivered == deliver_count) return false;
    channel_t *channel = &c->channels[c->consumer_channel];
    uint64_t room = deliver_count - delivered;
    if (!c->no_ack && channel->prefetch) {
        uint64_t in_flight = channel->delivered - channel->settled;
        uint64_t allowed = channel->prefetch > in_flight ? channel->prefetch - in_flight : 0;
        if (allowed < room) room = allowed;
    }
    if (!room) return false;
    if (!c->deliveries[0].bytes) prepare(c);
    if (!delivered) { deliver_start = seconds_now(); puts("delivering"); }
    while (room && c->out_count < BATCH_BYTES) {
        const message_t *d = &c->deliveries[delivered % pool_count];
        uint8_t *p = reserve(c, d->count);
        memcpy(p, d->bytes, d->count);
        put64(p + d->tag, ++channel->delivered);
        put_hex(p + d->sequence, delivered);
        put64(p + d->intended, (uint64_t)(first_intended + ((double)delivered - first_number) * intended_step));
        c->out_count += d->count;
        delivered++, room--;
        if (c->no_ack) settled++;
    }
    return true;
}

static void settle(connection_t *c, uint16_t number, uint64_t tag, bool multiple) {
    channel_t *channel = &c->channels[number];
    uint64_t before = channel->settled;
    if (!multiple) channel->settled++;
    else if (tag == 0 || tag >= channel->settled) channel->settled = tag ? tag : channel->delivered;
    if (channel->settled > channel->delivered) channel->settled = channel->delivered;
    settled += channel->settled - before;
}

static void watch_for_room(connection_t *c, bool wanted) {
    if (c->waits_for_room == wanted) return;
    c->waits_for_room = wanted;
    struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
}

// Writes what there is; false when the connection is gone.
static bool flush(connection_t *c) {
    for (int turn = 0; turn < 8; turn++) {  // then the others have their turn
        if (c->out_count == 0 && !deliver(c)) break;
        ssize_t n = send(c->fd, c->out + c->out_sent, c->out_count - c->out_sent, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) return false;
        if (n > 0) c->out_sent += (size_t)n;
        if (c->out_sent < c->out_count) break;
        c->out_sent = c->out_count = 0;
    }
    if (deliver_count && settled == deliver_count && deliver_end == 0 && c->out_count == 0) {
        deliver_end = seconds_now();
        puts("delivered");
    }
    watch_for_room(c, c->out_count > 0 || deliver(c));
    return !(c->closing && c->out_count == 0);
}

// MARK: - Reading

// Does what a method asks; false for one that a peer like this does not know.
static bool obey(connection_t *c, uint16_t channel, uint32_t method, const uint8_t *a) {
    uint8_t b[300];
    switch (method) {
    case METHOD(10, 11):  // start-ok: tune
        put16(put32(put16(b, CHANNELS - 1), FRAME_MAX), 0);
        reply(c, 0, METHOD(10, 30), b, 8);
        break;
    case METHOD(10, 31): c->beats = get16(a + 6) > 0; break;                                  // tune-ok
    case METHOD(10, 40): reply(c, 0, METHOD(10, 41), "\0", 1); break;                         // open
    case METHOD(10, 50): reply(c, 0, METHOD(10, 51), "", 0); c->closing = true; break;        // close
    case METHOD(20, 10): reply(c, channel, METHOD(20, 11), "\0\0\0\0", 4); break;             // open a channel
    case METHOD(20, 20): reply(c, channel, METHOD(20, 21), a, 1); break;                      // flow
    case METHOD(20, 40):                                                                      // close a channel
        if (c->consumer_channel == channel) c->consumer_channel = 0;
        c->channels[channel] = (channel_t){0};
        reply(c, channel, METHOD(20, 41), "", 0);
        break;
    case METHOD(50, 10): {  // queue.declare: its name, its messages, no consumers
        uint8_t count = a[2];
        if (a[3 + count] & 16) break;  // no-wait, here and below
        uint8_t *p = count ? put_bytes(b, a + 2, count + 1u) : put_short(b, "amq.gen-sink");
        bool is_used = count && !memcmp(queue_name, a + 2, count + 1u);
        p = put32(put32(p, is_used ? (uint32_t)(messages - delivered) : 0), 0);
        reply(c, channel, METHOD(50, 11), b, (size_t)(p - b));
        break;
    }
    case METHOD(50, 30): case METHOD(50, 40): reply(c, channel, method + 1, "\0\0\0\0", 4); break;  // purge, delete
    case METHOD(60, 10): c->channels[channel].prefetch = get16(a + 4); reply(c, channel, METHOD(60, 11), "", 0); break;
    case METHOD(60, 20): {  // consume
        const uint8_t *tag = a + 3 + a[2];
        uint8_t flags = tag[1 + *tag];
        memcpy(b, tag, *tag + 1u);
        if (!*tag) put_short(b, "ctag");
        if (!c->consumer_channel) {
            c->consumer_channel = channel;
            c->no_ack = flags & 2;
            memcpy(c->consumer_tag, b + 1, *b);
        }
        if (!(flags & 8)) reply(c, channel, METHOD(60, 21), b, *b + 1u);
        break;
    }
    case METHOD(60, 30):  // cancel
        if (channel == c->consumer_channel && !strncmp(c->consumer_tag, (const char *)a + 1, *a)) c->consumer_channel = 0;
        if (!(a[1 + *a] & 1)) reply(c, channel, METHOD(60, 31), a, *a + 1u);
        break;
    case METHOD(60, 70): reply(c, channel, METHOD(60, 72), "\0", 1); break;                   // get: empty
    case METHOD(60, 80): case METHOD(60, 120): settle(c, channel, get64(a), a[8] & 1); break;  // ack, nack
    case METHOD(60, 90): settle(c, channel, get64(a), false); break;                          // reject
    case METHOD(85, 10):  // confirm.select
        c->channels[channel].confirms = true;
        if (!(*a & 1)) reply(c, channel, METHOD(85, 11), "", 0);
        break;
    case METHOD(40, 10): case METHOD(40, 20): case METHOD(40, 30): case METHOD(50, 20): case METHOD(60, 110):
    case METHOD(90, 10): case METHOD(90, 20): case METHOD(90, 30):  // answered by the next number, without more
        reply(c, channel, method + 1, "", 0);
        break;
    case METHOD(40, 40): case METHOD(50, 50): reply(c, channel, method + (method >> 16 == 40 ? 11 : 1), "", 0); break;
    case METHOD(20, 41): case METHOD(10, 51): break;
    default: fprintf(stderr, "sink: method %u.%u is not known here\n", method >> 16, method & 0xFFFF); return false;
    }
    return true;
}

// Reads the whole frames between `p` and `end`; returns where the rest begins, NULL for a peer that is wrong.
static const uint8_t *read_frames(connection_t *c, const uint8_t *p, const uint8_t *end) {
    uint64_t before = messages;
    while (end - p >= FRAME_EXTRA) {
        uint32_t size = get32(p + 3);
        uint16_t number = get16(p + 1);
        if (size > FRAME_MAX || number >= CHANNELS) return NULL;
        if (end - p < (ptrdiff_t)size + FRAME_EXTRA) break;
        if (p[7 + size] != FRAME_END) return NULL;
        channel_t *channel = &c->channels[number];
        if (p[0] == FRAME_BODY) {
            if (size > channel->body_left) return NULL;
            if (!(channel->body_left -= size)) { messages++; channel->published++; }
        } else if (p[0] == FRAME_HEADER) {
            if (!(channel->body_left = get64(p + 11))) { messages++; channel->published++; }
        } else if (p[0] == FRAME_METHOD && get32(p + 7) == BASIC_PUBLISH) {
            if (number > c->highest_channel) c->highest_channel = number;
            if (!*queue_name) memcpy(queue_name, p + 14 + p[13], p[14 + p[13]] + 1u);
            if (deliver_count && pool_count < POOL) remember(p, end);
        } else if (p[0] == FRAME_METHOD && !obey(c, number, get32(p + 7), p + 11)) {
            return NULL;
        }
        p += size + FRAME_EXTRA;
    }
    if (before < deliver_count && messages >= deliver_count)  // now it begins
        for (connection_t *other = connections; other; other = other->next) watch_for_room(other, true);
    if (messages > before) {
        last_seconds = seconds_now();
        if (!before) first_seconds = last_seconds;
        for (uint16_t number = 1; number <= c->highest_channel; number++) {
            channel_t *channel = &c->channels[number];
            if (!channel->confirms || channel->published == channel->confirmed) continue;
            uint8_t arguments[9];
            put8(put64(arguments, channel->published), 1);
            reply(c, number, BASIC_ACK, arguments, sizeof arguments);
            channel->confirmed = channel->published;
            confirms++;
        }
    }
    return p;
}

// Takes what the socket has; false when the connection is gone.
static bool take(connection_t *c) {
    ssize_t n = recv(c->fd, c->in + c->in_count, READ_BYTES - c->in_count, 0);
    if (n <= 0) return n < 0 && errno == EAGAIN;
    c->in_count += (size_t)n;
    if (c->greeted) bytes += (uint64_t)n;
    const uint8_t *p = c->in, *end = c->in + c->in_count;
    if (!c->greeted) {
        if (c->in_count < 8) return true;
        if (memcmp(p, "AMQP", 4)) return false;
        c->greeted = true;
        greet(c);
        p += 8;
    }
    if (!(p = read_frames(c, p, end))) return false;
    c->in_count = (size_t)(end - p);
    memmove(c->in, p, c->in_count);
    return true;
}

// MARK: - Serving

static void stop(int signal) { (void)signal; stopped = 1; }

static int listen_on(uint16_t port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, length) || listen(fd, 128)) fail("cannot listen");
    getsockname(fd, (struct sockaddr *)&address, &length);
    printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
    return fd;
}

static void welcome(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection_t *c = calloc(1, sizeof *c);
    if (!c) fail("no memory");
    c->fd = fd;
    c->in = allocate(NULL, READ_BYTES);
    c->next = connections;
    connections = c;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static void dismiss(connection_t *c) {
    for (connection_t **link = &connections; *link; link = &(*link)->next)
        if (*link == c) { *link = c->next; break; }
    close(c->fd);
    for (size_t i = 0; i < POOL; i++) free(c->deliveries[i].bytes);
    free(c->in);
    free(c->out);
    free(c);
}

static void beat(void) {
    for (connection_t *c = connections; c; c = c->next) {
        if (!c->beats || c->out_count) continue;
        uint8_t *start = reserve(c, FRAME_EXTRA);
        c->out_count += (size_t)(end_frame(start, put32(put16(put8(start, FRAME_HEARTBEAT), 0), 0)) - start);
        watch_for_room(c, true);
    }
}

int main(int count, char **arguments) {
    uint16_t port = 0;
    for (int i = 1; i + 1 < count; i += 2) {
        if (!strcmp(arguments[i], "--port")) port = (uint16_t)atoi(arguments[i + 1]);
        else if (!strcmp(arguments[i], "--deliver")) deliver_count = strtoull(arguments[i + 1], NULL, 10);
        else { errno = 0; fail("usage: sink [--port N] [--deliver N]"); }
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = stop}, NULL);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = stop}, NULL);
    poller = epoll_create1(0);
    int listener = listen_on(port);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[64];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    double next_beat = seconds_now() + BEAT_SECONDS;
    while (!stopped) {
        int ready = epoll_wait(poller, events, 64, 1000);
        for (int i = 0; i < ready; i++) {
            connection_t *c = events[i].data.ptr;
            if (!c) welcome(listener);
            else if (((events[i].events & ~EPOLLOUT) && !take(c)) || !flush(c)) dismiss(c);
        }
        if (seconds_now() >= next_beat) { next_beat += BEAT_SECONDS; beat(); }
    }
    printf("{\"messages\": %lu, \"bytes\": %lu, \"seconds\": %.6f, \"confirms\": %lu, \"delivered\": %lu, "
           "\"settled\": %lu, \"deliver_seconds\": %.6f, \"cpu_seconds\": %.3f}\n",
        messages, bytes, last_seconds - first_seconds, confirms, delivered, settled,
        deliver_end > 0 ? deliver_end - deliver_start : 0, cpu_seconds());
}
