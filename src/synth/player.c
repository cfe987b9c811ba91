// SPDX-License-Identifier: MIT
/* IDEA   A track is a list of things that happen at moments: notes begin and end, pedals go down, curves
 *        move. All moments are turned into frames beforehand and put in one order; playing is then
 *        walking along that list while the instrument makes sound between two entries.
 *
 * STEPS  events = notes' begins and ends, messages in words of snq_perform, sorted by (frame, rank, as
 *        they came); rank: ends, messages, begins (a pedal that changes with a chord holds the new one)
 *        grid  = blocks of 64 frames from frame 0 on, whatever the calls: at each block's begin curves are
 *                set to their value at that beat, tempo and beat are told
 *        block = pieces between events; each piece is one run of the instrument
 *        a block in which nothing happens and nothing sounds is zeros
 *
 * CONST  controllers and registered parameter 0 (bend range, 2 semitones until set): MIDI 1.0 Detailed
 *        Specification 4.2. Volume until a track sets it: 100 of 127 where any track of the score sets its
 *        own (RP-015), else full.
 *
 * COST   O(events log events) once; then a compare an event and a curve read (constant time) a block.
 *
 * LIMITS A program change in the middle of a track is not followed (warned of): a track has one patch. */
#include "synth/player.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "dsp/denormals.h"
#include "synth/instrument.h"

enum { BLOCK = SNQ_INSTRUMENT_BLOCK, BEND_RANGE = 2, BEND_CENTRE = 8192 };
enum {
    CC_WHEEL = 1,
    CC_DATA = 6,
    CC_VOLUME = 7,
    CC_PAN = 10,
    CC_EXPRESSION = 11,
    CC_DATA_FINE = 38,
    CC_SUSTAIN = 64,
    CC_NRPN_FINE = 98,
    CC_NRPN = 99,
    CC_RPN_FINE = 100,
    CC_RPN = 101,
    CC_SOUND_OFF = 120,
    CC_RESET = 121,
    CC_NOTES_OFF = 123,
};
enum { NO_RPN = 0x3fff };
#define VOLUME_UNSET (100.0f / 127.0f)
#define LANE_MAX_HZ  192000

typedef enum event_kind { NOTE_OFF = 0, PERFORM, ALL_OFF, NOTE_ON } event_kind;

typedef struct event {
    int64_t frame;
    uint32_t order; /* as it came: keeps the sort stable */
    uint8_t kind;   /* event_kind, its rank as well */
    uint8_t what;   /* snq_perform; ALL_OFF: at once */
    uint32_t id;    /* note's index */
    float note, value;
} event;

typedef struct moving {
    const snq_curve *curve;
    uint32_t index; /* parameter of the instrument */
    size_t hint;
    float last;
} moving;

struct snq_player {
    snq_instrument *instrument;
    const snq_score *score;
    uint32_t rate_hz;
    event *event;
    size_t events, event_room, next;
    moving *move;
    size_t moves;
    int64_t frame; /* of the next block */
    int64_t end;   /* no sound from here on */
    uint32_t held; /* frames of the block that were not handed out yet */
    float block[2][BLOCK];
    int done;
};

snq_player_cfg snq_player_cfg_default(void)
{
    return (snq_player_cfg) { .rate_hz = 48000, .only_pitch = -1, .tail_max_s = 30.0 };
}

/* ---------------------------------------------------------------- events */

static int64_t frame_of(const snq_player *p, double time_s)
{
    return llround(time_s * p->rate_hz);
}

static snq_status add_event(snq_player *p, event e)
{
    if (p->events == p->event_room) {
        const size_t room = p->event_room ? 2 * p->event_room : 256;
        event *grown = snq_regrow(p->event, p->event_room, room, sizeof *grown);
        if (!grown)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu events", room);
        p->event = grown;
        p->event_room = room;
    }
    e.order = (uint32_t)p->events;
    p->event[p->events++] = e;
    return SNQ_OK;
}

