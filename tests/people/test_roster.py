"""Reading a roster: everything that needs no database."""

from datetime import date, time
from decimal import Decimal

import pytest

from people.models import Person
from people.roster import Problem, RosterRefused, read_roster
from people.roster.cells import COLUMNS, LONGEST, LONGEST_ELSEWHERE
from people.roster.managers import circles

HEADER = "email,name,role,level,team"
ANN = "ann@example.org,Ann,data-analyst,novice,insights"


def read_one(column, cell):
    """Read a file of one person with one more column; return its value, or the problem with it."""
    header = [*HEADER.split(","), *([] if column in HEADER.split(",") else [column])]
    cells = dict(zip(header, [*ANN.split(","), ""], strict=False)) | {column: cell}
    lines = ["\t".join(header), "\t".join(f'"{cells[name]}"' for name in header)]
    roster = read_roster("\n".join(lines).encode())
    return roster.problems[0] if roster.problems else roster.entries[0].cells[column]


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("email", "Ann.Lee@Example.ORG", "ann.lee@example.org"),
        ("email", "ann@bücher.example", "ann@bücher.example"),
        ("email", "ann@Bücher.example", "ann@bücher.example"),
        ("email", "ann@bu\u0308cher.example", "ann@bücher.example"),
        ("manager", "Bo@Example.org", "bo@example.org"),
        ("name", "  Ann Lee ", "Ann Lee"),
        ("name", "=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("name", "@ann", "@ann"),
        ("name", "-Ann", "-Ann"),
        ("name", "Žofia O’Neill 李", "Žofia O’Neill 李"),
        ("external_id", "007", "007"),
        ("country", "de", "DE"),
        ("zone", "Asia/Kathmandu", "Asia/Kathmandu"),
        ("language", "pt-BR", "pt-br"),
        ("workdays", "mon-fri", "mon,tue,wed,thu,fri"),
        ("workdays", "sun-thu", "mon,tue,wed,thu,sun"),
        ("workdays", "fri - mon", "mon,fri,sat,sun"),
        ("workdays", "Fri, mon,wed", "mon,wed,fri"),
        ("workdays", "mon-tue;thu", "mon,tue,thu"),
        ("workdays", "sat", "sat"),
        ("share", "1", Decimal(1)),
        ("share", "0", Decimal(0)),
        ("share", "0.75", Decimal("0.75")),
        ("share", "0,5", Decimal("0.5")),
        ("share", "50 %", Decimal("0.5")),
        ("share", "66,67%", Decimal("0.67")),
        ("send_time", "9:05", time(9, 5)),
        ("send_time", "23:59", time(23, 59)),
        ("send_time", "08:30:00", time(8, 30)),
        ("window", "5", 5),
        ("window", "1440", 1440),
        ("minutes", "60", 60),
        ("left_on", "2028-02-29", date(2028, 2, 29)),
        ("manager", "", None),
        ("left_on", " ", None),
        ("workdays", "", None),
    ],
)
def test_a_cell_means(column, cell, value):
    assert read_one(column, cell) == value


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("email", "ann", "not an e-mail address"),
        ("email", "ann@@example.org", "not an e-mail address"),
        ("email", "ann@example..org", "not an e-mail address"),
        ("email", "Ann <ann@example.org>", "not an e-mail address"),
        ("email", "a@example.org,b@example.org", "not an e-mail address"),
        ("manager", "the boss", "not an e-mail address"),
        ("name", "", "is empty"),
        ("role", "  ", "is empty"),
        ("name", "x" * 151, "151 characters; 150 is the most"),
        ("country", "Germany", "two letters"),
        ("country", "ÄÖ", "two letters"),
        ("zone", "Europe/Berlinn", "Europe/Berlin"),
        ("zone", "CET+1", "not a time zone"),
        ("language", "English (UK)", "not a language"),
        ("workdays", "mon-fry", "is not a day"),
        ("workdays", "mon-", "is not a day"),
        ("workdays", "-mon", "is not a day"),
        ("workdays", "mon-tue-wed", "is not a day"),
        ("workdays", ",", "is not a day"),
        ("share", "1.01", "0 to 1"),
        ("share", "101 %", "0 to 1"),
        ("share", "50", "0 to 1"),
        ("share", "-0.5", "0 to 1"),
        ("share", "nan", "0 to 1"),
        ("share", "half", "0 to 1"),
        ("send_time", "24:00", "not a time"),
        ("send_time", "9", "not a time"),
        ("send_time", "9 am", "not a time"),
        ("send_time", "09:60", "not a time"),
        ("window", "4", "from 5 to 1440"),
        ("window", "1441", "from 5 to 1440"),
        ("window", "60.0", "from 5 to 1440"),
        ("minutes", "0", "from 1 to 60"),
        ("minutes", "61", "from 1 to 60"),
        ("minutes", "٦", "from 1 to 60"),
        ("left_on", "31.12.2026", "2026-12-31"),
        ("left_on", "2026-02-30", "2026-12-31"),
        ("left_on", "20261231", "2026-12-31"),
    ],
)
def test_a_cell_is_refused_with_advice(column, cell, says):
    problem = read_one(column, cell)

    assert (problem.line, problem.column) == (2, column)
    assert says in problem.message


