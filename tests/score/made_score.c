// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "base/rng.h"
#include "made_score.h"

/* ---- a small one ---- */

static snq_status small_head(snq_score *s)
{
    static const snq_chord_span chord[] = { { 0, 1920, "A:min7/b3" }, { 1920, 3840, "N" } };
    static const snq_section section[] = { { 0, 1920, "intro", 0.25f },
                                           { 1920, 1920, "Gr\xC3\xBC\xC3\x9F \"x\"\n", NAN } };
    strcpy(s->title, "Kleine St\xC3\xBC"
                     "cke");
    s->ticks_per_quarter = 480;
    s->length = 4800;
    SNQ_TRY(snq_score_add_tempo(s, 0, 120));
    SNQ_TRY(snq_score_add_tempo(s, 1920, 60e6 / 501253));
    SNQ_TRY(snq_score_add_metre(s, 0, 4, 4));
    SNQ_TRY(snq_score_add_metre(s, 1920, 6, 8));
    SNQ_TRY(snq_score_add_key(s, (snq_key_mark) { 0, 9, SNQ_KEY_MINOR, 0 }));
    SNQ_TRY(snq_score_add_key(s, (snq_key_mark) { 1920, 1, SNQ_KEY_LYDIAN, -4 }));
    for (size_t i = 0; i < SNQ_COUNT(chord); i++) {
        SNQ_TRY(snq_score_add_chord(s, &chord[i]));
        SNQ_TRY(snq_score_add_section(s, &section[i]));
    }
    return SNQ_OK;
}

static snq_status small_bass(snq_score *s)
{
    static const snq_note note[] = {
        { .tick = 0, .length = 240, .pitch = 45, .velocity = 100, .release = 64 },
        { 320, 160, -0.0123f, 12.5f, 48, 1, 127 },
        { 1921, 0, 1.0f, -100, 127, 127, 0 },
    };
    static const uint8_t sysex[] = { 0x7E, 0x7F, 0x09, 0x01, 0xF7 };
    snq_track *t;
    snq_curve *c;
    SNQ_TRY(snq_score_add_track(s, "bass", &t));
    strcpy(t->kind, "bass");
    strcpy(t->patch, "wobble_bass");
    t->program = 38;
    t->channel = 1;
    t->port = 2;
    t->gain_db = -3.5f;
    t->pan = -0.1f;
    for (size_t i = 0; i < SNQ_COUNT(note); i++)
        SNQ_TRY(snq_track_add_note(t, &note[i]));
    SNQ_TRY(snq_track_add_message(t, (snq_message) { 0, 0xB0, 7, 100, 0, 0 }, NULL));
    SNQ_TRY(snq_track_add_message(t, (snq_message) { 0, 0xF0, 0, 0, 0, sizeof sysex }, sysex));
    SNQ_TRY(snq_track_add_message(t, (snq_message) { 480, 0xE0, 0, 64, 0, 0 }, NULL));
    SNQ_TRY(snq_track_add_curve(t, "filter_cutoff", &c));
    SNQ_TRY(snq_curve_push(c, 0, 200, SNQ_CURVE_EXPONENTIAL));
    SNQ_TRY(snq_curve_push(c, 1.0 / 3.0, 4000.5f, SNQ_CURVE_STEP));
    SNQ_TRY(snq_curve_push(c, 4, 1e-7f, SNQ_CURVE_SMOOTH));
    return snq_track_add_curve(t, "still", NULL);
}

snq_status made_small(snq_score *s)
{
    snq_track *t;
    snq_score_init(s);
    SNQ_TRY(small_head(s));
    SNQ_TRY(small_bass(s));
    SNQ_TRY(snq_score_add_track(s, "drums", &t));
    strcpy(t->kind, "drums");
    t->channel = 9;
    return SNQ_OK;
}

/* ---- any ---- */

