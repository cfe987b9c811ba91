// SPDX-License-Identifier: MIT
/* resample -- libsoxr with a fixed promise about how much comes out, and nothing to do in silence.
 *
 * IDEA   soxr takes its own delay out already: the first sample that it gives belongs to time 0.
 *        What is left to us is the end, and long silences: once soxr holds nothing but zeros it is
 *        like a clock, and a clock that has run for whole turns shows the same time as before.
 *
 * STEPS  end      soxr rounds the length its own way, so finish appends zeros until at least
 *                 ceil(n out_hz / in_hz) samples must have come, and cuts there. The soxr object is
 *                 thrown away then and made anew by the next push: a stream never sees what was
 *                 before it.
 *        silence  soxr's stages are filters of finite length: a block convolution, which gives
 *                 nothing for `step` samples in and then a burst, around it halvings and a polyphase
 *                 filter of rational ratio. All that they remember besides samples is where they are
 *                 within a block and within the ratio, so it repeats after
 *                     period = lcm(step, in_hz / g) samples in,   period out_hz / in_hz out,
 *                     g = gcd(in_hz, out_hz)
 *                 A number of periods of zeros, pushed when it holds only zeros, leaves it as it
 *                 was: they are handed on as zeros without it.
 *          learn  SETTLE s of zeros; then zeros one by one, until two bursts tell `step`; then a
 *                 whole period: bursts must come where they should and nowhere else, and the period
 *                 must bring as many samples as it should. Else nothing is ever skipped.
 *          sleep  after STILL steps of zeros: zeros are owed to soxr, and handed on by us, at least
 *                 two steps behind, so that we never hand on what sound to come could touch
 *          wake   at sound, or the end: soxr gets what is owed but for whole periods; what it gives
 *                 that was handed on already is dropped
 *
 * CONST  SETTLE 1 s: the gaps of music and speech are not worth learning for. STILL 16: a block
 *        convolution looks back by 2.4 steps at most (its transform is at least 1.7 times as long
 *        as its filter), the stages around it by less. PERIOD_MAX 2^20 samples: what is fed at once
 *        when it wakes. Read from libsoxr 0.1.3; another version's habits would be learnt anew, and
 *        if they were misread, samples would change by its rounding (1e-8) and no more.
 *
 * COST   Learning: a period, at most 3 s of zeros at the usual rates, at soxr's speed. Then 0.2 ns a
 *        sample.
 * LIMITS Ratios that put the block convolution behind the polyphase filter (37 800 or 44 056 to
 *        22 050 Hz) have bursts at uneven distances: no skipping. */
#include "dsp/resample.h"

#include <soxr.h>

#include "base/alloc.h"
#include "base/limits.h"

enum { CHUNK = 4096, STILL = 16, PERIOD_MAX = 1 << 20 };

static const float zeros[CHUNK];

/* What is known of the clock. */
typedef enum learnt { UNKNOWN, COUNTING, CHECKING, KNOWN, HOPELESS } learnt;

struct snq_resample {
    snq_resample_cfg cfg;
    soxr_t soxr;    /* NULL between streams, and always when the rates are equal */
    uint64_t in_n;  /* samples of the stream so far */
    uint64_t out_n; /* handed on so far */
    uint64_t made;  /* given by soxr, while learning */
    uint64_t still; /* zeros given to soxr since the last sound */
    uint64_t owed;  /* zeros not given to it */
    uint64_t ahead; /* zeros handed on that it has not given */
    learnt learnt;
    uint64_t step, period; /* of the clock, samples in */
    uint64_t burst;        /* `still` at the last burst; 0: none yet */
    uint64_t check_from;   /* `still` where checking began */
    float out[CHUNK];
};

static snq_status open_soxr(snq_resample *r)
{
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_error_t err = NULL;
    r->soxr = soxr_create(r->cfg.in_hz, r->cfg.out_hz, 1, &err, &io, &quality, &runtime);
    if (!r->soxr)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "resampler %u to %u Hz: %s", r->cfg.in_hz, r->cfg.out_hz,
                        err ? err : "out of memory");
    return SNQ_OK;
}

