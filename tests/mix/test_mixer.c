// SPDX-License-Identifier: MIT
#include "support/check.h"
#include "support/make_audio.h"
#include "support/sweep.h"

#include "base/alloc.h"
#include "desk.h"

enum { N = DESK_FRAMES, RATE = DESK_RATE, CHUNK = SNQ_MIXER_CHUNK, BEAT = RATE / 2 };

static double power(const float *x, size_t from, size_t to)
{
    double sum = 0.0;
    for (size_t i = from; i < to; i++)
        sum += (double)x[i] * (double)x[i];
    return sum;
}

/* Level of what differs between x and y, in dB below y. */
static double difference_db(const float *x, const float *y, size_t n)
{
    double d = 0.0;
    for (size_t i = 0; i < n; i++)
        d += ((double)x[i] - (double)y[i]) * ((double)x[i] - (double)y[i]);
    return 10.0 * log10((d + 1e-30) / power(y, 0, n));
}

static void set_ones(desk *d, uint32_t strip)
{
    for (int c = 0; c < 2; c++)
        for (size_t i = 0; i < N; i++)
            d->played[strip][c][i] = 1.0f;
}

static void pan_polarity_level(void **state)
{
    static const struct {
        float gain_db, pan;
        int invert, mute;
        double left, right;
    } tab[] = {
        { 0.0f, 0.0f, 0, 0, 1.0, 1.0 },
        { 0.0f, -1.0f, 0, 0, 1.0, 0.0 },
        { 0.0f, 1.0f, 0, 0, 0.0, 1.0 },
        { 0.0f, 0.5f, 0, 0, 0.70710678, 1.0 },
        { 0.0f, -1.0f / 3, 1, 0, -1.0, -0.8660254 },
        { -6.0206f, 0.0f, 0, 0, 0.5, 0.5 },
        { 6.0206f, 0.0f, 1, 0, -2.0, -2.0 },
        { 0.0f, 0.0f, 0, 1, 0.0, 0.0 },
        { -120.0f, 0.0f, 0, 0, 0.0, 0.0 },
    };
    for (size_t t = 0; t < SNQ_COUNT(tab); t++) {
        desk *d = desk_new(1);
        set_ones(d, 0);
        d->plan.strip[0].gain_db = tab[t].gain_db;
        d->plan.strip[0].pan = tab[t].pan;
        d->plan.strip[0].invert = tab[t].invert;
        d->plan.strip[0].mute = tab[t].mute;
        desk_run(d, CHUNK, 1);
        assert_int_equal(d->latency, 0);
        for (size_t i = 0; i < N; i++) {
            check_near((double)d->stem[0][0][i], tab[t].left, 1e-5);
            check_near((double)d->stem[0][1][i], tab[t].right, 1e-5);
        }
        desk_free(d);
    }
}

/* An impulse comes out of every strip at the same frame, whatever its inserts look ahead, also by sends and
 * groups. */
static void latencies_are_made_equal(void **state)
{
    desk *d = desk_new(4);
    snprintf(d->plan.bus[0].name, sizeof d->plan.bus[0].name, "side");
    d->plan.buses = 1;
    for (uint32_t s = 0; s < 4; s++) {
        snq_strip_plan *p = &d->plan.strip[s];
        if (s) {
            snq_chain_link *l = desk_insert(&p->inserts, "compressor");
            desk_set(l, "ratio", 1.0f);
            desk_set(l, "lookahead_ms", (float[]) { 0.0f, 1.0f, 3.3f, 10.0f }[s]);
        }
        if (s == 2)
            snprintf(p->group, sizeof p->group, "Side");
        p->sends = 1;
        snprintf(p->send[0].bus, sizeof p->send[0].bus, "side");
        p->send[0].level_db = -6.0206f;
        d->played[s][0][5000] = d->played[s][1][5000] = 1.0f;
    }
    desk_run(d, CHUNK, 2);
    check_near((double)d->latency, 480.0, 40.0);
    for (uint32_t s = 0; s < 4; s++)
        for (int c = 0; c < 2; c++)
            for (size_t i = 0; i < N; i++)
                check_near((double)d->stem[s][c][i], i == 5000 + d->latency ? 1.5 : 0.0, 1e-4);
    desk_free(d);
}

