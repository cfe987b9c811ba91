// SPDX-License-Identifier: MIT
/* The watcher on films whose motion is known: a texture of waves that is moved exactly. */
#include "support/check.h"

#include <math.h>

#include "base/alloc.h"
#include "score/sight_pack.h"
#include "support/sweep.h"
#include "watch/watcher.h"

enum { W = 96, H = 72, PIXELS = W * H };
#define FPS 30.0

/* A picture of the texture, its content moved by (dx, dy) px (right, down); `kind` another texture. */
static void draw(uint8_t *to, double dx, double dy, int kind)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const double u = x - dx + 300 * kind, v = y - dy + 170 * kind;
            const double s = sin(0.41 * u + 0.13 * v) + sin(0.23 * v - 0.31 * u + 1) +
                             sin(0.19 * u + 0.37 * v + 2) + sin(0.11 * u - 0.07 * v);
            to[y * W + x] = (uint8_t)lrint(128 + 28 * s + (kind ? -20 : 0));
        }
}

/* Where the content is at picture n. */
typedef struct film {
    int pictures;
    double (*dx)(int n);
    int cut;      /* picture that begins another shot, 0: none */
    int pulldown; /* each fifth picture is the one before */
    double fps;
} film;

static double sway(int n)
{
    return 1.5 * sin(2 * M_PI * 2.0 * n / FPS);
}

static double pan(int n)
{
    return 0.8 * n;
}

static double rest(int n)
{
    return 0;
}

/* Moves, stands for a second, moves on. */
static double stop_and_go(int n)
{
    return 0.8 * (n < 60 ? n : n < 90 ? 60 : n - 30);
}

static snq_status push_picture(snq_watcher *w, const uint8_t *luma, int same)
{
    const snq_watcher_picture p = { .luma = { luma, W, H, 1, W }, .repeated = same, .same = same };
    return snq_watcher_push(w, &p);
}

static void show(snq_watcher *w, const film *f)
{
    static uint8_t luma[PIXELS];
    double before = NAN;
    for (int n = 0; n < f->pictures; n++) {
        /* of five pictures shown there were four */
        const double at = f->dx(f->pulldown ? n - n / 5 - (n % 5 == 4) : n);
        const int cut = f->cut && n == f->cut, same = at == before && !cut;
        draw(luma, at, 0, f->cut && n >= f->cut);
        check_ok(push_picture(w, luma, same));
        before = at;
    }
}

static snq_watcher_cfg cfg_for(const film *f)
{
    return snq_watcher_cfg_default(f->fps > 0 ? f->fps : FPS, W, H);
}

static void watch(const film *f, const snq_watcher_cfg *cfg, snq_sight *s)
{
    snq_watcher *w;
    check_ok(snq_watcher_new(cfg, &w));
    show(w, f);
    snq_sight_init(s);
    check_ok(snq_watcher_finish(w, s));
    snq_watcher_free(w);
}

static void a_sway_is_named_and_measured(void **state)
{
    const film f = { .pictures = 150, .dx = sway };
    const snq_watcher_cfg cfg = cfg_for(&f);
    snq_sight s;
    watch(&f, &cfg, &s);
    assert_null(s.motion_reason);
    assert_int_equal(s.motion.type, SNQ_SIGHT_OSCILLATORY);
    assert_int_equal(s.motion.shape, SNQ_SIGHT_LINEAR);
    const snq_sight_band *mf = &s.band[SNQ_SIGHT_MF];
    assert_null(mf->still);
    check_near(mf->property[SNQ_SIGHT_PRIMARY_FREQUENCY].value, 2.0, 0.05);
    /* 4 A f, less what sampling takes */
    check_near(mf->mean_magnitude.value, 4 * 1.5 * 2.0, 0.6);
    assert_int_equal(s.events, 0);
    assert_null(s.picture_reason);
    check_near(s.picture.luma_mean.value, 0.5, 0.02);
    assert_null(s.camera_reason);
    snq_sight_clear(&s);
}

