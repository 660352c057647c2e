import tracemalloc

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from paths.problems import MAX_PROBLEMS, Code
from paths.scalars import resolve
from paths.source import read
from paths.tree import MAX_DEPTH
from tests.paths.bad_files import GENERATED, GOOD, alias_bomb
from tests.texts import on_ramp_text

YAMLISH = st.text(alphabet="ab01 \n\t:-[]{}&*!|>'\"#%?,.~\\\r\ufeff\u2028é😀", max_size=60)


def diagnoses(text):
    return [f"{one.line}:{one.column} {one.code}" for one in read(text, file="a.yaml").problems]


def with_title(title):
    return GOOD.replace("title: Count before you send", f"title: {title}")


def test_a_good_file_has_a_spec_and_no_problems():
    reading = read(GOOD, file="a.yaml")

    assert reading.problems == []
    assert reading.spec.skill_ids == ["fan-out"]


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        ("\ufeff" + GOOD).encode(),
        ("# überall 😀\n\n" + GOOD + "\n\n# end").encode(),
        GOOD.rstrip().encode(),
        b"title: [never closed\n",
    ],
)
def test_the_text_comes_back_byte_for_byte(data):
    assert read(data, file="a.yaml").text.encode() == data


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("null", None),
        ("~", None),
        ("", None),
        ("017", 17),
        ("-12", -12),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2027-03-01", "2027-03-01"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", float("-inf")),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
        (".", "."),
        ("+", "+"),
        ("<<", "<<"),
        ("=", "="),
    ],
)
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(plain, value):
    assert resolve(plain) == value
    assert type(resolve(plain)) is type(value)


@pytest.mark.parametrize("digits", [301, 5_000])
def test_more_digits_than_an_integer_may_have_make_a_float(digits):
    assert isinstance(resolve("9" * digits), float)


def test_keys_and_words_like_on_and_off_are_text():
    reading = read(GOOD + "x-recurs: { on: mon, no: yes }\n", file="a.yaml")

    assert reading.spec.model_extra == {"x-recurs": {"on": "mon", "no": "yes"}}


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("language", "no", "no"),
        ("language", "pt-BR", "pt-BR"),
        ("status", "draft", "draft"),
        ("outcome", ">\n  Fewer wrong\n  numbers", "Fewer wrong numbers\n"),
    ],
)
def test_a_value_is_read_as_its_author_meant_it(key, value, expected):
    reading = read(f"{GOOD}{key}: {value}\n", file="a.yaml")

    assert getattr(reading.spec, key) == expected


def test_all_problems_come_at_once_in_order_of_place():
    text = with_title("&a *b").replace("kind: do", "kind: essay").replace("minutes: 2", "minutes: two")

    assert diagnoses(
        with_title("17").replace("kind: do", "kind: essay").replace("minutes: 2", "minutes: two")
    ) == [
        "3:8 wrong-type",
        "13:18 wrong-type",
        "19:15 unknown-kind",
    ]
    assert read(text, file="a.yaml").spec is None


def test_a_refused_value_is_not_complained_about_twice():
    assert diagnoses(with_title("*words")) == ["3:8 alias"]
    assert diagnoses(with_title("!!int 17")) == ["3:8 tag"]
    assert diagnoses(GOOD.replace("kind: do", "kind: *kind")) == ["19:15 alias"]