/* A float of any size within lo .. hi. */
static float any_float(snq_rng *r, double lo, double hi)
{
    const double u = snq_rng_uniform(r);
    switch (snq_rng_below(r, 4)) {
    case 0:
        return (float)(u < 0.5 ? lo : hi);
    case 1: /* a round number */
        return (float)(lo + floor(u * (hi - lo)));
    case 2: /* a tiny one */
        return (float)(lo <= 0.0 ? hi * 1e-9 * u : lo);
    default:
        return (float)(lo + u * (hi - lo));
    }
}

/* Of up to room - 1 bytes, UTF-8, at least one letter. */
static void any_text(snq_rng *r, char *to, size_t room)
{
    static const char *const pieces[] = {
        "a", "Z",    " ",   "\"", "\\", "\xC3\xA9", "\n", "\xF0\x9F\x8E\xB5", "\xE2\x80\xA8",
        "/", "\x7F", "\x01"
    };
    const size_t most = 1 + snq_rng_below(r, (uint32_t)room - 1);
    strcpy(to, "x");
    for (;;) {
        const char *piece = pieces[snq_rng_below(r, SNQ_COUNT(pieces))];
        if (strlen(to) + strlen(piece) > most)
            return;
        strcat(to, piece);
    }
}

static int64_t any_tick(snq_rng *r, int64_t most)
{
    return (int64_t)(snq_rng_uniform(r) * (double)most);
}

/* One draw a statement: the order of draws is then the same with every compiler. */
static void any_marks(snq_rng *r, snq_score *s, int64_t end)
{
    for (uint32_t n = snq_rng_below(r, 6); n; n--) {
        const int64_t tick = any_tick(r, end);
        check_ok(snq_score_add_tempo(s, tick, SNQ_SCORE_BPM_MIN + 1000 * snq_rng_uniform(r)));
    }
    for (uint32_t n = snq_rng_below(r, 6); n; n--) {
        const int64_t tick = any_tick(r, end);
        const int beats = 1 + (int)snq_rng_below(r, 255);
        check_ok(snq_score_add_metre(s, tick, beats, 1 << snq_rng_below(r, 8)));
    }
    for (uint32_t n = snq_rng_below(r, 6); n; n--) {
        snq_key_mark key = { .tick = any_tick(r, end) };
        key.tonic = (uint8_t)snq_rng_below(r, 12);
        key.mode = (uint8_t)snq_rng_below(r, SNQ_KEY_MODES);
        key.fifths = (int8_t)((int)snq_rng_below(r, 15) - 7);
        check_ok(snq_score_add_key(s, key));
    }
}

static void any_spans(snq_rng *r, snq_score *s, int64_t end)
{
    int64_t at = 0;
    for (uint32_t n = snq_rng_below(r, 6); n; n--) {
        snq_chord_span c = { .start = at + any_tick(r, end / 20) };
        c.end = at = c.start + any_tick(r, end / 20);
        any_text(r, c.label, sizeof c.label);
        check_ok(snq_score_add_chord(s, &c));
    }
    for (uint32_t n = snq_rng_below(r, 6); n; n--) {
        snq_section c = { .start = any_tick(r, end / 2) };
        c.end = c.start + any_tick(r, end / 2);
        c.energy = snq_rng_below(r, 2) ? NAN : any_float(r, 0, 1);
        any_text(r, c.name, sizeof c.name);
        check_ok(snq_score_add_section(s, &c));
    }
}

static void any_notes(snq_rng *r, snq_track *t, int64_t end)
{
    for (uint32_t n = snq_rng_below(r, 40); n; n--) {
        snq_note note = { .tick = any_tick(r, end / 2), .release = 64 };
        note.length = any_tick(r, end / 2);
        if (snq_rng_below(r, 2))
            note.offset_s = any_float(r, -1, 1);
        if (snq_rng_below(r, 2))
            note.cents = any_float(r, -100, 100);
        note.pitch = (uint8_t)snq_rng_below(r, 128);
        note.velocity = (uint8_t)(1 + snq_rng_below(r, 127));
        if (snq_rng_below(r, 2))
            note.release = (uint8_t)snq_rng_below(r, 128);
        check_ok(snq_track_add_note(t, &note));
    }
}

