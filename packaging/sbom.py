"""What other people's crates are in the program: a bill of materials and a list of licences.

    python3 packaging/sbom.py --out target/release-files

Writes `breachpost.cdx.json` (CycloneDX 1.6, JSON) and `licences.txt`, of the crates that are compiled into the program:
neither those of tests nor those that only build scripts and macros run. The same Cargo.lock gives the same bytes.
"""

import argparse
import json
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
TARGET = "x86_64-unknown-linux-gnu"


def metadata() -> dict:
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def linked(found: dict) -> dict[str, list[str]]:
    """Packages that are linked into the program, each with those it names itself."""
    macros = {package["id"] for package in found["packages"] if any("proc-macro" in target["kind"] for target in package["targets"])}
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    graph, waiting = {}, [found["resolve"]["root"]]
    while waiting:
        package = waiting.pop()
        if package in graph:
            continue
        normal = [dep["pkg"] for dep in nodes[package]["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])]
        graph[package] = sorted(dep for dep in normal if dep not in macros)
        waiting += graph[package]
    return graph


def purl(package: dict) -> str:
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package: dict, sha256: dict) -> dict:
    entry = {"type": "library", "bom-ref": purl(package), "name": package["name"], "version": package["version"], "purl": purl(package)}
    if package["license"]:
        # Old crates write `MIT/Apache-2.0`.
        entry["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if checksum := sha256.get((package["name"], package["version"])):
        entry["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return entry


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for both files")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)

    found = metadata()
    packages = {package["id"]: package for package in found["packages"]}
    graph = linked(found)
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    sha256 = {(package["name"], package["version"]): package.get("checksum") for package in lock["package"]}
    root = packages[found["resolve"]["root"]]
    others = sorted((packages[name] for name in graph if name != root["id"]), key=lambda package: (package["name"], package["version"]))

    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(root, {}) | {"type": "application"}},
        "components": [component(package, sha256) for package in others],
        "dependencies": sorted(
            ({"ref": purl(packages[name]), "dependsOn": sorted(purl(packages[dep]) for dep in deps)} for name, deps in graph.items()),
            key=lambda entry: entry["ref"],
        ),
    }
    (out / "breachpost.cdx.json").write_text(json.dumps(bom, indent=2) + "\n")
    lines = [f"{package['name']} {package['version']}: {package['license'] or 'see ' + str(package['license_file'])}" for package in others]
    (out / "licences.txt").write_text("\n".join(lines) + "\n")
    print(f"{len(others)} crates: {out}/breachpost.cdx.json, {out}/licences.txt")


if __name__ == "__main__":
    main()