static int by_frame(const void *a, const void *b)
{
    const event *x = a, *y = b;
    if (x->frame != y->frame)
        return x->frame < y->frame ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static snq_status add_notes(snq_player *p, const snq_player_cfg *cfg)
{
    for (size_t i = 0; i < cfg->track->notes; i++) {
        const snq_note *n = &cfg->track->note[i];
        if (cfg->only_pitch >= 0 && n->pitch != cfg->only_pitch)
            continue;
        event e = { .frame = frame_of(p, snq_note_start_s(cfg->score, n)),
                    .kind = NOTE_ON,
                    .id = (uint32_t)i,
                    .note = (float)n->pitch + n->cents / 100.0f,
                    .value = (float)n->velocity / 127.0f };
        SNQ_TRY(add_event(p, e));
        const int64_t off = frame_of(p, snq_note_end_s(cfg->score, n));
        e.frame = off > e.frame ? off : e.frame + 1;
        e.kind = NOTE_OFF;
        e.value = (float)n->release / 127.0f;
        SNQ_TRY(add_event(p, e));
    }
    return SNQ_OK;
}

/* What a channel remembers while its messages are read. */
typedef struct channel_state {
    int rpn;          /* registered parameter that data entry sets; NO_RPN none */
    float bend_range; /* semitones */
    int bend;         /* -8192 .. 8191 */
} channel_state;

static snq_status add_perform(snq_player *p, int64_t frame, snq_perform what, double value)
{
    return add_event(p, (event) { .frame = frame, .kind = PERFORM, .what = what, .value = value });
}

static snq_status add_bend(snq_player *p, int64_t frame, const channel_state *c)
{
    return add_perform(p, frame, SNQ_PERFORM_BEND,
                       c->bend_range * (float)c->bend / (float)BEND_CENTRE);
}

static snq_status add_reset(snq_player *p, int64_t frame, channel_state *c)
{
    c->bend = 0;
    c->rpn = NO_RPN;
    SNQ_TRY(add_bend(p, frame, c));
    SNQ_TRY(add_perform(p, frame, SNQ_PERFORM_WHEEL, 0.0f));
    SNQ_TRY(add_perform(p, frame, SNQ_PERFORM_PRESSURE, 0.0f));
    SNQ_TRY(add_perform(p, frame, SNQ_PERFORM_SUSTAIN, 0.0f));
    return add_perform(p, frame, SNQ_PERFORM_EXPRESSION, 1.0f);
}

static snq_status add_controller(snq_player *p, int64_t frame, channel_state *c, uint8_t number,
                                 uint8_t value)
{
    const float norm = (float)value / 127.0f;
    switch (number) {
    case CC_WHEEL:
        return add_perform(p, frame, SNQ_PERFORM_WHEEL, norm);
    case CC_VOLUME:
        return add_perform(p, frame, SNQ_PERFORM_VOLUME, norm);
    case CC_PAN:
        return add_perform(p, frame, SNQ_PERFORM_PAN,
                           fminf(fmaxf(((float)value - 64.0f) / 63.0f, -1.0f), 1.0f));
    case CC_EXPRESSION:
        return add_perform(p, frame, SNQ_PERFORM_EXPRESSION, norm);
    case CC_SUSTAIN:
        return add_perform(p, frame, SNQ_PERFORM_SUSTAIN, value >= 64);
    case CC_RPN:
        c->rpn = (c->rpn & 0x7f) | value << 7;
        return SNQ_OK;
    case CC_RPN_FINE:
        c->rpn = (c->rpn & 0x3f80) | value;
        return SNQ_OK;
    case CC_NRPN:
    case CC_NRPN_FINE:
        c->rpn = NO_RPN;
        return SNQ_OK;
    case CC_DATA:
        if (c->rpn)
            return SNQ_OK;
        c->bend_range = (float)value + (c->bend_range - floorf(c->bend_range));
        return add_bend(p, frame, c);
    case CC_DATA_FINE:
        if (c->rpn)
            return SNQ_OK;
        c->bend_range = floorf(c->bend_range) + (float)value / 100.0f;
        return add_bend(p, frame, c);
    case CC_SOUND_OFF:
    case CC_NOTES_OFF:
        return add_event(
            p, (event) { .frame = frame, .kind = ALL_OFF, .what = number == CC_SOUND_OFF });
    case CC_RESET:
        return add_reset(p, frame, c);
    default:
        return SNQ_OK;
    }
}

static snq_status add_messages(snq_player *p, const snq_player_cfg *cfg, snq_warnings *warnings)
{
    const snq_track *t = cfg->track;
    channel_state c = { .rpn = NO_RPN, .bend_range = BEND_RANGE };
    for (size_t i = 0; i < t->messages; i++) {
        const snq_message *m = &t->message[i];
        const int64_t frame = frame_of(p, snq_score_time_s(cfg->score, (double)m->tick));
        if (m->status == 0xB0)
            SNQ_TRY(add_controller(p, frame, &c, m->a, m->b));
        else if (m->status == 0xD0)
            SNQ_TRY(add_perform(p, frame, SNQ_PERFORM_PRESSURE, (float)m->a / 127.0f));
        else if (m->status == 0xE0) {
            c.bend = (m->a | m->b << 7) - BEND_CENTRE;
            SNQ_TRY(add_bend(p, frame, &c));
        } else if (m->status == 0xC0 && warnings && m->a != t->program)
            snq_warnings_add(warnings, "program_change", -1,
                             "track \"%s\" changes its program at %.2f s: its patch stays", t->name,
                             snq_score_time_s(cfg->score, (double)m->tick));
    }
    return SNQ_OK;
}

/* Whether any track of the score sets its volume: then one that does not has General MIDI's. */
static int volume_is_set(const snq_score *s)
{
    for (size_t t = 0; t < s->tracks; t++)
        for (size_t i = 0; i < s->track[t].messages; i++)
            if (s->track[t].message[i].status == 0xB0 && s->track[t].message[i].a == CC_VOLUME)
                return 1;
    return 0;
}

/* ---------------------------------------------------------------- making */

static snq_status find_moves(snq_player *p, const snq_player_cfg *cfg, snq_warnings *warnings)
{
    size_t params;
    const snq_param *param = snq_instrument_params(p->instrument, &params);
    p->move = snq_calloc(cfg->track->curves, sizeof *p->move);
    if (!p->move)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu curves", cfg->track->curves);
    for (size_t i = 0; i < cfg->track->curves; i++) {
        const snq_curve *c = &cfg->track->curve[i];
        const int index = snq_param_find(param, params, c->target);
        if (index >= 0)
            p->move[p->moves++] = (moving) { .curve = c, .index = (uint32_t)index, .last = NAN };
        else if (warnings && strncmp(c->target, "mix.", 4) != 0) /* those are the mix's */
            snq_warnings_add(warnings, "no_such_parameter", -1,
                             "track \"%s\": its patch \"%s\" has no parameter \"%s\": the curve "
                             "moves nothing",
                             cfg->track->name, cfg->patch->id, c->target);
    }
    return SNQ_OK;
}

static double beat_at(const snq_player *p, int64_t frame)
{
    return snq_score_tick_at(p->score, (double)frame / p->rate_hz) / p->score->ticks_per_quarter;
}

static float value_at(void *user, uint32_t index, int64_t frame)
{
    const snq_player *p = user;
    for (size_t i = 0; i < p->moves; i++)
        if (p->move[i].index == index)
            return snq_curve_at(p->move[i].curve, beat_at(p, frame), NULL, NAN);
    return NAN; /* as the patch has it */
}

static snq_status prepare(snq_player *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->events; i++)
        n += p->event[i].kind == NOTE_ON;
    snq_instrument_note *note = snq_calloc(n, sizeof *note);
    if (!note)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu notes", n);
    n = 0;
    for (size_t i = 0; i < p->events; i++)
        if (p->event[i].kind == NOTE_ON)
            note[n++] = (snq_instrument_note) { .frame = p->event[i].frame,
                                                .note = p->event[i].note,
                                                .velocity = p->event[i].value };
    const snq_status st =
        snq_instrument_prepare(p->instrument, note, n, p->moves ? value_at : NULL, p);
    snq_free(note);
    return st;
}

