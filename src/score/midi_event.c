// SPDX-License-Identifier: MIT
/* IDEA   A track chunk is a list of events, each with the time since the one before. Walk it byte by
 *        byte, believe no length without looking at the chunk's end, and say where anything was wrong.
 * STEPS  delta      1 to 4 bytes, 7 bits each, the highest first; bit 7: more follow
 *        status     a byte from 0x80; a byte below continues with the status of the last channel
 *                   message (running status)
 *        8n 9n An Bn En  two data bytes; Cn Dn one
 *        F0 F7      length as a delta is written, then so many bytes: a system exclusive message, one
 *                   that goes on, or anything escaped
 *        FF         type, length, bytes: a meta event; FF 2F 00 ends the chunk
 *        tempo      FF 51 03 tttttt: microseconds a quarter; bpm = 60e6 / t
 *        metre      FF 58 04 nn dd cc bb: nn beats of 1/2^dd; cc MIDI clocks (24 a quarter) a click of
 *                   the metronome; bb 32nd notes a quarter
 *        key        FF 59 02 sf mi: sf sharps (flats below 0), mi 1 in minor;
 *                   tonic = 7 sf mod 12, a minor third lower in minor
 * CONST  MIDI Manufacturers Association, RP-001 Standard MIDI Files 1.0 (1996). Status bytes F1 to F6
 *        and F8 to FE have no place in a file. A click is a beat, in 6/8, 9/8, 12/8 … three.
 * COST   linear; with all that midi_chunk.c does 50 ns an event: 1 MB, 250 000 events, in 14 ms (one
 *        core of a shared server, November 2026).
 * LIMITS Meta and system exclusive events end running status by the standard; files in which it goes
 *        on are read with a warning. Text of another coding than UTF-8 and ISO 8859-1 (the files from
 *        Japan: Shift JIS) is read as the latter; its bytes are kept. */
#include "score/midi_impl.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { DELTA_BYTES_MAX = 4 };

void snq__midi_warn(snq_warnings *w, const char *code, size_t at, const char *fmt, ...)
{
    char text[SNQ_WARNING_TEXT_MAX];
    va_list ap;
    if (!w)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    snq_warnings_add(w, code, (int64_t)at, "%s", text);
}

/* ---- events ---- */

static snq_status cut(const snq__midi_cursor *c, const char *what)
{
    return SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: the track chunk ends within %s", c->end, what);
}

/* A number of variable length. */
static snq_status get_number(snq__midi_cursor *c, const char *what, uint32_t *out)
{
    const size_t from = c->at;
    uint32_t v = 0;
    for (int i = 0; i < DELTA_BYTES_MAX; i++) {
        if (c->at == c->end)
            return cut(c, what);
        const uint8_t byte = c->file[c->at++];
        v = v << 7 | (byte & 0x7F);
        if (byte < 0x80) {
            *out = v;
            return SNQ_OK;
        }
    }
    return SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: %s of more than %d bytes", from, what,
                    DELTA_BYTES_MAX);
}

static snq_status get_delta(snq__midi_cursor *c)
{
    const size_t from = c->at;
    uint32_t delta = 0;
    SNQ_TRY(get_number(c, "a delta time", &delta));
    c->tick += delta * c->scale;
    if (c->tick > SNQ_SCORE_TICK_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "offset %zu: tick %lld is beyond 2^40", from,
                        (long long)c->tick);
    return SNQ_OK;
}

static snq_status get_data(snq__midi_cursor *c, uint8_t *out)
{
    if (c->at == c->end)
        return cut(c, "a message");
    const uint8_t byte = c->file[c->at];
    if (byte >= 0x80)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: 0x%02X where a data byte (0 to 0x7F) belongs",
                        c->at, byte);
    c->at++;
    *out = byte;
    return SNQ_OK;
}

static snq_status get_bytes(snq__midi_cursor *c, snq__midi_event *e)
{
    const size_t from = c->at;
    SNQ_TRY(get_number(c, "the length of a message", &e->length));
    if (e->length > c->end - c->at)
        return SNQ_FAIL(SNQ_ERR_FORMAT,
                        "offset %zu: a message of %u bytes, but the track chunk ends after %zu",
                        from, e->length, c->end - c->at);
    e->bytes = c->file + c->at;
    c->at += e->length;
    return SNQ_OK;
}

static snq_status get_channel_message(snq__midi_cursor *c, snq__midi_event *e)
{
    e->status = c->running & 0xF0;
    e->channel = c->running & 0x0F;
    SNQ_TRY(get_data(c, &e->a));
    if (e->status != SNQ__MIDI_PROGRAM && e->status != 0xD0)
        SNQ_TRY(get_data(c, &e->b));
    return SNQ_OK;
}

/* The status byte at `at`, or what stands for it. */
static snq_status get_status(snq__midi_cursor *c, uint8_t *out)
{
    if (c->at == c->end)
        return cut(c, "an event, after its delta time");
    const uint8_t byte = c->file[c->at];
    *out = byte;
    if (byte < 0x80) {
        if (!c->running)
            return SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: 0x%02X where a status byte belongs", c->at,
                            byte);
        if (c->lapsed)
            snq__midi_warn(c->warnings, "midi_running_status", c->at,
                           "running status goes on after a meta or system exclusive event");
        *out = c->running;
        return SNQ_OK;
    }
    if (byte > 0xF0 && byte != SNQ__MIDI_ESCAPE && byte != SNQ__MIDI_META)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "offset %zu: status byte 0x%02X has no place in a file",
                        c->at, byte);
    c->at++;
    return SNQ_OK;
}

