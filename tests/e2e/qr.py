# SPDX-License-Identifier: BSD-2-Clause
"""Reads a QR code as a camera does: draws the terminal's picture, and asks libzbar."""

import ctypes
import re

BLOCKS = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
SCALE = 4
GREY = int.from_bytes(b"Y800", "little")


def rows(text):
    """The lines of the picture, without colours."""
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in text.splitlines()]
    return [line for line in lines if line and set(line) <= set(BLOCKS)]


def is_dark_on_light(text):
    """Whether the picture sets its own colours: black on white."""
    return "\x1b[30;47m" in text


def decode(text, around):
    """What the code says; around is the brightness of the screen about it, 0 to 255."""
    ink = 0 if is_dark_on_light(text) else 255
    pixels = [[ink if bit else 255 - ink for bit in half] for line in rows(text)
              for half in zip(*(BLOCKS[block] for block in line))]
    edge = 8
    width = len(pixels[0]) + 2 * edge
    margin = [[around] * width for _ in range(edge)]
    image = margin + [[around] * edge + line + [around] * edge for line in pixels] + margin
    data = b"".join(
        b"".join(bytes([value]) * SCALE for value in line) * SCALE for line in image
    )
    return scan(data, width * SCALE, len(image) * SCALE)


def scan(data, width, height):
    zbar = ctypes.CDLL("libzbar.so.0")
    for name in ("zbar_image_scanner_create", "zbar_image_create", "zbar_image_first_symbol"):
        getattr(zbar, name).restype = ctypes.c_void_p
    zbar.zbar_symbol_get_data.restype = ctypes.c_char_p
    scanner = ctypes.c_void_p(zbar.zbar_image_scanner_create())
    image = ctypes.c_void_p(zbar.zbar_image_create())
    zbar.zbar_image_set_format(image, ctypes.c_ulong(GREY))
    zbar.zbar_image_set_size(image, width, height)
    zbar.zbar_image_set_data(image, data, ctypes.c_ulong(len(data)), None)
    zbar.zbar_scan_image(scanner, image)
    symbol = zbar.zbar_image_first_symbol(image)
    return zbar.zbar_symbol_get_data(ctypes.c_void_p(symbol)).decode() if symbol else None
