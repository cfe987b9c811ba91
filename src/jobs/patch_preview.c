// SPDX-License-Identifier: MIT
#include "jobs/patch_preview.h"

#include <math.h>
#include <string.h>

#include "jobs/recordings.h"
#include "media/audio_writer.h"
#include "score/drum_keys.h"
#include "synth/render.h"

enum { RATE_HZ = 48000, BPM = 120, Q = SNQ_SCORE_TICKS };
#define BEATS_PER_FRAME (BPM / 60.0 / RATE_HZ)

/* A note of a phrase: when and how long in 16ths, how far above the phrase's lowest note in semitones. */
typedef struct step {
    uint8_t at, length, above, velocity;
} step;

#define END        \
    {              \
        0, 0, 0, 0 \
    }
static const step bass_tab[] = { { 0, 6, 0, 110 },
                                 { 6, 2, 0, 80 },
                                 { 8, 4, 3, 100 },
                                 { 12, 4, 10, 95 },
                                 { 16, 12, 0, 115 },
                                 { 28, 4, 12, 90 },
                                 END };
static const step lead_tab[] = { { 0, 4, 0, 100 },
                                 { 4, 2, 3, 90 },
                                 { 6, 2, 7, 95 },
                                 { 8, 6, 10, 110 },
                                 { 14, 2, 7, 70 },
                                 { 16, 14, 12, 105 },
                                 END };
static const step chord_tab[] = { { 0, 14, 0, 90 },   { 0, 14, 7, 80 },   { 0, 14, 12, 85 },
                                  { 0, 14, 15, 80 },  { 16, 14, 8, 90 },  { 16, 14, 12, 80 },
                                  { 16, 14, 15, 85 }, { 16, 14, 19, 80 }, END };
static const step pluck_tab[] = { { 0, 2, 0, 100 },
                                  { 2, 2, 7, 70 },
                                  { 4, 2, 12, 85 },
                                  { 6, 2, 15, 60 },
                                  { 8, 2, 19, 110 },
                                  { 10, 2, 15, 60 },
                                  { 12, 2, 12, 80 },
                                  { 14, 2, 7, 50 },
                                  { 16, 12, 0, 110 },
                                  { 16, 12, 12, 90 },
                                  END };
static const step held_tab[] = { { 0, 28, 0, 100 }, END };

/* A bar of drums: key on each 16th it sounds on. */
static const struct {
    uint8_t key, velocity;
    const char *steps;
} drum_tab[] = {
    { SNQ_DRUM_KICK, 110, "x.....x...x....." },      { SNQ_DRUM_SNARE, 105, "....x.......x..x" },
    { SNQ_DRUM_HAT_CLOSED, 80, "x.x.x.x.x.x.x..." }, { SNQ_DRUM_HAT_OPEN, 85, "..............x." },
    { SNQ_DRUM_CLAP, 90, "............x..." },       { SNQ_DRUM_CRASH, 85, "x..............." },
};

static const step *phrase_of(const snq_patch *p, int *lowest)
{
    static const struct {
        const step *phrase;
        int lowest;
    } family_tab[SNQ_FAMILIES] = {
        [SNQ_FAMILY_BASS] = { bass_tab, 33 },   [SNQ_FAMILY_LEAD] = { lead_tab, 64 },
        [SNQ_FAMILY_PAD] = { chord_tab, 48 },   [SNQ_FAMILY_KEYS] = { chord_tab, 48 },
        [SNQ_FAMILY_PLUCK] = { pluck_tab, 57 }, [SNQ_FAMILY_TEXTURE] = { held_tab, 57 },
        [SNQ_FAMILY_EFFECT] = { held_tab, 48 }, [SNQ_FAMILY_VOICE] = { chord_tab, 48 },
        [SNQ_FAMILY_DRUMS] = { held_tab, 36 },
    };
    *lowest = family_tab[p->family].lowest;
    while (*lowest < p->low_note)
        *lowest += 12;
    while (*lowest > 12 && *lowest > p->high_note)
        *lowest -= 12;
    return family_tab[p->family].phrase;
}

static snq_status add_note(snq_track *t, int at, int length, int pitch, int velocity)
{
    const snq_note n = { .tick = (int64_t)at * Q / 4,
                         .length = (int64_t)length * Q / 4,
                         .pitch = (uint8_t)(pitch > 127 ? 127 : pitch),
                         .velocity = (uint8_t)velocity,
                         .release = 64 };
    return snq_track_add_note(t, &n);
}

static snq_status add_drums(snq_track *t)
{
    for (int bar = 0; bar < 2; bar++)
        for (size_t d = 0; d < SNQ_COUNT(drum_tab); d++)
            for (int i = 0; i < 16; i++)
                if (drum_tab[d].steps[i] == 'x' && !(drum_tab[d].key == SNQ_DRUM_CRASH && bar))
                    SNQ_TRY(add_note(t, bar * 16 + i, 1, drum_tab[d].key, drum_tab[d].velocity));
    return SNQ_OK;
}