/* FNV-1a of the name over the piece's seed: a track's chance is its own, wherever it stands. */
static uint64_t track_seed(uint64_t seed, const char *name)
{
    uint64_t h = 0xcbf29ce484222325u ^ seed;
    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * 0x100000001b3u;
    snq_rng r;
    snq_rng_init(&r, h);
    return snq_rng_next(&r);
}

static snq_status check(const snq_player_cfg *cfg)
{
    if (!cfg->score || !cfg->track || !cfg->patch || !cfg->bank)
        return SNQ_FAIL(SNQ_ERR_ARG, "a player needs a score, a track, a patch and a bank");
    if (cfg->rate_hz < 8000 || cfg->rate_hz > LANE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz %u is not in 8000 .. %d", cfg->rate_hz,
                        LANE_MAX_HZ);
    if (!(cfg->tail_max_s >= 0.0 && cfg->tail_max_s <= 600.0))
        return SNQ_FAIL(SNQ_ERR_RANGE, "tail_max_s %g is not in 0 .. 600", cfg->tail_max_s);
    return SNQ_OK;
}

snq_status snq_player_new(const snq_player_cfg *cfg, snq_warnings *warnings, snq_player **out)
{
    *out = NULL;
    SNQ_TRY(check(cfg));
    snq_player *p = snq_calloc(1, sizeof *p);
    if (!p)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a player");
    snq_status st;
    p->score = cfg->score;
    p->rate_hz = cfg->rate_hz;
    const snq_instrument_cfg instrument = { .rate_hz = cfg->rate_hz,
                                            .seed = track_seed(cfg->seed, cfg->track->name),
                                            .patch = cfg->patch,
                                            .bank = cfg->bank };
    SNQ_GOTO(snq_instrument_new(&instrument, &p->instrument));
    SNQ_GOTO(add_notes(p, cfg));
    if (volume_is_set(cfg->score))
        SNQ_GOTO(add_perform(p, 0, SNQ_PERFORM_VOLUME, VOLUME_UNSET));
    SNQ_GOTO(add_messages(p, cfg, warnings));
    if (p->events)
        qsort(p->event, p->events, sizeof *p->event, by_frame);
    SNQ_GOTO(find_moves(p, cfg, warnings));
    SNQ_GOTO(prepare(p));
    const int64_t last = p->events ? p->event[p->events - 1].frame : 0;
    p->end = last + llround(cfg->tail_max_s * cfg->rate_hz);
    p->done = !p->events;
    *out = p;
    return SNQ_OK;
fail:
    snq_player_free(p);
    return st;
}

