// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <stdint.h>

#include "files.h"
#include "media/riff_scan.h"

static int64_t read_bytes(void *user, int64_t offset, void *to, size_t n)
{
    const bytes *b = user;
    if (offset >= (int64_t)b->n)
        return 0;
    const size_t left = b->n - (size_t)offset;
    n = n < left ? n : left;
    memcpy(to, b->p + offset, n);
    return (int64_t)n;
}

static int64_t read_nothing(void *user, int64_t offset, void *to, size_t n)
{
    return -1;
}

static snq_status scan_bytes(bytes *b, snq_riff_scan *s, snq_warnings *w)
{
    const snq_riff_input in = { read_bytes, b, (int64_t)b->n };
    *w = (snq_warnings) { 0 };
    return snq_riff_scan_run(&in, s, w);
}

static const wav_spec plain = { .rate = 44100, .channels = 2, .frames = 100, .bits = 16 };

/* The header of `plain`: offsets of the fields that tests change. */
enum {
    RIFF_SIZE = 4,
    FMT = 12,
    FMT_TAG = 20,
    FMT_CHANNELS = 22,
    FMT_RATE = 24,
    FMT_BYTE_RATE = 28,
    FMT_BLOCK = 32,
    FMT_BITS = 34,
    DATA = 36,
    DATA_SIZE = 40,
    DATA_START = 44
};

static void test_plain(void **state)
{
    snq_riff_scan s;
    snq_warnings w;
    size_t at;
    bytes b = wav_build(&plain, &at);
    check_ok(scan_bytes(&b, &s, &w));
    assert_int_equal(s.form, SNQ_RIFF_WAVE);
    assert_int_equal(s.coding, SNQ_RIFF_SIGNED);
    assert_int_equal(s.sample_bytes, 2);
    assert_int_equal(s.data_offset, at);
    assert_int_equal(s.data_bytes, 400);
    assert_int_equal(s.promised_bytes, 400);
    assert_int_equal(s.chunks, 2);
    assert_int_equal(w.count, 0);
    free(b.p);
}

static void test_not_ours(void **state)
{
    static const char *const starts[] = { "",
                                          "RIFF",
                                          "RIFFxxxxAVI LIST",
                                          "OggS........",
                                          "FORM....8SVX",
                                          "riff............................................" };
    for (size_t i = 0; i < SNQ_COUNT(starts); i++) {
        snq_riff_scan s;
        snq_warnings w;
        bytes b = { 0 };
        put(&b, starts[i], strlen(starts[i]));
        check_ok(scan_bytes(&b, &s, &w));
        assert_int_equal(s.form, SNQ_RIFF_NONE);
        assert_int_equal(w.count, 0);
        free(b.p);
    }
}

