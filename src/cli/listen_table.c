// SPDX-License-Identifier: MIT
#include "cli/listen_table.h"

#include <string.h>

#include "base/str.h"

enum { BAR = 24, REGIONS_SHOWN = 20, CHORDS_SHOWN = 6, CHANGES_SHOWN = 5, TONES = 12 };

static void printable(FILE *to, const char *text)
{
    snq_str s;
    snq_str_init(&s, 1u << 20);
    snq_str_put_printable(&s, text);
    fputs(snq_str_text(&s), to);
    snq_str_clear(&s);
}

/* 3723.5 -> "1:02:03.50" */
static void put_time(FILE *to, double s)
{
    const long hundredths = (long)(s * 100.0 + 0.5), seconds = hundredths / 100;
    if (seconds >= 3600)
        fprintf(to, "%ld:%02ld:%02ld.%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60,
                hundredths % 100);
    else
        fprintf(to, "%ld:%02ld.%02ld", seconds / 60, seconds % 60, hundredths % 100);
}

/* "range 5.1 LU   ", or with a dash where nothing could be measured */
static void put(FILE *to, const char *name, snq_measure m, const char *unit, int decimals)
{
    char value[32];
    if (m.reason) {
        fprintf(to, "%s -   ", name);
        return;
    }
    snprintf(value, sizeof value, "%.*f", decimals, m.value);
    /* "-0.0" is 0.0 */
    const char *shown = *value == '-' && strspn(value, "-0.") == strlen(value) ? value + 1 : value;
    fprintf(to, "%s %s%s%s   ", name, shown, *unit ? " " : "", unit);
}

static void heading(FILE *to, const char *name)
{
    fprintf(to, "  %-10s", name);
}

/* A section that is null as a whole; says why unless it just wasn't asked for. */
static int absent(FILE *to, const char *name, const char *reason)
{
    if (!reason)
        return 0;
    if (strcmp(reason, "not selected") != 0) {
        heading(to, name);
        fprintf(to, "- (%s)\n", reason);
    }
    return 1;
}

static void file_line(FILE *to, const snq_heard_file *f)
{
    printable(to, f->path);
    fprintf(to, "\n  %-10s%s", "File", f->container);
    if (strcmp(f->container, f->codec) != 0)
        fprintf(to, " / %s", f->codec);
    fprintf(to, "   %u Hz   ", f->rate_hz);
    if (f->channels > 2)
        fprintf(to, "%u channels", f->channels);
    else
        fputs(f->channels == 2 ? "stereo" : "mono", to);
    fputs("   ", to);
    put_time(to, f->duration_s);
    fputs(f->truncated ? "   truncated\n" : "\n", to);
}

static void loudness(FILE *to, const snq_hearing *h)
{
    if (absent(to, "Loudness", h->loudness_reason))
        return;
    const snq_loudness *l = &h->loudness;
    heading(to, "Loudness");
    put(to, "integrated", l->integrated_lufs, "LUFS", 1);
    put(to, "range", l->range_lu, "LU", 1);
    put(to, "true peak", l->true_peak_dbtp, "dBTP", 1);
    put(to, "PLR", l->plr_db, "dB", 1);
    fprintf(to, "\n  %-10s", "");
    put(to, "max momentary", l->max_momentary_lufs, "LUFS", 1);
    put(to, "max short-term", l->max_short_term_lufs, "LUFS", 1);
    fputc('\n', to);
}

static void dynamics(FILE *to, const snq_hearing *h)
{
    if (absent(to, "Dynamics", h->dynamics_reason))
        return;
    const snq_dynamics *d = &h->dynamics;
    heading(to, "Dynamics");
    put(to, "RMS", d->rms_dbfs, "dBFS", 1);
    put(to, "peak", d->peak_dbfs, "dBFS", 1);
    put(to, "crest", d->crest_factor_db, "dB", 1);
    put(to, "range", d->dynamic_range_db, "dB", 1);
    if (d->clipped_samples)
        fprintf(to, "clipped %lld   ", (long long)d->clipped_samples);
    if (!d->dc_offset.reason && (d->dc_offset.value > 0.0005 || d->dc_offset.value < -0.0005))
        put(to, "offset", d->dc_offset, "", 4);
    fputc('\n', to);
}

