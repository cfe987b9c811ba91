// SPDX-License-Identifier: MIT
/* The lists: containers and decoders that we open, magic numbers that we refuse by name.
 *
 * Left out on purpose: playlists (hls, concat, sdp: they open other files), subtitles, raw streams without
 * any structure, game formats, tracker modules (they are scores, not recordings). */
#include "media/container_impl.h"

#include <string.h>

#include "base/attr.h"

enum {
    SOUND = SNQ__CONTAINS_SOUND,
    BOTH = SNQ__CONTAINS_BOTH,
    PICTURES = SNQ__CONTAINS_PICTURES,
};

static const snq__container containers[] = {
    { "wav", "wav", "wav wave bwf", SOUND },
    { "", "rf64", "wav wave rf64 bwf", SOUND },
    { "", "bw64", "wav wave bw64 bwf", SOUND },
    { "", "rifx", "wav wave rifx", SOUND },
    { "w64", "w64", "w64", SOUND },
    { "aiff", "aiff", "aif aiff aifc afc", SOUND },
    { "flac", "flac", "flac fla", SOUND },
    { "mp3", "mp3", "mp3 mp2 mp1 mpa mpga", SOUND },
    { "mov,mp4,m4a,3gp,3g2,mj2", "mp4", "mp4 m4a m4b m4r m4p m4v mov qt 3gp 3g2 aac f4v f4a",
      BOTH },
    { "", "mov", "mp4 m4a m4b m4r m4p m4v mov qt 3gp 3g2", BOTH },
    { "ogg", "ogg", "ogg oga ogv ogx opus spx flac", BOTH },
    { "matroska,webm", "matroska", "mkv mka webm mk3d weba", BOTH },
    { "aac", "aac", "aac adts", SOUND },
    { "loas", "loas", "aac loas latm", SOUND },
    { "avi", "avi", "avi", BOTH },
    { "mpegts", "mpegts", "ts m2ts mts tsv tsa", BOTH },
    { "mpeg", "mpeg", "mpg mpeg vob m2p", BOTH },
    { "caf", "caf", "caf", SOUND },
    { "au", "au", "au snd", SOUND },
    { "flv", "flv", "flv f4v", BOTH },
    { "asf", "asf", "wma wmv asf", BOTH },
    { "wv", "wavpack", "wv", SOUND },
    { "ape", "ape", "ape mac", SOUND },
    { "tta", "tta", "tta", SOUND },
    { "tak", "tak", "tak", SOUND },
    { "mpc", "musepack", "mpc mp+", SOUND },
    { "mpc8", "musepack", "mpc mp+", SOUND },
    { "ac3", "ac3", "ac3", SOUND },
    { "eac3", "eac3", "eac3 ec3 ac3", SOUND },
    { "dts", "dts", "dts", SOUND },
    { "dtshd", "dts", "dtshd dts", SOUND },
    { "truehd", "truehd", "thd truehd", SOUND },
    { "amr", "amr", "amr awb 3ga", SOUND },
    { "voc", "voc", "voc", SOUND },
    { "iff", "iff", "iff 8svx dff svx", SOUND },
    { "dsf", "dsf", "dsf", SOUND },
    { "mxf", "mxf", "mxf", BOTH },
    { "oma", "oma", "oma aa3", SOUND },
    { "rm", "rm", "rm ra rmvb", BOTH },
    { "nut", "nut", "nut", BOTH },
    { "shn", "shorten", "shn", SOUND },
    { "sox", "sox", "sox", SOUND },
    { "ircam", "ircam", "sf ircam", SOUND },
    { "nistsphere", "nist", "nist sph", SOUND },
    { "dv", "dv", "dv dif", PICTURES },
    { "h264", "h264", "h264 264 avc", PICTURES },
    { "hevc", "hevc", "hevc h265 265", PICTURES },
    { "mpegvideo", "mpegvideo", "m1v m2v mpv mpg mpeg", PICTURES },
    { "m4v", "m4v", "m4v", PICTURES },
    { "ivf", "ivf", "ivf", PICTURES },
    { "obu", "av1", "obu av1", PICTURES },
    { "mjpeg", "mjpeg", "mjpg mjpeg", PICTURES },
    { "yuv4mpegpipe", "y4m", "y4m", PICTURES },
    { "gif", "gif", "gif", PICTURES },
    { "apng", "apng", "png apng", PICTURES },
    { "png_pipe", "png", "png", PICTURES },
    { "jpeg_pipe", "jpeg", "jpg jpeg jpe jfif", PICTURES },
    { "webp_pipe", "webp", "webp", PICTURES },
    { "bmp_pipe", "bmp", "bmp", PICTURES },
    { "tiff_pipe", "tiff", "tif tiff", PICTURES },
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

const char snq__video_decoders[] =
    "h264,hevc,libdav1d,vp9,vp8,vp7,vp6,vp6a,vp6f,mpeg1video,mpeg2video,mpeg4,msmpeg4v1,"
    "msmpeg4v2,msmpeg4,h261,h263,h263i,h263p,flv,wmv1,wmv2,wmv3,vc1,rv10,rv20,rv30,rv40,theora,"
    "svq1,"
    "svq3,cinepak,indeo3,indeo5,mjpeg,mjpegb,dvvideo,prores,dnxhd,cfhd,huffyuv,ffvhuff,ffv1,"
    "utvideo,"
    "magicyuv,qtrle,rpza,8bps,msrle,msvideo1,tscc,tscc2,fraps,hap,rawvideo,v210,v308,"
    "v408,v410,yuv4,r210,r10k,jpeg2000,png,apng,gif,bmp,tiff,webp";

static const snq__container *of_demuxer(const char *demuxer, int unwanted)
{
    for (size_t i = 0; i < SNQ_COUNT(containers); i++)
        if (*demuxer && containers[i].contains != unwanted &&
            strcmp(containers[i].demuxer, demuxer) == 0)
            return &containers[i];
    return NULL;
}

const snq__container *snq__container_of_demuxer(const char *demuxer)
{
    return of_demuxer(demuxer, SNQ__CONTAINS_PICTURES);
}

const snq__container *snq__video_container(const char *demuxer)
{
    return of_demuxer(demuxer, SNQ__CONTAINS_SOUND);
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

enum { PICTURE_KINDS = 4 }; /* the first of those known */

/* What is neither sound nor, when those are wanted, a picture. */
static const char *neither(const uint8_t *p, size_t n, int pictures)
{
    static const struct {
        const char *what;
        uint8_t length;
        uint8_t magic[12];
    } known[] = {
        { "a PNG picture", 4, { 0x89, 'P', 'N', 'G' } },
        { "a JPEG picture", 3, { 0xFF, 0xD8, 0xFF } },
        { "a GIF picture", 4, { 'G', 'I', 'F', '8' } },
        { "a TIFF picture", 4, { 'I', 'I', '*', 0 } },
        { "a macOS AppleDouble file (resource fork, \"._\" name)", 4, { 0, 5, 0x16, 7 } },
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
            return pictures && i < PICTURE_KINDS ? NULL : known[i].what;
    if (!is_text(p, n < 512 ? n : 512))
        return NULL;
    size_t at = 0;
    while (at < n && (p[at] == ' ' || p[at] == '\n' || p[at] == '\r' || p[at] == '\t'))
        at++;
    return at < n && p[at] == '<' ? "an HTML or XML text (a failed download?)" : "plain text";
}

const char *snq__not_audio(const uint8_t *p, size_t n)
{
    return neither(p, n, 0);
}

const char *snq__not_video(const uint8_t *p, size_t n)
{
    return neither(p, n, 1);
}
