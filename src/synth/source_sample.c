// SPDX-License-Identifier: MIT
/* source_sample -- the user's recordings: one-shots and loops, by key and velocity.
 *
 * IDEA   A note looks for its zone, and plays the zone's recording as fast as its pitch asks for. At the pitch of the
 *        recording its frames are copied, the first one first: a drum keeps its edge to the last bit.
 *
 * STEPS  Zone: of those that hold the note's key (rounded) and velocity (of 127), in turn; turns are counted a key.
 *        Ratio = pitch / zone's pitch, times the recording's rate over ours. Where it is within SAME of 1 it is 1.
 *        y = gain (sum over k of x[i + k] kernel(f, k)),   position i + f += ratio a frame   (sinc_table.c)
 *        The kernel is that of the block's highest ratio. Loops were made ready before (bank_zones.c).
 *        Where only one side is asked for, a stereo recording is the mean of its sides.
 *        Choke: the note's group is the first matching zone's; lanes that sound in it fade out over CHOKE_S, by
 *        u^2 (3 - 2 u). The engine tells every voice group's object of every note (begins), so that turns and
 *        chokes are those of the instrument; an object that is not told sees to its own eight lanes.
 *
 * CONST  CHOKE_S 5 ms: gone before the next hat's body is there. SAME 1e-5, a sixtieth of a cent: pitch comes as float,
 *        from an exponential.
 *
 * COST   A lane: 32 taps a frame up to the recording's pitch, in proportion to the ratio above. Copying costs next to nothing.
 *
 * LIMITS Shape does nothing. `loop` is read when the instrument is made. Above 16 times its pitch a recording folds. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "synth/bank_impl.h"
#include "synth/sampling_impl.h"
#include "synth/voice_source_impl.h"

static const float choke_s = 0.005f, same = 1e-5f;
static const double ratio_max = 1 << SNQ__SINC_OCTAVES;

enum { P_LOOP = 0, P_START, PARAMS };
enum { LOOP_RECORDED = 0, LOOP_OFF, LOOP_WHOLE };

static const char *const loops[] = { "recorded", "off", "whole" };

static const snq_param params[PARAMS] = {
    { .id = "loop",
      .unit = "",
      .max = SNQ_COUNT(loops) - 1,
      .scale = SNQ_PARAM_DISCRETE,
      .choices = loops,
      .what = "which loop is played: the recording's, none, all of a single recording" },
    { .id = "start", .unit = "", .max = 0.99f, .what = "where in the recording notes begin" },
};

typedef struct player {
    const snq__zone *zone; /* NULL: nothing to play */
    const float *x[2];     /* both the same for a mono recording */
    size_t frames;
    double at;         /* position in the recording */
    double wrap, loop; /* as the zone's, or none */
    int choked;        /* another of its group has begun */
    uint32_t fade;     /* frames until a choked lane is silent */
    int over;
} player;

typedef struct sample_source {
    const snq__zone_set *set;
    const snq__sinc *sinc;
    double rate;
    float value[PARAMS];
    uint32_t choke_frames;
    uint32_t turn[128]; /* notes that have begun, a key */
    uint64_t told;      /* seed of the last note that begins() was told of */
    int any_told;
    player lane[SNQ_LANES];
} sample_source;

static snq_status sample_make(const snq__source_cfg *cfg, void **out)
{
    snq_status st;
    *out = NULL;
    if (!cfg->recording[0])
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "a source \"sample\" needs a recording");
    sample_source *s = snq_calloc(1, sizeof(*s));
    if (!s)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "source sample");
    s->rate = cfg->rate_hz;
    s->choke_frames = (uint32_t)(choke_s * (float)cfg->rate_hz);
    for (int i = 0; i < PARAMS; i++)
        s->value[i] = cfg->value[i];
    SNQ_GOTO(snq__bank_sinc(cfg->bank, &s->sinc));
    SNQ_GOTO(snq__bank_zones(cfg->bank, cfg->recording, s->value[P_LOOP] == LOOP_WHOLE, &s->set));
    for (int l = 0; l < SNQ_LANES; l++)
        s->lane[l].over = 1;
    *out = s;
    return SNQ_OK;
fail:
    snq_free(s);
    return st;
}

static uint32_t key_of(const snq__source_note *note)
{
    return note->note > 0 ? (uint32_t)fminf(note->note + 0.5f, 127) : 0;
}

static int holds(const snq__zone *z, uint32_t key, uint32_t velocity)
{
    return key >= z->key_low && key <= z->key_high && velocity >= z->velocity_low &&
           velocity <= z->velocity_high;
}

