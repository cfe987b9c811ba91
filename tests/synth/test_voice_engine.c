// SPDX-License-Identifier: MIT
/* The engine as a whole, by ear: what its sound is measured to be. test_voice_engine --bench prints what
 * a voice costs. Linked with wrappers of what must not be called while sound is made. */
#include "support/check.h"

#include <pthread.h>
#include <time.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "synth/voice_checks.h"

/* --- neither memory nor locks: the linker sends these calls here (--wrap) --- */

static int watched, forbidden;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t align, size_t n);
int __real_posix_memalign(void **p, size_t align, size_t n);
void __real_free(void *p);
int __real_pthread_mutex_lock(pthread_mutex_t *m);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n);
int __wrap_posix_memalign(void **p, size_t align, size_t n);
void __wrap_free(void *p);
int __wrap_pthread_mutex_lock(pthread_mutex_t *m);

void *__wrap_malloc(size_t n)
{
    forbidden += watched;
    return __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    forbidden += watched;
    return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    forbidden += watched;
    return __real_realloc(p, n);
}

void *__wrap_aligned_alloc(size_t align, size_t n)
{
    forbidden += watched;
    return __real_aligned_alloc(align, n);
}

int __wrap_posix_memalign(void **p, size_t align, size_t n)
{
    forbidden += watched;
    return __real_posix_memalign(p, align, n);
}

void __wrap_free(void *p)
{
    forbidden += watched;
    __real_free(p);
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *m)
{
    forbidden += watched;
    return __real_pthread_mutex_lock(m);
}

static const char *const all[] = { "wobble_bass", "sub_bass",     "saw_lead",   "warm_pad",
                                   "soft_keys",   "short_pluck",  "reese_bass", "riser",
                                   "impact",      "noise_texture" };

/* One of each kind of source, by itself and as one of three. */
#define THREE                                                                                \
    "\"sources\":[\"grain\",\"string\",\"sample\"],\"recordings\":[\"tone\",\"\",\"tone\"]," \
    "\"params\":{\"channels\":\"stereo\",\"filter_model\":\"ladder\",\"voices\":7}"
static const char *const kinds[] = {
    "\"sources\":[\"string\"]",
    "\"sources\":[\"formant\"]",
    "\"sources\":[\"fm\"]",
    "\"sources\":[\"noise\"]",
    "\"sources\":[\"sample\"],\"recordings\":[\"tone\"]",
    "\"sources\":[\"grain\"],\"recordings\":[\"tone\"]",
    THREE,
};

static void kind_patch(size_t i, snq_patch *p)
{
    char text[1024];
    snprintf(text, sizeof text, "%s%s}", PATCH_HEAD "\"range\":[36,84],", kinds[i]);
    patch_of(text, p);
}

/* Everything that a player may do, in a second of sound. */
static void play_a_lot(sound *s, const snq_patch *p)
{
    size_t n;
    const snq_param *param = snq_instrument_params(s->instrument, &n);
    for (uint32_t step = 0; step < 90; step++) {
        const float note = (float)(p->low_note + step * 7 % (uint32_t)(p->high_note - p->low_note));
        snq_instrument_note_on(s->instrument, step, note, 0.3f + 0.5f * (float)(step % 3) / 2);
        if (step % 3 == 2)
            snq_instrument_note_off(s->instrument, step - 1, 0.5f);
        if (step % 30 == 29)
            snq_instrument_all_off(s->instrument, step % 60 == 59);
        snq_instrument_perform(s->instrument, (snq_perform)(step % 9), (double)(step % 5) / 4);
        const snq_param *q = &param[step * 31 % n];
        snq_instrument_set(s->instrument, step * 31 % (uint32_t)n,
                           snq_param_from_norm(q, (float)(step % 4) / 3));
        sound_run_blocks(s, 533, 1 + step % 64);
    }
}