@pytest.mark.parametrize("local", ["ånn", "ann\u200b", "анна"])
def test_a5_a_local_part_outside_ascii_is_refused_with_a_clear_message(local):
    problem = read_one("email", f"{local}@example.org")

    assert problem.column == "email"
    assert "before the @ only ASCII" in problem.message


A3_CHARACTERS = [
    "\0",
    "\r",
    "\n",
    "\r\nBcc: x@example.org",
    "\x1b",
    "\x7f",
    "\x85",
    "\u2028",
    "\u2029",
    "\u202a",
    "\u202e",
    "\u2066",
    "\u2069",
]


@pytest.mark.parametrize("column", ["name", "email", "team", "external_id", "left_on"])
@pytest.mark.parametrize("character", A3_CHARACTERS, ids=ascii)
def test_a3_invisible_characters_are_refused_wherever_they_stand(column, character):
    problem = read_one(column, f"Ann{character}Lee")

    assert (problem.line, problem.column) == (2, column)
    assert f"U+{ord(character[0]):04X}" in problem.message
    assert problem.message.isprintable()


def test_a3_an_invisible_character_at_the_end_is_not_trimmed_in_silence():
    assert "U+2028" in read_one("name", "Ann\u2028").message


def test_the_longest_cells_fit_their_columns_in_the_database():
    for column in ("email", "external_id", "name", "region"):
        assert Person._meta.get_field(column).max_length == LONGEST.get(column, LONGEST_ELSEWHERE)
    for column in ("role", "level", "team"):
        group = Person._meta.get_field(column).related_model
        assert group._meta.get_field("name").max_length == LONGEST_ELSEWHERE


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "byte-order mark"])
def test_a_file_from_any_spreadsheet_is_read(delimiter, newline, mark):
    text = mark + newline.join([HEADER, ANN, ""]).replace(",", delimiter)

    roster = read_roster(text.encode())

    assert not roster.problems
    assert [(entry.line, entry.text("name")) for entry in roster.entries] == [(2, "Ann")]


def test_header_names_may_be_capitals_and_spaced():
    roster = read_roster(f" Email , NAME,role,level,team\n{ANN}".encode())

    assert not roster.problems
    assert roster.entries[0].text("email") == "ann@example.org"


def test_blank_lines_are_skipped_and_counted():
    roster = read_roster(f"\n{HEADER}\n\n,,,,\n{ANN}\n\n".encode())

    assert [entry.line for entry in roster.entries] == [5]
    assert not roster.problems


def test_a_cell_over_two_lines_is_reported_where_its_row_begins_and_shifts_no_later_line():
    text = f'{HEADER}\n"a@example.org","An\nn",r,l,t\nbad,Bo,r,l,t\n'

    roster = read_roster(text.encode())

    assert [(problem.line, problem.column) for problem in roster.problems] == [(2, "name"), (4, "email")]


