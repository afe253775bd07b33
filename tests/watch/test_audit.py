"""What a clinician can check: rules with ids and sources, an explanation, weights that follow from sentences."""

from __future__ import annotations

import hashlib
import json

from flows import watch
from flows.watching import data, rules, tongues
from tests.watch.sentences import DEV, ROOT

TRAINED = json.loads((ROOT / "tools" / "watch_sentences" / "trained.json").read_text("utf-8"))
TOOLS = ("train_watch", "watch_lines", "watch_net", "watch_pool", "watch_teacher")
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


def test_explain_names_the_words_that_weigh_most_where_the_network_decided() -> None:
    (heard,) = [line for line in watch.explain("hubby is having a fit").splitlines() if line.startswith("weighs most")]
    assert "fit" in heard.split(", ")[0] + heard.split(", ")[1]
    assert float(heard.split(", ")[0].split()[-1]) > 0.1
    assert "weighs most" not in watch.explain("ok")
    assert "weighs most" not in watch.explain("the mat is blue")


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
    paths = [*folder.glob("*.txt"), *folder.glob("people/**/*.tsv"), folder / "unseen.jsonl", folder / "vectors.bin"]
    paths.append(folder / "lessons.bin")
    paths += [ROOT / "tools" / f"{name}.py" for name in TOOLS]
    paths += [here / "content" / "watch" / name for name in ("english.txt", "words.toml")]
    paths += [here / "watching" / f"{name}.py" for name in FILES]
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(path.name.encode() + path.read_bytes())
    assert found.hexdigest() == TRAINED["inputs"], "sentences or code changed: run python tools/train_watch.py"


def test_what_must_never_be_missed_outweighs_a_network_that_is_sure_of_the_contrary() -> None:
    sure: list[tuple[float, ...]] = [(1.0, 0.0, 0.0, 0.0, 0.0, 0.0)]
    by_id = {rule.id: rule for rule in rules.rules()}
    for name in ("saddle_numb", "cannot_pee", "leaking", "no_urge", "sex_lost", "thunderclap", "aorta", "legs_numb"):
        assert watch._counts(by_id[name], sure)
    assert not watch._counts(by_id["pain"], sure)
    assert not watch._counts(by_id["fainted"], sure)
    assert watch._counts(by_id["fainted"], [*sure, (0.75, 0.0, 0.0, 0.0, 0.25, 0.0)])