/* Linear effects that a bus may have, of those that this build has. */
static void fill_bus(snq_bus_plan *b)
{
    static const char *const kinds[] = { "eq", "filter", "width", "delay", "chorus", "reverb" };
    size_t n;
    for (size_t i = 0; i < SNQ_COUNT(kinds); i++)
        if (snq_effect_params(kinds[i], &n)) {
            snq_chain_link *l = desk_insert(&b->inserts, kinds[i]);
            if (strcmp(kinds[i], "filter") == 0)
                desk_set(l, "cutoff_hz", 3000.0f);
            if (strcmp(kinds[i], "width") == 0)
                desk_set(l, "bass_mono", 1.0f);
        }
}

/* A desk on which all share the buses, as hardware does: what goes there is added up first. Made of strips
 * without sends, whose faders are the same. */
static void run_shared(desk *d, float *sum[2])
{
    const uint32_t strips = d->plan.strips;
    snq_strip_plan keep[DESK_STRIPS];
    float *bus[SNQ_MIX_BUSES_MAX][2];
    for (uint32_t b = 0; b < d->plan.buses; b++)
        for (int c = 0; c < 2; c++)
            bus[b][c] = make_silence(N);
    for (uint32_t s = 0; s < strips; s++) {
        keep[s] = d->plan.strip[s];
        d->plan.strip[s].sends = 0;
        *d->plan.strip[s].group = '\0';
    }
    desk_run(d, CHUNK, 1);
    for (uint32_t s = 0; s < strips; s++)
        for (int c = 0; c < 2; c++)
            for (size_t i = 0; i < N; i++) {
                const int group = snq_mix_plan_bus(&d->plan, keep[s].group);
                float *to = group < 0 ? sum[c] : bus[group][c];
                to[i] += d->stem[s][c][i];
                for (uint32_t k = 0; k < keep[s].sends; k++)
                    bus[snq_mix_plan_bus(&d->plan, keep[s].send[k].bus)][c][i] +=
                        powf(10.0f, keep[s].send[k].level_db / 20.0f) * d->stem[s][c][i];
            }
    for (uint32_t b = 0; b < d->plan.buses; b++) {
        snq_chain *chain;
        const snq_effect_context ctx = { .bpm = 120.0 };
        check_ok(snq_chain_new(&d->plan.bus[b].inserts, RATE, 99, &chain));
        assert_int_equal(snq_chain_latency(chain), 0);
        for (size_t at = 0; at < N; at += 64)
            snq_chain_run(chain, &ctx, bus[b][0] + at, bus[b][1] + at, 64);
        for (int c = 0; c < 2; c++) {
            const float gain = powf(10.0f, d->plan.bus[b].gain_db / 20.0f);
            for (size_t i = 0; i < N; i++)
                sum[c][i] += gain * bus[b][c][i];
            snq_free(bus[b][c]);
        }
        snq_chain_free(chain);
    }
    for (uint32_t s = 0; s < strips; s++)
        d->plan.strip[s] = keep[s];
}

