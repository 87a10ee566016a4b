*** Settings ***
Documentation       What is said in a call is understood: a machine with a human voice speaks, alice listens.
Library             Prompts.py
Library             Collections
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}
Resource            BaresipLibrary/calls.resource
Suite Setup         Alice Calls The Machine


*** Variables ***
# The machines of CI are busy: what is waited for comes, and how late it is does not matter.
${LONG}     30 s
@{PCMU}     PCMU/8000/1


*** Test Cases ***
A Phrase Is Heard
    [Documentation]    However it is written. The object tells what was heard, when, and how sure that is.
    Machine Says    vm-goodbye
    ${heard}    Wait Until Speech    alice    good bye!    within=${LONG}
    Should Be Equal As Strings    ${heard}    Goodbye.
    Should Be Equal    ${heard.phrase}    good bye!
    Should Be True    0 <= ${heard.at} == ${heard.begin} < ${heard.end}
    Should Be Equal    ${heard.similarity}    ${1.0}
    Should Be True    0 < ${heard.confidence} <= 1

A Number Is Its Digits
    [Documentation]    And one number is not another.
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    Machine Says    vm-press    digits/1
    Wait Until Speech    alice    press one    within=${LONG}
    Machine Says    vm-press    digits/1
    Wait Until Speech    alice    press 1    within=${LONG}    similarity=100%
    Machine Says    vm-press    digits/1
    Fails With    alice did not hear what was expected within 5 s: expected "press two", heard "Press* 1." at * s: 50 % of the words.*
    ...    Wait Until Speech    alice    press two    within=5s
    Machine Says    digits/20    digits/1
    Wait Until Speech    alice    twenty-one    within=${LONG}

A Wrong Digit Is Never Similar
    [Documentation]    Whatever share of the words is heard.
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    Machine Says    you-entered    digits/4    digits/7    digits/1    digits/2
    Wait Until Speech    alice    you entered 4712    within=${LONG}
    Machine Says    you-entered    digits/4    digits/7    digits/1    digits/2
    Fails With    alice did not hear what was expected within 7 s: expected "you entered 4713", heard "You entered *" at * s: 83 % of the words, and not the same number: 4712 instead of 4713.*
    ...    Wait Until Speech    alice    you entered 4713    similarity=70%    within=7s

The Opposite Is Never Similar
    [Documentation]    Though 86 % of the words are heard.
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    Machine Says    feature-not-avail-line
    Fails With    alice did not hear what was expected within 6 s: expected "that feature is available on this line", heard "*not available on this line." at * s: 86 % of the words, but with "not".*
    ...    Wait Until Speech    alice    that feature is available on this line    within=6s
    Verify Speech    alice    that feature isn't available on this line

What Comes First Is Returned
    [Documentation]    A list of phrases.
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    VAR    @{answers}    weasels have eaten    please enter the conference pin    goodbye
    Machine Says    conf-getpin    1    vm-goodbye
    ${heard}    Wait Until Speech    alice    ${answers}    within=${LONG}
    Should Be Equal    ${heard.phrase}    please enter the conference pin
    ${heard}    Wait Until Speech    alice    ${answers}    within=${LONG}
    Should Be Equal    ${heard.phrase}    goodbye

A Regular Expression
    [Documentation]    Its groups are returned; a number is in one piece.
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    Machine Says    you-entered    digits/4    digits/7    digits/1    digits/2
    ${heard}    Wait Until Speech    alice    matches=entered (\\d{4})    within=${LONG}
    Should Be Equal    ${heard.groups}[0]    4712
    Machine Says    you-entered    digits/4    digits/7    digits/1    digits/2
    ${heard}    Wait Until Speech    alice    matches=entered.*?(\\d+)    within=${LONG}
    Should Be Equal    ${heard.groups}[0]    4712

