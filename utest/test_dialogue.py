"""The loop of `BaresipLibrary/dialogue.resource`: questions, replies, and when it fails.

The keywords that listen and speak are replaced by those of `Talking`. Real machines are in
`atest/speech/`.
"""

from pathlib import Path
from typing import NamedTuple

import pytest
import robot

from .talking import Talking

ROOT = Path(__file__).parent.parent
_SUITE = """
*** Settings ***
Resource    BaresipLibrary/dialogue.resource
Library     utest.talking.Talking

*** Variables ***
${PIN: Secret}    %{DIALOGUE_PIN}
${WORD: Secret}    %{DIALOGUE_WORD}

*** Test Cases ***
Dialogue
    Set Library Search Order    utest.talking.Talking
    Machine Says    SAYS
    STEP

*** Keywords ***
Think
    [Arguments]    ${heard}
    VAR    &{replies}    press one=digits:1    call later=
    RETURN    ${{$replies.get($heard, 'Alice')}}

Break
    [Arguments]    ${heard}
    Fail    The model is down.

List
    [Arguments]    ${heard}
    RETURN    ${{['Yes', 'No']}}

Other
    [Arguments]    ${heard}
    RETURN    ${OTHER}
"""
ASKS = "your name=Alice    your number=digits:12#"


class Ran(NamedTuple):
    """What became of a test: its message when it failed, what the agent did, and what is logged."""

    message: str
    done: list[str]
    output: str


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIALOGUE_PIN", "digits:471153826#")
    monkeypatch.setenv("DIALOGUE_WORD", "Xanadu")

    def run(step: str, *sentences: str) -> Ran:
        suite, output = tmp_path / "suite.robot", tmp_path / "output.xml"
        says = "    ".join(sentences)
        suite.write_text(_SUITE.replace("STEP", step).replace("SAYS", says))
        options = {"output": output, "log": None, "report": None, "console": "none"}
        robot.run(suite, loglevel="TRACE", pythonpath=str(ROOT), **options)
        result = robot.api.ExecutionResult(output).suite.tests[0]
        return Ran("" if result.passed else result.message, list(Talking.done), output.read_text())

    return run


def test_each_question_gets_its_reply_in_any_order(run):
    said = ["What is your number", "I heard 12", "What is your name", "goodbye"]
    ran = run(f"Answer Questions    alice    until=goodbye    {ASKS}", *said)
    assert ran.message == ""
    assert ran.done == ["wait", "send 12#", "wait", "say Alice"]


def test_without_an_end_the_last_question_ends_it(run):
    ran = run(f"Answer Questions    alice    {ASKS}", "your name", "your number")
    assert ran.message == ""
    assert ran.done[-1] == "send 12#"


def test_without_a_pause_the_machine_is_interrupted(run):
    ran = run(f"Answer Questions    alice    pause=0s    {ASKS}", "your name", "your number")
    assert ran.done == ["say Alice", "send 12#"]


def test_it_returns_and_logs_what_was_said_in_order(run):
    step = f"""${{turns}} =    Answer Questions    alice    until=goodbye    {ASKS}
    Should Be Equal    ${{turns}}[0][question]    your name
    Should Be Equal    ${{turns}}[1][reply]    digits:12#
    Should Be Equal As Strings    ${{turns}}[2][heard]    goodbye now"""
    ran = run(step, "say your name", "your number", "goodbye now")
    assert ran.message == ""
    lines = ["The machine: say your name", "alice: Alice", "The machine: your number"]
    lines += ["alice: digits:12#", "The machine: goodbye now"]
    places = [ran.output.index(f">{line}<") for line in lines]
    assert places == sorted(places)


def test_a_list_is_given_one_after_the_other(run):
    step = "Answer Questions    alice    until=bye    menu=${{['digits:1', 'digits:2']}}"
    ran = run(step, "menu", "menu", "menu", "bye")
    assert ran.message == ""
    assert ran.done == ["wait", "send 1", "wait", "send 2", "wait", "send 2"]


