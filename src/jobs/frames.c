// SPDX-License-Identifier: MIT
#include "jobs/frames.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/pack.h"
#include "jobs/handover.h"

static const char magic[4] = { 'S', 'N', 'Q', 'w' };

/* Most payload bytes of a kind that travels this way; -1: no such. */
static int64_t most_bytes(uint32_t kind, int to_worker)
{
    switch (kind) {
#define X(name, number, way, most) \
    case number:                   \
        return to_worker == (way) ? (int64_t)(most) : -1;
        SNQ_FRAME_MAP(X)
#undef X
    default:
        return -1;
    }
}

void snq_frame_reader_init(snq_frame_reader *r, int to_worker)
{
    *r = (snq_frame_reader) { .to_worker = to_worker };
    snq_str_init(&r->bytes, (257u << 20) + SNQ_FRAME_HEAD);
}

void snq_frame_reader_clear(snq_frame_reader *r)
{
    snq_str_clear(&r->bytes);
    r->taken = 0;
}

typedef struct head {
    uint32_t kind, ticket, length;
} head;

/* OK, AGAIN (too few bytes), or what is wrong with the head. */
static snq_status read_head(const snq_frame_reader *r, head *h)
{
    snq_unpack u;
    if (r->bytes.length < SNQ_FRAME_HEAD)
        return SNQ_AGAIN;
    if (memcmp(r->bytes.text, magic, sizeof magic) != 0)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "not a frame");
    snq_unpack_init(&u, r->bytes.text + sizeof magic, SNQ_FRAME_HEAD - sizeof magic);
    h->kind = snq_unpack_u32(&u);
    h->ticket = snq_unpack_u32(&u);
    h->length = snq_unpack_u32(&u);
    const int64_t most = most_bytes(h->kind, r->to_worker);
    if (most < 0)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a frame of kind %u", h->kind);
    if (h->length > most)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "a frame of kind %u with %u bytes, at most %lld", h->kind,
                        h->length, (long long)most);
    return SNQ_OK;
}

static void drop_taken(snq_frame_reader *r)
{
    if (!r->taken)
        return;
    r->bytes.length -= r->taken;
    memmove(r->bytes.text, r->bytes.text + r->taken, r->bytes.length);
    r->taken = 0;
    if (!r->bytes.length)
        snq_str_clear(&r->bytes); /* one large reply must not stay for good */
}

snq_status snq_frame_reader_push(snq_frame_reader *r, const void *bytes, size_t n)
{
    head h;
    drop_taken(r);
    snq_str_put_bytes(&r->bytes, bytes, n);
    if (r->bytes.st < 0)
        return r->bytes.st;
    const snq_status st = read_head(r, &h);
    if (st < 0)
        r->bytes.st = st;
    return st < 0 ? st : SNQ_OK;
}

snq_status snq_frame_reader_pull(snq_frame_reader *r, snq_frame *out)
{
    head h;
    *out = (snq_frame) { 0 };
    drop_taken(r);
    if (r->bytes.st < 0)
        return r->bytes.st;
    const snq_status st = read_head(r, &h);
    if (st < 0)
        r->bytes.st = st;
    if (st != SNQ_OK)
        return st;
    if (r->bytes.length - SNQ_FRAME_HEAD < h.length)
        return SNQ_AGAIN;
    *out =
        (snq_frame) { (snq_frame_kind)h.kind, h.ticket, r->bytes.text + SNQ_FRAME_HEAD, h.length };
    r->taken = SNQ_FRAME_HEAD + (size_t)h.length;
    return SNQ_OK;
}

void snq_frame_head(snq_str *to, snq_frame_kind kind, uint32_t ticket, size_t length)
{
    snq_str_put_bytes(to, magic, sizeof magic);
    snq_pack_u32(to, (uint32_t)kind);
    snq_pack_u32(to, ticket);
    snq_pack_u32(to, (uint32_t)length);
}

static snq_status send_all(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n) {
        const ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return SNQ_FAIL(SNQ_ERR_IO, "sending: %s", strerror(errno));
        p += k;
        n -= (size_t)k;
    }
    return SNQ_OK;
}

snq_status snq_frame_send(int fd, snq_frame_kind kind, uint32_t ticket, const void *payload,
                          size_t length)
{
    snq_str first;
    snq_str_init(&first, SNQ_FRAME_HEAD);
    snq_frame_head(&first, kind, ticket, length);
    snq_status st = first.st < 0 ? first.st : send_all(fd, first.text, first.length);
    snq_str_clear(&first);
    if (st >= 0)
        st = send_all(fd, payload, length);
    return st;
}

snq_status snq_frame_fill(int fd, snq_frame_reader *r, int fds[SNQ_FRAME_FDS_MAX], uint32_t *count)
{
    char bytes[65536];
    const ssize_t n = snq_handover_receive(fd, bytes, sizeof bytes, fds, SNQ_FRAME_FDS_MAX, count);
    if (n < 0)
        return SNQ_FAIL(SNQ_ERR_IO, "receiving: %s", strerror(errno));
    if (n == 0)
        return SNQ_END;
    return snq_frame_reader_push(r, bytes, (size_t)n);
}