A Phrase Is Heard Once
    [Documentation]    What was found before is old, and so is what was said before a keyword acted.
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    Machine Says    conf-getpin
    Wait Until Speech    alice    please enter    within=${LONG}
    Fails With    alice did not hear what was expected within 0.5 s: expected "please enter", heard "* PIN number." at * s, which has none of these words.*
    ...    Wait Until Speech    alice    please enter    within=0.5s
    Wait Until Speech    alice    pin number    within=${LONG}
    Machine Says    conf-getpin
    Wait Until Speech    alice    please enter    within=${LONG}
    Send Dtmf    alice    1
    Fails With    alice did not hear what was expected: expected "please enter", *
    ...    Verify Speech    alice    please enter

What Was Said Is Verified
    [Documentation]    It may be verified again and again, in several phrases.
    Machine Says    demo-thanks
    Wait Until Speech    alice    goodbye    within=${LONG}
    Get Transcript    alice    contains    open    timeout=${LONG}
    Verify Speech    alice    thank you for trying
    Verify Speech    alice    thank you for crying out    similarity=70%    language=en
    Verify Speech    alice    matches=asterisk open.?source

What Was Said Is Text
    [Documentation]    With times and confidences, for both directions.
    ${call}    Machine Says    tt-weasels
    ${text}    Get Transcript    alice    contains    phone system    timeout=${LONG}    call=${call}
    Should End With    ${text}    have eaten our phone system.
    VAR    ${last}    ${text.segments}[-1]
    Should End With    ${last.text}    have eaten our phone system.
    Should Be True    0 < ${last.begin} < ${last.end} and 0 < ${last.confidence} <= 1
    Should Be Equal    ${last.words[1].text}    have
    Should Be True    ${last.begin} <= ${last.words[1].begin} < ${last.words[1].end} < ${last.end}
    Should Be Equal    ${text.words[-1].text}    system.
    Get Transcript    alice    $=    have eaten our phone system.
    Run Keyword And Expect Error    What alice heard is not this.
    ...    Get Transcript    alice    contains    sales    message=What alice heard is not this.

Silence Is No Speech
    [Documentation]    The explanation says why there is none.
    Send Audio    machine    silence
    Fails With    alice did not hear what was expected within 1 s: expected "hello", heard no word in * s of digital silence. machine sends silence; use Send Audio.
    ...    Wait Until Speech    alice    hello    within=1s

A Tone Is No Speech
    [Documentation]    Neither is any word made of it.
    Caller And Callee Talk
    Send Audio    callee    tone:440
    Verify Audio    caller    440 Hz    within=${LONG}
    Fails With    caller did not hear what was expected within 1 s: expected "hello", heard no word in *4?? Hz tone*.
    ...    Wait Until Speech    caller    hello    within=1s

A Secret Is Not Shown
    [Documentation]    Neither as what is expected, nor as what was heard.
    [Tags]    once on embedded: what is understood does not depend on who recorded it
    VAR    ${pin: Secret}    %{PIN=8369}
    Machine Says    you-entered    digits/8    digits/3    digits/6    digits/9
    ${heard}    Wait Until Speech    alice    ${pin}    within=${LONG}
    Should Not Match Regexp    ${heard}    (?i)[8369]|eight|three|six|nine
    Should Be Equal    ${heard.phrase}    ${pin}
    ${text}    Get Transcript    alice
    Should End With    ${text}    ***
    Machine Says    you-entered    digits/8    digits/3    digits/6    digits/9
    Fails With    alice did not hear what was expected within 7 s: expected "goodbye", heard "*\**" at * s, which has none of these words.*
    ...    Wait Until Speech    alice    goodbye    within=7s

