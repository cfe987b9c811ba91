// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "files.h"
#include "media/cut_scan_impl.h"

static int64_t read_bytes(void *user, int64_t offset, void *to, size_t n)
{
    const bytes *b = user;
    if (offset < 0 || (size_t)offset >= b->n)
        return 0;
    n = n < b->n - (size_t)offset ? n : b->n - (size_t)offset;
    memcpy(to, b->p + offset, n);
    return (int64_t)n;
}

/* ---- Ogg ---- */

/* CRC by the definition: division of the polynomial, bit by bit (RFC 3533). */
static uint32_t crc_of(const uint8_t *p, size_t n)
{
    uint32_t r = 0;
    for (size_t i = 0; i < n; i++)
        for (int bit = 7; bit >= 0; bit--) {
            const uint32_t top = (r >> 31) ^ (p[i] >> bit & 1u);
            r = r << 1 ^ (top ? 0x04C11DB7u : 0);
        }
    return r;
}

/* A page with packets of these lengths; the last one goes on in the next page when `open`. */
static void put_page(bytes *b, int flags, const int *packets, int count)
{
    uint8_t lacing[255];
    int segments = 0, body = 0;
    for (int i = 0; i < count; i++) {
        int left = packets[i];
        for (; left >= 255; left -= 255)
            lacing[segments++] = 255;
        lacing[segments++] = (uint8_t)left;
        body += packets[i];
    }
    put_id(b, "OggS");
    put_uint(b, 0, 1);
    put_uint(b, (uint64_t)flags, 1);
    put_uint(b, 12345, 8);
    put_uint(b, 7, 4);
    put_uint(b, 3, 4);
    put_uint(b, 0, 4);
    put_uint(b, (uint64_t)segments, 1);
    put(b, lacing, (size_t)segments);
    for (int i = 0; i < body; i++)
        put_uint(b, (uint64_t)i & 0x3F, 1);
}

static void test_ogg_tail(void **state)
{
    static const int packets[] = { 10, 300, 20 };
    bytes b = { 0 };
    assert_int_equal(snq__ogg_find_tail((const uint8_t *)"", 0).page_at, -1);
    put(&b, "noise", 5);
    put_page(&b, 0, packets, 3);
    const size_t second = b.n;
    put_page(&b, 4, packets, 2);
    snq__ogg_tail t = snq__ogg_find_tail(b.p, b.n);
    assert_int_equal(t.page_at, second);
    assert_true(t.whole && t.last);
    for (size_t n = second + 27; n < b.n; n++) {
        t = snq__ogg_find_tail(b.p, n);
        assert_int_equal(t.page_at, second);
        assert_false(t.whole);
    }
    t = snq__ogg_find_tail(b.p, second);
    assert_int_equal(t.page_at, 5);
    assert_true(t.whole && !t.last);
    free(b.p);
}

/* Cut at every byte: what is mended holds the packets that were whole, with a true checksum. */
static void test_ogg_mend(void **state)
{
    static const int packets[] = { 10, 300, 20, 255, 40 };
    static const int lacings[] = { 1, 3, 4, 6, 7 }; /* after each packet */
    bytes b = { 0 };
    put_page(&b, 4, packets, 5);
    const size_t head = 27 + 7;
    uint8_t *to = malloc(b.n);
    assert_non_null(to);
    for (size_t n = 0; n < b.n; n++) {
        size_t body = 0;
        int whole = 0;
        for (int i = 0; i < 5 && head + body + (size_t)packets[i] <= n; i++, whole++)
            body += (size_t)packets[i];
        const size_t got = snq__ogg_mend(b.p, n, to);
        if (whole == 0) {
            assert_int_equal(got, 0);
            continue;
        }
        const size_t kept = (size_t)lacings[whole - 1];
        assert_int_equal(got, 27 + kept + body);
        assert_int_equal(to[26], kept);
        assert_int_equal(to[5], 0);
        assert_memory_equal(to + 27, b.p + 27, kept);
        assert_memory_equal(to + 27 + kept, b.p + head, body);
        uint32_t crc = 0;
        for (int i = 3; i >= 0; i--)
            crc = crc << 8 | to[22 + i];
        memset(to + 22, 0, 4);
        assert_int_equal(crc, crc_of(to, got));
    }
    free(to);
    free(b.p);
}

