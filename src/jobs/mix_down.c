// SPDX-License-Identifier: MIT
/* IDEA   How loud the pre-master is, is known when its last frame has come; only then it can be mastered. So
 *        it waits in a nameless file, and goes through the master twice: through its inserts in one go, which
 *        is in order by nature, and then through the limiter, whose gain is tried on many stretches at once.
 *
 * STEPS  take    frames to the file; loudness of the pre-master
 *        colour  file ─► gain to the target ─► inserts ─► file, in place: what is written lies behind what is
 *                read by the inserts' latency; loudness and true peaks of that
 *        search  snq_master_find_gain on the file, with loudness and true peaks of what was coloured
 *        ceiling file ─► limiter ─► dither ─► taker; loudness and true peak of that
 *        Passes work on chunks of 16384 frames; what is measured and written of one goes on beside what is
 *        made of the next.
 *
 * COST   see mix/engine/master.c; 8 bytes a frame on the disk, four times through it. */
#include "jobs/mix_down.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "dsp/truepeak.h"
#include "jobs/spill.h"
#include "mix/engine/dither.h"
#include "mix/engine/loud_slots.h"
#include "mix/engine/mixer.h"

enum { CHUNK = 16384, SIDES = 2, FRAME_BYTES = SIDES * sizeof(float) };

struct snq_mix_down {
    snq_mix_down_cfg cfg;
    snq_mixer *mixer;   /* owned */
    snq_parallel *team; /* owned */
    snq_render_desk desk;
    int64_t *at; /* (strips,), owned: frame of the piece that a strip gives next */
    int fd;      /* of the spill file */
    int64_t frames;
    snq_loud_slots loud; /* of the pre-master */
    float *both;         /* (CHUNK, 2) */
};

/* ---------------------------------------------------------------- the desk */

/* A raised cosine down to silence, the same for all: their sum fades as each of them does. */
static void fade(const snq_mix_down *m, int64_t at, size_t n, float *left, float *right)
{
    for (size_t i = 0; i < n; i++) {
        const int64_t into = at + (int64_t)i - m->cfg.fade_at;
        if (into <= 0)
            continue;
        const double way = into < m->cfg.fade ? (double)into / (double)m->cfg.fade : 1.0;
        const float gain = into < m->cfg.fade ? (float)(0.5 + 0.5 * cos(M_PI * way)) : 0.0f;
        left[i] *= gain;
        right[i] *= gain;
    }
}

static void strip(void *user, uint32_t part, const float *const (*played)[2], size_t n, float *left,
                  float *right)
{
    snq_mix_down *m = user;
    snq_mixer_strip(m->mixer, part, played, n, left, right);
    if (m->cfg.fade)
        fade(m, m->at[part], n, left, right);
    m->at[part] += (int64_t)n;
}

static int silent(void *user, uint32_t part)
{
    return snq_mixer_silent(((snq_mix_down *)user)->mixer, part);
}

snq_status snq_mix_down_new(const snq_mix_down_cfg *cfg, snq_warnings *warnings, snq_mix_down **out)
{
    const snq_mixer_cfg mixer = { cfg->plan, cfg->score, cfg->rate_hz, cfg->seed };
    snq_status st;
    *out = NULL;
    snq_mix_down *m = snq_calloc(1, sizeof *m);
    if (!m)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a mix");
    m->cfg = *cfg;
    m->fd = -1;
    SNQ_GOTO(snq_loud_slots_init(&m->loud, cfg->rate_hz));
    m->both = snq_calloc(CHUNK, FRAME_BYTES);
    m->at = snq_calloc(cfg->plan->strips ? cfg->plan->strips : 1, sizeof *m->at);
    if (!m->both || !m->at) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a mix");
        goto fail;
    }
    SNQ_GOTO(snq_parallel_new(cfg->threads, &m->team));
    SNQ_GOTO(snq_mixer_new(&mixer, warnings, &m->mixer));
    for (uint32_t i = 0; i < cfg->plan->strips; i++)
        m->at[i] = -(int64_t)snq_mixer_latency(m->mixer);
    SNQ_GOTO(snq_spill_open(&m->fd));
    m->desk = (snq_render_desk) {
        .user = m, .latency = snq_mixer_latency(m->mixer), .strip = strip, .silent = silent
    };
    *out = m;
    return SNQ_OK;
