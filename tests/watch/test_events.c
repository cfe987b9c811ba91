// SPDX-License-Identifier: MIT
/* Films of smooth noise, made here: shots differ in texture, light and colour. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/rng.h"
#include "support/sweep.h"
#include "watch/events.h"

enum { W = 160, H = 90, CW = 40, CH = 22, TEX = 256, TEXTURES = 4, ACROSS = 32, DOWN = 18 };

static double texture[TEXTURES][TEX * TEX]; /* mean 0, deviation 1, periodic */

static int make_textures(void **state)
{
    enum { WAVES = 14 };
    for (uint64_t k = 0; k < TEXTURES; k++) {
        snq_rng r;
        snq_rng_init(&r, k);
        memset(texture[k], 0, sizeof texture[k]);
        for (int i = 0; i < WAVES; i++) {
            const double fx = (double)snq_rng_below(&r, 15) - 7,
                         fy = (double)snq_rng_below(&r, 15) - 7;
            const double phase = 2 * M_PI * snq_rng_uniform(&r);
            for (int n = 0; n < TEX * TEX; n++)
                texture[k][n] += sqrt(2.0 / WAVES) *
                                 sin(2 * M_PI * (fx * (n % TEX) + fy * (n / TEX)) / TEX + phase);
        }
    }
    return 0;
}

/* One picture to be shown. */
typedef struct scene {
    int texture;
    double x, y, light, contrast; /* px; levels */
    double u, v;                  /* flow that leads here, px a frame */
    int cb, cr;
    int over;     /* the texture laid over it, */
    double share; /* and how much: 0 .. 1 */
    int no_flow;
} scene;

typedef struct film {
    snq_events *e;
    snq_events_cfg cfg;
    uint8_t y[W * H], cb[CW * CH], cr[CW * CH];
    float lattice[3 * ACROSS * DOWN];
    uint64_t n;
    int repeated;
} film;

static void begin(film *f, double fps)
{
    memset(f, 0, sizeof *f);
    f->cfg = snq_events_cfg_default(fps, W, H, ACROSS, DOWN);
    check_ok(snq_events_new(&f->cfg, &f->e));
}

static scene shot(int k)
{
    return (scene) {
        .texture = k, .light = 100 + 15 * k, .contrast = 28, .cb = 110 + 12 * k, .cr = 128
    };
}

static double luma_at(const scene *s, int k, int x, int y)
{
    const int i = ((int)lrint(x - s->x) % TEX + TEX) % TEX,
              j = ((int)lrint(y - s->y) % TEX + TEX) % TEX;
    return texture[k][j * TEX + i];
}

static void show(film *f, const scene *s)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            double v = luma_at(s, s->texture, x, y);
            if (s->share > 0)
                v = (1 - s->share) * v + s->share * luma_at(s, s->over, x, y);
            f->y[y * W + x] = (uint8_t)fmin(fmax(lrint(s->light + s->contrast * v), 0), 255);
        }
    memset(f->cb, s->cb, sizeof f->cb);
    memset(f->cr, s->cr, sizeof f->cr);
    for (int i = 0; i < ACROSS * DOWN; i++) {
        f->lattice[3 * i] = (float)s->u;
        f->lattice[3 * i + 1] = (float)s->v;
        f->lattice[3 * i + 2] = 1;
    }
    const snq_events_picture p = { .luma = { f->y, W, H, 1, W },
                                   .cb = { f->cb, CW, CH, 1, CW },
                                   .cr = { f->cr, CW, CH, 1, CW },
                                   .lattice = f->n && !s->no_flow ? f->lattice : NULL,
                                   .t_s = (double)f->n / f->cfg.fps,
                                   .repeated = f->repeated };
    check_ok(snq_events_push(f->e, &p));
    f->n++;
}

static void hold(film *f, const scene *s, int pictures)
{
    for (int i = 0; i < pictures; i++)
        show(f, s);
}

/* Ends the film and holds its events against (kind, picture) pairs, -1 ends them; tolerance in
 * pictures for fades. */