static void test_neither_memory_nor_locks(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(all) + SNQ_COUNT(kinds); i++) {
        snq_patch p;
        sound s;
        if (i < SNQ_COUNT(all))
            patch_file(all[i], &p);
        else
            kind_patch(i - SNQ_COUNT(all), &p);
        sound_open_patch(&s, &p, 48000, 1.1);
        void *(*volatile get)(size_t) = malloc; /* not to be optimised away */
        void (*volatile give)(void *) = free;
        watched = 1;
        forbidden = 0;
        give(get(1));
        assert_int_equal(forbidden, 2); /* the wrappers see */
        forbidden = 0;
        const int64_t live = snq_alloc_live();
        snq_alloc_fail_after(0);
        play_a_lot(&s, &p);
        const int refused = snq_alloc_refused();
        snq_alloc_fail_after(-1);
        watched = 0;
        assert_int_equal(forbidden, 0);
        assert_false(refused);
        assert_int_equal(snq_alloc_live(), live);
        for (size_t k = 0; k < s.n; k++)
            assert_true(fabsf(s.left[k]) < 100 && fabsf(s.right[k]) < 100);
        assert_true(peak_of(s.left, s.n) > 1e-4);
        sound_close(&s);
    }
}

/* --- clicks --- */

enum { NOTE_ON = 0, NOTE_OFF, STEAL, GAIN, LEVEL, CUTOFF, BEND, PAN, VOLUME, ALL_OFF, EVENTS };
static const char *const event_names[EVENTS] = {
    "note on", "note off", "steal", "gain", "level", "cutoff", "bend", "pan", "volume", "all off"
};

static void happen(sound *s, const snq_patch *p, int event)
{
    const float note = (float)p->low_note + 12;
    if (event == NOTE_ON)
        snq_instrument_note_on(s->instrument, 9, note + 4, 0.8f);
    else if (event == NOTE_OFF)
        snq_instrument_note_off(s->instrument, 2, 0.5f);
    else if (event == STEAL)
        for (uint32_t k = 0; k < 20; k++)
            snq_instrument_note_on(s->instrument, 20 + k, note + (float)(k % 5), 0.8f);
    else if (event == GAIN)
        sound_set(s, "gain_db", -30);
    else if (event == LEVEL)
        sound_set(s, "amp_level", 0.2f);
    else if (event == CUTOFF)
        sound_set(s, "filter_cutoff", 300);
    else if (event == BEND)
        snq_instrument_perform(s->instrument, SNQ_PERFORM_BEND, 2);
    else if (event == PAN)
        sound_set(s, "pan", -0.8f);
    else if (event == VOLUME)
        snq_instrument_perform(s->instrument, SNQ_PERFORM_VOLUME, 0.5);
    else
        snq_instrument_all_off(s->instrument, 1);
}

/* On sustained sounds, what happens adds at most 6 dB above 8 kHz; -90 dBFS and less counts as nothing. */
static void test_no_clicks(void **state)
{
    static const char *const sustained[] = { "wobble_bass", "sub_bass",   "saw_lead",
                                             "warm_pad",    "reese_bass", "noise_texture" };
    for (size_t i = 0; i < SNQ_COUNT(sustained); i++) {
        snq_patch p;
        patch_file(sustained[i], &p);
        for (int event = 0; event < EVENTS; event++) {
            double worst = -99;
            for (int k = 0; k < 3; k++) {
                sound s;
                sound_open_patch(&s, &p, 48000, 3);
                for (uint32_t v = 0; v < 3; v++)
                    snq_instrument_note_on(s.instrument, v, (float)p.low_note + 12 + (float)v * 7,
                                           0.8f);
                sound_run_blocks(&s, 62000 + 37 * (size_t)k, 64);
                const size_t at = s.n;
                happen(&s, &p, event);
                sound_run(&s, 0.1);
                worst = fmax(worst, click_db(s.left, s.n, at, 48000, -90));
                worst = fmax(worst, click_db(s.left, s.n, at + 130, 48000, -90));
                sound_close(&s);
            }
            if (getenv("SNQ_VERBOSE"))
                printf("%s, %s: %.1f dB\n", sustained[i], event_names[event], worst);
            if (worst > 6)
                fail_msg("%s, %s: %.1f dB", sustained[i], event_names[event], worst);
        }
    }
}

