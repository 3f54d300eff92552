"""Pictures that cobranza.toml names: what is refused, with which sentence, and what is left of those that are taken."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cobranza_rules.diagnosis import examine
from cobranza_rules.letters.picture_files import LARGEST_FILE, read_picture
from cobranza_rules.letters.sample_pictures import sample_pictures
from cobranza_rules.problems import ProblemError
from tests.conftest import WorkspaceMaker

HINT = "use a PNG or JPEG of at most 1600 pixels a side"


def encoded(kind: str, size: tuple[int, int] = (40, 20), **more: object) -> bytes:
    file = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", size).save(file, kind, **more)
    return file.getvalue()


def refusal(tmp_path: Path, content: bytes | None) -> str:
    file = tmp_path / "logo.png"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ProblemError) as caught:
        read_picture(file, "company.logo")
    return str(caught.value).replace(str(file), "FILE")


BROKEN: dict[str, Callable[[], bytes]] = {
    "text": lambda: b"this is no picture",
    "empty": lambda: b"",
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "gif": lambda: encoded("GIF"),
    "cut": lambda: encoded("JPEG", (400, 400))[:-200],
    "cut in its heading": lambda: encoded("PNG")[:20],
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_png_or_jpeg_is_refused(tmp_path: Path, kind: str) -> None:
    assert refusal(tmp_path, BROKEN[kind]()) == f"company.logo: the picture FILE is no PNG or JPEG that can be read; {HINT}"


def test_what_is_missing_too_large_or_a_bomb_is_refused(tmp_path: Path) -> None:
    missing = "company.logo: there is no picture FILE; put the picture there, or take company.logo out of cobranza.toml"
    assert refusal(tmp_path, None) == missing
    large = f"company.logo: the picture FILE is larger than 5 MB; {HINT}"
    assert refusal(tmp_path, b"\x89PNG\r\n\x1a\n" + bytes(LARGEST_FILE)) == large
    bomb = encoded("PNG", (5000, 4000))
    assert len(bomb) < 10_000
    assert refusal(tmp_path, bomb) == f"company.logo: the picture FILE has more than 16 million pixels; {HINT}"
    (tmp_path / "folder").mkdir()
    with pytest.raises(ProblemError, match="cannot be read: Is a directory"):
        read_picture(tmp_path / "folder", "company.logo")


def test_noise_that_would_make_every_letter_heavy_is_refused(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.effect_noise((1500, 1500), 100).save(file, "PNG")
    assert refusal(tmp_path, file.getvalue()) == f"company.logo: the picture FILE has too much detail for a letter; {HINT}"


def test_what_is_kept_is_small_and_carries_nothing_else(tmp_path: Path) -> None:
    told = PngInfo()
    told.add_text("Author", "somebody at a desk")
    (tmp_path / "a.png").write_bytes(encoded("PNG", (3200, 800), pnginfo=told) + b"<script>what follows the picture</script>")
    kept = read_picture(tmp_path / "a.png", "company.logo")
    assert Image.open(io.BytesIO(kept)).size == (1600, 400)
    assert b"somebody" not in kept
    assert b"script" not in kept
    exif = Image.Exif()
    exif[0x013B] = "somebody with a camera"
    (tmp_path / "b.jpg").write_bytes(encoded("JPEG", exif=exif))
    photograph = read_picture(tmp_path / "b.jpg", "people.x.signature")
    assert Image.open(io.BytesIO(photograph)).format == "JPEG"
    assert b"somebody" not in photograph
    assert read_picture(tmp_path / "b.jpg", "people.x.signature") == photograph


def test_doctor_says_which_pictures_are_missing_and_which_can_be_used(make_workspace: WorkspaceMaker) -> None:
    settings = {'website = "www.kemper.example"': 'website = "www.kemper.example"\nlogo = "imagenes/logo.png"'}
    settings['title_en = "Administration Manager"'] = 'title_en = "Administration Manager"\nsignature = "imagenes/firma.png"'
    workspace = make_workspace(**settings)
    folder = workspace.base / "imagenes"

    def found() -> tuple[bool, str]:
        workspace.__dict__.pop("pictures", None)
        return next((each.ok, each.detail.text()) for each in examine(workspace) if each.name == "pictures")

    said = f"there is no picture {folder / 'logo.png'}; there is no picture {folder / 'firma.png'}"
    assert found() == (False, f"{said}; put the picture there, or take company.logo out of cobranza.toml")
    folder.mkdir()
    (folder / "logo.png").write_bytes(sample_pictures().logo)
    (folder / "firma.png").write_bytes(sample_pictures().signature)
    assert found() == (True, "2 can be used: company.logo, people.administration_manager.signature")
    assert [*workspace.pictures.signatures] == ["administration_manager"]


def test_a_workspace_without_pictures_says_so(make_workspace: WorkspaceMaker) -> None:
    said = next((each.ok, each.detail.text()) for each in examine(make_workspace()) if each.name == "pictures")
    assert said == (True, "none is named; letters show the company's name in print")