fail:
    snq_mix_down_free(m);
    return st;
}

void snq_mix_down_free(snq_mix_down *m)
{
    if (!m)
        return;
    if (m->fd >= 0)
        close(m->fd);
    snq_mixer_free(m->mixer);
    snq_parallel_free(m->team);
    snq_loud_slots_clear(&m->loud);
    snq_free(m->both);
    snq_free(m->at);
    snq_free(m);
}

const snq_render_desk *snq_mix_down_desk(const snq_mix_down *m)
{
    return &m->desk;
}

float snq_mix_down_ducked_db(const snq_mix_down *m, uint32_t part)
{
    return snq_mixer_ducked_db(m->mixer, part);
}

/* ---------------------------------------------------------------- the file */

/* n frames at `from`; both (n, 2) is room. */
static snq_status write_frames(int fd, int64_t from, const float *left, const float *right,
                               size_t n, float *both)
{
    for (size_t i = 0; i < n; i++) {
        both[SIDES * i] = left[i];
        both[SIDES * i + 1] = right[i];
    }
    for (size_t done = 0; done < n * FRAME_BYTES;) {
        const ssize_t k = pwrite(fd, (const char *)both + done, n * FRAME_BYTES - done,
                                 from * FRAME_BYTES + (off_t)done);
        if (k <= 0 && !(k < 0 && errno == EINTR))
            return SNQ_FAIL(SNQ_ERR_IO, "writing a temporary file: %s", strerror(errno));
        done += k > 0 ? (size_t)k : 0;
    }
    return SNQ_OK;
}

static snq_status read_some(int fd, int64_t from, size_t n, float *left, float *right, float *both)
{
    for (size_t done = 0; done < n * FRAME_BYTES;) {
        const ssize_t k = pread(fd, (char *)both + done, n * FRAME_BYTES - done,
                                from * FRAME_BYTES + (off_t)done);
        if (k == 0 || (k < 0 && errno != EINTR))
            return SNQ_FAIL(SNQ_ERR_IO, "reading a temporary file: %s",
                            k ? strerror(errno) : "it is too short");
        done += k > 0 ? (size_t)k : 0;
    }
    for (size_t i = 0; i < n; i++) {
        left[i] = both[SIDES * i];
        right[i] = both[SIDES * i + 1];
    }
    return SNQ_OK;
}

/* snq_master_read: any n, on any thread */
static snq_status read_frames(void *user, int64_t from, size_t n, float *left, float *right)
{
    enum { PIECE = 512 };
    float both[SIDES * PIECE];
    const snq_mix_down *m = user;
    for (size_t done = 0; done < n; done += PIECE) {
        const size_t k = n - done < PIECE ? n - done : PIECE;
        SNQ_TRY(read_some(m->fd, from + (int64_t)done, k, left + done, right + done, both));
    }
    return SNQ_OK;
}

snq_status snq_mix_down_take(snq_mix_down *m, const snq_audio *block)
{
    for (size_t done = 0; done < block->frames;) {
        const size_t k = block->frames - done < CHUNK ? block->frames - done : CHUNK;
        const float *l = block->channel[0] + done, *r = block->channel[1] + done;
        SNQ_TRY(write_frames(m->fd, m->frames, l, r, k, m->both));
        snq_loud_slots_push(&m->loud, l, r, k);
        SNQ_TRY(m->loud.st);
        m->frames += (int64_t)k;
        done += k;
    }
    return SNQ_OK;
}

/* ---------------------------------------------------------------- passes */

