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
#include "sink.h"
#include <sys/epoll.h>

enum { READ_BYTES = 256 * 1024, BEAT_SECONDS = 5 };

static int poller;
static connection_t *connections;
static uint64_t messages, bytes, confirms;
static double first_seconds, last_seconds, deliver_end;
static uint8_t queue_name[256];  // the first routing key, its length in front
static volatile sig_atomic_t stopped;

// MARK: - Writing

void *allocate(void *old, size_t count) {
    void *fresh = realloc(old, count);
    if (!fresh) fail("no memory");
    return fresh;
}

uint8_t *reserve(connection_t *c, size_t count) {
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

static void watch_for_room(connection_t *c, bool wanted) {
    if (c->waits_for_room == wanted) return;
    c->waits_for_room = wanted;
    struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
}

// Writes what there is; false when the connection is gone.
static bool flush(connection_t *c) {
    for (int turn = 0; turn < 8; turn++) {  // then the others have their turn
        if (c->out_count == 0 && !deliver(c, messages >= deliver_count)) break;
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
    watch_for_room(c, c->out_count > 0 || deliver(c, messages >= deliver_count));
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
            if (wants_samples()) remember(p, end);
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