/* The turn-th of the zones for this note, counted round; NULL when there is none. */
static const snq__zone *find_zone(const sample_source *s, const snq__source_note *note,
                                  uint32_t turn)
{
    const uint32_t key = key_of(note);
    const uint32_t velocity =
        note->velocity > 0 ? (uint32_t)(fminf(note->velocity, 1) * 127 + 0.5f) : 0;
    uint32_t matching = 0;
    for (uint32_t i = 0; i < s->set->zones; i++)
        matching += (uint32_t)holds(&s->set->zone[i], key, velocity);
    for (uint32_t i = 0, left = matching ? turn % matching : 0; i < s->set->zones; i++)
        if (holds(&s->set->zone[i], key, velocity) && !left--)
            return &s->set->zone[i];
    return NULL;
}

static SNQ_RT void sample_begins(void *self, const snq__source_note *note)
{
    sample_source *s = self;
    s->told = note->seed;
    s->any_told = 1;
    s->turn[key_of(note)]++;
    const snq__zone *z = find_zone(s, note, 0);
    for (int l = 0; z && z->choke && l < SNQ_LANES; l++) {
        player *p = &s->lane[l];
        if (p->over || p->choked || p->zone->choke != z->choke)
            continue;
        p->choked = 1;
        p->fade = s->choke_frames;
    }
}

static SNQ_RT void sample_start(void *self, uint32_t lane, const snq__source_note *note)
{
    sample_source *s = self;
    if (!s->any_told || s->told != note->seed)
        sample_begins(s, note);
    const snq__zone *z = find_zone(s, note, s->turn[key_of(note)] - 1);
    s->lane[lane] = (player) { .zone = z, .over = !z };
    if (!z)
        return;
    player *p = &s->lane[lane];
    const int looped = z->loop > 0 && s->value[P_LOOP] != LOOP_OFF;
    const snq_recording *r = z->recording;
    for (uint32_t c = 0; c < 2; c++) {
        const uint32_t from = c < z->channels ? c : 0;
        p->x[c] = looped ? z->channel[from] : r->channel[from];
    }
    p->frames = looped ? z->frames : r->frames;
    p->wrap = z->wrap;
    p->loop = looped ? z->loop : 0;
    p->at = floor((double)s->value[P_START] * (double)r->frames);
}

static SNQ_RT void sample_set(void *self, uint32_t index, float value)
{
    sample_source *s = self;
    if (index == P_START)
        s->value[index] = value;
}

/* The kernel's frames of x from `first` on, silent outside of the recording. */
static const float *gather(const float *x, size_t frames, int64_t first, uint32_t taps, float *room)
{
    for (uint32_t k = 0; k < taps; k++) {
        const int64_t at = first + k;
        room[k] = at >= 0 && (uint64_t)at < frames ? x[at] : 0;
    }
    return room;
}

/* What a lane is to play in this block. */
typedef struct part {
    uint32_t lane, n;
    double ratio, step; /* at the first frame, and more of it each frame */
    float level, rise;
    uint32_t sides; /* 1: the mean of both is wanted */
} part;

static inline float faded(const sample_source *s, player *p)
{
    p->fade -= p->fade > 0;
    p->over |= !p->fade;
    const float u = (float)p->fade / (float)s->choke_frames;
    return u * u * (3 - 2 * u);
}

/* Where frames are read, of a part of a block. */
typedef struct reading {
    int64_t first[SNQ_SYNTH_BLOCK]; /* of the kernel's window */
    float frac[SNQ_SYNTH_BLOCK];
    uint32_t n; /* frames until the recording's end */
    int inside; /* all windows lie in the recording */
} reading;

static void advance(player *p, const part *w, uint32_t taps, reading *r)
{
    const double last = (double)p->frames + taps / 2.0, loop = p->loop;
    const double wrap = loop > 0 ? p->wrap : last;
    const int64_t before = taps / 2 - 1;
    double at = p->at, ratio = w->ratio;
    uint32_t i = 0;
    while (i < w->n && !p->over) {
        const int64_t whole = (int64_t)at; /* never negative */
        r->first[i] = whole - before;
        r->frac[i] = (float)(at - (double)whole);
        at += ratio;
        ratio = w->ratio + w->step * ++i;
        if (at < wrap)
            continue;
        if (loop > 0)
            at -= loop * ceil((at - wrap + 1) / loop);
        else
            p->over = 1;
    }
    p->at = at;
    r->n = i;
    r->inside = 1;
    for (i = 0; i < r->n; i++)
        r->inside &= (r->first[i] >= 0) & (r->first[i] + (int64_t)taps <= (int64_t)p->frames);
}

