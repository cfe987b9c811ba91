// SPDX-License-Identifier: MIT
/* The lists: containers and decoders that we open, magic numbers that we refuse by name.
 *
 * Left out on purpose: playlists (hls, concat, sdp: they open other files), pictures, subtitles, raw
 * streams without any structure, game formats, tracker modules (they are scores, not recordings). */
#include "media/container_impl.h"

#include <string.h>

#include "base/attr.h"

static const snq__container containers[] = {
    { "wav", "wav", "wav wave bwf" },
    { "", "rf64", "wav wave rf64 bwf" },
    { "", "bw64", "wav wave bw64 bwf" },
    { "", "rifx", "wav wave rifx" },
    { "w64", "w64", "w64" },
    { "aiff", "aiff", "aif aiff aifc afc" },
    { "flac", "flac", "flac fla" },
    { "mp3", "mp3", "mp3 mp2 mp1 mpa mpga" },
    { "mov,mp4,m4a,3gp,3g2,mj2", "mp4", "mp4 m4a m4b m4r m4p m4v mov qt 3gp 3g2 aac f4v f4a" },
    { "", "mov", "mp4 m4a m4b m4r m4p m4v mov qt 3gp 3g2" },
    { "ogg", "ogg", "ogg oga ogv ogx opus spx flac" },
    { "matroska,webm", "matroska", "mkv mka webm mk3d weba" },
    { "aac", "aac", "aac adts" },
    { "loas", "loas", "aac loas latm" },
    { "avi", "avi", "avi" },
    { "mpegts", "mpegts", "ts m2ts mts tsv tsa" },
    { "mpeg", "mpeg", "mpg mpeg vob m2p" },
    { "caf", "caf", "caf" },
    { "au", "au", "au snd" },
    { "flv", "flv", "flv f4v" },
    { "asf", "asf", "wma wmv asf" },
    { "wv", "wavpack", "wv" },
    { "ape", "ape", "ape mac" },
    { "tta", "tta", "tta" },
    { "tak", "tak", "tak" },
    { "mpc", "musepack", "mpc mp+" },
    { "mpc8", "musepack", "mpc mp+" },
    { "ac3", "ac3", "ac3" },
    { "eac3", "eac3", "eac3 ec3 ac3" },
    { "dts", "dts", "dts" },
    { "dtshd", "dts", "dtshd dts" },
    { "truehd", "truehd", "thd truehd" },
    { "amr", "amr", "amr awb 3ga" },
    { "voc", "voc", "voc" },
    { "iff", "iff", "iff 8svx dff svx" },
    { "dsf", "dsf", "dsf" },
    { "mxf", "mxf", "mxf" },
    { "oma", "oma", "oma aa3" },
    { "rm", "rm", "rm ra rmvb" },
    { "nut", "nut", "nut" },
    { "shn", "shorten", "shn" },
    { "sox", "sox", "sox" },
    { "ircam", "ircam", "sf ircam" },
    { "nistsphere", "nist", "nist sph" },
};

const char snq__decoders[] =
    "aac,aac_latm,ac3,eac3,truehd,mlp,dca,alac,ape,tak,tta,wavpack,flac,shorten,mp1float,mp2float,"
    "mp3float,mp3,mp2,mp1,mpc7,mpc8,vorbis,opus,speex,libspeex,wmav1,wmav2,wmapro,wmalossless,"
    "wmavoice,amrnb,amrwb,gsm,gsm_ms,g722,g726,g726le,g729,ilbc,qcelp,cook,sipr,ra_144,ra_288,"
    "real_144,real_288,atrac1,atrac3,atrac3al,atrac3plus,atrac3plusal,nellymoser,mace3,mace6,qdm2,"
    "qdmc,truespeech,8svx_exp,8svx_fib,dsd_lsbf,dsd_msbf,dsd_lsbf_planar,dsd_msbf_planar,"
    "adpcm_ima_wav,adpcm_ima_qt,adpcm_ima_apc,adpcm_ms,adpcm_yamaha,adpcm_swf,adpcm_sbpro_2,"
    "adpcm_sbpro_3,adpcm_sbpro_4,adpcm_ima_oki,adpcm_g722,adpcm_g726,adpcm_g726le,pcm_alaw,"
    "pcm_mulaw,pcm_vidc,pcm_u8,pcm_s8,pcm_s8_planar,pcm_s16le,pcm_s16be,pcm_s16le_planar,"
    "pcm_s16be_planar,pcm_u16le,pcm_u16be,pcm_s24le,pcm_s24be,pcm_s24le_planar,pcm_u24le,pcm_u24be,"
    "pcm_s32le,pcm_s32be,pcm_s32le_planar,pcm_u32le,pcm_u32be,pcm_s64le,pcm_s64be,pcm_f16le,"
    "pcm_f24le,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_bluray,pcm_dvd,pcm_lxf,s302m";