def test_only_columns_that_the_file_has_are_among_the_cells():
    roster = read_roster(f"{HEADER}\n{ANN}".encode())

    assert set(roster.entries[0].cells) == set(HEADER.split(","))


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("", 1, "header", "missing: email, name, role, level, team"),
        ("email,name,role,level\n", 1, "header", "missing: team"),
        (f"{HEADER},salary\n{ANN},1", 1, "header", "'salary'; the known ones are email, external_id, name"),
        (f"{HEADER},\n{ANN},", 1, "header", "column 6 is ''"),
        (f"{HEADER},email\n{ANN},b@example.org", 1, "header", "'email' again"),
        (f"{HEADER}\n{ANN},surplus", 2, "row", "6 cells, and the header 5"),
        (f"{HEADER}\n{ANN[:19]}", 2, "row", "2 cells, and the header 5"),
        (f'{HEADER}\n{ANN}\n"ann', 3, "row", "quotation mark"),
        (f'{HEADER}\n"Ann"x,b,c,d,e', 2, "row", "quotation mark"),
        (f"{HEADER}\n{ANN}\n{ANN.upper()}", 3, "email", "on line 2 already"),
    ],
)
def test_a_file_that_is_no_roster_says_why(text, line, column, says):
    problem = read_roster(text.encode()).problems[0]

    assert (problem.line, problem.column) == (line, column)
    assert says in problem.message


def test_one_external_id_cannot_be_on_two_lines():
    text = f"{HEADER},external_id\n{ANN},E1\nb{ANN},E1\n"

    assert [(problem.line, problem.column) for problem in read_roster(text.encode()).problems] == [
        (3, "external_id")
    ]


@pytest.mark.parametrize(
    ("encoding", "line"), [("cp1252", 3), ("utf-16", 1)], ids=["Windows", "two bytes a character"]
)
def test_another_encoding_is_refused_at_its_first_line(encoding, line):
    roster = read_roster(f"{HEADER}\n{ANN}\nb@example.org,Jürgen,r,l,t\n".encode(encoding))

    assert not roster.entries
    assert [(problem.line, problem.column) for problem in roster.problems] == [(line, "file")]
    assert "UTF-8" in roster.problems[0].message


def test_all_problems_are_found_at_once_and_sorted():
    text = f"{HEADER},minutes,zone\nbad,,r,l,t,0,Mars\n{ANN},6,Europe/Berlin\nc@example.org,C,r,l,t,99,Mars\n"

    problems = read_roster(text.encode()).problems

    assert [(problem.line, problem.column) for problem in problems] == [
        (2, "email"),
        (2, "minutes"),
        (2, "name"),
        (2, "zone"),
        (4, "minutes"),
        (4, "zone"),
    ]


def test_a_long_cell_is_not_repeated_in_full():
    assert len(read_one("zone", "Europe/" + "x" * 90).message) < 200


def test_a_refusal_counts_its_problems():
    one = Problem(line=3, column="role", message="is empty.")

    assert "1 problem:" in str(RosterRefused([one]))
    assert "2 problems:" in str(RosterRefused([one, one]))


@pytest.mark.parametrize(
    ("managers", "expected"),
    [
        ({}, []),
        ({"a": "b", "b": "c", "c": None}, []),
        ({"a": "b", "b": "a"}, [["a", "b"]]),
        ({"x": "a", "a": "b", "b": "c", "c": "a", "y": "c"}, [["a", "b", "c"]]),
        ({"a": "b", "b": "a", "c": "d", "d": "c"}, [["a", "b"], ["c", "d"]]),
        ({"a": "unknown"}, []),
    ],
)
def test_each_circle_of_managers_is_found_once(managers, expected):
    assert circles(managers) == expected


def test_a_long_chain_of_managers_is_no_circle():
    assert circles({str(number): str(number + 1) for number in range(20_000)}) == []


def test_the_columns_are_those_of_the_public_face():
    assert " ".join(COLUMNS) == (
        "email external_id name role level team manager country region zone language workdays share "
        "send_time window minutes left_on"
    )