/* One field changed: the status, or the warning, that must follow. */
static void test_fields(void **state)
{
    static const struct {
        size_t at;
        uint64_t v;
        int size;
        snq_status st;
        const char *words; /* of the error, or the code of the only warning; NULL: no warning */
    } tab[] = {
        { RIFF_SIZE, 0, 4, SNQ_OK, NULL },
        { RIFF_SIZE, 0xFFFFFFFF, 4, SNQ_OK, NULL },
        { FMT, 0x20544D46, 4, SNQ_ERR_FORMAT, "no fmt" },
        { FMT + 4, 13, 4, SNQ_ERR_FORMAT, "cut short" },
        { FMT + 4, 0x7FFFFFFF, 4, SNQ_ERR_FORMAT, "no data" },
        { FMT_CHANNELS, 0, 2, SNQ_ERR_RANGE, "0 channels" },
        { FMT_CHANNELS, 17, 2, SNQ_ERR_RANGE, "17 channels" },
        { FMT_CHANNELS, 65535, 2, SNQ_ERR_RANGE, "65535 channels" },
        { FMT_RATE, 0, 4, SNQ_ERR_RANGE, " 0 Hz" },
        { FMT_RATE, 999, 4, SNQ_ERR_RANGE, "999 Hz" },
        { FMT_RATE, 768001, 4, SNQ_ERR_RANGE, "768001 Hz" },
        { FMT_RATE, 0xFFFFFFFF, 4, SNQ_ERR_RANGE, "4294967295 Hz" },
        { FMT_BITS, 0, 2, SNQ_ERR_RANGE, "0 bits" },
        { FMT_BITS, 65, 2, SNQ_ERR_RANGE, "65 bits" },
        { FMT_BITS, 24, 2, SNQ_OK, "fmt_inconsistent" },
        { FMT_BLOCK, 0, 2, SNQ_OK, "fmt_inconsistent" },
        { FMT_BYTE_RATE, 0, 4, SNQ_OK, NULL },
        { FMT_TAG, 2, 2, SNQ_OK, "lossy_pcm" },
        { FMT_TAG, 0x11, 2, SNQ_OK, "lossy_pcm" },
        { FMT_TAG, 0x55, 2, SNQ_OK, NULL },
        { FMT_TAG, 6, 2, SNQ_OK, NULL },
        { DATA, 0x41544144, 4, SNQ_ERR_FORMAT, "no data" },
        { DATA_SIZE, 0, 4, SNQ_OK, "size_mismatch" },
        { DATA_SIZE, 0xFFFFFFFF, 4, SNQ_OK, "size_mismatch" },
        { DATA_SIZE, 0x7FFFFFFF, 4, SNQ_OK, "size_mismatch" },
        { DATA_SIZE, 0x7FFFF000, 4, SNQ_OK, "size_mismatch" },
        { DATA_SIZE, 0x7FFEFFFF, 4, SNQ_OK, "truncated" },
        { DATA_SIZE, 401, 4, SNQ_OK, "truncated" },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        snq_riff_scan s;
        snq_warnings w;
        bytes b = wav_build(&plain, NULL);
        set_uint(&b, tab[i].at, tab[i].v, tab[i].size);
        const snq_status st = scan_bytes(&b, &s, &w);
        if (st != tab[i].st)
            fail_msg("row %zu: %s: %s", i, snq_status_name(st), snq_last_error());
        if (st < 0) {
            if (!strstr(snq_last_error(), tab[i].words))
                fail_msg("row %zu: '%s'", i, snq_last_error());
        } else {
            const int truncated = tab[i].words && strcmp(tab[i].words, "truncated") == 0;
            if (w.count != (tab[i].words != NULL) ||
                (tab[i].words && strcmp(w.item[0].code, tab[i].words) != 0))
                fail_msg("row %zu: %u warnings, %s", i, w.count, w.item[0].code);
            assert_int_equal(s.truncated, truncated);
            assert_int_equal(s.data_offset, DATA_START);
            if (tab[i].at == DATA_SIZE) {
                assert_int_equal(s.data_bytes, 400);
                assert_int_equal(s.promised_bytes, truncated ? (int64_t)tab[i].v : -1);
            }
        }
        free(b.p);
    }
}

static void insert(bytes *b, size_t at, const bytes *what)
{
    bytes tail = { 0 };
    put(&tail, b->p + at, b->n - at);
    b->n = at;
    put(b, what->p, what->n);
    put(b, tail.p, tail.n);
    free(tail.p);
}

static bytes smpl(uint32_t count, uint32_t loops, uint32_t start, uint32_t end)
{
    bytes c = { 0 };
    put_id(&c, "smpl");
    put_uint(&c, 36 + 24 * loops, 4);
    put(&c, NULL, 28);
    put_uint(&c, count, 4);
    put_uint(&c, 0, 4);
    for (uint32_t i = 0; i < loops; i++) {
        put(&c, NULL, 8);
        put_uint(&c, start, 4);
        put_uint(&c, end, 4);
        put(&c, NULL, 8);
    }
    return c;
}

