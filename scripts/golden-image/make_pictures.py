"""Draws the pictures of the image module's tests, in every format, mode and shape that matters.

    python make_pictures.py OUT_DIR

Needs Pillow and numpy as pinned in requirements.txt. All content is computed here; nothing is taken from elsewhere.
"""

import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

OUT = Path(sys.argv[1])
RNG = np.random.default_rng(20260101)


def scene(width, height, channels=3):
    """Smooth gradients, a disc, stripes and a little noise: something for every part of a resampler."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    planes = []
    for c in range(channels):
        plane = 127 + 90 * np.sin(x / (7 + 3 * c) + c) * np.cos(y / (11 - 2 * c))
        plane = plane + np.where((x - width / 3) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 4) ** 2, 60 - 50 * c, 0)
        plane = np.where((x + y) % 23 < 3, 255 - plane, plane)
        planes.append(plane + RNG.integers(-12, 13, (height, width)))
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def rgb(width=61, height=43):
    return Image.fromarray(scene(width, height), "RGB")


def rgba(width=61, height=43):
    return Image.fromarray(scene(width, height, 4), "RGBA")


def save(name, image, **options):
    image.save(OUT / name, **options)


def write(name, data):
    (OUT / name).write_bytes(data)


# ---- PNG by hand: all depths, colour types, interlace, transparency

def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def pack_rows(rows, depth):
    """rows: list of lists of sample values; each row gets a filter of its own."""
    out = bytearray()
    previous = None
    for index, (row, channels) in enumerate(rows):
        if depth == 16:
            raw = b"".join(struct.pack(">H", v) for v in row)
        elif depth == 8:
            raw = bytes(row)
        else:
            bits = "".join(format(v, f"0{depth}b") for v in row)
            bits += "0" * (-len(bits) % 8)
            raw = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
        bpp = max(1, channels * depth // 8)
        if previous is None or len(previous) != len(raw):
            previous = bytes(len(raw))
        kind = index % 5
        filtered = bytearray()
        for i, value in enumerate(raw):
            left = raw[i - bpp] if i >= bpp else 0
            up = previous[i]
            corner = previous[i - bpp] if i >= bpp else 0
            if kind == 0:
                guess = 0
            elif kind == 1:
                guess = left
            elif kind == 2:
                guess = up
            elif kind == 3:
                guess = (left + up) // 2
            else:
                p = left + up - corner
                pa, pb, pc = abs(p - left), abs(p - up), abs(p - corner)
                guess = left if pa <= pb and pa <= pc else up if pb <= pc else corner
            filtered.append((value - guess) & 255)
        out += bytes([kind]) + filtered
        previous = raw
    return bytes(out)


def png(name, samples, depth, colour_type, interlace=False, extra=(), late=(), split=None):
    """samples: array [height, width, channels] of unsigned values below 2 ** depth."""
    height, width, channels = samples.shape
    if interlace:
        data = b""
        for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
            part = samples[y0::dy, x0::dx]
            if part.size:
                data += pack_rows([(list(map(int, r.reshape(-1))), channels) for r in part], depth)
    else:
        data = pack_rows([(list(map(int, r.reshape(-1))), channels) for r in samples], depth)
    packed = zlib.compress(data)
    body = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlace))
    for kind, value in extra:
        body += chunk(kind, value)
    step = split or len(packed)
    for i in range(0, len(packed), step):
        body += chunk(b"IDAT", packed[i:i + step])
    for kind, value in late:
        body += chunk(kind, value)
    write(name, body + chunk(b"IEND", b""))


def deep(width, height, channels, depth):
    wide = scene(width, height, channels).astype(np.uint32)
    if depth == 16:
        return wide * 256 + RNG.integers(0, 256, wide.shape)
    return wide >> (8 - depth)


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block


def pngs():
    palette = RNG.integers(0, 256, 48).astype(np.uint8).tobytes()
    for depth in (1, 2, 4):
        png(f"png-grey{depth}.png", deep(37, 29, 1, depth), depth, 0)
        png(f"png-palette{depth}.png", deep(37, 29, 1, depth), depth, 3, extra=[(b"PLTE", palette[:3 << depth])])
        png(f"png-grey{depth}-interlaced.png", deep(37, 29, 1, depth), depth, 0, interlace=True)
    png("png-grey1-trns.png", deep(37, 29, 1, 1), 1, 0, extra=[(b"tRNS", b"\0\1")])
    png("png-grey4-trns.png", deep(37, 29, 1, 4), 4, 0, extra=[(b"tRNS", b"\0\x07")])
    png("png-grey8-trns.png", deep(37, 29, 1, 8), 8, 0, extra=[(b"tRNS", struct.pack(">H", int(deep(5, 5, 1, 8)[2, 2, 0])))])
    png("png-grey16.png", deep(37, 29, 1, 16), 16, 0)
    small = (deep(37, 29, 1, 16) >> 7).astype(np.uint32)
    png("png-grey16-dark.png", small, 16, 0)
    png("png-grey16-trns.png", small, 16, 0, extra=[(b"tRNS", struct.pack(">H", int(small[3, 3, 0])))])
    png("png-rgb16.png", deep(37, 29, 3, 16), 16, 2)
    png("png-rgb16-interlaced.png", deep(37, 29, 3, 16), 16, 2, interlace=True)
    png("png-la8.png", deep(37, 29, 2, 8), 8, 4)
    png("png-la16.png", deep(37, 29, 2, 16), 16, 4)
    png("png-rgba8-interlaced.png", deep(37, 29, 4, 8), 8, 6, interlace=True)
    png("png-rgba16.png", deep(37, 29, 4, 16), 16, 6)
    pixels = deep(37, 29, 3, 8)
    png("png-rgb-trns.png", pixels, 8, 2, extra=[(b"tRNS", struct.pack(">HHH", *map(int, pixels[4, 4])))])
    png("png-rgb-split.png", pixels, 8, 2, split=7)
    png("png-palette-short.png", deep(37, 29, 1, 4), 8, 3, extra=[(b"PLTE", palette[:15])])
    png("png-palette-trns.png", deep(37, 29, 1, 4), 4, 3, extra=[(b"PLTE", palette), (b"tRNS", bytes([0, 60, 255, 128, 200]))])
    png("png-palette-trns-one.png", deep(37, 29, 1, 4), 4, 3, extra=[(b"PLTE", palette), (b"tRNS", bytes([255, 255, 0, 255]))])
    tiff = exif(6).tobytes()[6:]
    png("png-exif6.png", pixels, 8, 2, extra=[(b"eXIf", tiff)])
    png("png-exif8-late.png", pixels, 8, 2, late=[(b"eXIf", tiff[:18] + b"\x08" + tiff[19:])] if tiff[:2] == b"II" else [(b"eXIf", tiff[:19] + b"\x08" + tiff[20:])])
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", '<x:xmpmeta><rdf:Description tiff:Orientation="5"/></x:xmpmeta>')
    save("png-xmp5.png", rgb(), pnginfo=info)
    profile = exif(3).tobytes()
    info = PngImagePlugin.PngInfo()
    info.add_text("Raw profile type exif", f"\nexif\n{len(profile):8}\n{profile.hex()}\n", zip=True)
    save("png-rawprofile3.png", rgb(), pnginfo=info)
    save("png-rgb.png", rgb())
    save("png-rgba.png", rgba())
    opaque = rgba()
    opaque.putalpha(255)
    save("png-rgba-opaque.png", opaque)
    save("png-rgb-1x1.png", rgb(1, 1))
    save("png-rgb-1x57.png", rgb(1, 57))
    save("png-rgb-57x1.png", rgb(57, 1))
    save("png-rgb-tall.png", rgb(40, 1300))
    save("png-rgb-tall2.png", rgb(300, 1200))
    save("png-rgb-wide.png", rgb(1300, 40))


# ---- JPEG

def to_440(data):
    """Swaps the sampling of a 4:2:2 baseline file: the same groups, read as 4:4:0."""
    data = bytearray(data)
    at = data.index(b"\xff\xc0")
    height, width = struct.unpack(">HH", data[at + 5:at + 9])
    assert data[at + 11] == 0x21
    data[at + 11] = 0x12
    data[at + 5:at + 9] = struct.pack(">HH", 16 * ((height + 7) // 8) - 3, 8 * ((width + 15) // 16) - 1)
    return bytes(data)


def jpegs():
    for name, subsampling in (("444", "4:4:4"), ("422", "4:2:2"), ("420", "4:2:0"), ("411", "4:1:1")):
        save(f"jpeg-{name}.jpg", rgb(), quality=88, subsampling=subsampling)
        save(f"jpeg-{name}-progressive.jpg", rgb(), quality=70, subsampling=subsampling, progressive=True)
    write("jpeg-440.jpg", to_440((OUT / "jpeg-422.jpg").read_bytes()))
    save("jpeg-restart.jpg", rgb(150, 97), quality=80, restart_marker_blocks=2)
    save("jpeg-optimised.jpg", rgb(150, 97), quality=96, optimize=True)
    save("jpeg-poor.jpg", rgb(150, 97), quality=3)
    save("jpeg-best.jpg", Image.fromarray(RNG.integers(0, 256, (40, 33, 3)).astype(np.uint8)), quality=100)
    save("jpeg-grey.jpg", rgb().convert("L"), quality=85)
    save("jpeg-grey-progressive.jpg", rgb().convert("L"), quality=85, progressive=True)
    save("jpeg-rgb.jpg", rgb(), quality=85, keep_rgb=True)
    save("jpeg-cmyk.jpg", rgb().convert("CMYK"), quality=85)
    save("jpeg-cmyk-progressive.jpg", rgb().convert("CMYK"), quality=85, progressive=True)
    cmyk = bytearray((OUT / "jpeg-cmyk.jpg").read_bytes())
    cmyk[cmyk.index(b"Adobe") + 11] = 2
    write("jpeg-ycck.jpg", bytes(cmyk))
    for orientation in range(1, 9):
        save(f"jpeg-exif{orientation}.jpg", rgb(60, 40), quality=85, exif=exif(orientation).tobytes())
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="8"></x:xmpmeta>'
    save("jpeg-xmp8.jpg", rgb(), quality=85, xmp=xmp)
    save("jpeg-1x1.jpg", rgb(1, 1))
    save("jpeg-1x90.jpg", rgb(1, 90))
    save("jpeg-3x2.jpg", rgb(3, 2))
    save("jpeg-5x200.jpg", rgb(5, 200))
    save("jpeg-tall.jpg", rgb(120, 1500), quality=60)
    save("jpeg-large.jpg", rgb(501, 377), quality=70)
    save("jpeg-exif6-large.jpg", rgb(501, 377), quality=70, exif=exif(6).tobytes())


# ---- GIF

def lzw_codes(indices, minimum):
    """Codes that are all literal, with a clear code often enough that their size never grows."""
    clear, end, size = 1 << minimum, (1 << minimum) + 1, minimum + 1
    bits, count = [], 0
    for value in indices:
        if count % max(1, (1 << minimum) - 2) == 0:
            bits.append(clear)
        bits.append(int(value))
        count += 1
    bits.append(end)
    number = sum(code << (i * size) for i, code in enumerate(bits))
    data = number.to_bytes((len(bits) * size + 7) // 8, "little")
    blocks = b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255))
    return bytes([minimum]) + blocks + b"\0"


def gif(name, screen, frame, offset=(0, 0), transparent=None, interlace=False, palette=None, local=None, background=0):
    height, width = frame.shape
    out = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80 | 3 if palette else 0, background, 0) + (palette or b"")
    if transparent is not None:
        out += b"!\xf9\x04\x01\0\0" + bytes([transparent]) + b"\0"
    out += b"!\xfe\x05hello\0"
    out += b"," + struct.pack("<HHHHB", *offset, width, height, (0x40 if interlace else 0) | (0x80 | 3 if local else 0)) + (local or b"")
    rows = list(range(height))
    if interlace:
        rows = rows[0::8] + rows[4::8] + rows[2::4] + rows[1::2]
    write(name, out + lzw_codes(frame[rows].reshape(-1), 4) + b";")


def gifs():
    palette = RNG.integers(0, 256, 48).astype(np.uint8).tobytes()
    local = RNG.integers(0, 256, 48).astype(np.uint8).tobytes()
    ramp = bytes(v for i in range(16) for v in (i, i, i))
    frame = scene(23, 19, 1)[..., 0] >> 4
    gif("gif-palette.gif", (23, 19), frame, palette=palette)
    gif("gif-interlaced.gif", (23, 19), frame, palette=palette, interlace=True)
    gif("gif-transparent.gif", (23, 19), frame, palette=palette, transparent=5)
    gif("gif-offset.gif", (40, 31), frame, offset=(7, 5), palette=palette, background=3)
    gif("gif-offset-transparent.gif", (40, 31), frame, offset=(7, 5), palette=palette, transparent=9, background=3)
    gif("gif-outside.gif", (12, 10), frame, offset=(4, 3), palette=palette)
    gif("gif-local.gif", (23, 19), frame, palette=palette, local=local)
    gif("gif-no-palette.gif", (23, 19), frame)
    gif("gif-ramp.gif", (23, 19), frame, palette=ramp, transparent=3)
    save("gif-pillow.gif", rgb(150, 97))
    frames = [rgb(64, 48).convert("P"), rgb(64, 48).convert("P")]
    save("gif-animated.gif", frames[0], save_all=True, append_images=frames[1:])


# ---- BMP

def bmp(name, bits, rows, width, height, compression=0, palette=b"", masks=b"", header=40, colours=0, top_down=False):
    body = b"".join(r + b"\0" * (-len(r) % 4) for r in rows) if isinstance(rows, list) else rows
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, width, -height if top_down else height, 1, bits, compression, len(body), 2835, 2835, colours, 0)
        info += masks
        info += b"\0" * (max(0, header - len(info)) if header > 40 else 0)
    offset = 14 + len(info) + len(palette)
    write(name, b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset) + info + palette + body)


def bmps():
    save("bmp-rgb.bmp", rgb())
    save("bmp-grey.bmp", rgb().convert("L"))
    save("bmp-1.bmp", rgb().convert("1"))
    save("bmp-palette.bmp", rgb().quantize(200))
    width, height = 21, 13
    grey = scene(width, height, 1)[..., 0]
    palette = b"".join(bytes([int(v) for v in RNG.integers(0, 256, 3)]) + b"\0" for _ in range(16))
    nibbles = [bytes((a << 4 | b) for a, b in zip(list(r >> 4)[0::2], (list(r >> 4) + [0])[1::2])) for r in grey]
    bmp("bmp-4.bmp", 4, nibbles, width, height, palette=palette)
    bmp("bmp-4-few.bmp", 4, [bytes(b & 0x77 for b in r) for r in nibbles], width, height, palette=palette[:32], colours=8)
    bmp("bmp-1-colours.bmp", 1, [np.packbits(r > 127).tobytes() for r in grey], width, height, palette=palette[:8])
    os2 = b"".join(palette[4 * i:4 * i + 3] for i in range(16))
    bmp("bmp-os2.bmp", 4, nibbles, width, height, palette=os2, header=12)
    pixels = scene(width, height, 3).astype(np.uint32)
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    p555 = ((r >> 3 << 10) | (g >> 3 << 5) | b >> 3).astype("<u2")
    p565 = ((r >> 3 << 11) | (g >> 2 << 5) | b >> 3).astype("<u2")
    bmp("bmp-16.bmp", 16, [row.tobytes() for row in p555], width, height)
    bmp("bmp-565.bmp", 16, [row.tobytes() for row in p565], width, height, 3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    bmp("bmp-24-down.bmp", 24, [row[:, ::-1].tobytes() for row in scene(width, height)], width, height, top_down=True)
    four = scene(width, height, 4)
    rows = [row.tobytes() for row in four]
    bmp("bmp-32.bmp", 32, rows, width, height)
    bmp("bmp-32-bgra.bmp", 32, rows, width, height, 3, masks=struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000), header=56)
    bmp("bmp-32-rgba.bmp", 32, rows, width, height, 3, masks=struct.pack("<IIII", 0xFF, 0xFF00, 0xFF0000, 0xFF000000), header=108)
    bmp("bmp-32-xbgr.bmp", 32, rows, width, height, 3, masks=struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00))
    runs = b"".join(bytes([5, 7, 0, 4, 1, 2, 3, 4, 12, 9, 0, 0]) for _ in range(height - 3))
    runs += bytes([0, 2, 4, 1, 3, 6, 0, 0]) + bytes([21, 5, 0, 0]) + bytes([0, 3, 8, 8, 8, 0, 18, 2, 0, 1])
    full = b"".join(bytes([int(v) for v in RNG.integers(0, 256, 3)]) + b"\0" for _ in range(256))
    bmp("bmp-rle8.bmp", 8, runs, width, height, 1, palette=full)
    runs4 = b"".join(bytes([9, 0x5A, 0, 6, 0x12, 0x34, 0x56, 0, 6, 0x77, 0, 0]) for _ in range(height)) + b"\0\1"
    bmp("bmp-rle4.bmp", 4, runs4, width, height, 2, palette=palette)


# ---- TIFF

def tiff(name, tags, chunks, big=False, tiled=False):
    """tags: {number: (type, values)}; chunks: the strips or tiles."""
    e = ">" if big else "<"
    out = bytearray((b"MM\0*" if big else b"II*\0") + b"\0\0\0\0")
    offsets = []
    for part in chunks:
        offsets.append(len(out))
        out += part
        out += b"\0" * (len(out) % 2)
    tags = dict(tags)
    tags[324 if tiled else 273] = (4, offsets)
    tags[325 if tiled else 279] = (4, [len(c) for c in chunks])
    entries = b""
    for number in sorted(tags):
        kind, values = tags[number]
        raw = struct.pack(e + str(len(values)) + {1: "B", 3: "H", 4: "I", 7: "B"}[kind], *values)
        if len(raw) > 4:
            at = len(out)
            out += raw + b"\0" * (len(raw) % 2)
            raw = struct.pack(e + "I", at)
        entries += struct.pack(e + "HHI", number, kind, len(values)) + raw.ljust(4, b"\0")
    out[4:8] = struct.pack(e + "I", len(out))
    out += struct.pack(e + "H", len(tags)) + entries + b"\0\0\0\0"
    write(name, bytes(out))


def base_tags(width, height, bits, photometric, samples, compression=1):
    return {256: (4, [width]), 257: (4, [height]), 258: (3, bits), 259: (3, [compression]), 262: (3, [photometric]),
            277: (3, [samples]), 278: (4, [height])}


def tiffs():
    for compression in ("raw", "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "packbits"):
        save(f"tiff-{compression}.tif", rgb(), compression=compression)
    save("tiff-lzw-predictor.tif", rgb(), compression="tiff_lzw", tiffinfo={317: 2})
    save("tiff-deflate-predictor.tif", rgba(), compression="tiff_adobe_deflate", tiffinfo={317: 2})
    save("tiff-jpeg.tif", rgb(97, 80), compression="jpeg", quality=80)
    save("tiff-jpeg-grey.tif", rgb().convert("L"), compression="jpeg", quality=80)
    for fax in ("group3", "group4", "tiff_ccitt"):
        save(f"tiff-{fax}.tif", rgb().convert("1"), compression=fax)
    save("tiff-1.tif", rgb().convert("1"))
    save("tiff-grey.tif", rgb().convert("L"))
    save("tiff-la.tif", rgba().convert("LA"))
    save("tiff-rgba.tif", rgba())
    save("tiff-cmyk.tif", rgb().convert("CMYK"))
    save("tiff-palette.tif", rgb().quantize(60))
    save("tiff-16.tif", Image.fromarray((deep(37, 29, 1, 16)[..., 0]).astype(np.uint16)))
    for orientation in (3, 6):
        save(f"tiff-exif{orientation}.tif", rgb(60, 40), tiffinfo={274: orientation})
    width, height = 37, 29
    pixels = scene(width, height)
    tags = base_tags(width, height, [8, 8, 8], 2, 3)
    tags[284] = (3, [2])
    tiff("tiff-planar.tif", tags, [pixels[..., c].tobytes() for c in range(3)], big=True)
    tags = base_tags(width, height, [8, 8, 8], 2, 3, 8)
    del tags[278]
    tags |= {322: (3, [16]), 323: (3, [16])}
    padded = np.pad(pixels, ((0, 3), (0, 11), (0, 0)))
    tiles = [zlib.compress(padded[y:y + 16, x:x + 16].tobytes()) for y in range(0, 32, 16) for x in range(0, 48, 16)]
    tiff("tiff-tiled.tif", tags, tiles, tiled=True)
    wide = deep(width, height, 3, 16)
    tiff("tiff-rgb16-le.tif", base_tags(width, height, [16] * 3, 2, 3), [wide.astype("<u2").tobytes()])
    tiff("tiff-rgb16-be.tif", base_tags(width, height, [16] * 3, 2, 3), [wide.astype(">u2").tobytes()], big=True)
    one = deep(width, height, 1, 16)
    tiff("tiff-16-be.tif", base_tags(width, height, [16], 1, 1), [one.astype(">u2").tobytes()], big=True)
    grey = scene(width, height, 1)[..., 0]
    tiff("tiff-min-white.tif", base_tags(width, height, [8], 0, 1), [grey.tobytes()])
    nibbles = np.pad(grey >> 4, ((0, 0), (0, 1)))
    packed = (nibbles[:, 0::2] << 4 | nibbles[:, 1::2]).astype(np.uint8)
    tiff("tiff-4.tif", base_tags(width, height, [4], 1, 1), [packed.tobytes()])
    tiff("tiff-4-min-white.tif", base_tags(width, height, [4], 0, 1), [packed.tobytes()])
    bits = np.packbits(grey > 127, axis=1)
    tiff("tiff-1-min-white.tif", base_tags(width, height, [1], 0, 1), [bits.tobytes()])
    tags = base_tags(width, height, [1], 1, 1)
    tags[266] = (3, [2])
    tiff("tiff-1-fill2.tif", tags, [np.packbits(grey > 127, axis=1, bitorder="little").tobytes()])
    four = scene(width, height, 4)
    for kind in (0, 1, 2):
        tags = base_tags(width, height, [8] * 4, 2, 4)
        tags[338] = (3, [kind])
        tiff(f"tiff-extra{kind}.tif", tags, [four.tobytes()])
    tags = base_tags(width, height, [8, 8, 8], 2, 3)
    tags[278] = (4, [10])
    tiff("tiff-strips.tif", tags, [pixels[y:y + 10].tobytes() for y in range(0, height, 10)])


# ---- WebP

def webps():
    save("webp-lossy.webp", rgb(), quality=80)
    save("webp-lossy-odd.webp", rgb(63, 35), quality=30)
    save("webp-lossy-best.webp", rgb(), quality=100)
    save("webp-lossy-poor.webp", rgb(150, 97), quality=1)
    save("webp-lossy-fast.webp", rgb(150, 97), quality=60, method=0)
    save("webp-lossy-slow.webp", rgb(150, 97), quality=60, method=6)
    save("webp-lossy-large.webp", rgb(501, 377), quality=60)
    save("webp-1x1.webp", rgb(1, 1), quality=80)
    save("webp-1x40.webp", rgb(1, 40), quality=80)
    save("webp-40x1.webp", rgb(40, 1), quality=80)
    save("webp-lossless.webp", rgb(), lossless=True)
    save("webp-lossless-alpha.webp", rgba(), lossless=True, exact=True)
    save("webp-lossless-palette.webp", rgb().quantize(12).convert("RGB"), lossless=True)
    save("webp-lossless-two.webp", rgb().convert("1").convert("RGB"), lossless=True)
    save("webp-lossless-flat.webp", Image.new("RGB", (50, 40), (10, 200, 30)), lossless=True)
    save("webp-lossless-slow.webp", rgb(150, 97), lossless=True, method=6, quality=100)
    save("webp-lossless-fast.webp", rgb(150, 97), lossless=True, method=0, quality=0)
    save("webp-lossless-1x1.webp", rgb(1, 1), lossless=True)
    save("webp-alpha.webp", rgba(), quality=70)
    save("webp-alpha-poor.webp", rgba(), quality=70, alpha_quality=20)
    y, x = np.mgrid[0:43, 0:61]
    smooth = rgba()
    smooth.putalpha(Image.fromarray(((x * 4 + y) % 256).astype(np.uint8)))
    save("webp-alpha-smooth.webp", smooth, quality=70, method=6)
    save("webp-exif6.webp", rgb(60, 40), quality=80, exif=exif(6).tobytes())
    save("webp-animated.webp", rgb(64, 48), save_all=True, append_images=[rgb(64, 48)], quality=70)
    save("webp-animated-alpha.webp", rgba(64, 48), save_all=True, append_images=[rgba(64, 48)], lossless=True)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    for make in (pngs, jpegs, gifs, bmps, tiffs, webps):
        make()
    files = list(OUT.iterdir())
    print(len(files), "pictures,", sum(f.stat().st_size for f in files), "bytes")


if __name__ == "__main__":
    main()
