"""Make the tables of provinces and communes in `deeds/data/` from the MIT package `vietnamadminunits`.

Run it with a Python that has the package (a scratch environment; it is no dependency of ours):

    python3 -m venv SCRATCH && SCRATCH/bin/pip install vietnamadminunits
    SCRATCH/bin/python scripts/make_places.py

Only facts are carried over: codes, names, types, and which new communes an old one went to. What later resolutions
changed is written here, each with its day and number.
"""

import csv
import importlib.util
import json
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from deeds.vietnamese import nfc, old_style  # noqa: E402

OUT = CHECKOUT / "deeds" / "data"
REFORM = "2025-07-01"
REFORM_LAW = "NQ 202/2025/QH15"
COMMUNE_LAW = "QD 19/2025/QD-TTg"

# The package still calls these provinces; the resolutions made them cities (code, day, resolution).
TYPE_CHANGES = (
    ("75", "2026-04-30", "NQ 30/2026/QH16"),
    ("22", "2026-09-01", "NQ 36/2026/QH16"),
    ("24", "2026-09-20", "NQ 39/2026/QH16"),
)
# The statistics office counts 441 split of 10,033; this source knows 471 of 10,040. Asking once more is safe.
EXPECTED = {"provinces": 34, "communes": 3_321, "split": 471, "old": 10_040}


def main() -> None:
    """Write the five tables and stop loudly when the counts are not those of the law."""
    found = importlib.util.find_spec("vietnamadminunits")
    if found is None or found.origin is None:
        raise SystemExit("install vietnamadminunits in a scratch environment and run this with its Python")
    folder = Path(found.origin).parent / "data"
    base = sqlite3.connect(folder / "dataset.db")
    conversion = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
    counts = {"provinces": write_provinces(base), "communes": write_communes(base)}
    write_old_provinces(base, conversion)
    counts["old"], counts["split"] = write_old_communes(base, conversion)
    if counts != EXPECTED:
        raise SystemExit(f"counts differ: {counts}, expected {EXPECTED}")


def name_of(full: str, kind: str) -> str:
    """Return a unit's bare name in our spelling: tones in the old style, straight apostrophe."""
    name = nfc(full)[len(kind) :].strip()
    return old_style(name).replace("\u2019", "'")


def kind_of(full: str) -> str:
    """Return the type word(s) a province's or district's full name begins with."""
    words = nfc(full).split()
    return " ".join(words[:2]) if words[0] in ("Th\u00e0nh", "Th\u1ecb", "\u0110\u1eb7c") else words[0]


def write(file: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> int:
    """Write one table, sorted, and return how many rows it has."""
    ordered = sorted(set(rows))
    with (OUT / file).open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(head)
        table.writerows(ordered)
    return len(ordered)


def write_provinces(base: sqlite3.Connection) -> int:
    """Write every province as of the reform and, as further dated rows, what it was made later."""
    rows = [
        (code, name_of(full, kind_of(full)), kind_of(full).lower(), REFORM, REFORM_LAW)
        for full, code in base.execute("SELECT DISTINCT province, provinceCode FROM admin_units")
    ]
    city = kind_of("Th\u00e0nh ph\u1ed1 X").lower()
    names = {code: name for code, name, *_ in rows}
    write(
        "provinces.csv",
        ("code", "name", "type", "valid_from", "resolution"),
        [*rows, *((code, names[code], city, day, law) for code, day, law in TYPE_CHANGES)],
    )
    return len(rows)


def write_communes(base: sqlite3.Connection) -> int:
    """Write every commune of today with its province."""
    rows = base.execute("SELECT wardCode, ward, wardType, provinceCode FROM admin_units")
    return write(
        "communes.csv",
        ("code", "name", "type", "province_code", "valid_from", "resolution"),
        [(code, name_of(full, kind), kind.lower(), at, REFORM, COMMUNE_LAW) for code, full, kind, at in rows],
    )


def write_old_provinces(base: sqlite3.Connection, conversion: dict[str, dict[str, list[str]]]) -> None:
    """Write the 63 provinces of before the reform, each with the province it now belongs to."""
    code_now = dict(base.execute("SELECT DISTINCT provinceKey, provinceCode FROM admin_units"))
    now = {old: code_now[new] for new, olds in conversion["DICT_PROVINCE"].items() for old in olds}
    rows = base.execute("SELECT DISTINCT provinceCode, province, provinceKey FROM admin_units_legacy")
    write(
        "old_provinces.csv",
        ("code", "name", "type", "province_code"),
        [(code, name_of(full, kind_of(full)), kind_of(full).lower(), now[key]) for code, full, key in rows],
    )


def successors(
    base: sqlite3.Connection, conversion: dict[str, dict[str, dict[str, list[object]]]]
) -> dict[str, set[str]]:
    """Return the key of each old commune with the codes of all communes that took a part of it."""
    code_of = {
        (province, ward): code
        for province, ward, code in base.execute("SELECT provinceKey, wardKey, wardCode FROM admin_units")
    }
    into: dict[str, set[str]] = {}
    for province, wards in conversion["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, olds in wards.items():
            for old in olds:
                into.setdefault(str(old), set()).add(code_of[province, ward])
    for province, olds_split in conversion["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in olds_split.items():
            for part in parts:
                assert isinstance(part, dict)
                into.setdefault(old, set()).add(code_of[province, part["newWardKey"]])
    return into


def write_old_communes(
    base: sqlite3.Connection, conversion: dict[str, dict[str, dict[str, list[object]]]]
) -> tuple[int, int]:
    """Write old districts and old communes; return how many old communes there are and how many were split."""
    into = successors(base, conversion)
    communes, districts, split = [], [], 0
    query = (
        "SELECT provinceCode, districtCode, district, wardCode, ward, wardType, provinceKey, districtKey, wardKey "
        "FROM admin_units_legacy"
    )
    for province, code, district, ward_code, ward, kind, *key in base.execute(query):
        districts.append((code, name_of(district, kind_of(district)), kind_of(district).lower(), province))
        codes = into["_".join(part or "" for part in key)]
        split += len(codes) > 1
        # Five island districts had no communes; the district itself is the old unit.
        name, kind = (name_of(ward, kind), kind) if ward else (name_of(district, kind_of(district)), kind_of(district))
        communes.append((ward_code or f"h{code}", name, kind.lower(), code, " ".join(sorted(codes))))
    write("old_districts.csv", ("code", "name", "type", "old_province_code"), districts)
    return write("old_communes.csv", ("code", "name", "type", "district_code", "successors"), communes), split


if __name__ == "__main__":
    main()
