"""Pictures that letters carry, read with care: bounded in bytes and pixels, decoded once, and written anew without what else they held."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

if TYPE_CHECKING:
    from PIL import Image

LARGEST_FILE = 5_000_000  # Bytes
MOST_PIXELS = 16_000_000  # 4000 x 4000: some 60 MB while it is decoded.
LARGEST_SIDE = 1600  # Pixels of what is kept: 230 dots an inch over the width of a letter.
LARGEST_KEPT = 1_000_000  # Bytes; each letter carries them, and a mail has 20 MB.
FORMATS = ("PNG", "JPEG")
_MAGIC = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def read_picture(file: Path, setting: str) -> bytes:
    """As PNG or JPEG, at most LARGEST_SIDE pixels wide and high. Raises ProblemError; `setting` names it in cobranza.toml."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        hint = _("put the picture there, or take {setting} out of cobranza.toml", setting=setting)
        detail = _("there is no picture {file}", file=str(file)) if isinstance(error, FileNotFoundError) else None
        what = detail or _("the picture {file} cannot be read: {detail}", file=str(file), detail=error.strerror or "")
        raise ProblemError([Problem(what, hint, place=setting)]) from None
    if len(content) > LARGEST_FILE:
        raise _refused(setting, _("the picture {file} is larger than {limit} MB", file=str(file), limit=LARGEST_FILE // 1_000_000))
    return _as_kept(content, file, setting)


def _as_kept(content: bytes, file: Path, setting: str) -> bytes:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    limit = MOST_PIXELS // 1_000_000
                    raise _refused(setting, _("the picture {file} has more than {limit} million pixels", file=str(file), limit=limit))
                picture.load()
                kept = _encoded(picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refused(setting, _("the picture {file} is no PNG or JPEG that can be read", file=str(file))) from None
    if len(kept) > LARGEST_KEPT:
        raise _refused(setting, _("the picture {file} has too much detail for a letter", file=str(file)))
    return kept


def _encoded(picture: Image.Image) -> bytes:
    """A photograph stays JPEG, anything else becomes PNG; metadata, comments and what is hidden behind the data are left behind."""
    photograph = picture.format == "JPEG"
    kept = picture.convert("RGB" if photograph else "RGBA")
    kept.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    file = io.BytesIO()
    if photograph:
        kept.save(file, "JPEG", quality=88)
    else:
        kept.save(file, "PNG", optimize=True)
    return file.getvalue()


def media_type_of(picture: bytes) -> str:
    """Of one that `read_picture` has given."""
    return next(kind for magic, kind in _MAGIC if picture.startswith(magic))


def size_of(picture: bytes) -> tuple[int, int]:
    """Pixels."""
    from PIL import Image

    with Image.open(io.BytesIO(picture), formats=FORMATS) as opened:
        return opened.width, opened.height


def _refused(setting: str, what: Sentence) -> ProblemError:
    return ProblemError([Problem(what, _("use a PNG or JPEG of at most 1600 pixels a side"), place=setting)])