/* ---- MP4 ---- */

static void put_box(bytes *b, const char *type, uint32_t body)
{
    b->big = 1;
    put_uint(b, 8 + body, 4);
    put_id(b, type);
    put(b, NULL, body);
}

static snq__mp4_scan scan_mp4(bytes *b)
{
    const snq_riff_input in = { read_bytes, b, (int64_t)b->n };
    return snq__mp4_scan_run(&in);
}

static void test_mp4(void **state)
{
    bytes b = { 0 };
    put_box(&b, "ftyp", 16);
    memcpy(b.p + 8, "M4A ", 4);
    put_box(&b, "mdat", 1000);
    const size_t moov = b.n;
    put_box(&b, "moov", 100);
    snq__mp4_scan s = scan_mp4(&b);
    assert_true(s.has_moov && !s.cut && !s.is_mov);
    memcpy(b.p + 8, "qt  ", 4);
    assert_true(scan_mp4(&b).is_mov);
    b.n -= 50;
    s = scan_mp4(&b);
    assert_true(s.has_moov && s.cut);
    b.n = moov;
    assert_false(scan_mp4(&b).has_moov);
    assert_false(scan_mp4(&b).cut);
    b.n = moov - 500;
    assert_true(scan_mp4(&b).cut);
    b.n = 24 + 5; /* in the middle of a box header */
    assert_true(scan_mp4(&b).cut);
    b.n = 24;
    set_uint(&b, 24, 0, 0);
    put_uint(&b, 1, 4); /* 64-bit size */
    put_id(&b, "mdat");
    put_uint(&b, 16 + 4, 8);
    put(&b, NULL, 4);
    put_uint(&b, 0, 4); /* to the end */
    put_id(&b, "moof");
    put(&b, NULL, 77);
    s = scan_mp4(&b);
    assert_true(s.has_moov && !s.cut);
    set_uint(&b, 24, 7, 4); /* no size that a box can have */
    assert_false(scan_mp4(&b).has_moov);
    free(b.p);
}

/* ---- Matroska ---- */

static int cut_matroska(bytes *b)
{
    const snq_riff_input in = { read_bytes, b, (int64_t)b->n };
    return snq__matroska_cut(&in);
}

static void test_matroska(void **state)
{
    bytes b = { .big = 1 };
    put_uint(&b, 0x1A45DFA3, 4);
    put_uint(&b, 0x83, 1); /* three bytes of header */
    put(&b, NULL, 3);
    put_uint(&b, 0x18538067, 4);
    put_uint(&b, 0x4064, 2); /* one hundred */
    put(&b, NULL, 100);
    assert_int_equal(cut_matroska(&b), 0);
    b.n--;
    assert_int_equal(cut_matroska(&b), 1);
    set_uint(&b, 12, 0x7FFF, 2); /* the unknown size: a live stream */
    assert_int_equal(cut_matroska(&b), 0);
    set_uint(&b, 12, 0, 1); /* no number at all */
    assert_int_equal(cut_matroska(&b), 0);
    set_uint(&b, 8, 0, 4);
    assert_int_equal(cut_matroska(&b), 0);
    set_uint(&b, 4, 0xFF, 1);
    assert_int_equal(cut_matroska(&b), 0);
    b.p[0] = 0;
    assert_int_equal(cut_matroska(&b), 0);
    free(b.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ogg_tail),
        cmocka_unit_test(test_ogg_mend),
        cmocka_unit_test(test_mp4),
        cmocka_unit_test(test_matroska),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
