"""Proves that everything that occurs in a plan is in one of its proofs, without the program.

    python3 tests/check_proofs.py STAGING LOCALES

STAGING is the folder of a job that waits for approval, LOCALES the folder of its texts. A sentence is in a letter
when the words of the locale file, with anything in place of its slots, stand in the text of the letter. What a letter is beside that
(category, status, language, form of the address) is read from the plan.
"""

import json
import re
import sys
import tomllib
from pathlib import Path


def sentences(table: dict, above: str = "") -> dict:
    found = {}
    for name, value in table.items():
        key = f"{above}.{name}" if above else name
        if isinstance(value, dict):
            found |= sentences(value, key)
        else:
            found[key] = value
    return found


def pattern(sentence: str) -> re.Pattern:
    parts = re.split(r"\{[a-z_]+\}", sentence)
    return re.compile(".+?".join(map(re.escape, parts)), re.DOTALL)


def texts(value) -> list:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    return [text for item in value or [] for text in texts(item)] if not isinstance(value, (bool, int)) else []


def form(letter: dict) -> str:
    postal, zone = letter["postal"], letter["zone"]
    if zone not in ("domestic", "Domestic"):
        return f"abroad {zone}"
    street = postal["street"]
    if street.startswith(("Postbus", "Antwoordnummer")):
        return street.split()[0]
    return f"number {bool(postal['house_number'])} letter {bool(postal['house_letter'])} addition {bool(postal['house_addition'])}"


def traits(letter: dict) -> set:
    draft, findings = letter["draft"], letter["draft"]["findings"]
    named = {name: draft[name] for name in ("kind", "language", "format", "sender", "audience", "custody")}
    named |= {name: findings[name] for name in ("status", "published")}
    found = {f"{name} {value}" for name, value in named.items() if value is not None}
    found |= {f"category {category}" for category in findings["categories"]}
    found |= {f"address {form(draft)}", f"provider {bool(draft['provider_display'])}"}
    if "skipped" in draft["kix"]:
        found.add(f"no KIX {draft['kix']['skipped']}")
    return found


def extremes(letters: dict) -> list:
    def items(letter):
        findings = letter["draft"]["findings"]
        return len({*findings["involved"], *findings["possible"], *letter["draft"]["stored"]})

    measures = {
        "longest name": lambda letter: max(map(len, letter["draft"]["name_lines"])),
        "longest address": lambda letter: sum(map(len, letter["draft"]["address_lines"])),
        "longest list": items,
        "most pages": lambda letter: letter["place"]["pages"],
    }
    return [(name, measure, max(map(measure, letters.values()))) for name, measure in measures.items()]


def main(staging: Path, locales: Path) -> int:
    letters = {}
    for part in sorted((staging / "plan").glob("p*.jsonl")):
        for line in part.read_text().splitlines():
            letter = json.loads(line)
            letters[letter["place"]["seq"]] = letter
    bodies = json.loads((staging / "plan/bodies.json").read_text())
    known = {
        language: {key: pattern(text) for key, text in sentences(tomllib.loads((locales / f"{language}.toml").read_text())).items()}
        for language in ("nl", "en")
    }

    def said(key: str) -> set:
        body = bodies[key]
        text = "\n".join(texts({name: value for name, value in body.items() if name not in ("language", "format")}))
        return {f"sentence {body['language']} {key}" for key, words in known[body["language"]].items() if words.search(text)}

    by_text = {key: said(key) for key in bodies}
    shown = {seq: traits(letter) | by_text[letter["draft"]["body"]] for seq, letter in letters.items()}
    proofs = {proof["seq"] for proof in json.loads((staging / "approval/proofs.json").read_text())["letters"]}

    wanted = set().union(*shown.values())
    missing = wanted - set().union(*(shown[seq] for seq in proofs))
    for name, measure, most in extremes(letters):
        if not any(measure(letters[seq]) == most for seq in proofs):
            missing.add(name)
    for what in sorted(missing):
        print(f"in no proof: {what}")
    print(f"{len(proofs)} proofs of {len(letters)} letters: {len(wanted) - len(missing)} of {len(wanted)} things are in one")
    return 1 if missing or len(wanted) < 60 else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