static void bar(FILE *to, double share)
{
    const int filled = (int)(share * BAR + 0.5);
    for (int i = 0; i < filled && i < BAR; i++)
        fputc('#', to);
}

static void spectrum(FILE *to, const snq_hearing *h)
{
    if (absent(to, "Spectrum", h->spectrum_reason))
        return;
    const snq_spectrum *s = &h->spectrum;
    if (s->centroid_hz.reason) {
        absent(to, "Spectrum", s->centroid_hz.reason);
        return;
    }
    for (uint32_t b = 0; b < SNQ_SPECTRUM_BANDS; b++) {
        const snq_spectrum_band *band = &s->band[b];
        heading(to, b ? "" : "Spectrum");
        fprintf(to, "%-11s%5.0f - %5.0f Hz", snq_spectrum_band_id(b), snq_spectrum_band_lo_hz(b),
                snq_spectrum_band_hi_hz(b));
        if (band->share.reason || band->level_dbfs.reason)
            fprintf(to, "        -\n");
        else {
            fprintf(to, "%7.1f dBFS %6.1f %% ", band->level_dbfs.value, 100.0 * band->share.value);
            bar(to, band->share.value);
            fputc('\n', to);
        }
    }
    heading(to, "");
    put(to, "centroid", s->centroid_hz, "Hz", 0);
    put(to, "tilt", s->tilt_db_per_octave, "dB/octave", 1);
    put(to, "flatness", s->flatness, "", 3);
    put(to, "ends at", s->cutoff_hz, "Hz", 0);
    fputc('\n', to);
    if (!s->dominant_reason && s->dominants) {
        heading(to, "");
        fputs("strongest", to);
        for (uint32_t i = 0; i < s->dominants; i++)
            fprintf(to, " %.1f", s->dominant_hz[i]);
        fputs(" Hz\n", to);
    }
}

static void stereo(FILE *to, const snq_hearing *h)
{
    if (h->stereo_reason && strcmp(h->stereo_reason, "mono") == 0)
        return;
    if (absent(to, "Stereo", h->stereo_reason))
        return;
    heading(to, "Stereo");
    put(to, "width", h->stereo.width, "", 2);
    put(to, "correlation", h->stereo.correlation, "", 2);
    put(to, "below 120 Hz", h->stereo.low_correlation, "", 2);
    fputs(h->stereo.antiphase ? "ANTIPHASE\n" : "\n", to);
}

static void confidence(FILE *to, double c)
{
    fprintf(to, "confidence %.0f %%   ", 100.0 * c);
}

/* When the list of spans goes on: how much of it the table leaves out. */
static void put_more(FILE *to, uint32_t spans)
{
    if (spans > CHANGES_SHOWN)
        fprintf(to, "and %u more", spans - CHANGES_SHOWN);
    fputc('\n', to);
}

static void tempo(FILE *to, const snq_hearing *h)
{
    const snq_tempo *t = &h->tempo;
    if (absent(to, "Tempo", h->tempo_reason) || absent(to, "Tempo", t->bpm.reason))
        return;
    heading(to, "Tempo");
    fprintf(to, "%.1f BPM   ", t->bpm.value);
    confidence(to, t->confidence);
    int others = 0;
    for (uint32_t i = 0; i < t->candidates; i++) {
        const double bpm = t->candidate[i].bpm;
        if (bpm > 0.99 * t->bpm.value && bpm < 1.01 * t->bpm.value)
            continue; /* the one that was chosen */
        fprintf(to, "%s%.1f (%.0f %%)", others++ ? ", " : "or ", bpm,
                100.0 * t->candidate[i].weight);
    }
    fputc('\n', to);
    if (t->spans < 2)
        return;
    heading(to, "");
    for (uint32_t i = 0; i < t->spans && i < CHANGES_SHOWN; i++) {
        put_time(to, t->span[i].span.start_s);
        fprintf(to, " %.1f BPM   ", t->span[i].bpm);
    }
    put_more(to, t->spans);
}