snq_status snq_resample_new(const snq_resample_cfg *cfg, snq_resample **out)
{
    snq_status st;
    *out = NULL;
    if (cfg->in_hz < SNQ_RATE_MIN_HZ || cfg->in_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "in_hz %u is not in %d .. %d", cfg->in_hz, SNQ_RATE_MIN_HZ,
                        SNQ_RATE_MAX_HZ);
    if (cfg->out_hz < SNQ_RATE_MIN_HZ || cfg->out_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "out_hz %u is not in %d .. %d", cfg->out_hz, SNQ_RATE_MIN_HZ,
                        SNQ_RATE_MAX_HZ);
    snq_resample *r = snq_calloc(1, sizeof(*r));
    if (!r)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "resampler");
    r->cfg = *cfg;
    if (cfg->in_hz != cfg->out_hz)
        SNQ_GOTO(open_soxr(r));
    *out = r;
    return SNQ_OK;
fail:
    snq_resample_free(r);
    return st;
}

void snq_resample_free(snq_resample *r)
{
    if (!r)
        return;
    soxr_delete(r->soxr);
    snq_free(r);
}

/* The clock stands where it stood when soxr was new. */
static void forget_silence(snq_resample *r)
{
    r->still = r->owed = r->ahead = r->burst = 0;
    if (r->learnt < KNOWN)
        r->learnt = UNKNOWN;
}

void snq_resample_reset(snq_resample *r)
{
    soxr_delete(r->soxr);
    r->soxr = NULL;
    r->in_n = r->out_n = 0;
    forget_silence(r);
}

/* Put n samples in (in NULL: the end) and hand on what comes out, never more than `most` samples of
 * the stream in all. */
static snq_status run(snq_resample *r, const float *in, size_t n, uint64_t most,
                      snq_resample_sink sink, void *user)
{
    size_t done, got;
    do {
        const soxr_error_t err = soxr_process(r->soxr, in, n, &done, r->out, CHUNK, &got);
        if (err)
            return SNQ_FAIL(SNQ_ERR_INTERNAL, "resampler: %s", err);
        if (n && !done && !got)
            return SNQ_FAIL(SNQ_ERR_INTERNAL, "resampler: it takes nothing and gives nothing");
        if (in) {
            in += done;
            n -= done;
        }
        r->made += got;
        const size_t drop = got < r->ahead ? got : (size_t)r->ahead;
        r->ahead -= drop;
        const size_t give = got - drop < most - r->out_n ? got - drop : (size_t)(most - r->out_n);
        r->out_n += give;
        if (give)
            SNQ_TRY(sink(user, r->out + drop, give));
    } while (n || got == CHUNK);
    return SNQ_OK;
}

/* ---- silence ---------------------------------------------------------------------------------- */

/* Hand on n zeros. */
static snq_status give_zeros(snq_resample *r, uint64_t n, snq_resample_sink sink, void *user)
{
    r->out_n += n;
    while (n) {
        const size_t k = n < CHUNK ? (size_t)n : CHUNK;
        SNQ_TRY(sink(user, zeros, k));
        n -= k;
    }
    return SNQ_OK;
}

/* Put n zeros in. */
static snq_status run_zeros(snq_resample *r, uint64_t n, uint64_t most, snq_resample_sink sink,
                            void *user)
{
    r->still += n;
    while (n) {
        const size_t k = n < CHUNK ? (size_t)n : CHUNK;
        SNQ_TRY(run(r, zeros, k, most, sink, user));
        n -= k;
    }
    return SNQ_OK;
}

/* The period that goes with r->step; 0 when it is too long. */
static uint64_t period_of(const snq_resample *r)
{
    uint64_t a = r->cfg.in_hz, b = r->cfg.out_hz;
    while (b) { /* greatest common divisor */
        const uint64_t c = a % b;
        a = b;
        b = c;
    }
    const uint64_t unit = r->cfg.in_hz / a;
    uint64_t period = r->step;
    while (period <= PERIOD_MAX && period % unit)
        period += r->step;
    return period <= PERIOD_MAX ? period : 0;
}

/* A burst came where one may come. */
static void learn_burst(snq_resample *r)
{
    if (r->learnt == CHECKING) {
        if (r->still - r->check_from == r->period)
            r->learnt = r->made * r->cfg.in_hz == r->period * r->cfg.out_hz ? KNOWN : HOPELESS;
    } else if (r->burst) {
        r->step = r->still - r->burst;
        r->period = period_of(r);
        r->learnt = r->period ? CHECKING : HOPELESS;
        r->check_from = r->still;
        r->made = 0;
    }
    r->burst = r->still;
}