static desk *full_desk(void)
{
    desk *d = desk_new(5);
    d->plan.buses = 2;
    for (int b = 0; b < 2; b++) {
        snprintf(d->plan.bus[b].name, sizeof d->plan.bus[b].name, "bus%d", b);
        d->plan.bus[b].gain_db = b ? -3.0f : 2.0f;
        fill_bus(&d->plan.bus[b]);
    }
    for (uint32_t s = 0; s < 5; s++) {
        snq_strip_plan *p = &d->plan.strip[s];
        desk_fill(d, s, s + 1);
        d->played[s][0][0] = 1e-6f; /* effects begin together */
        p->gain_db = -2.0f * (float)s;
        p->pan = 0.4f * (float)s - 0.8f;
        p->invert = s == 3;
        p->sends = 2;
        for (uint32_t k = 0; k < 2; k++) {
            snprintf(p->send[k].bus, sizeof p->send[k].bus, "bus%u", k);
            p->send[k].level_db = -6.0f - 3.0f * (float)(s + k);
        }
        p->ducks = 2;
        for (uint32_t k = 0; k < 2; k++) {
            p->duck[k] = (snq_mix_duck) { .depth_db = 9.0f,
                                          .threshold_db = -30.0f,
                                          .range_db = 10.0f,
                                          .attack_ms = 3.0f,
                                          .release_ms = 100.0f,
                                          .freq_hz = k ? 800.0f : 0.0f,
                                          .q = 1.0f };
            snprintf(p->duck[k].by, sizeof p->duck[k].by, "s%u", (s + 1 + k) % 5); /* in circles */
        }
        if (s == 2)
            snprintf(p->group, sizeof p->group, "bus1");
        if (s == 1) {
            desk_insert(&p->inserts, "compressor");
            desk_insert(&p->inserts, "eq");
        }
    }
    snq_curve *c = desk_curve(d, 0, "mix.gain_db");
    desk_point(c, 0.0, -20.0f, SNQ_CURVE_LINEAR);
    desk_point(c, 3.0, 3.0f, SNQ_CURVE_STEP);
    desk_point(c, 4.0, -9.0f, SNQ_CURVE_STEP);
    c = desk_curve(d, 2, "mix.pan");
    desk_point(c, 0.0, -1.0f, SNQ_CURVE_SMOOTH);
    desk_point(c, 5.0, 1.0f, SNQ_CURVE_SMOOTH);
    return d;
}

/* The stems add up to what a desk with shared buses gives, with ducking, sends and automation on. */
static void stems_add_up_to_a_shared_desk(void **state)
{
    desk *d = full_desk();
    float *want[2] = { make_silence(N), make_silence(N) };
    run_shared(d, want);
    desk_run(d, CHUNK, 3);
    for (int c = 0; c < 2; c++) {
        const double db = difference_db(d->sum[c], want[c], N);
        print_message("  sum of stems against a shared desk: %.1f dB\n", db);
        assert_true(db < -100.0);
        snq_free(want[c]);
    }
    for (uint32_t s = 0; s < 5; s++)
        assert_true(d->ducked_db[s] < -3.0f);
    desk_free(d);
}

static void chunks_and_threads_change_nothing(void **state)
{
    desk *d = full_desk();
    float *want[DESK_STRIPS][2];
    desk_run(d, CHUNK, 1);
    for (uint32_t s = 0; s < 5; s++)
        for (int c = 0; c < 2; c++) {
            want[s][c] = snq_calloc(N, sizeof(float));
            memcpy(want[s][c], d->stem[s][c], N * sizeof(float));
        }
    static const size_t chunk[] = { 64, 640, CHUNK };
    static const uint32_t threads[] = { 1, 2, 4 };
    for (int i = 0; i < 3; i += check_extent(1, 2)) {
        desk_run(d, chunk[i], threads[i]);
        for (uint32_t s = 0; s < 5; s++)
            for (int c = 0; c < 2; c++)
                assert_memory_equal(want[s][c], d->stem[s][c], N * sizeof(float));
    }
    for (uint32_t s = 0; s < 5; s++)
        for (int c = 0; c < 2; c++)
            snq_free(want[s][c]);
    desk_free(d);
}

/* A stem does not depend on strips that it does not listen to. */
static void stems_stand_alone(void **state)
{
    desk *d = full_desk();
    for (uint32_t s = 0; s < 5; s++)
        d->plan.strip[s].ducks = 0;
    desk_run(d, CHUNK, 1);
    float *was = snq_calloc(N, sizeof *was);
    memcpy(was, d->stem[4][0], N * sizeof *was);
    for (uint32_t s = 0; s < 4; s++)
        desk_fill(d, s, 77 + s);
    desk_run(d, CHUNK, 1);
    assert_memory_equal(was, d->stem[4][0], N * sizeof *was);
    snq_free(was);
    desk_free(d);
}

static double level_db(const float *x, size_t i)
{
    return 20.0 * log10(fmax((double)x[i], 1e-9));
}

