"""The style sheet's promises, computed: contrast in both colour schemes, nothing from elsewhere, every class that pages
use has a rule."""

from __future__ import annotations

import re

import pytest

from shared.runtime.pages import asset_url, read_asset

CSS = read_asset(asset_url("rota.css"))[0].decode()
TOKEN = re.compile(r"--([a-z-]+): (#[0-9a-f]{6})")
# (text, ground): what is written on what. WCAG 2.2, 1.4.3: 4.5 to 1.
TEXT = [(ink, ground) for ink in ("ink", "muted", "accent", "bad") for ground in ("paper", "surface")]
TEXT += [
    ("accent-ink", "accent"),
    ("accent", "accent-weak"),
    ("good", "good-weak"),
    ("warn", "warn-weak"),
    ("bad", "bad-weak"),
]
TEXT += [(ink, f"{kind}-weak") for kind in ("accent", "good", "warn", "bad") for ink in ("ink", "muted")]
TEXT += [(kind, "surface") for kind in ("good", "warn")]
# WCAG 2.2, 1.4.11: what one must see to use it, 3 to 1 (borders of inputs, the focus ring).
SHAPES = [("muted", "surface"), ("accent", "paper"), ("accent", "surface"), ("bad", "surface")]


def _scheme(name: str) -> dict[str, str]:
    light, dark = CSS.split("@media (prefers-color-scheme: dark)", 1)
    tokens = dict(TOKEN.findall(light))
    return tokens if name == "light" else tokens | dict(TOKEN.findall(dark.split("* {", 1)[0]))


def _luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance of "#rrggbb"."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_the_contrast_formula_gives_its_known_extremes() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_reaches_AA_contrast(scheme: str, ink: str, ground: str) -> None:
    tokens = _scheme(scheme)
    assert _contrast(tokens[ink], tokens[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_controls_reach_AA_contrast(scheme: str, shape: str, ground: str) -> None:
    tokens = _scheme(scheme)
    assert _contrast(tokens[shape], tokens[ground]) >= 3


def test_the_style_sheet_fetches_nothing_and_knows_dark_phones_print_and_focus() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
    for part in ("prefers-color-scheme: dark", "@media (max-width", "@media print", ":focus-visible"):
        assert part in CSS
    assert CSS.count("{") == CSS.count("}")
    assert len(CSS.encode()) < 20_000


def test_every_variable_used_is_defined() -> None:
    assert set(re.findall(r"var\(--([a-z-]+)\)", CSS)) <= set(re.findall(r"--([a-z-]+):", CSS))