const snq__container *snq__container_of_demuxer(const char *demuxer)
{
    for (size_t i = 0; i < SNQ_COUNT(containers); i++)
        if (*demuxer && strcmp(containers[i].demuxer, demuxer) == 0)
            return &containers[i];
    return NULL;
}

const snq__container *snq__container_named(const char *name)
{
    for (size_t i = 0; i < SNQ_COUNT(containers); i++)
        if (strcmp(containers[i].name, name) == 0)
            return &containers[i];
    return NULL;
}

void snq__extension(const char *path, char *to, size_t room)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    to[0] = '\0';
    if (!dot || dot == base || strlen(dot + 1) >= room)
        return;
    size_t i = 0;
    for (const char *p = dot + 1; *p; p++)
        to[i++] = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    to[i] = '\0';
}

static int has_word(const char *list, const char *word)
{
    const size_t n = strlen(word);
    for (const char *p = list; n && (p = strstr(p, word)); p += n)
        if ((p == list || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' '))
            return 1;
    return 0;
}

int snq__extension_lies(const snq__container *c, const char *extension)
{
    if (has_word(c->extensions, extension))
        return 0;
    for (size_t i = 0; i < SNQ_COUNT(containers); i++)
        if (has_word(containers[i].extensions, extension))
            return 1;
    return 0;
}

/* No control characters, and no more than 30 % beyond ASCII (Latin-1 or UTF-8 text has fewer). */
static int is_text(const uint8_t *p, size_t n)
{
    size_t odd = 0, high = 0;
    for (size_t i = 0; i < n; i++) {
        odd += p[i] == 0x7F || (p[i] < 0x20 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r');
        high += p[i] > 0x7F;
    }
    return n > 0 && odd == 0 && high * 10 <= n * 3;
}

const char *snq__not_audio(const uint8_t *p, size_t n)
{
    static const struct {
        const char *what;
        uint8_t length;
        uint8_t magic[12];
    } known[] = {
        { "a macOS AppleDouble file (resource fork, \"._\" name)", 4, { 0, 5, 0x16, 7 } },
        { "a PNG picture", 4, { 0x89, 'P', 'N', 'G' } },
        { "a JPEG picture", 3, { 0xFF, 0xD8, 0xFF } },
        { "a GIF picture", 4, { 'G', 'I', 'F', '8' } },
        { "a TIFF picture", 4, { 'I', 'I', '*', 0 } },
        { "a PDF document", 4, { '%', 'P', 'D', 'F' } },
        { "a ZIP archive", 4, { 'P', 'K', 3, 4 } },
        { "a gzip archive", 3, { 0x1F, 0x8B, 8 } },
        { "an xz archive", 6, { 0xFD, '7', 'z', 'X', 'Z', 0 } },
        { "a 7-Zip archive", 6, { '7', 'z', 0xBC, 0xAF, 0x27, 0x1C } },
        { "a program (ELF)", 4, { 0x7F, 'E', 'L', 'F' } },
        { "a program (Windows)", 2, { 'M', 'Z' } },
        { "an SQLite database", 6, { 'S', 'Q', 'L', 'i', 't', 'e' } },
        { "a MIDI file (a score, not a recording)", 4, { 'M', 'T', 'h', 'd' } },
    };
    for (size_t i = 0; i < SNQ_COUNT(known); i++)
        if (n >= known[i].length && memcmp(p, known[i].magic, known[i].length) == 0)
            return known[i].what;
    if (!is_text(p, n < 512 ? n : 512))
        return NULL;
    size_t at = 0;
    while (at < n && (p[at] == ' ' || p[at] == '\n' || p[at] == '\r' || p[at] == '\t'))
        at++;
    return at < n && p[at] == '<' ? "an HTML or XML text (a failed download?)" : "plain text";
}