static void metre(FILE *to, const snq_hearing *h)
{
    const snq_meter *m = &h->meter;
    if (absent(to, "Metre", h->meter_reason ? h->meter_reason : m->reason))
        return;
    heading(to, "Metre");
    fprintf(to, "%u/%u   ", m->metre.beats_per_bar, m->metre.beat_unit);
    if (m->metre.pulses_per_bar != m->metre.beats_per_bar)
        fprintf(to, "%u pulses a bar   ", m->metre.pulses_per_bar);
    confidence(to, m->confidence);
    fputc('\n', to);
}

/* How many onsets, beats and bars there are. */
static void counts(FILE *to, const snq_hearing *h)
{
    if (h->onsets_reason && h->beats_reason)
        return;
    heading(to, "Counted");
    if (!h->onsets_reason)
        fprintf(to, "%u onsets   ", h->onsets.onsets);
    if (!h->beats_reason)
        fprintf(to, "%u beats   %u bars   ", h->beats.beats, h->beats.downbeats);
    fputc('\n', to);
}

static const char *mode_name(uint32_t mode)
{
    return mode == SNQ_MODE_MINOR ? "minor" : "major";
}

static void key(FILE *to, const snq_hearing *h)
{
    const snq_key *k = &h->key;
    if (absent(to, "Key", h->key_reason) || absent(to, "Key", k->reason))
        return;
    heading(to, "Key");
    if (k->mode == SNQ_MODE_ATONAL)
        fputs("none: atonal   ", to);
    else
        fprintf(to, "%s %s (%s)   ", snq_pitch_class_name(k->tonic), mode_name(k->mode),
                snq_camelot(k->tonic, (snq_mode)k->mode));
    confidence(to, k->confidence);
    put(to, "A4", k->tuning_hz, "Hz", 1);
    fputc('\n', to);
    if (k->spans < 2)
        return;
    heading(to, "");
    for (uint32_t i = 0; i < k->spans && i < CHANGES_SHOWN; i++) {
        put_time(to, k->span[i].span.start_s);
        fprintf(to, " %s %s   ", snq_pitch_class_name(k->span[i].tonic),
                mode_name(k->span[i].mode));
    }
    put_more(to, k->spans);
}

/* As musicians write it: "Am", "F#m7", "Bdim"; a pitch class and a Harte quality. */
static void put_chord(FILE *to, uint32_t root, uint32_t quality)
{
    if (quality == SNQ_CHORD_NONE) {
        fputs("no chord", to);
        return;
    }
    const char *suffix = quality == SNQ_CHORD_MAJ    ? ""
                         : quality == SNQ_CHORD_MIN  ? "m"
                         : quality == SNQ_CHORD_MIN7 ? "m7"
                                                     : snq_chord_quality_name(quality);
    fprintf(to, "%s%s", snq_pitch_class_name(root), suffix);
}