def test_an_empty_reply_listens_on(run):
    ran = run(
        "Answer Questions    alice    until=bye    welcome=    name=Al", "welcome", "name", "bye"
    )
    assert ran.message == ""
    assert ran.done == ["wait", "say Al"]


def test_a_question_that_comes_again_and_again_fails(run):
    ran = run(f"Answer Questions    alice    until=bye    {ASKS}", *["your name"] * 3)
    assert ran.message == (
        "The machine asked 'your name' again, which alice had replied to 2 times in a row."
        " Until then alice replied 'Alice' to 'your name', 'Alice' to 'your name'."
        " Not asked: 'your number'."
    )


def test_a_question_may_come_back_later(run):
    said = ["your name", "your name", "your number", "your name", "your name", "bye"]
    assert run(f"Answer Questions    alice    until=bye    {ASKS}", *said).message == ""


def test_a_question_that_was_not_asked_fails(run):
    step = f"Answer Questions    alice    until=bye    {ASKS}"
    ran = run(step, "your name", "bye bye")
    assert ran.message == (
        "The machine said 'bye bye' before it had asked every question."
        " Until then alice replied 'Alice' to 'your name'. Not asked: 'your number'."
    )
    assert run(f"{step}    all_asked=False", "your name", "bye bye").message == ""


def test_the_reason_of_the_wait_is_told(run):
    ran = run(f"Answer Questions    alice    {ASKS}", "hello")
    assert ran.message == "alice heard no more. Not asked: 'your name', 'your number'."


def test_the_replies_and_the_time_are_limited(run):
    step = f"Answer Questions    alice    until=bye    repeats=9    {ASKS}"
    ran = run(f"{step}    turns=2", *["your name"] * 4)
    assert ran.message.startswith(
        "alice has given 2 replies, and the dialogue has not ended. Until"
    )
    assert ran.done == ["wait", "say Alice", "wait", "say Alice", "wait"]
    ran = run(f"{step}    turns=1", *["your name"] * 4)
    assert ran.message.startswith("alice has given 1 reply, and the dialogue has not ended. Until")
    ran = run(f"{step}    limit=0s", *["your name"] * 4)
    assert ran.message.startswith("The dialogue has not ended within 0 s. Until then alice")
    assert len(ran.done) == 2


def test_language_voice_and_similarity_are_passed_on(run):
    options = "language=de    voice=espeak-ng:de    similarity=70%"
    for step in (
        f"Answer Questions    alice    {options}    name=Alice",
        f"Answer Questions    alice    {options}    reply_with=Think    until=good bye",
        f"Hear And Reply    alice    name    Alice    {options}",
    ):
        assert run(step, "name", "good bye").message == ""
        heard = Talking.given["hear"]
        assert (heard["language"], heard["similarity"]) == ("de", "70%")
        assert Talking.given["say"] == {"voice": "espeak-ng:de", "language": "de"}


def test_the_end_is_compared_in_its_language(run):
    ran = run(
        "Answer Questions    alice    reply_with=Think    until=drücken Sie 1    language=de",
        "drücken Sie eins",
    )
    assert ran.message == ""
    assert ran.done == ["wait"]


@pytest.mark.parametrize("how", ["your name=Alice", "reply_with=Think"])
def test_the_end_may_be_a_secret(run, how):
    ran = run(f"Answer Questions    alice    until=${{WORD}}    {how}", "your name", "Xanadu")
    assert ran.message == ""
    assert ran.done == ["wait", "say Alice", *(["wait"] if "reply_with" in how else [])]


def test_the_machine_may_speak_on_until_the_limit(run):
    run("Answer Questions    alice    limit=5min    name=Alice", "name")
    assert 280 < float(Talking.given["wait"]["timeout"]) <= 300
    run("Answer Questions    alice    limit=0s    within=7s    name=Alice", "name")
    assert float(Talking.given["wait"]["timeout"]) == 7
    run("Answer Questions    alice    limit=5min    reply_with=Think", "name")
    assert 280 < float(Talking.given["wait"]["timeout"]) <= 300
    run("Hear And Reply    alice    name    Alice    limit=3min", "name")
    assert float(Talking.given["wait"]["timeout"]) == 180