/* --- pitch --- */

/* Mean pitch in cents from `hz`, by power, of what is within 60 cents of it. */
static double cents_off(const float *x, size_t n, double rate_hz, double hz)
{
    double power = 0, moment = 0;
    for (int c = -60; c <= 60; c += 2) {
        const double w = 2 * M_PI * hz * exp2(c / 1200.0) / rate_hz, cw = cos(w), sw = sin(w);
        const double ch = cos(2 * M_PI / (double)n), sh = sin(2 * M_PI / (double)n);
        double re = 0, im = 0, a = 1, b = 0, h = 1, g = 0;
        for (size_t i = 0; i < n; i++) {
            const double y = (0.5 - 0.5 * h) * (double)x[i], t = a * cw - b * sw,
                         u = h * ch - g * sh;
            re += y * a;
            im += y * b;
            b = a * sw + b * cw;
            a = t;
            g = h * sh + g * ch;
            h = u;
        }
        power += re * re + im * im;
        moment += c * (re * re + im * im);
    }
    return moment / power;
}

/* Vibrato, chorus and the chance of a note's tuning apart, pitched patches are in tune over their range. */
static void test_patches_are_in_tune(void **state)
{
    static const char *const pitched[] = { "wobble_bass", "sub_bass",  "saw_lead",
                                           "warm_pad",    "soft_keys", "short_pluck" };
    for (size_t i = 0; i < SNQ_COUNT(pitched); i++) {
        snq_patch p;
        patch_file(pitched[i], &p);
        for (uint32_t r = 0; r < p.routes; r++)
            if (!strcmp(p.route[r].to, "tune_cents"))
                p.route[r].amount = 0;
        for (int k = 0; k < 3; k++) {
            sound s;
            const int note = p.low_note + (p.high_note - p.low_note) * k / 2;
            const double hz = 440 * exp2((note - 69) / 12.0);
            sound_open_patch(&s, &p, 48000, 3);
            sound_set(&s, "amp_sustain", 1);
            sound_set_if(&s, "osc1_detune_cents", 0);
            sound_set_if(&s, "osc2_detune_cents", 0);
            snq_instrument_note_on(s.instrument, 1, (float)note, 0.8f);
            sound_run(&s, 3);
            const double off = cents_off(s.left + 24000, s.n - 24000, 48000, hz);
            if (getenv("SNQ_VERBOSE"))
                printf("%s, note %d: %.2f cents\n", pitched[i], note, off);
            if (fabs(off) > 3)
                fail_msg("%s, note %d: %.2f cents", pitched[i], note, off);
            sound_close(&s);
        }
    }
}

/* --- time --- */

/* Amplitude round a moment: a 4 kHz sine's peak over 24 frames. */
static double amplitude(const sound *s, double t)
{
    return peak_of(s->left + (size_t)(t * 48000) - 12, 24);
}

static void test_envelope_times(void **state)
{
    sound s;
    sound_open(&s,
               PATCH_HEAD
               "\"sources\":[\"wave\"],\"params\":{\"waveform\":\"sine\",\"filter_model\":\"off\","
               "\"gain_db\":0,\"velocity_sensitivity\":0,\"amp_attack_s\":0.05,\"amp_hold_s\":0.02,"
               "\"amp_decay_s\":0.08,\"amp_sustain\":0.25,\"amp_release_s\":0.1,\"amp_curve\":0}}",
               48000, 1);
    snq_instrument_note_on(s.instrument, 1, 107.25f, 1);
    sound_run(&s, 0.3);
    const double block = 64.0 / 48000 + 0.0003; /* a block, and the corners' rounding */
    check_near(amplitude(&s, 0.025), 0.5, block / 0.05);
    assert_true(amplitude(&s, 0.05 + block) > 0.98 && amplitude(&s, 0.05 - 2 * block) < 0.99);
    assert_true(amplitude(&s, 0.07) > 0.98);
    check_near(amplitude(&s, 0.11), 0.625, 0.75 * block / 0.08);
    check_near(amplitude(&s, 0.16), 0.25, 0.01);
    snq_instrument_note_off(s.instrument, 1, 0.5f);
    sound_run(&s, 0.2);
    check_near(amplitude(&s, 0.35), 0.125, 0.25 * block / 0.1);
    assert_true(amplitude(&s, 0.4 + 2 * block) < 0.004);
    sound_close(&s);
}

