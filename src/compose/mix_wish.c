// SPDX-License-Identifier: MIT
#include "compose/mix_wish.h"

#include <stddef.h>

static const struct {
    const char *key;
    size_t at;
    float none, lo, hi;
} field_tab[] = {
    { "gain_db", offsetof(snq_mix_wish, gain_db), 0.0f, -24.0f, 12.0f },
    { "pan", offsetof(snq_mix_wish, pan), 0.0f, -1.0f, 1.0f },
    { "reverb_db", offsetof(snq_mix_wish, reverb_db), 0.0f, -24.0f, 24.0f },
    { "delay_db", offsetof(snq_mix_wish, delay_db), -60.0f, -60.0f, 0.0f },
    { "drive", offsetof(snq_mix_wish, drive), 0.0f, 0.0f, 1.0f },
    { "lowpass_hz", offsetof(snq_mix_wish, lowpass_hz), 0.0f, 0.0f, 20000.0f },
    { "highpass_hz", offsetof(snq_mix_wish, highpass_hz), 0.0f, 0.0f, 20000.0f },
    { "width", offsetof(snq_mix_wish, width), 1.0f, 0.0f, 2.0f },
    { "duck_db", offsetof(snq_mix_wish, duck_db), 0.0f, 0.0f, 24.0f },
    { "crush", offsetof(snq_mix_wish, crush), 0.0f, 0.0f, 1.0f },
    { "vinyl", offsetof(snq_mix_wish, vinyl), 0.0f, 0.0f, 1.0f },
    { "chorus", offsetof(snq_mix_wish, chorus), 0.0f, 0.0f, 1.0f },
    { "bright_db", offsetof(snq_mix_wish, bright_db), 0.0f, -12.0f, 12.0f },
    { "low_db", offsetof(snq_mix_wish, low_db), 0.0f, -12.0f, 12.0f },
};

static float *field(snq_mix_wish *w, size_t i)
{
    return (float *)((char *)w + field_tab[i].at);
}

snq_mix_wish snq_mix_wish_none(void)
{
    snq_mix_wish w = { 0 };
    for (size_t i = 0; i < SNQ_COUNT(field_tab); i++)
        *field(&w, i) = field_tab[i].none;
    return w;
}

snq_status snq_mix_wish_read(const snq_json_ref *at, snq_mix_wish *w)
{
    const char *keys[SNQ_COUNT(field_tab)];
    for (size_t i = 0; i < SNQ_COUNT(field_tab); i++)
        keys[i] = field_tab[i].key;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    for (size_t i = 0; i < SNQ_COUNT(field_tab); i++) {
        double v = (double)*field(w, i);
        SNQ_TRY(
            snq_json_real_if(at, keys[i], (double)field_tab[i].lo, (double)field_tab[i].hi, &v));
        *field(w, i) = (float)v;
    }
    return SNQ_OK;
}

void snq_mix_wish_json(snq_json *j, const snq_mix_wish *w)
{
    snq_mix_wish copy = *w;
    snq_json_object(j);
    for (size_t i = 0; i < SNQ_COUNT(field_tab); i++) {
        const float v = *field(&copy, i), none = field_tab[i].none;
        if (v < none || v > none) {
            snq_json_key(j, field_tab[i].key);
            snq_json_digits(j, (double)v, 9);
        }
    }
    snq_json_end(j);
}

void snq_mix_wish_clamp(snq_mix_wish *w)
{
    for (size_t i = 0; i < SNQ_COUNT(field_tab); i++) {
        float *v = field(w, i);
        *v = *v < field_tab[i].lo ? field_tab[i].lo : *v > field_tab[i].hi ? field_tab[i].hi : *v;
    }
}