static void velocities_are_in_pixels_of_the_source(void **state)
{
    const film f = { .pictures = 90, .dx = pan };
    snq_watcher_cfg cfg = cfg_for(&f);
    snq_sight s;
    cfg.source_width = 4 * W;
    cfg.source_height = 4 * H;
    watch(&f, &cfg, &s);
    assert_int_equal(s.motion.type, SNQ_SIGHT_DIRECTIONAL);
    check_near(s.drift.mean_velocity.value, 0.8 * FPS * 4, 3);
    check_near(fmod(s.drift.direction_deg.value + 180, 360), 180, 1.5);
    snq_sight_clear(&s);
}

static snq_str bytes_of(const snq_sight *s)
{
    snq_str bytes;
    snq_str_init(&bytes, 1 << 24);
    snq_sight_pack(&bytes, s);
    check_ok(bytes.st);
    return bytes;
}

static void threads_change_nothing(void **state)
{
    const film f = { .pictures = 70, .dx = sway, .cut = 40 };
    snq_watcher_cfg cfg = cfg_for(&f);
    snq_sight a, b;
    cfg.windows = 1;
    watch(&f, &cfg, &a);
    snq_str x = bytes_of(&a);
    for (cfg.threads = 2; cfg.threads <= 5; cfg.threads++) {
        watch(&f, &cfg, &b);
        snq_str y = bytes_of(&b);
        assert_int_equal(x.length, y.length);
        assert_memory_equal(x.text, y.text, x.length);
        snq_str_clear(&y);
        snq_sight_clear(&b);
    }
    snq_str_clear(&x);
    snq_sight_clear(&a);
}

static void cuts_are_told_to_motion(void **state)
{
    const film f = { .pictures = 150, .dx = sway, .cut = 80 };
    const snq_watcher_cfg cfg = cfg_for(&f);
    snq_sight s;
    watch(&f, &cfg, &s);
    assert_int_equal(s.events, 1);
    assert_int_equal(s.event[0].kind, SNQ_SIGHT_CUT);
    check_near(s.event[0].t_s, 80 / FPS, 1e-9);
    assert_int_equal(s.motion.type, SNQ_SIGHT_OSCILLATORY);
    check_near(s.band[SNQ_SIGHT_MF].property[SNQ_SIGHT_PRIMARY_FREQUENCY].value, 2.0, 0.1);
    assert_true(s.band[SNQ_SIGHT_HF].mean_magnitude.value < 1);
    snq_sight_clear(&s);
}

static void pulldown_is_no_rhythm(void **state)
{
    const film f = { .pictures = 120, .dx = pan, .pulldown = 1 };
    const snq_watcher_cfg cfg = cfg_for(&f);
    snq_sight s;
    watch(&f, &cfg, &s);
    assert_int_equal(s.motion.type, SNQ_SIGHT_DIRECTIONAL);
    /* 24 new pictures a second, 0.8 px each; bridged, there is no line at 6 Hz */
    check_near(s.drift.mean_velocity.value, 0.8 * 24, 0.6);
    assert_true(s.band[SNQ_SIGHT_HF].mean_magnitude.value < 0.05 * FPS);
    snq_sight_clear(&s);
}

static const snq_series *speed_of(const snq_sight *s)
{
    for (uint32_t i = 0; i < s->columns; i++)
        if (strcmp(s->column[i].series.name, "mean_speed") == 0)
            return &s->column[i].series;
    fail_msg("no column of mean_speed");
    return NULL;
}

/* A pan is steady, whatever the cut in it and the pictures shown twice; a stop is one. */
static void speed_follows_in_a_quarter_of_a_second(void **state)
{
    static const film films[] = { { .pictures = 120, .dx = pan, .cut = 61 },
                                  { .pictures = 119, .dx = pan, .pulldown = 1 },
                                  { .pictures = 150, .dx = stop_and_go } };
    for (int k = 0; k < 3; k++) {
        snq_watcher_cfg cfg = cfg_for(&films[k]);
        snq_sight s;
        cfg.windows = 1;
        watch(&films[k], &cfg, &s);
        const snq_series *speed = speed_of(&s);
        double sum = 0;
        for (uint32_t i = 0; i < speed->length; i++) {
            const double t_s = 0.25 * i, v = 0.8 * (k == 1 ? 24 : FPS);
            assert_true(speed->valid[i]);
            sum += (double)speed->value[i];
            if (k == 2 && t_s > 2.1 && t_s < 2.9)
                check_near((double)speed->value[i], 0, 0.2);
            else if (k < 2 || t_s < 1.8 || t_s > 3.2)
                check_near((double)speed->value[i], v, (k == 1 ? 0.15 : 0.04) * v);
        }
        if (k == 1) /* a step has seven pictures and a half, with one stop or two */
            check_near(sum / (double)speed->length, 0.8 * 24, 0.4);
        snq_sight_clear(&s);
    }
}