/* Hz at which the brightness of the sound rises and falls most. */
static double wobble_hz(const float *x, size_t n)
{
    enum { HOP = 1745, MOST = 400 }; /* a period of the lower oscillator at 27.5 Hz */
    static double bright[MOST];
    const size_t hops = n / HOP;
    assert_true(hops <= MOST);
    double mean = 0;
    for (size_t h = 0; h < hops; h++) {
        bright[h] = 0;
        for (size_t i = h * HOP + 1; i < (h + 1) * HOP; i++)
            bright[h] += pow((double)(x[i] - x[i - 1]), 2);
        bright[h] = log(bright[h] + 1e-12);
        mean += bright[h] / (double)hops;
    }
    double best = 0, most = 0;
    for (double hz = 0.5; hz < 12; hz += 0.01) {
        double re = 0, im = 0;
        for (size_t h = 0; h < hops; h++) {
            const double w = 0.5 - 0.5 * cos(2 * M_PI * (double)h / (double)hops);
            re += w * (bright[h] - mean) * cos(2 * M_PI * hz * (double)h * HOP / 48000);
            im += w * (bright[h] - mean) * sin(2 * M_PI * hz * (double)h * HOP / 48000);
        }
        if (re * re + im * im > most) {
            most = re * re + im * im;
            best = hz;
        }
    }
    return best;
}

/* The wobble bass wobbles as fast as it is told, block by block. */
static void test_the_wobble_is_heard(void **state)
{
    snq_patch p;
    patch_file("wobble_bass", &p);
    static const float want[] = { 1.3f, 2, 4.7f, 8 };
    for (size_t k = 0; k < SNQ_COUNT(want); k++) {
        sound s;
        sound_open_patch(&s, &p, 48000, 13);
        snq_instrument_note_on(s.instrument, 1, 33, 0.9f);
        for (int b = 0; b < 9000; b++) {
            sound_set(&s, "lfo_rate", b < 750 ? 1 + (want[k] - 1) * (float)b / 750 : want[k]);
            sound_set(&s, "filter_cutoff", 600 + 300 * sinf((float)b / 2000));
            sound_run_blocks(&s, 64, 64);
        }
        const double hz = wobble_hz(s.left + 96000, s.n - 96000);
        if (getenv("SNQ_VERBOSE"))
            printf("lfo_rate %.2f Hz: wobbles at %.2f Hz\n", (double)want[k], hz);
        check_near(hz, (double)want[k], 0.02 * (double)want[k]);
        sound_close(&s);
    }
}

/* A tail ends in zeros, and what comes after is silence that says so. */
static void test_exact_silence_after_the_tail(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(all); i++) {
        snq_patch p;
        sound s;
        patch_file(all[i], &p);
        sound_open_patch(&s, &p, 48000, 8);
        assert_true(snq_instrument_silent(s.instrument));
        sound_run(&s, 0.01);
        assert_true(peak_of(s.left, s.n) == 0 && peak_of(s.right, s.n) == 0);
        snq_instrument_note_on(s.instrument, 1, (float)p.low_note, 1);
        assert_false(snq_instrument_silent(s.instrument));
        sound_run(&s, 0.5);
        snq_instrument_note_off(s.instrument, 1, 0.5f);
        const size_t off = s.n;
        while (!snq_instrument_silent(s.instrument))
            sound_run(&s, 0.01);
        const size_t end = s.n;
        assert_true(end > off);
        sound_run(&s, 0.2);
        for (size_t k = end; k < s.n; k++)
            assert_true(s.left[k] == 0 && s.right[k] == 0);
        sound_close(&s);
    }
}

