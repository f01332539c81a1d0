// The sink as a source: remembers the first messages published and delivers messages of the same bytes.
#include "sink.h"

uint64_t deliver_count, delivered, settled;
double deliver_start;

static message_t pool[POOL];  // header and body of what is remembered
static size_t pool_count;
static double first_number, first_intended, intended_step;  // of the schedule seen

bool wants_samples(void) { return deliver_count && pool_count < POOL; }

void remember(const uint8_t *p, const uint8_t *end) {
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

bool deliver(connection_t *c, bool may_start) {
    if (!c->consumer_channel || c->closing || !may_start || delivered == deliver_count) return false;
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

void settle(connection_t *c, uint16_t number, uint64_t tag, bool multiple) {
    channel_t *channel = &c->channels[number];
    uint64_t before = channel->settled;
    if (!multiple) channel->settled++;
    else if (tag == 0 || tag >= channel->settled) channel->settled = tag ? tag : channel->delivered;
    if (channel->settled > channel->delivered) channel->settled = channel->delivered;
    settled += channel->settled - before;
}
