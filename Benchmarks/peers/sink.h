// What the two halves of the sink share: connections and their channels (sink.c), and what is delivered (source.c).
#pragma once
#include "wire.h"

enum { POOL = 256, CHANNELS = 2048, BATCH_BYTES = 64 * 1024 };

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

// sink.c: room for so many more bytes to write.
uint8_t *reserve(connection_t *c, size_t count);
void *allocate(void *old, size_t count);

// source.c
extern uint64_t deliver_count, delivered, settled;  // asked for with --deliver, sent, and acknowledged
extern double deliver_start;
// Whether more messages should be remembered.
bool wants_samples(void);
// Remembers the message whose method frame starts at `p`, where all of it is there and it has Rafale's form.
void remember(const uint8_t *p, const uint8_t *end);
// Adds as many deliveries as fit a batch and the prefetch allows; true when there are any.
bool deliver(connection_t *c, bool may_start);
// Enters an acknowledgement.
void settle(connection_t *c, uint16_t number, uint64_t tag, bool multiple);
