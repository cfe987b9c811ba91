// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/frames.h"
#include "jobs/messages.h"

static void make_frame(snq_str *to, snq_frame_kind kind, uint32_t ticket, const char *payload)
{
    snq_frame_head(to, kind, ticket, strlen(payload));
    snq_str_put(to, payload);
    assert_int_equal(to->st, SNQ_OK);
}

static void a_head_is_as_documented(void **state)
{
    snq_str s;
    snq_str_init(&s, 64);
    snq_frame_head(&s, SNQ_FRAME_LISTEN, 0x01020304, 0x102);
    assert_int_equal(s.length, SNQ_FRAME_HEAD);
    assert_memory_equal(s.text, "SNQw\2\0\0\0\4\3\2\1\2\1\0\0", 16);
    snq_str_clear(&s);
}

/* The worked example of docs/formats/worker.md. */
static void the_documented_example_is_right(void **state)
{
    static const unsigned char try_it[] = { 0x53, 0x4e, 0x51, 0x77, 6, 0, 0, 0,
                                            3,    0,    0,    0,    0, 0, 0, 0 };
    static const unsigned char tried[] = { 0x53, 0x4e, 0x51, 0x77, 7, 0, 0,    0, 3, 0,
                                           0,    0,    4,    0,    0, 0, 0xff, 0, 0, 0 };
    snq_str s, payload;
    snq_frame_reader r;
    snq_frame f;
    uint32_t refused;
    snq_str_init(&s, 64);
    snq_str_init(&payload, 64);
    snq_frame_head(&s, SNQ_FRAME_TRY, 3, 0);
    assert_memory_equal(s.text, try_it, sizeof try_it);
    snq_str_clear(&s);
    snq_tried_pack(&payload, 0xff);
    snq_frame_head(&s, SNQ_FRAME_TRIED, 3, payload.length);
    snq_str_put_bytes(&s, payload.text, payload.length);
    assert_int_equal(s.length, sizeof tried);
    assert_memory_equal(s.text, tried, sizeof tried);
    snq_frame_reader_init(&r, 0);
    check_ok(snq_frame_reader_push(&r, tried, sizeof tried));
    check_status(snq_frame_reader_pull(&r, &f), SNQ_OK);
    check_ok(snq_tried_unpack(f.payload, f.length, &refused));
    assert_int_equal(refused, 0xff);
    snq_frame_reader_clear(&r);
    snq_str_clear(&payload);
    snq_str_clear(&s);
}

/* In pieces of every size: the same frames. */
static void any_cutting_gives_the_same_frames(void **state)
{
    snq_str s;
    snq_str_init(&s, 4096);
    make_frame(&s, SNQ_FRAME_HELLO, 0, "hello");
    make_frame(&s, SNQ_FRAME_HEARD, 7, "");
    make_frame(&s, SNQ_FRAME_DRAWN, 8, "a longer payload than the others");
    for (size_t cut = 1; cut <= s.length; cut++) {
        static const char *const payload[] = { "hello", "", "a longer payload than the others" };
        static const uint32_t ticket[] = { 0, 7, 8 };
        snq_frame_reader r;
        snq_frame f;
        int found = 0;
        snq_frame_reader_init(&r, 0);
        for (size_t at = 0; at < s.length; at += cut) {
            const size_t n = cut < s.length - at ? cut : s.length - at;
            check_ok(snq_frame_reader_push(&r, s.text + at, n));
            snq_status st;
            while ((st = snq_frame_reader_pull(&r, &f)) == SNQ_OK) {
                assert_true(found < 3);
                assert_int_equal(f.ticket, ticket[found]);
                assert_int_equal(f.length, strlen(payload[found]));
                assert_memory_equal(f.payload, payload[found], f.length);
                found++;
            }
            assert_int_equal(st, SNQ_AGAIN);
        }
        assert_int_equal(found, 3);
        snq_frame_reader_clear(&r);
    }
    snq_str_clear(&s);
    assert_int_equal(snq_alloc_live(), 0);
}

static void rejects(const void *bytes, size_t n, int to_worker)
{
    snq_frame_reader r;
    snq_frame f;
    snq_frame_reader_init(&r, to_worker);
    check_status(snq_frame_reader_push(&r, bytes, n), SNQ_ERR_FORMAT);
    /* once wrong, wrong for good */
    check_status(snq_frame_reader_push(&r, "x", 1), SNQ_ERR_FORMAT);
    check_status(snq_frame_reader_pull(&r, &f), SNQ_ERR_FORMAT);
    snq_frame_reader_clear(&r);
}

