// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "files.h"
#include "media/waveform.h"
#include "support/sweep.h"

enum { FRAMES = 20011, CHANNELS = 3 };

static float x[CHANNELS][FRAMES];

static snq_audio signal_block(uint32_t channels)
{
    snq_rng rng;
    snq_rng_init(&rng, 5);
    snq_audio a = { .channels = channels, .rate_hz = 8000, .frames = FRAMES };
    for (uint32_t c = 0; c < channels; c++) {
        for (int i = 0; i < FRAMES; i++)
            x[c][i] = (float)(1.2 * (2 * snq_rng_uniform(&rng) - 1)); /* some beyond full scale */
        a.channel[c] = x[c];
    }
    return a;
}

/* The definition: sample by sample in integers. */
static int sample16(float v)
{
    const double r = rint((double)v * 32768);
    return (int)(r > 32767 ? 32767 : r < -32768 ? -32768 : r);
}

static int want_value(const snq_audio *a, const snq_waveform_cfg *cfg, uint32_t pixel, uint32_t row,
                      int high)
{
    int best = high ? -40000 : 40000;
    for (size_t i = (size_t)pixel * cfg->samples_per_pixel;
         i < (size_t)(pixel + 1) * cfg->samples_per_pixel && i < a->frames; i++) {
        int s = sample16(a->channel[row][i]);
        if (!cfg->split_channels) {
            s = 0;
            for (uint32_t c = 0; c < a->channels; c++)
                s += sample16(a->channel[c][i]);
            s /= (int)a->channels;
        }
        best = high ? (s > best ? s : best) : (s < best ? s : best);
    }
    return cfg->bits == 8 ? best / 256 : best;
}

static uint32_t u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void check_dat(const snq_audio *a, const snq_waveform_cfg *cfg, uint32_t pixels)
{
    const uint32_t rows = cfg->split_channels ? cfg->channels : 1;
    const uint32_t width = cfg->bits / 8;
    size_t n;
    uint8_t *p = files_read("w.dat", &n);
    assert_int_equal(n, 24 + (size_t)pixels * rows * 2 * width);
    const uint32_t want[] = {
        2, cfg->bits == 8, cfg->rate_hz, cfg->samples_per_pixel, pixels, rows
    };
    for (int i = 0; i < 6; i++)
        assert_int_equal(u32(p + 4 * i), want[i]);
    const uint8_t *q = p + 24;
    for (uint32_t i = 0; i < pixels; i++)
        for (uint32_t r = 0; r < rows; r++)
            for (int high = 0; high < 2; high++, q += width) {
                const int v = width == 1 ? (int8_t)q[0] : (int16_t)(q[0] | q[1] << 8);
                assert_int_equal(v, want_value(a, cfg, i, r, high));
            }
    free(p);
}

static void check_json(const snq_audio *a, const snq_waveform_cfg *cfg, uint32_t pixels)
{
    const uint32_t rows = cfg->split_channels ? cfg->channels : 1;
    char head[256];
    size_t n;
    char *text = (char *)files_read("w.json", &n);
    snprintf(head, sizeof head,
             "{\"version\":2,\"channels\":%u,\"sample_rate\":%u,\"samples_per_pixel\":%u,"
             "\"bits\":%u,\"length\":%u,\"data\":[",
             rows, cfg->rate_hz, cfg->samples_per_pixel, cfg->bits, pixels);
    assert_memory_equal(text, head, strlen(head));
    char *p = text + strlen(head);
    for (uint32_t i = 0; i < pixels; i++)
        for (uint32_t r = 0; r < rows; r++)
            for (int high = 0; high < 2; high++) {
                assert_int_equal(strtol(p, &p, 10), want_value(a, cfg, i, r, high));
                p += *p == ',';
            }
    assert_string_equal(p, "]}\n");
    free(text);
}

static void write_dat(const snq_waveform *w, const char *name)
{
    FILE *f = fopen(files_path(name), "wb");
    assert_non_null(f);
    check_ok(snq_waveform_write_dat(w, f));
    fclose(f);
}

static void write_json(const snq_waveform *w, const char *name)
{
    FILE *f = fopen(files_path(name), "wb");
    assert_non_null(f);
    check_ok(snq_waveform_write_json(w, f));
    fclose(f);
}

/* Every combination against the definition, pushed in blocks of several lengths. */
static void test_definition(void **state)
{
    static const uint32_t zooms[] = { 2, 3, 256, 1000, 1024, 4000, 30000 };
    static const size_t steps[] = { 1, 777, 4096, FRAMES };
    for (uint32_t channels = 1; channels <= CHANNELS; channels++)
        for (size_t z = 0; z < SNQ_COUNT(zooms); z++)
            for (int variant = 0; variant < 4; variant++) {
                const snq_audio a = signal_block(channels);
                snq_waveform_cfg cfg = snq_waveform_cfg_default(8000, channels);
                cfg.samples_per_pixel = zooms[z];
                cfg.bits = variant & 1 ? 8 : 16;
                cfg.split_channels = variant >> 1;
                const size_t step = steps[(z + (size_t)variant) % 4];
                const uint32_t pixels = (FRAMES + zooms[z] - 1) / zooms[z];
                snq_waveform *w;
                check_ok(snq_waveform_new(&cfg, &w));
                for (size_t i = 0; i < FRAMES; i += step) {
                    const snq_audio part = snq_audio_part(&a, i, step);
                    check_ok(snq_waveform_push(w, &part));
                }
                assert_int_equal(snq_waveform_length(w), pixels);
                write_dat(w, "w.dat");
                write_json(w, "w.json");
                check_dat(&a, &cfg, pixels);
                if (zooms[z] >= 256)
                    check_json(&a, &cfg, pixels);
                snq_waveform_free(w);
            }
}

