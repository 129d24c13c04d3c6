# SPDX-License-Identifier: BSD-2-Clause
"""What a person reads on a screen: the part of a picture where the program asks, by OCR.

A text that is cut at either end, or covered by another, is not read. OCR errs in single
characters, which are forgiven."""

import gettext
import os
import subprocess
import unicodedata

from e2e import transcript
from e2e.desktop import until
from e2e.terminal import Unexpected

CATALOGUES = "/usr/share/locale"
ERRORS = 0.2  # of the characters; of a text that is cut, more are missing
LARGER = "300%"  # OCR wants characters of 30 pixels
# What else helps it differs: with black on white, grey on white, and small letters on two colours.
RECIPES = (("-normalize",), ("-normalize", "-gamma", "0.4"),
           ("-normalize", "-gamma", "0.4", "-bordercolor", "white", "-border", "40"))


def words(language):
    """The product's translator into the language."""
    if language == "en":
        return gettext.NullTranslations().gettext
    return gettext.translation("pam_mfa", CATALOGUES, [language]).gettext


def read(path, area, language, recipe):
    """The text in the area of the picture, "WIDTHxHEIGHT+X+Y"."""
    enlarge = ["convert", str(path), "-crop", area, "-colorspace", "Gray", "-resize", LARGER, *recipe, "png:-"]
    recognise = ["tesseract", "-", "-", "-l", {"en": "eng", "ja": "jpn"}[language], "--psm", "6"]
    image = subprocess.run(enlarge, check=True, capture_output=True).stdout
    done = subprocess.run(recognise, check=True, capture_output=True, input=image,
                          env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    return done.stdout.decode(errors="replace")


def plain(text):
    """Without what OCR gets wrong or leaves out: blanks, widths, capitals, and a colon at the end."""
    kept = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return kept.rstrip(":").translate(str.maketrans("1|l0", "iiio"))


def errors(seen, wanted):
    """The fewest characters to change, add or leave out until the wanted text is in the seen one."""
    row = [0] * (len(seen) + 1)  # it may begin anywhere
    for count, letter in enumerate(wanted, 1):
        above, row = row, [count]
        for at, other in enumerate(seen):
            row.append(min(above[at] + (letter != other), above[at + 1] + 1, row[at] + 1))
    return min(row)  # and end anywhere


def says(seen, wanted):
    """Whether OCR's text has the wanted one, or one of several, from its beginning to its end."""
    seen = plain(seen)
    texts = map(plain, (wanted,) if isinstance(wanted, str) else wanted)
    return any(errors(seen, text) <= ERRORS * len(text) for text in texts)


def reads(path, area, language, wanted):
    """What OCR makes of the area of the picture, by one recipe or by each; whether that is the wanted text."""
    seen = []
    for recipe in RECIPES:
        seen.append(read(path, area, language, recipe))
        if says(seen[-1], wanted):
            return seen, True
    return seen, False


def shown(screen, name, wanted, area, seconds=20):
    """Waits until the area of the screen can be read to say this; the picture stays under the name."""
    seen = []

    def is_read():
        nonlocal seen
        seen, found = reads(screen.shoot(name), area, screen.language, wanted)
        return found

    try:
        until(is_read, f"{wanted!r} in the picture {name}", seconds)
    except Unexpected as error:
        raise Unexpected(f"{error}; OCR reads {seen}") from None
    transcript.tell(f"the picture {name}", seen[-1])
