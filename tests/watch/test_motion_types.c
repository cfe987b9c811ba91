// SPDX-License-Identifier: MIT
/* Types and shapes of every kind of made motion, at several rates and lengths; confidences. */
#include "support/check.h"

#include "base/rng.h"
#include "watch/made_motion.h"

typedef struct wanted {
    const char *name;
    made m;
    snq_sight_type type;
    snq_sight_shape shape;
} wanted;

#define STILL SNQ_SIGHT_STATIC, SNQ_SIGHT_SHAPELESS
#define OSC   SNQ_SIGHT_OSCILLATORY
#define DIR   SNQ_SIGHT_DIRECTIONAL
#define WILD  SNQ_SIGHT_CHAOTIC

static const wanted kinds[] = {
    { "static", { .kind = MADE_STATIC }, STILL },
    { "static with noise", { .kind = MADE_STATIC, .noise = 0.02 }, STILL },
    { "sway", { .kind = MADE_OSC, .hz = 2, .amp = 3, .deg = 30 }, OSC, SNQ_SIGHT_LINEAR },
    { "slow sway", { .kind = MADE_OSC, .hz = 0.7, .amp = 6 }, OSC, SNQ_SIGHT_LINEAR },
    { "tremble", { .kind = MADE_OSC, .hz = 7, .amp = 1.5, .deg = 90 }, OSC, SNQ_SIGHT_LINEAR },
    { "shift", { .kind = MADE_OSC, .speed = 15, .deg = 200 }, DIR, SNQ_SIGHT_LINEAR },
    { "fast shift", { .kind = MADE_OSC, .speed = 180, .deg = 45 }, DIR, SNQ_SIGHT_LINEAR },
    { "circle", { .kind = MADE_CIRCLE, .hz = 2, .amp = 3 }, OSC, SNQ_SIGHT_CIRCULAR },
    { "rotation", { .kind = MADE_ROTATION, .speed = 30 }, DIR, SNQ_SIGHT_ROTATIONAL },
    { "swing", { .kind = MADE_SWING, .hz = 1.3, .amp = 6 }, OSC, SNQ_SIGHT_ROTATIONAL },
    { "zoom in", { .kind = MADE_ZOOM, .speed = 0.1 }, DIR, SNQ_SIGHT_EXPANDING },
    { "zoom out", { .kind = MADE_ZOOM, .speed = -0.1 }, DIR, SNQ_SIGHT_CONTRACTING },
    { "jitter", { .kind = MADE_JITTER, .amp = 2 }, WILD, SNQ_SIGHT_ISOTROPIC },
    { "disk", { .kind = MADE_DISK, .hz = 2, .amp = 3 }, OSC, SNQ_SIGHT_LINEAR },
    { "two",
      { .kind = MADE_TWO, .hz = 0.8, .amp = 6, .hz2 = 7, .amp2 = 1.5 },
      OSC,
      SNQ_SIGHT_LINEAR },
    { "onset", { .kind = MADE_OSC, .hz = 2, .amp = 3, .onset_s = 4 }, OSC, SNQ_SIGHT_LINEAR },
    { "wave", { .kind = MADE_WAVE, .hz = 2, .amp = 3, .deg = 90 }, OSC, SNQ_SIGHT_LINEAR },
    { "crowd", { .kind = MADE_CROWD, .speed = 40 }, DIR, SNQ_SIGHT_ISOTROPIC },
    { "leaves", { .kind = MADE_LEAVES, .amp = 0.1 }, SNQ_SIGHT_AMBIENT, SNQ_SIGHT_ISOTROPIC },
};