/* Up to n zeros for soxr, which watch its clock; *took of them. */
static snq_status learn(snq_resample *r, uint64_t n, snq_resample_sink sink, void *user,
                        uint64_t *took)
{
    if (r->learnt == UNKNOWN) {
        const uint64_t settle = r->cfg.in_hz - r->still;
        r->learnt = settle <= n ? COUNTING : UNKNOWN;
        *took = settle < n ? settle : n;
        return run_zeros(r, *took, UINT64_MAX, sink, user);
    }
    const uint64_t before = r->made;
    const uint64_t quiet = r->learnt == CHECKING ? r->burst + r->step - r->still - 1 : 0;
    *took = quiet < n ? quiet : n;
    *took = quiet ? *took : 1;
    SNQ_TRY(run_zeros(r, *took, UINT64_MAX, sink, user));
    const int came = r->made != before;
    if (r->learnt == CHECKING && came != !quiet)
        r->learnt = HOPELESS;
    else if (came)
        learn_burst(r);
    else if (r->learnt == COUNTING && r->still - r->cfg.in_hz > PERIOD_MAX)
        r->learnt = HOPELESS;
    return SNQ_OK;
}

static int is_asleep(const snq_resample *r)
{
    return r->learnt == KNOWN && r->still >= STILL * r->step;
}

/* n more zeros are owed: hand on what is known of them. */
static snq_status sleep_on(snq_resample *r, uint64_t n, snq_resample_sink sink, void *user)
{
    r->owed += n;
    if (r->owed < 3 * r->step)
        return SNQ_OK;
    const uint64_t known = (r->owed - 2 * r->step) * r->cfg.out_hz / r->cfg.in_hz;
    const uint64_t more = known > r->ahead ? known - r->ahead : 0;
    r->ahead += more;
    return give_zeros(r, more, sink, user);
}

/* Bring soxr to where the stream is. */
static snq_status wake(snq_resample *r, uint64_t most, snq_resample_sink sink, void *user)
{
    const uint64_t turns = r->owed ? r->owed / r->period : 0;
    const uint64_t given = turns * r->period * r->cfg.out_hz / r->cfg.in_hz;
    const uint64_t rest = r->owed - turns * r->period;
    const uint64_t more = given > r->ahead ? given - r->ahead : 0;
    r->ahead = given > r->ahead ? 0 : r->ahead - given;
    r->owed = 0;
    SNQ_TRY(give_zeros(r, more, sink, user));
    return run_zeros(r, rest, most, sink, user);
}

snq_status snq_resample_push_silence(snq_resample *r, uint64_t n, snq_resample_sink sink,
                                     void *user)
{
    r->in_n += n;
    if (r->cfg.in_hz == r->cfg.out_hz)
        return give_zeros(r, n, sink, user);
    if (n && !r->soxr)
        SNQ_TRY(open_soxr(r));
    while (n) {
        uint64_t took = n;
        if (is_asleep(r)) {
            SNQ_TRY(sleep_on(r, n, sink, user));
        } else if (r->learnt == KNOWN) {
            const uint64_t left = STILL * r->step - r->still;
            took = left < n ? left : n;
            SNQ_TRY(run_zeros(r, took, UINT64_MAX, sink, user));
        } else if (r->learnt == HOPELESS) {
            SNQ_TRY(run_zeros(r, n, UINT64_MAX, sink, user));
        } else {
            SNQ_TRY(learn(r, n, sink, user, &took));
        }
        n -= took;
    }
    return SNQ_OK;
}

/* ---- stream ----------------------------------------------------------------------------------- */

snq_status snq_resample_push(snq_resample *r, const float *in, size_t n, snq_resample_sink sink,
                             void *user)
{
    if (n == 0)
        return SNQ_OK;
    r->in_n += n;
    if (r->cfg.in_hz == r->cfg.out_hz)
        return sink(user, in, n);
    if (!r->soxr)
        SNQ_TRY(open_soxr(r));
    SNQ_TRY(wake(r, UINT64_MAX, sink, user));
    const uint64_t ahead = r->ahead; /* not yet given by soxr: kept through what follows */
    forget_silence(r);
    r->ahead = ahead;
    return run(r, in, n, UINT64_MAX, sink, user);
}

snq_status snq_resample_finish(snq_resample *r, snq_resample_sink sink, void *user)
{
    if (r->soxr && r->in_n) {
        const uint64_t most = (r->in_n * r->cfg.out_hz + r->cfg.in_hz - 1) / r->cfg.in_hz;
        const uint64_t pad = 2 + 2 * (uint64_t)r->cfg.in_hz / r->cfg.out_hz; /* over one output */
        SNQ_TRY(wake(r, most, sink, user));
        SNQ_TRY(run_zeros(r, pad, most, sink, user));
        SNQ_TRY(run(r, NULL, 0, most, sink, user));
    }
    snq_resample_reset(r);
    return SNQ_OK;
}