void snq_player_free(snq_player *p)
{
    if (!p)
        return;
    snq_instrument_free(p->instrument);
    snq_free(p->event);
    snq_free(p->move);
    snq_free(p);
}

/* ---------------------------------------------------------------- playing */

static void happen(snq_player *p, const event *e)
{
    switch ((event_kind)e->kind) {
    case NOTE_OFF:
        snq_instrument_note_off(p->instrument, e->id, e->value);
        break;
    case PERFORM:
        snq_instrument_perform(p->instrument, (snq_perform)e->what, e->value);
        break;
    case ALL_OFF:
        snq_instrument_all_off(p->instrument, e->what);
        break;
    case NOTE_ON:
        snq_instrument_note_on(p->instrument, e->id, e->note, e->value);
        break;
    }
}

/* What is true at the block's begin: beat, tempo, curves. */
static void move(snq_player *p)
{
    const double beat = beat_at(p, p->frame), after = beat_at(p, p->frame + BLOCK);
    snq_instrument_perform(p->instrument, SNQ_PERFORM_BEAT, beat);
    snq_instrument_perform(p->instrument, SNQ_PERFORM_BPM,
                           (after - beat) * 60.0 * p->rate_hz / BLOCK);
    for (size_t i = 0; i < p->moves; i++) {
        moving *m = &p->move[i];
        const float v = snq_curve_at(m->curve, beat, &m->hint, NAN);
        if (isfinite(v) && v != m->last) {
            snq_instrument_set(p->instrument, m->index, v);
            m->last = v;
        }
    }
}

/* The next block of the grid into left and right (BLOCK,). */
static void play_block(snq_player *p, float *left, float *right)
{
    const int64_t stop = p->frame + BLOCK;
    const int quiet = p->next == p->events || p->event[p->next].frame >= stop;
    if (quiet && snq_instrument_silent(p->instrument)) {
        memset(left, 0, BLOCK * sizeof *left);
        memset(right, 0, BLOCK * sizeof *right);
    } else {
        move(p);
        uint32_t at = 0;
        while (at < BLOCK) {
            for (; p->next < p->events && p->event[p->next].frame <= p->frame + at; p->next++)
                happen(p, &p->event[p->next]);
            const int64_t until = p->next < p->events && p->event[p->next].frame < stop
                                      ? p->event[p->next].frame
                                      : stop;
            const uint32_t n = (uint32_t)(until - p->frame) - at;
            snq_instrument_run(p->instrument, left + at, right + at, n);
            at += n;
        }
    }
    p->frame = stop;
    if (p->next == p->events) {
        p->done = snq_instrument_silent(p->instrument) || p->frame >= p->end + BLOCK * 8;
        if (p->frame >= p->end)
            snq_instrument_all_off(p->instrument, 1);
    }
}

void snq_player_run(snq_player *p, float *left, float *right, size_t n)
{
    const snq_denormals was = snq_denormals_off();
    size_t at = 0;
    while (at < n) {
        if (!p->held && p->done) {
            memset(left + at, 0, (n - at) * sizeof *left);
            memset(right + at, 0, (n - at) * sizeof *right);
            break;
        }
        if (!p->held && n - at >= BLOCK) {
            play_block(p, left + at, right + at);
            at += BLOCK;
            continue;
        }
        if (!p->held) {
            play_block(p, p->block[0], p->block[1]);
            p->held = BLOCK;
        }
        const size_t m = n - at < p->held ? n - at : p->held;
        memcpy(left + at, p->block[0] + BLOCK - p->held, m * sizeof *left);
        memcpy(right + at, p->block[1] + BLOCK - p->held, m * sizeof *right);
        p->held -= (uint32_t)m;
        at += m;
    }
    snq_denormals_restore(was);
}

int snq_player_done(const snq_player *p)
{
    return p->done && !p->held;
}

int64_t snq_player_frames(const snq_player *p)
{
    return p->frame - p->held;
}