def test_a_message_names_the_field_the_value_and_what_to_do():
    (problem,) = read(GOOD.replace("id: fan-out", "id: Fan Out"), file="analyst.yaml").problems

    assert str(problem) == (
        'analyst.yaml:6:9 id-format skills.0.id: "Fan Out" is not an id; '
        "use lower-case letters, digits and hyphens, at most 64; did you mean fan-out?"
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("BI Analyst", "bi-analyst"),
        ("Über_Leitung", "uber-leitung"),
        ("-no--", "no"),
        ("東京", ""),
        ("Long " * 20, ""),
    ],
)
def test_what_is_no_id_is_answered_with_the_nearest_one(written, meant):
    (problem,) = read(GOOD.replace("[data-analyst]", f'["{written}"]'), file="a.yaml").problems

    assert problem.message.partition("did you mean ")[2].rstrip("?") == meant


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (GOOD.replace("id: own", "id: 017"), "17 stands where text is needed; put it in quotes"),
        (
            GOOD.replace("kind: do", "kind: essay"),
            '"essay" is not a kind; write choice, do, estimate, judge or recall',
        ),
        (GOOD + "sumary: x\n", '"sumary" is not a key here; "summary" is'),
        (
            GOOD.replace("minutes: 5", "minute: 5"),
            'skills.0.exercises.1: "minute" is not a key here; "minutes" is',
        ),
        (GOOD.replace("ai: off", "ai: on"), '"on" is not one of off, coach or free'),
        (GOOD.replace("minutes: 5", "minutes: 99"), "99 is refused; write at most 30"),
        (with_title("a: b"), 'a text that holds ": " needs quotes'),
        (with_title("[1, 2"), "that began on line 3"),
        (GOOD + "pace: { retention: .nan }\n", "nan is refused"),
    ],
)
def test_messages_tell_the_author_what_to_write(text, part):
    assert part in read(text, file="a.yaml").problems[0].message


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_places_do_not_depend_on_the_kind_of_line_break(newline):
    text = GOOD.replace("id: own", "id: Own").replace("\n", newline)

    assert diagnoses(text.encode()) == ["18:13 id-format"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_unprintable_characters_are_placed_by_the_same_lines(newline):
    text = with_title("Count\x07").replace("\n", newline)

    assert diagnoses(text.encode()) == ["3:13 control-character"]


def test_columns_count_characters_and_not_bytes():
    text = GOOD.replace('text: "6", correct: true', 'text: "ä😀", correct: 6')

    assert diagnoses(text.encode()) == ["17:43 wrong-type"]


def test_a_byte_order_mark_takes_no_column():
    assert diagnoses(b"\xef\xbb\xbf[]") == ["1:1 wrong-type"]
    assert diagnoses(b"\xef\xbb\xbfa: \xff") == ["1:4 not-utf8"]


def test_a_message_stays_short_however_long_the_text_at_fault():
    long = "x" * 100_000
    texts = [
        GOOD + f"{long}: 1\n",
        GOOD + f"retired: {{ {long}: 1 }}\n",
        with_title(f"&{long} a"),
        with_title(long),
    ]

    assert all(len(str(problem)) < 400 for text in texts for problem in read(text, file="a.yaml").problems)


@pytest.mark.parametrize("text", [GOOD.encode("utf-16"), GOOD.encode("latin-1") + b"# \xe4"])
def test_other_encodings_are_refused(text):
    assert diagnoses(text)[0].endswith("not-utf8")


def test_a_lone_surrogate_is_refused():
    assert diagnoses(with_title("Count \ud800")) == ["3:14 control-character"]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "---\n", "--- # nothing\n...\n", "~"])
def test_a_file_that_says_nothing_is_empty(text):
    assert diagnoses(text) == ["1:1 empty"]


@pytest.mark.parametrize("text", ["- a", "just text", "3", "true"])
def test_a_file_is_a_mapping(text):
    assert diagnoses(text) == ["1:1 wrong-type"]


def test_tabs_within_a_text_are_kept():
    prompt = "prompt: |\n          all:\n          \tcount\n"
    text = GOOD.replace("prompt: Count the rows of one of your own joins.\n", prompt)

    reading = read(text, file="a.yaml")

    assert reading.problems == []
    assert reading.spec.own_skills[0].exercises[1].prompt == "all:\n\tcount\n"


def test_a_value_as_deep_as_allowed_is_read():
    deepest = "x-deep: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "\n"

    assert diagnoses(GOOD + deepest) == []


def test_a_duplicate_key_is_refused_whatever_its_quotes():
    assert diagnoses(GOOD + '"title": Again\n') == ["24:1 duplicate-key"]


@pytest.mark.parametrize("key", ["1", "true", "~", "[a]", "{ a: b }", "? [a]\n  "])
def test_a_key_that_is_not_text_is_refused(key):
    assert [one.split()[1] for one in diagnoses(f"{GOOD}x-own:\n  {key}: b\n")] == ["key-type"]


def test_at_most_a_hundred_problems_are_told():
    bad = "skills:\n" + "- use: Bad Id\n" * 300

    assert len(diagnoses(GOOD[: GOOD.index("skills:")] + bad)) == MAX_PROBLEMS


