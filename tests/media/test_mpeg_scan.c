// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/rng.h"
#include "media/mpeg_scan_impl.h"

/* Lengths that the standards' formula gives, worked out by hand. */
static void test_lengths(void **state)
{
    static const struct {
        uint8_t head[4];
        uint32_t layer, want;
    } tab[] = {
        { { 0xFF, 0xFB, 0x90, 0 }, 3, 417 }, /* 144 * 128000 / 44100 */
        { { 0xFF, 0xFB, 0x92, 0 }, 3, 418 }, /* with padding */
        { { 0xFF, 0xFB, 0xE4, 0 }, 3, 960 }, /* 320 kbit/s, 48 kHz */
        { { 0xFF, 0xFB, 0x18, 0 }, 3, 144 }, /* 32 kbit/s, 32 kHz */
        { { 0xFF, 0xF3, 0x80, 0 }, 3, 208 }, /* MPEG-2, 72 * 64000 / 22050 */
        { { 0xFF, 0xE3, 0x80, 0 }, 3, 417 }, /* MPEG-2.5, 72 * 64000 / 11025 */
        { { 0xFF, 0xFD, 0xA4, 0 }, 2, 576 }, /* layer II, 192 kbit/s, 48 kHz */
        { { 0xFF, 0xF5, 0x80, 0 }, 2, 417 }, /* MPEG-2 layer II, 144 * 64000 / 22050 */
        { { 0xFF, 0xFF, 0xC4, 0 }, 1, 384 }, /* layer I, 4 * 12 * 384000 / 48000 */
        { { 0xFF, 0xFB, 0x00, 0 }, 3, 0 },   /* free format */
        { { 0xFF, 0xFB, 0xF0, 0 }, 3, 0 },   /* no bit rate */
        { { 0xFF, 0xFB, 0x9C, 0 }, 3, 0 },   /* no sample rate */
        { { 0xFF, 0xEB, 0x90, 0 }, 3, 0 },   /* no version */
        { { 0xFF, 0xF9, 0x90, 0 }, 4, 0 },   /* no layer */
        { { 0xFE, 0xFB, 0x90, 0 }, 3, 0 },   /* no sync */
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        assert_int_equal(snq__mpeg_frame_bytes(tab[i].head), tab[i].want);
        assert_int_equal(snq__mpeg_layer(tab[i].head), tab[i].layer);
    }
}

static void put_frames(uint8_t *p, int n)
{
    static const uint8_t head[4] = { 0xFF, 0xFB, 0x90, 0 };
    for (int i = 0; i < n; i++)
        memcpy(p + 417 * i, head, 4);
}

static void test_find(void **state)
{
    static uint8_t p[10000];
    put_frames(p + 1000, 3);
    assert_int_equal(snq__mpeg_find(p, sizeof p, 0), 1000);
    p[1000 + 417] = 0; /* a chain that is broken is none */
    assert_int_equal(snq__mpeg_find(p, sizeof p, 0), -1);
    put_frames(p + 2000, 2);
    assert_int_equal(snq__mpeg_find(p, sizeof p, 1), -1);
    assert_int_equal(snq__mpeg_find(p, 2000 + 2 * 417, 1), 2000); /* two that end with the file */
    assert_int_equal(snq__mpeg_find(p, 2000 + 2 * 417, 0), -1);
    memset(p, 0, sizeof p);
    put_frames(p, 3);
    p[417 + 2] = 0x94; /* another sample rate: not the same stream */
    assert_int_equal(snq__mpeg_find(p, sizeof p, 0), -1);
    assert_int_equal(snq__mpeg_find(p, 3, 1), -1);
}

/* Random bytes are no music: 4 MB of them hold no chain. */
static void test_noise(void **state)
{
    snq_rng rng;
    snq_rng_init(&rng, 9);
    uint8_t *p = malloc(4000000);
    assert_non_null(p);
    for (int i = 0; i < 4000000; i++)
        p[i] = (uint8_t)snq_rng_next(&rng);
    assert_int_equal(snq__mpeg_find(p, 4000000, 0), -1);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_lengths), cmocka_unit_test(test_find),
                                        cmocka_unit_test(test_noise) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
