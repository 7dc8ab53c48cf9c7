"""Shows what a change does to the letters.

Some letters of `breachpost preview` are kept as pictures in tests/letters/. `compare` draws them again, writes a page
with before, after and difference to target/letters-diff/index.html, and exits with 1 if a letter has changed; `accept`
makes the new pictures the references. A picture has the pages of one letter side by side, in six greys. Pillow comes with
pikepdf.
"""

import argparse
import html
import pathlib
import shutil
import subprocess
import sys
import tempfile

from PIL import Image, ImageChops

ROOT = pathlib.Path(__file__).resolve().parent.parent
REFERENCES = ROOT / "tests" / "letters"
OUT = ROOT / "target" / "letters-diff"

# The preview draws 80 pixels an inch.
PREVIEW_DPI = 80
DPI = 60
GREYS = 6
STEP = 255 // (GREYS - 1)

# Processors round differently when they draw. What differs by so many of the greys at most is the same.
TOLERANCE = 1

# Short name: language and name of the preview's variant.
LETTERS = {
    "screening-nl": "nl/screening_confirmed_published-unknown_all_adult_first_standard_home",
    "screening-en": "en/screening_confirmed_published-unknown_all_adult_first_standard_home",
    "gp-nl": "nl/gp_confirmed_published-unknown_all_adult_first_standard_home",
    "gp-named-en": "en/gp-named_confirmed_published-unknown_all_adult_first_standard_home",
    "hospital-named-nl": "nl/hospital-named_confirmed_published-unknown_all_adult_first_standard_home",
    "hospital-en": "en/hospital_confirmed_published-unknown_all_adult_first_standard_home",
    "prisoner-current-nl": "nl/prisoner-current_confirmed_published-unknown_all_adult_first_standard_home",
    "prisoner-current-en": "en/prisoner-current_confirmed_published-unknown_all_adult_first_standard_home",
    "prisoner-former-nl": "nl/prisoner-former_confirmed_published-unknown_all_adult_first_standard_home",
    "four-categories-nl": "nl/prisoner-and-hospital-and-gp-and-screening-current"
    "_confirmed_published-unknown_all_adult_first_standard_home",
    "three-categories-en": "en/hospital-and-gp-and-screening_confirmed_published-unknown_all_adult_first_standard_home",
    "published-nl": "nl/screening_confirmed_published-yes_all_adult_first_standard_home",
    "not-excluded-nl": "nl/screening_not_excluded_published-no_none_adult_first_standard_home",
    "stored-only-en": "en/hospital_shared_only_published-unknown_stored_adult_first_standard_home",
    "large-nl": "nl/screening_confirmed_published-unknown_all_adult_first_large_home",
    "large-en": "en/gp_confirmed_published-unknown_all_adult_first_large_home",
    "abroad-nl": "nl/hospital-named_confirmed_published-unknown_all_adult_first_standard_abroad",
    "abroad-en": "en/screening_confirmed_published-unknown_all_adult_first_standard_abroad",
    "parents-nl": "nl/gp_confirmed_published-unknown_all_parents_first_standard_home",
    "parents-en": "en/hospital_confirmed_published-unknown_all_parents_first_standard_home",
    "youth-nl": "nl/hospital_confirmed_published-unknown_all_youth_first_standard_home",
    "supplement-nl": "nl/screening_confirmed_published-unknown_all_adult_supplement-status_standard_home",
    "supplement-en": "en/gp_confirmed_published-unknown_all_adult_supplement-more_standard_home",
    "correction-nl": "nl/hospital_confirmed_published-unknown_all_adult_correction-items_standard_home",
    "correction-en": "en/screening_confirmed_published-unknown_all_adult_correction-status_standard_home",
}


def page(path):
    """One page of the preview in the references' resolution and greys."""
    grey = Image.open(path).convert("L")
    size = [round(side * DPI / PREVIEW_DPI) for side in grey.size]
    grey = grey.resize(size, Image.Resampling.BOX)
    return grey.point([round(level / STEP) * STEP for level in range(256)])


def letter(preview, variant):
    """All pages of one letter, side by side."""
    pages = []
    while (path := preview / f"{variant}-{len(pages) + 1}.png").exists():
        pages.append(page(path))
    if not pages:
        sys.exit(f"error: the preview has no letter `{variant}`\nhint: name another one in tests/letters_diff.py")

    width = sum(page.width for page in pages)
    sheet = Image.new("L", (width, max(page.height for page in pages)), 255)
    left = 0
    for page_ in pages:
        sheet.paste(page_, (left, 0))
        left += page_.width
    return sheet