/* Once through the file: chunks are made, one after the other, and, each in the round after, used. */
typedef struct pass {
    snq_mix_down *m;
    snq_master *master; /* one of these; owned by the caller */
    snq_ceiling *ceiling;
    uint32_t latency;
    int bits;              /* of the dither; 0: none */
    float *side[2][SIDES]; /* (CHUNK,) of an even, of an odd chunk */
    float *both;           /* (CHUNK, 2) */
    int64_t in;            /* next frame to be made of */
    int64_t out;           /* next frame to be used */
    int64_t chunk;         /* that is made now */
    size_t first, frames;  /* what is used of the chunk before */
    snq_loud_slots loud;
    snq_truepeak *true_peak;
    float peak, most;          /* true, of samples */
    float *peaks;              /* (slots,) true peaks of slots; NULL: not asked for */
    size_t slots, peak_at;     /* peak_at: frames so far */
    snq_mix_down_taker *taker; /* NULL: back into the file */
    void *user;
    snq_status st[2]; /* making, using */
    char error[2][SNQ_ERROR_MAX];
} pass;

static void note_failure(pass *p, int which, snq_status st)
{
    p->st[which] = st;
    if (st < 0)
        snprintf(p->error[which], SNQ_ERROR_MAX, "%s", snq_last_error());
}

static snq_status make_chunk(pass *p)
{
    float *const *x = p->side[p->chunk & 1];
    const int64_t left = p->m->frames - p->in;
    const size_t there = left <= 0 ? 0 : left < CHUNK ? (size_t)left : CHUNK;
    SNQ_TRY(read_some(p->m->fd, p->in, there, x[0], x[1], p->both));
    for (int c = 0; c < SIDES; c++)
        memset(x[c] + there, 0, (CHUNK - there) * sizeof(float));
    if (p->master)
        snq_master_run(p->master, x[0], x[1], CHUNK);
    else
        snq_ceiling_run(p->ceiling, x[0], x[1], CHUNK);
    for (int c = 0; p->bits && c < SIDES; c++)
        snq_dither(x[c], CHUNK, p->bits, p->m->cfg.seed, (uint32_t)c, p->in);
    p->in += CHUNK;
    return SNQ_OK;
}

static snq_audio used(const pass *p)
{
    float *const *x = p->side[(p->chunk - 1) & 1];
    return (snq_audio) { .channel = { x[0] + p->first, x[1] + p->first },
                         .channels = SIDES,
                         .rate_hz = p->m->cfg.rate_hz,
                         .frames = p->frames };
}

static snq_status use_chunk(pass *p)
{
    const snq_audio block = used(p);
    if (p->taker)
        return p->taker(p->user, &block);
    return write_frames(p->m->fd, p->out, block.channel[0], block.channel[1], block.frames,
                        p->m->both);
}

/* Largest magnitude of x (n,) and before; the bits of floats without sign are in the order of their values. */
static float most_of(const float *x, size_t n, float before)
{
    int32_t most; /* signed: what every vector unit can compare */
    memcpy(&most, &before, sizeof most);
    for (size_t i = 0; i < n; i++) {
        int32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        bits &= 0x7fffffff;
        most = bits > most ? bits : most;
    }
    memcpy(&before, &most, sizeof before);
    return before;
}

/* The true peak of all, and of each slot where that is asked for. */
static void measure_peaks(pass *p)
{
    const snq_audio block = used(p);
    const size_t slot = p->m->cfg.rate_hz / SNQ_LOUD_SLOTS_PER_S;
    for (size_t done = 0; done < block.frames;) {
        snq_audio part = block;
        const size_t into = p->peaks ? p->peak_at % slot : 0;
        const size_t room = p->peaks ? slot - into : block.frames, left = block.frames - done;
        const uint32_t n = (uint32_t)(left < room ? left : room);
        float peak;
        for (int c = 0; c < SIDES; c++)
            part.channel[c] = block.channel[c] + done;
        part.frames = n;
        snq_truepeak_push(p->true_peak, &part, &n, 1, &peak);
        p->peak = fmaxf(p->peak, peak);
        if (p->peaks && p->peak_at / slot < p->slots)
            p->peaks[p->peak_at / slot] = fmaxf(p->peaks[p->peak_at / slot], peak);
        p->peak_at += n;
        done += n;
    }
    for (int c = 0; c < SIDES; c++)
        p->most = most_of(block.channel[c], block.frames, p->most);
}

