// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <png.h>

#include "base/alloc.h"
#include "base/str.h"
#include "sheet_stand.h"

static snq_sheet_font read_font(int bold)
{
    const char *path;
    for (unsigned i = 0; (path = snq_sheet_font_path(i, bold)); i++) {
        FILE *f = fopen(path, "rb");
        if (!f)
            continue;
        const size_t room = 8 << 20;
        void *bytes = snq_calloc(room, 1);
        const size_t n = fread(bytes, 1, room, f);
        fclose(f);
        return (snq_sheet_font) { bytes, n };
    }
    return (snq_sheet_font) { NULL, 0 };
}

void stand_init(stand *s)
{
    memset(s, 0, sizeof *s);
    s->cfg = snq_sheet_cfg_default();
    s->cfg.regular = s->font[0] = read_font(0);
    s->cfg.bold = s->font[1] = read_font(1);
    if (!s->cfg.regular.bytes)
        skip();
    snq_portrait *p = &s->portrait;
    *p = (snq_portrait) { .rate_hz = 48000,
                          .channels = 2,
                          .frames = 8 * 48000,
                          .point_frames = 256,
                          .points = 1500,
                          .column_frames = 256,
                          .columns = 1500,
                          .rows = 240,
                          .top_db = -20,
                          .tick_hops = 1,
                          .ticks = 800 };
    p->min = snq_calloc(p->points, sizeof *p->min);
    p->max = snq_calloc(p->points, sizeof *p->max);
    p->level = snq_calloc((size_t)p->columns * p->rows, 1);
    p->band = snq_calloc((size_t)p->columns * SNQ_PORTRAIT_BANDS, sizeof *p->band);
    p->momentary_lo = snq_calloc(p->ticks, sizeof(float));
    p->momentary_hi = snq_calloc(p->ticks, sizeof(float));
    p->short_term = snq_calloc(p->ticks, sizeof(float));
    for (uint32_t i = 0; i < p->points; i++) {
        p->max[i] = i < p->points / 2 ? 0.5f : 0.25f;
        p->min[i] = -p->max[i];
    }
    for (uint32_t i = 0; i < p->columns; i++) {
        memset(p->level + (size_t)i * p->rows + 119, 255, 3);
        p->band[i * SNQ_PORTRAIT_BANDS + 1] = 0.1f;
    }
    for (uint32_t i = 0; i < p->ticks; i++)
        p->momentary_lo[i] = p->momentary_hi[i] = p->short_term[i] = -18.0f;
    snq_region *r;
    snq_hearing *h = &s->hearing;
    snq_hearing_init(h);
    check_ok(snq_hearing_add_region(h, &r));
    r->span = (snq_span) { 2, 4 };
    h->file = (snq_heard_file) { .path = "folder/a name.wav",
                                 .container = "wav",
                                 .codec = "pcm_s16le",
                                 .duration_s = 8,
                                 .rate_hz = 48000,
                                 .channels = 2 };
    h->regions_reason = h->loudness_reason = h->dynamics_reason = NULL;
    h->loudness.integrated_lufs = snq_measured(-18);
    h->loudness.range_lu =
        snq_unmeasured("shorter than this text is long, which is two lines of it");
}

void stand_music(stand *s)
{
    static const double beat_s[] = { 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5 };
    static const double downbeat_s[] = { 1, 3, 5, 7 };
    static const snq_tempo_span tempo[] = { { { 0, 8 }, 120 } };
    static const snq_meter_span meter[] = { { { 0, 8 }, { 4, 4, 4 } } };
    static const snq_heard_chord chord[] = { { { 0, 2 }, 0, 0, SNQ_CHORD_MAJ },
                                             { { 2, 4 }, 0, 0, SNQ_CHORD_NONE },
                                             { { 4, 6 }, 9, 7, SNQ_CHORD_MIN7 },
                                             { { 6, 8 }, 6, 6, SNQ_CHORD_DIM } };
    static const snq_key_span key[] = { { { 0, 4 }, 4, SNQ_MODE_MINOR },
                                        { { 4, 8 }, 7, SNQ_MODE_MAJOR } };
    snq_hearing *h = &s->hearing;
    h->tempo_reason = h->meter_reason = h->beats_reason = h->chords_reason = h->key_reason = NULL;
    h->tempo =
        (snq_tempo) { .bpm = snq_measured(120), .confidence = 0.9, .span = tempo, .spans = 1 };
    h->meter = (snq_meter) { .metre = { 4, 4, 4 }, .confidence = 0.8, .span = meter, .spans = 1 };
    h->beats = (snq_beats) { beat_s, downbeat_s, SNQ_COUNT(beat_s), SNQ_COUNT(downbeat_s) };
    h->chords = (snq_chords) { chord, SNQ_COUNT(chord) };
    h->key = (snq_key) {
        .tonic = 4, .mode = SNQ_MODE_MINOR, .confidence = 0.3, .span = key, .spans = SNQ_COUNT(key)
    };
}

void stand_clear(stand *s)
{
    snq_portrait_clear(&s->portrait);
    snq_hearing_clear(&s->hearing);
    snq_free((void *)(uintptr_t)s->font[0].bytes);
    snq_free((void *)(uintptr_t)s->font[1].bytes);
}

snq_status picture_sink(void *user, const char *bytes, size_t n)
{
    snq_str *s = user;
    snq_str_put_bytes(s, bytes, n);
    return s->st;
}

void picture_take(picture *p, const snq_str *png)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    p->png = png->text;
    p->bytes = png->length;
    assert_true(png_image_begin_read_from_memory(&image, p->png, p->bytes));
    image.format = PNG_FORMAT_RGB;
    p->width = image.width;
    p->height = image.height;
    p->rgb = snq_calloc((size_t)PNG_IMAGE_SIZE(image), 1);
    assert_true(png_image_finish_read(&image, NULL, p->rgb, 0, NULL));
    assert_int_equal(image.warning_or_error, 0);
}

void picture_draw(picture *p, const stand *s)
{
    snq_str png;
    snq_str_init(&png, 64 << 20);
    check_ok(snq_sheet_draw(&s->portrait, &s->hearing, &s->cfg, picture_sink, &png));
    picture_take(p, &png);
}

void picture_clear(picture *p)
{
    snq_str png = { .text = p->png, .length = p->bytes };
    snq_str_clear(&png);
    snq_free(p->rgb);
}

uint32_t picture_at(const picture *p, uint32_t x, uint32_t y)
{
    assert_true(x < p->width && y < p->height);
    const uint8_t *at = p->rgb + 3 * ((size_t)y * p->width + x);
    return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
}

uint32_t picture_differs(uint32_t a, uint32_t b)
{
    uint32_t most = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        const uint32_t x = a >> shift & 255, y = b >> shift & 255, d = x > y ? x - y : y - x;
        most = d > most ? d : most;
    }
    return most;
}

uint32_t picture_light(const picture *p, uint32_t x, uint32_t y)
{
    const uint32_t c = picture_at(p, x, y);
    return (c >> 16) + (c >> 8 & 255) + (c & 255);
}