static void check_events(film *f, const int (*want)[2])
{
    snq_sight s;
    snq_sight_init(&s);
    check_ok(snq_events_end(f->e));
    assert_int_equal(snq_events_settled(f->e), f->n);
    check_ok(snq_events_finish(f->e, &s));
    assert_null(s.events_reason);
    uint32_t n = 0;
    size_t cuts = 0, listed;
    const uint64_t *cut = snq_events_cuts(f->e, &listed);
    for (; want[n][0] >= 0; n++) {
        if (n >= s.events)
            fail_msg("event %u of kind %d at picture %d is missing", n, want[n][0], want[n][1]);
        const snq_sight_event *v = &s.event[n];
        if ((int)v->kind != want[n][0])
            fail_msg("event %u is a %s at %g, not of kind %d at %d", n,
                     snq_sight_event_name(v->kind), v->t_s * f->cfg.fps, want[n][0], want[n][1]);
        check_near(v->t_s * f->cfg.fps, want[n][1], v->kind == SNQ_SIGHT_FADE ? 2 : 1e-6);
        assert_true(v->strength > 0 && v->strength <= 1);
        if (v->kind == SNQ_SIGHT_CUT) {
            assert_true(cuts < listed);
            assert_int_equal(cut[cuts++], want[n][1]);
        }
    }
    if (s.events > n)
        fail_msg("a %s at %g too many", snq_sight_event_name(s.event[n].kind),
                 s.event[n].t_s * f->cfg.fps);
    assert_int_equal(cuts, listed);
    snq_sight_clear(&s);
    snq_events_free(f->e);
}

static film f;

static void cuts_are_found_at_their_picture(void **state)
{
    static const double rates[] = { 12, 25, 60 };
    for (size_t r = 0; r < SNQ_COUNT(rates); r++) {
        begin(&f, rates[r]);
        for (int k = 0; k < 4; k++) {
            scene s = shot(k);
            for (int i = 0; i < 40; i++) { /* each shot pans, by 0.2 heights a second */
                s.u = 0.2 * H / rates[r];
                s.x += s.u;
                show(&f, &s);
            }
        }
        check_events(&f, (const int[][2]) { { SNQ_SIGHT_CUT, 40 },
                                            { SNQ_SIGHT_CUT, 80 },
                                            { SNQ_SIGHT_CUT, 120 },
                                            { -1, 0 } });
    }
}

static void a_mixed_picture_makes_one_cut(void **state)
{
    begin(&f, 25);
    scene s = shot(0);
    hold(&f, &s, 30);
    s.over = 2;
    s.share = 0.5;
    show(&f, &s);
    s = shot(2);
    s.light = 100;
    s.cb = 110;
    hold(&f, &s, 30);
    check_events(&f, (const int[][2]) { { SNQ_SIGHT_CUT, 31 }, { -1, 0 } });
}

/* Plain pictures have no texture to be held together: colour and light decide. */
static void plain_pictures_are_cut_by_colour(void **state)
{
    begin(&f, 25);
    scene s = { .light = 80, .cb = 90, .cr = 170 };
    hold(&f, &s, 30);
    s = (scene) { .light = 150, .cb = 160, .cr = 90 };
    hold(&f, &s, 30);
    check_events(&f, (const int[][2]) { { SNQ_SIGHT_CUT, 30 }, { -1, 0 } });
}

static void light_that_comes_and_goes_is_a_flash(void **state)
{
    begin(&f, 25);
    scene s = shot(1);
    for (int i = 0; i < 100; i++) {
        s.light = 110 + (i >= 40 ? 80 * exp(-(i - 40) / 3.0) : 0);
        show(&f, &s);
    }
    /* one white picture hides the shot, which goes on; then light that stays is an accent */
    scene white = { .light = 250, .cb = 128, .cr = 128 };
    show(&f, &white);
    s.light = 110;
    hold(&f, &s, 49);
    s.light = 150;
    hold(&f, &s, 50);
    /* a black picture in between */
    scene black = { .light = 0, .cb = 128, .cr = 128 };
    show(&f, &black);
    hold(&f, &s, 40);
    check_events(&f, (const int[][2]) { { SNQ_SIGHT_FLASH, 40 },
                                        { SNQ_SIGHT_FLASH, 100 },
                                        { SNQ_SIGHT_ACCENT, 150 },
                                        { SNQ_SIGHT_ACCENT, 200 },
                                        { -1, 0 } });
}