snq_status snq__midi_next(snq__midi_cursor *c, snq__midi_event *out)
{
    uint8_t status = 0;
    *out = (snq__midi_event) { .tick = c->tick, .at = c->at };
    if (c->at == c->end)
        return SNQ_END;
    SNQ_TRY(get_delta(c));
    out->tick = c->tick;
    out->at = c->at;
    SNQ_TRY(get_status(c, &status));
    if (status < 0xF0) {
        c->running = status;
        c->lapsed = 0;
        return get_channel_message(c, out);
    }
    c->lapsed = 1;
    out->status = status;
    if (status == SNQ__MIDI_META)
        SNQ_TRY(get_data(c, &out->a));
    SNQ_TRY(get_bytes(c, out));
    if (status != SNQ__MIDI_META || out->a != SNQ__META_END)
        return SNQ_OK;
    c->ended = 1;
    return SNQ_END;
}

/* ---- text ---- */

static int is_utf8(const char *p, size_t n)
{
    while (n) {
        uint32_t point;
        const size_t k = snq_utf8_get(p, n, &point);
        if (k == 1 && point == 0xFFFD)
            return 0;
        p += k;
        n -= k;
    }
    return 1;
}

int snq__midi_text(const uint8_t *bytes, size_t n, char *to, size_t room)
{
    const char *from = (const char *)bytes;
    const char *nul = n ? memchr(from, '\0', n) : NULL;
    const size_t text_n = nul ? (size_t)(nul - from) : n;
    const int utf8 = is_utf8(from, text_n);
    size_t at = 0, used = 0;
    while (at < text_n) {
        char piece[2] = { (char)(0xC0 | bytes[at] >> 6), (char)(0x80 | (bytes[at] & 0x3F)) };
        const char *p = piece;
        size_t k = 2, taken = 1;
        if (bytes[at] < 0x80) {
            piece[0] = bytes[at] < 0x20 || bytes[at] == 0x7F ? ' ' : (char)bytes[at];
            k = 1;
        } else if (utf8) {
            uint32_t point;
            p = from + at;
            k = taken = snq_utf8_get(p, text_n - at, &point);
        }
        if (used + k > room - 1)
            break;
        memcpy(to + used, p, k);
        used += k;
        at += taken;
    }
    while (used && to[used - 1] == ' ')
        used--;
    to[used] = '\0';
    return used == n && (!n || memcmp(to, from, n) == 0);
}

/* ---- meta events that have a field ---- */

int snq__midi_get_tempo(const snq__midi_event *e, double *bpm)
{
    if (e->length != 3)
        return 0;
    const uint32_t us = (uint32_t)e->bytes[0] << 16 | (uint32_t)e->bytes[1] << 8 | e->bytes[2];
    if (!us)
        return 0;
    *bpm = 60e6 / us;
    return 1;
}

void snq__midi_put_tempo(double bpm, uint8_t to[3])
{
    const double wish = round(60e6 / bpm);
    const uint32_t us = wish > 0xFFFFFF ? 0xFFFFFF : wish < 1.0 ? 1 : (uint32_t)wish;
    to[0] = (uint8_t)(us >> 16);
    to[1] = (uint8_t)(us >> 8);
    to[2] = (uint8_t)us;
}

int snq__midi_get_metre(const snq__midi_event *e, int *beats, int *unit)
{
    if (e->length != 4 || !e->bytes[0] || e->bytes[1] > 7)
        return 0;
    *beats = e->bytes[0];
    *unit = 1 << e->bytes[1];
    return 1;
}

void snq__midi_put_metre(int beats, int unit, uint8_t to[4])
{
    const int is_compound = unit >= 8 && beats > 3 && beats % 3 == 0;
    const int clocks = (is_compound ? 3 : 1) * 96 / unit;
    to[0] = (uint8_t)beats;
    to[1] = 0;
    while (1 << to[1] < unit)
        to[1]++;
    to[2] = (uint8_t)(clocks ? clocks : 1);
    to[3] = 8;
}

int snq__midi_get_key(const snq__midi_event *e, snq_key_mark *key)
{
    if (e->length != 2 || e->bytes[1] > 1)
        return 0;
    const int sharps = (int8_t)e->bytes[0];
    if (sharps < -7 || sharps > 7)
        return 0;
    const int is_minor = e->bytes[1];
    key->fifths = (int8_t)sharps;
    key->mode = is_minor ? SNQ_KEY_MINOR : SNQ_KEY_MAJOR;
    key->tonic = (uint8_t)((7 * (sharps + 12) + (is_minor ? 9 : 0)) % 12);
    return 1;
}

void snq__midi_put_key(const snq_key_mark *key, uint8_t to[2])
{
    to[0] = (uint8_t)key->fifths;
    /* those with a minor third */
    to[1] = key->mode == SNQ_KEY_MINOR || key->mode == SNQ_KEY_DORIAN ||
            key->mode == SNQ_KEY_PHRYGIAN || key->mode == SNQ_KEY_LOCRIAN;
}