static void what_stands_still_is_not_bridged(void **state)
{
    const film f = { .pictures = 150, .dx = stop_and_go };
    const snq_watcher_cfg cfg = cfg_for(&f);
    snq_sight s;
    watch(&f, &cfg, &s);
    check_near(s.drift.mean_velocity.value, 0.8 * FPS * 120 / 150, 0.6);
    snq_sight_clear(&s);
}

static void stabilized_pictures_stand(void **state)
{
    const film f = { .pictures = 90, .dx = pan };
    snq_watcher_cfg cfg = cfg_for(&f);
    snq_sight s;
    cfg.stabilize = cfg.windows = 1;
    watch(&f, &cfg, &s);
    assert_int_equal(s.motion.type, SNQ_SIGHT_STATIC);
    for (uint32_t i = 0; i < speed_of(&s)->length; i++)
        check_near((double)speed_of(&s)->value[i], 0, 1.5);
    check_near(s.camera.translation_px_s[0], 0.8 * FPS, 0.5);
    snq_sight_clear(&s);
}

static void still_films_are_static(void **state)
{
    const film f = { .pictures = 60, .dx = rest };
    const snq_watcher_cfg cfg = cfg_for(&f);
    snq_sight s;
    watch(&f, &cfg, &s);
    assert_int_equal(s.motion.type, SNQ_SIGHT_STATIC);
    assert_int_equal(s.motion.shape, SNQ_SIGHT_SHAPELESS);
    snq_sight_clear(&s);
}

static void too_few_pictures_have_reasons(void **state)
{
    for (int pictures = 0; pictures < 3; pictures++) {
        const film f = { .pictures = pictures, .dx = sway };
        snq_watcher_cfg cfg = cfg_for(&f);
        snq_sight s;
        cfg.windows = 1;
        watch(&f, &cfg, &s);
        assert_non_null(s.motion_reason);
        if (pictures == 1)
            assert_string_equal(s.camera_reason, "a single picture");
        assert_int_equal(s.picture_reason == NULL, pictures > 0);
        snq_str bytes = bytes_of(&s);
        snq_str_clear(&bytes);
        snq_sight_clear(&s);
    }
    const film slow = { .pictures = 8, .dx = sway, .fps = 0.5 };
    const snq_watcher_cfg cfg = cfg_for(&slow);
    snq_sight s;
    watch(&slow, &cfg, &s);
    assert_string_equal(s.motion_reason, "less than a picture a second");
    assert_null(s.picture_reason);
    snq_sight_clear(&s);
}

static void times_are_those_of_the_file(void **state)
{
    const film f = { .pictures = 90, .dx = sway, .cut = 45 };
    snq_watcher_cfg cfg = cfg_for(&f);
    snq_sight s;
    cfg.start_s = 100.0;
    cfg.windows = 1;
    watch(&f, &cfg, &s);
    check_near(s.event[0].t_s, 101.5, 1e-9);
    assert_true(s.has_windows && s.columns > 4);
    assert_int_equal(s.column[s.columns - 1].band, -1);
    for (uint32_t i = 0; i < s.columns; i++) {
        check_near(s.column[i].series.start_s, 100.0, 1e-9);
        assert_int_equal(s.column[i].series.length, s.column[0].series.length);
    }
    snq_sight_clear(&s);
}