/* A pass that colours reads ahead of what it writes: both in one file, so one after the other. */
static void work(void *user, uint32_t index)
{
    pass *p = user;
    if (index == 0)
        note_failure(p, 0, make_chunk(p));
    else if (index == 1)
        note_failure(p, 1, use_chunk(p));
    else if (index == 2) {
        const snq_audio block = used(p);
        snq_loud_slots_push(&p->loud, block.channel[0], block.channel[1], block.frames);
    } else
        measure_peaks(p);
}

static void work_without_making(void *user, uint32_t index)
{
    work(user, index + 1);
}

/* What of the chunk that was just made is used. */
static void cut_made(pass *p)
{
    const int64_t at = p->chunk * CHUNK - (int64_t)p->latency, left = p->m->frames - at;
    p->first = at >= 0 ? 0 : -at < CHUNK ? (size_t)-at : CHUNK;
    const size_t stop = left <= 0 ? 0 : left < CHUNK ? (size_t)left : CHUNK;
    p->frames = stop > p->first ? stop - p->first : 0;
    p->out = at + (int64_t)p->first;
}

static snq_status run_pass(pass *p)
{
    const uint32_t uses = p->true_peak ? 3 : 2;
    const int64_t chunks = (p->m->frames + p->latency + CHUNK - 1) / CHUNK;
    for (p->chunk = 0; p->chunk <= chunks; p->chunk++) {
        if (p->chunk == 0)
            note_failure(p, 0, make_chunk(p));
        else if (p->chunk < chunks)
            snq_parallel_run(p->m->team, uses + 1, work, p);
        else
            snq_parallel_run(p->m->team, uses, work_without_making, p);
        for (int i = 0; i < 2; i++)
            if (p->st[i] < 0)
                return SNQ_FAIL(p->st[i], "%s", p->error[i]);
        SNQ_TRY(p->loud.st);
        if (p->m->cfg.cancel && *p->m->cfg.cancel)
            return SNQ_FAIL(SNQ_ERR_CANCELLED, "cancelled");
        cut_made(p);
    }
    if (p->true_peak)
        p->peak = fmaxf(p->peak, snq_truepeak_finish(p->true_peak));
    return SNQ_OK;
}

static snq_status init_pass(pass *p)
{
    SNQ_TRY(snq_loud_slots_init(&p->loud, p->m->cfg.rate_hz));
    p->both = snq_calloc(CHUNK, FRAME_BYTES);
    for (int i = 0; i < 2 * SIDES; i++)
        if (!(p->side[i / SIDES][i % SIDES] = snq_calloc(CHUNK, sizeof(float))))
            return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the master");
    return p->both ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the master");
}

static void clear_pass(pass *p)
{
    snq_loud_slots_clear(&p->loud);
    for (int i = 0; i < 2 * SIDES; i++)
        snq_free(p->side[i / SIDES][i % SIDES]);
    snq_free(p->both);
    snq_truepeak_free(p->true_peak);
}

/* ---------------------------------------------------------------- the record */

/* What is known of the coloured pre-master. */
typedef struct coloured {
    double lufs;
    double *power; /* (slots,) loud_slots.h; owned */
    float *peak;   /* (slots,) owned */
} coloured;

static void clear_coloured(coloured *c)
{
    snq_free(c->power);
    snq_free(c->peak);
}