/* The chords with the largest shares of the time. */
static void chords(FILE *to, const snq_hearing *h)
{
    double length_s[SNQ_CHORD_QUALITIES * TONES] = { 0 }, total_s = 0.0;
    uint32_t left = 0;
    if (absent(to, "Chords", h->chords_reason))
        return;
    for (uint32_t i = 0; i < h->chords.chords; i++) {
        const snq_chord *c = &h->chords.chord[i];
        const uint32_t root = c->quality == SNQ_CHORD_NONE ? 0 : c->root;
        double *s = &length_s[c->quality * TONES + root];
        left += *s <= 0.0 && snq_span_length(c->span) > 0.0;
        *s += snq_span_length(c->span);
        total_s += snq_span_length(c->span);
    }
    heading(to, "Chords");
    for (int shown = 0; shown < CHORDS_SHOWN && left; shown++, left--) {
        uint32_t best = 0;
        for (uint32_t i = 1; i < SNQ_COUNT(length_s); i++)
            if (length_s[i] > length_s[best])
                best = i;
        fputs(shown ? ", " : "", to);
        put_chord(to, best % TONES, best / TONES);
        fprintf(to, " %.0f %%", 100.0 * length_s[best] / total_s);
        length_s[best] = 0.0;
    }
    if (left)
        fprintf(to, ", %u other%s", left, left > 1 ? "s" : "");
    fputs(total_s > 0.0 ? "\n" : "-\n", to);
}

static void patterns(FILE *to, const snq_hearing *h)
{
    static const char *const labels[] = { "rhythmic", "tonal", "percussive" };
    if (absent(to, "Patterns", h->patterns_reason))
        return;
    const snq_patterns *p = &h->patterns;
    int said = 0;
    heading(to, "Patterns");
    for (uint32_t i = 0; i < SNQ_COUNT(labels); i++)
        if (p->labels >> i & 1)
            fprintf(to, "%s%s", said++ ? ", " : "", labels[i]);
    fputs(said ? "   " : "none   ", to);
    put(to, "pulse", p->pulse, "", 2);
    put(to, "HNR", p->hnr_db, "dB", 1);
    put(to, "f0", p->f0_hz, "Hz", 1);
    put(to, "attack", p->attack_ms, "ms", 1);
    fputc('\n', to);
}

static void regions(FILE *to, const snq_hearing *h)
{
    if (absent(to, "Regions", h->regions_reason))
        return;
    if (!h->regions) {
        absent(to, "Regions", h->no_regions_reason);
        return;
    }
    for (uint32_t i = 0; i < h->regions && i < REGIONS_SHOWN; i++) {
        const snq_region *r = &h->region[i];
        heading(to, i ? "" : "Regions");
        fprintf(to, "%3u  ", i + 1);
        put_time(to, r->span.start_s);
        fputs(" - ", to);
        put_time(to, r->span.end_s);
        fputs("   ", to);
        put(to, "", r->level_dbfs, "dBFS", 1);
        if (!r->loudness_reason)
            put(to, "", r->loudness.integrated_lufs, "LUFS", 1);
        fputc('\n', to);
    }
    if (h->regions > REGIONS_SHOWN) {
        heading(to, "");
        fprintf(to, "and %u more (--json lists all)\n", h->regions - REGIONS_SHOWN);
    }
}

void snq_listen_table(FILE *to, const snq_hearing *h, int timings)
{
    file_line(to, &h->file);
    tempo(to, h);
    metre(to, h);
    counts(to, h);
    key(to, h);
    chords(to, h);
    patterns(to, h);
    loudness(to, h);
    dynamics(to, h);
    spectrum(to, h);
    stereo(to, h);
    regions(to, h);
    for (uint32_t i = 0; i < h->warnings.count; i++) {
        heading(to, i ? "" : "Warnings");
        printable(to, h->warnings.item[i].message);
        fprintf(to, " [%s]\n", h->warnings.item[i].code);
    }
    for (uint32_t i = 0; i < h->plugins; i++)
        if (strcmp(h->plugin[i].status, "ok") != 0) {
            heading(to, "Failed");
            fprintf(to, "%s: ", h->plugin[i].id);
            printable(to, h->plugin[i].message);
            fputc('\n', to);
        }
    for (uint32_t i = 0; timings && i < h->plugins; i++) {
        heading(to, i ? "" : "Time");
        fprintf(to, "%-10s %8.3f ms\n", h->plugin[i].id, h->plugin[i].ms);
    }
    fputc('\n', to);
}