static void what_is_no_frame_is_refused_at_once(void **state)
{
    rejects("SNQx\1\0\0\0\0\0\0\0\0\0\0\0", 16, 0);   /* magic */
    rejects("SNQw\x63\0\0\0\0\0\0\0\0\0\0\0", 16, 0); /* kind */
    rejects("SNQw\2\0\0\0\0\0\0\0\0\0\0\0", 16, 0);   /* a request from a worker */
    rejects("SNQw\3\0\0\0\0\0\0\0\0\0\0\0", 16, 1);   /* a reply to a worker */
    rejects("SNQw\1\0\0\0\0\0\0\0\1\x10\0\0", 16, 0); /* HELLO of 4097 bytes */
    rejects("SNQw\3\0\0\0\0\0\0\0\1\0\0\x10", 16, 0); /* HEARD of 256 MiB + 1 */
    rejects("SNQw\6\0\0\0\0\0\0\0\1\0\0\0", 16, 1);   /* TRY has no payload */
}

/* A promise costs nothing: memory follows the bytes. */
static void room_grows_with_what_came(void **state)
{
    snq_frame_reader r;
    snq_frame f;
    snq_frame_reader_init(&r, 0);
    check_ok(snq_frame_reader_push(&r, "SNQw\3\0\0\0\0\0\0\0\0\0\0\x10", 16));
    assert_true(r.bytes.room <= 4096);
    check_status(snq_frame_reader_pull(&r, &f), SNQ_AGAIN);
    snq_frame_reader_clear(&r);
}

static void frames_and_descriptors_cross_a_socket(void **state)
{
    int pair[2], fds[SNQ_FRAME_FDS_MAX];
    uint32_t count = 0;
    snq_frame_reader r;
    snq_frame f;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    snq_frame_reader_init(&r, 0);
    check_ok(snq_frame_send(pair[0], SNQ_FRAME_TRIED, 5, "abc", 3));
    while (snq_frame_reader_pull(&r, &f) == SNQ_AGAIN)
        check_status(snq_frame_fill(pair[1], &r, fds, &count), SNQ_OK);
    assert_int_equal(f.kind, SNQ_FRAME_TRIED);
    assert_memory_equal(f.payload, "abc", 3);
    assert_int_equal(count, 0);
    /* three descriptors where two are the most: what is taken is counted, nothing leaks */
    const int before = dup(0);
    close(before);
    int three[3] = { dup(0), dup(0), dup(0) };
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof three)];
    } control = { .room = { 0 } };
    struct iovec part = { (void *)"S", 1 };
    struct msghdr m = { .msg_iov = &part,
                        .msg_iovlen = 1,
                        .msg_control = control.room,
                        .msg_controllen = sizeof control.room };
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof three);
    memcpy(CMSG_DATA(c), three, sizeof three);
    assert_int_equal(sendmsg(pair[0], &m, 0), 1);
    for (int i = 0; i < 3; i++)
        close(three[i]);
    check_status(snq_frame_fill(pair[1], &r, fds, &count), SNQ_OK);
    assert_true(count <= SNQ_FRAME_FDS_MAX);
    while (count)
        assert_int_equal(close(fds[--count]), 0);
    const int after = dup(0);
    assert_int_equal(after, before);
    close(after);
    close(pair[0]);
    check_status(snq_frame_fill(pair[1], &r, fds, &count), SNQ_END);
    check_status(snq_frame_send(pair[1], SNQ_FRAME_TRIED, 5, "abc", 3), SNQ_ERR_IO);
    close(pair[1]);
    snq_frame_reader_clear(&r);
}

static void short_of_memory_is_said(void **state)
{
    snq_frame_reader r;
    snq_frame_reader_init(&r, 0);
    snq_alloc_fail_after(0);
    check_status(snq_frame_reader_push(&r, "SNQw", 4), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    snq_frame_reader_clear(&r);
    assert_int_equal(snq_alloc_live(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_as_documented),
        cmocka_unit_test(the_documented_example_is_right),
        cmocka_unit_test(any_cutting_gives_the_same_frames),
        cmocka_unit_test(what_is_no_frame_is_refused_at_once),
        cmocka_unit_test(room_grows_with_what_came),
        cmocka_unit_test(frames_and_descriptors_cross_a_socket),
        cmocka_unit_test(short_of_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
