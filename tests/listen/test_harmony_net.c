// SPDX-License-Identifier: MIT
/* Against the definition in harmony_net.c's essay, whatever the weights. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "listen/harmony_net.h"
#include "plain_net.h"
#include "support/sweep.h"

enum {
    SEMITONES = SNQ_PITCH_SEMITONES,
    NOTE = 12,
    CLASS = 24,
    CHORD = SNQ_HARMONY_CHANNELS,
    HALO = SNQ_HARMONY_HALO,
    QUALITIES = SNQ_HARMONY_QUALITIES,
    LOWEST = SNQ_PITCH_LOWEST % 12,
};

static const snq__net_layer *const tab = snq__harmony_tab;

/* ---- the definition --------------------------------------------------------------------------- */

static void relu(double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = fmax(0, x[i]);
}

/* A step's x (72, 2) -> (12, CLASS): 41 taps over semitones -12 .. +28, then the six octaves. */
static void classes(const double *x, double *out)
{
    const snq__net_layer *note = &tab[SNQ__HARMONY_NOTE], *fold = &tab[SNQ__HARMONY_FOLD];
    double y[SEMITONES][NOTE];
    for (int s = 0; s < SEMITONES; s++)
        for (uint32_t o = 0; o < NOTE; o++) {
            y[s][o] = (double)note->bias[o];
            for (int k = 0; k < 41; k++)
                for (uint32_t i = 0; i < 2 && s + k - 12 >= 0 && s + k - 12 < SEMITONES; i++)
                    y[s][o] += plain_weight(note, (uint32_t)k, i, o) * x[(s + k - 12) * 2 + (int)i];
        }
    for (int p = 0; p < 12; p++)
        for (uint32_t o = 0; o < CLASS; o++) {
            double sum = (double)fold->bias[o];
            for (int k = 0; k < 6; k++)
                for (uint32_t i = 0; i < NOTE; i++)
                    sum += plain_weight(fold, (uint32_t)k, i, o) * fmax(0, y[p + 12 * k][i]);
            out[p * CLASS + (int)o] = fmax(0, sum);
        }
}

/* y = f(x + 5 taps over steps); x, y (rows, 12, width) */
static void over_time(const snq__net_layer *l, const double *x, double *y, int rows, int width)
{
    for (int t = 0; t < rows; t++)
        for (int p = 0; p < 12; p++)
            for (int o = 0; o < width; o++) {
                double sum = (double)l->bias[o] + x[(t * 12 + p) * width + o];
                for (int k = -2; k <= 2; k++)
                    for (int i = 0; t + k >= 0 && t + k < rows && i < width; i++)
                        sum += plain_weight(l, (uint32_t)(k + 2), (uint32_t)i, (uint32_t)o) *
                               x[((t + k) * 12 + p) * width + i];
                y[(t * 12 + p) * width + o] = fmax(0, sum);
            }
}

/* Twelve pitch classes upwards from each: x (12, width) -> out (12, out of l). */
static void circle(const snq__net_layer *l, const double *x, int width, double *out)
{
    for (int p = 0; p < 12; p++)
        for (uint32_t o = 0; o < l->out; o++) {
            double sum = (double)l->bias[o];
            for (int k = 0; k < 12; k++)
                for (int i = 0; i < width; i++)
                    sum +=
                        plain_weight(l, (uint32_t)k, (uint32_t)i, o) * x[(p + k) % 12 * width + i];
            out[p * (int)l->out + (int)o] = sum;
        }
}

typedef struct plain_step {
    double chord[SNQ_HARMONY_CHORDS], bass[12], feature[SNQ_HARMONY_FEATURES];
} plain_step;

static void heads(const double *feature, plain_step *out)
{
    const snq__net_layer *head = &tab[SNQ__HARMONY_HEAD], *none = &tab[SNQ__HARMONY_NONE];
    double no_chord = (double)none->bias[0];
    for (int p = 0; p < 12; p++) {
        const int root = (p + LOWEST) % 12;
        for (uint32_t o = 0; o <= QUALITIES; o++) {
            double sum = (double)head->bias[o];
            for (uint32_t i = 0; i < CHORD; i++)
                sum += plain_weight(head, 0, i, o) * feature[p * CHORD + (int)i];
            if (o < QUALITIES)
                out->chord[root * QUALITIES + (int)o] = sum;
            else
                out->bass[root] = sum;
        }
        for (uint32_t i = 0; i < CHORD; i++) {
            no_chord += plain_weight(none, 0, i, 0) * feature[p * CHORD + (int)i] / 12;
            out->feature[root * CHORD + (int)i] = feature[p * CHORD + (int)i];
        }
    }
    out->chord[SNQ_HARMONY_NO_CHORD] = no_chord;
    plain_log_softmax(out->chord, SNQ_HARMONY_CHORDS);
    plain_log_softmax(out->bass, 12);
}