static void check_kind(const wanted *w, double fps, double seconds, double noise)
{
    snq_sight s;
    made m = w->m;
    m.fps = fps;
    m.seconds = seconds;
    m.seed = 5;
    m.noise = m.noise > noise ? m.noise : noise;
    if (m.kind == MADE_LEAVES) /* px a second, as all others */
        m.amp *= 30 / fps;
    made_look(&m, &s);
    if (s.motion.type != w->type || s.motion.shape != w->shape)
        fail_msg("%s at %g fps, %g s, noise %g: %s, %s", w->name, fps, seconds, noise,
                 snq_sight_type_name(s.motion.type), snq_sight_shape_name(s.motion.shape));
    if (s.motion.confidence < 0.5 || s.motion.confidence > 1)
        fail_msg("%s: confidence %g", w->name, s.motion.confidence);
    for (int b = 0; b < SNQ_SIGHT_BANDS; b++) {
        const snq_sight_band *band = &s.band[b];
        double sum = 0;
        if (band->unobservable || band->still)
            continue;
        for (int t = 0; t < SNQ_SIGHT_TYPES; t++) {
            sum += band->type[t].percentage;
            assert_true(band->type[t].confidence >= 0 && band->type[t].confidence <= 1);
        }
        check_near(sum, 1, 1e-9);
    }
    snq_sight_clear(&s);
}

static void every_kind_has_its_type(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(kinds); i++) {
        check_kind(&kinds[i], 30, 10, 0);
        check_kind(&kinds[i], 60, check_extent(8, 5), 0.01);
        check_kind(&kinds[i], 24, 12, 0.02);
    }
}

static void short_and_long_ones_too(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(kinds); i++) {
        if (kinds[i].m.kind != MADE_TWO && kinds[i].m.hz != 0.7 && kinds[i].m.onset_s == 0)
            check_kind(&kinds[i], 30, 5, 0);
        check_kind(&kinds[i], 30, check_extent(60, 15), 0);
    }
}

/* Which type has the largest part of a band. */
static snq_sight_type leading(const snq_sight_band *b)
{
    int best = 0;
    for (int t = 1; t < SNQ_SIGHT_TYPES; t++)
        if (b->type[t].percentage > b->type[best].percentage)
            best = t;
    return (snq_sight_type)best;
}

static void bands_say_what_swings_in_them(void **state)
{
    snq_sight s;
    made m = { .kind = MADE_OSC, .fps = 30, .seconds = 10, .hz = 2, .amp = 3, .speed = 30 };
    made_look(&m, &s);
    assert_int_equal(leading(&s.band[SNQ_SIGHT_MF]), SNQ_SIGHT_OSCILLATORY);
    assert_non_null(s.band[SNQ_SIGHT_HF].still);
    assert_non_null(s.band[SNQ_SIGHT_UHF].unobservable);
    check_near(s.drift.mean_velocity.value, 30, 0.5);
    check_near(s.drift.direction_deg.value, 0, 0.1);
    snq_sight_clear(&s);
    m = (made) { .kind = MADE_JITTER, .fps = 30, .seconds = 10, .amp = 2, .seed = 3 };
    made_look(&m, &s);
    assert_int_equal(leading(&s.band[SNQ_SIGHT_MF]), SNQ_SIGHT_CHAOTIC);
    assert_int_equal(leading(&s.band[SNQ_SIGHT_HF]), SNQ_SIGHT_CHAOTIC);
    snq_sight_clear(&s);
}

/* Noise that has no line must not be taken for a swing more often than 1 in 20 clips. */
static void noise_seldom_swings(void **state)
{
    uint32_t swings = 0, bands = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        snq_sight s;
        const made m = { .kind = MADE_JITTER,
                         .fps = 30,
                         .seconds = 6,
                         .amp = 1,
                         .seed = seed,
                         .across = 8,
                         .down = 6 };
        made_look(&m, &s);
        assert_int_not_equal(s.motion.type, SNQ_SIGHT_OSCILLATORY);
        for (int b = 0; b < SNQ_SIGHT_BANDS; b++)
            if (!s.band[b].unobservable && !s.band[b].still) {
                bands++;
                swings += leading(&s.band[b]) == SNQ_SIGHT_OSCILLATORY;
            }
        snq_sight_clear(&s);
    }
    assert_true(bands > 60);
    assert_true(swings * 20 <= bands);
}