static void a_look_is_filled(void **state)
{
    const film f = { .pictures = 90, .dx = sway };
    snq_watcher_cfg cfg = cfg_for(&f);
    snq_watch_look look;
    snq_sight s;
    snq_watch_look_init(&look);
    cfg.look = &look;
    watch(&f, &cfg, &s);
    assert_int_equal(s.has_windows, 0);
    assert_int_equal(s.columns, 0);
    assert_int_equal(look.still_width, W);
    assert_true(look.across > 8 && look.down > 8 && look.points > 8 && look.steps > 8);
    const uint32_t middle = look.down / 2 * look.across + look.across / 2;
    assert_true(look.speed[SNQ_SIGHT_MF * look.across * look.down + middle] > 5);
    assert_true(look.energy[SNQ_SIGHT_MF * look.steps + look.steps / 2] > 50);
    assert_true(look.motion[look.steps / 2] > 50 && look.luma[0] > 0.4f);
    uint32_t top = 0;
    for (uint32_t i = 1; i < look.points; i++)
        top = look.power[i] > look.power[top] ? i : top;
    check_near((double)look.hz[top], 2.0, 0.3);
    snq_str bytes;
    snq_str_init(&bytes, SNQ_WATCH_LOOK_PACKED_MAX);
    snq_watch_look_pack(&bytes, &look);
    check_ok(bytes.st);
    snq_unpack u;
    snq_unpack_init(&u, bytes.text, bytes.length);
    snq_watch_look back;
    check_ok(snq_watch_look_unpack(&u, &back)); /* it is legal */
    snq_watch_look_clear(&back);
    snq_str_clear(&bytes);
    snq_watch_look_clear(&look);
    snq_sight_clear(&s);
}

static void misuse_is_refused(void **state)
{
    static uint8_t luma[PIXELS];
    snq_watcher_cfg cfg = snq_watcher_cfg_default(FPS, 8, 8);
    snq_watcher *w;
    snq_sight s;
    check_status(snq_watcher_new(&cfg, &w), SNQ_ERR_RANGE);
    assert_null(w);
    cfg = snq_watcher_cfg_default(FPS, W, H);
    check_ok(snq_watcher_new(&cfg, &w));
    const snq_watcher_picture small = { .luma = { luma, W, H - 1, 1, W } };
    check_status(snq_watcher_push(w, &small), SNQ_ERR_ARG);
    check_ok(push_picture(w, luma, 0));
    snq_sight_init(&s);
    check_ok(snq_watcher_finish(w, &s));
    check_status(push_picture(w, luma, 0), SNQ_ERR_STATE);
    check_status(snq_watcher_finish(w, &s), SNQ_ERR_STATE);
    snq_sight_clear(&s);
    snq_watcher_free(w);
    snq_watcher_free(NULL);
}

static snq_status make(void *user, void **out)
{
    return snq_watcher_new(user, (snq_watcher **)out);
}

static void unmake(void *w)
{
    snq_watcher_free(w);
}

/* All of a short film. */
static snq_status make_all(void *user, void **out)
{
    static uint8_t luma[PIXELS];
    snq_watcher *w;
    snq_sight *s = snq_calloc(1, sizeof *s);
    if (!s)
        return SNQ_ERR_NOMEM;
    snq_sight_init(s);
    snq_status st = snq_watcher_new(user, &w);
    for (int n = 0; n < 8 && st >= 0; n++) {
        draw(luma, sway(n), 0, 0);
        st = push_picture(w, luma, 0);
    }
    if (st >= 0)
        st = snq_watcher_finish(w, s);
    snq_watcher_free(w);
    if (st < 0) {
        snq_sight_clear(s);
        snq_free(s);
    } else
        *out = s;
    return st;
}

static void unmake_all(void *s)
{
    snq_sight_clear(s);
    snq_free(s);
}

static void allocations_may_fail(void **state)
{
    snq_watcher_cfg cfg = snq_watcher_cfg_default(FPS, 32, 24);
    assert_true(snq_sweep(make, unmake, &cfg) > 5);
    cfg = snq_watcher_cfg_default(FPS, W, H);
    cfg.windows = 1;
    assert_true(snq_sweep(make_all, unmake_all, &cfg) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sway_is_named_and_measured),
        cmocka_unit_test(velocities_are_in_pixels_of_the_source),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(cuts_are_told_to_motion),
        cmocka_unit_test(pulldown_is_no_rhythm),
        cmocka_unit_test(speed_follows_in_a_quarter_of_a_second),
        cmocka_unit_test(what_stands_still_is_not_bridged),
        cmocka_unit_test(stabilized_pictures_stand),
        cmocka_unit_test(still_films_are_static),
        cmocka_unit_test(too_few_pictures_have_reasons),
        cmocka_unit_test(times_are_those_of_the_file),
        cmocka_unit_test(a_look_is_filled),
        cmocka_unit_test(misuse_is_refused),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