/* One side of what is read: where all lies inside the recording, at once; else a frame at a time. */
static void read_side(const snq__sinc *sinc, const snq__sinc_level *k, const player *p,
                      uint32_t side, const reading *r, float *y)
{
    const float *x = p->x[side], *window[SNQ_SYNTH_BLOCK];
    float room[SNQ__SINC_TAPS_MAX];
    if (r->inside) {
        for (uint32_t i = 0; i < r->n; i++)
            window[i] = x + r->first[i];
        sinc->read(k, window, r->frac, y, r->n);
        return;
    }
    for (uint32_t i = 0; i < r->n; i++) {
        window[0] = gather(x, p->frames, r->first[i], k->taps, room);
        sinc->read(k, window, r->frac + i, y + i, 1);
    }
}

/* Gains of n frames. */
static void find_gains(const sample_source *s, player *p, const part *w, uint32_t n, float *gain)
{
    for (uint32_t i = 0; i < n; i++)
        gain[i] = p->zone->gain * (w->level + w->rise * (float)i);
    for (uint32_t i = 0; p->choked && i < n; i++)
        gain[i] *= faded(s, p);
}

static void play(const sample_source *s, player *p, const part *w, snq__lanes *const *to)
{
    const double end = w->ratio + w->step * w->n;
    const snq__sinc_level *k = snq__sinc_pick(s->sinc, (float)fmax(w->ratio, end));
    const int twice = p->x[1] != p->x[0];
    float y[2][SNQ_SYNTH_BLOCK], gain[SNQ_SYNTH_BLOCK];
    reading r;
    advance(p, w, k->taps, &r);
    for (uint32_t side = 0; side < (twice ? 2 : 1); side++)
        read_side(s->sinc, k, p, side, &r, y[side]);
    const float *right = y[twice];
    for (uint32_t i = 0; i < r.n && w->sides == 1 && twice; i++)
        y[0][i] = 0.5f * (y[0][i] + right[i]);
    find_gains(s, p, w, r.n, gain);
    for (uint32_t i = 0; i < r.n; i++)
        to[0][i].v[w->lane] += y[0][i] * gain[i];
    for (uint32_t i = 0; w->sides == 2 && i < r.n; i++)
        to[1][i].v[w->lane] += right[i] * gain[i];
}

/* The same at the recorded pitch: frames as they are. */
static void copy(const sample_source *s, player *p, const part *w, snq__lanes *const *to)
{
    size_t at = (size_t)p->at;
    float gain[SNQ_SYNTH_BLOCK];
    find_gains(s, p, w, w->n, gain);
    for (uint32_t i = 0; i < w->n; i++) {
        const float a = p->x[0][at], b = p->x[1][at];
        to[0][i].v[w->lane] += (w->sides == 1 ? 0.5f * (a + b) : a) * gain[i];
        if (w->sides == 2)
            to[1][i].v[w->lane] += b * gain[i];
        at++;
        if (p->loop > 0 && (double)at >= p->wrap)
            at -= (size_t)p->loop;
        else if (at >= p->frames) {
            p->over = 1;
            break;
        }
    }
    p->at = (double)at;
}

static double ratio_of(const sample_source *s, const player *p, float hz)
{
    const double r = (hz > 0 ? (double)hz : 0) * p->zone->per_hz / s->rate;
    return fabs(r - 1) < (double)same ? 1 : fmin(r, ratio_max);
}

static SNQ_RT void sample_run(void *self, const snq__source_block *b, snq__lanes *left,
                              snq__lanes *right)
{
    sample_source *s = self;
    snq__lanes *const to[2] = { left, right };
    for (uint32_t l = 0; l < SNQ_LANES; l++) {
        player *p = &s->lane[l];
        if (!(b->active >> l & 1) || p->over)
            continue;
        const double from = ratio_of(s, p, b->hz.from.v[l]), goal = ratio_of(s, p, b->hz.to.v[l]);
        const float more = b->level.to.v[l] - b->level.from.v[l];
        const int sane = isfinite(more);
        const part w = { .lane = l,
                         .n = b->n,
                         .ratio = from,
                         .step = (goal - from) / b->n,
                         .level = sane ? b->level.from.v[l] : 0,
                         .rise = sane ? more / (float)b->n : 0,
                         .sides = right ? 2 : 1 };
        if (from == 1 && goal == 1 && p->at == floor(p->at))
            copy(s, p, &w, to);
        else
            play(s, p, &w, to);
    }
}

static SNQ_RT int sample_ended(const void *self, uint32_t lane)
{
    const sample_source *s = self;
    return s->lane[lane].over;
}

const snq__source_type snq__source_sample = {
    .name = "sample",
    .param = params,
    .params = PARAMS,
    .stereo = 1,
    .make = sample_make,
    .free = snq_free,
    .begins = sample_begins,
    .start = sample_start,
    .set = sample_set,
    .run = sample_run,
    .ended = sample_ended,
};