/* Sources that end by themselves give their lanes back; all come to silence, and steal without harm. */
static void test_every_kind_of_source_ends(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(kinds); i++) {
        snq_patch p;
        sound s;
        kind_patch(i, &p);
        sound_open_patch(&s, &p, 48000, 6);
        for (uint32_t k = 0; k < 40; k++) {
            snq_instrument_note_on(s.instrument, k, 40 + (float)k, 0.8f);
            sound_run(&s, 0.01);
        }
        assert_true(peak_of(s.left, s.n) > 1e-3 && peak_of(s.left, s.n) < 20);
        snq_instrument_all_off(s.instrument, 0);
        sound_run(&s, 5);
        assert_true(snq_instrument_silent(s.instrument));
        assert_true(peak_of(s.left + s.n - 480, 480) == 0);
        if (strstr(kinds[i],
                   "[\"sample\"]")) { /* a second at its own pitch, an octave up half of it */
            snq_instrument_note_on(s.instrument, 1, 81, 0.8f);
            sound_run(&s, 0.45);
            assert_false(snq_instrument_silent(s.instrument));
            sound_run(&s, 0.15);
            assert_true(snq_instrument_silent(s.instrument)); /* the key is still down */
        }
        sound_close(&s);
    }
}

static void test_all_off_at_once_takes_5_ms(void **state)
{
    sound s;
    snq_patch p;
    patch_file("warm_pad", &p);
    sound_open_patch(&s, &p, 48000, 2);
    for (uint32_t k = 0; k < 8; k++)
        snq_instrument_note_on(s.instrument, k, 50 + (float)k, 1);
    sound_run(&s, 1);
    const double before = peak_of(s.left + s.n - 2400, 2400);
    snq_instrument_all_off(s.instrument, 1);
    const size_t at = s.n;
    sound_run(&s, 0.1);
    assert_true(peak_of(s.left + at + 288, s.n - at - 288) < 1e-3 * before);
    assert_true(snq_instrument_silent(s.instrument));
    sound_close(&s);
}

static void test_a_stolen_voices_note_begins_at_once(void **state)
{
    sound s;
    sound_open(&s,
               PATCH_HEAD "\"sources\":[\"wave\"],\"params\":{\"waveform\":\"sine\",\"voices\":1,"
                          "\"filter_model\":\"off\",\"gain_db\":0,\"amp_attack_s\":0.001}}",
               48000, 2);
    snq_instrument_note_on(s.instrument, 1, 33, 1);
    sound_run(&s, 0.5);
    snq_instrument_note_on(s.instrument, 2, 93, 1);
    const size_t at = s.n;
    sound_run(&s, 0.5);
    /* the 1760 Hz are there within 5 ms: the next 5 ms have them in full */
    double re = 0, im = 0;
    for (size_t i = 0; i < 240; i++) {
        const double a = 2 * M_PI * 1760 * (double)i / 48000;
        re += (double)s.left[at + 240 + i] * cos(a);
        im += (double)s.left[at + 240 + i] * sin(a);
    }
    assert_true(2 * sqrt(re * re + im * im) / 240 > 0.9);
    sound_close(&s);
}

/* --- the same everywhere --- */

static void test_the_same_from_run_to_run(void **state)
{
    for (size_t i = 0; i < SNQ_COUNT(all); i++) {
        snq_patch p;
        sound s[2];
        patch_file(all[i], &p);
        for (int k = 0; k < 2; k++) {
            sound_open_patch(&s[k], &p, 44100, 1.2);
            play_a_lot(&s[k], &p);
        }
        assert_memory_equal(s[0].left, s[1].left, s[0].n * sizeof(float));
        assert_memory_equal(s[0].right, s[1].right, s[0].n * sizeof(float));
        sound_close(&s[0]);
        sound_close(&s[1]);
    }
}

