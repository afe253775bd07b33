"""What a clinician can check: rules with ids and sources, an explanation, weights that follow from sentences."""

from __future__ import annotations

import hashlib
import json

import pytest

from flows import watch
from flows.watching import data, grammar, model, rules, tongues, words
from tests.watch.sentences import DEV, ROOT

TRAINED = json.loads((ROOT / "tools" / "watch_sentences" / "trained.json").read_text("utf-8"))
FILES = ("features", "grammar", "letters", "levels", "words")


def test_rules_have_their_own_ids_and_a_source() -> None:
    found = rules.rules()
    assert len({rule.id for rule in found}) == len(found) >= 50
    assert all(rule.source[0] == "S" and rule.label in watch.LABELS for rule in found)


def test_rules_use_meanings_that_exist() -> None:
    known = {
        *data.table("words.toml")["meaning"],
        "level_high",
        "level_mid",
        "level_low",
        "rise",
        "rise_steep",
        "stop_alone",
    }
    used = {term for rule in rules.rules() for terms in (*rule.all, rule.without) for term in terms}
    assert used <= known | {"fall_level"}


def test_a_reading_names_what_decided_and_keeps_no_word() -> None:
    found = watch.reading("my scrotum is numb")
    assert found.rules[0] == "saddle_numb"
    assert "scrotum" not in repr(found)


def test_every_alarm_names_what_decided() -> None:
    for sentence in DEV:
        found = watch.reading(sentence.text)
        assert bool(found.rules) == (found.label != "benign")


def test_explain_says_label_rule_source_and_words() -> None:
    said = watch.explain("no tingling but I can't feel my legs")
    assert said.splitlines()[0] == "label: emergency"
    assert "rule both_legs: emergency (S02)" in said
    assert "tingling = tingle (denied)" in said


def test_other_languages_are_all_there() -> None:
    table = data.table("tongues.toml")
    assert set(table) == set("es fr de pt it nl pl tr id ru uk ar hi zh ja".split())
    assert all({"crisis", "emergency", "urgent", "pain_stop", "stop_request"} <= set(row) for row in table.values())
    assert tongues.heard("ayuda", ["ayuda"], "en")[0].id == "es_emergency"


def test_the_weights_are_those_of_the_last_training_and_small() -> None:
    raw = data.raw("weights.bin")
    assert hashlib.sha256(raw).hexdigest() == TRAINED["weights"]
    assert len(raw) + len(data.raw("english.txt")) < 1_000_000


def test_the_last_training_had_these_sentences_and_this_code() -> None:
    folder, here = ROOT / "tools" / "watch_sentences", ROOT / "flows"
    paths = [*folder.glob("*.txt"), folder / "unseen.jsonl", folder / "vectors.bin", ROOT / "tools" / "train_watch.py"]
    paths += [here / "content" / "watch" / name for name in ("english.txt", "words.toml")]
    paths += [here / "watching" / f"{name}.py" for name in FILES]
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(path.name.encode() + path.read_bytes())
    assert found.hexdigest() == TRAINED["inputs"], "sentences or code changed: run python tools/train_watch.py"


def test_shares_add_up_to_one() -> None:
    for sentence in DEV:
        tokens = words.read(sentence.text.lower())
        for share in model.shares(tokens, grammar.parse(tokens)):
            assert sum(share) == pytest.approx(1)


def test_a_hard_rule_outweighs_a_model_that_is_sure_of_the_contrary() -> None:
    sure: list[tuple[float, ...]] = [(1.0, 0.0, 0.0, 0.0, 0.0, 0.0)]
    by_id = {rule.id: rule for rule in rules.rules()}
    assert watch._counts(by_id["saddle_numb"], sure)
    assert not watch._counts(by_id["pain"], sure)


def test_every_sentence_is_read_alone_and_with_its_neighbours() -> None:
    assert model.runs(["a", ".", "b", ".", "c"]) == [(0, 2), (0, 4), (0, 5), (2, 4), (2, 5), (4, 5)]
    covered = {at for start, end in model.runs(["word"] * 500) for at in range(start, end)}
    assert covered == set(range(500))