def test_the_end_may_come_after_the_last_allowed_reply(run):
    step = "Answer Questions    alice    until=bye    welcome=    name=Al    turns=1"
    assert run(step, "welcome", "welcome", "name", "bye").message == ""
    assert run("Answer Questions    alice    name=Al    turns=1", "name").message == ""


def test_what_gets_no_reply_may_be_repeated(run):
    step = "Answer Questions    alice    until=connected    please hold="
    assert run(step, *["please hold"] * 5, "connected").message == ""


def test_a_keyword_that_replies_may_interrupt(run):
    ran = run(
        "Answer Questions    alice    reply_with=Think    pause=0s", "press one", "call later"
    )
    assert ran.message == ""
    assert ran.done == ["send 1"]


def test_a_keyword_replies_to_each_turn_until_it_has_nothing_to_say(run):
    said = ["press one", "your name", "call later"]
    ran = run("Answer Questions    alice    reply_with=Think", *said)
    assert ran.message == ""
    assert ran.done == ["wait", "send 1", "wait", "say Alice", "wait"]


def test_what_was_said_before_the_dialogue_is_no_part_of_it(run):
    steps = """Wait Until Speech    alice    good bye
    Answer Questions    alice    reply_with=Think    until=good bye"""
    ran = run(steps, "not yet good bye", "press one", "good bye")
    assert ran.message == ""
    assert ran.done == ["wait", "send 1", "wait"]


def test_the_end_is_heard_with_a_keyword_too(run):
    ran = run(
        "Answer Questions    alice    reply_with=Think    until=good bye", "name", "Well: good-bye!"
    )
    assert ran.message == ""
    assert ran.done == ["wait", "say Alice", "wait"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "until=bye",
            "Answer Questions needs questions with their replies, such as your name=Alice,"
            " or reply_with=.",
        ),
        (
            f"reply_with=Think    {ASKS}",
            "Answer Questions takes questions or reply_with=, not both:"
            " 'Think' replies to all that is heard.",
        ),
        ("reply_with=Guess", "No keyword with name 'Guess' found."),
        (
            "untill=bye    name=Alice",
            "Answer Questions has no option 'untill'; did you mean until=?"
            " If it is a question, write more of its words.",
        ),
        ("until=bye    bye=later", "'bye' ends the dialogue, so it cannot be a question as well."),
        (
            "until=bye    pin=1    pause=0.1s",
            "pause=0.1 s is too short: write 0.3 s or more, or 0s to wait for no pause.",
        ),
        (
            "pin=digits:12x",
            "'digits:12x' is not a reply: after digits: come 0-9, *, # and A-D.",
        ),
        (
            "pin=${{['digits:1', 'digits:']}}",
            "'digits:' is not a reply: after digits: come 0-9, *, # and A-D.",
        ),
        ("pin=${{[]}}", "The list of replies to 'pin' is empty."),
        (
            "pin=${None}",
            "The reply to 'pin' is None. A reply is a text; an empty one says nothing.",
        ),
        (
            "pin=${{['1', None]}}",
            "The reply to 'pin' is None. A reply is a text; an empty one says nothing.",
        ),
        ("pin=${{('a', 'b')}}", "The reply to 'pin' is ('a', 'b'), which is not a text to say."),
        ("pin=${{[['a']]}}", "The reply to 'pin' is ['a'], which is not a text to say."),
        ("pin=${False}", "The reply to 'pin' is False, which is not a text to say."),
        ("pin=${{{}}}", "The reply to 'pin' is {}, which is not a text to say."),
        ("pin=1    turns=0", "turns=0 allows no reply; write 1 or more."),
        ("pin=1    repeats=-1", "repeats=-1 is not a number of repetitions; write 0 or more."),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_said(run, arguments, message):
    ran = run(f"Answer Questions    alice    {arguments}", "bye", "pin")
    assert ran.message == message
    assert ran.done == []