static void any_messages(snq_rng *r, snq_track *t, int64_t end)
{
    static const uint8_t statuses[] = { 0xA0, 0xB0, 0xC0, 0xD0, 0xE0, 0xF0, 0xF7, 0xFF };
    uint8_t bytes[300];
    for (uint32_t n = snq_rng_below(r, 20); n; n--) {
        snq_message m = { .tick = any_tick(r, end) };
        m.status = statuses[snq_rng_below(r, SNQ_COUNT(statuses))];
        m.a = (uint8_t)snq_rng_below(r, 128);
        m.b = (uint8_t)snq_rng_below(r, 128);
        if (m.status >= 0xF0)
            m.length = snq_rng_below(r, sizeof bytes);
        for (uint32_t i = 0; i < m.length; i++)
            bytes[i] = (uint8_t)snq_rng_next(r);
        check_ok(snq_track_add_message(t, m, bytes));
    }
}

static void any_curves(snq_rng *r, snq_track *t)
{
    for (uint32_t n = snq_rng_below(r, 4); n; n--) {
        snq_curve *c;
        char target[SNQ_CURVE_TARGET_MAX];
        double at = 0;
        any_text(r, target, sizeof target);
        check_ok(snq_track_add_curve(t, target, &c));
        for (uint32_t i = snq_rng_below(r, 20); i; i--) {
            const float value = any_float(r, -3e38, 3e38);
            check_ok(
                snq_curve_push(c, at, value, (snq_curve_shape)snq_rng_below(r, SNQ_CURVE_SHAPES)));
            at += snq_rng_below(r, 3) ? snq_rng_uniform(r) * 100 : 0;
        }
    }
}

static void any_track(snq_rng *r, snq_score *s, int64_t end)
{
    char name[SNQ_SCORE_NAME_MAX];
    snq_track *t;
    any_text(r, name, sizeof name);
    check_ok(snq_score_add_track(s, name, &t));
    if (snq_rng_below(r, 2))
        any_text(r, t->kind, sizeof t->kind);
    if (snq_rng_below(r, 2))
        any_text(r, t->patch, sizeof t->patch);
    t->program = (int16_t)(snq_rng_below(r, 129)) - 1;
    t->channel = (uint8_t)snq_rng_below(r, 16);
    t->port = snq_rng_below(r, 2) ? 0 : (uint8_t)snq_rng_below(r, 128);
    t->gain_db = any_float(r, -120, 24);
    t->pan = any_float(r, -1, 1);
    any_notes(r, t, end);
    any_messages(r, t, end);
    any_curves(r, t);
}

void made_any(snq_score *s, uint64_t seed)
{
    static const int32_t grids[] = { 24, 25, 96, 97, 98, 99, 480, 960, 970, 981, 9999, 32767 };
    snq_rng r;
    snq_rng_init(&r, seed);
    snq_score_init(s);
    s->ticks_per_quarter = snq_rng_below(&r, 2) ? grids[snq_rng_below(&r, SNQ_COUNT(grids))]
                                                : (int32_t)(24 + snq_rng_below(&r, 32744));
    const int64_t end =
        snq_rng_below(&r, 4) ? (int64_t)s->ticks_per_quarter * 400 : SNQ_SCORE_TICK_MAX;
    if (snq_rng_below(&r, 2))
        any_text(&r, s->title, sizeof s->title);
    s->length = snq_rng_below(&r, 2) ? 0 : any_tick(&r, end);
    any_marks(&r, s, end);
    any_spans(&r, s, end);
    for (uint32_t n = snq_rng_below(&r, 5); n; n--)
        any_track(&r, s, end);
    check_ok(snq_score_sort(s));
    check_ok(snq_score_check(s));
}

/* ---- equality ---- */

static int same(float a, float b)
{
    return a == b || (isnan(a) && isnan(b));
}