static void faders_follow_their_curves(void **state)
{
    desk *d = desk_new(3);
    for (uint32_t s = 0; s < 3; s++)
        set_ones(d, s);
    snq_curve *c = desk_curve(d, 0, "mix.gain_db");
    desk_point(c, 0.0, 0.0f, SNQ_CURVE_LINEAR);
    desk_point(c, 2.0, -24.0f, SNQ_CURVE_LINEAR);
    desk_point(c, 4.0, 6.0f, SNQ_CURVE_STEP);
    desk_point(c, 5.0, -40.0f, SNQ_CURVE_STEP);
    c = desk_curve(d, 1, "mix.pan");
    desk_point(c, 0.0, -1.0f, SNQ_CURVE_LINEAR);
    desk_point(c, 6.0, 1.0f, SNQ_CURVE_LINEAR);
    /* what looks ahead makes the fader wait */
    snq_chain_link *l = desk_insert(&d->plan.strip[2].inserts, "compressor");
    desk_set(l, "ratio", 1.0f);
    desk_set(l, "lookahead_ms", 10.0f);
    c = desk_curve(d, 2, "mix.gain_db");
    desk_point(c, 0.0, 0.0f, SNQ_CURVE_STEP);
    desk_point(c, 3.0, -120.0f, SNQ_CURVE_STEP);
    desk_run(d, CHUNK, 1);
    const size_t late = d->latency;
    for (size_t i = 1000; i + 1000 < 2 * BEAT; i += 10)
        check_near(level_db(d->stem[0][0], late + i), -24.0 * (double)i / (2 * BEAT), 0.03);
    for (size_t i = 2 * BEAT + 1000; i + 1000 < 4 * BEAT; i += 10)
        check_near(level_db(d->stem[0][0], late + i),
                   -24.0 + 30.0 * (double)(i - 2 * BEAT) / (2 * BEAT), 0.03);
    for (size_t i = 4 * BEAT + 600; i + 600 < 5 * BEAT; i += 10)
        check_near(level_db(d->stem[0][0], late + i), 6.0, 1e-3);
    check_near(level_db(d->stem[0][1], late + 5 * BEAT + 600), -40.0, 1e-3);
    for (size_t i = 1000; i + 1000 < 6 * BEAT && late + i < N; i += 10) {
        const double pan = -1.0 + 2.0 * (double)i / (6 * BEAT);
        check_near((double)d->stem[1][0][late + i], pan > 0 ? cos(pan * M_PI_2) : 1.0, 0.01);
        check_near((double)d->stem[1][1][late + i], pan < 0 ? cos(pan * M_PI_2) : 1.0, 0.01);
    }
    /* half way down at the jump itself, in terms of what is heard */
    assert_true(d->stem[2][0][late + 3 * BEAT - 600] > 0.999f);
    assert_true(d->stem[2][0][late + 3 * BEAT + 600] == 0.0f);
    check_near((double)d->stem[2][0][late + 3 * BEAT], 0.5, 0.13);
    desk_free(d);
}

static void sends_and_inserts_follow_their_curves(void **state)
{
    desk *d = desk_new(2);
    set_ones(d, 0);
    snprintf(d->plan.bus[0].name, sizeof d->plan.bus[0].name, "fx");
    d->plan.buses = 1;
    snq_strip_plan *p = &d->plan.strip[0];
    p->sends = 2;
    p->gain_db = -120.0f; /* only what is sent before the fader is heard */
    for (uint32_t k = 0; k < 2; k++)
        snprintf(p->send[k].bus, sizeof p->send[k].bus, "fx");
    p->send[0].pre_fader = 1;
    snq_curve *c = desk_curve(d, 0, "mix.send.FX");
    desk_point(c, 0.0, -60.0f, SNQ_CURVE_LINEAR);
    desk_point(c, 6.0, 0.0f, SNQ_CURVE_LINEAR);
    /* a filter that closes */
    desk_insert(&d->plan.strip[1].inserts, "filter");
    add_sine(d->played[1][0], 0, N, RATE, 4000.0, 0.5, 0.0);
    c = desk_curve(d, 1, "mix.filter.cutoff_hz");
    desk_point(c, 0.0, 16000.0f, SNQ_CURVE_STEP);
    desk_point(c, 3.0, 400.0f, SNQ_CURVE_STEP);
    desk_run(d, CHUNK, 1);
    for (size_t i = 1000; i + 1000 < N; i += 10)
        check_near(level_db(d->stem[0][0], i), -60.0 + 60.0 * (double)i / (6 * BEAT), 0.03);
    const size_t at = 3 * BEAT, w = 4800;
    const double before = 10.0 * log10(power(d->stem[1][0], at - 2 * w, at - w) / w);
    const double after = 10.0 * log10(power(d->stem[1][0], at + w, at + 2 * w) / w);
    check_near(before, -9.03, 0.5);
    assert_true(after < before - 35.0);
    desk_free(d);
}