@pytest.mark.parametrize("until", ["end", "press 1"])
def test_the_end_is_whole_words_in_whatever_form(run, until):
    said = ["please send the form", "press one to end"]
    ran = run(f"Answer Questions    alice    reply_with=Think    until={until}", *said)
    assert ran.message == ""
    assert len([one for one in ran.done if one.startswith("say")]) == 1


def test_a_keyword_that_fails_is_named_with_what_was_heard(run):
    ran = run("Answer Questions    alice    reply_with=Break", "hello")
    assert ran.message == "Break failed on 'hello': The model is down."


def test_a_keyword_that_returns_no_text_fails(run):
    ran = run("Answer Questions    alice    reply_with=List", "hello")
    assert ran.message == "List returned ['Yes', 'No'], which is not a text to say."
    assert "say" not in str(ran.done)


@pytest.mark.parametrize("other", ["False", "[]", "{}", "()", "set()", "b''", "True"])
def test_what_is_not_a_text_is_no_end_of_the_dialogue(run, other):
    step = f"VAR    ${{OTHER}}    ${{{{{other}}}}}    scope=TEST\n    "
    ran = run(f"{step}Answer Questions    alice    until=bye    reply_with=Other", "name")
    assert ran.message == f"Other returned {other}, which is not a text to say."
    assert ran.done == ["wait"]


@pytest.mark.parametrize("nothing", ["${None}", "${EMPTY}"])
def test_none_and_an_empty_text_end_the_dialogue(run, nothing):
    step = f"VAR    ${{OTHER}}    {nothing}    scope=TEST\n    "
    ran = run(f"{step}Answer Questions    alice    reply_with=Other", "name")
    assert ran.message == ""
    assert ran.done == ["wait"]


def test_zero_is_said(run):
    step = "VAR    ${OTHER}    ${0}    scope=TEST\n    "
    ran = run(
        f"{step}Answer Questions    alice    until=bye    reply_with=Other", "how many", "bye"
    )
    assert ran.message == ""
    assert ran.done == ["wait", "say 0", "wait"]
    ran = run("Answer Questions    alice    many=${{[0, 0.5]}}", "many")
    assert ran.done == ["wait", "say 0"]
    ran = run("Hear And Reply    alice    many    ${0}", "many")
    assert ran.done == ["wait", "say 0"]


def test_a_reply_in_a_table_is_a_text(run):
    ran = run("Hear And Reply    alice    pin    ${{('a', 'b')}}", "pin")
    assert ran.message == "The reply to 'pin' is ('a', 'b'), which is not a text to say."
    assert ran.done == []


def test_secret_replies_are_not_logged(run):
    ran = run("Answer Questions    alice    pin=${PIN}    word=${WORD}", "pin", "word")
    assert ran.message == ""
    assert ran.done == ["wait", "send 471153826#", "wait", "say Xanadu"]
    assert "471153826" not in ran.output
    assert "Xanadu" not in ran.output


def test_a_table_of_prompts_and_replies_is_a_test(run):
    step = """Hear And Reply    alice    your name    Alice
    Hear And Reply    alice    your number    digits:12#    pause=0s
    Hear And Reply    alice    bye"""
    ran = run(step, "your name", "your number", "bye")
    assert ran.message == ""
    assert ran.done == ["wait", "say Alice", "send 12#"]
    assert run("Hear And Reply    alice    pin    digits:x", "pin").message.startswith(
        "'digits:x' is"
    )


def test_it_ends_in_a_teardown_too(run):
    ran = run(f"Log    up\n    [Teardown]    Answer Questions    alice    {ASKS}", "hello")
    assert ran.message == (
        "Teardown failed:\nalice heard no more. Not asked: 'your name', 'your number'."
    )
