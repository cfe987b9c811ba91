// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "map_stand.h"

static const char *const waves[] = { "sine", "saw", "square" };
static const snq_param param[MAP_STAND_LANES] = {
    { "bass.cutoff", "hz", 100, 10000, 1000, SNQ_PARAM_LOG, NULL, "how open" },
    { "hats.density", "", 0, 1, 0.5f, SNQ_PARAM_LINEAR, NULL, "how many" },
    { "bass.wave", "", 0, 2, 0, SNQ_PARAM_DISCRETE, waves, "its wave" },
    { "pad.level", "", 0, 1, 0.3f, SNQ_PARAM_LINEAR, NULL, "how loud" },
};

static void make_strip(snq_film_strip *s)
{
    static uint8_t luma[64 * 36], blue[64 * 36], red[64 * 36];
    const snq_picture y = { luma, 64, 36, 1, 64 };
    for (int i = 0; i < 20; i++) {
        const int late = i >= 10;
        memset(luma, 76, sizeof luma);
        memset(blue, late ? 255 : 85, sizeof blue);
        memset(red, late ? 107 : 255, sizeof red);
        const snq_picture b = { blue, 64, 36, 1, 64 }, r = { red, 64, 36, 1, 64 };
        check_ok(snq_film_strip_push(s, &y, &b, &r, 0.5 * i));
    }
}

static void make_lanes(map_stand *m)
{
    static const char *const lines[] = { "oscillatory.mf.primary_frequency 0.5\xE2\x80\x93"
                                         "5 Hz \xE2\x86\x92 100\xE2\x80\x93"
                                         "10000",
                                         "picture.luma_mean",
                                         "three",
                                         "4",
                                         "5",
                                         "6" };
    static const snq_span some = { 2, 3 }, all = { 0, 10 };
    for (int i = 0; i < MAP_STAND_LANES; i++) {
        m->lane[i] = (snq_map_sheet_lane) { .param = &param[i],
                                            .curve = &m->curve[i],
                                            .acts = (uint8_t)(i % 3),
                                            .out = { param[i].min, param[i].max },
                                            .source = lines,
                                            .sources = 1 };
        m->curve[i] = (snq_curve) { 0 };
    }
    m->lane[0].acts = SNQ_MAP_SHEET_SOUND;
    m->lane[0].reason = "oscillatory.mf.primary_frequency: it has no value for 10 % of the time";
    m->lane[0].rest = &some;
    m->lane[0].rests = 1;
    m->lane[1].acts = SNQ_MAP_SHEET_COMPOSITION;
    m->lane[3].rest = &all;
    m->lane[3].rests = 1;
    m->lane[3].reason = "jitter.rms: the camera stands";
    check_ok(snq_curve_push(&m->curve[0], 0, 100, SNQ_CURVE_STEP));
    check_ok(snq_curve_push(&m->curve[0], 10, 10000, SNQ_CURVE_STEP));
    check_ok(snq_curve_push(&m->curve[1], 0, 0, SNQ_CURVE_LINEAR));
    check_ok(snq_curve_push(&m->curve[1], 20, 1, SNQ_CURVE_LINEAR));
    check_ok(snq_curve_push(&m->curve[2], 0, 0, SNQ_CURVE_STEP));
    check_ok(snq_curve_push(&m->curve[2], 10, 2, SNQ_CURVE_STEP));
    check_ok(snq_curve_push(&m->curve[3], 0, 0.3f, SNQ_CURVE_STEP));
}

static void make_score(snq_score *s)
{
    snq_section one = { 0, 9600, "intro", 0.25f }, two = { 9600, 19200, "drop", 1 };
    snq_score_init(s);
    s->length = 19200;
    check_ok(snq_score_add_tempo(s, 0, 120));
    check_ok(snq_score_add_metre(s, 0, 4, 4));
    check_ok(snq_score_add_section(s, &one));
    check_ok(snq_score_add_section(s, &two));
    check_ok(snq_score_sort(s));
}

void map_stand_init(map_stand *m)
{
    static const snq_map_sheet_hit hit[3] = {
        { 1, 0.5f, SNQ_MAP_SHEET_MOTION, SNQ_MAP_SHEET_EIGHTH },
        { 5, 1, SNQ_SIGHT_CUT, SNQ_MAP_SHEET_MISSED },
        { 7.5, 0.8f, SNQ_SIGHT_FLASH, SNQ_MAP_SHEET_DOWNBEAT },
    };
    watch_stand_init(&m->film);
    make_strip(&m->film.look.strip);
    make_lanes(m);
    make_score(&m->score);
    memcpy(m->hit, hit, sizeof hit);
    for (int i = 0; i < MAP_STAND_LOUDNESS; i++)
        m->lufs[i] = i < MAP_STAND_LOUDNESS / 2 ? -12 : i % 2 ? NAN : -300;
    m->sheet = (snq_map_sheet) { .sight = &m->film.sight,
                                 .look = &m->film.look,
                                 .name = "A template",
                                 .what = "What it does, and why.",
                                 .lane = m->lane,
                                 .lanes = MAP_STAND_LANES,
                                 .score = &m->score,
                                 .hit = m->hit,
                                 .hits = 3,
                                 .loudness_lufs = m->lufs,
                                 .loudness = MAP_STAND_LOUDNESS,
                                 .loudness_step_s = 0.1 };
}

void map_stand_clear(map_stand *m)
{
    watch_stand_clear(&m->film);
    snq_score_clear(&m->score);
    for (int i = 0; i < MAP_STAND_LANES; i++)
        snq_curve_clear(&m->curve[i]);
}

void map_picture_draw(picture *p, const map_stand *m)
{
    snq_str png;
    snq_str_init(&png, 64 << 20);
    check_ok(snq_map_sheet_draw(&m->sheet, &m->film.fonts.cfg, picture_sink, &png));
    picture_take(p, &png);
}