@pytest.mark.parametrize("anchors", [98, 99, 100, 101])
def test_reading_ends_quietly_when_the_hundredth_problem_is_a_syntax_error(anchors):
    text = "x-list: [" + "&a 1, " * anchors + "\n"

    assert len(diagnoses(text)) == min(anchors + 1, MAX_PROBLEMS)


@pytest.mark.parametrize("name", GENERATED)
def test_a_huge_file_is_refused_at_its_place(name):
    make, expected = GENERATED[name]

    assert diagnoses(make())[0] == expected


def test_a43_the_alias_bomb_is_never_expanded():
    bomb = alias_bomb()
    tracemalloc.start()

    codes = {problem.code for problem in read(bomb, file="bomb.yaml").problems}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert codes == {Code.ANCHOR, Code.ALIAS}
    assert peak < 2_000_000  # bytes; 43 million leaves would take gigabytes


@pytest.mark.parametrize(
    "value",
    ["!!python/object/apply:os.system ['true']", "!!python/name:os.system", "!!binary aGk=", "! x", "!<x> y"],
)
def test_a43_a_tag_builds_nothing(value):
    assert diagnoses(GOOD + f"x-own: {value}\n") == ["24:8 tag"]


@given(st.one_of(st.text(), st.binary(), YAMLISH, YAMLISH.map(lambda tail: GOOD + tail)))
@settings(max_examples=400)
def test_reading_never_raises_and_never_misses_a_reason(text):
    reading = read(text, file="a.yaml")

    assert (reading.spec is None) == reading.has_errors
    assert all(problem.line >= 1 and problem.column >= 1 for problem in reading.problems)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 12), YAMLISH)
@settings(max_examples=400)
def test_a_good_file_with_a_wound_is_refused_or_read_and_never_raises(start, length, patch):
    text = GOOD[:start] + patch + GOOD[start + length :]

    reading = read(text, file="a.yaml")

    assert (reading.spec is None) == reading.has_errors


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(["id", "skills", "audience", "pace", "retired", "on_ramps", "review_by", "x-own"]),
    JSONISH,
)
@settings(max_examples=200)
def test_any_data_in_any_place_is_diagnosed_inside_the_file(key, value):
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(f"{key}:"))
    dumped = yaml.safe_dump({key: value}, allow_unicode=True)

    lines = f"{dumped}\n{text}".count("\n") + 1
    reading = read(f"{dumped}\n{text}", file="a.yaml")

    assert all(problem.line <= lines for problem in reading.problems)
    assert all(problem.code is not Code.INVALID for problem in reading.problems)


ON_RAMP = on_ramp_text()
PARTS = {
    "learners": ["roles", "levels"],
    "skills": [],
    "match": ["labels", "teams"],
    "reps": ["minimum", "window_days"],
    "hold": ["working_hours", "typical_hours", "offer_hours"],
    "supervised": [],
    "agents": [],
    "approval": ["remind_after_hours", "deputy_after_hours", "expire_after_hours"],
    "recurs": ["every", "on", "at", "due_after_hours"],
}
NEARLY = JSONISH | st.sampled_from(["day", "week", "month", "mon", "09:00", 1, 4, 8, [], ["novice"]])


@given(st.sampled_from(sorted(PARTS)).flatmap(lambda key: st.tuples(st.just(key), values_of(key))))
@settings(max_examples=400)
def test_any_data_in_any_place_of_an_on_ramp_is_diagnosed_inside_the_file(found):
    key, value = found
    text = "\n".join(line for line in ON_RAMP.splitlines() if not line.startswith(f"{key}:"))
    dumped = yaml.safe_dump({key: value}, allow_unicode=True)

    lines = f"{dumped}\n{text}".count("\n") + 1
    reading = read(f"{dumped}\n{text}", file="a.yaml")

    assert (reading.spec is None) == reading.has_errors
    assert all(problem.line <= lines for problem in reading.problems)
    assert all(problem.code is not Code.INVALID for problem in reading.problems)


def values_of(key):
    """Anything, or the mapping that belongs there with anything in it."""
    return NEARLY | st.fixed_dictionaries({}, optional=dict.fromkeys(PARTS[key], NEARLY))