static double snr_db(const float *a, const float *b, size_t n)
{
    double signal = 0, noise = 0;
    for (size_t i = 0; i < n; i++) {
        signal += (double)a[i] * (double)a[i];
        noise += pow((double)(a[i] - b[i]), 2);
    }
    return noise > 0 ? 10 * log10(signal / noise) : 300;
}

static void test_variants_agree(void **state)
{
    const unsigned had = snq_cpu_flags();
    if (!had)
        skip();
    static const char *const some[] = { "wobble_bass", "warm_pad", "saw_lead" };
    for (size_t i = 0; i < SNQ_COUNT(some); i++) {
        snq_patch p;
        sound s[2];
        patch_file(some[i], &p);
        for (int k = 0; k < 2; k++) {
            snq_cpu_force(k ? 0 : had);
            sound_open_patch(&s[k], &p, 48000, 2);
            for (uint32_t v = 0; v < 4; v++)
                snq_instrument_note_on(s[k].instrument, v, (float)p.low_note + 12 + 5 * (float)v,
                                       0.8f);
            sound_run(&s[k], 2);
        }
        snq_cpu_force(had);
        const double snr = snr_db(s[0].left, s[1].left, s[0].n);
        if (getenv("SNQ_VERBOSE"))
            printf("%s: SNR between variants %.1f dB\n", some[i], snr);
        assert_true(snr > 90);
        sound_close(&s[0]);
        sound_close(&s[1]);
    }
}

/* How a second is cut into blocks changes little: control is straight between them. */
static void test_blocks_may_be_cut(void **state)
{
    sound s[2];
    for (int k = 0; k < 2; k++) {
        sound_open(
            &s[k],
            PATCH_HEAD
            "\"sources\":[\"wave\"],\"params\":{\"filter_cutoff\":900,\"amp_attack_s\":0.1,"
            "\"osc1_phase\":\"reset\"},\"matrix\":[{\"from\":\"lfo\",\"to\":\"filter_cutoff\","
            "\"amount\":1}]}",
            48000, 1.1);
        snq_instrument_note_on(s[k].instrument, 1, 45, 1);
        sound_run_blocks(&s[k], 48000, k ? 37 : 64);
    }
    assert_true(snr_db(s[0].left, s[1].left, 48000) > 50);
    sound_close(&s[0]);
    sound_close(&s[1]);
}

/* The slowest and the fastest rate, cutoffs beyond half of the one. */
static void test_rates(void **state)
{
    static const uint32_t rates[] = { 8000, 11025, 96000, 192000 };
    for (size_t i = 0; i < SNQ_COUNT(all); i++)
        for (size_t r = 0; r < SNQ_COUNT(rates); r++) {
            snq_patch p;
            sound s;
            patch_file(all[i], &p);
            sound_open_patch(&s, &p, rates[r], 1);
            sound_set_if(&s, "filter_cutoff", 20000);
            for (uint32_t k = 0; k < 5; k++)
                snq_instrument_note_on(s.instrument, k, (float)p.high_note + 3 * (float)k, 0.8f);
            sound_run(&s, 0.5);
            const double peak = peak_of(s.left, s.n);
            assert_true(peak > 1e-4 && peak < 4);
            snq_instrument_all_off(s.instrument, 1);
            sound_run(&s, 0.06); /* 7.5 blocks at 8 kHz */
            assert_true(snq_instrument_silent(s.instrument));
            sound_close(&s);
        }
}

/* What was set in silence is there when a note begins: no swell from what was before. */
static void test_set_in_silence(void **state)
{
    sound s[2];
    for (int k = 0; k < 2; k++) {
        sound_open(&s[k],
                   PATCH_HEAD
                   "\"sources\":[\"wave\"],\"params\":{\"gain_db\":0,\"osc1_phase\":\"reset\"}}",
                   48000, 1);
        if (k) {
            sound_set(&s[k], "gain_db", -60);
            sound_set(&s[k], "distortion_amount", 1);
            sound_run(&s[k], 0.1);
            sound_set(&s[k], "gain_db", 0);
            sound_set(&s[k], "distortion_amount", 0);
            sound_run(&s[k], 64.0 / 48000);
            s[k].n = 0;
        }
        snq_instrument_note_on(s[k].instrument, 1, 60, 1);
        sound_run(&s[k], 0.1);
    }
    assert_memory_equal(s[0].left, s[1].left, s[0].n * sizeof(float));
    sound_close(&s[0]);
    sound_close(&s[1]);
}