/* The scan of the plain WAV with a smpl chunk that says key and loops (type, first, last). */
static snq_riff_sampler sampler_of(uint32_t key, uint32_t fraction, uint32_t loops,
                                   const uint32_t (*loop)[3])
{
    snq_riff_scan s;
    snq_warnings w;
    bytes b = wav_build(&plain, NULL), c = { 0 };
    put_id(&c, "smpl");
    put_uint(&c, 36 + 24 * loops, 4);
    put(&c, NULL, 12);
    put_uint(&c, key, 4);
    put_uint(&c, fraction, 4);
    put(&c, NULL, 8);
    put_uint(&c, loops, 4);
    put_uint(&c, 0, 4);
    for (uint32_t i = 0; i < loops; i++) {
        put(&c, NULL, 4);
        for (int k = 0; k < 3; k++)
            put_uint(&c, loop[i][k], 4);
        put(&c, NULL, 8);
    }
    insert(&b, b.n, &c);
    check_ok(scan_bytes(&b, &s, &w));
    free(b.p);
    free(c.p);
    return s.sampler;
}

/* 100 frames: the first loop that can be played, its end behind its last frame; the key. */
static void test_sampler(void **state)
{
    static const uint32_t whole[][3] = { { 0, 0, 99 } }, excluded[][3] = { { 2, 10, 100 } },
                          beyond[][3] = { { 0, 10, 101 } }, single[][3] = { { 1, 99, 99 } },
                          second[][3] = { { 9, 1, 2 }, { 0, 5, 4 }, { 1, 20, 29 }, { 0, 1, 2 } };
    snq_riff_sampler s = sampler_of(60, 0x40000000, 1, whole);
    assert_true(s.keyed && s.key == 60);
    check_near(s.cents, 25, 0);
    assert_true(s.loop == SNQ_RIFF_LOOP_FORWARD && s.loop_start == 0 && s.loop_end == 100);
    s = sampler_of(127, 0xFFFFFFFF, 1, excluded);
    assert_true(s.keyed && s.key == 127 && s.cents < 100 && s.cents > 99.9);
    assert_true(s.loop == SNQ_RIFF_LOOP_BACKWARD && s.loop_start == 10 && s.loop_end == 100);
    s = sampler_of(0, 0x40000000, 1, beyond);
    assert_true(!s.keyed && s.key == 0 && !s.loop && s.loop_end == 0);
    check_near(s.cents, 0, 0);
    s = sampler_of(128, 0, 1, single);
    assert_true(!s.keyed && s.loop == SNQ_RIFF_LOOP_ALTERNATING && s.loop_end == 100);
    s = sampler_of(1, 0, 4, second);
    assert_true(s.keyed && s.loop == SNQ_RIFF_LOOP_ALTERNATING && s.loop_start == 20);
    assert_int_equal(s.loop_end, 30);
}

static bytes cue(uint32_t count, uint32_t points, uint32_t frame)
{
    bytes c = { 0 };
    put_id(&c, "cue ");
    put_uint(&c, 4 + 24 * points, 4);
    put_uint(&c, count, 4);
    for (uint32_t i = 0; i < points; i++) {
        put(&c, NULL, 20);
        put_uint(&c, frame, 4);
    }
    return c;
}

/* A chunk before or after the data: warned of (code) or not (NULL); the samples stay. */
static void check_chunk(bytes c, const char *code)
{
    for (int after = 0; after < 2; after++) {
        snq_riff_scan s;
        snq_warnings w;
        bytes b = wav_build(&plain, NULL);
        insert(&b, after ? b.n : DATA, &c);
        check_ok(scan_bytes(&b, &s, &w));
        assert_int_equal(s.data_bytes, 400);
        assert_int_equal(s.chunks, 3);
        if (w.count != (code != NULL) || (code && strcmp(w.item[0].code, code) != 0))
            fail_msg("%u warnings, %s, want %s", w.count, w.item[0].code, code ? code : "none");
        free(b.p);
    }
    free(c.p);
}