static void jolts_are_accents(void **state)
{
    static const int without[] = { 0, 1 };
    for (size_t k = 0; k < SNQ_COUNT(without); k++) {
        begin(&f, 25);
        scene s = shot(1);
        s.no_flow = without[k];
        double before = 0;
        for (int i = 0; i < 120; i++) {
            s.x = 0.4 * i + (i >= 60 ? 12 * exp(-(i - 60) / 3.0) : 0);
            s.u = s.x - before;
            before = s.x;
            show(&f, &s);
        }
        check_events(&f, (const int[][2]) { { SNQ_SIGHT_ACCENT, 60 }, { -1, 0 } });
    }
}

static void steady_motion_and_sway_are_no_accents(void **state)
{
    begin(&f, 25);
    scene s = shot(2);
    double before = 0;
    for (int i = 0; i < 200; i++) {
        s.x = 15 * sin(2 * M_PI * 1.5 * i / 25) + 0.5 * i;
        s.u = s.x - before;
        before = s.x;
        f.repeated = i == 100; /* says nothing new, and does no harm */
        show(&f, &s);
    }
    check_events(&f, (const int[][2]) { { -1, 0 } });
}

static void fades_and_dissolves_are_found_at_their_middle(void **state)
{
    static const double rates[] = { 25, 50 };
    for (size_t r = 0; r < SNQ_COUNT(rates); r++) {
        const int slow = (int)(rates[r] / 25);
        begin(&f, rates[r]);
        scene s = shot(0);
        hold(&f, &s, 50 * slow);
        for (int i = 1; i <= 20 * slow; i++) { /* to black: 50 .. 70 */
            const double g = 1 - i / (20.0 * slow);
            s.light = 100 * g;
            s.contrast = 28 * g;
            show(&f, &s);
        }
        hold(&f, &s, 12 * slow);
        s = shot(1);
        for (int i = 1; i <= 14 * slow; i++) { /* from black: 82 .. 96 */
            const double g = i / (14.0 * slow);
            s.light = 115 * g;
            s.contrast = 28 * g;
            show(&f, &s);
        }
        hold(&f, &s, 54 * slow);
        s.over = 3;
        for (int i = 1; i <= 24 * slow; i++) { /* dissolve: 150 .. 174 */
            s.share = i / (24.0 * slow);
            show(&f, &s);
        }
        hold(&f, &s, 60 * slow);
        check_events(&f, (const int[][2]) { { SNQ_SIGHT_FADE, 60 * slow },
                                            { SNQ_SIGHT_FADE, 89 * slow },
                                            { SNQ_SIGHT_FADE, 162 * slow },
                                            { -1, 0 } });
    }
}

/* A lamp that is dimmed changes the light, not the picture. */
static void dimming_is_no_fade(void **state)
{
    begin(&f, 25);
    scene s = shot(1);
    hold(&f, &s, 40);
    for (int i = 1; i <= 20; i++) {
        s.light = 115 - 2.5 * i;
        s.contrast = 28 - 0.5 * i;
        show(&f, &s);
    }
    hold(&f, &s, 40);
    check_events(&f, (const int[][2]) { { -1, 0 } });
}

static void what_is_settled_stays(void **state)
{
    begin(&f, 25);
    scene s = shot(0);
    size_t cuts;
    for (int i = 0; i < 100; i++) {
        s = shot(i / 50);
        show(&f, &s);
        snq_events_cuts(f.e, &cuts);
        assert_int_equal(snq_events_settled(f.e), i < 25 ? 0 : i - 24);
        assert_int_equal(cuts, i >= 75);
    }
    check_events(&f, (const int[][2]) { { SNQ_SIGHT_CUT, 50 }, { -1, 0 } });
}

static void high_rates_and_small_pictures_work(void **state)
{
    begin(&f, 1000);
    scene s = shot(0);
    for (int i = 0; i < 900; i++) {
        s = shot(i / 300);
        s.x = 0.05 * i;
        s.u = 0.05;
        show(&f, &s);
    }
    check_events(&f,
                 (const int[][2]) { { SNQ_SIGHT_CUT, 300 }, { SNQ_SIGHT_CUT, 600 }, { -1, 0 } });
    snq_events_cfg cfg = snq_events_cfg_default(0.5, 1, 1, 0, 0);
    snq_events *e;
    check_ok(snq_events_new(&cfg, &e));
    const uint8_t one = 77;
    const snq_events_picture p = { .luma = { &one, 1, 1, 1, 1 } };
    for (int i = 0; i < 20; i++)
        check_ok(snq_events_push(e, &p));
    check_ok(snq_events_end(e));
    check_ok(snq_events_end(e));
    snq_sight sight;
    snq_sight_init(&sight);
    check_ok(snq_events_finish(e, &sight));
    assert_int_equal(sight.events, 0);
    assert_null(sight.events_reason);
    snq_events_free(e);
    snq_sight_clear(&sight);
}

