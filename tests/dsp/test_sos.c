// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "dsp/sos.h"

enum { N = 40 };

/* The test signal of the numbers below. */
static void fill(float *x)
{
    for (int t = 0; t < N; t++)
        x[t] = (float)(sin(0.1 * t) + 0.5 * cos(0.9 * t) + 0.02 * t);
}

static void test_filtfilt_is_scipys(void **state)
{
    (void)state;
    /* scipy 1.10.1, signal.sosfiltfilt(butter(…, fs=8000, output='sos'), x): low-pass of order 4 at
     * 1000 Hz, high-pass of order 3 at 500 Hz, band-pass of order 2 from 500 to 1500 Hz */
    static const double want[3][N] = {
        { 0.499002768, 0.242875227, 0.0896958477,    0.10162535,  0.275228647, 0.540545524,
          0.792823989, 0.946103303, 0.979326321,     0.944555987, 0.929119003, 0.995256522,
          1.13826593,  1.29242914,  1.38025111,      1.369111,    1.29395413,  1.22972378,
          1.23449558,  1.30596764,  1.38378347,      1.39569646,  1.31267763,  1.17142873,
          1.04734041,  0.998196376, 1.02085465,      1.05334847,  1.02087022,  0.891546168,
          0.701048116, 0.528580914, 0.442456399,     0.454457674, 0.513563037, 0.539422982,
          0.468450032, 0.281218897, -0.000259197575, -0.332273039 },
        { 0.00809956507, -0.041188181,  -0.337056965, -0.567807654,  -0.482737566, -0.0852359053,
          0.368553196,   0.564243284,   0.369187927,  -0.0642611262, -0.410902399, -0.415795088,
          -0.0846367798, 0.322514338,   0.489386957,  0.283607545,   -0.142838423, -0.468703229,
          -0.446914087,  -0.0920251333, 0.330247634,  0.503536675,   0.299665824,  -0.12490539,
          -0.447999919,  -0.42597233,   -0.078392195, 0.326681663,   0.475786039,  0.247909062,
          -0.192801471,  -0.519584636,  -0.488146447, -0.118913593,  0.321237146,  0.523599196,
          0.373307458,   0.0372232041,  -0.162902262, 0.00379356363 },
        { 0.00471476426, -0.185522964,  -0.396278274,  -0.526236904,  -0.421792008, -0.0636501257,
          0.351903426,   0.542394527,   0.36832915,    -0.0416297549, -0.380285685, -0.39622312,
          -0.0868060851, 0.300864517,   0.460684062,   0.262511833,   -0.148160247, -0.46093364,
          -0.436666327,  -0.0895577417, 0.322778504,   0.493583288,   0.298450973,  -0.111135851,
          -0.423093607,  -0.401749562,  -0.0671337203, 0.319770127,   0.45561927,   0.227126373,
          -0.200085577,  -0.506133436,  -0.461632192,  -0.103264723,  0.300324775,  0.46866179,
          0.335255296,   0.0819303145,  -0.0557647948, -0.0271583042 },
    };
    snq_sos s[3][SNQ_SOS_SECTIONS_MAX];
    uint32_t n[3];
    check_ok(snq_sos_lowpass(4, 1000, 8000, s[0], &n[0]));
    check_ok(snq_sos_highpass(3, 500, 8000, s[1], &n[1]));
    check_ok(snq_sos_bandpass(2, 500, 1500, 8000, s[2], &n[2]));
    for (int i = 0; i < 3; i++) {
        float x[N];
        fill(x);
        check_ok(snq_sos_filtfilt(s[i], n[i], x, x, N));
        for (int t = 0; t < N; t++)
            check_near(x[t], want[i][t], 2e-7);
    }
}

static void test_filtfilt_edges(void **state)
{
    (void)state;
    snq_sos s[SNQ_SOS_SECTIONS_MAX];
    uint32_t n;
    check_ok(snq_sos_lowpass(4, 1000, 8000, s, &n));
    float x[5] = { 0.25f, 0.25f, 0.25f, 0.25f, 0.25f }, y[5];
    check_ok(snq_sos_filtfilt(s, n, y, x, 0));
    for (size_t count = 1; count <= 5; count++) { /* a constant passes, however short */
        check_ok(snq_sos_filtfilt(s, n, y, x, count));
        for (size_t t = 0; t < count; t++)
            check_near(y[t], 0.25, 1e-7);
    }
    /* an integrator has no steady state: its start is zero, and nothing breaks */
    const snq_sos integrator = { .b0 = 1, .a1 = -1 };
    check_ok(snq_sos_filtfilt(&integrator, 1, y, x, 5));
    assert_true(isfinite(y[0]) && isfinite(y[4]));
    check_status(snq_sos_filtfilt(s, SNQ_SOS_SECTIONS_MAX + 1, y, x, 5), SNQ_ERR_RANGE);
    snq_alloc_fail_after(0);
    const snq_status st = snq_sos_filtfilt(s, n, y, x, 5);
    snq_alloc_fail_after(-1);
    assert_int_equal(st, SNQ_ERR_NOMEM);
}

/* y by the definition, one section after the other. */
static void slow(const snq_sos *s, uint32_t n, double *x, size_t count)
{
    for (uint32_t i = 0; i < n; i++) {
        double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
        for (size_t t = 0; t < count; t++) {
            const double y =
                s[i].b0 * x[t] + s[i].b1 * x1 + s[i].b2 * x2 - s[i].a1 * y1 - s[i].a2 * y2;
            x2 = x1;
            x1 = x[t];
            y2 = y1;
            y1 = y;
            x[t] = y;
        }
    }
}

static void test_filter_is_the_definition(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    snq_sos s[SNQ_SOS_SECTIONS_MAX];
    uint32_t n;
    check_ok(snq_sos_bandpass(5, 300, 900, 8000, s, &n));
    float x[COUNT], y[COUNT];
    double want[COUNT];
    snq_rng rng;
    snq_rng_init(&rng, 3);
    for (int t = 0; t < COUNT; t++)
        want[t] = x[t] = (float)snq_rng_normal(&rng);
    slow(s, n, want, COUNT);
    snq_sos_filter f;
    snq_sos_filter_init(&f, s, n);
    for (int round = 0; round < 2; round++) {
        for (size_t at = 0; at < COUNT; at += 37) /* in pieces, the state goes on */
            snq_sos_filter_run(&f, y + at, x + at, COUNT - at < 37 ? COUNT - at : 37);
        for (int t = 0; t < COUNT; t++)
            check_near(y[t], want[t], 1e-6);
        snq_sos_filter_reset(&f);
    }
    snq_sos_filter_run(&f, x, x, COUNT); /* in place */
    check_near(x[COUNT - 1], want[COUNT - 1], 1e-6);
    snq_sos_filter_init(&f, NULL, 0);
    snq_sos_filter_run(&f, y, x, COUNT);
    assert_memory_equal(x, y, sizeof(x));
    snq_sos many[SNQ_SOS_SECTIONS_MAX + 3] = { { 0 } };
    snq_sos_filter_init(&f, many, SNQ_SOS_SECTIONS_MAX + 3);
    assert_int_equal(f.n, SNQ_SOS_SECTIONS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filtfilt_is_scipys),
        cmocka_unit_test(test_filtfilt_edges),
        cmocka_unit_test(test_filter_is_the_definition),
    };
    return cmocka_run_group_tests_name("sos", tests, NULL, NULL);
}
