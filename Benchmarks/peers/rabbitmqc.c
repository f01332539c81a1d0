// rabbitmqc: a publisher and a consumer as one writes them with rabbitmq-c, the plainest of clients.
//
//   rabbitmqc publish --port N --count N [--size BYTES] [--window N]
//   rabbitmqc consume --port N --count N [--prefetch N]
//
// One message after the other, each a call of the library; the messages have the properties of Rafale's. Consuming
// acknowledges every ACK_EVERY messages.
#include "wire.h"
#if __has_include(<rabbitmq-c/amqp.h>)  // where version 0.13 moved them
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#endif

enum { ACK_EVERY = 100 };

static const char *usage = "usage: rabbitmqc publish|consume --port N --count N [--size BYTES] [--window N] [--prefetch N]";

static void check(amqp_rpc_reply_t reply, const char *what) {
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) fail(what);
}

static amqp_connection_state_t connect_to(int port) {
    amqp_connection_state_t connection = amqp_new_connection();
    if (amqp_socket_open(amqp_tcp_socket_new(connection), "127.0.0.1", port)) fail("cannot connect");
    check(amqp_login(connection, "/", 0, FRAME_MAX, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"), "cannot log in");
    amqp_channel_open(connection, 1);
    check(amqp_get_rpc_reply(connection), "cannot open a channel");
    return connection;
}

// Reads one confirm; returns how many messages are confirmed now.
static uint64_t await_confirm(amqp_connection_state_t connection, uint64_t confirmed) {
    amqp_frame_t frame;
    if (amqp_simple_wait_frame(connection, &frame) != AMQP_STATUS_OK) fail("the broker closed the connection");
    if (frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_BASIC_ACK_METHOD) {
        amqp_basic_ack_t *ack = frame.payload.method.decoded;
        confirmed = ack->multiple ? ack->delivery_tag : confirmed + 1;
    }
    amqp_maybe_release_buffers(connection);
    return confirmed;
}

static void publish(amqp_connection_state_t connection, uint64_t count, size_t size, uint64_t window) {
    char *body = malloc(size + 1), id[MESSAGE_ID_BYTES + 1];
    if (!body) fail("no memory");
    memset(body, 'a', size);
    amqp_table_entry_t header = {
        .key = amqp_cstring_bytes(INTENDED_HEADER), .value = {.kind = AMQP_FIELD_KIND_I64}};
    amqp_basic_properties_t properties = {
        ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG
            | AMQP_BASIC_MESSAGE_ID_FLAG,
        .content_type = amqp_cstring_bytes("application/json"),
        .headers = {.num_entries = 1, .entries = &header},
        .delivery_mode = 1,
        .message_id = {.len = MESSAGE_ID_BYTES, .bytes = id}};
    if (window) amqp_confirm_select(connection, 1);
    uint64_t confirmed = 0;
    memcpy(id, "00c0ffee-", RUN_BYTES);
    for (uint64_t sent = 0; sent < count; sent++) {
        while (window && sent - confirmed >= window) confirmed = await_confirm(connection, confirmed);
        put_hex((uint8_t *)id + RUN_BYTES, sent);
        header.value.value.i64 = (int64_t)sent;
        if (amqp_basic_publish(connection, 1, amqp_empty_bytes, amqp_cstring_bytes("incoming_texts"), 1, 0, &properties,
                (amqp_bytes_t){.len = size, .bytes = body}))
            fail("cannot publish");
    }
    while (window && confirmed < count) confirmed = await_confirm(connection, confirmed);
    free(body);
}

static void consume(amqp_connection_state_t connection, uint64_t count, uint16_t prefetch) {
    if (prefetch) amqp_basic_qos(connection, 1, 0, prefetch, 0);
    amqp_basic_consume(connection, 1, amqp_cstring_bytes("incoming_texts"), amqp_empty_bytes, 0, !prefetch, 0,
        amqp_empty_table);
    check(amqp_get_rpc_reply(connection), "cannot consume");
    for (uint64_t received = 1; received <= count; received++) {
        amqp_envelope_t envelope;
        amqp_maybe_release_buffers(connection);
        check(amqp_consume_message(connection, &envelope, NULL, 0), "the broker closed the connection");
        if (prefetch && (received % ACK_EVERY == 0 || received == count))
            amqp_basic_ack(connection, 1, envelope.delivery_tag, 1);
        amqp_destroy_envelope(&envelope);
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
    if (count < 2 || !messages || !port) fail(usage);
    amqp_connection_state_t connection = connect_to((int)port);
    if (!strcmp(arguments[1], "publish")) publish(connection, messages, size, window);
    else if (!strcmp(arguments[1], "consume")) consume(connection, messages, (uint16_t)prefetch);
    else fail(usage);
    amqp_channel_close(connection, 1, AMQP_REPLY_SUCCESS);
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection);
}