/* Jumps of a fader stay under the click bar: energy above 8 kHz in the 5 ms round the jump at most 6 dB over
 * what it was in the 50 ms before (a saw, which has some). */
static void jumps_do_not_click(void **state)
{
    for (int way = 0; way < 2; way++) {
        desk *d = desk_new(1);
        for (size_t i = 0; i < N; i++)
            for (int c = 0; c < 2; c++)
                d->played[0][c][i] = (float)(fmod((double)i * 110.0 / RATE, 1.0) - 0.5);
        snq_curve *c = desk_curve(d, 0, way ? "mix.pan" : "mix.gain_db");
        desk_point(c, 0.0, way ? -1.0f : 0.0f, SNQ_CURVE_STEP);
        desk_point(c, 3.01, way ? 1.0f : -120.0f, SNQ_CURVE_STEP);
        desk_point(c, 4.01, way ? -1.0f : 0.0f, SNQ_CURVE_STEP);
        snprintf(d->plan.strip[0].name, sizeof d->plan.strip[0].name, "s0");
        desk_insert(&d->plan.strip[0].inserts, "eq"); /* leaves all as it is */
        desk_run(d, CHUNK, 1);
        const size_t at = (size_t)(3.01 * BEAT);
        double hp[2] = { 0.0, 0.0 };
        for (int k = 0; k < 2; k++) { /* second difference: falls 12 dB an octave below 8 kHz */
            const size_t from = k ? at - 120 : at - 120 - 2400, to = k ? at + 120 : at - 120;
            for (size_t i = from; i < to; i++) {
                const float *x = d->stem[0][0];
                const double h = (double)x[i] - 2.0 * (double)x[i - 1] + (double)x[i - 2];
                hp[k] += h * h / (double)(to - from);
            }
        }
        assert_true(10.0 * log10(hp[1] / hp[0]) < 6.0);
        desk_free(d);
    }
}

/* A strip that has nothing to do rests, and is where it should be when it goes on. */
static void rest_changes_nothing(void **state)
{
    desk *d = desk_new(2);
    for (size_t i = 0; i < N; i++)
        d->played[0][0][i] = (i / 20000) % 3 ? 0.0f : 0.25f;
    for (size_t i = 0; i < N; i++)
        d->played[1][0][i] = (i / 7000) % 2 ? 0.0f : 0.25f;
    memcpy(d->played[0][1], d->played[0][0], N * sizeof(float));
    snq_strip_plan *p = &d->plan.strip[0];
    p->ducks = 1;
    p->duck[0] = (snq_mix_duck) { .by = "s1",
                                  .depth_db = 12.0f,
                                  .threshold_db = -30.0f,
                                  .range_db = 10.0f,
                                  .attack_ms = 30.0f,
                                  .release_ms = 400.0f,
                                  .q = 1.0f };
    snq_curve *c = desk_curve(d, 0, "mix.gain_db");
    desk_point(c, 0.0, 0.0f, SNQ_CURVE_LINEAR);
    desk_point(c, 6.0, -30.0f, SNQ_CURVE_LINEAR);
    desk_run(d, CHUNK, 1);
    float *was = snq_calloc(N, sizeof *was);
    memcpy(was, d->stem[0][0], N * sizeof *was);
    for (size_t i = 0; i < N; i++) /* never silent: what can't be heard keeps it awake */
        d->played[0][1][i] += 1e-12f;
    desk_run(d, CHUNK, 1);
    for (size_t i = 0; i < N; i++)
        check_near((double)was[i], (double)d->stem[0][0][i], 1e-6);
    snq_free(was);
    desk_free(d);
}