/* The worked example of the header. */
static void test_example(void **state)
{
    static const float v[] = { -0.5f, 0.5f, 0, 1 };
    const snq_audio a = { { v }, 1, 8000, 4 };
    snq_waveform_cfg cfg = snq_waveform_cfg_default(8000, 1);
    snq_waveform *w;
    size_t n;
    assert_int_equal(cfg.samples_per_pixel, 256);
    cfg.samples_per_pixel = 2;
    check_ok(snq_waveform_new(&cfg, &w));
    write_json(w, "none.json");
    char *text = (char *)files_read("none.json", &n);
    assert_non_null(strstr(text, "\"length\":0,\"data\":[]}"));
    free(text);
    check_ok(snq_waveform_push(w, &a));
    write_json(w, "ex.json");
    text = (char *)files_read("ex.json", &n);
    assert_string_equal(text, "{\"version\":2,\"channels\":1,\"sample_rate\":8000,"
                              "\"samples_per_pixel\":2,\"bits\":16,\"length\":2,"
                              "\"data\":[-16384,16384,0,32767]}\n");
    free(text);
    FILE *full = fopen("/dev/full", "wb");
    if (full) {
        check_status(snq_waveform_write_json(w, full), SNQ_ERR_IO);
        clearerr(full);
        check_status(snq_waveform_write_dat(w, full), SNQ_ERR_IO);
        fclose(full);
    }
    snq_waveform_free(w);
}

static void test_errors(void **state)
{
    snq_waveform *w;
    snq_waveform_cfg good = snq_waveform_cfg_default(48000, 2), cfg;
#define REFUSED(field, value)                                \
    cfg = good;                                              \
    cfg.field = (value);                                     \
    check_status(snq_waveform_new(&cfg, &w), SNQ_ERR_RANGE); \
    assert_null(w)
    REFUSED(rate_hz, 0);
    REFUSED(rate_hz, 768001);
    REFUSED(channels, 0);
    REFUSED(channels, 17);
    REFUSED(samples_per_pixel, 1);
    REFUSED(samples_per_pixel, 0x80000000u);
    REFUSED(bits, 12);
    check_ok(snq_waveform_new(&good, &w));
    const snq_audio one = { .channels = 1 }, none = { .channels = 2 };
    check_status(snq_waveform_push(w, &one), SNQ_ERR_ARG);
    check_ok(snq_waveform_push(w, &none));
    assert_int_equal(snq_waveform_length(w), 0);
    snq_waveform_free(w);
    snq_waveform_free(NULL);
}

/* Memory runs out while it grows: an error, what is there stays. */
static void test_growth_fails(void **state)
{
    const snq_audio a = signal_block(1);
    snq_waveform_cfg cfg = snq_waveform_cfg_default(8000, 1);
    snq_waveform *w;
    cfg.samples_per_pixel = 2;
    check_ok(snq_waveform_new(&cfg, &w));
    snq_alloc_fail_after(0);
    const snq_status st = snq_waveform_push(w, &a);
    snq_alloc_fail_after(-1);
    check_status(st, SNQ_ERR_NOMEM);
    assert_true(snq_waveform_length(w) > 1000);
    write_dat(w, "grown.dat");
    snq_waveform_free(w);
}

/* The bound on values is kept. */
static void test_bound(void **state)
{
    static const float zero[1 << 16];
    snq_audio a = { .channels = 16, .rate_hz = 8000, .frames = 1 << 16 };
    snq_waveform_cfg cfg = snq_waveform_cfg_default(8000, 16);
    snq_waveform *w;
    snq_status st = SNQ_OK;
    uint64_t pushed = 0;
    for (int c = 0; c < 16; c++)
        a.channel[c] = zero;
    cfg.samples_per_pixel = 2;
    cfg.split_channels = 1;
    check_ok(snq_waveform_new(&cfg, &w));
    while (st == SNQ_OK && pushed < 100)
        if ((st = snq_waveform_push(w, &a)) == SNQ_OK)
            pushed++;
    check_status(st, SNQ_ERR_TOO_BIG);
    assert_int_equal(pushed, 64); /* 64 * 2^16 / 2 pixels of 32 values are 2^26 */
    assert_int_equal(snq_waveform_length(w), 1 << 21);
    snq_waveform_free(w);
}

static snq_status make(void *user, void **object)
{
    return snq_waveform_new(user, (snq_waveform **)object);
}

static void unmake(void *object)
{
    snq_waveform_free(object);
}

static void test_sweep(void **state)
{
    snq_waveform_cfg cfg = snq_waveform_cfg_default(8000, 1);
    snq_sweep(make, unmake, &cfg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition), cmocka_unit_test(test_example),
        cmocka_unit_test(test_errors),     cmocka_unit_test(test_growth_fails),
        cmocka_unit_test(test_bound),      cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, files_remove);
}
