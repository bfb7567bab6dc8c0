"""Draw the picture of the README from a run: data and model run of an attractor, side by side.

    python docs/make_readme_picture.py RUN [PICTURE]

RUN is a folder that ``dsr fit`` wrote, for example by ``make demo``; PICTURE is
``docs/_static/attractor.png`` if not given. It is drawn with Pillow, without a browser.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))

import thumbnail
from PIL import Image, ImageDraw, ImageFont

import dsr

WIDTH, HEIGHT, TITLE, MARGIN = 1560, 640, 76, 24
GROUND, INK, SOFT = "#ffffff", "#1d2329", "#565f69"


def picture(folder: str) -> Image.Image:
    """Draw both panels with their titles."""
    run = dsr.open_run(folder)
    observed, generated = (run.results[name]["series"] for name in ("observed", "generated"))
    panels = dsr.plots.attractor_panels(observed, generated, points=10_000)
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    pen = ImageDraw.Draw(image)
    large, small = ImageFont.load_default(30), ImageFont.load_default(21)
    each = WIDTH // 2
    words = (
        ("Data", "held back from training"),
        ("Model", "trained, then running on its own"),
    )
    for index, (panel, (title, subtitle)) in enumerate(zip(panels, words, strict=True)):
        size = (each - 2 * MARGIN, HEIGHT - TITLE - MARGIN)
        image.paste(thumbnail.draw(panel, size, GROUND), (index * each + MARGIN, TITLE))
        left = index * each + 2 * MARGIN
        colour = panel.data[0].line.color or panel.data[0].marker.color
        pen.ellipse((left, 33, left + 16, 49), fill=colour)
        pen.text((left + 28, 22), title, fill=INK, font=large)
        offset = 28 + pen.textlength(title, font=large) + 14
        pen.text((left + offset, 30), subtitle, fill=SOFT, font=small)
    return image


def main(arguments: list[str]) -> None:
    """Read the run, write the picture."""
    if not 1 <= len(arguments) <= 2:
        sys.exit("usage: python docs/make_readme_picture.py RUN [PICTURE]")
    target = Path(arguments[1]) if len(arguments) == 2 else HERE / "_static" / "attractor.png"
    picture(arguments[0]).quantize(160).save(target, optimize=True)
    print(f"wrote {target} ({target.stat().st_size // 1000} kB)")


if __name__ == "__main__":
    main(sys.argv[1:])