static void aliasing_is_warned_of(void **state)
{
    snq_sight s;
    made m = { .kind = MADE_OSC, .fps = 60, .seconds = 6, .hz = 28.1, .amp = 0.5 };
    made_look(&m, &s);
    assert_non_null(snq_warnings_find(&s.warnings, "aliasing"));
    assert_true(s.band[SNQ_SIGHT_UHF].aliasing_risk.value > 0.9);
    check_near(s.band[SNQ_SIGHT_UHF].property[SNQ_SIGHT_PRIMARY_FREQUENCY].value, 28.1, 0.02);
    snq_sight_clear(&s);
    m.hz = 18;
    made_look(&m, &s);
    assert_null(snq_warnings_find(&s.warnings, "aliasing"));
    assert_true(s.band[SNQ_SIGHT_UHF].aliasing_risk.value < 0.05);
    snq_sight_clear(&s);
    m = (made) { .kind = MADE_LEAVES, .fps = 30, .seconds = 8, .amp = 0.3 }; /* even, no line */
    made_look(&m, &s);
    assert_null(snq_warnings_find(&s.warnings, "aliasing"));
    check_near(s.band[SNQ_SIGHT_HF].aliasing_risk.value, 0.45, 0.1);
    snq_sight_clear(&s);
}

/* One clip of drift, swing and jitter in random parts; 1 when its type is that of the largest. */
static int mixture(snq_rng *r, double *confidence)
{
    enum { W = 4, H = 3, FPS = 30 };
    const uint32_t frames = (uint32_t)(FPS * (4 + 8 * snq_rng_uniform(r)));
    const double swing = snq_rng_uniform(r), hz = 1.2 + 10 * snq_rng_uniform(r);
    const double drift = snq_rng_uniform(r) < 0.3 ? snq_rng_uniform(r) : 0, rest = 1 - drift;
    const double phase = 2 * M_PI * snq_rng_uniform(r), noise = sqrt((1 - swing) * rest / 2);
    const snq_motion_cfg c = snq_motion_cfg_default(FPS, 320, 240, W, H);
    const snq_sight_type want = drift > 0.5   ? SNQ_SIGHT_DIRECTIONAL
                                : swing > 0.5 ? SNQ_SIGHT_OSCILLATORY
                                              : SNQ_SIGHT_CHAOTIC;
    snq_motion *m;
    snq_sight s;
    check_ok(snq_motion_new(&c, &m));
    for (uint32_t t = 0; t < frames; t++) {
        float lattice[W * H * 3];
        const double u = sqrt(drift) + noise * snq_rng_normal(r) +
                         sqrt(2 * swing * rest) * sin(2 * M_PI * hz * t / FPS + phase);
        const double v = noise * snq_rng_normal(r);
        for (int i = 0; i < W * H; i++) {
            lattice[3 * i] = (float)u;
            lattice[3 * i + 1] = (float)v;
            lattice[3 * i + 2] = 1;
        }
        check_ok(snq_motion_push(m, lattice, 0));
    }
    snq_sight_init(&s);
    check_ok(snq_motion_finish(m, NULL, 0, &s));
    const int right = s.motion.type == want;
    *confidence = s.motion.confidence;
    snq_sight_clear(&s);
    snq_motion_free(m);
    return right;
}

/* Of answers given with a confidence of 80 %, some 80 % must be right. */
static void confidence_is_calibrated(void **state)
{
    enum { CLIPS = check_extent(1500, 200), BINS = 5 };
    double sum[BINS] = { 0 }, right[BINS] = { 0 }, n[BINS] = { 0 };
    snq_rng r;
    snq_rng_init(&r, 12);
    for (int i = 0; i < CLIPS; i++) {
        double confidence;
        const int is_right = mixture(&r, &confidence);
        const int b = (int)fmin(BINS - 1, (confidence - 0.5) * 2 * BINS);
        assert_true(confidence >= 0.5 && confidence <= 1);
        sum[b] += confidence;
        right[b] += is_right;
        n[b] += 1;
    }
    for (int b = 0; b < BINS; b++)
        if (n[b] >= 30)
            check_near(right[b] / n[b], sum[b] / n[b], 0.12);
    assert_true(n[BINS - 1] > CLIPS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_type),       cmocka_unit_test(short_and_long_ones_too),
        cmocka_unit_test(bands_say_what_swings_in_them), cmocka_unit_test(noise_seldom_swings),
        cmocka_unit_test(aliasing_is_warned_of),         cmocka_unit_test(confidence_is_calibrated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