static snq_status fill(const snq_patch *p, snq_score *s)
{
    snq_track *t;
    int lowest;
    SNQ_TRY(snq_score_add_tempo(s, 0, BPM));
    SNQ_TRY(snq_score_add_metre(s, 0, 4, 4));
    SNQ_TRY(snq_score_add_track(s, "preview", &t));
    t->channel = p->family == SNQ_FAMILY_DRUMS ? 9 : 0;
    if (p->family == SNQ_FAMILY_DRUMS)
        SNQ_TRY(add_drums(t));
    else
        for (const step *at = phrase_of(p, &lowest); at->length; at++)
            SNQ_TRY(add_note(t, at->at, at->length, lowest + at->above, at->velocity));
    s->length = 8 * Q;
    return snq_score_sort(s);
}

snq_status snq_patch_phrase(const snq_patch *p, snq_score *out)
{
    snq_score_init(out);
    const snq_status st = fill(p, out);
    if (st < 0)
        snq_score_clear(out);
    return st;
}

static snq_status push(void *user, uint32_t part, const snq_audio *block)
{
    (void)part;
    return snq_audio_writer_push(user, block);
}

/* The patch's chain as a desk of one strip. */
typedef struct rack {
    snq_chain *chain;
    int64_t at; /* frames that went through */
    snq_render_desk desk;
} rack;

static void run_chain(void *user, uint32_t part, const float *const (*played)[2], size_t n,
                      float *left, float *right)
{
    rack *r = user;
    const snq_effect_context ctx = { .bpm = BPM, .beat = (double)r->at * BEATS_PER_FRAME };
    memcpy(left, played[part][0], n * sizeof *left);
    memcpy(right, played[part][1], n * sizeof *right);
    snq_chain_run(r->chain, &ctx, left, right, n);
    r->at += (int64_t)n;
}

static int chain_silent(void *user, uint32_t part)
{
    (void)part;
    return snq_chain_silent(((rack *)user)->chain);
}

static snq_status rack_init(rack *r, const snq_chain_plan *plan, uint64_t seed)
{
    *r = (rack) { 0 };
    if (!plan->links)
        return SNQ_OK;
    SNQ_TRY(snq_chain_new(plan, RATE_HZ, seed, &r->chain));
    r->desk = (snq_render_desk) { .user = r,
                                  .latency = snq_chain_latency(r->chain),
                                  .strip = run_chain,
                                  .silent = chain_silent };
    return SNQ_OK;
}

static snq_status play(const snq_patch *p, const snq_score *s, int dry, uint64_t seed,
                       snq_audio_writer *w, float *peak)
{
    static const snq_chain_plan none;
    snq_bank *bank;
    rack behind;
    snq_render_result result = { 0 };
    const snq_render_part part = { .track = 0, .only_pitch = -1, .patch = p };
    snq_render_cfg cfg = snq_render_cfg_default();
    SNQ_TRY(snq_bank_new(RATE_HZ, &bank));
    snq_status st = rack_init(&behind, dry ? &none : &p->chain, seed);
    cfg.desk = behind.chain ? &behind.desk : NULL;
    cfg.score = s;
    cfg.bank = bank;
    cfg.part = &part;
    cfg.parts = 1;
    cfg.rate_hz = RATE_HZ;
    cfg.seed = seed;
    cfg.user = w;
    cfg.stem = push;
    if (st >= 0)
        st = snq_recordings_load(p, RATE_HZ, 1, NULL, bank);
    if (st >= 0)
        st = snq_render_run(&cfg, NULL, &result);
    snq_chain_free(behind.chain);
    snq_bank_free(bank);
    if (peak)
        *peak = result.peak;
    return st;
}

snq_status snq_patch_preview(const snq_patch *p, const char *path, int force, int dry,
                             uint64_t seed, float *peak)
{
    snq_score s;
    snq_audio_writer *w;
    snq_audio_format format;
    const char *dot = strrchr(path, '.');
    if (!dot || snq_audio_format_parse(dot + 1, &format) < 0)
        return SNQ_FAIL(SNQ_ERR_ARG, "%s: its ending should be .wav, .flac, .mp3, .m4a or .opus",
                        path);
    snq_audio_writer_cfg cfg = snq_audio_writer_cfg_default(format);
    cfg.rate_hz = RATE_HZ;
    cfg.title = p->name;
    SNQ_TRY(snq_patch_phrase(p, &s));
    snq_status st = snq_audio_writer_open(path, &cfg, force, &w);
    if (st >= 0) {
        st = play(p, &s, dry, seed, w, peak);
        if (st >= 0)
            st = snq_audio_writer_close(w);
        else
            snq_audio_writer_free(w);
    }
    snq_score_clear(&s);
    return st;
}