/* A recording of `steps` steps at once, nothing around it. */
static plain_step *plain_run(const double *x, int steps)
{
    const size_t most = (size_t)steps * 12 * CHORD + 1;
    double *a = calloc(most, sizeof *a), *b = calloc(most, sizeof *b);
    plain_step *out = calloc((size_t)steps, sizeof *out);
    for (int t = 0; t < steps; t++)
        classes(x + t * SEMITONES * 2, a + t * 12 * CLASS);
    over_time(&tab[SNQ__HARMONY_TIME1], a, b, steps, CLASS);
    for (int t = 0; t < steps; t++)
        circle(&tab[SNQ__HARMONY_CIRCLE], b + t * 12 * CLASS, CLASS, a + t * 12 * CHORD);
    relu(a, (int64_t)steps * 12 * CHORD);
    over_time(&tab[SNQ__HARMONY_TIME2], a, b, steps, CHORD);
    for (int t = 0; t < steps; t++)
        heads(b + t * 12 * CHORD, &out[t]);
    free(a);
    free(b);
    return out;
}

/* ---- the network, in pieces ------------------------------------------------------------------- */

static snq_harmony_answer *run(const double *x, int steps, int piece)
{
    snq_harmony_net *n;
    snq_harmony_answer *out = calloc((size_t)steps, sizeof *out);
    float *in = calloc((size_t)(piece + 2 * HALO) * SEMITONES * 2, sizeof *in);
    check_ok(snq_harmony_net_new(&n));
    for (int from = 0; from < steps; from += piece) {
        const int count = steps - from < piece ? steps - from : piece;
        int before = 0, behind = 0;
        for (int t = 0; t < count + 2 * HALO; t++) {
            const int s = from + t - HALO;
            const int inside = s >= 0 && s < steps;
            before += s < 0;
            behind = inside ? t + 1 : behind;
            for (int i = 0; i < SEMITONES * 2; i++) /* what is outside must not be read */
                in[t * SEMITONES * 2 + i] = inside ? (float)x[s * SEMITONES * 2 + i] : NAN;
        }
        snq_harmony_net_run(n, in, (uint32_t)count, (uint32_t)before, (uint32_t)behind, out + from);
    }
    snq_harmony_net_free(n);
    free(in);
    return out;
}

#define CLOSE(want) (1e-3 * (1 + fabs(want)))

static void agrees_with_its_definition(void **state)
{
    static const int steps[] = { 1, 2, 5, 64, 131 };
    for (size_t i = 0; i < SNQ_COUNT(steps); i++) {
        double *x = plain_numbers(steps[i] * SEMITONES * 2, -0.5, 1, i);
        plain_step *want = plain_run(x, steps[i]);
        snq_harmony_answer *got = run(x, steps[i], SNQ_HARMONY_STEPS_MAX);
        for (int t = 0; t < steps[i]; t++) {
            double sum = 0;
            for (int c = 0; c < SNQ_HARMONY_CHORDS; c++) {
                check_near(got[t].chord[c], want[t].chord[c], CLOSE(want[t].chord[c]));
                sum += exp((double)got[t].chord[c]);
            }
            check_near(sum, 1, 1e-4);
            for (int c = 0; c < 12; c++)
                check_near(got[t].bass[c], want[t].bass[c], CLOSE(want[t].bass[c]));
            for (int c = 0; c < SNQ_HARMONY_FEATURES; c++)
                check_near(got[t].feature[c], want[t].feature[c], CLOSE(want[t].feature[c]));
        }
        free(x);
        free(want);
        free(got);
    }
}

static void pieces_do_not_matter(void **state)
{
    enum { STEPS = 150 };
    static const int pieces[] = { 1, 3, 10, 63 };
    double *x = plain_numbers(STEPS * SEMITONES * 2, -0.2, 1, 7);
    snq_harmony_answer *want = run(x, STEPS, SNQ_HARMONY_STEPS_MAX);
    for (size_t i = 0; i < SNQ_COUNT(pieces); i++) {
        snq_harmony_answer *got = run(x, STEPS, pieces[i]);
        assert_memory_equal(got, want, STEPS * sizeof *want);
        free(got);
    }
    free(want);
    free(x);
}

/* Keys by definition; and what holds in C holds in F#: features moved up by some semitones give keys moved
 * up by as many. */
static void keys_agree_and_follow_a_transposition(void **state)
{
    snq_harmony_net *n;
    double *x = plain_numbers(SNQ_HARMONY_FEATURES, 0, 2, 11), want[SNQ_HARMONY_KEYS];
    float feature[SNQ_HARMONY_FEATURES], log_p[SNQ_HARMONY_KEYS];
    check_ok(snq_harmony_net_new(&n));
    circle(&tab[SNQ__HARMONY_KEY], x, CHORD, want);
    plain_log_softmax(want, SNQ_HARMONY_KEYS);
    for (int up = 0; up < 12; up++) {
        for (int i = 0; i < SNQ_HARMONY_FEATURES; i++)
            feature[(i + up * CHORD) % SNQ_HARMONY_FEATURES] = (float)x[i];
        snq_harmony_net_keys(n, feature, log_p);
        for (int k = 0; k < SNQ_HARMONY_KEYS; k++)
            check_near(log_p[(k + 2 * up) % SNQ_HARMONY_KEYS], want[k], CLOSE(want[k]));
    }
    snq_harmony_net_free(n);
    free(x);
}

static snq_status make(void *user, void **out)
{
    return snq_harmony_net_new((snq_harmony_net **)out);
}

static void unmake(void *n)
{
    snq_harmony_net_free(n);
}

static void survives_lack_of_memory(void **state)
{
    snq_sweep(make, unmake, NULL);
    snq_harmony_net_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_its_definition),
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(keys_agree_and_follow_a_transposition),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
