#include <mongoc/mongoc.h>

// Swift does not know types that are aligned to more than 16 bytes: it allocates them by these.
enum {
    bson_t_size = sizeof(bson_t),
    bson_iter_t_size = sizeof(bson_iter_t),
    bson_alignment = _Alignof(bson_t) > _Alignof(bson_iter_t) ? _Alignof(bson_t) : _Alignof(bson_iter_t)
};
