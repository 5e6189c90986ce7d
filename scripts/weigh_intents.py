"""Weigh the words of the written samples for `handlers.reading.intents`; with `--check`, only tell if that is stale.

python scripts/weigh_intents.py            # weigh again, some minutes
python scripts/weigh_intents.py --check    # exit 1 when samples or features are others than those weighed

Multinomial logistic regression by AdaGrad with a fixed order, so that the same samples give the same weights. Every
sample is learned as written and without marks. A run of words seen once is nobody's habit and gets no weight.
"""

import hashlib
import inspect
import json
import math
import random
import sys
from collections import Counter
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from deeds.vietnamese import fold  # noqa: E402
from handlers.reading import intents  # noqa: E402
from handlers.reading.intents import WEIGHTS, Intent, features  # noqa: E402

SAMPLES = CHECKOUT / "tests" / "data" / "intents" / "learned"
ROUNDS, STEP, DECAY, SEEN_AT_LEAST = 20, 0.35, 1e-4, 2
Sample = tuple[int, list[str], float]


def samples(folder: Path) -> list[tuple[Intent, str]]:
    """Return the written samples of a folder, one file an intent."""
    return [
        (intent, line.strip())
        for intent in Intent
        for line in (folder / f"{intent}.txt").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def seal() -> str:
    """Return what changes with the samples and with how features are made."""
    made = hashlib.sha256(inspect.getsource(features).encode() + inspect.getsource(intents._runs).encode())
    for intent, line in samples(SAMPLES):
        made.update(f"{intent}\t{line}\n".encode())
    return made.hexdigest()[:16]


def weigh(told: list[tuple[Intent, str]]) -> dict[str, object]:
    """Return the bias and the weights, each a list in the order of `Intent`."""
    order = list(Intent)
    spelled = [(intent, way) for intent, line in told for way in dict.fromkeys((line, fold(line)))]
    counted = Counter(feature for _, line in spelled for feature in set(features(line)))
    kept = {feature for feature, count in counted.items() if count > SEEN_AT_LEAST}
    share = Counter(intent for intent, _ in spelled)
    examples: list[Sample] = []
    for intent, line in spelled:
        words = max(1, len(intents._WORD.findall(line)))
        # sorted: the order of a set differs from run to run, and sums with it
        examples.append((order.index(intent), sorted(set(features(line)) & kept), 1 / math.sqrt(words)))
    count = len(order)
    weights = {feature: [0.0] * count for feature in kept}
    steps = {feature: [1e-6] * count for feature in kept}
    bias = [0.0] * count
    chance = random.Random(7)
    for round_ in range(ROUNDS):
        chance.shuffle(examples)
        for right, found, scale in examples:
            sums = list(bias)
            for feature in found:
                for at, weight in enumerate(weights[feature]):
                    sums[at] += weight * scale
            highest = max(sums)
            parts = [math.exp(each - highest) for each in sums]
            total = sum(parts)
            balance = len(examples) / count / share[order[right]]
            slopes = [(part / total - (at == right)) * balance for at, part in enumerate(parts)]
            for at, slope in enumerate(slopes):
                bias[at] -= 0.02 * slope / (1 + round_)
            for feature in found:
                row, squared = weights[feature], steps[feature]
                for at, slope in enumerate(slopes):
                    pull = slope * scale + DECAY * row[at]
                    squared[at] += pull * pull
                    row[at] -= STEP * pull / math.sqrt(squared[at])
    rounded = {feature: [round(each, 1) for each in row] for feature, row in sorted(weights.items())}
    return {"bias": [round(each, 3) for each in bias], "words": {f: row for f, row in rounded.items() if any(row)}}


def main() -> None:
    """Weigh, or check."""
    if "--check" in sys.argv:
        if json.loads(WEIGHTS.read_text(encoding="utf-8"))["seal"] != seal():
            sys.exit("the weights of handlers/reading/data/intents.json are stale: run scripts/weigh_intents.py")
        return
    made = {"seal": seal(), **weigh(samples(SAMPLES))}
    WEIGHTS.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
