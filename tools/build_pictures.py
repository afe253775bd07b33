#!/usr/bin/env python3
"""Draw all pictures and animations anew, from the poses in tools/pictures/poses/ into bot/pictures/.

    python tools/build_pictures.py                 everything (some minutes)
    python tools/build_pictures.py cat_cow         one stretch, or a few
    python tools/build_pictures.py --sheet FOLDER  no files: sheets to look at, a stretch each

The same poses give the same files, whatever was there before. Needs what requirements/pictures.txt locks; the bot
needs none of it. Each file has an upper size, for people who pay for every byte; what does not fit ends the program.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import imageio_ffmpeg  # noqa: E402
import resvg_py  # noqa: E402
from PIL import Image  # noqa: E402

from flows import book  # noqa: E402
from tools.pictures import manifest, pose, scene  # noqa: E402
from tools.pictures.drawing import HEIGHT, WIDTH  # noqa: E402
from tools.pictures.themes import THEMES  # noqa: E402

OUT = ROOT / "bot" / "pictures"
MOST = 60_000
"""Bytes of one file, at most."""
MOST_IN_ALL = 6_000_000
COLOURS = 96
"""Of a picture: flat tones need no more, and a palette is a third of the size."""
MOVING = (720, 540)
QUALITIES = (25, 27, 29, 31, 33, 35)
"""From the finest to the coarsest; the first that fits is taken (x264's constant rate factor)."""


def drawn(svg: str, width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    png = resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height, skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(png))).convert("RGB")


def picture(stretch: str, step: str, theme: str) -> bytes:
    """A PNG with a palette. The colours are chosen without chance and nothing is dithered."""
    image = drawn(scene.svg(pose.scene(stretch, step), THEMES[theme]))
    small = image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def animation(stretch: str, theme: str) -> bytes:
    row = scene.frames(pose.moves(stretch))
    known: dict[int, bytes] = {}
    for frame in row:
        if id(frame) not in known:
            known[id(frame)] = drawn(scene.svg(frame[0], THEMES[theme], frame[1]), *MOVING).tobytes()
    frames = [known[id(frame)] for frame in row]
    for quality in QUALITIES:
        film = encoded(frames, quality)
        if len(film) <= MOST:
            return film
    raise SystemExit(f"{stretch}: even at the coarsest quality its animation has more than {MOST} bytes")


def encoded(frames: Iterable[bytes], quality: int) -> bytes:
    """H.264 without sound, the way messengers play it; one thread and no marks of the encoder, so that it repeats."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "film.mp4"
        options = ["-crf", str(quality), "-preset", "veryslow", "-tune", "animation", "-threads", "1", "-an",
                   "-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact",
                   "-map_metadata", "-1"]  # fmt: skip
        writer = imageio_ffmpeg.write_frames(
            str(target), MOVING, fps=scene.FPS, codec="libx264", quality=None, macro_block_size=2,
            pix_fmt_out="yuv420p", output_params=options, ffmpeg_log_level="error",
        )  # fmt: skip
        writer.send(None)
        for frame in frames:
            writer.send(frame)
        writer.close()
        return target.read_bytes()


def files_of(stretch: str) -> dict[str, bytes]:
    """Name to content of all files of one stretch."""
    files = {}
    for theme in THEMES:
        for step in book.load().stretches[stretch].walk:
            files[manifest.name_of(f"{stretch}.{step.id}", theme, "png")] = picture(stretch, step.id, theme)
        files[manifest.name_of(stretch, theme, "mp4")] = animation(stretch, theme)
    return files


def build(stretches: list[str]) -> None:
    OUT.mkdir(exist_ok=True)
    with ProcessPoolExecutor(4) as pool:
        for stretch, files in zip(stretches, pool.map(files_of, stretches), strict=True):
            for old in (*OUT.glob(f"{stretch}.*png"), *OUT.glob(f"{stretch}.*mp4")):
                old.unlink()
            for name, content in files.items():
                if len(content) > MOST:
                    raise SystemExit(f"{name}: {len(content)} bytes; at most {MOST} are sent")
                (OUT / name).write_bytes(content)
            print(f"{stretch}: {len(files)} files, {sum(map(len, files.values()))} bytes", flush=True)
    manifest.write(OUT, stretches)
    total = sum(path.stat().st_size for path in OUT.iterdir() if path.suffix in (".png", ".mp4"))
    if total > MOST_IN_ALL:
        raise SystemExit(f"all together {total} bytes; at most {MOST_IN_ALL}")
    print(f"all together {total} bytes")


def sheet(stretch: str, folder: Path, theme: str, width: int = 360) -> None:
    """All steps of a stretch on one page, as wide as on a phone."""
    steps = [step.id for step in book.load().stretches[stretch].walk]
    page = Image.new("RGB", (3 * width, -(-len(steps) // 3) * width * 3 // 4), "white")
    for i, step in enumerate(steps):
        small = drawn(scene.svg(pose.scene(stretch, step), THEMES[theme])).resize((width, width * 3 // 4))
        page.paste(small, (i % 3 * width, i // 3 * width * 3 // 4))
    page.save(folder / f"{stretch}.{theme}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw all pictures and animations anew.")
    parser.add_argument("stretches", nargs="*", help="only these; without a name all")
    parser.add_argument("--sheet", type=Path, help="write sheets to look at into this folder instead")
    chosen = parser.parse_args()
    stretches = chosen.stretches or sorted(book.load().stretches)
    if not chosen.sheet:
        if chosen.stretches and not manifest.is_drawn_alike(OUT):
            raise SystemExit("the drawing code has changed since: draw everything, without naming a stretch")
        build(stretches)
        return
    for stretch in stretches:
        for theme in THEMES:
            sheet(stretch, chosen.sheet, theme)


if __name__ == "__main__":
    main()
