// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/attr.h"
#include "listen/net_tab_impl.h"
#include "plain_net.h"
#include "support/sweep.h"

/* Two layers of three channels, then two. */
static const int16_t value_0[3 * 2 * 3] = { 1,  -2, 3, 40, 500, -600,   7,     -8, 9,
                                            10, 0,  1, -1, 2,   -32768, 32767, 5,  6 };
static const float scale_0[3] = { 0.5f, 0.01f, 2e-5f }, bias_0[3] = { 0.25f, -1, 3 };
static const int16_t value_1[3 * 2] = { 3, -4, 5, 60, -7, 8 };
static const float scale_1[2] = { 0.125f, 0.25f }, bias_1[2] = { 0.5f, -0.5f };
static const snq__net_layer tab[] = { { 2, 3, 3, 2, 1, 0, 0, value_0, scale_0, bias_0 },
                                      { 3, 2, 1, 1, 2, 1, 0, value_1, scale_1, bias_1 } };

/* By hand: bias, and scale times value for each input set to one. */
static void weights_are_scaled_values(void **state)
{
    snq_conv *c;
    check_ok(snq__net_conv(&tab[0], &c));
    for (int i = -1; i < 3 * 2; i++) {
        float x[5 * 2] = { 0 }, y[3]; /* taps at rows 0, 2, 4 */
        if (i >= 0)
            x[i / 2 * 4 + i % 2] = 1;
        snq_conv_run(c, y, 3, x, 1);
        for (int o = 0; o < 3; o++) {
            const double weight = i < 0 ? 0 : (double)scale_0[o] * value_0[i * 3 + o];
            check_near(y[o], bias_0[o] + weight, 1e-5 * (1 + fabs(weight)));
        }
    }
    snq_conv_free(c);
}

typedef struct rows {
    float y[100][2];
    uint32_t count;
} rows;

static snq_status take(void *user, const float *y, uint32_t n)
{
    rows *r = user;
    memcpy(r->y[r->count], y, n * sizeof r->y[0]);
    r->count += n;
    return SNQ_OK;
}

static void a_stack_is_its_layers(void **state)
{
    enum { N = 41 };
    double *x = plain_numbers(N * 2, -1, 1, 1);
    float in[N * 2];
    int64_t n;
    rows got = { 0 };
    snq_convnet *net;
    for (int i = 0; i < N * 2; i++)
        x[i] = in[i] = (float)x[i];
    double *want = plain_stack(tab, 2, x, N, &n);
    check_ok(snq__net_stack(tab, 2, &net));
    check_ok(snq_convnet_push(net, in, N, take, &got));
    check_ok(snq_convnet_finish(net, take, &got));
    assert_int_equal(got.count, n);
    for (int64_t i = 0; i < n * 2; i++)
        check_near(got.y[i / 2][i % 2], want[i], 1e-4 * (1 + fabs(want[i])));
    snq_convnet_free(net);
    free(want);
    free(x);
}

static void tables_that_make_no_sense_are_refused(void **state)
{
    snq__net_layer even[2] = { tab[0], tab[1] };
    snq_conv *c;
    snq_convnet *net;
    even[0].taps = 2;
    check_status(snq__net_conv(even, &c), SNQ_ERR_RANGE);
    assert_null(c);
    check_status(snq__net_stack(even, 2, &net), SNQ_ERR_RANGE);
    assert_null(net);
}

/* The product's own tables: layers that fit together, scales that are numbers. */
static void the_tables_are_whole(void **state)
{
    static const struct {
        const snq__net_layer *tab;
        int layers;
    } all[] = { { snq__rhythm_tab, SNQ__RHYTHM_LAYERS },
                { snq__harmony_tab, SNQ__HARMONY_LAYERS } };
    for (size_t t = 0; t < SNQ_COUNT(all); t++)
        for (int i = 0; i < all[t].layers; i++) {
            const snq__net_layer *l = &all[t].tab[i];
            double sum = 0;
            assert_true(l->taps % 2 == 1 && (!l->residual || l->in == l->out));
            for (uint32_t o = 0; o < l->out; o++) {
                assert_true(isfinite(l->scale[o]) && isfinite(l->bias[o]) && l->scale[o] >= 0);
                for (uint32_t k = 0; k < l->taps; k++)
                    for (uint32_t in = 0; in < l->in; in++)
                        sum += fabs(plain_weight(l, k, in, o));
            }
            assert_true(sum > 0);
        }
}

static snq_status make_conv(void *user, void **out)
{
    return snq__net_conv(&tab[0], (snq_conv **)out);
}

static void unmake_conv(void *c)
{
    snq_conv_free(c);
}

static snq_status make_stack(void *user, void **out)
{
    return snq__net_stack(tab, 2, (snq_convnet **)out);
}

static void unmake_stack(void *n)
{
    snq_convnet_free(n);
}

static void survives_lack_of_memory(void **state)
{
    snq_sweep(make_conv, unmake_conv, NULL);
    snq_sweep(make_stack, unmake_stack, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_scaled_values),
        cmocka_unit_test(a_stack_is_its_layers),
        cmocka_unit_test(tables_that_make_no_sense_are_refused),
        cmocka_unit_test(the_tables_are_whole),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