static void silence_is_silence(void **state)
{
    desk *d = full_desk();
    const snq_mixer_cfg cfg = { .plan = &d->plan, .score = NULL, .rate_hz = RATE };
    snq_mixer *m;
    const float *played[DESK_STRIPS][2];
    static float silence[CHUNK], left[CHUNK], right[CHUNK];
    check_ok(snq_mixer_new(&cfg, NULL, &m));
    for (int s = 0; s < DESK_STRIPS; s++)
        played[s][0] = played[s][1] = silence;
    for (uint32_t s = 0; s < 5; s++) {
        assert_true(snq_mixer_silent(m, s));
        snq_mixer_strip(m, s, (const float *const(*)[2])played, CHUNK, left, right);
        assert_true(power(left, 0, CHUNK) == 0.0 && power(right, 0, CHUNK) == 0.0);
    }
    /* a sound, and how long it rings: in the end there is nothing at all */
    silence[3] = 0.5f;
    for (uint32_t s = 0; s < 5; s++)
        snq_mixer_strip(m, s, (const float *const(*)[2])played, CHUNK, left, right);
    silence[3] = 0.0f;
    for (uint32_t s = 0; s < 5; s++) {
        int chunks = 0;
        for (; !snq_mixer_silent(m, s) && chunks < 200; chunks++)
            snq_mixer_strip(m, s, (const float *const(*)[2])played, CHUNK, left, right);
        assert_true(chunks < 200);
        snq_mixer_strip(m, s, (const float *const(*)[2])played, CHUNK, left, right);
        assert_true(power(left, 0, CHUNK) == 0.0 && power(right, 0, CHUNK) == 0.0);
    }
    snq_mixer_free(m);
    desk_free(d);
}

/* A compressor that listens to another strip. */
static void inserts_listen_to_a_side_chain(void **state)
{
    desk *d = desk_new(2);
    snq_strip_plan *p = &d->plan.strip[0];
    for (size_t i = 0; i < N; i++)
        d->played[0][0][i] = d->played[0][1][i] = 0.01f;
    add_sine(d->played[1][0], BEAT, 3 * BEAT, RATE, 300.0, 0.9, 0.0);
    add_sine(d->played[1][1], BEAT, 3 * BEAT, RATE, 300.0, 0.9, 0.0);
    d->plan.strip[1].mute = 1; /* not heard, but listened to */
    snprintf(p->side_chain, sizeof p->side_chain, "S1");
    snq_chain_link *l = desk_insert(&p->inserts, "compressor");
    desk_set(l, "sidechain", 1.0f);
    desk_set(l, "threshold_db", -20.0f);
    desk_set(l, "ratio", 10.0f);
    desk_run(d, CHUNK, 1);
    check_near((double)d->stem[0][0][BEAT - 100], 0.01, 1e-5);
    assert_true(d->stem[0][0][2 * BEAT] < 0.003f);
    check_near((double)d->stem[0][0][N - 100], 0.01, 1e-4);
    assert_true(power(d->stem[1][0], 0, N) == 0.0);
    desk_free(d);
}

/* Trims go beside what a plan or a curve sets, of faders and of sends; at 0 dB they change no bit. */
static void trims_are_beside_levels(void **state)
{
    static const float trim[] = { 0.0f, -6.0206f, 6.0206f };
    double fader[3], sent[3];
    for (int i = 0; i < 3; i++) {
        desk *d = desk_new(1);
        snq_strip_plan *p = &d->plan.strip[0];
        set_ones(d, 0);
        snprintf(d->plan.bus[0].name, sizeof d->plan.bus[0].name, "side");
        d->plan.buses = 1;
        p->gain_db = -120.0f; /* the curve's */
        p->sends = 1;
        snprintf(p->send[0].bus, sizeof p->send[0].bus, "side");
        p->send[0].level_db = -12.0412f;
        p->send[0].pre_fader = 1;
        if (i)
            desk_point(desk_curve(d, 0, "mix.trim.Side"), 0.0, trim[i], SNQ_CURVE_STEP);
        desk_run(d, CHUNK, 1);
        sent[i] = (double)d->stem[0][0][N / 2];
        p->gain_db = -6.0206f;
        p->sends = 0;
        if (i)
            desk_point(desk_curve(d, 0, "mix.trim_db"), 0.0, trim[i], SNQ_CURVE_STEP);
        desk_run(d, CHUNK, 1);
        fader[i] = (double)d->stem[0][0][N / 2];
        desk_free(d);
    }
    check_near(sent[0], 0.25, 1e-5);
    check_near(sent[1], 0.125, 1e-5);
    check_near(sent[2], 0.5, 1e-5);
    check_near(fader[0], 0.5, 1e-5);
    check_near(fader[1], 0.25, 1e-5);
    check_near(fader[2], 1.0, 1e-5);
}

