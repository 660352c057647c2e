"""What no schema sees inside one path: its exercises, its words, its pace."""

from collections.abc import Iterable, Iterator
from math import ceil

from paths.markdown import Flaw, findings, is_allowed_link, render
from paths.problems import Code, Problem
from paths.schema import (
    ChoiceSpec,
    DoSpec,
    ExerciseSpec,
    JudgeSpec,
    OptionSpec,
    PathSpec,
    RecallSpec,
    SkillSpec,
)
from paths.source import Reading
from paths.texts import shown
from paths.tree import Keys

MAX_RENDERED = 5 * 1024  # bytes of HTML that one exercise adds to a mail
MANY_WEEKS = 12  # a quarter: people leave, and roles change, before a longer path ends

_FLAWS = {
    Flaw.RAW_HTML: (Code.RAW_HTML, "is raw HTML; write Markdown, and code in backticks"),
    Flaw.LINK: (Code.LINK_SCHEME, "is neither an https nor a mailto link; write the address in full"),
    Flaw.IMAGE: (
        Code.IMAGE_NOT_SHOWN,
        "is an image, of which mails and pages show the alternative text only",
    ),
    Flaw.IMAGE_WITHOUT_ALT: (
        Code.IMAGE_ALT,
        "is an image without alternative text; write ![what it shows](...)",
    ),
}


def inspect(reading: Reading, spec: PathSpec) -> Iterator[Problem]:
    yield from _inspect_pace(reading, spec)
    for index, skill in enumerate(spec.skills):
        if isinstance(skill, SkillSpec):
            yield from _inspect_skill(reading, skill, at=("skills", index))


def _inspect_pace(reading: Reading, spec: PathSpec) -> Iterator[Problem]:
    count, per_week = len(spec.skills), spec.pace.new_skills_per_week
    weeks = ceil(count / per_week)
    if weeks > MANY_WEEKS:
        message = f"{count} skills at {per_week} a week take {weeks} weeks; split the path, or raise the pace"
        yield reading.problem(Code.SLOW_PACE, ("skills",), message)


def _inspect_skill(reading: Reading, skill: SkillSpec, *, at: Keys) -> Iterator[Problem]:
    if not skill.idea.strip():
        advice = "the skill has no idea; write two to four sentences that teach it"
        yield reading.problem(Code.NO_IDEA, (*at, "idea"), advice)
    if len(skill.exercises) == 1:
        advice = "the skill has one exercise; add one that asks it differently"
        yield reading.problem(Code.SINGLE_EXERCISE, (*at, "exercises"), advice)
    verdicts = [exercise.sound for exercise in skill.exercises if isinstance(exercise, JudgeSpec)]
    if verdicts and not any(verdicts):
        advice = "no judge exercise of the skill is sound; add one, or everybody learns to say flawed"
        yield reading.problem(Code.NO_SOUND_CASE, (*at, "exercises"), advice)
    yield from _inspect_wording(reading, skill.idea, at=(*at, "idea"))
    yield from _repeated_ids(reading, skill.exercises, at=(*at, "exercises"), code=Code.DUPLICATE_EXERCISE)
    for index, exercise in enumerate(skill.exercises):
        yield from _inspect_exercise(reading, exercise, at=(*at, "exercises", index))


def _inspect_exercise(reading: Reading, exercise: ExerciseSpec, *, at: Keys) -> Iterator[Problem]:
    if isinstance(exercise, ChoiceSpec):
        yield from _inspect_options(reading, exercise, at=(*at, "options"))
    texts = dict(_texts(exercise))
    size = _rendered_size(texts)
    if size > MAX_RENDERED:
        advice = f"{size / 1024:.1f} KB rendered; cut it to {MAX_RENDERED // 1024} KB, it must fit a mail"
        yield reading.problem(Code.EXERCISE_TOO_LONG, (*at, "prompt"), advice)
    for keys, text in texts.items():
        yield from _inspect_wording(reading, text, at=(*at, *keys))
    for index, source in enumerate(exercise.sources):
        if source.url and not is_allowed_link(source.url):
            code, advice = _FLAWS[Flaw.LINK]
            yield reading.problem(code, (*at, "sources", index, "url"), f"{shown(source.url)} {advice}")


def _inspect_options(reading: Reading, exercise: ChoiceSpec, *, at: Keys) -> Iterator[Problem]:
    correct = [index for index, option in enumerate(exercise.options) if option.correct]
    if not correct:
        yield reading.problem(
            Code.NO_CORRECT_OPTION, at, "no option is correct; mark one with `correct: true`"
        )
    for index in correct[1:]:
        advice = f"option {exercise.options[correct[0]].id} is correct already; keep one"
        yield reading.problem(Code.SEVERAL_CORRECT_OPTIONS, (*at, index, "correct"), advice)
    yield from _repeated_ids(reading, exercise.options, at=at, code=Code.DUPLICATE_OPTION)
    seen: dict[str, str] = {}
    for index, option in enumerate(exercise.options):
        folded = " ".join(option.text.casefold().split())
        if folded in seen:
            advice = f"the same text as option {seen[folded]}; a person could not tell them apart"
            yield reading.problem(Code.EQUAL_OPTIONS, (*at, index, "text"), advice)
        seen.setdefault(folded, option.id)


def _repeated_ids(
    reading: Reading, items: Iterable[OptionSpec] | Iterable[ExerciseSpec], *, at: Keys, code: Code
) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.id in seen:
            advice = f'"{item.id}" stands above already; give this one an id of its own'
            yield reading.problem(code, (*at, index, "id"), advice)
        seen.add(item.id)


def _texts(exercise: ExerciseSpec) -> Iterator[tuple[Keys, str]]:
    """Every Markdown text of an exercise, with the keys that lead to it."""
    yield ("prompt",), exercise.prompt
    yield ("feedback",), exercise.feedback
    if isinstance(exercise, ChoiceSpec):
        for index, option in enumerate(exercise.options):
            yield ("options", index, "text"), option.text
            yield ("options", index, "why"), option.why
    elif isinstance(exercise, JudgeSpec):
        yield ("why",), exercise.why
    elif isinstance(exercise, RecallSpec):
        yield ("answer",), exercise.answer
    if isinstance(exercise, RecallSpec | DoSpec):
        for index, line in enumerate(exercise.rubric):
            yield ("rubric", index), line


def _rendered_size(texts: dict[Keys, str]) -> int:
    """Bytes of HTML of what a mail carries: the prompt and the options."""
    carried = [text for keys, text in texts.items() if keys[0] == "prompt" or keys[-1] == "text"]
    if sum(map(len, carried)) > MAX_RENDERED:
        return sum(len(text.encode()) for text in carried)
    return sum(len(render(text).encode()) for text in carried)


def _inspect_wording(reading: Reading, text: str, *, at: Keys) -> Iterator[Problem]:
    for finding in findings(text):
        code, advice = _FLAWS[finding.flaw]
        yield reading.problem(code, at, f"{shown(finding.excerpt)} {advice}")