static snq_status colour_in(snq_mix_down *m, const snq_master_cfg *cfg, pass *p,
                            snq_mix_figures *out, coloured *known)
{
    const snq_truepeak_cfg true_peak = { .rate_hz = m->cfg.rate_hz, .channels = SIDES };
    SNQ_TRY(snq_master_new(cfg, &p->master));
    SNQ_TRY(init_pass(p));
    SNQ_TRY(snq_truepeak_new(&true_peak, &p->true_peak));
    p->slots = (size_t)m->frames / p->loud.slot;
    known->peak = p->peaks = snq_calloc(p->slots + 1, sizeof *p->peaks);
    if (!p->peaks)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for the master");
    p->latency = snq_master_latency(p->master);
    SNQ_TRY(run_pass(p));
    known->lufs = snq_loud_integrated(p->loud.power, p->loud.count);
    if (p->loud.count >= p->slots) {
        known->power = p->loud.power;
        p->loud.power = NULL;
    }
    out->inserts_db = (double)snq_master_reduction_db(p->master);
    return SNQ_OK;
}

/* On error known is to be cleared too. */
static snq_status colour(snq_mix_down *m, const snq_master_cfg *cfg, snq_mix_figures *out,
                         coloured *known)
{
    pass p = { .m = m };
    const snq_status st = colour_in(m, cfg, &p, out, known);
    snq_master_free(p.master);
    clear_pass(&p);
    return st;
}

static snq_status limit(snq_mix_down *m, const snq_master_cfg *cfg, pass *p, snq_mix_figures *out)
{
    const snq_truepeak_cfg true_peak = { .rate_hz = m->cfg.rate_hz, .channels = SIDES };
    SNQ_TRY(snq_ceiling_new(cfg, &p->ceiling));
    SNQ_TRY(init_pass(p));
    SNQ_TRY(snq_truepeak_new(&true_peak, &p->true_peak));
    p->latency = snq_ceiling_latency(p->ceiling);
    SNQ_TRY(run_pass(p));
    out->lufs = snq_loud_integrated(p->loud.power, p->loud.count);
    out->true_peak_dbtp = 20.0 * log10((double)p->peak);
    out->peak_dbfs = 20.0 * log10((double)p->most);
    out->limiter = snq_ceiling_reduction(p->ceiling);
    return SNQ_OK;
}

snq_status snq_mix_down_finish(snq_mix_down *m, int bits, snq_mix_down_taker *taker, void *user,
                               snq_mix_figures *out)
{
    const snq_master_plan *plan = &m->cfg.plan->master;
    const snq_score *score = m->cfg.score;
    snq_master_cfg cfg = { .plan = plan, .rate_hz = m->cfg.rate_hz, .seed = m->cfg.seed };
    snq_master_found found;
    coloured known = { .lufs = -INFINITY };
    *out = (snq_mix_figures) { 0 };
    out->premaster_lufs = snq_loud_integrated(m->loud.power, m->loud.count);
    cfg.gain_db = out->gain_db = snq_master_bring_db(plan, out->premaster_lufs);
    cfg.bpm = score && score->tempos ? score->tempo[0].bpm : 0.0;
    snq_status st = colour(m, &cfg, out, &known);
    if (st >= 0) {
        const snq_master_search search = { .plan = plan,
                                           .rate_hz = cfg.rate_hz,
                                           .frames = m->frames,
                                           .lufs = known.lufs,
                                           .power = known.power,
                                           .peak = known.peak,
                                           .read = read_frames,
                                           .user = m };
        st = snq_master_find_gain(&search, m->team, &found);
    }
    clear_coloured(&known);
    SNQ_TRY(st);
    cfg.gain_db = found.gain_db;
    cfg.bends = out->bends = found.bends;
    out->gain_db += found.gain_db;
    pass p = { .m = m, .bits = bits, .taker = taker, .user = user };
    st = limit(m, &cfg, &p, out);
    snq_ceiling_free(p.ceiling);
    clear_pass(&p);
    return st;
}