static int same_note(const snq_note *a, const snq_note *b)
{
    return a->tick == b->tick && a->length == b->length && a->offset_s == b->offset_s &&
           a->cents == b->cents && a->pitch == b->pitch && a->velocity == b->velocity &&
           a->release == b->release;
}

static int same_message(const snq_track *s, const snq_message *a, const snq_track *t,
                        const snq_message *b)
{
    return a->tick == b->tick && a->status == b->status && a->a == b->a && a->b == b->b &&
           a->length == b->length &&
           (!a->length || memcmp(s->bytes + a->at, t->bytes + b->at, a->length) == 0);
}

static int same_curve(const snq_curve *a, const snq_curve *b)
{
    if (strcmp(a->target, b->target) != 0 || a->points != b->points)
        return 0;
    for (size_t i = 0; i < a->points; i++)
        if (a->point[i].at != b->point[i].at || a->point[i].value != b->point[i].value ||
            a->point[i].shape != b->point[i].shape)
            return 0;
    return 1;
}

static int same_track(const snq_track *a, const snq_track *b)
{
    if (strcmp(a->name, b->name) != 0 || strcmp(a->kind, b->kind) != 0 ||
        strcmp(a->patch, b->patch) != 0 || a->program != b->program || a->channel != b->channel ||
        a->port != b->port || a->gain_db != b->gain_db || a->pan != b->pan ||
        a->notes != b->notes || a->messages != b->messages || a->curves != b->curves)
        return 0;
    for (size_t i = 0; i < a->notes; i++)
        if (!same_note(&a->note[i], &b->note[i]))
            return 0;
    for (size_t i = 0; i < a->messages; i++)
        if (!same_message(a, &a->message[i], b, &b->message[i]))
            return 0;
    for (size_t i = 0; i < a->curves; i++)
        if (!same_curve(&a->curve[i], &b->curve[i]))
            return 0;
    return 1;
}

static int same_marks(const snq_score *a, const snq_score *b)
{
    if (a->tempos != b->tempos || a->metres != b->metres || a->keys != b->keys)
        return 0;
    for (size_t i = 0; i < a->tempos; i++)
        if (a->tempo[i].tick != b->tempo[i].tick || a->tempo[i].bpm != b->tempo[i].bpm ||
            a->tempo[i].scaled_s != b->tempo[i].scaled_s)
            return 0;
    for (size_t i = 0; i < a->metres; i++)
        if (a->metre[i].tick != b->metre[i].tick ||
            a->metre[i].beat_unit != b->metre[i].beat_unit ||
            a->metre[i].beats_per_bar != b->metre[i].beats_per_bar)
            return 0;
    for (size_t i = 0; i < a->keys; i++)
        if (a->key[i].tick != b->key[i].tick || a->key[i].tonic != b->key[i].tonic ||
            a->key[i].mode != b->key[i].mode || a->key[i].fifths != b->key[i].fifths)
            return 0;
    return 1;
}

int made_equal(const snq_score *a, const snq_score *b)
{
    if (strcmp(a->title, b->title) != 0 || a->ticks_per_quarter != b->ticks_per_quarter ||
        a->length != b->length || a->chords != b->chords || a->sections != b->sections ||
        a->tracks != b->tracks || !same_marks(a, b))
        return 0;
    for (size_t i = 0; i < a->chords; i++)
        if (a->chord[i].start != b->chord[i].start || a->chord[i].end != b->chord[i].end ||
            strcmp(a->chord[i].label, b->chord[i].label) != 0)
            return 0;
    for (size_t i = 0; i < a->sections; i++)
        if (a->section[i].start != b->section[i].start || a->section[i].end != b->section[i].end ||
            strcmp(a->section[i].name, b->section[i].name) != 0 ||
            !same(a->section[i].energy, b->section[i].energy))
            return 0;
    for (size_t i = 0; i < a->tracks; i++)
        if (!same_track(&a->track[i], &b->track[i]))
            return 0;
    return 1;
}
