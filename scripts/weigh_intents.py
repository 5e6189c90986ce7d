"""Weigh the words of the written samples for `handlers.reading`; with `--check`, only tell if the weights are stale.

python scripts/weigh_intents.py            # weigh again, some minutes
python scripts/weigh_intents.py --check    # exit 1 when samples or features are others than those weighed

Multinomial logistic regression by AdaGrad with a fixed order, so that the same samples give the same weights. Every
sample is learned as written and without marks. A run of words seen once is nobody's habit and gets no weight.

Two sets: what a message means, and what a question is about. A sample of any topic is also a sample of a question, and
whatever is no question is a sample of no topic.
"""

import hashlib
import inspect
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from deeds.vietnamese import fold  # noqa: E402
from handlers.reading import intents, topics, weighing  # noqa: E402
from handlers.reading.intents import Intent  # noqa: E402
from handlers.reading.topics import Topic  # noqa: E402
from handlers.reading.weighing import pairs, runs, scale_of  # noqa: E402
from handlers.reading.words import table  # noqa: E402

SAMPLES = CHECKOUT / "tests" / "data"
STEP, DECAY, SEEN_AT_LEAST = 0.35, 1e-4, 2
Sample = tuple[int, list[str], float]
Told = list[tuple[StrEnum, str]]


def samples(kinds: type[StrEnum], folder: str) -> Told:
    """Return the written samples of a folder, one file a meaning."""
    return [
        (kind, line.strip())
        for kind in kinds
        for line in (SAMPLES / folder / f"{kind}.txt").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def of_intents() -> Told:
    """Return what the meanings are learned from."""
    asked = [(Intent.QUESTION, line) for topic, line in samples(Topic, "topics/learned") if topic is not Topic.OTHER]
    return [*samples(Intent, "intents/learned"), *asked]


def of_topics() -> Told:
    """Return what the topics are learned from."""
    no_question = [
        (Topic.OTHER, line) for intent, line in samples(Intent, "intents/learned") if intent is not Intent.QUESTION
    ]
    return [*samples(Topic, "topics/learned"), *no_question]


@dataclass(frozen=True)
class Set:
    """What is weighed: the meanings, where their weights go, the samples and what is looked at in them."""

    kinds: type[StrEnum]
    weights: Path
    told: Callable[[], Told]
    features: Callable[[str], Iterator[str]]
    rounds: int = 20


SETS = (Set(Intent, intents.WEIGHTS, of_intents, runs), Set(Topic, topics.WEIGHTS, of_topics, pairs, rounds=12))


def seal(one: Set, told: Told) -> str:
    """Return what changes with the samples and with how features are made."""
    made = hashlib.sha256(inspect.getsource(one.features).encode() + inspect.getsource(weighing._runs).encode())
    if one.features is pairs:
        made.update(json.dumps(table("same_words.toml"), sort_keys=True).encode())
    for kind, line in told:
        made.update(f"{kind}\t{line}\n".encode())
    return made.hexdigest()[:16]


def weigh(one: Set, told: Told) -> dict[str, object]:
    """Return the bias and the weights, each a list in the order of the meanings."""
    order, features = list(one.kinds), one.features
    spelled = [(kind, way) for kind, line in told for way in dict.fromkeys((line, fold(line)))]
    counted = Counter(feature for _, line in spelled for feature in set(features(line)))
    kept = {feature for feature, count in counted.items() if count > SEEN_AT_LEAST}
    share = Counter(kind for kind, _ in spelled)
    examples: list[Sample] = []
    for kind, line in spelled:
        # sorted: the order of a set differs from run to run, and sums with it
        examples.append((order.index(kind), sorted(set(features(line)) & kept), scale_of(line)))
    count = len(order)
    weights = {feature: [0.0] * count for feature in kept}
    steps = {feature: [1e-6] * count for feature in kept}
    bias = [0.0] * count
    chance = random.Random(7)
    for round_ in range(one.rounds):
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
    for one in SETS:
        told = one.told()
        sealed = seal(one, told)
        if json.loads(one.weights.read_text(encoding="utf-8"))["seal"] == sealed:
            continue
        if "--check" in sys.argv:
            sys.exit(f"the weights of {one.weights.relative_to(CHECKOUT)} are stale: run scripts/weigh_intents.py")
        made = {"seal": sealed, **weigh(one, told)}
        one.weights.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
