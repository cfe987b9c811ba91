// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "watch_stand.h"

static void make_look(snq_watch_look *l)
{
    enum { ACROSS = 16, DOWN = 8, STEPS = 300, POINTS = 500 };
    static uint8_t grey[160 * 80];
    memset(grey, 100, sizeof grey);
    const snq_picture still = {
        .pixels = grey, .width = 160, .height = 80, .channels = 1, .stride_bytes = 160
    };
    snq_watch_look_init(l);
    check_ok(snq_watch_look_set_still(l, &still, 5));
    check_ok(snq_watch_look_make_maps(l, ACROSS, DOWN));
    check_ok(snq_watch_look_make_curves(l, STEPS, 0, 1.0 / 30));
    check_ok(snq_watch_look_make_spectrum(l, POINTS));
    for (uint32_t i = 0; i < ACROSS * DOWN; i++) {
        const int left = i % ACROSS < ACROSS / 2;
        l->speed[SNQ_SIGHT_LF * ACROSS * DOWN + i] = 0.01f;
        l->speed[SNQ_SIGHT_MF * ACROSS * DOWN + i] = left ? 20 : 0;
        l->speed[SNQ_SIGHT_HF * ACROSS * DOWN + i] = left ? 0 : 5;
        l->drift[2 * i] = 40;
    }
    for (uint32_t i = 0; i < STEPS; i++) {
        l->energy[SNQ_SIGHT_MF * STEPS + i] = i < STEPS / 2 ? 0 : 100;
        l->energy[SNQ_SIGHT_HF * STEPS + i] = 1;
        l->motion[i] = 1600;
        l->luma[i] = 0.25f;
        l->saturation[i] = 0.5f;
        l->hue_deg[i] = 240;
    }
    for (uint32_t i = 0; i < POINTS; i++) {
        l->hz[i] = 0.05f * (float)(i + 1);
        l->power[i] = l->hz[i] > 1.88f && l->hz[i] < 2.12f ? 1 : 0.001f;
    }
}

static void make_bands(snq_sight *s)
{
    static const snq_sight_region region[] = {
        { 40, 40, 80, 80, 80, 80, 20, { 2, NULL } },
    };
    static const double change_s[] = { 5 };
    for (int i = 0; i < SNQ_SIGHT_BANDS; i++) {
        snq_sight_band *b = &s->band[i];
        b->effective_hz[0] = b->lo_hz = snq_sight_band_lo_hz((uint32_t)i);
        b->effective_hz[1] = b->hi_hz = snq_sight_band_hi_hz((uint32_t)i);
        b->unobservable = NULL;
        b->still = NULL;
        b->energy = snq_measured(0);
        b->aliasing_risk = snq_measured(0);
    }
    s->band[SNQ_SIGHT_ULF].unobservable = "10 s are not even one period";
    s->band[SNQ_SIGHT_UHF].unobservable = "30 frames a second show nothing above 15 Hz";
    s->band[SNQ_SIGHT_LF].still = "nothing moves that fast";
    snq_sight_band *mf = &s->band[SNQ_SIGHT_MF], *hf = &s->band[SNQ_SIGHT_HF];
    mf->energy = snq_measured(50);
    hf->energy = snq_measured(1);
    hf->effective_hz[1] = 13.5;
    mf->property[SNQ_SIGHT_PRIMARY_FREQUENCY] = snq_measured(2);
    hf->property[SNQ_SIGHT_PRIMARY_FREQUENCY] = snq_measured(10);
    mf->type[SNQ_SIGHT_OSCILLATORY] = (snq_sight_share) { 1, 1 };
    for (int t = 0; t < SNQ_SIGHT_TYPES; t++)
        hf->type[t] = (snq_sight_share) { 0.25, 0.5 };
    mf->region = region;
    mf->regions = 1;
    mf->change_s = change_s;
    mf->changes = 1;
}

void watch_stand_init(watch_stand *w)
{
    static const snq_sight_event event[] = { { 5, 0.9, SNQ_SIGHT_CUT },
                                             { 7.5, 0.5, SNQ_SIGHT_FLASH } };
    snq_sight *s = &w->sight;
    stand_init(&w->fonts);
    snq_sight_init(s);
    make_look(&w->look);
    s->video = (snq_sight_video) { .path = "folder/a film.mp4",
                                   .width = 320,
                                   .height = 160,
                                   .fps = 30,
                                   .frames = 300,
                                   .duration_s = 10,
                                   .range = { 0, 10 } };
    s->motion_reason = s->camera_reason = s->jitter_reason = s->picture_reason = NULL;
    s->events_reason = NULL;
    s->motion = (snq_sight_motion) { SNQ_SIGHT_OSCILLATORY, SNQ_SIGHT_LINEAR, 0.9 };
    s->drift = (snq_sight_drift) { snq_measured(40), snq_measured(0.25), snq_measured(0) };
    s->camera = (snq_sight_camera) { { 3, -4 }, 1, 0.1, 0.5 };
    s->jitter = (snq_sight_jitter) { .rms_px = 0.2, .shake_hz = snq_unmeasured("steady") };
    s->picture.luma_mean = snq_measured(0.25);
    make_bands(s);
    s->event = event;
    s->events = SNQ_COUNT(event);
}

void watch_stand_clear(watch_stand *w)
{
    stand_clear(&w->fonts);
    snq_sight_clear(&w->sight);
    snq_watch_look_clear(&w->look);
}

void watch_picture_draw(picture *p, const watch_stand *w)
{
    snq_str png;
    snq_str_init(&png, 64 << 20);
    check_ok(snq_watch_sheet_draw(&w->sight, &w->look, &w->fonts.cfg, picture_sink, &png));
    picture_take(p, &png);
}
