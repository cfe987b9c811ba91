// SPDX-License-Identifier: MIT
#include "support/check.h"

#include "base/audio.h"
#include "base/picture.h"

static void cuts_audio(void **state)
{
    const float left[5] = { 0, 1, 2, 3, 4 }, right[5] = { 5, 6, 7, 8, 9 };
    const snq_audio a = { { left, right }, 2, 48000, 5 };
    snq_audio part = snq_audio_part(&a, 2, 2);
    assert_int_equal(part.frames, 2);
    assert_int_equal(part.rate_hz, 48000);
    assert_true(part.channel[0][0] == 2 && part.channel[1][1] == 8);
    assert_int_equal(snq_audio_part(&a, 4, 9).frames, 1);
    assert_int_equal(snq_audio_part(&a, 5, 1).frames, 0);
    assert_int_equal(snq_audio_part(&a, 99, 1).frames, 0);
}

static void cuts_pictures(void **state)
{
    uint8_t pixels[4 * 10];
    for (int i = 0; i < 40; i++)
        pixels[i] = (uint8_t)i;
    const snq_picture p = { pixels, 3, 4, 3, 10 };
    assert_int_equal(snq_picture_row(&p, 2)[0], 20);
    snq_picture part = snq_picture_part(&p, 1, 2, 5, 5);
    assert_int_equal(part.width, 2);
    assert_int_equal(part.height, 2);
    assert_int_equal(snq_picture_row(&part, 1)[0], 33);
    part = snq_picture_part(&p, 9, 9, 1, 1);
    assert_int_equal(part.width, 0);
    assert_int_equal(part.height, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_audio),
        cmocka_unit_test(cuts_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