static void test_loops_and_cues(void **state)
{
    check_chunk(smpl(0, 0, 0, 0), NULL);
    check_chunk(smpl(1, 1, 10, 99), NULL);
    check_chunk(smpl(1, 1, 10, 100), NULL); /* some writers mean one past the end */
    check_chunk(smpl(1, 1, 10, 101), "loop_invalid");
    check_chunk(smpl(1, 1, 50, 20), "loop_invalid");
    check_chunk(smpl(1000, 1, 10, 20), "loop_invalid");
    check_chunk(cue(0, 0, 0), NULL);
    check_chunk(cue(2, 2, 100), NULL);
    check_chunk(cue(1, 1, 5000), "cue_invalid");
    check_chunk(cue(0xFFFFFFFF, 1, 1), "cue_invalid");
    bytes odd = { 0 }; /* an odd chunk with its pad byte */
    put_id(&odd, "LIST");
    put_uint(&odd, 7, 4);
    put(&odd, "INFOabc", 8);
    check_chunk(odd, NULL);
    bytes small = { 0 }; /* too small to be what they are called */
    put_id(&small, "smpl");
    put_uint(&small, 2, 4);
    put(&small, NULL, 2);
    check_chunk(small, NULL);
    bytes tiny = { 0 };
    put_id(&tiny, "cue ");
    put_uint(&tiny, 2, 4);
    put(&tiny, NULL, 2);
    check_chunk(tiny, NULL);
}

static void test_trailing(void **state)
{
    snq_riff_scan s;
    snq_warnings w;
    bytes b = wav_build(&plain, NULL), c = { 0 };
    put_id(&c, "LIST");
    put_uint(&c, 5000, 4);
    put(&b, c.p, c.n);
    check_ok(scan_bytes(&b, &s, &w));
    assert_non_null(snq_warnings_find(&w, "size_mismatch"));
    assert_int_equal(s.truncated, 0);
    assert_int_equal(s.data_bytes, 400);
    free(b.p);
    free(c.p);
    b = wav_build(&plain, NULL); /* an ID3v1 tag after the samples: nobody's business */
    put(&b, "\x01\x02garbage", 9);
    check_ok(scan_bytes(&b, &s, &w));
    assert_int_equal(w.count, 0);
    free(b.p);
}

static void test_data_first(void **state)
{
    snq_riff_scan s;
    snq_warnings w;
    bytes a = wav_build(&plain, NULL), b = { 0 };
    put(&b, a.p, 12);
    put(&b, a.p + DATA, a.n - DATA);
    put(&b, a.p + FMT, DATA - FMT);
    check_ok(scan_bytes(&b, &s, &w));
    assert_int_equal(s.data_offset, 20);
    assert_int_equal(s.data_bytes, 400);
    assert_int_equal(w.count, 1);
    assert_string_equal(w.item[0].code, "data_before_fmt");
    free(a.p);
    free(b.p);
}

static void test_empty(void **state)
{
    snq_riff_scan s;
    snq_warnings w;
    bytes b = wav_build(&plain, NULL);
    b.n = DATA_START;
    set_uint(&b, DATA_SIZE, 0, 4);
    check_ok(scan_bytes(&b, &s, &w));
    assert_int_equal(s.data_bytes, 0);
    assert_string_equal(w.item[0].code, "empty_audio");
    bytes c = { 0 }; /* nothing, then another chunk: not a placeholder */
    put_id(&c, "LIST");
    put_uint(&c, 4, 4);
    put_id(&c, "INFO");
    put(&b, c.p, c.n);
    check_ok(scan_bytes(&b, &s, &w));
    assert_int_equal(s.data_bytes, 0);
    assert_int_equal(w.count, 1);
    free(b.p);
    free(c.p);
}

/* A flood is read within its bound and called so; beyond the bound the data is not found. */
static void test_flood(void **state)
{
    snq_riff_scan s;
    snq_warnings w;
    for (int n = 1000; n <= 70000; n += 69000 / 2) {
        bytes b = wav_build(&plain, NULL), flood = { 0 };
        for (int i = 0; i < n; i++) {
            put_id(&flood, "junk");
            put_uint(&flood, 0, 4);
        }
        insert(&b, DATA, &flood);
        const snq_status st = scan_bytes(&b, &s, &w);
        if (n > SNQ_RIFF_CHUNKS_MAX) {
            check_status(st, SNQ_ERR_FORMAT);
            assert_int_equal(s.chunks, SNQ_RIFF_CHUNKS_MAX);
        } else {
            check_ok(st);
            assert_int_equal(s.data_bytes, 400);
            assert_non_null(snq_warnings_find(&w, "chunk_flood"));
        }
        free(b.p);
        free(flood.p);
    }
}

