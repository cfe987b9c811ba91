// SPDX-License-Identifier: MIT
/* Every variant of the kernel against the definition; test_voice_mix --bench prints their speed. */
#include "support/check.h"

#include <time.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/rng.h"
#include "synth/voice_mix_impl.h"

enum { GUARD = 7 };

typedef struct material {
    snq__lanes x[2][SNQ_SYNTH_BLOCK];
    snq__voice_mix m;
    snq__lanes state;
    float out[2][SNQ_SYNTH_BLOCK + GUARD];
} material;

static float draw(snq_rng *r)
{
    return (float)(2 * snq_rng_uniform(r) - 1);
}

static void fill(material *t, uint32_t n, int sides, uint64_t seed)
{
    snq_rng r;
    snq_rng_init(&r, seed);
    for (int s = 0; s < 2; s++)
        for (uint32_t i = 0; i < SNQ_SYNTH_BLOCK; i++)
            for (int k = 0; k < SNQ_LANES; k++)
                t->x[s][i].v[k] = draw(&r);
    t->m = (snq__voice_mix) { .n = n, .x = { t->x[0], t->x[sides == 2] }, .smooth = 0.08f };
    for (int k = 0; k < SNQ_LANES; k++) {
        t->m.amp.from.v[k] = draw(&r);
        t->m.amp.to.v[k] = draw(&r);
        t->state.v[k] = draw(&r);
        for (int s = 0; s < 2; s++) {
            t->m.side[s].from.v[k] = draw(&r);
            t->m.side[s].to.v[k] = draw(&r);
        }
    }
    if (!sides)
        t->m.side[1] = t->m.side[0];
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < SNQ_SYNTH_BLOCK + GUARD; i++)
            t->out[s][i] = 0.25f;
}

/* The definition, in double; `bound` is the sum of the magnitudes. */
static void slow(const material *t, double out[2][SNQ_SYNTH_BLOCK],
                 double bound[2][SNQ_SYNTH_BLOCK], double state[SNQ_LANES])
{
    const snq__voice_mix *m = &t->m;
    for (int k = 0; k < SNQ_LANES; k++)
        state[k] = (double)t->state.v[k];
    for (uint32_t i = 0; i < m->n; i++) {
        const double at = (double)i / m->n;
        out[0][i] = out[1][i] = 0.25;
        bound[0][i] = bound[1][i] = 0.25;
        for (int k = 0; k < SNQ_LANES; k++) {
            const double a0 = (double)m->amp.from.v[k], a1 = (double)m->amp.to.v[k];
            state[k] += (double)m->smooth * (a0 + (a1 - a0) * at - state[k]);
            for (int s = 0; s < 2; s++) {
                const double g0 = (double)m->side[s].from.v[k], g1 = (double)m->side[s].to.v[k];
                const double y = (double)m->x[s][i].v[k] * state[k] * (g0 + (g1 - g0) * at);
                out[s][i] += y;
                bound[s][i] += fabs(y) + 0.1;
            }
        }
    }
}

static void check_variant(snq__voice_mix_fn *mix)
{
    material t;
    for (uint32_t n = 1; n <= SNQ_SYNTH_BLOCK; n++)
        for (int sides = 0; sides < 3; sides++) {
            fill(&t, n, sides, n * 3 + (uint32_t)sides);
            double want[2][SNQ_SYNTH_BLOCK], bound[2][SNQ_SYNTH_BLOCK], state[SNQ_LANES];
            slow(&t, want, bound, state);
            mix(&t.m, &t.state, t.out[0], t.out[1]);
            for (int s = 0; s < 2; s++) {
                for (uint32_t i = 0; i < n; i++)
                    check_near((double)t.out[s][i], want[s][i], 1e-6 * bound[s][i]);
                for (uint32_t i = n; i < SNQ_SYNTH_BLOCK + GUARD; i++)
                    assert_true(t.out[s][i] == 0.25f);
            }
            for (int k = 0; k < SNQ_LANES; k++)
                check_near((double)t.state.v[k], state[k], 2e-6);
        }
}

static void test_c(void **state)
{
    assert_ptr_equal(snq__voice_mix_pick(0), snq__voice_mix_c);
    check_variant(snq__voice_mix_c);
}

static void test_best(void **state)
{
    static const unsigned flags[] = { SNQ_CPU_AVX2, SNQ_CPU_AVX2 | SNQ_CPU_AVX512 };
    if (!snq_cpu_detect())
        skip();
    for (size_t i = 0; i < SNQ_COUNT(flags); i++)
        if ((flags[i] & snq_cpu_detect()) == flags[i])
            check_variant(snq__voice_mix_pick(flags[i]));
}

static void bench(const char *name, snq__voice_mix_fn *mix)
{
    material t;
    struct timespec a, b;
    for (int sides = 0; sides < 3; sides++) {
        fill(&t, SNQ_SYNTH_BLOCK, sides, 1);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
        const int times = 100000;
        for (int i = 0; i < times; i++)
            mix(&t.m, &t.state, t.out[0], t.out[1]);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
        const double ns = (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
        printf("voice_mix %-4s %s: %.3f ns a voice-sample\n", name,
               sides == 0   ? "middle"
               : sides == 1 ? "one side, spread"
                            : "two sides",
               ns / times / SNQ_SYNTH_BLOCK / SNQ_LANES);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "--bench")) {
        bench("c", snq__voice_mix_c);
        if (snq_cpu_flags())
            bench(snq_cpu_name(snq_cpu_flags()), snq__voice_mix_pick(snq_cpu_flags()));
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_c),
        cmocka_unit_test(test_best),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