static snq_status make_new(void *user, void **object)
{
    return snq_events_new(user, (snq_events **)object);
}

static void unmake(void *object)
{
    snq_events_free(object);
}

static void bounds_are_kept(void **state)
{
    snq_events_cfg good = snq_events_cfg_default(25, W, H, ACROSS, DOWN), bad[5];
    snq_sweep(make_new, unmake, &good);
    for (size_t i = 0; i < SNQ_COUNT(bad); i++)
        bad[i] = good;
    bad[0].fps = NAN;
    bad[1].fps = 0;
    bad[2].width = 0;
    bad[3].height = 9000;
    bad[4].across = 5000;
    snq_events *e;
    for (size_t i = 0; i < SNQ_COUNT(bad); i++) {
        check_status(snq_events_new(&bad[i], &e), SNQ_ERR_RANGE);
        assert_null(e);
    }
    check_ok(snq_events_new(&good, &e));
    snq_sight s;
    snq_sight_init(&s);
    check_status(snq_events_finish(e, &s), SNQ_ERR_STATE);
    const snq_events_picture small = { .luma = { f.y, W / 2, H, 1, W } };
    check_status(snq_events_push(e, &small), SNQ_ERR_ARG);
    check_ok(snq_events_end(e));
    check_status(snq_events_push(e, &small), SNQ_ERR_STATE);
    check_ok(snq_events_finish(e, &s));
    assert_string_equal(s.events_reason, "no picture");
    snq_events_free(e);
    snq_events_free(NULL);
    snq_sight_clear(&s);
}

static void without_memory_or_room_lists_end(void **state)
{
    const int64_t live = snq_alloc_live();
    for (int n = 0; n < 2; n++) {
        begin(&f, 25);
        for (int i = 0; i < 60; i++) {
            const scene s = shot(i / 40);
            show(&f, &s);
        }
        snq_alloc_fail_after(n); /* the list of cuts, then that of events */
        check_status(snq_events_end(f.e), SNQ_ERR_NOMEM);
        snq_alloc_fail_after(-1);
        snq_events_free(f.e);
    }
    begin(&f, 25);
    snq_events_free(f.e);
    f.cfg.events_max = 1;
    check_ok(snq_events_new(&f.cfg, &f.e));
    for (int i = 0; i < 120; i++) {
        const scene s = shot(i / 30);
        show(&f, &s);
    }
    check_ok(snq_events_end(f.e));
    size_t cuts;
    snq_events_cuts(f.e, &cuts);
    assert_int_equal(cuts, 3);
    snq_sight s;
    snq_sight_init(&s);
    snq_alloc_fail_after(0);
    check_status(snq_events_finish(f.e, &s), SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    assert_non_null(s.events_reason);
    check_ok(snq_events_finish(f.e, &s));
    assert_int_equal(s.events, 1);
    snq_events_free(f.e);
    snq_sight_clear(&s);
    assert_int_equal(snq_alloc_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_are_found_at_their_picture),
        cmocka_unit_test(a_mixed_picture_makes_one_cut),
        cmocka_unit_test(plain_pictures_are_cut_by_colour),
        cmocka_unit_test(light_that_comes_and_goes_is_a_flash),
        cmocka_unit_test(jolts_are_accents),
        cmocka_unit_test(steady_motion_and_sway_are_no_accents),
        cmocka_unit_test(fades_and_dissolves_are_found_at_their_middle),
        cmocka_unit_test(dimming_is_no_fade),
        cmocka_unit_test(what_is_settled_stays),
        cmocka_unit_test(high_rates_and_small_pictures_work),
        cmocka_unit_test(bounds_are_kept),
        cmocka_unit_test(without_memory_or_room_lists_end),
    };
    return cmocka_run_group_tests(tests, make_textures, NULL);
}
