// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/rng.h"
#include "files.h"
#include "media/source_impl.h"

enum { SIZE = 3000001 };

static uint8_t content[SIZE];
static char want[65];

static int open_source(snq__source *s, const volatile int *cancel)
{
    if (!want[0]) {
        struct sha256_ctx sha;
        uint8_t digest[32];
        snq_rng rng;
        snq_rng_init(&rng, 4);
        for (int i = 0; i < SIZE; i++)
            content[i] = (uint8_t)snq_rng_next(&rng);
        files_write("s", content, SIZE);
        sha256_init(&sha);
        sha256_update(&sha, SIZE, content);
        sha256_digest(&sha, 32, digest);
        for (int i = 0; i < 32; i++)
            snprintf(want + 2 * i, 3, "%02x", digest[i]);
    }
    const int fd = open(files_path("s"), O_RDWR);
    check_ok(snq__source_init(s, fd, cancel));
    assert_int_equal(s->size_bytes, SIZE);
    return fd;
}

static void close_source(snq__source *s, int fd)
{
    snq__source_clear(s);
    close(fd);
}

static void read_at(snq__source *s, int64_t at, size_t n)
{
    static uint8_t buffer[SIZE];
    const size_t left = at < SIZE ? (size_t)(SIZE - at) : 0;
    assert_int_equal(snq__source_read(s, at, buffer, n), n < left ? n : left);
    assert_memory_equal(buffer, content + (left ? at : 0), n < left ? n : left);
}

/* Read in any order, leaps, repeats and all: the hash is that of the file. */
static void test_hash_any_order(void **state)
{
    static const struct {
        int64_t at;
        size_t n;
    } orders[][6] = {
        { { 0, 1000 }, { 1000, 5000 }, { 6000, SIZE } },
        { { 44, 1000 }, { 0, 44 }, { 500, 2000 }, { 2500, 100 } },
        { { SIZE - 100, 100 }, { 0, 10 }, { 2000000, 10 }, { 10, 1000000 } },
        { { 900000, 10 }, { 10, 10 }, { 900010, 10 } }, /* a step that is caught up */
        { { SIZE, 10 }, { SIZE + 5, 10 } },
        { { 0, 0 } },
    };
    for (size_t k = 0; k < SNQ_COUNT(orders); k++) {
        snq__source s;
        char hex[65];
        const int fd = open_source(&s, NULL);
        for (int i = 0; i < 6; i++)
            read_at(&s, orders[k][i].at, orders[k][i].n);
        check_ok(snq__source_sha256(&s, hex));
        assert_string_equal(hex, want);
        check_ok(snq__source_sha256(&s, hex));
        assert_string_equal(hex, want);
        close_source(&s, fd);
    }
}

static void test_cancel(void **state)
{
    volatile int cancel = 0;
    snq__source s;
    char hex[65];
    uint8_t byte;
    const int fd = open_source(&s, &cancel);
    check_ok(snq__source_status(&s));
    cancel = 1;
    check_status(snq__source_status(&s), SNQ_ERR_CANCELLED);
    check_status(snq__source_sha256(&s, hex), SNQ_ERR_CANCELLED);
    assert_int_equal(snq__source_read(&s, 500, &byte, 1), -1); /* in the catching up */
    cancel = 0;
    check_ok(snq__source_sha256(&s, hex));
    assert_string_equal(hex, want);
    close_source(&s, fd);
}

static void test_errors(void **state)
{
    snq__source s;
    char hex[65];
    uint8_t byte;
    int fd = open_source(&s, NULL);
    close(fd);
    assert_int_equal(snq__source_read(&s, 0, &byte, 1), -1);
    check_status(snq__source_status(&s), SNQ_ERR_IO);
    check_status(snq__source_sha256(&s, hex), SNQ_ERR_IO);
    snq__source_clear(&s);
    fd = open_source(&s, NULL);
    assert_int_equal(ftruncate(fd, 1000), 0);
    check_status(snq__source_sha256(&s, hex), SNQ_ERR_IO);
    assert_string_equal(hex, "");
    check_status(snq__source_status(&s), SNQ_ERR_IO);
    close_source(&s, fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_hash_any_order),
                                        cmocka_unit_test(test_cancel),
                                        cmocka_unit_test(test_errors) };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