static void test_width(void **state)
{
    sound s;
    snq_patch p;
    patch_file("warm_pad", &p);
    sound_open_patch(&s, &p, 48000, 2);
    sound_set(&s, "width", 0);
    snq_instrument_perform(s.instrument, SNQ_PERFORM_PAN, 0.6);
    snq_instrument_note_on(s.instrument, 1, 57, 1);
    sound_run(&s, 1.5);
    for (size_t i = 4800; i < s.n; i++)
        check_near((double)s.right[i], 2 * (double)s.left[i], 1e-5); /* sqrt(1.6 / 0.4) */
    sound_close(&s);
}

/* --- what it costs --- */

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void bench(const char *name, const snq_patch *p, uint32_t voices)
{
    float left[64], right[64];
    double best = 1e30;
    for (int k = 0; k < 7; k++) {
        sound s;
        sound_open_patch(&s, p, 48000, 0);
        for (uint32_t v = 0; v < voices; v++)
            snq_instrument_note_on(s.instrument, v, 36 + (float)(v * 7 % 48), 0.8f);
        for (int b = 0; b < 75; b++)
            snq_instrument_run(s.instrument, left, right, 64);
        const double from = cpu_ns();
        for (int b = 0; b < 750; b++)
            snq_instrument_run(s.instrument, left, right, 64);
        best = fmin(best, (cpu_ns() - from) / (750 * 64));
        sound_close(&s);
    }
    if (voices)
        printf("%-16s %2u voices: %6.2f ns a voice-sample\n", name, voices, best / voices);
    else
        printf("%-16s silent: %.2f ns a frame\n", name, best);
}

static void bench_all(void)
{
    snq_patch p;
    patch_of(
        PATCH_HEAD
        "\"sources\":[\"wave\",\"wave\"],\"params\":{\"voices\":32,\"osc2_cents\":7,\"osc1_level\":"
        "0.5,"
        "\"osc2_level\":0.5,\"filter_cutoff\":800,\"filter_resonance\":2,\"filter_env_octaves\":2,"
        "\"env2_decay_s\":0.5,\"lfo_rate\":3},\"matrix\":[{\"from\":\"lfo\",\"to\":\"filter_"
        "cutoff\","
        "\"amount\":0.7}]}",
        &p);
    bench("usual", &p, 32);
    bench("usual", &p, 8);
    bench("usual", &p, 0);
    for (size_t i = 0; i < SNQ_COUNT(all); i++) {
        patch_file(all[i], &p);
        uint32_t voices = 1;
        for (uint32_t k = 0; k < p.settings; k++)
            if (!strcmp(p.setting[k].id, "voices"))
                voices = (uint32_t)p.setting[k].value;
        bench(all[i], &p, voices);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "--bench")) {
        bench_all();
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neither_memory_nor_locks),
        cmocka_unit_test(test_no_clicks),
        cmocka_unit_test(test_patches_are_in_tune),
        cmocka_unit_test(test_envelope_times),
        cmocka_unit_test(test_the_wobble_is_heard),
        cmocka_unit_test(test_exact_silence_after_the_tail),
        cmocka_unit_test(test_every_kind_of_source_ends),
        cmocka_unit_test(test_all_off_at_once_takes_5_ms),
        cmocka_unit_test(test_a_stolen_voices_note_begins_at_once),
        cmocka_unit_test(test_the_same_from_run_to_run),
        cmocka_unit_test(test_variants_agree),
        cmocka_unit_test(test_blocks_may_be_cut),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_set_in_silence),
        cmocka_unit_test(test_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