static void test_wide_sizes(void **state)
{
    snq_riff_scan s;
    snq_warnings w;
    wav_spec spec = plain;
    spec.form = WAV_RF64;
    bytes b = wav_build(&spec, NULL);
    set_uint(&b, 28, UINT64_C(1) << 40, 8); /* ds64 promises a terabyte */
    check_ok(scan_bytes(&b, &s, &w));
    assert_int_equal(s.truncated, 1);
    assert_int_equal(s.promised_bytes, INT64_C(1) << 40);
    assert_int_equal(s.data_bytes, 400);
    set_uint(&b, 28, UINT64_MAX, 8); /* beyond any file: not believed */
    check_ok(scan_bytes(&b, &s, &w));
    assert_non_null(snq_warnings_find(&w, "size_mismatch"));
    assert_int_equal(s.data_bytes, 400);
    free(b.p);
    spec.form = WAV_W64;
    size_t at;
    b = wav_build(&spec, &at);
    set_uint(&b, at - 8, UINT64_MAX, 8);
    check_ok(scan_bytes(&b, &s, &w));
    assert_int_equal(s.truncated, 1);
    set_uint(&b, at - 8, 3, 8); /* less than its own header */
    check_ok(scan_bytes(&b, &s, &w));
    assert_true(s.data_bytes >= 0 && s.data_bytes <= 400);
    free(b.p);
}

/* A WAV over 4 GiB whose 32-bit size wrapped around. */
static bytes wrapped;

static int64_t read_wrapped(void *user, int64_t offset, void *to, size_t n)
{
    memset(to, 0, n);
    return offset < (int64_t)wrapped.n ? (read_bytes(&wrapped, offset, to, n), (int64_t)n)
                                       : (int64_t)n;
}

static void test_wrapped_size(void **state)
{
    snq_riff_scan s;
    snq_warnings w = { 0 };
    const int64_t size = (INT64_C(6) << 30) + DATA_START;
    const snq_riff_input in = { read_wrapped, NULL, size };
    wrapped = wav_build(&plain, NULL);
    set_uint(&wrapped, DATA_SIZE, UINT64_C(2) << 30, 4);
    check_ok(snq_riff_scan_run(&in, &s, &w));
    assert_int_equal(s.data_bytes, INT64_C(6) << 30);
    assert_string_equal(w.item[0].code, "size_mismatch");
    free(wrapped.p);
}

static void test_containers(void **state)
{
    static const struct {
        uint32_t bits, block_each;
        int good_rate;
        uint32_t bytes;
        const char *code;
    } tab[] = {
        { 24, 3, 1, 3, NULL },
        { 24, 4, 1, 4, "fmt_inconsistent" },
        { 24, 4, 0, 3, "fmt_inconsistent" },
        { 16, 1, 1, 2, "fmt_inconsistent" },
        { 8, 1, 1, 1, NULL },
        { 20, 3, 1, 3, NULL },
        { 16, 8, 1, 2, "fmt_inconsistent" },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        snq_riff_scan s;
        snq_warnings w;
        bytes b = wav_build(&plain, NULL);
        set_uint(&b, FMT_BITS, tab[i].bits, 2);
        set_uint(&b, FMT_BLOCK, 2 * tab[i].block_each, 2);
        set_uint(&b, FMT_BYTE_RATE, tab[i].good_rate ? 44100u * 2 * tab[i].block_each : 1, 4);
        check_ok(scan_bytes(&b, &s, &w));
        assert_int_equal(s.sample_bytes, tab[i].bytes);
        assert_int_equal(w.count, tab[i].code != NULL);
        free(b.p);
    }
}

