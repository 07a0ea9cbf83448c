import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import RequestFactory

from citemetiers import styleguide
from citemetiers.kernel.components import BUTTON_VARIANTS, NOTICE_KINDS

CSS = Path(settings.BASE_DIR) / "static" / "css"
TOKEN = re.compile(r"(--(?:colour|theme)-[a-z-]+): (#[0-9a-f]{6});")
LIGHT, DARK = (
    dict(TOKEN.findall(part))
    for part in (CSS / "tokens.css").read_text(encoding="utf-8").split("@media screen and (prefers-color-scheme: dark)")
)
PALETTES = {"light": LIGHT, "dark": DARK}
TEXTS = ("ink", "muted", "petrol", "accent", "success", "warning", "error")
THEMES = ("direction", "train", "work", "business", "mobility", "recognition")
TEXT_PAIRS = (
    *((f"--colour-{text}", f"--colour-{ground}") for text in TEXTS for ground in ("paper", "surface")),
    *((f"--theme-{theme}", f"--colour-{ground}") for theme in THEMES for ground in ("paper", "surface")),
    *((f"--colour-{kind}", f"--colour-{kind}-soft") for kind in ("petrol", "success", "warning", "error")),
    *(("--colour-ink", f"--colour-{kind}-soft") for kind in ("petrol", "success", "warning", "error")),
    *(("--colour-petrol", f"--colour-{kind}-soft") for kind in ("success", "warning", "error")),
    ("--colour-muted", "--colour-petrol-soft"),
    ("--colour-on-petrol", "--colour-petrol"),
    ("--colour-on-accent", "--colour-accent"),
    ("--colour-paper", "--colour-error"),
    ("--colour-paper", "--colour-ink"),
)
SHAPE_PAIRS = (
    *(
        (f"--colour-{shape}", f"--colour-{ground}")
        for shape in ("line-strong", "focus")
        for ground in ("paper", "surface")
    ),
    ("--colour-focus", "--colour-petrol-soft"),
    ("--colour-ink", "--colour-accent"),
)


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", PALETTES)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_reads_on_its_ground(scheme: str, text: str, ground: str) -> None:
    palette = PALETTES[scheme]

    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("scheme", PALETTES)
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS[:-1])
def test_edge_and_focus_stand_out(scheme: str, shape: str, ground: str) -> None:
    palette = PALETTES[scheme]

    assert contrast(palette[shape], palette[ground]) >= 3


def test_dark_palette_answers_every_light_colour() -> None:
    assert set(DARK) == set(LIGHT)


@pytest.mark.parametrize("scheme", PALETTES)
def test_gallery_grounds_show_the_tokens(scheme: str) -> None:
    css = (CSS / "components" / "styleguide.css").read_text(encoding="utf-8")

    block = css.split(f".styleguide__ground--{scheme} {{")[1].split("}")[0]

    assert dict(TOKEN.findall(block)) == PALETTES[scheme]


def test_gallery_shows_every_component(rf: RequestFactory) -> None:
    response = styleguide.gallery(rf.get("/styleguide/"))

    html = response.text
    assert response.status_code == 200
    assert all(f"button--{variant}" in html for variant in BUTTON_VARIANTS)
    assert all(f"notice--{kind}" in html for kind in NOTICE_KINDS)
    assert all(f"badge--{variant}" in html for variant in (*styleguide.BADGE_VARIANTS, "illustrative"))
    assert all(f"theme-label--{theme}" in html for theme in THEMES)
    for name in ("data-table", "empty", "unknown", "panel", "tile", "steps", "breadcrumbs", "definition-list"):
        assert f'class="{name}' in html, name


def test_gallery_shows_every_field_refused(rf: RequestFactory) -> None:
    html = styleguide.gallery(rf.get("/styleguide/")).text

    required = [name for name, field in styleguide.GalleryForm.base_fields.items() if field.required]
    assert all(f'id="refused_{name}_error"' in html for name in required)
    assert 'role="alert"' in html


def test_gallery_is_refused_to_other_methods(rf: RequestFactory) -> None:
    assert styleguide.gallery(rf.post("/styleguide/")).status_code == 405


def test_stylesheets_use_only_tokens_for_colour() -> None:
    own = {"tokens.css", "styleguide.css"}
    literal = re.compile(r":[^;{]*#[0-9a-fA-F]{3,8}\b")

    guilty = [
        f"{path.name}: {line.strip()}"
        for path in sorted(CSS.rglob("*.css"))
        if path.name not in own
        for line in path.read_text(encoding="utf-8").split("@media print")[0].splitlines()
        if literal.search(line)
    ]

    assert guilty == []


def test_shared_stylesheets_are_linked_on_every_page(rf: RequestFactory) -> None:
    html = styleguide.gallery(rf.get("/styleguide/")).text

    linked = re.findall(r'href="/static/(css/[^"]+)"', html)

    assert linked[:3] == ["css/tokens.css", "css/base.css", "css/layout.css"]
    assert all((CSS.parent / name).exists() for name in linked)
