// SPDX-License-Identifier: MIT
#include "support/check.h"

#include <libavutil/channel_layout.h>

#include "media/layout_impl.h"

#define L  SNQ_POSITION_FRONT_LEFT
#define R  SNQ_POSITION_FRONT_RIGHT
#define C  SNQ_POSITION_FRONT_CENTRE
#define E  SNQ_POSITION_LFE
#define BL SNQ_POSITION_BACK_LEFT
#define BR SNQ_POSITION_BACK_RIGHT
#define BC SNQ_POSITION_BACK_CENTRE
#define SL SNQ_POSITION_SIDE_LEFT
#define SR SNQ_POSITION_SIDE_RIGHT
#define O  SNQ_POSITION_OTHER
#define U  SNQ_POSITION_UNKNOWN

static void check(const snq_position *got, const snq_position *want, uint32_t n)
{
    for (uint32_t c = 0; c < n; c++)
        assert_int_equal(got[c], want[c]);
    for (uint32_t c = n; c < SNQ_CHANNELS_MAX; c++)
        assert_int_equal(got[c], U);
}

/* libavutil's own layouts by name, against the loudspeakers that the name stands for. */
static void test_layouts(void **state)
{
    static const struct {
        const char *name;
        uint32_t n;
        snq_position want[8];
    } tab[] = {
        { "mono", 1, { C } },
        { "stereo", 2, { L, R } },
        { "downmix", 2, { L, R } },
        { "2.1", 3, { L, R, E } },
        { "quad", 4, { L, R, SL, SR } },
        { "4.0", 4, { L, R, C, BC } },
        { "5.0", 5, { L, R, C, SL, SR } },
        { "5.1", 6, { L, R, C, E, SL, SR } },
        { "5.1(side)", 6, { L, R, C, E, SL, SR } },
        { "7.1", 8, { L, R, C, E, BL, BR, SL, SR } },
        { "7.1(wide)", 8, { L, R, C, E, SL, SR, O, O } },
    };
    for (size_t i = 0; i < SNQ_COUNT(tab); i++) {
        AVChannelLayout layout = { 0 };
        snq_position got[SNQ_CHANNELS_MAX];
        assert_int_equal(av_channel_layout_from_string(&layout, tab[i].name), 0);
        assert_int_equal(layout.nb_channels, tab[i].n);
        snq__positions_of_layout(&layout, got);
        check(got, tab[i].want, tab[i].n);
        av_channel_layout_uninit(&layout);
    }
}

static void test_unspecified(void **state)
{
    static const snq_position want[9][8] = {
        { U },
        { C },
        { L, R },
        { U, U, U },
        { U, U, U, U },
        { L, R, C, SL, SR },
        { L, R, C, E, SL, SR },
        { U, U, U, U, U, U, U },
        { L, R, C, E, BL, BR, SL, SR },
    };
    for (uint32_t n = 1; n <= 8; n++) {
        const AVChannelLayout layout = { .order = AV_CHANNEL_ORDER_UNSPEC, .nb_channels = (int)n };
        snq_position got[SNQ_CHANNELS_MAX];
        snq__positions_of_layout(&layout, got);
        check(got, want[n], n);
        snq__positions_of_mask(0, n, got);
        check(got, want[n], n);
    }
}

static void test_masks(void **state)
{
    snq_position got[SNQ_CHANNELS_MAX];
    static const snq_position more[] = { L, R, U, U }, odd[] = { O, O, O };
    snq__positions_of_mask(3, 4, got); /* fewer bits than channels: the rest is unknown */
    check(got, more, 4);
    snq__positions_of_mask(0x2D000, 3, got); /* heights */
    check(got, odd, 3);
}

static void test_ambisonic(void **state)
{
    AVChannelLayout layout = { 0 };
    snq_position got[SNQ_CHANNELS_MAX];
    assert_int_equal(av_channel_layout_from_string(&layout, "ambisonic 1"), 0);
    snq__positions_of_layout(&layout, got);
    check(got, (const snq_position[]) { U, U, U, U }, 4);
    av_channel_layout_uninit(&layout);
    assert_int_equal(av_channel_layout_from_string(&layout, "DL+DR"), 0);
    snq__positions_of_layout(&layout, got);
    check(got, (const snq_position[]) { L, R }, 2);
    av_channel_layout_uninit(&layout);
    assert_int_equal(av_channel_layout_from_string(&layout, "FL+LFE2"), 0);
    snq__positions_of_layout(&layout, got);
    check(got, (const snq_position[]) { L, E }, 2);
    av_channel_layout_uninit(&layout);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_layouts),
                                        cmocka_unit_test(test_unspecified),
                                        cmocka_unit_test(test_masks),
                                        cmocka_unit_test(test_ambisonic) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