static void test_aiff(void **state)
{
    snq_riff_scan s;
    snq_warnings w;
    wav_spec spec = plain;
    size_t at;
    spec.form = WAV_AIFF;
    spec.rate = 22050;
    bytes b = wav_build(&spec, &at);
    check_ok(scan_bytes(&b, &s, &w));
    assert_int_equal(s.rate_hz, 22050);
    assert_int_equal(s.data_offset, at);
    set_uint(&b, 22, 50, 4); /* COMM says fewer frames than SSND holds */
    check_ok(scan_bytes(&b, &s, &w));
    assert_int_equal(s.data_bytes, 200);
    set_uint(&b, 46, 8, 4); /* SSND's own offset */
    check_ok(scan_bytes(&b, &s, &w));
    assert_int_equal(s.data_offset, at + 8);
    set_uint(&b, 46, 0xFFFFFFFF, 4);
    check_ok(scan_bytes(&b, &s, &w));
    assert_int_equal(s.data_bytes, 0);
    set_uint(&b, 28, 0xC00D, 2); /* a negative rate */
    check_status(scan_bytes(&b, &s, &w), SNQ_ERR_RANGE);
    set_uint(&b, 28, 0x7FFF, 2); /* none */
    check_status(scan_bytes(&b, &s, &w), SNQ_ERR_RANGE);
    free(b.p);
    b = wav_build(&spec, NULL);
    set_uint(&b, 26, 0, 2);
    check_status(scan_bytes(&b, &s, &w), SNQ_ERR_RANGE);
    set_uint(&b, 26, 33, 2);
    check_status(scan_bytes(&b, &s, &w), SNQ_ERR_RANGE);
    set_uint(&b, 16, 17, 4);
    check_status(scan_bytes(&b, &s, &w), SNQ_ERR_FORMAT);
    set_uint(&b, 12, 0, 4);
    check_status(scan_bytes(&b, &s, &w), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "COMM"));
    b.n = 38;
    b.p[12] = 'C', b.p[13] = 'O', b.p[14] = 'M', b.p[15] = 'M';
    set_uint(&b, 16, 18, 4);
    set_uint(&b, 26, 16, 2);
    check_status(scan_bytes(&b, &s, &w), SNQ_ERR_FORMAT);
    assert_non_null(strstr(snq_last_error(), "SSND"));
    free(b.p);
    spec.form = WAV_AIFC;
    spec.aifc = "ulaw";
    b = wav_build(&spec, NULL);
    check_ok(scan_bytes(&b, &s, &w));
    assert_int_equal(s.coding, SNQ_RIFF_CODED);
    free(b.p);
}

/* Cut after every byte: an answer each time, and never more data than there is. */
static void test_every_cut(void **state)
{
    for (int form = WAV_RIFF; form <= WAV_AIFC; form++) {
        wav_spec spec = plain;
        spec.form = (wav_form)form;
        bytes b = wav_build(&spec, NULL);
        const size_t whole = b.n;
        for (b.n = 0; b.n <= whole; b.n++) {
            snq_riff_scan s;
            snq_warnings w;
            const snq_status st = scan_bytes(&b, &s, &w);
            assert_true(st == SNQ_OK || st == SNQ_ERR_FORMAT);
            if (st == SNQ_OK && s.form) {
                assert_true(s.data_bytes <= 400);
                assert_true(s.data_bytes == 0 || s.data_offset + s.data_bytes <= (int64_t)b.n);
                assert_int_equal(s.truncated, s.data_bytes < 400);
            }
        }
        free(b.p);
    }
}

static void test_unreadable(void **state)
{
    snq_riff_scan s;
    snq_warnings w = { 0 };
    const snq_riff_input in = { read_nothing, NULL, 1000 };
    check_status(snq_riff_scan_run(&in, &s, &w), SNQ_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),        cmocka_unit_test(test_not_ours),
        cmocka_unit_test(test_fields),       cmocka_unit_test(test_loops_and_cues),
        cmocka_unit_test(test_sampler),      cmocka_unit_test(test_trailing),
        cmocka_unit_test(test_data_first),   cmocka_unit_test(test_empty),
        cmocka_unit_test(test_flood),        cmocka_unit_test(test_wide_sizes),
        cmocka_unit_test(test_wrapped_size), cmocka_unit_test(test_containers),
        cmocka_unit_test(test_aiff),         cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