Bad Input Is Refused
    [Documentation]    At once, in words.
    [Template]    Refuses
    There is no word in '?!', so it cannot be heard.    ?!
    Give either a phrase or matches\=, what a regular expression matches.    ${None}
    Give either a phrase or matches\=, what a regular expression matches.    hello    matches=hello
    The list of phrases is empty, so none of them can be heard.    ${{[]}}
    The list of phrases has None in it, which nobody can say.    ${{['hello', None]}}
    There is no word in '', so it cannot be heard.    ${{['hello', '']}}
    alice did not hear what was expected: expected "hello" or "42", *    ${{['hello', 42]}}
    '(' is not a regular expression: missing ) at position 1.    ${None}    matches=(
    matches\= is empty, and so matches nothing that is said.    ${None}    matches=
    similarity\=0.8 is not a share of words: write 1% to 100%, such as 80%.    hello    similarity=0.8
    similarity\=101% is not a share of words: write 1% to 100%, such as 80%.    hello    similarity=101%
    similarity\=most is not a share of words: write 1% to 100%, such as 80%.    hello    similarity=most
    'english!' is not the code of a language; write it like en or pt-BR.    hello    language=english!
    alice has no call 'nowhere' to listen to. Its calls: *.    hello    call=nowhere

An Agent Without A Call Hears Nothing
    [Documentation]    It is told at once.
    Start Agent    lonely
    Fails With    lonely has no call to listen to. Dial or Accept one first.
    ...    Wait Until Speech    lonely    hello
    Fails With    lonely has no call to listen to*
    ...    Verify Speech    lonely    hello
    Fails With    lonely has no call to listen to*
    ...    Get Transcript    lonely

The Call Ends
    [Documentation]    What was said before its end was heard; what was not is known at once.
    Caller And Callee Talk
    Callee Says    vm-goodbye
    Get Transcript    caller    contains    Goodbye    timeout=${LONG}
    Hang Up    callee
    Wait Until State Is    caller    IDLE
    Wait Until Speech    caller    goodbye
    Fails With    caller did not hear what was expected: expected "press one", heard no word in *, and its call to sip:callee* was hung up by the peer after * s.*
    ...    Wait Until Speech    caller    press one    within=${LONG}
    Fails With    REGEXP:After [\\d.]+ s, what caller heard 'Goodbye.' .transcript. should contain 'press' .str.
    ...    Get Transcript    caller    contains    press    timeout=${LONG}
    Get Transcript    caller    ==    Goodbye.

What An Agent Says Is Text, Too
    [Documentation]    Where its backend records what it sends.
    Needs    RECORD_SENT
    Caller And Callee Talk
    Callee Says    tt-weasels
    Get Transcript    callee    contains    eaten our phone    direction=tx    timeout=${LONG}    language=en

Nothing Is Heard On Hold
    [Documentation]    The explanation says who holds the call.
    Needs    RECORD_AFTER_HOLD
    Caller And Callee Talk
    Hold    caller
    Callee Says    vm-goodbye
    Fails With    caller did not hear what was expected within 1 s: expected "goodbye", *caller holds the call.
    ...    Wait Until Speech    caller    goodbye    within=1s


*** Keywords ***
Alice Calls The Machine
    Start Agent    alice    audio_codecs=${PCMU}
    Start Agent    machine    audio_codecs=${PCMU}
    ${CALL}    Establish Call    alice    machine
    VAR    ${CALL}    ${CALL}    scope=SUITE

Machine Says
    [Documentation]    Plays prompts; returns the Call-ID.
    [Arguments]    @{names}
    ${source}    Prompt    @{names}
    Send Audio    machine    ${source}
    RETURN    ${CALL}

Caller And Callee Talk
    Start Agent    caller    audio_codecs=${PCMU}
    Start Agent    callee    audio_codecs=${PCMU}
    Establish Call    caller    callee

Callee Says
    [Arguments]    @{names}
    ${source}    Prompt    @{names}
    Send Audio    callee    ${source}

Fails With
    [Arguments]    ${message}    @{keyword}    &{options}
    Run Keyword And Expect Error    ${message}    @{keyword}    &{options}

Refuses
    [Arguments]    ${message}    ${phrase}    &{options}
    Fails With    ${message}    Verify Speech    alice    ${phrase}    &{options}