def draw(binary):
    """The letters as the program draws them now, by short name."""
    config = ["--config", ROOT / "sample-data" / "breachpost.toml", "--date", "2025-09-15"]
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, *config, "preview", "--out", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return {name: letter(pathlib.Path(folder), variant) for name, variant in LETTERS.items()}


def save(picture, path):
    """Writes a picture as a PNG of six greys, four bits a pixel."""
    palette = Image.new("P", picture.size)
    palette.putpalette([level for grey in range(GREYS) for level in [grey * STEP] * 3])
    palette.putdata([level // STEP for level in picture.get_flattened_data()])
    palette.save(path, optimize=True, bits=4)


def references():
    """The kept letters, by short name."""
    return {path.stem: Image.open(path).convert("L") for path in sorted(REFERENCES.glob("*.png"))}


def has_changed(before, after):
    """Whether a reader would see a difference."""
    if before.size != after.size:
        return True
    darkest = ImageChops.difference(before, after).getextrema()[1]
    return darkest > TOLERANCE * STEP


def difference(before, after):
    """What is gone in red, what is new in blue, what stayed in grey."""
    size = (max(before.width, after.width), max(before.height, after.height))
    sheets = []
    for picture in (before, after):
        sheet = Image.new("L", size, 255)
        sheet.paste(picture, (0, 0))
        sheets.append(sheet)

    old, new = sheets
    return Image.merge("RGB", (new, ImageChops.darker(old, new), old))


def write_page(changes, unchanged):
    """target/letters-diff/index.html with the pictures it shows."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    parts = []
    for name, (before, after) in changes.items():
        shown = {"before": before, "after": after}
        if before and after:
            shown["difference"] = difference(before, after)
        parts.append(f"<h2>{html.escape(name)}</h2>\n<p>{html.escape(LETTERS.get(name, 'no longer drawn'))}</p>")
        for word, picture in shown.items():
            if picture is None:
                parts.append(f"<p>{word}: there is none</p>")
                continue
            file = f"{name}-{word}.png"
            picture.save(OUT / file)
            parts.append(f'<figure><figcaption>{word}</figcaption><img src="{file}" alt="{name}, {word}"></figure>')

    if not changes:
        parts.append("<p>No letter has changed.</p>")
    style = "body { font: 16px sans-serif; margin: 2em } img { border: 1px solid #999; max-width: 100% }"
    (OUT / "index.html").write_text(
        f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>What changed in the letters</title>
<style>{style}</style>
<h1>What changed in the letters</h1>
<p>{len(changes)} changed, {unchanged} unchanged. In the difference, red is gone and blue is new.</p>
{chr(10).join(parts)}
</html>
"""
    )


def compare(binary):
    """Draws the letters, shows which have changed, and gives the exit code."""
    kept, drawn = references(), draw(binary)
    changes = {}
    for name in sorted(kept.keys() | drawn.keys()):
        before, after = kept.get(name), drawn.get(name)
        if before is None or after is None or has_changed(before, after):
            changes[name] = (before, after)

    write_page(changes, len(drawn.keys() & kept.keys() - changes.keys()))
    for name in changes:
        print(f"changed   {name}")
    print(f"letters   {len(changes)} of {len(LETTERS)} changed")
    print(f"page      {(OUT / 'index.html').relative_to(ROOT)}")
    if changes:
        print("hint: if every change is meant, `make letters-accept` keeps the new pictures")
    return 1 if changes else 0


def accept(binary):
    """Keeps the letters as they are drawn now. A picture that shows the same stays as it is."""
    kept, drawn = references(), draw(binary)
    REFERENCES.mkdir(exist_ok=True)
    for name in kept.keys() - drawn.keys():
        (REFERENCES / f"{name}.png").unlink()

    changed = [name for name in drawn if name not in kept or has_changed(kept[name], drawn[name])]
    for name in changed:
        save(drawn[name], REFERENCES / f"{name}.png")
    print(f"letters   {len(changed)} of {len(LETTERS)} accepted in {REFERENCES.relative_to(ROOT)}")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["compare", "accept"])
    parser.add_argument("--binary", required=True, type=pathlib.Path, help="the built program")
    arguments = parser.parse_args()
    sys.exit({"compare": compare, "accept": accept}[arguments.action](arguments.binary))


if __name__ == "__main__":
    main()