static void a_trim_on_a_moving_fader(void **state)
{
    desk *d = desk_new(1);
    set_ones(d, 0);
    snq_curve *c = desk_curve(d, 0, "mix.gain_db");
    desk_point(c, 0.0, -20.0f, SNQ_CURVE_STEP);
    desk_point(c, 1.0, -10.0f, SNQ_CURVE_STEP);
    desk_point(desk_curve(d, 0, "mix.trim_db"), 0.0, -10.0f, SNQ_CURVE_STEP);
    desk_run(d, CHUNK, 1);
    check_near(20 * log10((double)d->stem[0][0][BEAT / 2]), -30, 0.01);
    check_near(20 * log10((double)d->stem[0][0][BEAT + BEAT / 2]), -20, 0.01);
    desk_free(d);
}

static void warns_of_curves_that_move_nothing(void **state)
{
    desk *d = desk_new(1);
    snq_warnings w = { 0 };
    snq_mixer *m;
    const snq_mixer_cfg cfg = { .plan = &d->plan, .score = &d->score, .rate_hz = RATE };
    desk_point(desk_curve(d, 0, "mix.reverb.size"), 0.0, 1.0f, SNQ_CURVE_STEP);
    desk_point(desk_curve(d, 0, "mix.send.nowhere"), 0.0, 1.0f, SNQ_CURVE_STEP);
    desk_point(desk_curve(d, 0, "mix.trim.hall"), 0.0, 1.0f, SNQ_CURVE_STEP); /* not a fault */
    desk_point(desk_curve(d, 0, "filter_cutoff"), 0.0, 1.0f, SNQ_CURVE_STEP); /* the patch's */
    desk_curve(d, 0, "mix.gain_db");                                          /* empty */
    check_ok(snq_mixer_new(&cfg, &w, &m));
    assert_int_equal(w.count, 1);
    assert_int_equal(w.item[0].times, 2);
    assert_non_null(strstr(w.item[0].message, "reverb.size"));
    snq_mixer_free(m);
    check_ok(snq_mixer_new(&cfg, NULL, &m));
    snq_mixer_free(m);
    desk_free(d);
}

static snq_status make(void *user, void **out)
{
    snq_mixer *m;
    const desk *d = user;
    const snq_mixer_cfg cfg = { .plan = &d->plan, .score = &d->score, .rate_hz = RATE };
    const snq_status st = snq_mixer_new(&cfg, NULL, &m);
    *out = m;
    return st;
}

static void unmake(void *m)
{
    snq_mixer_free(m);
}

static void out_of_memory(void **state)
{
    desk *d = full_desk();
    assert_true(snq_sweep(make, unmake, d) > 20);
    desk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pan_polarity_level),
        cmocka_unit_test(latencies_are_made_equal),
        cmocka_unit_test(stems_add_up_to_a_shared_desk),
        cmocka_unit_test(chunks_and_threads_change_nothing),
        cmocka_unit_test(stems_stand_alone),
        cmocka_unit_test(faders_follow_their_curves),
        cmocka_unit_test(sends_and_inserts_follow_their_curves),
        cmocka_unit_test(jumps_do_not_click),
        cmocka_unit_test(rest_changes_nothing),
        cmocka_unit_test(silence_is_silence),
        cmocka_unit_test(inserts_listen_to_a_side_chain),
        cmocka_unit_test(trims_are_beside_levels),
        cmocka_unit_test(a_trim_on_a_moving_fader),
        cmocka_unit_test(warns_of_curves_that_move_nothing),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
